"""First stage: the vision tower and its projector learn to see.

Each of the first fourteen image tokens carries one landmark: a linear head reads from it the displacement from the
isocentre (left, up, ant) and its spread, for landmarks in view or not. The language model later finds the same numbers
by attending to that token, so nothing but stock Gemma-3 parts ships. Part-way up the tower a second aim asks each patch
of the picture which landmarks it shows: what is to be found is looked for before it is measured.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn
from transformers import Gemma3ForConditionalGeneration

from inference.training import views as v
from inference.training.architecture import soft_tokens, to_pixels
from inference.training.config import Recipe
from inference.training.pace import Clock, keep, learning_rate
from sim.geometry import DETECTOR_MM, on_detector, on_picture
from sim.landmarks import ARM_KEYS, KEYS

SPREAD_FLOOR = math.log(0.03)
"""Smallest log spread (3 mm in units of 100 mm): the loss must not reward false certainty."""
BLOT_PATCHES = 0.7
"""Standard deviation of what the finder is to find about a landmark."""
FINDER_WEIGHT = 0.1
CLOSE_MM = 60.0
"""A navigation ends about as well as its target is read from this near."""
HARD = ("right_scapular_inferior_angle", "left_scapular_inferior_angle")
"""Landmarks that weigh twice: thin bone over the ribs, with several times the error of others."""


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


class Finder(nn.Module):
    """Patches part-way up the tower (n, patches, width) -> how well each shows each landmark (n, 14, patches). Not
    shipped."""

    def __init__(self, width: int):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.shows = nn.Linear(width, len(KEYS))

    def forward(self, patches: torch.Tensor) -> torch.Tensor:
        return self.shows(self.norm(patches.float())).transpose(1, 2)

    def loss(self, patches: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        """Cross-entropy over the patches against a blot about each landmark in view; `truth` (n, 14, 3) mm."""
        side = math.isqrt(patches.shape[1])
        place = on_detector(truth) / (DETECTOR_MM / side)  # in patches from the centre, toward the left and up
        inside = on_picture(truth)
        centres = torch.arange(side, device=truth.device) - (side - 1) / 2
        across, along = ((centres - place[..., i, None]) / BLOT_PATCHES for i in (0, 1))
        blot = -0.5 * (along.flip(-1)[..., :, None] ** 2 + across[..., None, :] ** 2).flatten(-2)
        wanted = torch.where(inside[..., None], blot, 0.0).softmax(-1)
        found = torch.log_softmax(self(patches), -1)
        return -((wanted * found).sum(-1) * inside).sum() / inside.sum().clamp(min=1)


def laplace_loss(mean: torch.Tensor, log_spread: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Mean negative log-likelihood of a Laplace distribution (Kendall and Gal 2017, eq. 8, in its L1 form), weighted by
    the root of the spread (Seitzer et al. 2022, eq. 7 with beta .5): what is hard to see is learnt too. Landmarks in
    view weigh twice, those close to the centre four times. Truth (n, 14, 3) in units of 100 mm may hold NaN where a
    landmark is not known."""
    known = torch.isfinite(truth)
    error = (mean - torch.where(known, truth, mean.detach())).abs()
    close = truth[..., :2].norm(dim=-1) * v.UNIT_MM < CLOSE_MM
    hard = torch.tensor([key in HARD for key in KEYS], device=truth.device)
    matters = (1 + on_picture(truth * v.UNIT_MM) + 2 * close) * (1 + hard)
    weight = known * torch.exp(0.5 * log_spread.detach()) * matters[..., None]
    return ((error * torch.exp(-log_spread) + log_spread) * weight).sum() / weight.sum()


def look_deep(model: Gemma3ForConditionalGeneration, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """`soft_tokens`, and the patches (n, patches, vision width) two thirds up the tower."""
    tower = model.model.vision_tower
    patches = tower.embeddings(pixels)
    layers = tower.encoder.layers
    finding = 2 * len(layers) // 3
    for layer in layers[:finding]:
        patches = layer(patches, None)
    hidden = patches
    for layer in layers[finding:]:
        hidden = layer(hidden, None)
    return model.model.multi_modal_projector(tower.post_layernorm(hidden)), patches


class Averaged:
    """Exponential moving average of a module's weights."""

    def __init__(self, modules: list[nn.Module], decay: float = 0.999):
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


@torch.no_grad()
def read(model, head: DisplacementHead, pictures: torch.Tensor, bfloat16: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """Displacements and spreads (n, 14, 3) in mm that the head reads from uint8 pictures (n, s, s)."""
    means, spreads = [], []
    for shown in pictures.split(256):
        with torch.autocast(shown.device.type, torch.bfloat16, enabled=bfloat16):
            tokens = soft_tokens(model, to_pixels(shown))
        mean, spread = head(tokens)
        means.append(mean * v.UNIT_MM)
        spreads.append(spread.exp() * v.UNIT_MM)
    return torch.cat(means), torch.cat(spreads)


def figures(model, head: DisplacementHead, check: v.Views, bfloat16: bool = False) -> dict[str, float]:
    """Held-out figures of the tower: median in-view error in the coronal plane, Precision@K and the nearest's hits."""
    arms = np.array([key in ARM_KEYS for key in KEYS])
    guess, _ = read(model, head, v.plain(check.raw), bfloat16)
    truth = check.displacements(torch.arange(len(check), device=check.device)).cpu().numpy()
    guess = guess.cpu().numpy()
    error = np.linalg.norm((guess - truth)[..., :2], axis=-1)
    seen = on_picture(truth)
    near = np.argsort(np.linalg.norm(truth, axis=-1), axis=1)[:, :3]
    said = np.argsort(np.linalg.norm(guess, axis=-1), axis=1)[:, :3]
    hit = (said[:, :, None] == near[:, None]).any(-1)
    return {
        "views": len(error),
        "median_mm_in_view": round(float(np.median(error[:, ~arms][seen[:, ~arms]])), 1),
        "median_mm_in_view_arms": round(float(np.median(error[:, arms][seen[:, arms]])), 1),
        "median_mm_all": round(float(np.nanmedian(error)), 1),
        **{f"precision_at_{k}": round(float(hit[:, :k].mean()), 3) for k in (1, 2, 3)},
    }


def train(
    model: Gemma3ForConditionalGeneration,
    recipe: Recipe,
    head: DisplacementHead | None = None,
    resume: bool = False,
    say: Callable[[str], None] = print,
) -> DisplacementHead:
    """Train the tower and projector of `model` in place, and `head` with them (None: a new one), with a checkpoint
    every few minutes in recipe.out/tower.pt. The model ends on its averaged weights. Returns the head, whose readings
    are figures, not part of what ships."""
    stage, device = recipe.tower, next(model.parameters()).device
    head = (head or DisplacementHead(recipe.architecture.text_width)).to(device).train()
    finder = Finder(recipe.architecture.vision_width).to(device)
    seeing = [model.model.vision_tower, model.model.multi_modal_projector]
    modules = nn.ModuleList([*seeing, head])
    parameters = [*modules.parameters(), *finder.parameters()]
    matrices = [p for p in model.model.vision_tower.encoder.parameters() if p.ndim == 2 and stage.optimiser == "muon"]
    others = [p for p in parameters if not any(p is each for each in matrices)]
    optimisers: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(others, lr=0.0, weight_decay=stage.weight_decay, betas=(0.9, 0.98))
    ]
    if matrices:  # at AdamW's step sizes (Liu et al. 2025, arXiv 2502.16982, eq. 4)
        steady = dict(lr=0.0, weight_decay=stage.weight_decay, adjust_lr_fn="match_rms_adamw")
        optimisers.append(torch.optim.Muon(matrices, **steady))
    average = Averaged([*seeing, head])
    steps, step = stage.samples // stage.batch, 0
    checkpoint = recipe.out / "tower.pt"
    clock = Clock(stage, steps)

    def save() -> None:
        recipe.out.mkdir(parents=True, exist_ok=True)
        state = {
            "modules": modules.state_dict(),
            "finder": finder.state_dict(),
            "mean": average.mean,
            "optimisers": [each.state_dict() for each in optimisers],
            "step": step,
            "spent": clock.spent(),
        }
        keep(state, checkpoint)

    if resume and checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True, map_location=device)
        modules.load_state_dict(state["modules"])
        finder.load_state_dict(state["finder"])
        average.mean = state["mean"]
        for optimiser, kept in zip(optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(kept)
        step, clock.before = state["step"], state["spent"]
        say(f"tower: going on from step {step} of {steps}")
    data, check = v.Views(recipe.data, device, room=recipe.room), v.Views(recipe.check, device, most_views=200)
    rng = v.generator(device, recipe.seed + step)
    see = torch.compile(look_deep) if device.type == "cuda" else look_deep
    modules.train()
    while (progress := clock.progress(step)) < 1:
        pictures, truth = data.draw(stage.batch, rng)
        for group in (group for optimiser in optimisers for group in optimiser.param_groups):
            group["lr"] = learning_rate(stage, progress)
        with torch.autocast(device.type, torch.bfloat16, enabled=recipe.bfloat16):
            tokens, patches = see(model, to_pixels(pictures))
        loss = laplace_loss(*head(tokens), truth / v.UNIT_MM) + FINDER_WEIGHT * finder.loss(patches, truth)
        modules.zero_grad(set_to_none=True)
        finder.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, stage.clip)
        for optimiser in optimisers:
            optimiser.step()
        average.update(step)
        step += 1
        if clock.due("say", 20):
            data.refresh()  # subjects that were cast meanwhile join
            rate = step * stage.batch / clock.spent()
            say(
                f"tower: step {step} of {steps}, {100 * progress:.0f} %, loss {loss.item():.3f}, {rate:.0f}/s, "
                f"{data.subjects} subjects, {len(data)} views"
            )
        if clock.due("save", 180):
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


def fit_head(tokens: torch.Tensor, truth: torch.Tensor, steps: int = 600) -> DisplacementHead:
    """A head for a tower that came without one: read from image tokens (n, tokens, width), truth (n, 14, 3) mm."""
    with torch.enable_grad():
        head = DisplacementHead(tokens.shape[2]).to(tokens.device)
        optimiser = torch.optim.Adam(head.parameters(), lr=1e-2)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1e-2, total_steps=steps)
        for _ in range(steps):
            index = torch.randint(len(tokens), (512,), device=tokens.device)
            loss = laplace_loss(*head(tokens[index]), truth[index] / v.UNIT_MM)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return head.eval()


def load_checkpoint(model: Gemma3ForConditionalGeneration, folder: Path, width: int) -> DisplacementHead:
    """Put the averaged weights of a finished tower into `model`; returns its head."""
    head = DisplacementHead(width)
    modules = nn.ModuleList([model.model.vision_tower, model.model.multi_modal_projector, head])
    state = torch.load(folder / "tower.pt", weights_only=True, map_location=next(model.parameters()).device)
    head.to(next(model.parameters()).device)
    modules.load_state_dict(state["modules"])
    average = Averaged(list(modules))
    average.mean = state["mean"]
    average.swap()
    modules.eval()
    return head
