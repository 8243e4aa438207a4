"""The published measures, with intervals over subjects. Knows ids and numbers; knows no model and no picture.

Precision@K = |P_K & G| / K and Recall@K = |P_K & G| / |G| with G the three true landmarks and P_K the first K
predicted; Hit@K: the centred landmark is among the first K. Malformed replies are counted and left out of the means
(arXiv 2604.18740; see `inference.reply.published_ids`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

RESAMPLES = 2000
REACH_MM = 22.0


def overlaps(predicted: Sequence[int], truth: Sequence[int], k: int) -> int:
    """|P_K & G|: duplicates stand, but one landmark counts once."""
    return len(set(predicted[:k]) & set(truth))


def precision(predicted: Sequence[int], truth: Sequence[int], k: int) -> float:
    return overlaps(predicted, truth, k) / k


def recall(predicted: Sequence[int], truth: Sequence[int], k: int) -> float:
    return overlaps(predicted, truth, k) / len(set(truth))


def hit(predicted: Sequence[int], truth: int, k: int) -> float:
    return float(truth in predicted[:k])


def mean(values: Sequence[float]) -> float | None:
    """The mean, None when there is nothing to average."""
    return float(np.mean(values)) if len(values) else None


def interval(values: Sequence[float], subjects: Sequence[str], statistic=np.mean) -> list[float] | None:
    """95 % interval of `statistic` by bootstrap over subjects (whole subjects are drawn, as their cases hang
    together); None for fewer than two subjects."""
    values, subjects = np.asarray(values, float), np.asarray(subjects)
    groups = [values[subjects == s] for s in np.unique(subjects)]
    if len(groups) < 2:
        return None
    chosen = np.random.default_rng(0).integers(len(groups), size=(RESAMPLES, len(groups)))
    if statistic is np.mean:  # from each subject's sum and count, all at once
        sums, counts = np.array([g.sum() for g in groups]), np.array([len(g) for g in groups])
        draws = sums[chosen].sum(1) / counts[chosen].sum(1)
    else:
        draws = [statistic(np.concatenate([groups[i] for i in row])) for row in chosen]
    return [float(q) for q in np.percentile(draws, [2.5, 97.5])]


def optimal_moves(offset_mm: Sequence[float]) -> int:
    """The least number of moves (each 0, 30, 60 or 90 mm on each axis) that can end within 22 mm of a target at
    `offset_mm` (left, up). 22 mm always can be met: half a step on both axes is 21.2 mm."""
    moves = 0
    while True:
        rest = [min(abs(abs(mm) - 30.0 * k) for k in range(3 * moves + 1)) for mm in offset_mm]
        if np.hypot(*rest) <= REACH_MM:
            return moves
        moves += 1
