"""What a trial amounts to, worked out from its raw events and nothing else. Each measure stands once in MEASURES, with
its unit and its definition; tables, sidecars and reports are made of that list. Knows no window and no file format.

Only what lies between the marks trial_began and trial_ended counts; outside a study, the whole recording.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from carm_gui.session.recording import Line, Recording
from sim.collimator import shown
from sim.geometry import beam_of, project
from sim.pose import CArmPose, MotionCommand

REVERSAL_MM = 5.0
"""A turn back by less than this is a tremor of the hand, not a reversal."""

MEASURES: dict[str, tuple[str, str]] = {
    "completed": ("", "the participant said that the task was done, within its time"),
    "success": ("", "completed, and the view ended within the task's thresholds of mm and degrees"),
    "ended": ("", "done, time (its limit was reached), given_up or interrupted"),
    "seconds": ("s", "from the beginning of the trial to its end"),
    "first_action_s": ("s", "to the first typed line, command, beam or motion of the participant"),
    "shots": ("", "single exposures, the first picture and the model's looks included"),
    "blank_shots": ("", "shots that showed none of the patient's 14 landmarks; what the blades cover is not shown"),
    "shots_without_target": ("", "shots that did not show the target"),
    "pulses": ("", "pulses of fluoroscopy"),
    "fluoro_s": ("s", "beam-on time as the console counts it"),
    "air_kerma_mgy": ("mGy", "simulated air kerma at the reference point"),
    "dap_gycm2": ("Gy cm2", "simulated dose-area product"),
    "path_mm": ("mm", "way of the isocentre"),
    "path_deg": ("deg", "way of both angles, added up"),
    "path_ratio": ("", "way of the isocentre over the straight line from its start to its end"),
    "reversals": ("", f"turns back along left-right or head-foot by {REVERSAL_MM:g} mm and more"),
    "limit_hits": ("", "motions that the device refused or that a limit stopped"),
    "halts": ("", "halts"),
    "start_error_mm": ("mm", "distance in the coronal plane from the first view's centre to the target"),
    "final_error_mm": ("mm", "the same of the last view"),
    "final_error_deg": ("deg", "angle between the last view's beam and the one asked for"),
    "model_replies": ("", "navigation replies of the model itself; planted ones are left out"),
    "model_refused": ("", "of these, refused by the strict check"),
    "model_right": ("", "of these, right: a move that brings the view nearer, or an arrival within the threshold"),
    "model_wait_s": ("s", "time in which the model looked and answered"),
    "right_offered": ("", "moves offered that would bring the view nearer to the target"),
    "right_accepted": ("", "of these, accepted"),
    "right_overridden": ("", "of these, rejected or replaced by a move of the participant's own"),
    "wrong_offered": ("", "moves offered that would not bring the view nearer; planted ones included"),
    "wrong_accepted": ("", "of these, accepted: over-trust"),
    "wrong_rejected": ("", "of these, rejected or replaced: correct rejections"),
    "planted_offered": ("", "moves offered that the protocol had turned round"),
    "planted_accepted": ("", "of these, accepted"),
    "accept_when_right": ("share", "right_accepted / right_offered"),
    "accept_when_wrong": ("share", "wrong_accepted / wrong_offered"),
    "override_when_right": ("share", "right_overridden / right_offered"),
    "correct_rejection": ("share", "wrong_rejected / wrong_offered"),
    "commits": ("", "own choices made before the model's answer was shown"),
    "commits_as_model": ("", "of these, in the directions that the model then proposed"),
    "reasons_open_s": ("s", "time in which the model's reasons were in sight"),
    "think_aloud": ("", "think-aloud marks"),
}


@dataclass
class Offer:
    """A move that waited for the participant. `outcome`: "accepted", "rejected", or "overridden" by another act."""

    number: int
    right: bool
    planted: bool
    outcome: str = "overridden"


def counted(recording: Recording) -> tuple[Line, ...]:
    """The lines of the trial, its two marks included."""
    lines = recording.lines
    begin = next((i for i, line in enumerate(lines) if _is_mark(line, "trial_began")), 0)
    end = next((i for i in range(begin, len(lines)) if _is_mark(lines[i], "trial_ended")), len(lines) - 1)
    return lines[begin : end + 1]


def measure(recording: Recording) -> dict[str, Any]:
    """Every measure of MEASURES; None where the recording does not tell."""
    lines = counted(recording)
    found: dict[str, Any] = dict.fromkeys(MEASURES)
    if not lines:
        return found
    before = recording.lines[: recording.lines.index(lines[0])]
    poses = _poses(recording, before, lines)
    found |= _times(lines) | _pictures(recording, lines) | _dose(before, lines) | _ways(poses)
    found |= _trouble(lines) | _errors(recording, poses[0], poses[-1]) | _model(recording, lines)
    found["think_aloud"] = sum(_is_mark(line, "think_aloud") for line in lines)
    found |= _outcome(recording, lines, found)
    return {name: found[name] for name in MEASURES}


def _is_mark(line: Line, name: str) -> bool:
    return line.kind == "mark" and line.data.get("name") == name


def pose_of(data: dict[str, float]) -> CArmPose:
    return CArmPose(**{name: float(data[name]) for name in CArmPose.__dataclass_fields__})


# ---- time, pictures, dose ------------------------------------------------------------------------


def _times(lines: tuple[Line, ...]) -> dict[str, Any]:
    began, ended = lines[0].t, lines[-1].t
    acts = ("said", "understood", "motion", "beam")
    first = next((line.t for line in lines[1:] if line.kind in acts), None)
    waiting = shown = 0.0
    since = opened = None
    for line in lines:
        if line.kind == "state":
            if since is not None:
                waiting += line.t - since
            since = line.t if line.data.get("state") in ("looking", "proposing") else None
        elif _is_mark(line, "reasons"):
            if opened is not None:
                shown += line.t - opened
            opened = line.t if line.data.get("shown") else None
    return {
        "seconds": ended - began,
        "first_action_s": None if first is None else first - began,
        "model_wait_s": waiting + (ended - since if since is not None else 0.0),
        "reasons_open_s": shown + (ended - opened if opened is not None else 0.0),
    }


def _pictures(recording: Recording, lines: tuple[Line, ...]) -> dict[str, Any]:
    frames = [line.data for line in lines if line.kind == "frame"]
    shots = [data["frame"] for data in frames if data.get("shot")]
    marks = (recording.about.get("patient") or {}).get("landmarks") or {}
    target = (recording.trial.get("task") or {}).get("target")
    blank = without = None
    if marks:
        seen = [_seen(shot, marks) for shot in shots]
        blank = sum(not keys for keys in seen)
        without = sum(target not in keys for keys in seen) if target in marks else None
    return {
        "shots": len(shots),
        "pulses": len(frames) - len(shots),
        "blank_shots": blank,
        "shots_without_target": without,
    }


def _seen(frame: dict[str, Any], landmarks: dict[str, Any]) -> set[str]:
    points = np.array(list(landmarks.values()), float)
    uv, inside = project(pose_of(frame["pose"]), points, int(frame["size"][0]))
    blades = frame.get("blades_mm")
    inside = inside & shown(uv, tuple(blades) if blades else None, tuple(frame["size"]))
    return {key for key, seen in zip(landmarks, inside) if seen}


def _dose(before: Iterable[Line], lines: tuple[Line, ...]) -> dict[str, Any]:
    names = ("fluoro_s", "air_kerma_mgy", "dap_gycm2")
    first = next((line.data["dose"] for line in reversed(list(before)) if line.kind == "dose"), dict.fromkeys(names, 0))
    last = next((line.data["dose"] for line in reversed(lines) if line.kind == "dose"), first)
    return {name: last[name] - first[name] for name in names}


# ---- the way -------------------------------------------------------------------------------------


def _poses(recording: Recording, before: Iterable[Line], lines: tuple[Line, ...]) -> list[CArmPose]:
    """Where the C-arm stood, in order; the first is where the trial began."""
    start = (recording.about.get("device") or {}).get("start_pose")
    poses = [pose_of(start)] if start else []
    earlier = [pose for line in before for pose in _told(line)]
    poses = earlier[-1:] or poses
    poses += [pose for line in lines for pose in _told(line)]
    return poses or [CArmPose()]


def _told(line: Line) -> list[CArmPose]:
    if line.kind == "pose":
        return [pose_of(line.data["pose"])]
    if line.kind == "motion" and line.data["phase"] in ("finished", "halted"):
        return [pose_of(line.data["to"])]
    if _is_mark(line, "trial_ended") and line.data.get("pose"):
        return [pose_of(line.data["pose"])]
    return []


def _ways(poses: list[CArmPose]) -> dict[str, Any]:
    at = np.array([(p.left_mm, p.up_mm, p.ant_mm) for p in poses])
    angles = np.array([(p.primary_deg, p.secondary_deg) for p in poses])
    way = float(np.linalg.norm(np.diff(at, axis=0), axis=1).sum())
    straight = float(np.linalg.norm(at[-1] - at[0]))
    return {
        "path_mm": way,
        "path_deg": float(np.abs(np.diff(angles, axis=0)).sum()),
        "path_ratio": way / straight if straight > REVERSAL_MM else None,
        "reversals": sum(reversals(at[:, axis]) for axis in (0, 1)),
    }


def reversals(values: Iterable[float]) -> int:
    """How often `values` turn back by REVERSAL_MM or more."""
    count, way = 0, 0
    low = high = None
    for value in values:
        if low is None:
            low = high = value
        low, high = min(low, value), max(high, value)
        if way >= 0 and high - value >= REVERSAL_MM:
            count, way, low, high = count + (way > 0), -1, value, value
        elif way <= 0 and value - low >= REVERSAL_MM:
            count, way, low, high = count + (way < 0), 1, value, value
    return count


def _trouble(lines: tuple[Line, ...]) -> dict[str, Any]:
    hits, moving = 0, False
    for line in lines:
        if line.kind == "motion":
            phase = line.data["phase"]
            hits += phase == "refused" and not moving and line.data["from"] != line.data["to"]
            moving = phase == "started" or (moving and phase == "refused")
        elif line.kind == "note" and line.data.get("limit"):
            hits += 1
    halts = sum(line.kind == "state" and line.data.get("outcome") == "halted" for line in lines)
    return {"limit_hits": hits, "halts": halts}


def _errors(recording: Recording, first: CArmPose, last: CArmPose) -> dict[str, Any]:
    truth = recording.trial.get("truth")
    if not truth:
        return {}
    view = (recording.trial.get("task") or {}).get("view") or {}
    wanted = beam_of(CArmPose(primary_deg=view.get("primary_deg", 0.0), secondary_deg=view.get("secondary_deg", 0.0)))
    cosine = float(np.clip(beam_of(last).axis @ wanted.axis, -1.0, 1.0))
    return {
        "start_error_mm": coronal_mm(first, truth),
        "final_error_mm": coronal_mm(last, truth),
        "final_error_deg": math.degrees(math.acos(cosine)),
    }


def coronal_mm(pose: CArmPose, point: Iterable[float]) -> float:
    """Distance in the coronal plane from the view's centre to `point` (left, up, ant), mm."""
    left, up, *_ = point
    return math.hypot(left - pose.left_mm, up - pose.up_mm)


def _outcome(recording: Recording, lines: tuple[Line, ...], found: dict[str, Any]) -> dict[str, Any]:
    if not recording.trial:
        return {}
    last = lines[-1]
    ended = last.data.get("reason") if _is_mark(last, "trial_ended") else "interrupted"
    limits = (recording.trial.get("task") or {}).get("success") or {}
    near = found["final_error_mm"] is not None and found["final_error_mm"] <= limits.get("mm", 0.0)
    straight = found["final_error_deg"] is not None and found["final_error_deg"] <= limits.get("deg", 0.0)
    return {"ended": ended, "completed": ended == "done", "success": ended == "done" and near and straight}


# ---- the model and what was made of it -----------------------------------------------------------


def offers(recording: Recording, lines: tuple[Line, ...] | None = None) -> list[Offer]:
    """Each move that waited for the participant, with what became of it."""
    truth = recording.trial.get("truth")
    found: list[Offer] = []
    step: dict[str, Any] | None = None
    waiting: Offer | None = None
    for line in lines if lines is not None else counted(recording):
        if line.kind == "step" and line.data.get("kind") == "navigation":
            step = line.data
        elif line.kind == "state":
            if line.data["state"] == "waiting" and step is not None and is_move(step) and truth:
                waiting = Offer(step["step"]["number"], is_right(step, truth, 0.0), bool(step.get("planted")))
                found.append(waiting)
                step = None
            elif line.data["state"] != "waiting":
                waiting = None
        elif line.kind == "decision" and waiting is not None:
            waiting.outcome = "accepted" if line.data.get("accepted") else "rejected"
            waiting = None
    return found


def is_move(data: dict[str, Any]) -> bool:
    proposal = data["step"].get("proposal")
    return bool(data["step"]["prediction"].get("valid") and proposal and not _arrived(proposal))


def is_right(data: dict[str, Any], truth: Iterable[float], near_mm: float) -> bool:
    """Whether a valid navigation reply was right: its move brings the view nearer to `truth`; for an arrival, the
    view's centre is within `near_mm`."""
    proposal = data["step"]["proposal"]
    pose = pose_of(data["step"]["pose"])
    if _arrived(proposal):
        return coronal_mm(pose, truth) <= near_mm
    return coronal_mm(pose.moved(MotionCommand(**proposal["motion"])), truth) < coronal_mm(pose, truth)


def _arrived(proposal: dict[str, Any]) -> bool:
    return proposal["x"] == "CENTER" and proposal["y"] == "CENTER"


def _model(recording: Recording, lines: tuple[Line, ...]) -> dict[str, Any]:
    truth = recording.trial.get("truth")
    near = ((recording.trial.get("task") or {}).get("success") or {}).get("mm", 0.0)
    steps = [line.data for line in lines if line.kind == "step" and line.data.get("kind") == "navigation"]
    own = [data for data in steps if not data.get("planted")]
    valid = [data for data in own if data["step"]["prediction"].get("valid") and data["step"].get("proposal")]
    made = offers(recording, lines)
    right, wrong = [o for o in made if o.right], [o for o in made if not o.right]
    planted = [o for o in made if o.planted]
    counts = {
        "model_replies": len(own),
        "model_refused": len(own) - len(valid),
        "model_right": sum(is_right(data, truth, near) for data in valid) if truth else None,
        "right_offered": len(right),
        "right_accepted": sum(o.outcome == "accepted" for o in right),
        "right_overridden": sum(o.outcome != "accepted" for o in right),
        "wrong_offered": len(wrong),
        "wrong_accepted": sum(o.outcome == "accepted" for o in wrong),
        "wrong_rejected": sum(o.outcome != "accepted" for o in wrong),
        "planted_offered": len(planted),
        "planted_accepted": sum(o.outcome == "accepted" for o in planted),
    }
    return counts | shares(counts) | _commits(lines)


SHARES = {
    "accept_when_right": ("right_accepted", "right_offered"),
    "accept_when_wrong": ("wrong_accepted", "wrong_offered"),
    "override_when_right": ("right_overridden", "right_offered"),
    "correct_rejection": ("wrong_rejected", "wrong_offered"),
}


def shares(counts: dict[str, Any]) -> dict[str, float | None]:
    """The shares of SHARES from their counts, of one trial or added up over many; None of nothing."""
    return {name: counts[part] / counts[whole] if counts[whole] else None for name, (part, whole) in SHARES.items()}


def _commits(lines: tuple[Line, ...]) -> dict[str, int]:
    commits = alike = 0
    said: tuple[str, str] | None = None
    for line in lines:
        if _is_mark(line, "commit"):
            commits += 1
            said = (line.data["x"], line.data["y"])
        elif line.kind == "step" and said is not None and line.data["step"].get("proposal"):
            proposal = line.data["step"]["proposal"]
            alike += said == (proposal["x"], proposal["y"])
            said = None
    return {"commits": commits, "commits_as_model": alike}
