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

from sim.landmarks import BY_KEY, KEYS
from sim.patient.labels import landmark_key, nearest, needs_side
from sim.patient.patient import PatientError

Point = tuple[float, float, float]

FRAMES = ("LPS", "RAS", "patient")
_SCHEMA = (
    "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/Schema/"
    "markups-schema-v1.0.3.json#"
)
_NUMBERED = {"0": "RAS", "1": "LPS"}
"""The frames as Slicer up to 4.10 numbers them."""
_UNITS_MM = {"mm": 1.0, "millimeter": 1.0, "cm": 10.0, "centimeter": 10.0, "m": 1000.0, "meter": 1000.0}


def to_patient(point: Iterable[float], frame: str) -> Point:
    """A point (3,) in mm of `frame` ("LPS", "RAS" or "patient") as (left, up, ant)."""
    x, y, z = (float(value) for value in point)
    return {"LPS": (x, z, -y), "RAS": (-x, z, y), "patient": (x, y, z)}[frame]


def read_landmarks(path: Path | str) -> dict[str, Point]:
    """Landmarks of a .mrk.json, .json, .fcsv or .csv file: key -> (left, up, ant) in mm.

    Raises PatientError with one sentence for a file that does not read, names no frame, names a landmark
    twice or has labels that are no landmarks.
    """
    path = Path(path).expanduser()
    ending = path.suffix.lower()
    readers = {".json": _read_json, ".fcsv": _read_fcsv, ".csv": _read_csv, ".tsv": _read_csv}
    if ending not in readers:
        raise PatientError(f"{path.name} is no landmark file: give a Slicer .mrk.json or .fcsv, or a .csv.")
    try:
        content = path.read_bytes()
        # Spreadsheets save "Unicode text" as UTF-16.
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
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
        others = []
        for markup in markups:
            kind = str(markup.get("type", "Fiducial"))
            if kind not in ("Fiducial", "PointList"):
                others.append(kind)  # a line, a curve, a plane: its points are no landmarks
                continue
            frame = _frame(name, _NUMBERED.get(str(system := markup.get("coordinateSystem", "LPS")), str(system)))
            unit = _unit_mm(name, markup.get("coordinateUnits", "mm"))
            for control in markup.get("controlPoints") or []:
                place = control.get("position")
                if control.get("positionStatus", "defined") != "defined" or not place:
                    continue
                point = tuple(float(v) * unit for v in place)
                if len(point) != 3:
                    raise ValueError
                points.append((str(control.get("label") or ""), to_patient(point, frame)))
    except PatientError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PatientError(
            f"{name} is not a Slicer markups file: save the point list from Slicer as .mrk.json."
        ) from error
    if others and not points:
        raise PatientError(f"{name} holds no point list but {', '.join(sorted(set(others)))}: save the point list.")
    return points


def _unit_mm(name: str, unit: object) -> float:
    text = (unit[0] if isinstance(unit, list) and unit else str(unit)).strip()
    if text not in _UNITS_MM:
        raise PatientError(f"{name} gives its positions in {text!r}: save it in mm.")
    return _UNITS_MM[text]


def _read_fcsv(name: str, text: str) -> Labelled:
    columns = ["id", "x", "y", "z", "ow", "ox", "oy", "oz", "vis", "sel", "lock", "label"]
    frame = None
    rows = []
    for line in text.splitlines():
        header = re.match(r"#\s*(CoordinateSystem|columns)\s*=\s*(.+?)[\s,]*$", line, re.IGNORECASE)
        if header and header[1].lower() == "columns":
            columns = [column.strip() for column in header[2].split(",")]
        elif header:
            frame = _frame(name, _NUMBERED.get(header[2], header[2]))
        elif line.strip() and not line.lstrip().startswith("#"):
            rows.append(next(csv.reader([line])))
    if frame is None:
        raise PatientError(f"{name} does not name its frame: it needs a line '# CoordinateSystem = LPS' (or RAS).")
    try:
        at = [columns.index(column) for column in ("x", "y", "z", "label")]
        return [(row[at[3]].strip(), to_patient((row[i] for i in at[:3]), frame)) for row in rows]
    except (ValueError, IndexError) as error:
        raise PatientError(f"{name} is not a Slicer .fcsv file: each line needs x, y, z and a label.") from error


_LABEL_COLUMNS = ("landmark", "label", "name", "key")
_PLACE_COLUMNS = {
    ("x", "y", "z"): None,
    ("x_mm", "y_mm", "z_mm"): None,
    ("r", "a", "s"): "RAS",
    ("l", "p", "s"): "LPS",
    ("left_mm", "up_mm", "ant_mm"): "patient",
}
"""Columns of a position and the frame that their names say by themselves; Slicer's own tables have r,a,s or l,p,s."""


def _read_csv(name: str, text: str) -> Labelled:
    frame = None
    lines = []
    for line in text.splitlines():
        header = re.match(r"[\s\"]*#\s*(?:frame|CoordinateSystem)\s*[:=]\s*\"?(\w+)[\s,;\"]*$", line, re.IGNORECASE)
        if header:
            frame = _frame(name, _NUMBERED.get(header[1], header[1]))
        elif line.strip(" \t,;") and not line.lstrip().startswith("#"):
            lines.append(line)
    head = lines[0] if lines else ""
    mark = max(",;\t", key=head.count)
    table = csv.DictReader(lines, skipinitialspace=True, delimiter=mark)
    table.fieldnames = [(field or "").strip().lower() for field in table.fieldnames or []]
    fields = set(table.fieldnames)
    label = next((column for column in _LABEL_COLUMNS if column in fields), None)
    places = next((columns for columns in _PLACE_COLUMNS if set(columns) <= fields), None)
    if label is None or places is None:
        raise PatientError(f"{name} needs the columns landmark,x,y,z (in mm).")
    points: Labelled = []
    for row in table:
        if (row.get("defined") or "1").strip().lower() in ("0", "false", "no"):
            continue
        own = (row.get("frame") or "").strip()
        of = _frame(name, own) if own else _PLACE_COLUMNS[places] or frame
        if of is None:
            raise PatientError(
                f"{name} does not name its frame: begin it with '# frame: RAS' (or LPS, or patient), or "
                "add a column frame."
            )
        if any(row.get(None) or ""):  # more cells than columns: decimal commas, or a comma in a name
            raise PatientError(f"{name} has more columns in the row of {row[label]!r} than in its header.")
        try:
            # With semicolons a comma is the decimal point.
            numbers = [row[c].replace(",", ".") if mark == ";" else row[c] for c in places]
            points.append(((row[label] or "").strip(), to_patient(numbers, of)))
        except (TypeError, ValueError, AttributeError) as error:
            raise PatientError(f"{name} has no three numbers for {row[label]!r}.") from error
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
    if needs_side(label):
        return f"{label!r} (which side?)"
    near = nearest(label)
    return f"{label!r} (did you mean {near}?)" if near else repr(label)
