"""`carm score`: raw replies of any model against the truth, in the published CSV layout."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from inference.evaluation import measures
from inference.reply import published_ids
from sim.landmarks import BY_ID, BY_KEY, LANDMARKS

TRUTH_COLUMNS = {
    "retrieval": ("filename", "top3_landmarks"),
    "localization": ("file_path", "landmark"),
    "regions": ("SOPInstanceUID", "Target"),
}
PREDICTION_COLUMNS = ("filename", "output")
KS = {"retrieval": (1, 2, 3), "localization": (1, 2), "regions": (1, 2)}


def _rows(path: Path, columns: tuple[str, str]) -> dict[str, str]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            if missing := [c for c in columns if c not in (reader.fieldnames or ())]:
                raise ValueError(f"{path} lacks the column {missing[0]}; it needs {columns[0]} and {columns[1]}.")
            return {row[columns[0]].strip(): row[columns[1]] or "" for row in reader}
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read as a CSV file ({error}).") from None


def landmark_id(text: str) -> int:
    """The id that a truth file means by an id, a key or any published name. Raises ValueError for another text."""
    text = text.strip()
    if text.isdigit() and int(text) in BY_ID:
        return int(text)
    plain = re.sub(r"[\s_]+", " ", text).lower()
    for mark in LANDMARKS:
        names = {mark.key.replace("_", " "), *(mark.name(i).lower() for i in range(len(mark.names)))}
        if plain in names:
            return mark.id
    raise ValueError(f"{text!r} is not one of the {len(BY_KEY)} landmarks.")


def score(task: str, predictions: Path, truth: Path) -> dict:
    """The published figures of raw replies; malformed ones are counted and left out of the means. Raises ValueError
    with one sentence for a file, a column or a truth that cannot be read, and for replies without a truth."""
    if task not in TRUTH_COLUMNS:
        raise ValueError(f"There is no score for {task!r}; choose one of {', '.join(TRUTH_COLUMNS)}.")
    said = _rows(predictions, PREDICTION_COLUMNS)
    known = _rows(truth, TRUTH_COLUMNS[task])
    if unknown := [name for name in said if name not in known]:
        raise ValueError(f"{truth} has no truth for {unknown[0]} ({len(unknown)} such replies).")
    malformed, values = 0, []
    for name, raw in said.items():
        ids = published_ids(task, raw)
        if ids is None:
            malformed += 1
            continue
        values.append((ids, _truth(task, known[name])))
    out: dict = {"n": len(said), "malformed": malformed}
    if task == "localization":
        out["hit"] = {str(k): measures.mean([measures.hit(p, t[0], k) for p, t in values]) for k in KS[task]}
    else:
        out["precision"] = {str(k): measures.mean([measures.precision(p, t, k) for p, t in values]) for k in KS[task]}
        out["recall"] = {str(k): measures.mean([measures.recall(p, t, k) for p, t in values]) for k in KS[task]}
    return out


def _truth(task: str, text: str) -> list[int]:
    if task == "localization":
        return [landmark_id(text)]
    ids = [int(number) for number in re.findall(r"\d+", text)]
    if not ids:
        raise ValueError(f"The truth {text!r} holds no ids.")
    return ids
