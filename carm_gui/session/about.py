"""What session.json says of a rehearsal: versions, seeds, hashes, patient, device and settings. Nothing of any person:
a scan is its hash, its path goes to where.json alone, and no user's or machine's name is looked at."""

from __future__ import annotations

import hashlib
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from carm_gui.session.recorder import Recorder, plain
from sim.carm import CArm
from sim.patient.load import is_virtual
from sim.patient.patient import Patient
from sim.resource import version_of

LIBRARIES = ("numpy", "numba", "scipy", "spekpy")


@dataclass(frozen=True)
class Case:
    """Who is imaged, as the user named it: `spec` is what --patient takes, with the landmarks' file and the series of a
    scan."""

    spec: str = "virtual"
    landmarks: str = ""
    series: str = ""

    @property
    def is_virtual(self) -> bool:
        return is_virtual(self.spec)


def about(carm: CArm, case: Case, *, beam: bool = True, model: str = "") -> dict[str, Any]:
    """session.json of a rehearsal that is about to begin. `carm` stands at the start; `model` is the model's name as
    the user gave it (a folder's own name alone)."""
    patient: Patient = carm.projector.patient
    known = case.spec if case.is_virtual and not case.landmarks else None
    return {
        "version": version_of("carm-rehearsal"),
        "versions": {"python": platform.python_version()} | {name: version_of(name) for name in LIBRARIES},
        "patient": {
            "spec": known,
            "kind": "virtual" if case.is_virtual else "scan",
            "generator": patient.generator,
            "sha256": patient_sha256(patient),
            "landmarks": {key: [round(float(v), 3) for v in at] for key, at in patient.landmarks.items()},
        },
        "device": {
            "start_pose": plain(carm.pose),
            "size": carm.size,
            "pulse_rate": carm.pulse_rate,
            "seed": carm.seed,
            "first_frame": carm.next_frame,
            "exposure": plain(carm.exposure),
            "auto": carm.technique.auto,
            "blades_mm": plain(carm.blades),
            "limits": plain(carm.limits),
            "projector": type(carm.projector).__name__,
        },
        "settings": {"beam": beam},
        "model": {"name": Path(model).name if model else ""},
    }


def recorder_for(carm: CArm, case: Case, folder: Path | None = None, **more: Any) -> Recorder:
    """A recorder for a rehearsal of `case`. `more` goes to `about` (beam, model) and `extra` (a dict) into
    session.json as it is; `annotate` and `every_pulse` to the recorder."""
    extra, annotate, every_pulse = more.pop("extra", {}), more.pop("annotate", None), more.pop("every_pulse", False)
    said = about(carm, case, **more) | extra
    where = {} if case.is_virtual and not case.landmarks else plain(case)
    hide = _names(carm.projector.patient, case)
    return Recorder(folder, said, where=where, hide=hide, annotate=annotate, every_pulse=every_pulse)


def patient_sha256(patient: Patient) -> str:
    """Hash (hex) of the volume and its grid: the same scan gives the same on every machine."""
    digest = hashlib.sha256(np.asarray(patient.hu.shape, "<i8").tobytes())
    digest.update(np.round(patient.affine, 4).astype("<f8").tobytes())
    digest.update(np.ascontiguousarray(patient.hu, dtype="<i2"))
    return digest.hexdigest()


def _names(patient: Patient, case: Case) -> set[str]:
    """Texts that might name a person: a scan's name, its path and the parts of it that are the user's own."""
    if case.is_virtual:
        return {case.landmarks}
    path = Path(case.spec).expanduser()
    stem = path.name.split(".")[0]
    return {case.spec, str(path), path.name, stem, patient.name, case.landmarks}
