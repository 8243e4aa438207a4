"""The recipe of the embedded model, read from a TOML file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

AnyRecipe = TypeVar("AnyRecipe", bound=BaseModel)


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Stage(Part):
    """One optimisation: `samples` is its whole length, so a longer run is a change of one number and --resume; it ends
    sooner where `minutes` (0: no limit) are over, its learning rate scheduled for that end. "muon" is for the tower's
    matrices alone."""

    samples: int
    minutes: float = 0.0
    batch: int
    learning_rate: float
    weight_decay: float = 0.01
    warmup: float = 0.03
    clip: float = 1.0
    optimiser: Literal["adamw", "muon"] = "adamw"


class Contrast(Part):
    """`inference.models.contrast.even`'s."""

    gamma: float = Field(gt=0)
    weight: float = Field(ge=0, le=1)
    sigma: float = Field(gt=0, lt=0.2)


class Architecture(Part):
    """Sizes of the stock Gemma-3 with its SigLIP tower."""

    picture: int = 128
    patch: int = 8
    vision_width: int = 256
    vision_layers: int = 6
    image_tokens: int = 16
    text_width: int = 192
    text_layers: int = 4
    text_heads: int = 4
    text_ffn: int = 512
    vocabulary: int = 1024


class Recipe(Part):
    """`data` and `check` are folders made by `carm dataset`; `out` takes checkpoints and the finished model. `workers`
    processes write the exchanges; 0 writes them in the training process. `room` views get their memory at once, for
    a cast that grows while the tower trains. The language stages learn from `language_data` (or the same folder),
    from `language_views` of each subject, which are looked at `looks` times, varied anew each time, and ask
    `questions` about one look in one sequence; before, in the stage `reading`, they learn to read the image tokens.
    `start` is a folder with a base and an adapter to go on from, with its own tower where that is not trained on;
    without a stage `base` its language part stays as it is. The tower sees with even `contrast` from then on."""

    data: Path
    language_data: Path | None = None
    check: Path
    out: Path
    seed: int = 7
    bfloat16: bool = True
    threads: int = 2
    device: Literal["auto", "cpu", "cuda"] = "auto"
    architecture: Architecture = Architecture()
    tower: Stage
    reading: Stage | None = None
    base: Stage | None = None
    adapter: Stage
    lora_rank: int = 16
    lora_alpha: int = 32
    workers: int = 0
    room: int = 0
    language_views: int | None = 100
    questions: int = Field(8, ge=1)
    looks: int = Field(1, ge=1)
    start: Path | None = None
    contrast: Contrast | None = None

    @model_validator(mode="after")
    def _has_a_base(self) -> Recipe:
        if self.base is None and self.start is None:
            raise ValueError("without `start` there must be a stage `base`")
        return self


def read_recipe(path: Path) -> Recipe:
    """The embedded model's recipe. Raises ValueError as `read_toml`."""
    return read_toml(path, Recipe)


def read_toml(path: Path, kind: type[AnyRecipe]) -> AnyRecipe:
    """A recipe of `kind`. Raises ValueError with one sentence when the file is missing or wrong."""
    try:
        return kind.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"The training config {path} cannot be read; give an existing TOML file.") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"The training config {path} is not valid TOML: {error}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise ValueError(f"In the training config {path}, {where}: {first['msg']}.") from None
