"""The big families on tiny real models of their own classes: loading, 4 and 8 bits, the kept prefix, replies held to
form, cancel; and the profiles' arithmetic against the architectures themselves."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny_families import FAMILIES, build, build_adapter

from inference.ask import request_for
from inference.constraint import constraint
from inference.models import catalogue
from inference.models.families import BY_NAME, PROFILES
from inference.models.fit import Machine, Room, fit, need_of, place
from inference.models.folder import BASE_MARK, ModelSpec, mark_base, sha256_of
from inference.models.interface import Cancelled, ModelError
from inference.models.on_disk import find_profile
from inference.models.profiles import open_here, spec_of, split_options
from inference.models.transformers import TransformersModel
from inference.preamble import preamble
from inference.prompts import TASKS, navigate_prompt, quantise
from inference.reply import ReplyReader

GB = 1_000_000_000
LINES = {
    "navigation": navigate_prompt("t1"),
    "localization": "Localize: two landmarks.",
    "retrieval": "Retrieve: three landmarks.",
    "correction": "Correct [1,2]. Clinician: look again",
}


@pytest.fixture(scope="module", params=FAMILIES)
def base(request, tmp_path_factory):
    return build(request.param, tmp_path_factory.mktemp(request.param) / "base")


@pytest.fixture(scope="module")
def model(base):
    return TransformersModel(base)


@pytest.fixture(scope="module")
def formed(base):
    return TransformersModel(base, constrained=True)


@pytest.fixture(scope="module")
def quarter(base):
    return TransformersModel(base, adapter=build_adapter(base), bits=4)


def asked(model, task: str = "navigation", tokens: int = 16, seed: int = 0):
    size = model.info.picture_size
    shade = np.linspace(0, 255, size, dtype=np.uint8)
    pixels = np.broadcast_to([shade[:, None], shade[None, ::-1], 255 - shade[:, None]][seed], (size, size))
    return replace(request_for(model.info, task, pixels, LINES[task]), max_tokens=tokens)


def said(model, request) -> str:
    return "".join(model.stream(request))


# ---- running ---------------------------------------------------------------------------------------


def test_each_class_streams_sees_and_is_asked_in_full(model):
    request = asked(model)
    assert model.info.prompt_style == "full"
    assert request.preamble == preamble("navigation")
    assert len(list(model.stream(request))) > 3
    assert said(model, request) == said(model, request)
    assert float((_next(model, request) - _next(model, asked(model, seed=1))).abs().max()) > 1e-3  # it sees
    assert model.model.config._attn_implementation == "sdpa"


def _next(model, request):
    import torch

    with torch.inference_mode():
        return model.model(**model.inputs(request)).logits[0, -1]


def _logits(model, request, kept: bool):
    """Logits (steps, vocabulary) of the reply's first tokens."""
    import torch

    inputs = model.inputs(request)
    made = model.model.generate(
        **inputs,
        past_key_values=model._prefixes.for_inputs(inputs) if kept else None,
        max_new_tokens=request.max_tokens,
        do_sample=False,
        output_logits=True,
        return_dict_in_generate=True,
    )
    return torch.cat(made.logits)


def test_the_kept_prefix_changes_nothing(model):
    """Logits and not words alone: a picture whose mask or positions are lost moves few words of a random model. The
    beginning is longer than Gemma-3's sliding window here, and Qwen2.5-VL counts positions in three axes."""
    window = getattr(model.model.config.get_text_config(), "sliding_window", None)
    asks = [asked(model, task, 6, n) for n, task in enumerate(("navigation", "correction", "navigation"))]
    for request in asks:
        plain, kept = _logits(model, request, False), _logits(model, request, True)
        assert float((plain - kept).abs().max() / plain.std()) < 1e-4
    assert model._prefixes.hits >= 1
    assert window is None or min(map(len, model._prefixes._kept)) > window


def test_a_kept_prefix_is_not_written_to_and_not_copied(model):
    request = asked(model, tokens=12)
    said(model, request)
    (*_, cache) = model._prefixes._kept.values()
    before = [(layer.keys.data_ptr(), layer.keys.clone(), layer.get_seq_length()) for layer in cache.layers]
    said(model, request)
    for layer, (spot, keys, length) in zip(cache.layers, before, strict=True):
        assert (layer.keys.data_ptr(), layer.get_seq_length()) == (spot, length)
        assert layer.keys.equal(keys)


def test_nothing_is_kept_where_transformers_continues_it_wrongly(monkeypatch):
    import transformers

    from inference.models import prefix

    assert prefix.sound()
    monkeypatch.setattr(transformers, "__version__", "5.22.1")
    assert prefix.PrefixCache(None).for_inputs({}) is None
    monkeypatch.setattr(transformers, "__version__", "6.0.0.dev0")
    assert prefix.sound()


def test_a_cancel_stops_inside_the_prefix_and_leaves_nothing_half_kept(base):
    model = TransformersModel(base)
    count = []

    def stopped() -> bool:
        count.append(True)
        return len(count) >= 3

    with pytest.raises(Cancelled):
        model.reply(asked(model), print, stopped)
    assert len(count) == 3
    again = said(model, asked(model))
    assert again == said(TransformersModel(base), asked(model))


def test_four_bits_with_an_adapter_answer_as_peft_does(quarter, base):
    """The road's tokens are those of transformers, bitsandbytes and peft put together by hand."""
    import bitsandbytes as bnb
    import torch
    from peft import PeftModel
    from transformers import AutoModelForImageTextToText, BitsAndBytesConfig

    by_hand = AutoModelForImageTextToText.from_pretrained(
        base,
        dtype=torch.float32,
        quantization_config=BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.float32,
        ),
    )
    by_hand = PeftModel.from_pretrained(by_hand, base.parent / "adapter").eval()
    assert any(isinstance(module, bnb.nn.Linear4bit) for module in quarter.model.modules())
    request = asked(quarter)
    inputs = quarter.inputs(request)
    with torch.inference_mode():
        tokens = by_hand.generate(**inputs, max_new_tokens=16, do_sample=False)[0, inputs["input_ids"].shape[1] :]
    assert said(quarter, request) == quarter.processor.tokenizer.decode(tokens, skip_special_tokens=True)
    assert quarter.info.bits == 4
    assert quarter.info.parameters > sum(p.numel() for p in by_hand.get_base_model().parameters())  # two in a byte


@pytest.mark.parametrize("bits", [4, 8])
def test_the_lean_adapter_adds_what_pefts_adds(base, bits):
    import torch
    from peft import PeftModel

    from inference.models.lora import Taught
    from inference.models.weights import load_weights

    peft = PeftModel.from_pretrained(load_weights(base, bits, "cpu"), build_adapter(base)).eval()
    model = TransformersModel(base, adapter=base.parent / "adapter", bits=bits)
    with torch.inference_mode():
        theirs = peft(**model.inputs(asked(model))).logits[0, -1]
        with peft.disable_adapter():
            untaught = peft(**model.inputs(asked(model))).logits[0, -1]
    layers = [module for module in model.model.modules() if isinstance(module, Taught)]
    assert len(layers) == sum(hasattr(module, "lora_A") for module in peft.modules())
    assert float((_next(model, asked(model)) - theirs).abs().max() / theirs.std()) < 1e-3
    assert float((untaught - theirs).abs().max() / theirs.std()) > 0.1


def test_an_adapter_that_is_more_than_lora_stays_pefts(base, tmp_path):
    from peft import LoraConfig, PeftModel, get_peft_model

    from inference.models.weights import load_weights, with_adapter

    get_peft_model(
        load_weights(base, 32, "cpu"), LoraConfig(r=4, target_modules=["q_proj"], use_dora=True)
    ).save_pretrained(tmp_path)
    assert isinstance(with_adapter(load_weights(base, 32, "cpu"), tmp_path, merge=False), PeftModel)


def test_weights_that_are_not_there_are_not_made_up(base, tmp_path):
    """transformers would draw a layer that the files lack at random, and peft ignore one that the model has not."""
    lacking = shutil.copytree(base, tmp_path / "base")
    _without(lacking / "model.safetensors", "layers.1.mlp")
    with pytest.raises(ModelError, match=r"lacks \d of its weights \(.*layers\.1\.mlp"):
        TransformersModel(lacking)
    elsewhere = shutil.copytree(build_adapter(base), tmp_path / "adapter")
    _without(elsewhere / "adapter_model.safetensors", "lora_B")
    for bits in (0, 4):
        with pytest.raises(ModelError, match="names layers that this model has not"):
            TransformersModel(base, adapter=elsewhere, bits=bits)


def _without(file, part: str) -> None:
    from safetensors.torch import load_file, save_file

    save_file({key: weight for key, weight in load_file(file).items() if part not in key}, file, {"format": "pt"})


def test_merging_at_sixteen_bits_costs_less_than_sixteen_bits_do(base):
    """Against 32 bits: an adapter merged into bfloat16 weights may err twice as much as one beside them, no more."""
    import torch
    from peft import PeftModel

    from inference.models.weights import load_weights, with_adapter

    adapter = build_adapter(base)
    exact = TransformersModel(base, adapter=adapter)
    merged = with_adapter(load_weights(base, 16, "cpu"), adapter, merge=True)
    beside = PeftModel.from_pretrained(load_weights(base, 16, "cpu"), adapter)
    inputs = exact.inputs(asked(exact))
    with torch.inference_mode():
        truth, one, other = (model(**inputs).logits[0].float() for model in (exact.model, merged, beside))
    assert (one - truth).square().mean() < 4 * (other - truth).square().mean()


def test_eight_bits_answer(base):
    model = TransformersModel(base, bits=8)
    assert model.info.bits == 8
    assert said(model, asked(model))


@pytest.mark.parametrize("task", TASKS)
def test_a_random_model_held_to_form_is_understood(formed, task):
    """Held to their form, replies of random weights pass the strict reader but for what the form cannot know."""
    model = formed
    reader = ReplyReader(task, "t1" if task == "navigation" else None)
    text = said(model, asked(model, task, tokens=700))
    reader.feed(text)
    prediction, proposal = reader.finish(0)
    assert re.fullmatch(constraint(task), text)
    assert prediction.valid or "twice" in prediction.problem or "speaks against" in prediction.problem
    assert (proposal is not None) == (task == "navigation" and prediction.valid)


def test_forms_take_what_training_teaches_and_refuse_the_rest():
    from inference import prompts

    x, along = quantise(40, "x"), quantise(0, "y")
    good = prompts.navigate_reply(
        "t1", *x, *along, prompts.reason_x("t1", "skull", *x), prompts.reason_y("t1", "skull", *along)
    )
    assert re.fullmatch(constraint("navigation"), good)
    for wrong in ("<x>LEFT</x><extent_x>NONE", "<x>CENTER</x><extent_x>SMALL", "<x>UP</x><extent_x>SMALL"):
        assert not re.fullmatch(constraint("navigation"), re.sub("<x>LEFT</x><extent_x>SMALL", wrong, good))
    assert re.fullmatch(constraint("localization"), prompts.locate_reply(["t1", "carina"]))
    assert not re.fullmatch(constraint("localization"), "[10,10]")
    assert not re.fullmatch(constraint("localization"), "[0,15]")
    assert re.fullmatch(constraint("retrieval"), prompts.retrieval_reply(["t1", "t12", "skull"]))
    reasoning = prompts.correction_reasoning(prompts.heard("name", "skull"), ["t1", "carina"], absent="skull")
    answer = prompts.correct_reply(reasoning, ["t1", "carina"])
    assert re.fullmatch(constraint("correction"), answer)


def test_a_general_model_is_not_listened_to_after_its_answer():
    """What follows the closing tag is not waited for, wherever the pieces break; the embedded model ends by itself."""
    from doubles import ScriptedModel, move_reply

    from inference.models.interface import ModelInfo
    from inference.navigate import navigate
    from sim.frame import Frame
    from sim.pose import CArmPose

    frame = Frame(np.full((64, 64), 8000, np.uint16), 3.0, CArmPose(), 1, 0.0)
    for style, piece in (("full", 12), ("full", 1), ("full", 5000), ("compact", 12)):
        model = ScriptedModel(move_reply("LEFT", "SMALL") + " I hope that this helps. " * 20, piece=piece)
        model.info = ModelInfo("general", prompt_style=style, picture_size=64)
        *_, step = navigate(model, frame, "skull")
        assert step.prediction.valid
        assert ("hope" not in step.prediction.raw[-30:]) == (style == "full" and piece < 5000)


# ---- arithmetic ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["gemma-3-4b", "gemma-3-27b", "qwen2.5-vl-7b", "qwen2.5-vl-32b"])
def test_the_numbers_are_those_of_the_architecture(name):
    """Built without weights, the class of a profile has as many parameters, linear ones and adapter ones as it says."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForImageTextToText

    from inference.models.families import LORA_RANK
    from inference.models.random_weights import ATTENTION, config_of

    profile = BY_NAME[name]
    with torch.device("meta"):
        model = AutoModelForImageTextToText.from_config(config_of(profile))
        assert type(model).__name__ == profile.classname
        assert sum(weight.numel() for weight in model.parameters()) == profile.parameters
        linear = (m for n, m in model.named_modules() if isinstance(m, torch.nn.Linear) and n != "lm_head")
        assert sum(module.weight.numel() for module in linear) == profile.quantised
        tuned = get_peft_model(model, LoraConfig(r=LORA_RANK, target_modules=ATTENTION))
    assert sum(weight.numel() for weight in tuned.parameters() if weight.requires_grad) == profile.adapter


def test_a_quantised_weight_takes_the_bits_that_the_formula_says():
    """bitsandbytes' own NF4 with double quantisation, on a layer of Gemma-3 4B's width; its look-up tables are left
    out, which a model has once a layer (3 KB)."""
    import torch
    from bitsandbytes.nn import Linear4bit

    from inference.models.families import STORED_BITS

    layer = Linear4bit(2560, 1024, bias=False, quant_type="nf4", compress_statistics=True)
    layer.weight.data.copy_(torch.randn(1024, 2560))
    layer = layer.to("cpu")
    layer(torch.zeros(1, 2560))  # quantised at the first use on a processor
    state = layer.weight.quant_state
    parts = (layer.weight.data, state.absmax, state.state2.absmax)
    stored = sum(part.numel() * part.element_size() for part in parts)
    assert layer.weight.data.dtype == torch.uint8
    assert 8 * stored / (2560 * 1024) == pytest.approx(STORED_BITS[4], abs=0.002)


def test_memory_grows_with_bits_and_says_what_fits():
    for profile in PROFILES:
        need = profile.table()
        assert need[4] < need[8] < need[16]
        assert need[16] * GB > profile.parameters * 2
    small, large = BY_NAME["gemma-3-4b"], BY_NAME["gemma-3-27b"]
    laptop = Machine("", 0, 0, 16 * GB, 7 * GB)
    assert fit(small, laptop).bits in (4, 8)
    assert fit(large, laptop).bits is None
    assert "7.0 GB are free" in fit(large, laptop).sentence
    server = Machine("a GPU", 80 * GB, 78 * GB, 128 * GB, 100 * GB)
    assert (fit(large, server).bits, fit(large, server).device) == (16, "cuda")
    without = replace(server, gpu_free=24 * GB, ram_free=24 * GB, quantises=False)
    assert "bitsandbytes" in fit(large, without).sentence


def test_what_does_not_fit_never_needs_less_than_is_free():
    """On a processor what is not quantised takes 32 bits: the sentence must count that too."""
    for profile in PROFILES:
        for free in range(4, 80):
            said = fit(profile, Machine("", 0, 0, int(free * 1e9), int(free * 1e9))).sentence
            if told := re.search(r"needs ([\d.]+) GB at 4 bits, ([\d.]+) GB are free", said):
                assert float(told[1]) >= float(told[2]), said


def test_the_readme_tells_of_each_model_what_the_formula_says():
    """Of memory and of what fits: a processor's memory is free to four fifths, a card's but for a thirtieth."""
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")]
    machines = [Machine("", 0, 0, 32 * 10**9, int(25.6e9))]
    machines += [Machine("card", gb * 10**9, int(gb * 0.97e9), 0, 0) for gb in (24, 48, 80)]
    for profile in PROFILES:
        (row,) = [row for row in rows if profile.name in row[0].split(", ")]
        memory = [float(part) for part in re.sub(r"\(.*?\)", "", row[1]).split("/")]
        assert memory == list(profile.table().values()), profile.name
        assert row[2] == " / ".join(str(fit(profile, machine).bits) for machine in machines), profile.name


def test_bits_are_chosen_by_what_is_free(tmp_path):
    """Of a model that is none of the published ones: 24 GB of weights."""
    with (tmp_path / "model.safetensors").open("wb") as weights:
        weights.truncate(24 * GB)
    need = need_of(tmp_path)

    def chosen(free: int, asked: int = 0, device: str = "cuda"):
        return place(need, [Room(device, free * GB)], asked=asked)

    assert [chosen(free).bits for free in (60, 20, 12, 3)] == [16, 8, 4, None]
    assert chosen(60, 4).bits == 4
    assert re.search(r"needs .* GB at 4 bits, 3\.0 GB are free", chosen(3).sentence)
    assert re.search(r"needs .* GB at 8 bits, 12\.0 GB are free", chosen(12, 8).sentence)
    assert [chosen(16, device=device).bits for device in ("cuda", "cpu")] == [8, 4]  # the rest takes 32 bits there


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_what_the_doctor_says_is_what_loading_does(profile, tmp_path, monkeypatch):
    """On every machine, with a GPU or without: the same device and bits, and the same reason where none fits."""
    import torch

    from inference.models.transformers import _place

    spec = ModelSpec(profile.name, lay(tmp_path / "base", profile))
    with (spec.base / "model.safetensors").open("r+b") as weights:
        weights.truncate(int(profile.weights_bytes(16)))
    seen = set()
    for gpu, ram in itertools.product((0, 6, 8, 12, 24, 80), range(3, 80, 2)):
        machine = Machine("a GPU" if gpu else "", gpu * GB, gpu * GB, ram * GB, ram * GB)
        monkeypatch.setattr("psutil.virtual_memory", lambda ram=ram: type("Memory", (), {"available": ram * GB}))
        monkeypatch.setattr(torch.cuda, "is_available", lambda gpu=gpu: gpu > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
        monkeypatch.setattr(torch.cuda, "set_device", lambda card: None)
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda card, gpu=gpu: (gpu * GB, gpu * GB))
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda card: "a GPU")
        said = fit(profile, machine)
        if said.bits is None:
            with pytest.raises(ModelError, match=re.escape(said.sentence)):
                _place(spec, "auto")
        else:
            assert _place(spec, "auto") == (said.device, said.bits)
        seen.add((said.device, said.bits))
    assert {("", None), ("cpu", 4), ("cuda", 4)} <= seen


# ---- names and folders -----------------------------------------------------------------------------


def lay(folder, profile, tmp: bool = True):
    """A folder that looks like the profile's base: its config and a stand-in for its weights."""
    folder.mkdir(parents=True)
    sizes = {"hidden_size": profile.width, "num_hidden_layers": profile.layers, "vocab_size": profile.vocabulary}
    (folder / "config.json").write_text(json.dumps({"model_type": profile.kind, "text_config": sizes}))
    (folder / "model.safetensors").write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    return folder


@pytest.fixture
def empty(tmp_path, monkeypatch):
    for name in ("HF_HUB_CACHE", "HF_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "hub"))
    monkeypatch.setenv("CARM_MODELS", str(tmp_path / "mine"))
    monkeypatch.setattr("inference.models.on_disk.data_dir", lambda *parts: tmp_path.joinpath("data", *parts))
    return tmp_path


def test_a_model_that_is_not_here_says_how_to_get_it_and_is_not_fetched(empty):
    with pytest.raises(ModelError, match=r"Gemma-3 12B is not on this machine; accept its licence at .*12b-it, fetch"):
        spec_of("gemma-3-12b")
    with pytest.raises(ModelError, match=r"not on this machine; fetch it with `hf download Qwen"):
        spec_of("qwen2.5-vl-7b")


def test_a_model_is_found_in_the_users_folder_and_in_the_hub_cache(empty):
    profile = BY_NAME["gemma-3-4b"]
    snapshot = empty / "hub" / "models--google--gemma-3-4b-it" / "snapshots" / "abc"
    lay(snapshot, profile)
    (snapshot.parents[1] / "refs").mkdir()
    (snapshot.parents[1] / "refs" / "main").write_text("abc")
    assert spec_of("gemma-3-4b").base == snapshot
    mine = lay(empty / "mine" / "gemma-3-4b", profile)
    assert spec_of("gemma-3-4b@4bit,form") == replace(spec_of("gemma-3-4b"), bits=4, constrained=True)
    assert spec_of("gemma-3-4b").base == spec_of("Gemma-3-4B").base == spec_of("google/gemma-3-4b-it").base == mine
    entry = next(e for e in catalogue.catalogue() if e.name == "gemma-3-4b")
    assert entry.here
    assert str(mine) in entry.where


def test_half_a_download_and_another_model_are_not_taken(empty):
    profile = BY_NAME["gemma-3-4b"]
    folder = lay(empty / "mine" / "gemma-3-4b", profile)
    index = {"weight_map": {"a": "model.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    assert "not complete: model-00002" in find_profile(profile)[1]
    shutil.rmtree(folder)
    lay(folder, BY_NAME["gemma-3-12b"])
    assert "holds another model" in find_profile(profile)[1]


def test_an_adapter_alone_finds_its_published_base_and_refuses_another(empty):
    adapter = empty / "tuned"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": "google/gemma-3-4b-it"}))
    (adapter / "adapter_model.safetensors").write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    with pytest.raises(ModelError, match="needs its base: Gemma-3 4B is not on this machine; accept its licence"):
        spec_of(str(adapter))
    base = lay(empty / "mine" / "gemma-3-4b", BY_NAME["gemma-3-4b"])
    assert (spec_of(str(adapter)).base, spec_of(str(adapter)).adapter) == (base, adapter)
    lay(adapter / "base", BY_NAME["gemma-3-12b"])
    with pytest.raises(ModelError, match=r"is for Gemma-3 4B; .* holds another model"):
        spec_of(str(adapter))


@pytest.mark.parametrize(
    "named",
    [
        "/home/a/.cache/huggingface/hub/models--google--gemma-3-4b-it/snapshots/abc",
        "/srv/models/gemma-3-4b",
        r"C:\Users\a\models\Gemma-3-4B",
    ],
)
def test_an_adapter_trained_on_another_machine_finds_its_base_on_this_one(empty, named):
    adapter = empty / "tuned"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": named}))
    (adapter / "adapter_model.safetensors").write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    with pytest.raises(ModelError, match="needs its base: Gemma-3 4B is not on this machine"):
        spec_of(str(adapter))
    base = lay(empty / "mine" / "gemma-3-4b", BY_NAME["gemma-3-4b"])
    mark_base(adapter, base)
    assert spec_of(str(adapter)).base == base
    (adapter / BASE_MARK).write_text("0" * 64)
    with pytest.raises(ModelError, match="trained on another base"):
        spec_of(str(adapter))


def test_any_base_in_the_hub_cache_is_found_by_its_name_by_its_folder_there_and_by_its_adapter(empty):
    """A user's own base, whose name the program does not know."""
    kept = empty / "hub" / "models--someone--their-vl"
    old, new = (lay(kept / "snapshots" / version, BY_NAME["qwen2.5-vl-7b"]) for version in ("aaa", "bbb"))
    (kept / "refs").mkdir()
    for main, base in (("bbb", new), ("aaa", old)):
        (kept / "refs" / "main").write_text(f"{main}\n")
        for name in ("someone/their-vl", str(kept), "someone/their-vl@8bit"):
            assert (spec_of(name).base, spec_of(name).name) == (base, "someone/their-vl")
    adapter = empty / "runs" / "adapter"
    adapter.mkdir(parents=True)
    (adapter / "adapter_model.safetensors").write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    for named in ("someone/their-vl", "/home/a/.cache/huggingface/hub/models--someone--their-vl/snapshots/ccc"):
        (adapter / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": named}))
        # its own folder, and the one in which training left it
        assert spec_of(str(adapter)).base == spec_of(str(adapter.parent)).base == old
        assert spec_of(str(adapter.parent)).adapter == adapter
    for name in ("someone/another", "../hub/none", "a/b/c"):
        with pytest.raises(ModelError, match="There is no"):
            spec_of(name)


@pytest.mark.parametrize("name", ["embedded@5bit", "gemma-3-4b@4bit,fast"])
def test_an_unknown_option_is_said(name):
    with pytest.raises(ModelError, match=r"cannot follow .*; choose 4bit, 8bit, 16bit, form"):
        spec_of(name)


def test_a_name_that_is_near_is_offered_and_two_widths_are_refused():
    with pytest.raises(ModelError, match=r"no model called gemma-12b; choose gemma-3-12b"):
        spec_of("gemma-12b")
    with pytest.raises(ModelError, match="'16bit,4bit' says one thing twice"):
        spec_of("gemma-3-4b@16bit,4bit")


def test_the_doctor_says_how_to_get_what_fits_and_the_licence_once():
    from carm_gui.doctor import _large

    machine = Machine("", 0, 0, 16 * GB, 9 * GB)
    found = {entry.name: _large(entry) for entry in catalogue.catalogue(machine) if entry.memory_gb}
    small, large = found["gemma-3-4b"], found["gemma-3-27b"]
    assert "would run on the processor" in small.found
    assert small.remedy.startswith("Accept its licence at https://huggingface.co/google/gemma-3-4b-it, fetch it with")
    assert f"{small.found} {small.remedy}".count("Gemma Terms of Use") == 1
    assert "does not fit" in large.found
    assert not large.remedy


def test_options_are_options_only_when_all_are_known(tmp_path):
    assert split_options("gemma-3-12b@8bit") == ("gemma-3-12b", {"bits": 8})
    assert split_options("models@home/x@FORM") == ("models@home/x", {"constrained": True})
    assert split_options("models@home") == ("models@home", {})
    assert split_options("@4bit") == ("@4bit", {})


def test_a_folder_opens_here_with_its_hashes_and_a_note_on_an_unmarkedbuild_adapter(base):
    adapter = base.parent / "adapter"
    if not adapter.exists():
        build_adapter(base)
    model = open_here(f"{adapter}@4bit", device="cpu")
    assert (model.info.base_sha256, model.info.adapter_sha256) == (sha256_of(base), sha256_of(adapter))
    assert "only its shapes were compared" in model.info.note
    mark_base(adapter, base)
    try:
        assert open_here(str(adapter), device="cpu").info.note == ""
    finally:
        (adapter / BASE_MARK).unlink()
