"""`--format dicom`: each recording as XA objects (the whole run, the key images), with a key object selection, a
presentation state that draws the landmarks and a TID 1500 report. sim/dicom.py makes the objects; here is decided which
pictures are key images and what lies on them. Only what is simulated is written; a participant is a code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from carm_gui.session.export_data import Collected, Trial
from carm_gui.session.recording import Line, Recording
from carm_gui.session.replay import revive
from sim.collimator import shown
from sim.frame import Frame
from sim.geometry import pixel_offset_mm, project
from sim.landmarks import BY_KEY

if TYPE_CHECKING:
    from sim.dicom import Origin
    from sim.dicom_marks import Mark


def write(data: Collected, out: Path) -> list[Path]:
    """The .dcm files written below `out`, one folder a recording."""
    files: list[Path] = []
    for number, trial in enumerate(data.trials, 1):
        files += write_one(trial, out / _name(trial, number, len(data.trials)))
    return files


def _name(trial: Trial, number: int, of: int) -> str:
    row = trial.row
    if row["participant"]:
        return f"{row['participant']}_ses-{row['session']:02}_{trial.recording.folder.name}"
    return f"recording-{number:03}" if of > 1 else "."


def write_one(trial: Trial, out: Path) -> list[Path]:
    """The objects of one recording; none when it kept no picture."""
    from sim import dicom, dicom_marks

    recording = trial.recording
    origin = _origin(trial)
    frames = list(kept_frames(recording))
    if not frames:
        return []
    out.mkdir(parents=True, exist_ok=True)
    made = [(f"run-{i:02}", one) for i, one in enumerate(dicom.run(frames, origin), 1)]
    chosen = key_frames(recording)
    images = [dicom.image(frame, origin, i, why) for i, (frame, why, _) in enumerate(chosen, 1)]
    made += [(f"key-{i:03}", one) for i, one in enumerate(images, 1)]
    if images:
        marks = [marks_on(frame, recording, seen) for frame, _, seen in chosen]
        made.append(("key-selection", dicom_marks.key_selection(images, origin)))
        made.append(("landmarks", dicom_marks.presentation_state(images, marks, origin)))
        if any(marks):
            made.append(("report", dicom_marks.report(images, marks, origin)))
    files = []
    for name, one in made:
        file = out / f"{name}.dcm"
        one.save_as(file, enforce_file_format=True)
        files.append(file)
    return files


def _origin(trial: Trial) -> Origin:
    from sim.dicom import Origin

    about = trial.recording.about
    patient, device = about.get("patient") or {}, about.get("device") or {}
    seed = hashlib.sha256(json.dumps([about, len(trial.recording.lines)], sort_keys=True).encode()).hexdigest()
    try:
        started = datetime.fromisoformat(about["started"])
    except (KeyError, ValueError):
        started = datetime.fromtimestamp(0, UTC)
    return Origin(
        seed=seed,
        started=started,
        patient=patient.get("kind", "virtual"),
        patient_id=f"SIM-{patient.get('sha256', '')[:12] or 'UNKNOWN'}",
        participant=trial.row["participant"],
        version=about.get("version", ""),
        pulse_rate=float(device.get("pulse_rate", 8.0)),
    )


def _with_pictures(recording: Recording) -> Iterator[tuple[Line, Frame]]:
    for line in recording.lines:
        frame = line.data.get("frame")
        if isinstance(frame, dict) and "at" in frame and recording.pixels(int(frame["index"])) is not None:
            yield line, revive(line, recording).data["frame"]


def kept_frames(recording: Recording) -> Iterator[Frame]:
    """Every kept picture once, in the order of exposure."""
    seen: set[int] = set()
    for _, frame in _with_pictures(recording):
        if frame.index not in seen:
            seen.add(frame.index)
            yield frame


def key_frames(recording: Recording) -> list[tuple[Frame, str, tuple[str, ...]]]:
    """The pictures on which a step was made and those that the clinician kept, else the last one: frame, why it is
    one, and the landmarks that the model read on it."""
    chosen: dict[int, tuple[Frame, str, tuple[str, ...]]] = {}
    last: Frame | None = None
    for line, frame in _with_pictures(recording):
        last = frame
        if line.kind == "step":
            prediction = line.data["step"]["prediction"]
            seen = tuple(prediction.get("landmarks") or ()) if prediction.get("valid") else ()
            chosen[frame.index] = (frame, _why(line.data), seen)
        elif line.kind == "saved" and frame.index not in chosen:
            chosen[frame.index] = (frame, "Kept by the clinician.", ())
    if not chosen and last is not None:
        chosen[last.index] = (last, "Last picture.", ())
    return list(chosen.values())


def _why(data: dict[str, Any]) -> str:
    step = data["step"]
    planted = " PLANTED: this reply was turned round by the study's protocol." if data.get("planted") else ""
    if step.get("proposal"):
        proposal = step["proposal"]
        said = " ".join(proposal[name] for name in ("x", "extent_x", "y", "extent_y"))
        return f"Step {step['number']}: the model proposed {said}.{planted}"
    names = " or ".join(BY_KEY[key].title for key in step["prediction"].get("landmarks") or () if key in BY_KEY)
    return f"The model read {names or 'nothing'}.{planted}"


def marks_on(frame: Frame, recording: Recording, seen: tuple[str, ...]) -> list[Mark]:
    """The patient's landmarks that fall on `frame` (where the simulation has them), and the first that the model read,
    at the centre: a language model gives no place."""
    from sim.dicom_marks import Mark

    size = frame.pixels.shape[0]
    truth = (recording.about.get("patient") or {}).get("landmarks") or {}
    marks = []
    if truth:
        uv, inside = project(frame.pose, np.array(list(truth.values()), float), size)
        offsets = np.hypot(*np.moveaxis(pixel_offset_mm(uv, size), -1, 0))
        inside = inside & shown(uv, frame.blades_mm, frame.pixels.shape)
        for key, (u, v), away, on in zip(truth, uv, offsets, inside):
            if on:
                marks.append(Mark(key, float(u), float(v), float(away)))
    if seen and seen[0] in BY_KEY:
        centre = 0.5 * (size - 1)
        marks.append(Mark(seen[0], centre, centre, 0.0, "model"))
    return marks
