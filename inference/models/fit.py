"""What this machine has for a model, and how many bits a weight may take on it. Asks the NVIDIA driver's own tool and
the system; imports no torch."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import psutil

from inference.models.families import Profile, bytes_to_run
from inference.models.folder import weights_bytes
from inference.models.on_disk import profile_of
from sim.resource import install

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


@dataclass(frozen=True)
class Room:
    """Where a model may go: a `device`, "cuda" or "cpu", its `free` bytes, what it is called."""

    device: str
    free: int
    where: str = "the processor, some minutes a step (not measured)"


def quantises() -> bool:
    """Whether weights of 4 and 8 bits can be made here: bitsandbytes is installed."""
    return find_spec("bitsandbytes") is not None


def this_machine() -> Machine:
    """The machine as it is now."""
    memory = psutil.virtual_memory()
    name, total, free = max(_gpus(), key=lambda gpu: gpu[2], default=("", 0, 0))
    return Machine(name, total, free, memory.total, memory.available, quantises())


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
    gpu = [Room("cuda", machine.gpu_free, f"the {machine.gpu}")] if machine.gpu else []
    return place(profile.running_bytes, [*gpu, Room("cpu", machine.ram_free)], machine.quantises)


def need_of(base: Path) -> Callable[[int, str], float]:
    """Of the model in folder `base` what `place` asks: a published one's own numbers, else from the weights' size."""
    profile = profile_of(base)
    if profile is not None:
        return profile.running_bytes
    weights = weights_bytes(base) / 2
    return partial(bytes_to_run, LINEAR_SHARE * weights, (1 - LINEAR_SHARE) * weights, 0.0)


def place(need: Callable[[int, str], float], rooms: Sequence[Room], quantises: bool = True, asked: int = 0) -> Fit:
    """The first of `rooms` into which a model fits, and the most bits (or those `asked`) that it has there. `need` says
    the bytes at some bits on a device. What `carm doctor` tells, and what loading does."""
    widths = (asked,) if asked else (16, 8, 4) if quantises else (16,)
    for room in rooms:
        for bits in widths:
            if (takes := need(bits, room.device)) <= room.free:
                said = f"runs on {room.where}: {bits} bits, {takes / 1e9:.0f} of {room.free / 1e9:.0f} GB free"
                return Fit(bits, room.device, said)
    least = asked or 4
    room = min(rooms, key=lambda room: need(least, room.device) - room.free)  # where the least is lacking
    takes = need(least, room.device)
    if takes <= room.free:
        return Fit(None, "", f"needs bitsandbytes for 4 bits ({takes / 1e9:.0f} GB): {install('large')}")
    free = room.free / 1e9
    return Fit(None, "", f"does not fit: needs {takes / 1e9:.1f} GB at {least} bits, {free:.1f} GB are free")
