"""What rehearsals are kept on this machine, for a list to choose from. Reads session.json alone, no recording whole."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from carm_gui.session.recorder import LOCK, SESSION, WHERE
from sim.resource import data_dir


@dataclass(frozen=True)
class Kept:
    """One recording: where it lies, when it began (local time), how long it took in seconds (None: not known), whose
    patient and which model, and whether it is under way."""

    folder: Path
    began: datetime
    seconds: float | None
    patient: str
    model: str
    under_way: bool

    @property
    def when(self) -> str:
        return f"{self.began.day} {self.began:%B %Y, %H:%M}"

    @property
    def length(self) -> str:
        """How long it took, in words."""
        if self.under_way:
            return "under way"
        if self.seconds is None:
            return "broken off"
        minutes, seconds = divmod(round(self.seconds), 60)
        return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def listed(parent: Path | None = None) -> list[Kept]:
    """The recordings below `parent` (default: the user's sessions), the newest first; what cannot be read is left
    out."""
    found = [_kept(file.parent) for file in (parent or data_dir("sessions")).glob(f"*/{SESSION}")]
    return sorted(filter(None, found), key=lambda one: one.began, reverse=True)


def new_export(kept: Path, form: str) -> Path:
    """A folder for an export of the recording `kept` that is not there yet, among the user's data."""
    parent, name, number = data_dir("exports"), f"{kept.name}-{form}", 1
    while (parent / (name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    return parent / (name if number == 1 else f"{name}-{number}")


def _kept(folder: Path) -> Kept | None:
    try:
        about = json.loads((folder / SESSION).read_text(encoding="utf-8"))
        began = datetime.fromisoformat(about["started"])
        ended = datetime.fromisoformat(about["ended"]) if about.get("ended") else None
        patient, model = about.get("patient") or {}, about.get("model") or {}
        seconds = (ended - began).total_seconds() if ended else None
        model_name = str(model.get("name") or "")
        return Kept(folder, began.astimezone(), seconds, _patient(folder, patient), model_name, _held(folder))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _patient(folder: Path, patient: dict) -> str:
    spec = patient.get("spec") or ""
    if not spec:
        try:
            spec = Path(json.loads((folder / WHERE).read_text(encoding="utf-8"))["spec"]).name
        except (OSError, ValueError, KeyError, TypeError):
            spec = ""
    if spec == "virtual":
        return "Virtual patient"
    return spec.replace("virtual:", "Virtual patient ") or "A scan"


def _held(folder: Path) -> bool:
    held = FileLock(folder / LOCK)
    try:
        held.acquire(timeout=0)
    except (Timeout, OSError):
        return True
    held.release()
    return False
