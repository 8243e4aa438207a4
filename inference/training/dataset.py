"""Casts virtual patients and photographs them: the pictures that training draws from.

One shard a subject (`shards`). A shard is written whole or not at all, so a run that was stopped goes on where it
stopped. The subjects are made by this machine's processes, or by a Ray cluster's: both run `photograph` and send the
shard back, so machines need not share a disk.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from inference.prompts import picture
from inference.training import shards
from sim.landmarks import KEYS
from sim.patient.patient import Patient
from sim.resource import install

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
SHOULDERS_MM = (10.0, 60.0)
"""Above T1, where the scan of a subject with variety starts instead: chest CTs start at the shoulders."""
FINER = (0.75, 1.05)
"""Voxels of a training subject in the spacing asked for, so that no one sharpness is learnt."""
TUBE_VOLTAGE_KV = (70.0, 110.0)
SPLIT_SIZE = {"train": 900_000, "validation": 100_000, "test": 100}


@dataclass(frozen=True)
class Cast:
    """One subject to photograph."""

    seed: int
    views: int
    spacing_mm: float
    recipe: str  # "training" or "published"
    size: int = PICTURE_SIZE
    varied: float = 0.0  # share of the subjects of sim.patient.variety


def photograph(cast: Cast) -> bytes:
    """Build the subject and render its views on one thread: its shard. Deterministic by seed."""
    from sim import sampling
    from sim.patient import virtual
    from sim.xray.cpu import CpuProjector
    from sim.xray.detector import Detector, Exposure

    rng = np.random.default_rng([cast.seed, 7])
    spacing_mm = cast.spacing_mm * (rng.uniform(*FINER) if cast.recipe == "training" else 1.0)
    variety = bool(np.random.default_rng([cast.seed, 8]).uniform() < cast.varied)
    patient = virtual.build(cast.seed, spacing_mm, variety=variety)
    points = sampling.positions(patient.landmarks)
    isocentres = getattr(sampling, cast.recipe)(sampling.within(patient), cast.views, rng)
    poses = sampling.poses(isocentres, rng)
    detector = Detector()
    pictures = np.empty((cast.views, cast.size, cast.size), np.uint16)
    whole_until = cast.views * (WHOLE_SHARE if cast.recipe == "training" else 1.0)

    def projector_of(volume: Patient) -> tuple[CpuProjector, float]:
        kvp = float(rng.uniform(*TUBE_VOLTAGE_KV))
        return CpuProjector(volume, kvp=kvp, threads=1), kvp

    projector, kvp = projector_of(patient)
    techniques = []
    for i, pose in enumerate(poses):
        if i >= whole_until and (i - int(whole_until)) % CUT_EVERY == 0:
            projector, kvp = projector_of(cut(patient, points, rng, variety))
        signal = projector.render(pose, cast.size)
        exposure = Exposure(ma=float(np.exp(rng.uniform(*np.log(TUBE_CURRENT_MA)))))
        pictures[i] = detector.expose(signal, cast.seed * 4096 + i, exposure)
        techniques.append((kvp, exposure.ma))
    about = {"seed": cast.seed, "generator": virtual.GENERATOR, "recipe": cast.recipe, "variety": variety}
    return shards.encode(pictures, poses, techniques, points, **about)


def cut(patient: Patient, points: np.ndarray, rng: np.random.Generator, shoulders: bool = False) -> Patient:
    """The patient in a scan that starts or ends elsewhere, so that the edge of the volume tells nothing: air above a
    level between the shoulders and the vertex, or at the `shoulders` (in half of the cuts), below one from just under
    T12 down, and outside a circle about the spine in some."""
    highest = points[9, 1] + np.array(SHOULDERS_MM) if shoulders else (points[9, 1] + 20.0, points[0, 1] + 80.0)
    top = rng.uniform(*highest) if rng.uniform() < 0.5 else np.inf
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
    ray: str | None = None,
    size: int = PICTURE_SIZE,
    skip: int = 0,
    varied: float = 0.0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Path]:
    """Photograph `subjects` seeds of `split`, the first after `skip` others, into `out`; those already there are left
    as they are. `ray` is a Ray cluster's address ("auto": the one this machine belongs to, "local": one started here
    for this run). `varied` is the share of the subjects that have breathed in (sim.patient.variety).

    Ends with `out`/contact_sheet.png. Raises ValueError when the split has fewer seeds or Ray cannot be had."""
    if split not in SPLITS:
        raise ValueError(f"There is no split {split!r}; choose one of {', '.join(SPLITS)}.")
    if not 0 < subjects <= SPLIT_SIZE[split] - skip:
        raise ValueError(f"The {split} split has seeds for 1 to {SPLIT_SIZE[split]:,} subjects, not {skip + subjects}.")
    out.mkdir(parents=True, exist_ok=True)
    first = SPLITS[split] + skip
    casts = [Cast(seed, per_subject, spacing_mm, recipe, size, varied) for seed in range(first, first + subjects)]
    missing = [cast for cast in casts if not (out / shards.name_of(cast.seed)).exists()]
    done = len(casts) - len(missing)
    progress(done, len(casts))
    failed: dict[int, Exception] = {}
    for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    for seed, shard in on_ray(missing, ray, workers) if ray else on_this_machine(missing, workers):
        if isinstance(shard, Exception):
            failed[seed] = shard
            continue
        shards.write(out / shards.name_of(seed), shard)
        done += 1
        progress(done, len(casts))
    if failed:
        seed, error = min(failed.items())
        raise ValueError(f"{len(failed)} of {len(casts)} subjects failed, the others are there; seed {seed}: {error}")
    paths = [out / shards.name_of(cast.seed) for cast in casts]
    contact_sheet(paths).save(out / "contact_sheet.png")
    return paths


def on_this_machine(casts: list[Cast], workers: int | None) -> Iterator[tuple[int, bytes | Exception]]:
    """(seed, shard) of each cast as it is done, by `workers` processes (None: one a core); its error where
    it failed."""
    with ProcessPoolExecutor(workers or os.cpu_count(), mp_context=get_context("spawn")) as pool:
        futures = {pool.submit(photograph, cast): cast.seed for cast in casts}
        for future in as_completed(futures):
            yield futures.pop(future), future.exception() or future.result()


def on_ray(casts: list[Cast], address: str, workers: int | None) -> Iterator[tuple[int, bytes | Exception]]:
    """As `on_this_machine`, by the cores of a Ray cluster. Raises ValueError when Ray is not installed or not there."""
    try:
        import ray
    except ImportError:
        raise ValueError(f"Ray is not installed: {install('ray')}, or leave --ray out.") from None
    try:
        if ":" in address:  # Ray itself would wait for minutes
            socket.create_connection(address.rsplit("/")[-1].rsplit(":", 1), timeout=5).close()
        if address == "local":
            ray.init(num_cpus=workers or os.cpu_count(), include_dashboard=False, log_to_driver=False)
        else:
            ray.init(address=address, log_to_driver=False)
    except (OSError, RuntimeError, ValueError) as error:
        raise ValueError(f"No Ray cluster answers at {address!r} ({error}).") from None
    try:
        remote = ray.remote(num_cpus=1)(photograph)
        waiting = list(casts)
        running = {}
        while waiting or running:
            # No more in flight than the cluster can hold: a shard is tens of megabytes.
            while waiting and len(running) < 2 * int(ray.cluster_resources().get("CPU", 1)):
                cast = waiting.pop(0)
                running[remote.remote(cast)] = cast.seed
            for future in ray.wait(list(running))[0]:
                seed = running.pop(future)
                try:
                    yield seed, ray.get(future)
                except ray.exceptions.RayTaskError as error:
                    yield seed, error
    finally:
        ray.shutdown()


def contact_sheet(paths: list[Path], columns: int = 10, rows: int = 8) -> Image.Image:
    """Views picked evenly from the shards at `paths`, as a model sees them, each with its subject and the landmarks
    that are nearest."""
    side, label = PICTURE_SIZE, 24
    count = min(columns * rows, sum(1 for _ in paths) * 8)
    sheet = Image.new("L", (columns * side, -(-count // columns) * (side + label)), 0)
    draw = ImageDraw.Draw(sheet)
    chosen = [paths[i] for i in np.linspace(0, len(paths) - 1, count).astype(int)]
    for place, path in enumerate(chosen):
        shard = shards.read(path)
        view = (place * 37) % len(shard.pictures)
        x, y = place % columns * side, place // columns * (side + label)
        sheet.paste(Image.fromarray(picture(shard.pictures[view], side)), (x, y))
        distance = np.linalg.norm(shard.landmarks - shard.poses[view, :3], axis=1)
        nearest = KEYS[int(np.nanargmin(distance))].replace("_", " ").replace("right ", "R ").replace("left ", "L ")
        draw.text((x + 3, y + side), f"{path.stem.removeprefix('subject_')}\n{nearest[:20]}", 200)
    return sheet
