"""The recipe of the baseline, read from a TOML file."""

from __future__ import annotations

from pathlib import Path

from inference.training.config import Part, read_toml


class Stage(Part):
    """The optimisation: `samples` is its whole length, so a longer run is a change of one number and --resume; it ends
    sooner where `minutes` (0: no limit) are over, its learning rate scheduled for that end."""

    samples: int
    minutes: float = 0.0
    batch: int = 256
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    warmup: float = 0.05
    clip: float = 1.0
    class_weight: float = 0.1
    average: float = 0.999
    save_every_s: float = 120.0


class Calibration(Part):
    """Views that the conformal regions are calibrated on: `views` of each of `patients` (validation seeds), half by the
    published recipe, half around landmarks."""

    patients: tuple[str, ...] = ("virtual:910000-910039",)
    views: int = 60
    workers: int = 2


class Network(Part):
    widths: tuple[int, ...] = (32, 64, 128, 256)
    blocks: tuple[int, ...] = (3, 4, 6, 3)


class Recipe(Part):
    """`data` and `check` are folders made by `carm dataset`; `out` takes the checkpoint and the finished model."""

    data: Path
    check: Path
    out: Path
    seed: int = 11
    bfloat16: bool = True
    threads: int = 2
    network: Network = Network()
    training: Stage
    calibration: Calibration | None = Calibration()


def read_recipe(path: Path) -> Recipe:
    """The baseline's recipe. Raises ValueError as `read_toml`."""
    return read_toml(path, Recipe)
