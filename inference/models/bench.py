"""What a model of the published size costs on this machine: memory, prefill, a token, a navigation reply.

    python -m inference.models.bench gemma-3-4b gemma-3-12b --bits 4 --out bench.json

Weights are random, each made where it is used, so nothing is downloaded and little written; from there on they take the
program's own road (bitsandbytes, adapter, kept prefix). A folder in place of a name measures that model. A random model
never ends a reply: a navigation reply is REPLY_TOKENS long. Knows nothing of what a reply says.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from inference.models.families import BY_NAME, Profile
from inference.models.weights import load_weights

DECISION_TOKENS, REPLY_TOKENS = 60, 180
"""A navigation reply in a general tokenizer: its decision is told after some 60 tokens, both reasons after some 180."""
SHORT, LONG = 1, 33
ROUNDS = 5


def bench(
    profile: Profile, bits: int, say: Callable[[str], None], device: str = "auto", folder: Path | None = None
) -> dict:
    """Make `profile` of random weights at `bits` with an adapter and measure. Its config, processor and adapter go to
    `folder`, which is left, or to a temporary one. Seconds and GB (1e9 bytes)."""
    import torch

    from inference.models.random_weights import build, load

    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    room = Path(folder or tempfile.mkdtemp(prefix="carm-bench-"))
    try:
        if not (room / "base" / "config.json").exists():
            build(profile, room, "meta")
        out = measure(room / "base", room / "adapter", bits, device, say, profile.name, load)
        _forget()
        return out | {
            "random_weights": True,
            "predicted_gb": round(profile.running_bytes(bits, device) / 1e9, 2) if bits in (4, 8, 16) else None,
        }
    finally:
        if folder is None:
            shutil.rmtree(room, ignore_errors=True)


def measure(
    base: Path,
    adapter: Path | None,
    bits: int,
    device: str,
    say: Callable[[str], None],
    name: str,
    weights: Callable = load_weights,
) -> dict:
    """Load the model (`weights` makes the base's) and time its replies. Tells each figure as it comes, so that a run
    that is cut off leaves some."""
    import torch
    import transformers

    from inference.ask import request_for
    from inference.models.transformers import TransformersModel
    from inference.prompts import navigate_prompt

    gpu = device == "cuda"
    before = torch.cuda.mem_get_info()[0] if gpu else 0
    if gpu:
        torch.cuda.reset_peak_memory_stats()
    phases: dict[str, float] = {}
    began = last = time.monotonic()
    current = "checking files"

    def note(text: str) -> None:
        nonlocal last, current
        now = time.monotonic()
        phases[current] = round(phases.get(current, 0.0) + now - last, 2)
        last, current = now, text.split(",")[0]

    say(f"{name}: loading at {bits} bits")
    model = TransformersModel(base, adapter, name=name, device=device, bits=bits, progress=note, weights=weights)
    note("")
    loaded = time.monotonic() - began
    if gpu:
        resident, loading = torch.cuda.memory_allocated(), torch.cuda.max_memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        say(f"{name}: {loaded:.1f} s, weights {resident / 1e9:.2f} GB, peak while loading {loading / 1e9:.2f} GB")
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (model.info.picture_size,) * 2).astype(np.uint8)
    asked = request_for(model.info, "navigation", pixels, navigate_prompt("t1"))

    def seconds(tokens: int, keep: bool = True) -> float:
        model._prefixes.for_inputs = with_prefix if keep else lambda inputs: None
        start = time.monotonic()
        model.reply(replace(asked, max_tokens=tokens), lambda piece: None)
        return time.monotonic() - start

    say(f"{name}: timing")
    with_prefix = model._prefixes.for_inputs
    seconds(2, keep=False), seconds(2)
    turns = []
    for _ in range(ROUNDS):  # by turns: a machine's pace drifts, and each figure must see it drift
        turns.append((seconds(SHORT, keep=False), seconds(SHORT), seconds(LONG)))
        say(f"{name}: first token {turns[-1][0]:.3f} s, with kept prefix {turns[-1][1]:.3f}, {LONG} {turns[-1][2]:.3f}")
    whole, kept, long = (statistics.median(times) for times in zip(*turns))
    token = (long - kept) / (LONG - SHORT)
    reply = seconds(REPLY_TOKENS)
    say(f"{name}: {REPLY_TOKENS} tokens in {reply:.2f} s")
    out = {
        "model": name,
        "bits": model.info.bits,
        "device": torch.cuda.get_device_name() if gpu else "cpu",
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "parameters": model.info.parameters,
        "adapter": adapter is not None,
        "picture": model.info.picture_size,
        "prompt_tokens": int(model.inputs(asked)["input_ids"].shape[1]),
        "seconds_loading": round(loaded, 2),
        "phases": {name: value for name, value in phases.items() if value >= 0.05},
        "prefill_s": round(whole, 4),
        "prefill_kept_prefix_s": round(kept, 4),
        "kept_prefix_logits_apart": round(_apart(model, asked), 6),
        "ms_per_token": round(1000 * token, 2),
        "decision_s": round(kept + token * (DECISION_TOKENS - 1), 2),
        "navigation_reply_s": round(reply, 2),
        "navigation_reply_no_prefix_s": round(reply + whole - kept, 2),
        "reply_tokens": REPLY_TOKENS,
    }
    if gpu:
        torch.cuda.synchronize()
        free, total = torch.cuda.mem_get_info()
        out |= {
            "weights_gb": round(resident / 1e9, 2),
            "peak_loading_gb": round(loading / 1e9, 2),
            "peak_answering_gb": round(torch.cuda.max_memory_allocated() / 1e9, 2),
            "taken_from_gpu_gb": round((before - free) / 1e9, 2),
            "card_in_use_gb": round((total - free) / 1e9, 2),
        }
    return out


def _apart(model, request) -> float:
    """How far the first token's logits with the kept prefix lie from those without: root mean square over their spread.
    Some 1e-5 is rounding in 32 bits, up to .1 in 16 for a deep model of random weights; more is a fault."""
    inputs = model.inputs(request)
    caches = None, model._prefixes.for_inputs(inputs)
    inputs = inputs.to(model.model.device)
    one, other = (
        model.model.generate(
            **inputs,
            past_key_values=cache,
            max_new_tokens=1,
            do_sample=False,
            output_logits=True,
            return_dict_in_generate=True,
        )
        .logits[0][0]
        .float()
        for cache in caches
    )
    return float((one - other).square().mean().sqrt() / one.std())


def _forget() -> None:
    import gc

    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def measure_all(
    names: list[str],
    bits: list[int],
    device: str,
    scratch: Path | None,
    say: Callable[[str], None],
    keep: Callable[[dict], None] = lambda row: None,
) -> list[dict]:
    """`bench` of each profile, `measure` of each folder, at each of `bits`; `keep` gets each row as it comes. Raises
    ValueError for an unknown name, number or device, and for what would fill the memory that other programs use."""
    import psutil
    import torch

    rows = []
    if wrong := [number for number in bits if number not in (4, 8, 16)]:
        raise ValueError(f"{wrong[0]} bits cannot be measured; choose 4, 8 or 16.")
    if device not in ("auto", "cuda", "cpu"):
        raise ValueError(f"{device} is not a device; choose auto, cuda or cpu.")
    if device == "cuda" and not torch.cuda.is_available():
        raise ValueError("No GPU can be used here; choose cpu, or see `carm doctor`.")
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    for profile in (BY_NAME[name] for name in names if name in BY_NAME and device == "cpu"):
        need, free = profile.running_bytes(max(bits), device) / 1e9, psutil.virtual_memory().available / 1e9
        if need > free:
            raise ValueError(f"{profile.title} at {max(bits)} bits needs {need:.0f} GB and {free:.0f} GB are free.")
    for name in names:
        if name not in BY_NAME:
            from inference.models.profiles import spec_of

            spec = spec_of(name)
            for number in bits:
                rows.append(measure(spec.base, spec.adapter, number, device, say, spec.name))
                keep(rows[-1])
            continue
        room = Path(tempfile.mkdtemp(prefix="carm-bench-", dir=scratch))
        try:
            for number in bits:
                rows.append(bench(BY_NAME[name], number, say, device, room))
                keep(rows[-1])
        finally:
            shutil.rmtree(room, ignore_errors=True)
    return rows


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m inference.models.bench", description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", help="published sizes (random weights), or folders")
    parser.add_argument("--bits", type=int, nargs="*", default=[4])
    parser.add_argument("--device", default="auto", choices=("auto", "cuda", "cpu"))
    parser.add_argument("--scratch", type=Path, help="where the config and the adapter are kept meanwhile")
    parser.add_argument("--out", type=Path, help="JSON file; else standard output")
    given = parser.parse_args(arguments)
    kept: list[dict] = []

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def keep(row: dict) -> None:
        kept.append(row)
        say(json.dumps(row))
        if given.out:
            given.out.write_text(json.dumps(kept, indent=1))

    try:
        measure_all(given.models, given.bits, given.device, given.scratch, say, keep)
    except (ValueError, OSError) as problem:
        say(str(problem))
        return 1
    if not given.out:
        print(json.dumps(kept, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
