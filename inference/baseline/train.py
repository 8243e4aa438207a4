"""`carm train baseline`: the network from photographed views to a folder that the app loads.

Knows batches of (pictures, displacements), however they come; checkpoints every few minutes, resumes, and ends on the
average of its weights. Runs on a CPU or a GPU, where the views stay.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

# Spinning OpenMP threads on few cores are several times slower than sleeping ones; torch reads this when it loads.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from inference.baseline.model import KIND
from inference.baseline.network import UNIT_MM, DisplacementNetwork, layout, loss
from inference.baseline.recipe import Recipe
from inference.evaluation import measures
from inference.training.pace import Clock, device_of, keep, learning_rate
from sim.geometry import on_picture
from sim.landmarks import ARM_KEYS, KEYS

Batch = tuple[torch.Tensor | np.ndarray, torch.Tensor | np.ndarray]
"""Pictures uint8 (n, s, s) and displacements (n, 14, 3) mm, NaN where a landmark is not known; on any device."""


LAST_RATE = 0.01
"""Share of the learning rate that is left at the end."""


class Average:
    """Exponential moving average of a network's weights and of its normalisation's statistics."""

    def __init__(self, network: nn.Module, decay: float):
        self.decay = decay
        self.mean = {name: value.detach().clone() for name, value in self._floats(network)}

    @staticmethod
    def _floats(network: nn.Module) -> list[tuple[str, torch.Tensor]]:
        return [(name, value) for name, value in network.state_dict().items() if value.is_floating_point()]

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        live = dict(self._floats(network))
        weight = 1 - min(self.decay, (step + 1) / (step + 10))
        torch._foreach_lerp_(list(self.mean.values()), [live[name] for name in self.mean], weight)

    def network(self, like: DisplacementNetwork) -> DisplacementNetwork:
        """A copy of `like` with the averaged weights, ready to read."""
        copy = DisplacementNetwork(like.widths, like.blocks)
        copy.load_state_dict({**like.state_dict(), **self.mean})
        device = next(iter(self.mean.values())).device
        return copy.to(device, memory_format=layout(device)).eval()


def fit(
    network: DisplacementNetwork,
    batches: Iterator[Batch],
    recipe: Recipe,
    device: str,
    resume: bool = False,
    check: Callable[[DisplacementNetwork], dict] | None = None,
    say: Callable[[str], None] = print,
) -> DisplacementNetwork:
    """Train `network` on `batches` until recipe.training.samples were seen or its minutes are over; returns the
    averaged network, on `device`. `check` measures an averaged one at each checkpoint (recipe.out/baseline.pt)."""
    stage = recipe.training
    network.to(device, memory_format=layout(device)).train()
    decayed = [p for p in network.parameters() if p.ndim > 1]
    plain = [p for p in network.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": stage.weight_decay}, {"params": plain, "weight_decay": 0.0}], lr=0.0
    )
    average = Average(network, stage.average)
    steps, step = max(1, stage.samples // stage.batch), 0
    clock = Clock(stage, steps)
    checkpoint = recipe.out / "baseline.pt"
    if resume and checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True, map_location=device)
        network.load_state_dict(state["network"])
        average.mean = state["mean"]
        optimiser.load_state_dict(state["optimiser"])
        step, clock.before = state["step"], state["spent"]
        say(f"baseline: going on from step {step} of {steps}")

    def save() -> None:
        recipe.out.mkdir(parents=True, exist_ok=True)
        state = {
            "network": network.state_dict(),
            "mean": average.mean,
            "optimiser": optimiser.state_dict(),
            "step": step,
            "spent": clock.spent(),
        }
        keep(state, checkpoint)

    while (progress := clock.progress(step)) < 1:
        pictures, truth = next(batches)
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(stage, progress, LAST_RATE)
        shown_pictures = torch.as_tensor(pictures).to(device, non_blocking=True)
        target = torch.as_tensor(truth).to(device, non_blocking=True).float() / UNIT_MM
        with torch.autocast(torch.device(device).type, torch.bfloat16, enabled=recipe.bfloat16):
            mean, spread, logits = network(shown_pictures)
        value = loss(mean, spread, logits, target, stage.class_weight)
        optimiser.zero_grad(set_to_none=True)
        value.backward()
        nn.utils.clip_grad_norm_(network.parameters(), stage.clip)
        optimiser.step()
        average.update(network, step)
        step += 1
        if clock.due("say", 20):
            speed = step * stage.batch / clock.spent()
            say(f"baseline: step {step}/{steps} loss {value.item():.3f} {speed:.0f} samples/s")
        if clock.due("save", stage.save_every_s):
            save()
            if check is not None:
                say(f"baseline: {json.dumps(check(average.network(network)))}")
    save()
    return average.network(network)


@torch.no_grad()
def read(network: DisplacementNetwork, pictures: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Displacements and spreads (n, 14, 3) in mm that `network` reads from uint8 pictures (n, s, s) on its device."""
    means, spreads = [], []
    for part in pictures.split(256):
        mean, spread, _ = network(part)
        means.append(mean.float().cpu().numpy() * UNIT_MM)
        spreads.append(spread.float().exp().cpu().numpy() * UNIT_MM)
    return np.concatenate(means), np.concatenate(spreads)


def figures(readings: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Held-out figures of readings (n, 14, 3) mm: median in-view error in the coronal plane, Precision@K of the nearest
    by reading, Hit@K of the nearest in truth."""
    arms = np.array([key in ARM_KEYS for key in KEYS])
    error = np.linalg.norm((readings - truth)[..., :2], axis=-1)
    seen = on_picture(truth) & np.isfinite(error)
    said = np.argsort(np.linalg.norm(readings, axis=-1), axis=1)[:, :3] + 1
    near = np.argsort(np.where(np.isnan(d := np.linalg.norm(truth, axis=-1)), np.inf, d), axis=1)[:, :3] + 1
    rows = list(zip(said.tolist(), near.tolist()))

    def share(measure: Callable[[list[int], list[int]], float]) -> float:
        return round(float(np.mean([measure(p, g) for p, g in rows])), 3)

    return {
        "views": len(readings),
        "median_mm_in_view": round(float(np.median(error[:, ~arms][seen[:, ~arms]])), 1),
        "median_mm_in_view_arms": round(float(np.median(error[:, arms][seen[:, arms]])), 1),
        **{f"precision_at_{k}": share(lambda p, g, k=k: measures.precision(p, g, k)) for k in (1, 2, 3)},
        **{f"hit_at_{k}": share(lambda p, g, k=k: measures.hit(p, g[0], k)) for k in (1, 2)},
    }


def drawn(data, batch: int, seed: int, refresh_every: int = 1000) -> Iterator[Batch]:
    """Endless batches of `inference.training.views.Views`; subjects that were cast meanwhile join in."""
    from inference.training.views import generator

    rng = generator(data.device, seed)
    while True:
        for _ in range(refresh_every):
            yield data.draw(batch, rng)
        data.refresh()


def train(
    recipe: Recipe, resume: bool = False, device: str = "auto", say: Callable[[str], None] = print
) -> dict[str, float]:
    """The whole recipe; returns the held-out figures. Leaves recipe.out/model with config.json, model.safetensors and,
    when the recipe calibrates, conformal.json."""
    from inference.training.views import Views, plain

    began = time.monotonic()
    device = device_of(device)
    torch.set_num_threads(recipe.threads)
    torch.manual_seed(recipe.seed)
    check = Views(recipe.check, device, most_views=200)
    shown = torch.cat([plain(part) for part in check.raw.split(512)])
    truth = check.displacements(torch.arange(len(check), device=check.device)).cpu().numpy()
    data = Views(recipe.data, device)
    say(f"baseline: {len(data)} views of {data.subjects} subjects on {device}")
    network = DisplacementNetwork(recipe.network.widths, recipe.network.blocks)
    begun = (recipe.out / "baseline.pt").exists() and resume
    seed = recipe.seed + (time.time_ns() % 1_000_000 if begun else 0)  # fresh variation after a resume
    averaged = fit(
        network,
        drawn(data, recipe.training.batch, seed),
        recipe,
        device,
        resume,
        lambda mean: figures(read(mean, shown)[0], truth),
        say,
    )
    out = figures(read(averaged, shown)[0], truth)
    about = {"figures": out, "subjects": data.subjects, "views": len(data), "generators": sorted(data.generators)}
    about |= {"seed": recipe.seed, "training": recipe.training.model_dump(), "device": device}
    about["minutes_this_run"] = round((time.monotonic() - began) / 60, 1)
    folder = save_model(averaged, recipe.out / "model", about)
    say(f"baseline: {json.dumps(out)}")
    if recipe.calibration is not None:
        from inference.baseline.calibrate import calibrate_folder

        calibrate_folder(folder, recipe.calibration, say)
    return out


def save_model(network: DisplacementNetwork, folder: Path, about: dict) -> Path:
    """Write `network` as float16 safetensors with its config into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {
        name: value.detach().cpu().half().contiguous() if value.is_floating_point() else value.detach().cpu()
        for name, value in network.state_dict().items()
    }
    save_file(weights, folder / "model.safetensors")
    config = {
        "kind": KIND,
        "widths": list(network.widths),
        "blocks": list(network.blocks),
        "parameters": sum(p.numel() for p in network.parameters()),
        "picture": 128,
        "about": about,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1))
    size = {"size": {"height": config["picture"], "width": config["picture"]}}
    (folder / "preprocessor_config.json").write_text(json.dumps(size))
    return folder
