"""The 22 body regions of the real radiographs (UNIFESP X-ray body part): labels, question, reply and file layout.

The pictures are not redistributable and are not here; what is, works on files in the published layout: a CSV with
`SOPInstanceUID,Target,mode`, where SOPInstanceUID is a picture's path, Target holds `<label_id>0</label_id>` once a
label, and mode is train or test. Knows no model.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

REGIONS = (
    "Abdomen", "Ankle", "Cervical Spine", "Chest", "Clavicles", "Elbow", "Feet", "Finger", "Forearm", "Hand", "Hip",
    "Knee", "Lower Leg", "Lumbar Spine", "Others", "Pelvis", "Shoulder", "Sinus", "Skull", "Thigh", "Thoracic Spine",
    "Wrist",
)  # fmt: skip
"""Name by label id."""
ASK = "Regions: two labels."
_LABEL = re.compile(r"<label_id>\s*(\d+)\s*</label_id>")
_COLUMNS = ("SOPInstanceUID", "Target", "mode")


@dataclass(frozen=True)
class Radiograph:
    """One picture's file and its labels, in the order of the file."""

    path: Path
    labels: tuple[int, ...]


def read_table(table: Path, mode: str) -> list[Radiograph]:
    """The rows of `mode` ("train" or "test"). Paths are absolute or beside the table. Raises ValueError with one
    sentence for a missing file or column, an unknown label, or a row without any."""
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"The table {table} cannot be read: {error}.") from None
    missing = [name for name in _COLUMNS if not rows or rows[0].get(name) is None]
    if missing:
        raise ValueError(f"The table {table} lacks the column {missing[0]}; it needs {', '.join(_COLUMNS)}.")
    out = []
    for line, row in enumerate(rows, 2):
        if (row["mode"] or "").strip().lower() != mode:
            continue
        labels = tuple(int(number) for number in _LABEL.findall(row["Target"] or ""))
        if not labels or max(labels) >= len(REGIONS):
            raise ValueError(f"Line {line} of {table} has no label from 0 to {len(REGIONS) - 1} in Target.")
        out.append(Radiograph(table.parent / row["SOPInstanceUID"].strip(), labels))
    if not out:
        raise ValueError(f"The table {table} has no row with the mode {mode}.")
    return out


def reply(labels: Sequence[int]) -> str:
    """The answer that training teaches: `[3,20]`; one label is followed by 14 (Others), the third and on left out."""
    two = [*labels, 14][:2]
    return "[" + ",".join(map(str, two)) + "]"


def load_picture(path: Path, size: int) -> np.ndarray:
    """A radiograph as a model sees it: uint8 (size, size), its long side scaled to `size`, padded with black, grey
    levels stretched from the 1st to the 99.5th percentile. Reads what Pillow reads, and DICOM (MONOCHROME1 is
    inverted). Raises ValueError with one sentence."""
    from PIL import Image

    try:
        if path.suffix.lower() in (".dcm", ".dicom", ""):
            import pydicom

            data = pydicom.dcmread(path)
            pixels = data.pixel_array.astype(np.float32)
            if data.get("PhotometricInterpretation") == "MONOCHROME1":
                pixels = pixels.max() - pixels
        else:
            with Image.open(path) as image:
                deep = image.mode.startswith(("I", "F"))
                pixels = np.asarray(image if deep else image.convert("L"), np.float32)
    except Exception as error:
        raise ValueError(f"The radiograph {path} cannot be read: {error}.") from None
    if pixels.ndim != 2:
        raise ValueError(f"The radiograph {path} is not one grey picture.")
    low, high = np.percentile(pixels, (1.0, 99.5))
    grey = np.clip((pixels - low) * (255.0 / max(high - low, 1e-6)), 0, 255).astype(np.uint8)
    scale = size / max(grey.shape)
    width, height = (max(1, round(side * scale)) for side in (grey.shape[1], grey.shape[0]))
    small = np.asarray(Image.fromarray(grey).resize((width, height), Image.Resampling.LANCZOS))
    out = np.zeros((size, size), np.uint8)
    top, left = (size - height) // 2, (size - width) // 2
    out[top : top + height, left : left + width] = small
    return out
