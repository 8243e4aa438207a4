"""The ready-made patient's file: HU in few levels, compressed, with its landmarks. Knows the format, not the generator.

resources/patient/mean.npz holds `codes` (zlib of uint8 (I, J, K)), `levels` (the HU of each code), `shape`, `affine`
and `about` (JSON: name, generator, seed, spacing, landmarks). HU come back rounded to the nearest level: within 5 HU in
soft tissue, within 1/20 in bone.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from pathlib import Path

import numpy as np

from sim.patient.patient import Patient, PatientError
from sim.resource import resource

FILE = "mean.npz"

PIECE = 1 << 20

# Air alone, coarse steps through lung, fine ones through soft tissue, coarser ones through bone.
LEVELS = np.concatenate(
    [[-1000], np.arange(-980, -180, 25), np.arange(-180, 160, 10), np.geomspace(165, 3071, 60).round()]
).astype(np.int16)


def write(path: Path, patient: Patient, seed: int | None) -> None:
    """Writes `patient` to `path` (.npz)."""
    middle = (LEVELS[1:].astype(float) + LEVELS[:-1]) / 2
    codes = np.searchsorted(middle, patient.hu.ravel()).astype(np.uint8)
    about = {
        "name": patient.name,
        "generator": patient.generator,
        "seed": seed,
        "spacing_mm": float(patient.spacing_mm[0]),
        "landmarks": {k: [round(float(c), 3) for c in p] for k, p in patient.landmarks.items()},
    }
    np.savez(
        path,
        codes=np.frombuffer(zlib.compress(codes.tobytes(), 9), np.uint8),
        levels=LEVELS,
        shape=np.array(patient.hu.shape),
        affine=patient.affine,
        about=json.dumps(about),
    )


def read(path: Path) -> Patient:
    """The patient in `path`. Raises PatientError where the file is damaged."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            about = json.loads(str(stored["about"]))
            codes = np.frombuffer(zlib.decompress(stored["codes"].tobytes()), np.uint8)
            hu = _look_up(stored["levels"], codes).reshape(stored["shape"])
            affine = stored["affine"]
    except (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise PatientError(f"The ready-made patient {path.name} is damaged; reinstall the package.") from error
    landmarks = {k: (float(p[0]), float(p[1]), float(p[2])) for k, p in about["landmarks"].items()}
    return Patient(about["name"], hu, affine, landmarks, about["generator"])


def _look_up(levels: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """levels[codes], a piece at a time: numpy makes 8-byte indices of codes, of the whole a quarter of a gigabyte."""
    if codes.size and codes.max() >= levels.size:
        raise ValueError("a code without a level")
    out = np.empty(codes.size, levels.dtype)
    for at in range(0, codes.size, PIECE):
        np.take(levels, codes[at : at + PIECE], out=out[at : at + PIECE], mode="clip")
    return out


def shipped() -> Patient:
    """The ready-made virtual patient, the population mean at 1.5 mm without image noise, in well under a second.

    Raises FileNotFoundError or PatientError where the installation is incomplete or damaged."""
    return read(resource("patient", FILE))
