"""`--format csv`: trials.csv, questionnaires.csv and a codebook that says what each column is."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from carm_gui.session.export_data import TRIAL_COLUMNS, Collected, describe
from carm_gui.session.measures import MEASURES
from carm_gui.session.questionnaires import load

ANSWER_COLUMNS = ("participant", "session", "condition", "questionnaire", "at", "answers")


def write(data: Collected, out: Path) -> list[Path]:
    """The files written below `out`."""
    trials, answers, book = out / "trials.csv", out / "questionnaires.csv", out / "codebook.json"
    columns = [*TRIAL_COLUMNS, *MEASURES]
    table(trials, columns, ({**t.row, **t.measures} for t in data.trials))
    scores = sorted({name for answered in data.answers for name in answered.scores})
    table(
        answers,
        [*ANSWER_COLUMNS, *scores],
        ({**{name: getattr(a, name) for name in ANSWER_COLUMNS}, **a.scores} for a in data.answers),
    )
    sources = {a.questionnaire: load(a.questionnaire).source for a in data.answers}
    told = {"trials.csv": describe(), "questionnaires.csv": {"sources": sources}, "problems": list(data.problems)}
    book.write_text(json.dumps(told, indent=1, ensure_ascii=False), encoding="utf-8")
    return [trials, answers, book]


def table(file: Path, columns: Sequence[str], rows: Iterable[dict[str, Any]], delimiter: str = ",") -> None:
    """A table as UTF-8 text; what is unknown is empty (n/a in a .tsv)."""
    empty = "n/a" if delimiter == "\t" else ""
    with open(file, "w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, delimiter=delimiter, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([cell(row.get(name), empty) for name in columns])


def cell(value: Any, empty: str = "") -> str:
    """A value as a table has it: numbers rounded to four places, yes and no as true and false."""
    if value is None or value == "" or value == ():
        return empty
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    if isinstance(value, (tuple, list)):
        return " ".join(cell(item, "n/a") for item in value)
    return str(value).replace("\t", " ").replace("\n", " ")
