"""What a model's folder must hold before anything in it is opened: safetensors alone, and the right base.

Knows file names and hashes; knows no torch and loads nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from inference.models.interface import ModelError
from sim.resource import cache_dir, read_json

BASE_MARK = "base.sha256"
"""File in an adapter's folder: the sha256 of the base that it was trained on."""
STYLE_MARK = "carm.json"
"""File in an adapter's or a base's folder: {"prompt": "full"}, how the model was taught to be asked."""
MERGED = "merged"
"""There, of what `carm merge` made the model: {"base", "base_sha256", "adapter", "adapter_sha256"}."""
GENERAL_VOCABULARY = 20_000
HASHED_BYTES = 100_000_000
"""Larger files are hashed once and remembered by path, size and time of change: 24 GB take a minute."""
LARGEST_PICTURE, DEFAULT_PICTURE = 896, 448
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5", ".msgpack", ".gguf")


@dataclass(frozen=True)
class ModelSpec:
    """Which folders make a model. `threads` are CPU threads; `bits` 4, 8 or 16, or 0 for the most that fit;
    `constrained` holds replies to their form."""

    name: str
    base: Path
    adapter: Path | None = None
    threads: int = 1
    bits: int = 0
    constrained: bool = False


def find(
    path: Path, fallback_base: Path | None = None, published: Callable[[str], Path | None] = lambda hub: None
) -> ModelSpec:
    """The model in folder `path`: a base, an adapter, both as base/ and adapter/, what `carm train qlora` left there
    (adapter/ alone), or a model's folder in the hub's cache.

    An adapter alone takes the base beside it (base/ or ../base), the local folder its config names, what `published`
    finds on this machine for the name in its config, or `fallback_base` when the adapter is marked for it. Raises
    ModelError with one sentence.
    """
    if path.is_file():
        raise ModelError(f"{path} is a file; give the folder that holds it.")
    if not path.is_dir():
        raise ModelError(f"There is no folder {path}; give a folder that holds a model.")
    if versions := snapshots(path):
        owner_and_name = path.name.removeprefix("models--").replace("--", "/")
        return replace(find(versions[0], fallback_base, published), name=owner_and_name)
    if (path / "config.json").is_file() and (path / "adapter_config.json").is_file():
        raise ModelError(f"{path} mixes a base and an adapter; put them into base/ and adapter/ in it.")
    if (path / "base" / "config.json").is_file():
        beside = (path, path / "adapter")
        adapter = next((folder for folder in beside if (folder / "adapter_config.json").is_file()), None)
        spec = ModelSpec(path.name, path / "base", adapter)
    elif (path / "adapter_config.json").is_file():
        spec = ModelSpec(path.name, _base_of(path, fallback_base, published), path)
    elif (path / "adapter" / "adapter_config.json").is_file() and not (path / "config.json").is_file():
        spec = ModelSpec(path.name, _base_of(path / "adapter", fallback_base, published), path / "adapter")
    else:
        spec = ModelSpec(path.name, path)
    # The model's process compares a large base, so that nobody waits here for a minute.
    check(spec, hashes=weights_bytes(spec.base) < HASHED_BYTES)
    return spec


def snapshots(kept: Path) -> list[Path]:
    """The versions of a model in its folder of the hub's cache (models--OWNER--NAME), the one that the cache calls main
    first; none in any other folder."""
    if not (kept / "snapshots").is_dir():
        return []
    main = ""
    with contextlib.suppress(OSError):
        main = (kept / "refs" / "main").read_text(encoding="utf-8", errors="replace").strip()
    return sorted((kept / "snapshots").iterdir(), key=lambda version: (version.name != main, version.name))


def check(spec: ModelSpec, hashes: bool = True) -> None:
    """Raise ModelError for a missing file, weights other than safetensors, or an adapter of another base; without
    `hashes` an adapter's mark is not compared."""
    _check_weights(spec.base, "config.json", "model")
    if (spec.base / "adapter_config.json").is_file():
        # transformers would follow that file to another base
        raise ModelError(f"{spec.base} holds an adapter_config.json; a base must not, move it to adapter/.")
    if spec.adapter is None:
        return
    _check_weights(spec.adapter, "adapter_config.json", "adapter")
    if not (spec.adapter / "adapter_model.safetensors").is_file():
        raise ModelError(f"{spec.adapter} lacks adapter_model.safetensors.")
    if hashes and (mark := _mark_of(spec.adapter)) and mark != sha256_of(spec.base):
        raise ModelError(f"The adapter in {spec.adapter} was trained on another base than {spec.base}.")


def _mark_of(adapter: Path) -> str:
    """The hash of the base that the adapter was trained on; "" where it carries none."""
    mark = adapter / BASE_MARK
    return mark.read_text(encoding="utf-8", errors="replace").strip() or "nothing" if mark.is_file() else ""


def sha256_of(folder: Path) -> str:
    """sha256 (hex) over names and contents of the folder's safetensors files, in the order of their names."""
    total = hashlib.sha256()
    for file in sorted(folder.glob("*.safetensors")):
        total.update(file.name.encode() + b"\0" + _digest(file))
    return total.hexdigest()


def _digest(file: Path) -> bytes:
    state = file.stat()
    if state.st_size < HASHED_BYTES:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").digest()
    book = cache_dir() / "hashes.json"
    name = f"{file.resolve()} {state.st_size} {state.st_mtime_ns}"
    known = read_json(book)
    if not isinstance(known.get(name), str):
        with file.open("rb") as stream:
            known[name] = hashlib.file_digest(stream, "sha256").hexdigest()
        with contextlib.suppress(OSError):
            fresh = book.with_suffix(f".{os.getpid()}")
            fresh.write_text(json.dumps(known))
            os.replace(fresh, book)
    return bytes.fromhex(known[name])


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


def prompt_style(spec: ModelSpec) -> str:
    """How the model is to be asked ("compact" or "full"): as its adapter's or base's carm.json says, else by the
    vocabulary: a base made by `carm train` has some thousand tokens at most and knows the compact line alone."""
    for folder in (spec.adapter, spec.base):
        style = read_json(folder / STYLE_MARK).get("prompt") if folder else None
        if style in ("compact", "full"):
            return style
    config = read_json(spec.base / "config.json")
    words = config.get("vocab_size") or (config.get("text_config") or {}).get("vocab_size") or 0
    return "full" if isinstance(words, int) and words >= GENERAL_VOCABULARY else "compact"


def base_note(spec: ModelSpec) -> str:
    """What the session should know of the weights' origin: of what they were merged, or that an adapter's base could
    not be compared; "" where there is nothing to say."""
    made = read_json(spec.base / STYLE_MARK).get(MERGED)
    if spec.adapter is None and isinstance(made, dict):
        base, adapter = (f"{made.get(part)} (sha256 {made.get(f'{part}_sha256')})" for part in ("base", "adapter"))
        return f"Merged of {base} and the adapter {adapter}."
    if spec.adapter is None or (spec.adapter / BASE_MARK).is_file():
        return ""
    named = read_json(spec.adapter / "adapter_config.json").get("base_model_name_or_path") or "nothing"
    return f"The adapter does not carry the hash of its base (it names {named}); only its shapes were compared."


def mark_style(adapter: Path, style: str) -> None:
    """Write into the adapter's folder how the model is to be asked."""
    (adapter / STYLE_MARK).write_text(json.dumps({"prompt": style}) + "\n")


def weights_bytes(folder: Path) -> int:
    """Bytes of the folder's safetensors."""
    return sum(file.stat().st_size for file in folder.glob("*.safetensors"))


def mark_base(adapter: Path, base: Path) -> None:
    """Write into the adapter's folder which base it belongs to."""
    (adapter / BASE_MARK).write_text(sha256_of(base) + "\n")


def _check_weights(folder: Path, config: str, kind: str) -> None:
    weights = sorted(folder.glob("*.safetensors"))
    if not weights and any(file.suffix in PICKLES for file in folder.iterdir()):
        raise ModelError(
            f"{folder} has no safetensors; other weight files may run code and are not opened, convert them."
        )
    if not (folder / config).is_file():
        raise ModelError(f"{folder} holds no {kind}: {config} is missing.")
    told = read_json(folder / config)
    if not told or not all(isinstance(told.get(part, {}), dict) for part in ("text_config", "vision_config")):
        raise ModelError(f"The {config} in {folder} cannot be read; fetch or copy it anew.")
    shards = read_json(folder / "model.safetensors.index.json").get("weight_map")
    if isinstance(shards, dict):
        missing = sorted({str(name) for name in shards.values() if not (folder / str(name)).is_file()})
        if missing:
            raise ModelError(f"{folder} is not complete: {missing[0]} is missing; fetch or copy the rest of it.")
    if not weights:
        raise ModelError(f"{folder} holds no weights: a .safetensors file is missing.")
    for file in weights:
        if not _is_whole(file):
            raise ModelError(f"{file} is cut off or damaged; fetch or copy it anew.")


def _is_whole(file: Path) -> bool:
    """Whether a safetensors file is as long as its own table says. Raises ModelError where it may not be read."""
    try:
        begin, tensors = tensor_table(file)
        ends = [tensor["data_offsets"][1] for tensor in tensors.values()]
        return begin + max(ends, default=0) == file.stat().st_size
    except OSError as problem:
        raise ModelError(f"{file} cannot be read: {(problem.strerror or 'unknown').lower()}.") from None
    except (ValueError, AttributeError, KeyError, TypeError, IndexError):
        return False


def tensor_table(file: Path) -> tuple[int, dict[str, dict]]:
    """Where a safetensors file's tensors begin, and of each its "dtype", "shape" and "data_offsets" from there: the
    file is eight bytes that give the table's length, the table (JSON), the tensors. Raises OSError, and ValueError for
    a file that is shorter than its table."""
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if 8 + length > file.stat().st_size:
            raise ValueError(f"{file} is cut off.")
        tensors = json.loads(stream.read(length))
    tensors.pop("__metadata__", None)
    return 8 + length, tensors


def named_base(adapter: Path) -> str:
    """What the adapter's config names as its base; "" for nothing. Raises ModelError when it cannot be read."""
    try:
        named = json.loads((adapter / "adapter_config.json").read_text()).get("base_model_name_or_path")
    except (OSError, ValueError, AttributeError):
        raise ModelError(f"The adapter_config.json in {adapter} cannot be read.") from None
    return named if isinstance(named, str) else ""


def _base_of(adapter: Path, fallback: Path | None, published: Callable[[str], Path | None]) -> Path:
    named = named_base(adapter)
    beside = [adapter / "base", adapter.parent / "base"]
    if named:
        beside += [adapter / named, Path(named)]
    for folder in beside:
        if (folder / "config.json").is_file():
            return folder
    if fallback is not None and (mark := _mark_of(adapter)) and mark == sha256_of(fallback):
        return fallback
    found = published(named)
    if found is not None:
        return found
    which = f"its base {named} is not here" if named else "it names no base"
    raise ModelError(f"The adapter in {adapter} needs its base: {which}; put the base's folder beside it as base/.")
