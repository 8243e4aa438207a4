"""First stage: the vision tower and its projector learn to see.

Each of the first fourteen image tokens carries one landmark: a linear head reads from it the displacement from the
isocentre (left, up, ant) and its spread, for landmarks in view or not. The language model later finds the same numbers
by attending to that token, so nothing but stock Gemma-3 parts ships.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn
from transformers import Gemma3ForConditionalGeneration

from inference.training import views as v
from inference.training.architecture import soft_tokens, to_pixels
from inference.training.config import Recipe, Stage
from sim.geometry import DETECTOR_MM, SDD_MM, SOURCE_TO_ISOCENTRE_MM
from sim.landmarks import ARM_KEYS, KEYS

SPREAD_FLOOR = math.log(0.03)
"""Smallest log spread (3 mm in units of 100 mm): the loss must not reward false certainty."""


class DisplacementHead(nn.Module):
    """Image tokens (n, tokens, width) -> displacements (n, 14, 3) in units of 100 mm and log spreads (n, 14, 3)."""

    def __init__(self, width: int):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.weight = nn.Parameter(torch.randn(len(KEYS), width, 6) * width**-0.5)
        self.bias = nn.Parameter(torch.zeros(len(KEYS), 6))

    def forward(self, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        own = self.norm(tokens[:, : len(KEYS)].float())
        out = torch.einsum("nld,ldo->nlo", own, self.weight) + self.bias
        return out[..., :3], out[..., 3:].clamp(SPREAD_FLOOR, 2.0)


def laplace_loss(mean: torch.Tensor, log_spread: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Mean negative log-likelihood of a Laplace distribution (Kendall and Gal 2017, eq. 8, in its L1 form); truth may
    hold NaN where a landmark is not known."""
    known = torch.isfinite(truth)
    error = (mean - torch.where(known, truth, mean.detach())).abs()
    return ((error * torch.exp(-log_spread) + log_spread) * known).sum() / known.sum()


class Averaged:
    """Exponential moving average of a module's weights."""

    def __init__(self, modules: list[nn.Module], decay: float = 0.998):
        self.decay = decay
        self.live = [p for m in modules for p in m.parameters()]
        self.mean = [p.detach().clone() for p in self.live]

    @torch.no_grad()
    def update(self, step: int) -> None:
        decay = min(self.decay, (step + 1) / (step + 10))
        torch._foreach_lerp_(self.mean, [p.detach() for p in self.live], 1 - decay)

    @torch.no_grad()
    def swap(self) -> None:
        """Exchange the live weights with their averages; call again to undo."""
        for live, mean in zip(self.live, self.mean):
            kept = live.detach().clone()
            live.copy_(mean)
            mean.copy_(kept)


def learning_rate(stage: Stage, step: int, steps: int) -> float:
    """Linear warm-up, then a cosine to a fiftieth."""
    warm = max(1, int(stage.warmup * steps))
    if step < warm:
        return stage.learning_rate * (step + 1) / warm
    return stage.learning_rate * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm))))


@torch.no_grad()
def read(model, head: DisplacementHead, pictures: np.ndarray, bfloat16: bool) -> tuple[np.ndarray, np.ndarray]:
    """Displacements and spreads (n, 14, 3) in mm that the head reads from uint8 pictures (n, s, s)."""
    means, spreads = [], []
    for start in range(0, len(pictures), 128):
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            tokens = soft_tokens(model, to_pixels(torch.from_numpy(pictures[start : start + 128])))
        mean, spread = head(tokens)
        means.append(mean.numpy() * v.UNIT_MM)
        spreads.append(spread.exp().numpy() * v.UNIT_MM)
    return np.concatenate(means), np.concatenate(spreads)


def in_view(displacements: np.ndarray) -> np.ndarray:
    """Whether landmarks at displacements (..., 3) from the isocentre fall on the detector in AP."""
    magnified = SDD_MM / (SOURCE_TO_ISOCENTRE_MM + displacements[..., 2])
    return np.all(np.abs(displacements[..., :2]) * magnified[..., None] < DETECTOR_MM / 2, axis=-1)


def figures(model, head: DisplacementHead, check: v.Views, bfloat16: bool = False) -> dict[str, float]:
    """Held-out figures of the tower: median in-view error in the coronal plane, Precision@K and the nearest's hits."""
    arms = np.array([key in ARM_KEYS for key in KEYS])
    errors, inside, precision = [], [], []
    for subject, raw in enumerate(check.pictures):
        truth = check.displacements(subject, np.arange(len(raw)))
        guess, _ = read(model, head, v.plain(raw), bfloat16)
        errors.append(np.linalg.norm((guess - truth)[..., :2], axis=-1))
        inside.append(in_view(truth))
        near = np.argsort(np.linalg.norm(truth, axis=-1), axis=1)[:, :3]
        said = np.argsort(np.linalg.norm(guess, axis=-1), axis=1)[:, :3]
        precision.append((said[:, :, None] == near[:, None]).any(-1))
    error, seen, hit = np.concatenate(errors), np.concatenate(inside), np.concatenate(precision)
    return {
        "views": len(error),
        "median_mm_in_view": round(float(np.median(error[:, ~arms][seen[:, ~arms]])), 1),
        "median_mm_in_view_arms": round(float(np.median(error[:, arms][seen[:, arms]])), 1),
        "median_mm_all": round(float(np.median(error)), 1),
        **{f"precision_at_{k}": round(float(hit[:, :k].mean()), 3) for k in (1, 2, 3)},
    }


def train(
    model: Gemma3ForConditionalGeneration,
    recipe: Recipe,
    resume: bool = False,
    say: Callable[[str], None] = print,
) -> DisplacementHead:
    """Train the tower and projector of `model` in place, with a checkpoint every few minutes in recipe.out/tower.pt.
    The model ends on its averaged weights. Returns the head, whose readings are figures, not part of what ships."""
    stage = recipe.tower
    head = DisplacementHead(recipe.architecture.text_width)
    seeing = [model.model.vision_tower, model.model.multi_modal_projector]
    parameters = [p for m in [*seeing, head] for p in m.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=0.0, weight_decay=stage.weight_decay, betas=(0.9, 0.98))
    average = Averaged([*seeing, head])
    steps, step, spent = stage.samples // stage.batch, 0, 0.0
    checkpoint = recipe.out / "tower.pt"
    modules = nn.ModuleList([*seeing, head])

    def save() -> None:
        recipe.out.mkdir(parents=True, exist_ok=True)
        state = {
            "modules": modules.state_dict(),
            "mean": average.mean,
            "optimiser": optimiser.state_dict(),
            "step": step,
            "spent": spent + time.monotonic() - began,
        }
        part = checkpoint.with_suffix(".part")
        torch.save(state, part)
        part.replace(checkpoint)

    if resume and checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        modules.load_state_dict(state["modules"])
        average.mean = state["mean"]
        optimiser.load_state_dict(state["optimiser"])
        step, spent = state["step"], state["spent"]
        say(f"tower: going on from step {step} of {steps}")
    began = saved = shown = time.monotonic()
    check = v.load(recipe.check, most_views=200)
    modules.train()
    while step < steps:
        # Subjects that were cast meanwhile join at the next round.
        round_steps = min(steps - step, 1000)
        data = v.load(recipe.data)
        for pictures, truth in v.batches(data, stage.batch, recipe.seed + step, round_steps):
            for group in optimiser.param_groups:
                group["lr"] = learning_rate(stage, step, steps)
            with torch.autocast("cpu", torch.bfloat16, enabled=recipe.bfloat16):
                tokens = soft_tokens(model, to_pixels(torch.from_numpy(pictures)))
            loss = laplace_loss(*head(tokens), torch.from_numpy(truth) / v.UNIT_MM)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, stage.clip)
            optimiser.step()
            average.update(step)
            step += 1
            now = time.monotonic()
            if now - shown > 20:
                shown = now
                rate = step * stage.batch / (spent + now - began)
                say(f"tower: step {step}/{steps} loss {loss.item():.3f} {rate:.0f}/s {len(data.pictures)} subjects")
            if now - saved > 180:
                saved = now
                save()
                average.swap()
                modules.eval()
                say(f"tower: {json.dumps(figures(model, head, check, recipe.bfloat16))}")
                modules.train()
                average.swap()
    save()
    average.swap()
    modules.eval()
    return head


def load_checkpoint(model: Gemma3ForConditionalGeneration, folder: Path, width: int) -> DisplacementHead:
    """Put the averaged weights of a finished tower into `model`; returns its head."""
    head = DisplacementHead(width)
    modules = nn.ModuleList([model.model.vision_tower, model.model.multi_modal_projector, head])
    state = torch.load(folder / "tower.pt", weights_only=True)
    modules.load_state_dict(state["modules"])
    average = Averaged(list(modules))
    average.mean = state["mean"]
    average.swap()
    modules.eval()
    return head
