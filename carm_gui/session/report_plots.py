"""The plots of a report, as matplotlib figures: learning curve, conditions, trust, the way over the body, time line.
Colours are Okabe and Ito's (2008), and nothing is told by colour alone. Knows no page."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

import matplotlib

matplotlib.use("Agg")
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke

from carm_gui.session.export_data import Trial
from carm_gui.session.measures import counted, pose_of
from sim.landmarks import BY_KEY
from sim.resource import resource

BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9"
CYCLE = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION)
SHAPES = ("o", "s", "^", "D", "v", "P")
INK, SOFT, RULE = "#1d232b", "#66717e", "#dde2e8"
STATES = {
    "idle": ("#e7ebef", "at rest"),
    "looking": (SKY, "looking"),
    "proposing": (BLUE, "answering"),
    "waiting": (ORANGE, "waiting for the participant"),
    "moving": (GREEN, "moving"),
    "arrived": ("#b9e3d5", "arrived, says the model"),
    "halted": (VERMILION, "halted"),
}
MOST_ROWS = 40
"""Trials in one time line; more are drawn on further ones."""


def dress() -> None:
    """Fonts and lines of every plot."""
    for file in ("InterTight-Regular.ttf", "InterTight-SemiBold.ttf"):
        font_manager.fontManager.addfont(str(resource("fonts", file)))
    matplotlib.rcParams.update(
        {
            "font.family": ["Inter Tight"],
            "font.size": 10,
            "axes.titlesize": 11,
            "axes.titleweight": "semibold",
            "axes.titlelocation": "left",
            "axes.titlepad": 10,
            "axes.labelcolor": SOFT,
            "axes.edgecolor": RULE,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.grid.axis": "y",
            "axes.axisbelow": True,
            "grid.color": RULE,
            "grid.linewidth": 0.8,
            "text.color": INK,
            "xtick.color": SOFT,
            "ytick.color": SOFT,
            "xtick.major.size": 0,
            "ytick.major.size": 0,
            "legend.frameon": False,
            "svg.fonttype": "path",
            "svg.hashsalt": "carm",
        }
    )


def learning(trials: Sequence[Trial]) -> Figure:
    """Final error and time against the number of the trial: each participant thin, the median of all thick."""
    figure = Figure(figsize=(9.2, 3.3), layout="constrained")
    left, right = figure.subplots(1, 2)
    _learning(left, trials, "final_error_mm", "Final error", "mm")
    _learning(right, trials, "seconds", "Time", "s")
    return figure


def _learning(axes: Axes, trials: Sequence[Trial], name: str, title: str, unit: str) -> None:
    people: dict[Any, list[tuple[int, float]]] = {}
    for trial in trials:
        if trial.measures[name] is not None:
            key = (trial.row["participant"], trial.row["session"])
            people.setdefault(key, []).append((trial.row["trial"], trial.measures[name]))
    for points in people.values():
        axes.plot(*zip(*sorted(points)), color=SOFT, linewidth=0.9, alpha=0.45, marker="o", markersize=2.5)
    numbers = sorted({number for points in people.values() for number, _ in points})
    middle = [median(v for points in people.values() for n, v in points if n == number) for number in numbers]
    axes.plot(numbers, middle, color=BLUE, linewidth=2.4, marker="o", markersize=6, label="median")
    axes.set(xlabel="trial", ylabel=unit, title=title, ylim=(0, None))
    axes.set_xticks(numbers)


def conditions(trials: Sequence[Trial]) -> Figure:
    """Each trial a dot by its condition, the median a bar: error, time, shots."""
    names = sorted({trial.row["condition"] for trial in trials})
    figure = Figure(figsize=(9.2, 0.62 * len(names) + 1.5), layout="constrained")
    shown = (("final_error_mm", "Final error, mm"), ("seconds", "Time, s"), ("shots", "Shots"))
    for axes, (name, title) in zip(figure.subplots(1, 3, sharey=True), shown):
        for row, condition in enumerate(names):
            values = [t.measures[name] for t in trials if t.row["condition"] == condition]
            values = [value for value in values if value is not None]
            colour, shape = CYCLE[row % len(CYCLE)], SHAPES[row % len(SHAPES)]
            shift = (np.arange(len(values)) * 0.618034 % 1.0 - 0.5) * 0.4
            axes.scatter(values, row + shift, s=22, color=colour, marker=shape, alpha=0.65, linewidths=0)
            if values:
                axes.plot([median(values)] * 2, [row - 0.34, row + 0.34], color=INK, linewidth=2.2)
        axes.set(title=title, xlim=(0, None))
        axes.set_yticks(range(len(names)), names)
        axes.tick_params(axis="y", labelcolor=INK)
        axes.grid(axis="x")
        axes.grid(axis="y", visible=False)
    figure.axes[0].invert_yaxis()
    return figure


def trust(by_condition: dict[str, dict[str, Any]]) -> Figure | None:
    """How often moves were accepted, right ones and wrong ones, with Wilson's 95 % intervals; None without a model."""
    names = [n for n, s in by_condition.items() if s["accept_when_right"]["n"] or s["accept_when_wrong"]["n"]]
    if not names:
        return None
    figure = Figure(figsize=(9.2, 0.62 * len(names) + 1.35), layout="constrained")
    axes = figure.subplots()
    kinds = (("accept_when_right", GREEN, "o", "right moves"), ("accept_when_wrong", VERMILION, "X", "wrong moves"))
    for row, name in enumerate(names):
        for shift, (measure, colour, shape, _) in zip((-0.14, 0.14), kinds):
            value = by_condition[name][measure]
            if value["share"] is None:
                continue
            axes.plot([value["low"], value["high"]], [row + shift] * 2, color=colour, linewidth=2, alpha=0.55)
            axes.scatter([value["share"]], [row + shift], color=colour, marker=shape, s=64, zorder=3)
            text = f"{value['k']} of {value['n']}"
            axes.annotate(
                text, (value["high"], row + shift), (8, 0), textcoords="offset points", va="center", color=SOFT
            )
    axes.set(xlim=(-0.02, 1.12), title="Accepted, of the moves that were offered")
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), names)
    axes.set_xticks(np.linspace(0, 1, 6), [f"{x:.0%}" for x in np.linspace(0, 1, 6)])
    axes.tick_params(axis="y", labelcolor=INK)
    axes.grid(axis="x")
    axes.grid(axis="y", visible=False)
    marks = [Line2D([], [], color=c, marker=m, linestyle="", markersize=7, label=text) for _, c, m, text in kinds]
    figure.legend(handles=marks, loc="outside lower center", ncols=2)
    return figure


def way(trials: Sequence[Trial], scout: Any | None, title: str) -> Figure:
    """The ways of the view's centre over the body, from a ring to a dot; the target is a cross. `scout` is the
    patient's overview (carm_gui/scout.py), None when the patient is not at hand."""
    figure = Figure(figsize=(3.0, 3.9), layout="constrained")
    axes = figure.subplots()
    axes.set_title(title)
    axes.set_aspect("equal")
    landmarks = (trials[0].recording.about.get("patient") or {}).get("landmarks") or {}
    if scout is not None:
        box = (scout.left_mm, scout.left_mm + scout.width_mm, scout.up_mm - scout.height_mm, scout.up_mm)
        axes.imshow(255 - scout.grey, cmap="gray", extent=box, alpha=0.55, interpolation="bilinear", zorder=0)
    else:
        places = np.array([at[:2] for at in landmarks.values()] or [(0.0, 0.0)])
        axes.scatter(*places.T, s=10, color=SOFT, zorder=0)
    for number, trial in enumerate(trials):
        at = positions(trial)
        colour = CYCLE[number % len(CYCLE)]
        axes.plot(at[:, 0], at[:, 1], color=colour, linewidth=1.5, alpha=0.85)
        axes.plot(*at[0], marker="o", markersize=6, markerfacecolor="white", markeredgecolor=colour, linestyle="")
        axes.plot(*at[-1], marker="o", markersize=5, color=colour, linestyle="")
    target = trials[0].row["target"]
    truth = trials[0].recording.trial.get("truth")
    if truth:
        axes.plot(truth[0], truth[1], marker="+", markersize=15, markeredgewidth=2.4, color=VERMILION)
        halo = [withStroke(linewidth=2.5, foreground="white")]
        name = {"textcoords": "offset points", "color": VERMILION, "fontsize": 9, "path_effects": halo}
        axes.annotate(BY_KEY[target].title, truth[:2], (9, 6), **name)
    axes.grid(visible=False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    axes.set_xlabel("patient's right   ·   left", fontsize=8)
    return figure


def positions(trial: Trial) -> np.ndarray:
    """Where the view's centre stood, (n, 2) mm left and up, in order."""
    start = (trial.recording.about.get("device") or {}).get("start_pose")
    found = [pose_of(start)] if start else []
    found += [pose_of(line.data["pose"]) for line in counted(trial.recording) if line.kind == "pose"]
    return np.array([(pose.left_mm, pose.up_mm) for pose in found] or [(0.0, 0.0)])


def timelines(trials: Sequence[Trial]) -> list[Figure]:
    """What happened when, one row a trial."""
    return [_timeline(trials[at : at + MOST_ROWS]) for at in range(0, len(trials), MOST_ROWS)]


def _timeline(trials: Sequence[Trial]) -> Figure:
    figure = Figure(figsize=(9.2, 0.27 * len(trials) + 1.5), layout="constrained")
    axes = figure.subplots()
    marks = {"accept": (GREEN, "^"), "reject": (VERMILION, "v"), "planted": (PURPLE, "D"), "shot": (INK, "|")}
    for row, trial in enumerate(trials):
        for state, begin, end in states(trial):
            axes.barh(row, end - begin, left=begin, height=0.62, color=STATES[state][0], linewidth=0)
        for kind, at in moments(trial):
            colour, shape = marks[kind]
            size = 26 if kind != "shot" else 46
            edge = {} if kind == "shot" else {"edgecolors": "white", "linewidths": 0.7}
            axes.scatter([at], [row], color=colour, marker=shape, s=size, zorder=3, **edge)
    axes.set_ylim(len(trials) - 0.4, -0.6)
    names = [f"{t.row['participant']} {t.row['trial']} {t.row['condition']}".strip() for t in trials]
    axes.set_yticks(range(len(trials)), names, fontsize=8)
    axes.set(xlabel="s", xlim=(0, None))
    axes.grid(axis="x")
    axes.grid(axis="y", visible=False)
    used = {state for trial in trials for state, _, _ in states(trial)}
    handles: list[Any] = [Patch(color=colour, label=text) for s, (colour, text) in STATES.items() if s in used]
    said = {"accept": "accepted", "reject": "rejected", "planted": "planted reply", "shot": "shot"}
    happened = {kind for trial in trials for kind, _ in moments(trial)}
    handles += [
        Line2D([], [], color=c, marker=m, linestyle="", label=said[kind])
        for kind, (c, m) in marks.items()
        if kind in happened
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=5, fontsize=9)
    return figure


def states(trial: Trial) -> list[tuple[str, float, float]]:
    """(state, from, to) in seconds from the beginning of the trial."""
    lines = counted(trial.recording)
    if not lines:
        return []
    began, spans = lines[0].t, []
    state, since = "idle", 0.0
    for line in lines:
        if line.kind == "state":
            spans.append((state, since, line.t - began))
            state, since = line.data["state"], line.t - began
    spans.append((state, since, lines[-1].t - began))
    return [span for span in spans if span[2] > span[1] and span[0] in STATES]


def moments(trial: Trial) -> list[tuple[str, float]]:
    """(accept, reject, planted or shot; seconds from the beginning of the trial)."""
    lines = counted(trial.recording)
    found = []
    for line in lines:
        at = line.t - lines[0].t
        if line.kind == "decision":
            found.append(("accept" if line.data.get("accepted") else "reject", at))
        elif line.kind == "step" and line.data.get("planted"):
            found.append(("planted", at))
        elif line.kind == "frame" and line.data.get("shot"):
            found.append(("shot", at))
    return found


def scores(rows: Sequence[dict[str, Any]]) -> Figure:
    """Medians of the questionnaires' scores with their quartiles; scales of 0-100 and of 1-7 apart."""
    seven = ("trust", "distrust")
    parts = [[r for r in rows if r["score"] not in seven], [r for r in rows if r["score"] in seven]]
    parts = [part for part in parts if part]
    most = max(len(part) for part in parts)
    figure = Figure(figsize=(9.2, 0.34 * most + 1.0), layout="constrained")
    grid = figure.subplots(1, len(parts), squeeze=False, width_ratios=[2, 1][: len(parts)])[0]
    for axes, part in zip(grid, parts):
        wide = part[0]["score"] not in seven
        for row, value in enumerate(part):
            if value["median"] is None:
                continue
            axes.plot([value["low"], value["high"]], [row, row], color=BLUE, linewidth=5, alpha=0.3)
            axes.scatter([value["median"]], [row], color=BLUE, s=46, zorder=3)
        axes.set_yticks(range(len(part)), [_score_name(value) for value in part])
        axes.tick_params(axis="y", labelcolor=INK)
        axes.set_ylim(len(part) - 0.5, -0.5)
        axes.set(xlim=(0, 100) if wide else (1, 7), xlabel="0-100" if wide else "1-7")
        axes.grid(axis="x")
        axes.grid(axis="y", visible=False)
    return figure


NAMES = {"sus": "SUS", "raw_tlx": "Raw TLX", "umux_lite": "UMUX-Lite", "umux_lite_as_sus": "UMUX-Lite as SUS"}


def _score_name(value: dict[str, Any]) -> str:
    name = NAMES.get(value["score"], value["score"].replace("_", " ").capitalize())
    return f"{name}, {value['condition']}" if value["condition"] else name
