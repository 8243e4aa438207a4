"""A base and its adapter as one model on disk, for servers that apply no adapter of a vision tower.

The base's files are copied, and over the copy each weight that the adapter changes is written in its place, one layer
at a time: memory is that of the largest layer, and names, types and every other byte stay the base's, so that whatever
reads the base reads the result. The sum is peft's own, in 32 bits, rounded once to what the base stores. Torch is
imported late.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from inference.models.folder import (
    MERGED,
    PICKLES,
    STYLE_MARK,
    ModelSpec,
    check,
    prompt_style,
    sha256_of,
    tensor_table,
    weights_bytes,
)
from inference.models.interface import ModelError
from inference.models.transformers import quiet
from inference.models.weights import LOCAL, cannot_load, load_processor, put_adapter
from sim.resource import read_json

STORED = {"F32": "float32", "BF16": "bfloat16", "F16": "float16"}
"""A safetensors type -> torch's: what a change can be added to."""
HELD_BYTES = 28
"""Bytes a weight of the largest layer while it is summed: base, sum, change and difference in 32 bits, some twice
(measured: 26 for a layer of Gemma-3 27B, with the libraries 3.5 GB)."""
LIBRARIES_BYTES = 0.6e9
"""Torch, transformers and peft in memory."""
SPARE_DISK_BYTES = 100e6
_NOT_COPIED = {"README.md", STYLE_MARK}
_README = """# {base} with an adapter merged into it

Made by `carm merge`: changed weights of {base} (sha256 {base_sha256}), those of the adapter {adapter}
(sha256 {adapter_sha256}) added to them. The base's licence and terms of use go on applying.
"""


@dataclass(frozen=True)
class _Place:
    """Where a tensor lies: in the file called `file`, `offset` bytes from its beginning."""

    file: str
    name: str
    kind: str
    shape: tuple[int, ...]
    offset: int


def merge(spec: ModelSpec, out: Path, say: Callable[[str], None] = lambda text: None) -> dict:
    """Write the model of spec.base with spec.adapter added to folder `out`, which is new or empty: weights, processor,
    chat template, and in carm.json what it was made of.

    Returns {"out", "bytes", "tensors" (changed ones), "lost" (what rounding takes of the change: root mean square over
    root mean square), "seconds", and the mark}. Raises ModelError with one sentence; then nothing is left behind.
    """
    began = time.monotonic()
    files = _refuse(spec, out)
    say("comparing the base with the adapter's mark")
    check(spec)
    out.parent.mkdir(parents=True, exist_ok=True)
    copied = sum((spec.base / name).stat().st_size for name in files)
    _room(copied, out.parent)
    quiet()
    where = spec.base
    try:
        load_processor(spec.base)
        model, places = _empty(spec.base, files)
        where = spec.adapter
        tuned = put_adapter(model, spec.adapter, low_cpu_mem_usage=True, torch_device="cpu")
        changes = dict(_changes(tuned, places))
    except Exception as error:
        raise cannot_load(where, error) from None
    _memory(changes, places, weights_bytes(spec.adapter))
    work = Path(tempfile.mkdtemp(prefix=f"{out.name}.unfinished-", dir=out.parent))
    try:
        for number, name in enumerate(files, 1):
            say(f"copying file {number} of {len(files)}, {name}")
            shutil.copyfile(spec.base / name, work / name)
        lost = _write(changes, places, spec.base, work, say)
        mark = {
            "base": _called(spec.base),
            "base_sha256": sha256_of(spec.base),
            "adapter": spec.adapter.resolve().name,
            "adapter_sha256": sha256_of(spec.adapter),
        }
        (work / STYLE_MARK).write_text(json.dumps({"prompt": prompt_style(spec), MERGED: mark}, indent=1) + "\n")
        (work / "README.md").write_text(_README.format(**mark), encoding="utf-8")
        check(ModelSpec(out.name, work))
        work.chmod(0o755)  # mkdtemp's own is for one user alone; a server is often another
        if out.exists():
            out.rmdir()
        os.replace(work, out)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    seconds = round(time.monotonic() - began, 1)
    return {"out": str(out), "bytes": copied, "tensors": len(changes), "lost": lost, "seconds": seconds, **mark}


# ---- before anything is written --------------------------------------------------------------------


def _refuse(spec: ModelSpec, out: Path) -> list[str]:
    """The names of the base's files to copy. Raises ModelError for what cannot be merged or written."""
    if spec.adapter is None:
        raise ModelError(f"{spec.name} has no adapter: there is nothing to merge; give an adapter's folder.")
    if spec.bits not in (0, 16):
        raise ModelError(f"What is merged keeps the base's own type; leave out @{spec.bits}bit.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ModelError(f"{out} is there already; give a new or an empty folder.")
    if read_json(spec.base / "config.json").get("quantization_config"):
        raise ModelError(
            f"The base in {spec.base} is quantised: a change would be lost in its few bits; merge into the same model "
            "of 16 bits."
        )
    index = read_json(spec.base / "model.safetensors.index.json").get("weight_map")
    weights = {str(name) for name in index.values()} if isinstance(index, dict) else {"model.safetensors"}
    skipped = (*PICKLES, ".safetensors", ".py")
    names = {
        file.name
        for file in spec.base.iterdir()
        if file.is_file() and file.suffix not in skipped and file.name not in _NOT_COPIED and file.name[0] != "."
    }
    return sorted(names) + sorted(weights)


def _room(need: int, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if need + SPARE_DISK_BYTES > free:
        raise ModelError(
            f"The whole model takes {need / 1e9:.1f} GB and {folder} has {free / 1e9:.1f} GB free; choose another disk."
        )


def _memory(changes: dict, places: dict[str, _Place], adapter: int) -> None:
    import math

    import psutil

    need = HELD_BYTES * max(math.prod(places[name].shape) for name in changes) + 2 * adapter + LIBRARIES_BYTES
    free = psutil.virtual_memory().available
    if need > free:
        raise ModelError(
            f"Merging needs about {need / 1e9:.1f} GB of memory and {free / 1e9:.1f} GB are free; close other programs."
        )


def _called(base: Path) -> str:
    """The base's name without this machine's folders: the hub's, or its folder's."""
    from inference.models.profiles import profile_behind

    profile = profile_behind(str(base.absolute()))
    return profile.hub if profile else base.absolute().name


# ---- names -----------------------------------------------------------------------------------------


def _empty(base: Path, files: list[str]):
    """The base's model without weights, and of each of its tensors where it lies on disk; those tied to another lie
    nowhere. Names on disk differ from a model's: transformers' own rules take one to the other as when it loads."""
    import torch
    import transformers
    from transformers.conversion_mapping import get_model_conversion_mapping
    from transformers.core_model_loading import WeightConverter, WeightRenaming, rename_source_key

    transformers.logging.set_verbosity_error()
    config = transformers.AutoConfig.from_pretrained(str(base), **LOCAL)
    with torch.device("meta"):
        model = transformers.AutoModelForImageTextToText.from_config(config, dtype=torch.float32)
    # One zero seen as a whole tensor: on the device "meta" peft would leave its own weights without values too.
    for module in model.modules():
        for name, weight in list(module.named_parameters(recurse=False)):
            setattr(module, name, torch.nn.Parameter(torch.zeros(()).expand(weight.shape), requires_grad=False))
    rules = get_model_conversion_mapping(model)
    renamings = [rule for rule in rules if isinstance(rule, WeightRenaming)]
    converters = [rule for rule in rules if isinstance(rule, WeightConverter)]
    state = model.state_dict()
    places = {}
    for file in (base / name for name in files if name.endswith(".safetensors")):
        begin, tensors = tensor_table(file)
        for name, tensor in tensors.items():
            inside, converted = rename_source_key(name, renamings, converters, model.base_model_prefix, state)
            if inside not in state and name in state:
                inside, converted = name, None
            if inside in state and converted is None and tuple(tensor["shape"]) == tuple(state[inside].shape):
                offset = begin + tensor["data_offsets"][0]
                places[inside] = _Place(file.name, name, tensor["dtype"], tuple(tensor["shape"]), offset)
    for one, other in model.all_tied_weights_keys.items():  # one table for two layers: neither can be changed alone
        places.pop(one, None)
        places.pop(other, None)
    return model, places


def _changes(tuned, places: dict[str, _Place]) -> Iterator[tuple[str, Callable]]:
    """Of each tensor that the adapter changes its name in the model, and what makes the new one (32 bits) of the old.
    Raises ModelError for an adapter that changes what is not one tensor on disk, or that changes none."""
    from peft.tuners.lora.layer import ParamWrapper
    from peft.tuners.tuners_utils import BaseTunerLayer
    from peft.utils.other import AuxiliaryTrainingWrapper, ModulesToSaveWrapper

    if getattr(tuned.peft_config[tuned.active_adapter], "bias", "none") != "none":
        raise ModelError("The adapter changes biases, which cannot be merged here.")
    found = False
    for name, module in tuned.get_base_model().named_modules():
        whole = isinstance(module, ModulesToSaveWrapper)
        if isinstance(module, ParamWrapper) or (isinstance(module, AuxiliaryTrainingWrapper) and not whole):
            raise ModelError(f"The adapter changes {name} in a way that cannot be merged here.")
        if whole:
            new = module.modules_to_save[tuned.active_adapter].state_dict()
            made = {part: lambda old, weight=weight: weight.float() for part, weight in new.items()}
        elif isinstance(module, BaseTunerLayer):
            made = {"weight": lambda old, layer=module: _sum(layer, old)}
        else:
            continue
        for part, make in made.items():
            place = places.get(f"{name}.{part}")
            if place is None:
                raise ModelError(
                    f"The adapter changes {name}.{part}, which the base's files do not hold as one tensor of its own."
                )
            if place.kind not in STORED:
                raise ModelError(f"The base stores {place.name} as {place.kind}; merge into one of 16 or 32 bits.")
            found = True
            yield f"{name}.{part}", make
    if not found:
        raise ModelError("The adapter changes no weights of the base, so it cannot be merged.")


# ---- the sum ---------------------------------------------------------------------------------------


def _sum(layer, old):
    """peft's own merge of one layer: its base's weight `old` (float32) with the change added."""
    import torch

    inner = layer.get_base_layer()
    bare = inner.weight
    inner.weight = torch.nn.Parameter(old.clone(), requires_grad=False)
    layer.merge()
    new, inner.weight = inner.weight.data, bare
    return new


def _write(
    changes: dict[str, Callable], places: dict[str, _Place], base: Path, work: Path, say: Callable[[str], None]
) -> float:
    """Change the tensors in the files of `work`, read from those of `base`; what rounding takes of the change."""
    import torch
    from safetensors import safe_open

    changed = rounded_off = 0.0
    told = -1
    for number, (name, make) in enumerate(changes.items()):
        share = 100 * number // len(changes) // 10 * 10
        if share != told:
            told = share
            say(f"adding the adapter, {share} %")
        place = places[name]
        with safe_open(base / place.file, "pt") as tensors, torch.inference_mode():
            old = tensors.get_tensor(place.name).float()
            new = make(old)
            stored = new.to(getattr(torch, STORED[place.kind])).contiguous()
            if not torch.isfinite(stored).all():
                raise ModelError(f"The sum for {name} is no number in {STORED[place.kind]}; the adapter is damaged.")
            changed += float((new - old).square().sum())
            rounded_off += float((stored.float() - new).square().sum())
        with (work / place.file).open("r+b") as stream:
            stream.seek(place.offset)
            stream.write(stored.flatten().view(torch.uint8).numpy().data)
    if not changed:
        raise ModelError("The adapter changes nothing: it was never trained.")
    return (rounded_off / changed) ** 0.5
