"""A rehearsal that a crash has broken off, and what is needed to go on with it. Knows no window and starts nothing."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from carm_gui.session.measures import pose_of
from carm_gui.session.recorder import put_aside, unfinished
from carm_gui.session.recording import Recording, RecordingError, damage_said, read
from sim.frame import Dose
from sim.pose import CArmPose

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Left:
    """What was left behind: who was imaged (as the user named it), where the view stood, and what had been spent."""

    folder: Path
    spec: str
    landmarks: str
    series: str
    pose: CArmPose
    dose: Dose
    next_frame: int
    seconds: float
    started: str
    blades_mm: tuple[float, float] | None = None

    @property
    def sentence(self) -> str:
        minutes = max(1, round(self.seconds / 60))
        when = self.started.replace("T", " ")[:16]
        return f"The rehearsal of {when} UTC was broken off after about {minutes} min. Its recording is kept."


def left_behind(parent: Path | None = None) -> Left | None:
    """The newest rehearsal that a crash broke off, if it can be gone on with; else None. Raises nothing: a start of
    the window asks."""
    try:
        folder = unfinished(parent)
    except OSError:
        return None
    if folder is None:
        return None
    try:
        with damage_said(folder):
            found = left_of(read(folder))
    except RecordingError as problem:
        log.warning("left behind: %s", problem)
        found = None
    if found is None:
        put_aside(folder, "there is nothing to go on with")
    return found


def left_of(recording: Recording) -> Left | None:
    """What `recording` leaves to go on with; None when it is a study's trial, too short, or its patient not known."""
    from carm_gui.session.replay import adapter  # 0.1 s of a start that mostly finds nothing left behind

    about, where = recording.about.get("patient") or {}, recording.where
    spec = about.get("spec") or where.get("spec")
    start = (recording.about.get("device") or {}).get("start_pose")
    acted = any(line.kind in ("understood", "motion") for line in recording.lines)
    if recording.trial or not spec or not start or not acted:
        return None
    poses = [pose_of(start)] + [pose_of(line.data["pose"]) for line in recording.of("pose")]
    doses = [line.data["dose"] for line in recording.of("dose")]
    blades = [line.data["blades_mm"] for line in recording.of("collimator")]
    frames = [line.data["frame"]["index"] for line in recording.of("frame")]
    return Left(
        recording.folder,
        spec,
        where.get("landmarks", ""),
        where.get("series", ""),
        poses[-1],
        adapter(Dose).validate_python(doses[-1]) if doses else Dose(),
        max(frames, default=-1) + 1,
        recording.seconds,
        recording.about.get("started", ""),
        tuple(blades[-1]) if blades and blades[-1] else None,
    )
