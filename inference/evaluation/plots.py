"""The pictures of an evaluation: bars with intervals, heat maps in the body, who is taken for whom, strips of steps.

Knows figures and outcomes; runs no model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from inference.evaluation import paint
from inference.evaluation.bench import Outcome
from inference.evaluation.paint import INK, Bar, Canvas
from inference.evaluation.plan import MEAN_ANATOMY
from inference.evaluation.reference import mean_landmarks
from sim.landmarks import BY_ID, BY_KEY, KEYS

ROW = "true isocentre, mean anatomy (blind)"
SHORT = {
    key: BY_KEY[key].title.replace("scapular inferior angle", "scapular tip").replace("hemidiaphragm", "dome")
    for key in KEYS
}
CORRECTIONS = (
    ("bare", "bare", 0.5),
    ("hint", "hint", 0.8),
    ("named", "name", 0.98),
    ("kept_when_right", "right, kept", 0.9),
    ("held_against_false_name", "false name, held", 0.7),
    ("planted_bare", "planted, bare", None),
    ("planted_hint", "planted, hint", None),
    ("planted_named", "planted, name", None),
)


def draw(task: str, rows: Mapping[str, Mapping], outcomes: Sequence[Outcome], out: Path) -> list[Path]:
    """The pictures of a task into `out`: `rows` are the figures of each model by the name to show, `outcomes` those of
    the first. Returns the paths."""
    makers = {
        "retrieval": (("precision", _precision), ("heatmap", _heat_map)),
        "localization": (("hits", _hits), ("hits_by_landmark", _by_landmark), ("confusion", _confusion)),
        "correction": (("correction", _corrections),),
        "navigation": (("navigation", _arrivals), ("navigation_pairs", _pairs)),
    }[task]
    paths = []
    for name, maker in makers:
        canvas = maker(rows, outcomes)
        if canvas is not None:
            paths.append(out / f"{name}.png")
            canvas.save(paths[-1])
    return paths


def rows_of(figures: Mapping[str, Mapping]) -> dict[str, Mapping]:
    """The rows to show: each model, then the row that does not see."""
    rows = {_title(model, own): own for model, own in figures.items()}
    for own in figures.values():
        if "true_isocentre_mean_anatomy" in own:
            rows[ROW] = own["true_isocentre_mean_anatomy"]
            break
    return rows


def _title(model: str, own: Mapping) -> str:
    if model == MEAN_ANATOMY:
        return ROW
    blind = f", {own['blind']} pictures" if own.get("blind") else ""
    return f"{Path(model).name}{blind}"


def _count(rows: Mapping[str, Mapping]) -> str:
    own = next(iter(rows.values()))
    patients = len(own.get("patients", ()))
    return f"{own['n']} cases, {patients} patients; whiskers: 95 % by bootstrap over patients"


def _at(own: Mapping, name: str, k: str) -> Bar:
    return Bar(own[name][k], own[f"{name}_ci95"][k])


def _precision(rows: Mapping[str, Mapping], _) -> Canvas:
    groups = ["P@1", "P@2", "P@3", "R@3"]
    cells = (("precision", "1"), ("precision", "2"), ("precision", "3"), ("recall", "3"))
    series = [(name, [_at(own, what, k) for what, k in cells]) for name, own in rows.items()]
    return paint.bars("Retrieval: the three nearest landmarks", groups, series, note=_count(rows))


def _hits(rows: Mapping[str, Mapping], _) -> Canvas:
    groups = ["Hit@1", "Hit@2", "Hit@1 arms", "Hit@2 arms"]
    cells = (("hit", "1"), ("hit", "2"), ("hit_arms", "1"), ("hit_arms", "2"))
    series = [(name, [_at(own, what, k) for what, k in cells]) for name, own in rows.items()]
    return paint.bars("Localization: the landmark at the centre", groups, series, note=_count(rows))


def _by_landmark(rows: Mapping[str, Mapping], _) -> Canvas:
    keys = [key for key in KEYS if any(key in own["by_landmark"] for own in rows.values())]
    series = [(name, [Bar(own["by_landmark"].get(key, {}).get("hit_2")) for key in keys]) for name, own in rows.items()]
    return paint.bars("Localization: Hit@2 by landmark", [SHORT[key] for key in keys], series, note=_count(rows))


def _confusion(rows: Mapping[str, Mapping], outcomes: Sequence[Outcome]) -> Canvas | None:
    """Share of first answers by the landmark that the view is about."""
    counts = np.zeros((len(KEYS), len(KEYS)))
    for outcome in outcomes:
        if outcome.ids and outcome.ids[0] in BY_ID:
            counts[KEYS.index(outcome.case.start), outcome.ids[0] - 1] += 1
    total = counts.sum(1, keepdims=True)
    if not total.any():
        return None
    shares = np.divide(counts, total, out=np.full_like(counts, np.nan), where=total > 0)
    shares[shares == 0] = np.nan
    names = [SHORT[key] for key in KEYS]
    title = f"{next(iter(rows))}: first answer by landmark"
    return paint.grid(title, names, names, shares, top=1.0, across="first answer", down="the landmark in the centre")


def _corrections(rows: Mapping[str, Mapping], _) -> Canvas:
    series = [(row, [Bar(own[name], own[f"{name}_ci95"]) for name, _, _ in CORRECTIONS]) for row, own in rows.items()]
    own = next(iter(rows.values()))
    note = f"{own['n_bare']} own wrong answers, {own['n_kept_when_right']} right ones; lines: what was asked for"
    return paint.bars(
        "Correction: right after the clinician's words",
        [label for _, label, _ in CORRECTIONS],
        series,
        note=note,
        goals=[goal for _, _, goal in CORRECTIONS],
    )


def _arrivals(rows: Mapping[str, Mapping], _) -> Canvas:
    groups = ["all", "no elbow or wrist", "elbow or wrist"]
    names = ["arrived_within_25mm", "arrived_within_25mm_without_arms", "arrived_within_25mm_arms"]
    series = [(row, [Bar(own[name], own[f"{name}_ci95"]) for name in names]) for row, own in rows.items()]
    return paint.bars("Navigation: ends within 25 mm", groups, series, note=_count(rows), goals=(0.75, 0.95, None))


def _pairs(rows: Mapping[str, Mapping], outcomes: Sequence[Outcome]) -> Canvas:
    """Median final error of each ordered pair."""
    values = np.full((len(KEYS), len(KEYS)), np.nan)
    for i, start in enumerate(KEYS):
        for j, target in enumerate(KEYS):
            errors = [o.final_error_mm for o in outcomes if (o.case.start, o.case.target) == (start, target)]
            if errors:
                values[i, j] = np.median(errors)
    names = [SHORT[key] for key in KEYS]
    title = f"{next(iter(rows))}: median final error, mm"
    return paint.grid(title, names, names, values, top=100.0, digits=0, across="target", down="start")


# ---- the heat map --------------------------------------------------------------------------------

SPREAD_MM = 25.0
LEAST_WEIGHT = 1.0


def heat(outcomes: Sequence[Outcome]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision@3 over the coronal plane: (value (rows, columns), centres left (columns,), centres up (rows,)),
    smoothed with a Gaussian of SPREAD_MM; NaN where hardly any view was. Rows run from the head down."""
    from inference.evaluation.measures import precision

    sound = [o for o in outcomes if o.ids is not None and o.centre_mm]
    at = np.array([o.centre_mm[:2] for o in sound])
    value = np.array([precision(o.ids, o.truth, 3) for o in sound])
    left = np.arange(np.floor(at[:, 0].min() / 10) * 10, at[:, 0].max() + 10, 10.0)
    up = np.arange(np.ceil(at[:, 1].max() / 10) * 10, at[:, 1].min() - 10, -10.0)
    away = ((left[None, :, None] - at[:, 0]) ** 2 + (up[:, None, None] - at[:, 1]) ** 2) / (2 * SPREAD_MM**2)
    weight = np.exp(-away)
    total = weight.sum(-1)
    return np.where(total > LEAST_WEIGHT, (weight * value).sum(-1) / np.maximum(total, 1e-9), np.nan), left, up


def _heat_map(rows: Mapping[str, Mapping], outcomes: Sequence[Outcome]) -> Canvas | None:
    """Precision@3 by where the isocentre stood, with the population's mean landmarks (patient's right on the left)."""
    if not any(o.ids is not None and o.centre_mm for o in outcomes):
        return None
    value, left, up = heat(outcomes)
    scale, margin, head = 1.1, 70.0, 74.0
    low, high = min(left.min(), -210.0), max(left.max(), 210.0)
    bottom, top = min(up.min(), -300.0), max(up.max(), 230.0)
    canvas = Canvas(int(2 * margin + (high - low) * scale + 70), int(head + (top - bottom) * scale + 60))

    def x(mm: float) -> float:
        return margin + (mm - low) * scale

    def y(mm: float) -> float:
        return head + (top - mm) * scale

    canvas.text(16, 14, f"{next(iter(rows))}: Precision@3 by isocentre", 17, strong=True)
    canvas.text(16, 40, "coronal plane, patient's right on the left; crosses: mean landmarks", 12, paint.FAINT)
    for i, row_up in enumerate(up):
        for j, column_left in enumerate(left):
            if np.isfinite(value[i, j]):
                corner = (x(column_left - 5), y(row_up + 5), x(column_left + 5), y(row_up - 5))
                canvas.box(*corner, paint.shade(_depth(value[i, j])))
    for key, (mm_left, mm_up, _) in zip(KEYS, mean_landmarks()):
        for step in ((4, 0), (0, 4)):
            canvas.line([(x(mm_left) - step[0], y(mm_up) - step[1]), (x(mm_left) + step[0], y(mm_up) + step[1])], INK)
        canvas.text(x(mm_left) + 7, y(mm_up) - 4, SHORT[key], 10, INK, "lm")
    for mm in range(-200, 201, 100):
        canvas.text(x(mm), y(bottom) + 6, f"{mm:+d}" if mm else "0", 11, paint.FAINT, "ma")
    for mm in range(int(np.ceil(bottom / 100)) * 100, int(top) + 1, 100):
        canvas.text(margin - 8, y(mm), f"{mm:+d}" if mm else "0", 11, paint.FAINT, "rm")
    canvas.text(x(high), y(bottom) + 22, "mm toward the patient's left", 11, paint.FAINT, "ra")
    key_x, steps = x(high) + 24, np.linspace(1.0, HEAT_FROM, 41)
    for i, step in enumerate(steps):
        canvas.box(key_x, head + 20 + 4 * i, key_x + 16, head + 24 + 4 * i, paint.shade(_depth(step)))
    canvas.text(key_x + 20, head + 20, "1.0", 11, anchor="lm")
    canvas.text(key_x + 20, head + 20 + 4 * len(steps), f"{HEAT_FROM:g}", 11, anchor="lm")
    return canvas


HEAT_FROM = 0.4
"""Precision at the pale end."""


def _depth(value: float) -> float:
    return min(max((value - HEAT_FROM) / (1 - HEAT_FROM), 0.0), 1.0)


# ---- strips --------------------------------------------------------------------------------------

STRIP_SIDE = 190


def strip(outcome: Outcome, pictures: Sequence[np.ndarray], goals: Sequence[tuple[float, float] | None]) -> Canvas:
    """The steps of one navigation side by side: each picture with the proposed move as an arrow, and the target's true
    place as a ring (it was not shown to the model). `goals` are (right, down) shares of the picture from its centre,
    None outside it; there is one more picture than steps when the view moved after the last."""
    width = STRIP_SIDE + 12
    canvas = Canvas(24 + width * len(pictures), STRIP_SIDE + 122)
    start, target = (BY_KEY[key].title for key in (outcome.case.start, outcome.case.target))
    title = f"{outcome.case.patient}: {start} to {target}"
    canvas.text(16, 12, title, 15, strong=True)
    canvas.text(16, 34, f"{outcome.stopped}, {outcome.final_error_mm:.0f} mm away at the end", 12, paint.FAINT)
    for number, picture in enumerate(pictures):
        left, head = 16 + width * number, 58.0
        canvas.paste(picture, left, head, STRIP_SIDE)
        middle = (left + STRIP_SIDE / 2, head + STRIP_SIDE / 2)
        goal = goals[number]
        if goal is not None:
            at = (middle[0] + goal[0] * STRIP_SIDE, middle[1] + goal[1] * STRIP_SIDE)
            canvas.dot(*at, 7, fill=None, edge=(230, 159, 0))
        canvas.dot(*middle, 2, fill=(86, 180, 233))
        if number >= len(outcome.trace):
            canvas.text(left, head + STRIP_SIDE + 8, "end", 12)
            continue
        step = outcome.trace[number]
        if not step.tokens:
            canvas.text(left, head + STRIP_SIDE + 8, "refused", 12)
            continue
        x, extent_x, y, extent_y = step.tokens
        _arrow(canvas, middle, x, extent_x, y, extent_y)
        words = [f"{way} {extent}" for way, extent in ((x, extent_x), (y, extent_y)) if way != "CENTER"] or ["stays"]
        canvas.text(left, head + STRIP_SIDE + 8, f"{number + 1}. sees {SHORT.get(step.context, step.context)}", 12)
        canvas.text(left, head + STRIP_SIDE + 26, ", ".join(words).lower(), 12, paint.FAINT)
    return canvas


def _arrow(canvas: Canvas, middle: tuple[float, float], x: str, extent_x: str, y: str, extent_y: str) -> None:
    """The move of the view, to scale: the picture is some 215 mm wide, the patient's left on its right."""
    from inference.prompts import motion_of
    from sim.geometry import FIELD_MM

    move = motion_of(x, extent_x, y, extent_y)
    way = np.array([move.left_mm, -move.up_mm]) * STRIP_SIDE / FIELD_MM
    length = float(np.hypot(*way))
    if not length:
        return
    end, along = np.add(middle, way), way / length
    across = np.array([-along[1], along[0]])
    canvas.line([middle, tuple(end)], (86, 180, 233), 2.5)
    for side in (-1, 1):
        canvas.line([tuple(end), tuple(end - 9 * along + side * 5 * across)], (86, 180, 233), 2.5)
