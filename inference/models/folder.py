"""What a model's folder must hold before anything in it is opened: safetensors alone, and the right base.

Knows file names and hashes; knows no torch and loads nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from inference.models.interface import ModelError

BASE_MARK = "base.sha256"
"""File in an adapter's folder: the sha256 of the base that it was trained on."""
LARGEST_PICTURE, DEFAULT_PICTURE = 896, 448
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5", ".msgpack", ".gguf")


@dataclass(frozen=True)
class ModelSpec:
    """Which folders make a model. `threads` are CPU threads."""

    name: str
    base: Path
    adapter: Path | None = None
    threads: int = 1


def find(path: Path, fallback_base: Path | None = None) -> ModelSpec:
    """The model in folder `path`: a base, an adapter, or both as base/ and adapter/.

    An adapter alone takes the base beside it (base/ or ../base), the local folder its config names,
    or `fallback_base` when the adapter is marked for it. Raises ModelError with one sentence.
    """
    if not path.is_dir():
        raise ModelError(f"There is no folder {path}; give a folder that holds a model.")
    if (path / "config.json").is_file() and (path / "adapter_config.json").is_file():
        raise ModelError(f"{path} mixes a base and an adapter; put them into base/ and adapter/ in it.")
    if (path / "base" / "config.json").is_file():
        adapter = path / "adapter" if (path / "adapter" / "adapter_config.json").is_file() else None
        spec = ModelSpec(path.name, path / "base", adapter)
    elif (path / "adapter_config.json").is_file():
        spec = ModelSpec(path.name, _base_of(path, fallback_base), path)
    else:
        spec = ModelSpec(path.name, path)
    check(spec)
    return spec


def check(spec: ModelSpec) -> None:
    """Raise ModelError for a missing file, weights other than safetensors, or an adapter of another base."""
    _check_weights(spec.base, "config.json", "model")
    if (spec.base / "adapter_config.json").is_file():
        # transformers would follow that file to another base
        raise ModelError(f"{spec.base} holds an adapter_config.json; a base must not, move it to adapter/.")
    if spec.adapter is None:
        return
    _check_weights(spec.adapter, "adapter_config.json", "adapter")
    if not (spec.adapter / "adapter_model.safetensors").is_file():
        raise ModelError(f"{spec.adapter} lacks adapter_model.safetensors.")
    mark = spec.adapter / BASE_MARK
    if mark.is_file() and mark.read_text().strip() != sha256_of(spec.base):
        raise ModelError(f"The adapter in {spec.adapter} was trained on another base than {spec.base}.")


def sha256_of(folder: Path) -> str:
    """sha256 (hex) over names and contents of the folder's safetensors files, in the order of their names."""
    total = hashlib.sha256()
    for file in sorted(folder.glob("*.safetensors")):
        with file.open("rb") as stream:
            total.update(file.name.encode() + b"\0" + hashlib.file_digest(stream, "sha256").digest())
    return total.hexdigest()


def picture_size(base: Path) -> int:
    """The side in pixels that the base's processor scales pictures to, so that ours is averaged to it once."""
    for name in ("processor_config.json", "preprocessor_config.json"):
        try:
            config = json.loads((base / name).read_text())
            size = config.get("image_processor", config)["size"]
            side = next(size[key] for key in ("height", "shortest_edge", "longest_edge") if size.get(key))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration):
            continue
        return side if 0 < side <= LARGEST_PICTURE else DEFAULT_PICTURE
    return DEFAULT_PICTURE


def mark_base(adapter: Path, base: Path) -> None:
    """Write into the adapter's folder which base it belongs to."""
    (adapter / BASE_MARK).write_text(sha256_of(base) + "\n")


def _check_weights(folder: Path, config: str, kind: str) -> None:
    if not (folder / config).is_file():
        raise ModelError(f"{folder} holds no {kind}: {config} is missing.")
    if any(folder.glob("*.safetensors")):
        return
    if any(file.suffix in _PICKLES for file in folder.iterdir()):
        raise ModelError(
            f"{folder} has no safetensors; other weight files may run code and are not opened, convert them."
        )
    raise ModelError(f"{folder} holds no weights: a .safetensors file is missing.")


def _base_of(adapter: Path, fallback: Path | None) -> Path:
    try:
        named = json.loads((adapter / "adapter_config.json").read_text()).get("base_model_name_or_path")
    except (OSError, ValueError, AttributeError):
        raise ModelError(f"The adapter_config.json in {adapter} cannot be read.") from None
    beside = [adapter / "base", adapter.parent / "base"]
    if isinstance(named, str) and named:
        beside += [adapter / named, Path(named)]
    for folder in beside:
        if (folder / "config.json").is_file():
            return folder
    mark = adapter / BASE_MARK
    if fallback is not None and mark.is_file() and mark.read_text().strip() == sha256_of(fallback):
        return fallback
    raise ModelError(f"The base of the adapter in {adapter} ({named}) is not here; put its folder beside it as base/.")
