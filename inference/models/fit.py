"""What this machine has for a model, and how many bits a weight may take on it. Asks the NVIDIA driver's own tool and
the system; imports no torch."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass

import psutil

from inference.models.families import RUNTIME_BYTES, STORED_BITS, Profile
from inference.models.interface import ModelError

LINEAR_SHARE = 0.85
"""Share of an unknown model's weights that 4 and 8 bits apply to; embeddings are the rest (84 % in Gemma-3 4B)."""


@dataclass(frozen=True)
class Machine:
    """`gpu` is the name of the roomiest GPU or "", with its bytes in all and free; `ram_*` likewise for the system."""

    gpu: str
    gpu_total: int
    gpu_free: int
    ram_total: int
    ram_free: int
    quantises: bool = True  # bitsandbytes is installed


@dataclass(frozen=True)
class Fit:
    """Whether a model runs here. `bits` is None where it does not; `sentence` says so for the screen."""

    bits: int | None
    device: str
    sentence: str


def this_machine() -> Machine:
    """The machine as it is now."""
    from importlib.util import find_spec

    memory = psutil.virtual_memory()
    name, total, free = max(_gpus(), key=lambda gpu: gpu[2], default=("", 0, 0))
    return Machine(name, total, free, memory.total, memory.available, find_spec("bitsandbytes") is not None)


def _gpus() -> list[tuple[str, int, int]]:
    if shutil.which("nvidia-smi") is None:
        return []
    query = ["nvidia-smi", "--query-gpu=name,memory.total,memory.free", "--format=csv,noheader,nounits"]
    try:
        said = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True).stdout
        rows = [[part.strip() for part in line.split(",")] for line in said.strip().splitlines()]
        return [(name, int(total) << 20, int(free) << 20) for name, total, free in rows]
    except (OSError, ValueError, subprocess.SubprocessError):
        return []


def fit(profile: Profile, machine: Machine) -> Fit:
    """How `profile` runs on `machine`: on its GPU with the most bits that fit, else on the processor."""
    widths = (16, 8, 4) if machine.quantises else (16,)
    short: list[tuple[float, float]] = []
    for device, free, where in (
        ("cuda", machine.gpu_free, f"the {machine.gpu}"),
        ("cpu", machine.ram_free, "the processor, slowly"),
    ):
        # On a processor what is not quantised is computed, and kept, in 32 bits.
        more = 2 * profile.other if device == "cpu" else 0
        need_at = {b: profile.running_bytes(b) + (more if b < 16 else 0) for b in (16, 8, 4)}
        bits = next((b for b in widths if need_at[b] <= free), None)
        short.append((need_at[4], free))
        if bits is not None:
            takes = need_at[bits] / 1e9
            return Fit(bits, device, f"runs on {where}: {bits} bits, {takes:.0f} of {free / 1e9:.0f} GB free")
    need, free = min(short, key=lambda pair: pair[0] - pair[1])  # where the least is lacking
    if need <= free:
        return Fit(None, "", f"needs bitsandbytes for 4 bits ({need / 1e9:.0f} GB): pip install carm-rehearsal[large]")
    return Fit(None, "", f"does not fit: needs {need / 1e9:.1f} GB at 4 bits, {free / 1e9:.1f} GB are free")


def choose_bits(stored_bytes: int, free_bytes: int, asked: int, where: str) -> int:
    """Bits for a checkpoint of `stored_bytes` (16 bits a weight) with `free_bytes` free on `where`: `asked`, or the
    most of 16, 8, 4 that fit. Raises ModelError with one sentence when what is asked for, or 4 bits, does not fit."""
    takes = {
        bits: stored_bytes * (LINEAR_SHARE * STORED_BITS[bits] / 16 + 1 - LINEAR_SHARE) + RUNTIME_BYTES
        for bits in (16, 8, 4)
    }
    if asked:
        if takes[asked] > free_bytes:
            raise ModelError(_too_large(takes[asked], asked, free_bytes, where))
        return asked
    for bits, need in takes.items():
        if need <= free_bytes:
            return bits
    raise ModelError(_too_large(takes[4], 4, free_bytes, where))


def _too_large(need: float, bits: int, free: int, where: str) -> str:
    return (
        f"The model needs about {need / 1e9:.1f} GB at {bits} bits and {where} has {free / 1e9:.1f} GB free; close "
        "other programs, or choose a smaller model or a server."
    )
