"""From the outcomes of cases to figures: shares with their 95 % intervals over subjects, by landmark and by class.

Knows outcomes and numbers; runs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from inference.baseline import conformal
from inference.evaluation import measures, reasons
from inference.evaluation.bench import Outcome
from inference.evaluation.correction import KINDS
from sim.landmarks import ARM_KEYS, KEYS

ARRIVAL_MM = (25.0, 30.0)
ARMS = np.array([key in ARM_KEYS for key in KEYS])


def summarise(task: str, outcomes: Sequence[Outcome]) -> dict:
    """The figures of a finished evaluation."""
    return {
        "retrieval": _retrieval,
        "localization": _localization,
        "correction": _correction,
        "navigation": _navigation,
    }[task](outcomes)


def share(name: str, rows: Iterable[tuple[str, float]]) -> dict:
    """{name: mean, name_ci95: interval} of (subject, value) rows; None where there are none."""
    rows = list(rows)
    subjects, values = [s for s, _ in rows], [v for _, v in rows]
    return {name: measures.mean(values), f"{name}_ci95": measures.interval(values, subjects)}


def _at_ks(name: str, ks: Sequence[int], outcomes: Sequence[Outcome], measure: Callable[[Outcome, int], float]) -> dict:
    cells = {str(k): share("at", [(o.case.patient, measure(o, k)) for o in outcomes]) for k in ks}
    return {
        name: {k: cell["at"] for k, cell in cells.items()},
        f"{name}_ci95": {k: cell["at_ci95"] for k, cell in cells.items()},
    }


def _counted(outcomes: Sequence[Outcome]) -> tuple[dict, list[Outcome]]:
    sound = [o for o in outcomes if o.ids is not None]
    return {"n": len(outcomes), "malformed": len(outcomes) - len(sound)}, sound


def _retrieval(outcomes: Sequence[Outcome]) -> dict:
    out, sound = _counted(outcomes)
    out |= _at_ks("precision", (1, 2, 3), sound, lambda o, k: measures.precision(o.ids, o.truth, k))
    out |= _at_ks("recall", (1, 2, 3), sound, lambda o, k: measures.recall(o.ids, o.truth, k))
    out["by_landmark"] = {
        key: {
            "n": len(own),
            "precision_1": measures.mean([measures.precision(o.ids, o.truth, 1) for o in own]),
            "precision_3": measures.mean([measures.precision(o.ids, o.truth, 3) for o in own]),
        }
        for i, key in enumerate(KEYS)
        if (own := [o for o in sound if o.truth[:1] == (i + 1,)])
    }
    return out | _readings(outcomes) | {"seconds_per_reply": measures.mean([o.seconds for o in outcomes])}


def _hit(outcome: Outcome, k: int) -> float:
    return float(any(i in outcome.truth for i in outcome.ids[:k]))


def _localization(outcomes: Sequence[Outcome]) -> dict:
    out, sound = _counted(outcomes)
    out |= _at_ks("hit", (1, 2), sound, _hit)
    for name, arm in (("without_arms", False), ("arms", True)):
        own = [o for o in sound if (o.case.start in ARM_KEYS) is arm]
        out |= {f"n_{name}": len(own)} | _at_ks(f"hit_{name}", (1, 2), own, _hit)
    out["by_landmark"] = {
        key: {"n": len(own), "hit_1": measures.mean([_hit(o, 1) for o in own]),
              "hit_2": measures.mean([_hit(o, 2) for o in own])}
        for key in KEYS
        if (own := [o for o in sound if o.case.start == key])
    }  # fmt: skip
    return out | _readings(outcomes) | {"seconds_per_reply": measures.mean([o.seconds for o in outcomes])}


# ---- displacements -------------------------------------------------------------------------------


def stacked(outcomes: Sequence[Outcome], name: str) -> np.ndarray:
    """One of "offsets", "truth", "spreads" (n, 14, 3) or "radii" (n, 14) of the outcomes that have readings, in mm, NaN
    where not known."""
    return np.array([o.reading[name] for o in outcomes if name in o.reading], float)


def _readings(outcomes: Sequence[Outcome]) -> dict:
    """Median in-view errors of a model that gives displacements, and how often its regions hold the landmark."""
    outcomes = [o for o in outcomes if o.reading]
    if not outcomes:
        return {}
    subjects = np.array([o.case.patient for o in outcomes])
    offsets, truth = stacked(outcomes, "offsets"), stacked(outcomes, "truth")
    error = np.linalg.norm((offsets - truth)[..., :2], axis=-1)
    seen = conformal.on_picture(truth) & np.isfinite(error)
    out: dict = {}
    for name, columns in (("", ~ARMS), ("_arms", ARMS)):
        values, rows = _column(error, seen, columns, subjects)
        out[f"median_in_view_error_mm{name}"] = float(np.median(values)) if len(values) else None
        out[f"median_in_view_error_mm{name}_ci95"] = measures.interval(values, rows, np.median)
    out["in_view_error_mm_by_landmark"] = {
        key: float(np.median(error[seen[:, i], i])) for i, key in enumerate(KEYS) if seen[:, i].any()
    }
    if all("likelihoods" in o.reading for o in outcomes):
        ranked = [[i + 1 for i in np.argsort(o.reading["likelihoods"])[::-1]] for o in outcomes]
        out["classifier"] = {
            **_classified("precision", (1, 2, 3), outcomes, ranked, measures.precision),
            **_classified(
                "hit", (1, 2), outcomes, ranked, lambda said, true, k: float(bool(set(said[:k]) & set(true)))
            ),
        }
    if all("radii" in o.reading for o in outcomes):
        radii = stacked(outcomes, "radii")
        shown = conformal.on_picture(offsets) & np.isfinite(radii) & np.isfinite(error)
        values, rows = _column((error <= radii).astype(float), shown, np.ones(len(KEYS), bool), subjects)
        out |= {"n_regions": len(values)} | share("region_coverage", zip(rows, values))
        out["region_coverage_by_landmark"] = {
            key: float((error <= radii)[shown[:, i], i].mean()) for i, key in enumerate(KEYS) if shown[:, i].any()
        }
        out["median_region_radius_mm"] = float(np.median(radii[shown])) if shown.any() else None
    return out


def _classified(
    name: str, ks: Sequence[int], outcomes: Sequence[Outcome], ranked: Sequence[Sequence[int]], measure: Callable
) -> dict:
    """The published way of a conventional network: its most likely classes as the answer."""
    task = "retrieval" if name == "precision" else "localization"
    rows = [(o.case.patient, ids, o.truth) for o, ids in zip(outcomes, ranked) if o.case.task == task]
    if not rows:
        return {}
    cells = {str(k): share("at", [(patient, measure(ids, true, k)) for patient, ids, true in rows]) for k in ks}
    return {
        name: {k: cell["at"] for k, cell in cells.items()},
        f"{name}_ci95": {k: cell["at_ci95"] for k, cell in cells.items()},
    }


def _column(
    values: np.ndarray, chosen: np.ndarray, columns: np.ndarray, subjects: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Chosen cells of some columns of (n, 14) values, with the subject of each."""
    chosen = chosen & columns
    return values[chosen], np.broadcast_to(subjects[:, None], values.shape)[chosen]


# ---- correction ----------------------------------------------------------------------------------

NAMES = {"kept": "kept_when_right", "false_name": "held_against_false_name"}


def _correction(outcomes: Sequence[Outcome]) -> dict:
    first = [o for o in outcomes if o.case.kind == "first"]
    out: dict = {
        "n_views": len(first),
        "n_malformed_first": sum(o.right is None for o in first),
        "first_wrong": measures.mean([float(o.right is False) for o in first]),
    }
    for kind in KINDS:
        own = [o for o in outcomes if o.case.kind == kind]
        name = NAMES.get(kind, kind)
        out |= {f"n_{name}": len(own)} | share(name, [(o.case.patient, float(bool(o.right))) for o in own])
    for sort in ("direction", "negation"):
        own = [o for o in outcomes if o.case.kind == "hint" and o.stopped == sort]
        out |= {f"n_hint_{sort}": len(own)} | share(
            f"hint_{sort}", [(o.case.patient, float(bool(o.right))) for o in own]
        )
    false = [o for o in outcomes if o.case.kind == "false_name"]
    taken = [(o.case.patient, float(o.ids is not None and KEYS.index(o.case.target) + 1 in o.ids)) for o in false]
    out |= share("false_name_taken_up", taken)
    again = [o for o in outcomes if o.case.kind != "first"]
    out["refused_replies"] = sum(o.ids is None for o in again)
    out |= _seen((o.case.patient, reasons.claimed([o.reasoning]), o.in_view) for o in again if o.reasoning)
    return out


def _seen(rows: Iterable[tuple[str, Sequence[str], Sequence[str]]]) -> dict:
    """Share of the structures said to be seen that are in view in truth: rows of (subject, said, in view)."""
    cells = [(subject, float(key in view)) for subject, said, view in rows for key in said]
    return {"n_seen_said": len(cells)} | share("seen_is_in_view", cells)


# ---- navigation ----------------------------------------------------------------------------------


def _navigation(outcomes: Sequence[Outcome]) -> dict:
    subjects = [o.case.patient for o in outcomes]
    errors = [o.final_error_mm for o in outcomes]
    plain = [o for o in outcomes if not {o.case.start, o.case.target} & ARM_KEYS]
    arms = [o for o in outcomes if {o.case.start, o.case.target} & ARM_KEYS]
    out: dict = {"n": len(outcomes)}
    for limit in ARRIVAL_MM:
        name = f"arrived_within_{limit:g}mm"
        out |= share(name, [(o.case.patient, float(o.final_error_mm <= limit)) for o in outcomes])
        for part, own in (("without_arms", plain), ("arms", arms)):
            out[f"n_{part}"] = len(own)
            out |= share(f"{name}_{part}", [(o.case.patient, float(o.final_error_mm <= limit)) for o in own])
    out["median_final_error_mm"] = float(np.median(errors)) if errors else None
    out["median_final_error_mm_ci95"] = measures.interval(errors, subjects, np.median)
    extra = [(o.case.patient, o.moves - o.optimal) for o in outcomes]
    out |= share("mean_extra_moves", extra)
    out["refused_replies"] = sum(o.stopped == "refused" for o in outcomes)
    out["stopped"] = {s: sum(o.stopped == s for o in outcomes) for s in sorted({o.stopped for o in outcomes})}
    steps = sum(o.steps for o in outcomes)
    out["steps"] = steps
    out["seconds_per_step"] = sum(o.seconds for o in outcomes) / steps if steps else None
    decisions = [o.decision_seconds for o in outcomes if o.decision_seconds is not None]
    out["seconds_per_decision"] = measures.mean(decisions)
    out |= _reasons(outcomes)
    for name, key_of in (("by_target", lambda o: o.case.target), ("by_start", lambda o: o.case.start)):
        out[name] = {
            key: measures.mean([float(o.final_error_mm <= ARRIVAL_MM[0]) for o in own])
            for key in KEYS
            if (own := [o for o in outcomes if key_of(o) == key])
        }
    return out


def _reasons(outcomes: Sequence[Outcome]) -> dict:
    steps = [(o.case.patient, o.case.target, step) for o in outcomes for step in o.trace if step.tokens]
    fine = [
        (
            patient,
            float(
                len(step.reasons) == 2
                and reasons.agrees(step.reasons[0], step.tokens[0], step.context, target)
                and reasons.agrees(step.reasons[1], step.tokens[2], step.context, target)
            ),
        )
        for patient, target, step in steps
    ]
    context = [(patient, float(step.context in step.in_view)) for patient, _, step in steps]
    return (
        {"n_reasoned_steps": len(fine)}
        | share("reasons_agree_and_name_both", fine)
        | share("context_is_in_view", context)
        | _seen((patient, reasons.claimed(step.reasons), step.in_view) for patient, _, step in steps)
    )
