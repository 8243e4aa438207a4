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
    from sim.frame import Frame
    from sim.patient.patient import Patient
    from sim.pose import CArmPose
    from sim.technique import Technique


def _landmark(value: str | None) -> str | None:
    if value is not None and value not in BY_KEY:
        raise typer.BadParameter(f"{value!r} is not a landmark; the keys are {', '.join(KEYS)}.")
    return value


def _landmarks(value: str) -> str:
    keys = [_landmark(key.strip()) for key in value.split(",")]
    if len(keys) != 2 or keys[0] == keys[1]:
        raise typer.BadParameter(f"{value!r} is not two different landmarks, as in --said t1,carina.")
    return value


def _at(value: str | None) -> str | None:
    if value is not None:
        _position(value)
    return value


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
    str | None, typer.Option("--at", metavar="LEFT,UP,ANT", callback=_at, help="Centre of the view, mm.")
]


def _load(spec: str, landmarks: Path | None, series: str | None, keep_table: bool = False) -> Patient:
    from sim.patient.load import load_patient

    patient = load_patient(spec, landmarks=landmarks, series=series, keep_table=keep_table)
    for note in patient.notes:
        progress(note)
    return patient


def _view(patient: Patient, landmark: str | None, at: str | None, angles: tuple[float, float] = (0.0, 0.0)) -> CArmPose:
    """The view asked for by --landmark or --at. Raises PatientError when it would miss the volume."""
    from carm_gui.session.reach import check_view, landmark_position
    from sim.pose import CArmPose

    if (landmark is None) == (at is None):
        raise typer.BadParameter("give either --landmark K or --at LEFT,UP,ANT.")
    if landmark is not None:
        position = landmark_position(patient, landmark)
    else:
        position = _position(at)
        check_view(patient, position)
    return CArmPose(*position, *angles)


def _projector(patient: Patient, name: str = "auto"):
    from sim.xray.deepdrr_process import open_projector

    return open_projector(patient, name, progress)


def _picture(
    patient: Patient,
    pose: CArmPose,
    size: int = 512,
    projector: str = "auto",
    technique: Technique | None = None,
    made_by: list[str] | None = None,
) -> tuple[Frame, float]:
    """One exposure at `pose`, and how many ms it took once kernels and volume were ready; with automatic exposure that
    time covers the test pulse too. `made_by` takes the projector's name."""
    import numpy as np

    from sim import dose
    from sim.frame import Frame
    from sim.geometry import isocentre_spacing_mm
    from sim.technique import Technique
    from sim.xray import aec
    from sim.xray.detector import Detector

    technique = technique or Technique()
    source, detector = _projector(patient, projector), Detector()

    def shot():
        exposure = technique.exposure
        signal = source.render(pose, size, kvp=exposure.kvp)
        if technique.auto:
            seen = aec.thickness_g_cm2(aec.field_transmission(signal), exposure.kvp)
            exposure = aec.follow(seen, technique.pulse_rate)
            signal = source.render(pose, size, kvp=exposure.kvp)
        return detector.expose(signal, np.random.default_rng(0), exposure), exposure

    shot()
    start = time.perf_counter()
    pixels, exposure = shot()
    took = 1000.0 * (time.perf_counter() - start)
    pixels.setflags(write=False)
    if made_by is not None:
        made_by.append("cpu" if getattr(source, "problem", None) != "" else "deepdrr")
    if hasattr(source, "close"):
        source.close()
    spent = dose.of_pulse(exposure, 0.0)
    made_with = (exposure.kvp, exposure.ma, exposure.pulse_ms)
    return Frame(pixels, isocentre_spacing_mm(size), pose, 0, 0.0, spent, False, *made_with), took


@contextlib.contextmanager
def _opened(name: str) -> Iterator[LanguageModel]:
    from inference.models.profiles import open_model

    model = open_model(name)
    try:
        yield model
    finally:
        model.close()


def _reply(pieces) -> Any:
    """The finished step of a streamed reply; the text goes to standard error as it comes."""
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
    return step


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
        import numpy as np
        from PIL import Image

        from sim.geometry import project
        from sim.technique import Technique

        technique = Technique(kv, ma, auto=auto)
        subject = _load(patient, landmarks, series, keep_table)
        pose = _view(subject, landmark, at, (primary, secondary))
        made_by: list[str] = []
        frame, took = _picture(subject, pose, size, projector, technique, made_by)
        pixels = frame.pixels if bits == 16 else _windowed(frame.pixels)
        out.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(out, format="PNG")
        marks = {}
        if subject.landmarks:
            uv, inside = project(pose, np.array(list(subject.landmarks.values())), size)
            for key, (u, v), seen in zip(subject.landmarks, uv, inside):
                known = bool(np.isfinite(u))
                marks[key] = {
                    "u": round(float(u), 2) if known else None,
                    "v": round(float(v), 2) if known else None,
                    "in_view": bool(seen),
                }
    payload = {
        "pose": {name: round(value, 3) + 0.0 for name, value in pose.as_dict().items()},
        "size": [size, size],
        "spacing_mm": round(frame.spacing_mm, 6),
        "landmarks": marks,
        "ms": round(took, 1),
        "projector": made_by[0],
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


def _windowed(pixels):
    """uint16 levels as 8 bits, as a model's picture is windowed."""
    import numpy as np

    from inference.prompts import window as levels

    low, high = levels(pixels)
    return np.clip((pixels - low) * (255.0 / (high - low)) + 0.5, 0, 255).astype(np.uint8)


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
        frame, _ = _picture(subject, _view(subject, landmark, at))
        with _opened(model) as language:
            prediction = _reply(localize(language, frame, top)).prediction
            regions = _regions(language, model, frame, prediction.landmarks)
    payload = {
        "landmarks": list(prediction.landmarks),
        "raw": prediction.raw,
        "seconds": round(prediction.seconds, 3),
        "regions_mm": regions,
    }
    lines = [_titles(prediction.landmarks)]
    for key, region in (regions or {}).items():
        place = MotionCommand(left_mm=round(region["left_mm"]), up_mm=round(region["up_mm"])).describe()
        place = place.removeprefix("view ").replace("no motion", "at the centre")
        lines.append(f"the network reads {BY_KEY[key].title} {place}, within {region['radius_mm']:.0f} mm (90 %)")
    _answer_prediction(as_json, payload, prediction, "\n".join(lines))


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
    said: Annotated[str, typer.Option("--said", metavar="K,K", callback=_landmarks, help="The earlier answer.")],
    feedback: Annotated[str, typer.Option("--feedback", metavar="TEXT", help="The clinician's words.")],
    patient: PatientOption = "virtual",
    model: ModelOption = "embedded",
    landmarks: LandmarksOption = None,
    series: SeriesOption = None,
    keep_table: KeepTableOption = False,
    as_json: JsonOption = False,
) -> None:
    """What the model answers when a clinician corrects it."""
    before = [key.strip() for key in said.split(",")]
    with one_sentence():
        from inference.correct import correct as ask_again

        subject = _load(patient, landmarks, series, keep_table)
        frame, _ = _picture(subject, _view(subject, landmark, None))
        with _opened(model) as language:
            prediction = _reply(ask_again(language, frame, tuple(before), feedback)).prediction
    payload = {
        "before": before,
        "after": list(prediction.landmarks),
        "reasoning": " ".join(prediction.reasons),
        "raw": prediction.raw,
        "seconds": round(prediction.seconds, 3),
    }
    lines = [f"{_titles(before)} -> {_titles(prediction.landmarks)}", *prediction.reasons]
    _answer_prediction(as_json, payload, prediction, "\n".join(lines))


def _answer_prediction(as_json: bool, payload: dict[str, Any], prediction, text: str) -> None:
    """A reply that the strict check refused is shown as it came, and is a failure."""
    if prediction.valid:
        answer(as_json, payload, [text])
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
        carm = CArm(_projector(subject), pose)
        with _opened(model) as language:
            run = navigate_alone(
                carm,
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


def _step_entry(step, error_mm: float | None) -> dict[str, Any]:
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
