"""`carm replay --check`: a recording simulated again, poses and pictures compared with what was recorded.

Poses: every motion is given to a C-arm of the same patient and limits. It must start where the recording says, be
refused where it was refused, run along the same straight line, and end where it ended (a halted one on that line). A
held key leaves no command, only poses: these must follow one another no faster than a jog and stay where the device
may stand. Pictures: each kept one is exposed again with the index that seeded its noise. Blades and dose: every pulse
passed through an opening that the collimator then had, and added the air kerma and dose-area product of its technique
and its field. Neither a model nor a GPU is needed. Knows no window.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import astuple, dataclass, field

import numpy as np

from carm_gui.session.about import Case, patient_sha256
from carm_gui.session.device import JOG_DEG_S, JOG_MM_S
from carm_gui.session.recording import Line, Recording, RecordingError
from carm_gui.session.replay import adapter, revive
from sim import collimator
from sim.carm import CArm, Limits, MotionRefused
from sim.collimator import Blades
from sim.dose import of_pulse
from sim.frame import Dose
from sim.patient.load import load_patient
from sim.patient.patient import Patient, PatientError
from sim.pose import CArmPose
from sim.xray.exposure import Exposure

POSE_MM = 0.01
"""Poses (mm, degrees) agree within this."""
DOSE = 1e-4
"""Doses agree within this share."""
LEVELS = 2
SHARE = 0.999
"""A picture agrees when this share of its pixels is within so many levels (of 4096 to a factor e): machines round
differently in the last place."""
JOG_SLACK_S = 0.15
"""A pose is told up to one tick late."""
Way = tuple[np.ndarray, np.ndarray]


@dataclass
class Check:
    """What came of a check. `problems` has a sentence for each disagreement."""

    motions: int = 0
    poses: int = 0
    worst_mm: float = 0.0
    doses: int = 0
    pictures: int = 0
    identical: int = 0
    worst_levels: int = 0
    problems: list[str] = field(default_factory=list)
    note: str = ""

    @property
    def agrees(self) -> bool:
        return not self.problems

    def as_dict(self) -> dict:
        return {
            "agrees": self.agrees,
            "motions": self.motions,
            "poses": {"checked": self.poses, "worst_mm": round(self.worst_mm, 6)},
            "doses": {"checked": self.doses},
            "pictures": {"checked": self.pictures, "identical": self.identical, "worst_levels": self.worst_levels},
            "problems": self.problems,
            "note": self.note,
        }


def patient_of(recording: Recording) -> Patient:
    """The patient of a recording, the very same volume. Raises RecordingError in one sentence."""
    about = recording.about.get("patient") or {}
    where = recording.where
    case = Case(about.get("spec") or where.get("spec", ""), where.get("landmarks", ""), where.get("series", ""))
    if not case.spec:
        raise RecordingError(
            "This recording was made on a scan that is not known on this machine; it can be replayed, not checked."
        )
    try:
        options = {"landmarks": case.landmarks, "series": case.series}
        patient = load_patient(case.spec, **{name: value for name, value in options.items() if value})
    except (PatientError, OSError) as problem:
        raise RecordingError(f"The patient of this recording cannot be loaded: {problem}") from problem
    if about.get("sha256") and patient_sha256(patient) != about["sha256"]:
        raise RecordingError("The patient is no longer the one that was recorded (another version, or another scan).")
    return patient


def device_of(recording: Recording, projector) -> CArm:
    """A C-arm as the recorded one stood at the start, over `projector`."""
    device = recording.about.get("device")
    if not device:
        raise RecordingError(f"{recording.folder} has no session.json that names its device; it cannot be checked.")
    return CArm(
        projector,
        adapter(CArmPose).validate_python(device["start_pose"]),
        limits=adapter(Limits).validate_python(device["limits"]),
        exposure=adapter(Exposure).validate_python(device["exposure"]),
        size=int(device["size"]),
        pulse_rate=float(device["pulse_rate"]),
        auto=bool(device.get("auto", False)),
        blades_mm=device.get("blades_mm"),
        seed=int(device["seed"]),
        first_frame=int(device.get("first_frame", 0)),
    )


def check(recording: Recording, carm: CArm, progress: Callable[[str], None] = lambda _: None) -> Check:
    """Simulate `recording` again on `carm` (see device_of) and compare."""
    result = Check()
    check_poses(recording, carm, result)
    check_doses(recording, result)
    made_by = recording.about["device"].get("projector") if recording.about.get("device") else None
    if made_by in (None, type(carm.projector).__name__):
        check_pictures(recording, carm, result, progress)
    else:
        result.note = f"The pictures were made by {made_by}, which is not simulated here; only the poses are checked."
    return result


# ---- poses ---------------------------------------------------------------------------------------


def check_poses(recording: Recording, carm: CArm, result: Check) -> None:
    """Run every recorded motion again; see the module's docstring."""
    way: Way | None = None
    jog: tuple[float, CArmPose] | None = None
    began: CArmPose | None = None
    for line in recording.of("motion", "pose"):
        event = revive(line, recording)
        if line.kind == "pose":
            pose = event.data["pose"]
            result.poses += 1
            if way is not None:
                _compare(result, line, _from_way(way, pose))
            elif jog is not None:
                _check_jog(result, line, jog, pose)
                jog = (line.t, pose)
            continue
        start, goal, phase = event.data["from"], event.data["to"], event.data["phase"]
        result.motions += 1
        if phase == "started":
            if jog is not None:  # the end of that jog is told after the next motion has begun
                _place(carm, jog[1], result, line)
            _compare(result, line, _apart(carm.pose, start))
            way, jog, began = None, None, start
            if event.data["message"] == "Jog.":
                jog = (line.t, start)
                continue
            way, refusal = _run(carm, start, goal)
            if refusal:
                result.problems.append(f"Event {line.seq}: the motion began, but now it is refused: {refusal}")
        elif phase == "refused":
            if way is None and jog is None and start != goal and carm.refusal(start.motion_to(goal)) is None:
                result.problems.append(f"Event {line.seq}: the motion was refused, but now it is not.")
        elif began is None or start == began:
            if way is not None:
                end = CArmPose(*way[1])
                _compare(result, line, _apart(end, goal) if phase == "finished" else _from_way(way, goal))
            way = jog = began = None
            _place(carm, goal, result, line)


def _run(carm: CArm, start: CArmPose, goal: CArmPose) -> tuple[Way | None, str]:
    """The motion from `start` to `goal`, run to its end: where it began and ended, or the sentence that refuses it."""
    try:
        carm.start(start.motion_to(goal))
    except MotionRefused as refusal:
        return None, str(refusal)
    began = carm.pose
    while carm.moving:
        carm.advance(1.0)
    return (np.array(astuple(began)), np.array(astuple(carm.pose))), ""


def _from_way(way: Way, pose: CArmPose) -> float:
    """How far `pose` lies from the straight line of a motion, mm or degrees."""
    begin, along = way[0], way[1] - way[0]
    point = np.array(astuple(pose))
    length = float(along @ along)
    share = 0.0 if length == 0.0 else min(1.0, max(0.0, float((point - begin) @ along) / length))
    return float(np.linalg.norm(point - begin - share * along))


def _check_jog(result: Check, line: Line, before: tuple[float, CArmPose], pose: CArmPose) -> None:
    seconds = max(0.0, line.t - before[0]) + JOG_SLACK_S
    gone = [abs(a - b) for a, b in zip(astuple(pose), astuple(before[1]))]
    if max(gone[:3]) > JOG_MM_S * seconds or max(gone[3:]) > JOG_DEG_S * seconds:
        result.problems.append(f"Event {line.seq}: the view moved faster than a held key can move it.")


def _place(carm: CArm, pose: CArmPose, result: Check, line: Line) -> None:
    """Bring the C-arm to where the recording says that a motion ended."""
    motion = carm.pose.motion_to(pose)
    if _apart(carm.pose, pose) < 1e-9:
        return
    refusal = carm.refusal(motion)
    if refusal:
        result.problems.append(f"Event {line.seq}: the C-arm stood where it may not stand: {refusal}")
        return
    carm.start(motion)
    while carm.moving:
        carm.advance(1.0)


def _apart(one: CArmPose, other: CArmPose) -> float:
    return max(abs(a - b) for a, b in zip(astuple(one), astuple(other)))


def _compare(result: Check, line: Line, apart: float) -> None:
    if not math.isfinite(apart) or apart > POSE_MM:
        result.problems.append(f"Event {line.seq} ({line.kind}): the pose is {apart:.2f} mm or degrees off.")
    result.worst_mm = max(result.worst_mm, apart)


# ---- blades and dose -----------------------------------------------------------------------------


def check_doses(recording: Recording, result: Check) -> None:
    """Follow the collimator, and add up the dose of every pulse anew."""
    device = recording.about.get("device") or {}
    # A pulse under way while a blade is dragged is told after several openings: any since the last pulse's will do.
    stood = [collimator.opening(device.get("blades_mm"))]
    last: Dose | None = None
    for line in recording.of("collimator", "frame"):
        if line.kind == "collimator":
            stood.append(revive(line, recording).data["blades_mm"])
            continue
        row = line.data["frame"]
        dose, through = adapter(Dose).validate_python(row["dose"]), _blades(row)
        if through in stood:
            stood = stood[stood.index(through) :]
        else:
            result.problems.append(
                f"Event {line.seq}: the picture was made through {collimator.words(through)}, but the collimator stood "
                f"at {collimator.words(stood[-1])}."
            )
        if last is not None and dose.shots == last.shots + 1:
            pulse = of_pulse(_exposure(row), 0.0, collimator.at_detector(through))
            result.doses += 1
            for what, added, right in (
                ("air kerma", dose.air_kerma_mgy - last.air_kerma_mgy, pulse.air_kerma_mgy),
                ("dose-area product", dose.dap_gycm2 - last.dap_gycm2, pulse.dap_gycm2),
            ):
                if not math.isclose(added, right, rel_tol=DOSE, abs_tol=1e-9):
                    result.problems.append(f"Event {line.seq}: the pulse did not add the {what} of its technique.")
        last = dose


def _exposure(row: dict) -> Exposure:
    return Exposure(**{name: float(row[name]) for name in ("kvp", "ma", "pulse_ms") if name in row})


def _blades(row: dict) -> Blades | None:
    return adapter(Blades | None).validate_python(row.get("blades_mm"))


# ---- pictures ------------------------------------------------------------------------------------


def check_pictures(recording: Recording, carm: CArm, result: Check, progress: Callable[[str], None]) -> None:
    """Expose every kept picture again."""
    seen: set[int] = set()
    kept = set(recording.kept)
    for line in recording.lines:
        frame = line.data.get("frame")
        if not isinstance(frame, dict) or frame["index"] in seen or frame["index"] not in kept:
            continue
        index = int(frame["index"])
        seen.add(index)
        recorded = recording.pixels(index)
        if recorded is None:
            result.problems.append(f"Event {line.seq}: picture {index} is not all there.")
            continue
        pose = adapter(CArmPose).validate_python(frame["pose"])
        with_, blades = _exposure(frame), _blades(frame)
        # Moving pulses are rendered fast, single shots never; which it was is not told, so either will do.
        ways = (True, False) if frame.get("moving") else (False,)
        again = (carm.picture(pose, index, fast, with_, blades) for fast in ways)
        apart = min((_levels(recorded, picture) for picture in again), key=lambda it: it[0])
        result.pictures += 1
        result.identical += apart[1] == 0
        result.worst_levels = max(result.worst_levels, apart[1])
        if apart[0] > LEVELS:
            result.problems.append(f"Event {line.seq}: picture {index} differs by up to {apart[1]} levels.")
        if result.pictures % 50 == 0:
            progress(f"{result.pictures} of {len(kept)} pictures")


def _levels(one: np.ndarray, other: np.ndarray) -> tuple[float, int]:
    """Difference of two pictures, levels: that of the share SHARE of the pixels, and the greatest."""
    if one.shape != other.shape:
        return math.inf, 65535
    apart = np.abs(one.astype(np.int32) - other)
    return float(np.quantile(apart, SHARE)), int(apart.max())
