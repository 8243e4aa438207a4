"""What an evaluation asks: tasks, cases, and how they are drawn. By the seed alone, so the same for every model.

Knows names and numbers; knows no model and no picture.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import count

import numpy as np

from sim.collimator import Blades, opening
from sim.landmarks import KEYS
from sim.patient.load import MAX_SEED
from sim.technique import Technique
from sim.xray.exposure import Exposure

TASKS = ("retrieval", "localization", "correction", "navigation")
SEED = 2604
DEFAULT_PATIENTS = "virtual:1000000-1000049"
MOST_TIMES = 3
"""No patient gives more than so many times its share of wrong answers to correction."""
DEFAULT_LIMIT = {"retrieval": 1000, "localization": 700, "correction": 300, "navigation": 400}
"""Cases in all; for correction the wrong answers that are looked for, and as many right ones."""
QUICK_PATIENTS = "virtual:900200-900209"
QUICK_LIMIT = {"retrieval": 200, "localization": 140, "correction": 40, "navigation": 90}
"""A set of minutes that gates a stage of training, on validation subjects."""
MEAN_ANATOMY = "mean-anatomy"
"""The row that does not see: the true isocentre and the population's mean."""
CORRECTION_DISPLACE_MM = 40.0
TIE_MM = 10.0
"""Beside a landmark, the nearest in 3D and whatever is no more than this farther both count."""
CHUNK = {"retrieval": 100, "localization": 100, "correction": 100, "navigation": 12}
"""Cases of one patient that one process does at a time. A patient takes as long to make as a hundred first looks."""


@dataclass(frozen=True)
class Case:
    """One question: a view of a patient (`offset_mm` from landmark `start`), and for navigation a target. Retrieval
    cases have no start: `number` is the isocentre's in the published recipe. `kind` is the kind of feedback."""

    task: str
    patient: str
    number: int
    start: str = ""
    target: str = ""
    offset_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    kind: str = ""

    @property
    def filename(self) -> str:
        name = self.patient.replace(":", "_").replace("/", "_")
        parts = (name, f"{self.number:04d}", self.start, self.target, self.kind)
        return "_".join(part for part in parts if part)


@dataclass(frozen=True)
class Plan:
    """Everything a worker needs; picklable. `landmarks` holds one file a patient, in order, as far as given.

    Views may be made difficult in ways of the clinic: `displace_mm` from the landmark, coned to `cone_mm` by `cone_mm`
    at the isocentre, and at a tube current of `ma`; 0 is the usual. Raises ValueError in one sentence for what the
    device does not have."""

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
    cap: int = 500
    device: str = "cpu"
    cone_mm: float = 0.0
    ma: float = 0.0

    def __post_init__(self) -> None:
        opening(self.blades)
        Technique(ma=self.exposure.ma)

    @property
    def blades(self) -> Blades | None:
        """The collimator's opening in every picture."""
        return (self.cone_mm, self.cone_mm) if self.cone_mm else None

    @property
    def exposure(self) -> Exposure:
        """The pulse that makes every picture."""
        return Exposure(ma=self.ma) if self.ma else Exposure()

    @property
    def total(self) -> int:
        return self.limit or DEFAULT_LIMIT[self.task]

    def share(self, index: int) -> int:
        """How many cases patient `index` gets."""
        return self.total // len(self.patients) + (index < self.total % len(self.patients))

    def chunks(self, index: int) -> int:
        """Into how many parts the cases of patient `index` fall, however many processes there are."""
        return -(-self.share(index) // CHUNK[self.task])

    def digest(self, *more: str) -> str:
        """What makes the outcome: everything but the command's words."""
        what = [asdict(replace(self, command="")), *more]
        return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:16]


def expand_patients(specs: Sequence[str]) -> tuple[str, ...]:
    """`virtual:A-B` becomes one entry a seed. Raises ValueError for a range that runs backwards or beyond the seeds."""
    out: list[str] = []
    for spec in specs:
        first, dash, last = spec.removeprefix("virtual:").partition("-")
        if spec.startswith("virtual:") and dash and all(end.isascii() and end.isdigit() for end in (first, last)):
            if len(last) > len(str(MAX_SEED)) or int(last) > MAX_SEED:
                raise ValueError(f"The range of patients {spec[:40]} goes beyond the last seed, {MAX_SEED:,}.")
            if int(last) < int(first):
                raise ValueError(f"The range of patients {spec} runs backwards; write the smaller seed first.")
            out += [f"virtual:{seed}" for seed in range(int(first), int(last) + 1)]
        else:
            out.append(spec)
    return tuple(out)


def stream(plan: Plan, index: int, *more: int) -> np.random.Generator:
    """Chance for one concern of patient `index`."""
    return np.random.default_rng([plan.seed, TASKS.index(plan.task), index, *more])


def in_disc(radius_mm: float, rng: np.random.Generator) -> tuple[float, float, float]:
    """A point spread evenly over a disc in the coronal plane."""
    if not radius_mm:
        return (0.0, 0.0, 0.0)
    angle, radius = rng.uniform(0, 2 * np.pi), radius_mm * np.sqrt(rng.uniform())
    return (float(radius * np.cos(angle)), float(radius * np.sin(angle)), 0.0)


def cases(plan: Plan, index: int, known: Sequence[str]) -> Iterator[Case]:
    """Endless cases of patient `index` (the first `plan.share(index)` that can be photographed are used). `known` are
    the landmarks inside the volume.

    Landmarks and ordered pairs are dealt out from shuffled decks, a patient taking up where the one before left off, so
    that each comes equally often whatever the limit; what a patient does not have is passed over. Nothing is yielded
    when there is nothing to ask.
    """
    rng = stream(plan, index)
    patient = plan.patients[index]
    if plan.task == "retrieval":
        yield from (Case(plan.task, patient, number) for number in count())
    wanted = plan.pairs if plan.task == "navigation" and plan.pairs else None
    pairs = wanted or ([(a, b) for a in KEYS for b in KEYS] if plan.task == "navigation" else [(a, "") for a in KEYS])
    pairs = [(a, b) for a, b in pairs if a != b]
    possible = {(a, b) for a, b in pairs if a in known and (not b or b in known)}
    if not possible:
        return
    first = sum(map(plan.share, range(index)))
    for number in count():
        deck, place = divmod(first + number, len(possible))
        order = np.random.default_rng([plan.seed, TASKS.index(plan.task), 1, deck]).permutation(len(pairs))
        start, target = [pairs[i] for i in order if pairs[i] in possible][place]
        yield Case(plan.task, patient, number, start, target, in_disc(plan.displace_mm, rng))
