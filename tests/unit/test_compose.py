"""The files of the GPU server agree with each other, with what is trained and asked here, and with vLLM's own options
(vllm serve of the version that the file names). Docker is not at hand: nothing is started."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from inference.models.families import PROFILES, PROMPT_TOKENS, REPLY_TOKENS
from inference.training.qlora_config import read_qlora
from sim.resource import resource

VLLM_OPTIONS = {
    "--served-model-name", "--enable-lora", "--max-lora-rank", "--lora-modules", "--max-model-len",
    "--limit-mm-per-prompt", "--enable-prefix-caching", "--max-num-seqs", "--gpu-memory-utilization",
    "--tensor-parallel-size",
}  # fmt: skip
"""Of `vllm serve --help=all` of vLLM 0.32.0, those that are used."""
LORA_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
"""What --max-lora-rank takes."""


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load(resource("servers", "compose.yaml").read_text("utf-8"))["services"]


@pytest.fixture(scope="module")
def options(services):
    model, *rest = services["vllm"]["command"]
    pairs = [("model", "=", model), *(part.partition("=") for part in rest)]
    return {name: value for name, _, value in pairs}


def test_every_option_is_one_of_vllm_s(options):
    assert set(options) - {"model"} <= VLLM_OPTIONS
    assert json.loads(options["--limit-mm-per-prompt"]) == {"image": 1}
    assert options["model"] == options["--served-model-name"]
    assert int(options["--max-lora-rank"]) in LORA_RANKS
    assert 0 < float(options["--gpu-memory-utilization"]) <= 1


def test_every_shipped_adapter_and_every_question_fits(options):
    ranks = [read_qlora(file).rank for file in resource("configs", "qlora").glob("*.toml")]
    served = read_qlora(resource("servers", "gemma-3-12b.toml"))
    assert served.towers == "language"  # of a vision tower vLLM applies nothing
    assert max(*ranks, served.rank) <= int(options["--max-lora-rank"])
    longest = max(PROMPT_TOKENS + profile.vision.tokens + REPLY_TOKENS for profile in PROFILES)
    assert longest <= int(options["--max-model-len"])


def test_a_whole_model_takes_the_place_of_base_and_adapter(services, options):
    guide = resource("servers", "README.md").read_text("utf-8")
    assert "three lines that name lora" in guide
    assert sum("lora" in name for name in options) == 3
    (whole,) = {found[1] for found in re.finditer(r"MODEL=(/\S+?)`", guide)}
    assert f"/v1#{whole}`" in guide
    assert any(whole.startswith(volume["target"] + "/") for volume in services["vllm"]["volumes"])


def test_nothing_answers_without_tls_and_a_key(services):
    assert "ports" not in services["vllm"]
    assert services["tls"]["ports"] == ["443:443"]
    assert services["vllm"]["environment"]["VLLM_API_KEY"].startswith("${CARM_SERVER_KEY:?")
    caddy = resource("servers", "Caddyfile").read_text("utf-8")
    passed = re.search(r"handle /v1/\* \{\s*reverse_proxy (\w+):8000", caddy)
    assert passed
    assert passed[1] in services
    assert caddy.count("reverse_proxy") == 1  # vLLM asks for its key below /v1 alone
    assert caddy.count("{") == caddy.count("}")


def test_the_weights_are_read_only_and_nothing_is_fetched(services):
    vllm = services["vllm"]
    for volume in (*vllm["volumes"], *services["tls"]["volumes"]):
        assert volume["type"] == "bind"
        assert volume["read_only"] is True
        assert volume["bind"] == {"create_host_path": False}  # Docker would make an empty folder of a misspelt one
    assert vllm["environment"]["HF_HUB_OFFLINE"] == "1"
    assert re.fullmatch(r"vllm/vllm-openai:v\d+\.\d+\.\d+", vllm["image"])


def test_the_adapter_is_called_what_the_guide_calls_it(options):
    name, path = options["--lora-modules"].split("=")
    guide = resource("servers", "README.md").read_text("utf-8")
    assert f"/v1#{name}" in guide
    assert f"adapters/{name}" in guide
    assert path == f"/adapters/{name}"
