"""What a QLoRA step on a full-size model costs on this machine: peak memory and seconds a sample, random weights.

    python -m inference.training.qlora_bench gemma-3-4b --batch 4 --steps 4 --out train.json

Weights and views are random and thrown away; the run is `carm train qlora`'s own.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

from inference.models.families import BY_NAME


def bench(name: str, batch: int, steps: int, bits: int, scratch: Path | None, say=print) -> dict:
    """Train `name` for `steps` steps of `batch`; the first is left out of the time. GB (1e9 bytes)."""
    import torch

    from inference.models.random_weights import build
    from inference.training import qlora_estimate as guess
    from inference.training.qlora import train
    from inference.training.qlora_config import QloraRecipe

    profile = BY_NAME[name]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    room = Path(tempfile.mkdtemp(prefix="carm-train-", dir=scratch))
    try:
        say(f"{name}: making random weights")
        build(profile, room, device)
        if device == "cuda":
            torch.cuda.empty_cache()
        _views(room / "views")
        rows = []
        for number in (1, steps):  # a run of one step costs what starting costs
            if device == "cuda":
                torch.cuda.reset_peak_memory_stats()
            recipe = QloraRecipe(
                base=str(room / "base"), data=room / "views", out=room / f"out{number}", bits=bits, batch=batch,
                global_batch=batch, max_steps=number, log_every=1, save_every=10_000, workers=4,
            )  # fmt: skip
            rows.append(train(recipe, say=say))
            peak = torch.cuda.max_memory_allocated() if device == "cuda" else 0
        seconds = rows[1]["seconds_training"] - rows[0]["seconds_training"]
        return {
            "model": name,
            "bits": bits,
            "batch": batch,
            "device": torch.cuda.get_device_name() if device == "cuda" else "cpu",
            "seconds_a_sample": round(seconds / ((steps - 1) * batch), 3),
            "peak_gb": round(peak / 1e9, 2),
            "predicted_gb": round(guess.training_bytes(profile, bits, batch) / 1e9, 2),
            "losses": rows[1]["losses"],
        }
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _views(folder: Path, subjects: int = 2, views: int = 64, size: int = 128) -> None:
    from inference.training import shards
    from sim.pose import CArmPose

    rng = np.random.default_rng(0)
    folder.mkdir()
    for seed in range(subjects):
        pictures = rng.integers(2000, 20000, (views, size, size)).astype(np.uint16)
        poses = [CArmPose(*rng.normal(0, 60, 3)) for _ in range(views)]
        shard = shards.encode(pictures, poses, [(90.0, 20.0)] * views, rng.normal(0, 120, (14, 3)), generator="random")
        shards.write(folder / shards.name_of(seed), shard)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m inference.training.qlora_bench")
    parser.add_argument("models", nargs="+", choices=list(BY_NAME))
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--bits", type=int, default=4, choices=(4, 8, 16))
    parser.add_argument("--scratch", type=Path)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args(arguments)
    rows = []
    for name in given.models:
        try:
            rows.append(bench(name, given.batch, max(given.steps, 2), given.bits, given.scratch, _say))
        except (ValueError, OSError) as problem:
            _say(f"{name}: {problem}")
            rows.append({"model": name, "problem": str(problem)})
        _say(json.dumps(rows[-1]))
        if given.out:
            given.out.write_text(json.dumps(rows, indent=1))
    if not given.out:
        print(json.dumps(rows, indent=1))
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
