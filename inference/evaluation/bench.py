"""One patient on the bench: photographs its views and puts the cases to a model. Runs inside a worker process.

The truth of a case places its view and marks the finished reply; it never reaches the model.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inference import prompts
from inference.evaluation import measures
from inference.evaluation import plan as plans
from inference.evaluation.blind import Blind
from inference.evaluation.plan import Case, Plan
from inference.evaluation.reference import MeanAnatomy, mean_landmarks, placed
from inference.models.interface import LanguageModel, Request
from inference.reply import ReplyReader, published_ids
from sim import collimator, sampling
from sim.carm import CArm, MotionRefused, read_pulse
from sim.frame import Frame
from sim.geometry import isocentre_spacing_mm, project
from sim.landmarks import BY_KEY, KEYS
from sim.pose import CArmPose
from sim.xray.exposure import Exposure

if TYPE_CHECKING:
    from inference.evaluation.paint import Canvas

MAX_STEPS = 8
MOST_TRIES = 30
"""A patient that cannot be photographed in so many tries a case is left with fewer cases."""


@dataclass(frozen=True)
class StepSeen:
    """One step of a navigation: what was said and what was in view, for whoever checks the reasons. `tokens` are
    (x, extent_x, y, extent_y)."""

    left_mm: float
    up_mm: float
    context: str = ""
    tokens: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    in_view: tuple[str, ...] = ()
    error_mm: float | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of a case. `ids` is None for a malformed reply; `truth` are the ids that count as right. `seconds` is
    CPU time of the model on a CPU, else wall time. `centre_mm` is the isocentre (left, up, ant), `end_mm` where a
    navigation left it."""

    case: Case
    raw: str
    seconds: float
    truth: tuple[int, ...] = ()
    ids: tuple[int, ...] | None = None
    final_error_mm: float | None = None
    moves: int = 0
    optimal: int = 0
    stopped: str = ""
    steps: int = 0
    decision_seconds: float | None = None
    trace: tuple[StepSeen, ...] = ()
    right: bool | None = None
    in_view: tuple[str, ...] = ()
    reasoning: str = ""
    reading: dict = field(default_factory=dict)
    centre_mm: tuple[float, ...] = ()
    end_mm: tuple[float, ...] = ()


@dataclass(frozen=True)
class Trip:
    """How one navigation went. `raw` holds the replies, one a line; `said` each step as (pose, context, tokens,
    reasons, pose after it)."""

    raw: str
    stopped: str
    moves: int
    steps: int
    pose: CArmPose
    seconds: float
    said: tuple[tuple[CArmPose, str, tuple[str, ...], tuple[str, ...], CArmPose], ...] = ()


Navigator = Callable[[CArm, LanguageModel, str, int], Trip]
"""(C-arm at the start, model, target key, most steps) -> how it went. A module's function: workers import it."""


class Timed:
    """`model` with a clock: `replies` is how many it gave, `seconds` the time they took (CPU time of this process, or
    wall time where the model computes elsewhere), `decisions` the same up to the decision of each navigation."""

    def __init__(self, model: LanguageModel):
        self._model = model
        self._clock = time.process_time if model.info.device == "cpu" else time.monotonic
        self.target: str | None = None
        self.reset()
        if hasattr(model, "read"):
            self.read = model.read

    def reset(self) -> None:
        self.replies, self.seconds, self.decisions = 0, 0.0, []

    def __getattr__(self, name: str):
        return getattr(self._model, name)

    def stream(self, request: Request) -> Iterator[str]:
        reader = ReplyReader("navigation", self.target) if request.task == "navigation" and self.target else None
        began = self._clock()
        for piece in self._model.stream(request):
            if reader is not None and reader.feed(piece).proposal is not None:
                self.decisions.append(self._clock() - began)
            yield piece
        self.replies += 1
        self.seconds += self._clock() - began


_models: dict[tuple, LanguageModel] = {}
_benches: dict[tuple, Bench] = {}


def bench_for(plan: Plan, index: int) -> Bench:
    """The bench of a patient; the last one is kept, as a patient's parts come one after another."""
    key = (plan.patients[index], plan.landmarks[index] if index < len(plan.landmarks) else None)
    if key not in _benches:
        _benches.clear()
        _benches[key] = Bench(*key)
    return _benches[key]


def model_for(name: str, device: str) -> LanguageModel:
    """The model of that name in this process, loaded once."""
    if (name, device) not in _models:
        from inference.models.profiles import open_here

        _models[name, device] = open_here(name, device=device)
    return _models[name, device]


class Bench:
    """`patient` with its landmarks file. Raises ValueError for one without landmarks."""

    def __init__(self, name: str, landmarks: str | None = None):
        from sim.patient.load import load_patient
        from sim.xray.cpu import CpuProjector
        from sim.xray.detector import Detector

        self.name = name
        self.patient = load_patient(name, Path(landmarks) if landmarks else None)
        self.points = sampling.positions(self.patient.landmarks)
        inside = np.isfinite(sampling.within(self.patient)[:, 0])
        self.known = [key for key, there in zip(KEYS, inside) if there]
        if not self.known:
            raise ValueError(f"{name} has no landmarks to score against; give a file with --landmarks.")
        self.projector, self.detector = CpuProjector(self.patient, threads=1), Detector()

    # ---- pictures and truth ----------------------------------------------------------------------

    def frame(
        self,
        pose: CArmPose,
        number: int,
        exposure: Exposure = Exposure(),  # noqa: B008 (frozen)
        blades_mm: collimator.Blades | None = None,
    ) -> Frame:
        """A pulse of the device without its stand: the published views know no table and no collision."""
        pixels = read_pulse(self.detector, self.projector.render(pose), number, exposure, blades_mm)
        spacing = isocentre_spacing_mm(pixels.shape[0])
        return Frame(pixels, spacing, pose, number, 0.0, ma=exposure.ma, blades_mm=blades_mm)

    def another_view(self, rng: np.random.Generator, size: int) -> np.ndarray:
        """The picture of some other view of this patient."""
        centre = sampling.training(sampling.within(self.patient), 1, rng)[0]
        frame = self.frame(CArmPose(*map(float, centre)), int(rng.integers(1 << 30)))
        return prompts.picture(frame, size)

    def model(self, plan: Plan) -> LanguageModel:
        """The plan's model, blinded if the plan says so."""
        if plan.model == plans.MEAN_ANATOMY:
            return MeanAnatomy(placed(mean_landmarks(), self.patient.landmarks))
        sighted = model_for(plan.model, plan.device)
        return Blind(sighted, plan.blind, self.another_view) if plan.blind else sighted

    def visible(self, pose: CArmPose, blades_mm: collimator.Blades | None = None) -> tuple[str, ...]:
        """Keys of the landmarks that fall on the picture and into the collimator's opening."""
        uv, inside = project(pose, self.points, 512)
        inside &= collimator.shown(uv, blades_mm, (512, 512))
        return tuple(key for key, there in zip(KEYS, inside) if there)

    def nearest(self, pose: CArmPose) -> str:
        """The landmark nearest to the isocentre in 3D."""
        return KEYS[int(np.nanargmin(self.distances((pose.left_mm, pose.up_mm, pose.ant_mm))))]

    def distances(self, centre: Sequence[float]) -> np.ndarray:
        """From the isocentre to each landmark in 3D, mm (14,)."""
        return np.linalg.norm(self.points - np.asarray(centre), axis=1)

    # ---- cases -----------------------------------------------------------------------------------

    def cases(self, plan: Plan, index: int) -> list[tuple[Case, CArmPose]]:
        """The patient's share of cases with the view of each."""
        share = plan.share(index)
        isocentres = None
        if plan.task == "retrieval":
            isocentres = sampling.published(self.points, max(share, 1), plans.stream(plan, index, 1))
        out: list[tuple[Case, CArmPose]] = []
        for case in islice(plans.cases(plan, index, self.known), MOST_TRIES * max(share, 1)):
            if len(out) == share:
                break
            if isocentres is not None:
                centre = isocentres[case.number]
            else:
                centre = np.add(self.patient.landmarks[case.start], case.offset_mm)
            pose = CArmPose(*map(float, centre))
            behind = plan.blades and self.nearest(pose) not in self.visible(pose, plan.blades)
            if case.task == "localization" and behind:
                continue
            if case.task == "navigation":
                try:
                    CArm(self.projector, pose)
                except MotionRefused:  # the device cannot stand there, so nobody could start there
                    continue
            out.append((case, pose))
        return out

    def run(self, plan: Plan, index: int, chunk: int, navigator: Navigator) -> list[Outcome]:
        """The cases of one chunk."""
        first = chunk * plans.CHUNK[plan.task]
        mine = self.cases(plan, index)[first : first + plans.CHUNK[plan.task]]
        model = Timed(self.model(plan))
        return [
            self._navigate(model, case, pose, plan, navigator)
            if case.task == "navigation"
            else self._locate(model, case, pose, plan)
            for case, pose in mine
        ]

    def _locate(self, model: Timed, case: Case, pose: CArmPose, plan: Plan) -> Outcome:
        from inference.localize import localize

        model.reset()
        set_where(model, lambda: pose)
        frame = self.frame(pose, case.number, plan.exposure, plan.blades)
        *_, step = localize(model, frame, top=3 if case.task == "retrieval" else 2)
        ids = published_ids(case.task, step.prediction.raw)
        distance = self.distances((pose.left_mm, pose.up_mm, pose.ant_mm))
        nearest = [int(i) for i in np.argsort(distance)]  # not a number sorts last
        if case.task == "retrieval":
            truth = [i + 1 for i in nearest[:3]]
        else:
            near = distance[nearest[0]] + (plans.TIE_MM if plan.displace_mm else 0.0)
            truth = [i + 1 for i in nearest if distance[i] <= near]
        return Outcome(
            case,
            step.prediction.raw,
            model.seconds,
            tuple(truth),
            tuple(ids) if ids else None,
            in_view=self.visible(pose, plan.blades),
            reading=self.reading(model, frame),
            centre_mm=_at(pose),
        )

    def reading(self, model, frame: Frame) -> dict:
        """What a model that gives displacements reads, beside the truth: lists in mm, None where not known."""
        read = getattr(model, "read", None)
        if read is None:
            return {}
        got = read(prompts.picture(frame, model.info.picture_size))
        pose = frame.pose
        truth = self.points - np.array([pose.left_mm, pose.up_mm, pose.ant_mm])
        out = {"offsets": _listed(got.offsets), "truth": _listed(truth)}
        if got.spreads is not None:
            out["spreads"] = _listed(got.spreads)
        if got.radii is not None:
            out["radii"] = _listed(got.radii)
        if got.likelihoods is not None:
            out["likelihoods"] = [round(float(p), 5) for p in got.likelihoods]
        return out

    def _navigate(self, model: Timed, case: Case, pose: CArmPose, plan: Plan, navigator: Navigator) -> Outcome:
        model.reset()
        model.target = case.target
        carm = CArm(self.projector, pose, seed=case.number, exposure=plan.exposure, blades_mm=plan.blades)
        set_where(model, lambda: carm.pose)
        trip = navigator(carm, model, case.target, MAX_STEPS)
        goal = self.patient.landmarks[case.target]

        def error(at: CArmPose) -> float:
            return float(np.hypot(goal[0] - at.left_mm, goal[1] - at.up_mm))

        trace = tuple(
            StepSeen(seen.left_mm, seen.up_mm, context, tokens, reasons, self.visible(seen, plan.blades), error(after))
            for seen, context, tokens, reasons, after in trip.said
        )
        return Outcome(
            case,
            trip.raw,
            model.seconds,
            final_error_mm=error(trip.pose),
            moves=trip.moves,
            optimal=measures.optimal_moves((goal[0] - pose.left_mm, goal[1] - pose.up_mm)),
            stopped=trip.stopped,
            steps=trip.steps,
            decision_seconds=measures.mean(model.decisions),
            trace=trace,
            centre_mm=_at(pose),
            end_mm=_at(trip.pose),
        )

    def strip(self, outcome: Outcome, plan: Plan) -> Canvas:
        """The pictures that a navigation went through, with its moves; see `plots.strip`."""
        from inference.evaluation import plots

        ant = outcome.end_mm[2]
        stops = [(step.left_mm, step.up_mm) for step in outcome.trace]
        if not stops or stops[-1] != outcome.end_mm[:2]:
            stops.append(outcome.end_mm[:2])
        pictures, goals = [], []
        for number, (left, up) in enumerate(stops):
            pose = CArmPose(left, up, ant)
            pictures.append(prompts.picture(self.frame(pose, number, plan.exposure, plan.blades), 2 * plots.STRIP_SIDE))
            uv, inside = project(pose, np.array(self.patient.landmarks[outcome.case.target]), 1000)
            goals.append(tuple((uv - 499.5) / 1000) if inside else None)
        return plots.strip(outcome, pictures, goals)


def set_where(model: Timed, where: Callable[[], CArmPose]) -> None:
    """Tell the mean-anatomy row where the C-arm stands; no model asks."""
    if isinstance(model._model, MeanAnatomy):
        model._model.where = where


def _at(pose: CArmPose) -> tuple[float, ...]:
    return tuple(round(mm, 2) for mm in (pose.left_mm, pose.up_mm, pose.ant_mm))


def _listed(values: np.ndarray) -> list:
    return [_listed(row) if np.ndim(row) else (round(float(row), 2) if np.isfinite(row) else None) for row in values]


def key_ids(keys: Sequence[str]) -> tuple[int, ...]:
    return tuple(BY_KEY[key].id for key in keys)
