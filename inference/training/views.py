"""The photographed views of `dataset`, in memory and freshly varied each time one is drawn.

Knows pictures and geometry; knows no network. Nothing is ever flipped: left stays the patient's left.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import uniform_filter

from inference.prompts import pictures as windowed

UNIT_MM = 100.0
"""Displacements are learnt in units of 100 mm."""


@dataclass(frozen=True)
class Views:
    """`pictures` is one uint16 array (n, s, s) a subject; `isocentres` (n, 3), `angles` (n, 2) and `landmarks`
    (14, 3) likewise, in the patient frame."""

    pictures: list[np.ndarray]
    isocentres: list[np.ndarray]
    angles: list[np.ndarray]
    landmarks: list[np.ndarray]
    generators: frozenset[str]

    def __len__(self) -> int:
        return sum(map(len, self.pictures))

    def displacements(self, subject: int, view: np.ndarray) -> np.ndarray:
        """(len(view), 14, 3) mm from the isocentre to each landmark, along left, up, ant."""
        return self.landmarks[subject][None] - self.isocentres[subject][view][:, None]


def load(folder: Path, most_views: int | None = None) -> Views:
    """Every subject in `folder`. Raises ValueError when there is none."""
    paths = sorted(Path(folder).glob("subject_*.npz"))
    if not paths:
        raise ValueError(f"There are no subjects in {folder}; make them with `carm dataset --out {folder}`.")
    pictures, isocentres, angles, landmarks, generators = [], [], [], [], set()
    for path in paths:
        with np.load(path) as data:
            poses = data["poses"][:most_views]
            pictures.append(data["pictures"][:most_views])
            isocentres.append(poses[:, :3])
            angles.append(poses[:, 3:])
            landmarks.append(data["landmarks"])
            generators.add(str(data["generator"]))
    return Views(pictures, isocentres, angles, landmarks, frozenset(generators))


def vary(raw: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """uint16 pictures (n, s, s) to uint8 as a model sees them, with contrast, blur, noise, collimation and
    occlusion at random."""
    signal = raw.astype(np.float32)
    count, size = raw.shape[:2]
    top = signal.max(axis=(1, 2), keepdims=True) + 1.0
    gamma = np.exp(rng.uniform(-0.35, 0.3, (count, 1, 1))).astype(np.float32)
    signal = (signal / top) ** gamma
    for i in np.flatnonzero(rng.uniform(size=count) < 0.3):
        signal[i] = uniform_filter(signal[i], int(rng.choice([2, 3])))
    grain = (rng.uniform(0, 1, (count, 1, 1)) ** 2 * 0.025).astype(np.float32)
    signal += grain * rng.standard_normal(signal.shape, dtype=np.float32)
    for i in np.flatnonzero(rng.uniform(size=count) < 0.15):
        top_, left = (rng.uniform(0, 0.25, 2) * size).astype(int)
        bottom, right = (rng.uniform(0.75, 1, 2) * size).astype(int)
        inside = np.zeros((size, size), bool)
        inside[top_:bottom, left:right] = True
        signal[i][~inside] = 0.0
    out = windowed((signal * top).clip(0, 65535).astype(np.uint16))
    for i in np.flatnonzero(rng.uniform(size=count) < 0.25):
        height, width = rng.integers(size // 16, size // 3, 2)
        y, x = rng.integers(0, size - height), rng.integers(0, size - width)
        out[i, y : y + height, x : x + width] = rng.integers(0, 256)
    return out


def plain(raw: np.ndarray) -> np.ndarray:
    """uint16 pictures (n, s, s) to uint8 exactly as a model sees them."""
    return windowed(raw)


def batches(views: Views, size: int, seed: int, steps: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """`steps` batches of (pictures uint8 (size, s, s), displacements float32 (size, 14, 3) mm), prepared by one thread
    ahead of the reader. Subjects and views are drawn with replacement."""
    ahead: queue.Queue = queue.Queue(maxsize=6)
    stop = threading.Event()

    def prepare() -> None:
        rng = np.random.default_rng(seed)
        try:
            for _ in range(steps):
                subjects = rng.integers(len(views.pictures), size=size)
                chosen = [(s, int(rng.integers(len(views.pictures[s])))) for s in subjects]
                raw = np.stack([views.pictures[s][v] for s, v in chosen])
                target = np.concatenate([views.displacements(s, np.array([v])) for s, v in chosen])
                item = (vary(raw, rng), target.astype(np.float32))
                while not stop.is_set():
                    try:
                        ahead.put(item, timeout=0.5)
                        break
                    except queue.Full:
                        continue
                if stop.is_set():
                    return
            ahead.put(None)
        except BaseException as error:
            ahead.put(error)

    thread = threading.Thread(target=prepare, name="views", daemon=True)
    thread.start()
    try:
        while (item := ahead.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
