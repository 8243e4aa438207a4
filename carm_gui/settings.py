"""What the window remembers between starts, as one small JSON file. Knows no Qt.

A file that cannot be read, or a value of the wrong type, means the default: settings never stop a start.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from platformdirs import user_config_path

from carm_gui.session.budget import Budget
from sim.resource import APP


@dataclass
class Settings:
    """`geometry` and `desk` are Qt's own bytes as hex, `layout` the name of the arrangement they came from;
    `history` is the command line's, newest last; `toured` says that the first-run tour was seen or skipped;
    `size` is how much larger everything is drawn, 1 to 2."""

    theme: str = "dark"
    size: float = 1.0
    invert: bool = False
    overlays: bool = True
    round_field: bool = False
    flip_horizontal: bool = False
    flip_vertical: bool = False
    rotation_deg: float = 0.0
    geometry: str = ""
    desk: str = ""
    layout: str = ""
    toured: bool = False
    budget_steps: int = Budget.steps
    budget_travel_mm: float = Budget.travel_mm
    budget_dose_gycm2: float = Budget.dose_gycm2
    budget_step_travel_mm: float = Budget.step_travel_mm
    budget_step_dose_gycm2: float = Budget.step_dose_gycm2
    history: list[str] = field(default_factory=list)
    path: Path | None = None

    @property
    def budget(self) -> Budget:
        """What one alignment may use; the default where the file says what is none."""
        try:
            return Budget(**{item.name: getattr(self, f"budget_{item.name}") for item in fields(Budget)})
        except ValueError:
            return Budget()

    def keep_budget(self, budget: Budget) -> None:
        """Remember `budget` at once: the next patient's rehearsal reads it from the file."""
        for item in fields(Budget):
            setattr(self, f"budget_{item.name}", getattr(budget, item.name))
        self.save()

    @classmethod
    def load(cls, path: Path | None = None) -> Settings:
        """The settings kept in `path` (default: the user's configuration folder)."""
        path = path or user_config_path(APP, appauthor=False) / "window.json"
        kept = cls(path=path)
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return kept
        for item in fields(cls):
            value = found.get(item.name) if isinstance(found, dict) else None
            if item.name != "path" and type(value) is type(getattr(kept, item.name)):
                setattr(kept, item.name, value)
        kept.size = kept.size if 1.0 <= kept.size <= 2.0 else 1.0
        kept.history = [line for line in kept.history if isinstance(line, str)][-200:]
        return kept

    def save(self) -> None:
        """Write the file whole or not at all; a disk that refuses is no reason to trouble anyone."""
        if self.path is None:
            return
        plain = {key: value for key, value in asdict(self).items() if key != "path"}
        plain["history"] = plain["history"][-200:]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self.path.with_suffix(".tmp")
            fresh.write_text(json.dumps(plain, indent=1), encoding="utf-8")
            os.replace(fresh, self.path)
        except OSError:
            return
