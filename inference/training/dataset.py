"""Casts virtual patients and photographs them: the pictures that training draws from.

One file a subject, `subject_SEED.npz`: `pictures` uint16 (n, size, size) in `sim.frame.LOG_SCALE` units as the detector
gives them, `poses` float32 (n, 5), `landmarks` float32 (14, 3) in the patient frame, `generator`. A file is written
whole or not at all, so a run that was stopped goes on where it stopped.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import astuple, dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from sim.patient.patient import Patient

PICTURE_SIZE = 128
SPLITS = {"train": 0, "validation": 900_000, "test": 1_000_000}
"""First seed of each split. Test seeds are for final figures alone (1,000,000-1,000,099)."""
TUBE_CURRENT_MA = (5.0, 120.0)
"""From a noisy picture to a clean one; a pulse is as long as in the live view."""
WHOLE_SHARE = 0.5
CUT_EVERY = 64
"""Half of a training subject's views show the whole volume; the others cut it anew every 64 views."""
CIRCLE_SHARE, CIRCLE_MM = 0.3, (175.0, 260.0)
"""Share of the cuts that keep a scanner's circle of reconstruction alone, and its radius."""
TUBE_VOLTAGE_KV = (70.0, 110.0)
SPLIT_SIZE = {"train": 900_000, "validation": 100_000, "test": 100}


@dataclass(frozen=True)
class Cast:
    """One subject to photograph."""

    seed: int
    views: int
    spacing_mm: float
    out: Path
    recipe: str  # "training" or "published"

    @property
    def path(self) -> Path:
        return self.out / f"subject_{self.seed:07d}.npz"


def photograph(cast: Cast) -> Path:
    """Build the subject and render its views on one thread. Deterministic by seed."""
    from sim import sampling
    from sim.patient import virtual
    from sim.xray.cpu import CpuProjector
    from sim.xray.detector import Detector, Exposure

    patient = virtual.build(cast.seed, cast.spacing_mm)
    points = sampling.positions(patient.landmarks)
    rng = np.random.default_rng([cast.seed, 7])
    isocentres = getattr(sampling, cast.recipe)(sampling.within(patient), cast.views, rng)
    poses = sampling.poses(isocentres, rng)
    detector = Detector()
    pictures = np.empty((cast.views, PICTURE_SIZE, PICTURE_SIZE), np.uint16)
    whole_until = cast.views * (WHOLE_SHARE if cast.recipe == "training" else 1.0)

    def projector_of(volume: Patient) -> CpuProjector:
        return CpuProjector(volume, kvp=float(rng.uniform(*TUBE_VOLTAGE_KV)), threads=1)

    projector = projector_of(patient)
    for i, pose in enumerate(poses):
        if i >= whole_until and (i - int(whole_until)) % CUT_EVERY == 0:
            projector = projector_of(cut(patient, points, rng))
        signal = projector.render(pose, PICTURE_SIZE)
        exposure = Exposure(ma=float(np.exp(rng.uniform(*np.log(TUBE_CURRENT_MA)))))
        pictures[i] = detector.expose(signal, cast.seed * 4096 + i, exposure)
    part = cast.path.with_suffix(".part")
    with part.open("wb") as file:
        np.savez(
            file,
            pictures=pictures,
            poses=np.array([astuple(p) for p in poses], np.float32),
            landmarks=points.astype(np.float32),
            generator=np.array(virtual.GENERATOR),
        )
    os.replace(part, cast.path)
    return cast.path


def cut(patient: Patient, points: np.ndarray, rng: np.random.Generator) -> Patient:
    """The patient in a scan that starts or ends elsewhere, so that the edge of the volume tells nothing: air above a
    level between the shoulders and the vertex (in half of the cuts), below one from just under T12 down, and outside a
    circle about the spine in some."""
    top = rng.uniform(points[9, 1] + 20.0, points[0, 1] + 80.0) if rng.uniform() < 0.5 else np.inf
    bottom = rng.uniform(points[13, 1] - 140.0, points[13, 1] + 20.0)
    # The grid of a virtual patient lies along the patient frame.
    left, up, ant = (
        patient.affine[a, 3] + patient.affine[a, a] * np.arange(count) for a, count in enumerate(patient.hu.shape)
    )
    hu = patient.hu.copy()
    if rng.uniform() < CIRCLE_SHARE:
        centre = points[10, [0, 2]] + rng.normal(0, 15.0, 2)
        radius = rng.uniform(*CIRCLE_MM)
        outside = (left[:, None] - centre[0]) ** 2 + (ant[None] - centre[1]) ** 2 > radius**2
        hu[outside[:, None, :].repeat(len(up), 1)] = -1000
    hu[:, (up > top) | (up < bottom)] = -1000
    return replace(patient, hu=hu)


def make(
    subjects: int,
    out: Path,
    per_subject: int = 1024,
    split: str = "train",
    workers: int | None = None,
    spacing_mm: float = 3.0,
    recipe: str = "training",
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Path]:
    """Photograph the first `subjects` seeds of `split` into `out`; those already there are left as they are.

    Raises ValueError when the split has fewer seeds.
    """
    if split not in SPLITS:
        raise ValueError(f"There is no split {split!r}; choose one of {', '.join(SPLITS)}.")
    if not 0 < subjects <= SPLIT_SIZE[split]:
        raise ValueError(f"The {split} split has seeds for 1 to {SPLIT_SIZE[split]:,} subjects, not {subjects}.")
    out.mkdir(parents=True, exist_ok=True)
    first = SPLITS[split]
    casts = [Cast(seed, per_subject, spacing_mm, out, recipe) for seed in range(first, first + subjects)]
    missing = [cast for cast in casts if not cast.path.exists()]
    done = len(casts) - len(missing)
    progress(done, len(casts))
    for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    with ProcessPoolExecutor(workers or os.cpu_count(), mp_context=get_context("spawn")) as pool:
        for future in as_completed([pool.submit(photograph, cast) for cast in missing]):
            future.result()
            done += 1
            progress(done, len(casts))
    return [cast.path for cast in casts]
