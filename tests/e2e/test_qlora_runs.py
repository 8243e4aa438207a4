"""QLoRA end to end on tiny models of the big classes: every shipped config for some steps at 4 bits, the adapter opened
by the app's own road with the same tokens, several processes with the same losses, going on from a checkpoint."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from test_qlora import CONFIGS, photograph, radiographs
from tiny_families import build

from inference.ask import request_for
from inference.models.families import BY_NAME
from inference.models.folder import find, sha256_of
from inference.models.profiles import open_here
from inference.training import qlora
from inference.training.qlora_config import read_qlora
from sim.resource import resource

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

LINES = {"landmarks": ("navigation", "Navigate to T1."), "regions": ("regions", "Regions: two labels.")}


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = tmp_path_factory.mktemp("qlora")
    photograph(room / "views")
    radiographs(room / "radiographs")
    for kind in ("gemma3", "qwen2_5_vl"):
        build(kind, room / kind)
    return room


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
def test_a_config_trains_saves_and_the_app_says_the_same(config, room, tmp_path, monkeypatch):
    import torch

    shipped = read_qlora(config)
    kind = BY_NAME[shipped.base].kind
    recipe = shipped.model_copy(
        update={
            "base": str(room / kind),
            "data": room / "views" if shipped.kind == "landmarks" else room / "radiographs" / "table.csv",
            "out": tmp_path / "out",
            "batch": 2,
            "global_batch": 4,
            "max_steps": 3,
            "learning_rate": 3e-2,
            "log_every": 1,
            "workers": 0,
            "device": "cpu",
        }
    )
    kept = []
    save = qlora._save
    monkeypatch.setattr(qlora, "_save", lambda trainer, *rest: (kept.append(trainer.model), save(trainer, *rest)))
    said: list[str] = []
    result = qlora.train(recipe, say=said.append)
    assert result["steps"] == len(result["losses"]) == 3
    assert np.isfinite(result["losses"]).all()
    assert any("hours on one card (estimated)" in line for line in said), "it says what it takes before it starts"
    assert said.index(next(line for line in said if "estimated" in line)) < said.index(f"reading {room / kind}")
    assert (qlora.NOT_FOR_VLLM in said) == (recipe.towers == "both")

    opened = open_here(f"{tmp_path / 'out' / 'adapter'}@4bit", device="cpu")
    assert opened.info.base_sha256 == sha256_of(room / kind)
    assert (opened.info.prompt_style, opened.info.note) == ("full", "")
    task, line = LINES[recipe.kind]
    size = opened.info.picture_size
    pixels = np.random.default_rng(0).integers(0, 256, (size, size)).astype(np.uint8)
    request = replace(request_for(opened.info, task, pixels, line), max_tokens=12)
    trained = kept[0].eval()
    inputs = opened.inputs(request)
    with torch.inference_mode():
        tokens = trained.generate(**inputs, max_new_tokens=12, do_sample=False, use_cache=True)
    expected = opened.processor.tokenizer.decode(tokens[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    assert "".join(opened.stream(request)) == expected
    fresh = open_here(f"{room / kind}@4bit", device="cpu")
    with torch.inference_mode():
        moved = (trained(**inputs).logits[0, -1] - fresh.model(**inputs).logits[0, -1]).abs().max()
    assert float(moved) > 1e-3, "training has changed nothing"


def run(
    config: Path, *launch: str, more: tuple[str, ...] = (), program: tuple[str, ...] = ("-m", "carm_gui.cli")
) -> list[float]:
    """`carm train qlora` as a person runs it; the losses of each step."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, *(["-m", *launch] if launch else []), *program]
    done = subprocess.run(
        [*command, "train", "qlora", "--config", str(config), *more],
        env=environment, capture_output=True, text=True, timeout=500,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    return json.loads((config.parent / config.stem / "losses.json").read_text())


def write(room: Path, folder: Path, name: str, **more) -> Path:
    plain = {
        "base": str(room / "gemma3"),
        "data": str(room / "views"),
        "out": str(folder / name),
        "batch": 2,
        "global_batch": 4,
        "max_steps": 4,
        "save_every": 2,
        "log_every": 1,
        "learning_rate": 1e-2,
        "workers": 0,
        "device": "cpu",
    } | more
    text = "\n".join(f"{key} = {json.dumps(value)}" for key, value in plain.items())
    (folder / f"{name}.toml").write_text(text)
    return folder / f"{name}.toml"


def test_two_processes_lose_as_one_does_with_the_same_global_batch(room, tmp_path):
    one = run(write(room, tmp_path, "one"))
    two = run(
        write(room, tmp_path, "two"),
        "accelerate.commands.launch", "--cpu", "--num_processes", "2", "--num_machines", "1",
        "--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0",
    )  # fmt: skip
    assert len(one) == len(two) == 4
    assert np.allclose(one, two, rtol=1e-3)
    assert one[-1] < one[0]
    assert find(tmp_path / "two" / "adapter").base == room / "gemma3"


@pytest.mark.parametrize("kind", ["gemma3", "qwen2_5_vl"])
def test_a_base_that_is_shared_out_loses_as_a_whole_one_does(kind, room, tmp_path):
    """The shipped fsdp.yaml at 4 bits on two processors: the losses of one process, and an adapter that opens."""
    import yaml

    shipped = yaml.safe_load(resource("configs", "accelerate", "fsdp.yaml").read_text())
    launch = tmp_path / "fsdp.yaml"
    launch.write_text(yaml.safe_dump(shipped | {"num_processes": 2, "use_cpu": True, "mixed_precision": "no"}))
    base = {"base": str(room / kind), "max_steps": 3}
    one = run(write(room, tmp_path, "one", **base))
    shared = run(
        write(room, tmp_path, "shared", **base),
        "accelerate.commands.launch", "--config_file", str(launch), "--main_process_port", "0",
        program=(str(Path(__file__).with_name("shared_out.py")),),
    )  # fmt: skip
    assert np.allclose(one, shared, rtol=1e-3)
    opened = open_here(f"{tmp_path / 'shared' / 'adapter'}@4bit", device="cpu")
    assert opened.info.base_sha256 == sha256_of(room / kind)


@pytest.mark.skipif(find_spec("deepspeed") is None, reason="an extra: pip install '.[deepspeed]'")
@pytest.mark.parametrize("kind", ["gemma3", "qwen2_5_vl"])
def test_a_base_shared_out_by_deepspeed_loses_as_a_whole_one_does(kind, room, tmp_path, monkeypatch):
    """The shipped deepspeed_zero3.yaml on two processors: the losses of one process, going on from a checkpoint as if
    it had not been stopped, and an adapter that opens. DeepSpeed compiles for a minute or two the first time."""
    import shutil

    import yaml

    monkeypatch.setenv("DS_ACCELERATOR", "cpu")
    shipped = yaml.safe_load(resource("configs", "accelerate", "deepspeed_zero3.yaml").read_text())
    launch = tmp_path / "deepspeed.yaml"
    launch.write_text(yaml.safe_dump(shipped | {"num_processes": 2, "use_cpu": True, "mixed_precision": "no"}))
    how = ("accelerate.commands.launch", "--config_file", str(launch), "--main_process_port", "0")
    base = {"base": str(room / kind), "bits": 16}
    one = run(write(room, tmp_path, "one", **base))
    config = write(room, tmp_path, "shared", **base)
    shared = run(config, *how)
    assert np.allclose(one, shared, rtol=1e-3)
    # Shared out in fact: each process kept its own part of the optimiser's state.
    kept = tmp_path / "shared" / "checkpoints" / "checkpoint-4" / "global_step4"
    assert len(list(kept.glob("*zero_pp_rank_*_optim_states.pt"))) == 2
    opened = open_here(f"{tmp_path / 'shared' / 'adapter'}", device="cpu")
    assert opened.info.base_sha256 == sha256_of(room / kind)
    shutil.rmtree(tmp_path / "shared" / "checkpoints" / "checkpoint-4")
    assert np.allclose(run(config, *how, more=("--resume",)), one, rtol=1e-3)


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(room, tmp_path):
    import shutil

    whole = run(write(room, tmp_path, "whole"))
    shutil.copytree(tmp_path / "whole", tmp_path / "stopped")
    shutil.rmtree(tmp_path / "stopped" / "adapter")
    shutil.rmtree(tmp_path / "stopped" / "checkpoints" / "checkpoint-4")
    again = run(write(room, tmp_path, "stopped"), more=("--resume",))
    assert np.allclose(again, whole, rtol=1e-4)


def test_the_curve_goes_to_tensorboard_where_it_is_asked_for(room, tmp_path):
    pytest.importorskip("tensorboard", reason="an extra: pip install '.[train]'")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    losses = run(write(room, tmp_path, "seen", max_steps=2, report=["tensorboard"]))
    (folder,) = {file.parent for file in (tmp_path / "seen").rglob("events.out.tfevents*")}
    events = EventAccumulator(str(folder))
    events.Reload()
    assert [event.value for event in events.Scalars("train/loss")] == pytest.approx(losses, rel=1e-3)


def test_what_is_missing_is_one_sentence(room, tmp_path):
    for more, problem in (
        ({"base": "gemma-3-27b"}, "is not on this machine"),
        ({"data": str(tmp_path)}, "There are no subjects"),
        ({"report": ["wandb"]}, "wandb is not installed"),
    ):
        config = write(room, tmp_path, "wrong", **more)
        done = subprocess.run(
            [sys.executable, "-m", "carm_gui.cli", "train", "qlora", "--config", str(config)],
            env=os.environ | {"CARM_MODELS": "", "HF_HOME": str(tmp_path)}, capture_output=True, text=True, timeout=500,
        )  # fmt: skip
        assert done.returncode == 1
        assert problem in done.stderr
        assert "Traceback" not in done.stderr
