"""`carm merge`: one model of a base and its adapter says what the two say, and nothing half-made is left."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from tiny_families import FAMILIES, build, build_adapter
from typer.testing import CliRunner

from carm_gui import cli_models
from carm_gui.cli import app
from inference.ask import request_for
from inference.models import merge as merging
from inference.models.folder import STYLE_MARK, ModelSpec, find, mark_base, sha256_of
from inference.models.interface import ModelError
from inference.models.merge import merge
from inference.models.profiles import open_here, spec_of
from inference.models.transformers import TransformersModel
from inference.prompts import TASKS

cli_models.register(app)
VISION = {"gemma3": "vision_tower", "llava": "vision_tower", "qwen2_5_vl": "visual", "idefics3": "vision_model"}


@pytest.fixture(scope="module", params=FAMILIES)
def family(request, tmp_path_factory):
    base = build(request.param, tmp_path_factory.mktemp(request.param) / "base")
    build_adapter(base)
    return request.param, base


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    base = build("gemma3", tmp_path_factory.mktemp("gemma") / "base")
    build_adapter(base)
    return base


def spec(base, **more) -> ModelSpec:
    return ModelSpec("tuned", base, base.parent / "adapter", **more)


def asked(model, task: str, seed: int):
    size = model.info.picture_size
    pixels = np.random.default_rng(seed).integers(0, 256, (size, size)).astype(np.uint8)
    return replace(request_for(model.info, task, pixels, f"Look: {task}."), max_tokens=24)


def replies(model) -> list[str]:
    return ["".join(model.stream(asked(model, task, seed))) for seed, task in enumerate(sorted(TASKS))]


def test_a_merged_model_says_what_base_and_adapter_say(family, tmp_path):
    """Through the app's own road, the same words; both towers changed, and only what the adapter changes."""
    kind, base = family
    out = tmp_path / "whole"
    done = merge(spec(base), out)
    whole = open_here(str(out), device="cpu")
    assert replies(whole) == replies(TransformersModel(base, base.parent / "adapter"))
    assert replies(whole) != replies(TransformersModel(base))

    old, new = load_file(base / "model.safetensors"), load_file(out / "model.safetensors")
    assert old.keys() == new.keys()
    changed = {name for name in old if not old[name].equal(new[name])}
    taught = {name for name in load_file(base.parent / "adapter" / "adapter_model.safetensors") if "lora_A" in name}
    assert len(changed) == len(taught) == done["tensors"]
    assert {VISION[kind] in name for name in changed} == {True, False}
    assert {file.name for file in out.iterdir()} == {file.name for file in base.iterdir()} | {"README.md"}

    assert whole.info.prompt_style == "full"
    for part in ("base", "adapter"):
        digest = sha256_of(base if part == "base" else base.parent / "adapter")
        assert done[f"{part}_sha256"] == digest
        assert digest in whole.info.note
        assert digest in (out / "README.md").read_text()


def test_sixteen_bits_in_several_files_are_the_rounded_sum(base, tmp_path):
    """Each weight is the sum in 32 bits, rounded once; and what that takes of the change is told."""
    import torch
    import transformers as tf

    half = shutil.copytree(base, tmp_path / "base")
    model = tf.AutoModelForImageTextToText.from_pretrained(half, dtype=torch.bfloat16)
    (half / "model.safetensors").unlink()
    model.save_pretrained(half, max_shard_size="200KB")
    shutil.copytree(base.parent / "adapter", tmp_path / "adapter")
    shutil.copy(next(half.glob("model-*.safetensors")), half / "consolidated.safetensors")
    done = merge(spec(half), tmp_path / "whole")

    assert not (tmp_path / "whole" / "consolidated.safetensors").exists()
    (first, second), (old, new) = ({}, {}), (half, tmp_path / "whole")
    for folder, held in ((old, first), (new, second)):
        for file in sorted(folder.glob("model-*.safetensors")):
            held.update(load_file(file))
    taught = load_file(tmp_path / "adapter" / "adapter_model.safetensors")
    layer = "layers.1.self_attn.o_proj"
    (down,) = (weight for name, weight in taught.items() if f"language_model.{layer}.lora_A" in name)
    (up,) = (weight for name, weight in taught.items() if f"language_model.{layer}.lora_B" in name)
    (name,) = (name for name in first if layer in name and "language" in name)
    assert second[name].equal((first[name].float() + 2.0 * up @ down).to(torch.bfloat16))  # alpha 8 over rank 4
    assert 1e-4 < done["lost"] < 0.1
    one, other = (TransformersModel(new), TransformersModel(old, tmp_path / "adapter"))
    inputs = other.inputs(asked(other, "navigation", 0))
    with torch.inference_mode():
        theirs, ours = (model.model(**inputs).logits[0, -1] for model in (other, one))
    assert float((theirs - ours).abs().max() / theirs.std()) < 0.2


@pytest.mark.parametrize("more", [{"use_dora": True}, {"modules_to_save": ["multi_modal_projector"]}])
def test_more_than_plain_lora_is_merged_too(base, tmp_path, more):
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForImageTextToText

    torch.manual_seed(3)
    model = AutoModelForImageTextToText.from_pretrained(base)
    tuned = get_peft_model(model, LoraConfig(r=4, target_modules=["q_proj", "fc1"], **more))
    for name, weight in tuned.named_parameters():
        if "lora_" in name or "modules_to_save" in name:
            torch.nn.init.normal_(weight, std=0.3)
    tuned.save_pretrained(tmp_path / "adapter")
    merge(ModelSpec("tuned", base, tmp_path / "adapter"), tmp_path / "whole")
    whole = replies(TransformersModel(tmp_path / "whole"))
    assert whole == replies(TransformersModel(base, tmp_path / "adapter"))
    assert whole != replies(TransformersModel(base))


def test_the_model_that_ships_merges_into_one_that_is_asked_as_it_was(tmp_path):
    merge(spec_of("embedded"), tmp_path / "whole")
    whole, parts = open_here(str(tmp_path / "whole"), device="cpu"), open_here("embedded")
    assert replies(whole) == replies(parts)
    assert whole.info.prompt_style == parts.info.prompt_style == "compact"


# ---- what is refused -------------------------------------------------------------------------------


def refused(match: str, of: ModelSpec, out) -> None:
    before = sorted(out.parent.iterdir())
    with pytest.raises(ModelError, match=match) as error:
        merge(of, out)
    assert "\n" not in str(error.value)
    assert sorted(out.parent.iterdir()) == before


def test_what_cannot_be_merged_is_one_sentence(base, tmp_path):
    out = tmp_path / "whole"
    refused("has no adapter", ModelSpec("plain", base), out)
    refused("leave out @4bit", spec(base, bits=4), out)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    refused("is there already", spec(base), tmp_path / "full")

    room = tmp_path / "room"
    shutil.copytree(base.parent, room)
    other = find(room / "adapter")
    (room / "adapter" / "base.sha256").write_text("0" * 64)
    refused("trained on another base", other, room / "whole")
    mark_base(room / "adapter", room / "base")
    config = json.loads((room / "base" / "config.json").read_text())
    (room / "base" / "config.json").write_text(json.dumps(config | {"quantization_config": {"load_in_4bit": True}}))
    refused("is quantised", other, room / "whole")
    (room / "base" / "config.json").write_text(json.dumps(config))
    weights = load_file(room / "base" / "model.safetensors")
    name = next(name for name in weights if "q_proj.weight" in name)
    save_file(weights | {name: weights[name].byte()}, room / "base" / "model.safetensors", {"format": "pt"})
    mark_base(room / "adapter", room / "base")
    refused("stores .*q_proj.weight as U8", other, room / "whole")
    del weights[name]
    save_file(weights, room / "base" / "model.safetensors", {"format": "pt"})
    mark_base(room / "adapter", room / "base")
    refused("do not hold as one tensor of its own", other, room / "whole")


def test_words_tied_to_the_output_cannot_change_alone(tmp_path):
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForImageTextToText

    base = shutil.copytree(spec_of("embedded").base, tmp_path / "base")
    model = AutoModelForImageTextToText.from_pretrained(base)
    get_peft_model(model, LoraConfig(r=2, target_modules=["embed_tokens"])).save_pretrained(tmp_path / "adapter")
    refused("embed_tokens.weight, which the base's files do not hold", spec(base), tmp_path / "whole")


def test_too_little_disk_or_memory_is_said_before_anything_is_written(base, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda folder: type("Disk", (), {"free": 100_000_000}))
        refused(r"takes 0\.0 GB and .* has 0\.1 GB free", spec(base), tmp_path / "whole")
    memory = type("Memory", (), {"available": 500_000_000})
    monkeypatch.setattr("psutil.virtual_memory", lambda: memory)
    refused(r"needs about 0\.6 GB of memory and 0\.5 GB are free", spec(base), tmp_path / "whole")


def test_a_merge_that_is_broken_off_leaves_nothing(base, tmp_path, monkeypatch):
    def broken(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(merging, "_write", broken)
    with pytest.raises(KeyboardInterrupt):
        merge(spec(base), tmp_path / "whole")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_adapter_is_not_written(base, tmp_path):
    shutil.copytree(base.parent, tmp_path / "room")
    file = tmp_path / "room" / "adapter" / "adapter_model.safetensors"
    taught = load_file(file)
    name = next(iter(taught))
    save_file(taught | {name: taught[name] * float("inf")}, file, {"format": "pt"})
    refused("is no number in float32; the adapter is damaged", find(tmp_path / "room"), tmp_path / "room" / "whole")


def test_the_command_prints_what_it_made(base, tmp_path):
    out = tmp_path / "new" / "whole"
    done = CliRunner().invoke(app, ["merge", str(base.parent / "adapter"), "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["out"] == str(out)
    assert told["base"] == "base"
    assert json.loads((out / STYLE_MARK).read_text())["merged"]["adapter_sha256"] == told["adapter_sha256"]
    with safe_open(out / "model.safetensors", "pt") as tensors:
        assert tensors.metadata() == {"format": "pt"}
    again = CliRunner().invoke(app, ["merge", str(base), "--out", str(tmp_path / "b")])
    assert again.exit_code == 1
    assert "has no adapter" in again.output
