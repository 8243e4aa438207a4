"""The photographed views of `dataset` on one device, and freshly varied each time one is drawn.

Knows pictures and geometry; knows no network. Nothing is ever flipped: left stays the patient's left.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import affine_grid, avg_pool2d, grid_sample, interpolate

from inference import prompts
from inference.training import shards

UNIT_MM = 100.0
"""Displacements are learnt in units of 100 mm."""
CROOKED_SIGMA_DEG = 3.5
STRETCH, STRETCH_SIGMA, SHEAR_SIGMA = 1.015, 0.04, 0.03
"""A patient is this much longer or broader than he was cast, on either axis by itself, and that much askew: a subject
takes seconds to cast, and what is learnt by heart of his proportions is of no use elsewhere. Larger rather than
smaller, since nothing is known beyond the picture's edge."""
NEAREST_LEAF = 0.14
"""From the picture's centre, in its sides: openings down to 60 mm."""
NO_LEVEL = 32767


class Views:
    """Every view in a folder: `raw` int16 (n, s, s), the bits of the detector's uint16; `isocentres` float32 (n, 3) and
    `landmarks` float32 (subjects, 14, 3) in the patient frame, NaN where one is not known; `subject` int64 (n,).

    `room` is for how many views memory is taken from the first, where a folder still grows. Raises ValueError when the
    folder holds no subject."""

    def __init__(self, folder: Path, device: str = "cpu", most_views: int | None = None, room: int = 0):
        self.folder, self.device, self.most_views = Path(folder), torch.device(device), most_views
        self.generators: set[str] = set()
        self._known: set[Path] = set()
        self._store = torch.empty(0, 1, 1, dtype=torch.int16, device=self.device)
        self._room = room
        self.raw = self._store
        self.isocentres = torch.empty(0, 3, device=self.device)
        self.landmarks = torch.empty(0, 14, 3, device=self.device)
        self.subject = torch.empty(0, dtype=torch.int64, device=self.device)
        if not self.refresh():
            raise ValueError(f"There are no subjects in {folder}; make them with `carm dataset --out {folder}`.")

    def __len__(self) -> int:
        return len(self.raw)

    @property
    def subjects(self) -> int:
        return len(self.landmarks)

    def refresh(self) -> int:
        """Take in the subjects that were photographed since; how many."""
        paths = [path for path in shards.found(self.folder) if path not in self._known]
        counts = [min(shards.count(path), self.most_views or 1 << 40) for path in paths]
        isocentres, landmarks, at = [self.isocentres], [self.landmarks], len(self)
        for path in paths:
            shard = shards.read(path, self.most_views)
            if at + sum(counts) > len(self._store):
                self._make_room(at + sum(counts), shard.pictures.shape[1])
            self._store[at : at + counts.pop(0)].copy_(torch.from_numpy(shard.pictures.view(np.int16).copy()))
            at += len(shard.poses)
            isocentres.append(torch.from_numpy(shard.poses[:, :3]).to(self.device))
            landmarks.append(torch.from_numpy(shard.landmarks)[None].to(self.device))
            self.generators.add(shard.generator)
        first = self.subjects
        new = torch.repeat_interleave(
            torch.arange(first, first + len(paths)), torch.tensor([len(each) for each in isocentres[1:]]).long()
        )
        self.raw = self._store[:at]
        self.isocentres, self.landmarks = torch.cat(isocentres), torch.cat(landmarks)
        self.subject = torch.cat([self.subject, new.to(self.device)])
        self._known.update(paths)
        return len(paths)

    def _make_room(self, count: int, size: int) -> None:
        """For `count` views, and from the first for `room`: a copy on growing would need the memory twice."""
        store = torch.empty(max(count, self._room), size, size, dtype=torch.int16, device=self.device)
        store[: len(self)] = self.raw
        self._store = store

    def displacements(self, index: torch.Tensor) -> torch.Tensor:
        """(len(index), 14, 3) mm from the isocentre to each landmark, along left, up, ant."""
        return self.landmarks[self.subject[index]] - self.isocentres[index][:, None]

    def draw(self, size: int, rng: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """A batch with replacement: varied pictures uint8 (size, s, s), displacements (size, 14, 3) mm. The patients of
        two in three lie crookedly on the table, and none has quite the proportions he was cast with."""
        index = torch.randint(len(self), (size,), generator=rng, device=self.device)
        normal = torch.randn(4, size, generator=rng, device=self.device).clamp(-2.5, 2.5)
        crooked = torch.rand(size, generator=rng, device=self.device) < 2 / 3
        build = torch.diag_embed(STRETCH * torch.exp(STRETCH_SIGMA * normal[:2].T))
        build[:, 0, 1] = SHEAR_SIGMA * normal[2]
        change = turn(math.radians(CROOKED_SIGMA_DEG) * normal[3] * crooked) @ build
        return vary(changed(_unsigned(self.raw[index]), change), rng), changed_points(self.displacements(index), change)


def generator(device: torch.device | str, seed: int) -> torch.Generator:
    return torch.Generator(device).manual_seed(seed)


def turn(angle: torch.Tensor) -> torch.Tensor:
    """(n, 2, 2) that turns left and up about the beam by `angle` (n,) rad, from the patient's left toward the head."""
    cos, sin = angle.cos(), angle.sin()
    return torch.stack([torch.stack([cos, -sin], 1), torch.stack([sin, cos], 1)], 1)


def changed(signal: torch.Tensor, change: torch.Tensor) -> torch.Tensor:
    """Pictures (n, s, s) of patients whose left and up became `change` (n, 2, 2) of what they were."""
    flip = torch.tensor([1.0, -1.0], device=signal.device)  # rows run toward the feet
    back = flip[:, None] * torch.linalg.inv(change) * flip
    back = torch.cat([back, torch.zeros_like(back[:, :, :1])], 2)
    grid = affine_grid(back, (len(signal), 1, *signal.shape[1:]), align_corners=False)
    return grid_sample(signal[:, None], grid, padding_mode="border", align_corners=False)[:, 0]


def changed_points(displacements: torch.Tensor, change: torch.Tensor) -> torch.Tensor:
    """Displacements (n, 14, 3) of the same patients."""
    return torch.cat([displacements[..., :2] @ change.transpose(1, 2), displacements[..., 2:]], -1)


def vary(raw: torch.Tensor, rng: torch.Generator, coned: float = 0.15) -> torch.Tensor:
    """Pictures (n, s, s), int16 or float, to uint8 as a model sees them, with contrast, shading, blur, noise,
    occlusion and, in the share `coned` of them, the collimator's leaves somewhere in the picture, at random."""
    count, size = raw.shape[:2]

    def uniform(*shape: int, low: float = 0.0, high: float = 1.0) -> torch.Tensor:
        return low + (high - low) * torch.rand(*shape, generator=rng, device=raw.device)

    def some(share: float) -> torch.Tensor:
        return uniform(count, 1, 1) < share

    signal = raw if raw.is_floating_point() else _unsigned(raw)
    top = signal.amax((1, 2), keepdim=True) + 1.0
    signal = (signal / top) ** torch.exp(uniform(count, 1, 1, low=-0.4, high=0.35))
    # Slow shading: scatter, heel effect and build that the simulation has not met.
    shade = interpolate(uniform(count, 1, 3, 3, low=-0.5, high=0.5), (size, size), mode="bicubic", align_corners=True)
    signal = signal * (1 + uniform(count, 1, 1, high=0.3) * some(0.5) * shade[:, 0])
    soft = avg_pool2d(signal[:, None], 3, 1, 1, count_include_pad=False)[:, 0]
    softness = uniform(count, 1, 1, low=-0.6, high=1.0) * some(0.5)  # below zero it sharpens
    signal = signal + softness * (soft - signal)
    grain = uniform(count, 1, 1) ** 2 * 0.025
    signal = signal + grain * torch.randn(signal.shape, generator=rng, device=raw.device)
    row = torch.arange(size, device=raw.device, dtype=torch.float32) / size
    closed = (0.5 - NEAREST_LEAF) * uniform(count, 1, 1)
    low, high = closed * uniform(count, 2, 1, low=0.5), 1 - closed * uniform(count, 2, 1, low=0.5)
    inside = (row >= low) & (row < high)
    signal = signal * ((inside[:, 0, :, None] & inside[:, 1, None, :]) | ~some(coned))
    out = window((signal * top).clamp(0, 65535))
    extent = uniform(count, 2, 1, low=1 / 16, high=1 / 3)
    start = uniform(count, 2, 1) * (1 - extent)
    patch = (row >= start) & (row < start + extent)
    hidden = patch[:, 0, :, None] & patch[:, 1, None, :] & some(0.25)
    return torch.where(hidden, (uniform(count, 1, 1) * 256).floor(), out.float()).to(torch.uint8)


def plain(raw: torch.Tensor) -> torch.Tensor:
    """Pictures int16 (n, s, s) to uint8 exactly as a model sees them."""
    return window(_unsigned(raw))


def window(signal: torch.Tensor) -> torch.Tensor:
    """`prompts.picture` of float pictures (n, s, s) in units of LOG_SCALE that need no averaging, all at once."""
    levels = (signal.to(torch.int32).flatten(1) >> prompts.SHIFT).to(torch.int16)
    first, last = prompts.AIR >> prompts.SHIFT, prompts.BLOCKED >> prompts.SHIFT
    levels = torch.where((levels >= first) & (levels < last), levels, NO_LEVEL)
    total = (levels < NO_LEVEL).sum(1)
    low, high = (
        (_level_at(levels, total.double() * (share / 100.0), first, last).float() + 0.5) * (1 << prompts.SHIFT)
        for share in (prompts.LOW_PERCENTILE, prompts.HIGH_PERCENTILE)
    )
    empty = total < prompts.LEAST_SHARE * levels.shape[1]
    low = torch.where(empty, prompts.EMPTY_WINDOW[0], low)[:, None, None]
    high = torch.where(empty, prompts.EMPTY_WINDOW[1], high)[:, None, None]
    high = torch.maximum(high, low + torch.where(empty, 0.0, prompts.LEAST_WIDTH)[:, None, None])
    return ((signal - low) * (255.0 / (high - low)) + 0.5).clamp(0, 255).to(torch.uint8)


def _level_at(levels: torch.Tensor, wanted: torch.Tensor, first: int, last: int) -> torch.Tensor:
    """(n,) the lowest level that `wanted` (n,) of each row's levels (n, p) do not exceed, found by bisection: a GPU's
    histograms queue for the few grey levels that a picture has."""
    low, high = torch.full_like(wanted, first), torch.full_like(wanted, last - 1)
    for _ in range((last - first).bit_length()):
        middle = ((low + high) / 2).floor()
        enough = (levels <= middle.to(torch.int16)[:, None]).sum(1) >= wanted
        low, high = torch.where(enough, low, middle + 1), torch.where(enough, middle, high)
    return high


def _unsigned(raw: torch.Tensor) -> torch.Tensor:
    return (raw.to(torch.int32) & 0xFFFF).float()
