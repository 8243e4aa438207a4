"""The numbers of a report, from the rows that the tables are made of (export_data.py). One dict holds them all; it is
written beside the report as figures.json, so that each number can be checked. Knows no layout."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import sqrt
from statistics import median, quantiles
from typing import Any

from carm_gui.session.export_data import Collected, Trial
from carm_gui.session.measures import SHARES

MEDIANS = (
    "seconds", "first_action_s", "final_error_mm", "final_error_deg", "shots", "blank_shots", "shots_without_target",
    "fluoro_s", "air_kerma_mgy", "dap_gycm2", "path_mm", "path_ratio", "reversals", "limit_hits", "halts",
    "model_wait_s", "reasons_open_s",
)  # fmt: skip
COUNTS = (
    "model_replies", "model_refused", "model_right", "right_offered", "right_accepted", "right_overridden",
    "wrong_offered", "wrong_accepted", "wrong_rejected", "planted_offered", "planted_accepted", "commits",
    "commits_as_model", "limit_hits", "halts", "think_aloud",
)  # fmt: skip
Z = 1.959964
"""Standard normal quantile of a 95 % interval."""


def figures(data: Collected) -> dict[str, Any]:
    """Everything that the report says in numbers. Medians come with their quartiles, shares with counts and Wilson's
    95 % interval, which takes trials for independent of one another."""
    counted = data.counted
    return {
        "participants": sorted({t.row["participant"] for t in data.trials if t.row["participant"]}),
        "trials": len(data.trials),
        "counted": len(counted),
        "practice": sum(t.row["practice"] for t in data.trials),
        "interrupted": sum(not t.row["practice"] and t.measures["ended"] == "interrupted" for t in data.trials),
        "all": summary(counted),
        "by_condition": _by(counted, lambda t: t.row["condition"]),
        "by_task": _by(counted, lambda t: t.row["task"]),
        "by_trial": {str(number): part for number, part in _by(counted, lambda t: t.row["trial"]).items()},
        "by_participant": _by(counted, lambda t: t.row["participant"]),
        "questionnaires": _questionnaires(data),
    }


def _by(trials: Sequence[Trial], key: Callable[[Trial], Any]) -> dict[Any, dict[str, Any]]:
    groups: dict[Any, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(key(trial), []).append(trial)
    return {name: summary(group) for name, group in sorted(groups.items())}


def summary(trials: Sequence[Trial]) -> dict[str, Any]:
    """The figures of some trials taken together."""
    found: dict[str, Any] = {"n": len(trials)}
    found["success"] = share(sum(bool(t.measures["success"]) for t in trials), len(trials))
    found["completed"] = share(sum(bool(t.measures["completed"]) for t in trials), len(trials))
    for name in MEDIANS:
        found[name] = spread(t.measures[name] for t in trials)
    counts = {name: sum(t.measures[name] or 0 for t in trials) for name in COUNTS}
    found |= {name: share(counts[part], counts[whole]) for name, (part, whole) in SHARES.items()}
    found["planted_accepted_share"] = share(counts["planted_accepted"], counts["planted_offered"])
    found["model_right_share"] = share(counts["model_right"], counts["model_replies"] - counts["model_refused"])
    found["counts"] = counts
    return found


def spread(values: Iterable[float | None]) -> dict[str, Any]:
    """Median and quartiles of what is known of `values`."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return {"n": 0, "median": None, "low": None, "high": None}
    low, _, high = quantiles(known, n=4, method="inclusive") if len(known) > 1 else (known[0],) * 3
    return {"n": len(known), "median": median(known), "low": low, "high": high}


def share(part: int, whole: int) -> dict[str, Any]:
    """A share with its 95 % interval (E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209); None of nothing."""
    if not whole:
        return {"k": part, "n": whole, "share": None, "low": None, "high": None}
    p = part / whole
    middle = (p + Z * Z / (2 * whole)) / (1 + Z * Z / whole)
    half = Z * sqrt(p * (1 - p) / whole + Z * Z / (4 * whole * whole)) / (1 + Z * Z / whole)
    return {"k": part, "n": whole, "share": p, "low": max(0.0, middle - half), "high": min(1.0, middle + half)}


def _questionnaires(data: Collected) -> list[dict[str, Any]]:
    """Each score of each questionnaire, by the condition that was asked about."""
    groups: dict[tuple[str, str, str], list[float | None]] = {}
    for answered in data.answers:
        for score, value in answered.scores.items():
            groups.setdefault((answered.questionnaire, answered.condition, score), []).append(value)
    return [
        {"questionnaire": name, "condition": condition, "score": score} | spread(values)
        for (name, condition, score), values in sorted(groups.items())
    ]
