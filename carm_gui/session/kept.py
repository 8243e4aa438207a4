"""What rehearsals are kept on this machine, for a list to choose from. Reads session.json alone, no recording whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from carm_gui.session.recorder import SESSION, about_of, under_way, where_of
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
    first = free = data_dir("exports") / f"{kept.name}-{form}"
    number = 1
    while free.exists():
        number += 1
        free = first.with_name(f"{first.name}-{number}")
    return free


def _kept(folder: Path) -> Kept | None:
    about = about_of(folder)
    try:
        began = datetime.fromisoformat(about["started"])
        ended = datetime.fromisoformat(about["ended"]) if about.get("ended") else None
        patient, model = about.get("patient") or {}, about.get("model") or {}
        seconds = (ended - began).total_seconds() if ended else None
        model_name = str(model.get("name") or "")
        busy = ended is None and under_way(folder)
        return Kept(folder, began.astimezone(), seconds, _patient(folder, patient), model_name, busy)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _patient(folder: Path, patient: dict) -> str:
    spec = patient.get("spec") or Path(where_of(folder).get("spec") or "").name
    if spec == "virtual":
        return "Virtual patient"
    return spec.replace("virtual:", "Virtual patient ") or "A scan"
