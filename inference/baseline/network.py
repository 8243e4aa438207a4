"""A ResNet that regresses displacements: the conventional network that language models are compared with.

ResNet-34's plan (3, 4, 6, 3 basic blocks; He et al. 2016, arXiv 1512.03385) at half its width and with the stem's
pooling left out, so that 128-pixel pictures keep an 8 x 8 map: 5.6 M parameters against the published 21 M. Like its
published sibling (arXiv 2510.16160) it gives the 3D displacement from the view's centre to every landmark with its
uncertainty, and the nearest landmark as a class. Knows pictures and tensors; knows no pose, no truth and no file.
"""

from __future__ import annotations

import math

import torch
from torch import nn

from sim.landmarks import KEYS

BLOCKS = (3, 4, 6, 3)
WIDTHS = (32, 64, 128, 256)
GATHERED = 32
"""Channels of the last map that keep their place: position is what is regressed."""
UNIT_MM = 100.0
"""Displacements are learnt in units of 100 mm."""
SPREAD_FLOOR, SPREAD_CEILING = math.log(0.02), 2.0
"""Log spread in those units: the loss must not reward false certainty."""
MAP = 8


def layout(device: str) -> torch.memory_format:
    """The faster order of a network's weights; on a CPU the backward pass of torch 2.13 corrupts memory in that of a
    GPU."""
    return torch.channels_last if torch.device(device).type == "cuda" else torch.contiguous_format


class Block(nn.Module):
    """Two 3 x 3 convolutions beside a shortcut."""

    def __init__(self, before: int, after: int, stride: int):
        super().__init__()
        self.first = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(after)
        self.second = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(after)
        nn.init.zeros_(self.second_norm.weight)  # a block begins as its shortcut
        self.shortcut = None
        if stride != 1 or before != after:
            self.shortcut = nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = torch.relu(self.first_norm(self.first(x)))
        out = self.second_norm(self.second(out))
        return torch.relu(out + (x if self.shortcut is None else self.shortcut(x)))


class DisplacementNetwork(nn.Module):
    """uint8 pictures (n, 128, 128), bone bright -> displacements (n, 14, 3) in units of UNIT_MM along left, up, ant;
    log Laplace spreads (n, 14, 3) in the same units; logits (n, 14) of the nearest landmark."""

    def __init__(self, widths: tuple[int, ...] = WIDTHS, blocks: tuple[int, ...] = BLOCKS):
        super().__init__()
        self.widths, self.blocks = tuple(widths), tuple(blocks)
        self.stem = nn.Sequential(nn.Conv2d(1, widths[0], 7, 2, 3, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU())
        stages, before = [], widths[0]
        for number, (width, count) in enumerate(zip(widths, blocks)):
            for place in range(count):
                stages.append(Block(before, width, 2 if place == 0 and number > 0 else 1))
                before = width
        self.stages = nn.Sequential(*stages)
        self.gather = nn.Conv2d(before, GATHERED, 1)
        self.head = nn.Linear(GATHERED * MAP * MAP + before, len(KEYS) * 7)

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        x = pictures[:, None].float().div(127.5).sub(1.0)
        x = self.stages(self.stem(x))
        features = torch.cat([torch.relu(self.gather(x)).flatten(1), x.mean((2, 3))], 1)
        with torch.autocast(features.device.type, enabled=False):
            out = self.head(features.float()).unflatten(1, (len(KEYS), 7))
        return out[..., :3], out[..., 3:6].clamp(SPREAD_FLOOR, SPREAD_CEILING), out[..., 6]


def loss(
    mean: torch.Tensor, log_spread: torch.Tensor, logits: torch.Tensor, truth: torch.Tensor, class_weight: float = 0.1
) -> torch.Tensor:
    """Laplace negative log-likelihood (Kendall and Gal 2017, arXiv 1703.04977, eq. 8 in its L1 form) of `truth`
    (n, 14, 3) in units of UNIT_MM, plus the cross-entropy of the nearest known landmark. NaN: not known."""
    known = torch.isfinite(truth)
    error = (mean - torch.where(known, truth, mean.detach())).abs()
    likelihood = ((error * torch.exp(-log_spread) + log_spread) * known).sum() / known.sum().clamp(min=1)
    distance = torch.where(known, truth, torch.inf).norm(dim=-1)
    return likelihood + class_weight * nn.functional.cross_entropy(logits, distance.argmin(1))
