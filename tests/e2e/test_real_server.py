"""A real server process: `transformers serve` on this machine with a tiny real model, asked through the backend."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from tiny_families import build, build_adapter

from inference.ask import request_for
from inference.models.folder import ModelSpec
from inference.models.interface import Cancelled
from inference.models.merge import merge
from inference.models.profiles import open_model
from inference.models.serve_check import check
from inference.models.transformers import TransformersModel
from inference.prompts import navigate_prompt

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A folder with a base, an adapter of both its towers, and one whole model of both."""
    room = tmp_path_factory.mktemp("served")
    build("gemma3", room / "base")
    merge(ModelSpec("tuned", room / "base", build_adapter(room / "base")), room / "whole")
    return room


@contextlib.contextmanager
def serving(folder: Path):
    """`transformers serve` of a model's folder; gives its address."""
    pytest.importorskip("fastapi", reason="the server's own packages are an extra: pip install '.[server]'")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = shutil.which("transformers", path=str(Path(sys.executable).parent))
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder.parent / "hf"), "OMP_NUM_THREADS": "1"}
    told = folder.parent / f"{folder.name}.log"
    with (
        told.open("w") as log,
        subprocess.Popen(
            [program, "serve", str(folder), "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"],
            stdout=log,
            stderr=log,
            env=environment,
        ) as process,
    ):
        try:
            for _ in range(600):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1)
                    break
                except OSError:
                    assert process.poll() is None, told.read_text()[-2000:]
                    time.sleep(0.1)
            yield f"http://127.0.0.1:{port}/v1#{folder}"
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def served(room):
    """(address of the server, folder of the model it serves)"""
    with serving(room / "base") as address:
        yield address, room / "base"


def question(model, tokens: int, seed: int = 0):
    pixels = np.random.default_rng(seed).integers(0, 256, (56, 56)).astype(np.uint8)
    return replace(request_for(model.info, "navigation", pixels, navigate_prompt("t1")), max_tokens=tokens)


def test_a_served_model_says_what_it_says_here(served):
    """The same picture and prompt, through a server's process and through this one: the same text."""
    address, base = served
    model = open_model(address)
    try:
        request = question(model, 12)
        there = "".join(model.stream(request))
        here = "".join(TransformersModel(base).stream(request))
        assert there == here
        assert model.info.device == "127.0.0.1"
    finally:
        model.close()


def test_a_merged_model_that_is_served_says_what_base_and_adapter_say_here(room):
    here = TransformersModel(room / "base", room / "adapter")
    request = question(here, 12)
    with serving(room / "whole") as address:
        model = open_model(address)
        try:
            there = "".join(model.stream(request))
        finally:
            model.close()
    assert there == "".join(here.stream(request))
    assert there != "".join(TransformersModel(room / "base").stream(request))


def test_a_cancel_ends_a_long_reply_and_the_next_is_answered(served):
    address, _ = served
    model = open_model(address)
    try:
        began = time.monotonic()
        reply = model.stream(question(model, 3000))
        next(reply)
        model.cancel()
        with pytest.raises(Cancelled):
            list(reply)
        assert list(model.stream(question(model, 4)))
        assert time.monotonic() - began < 60  # the whole long reply takes minutes
    finally:
        model.close()


def test_serve_check_measures_it(served):
    result = check(served[0], most_rooms=2, seconds=1.0, think_s=0.2)
    assert result["whole_s"] >= result["first_s"] > 0
    assert result["characters_per_s"] > 0
    assert result["capacity"][0]["replies"] >= 1
    assert result["valid"] == 0.0  # random weights
