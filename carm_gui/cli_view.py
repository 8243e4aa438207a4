"""`carm render | parse | locate | correct | navigate`: one view of a patient, what a typed line means, and what a model
makes of them."""

from __future__ import annotations

import contextlib
import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from carm_gui.cli import (
    Failure,
    JsonOption,
    KeepTableOption,
    LandmarksOption,
    ModelOption,
    PatientOption,
    ProjectorOption,
    SeriesOption,
    answer,
    one_sentence,
    progress,
)
from sim.landmarks import BY_KEY, KEYS

if TYPE_CHECKING:
    from inference.models.interface import LanguageModel
    from inference.step import Delta, Prediction, Step
    from sim.frame import Frame
    from sim.patient.patient import Patient
    from sim.pose import CArmPose
    from sim.technique import Technique
    from sim.xray.projector import Projector


def _landmark(value: str | None) -> str | None:
    if value is not None and value not in BY_KEY:
        raise typer.BadParameter(f"{value!r} is not a landmark; the keys are {', '.join(KEYS)}.")
    return value


def _landmarks(value: str) -> tuple[str, ...]:
    keys = tuple(_landmark(key.strip()) for key in value.split(","))
    if len(keys) != 2 or keys[0] == keys[1]:
        raise typer.BadParameter(f"{value!r} is not two different landmarks, as in --said t1,carina.")
    return keys


def _position(value: str) -> tuple[float, float, float]:
    try:
        left, up, ant = (float(part) for part in value.split(","))
        if not all(map(math.isfinite, (left, up, ant))):
            raise ValueError
    except ValueError:
        raise typer.BadParameter(f"{value!r} is not LEFT,UP,ANT in mm, as in --at 10,-50,0.") from None
    return left, up, ant


def _angle(value: float) -> float:
    if not abs(value) <= 180.0:  # also refuses nan
        raise typer.BadParameter(f"{value:g} is no angle from -180 to 180 degrees.")
    return value


LandmarkOption = Annotated[
    str | None, typer.Option("--landmark", metavar="K", callback=_landmark, help="Centre the view on it.")
]
AtOption = Annotated[
    tuple | None, typer.Option("--at", metavar="LEFT,UP,ANT", parser=_position, help="Centre of the view, mm.")
]


def _load(spec: str, landmarks: Path | None, series: str | None, keep_table: bool = False) -> Patient:
    from sim.patient.load import load_patient

    patient = load_patient(spec, landmarks=landmarks, series=series, keep_table=keep_table)
    for note in patient.notes:
        progress(note)
    return patient


def _view(
    patient: Patient, landmark: str | None, at: tuple | None, angles: tuple[float, float] = (0.0, 0.0)
) -> CArmPose:
    """The view asked for by --landmark or --at. Raises PatientError when it would miss the volume."""
    from carm_gui.session.reach import check_view, landmark_position
    from sim.pose import CArmPose

    if (landmark is None) == (at is None):
        raise typer.BadParameter("give either --landmark K or --at LEFT,UP,ANT.")
    if landmark is not None:
        at = landmark_position(patient, landmark)
    else:
        check_view(patient, at)
    return CArmPose(*at, *angles)


@contextlib.contextmanager
def _projector(patient: Patient, name: str = "auto") -> Iterator[Projector]:
    from sim.xray.deepdrr_process import open_projector

    source = open_projector(patient, name, progress)
    try:
        yield source
    finally:
        if hasattr(source, "close"):
            source.close()


def _exposed(source: Projector, pose: CArmPose, size: int, technique: Technique) -> Frame:
    """One exposure at `pose`, always with the same noise; automatic exposure is settled by a test pulse."""
    import numpy as np

    from sim import dose
    from sim.frame import Frame
    from sim.geometry import isocentre_spacing_mm
    from sim.xray import aec
    from sim.xray.detector import Detector

    exposure = technique.exposure
    signal = source.render(pose, size, kvp=exposure.kvp)
    if technique.auto:
        seen = aec.thickness_g_cm2(aec.field_transmission(signal), exposure.kvp)
        exposure = aec.follow(seen, technique.pulse_rate)
        signal = source.render(pose, size, kvp=exposure.kvp)
    pixels = Detector().expose(signal, np.random.default_rng(0), exposure)
    pixels.setflags(write=False)
    made_with = (exposure.kvp, exposure.ma, exposure.pulse_ms)
    return Frame(pixels, isocentre_spacing_mm(size), pose, 0, 0.0, dose.of_pulse(exposure, 0.0), False, *made_with)


def _picture(patient: Patient, landmark: str | None, at: tuple | None = None) -> Frame:
    """What a model is shown of a view."""
    from sim.technique import Technique

    pose = _view(patient, landmark, at)
    with _projector(patient) as source:
        return _exposed(source, pose, 512, Technique())


def _opened(name: str) -> contextlib.closing[LanguageModel]:
    from inference.models.profiles import open_model

    return contextlib.closing(open_model(name))


def _prediction(pieces: Iterator[Delta | Step]) -> Prediction:
    """What a streamed reply says in the end; the text goes to standard error as it comes."""
    from inference.step import Step

    step = None
    for piece in pieces:
        if isinstance(piece, Step):
            step = piece
        else:
            sys.stderr.write(piece.text)
            sys.stderr.flush()
    sys.stderr.write("\n")
    if step is None:
        raise Failure("The model gave no reply.")
    return step.prediction


# ---- pictures and words --------------------------------------------------------------------------


def render(
    out: Annotated[Path, typer.Option("--out", metavar="PNG", help="Where the picture goes.")],
    patient: PatientOption = "virtual",
    landmark: LandmarkOption = None,
    at: AtOption = None,
    primary: Annotated[float, typer.Option(callback=_angle, help="Primary angle, degrees, + is LAO.")] = 0.0,
    secondary: Annotated[float, typer.Option(callback=_angle, help="Secondary angle, degrees, + is cranial.")] = 0.0,
    size: Annotated[int, typer.Option(min=16, max=4096, help="Pixels along each side.")] = 512,
    bits: Annotated[int, typer.Option(help="8: for the eye; 16: every grey level (sim.frame).")] = 8,
    kv: Annotated[float, typer.Option(help="Tube voltage, 50 to 120 kV.")] = 90.0,
    ma: Annotated[float, typer.Option(help="Tube current during the pulse of 8 ms, 0.5 to 120 mA.")] = 10.0,
    auto: Annotated[bool, typer.Option("--auto", help="Automatic exposure chooses kV and mA.")] = False,
    projector: ProjectorOption = "auto",
    landmarks: LandmarksOption = None,
    series: SeriesOption = None,
    keep_table: KeepTableOption = False,
    as_json: JsonOption = False,
) -> None:
    """An X-ray of one view, bone bright, and where the landmarks fall on it."""
    if bits not in (8, 16):
        raise typer.BadParameter("--bits is 8 or 16.")
    if out.suffix.lower() != ".png":
        raise typer.BadParameter("--out names a PNG file.")
    with one_sentence():
        from PIL import Image

        from inference.prompts import picture
        from sim.technique import Technique

        technique = Technique(kv, ma, auto=auto)
        subject = _load(patient, landmarks, series, keep_table)
        pose = _view(subject, landmark, at, (primary, secondary))
        with _projector(subject, projector) as source:
            _exposed(source, pose, size, technique)  # kernels and volume are made ready; the next is timed
            start = time.perf_counter()
            frame = _exposed(source, pose, size, technique)
            took = 1000.0 * (time.perf_counter() - start)
            made_by = "cpu" if getattr(source, "problem", None) != "" else "deepdrr"
        out.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(frame.pixels if bits == 16 else picture(frame, size)).save(out, format="PNG")
        marks = _marks(subject, pose, size)
    payload = {
        "pose": {name: round(value, 3) + 0.0 for name, value in pose.as_dict().items()},
        "size": [size, size],
        "spacing_mm": round(frame.spacing_mm, 6),
        "landmarks": marks,
        "ms": round(took, 1),
        "projector": made_by,
        "technique": {"kvp": frame.kvp, "ma": frame.ma, "pulse_ms": frame.pulse_ms, "auto": auto},
        "simulated_dose": {"air_kerma_mgy": frame.dose.air_kerma_mgy, "dap_gycm2": frame.dose.dap_gycm2},
        "out": str(out),
    }
    seen = [BY_KEY[key].title for key, mark in marks.items() if mark["in_view"]]
    lines = [f"{out}: {size} x {size}, {frame.spacing_mm:.3f} mm a pixel, {took:.0f} ms"]
    if seen:
        lines.append("in view: " + ", ".join(seen))
    else:
        lines.append("no landmark in view" if marks else "no landmarks known")
    answer(as_json, payload, lines)


def _marks(patient: Patient, pose: CArmPose, size: int) -> dict[str, dict[str, Any]]:
    """Where each landmark falls on the picture, pixels (None: behind the focal spot), and whether it is in view."""
    import numpy as np

    from sim.geometry import project

    uv, inside = project(pose, np.reshape(list(patient.landmarks.values()), (-1, 3)), size)
    places = np.where(np.isfinite(uv), uv.round(2), None).tolist()
    return {
        key: {"u": u, "v": v, "in_view": bool(seen)} for key, (u, v), seen in zip(patient.landmarks, places, inside)
    }


def parse(
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help="What a clinician might type.")],
    as_json: JsonOption = False,
) -> None:
    """What a typed command means. Nothing moves."""
    from inference.commands import parse as understand

    answer(True, understand(" ".join(text)).as_dict())


# ---- the model -----------------------------------------------------------------------------------


def locate(
    patient: PatientOption = "virtual",
    landmark: LandmarkOption = None,
    at: AtOption = None,
    model: ModelOption = "embedded",
    top: Annotated[int, typer.Option(min=2, max=3, help="How many landmarks are asked for.")] = 2,
    landmarks: LandmarksOption = None,
    series: SeriesOption = None,
    keep_table: KeepTableOption = False,
    as_json: JsonOption = False,
) -> None:
    """Which landmarks the model reads at the centre of a view."""
    with one_sentence():
        from inference.localize import localize
        from sim.pose import MotionCommand

        subject = _load(patient, landmarks, series, keep_table)
        frame = _picture(subject, landmark, at)
        with _opened(model) as language:
            prediction = _prediction(localize(language, frame, top))
            regions = _regions(language, model, frame, prediction.landmarks)
    payload = {"landmarks": list(prediction.landmarks), "regions_mm": regions}
    lines = [_titles(prediction.landmarks)]
    for key, region in (regions or {}).items():
        place = MotionCommand(left_mm=round(region["left_mm"]), up_mm=round(region["up_mm"])).describe()
        place = place.removeprefix("view ").replace("no motion", "at the centre")
        lines.append(f"the network reads {BY_KEY[key].title} {place}, within {region['radius_mm']:.0f} mm (90 %)")
    _answer_prediction(as_json, payload, prediction, lines)


def _regions(model: LanguageModel, name: str, frame: Frame, keys: tuple[str, ...]) -> dict[str, dict] | None:
    """Where the displacement baseline reads the landmarks that `model` named, with their regions; None without one."""
    from inference.baseline.model import baseline_folder, is_baseline
    from inference.baseline.reading import ask_reading, regions_of
    from inference.models.interface import ModelError

    try:
        if name in ("baseline", "hybrid") or is_baseline(name):
            return regions_of(keys, ask_reading(model, frame))
        if baseline_folder() is None:
            return None
        with _opened("baseline") as network:
            return regions_of(keys, ask_reading(network, frame))
    except ModelError as problem:
        progress(f"No regions: {problem}")
        return None


def correct(
    landmark: Annotated[str, typer.Option("--landmark", metavar="K", callback=_landmark, help="Centre of the view.")],
    said: Annotated[tuple, typer.Option("--said", metavar="K,K", parser=_landmarks, help="The earlier answer.")],
    feedback: Annotated[str, typer.Option("--feedback", metavar="TEXT", help="The clinician's words.")],
    patient: PatientOption = "virtual",
    model: ModelOption = "embedded",
    landmarks: LandmarksOption = None,
    series: SeriesOption = None,
    keep_table: KeepTableOption = False,
    as_json: JsonOption = False,
) -> None:
    """What the model answers when a clinician corrects it."""
    with one_sentence():
        from inference.correct import correct as ask_again

        subject = _load(patient, landmarks, series, keep_table)
        frame = _picture(subject, landmark)
        with _opened(model) as language:
            prediction = _prediction(ask_again(language, frame, said, feedback))
    payload = {
        "before": list(said),
        "after": list(prediction.landmarks),
        "reasoning": " ".join(prediction.reasons),
    }
    lines = [f"{_titles(said)} -> {_titles(prediction.landmarks)}", *prediction.reasons]
    _answer_prediction(as_json, payload, prediction, lines)


def _answer_prediction(as_json: bool, payload: dict[str, Any], prediction: Prediction, lines: list[str]) -> None:
    """A reply that the strict check refused is shown as it came, and is a failure."""
    payload |= {"raw": prediction.raw, "seconds": round(prediction.seconds, 3)}
    if prediction.valid:
        answer(as_json, payload, lines)
        return
    answer(as_json, {**payload, "problem": prediction.problem}, [prediction.raw])
    progress(f"The model's reply was refused: {prediction.problem}")
    raise typer.Exit(1)


def _titles(keys) -> str:
    return ", ".join(BY_KEY[key].title for key in keys)


def navigate(
    start: Annotated[str, typer.Option("--start", metavar="K", callback=_landmark, help="Where the view begins.")],
    target: Annotated[str, typer.Option("--target", metavar="K", callback=_landmark, help="Where to steer.")],
    patient: PatientOption = "virtual",
    model: ModelOption = "embedded",
    max_steps: Annotated[int, typer.Option("--max-steps", min=1, max=100, help="Most replies.")] = 8,
    max_travel: Annotated[float, typer.Option("--max-travel", metavar="MM", help="Longest way of the view.")] = 1200.0,
    max_dose: Annotated[float, typer.Option("--max-dose", metavar="GYCM2", help="Most dose-area product.")] = 30.0,
    landmarks: LandmarksOption = None,
    series: SeriesOption = None,
    keep_table: KeepTableOption = False,
    as_json: JsonOption = False,
) -> None:
    """Steer from one landmark to another; every valid proposal is accepted, one shot a step."""
    with one_sentence():
        from carm_gui.session.budget import Budget
        from carm_gui.session.headless import navigate_alone
        from carm_gui.session.measures import coronal_mm
        from carm_gui.session.reach import landmark_position, targets_outside
        from inference.evaluation.measures import optimal_moves
        from sim.carm import CArm
        from sim.pose import CArmPose

        budget = Budget(steps=max_steps, travel_mm=max_travel, dose_gycm2=max_dose)
        subject = _load(patient, landmarks, series, keep_table)
        outside = targets_outside(subject)
        if target in outside:
            raise Failure(outside[target])
        pose = CArmPose(*landmark_position(subject, start))
        with _projector(subject) as source, _opened(model) as language:
            run = navigate_alone(
                CArm(source, pose),
                language,
                target,
                max_steps=max_steps,
                budget=budget,
                refused=outside,
                on_event=_tell_progress,
            )
        # The truth enters here, after the run.
        truth = subject.landmarks.get(target)

        def error(pose: CArmPose) -> float | None:
            return None if truth is None else round(coronal_mm(pose, truth), 2)

        steps = [_step_entry(step, error(after)) for step, after in run.steps]
    payload = {
        "steps": steps,
        "stopped": run.stopped,
        "final_error_mm": error(run.pose),
        "moves": run.moves,
        "optimal_moves": None if truth is None else optimal_moves((truth[0] - pose.left_mm, truth[1] - pose.up_mm)),
        "message": run.message,
    }
    lines = [_step_line(entry) for entry in steps] + [run.message]
    if payload["final_error_mm"] is not None:
        lines.append(
            f"{run.stopped}: {payload['final_error_mm']:.0f} mm from {BY_KEY[target].title} after "
            f"{run.moves} moves (at least {payload['optimal_moves']})"
        )
    answer(as_json, payload, lines)


def _step_entry(step: Step, error_mm: float | None) -> dict[str, Any]:
    prediction, proposal = step.prediction, step.proposal
    entry = {
        "number": step.number,
        "context": prediction.landmarks[0] if prediction.landmarks else None,
        "move": {"left_mm": proposal.motion.left_mm, "up_mm": proposal.motion.up_mm} if proposal else None,
        "reasons": list(prediction.reasons),
        "error_mm": error_mm,
        "seconds": round(prediction.seconds, 3),
    }
    if not prediction.valid:
        entry |= {"problem": prediction.problem, "raw": prediction.raw}
    return entry


def _step_line(entry: dict[str, Any]) -> str:
    from sim.pose import MotionCommand

    said = MotionCommand(**entry["move"]).describe() if entry["move"] else f"refused: {entry['problem']}"
    where = BY_KEY[entry["context"]].title if entry["context"] else "nothing"
    error = "" if entry["error_mm"] is None else f", then {entry['error_mm']:.0f} mm away"
    return f"{entry['number']}. sees {where}: {said}{error} ({entry['seconds']:.1f} s)"


def _tell_progress(event) -> None:
    if event.kind == "state" and event.data["message"]:
        progress(f"{event.data['state']}: {event.data['message']}")


def register(app: typer.Typer) -> None:
    app.command()(render)
    app.command(context_settings={"ignore_unknown_options": True})(parse)
    for command in (locate, correct, navigate):
        app.command()(command)
