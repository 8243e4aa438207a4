"""The paper's tables with ours beside them, as CSV, JSON and text: every model, the row that does not see, what was
published (arXiv 2604.18740).

Table 1: retrieval and localization on virtual subjects. Table 2: real X-rays and CTs. Then corrections and navigation.
Knows figures; runs nothing.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sim.xray.exposure import Exposure

PUBLISHED = {
    # P@1, P@2, P@3, R@3, Hit@1, Hit@2 on synthetic, Hit@2 and R@2 on real X-rays
    "conventional DL": (0.995, 0.91, 0.76, 0.76, 0.81, 0.92, 0.95, 0.94),
    "Gemma-3 27B fine-tuned": (0.96, 0.92, 0.84, 0.84, 0.73, 0.85, 0.93, 0.91),
    "Gemma-3 12B fine-tuned": (0.96, 0.93, 0.85, 0.85, 0.74, 0.84, 0.88, 0.85),
    "Gemma-3 4B fine-tuned": (0.96, 0.91, 0.82, 0.82, 0.55, 0.66, 0.85, 0.84),
    "Qwen2.5-VL 32B fine-tuned": (0.96, 0.92, 0.83, 0.83, 0.61, 0.70, 0.88, 0.86),
    "Qwen2.5-VL 7B fine-tuned": (0.95, 0.92, 0.82, 0.82, 0.59, 0.65, 0.83, 0.81),
    "Gemma-3 27B, not fine-tuned": (0.64, 0.61, 0.54, 0.54, 0.28, 0.42, 0.90, 0.86),
    "MedGemma 27B": (0.57, 0.52, 0.49, 0.50, 0.16, 0.24, 0.74, 0.72),
}
_AT_K = (
    ("P@1", "retrieval", "precision", "1"),
    ("P@2", "retrieval", "precision", "2"),
    ("P@3", "retrieval", "precision", "3"),
    ("R@3", "retrieval", "recall", "3"),
    ("Hit@1", "localization", "hit", "1"),
    ("Hit@2", "localization", "hit", "2"),
)
_REAL = (
    ("CT P@1", "retrieval", "precision", "1"),
    ("CT P@3", "retrieval", "precision", "3"),
    ("CT Hit@1", "localization", "hit", "1"),
    ("CT Hit@2", "localization", "hit", "2"),
    ("Hit@2", "regions", "hit", "2"),
    ("R@2", "regions", "recall", "2"),
)
"""Landmarks of CTs are ours; Hit@2 and R@2 are of the 22 regions of real X-rays, as published."""
_NAVIGATION = (
    ("n", "n"),
    ("within 25 mm", "arrived_within_25mm"),
    ("within 25 mm, no arms", "arrived_within_25mm_without_arms"),
    ("within 25 mm, arms", "arrived_within_25mm_arms"),
    ("median error mm", "median_final_error_mm"),
    ("extra moves", "mean_extra_moves"),
    ("refused", "refused_replies"),
    ("reasons agree", "reasons_agree_and_name_both"),
    ("seen is in view", "seen_is_in_view"),
    ("s a step", "seconds_per_step"),
)
_CORRECTION = (
    ("wrong", "n_bare"),
    ("bare", "bare"),
    ("hint", "hint"),
    ("name", "named"),
    ("right kept", "kept_when_right"),
    ("false name held", "held_against_false_name"),
    ("planted bare", "planted_bare"),
    ("planted hint", "planted_hint"),
    ("planted name", "planted_named"),
)
_READINGS = (
    ("in-view error mm", "median_in_view_error_mm"),
    ("in-view error mm, arms", "median_in_view_error_mm_arms"),
    ("region coverage", "region_coverage"),
    ("region radius mm", "median_region_radius_mm"),
)

Cell = tuple[float | None, Sequence[float] | None]
Table = tuple[list[str], list[tuple[str, dict[str, Cell]]]]
"""Columns, and rows of (name, {column: (value, interval)})."""


def collect(folder: Path) -> list[dict]:
    """Every figures.json in `folder` and below. Raises ValueError when there is none."""
    found = []
    for file in sorted(Path(folder).rglob("figures.json")):
        data = json.loads(file.read_text())
        if "task" in data:
            found.append(data)
    if not found:
        raise ValueError(f"{folder} holds no finished evaluation; run `carm evaluate` into it first.")
    return found


def tables(figures: Iterable[Mapping]) -> dict[str, Table]:
    """The tables of evaluations, one row for each model, way of blinding and kind of patients."""
    figures = list(figures)
    virtual = [own for own in figures if not _is_real(own)]
    real = [own for own in figures if _is_real(own)]
    out = {}
    for name, rows, columns, published in (
        ("table1", virtual, _AT_K, slice(0, 6)),
        ("table2", real, _REAL, slice(6, 8)),
    ):
        if any(own["task"] in ("retrieval", "localization", "regions") for own in rows):
            out[name] = _at_k(rows, columns, published)
    for name, rows in (("", virtual), ("_real", real)):
        out |= _plain(f"navigation{name}", rows, "navigation", _NAVIGATION)
        out |= _plain(f"correction{name}", rows, "correction", _CORRECTION)
        reading = [own for own in rows if own["task"] == "localization"]
        if any(_READINGS[0][1] in part for own in reading for part in _with_reference(own).values()):
            out |= _plain(f"displacements{name}", rows, "localization", _READINGS)
    return out


def _is_real(own: Mapping) -> bool:
    virtual = all(str(patient).startswith("virtual") for patient in own.get("patients", ()))
    return own["task"] == "regions" or not virtual


def _name(own: Mapping) -> str:
    name = Path(str(own["model"])).name if own.get("is_model", True) else REFERENCE
    extra = [f"{own['blind']}{BLINDED}" if own.get("blind") else ""]
    return ", ".join([name, *filter(None, extra), *_conditions(own)])


def _conditions(own: Mapping) -> list[str]:
    """In what its views differ from the usual ones."""
    usual = {"displace_mm": 0.0, "cone_mm": 0.0, "ma": Exposure.ma}
    words = {"displace_mm": "starts displaced up to {:g} mm", "cone_mm": "coned to {:g} mm", "ma": "{:g} mA"}
    return [words[name].format(own[name]) for name in usual if own.get(name, usual[name]) != usual[name]]


REFERENCE = "true isocentre with mean anatomy (does not see)"
BLINDED = " pictures"


def _with_reference(own: Mapping) -> dict[str, Mapping]:
    rows = {_name(own): own}
    if "true_isocentre_mean_anatomy" in own:
        rows[", ".join([REFERENCE, *_conditions(own)])] = own["true_isocentre_mean_anatomy"]
    return rows


def _at_k(figures: Sequence[Mapping], wanted: Sequence[tuple[str, str, str, str]], published: slice) -> Table:
    rows: dict[str, dict[str, Cell]] = {}
    for own in figures:
        for column, task, what, k in wanted:
            if own["task"] == task:
                for name, part in _with_reference(own).items():
                    rows.setdefault(name, {})[column] = (part[what][k], part[f"{what}_ci95"][k])
    given = ["P@1", "P@2", "P@3", "R@3", "Hit@1", "Hit@2", "Hit@2", "R@2"][published]
    used = {column for cells in rows.values() for column in cells} | set(given)
    columns = [column for column, *_ in wanted if column in used]
    for name, values in PUBLISHED.items():
        rows[f"published: {name}"] = {column: (value, None) for column, value in zip(given, values[published])}
    return columns, _last(rows)


def _last(rows: Mapping[str, dict[str, Cell]]) -> list[tuple[str, dict[str, Cell]]]:
    """Models first, then blinded ones, then the row that does not see, then what was published."""
    order = sorted(rows, key=lambda name: (name.startswith("published"), name.startswith(REFERENCE), BLINDED in name))
    return [(name, rows[name]) for name in order]


def _plain(name: str, figures: Sequence[Mapping], task: str, columns: Sequence[tuple[str, str]]) -> dict[str, Table]:
    rows = {
        row: {column: (part.get(key), part.get(f"{key}_ci95")) for column, key in columns}
        for own in figures
        if own["task"] == task
        for row, part in _with_reference(own).items()
    }
    return {name: ([column for column, _ in columns], _last(rows))} if rows else {}


def write(found: Mapping[str, Table], out: Path) -> list[Path]:
    """NAME.csv (values and the ends of their intervals), NAME.md for readers, and tables.json, into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, (columns, rows) in found.items():
        with (out / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["row", *(part for c in columns for part in (c, f"{c} low", f"{c} high"))])
            for row, cells in rows:
                line = [row]
                for column in columns:
                    value, ends = cells.get(column, (None, None))
                    line += ["" if v is None else f"{v:.4g}" for v in (value, *(ends or (None, None)))]
                writer.writerow(line)
        (out / f"{name}.md").write_text(as_text(columns, rows), encoding="utf-8")
        paths += [out / f"{name}.csv", out / f"{name}.md"]
    plain = {
        name: [{"row": row, **{c: {"value": v, "ci95": e} for c, (v, e) in cells.items()}} for row, cells in rows]
        for name, (_, rows) in found.items()
    }
    (out / "tables.json").write_text(json.dumps(plain, indent=1))
    return [*paths, out / "tables.json"]


def as_text(columns: Sequence[str], rows: Sequence[tuple[str, Mapping[str, Cell]]]) -> str:
    """A Markdown table: "0.941 (0.912 to 0.963)"."""
    lines = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    lines += [
        "| " + " | ".join([row, *(_cell(*cells.get(column, (None, None))) for column in columns)]) + " |"
        for row, cells in rows
    ]
    return "\n".join(lines) + "\n"


def _cell(value: float | None, ends: Sequence[float] | None) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    digits = 1 if abs(value) >= 10 else 3
    text = f"{value:.{digits}f}"
    return f"{text} ({ends[0]:.{digits}f} to {ends[1]:.{digits}f})" if ends else text
