"""`carm evaluate`: a model against patients it has never seen, case by case, with every reply on disk.

The truth of a case is used to place its view and to score the finished reply, and never reaches the model. How a
navigation is run is given by the caller (the same session that the window runs).
"""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from inference.evaluation import measures
from inference.evaluation.blind import Blind
from inference.models.interface import LanguageModel
from sim.carm import CArm, MotionRefused
from sim.frame import Frame
from sim.geometry import isocentre_spacing_mm
from sim.landmarks import ARM_KEYS, BY_KEY, KEYS
from sim.pose import CArmPose

TASKS = ("retrieval", "localization", "navigation")
SEED = 2604
DEFAULT_LIMIT = {"retrieval": 400, "localization": 280, "navigation": 80}
ARRIVAL_MM = (25.0, 30.0)
MAX_STEPS = 8


@dataclass(frozen=True)
class Case:
    """One question: a view of a patient (`offset_mm` from landmark `start`), and for navigation a target. Retrieval
    cases have no start: `draw` numbers the isocentre of the published recipe."""

    task: str
    patient: str
    number: int
    start: str = ""
    target: str = ""
    offset_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def filename(self) -> str:
        name = self.patient.replace(":", "_").replace("/", "_")
        return (
            f"{name}_{self.number:04d}"
            + (f"_{self.start}" * bool(self.start))
            + (f"_{self.target}" * bool(self.target))
        )


@dataclass(frozen=True)
class Outcome:
    """What came of a case. `ids` is None for a malformed reply; `truth` are the ids that count as right."""

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


@dataclass(frozen=True)
class Plan:
    """Everything a worker needs; picklable."""

    task: str
    model: str
    patients: tuple[str, ...]
    landmarks: tuple[str, ...] = ()
    limit: int | None = None
    blind: str | None = None
    pairs: tuple[tuple[str, str], ...] = ()
    displace_mm: float = 0.0
    seed: int = SEED
    command: str = ""
    version: str = ""


@dataclass(frozen=True)
class Trip:
    """How one navigation went. `raw` holds the replies, one a line."""

    raw: str
    stopped: str
    moves: int
    steps: int
    pose: CArmPose
    seconds: float


Navigator = Callable[[CArm, LanguageModel, str, int], Trip]
"""(C-arm at the start, model, target key, most steps) -> how it went. A module's function: workers import it."""


def expand_patients(specs: Sequence[str]) -> tuple[str, ...]:
    """`virtual:A-B` becomes one entry a seed. Raises ValueError for a range that runs backwards."""
    out: list[str] = []
    for spec in specs:
        first, dash, last = spec.removeprefix("virtual:").partition("-")
        if spec.startswith("virtual:") and dash and first.isdigit() and last.isdigit():
            if int(last) < int(first):
                raise ValueError(f"The range of patients {spec} runs backwards; write the smaller seed first.")
            out += [f"virtual:{seed}" for seed in range(int(first), int(last) + 1)]
        else:
            out.append(spec)
    return tuple(out)


def cases(plan: Plan, patient: str, known: Sequence[str], share: int) -> list[Case]:
    """The cases of one patient, drawn by the seed alone: the same for every model. `known` are the landmarks with a
    position, `share` how many cases this patient gets."""
    rng = np.random.default_rng([plan.seed, TASKS.index(plan.task), plan.patients.index(patient)])

    def offset() -> tuple[float, float, float]:
        if not plan.displace_mm:
            return (0.0, 0.0, 0.0)
        angle, radius = rng.uniform(0, 2 * np.pi), plan.displace_mm * np.sqrt(rng.uniform())
        return (float(radius * np.cos(angle)), float(radius * np.sin(angle)), 0.0)

    if plan.task == "retrieval":
        return [Case(plan.task, patient, n) for n in range(share)]
    if plan.task == "localization":
        order = [*rng.permutation(known)]
        return [Case(plan.task, patient, n, str(order[n % len(order)]), offset_mm=offset()) for n in range(share)]
    pairs = [(a, b) for a, b in (plan.pairs or [(a, b) for a in known for b in known]) if a != b]
    pairs = [(a, b) for a, b in pairs if a in known and b in known]
    order = rng.permutation(len(pairs))
    return [
        Case(plan.task, patient, n, *pairs[order[n % len(pairs)]], offset_mm=offset())
        for n in range(share if pairs else 0)
    ]


def run_patient(plan: Plan, index: int, navigator: Navigator) -> list[Outcome]:
    """All cases of patient `index` of the plan, with a model of its own."""
    from inference.localize import localize
    from inference.models.profiles import spec_of
    from inference.models.transformers import TransformersModel
    from inference.reply import published_ids
    from sim import sampling
    from sim.patient.load import load_patient
    from sim.xray.cpu import CpuProjector
    from sim.xray.detector import Detector

    name = plan.patients[index]
    landmarks = Path(plan.landmarks[index]) if index < len(plan.landmarks) else None
    patient = load_patient(name, landmarks)
    points = sampling.positions(patient.landmarks)
    inside = np.isfinite(sampling.within(patient)[:, 0])
    known = [key for key, there in zip(KEYS, inside) if there]
    if not known:
        raise ValueError(f"{name} has no landmarks to score against; give a file with --landmarks.")
    limit = plan.limit or DEFAULT_LIMIT[plan.task]
    share = limit // len(plan.patients) + (index < limit % len(plan.patients))
    projector, detector = CpuProjector(patient, threads=1), Detector()
    spec = spec_of(plan.model)
    sighted = TransformersModel(spec.base, spec.adapter, name=spec.name)
    model = Blind(sighted, plan.blind) if plan.blind else sighted
    isocentres = sampling.published(points, max(share, 1), np.random.default_rng([plan.seed, index]))
    out: list[Outcome] = []
    for case in cases(plan, name, known, share):
        if case.task == "retrieval":
            centre = isocentres[case.number]
        else:
            centre = np.add(patient.landmarks[case.start], case.offset_mm)
        pose = CArmPose(*map(float, centre))
        began = time.monotonic()
        if case.task == "navigation":
            try:
                carm = CArm(projector, pose)
            except MotionRefused:  # the device cannot stand there, so nobody could start there
                continue
            trip = navigator(carm, model, case.target, MAX_STEPS)
            goal, end = patient.landmarks[case.target], trip.pose
            away = (goal[0] - pose.left_mm, goal[1] - pose.up_mm)
            out.append(
                Outcome(
                    case,
                    trip.raw,
                    trip.seconds,
                    final_error_mm=float(np.hypot(goal[0] - end.left_mm, goal[1] - end.up_mm)),
                    moves=trip.moves,
                    optimal=measures.optimal_moves(away),
                    stopped=trip.stopped,
                    steps=trip.steps,
                )
            )
            continue
        # Straight from the detector: the published views know no table and no collision.
        pixels = detector.expose(projector.render(pose), case.number)
        frame = Frame(pixels, isocentre_spacing_mm(pixels.shape[0]), pose, case.number, 0.0)
        *_, step = localize(model, frame, top=3 if case.task == "retrieval" else 2)
        ids = published_ids(case.task, step.prediction.raw)
        distance = np.linalg.norm(points - centre, axis=1)
        if case.task == "retrieval":
            truth = [int(i) + 1 for i in np.argsort(distance)[:3]]
        else:
            near = np.nanmin(distance)
            truth = [i + 1 for i in range(len(KEYS)) if distance[i] <= near + (TIE_MM if plan.displace_mm else 0.0)]
        seconds = time.monotonic() - began
        out.append(Outcome(case, step.prediction.raw, seconds, tuple(truth), tuple(ids) if ids else None))
    sighted.close()
    return out


TIE_MM = 10.0
"""Beside a landmark, the nearest in 3D and whatever is no more than this farther both count."""


def evaluate(
    plan: Plan,
    navigator: Navigator,
    out: Path,
    workers: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> dict:
    """Run the plan and write figures.json and predictions.csv into `out`; returns the figures. Raises ValueError for an
    unknown task."""
    if plan.task not in TASKS:
        raise ValueError(f"There is no evaluation of {plan.task!r}; choose one of {', '.join(TASKS)}.")
    out.mkdir(parents=True, exist_ok=True)
    outcomes: dict[int, list[Outcome]] = {}
    total = len(plan.patients)
    if workers <= 1 or total == 1:
        for index in range(total):
            outcomes[index] = run_patient(plan, index, navigator)
            if progress:
                progress(index + 1, total)
    else:
        with ProcessPoolExecutor(min(workers, total), mp_context=get_context("spawn")) as pool:
            jobs = {pool.submit(run_patient, plan, index, navigator): index for index in range(total)}
            for done, job in enumerate(as_completed(jobs), 1):
                outcomes[jobs[job]] = job.result()
                if progress:
                    progress(done, total)
    flat = [outcome for index in sorted(outcomes) for outcome in outcomes[index]]
    figures = {
        **summarise(plan.task, flat),
        "model": plan.model,
        "blind": plan.blind,
        "patients": list(plan.patients),
        "seed": plan.seed,
        "displace_mm": plan.displace_mm,
        "version": plan.version,
        "command": plan.command,
    }
    (out / "figures.json").write_text(json.dumps(figures, indent=1))
    with (out / "predictions.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["filename", "output"])
        writer.writerows([outcome.case.filename, outcome.raw] for outcome in flat)
    with (out / "cases.jsonl").open("w") as file:
        file.writelines(json.dumps(asdict(outcome)) + "\n" for outcome in flat)
    return figures


def summarise(task: str, outcomes: Sequence[Outcome]) -> dict:
    """The figures of a finished evaluation, each share with its interval over subjects."""
    if task == "navigation":
        return _navigation(outcomes)
    sound = [o for o in outcomes if o.ids is not None]
    subjects = [o.case.patient for o in sound]
    out: dict = {"n": len(outcomes), "malformed": len(outcomes) - len(sound)}

    def table(
        measure: Callable[[Outcome, int], float], ks: Sequence[int]
    ) -> Iterator[tuple[str, float | None, object]]:
        for k in ks:
            values = [measure(o, k) for o in sound]
            yield str(k), measures.mean(values), measures.interval(values, subjects)

    if task == "retrieval":
        named = {
            "precision": (lambda o, k: measures.precision(o.ids, o.truth, k), (1, 2, 3)),
            "recall": (lambda o, k: measures.recall(o.ids, o.truth, k), (1, 2, 3)),
        }
    else:
        named = {"hit": (lambda o, k: float(any(i in o.truth for i in o.ids[:k])), (1, 2))}
        out["by_landmark"] = {
            key: {
                "n": len(own),
                "hit_2": measures.mean([float(any(i in o.truth for i in o.ids[:2])) for o in own]),
            }
            for key in KEYS
            if (own := [o for o in sound if o.case.start == key])
        }
    for name, (measure, ks) in named.items():
        rows = list(table(measure, ks))
        out[name] = {k: value for k, value, _ in rows}
        out[f"{name}_ci95"] = {k: ci for k, _, ci in rows}
    out["seconds_per_reply"] = measures.mean([o.seconds for o in outcomes])
    return out


def _navigation(outcomes: Sequence[Outcome]) -> dict:
    subjects = [o.case.patient for o in outcomes]
    errors = [o.final_error_mm for o in outcomes]
    out: dict = {"n": len(outcomes)}
    for limit in ARRIVAL_MM:
        near = [float(e <= limit) for e in errors]
        out[f"arrived_within_{limit:g}mm"] = measures.mean(near)
        out[f"arrived_within_{limit:g}mm_ci95"] = measures.interval(near, subjects)
    plain = [float(o.final_error_mm <= ARRIVAL_MM[0]) for o in outcomes if not {o.case.start, o.case.target} & ARM_KEYS]
    out["arrived_within_25mm_without_arms"] = measures.mean(plain)
    out["median_final_error_mm"] = float(np.median(errors)) if errors else None
    out["mean_extra_moves"] = measures.mean([o.moves - o.optimal for o in outcomes])
    out["refused_replies"] = sum(o.stopped == "refused" for o in outcomes)
    out["stopped"] = {s: sum(o.stopped == s for o in outcomes) for s in sorted({o.stopped for o in outcomes})}
    steps = sum(o.steps for o in outcomes)
    out["seconds_per_step"] = sum(o.seconds for o in outcomes) / steps if steps else None
    out["by_target"] = {
        key: measures.mean([float(o.final_error_mm <= ARRIVAL_MM[0]) for o in outcomes if o.case.target == key])
        for key in BY_KEY
        if any(o.case.target == key for o in outcomes)
    }
    return out
