"""QLoRA's parts: configs, tickets, the batch and its labels, the estimate. test_qlora_runs.py trains."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_families import FAMILIES, build

from inference import regions
from inference.ask import request_for
from inference.models.families import BY_NAME, PROFILES
from inference.models.interface import ModelError, ModelInfo
from inference.models.transformers import TransformersModel
from inference.training import shards
from inference.training.qlora import _Endless, ends, layers, targets, train
from inference.training.qlora_config import QloraRecipe, read_qlora
from inference.training.qlora_data import Collator, RadiographTickets, Sample, ViewTickets, open_ticket
from inference.training.qlora_estimate import CARDS, estimate, largest_batch, table, training_bytes
from sim.pose import CArmPose
from sim.resource import resource

CONFIGS = sorted(resource("configs", "qlora").glob("*.toml"))
LAUNCHES = sorted(resource("configs", "accelerate").glob("*.yaml"))


def photograph(folder: Path, subjects: int = 3, views: int = 6, size: int = 64) -> Path:
    """Shards with random pictures and landmarks."""
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(subjects):
        pictures = rng.integers(2000, 20000, (views, size, size)).astype(np.uint16)
        poses = [CArmPose(*rng.normal(0, 60, 3)) for _ in range(views)]
        shard = shards.encode(pictures, poses, [(90.0, 20.0)] * views, rng.normal(0, 120, (14, 3)), generator="x")
        shards.write(folder / shards.name_of(seed), shard)
    return folder


def radiographs(folder: Path, count: int = 5) -> Path:
    """A table in the published layout and its pictures; the last row is for the test."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["SOPInstanceUID,Target,mode"]
    for number in range(count):
        grey = np.random.default_rng(number).integers(0, 256, (40, 30), np.uint8)
        Image.fromarray(grey).save(folder / f"{number}.png")
        labels = f"<label_id>{number}</label_id><label_id>20</label_id>"
        lines.append(f"{number}.png,{labels},{'test' if number == count - 1 else 'train'}")
    (folder / "table.csv").write_text("\n".join(lines) + "\n")
    return folder / "table.csv"


# ---- configs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
def test_the_shipped_configs_are_the_published_recipe(config):
    recipe = read_qlora(config)
    real = recipe.kind == "regions"
    assert recipe.base in BY_NAME
    assert (recipe.rank, recipe.alpha, recipe.dropout, recipe.bits) == (16, 32, 0.0, 4)
    assert (recipe.epochs, recipe.mlp, recipe.towers) == ((5, True, "both") if real else (3, False, "both"))
    assert (recipe.learning_rate, recipe.warmup, recipe.clip, recipe.weight_decay) == (1e-4, 0.03, 0.3, 0.01)
    assert (recipe.global_batch, recipe.optimiser, recipe.checkpointing) == (64, "adamw_8bit", True)


def test_every_published_model_has_both_configs():
    assert {path.stem for path in CONFIGS} == {p.name + end for p in PROFILES for end in ("", "-regions")}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("base = 1", "base"),
        ("base = 'x'\ndata = 'd'\nout = 'o'\nspeed = 3", "speed"),
        ("base = 'x'\ndata = 'd'\nout = 'o'\nbatch = 3", "not a multiple of batch 3"),
        ("base = ", "not valid TOML"),
    ],
)
def test_a_wrong_config_is_one_sentence(tmp_path, text, problem):
    (tmp_path / "c.toml").write_text(text)
    with pytest.raises(ValueError, match=problem) as refused:
        read_qlora(tmp_path / "c.toml")
    assert "\n" not in str(refused.value)
    with pytest.raises(ValueError, match="cannot be read"):
        read_qlora(tmp_path / "none.toml")


def test_a_models_name_in_place_of_a_config_is_told_where_it_lies():
    with pytest.raises(ValueError, match=r"its training config is .*configs.qlora.gemma-3-12b\.toml"):
        read_qlora(Path("gemma-3-12b"))


def test_the_global_batch_is_shared_or_refused():
    recipe = QloraRecipe(base="x", data="d", out="o", batch=4, global_batch=64)
    assert [recipe.accumulation(processes) for processes in (1, 2, 8)] == [16, 8, 2]
    with pytest.raises(ValueError, match="cannot be shared by 3 processes"):
        recipe.accumulation(3)


# ---- tickets ---------------------------------------------------------------------------------------


def test_an_epoch_shows_every_view_once_in_an_order_of_its_own(tmp_path):
    tickets = ViewTickets(photograph(tmp_path / "v"), seed=3)
    first = list(tickets)
    assert len(tickets) == 18 == len({(ticket.path, ticket.index) for ticket in first})
    assert first == list(tickets)
    tickets.set_epoch(1)
    assert sorted((t.path, t.index) for t in tickets) == sorted((t.path, t.index) for t in first)
    assert [t.index for t in tickets] != [t.index for t in first]
    assert len(list(ViewTickets(tmp_path / "v", 3, samples=5))) == 5
    with pytest.raises(ValueError, match="no subjects in"):
        ViewTickets(tmp_path, 3)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_a_loaders_workers_keep_the_order(tmp_path, workers):
    """Two processes of two: whatever the workers, the batches come in the order of one reader."""
    import itertools

    import torch

    tickets = ViewTickets(photograph(tmp_path / "v"), seed=3)
    plain = list(itertools.islice(iter(_Endless(tickets, 4)), 32))
    loader = torch.utils.data.DataLoader(
        _Endless(tickets, 4), batch_size=4, num_workers=workers, collate_fn=list, multiprocessing_context="fork"
    )
    assert list(itertools.chain.from_iterable(itertools.islice(loader, 8))) == plain


def test_a_ticket_opens_to_a_picture_and_a_true_answer(tmp_path):
    """Retrieval and localization answers name the landmarks nearest in 3D; each ticket opens to the same sample."""
    from inference.reply import ReplyReader
    from sim.landmarks import KEYS

    tickets = list(ViewTickets(photograph(tmp_path / "v", subjects=4, views=20), seed=3))
    tasks = set()
    for ticket in tickets:
        sample = open_ticket(ticket, "landmarks", 32)
        again = open_ticket(ticket, "landmarks", 32)
        assert (sample.answer, sample.pixels.tobytes()) == (again.answer, again.pixels.tobytes())
        assert sample.pixels.shape == (32, 32)
        tasks.add(sample.task)
        reader = ReplyReader(sample.task, "t1" if sample.task == "navigation" else None)
        reader.feed(sample.answer)
        prediction, _ = reader.finish(0)
        assert prediction.valid, prediction.problem
        if sample.task in ("retrieval", "localization"):
            shard = shards.read(Path(ticket.path))
            distance = np.linalg.norm(shard.landmarks - shard.poses[ticket.index, :3], axis=1)
            nearest = [KEYS[i] for i in np.argsort(distance)]
            assert list(prediction.landmarks) == nearest[: len(prediction.landmarks)]
    assert tasks == {"navigation", "retrieval", "localization", "correction"}


def test_the_regions_table_is_read_as_published(tmp_path):
    table_ = radiographs(tmp_path / "r")
    tickets = RadiographTickets(table_, seed=1)
    assert len(tickets) == 4 == len({ticket.index for ticket in tickets})
    sample = open_ticket(next(iter(tickets)), "regions", 48)
    assert sample.ask == regions.ASK
    assert sample.answer.endswith(",20]")
    assert (sample.pixels[:, :5] < 20).all()  # a picture of 40 x 30 keeps its shape, with black at the sides
    assert regions.reply([7]) == "[7,14]"
    assert regions.reply([1, 2, 3]) == "[1,2]"
    assert [row.labels for row in regions.read_table(table_, "test")] == [(4, 20)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a,b\n1,2\n", "lacks the column SOPInstanceUID"),
        ("SOPInstanceUID,Target,mode\nx.png,<label_id>22</label_id>,train\n", "Line 2 of .* has no label from 0 to 21"),
        ("SOPInstanceUID,Target,mode\nx.png,,train\n", "Line 2"),
        ("SOPInstanceUID,Target,mode\nx.png,<label_id>2</label_id>,test\n", "no row with the mode train"),
        ("", "lacks the column"),
    ],
)
def test_a_wrong_table_is_one_sentence(tmp_path, text, problem):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(ValueError, match=problem):
        regions.read_table(tmp_path / "t.csv", "train")
    with pytest.raises(ValueError, match=r"The radiograph .* cannot be read"):
        regions.load_picture(tmp_path / "t.csv", 32)


# ---- the batch -------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=FAMILIES)
def model(request, tmp_path_factory):
    return TransformersModel(build(request.param, tmp_path_factory.mktemp(request.param) / "base"))


def test_the_prompt_is_the_apps_and_labels_are_the_answers(model):
    """Token for token what the app asks, then the answer, then the end at which the model stops; labels nowhere else.
    Samples of different lengths in one batch do not disturb each other."""
    import torch

    size = model.info.picture_size
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (2, size, size)).astype(np.uint8)
    samples = [
        Sample(pixels[0], "localization", "Localize: two landmarks.", "[10,11]"),
        Sample(pixels[1], "navigation", "Navigate to T1.", "<output><step1><context>T1</context></step1>"),
    ]
    collator = Collator(model.processor, "landmarks", size, ends(model.model, model.processor))
    batch = collator.batch(samples)
    words = model.processor.tokenizer
    for row, sample in enumerate(samples):
        info = ModelInfo("x", prompt_style="full")
        asked = model.inputs(request_for(info, sample.task, sample.pixels, sample.ask))["input_ids"][0].tolist()
        ids, labels = batch["input_ids"][row].tolist(), batch["labels"][row].tolist()
        told = [token for token in labels if token != -100]
        assert ids[: len(asked)] == asked
        assert labels[: len(asked)] == [-100] * len(asked)
        assert words.decode(told[:-1]) == sample.answer
        assert told[-1] == words.eos_token_id
        assert ids[len(asked) : len(asked) + len(told)] == told
        assert batch["attention_mask"][row].sum() == len(asked) + len(told)
    kept = batch.pop("logits_to_keep")
    assert (batch["labels"][:, :-kept] == -100).all()
    labels = batch.pop("labels")
    with torch.inference_mode():
        together = model.model(**batch, logits_to_keep=kept).logits
        for row, sample in enumerate(samples):
            one = collator.batch([sample])
            alone = model.model(**{k: v for k, v in one.items() if k not in ("labels", "logits_to_keep")}).logits[0]
            length = alone.shape[0]
            first = labels.shape[1] - kept
            assert torch.allclose(together[row, : length - first], alone[first:], atol=2e-3)


def test_targets_are_the_attention_of_both_towers_or_of_one(model):
    import re

    names = [name for name, _ in model.model.named_modules()]

    def hit(**options) -> list[str]:
        recipe = QloraRecipe(base="x", data="d", out="o", **options)
        return [name for name in names if re.fullmatch(targets(recipe), name)]

    both, language, wide = hit(), hit(towers="language"), hit(mlp=True)
    assert set(language) < set(both) < set(wide)
    assert all(re.search(r"\.(q|k|v|o|out)_proj$|attn\.(qkv|proj)$", name) for name in both)
    assert not any("vision" in name or "visual" in name for name in language)
    assert len([name for name in language if name.endswith("q_proj")]) == 2
    assert any(name.endswith(("fc1", "gate_proj")) for name in set(wide) - set(both))


# ---- the estimate ----------------------------------------------------------------------------------


def test_the_estimate_grows_with_model_batch_and_bits_and_shrinks_with_cards():
    small, large = BY_NAME["gemma-3-4b"], BY_NAME["gemma-3-27b"]
    assert training_bytes(small, 4, 1) < training_bytes(small, 4, 4) < training_bytes(large, 4, 4)
    assert training_bytes(large, 4, 1) < training_bytes(large, 16, 1)
    assert training_bytes(large, 4, 1, cards=4) < training_bytes(large, 4, 1) / 2
    assert training_bytes(large, 4, 1) > large.weights_bytes(4)
    assert largest_batch(large, CARDS[0]) < largest_batch(large, CARDS[2])
    assert largest_batch(large, CARDS[0], bits=16) == 0
    slow, fast = (estimate(large, card, 1000).hours for card in CARDS[::2])
    assert slow / fast == pytest.approx(CARDS[2].tflops / CARDS[0].tflops)
    lines = table(153_600)
    assert len(lines) == 2 + len(PROFILES)
    assert all(profile.name in line for profile, line in zip(PROFILES, lines[2:]))


@pytest.mark.parametrize("file", LAUNCHES, ids=lambda path: path.stem)
def test_the_launch_files_are_what_accelerate_takes(file):
    """Each is read by accelerate's own class, and every option in it is one of `accelerate launch`."""
    from accelerate.commands.config.config_args import load_config_from_file
    from accelerate.commands.launch import launch_command_parser

    known = vars(launch_command_parser().parse_args(["--config_file", str(file), "x.py"]))
    loaded = load_config_from_file(str(file))
    assert loaded.num_processes >= 2
    assert loaded.distributed_type in ("FSDP", "DEEPSPEED", "MULTI_GPU")
    told = dict(loaded.fsdp_config) | dict(loaded.deepspeed_config)
    assert set(told) <= set(known)
    assert bool(loaded.fsdp_config) == (file.stem == "fsdp")
    assert bool(loaded.deepspeed_config) == (file.stem == "deepspeed_zero3")


def test_every_config_names_its_own_model():
    for config in CONFIGS:
        assert tomllib.loads(config.read_text())["base"] in config.stem


@pytest.mark.parametrize("kind", FAMILIES)
def test_fsdp_is_told_layers_that_the_model_has(tmp_path, kind):
    """The published Gemma-3 names a pooling head that no Gemma-3 has; accelerate refuses a class that is not there."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForImageTextToText

    model = AutoModelForImageTextToText.from_pretrained(build(kind, tmp_path / kind))
    found = layers(get_peft_model(model, LoraConfig(r=2, target_modules=["q_proj"])))
    assert any(name.endswith("DecoderLayer") for name in found)
    assert set(found) <= {type(module).__name__ for module in model.modules()}


def test_deepspeed_wants_a_base_of_sixteen_bits(tmp_path, monkeypatch):
    monkeypatch.setenv("ACCELERATE_USE_DEEPSPEED", "true")
    with pytest.raises(ValueError, match="set bits = 16"):
        train(QloraRecipe(base="x", data=tmp_path, out=tmp_path, device="cpu"))


def test_a_base_that_cannot_be_read_whole_is_not_trained_on(tmp_path):
    """As when it is opened to answer: missing weights would be drawn at random, and the adapter learnt upon them."""
    from safetensors.torch import load_file, save_file

    photograph(tmp_path / "views")
    base = build("gemma3", tmp_path / "base")
    recipe = QloraRecipe(
        base=str(base),
        data=tmp_path / "views",
        out=tmp_path / "out",
        batch=1,
        global_batch=1,
        max_steps=1,
        device="cpu",
    )
    file = base / "model.safetensors"
    whole = file.read_bytes()
    save_file({name: weight for name, weight in load_file(file).items() if "layers.1.mlp" not in name}, file)
    for damage, problem in (
        (None, r"lacks \d of its weights \(.*layers\.1\.mlp"),
        (len(whole) // 2, "is cut off or damaged"),
    ):
        if damage:
            file.write_bytes(whole[:damage])
        for bits in (4, 16):
            with pytest.raises(ModelError, match=problem):
                train(recipe.model_copy(update={"bits": bits}), say=lambda line: None)
    assert not (tmp_path / "out" / "adapter").exists()


def test_what_it_needs_is_said_before_the_base_is_fetched(tmp_path):
    recipe = read_qlora(resource("servers", "gemma-3-12b.toml")).model_copy(update={"base": str(tmp_path / "none")})
    told = []
    with pytest.raises(ModelError):
        train(recipe, say=told.append)
    assert any(line.startswith("gemma-3-12b") for line in told)
