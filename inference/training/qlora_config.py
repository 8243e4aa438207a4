"""The recipe of a QLoRA run on a big model, from a TOML file. Defaults are the published recipe (arXiv 2604.18740).
Knows no torch."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from inference.training.config import read_toml


class QloraRecipe(BaseModel):
    """`base` is a published model's name or a folder. `data` is a folder made by `carm dataset` (landmarks) or a table
    in the published layout (regions). `out` takes checkpoints and the finished adapter. `samples` bounds an epoch,
    `max_steps` the run (0: not bounded). `batch` is one process's; gradients are gathered until `global_batch`."""

    model_config = ConfigDict(extra="forbid")

    base: str
    data: Path
    out: Path
    kind: Literal["landmarks", "regions"] = "landmarks"
    bits: Literal[4, 8, 16] = 4
    rank: int = Field(16, ge=1)
    alpha: int = Field(32, ge=1)
    dropout: float = Field(0.0, ge=0, lt=1)
    towers: Literal["both", "language"] = "both"
    mlp: bool = False
    epochs: float = Field(3.0, gt=0)
    samples: int = Field(0, ge=0)
    max_steps: int = Field(0, ge=0)
    batch: int = Field(4, ge=1)
    global_batch: int = Field(64, ge=1)
    learning_rate: float = Field(1e-4, gt=0)
    warmup: float = Field(0.03, ge=0, lt=1)
    weight_decay: float = 0.01
    clip: float = 0.3
    optimiser: Literal["adamw_8bit", "adamw_torch"] = "adamw_8bit"
    checkpointing: bool = True
    workers: int = Field(2, ge=0)
    save_every: int = Field(100, ge=1)
    log_every: int = Field(10, ge=1)
    report: tuple[Literal["tensorboard", "wandb"], ...] = ()
    unsloth: Literal["auto", "never"] = "auto"
    seed: int = 7
    device: Literal["auto", "cpu", "cuda"] = "auto"

    @model_validator(mode="after")
    def _whole(self) -> QloraRecipe:
        if self.global_batch % self.batch:
            raise ValueError(f"global_batch {self.global_batch} is not a multiple of batch {self.batch}")
        return self

    def accumulation(self, processes: int) -> int:
        """Batches of each process in one step. Raises ValueError when the global batch cannot be shared."""
        share, rest = divmod(self.global_batch, self.batch * processes)
        if rest or not share:
            raise ValueError(
                f"A global batch of {self.global_batch} cannot be shared by {processes} processes of {self.batch}; "
                "change batch or global_batch."
            )
        return share


def read_qlora(path: Path) -> QloraRecipe:
    """Raises ValueError as `read_toml`; a published model's name alone is told where its config is."""
    shipped = Path(str(files("resources"))) / "configs" / "qlora" / f"{path.name}.toml"
    if not path.exists() and shipped.is_file():
        raise ValueError(f"{path} is a model, not a file; its training config is {shipped}.")
    return read_toml(path, QloraRecipe)
