"""Landmarks from and to files: Slicer .mrk.json and .fcsv, and CSV. Knows files and frames, no volume.

Slicer's files are in LPS (x to the left, y to the back, z up) or RAS (right, front, up); the patient frame of
the house is (left, up, ant). Formats: the markups schema 1.0.3 and the fcsv header as 3D Slicer 5 documents
them (slicer.readthedocs.io, "Markups", file formats).
"""

from __future__ import annotations

import csv
import json
import math
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from rapidfuzz import fuzz, process

from sim.landmarks import BY_ID, BY_KEY, KEYS, LANDMARKS
from sim.patient.patient import PatientError

Point = tuple[float, float, float]

FRAMES = ("LPS", "RAS", "patient")
_SCHEMA = (
    "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/Schema/"
    "markups-schema-v1.0.3.json#"
)
_UNITS_MM = {"mm": 1.0, "millimeter": 1.0, "cm": 10.0, "centimeter": 10.0, "m": 1000.0, "meter": 1000.0}


def to_patient(point: Iterable[float], frame: str) -> Point:
    """A point (3,) in mm of `frame` ("LPS", "RAS" or "patient") as (left, up, ant)."""
    x, y, z = (float(value) for value in point)
    return {"LPS": (x, z, -y), "RAS": (-x, z, y), "patient": (x, y, z)}[frame]


def landmark_key(label: str) -> str | None:
    """The landmark that `label` names, or None: its key, its id ("4" or "4: ..."), or any published name with
    its side, whatever the case, spaces, underscores, hyphens and word order of the side ("elbow right", "R
    elbow")."""
    plain = re.sub(r"[^a-z0-9]+", " ", label.lower().replace("'s", ""))
    words = re.sub(r"\bt (1|12)\b", r"t\1", plain).split()
    number = int(words[0]) if words and words[0].isdigit() else None
    if number is not None:
        words = words[1:]
        if not words:
            return BY_ID[number].key if number in BY_ID else None
    named = _NAMES.get(_canonical(words))
    if number in BY_ID and named is not None and named != BY_ID[number].key:
        return None
    return named


def _canonical(words: list[str]) -> str:
    """Side first, then the words without articles; "right" and "left" also as "r", "rt", "l", "lt"."""
    sides = {"r": "right", "rt": "right", "l": "left", "lt": "left"}
    words = [sides.get(word, word) for word in words if word not in ("the", "of", "patient", "landmark")]
    return " ".join(sorted(words, key=lambda word: word not in ("right", "left")))


_NAMES: dict[str, str] = {}
for _mark in LANDMARKS:
    for _text in (_mark.key.replace("_", " "), *(f"{_mark.side} {name}" for name in _mark.names)):
        _NAMES[_canonical(_text.lower().split())] = _mark.key


def read_landmarks(path: Path | str) -> dict[str, Point]:
    """Landmarks of a .mrk.json, .json, .fcsv or .csv file: key -> (left, up, ant) in mm.

    Raises PatientError with one sentence for a file that does not read, names no frame, names a landmark
    twice or has labels that are no landmarks.
    """
    path = Path(path).expanduser()
    ending = path.suffix.lower()
    readers = {".json": _read_json, ".fcsv": _read_fcsv, ".csv": _read_csv}
    if ending not in readers:
        raise PatientError(f"{path.name} is no landmark file: give a Slicer .mrk.json or .fcsv, or a .csv.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise PatientError(f"The landmarks in {path.name} cannot be read: it is not a text file.") from error
    except OSError as error:
        raise PatientError(f"The landmarks {path} cannot be read: {error.strerror or error}.") from error
    return _named(path.name, readers[ending](path.name, text))


def write_mrk_json(path: Path | str, landmarks: Mapping[str, Point]) -> None:
    """Write landmarks (key -> (left, up, ant) in mm) as a point list that 3D Slicer opens, in LPS, in the
    order of the landmarks' ids. Raises PatientError for a key that is no landmark or a file that cannot be
    written."""
    unknown = [key for key in landmarks if key not in BY_KEY]
    if unknown:
        raise PatientError(f"Not landmarks: {', '.join(unknown)}.")
    points = [
        {
            "id": str(BY_KEY[key].id),
            "label": key,
            "description": BY_KEY[key].title,
            "associatedNodeID": "",
            "position": [round(float(v), 3) + 0.0 for v in (left, -ant, up)],
            "orientation": [-1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0],
            "selected": True,
            "locked": False,
            "visibility": True,
            "positionStatus": "defined",
        }
        for key in KEYS
        if key in landmarks
        for left, up, ant in [landmarks[key]]
    ]
    markup = {
        "type": "Fiducial",
        "coordinateSystem": "LPS",
        "coordinateUnits": "mm",
        "locked": False,
        "labelFormat": "%N",
        "controlPoints": points,
    }
    path = Path(path)
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(json.dumps({"@schema": _SCHEMA, "markups": [markup]}, indent=1) + "\n", "utf-8")
        os.replace(part, path)
    except OSError as error:
        raise PatientError(f"The landmarks cannot be written to {path}: {error.strerror or error}.") from error


Labelled = list[tuple[str, Point]]


def _read_json(name: str, text: str) -> Labelled:
    try:
        markups = json.loads(text)["markups"]
        points: Labelled = []
        for markup in markups:
            frame = _frame(name, str(markup.get("coordinateSystem", "LPS")))
            unit = _unit_mm(name, markup.get("coordinateUnits", "mm"))
            for control in markup.get("controlPoints", []):
                if control.get("positionStatus", "defined") in ("undefined", "missing", "preview"):
                    continue
                point = tuple(float(v) * unit for v in control["position"])
                if len(point) != 3:
                    raise ValueError
                points.append((str(control.get("label", "")), to_patient(point, frame)))
    except PatientError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PatientError(
            f"{name} is not a Slicer markups file: save the point list from Slicer as .mrk.json."
        ) from error
    return points


def _unit_mm(name: str, unit: object) -> float:
    text = (unit[0] if isinstance(unit, list) and unit else str(unit)).strip()
    if text not in _UNITS_MM:
        raise PatientError(f"{name} gives its positions in {text!r}: save it in mm.")
    return _UNITS_MM[text]


def _read_fcsv(name: str, text: str) -> Labelled:
    # The frame is 0 (RAS), 1 (LPS) or, in later versions, the name.
    columns = ["id", "x", "y", "z", "ow", "ox", "oy", "oz", "vis", "sel", "lock", "label"]
    frame = None
    rows = []
    for line in text.splitlines():
        header = re.match(r"#\s*(CoordinateSystem|columns)\s*=\s*(.+?)[\s,]*$", line, re.IGNORECASE)
        if header and header[1].lower() == "columns":
            columns = [column.strip() for column in header[2].split(",")]
        elif header:
            frame = _frame(name, {"0": "RAS", "1": "LPS"}.get(header[2], header[2]))
        elif line.strip() and not line.lstrip().startswith("#"):
            rows.append(next(csv.reader([line])))
    if frame is None:
        raise PatientError(f"{name} does not name its frame: it needs a line '# CoordinateSystem = LPS' (or RAS).")
    try:
        at = [columns.index(column) for column in ("x", "y", "z", "label")]
        return [(row[at[3]].strip(), to_patient((row[i] for i in at[:3]), frame)) for row in rows]
    except (ValueError, IndexError) as error:
        raise PatientError(f"{name} is not a Slicer .fcsv file: each line needs x, y, z and a label.") from error


def _read_csv(name: str, text: str) -> Labelled:
    frame = None
    lines = []
    for line in text.splitlines():
        header = re.match(r"#\s*frame\s*[:=]\s*(\w+)[\s,;]*$", line, re.IGNORECASE)
        if header:
            frame = _frame(name, header[1])
        elif line.strip() and not line.lstrip().startswith("#"):
            lines.append(line)
    table = csv.DictReader(lines, skipinitialspace=True)
    table.fieldnames = [(field or "").strip().lower() for field in table.fieldnames or []]
    if not {"landmark", "x", "y", "z"} <= set(table.fieldnames):
        raise PatientError(f"{name} needs the columns landmark,x,y,z (in mm).")
    points: Labelled = []
    for row in table:
        own = _frame(name, (row.get("frame") or "").strip()) if (row.get("frame") or "").strip() else frame
        if own is None:
            raise PatientError(
                f"{name} does not name its frame: begin it with '# frame: RAS' (or LPS, or patient), or "
                "add a column frame."
            )
        try:
            points.append(((row["landmark"] or "").strip(), to_patient((row[c] for c in "xyz"), own)))
        except (TypeError, ValueError) as error:
            raise PatientError(f"{name} has no three numbers for {row['landmark']!r}.") from error
    return points


def _frame(name: str, text: str) -> str:
    for frame in FRAMES:
        if text.strip().lower() == frame.lower():
            return frame
    raise PatientError(f"{name} names the frame {text!r}; known are {', '.join(FRAMES)}.")


def _named(name: str, points: Labelled) -> dict[str, Point]:
    """Labelled points as key -> point, in the order of the landmarks' ids; every fault is refused."""
    if not points:
        raise PatientError(f"{name} holds no landmarks.")
    unknown = [label for label, _ in points if landmark_key(label) is None]
    if unknown:
        raise PatientError(f"{name} has labels that are not landmarks: {'; '.join(_hint(u) for u in unknown)}.")
    found: dict[str, Point] = {}
    for label, point in points:
        key = landmark_key(label)
        if key in found:
            raise PatientError(f"{name} names {key} more than once; keep one point for each landmark.")
        if not all(math.isfinite(value) for value in point):
            raise PatientError(f"{name} has no finite position for {key}.")
        found[key] = point
    return {key: found[key] for key in KEYS if key in found}


def _hint(label: str) -> str:
    """The label, with the sided names or the nearest landmark beside it where that helps."""
    if not label.strip():
        return "an empty label"
    words = re.sub(r"[^a-z0-9]+", " ", label.lower()).strip()
    if f"right {words}" in _NAMES:
        return f"{label!r} (which side?)"
    best = process.extractOne(words, list(_NAMES), scorer=fuzz.ratio, score_cutoff=70)
    return f"{label!r} (did you mean {_NAMES[best[0]]}?)" if best else repr(label)
