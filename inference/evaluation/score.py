"""`carm score`: raw replies of any model against the truth, in the published CSV layout.

What counts as malformed is `inference.reply.published_ids`; such replies are counted and left out of the means. Knows
files and ids; knows no model. Files made by hand or by other programs are met half-way: spaces round names, a
byte-order mark, a reply whose commas were not quoted, folders or endings on one side's file names alone.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from inference.evaluation import measures
from inference.regions import REGIONS
from inference.reply import mentions, published_ids
from sim.landmarks import BY_ID, BY_KEY, LANDMARKS

TRUTH_COLUMNS = {
    "retrieval": ("filename", "top3_landmarks"),
    "localization": ("file_path", "landmark"),
    "regions": ("SOPInstanceUID", "Target"),
}
PREDICTION_COLUMNS = ("filename", "output")
KS = {"retrieval": (1, 2, 3), "localization": (1, 2), "regions": (1, 2)}
LONGEST_CELL = 1_000_000
_XML_IDS = re.compile(r"<\s*landmarks\s*>(.*?)(?:<\s*/|$)", re.IGNORECASE | re.DOTALL)
_OWN_SUBJECT = re.compile(r"^(virtual_\d+)_")


def score(task: str, predictions: Path, truth: Path) -> dict:
    """The published figures of raw replies, each with its 95 % interval by bootstrap: over subjects where file names
    begin with one as `carm evaluate` writes them, else over pictures. Raises ValueError with one sentence for a file, a
    column or a truth that cannot be read, and for replies without a truth."""
    if task not in TRUTH_COLUMNS:
        raise ValueError(f"There is no score for {task!r}; choose one of {', '.join(TRUTH_COLUMNS)}.")
    said = _rows(predictions, PREDICTION_COLUMNS)
    known = _Truths(truth, _rows(truth, TRUTH_COLUMNS[task]), task)
    malformed, used, subjects, values = 0, set(), [], []
    for name, raw in said.items():
        row, answer = known.of(name)
        used.add(row)
        ids = ids_of(task, raw)
        if ids is None:
            malformed += 1
            continue
        own = _OWN_SUBJECT.match(name)
        subjects.append(own[1] if own else name)
        values.append((ids, answer))
    out: dict = {"n": len(said), "malformed": malformed, "without_reply": len(known) - len(used)}
    if task == "localization":
        table = {"hit": lambda p, t, k: measures.hit(p, t[0], k)}
    else:
        table = {"precision": measures.precision, "recall": measures.recall}
    if task == "regions":
        table["hit"] = lambda p, t, k: float(measures.overlaps(p, t, k) > 0)
    for name, measure in table.items():
        cells = {str(k): [measure(p, t, k) for p, t in values] for k in KS[task]}
        out[name] = {k: measures.mean(cell) for k, cell in cells.items()}
        out[f"{name}_ci95"] = {k: measures.interval(cell, subjects) for k, cell in cells.items()}
    return out


def ids_of(task: str, raw: str) -> list[int] | None:
    """The ids of a raw reply, None for a malformed one. A reply in XML has them in its landmarks element, whatever
    numbers its reasoning names."""
    found = _XML_IDS.search(raw)
    return published_ids(task, found[1] if found else raw)


def landmark_id(text: str) -> int:
    """The id that a truth file means by an id, a key, any published name, or an id with its name. Raises ValueError for
    another text."""
    text = text.strip().strip("\"'[]")
    number = re.match(r"(\d+)\s*(?::|$)", text)
    if number and int(number[1]) in BY_ID:
        return int(number[1])
    plain = re.sub(r"[\s_-]+", " ", text).strip().lower()
    for mark in LANDMARKS:
        names = {mark.key.replace("_", " "), *(mark.name(i).lower() for i in range(len(mark.names)))}
        if plain in names:
            return mark.id
    named = set(mentions(text))
    if len(named) == 1:
        return BY_KEY[named.pop()].id
    raise ValueError(f"{text!r} is not one of the {len(BY_KEY)} landmarks.")


def _answer(task: str, text: str) -> list[int]:
    """The ids that a truth's cell holds."""
    if task == "localization":
        return [landmark_id(text)]
    if task == "regions":
        ids = [int(number) for number in re.findall(r"-?\d+", text)]
        if not ids or not 0 <= min(ids) <= max(ids) < len(REGIONS):
            raise ValueError(f"The truth {text!r} is not a list of labels from 0 to {len(REGIONS) - 1}.")
        return ids
    ids = published_ids(task, text) or []
    if not ids:
        ids = [landmark_id(part) for part in re.split(r"[,;|]", text.strip(" []")) if part.strip(" \"'")]
    if len(set(ids)) != 3 or not set(ids) <= set(BY_ID):
        raise ValueError(f"The truth {text!r} does not hold three landmarks.")
    return ids


class _Truths:
    """The truth of each picture, found by its name as given, or by that without folders, or also without its ending."""

    def __init__(self, path: Path, rows: dict[str, str], task: str):
        self.path, self.rows, self.task = path, rows, task
        self._short: list[dict[str, list[str]]] = []
        for shorten in (_base, _stem):
            names: dict[str, list[str]] = {}
            for name in rows:
                names.setdefault(shorten(name), []).append(name)
            self._short.append(names)

    def __len__(self) -> int:
        return len(self.rows)

    def of(self, name: str) -> tuple[str, list[int]]:
        """The row's name and its ids."""
        row = name if name in self.rows else self._like(name)
        return row, _answer(self.task, self.rows[row])

    def _like(self, name: str) -> str:
        for shorten, names in zip((_base, _stem), self._short):
            found = names.get(shorten(name), [])
            if len(found) == 1:
                return found[0]
            if found:
                raise ValueError(f"{self.path} has {len(found)} truths for {name}; name the picture with its folder.")
        raise ValueError(f"{self.path} has no truth for {name}.")


def _base(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).name


def _stem(name: str) -> str:
    return re.sub(r"\.(png|jpe?g|dcm|tiff?)$", "", _base(name), flags=re.IGNORECASE)


def _rows(path: Path, columns: tuple[str, str]) -> dict[str, str]:
    """name -> cell of a CSV file; every other column is passed over."""
    out: dict[str, str] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            for name, cell in _cells(path, file, columns):
                if name in out:
                    raise ValueError(f"{path} names {name} twice; each picture has one row.")
                out[name] = cell
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not a text file in UTF-8; save it again as CSV in UTF-8.") from None
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    except csv.Error as error:
        raise ValueError(f"{path} cannot be read as a CSV file ({error}).") from None
    if not out:
        raise ValueError(f"{path} holds no rows.")
    return out


def _cells(path: Path, file, columns: tuple[str, str]) -> Iterator[tuple[str, str]]:
    csv.field_size_limit(LONGEST_CELL)
    rows = csv.reader(file, skipinitialspace=True)
    header = [name.strip() for name in next(rows, [])]
    if missing := [name for name in columns if name not in header]:
        raise ValueError(f"{path} lacks the column {missing[0]}; it needs {columns[0]} and {columns[1]}.")
    name_at, cell_at = (header.index(name) for name in columns)
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) > len(header) and cell_at == len(header) - 1:
            row = [*row[:cell_at], ",".join(row[cell_at:])]  # a reply whose commas were not quoted
        row += [""] * (len(header) - len(row))
        if not row[name_at].strip():
            raise ValueError(f"{path} has a row without a {columns[0]}.")
        yield row[name_at].strip(), row[cell_at]
