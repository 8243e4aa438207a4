"""The benchmarks of full-size models, walked with the published shapes made small: memory is not measured here, that
every figure is there and the kept prefix changes nothing is."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from types import SimpleNamespace

import pytest

from inference.models import bench
from inference.models.families import BY_NAME
from inference.training import qlora_bench

pytestmark = pytest.mark.slow


def small(name: str):
    profile = BY_NAME[name]
    vision = replace(profile.vision, width=64, layers=2, ffn=128)
    sizes = dict(width=64, layers=2, heads=4, kv_heads=2, head_dim=16, ffn=128, vocabulary=5000, parameters=5_000_000)
    return replace(profile, **sizes, vision=vision)


@pytest.mark.parametrize("name", ["gemma-3-4b", "qwen2.5-vl-7b"])
def test_running_is_measured_and_its_room_is_left_clean(name, monkeypatch, tmp_path):
    monkeypatch.setitem(bench.BY_NAME, name, small(name))
    out = tmp_path / "bench.json"
    assert bench.main([name, "--bits", "4", "--device", "cpu", "--scratch", str(tmp_path), "--out", str(out)]) == 0
    (row,) = json.loads(out.read_text())
    assert (row["model"], row["bits"], row["device"], row["adapter"]) == (name, 4, "cpu", True)
    assert row["picture"] == BY_NAME[name].vision.picture
    assert row["prompt_tokens"] > BY_NAME[name].vision.tokens + 200
    assert row["kept_prefix_logits_apart"] < 1e-4
    assert row["prefill_s"] > 0
    assert row["navigation_reply_s"] > 0
    assert list(tmp_path.iterdir()) == [out]


def test_training_is_measured(monkeypatch, tmp_path):
    monkeypatch.setitem(qlora_bench.BY_NAME, "gemma-3-4b", small("gemma-3-4b"))
    row = qlora_bench.bench("gemma-3-4b", batch=1, steps=2, bits=4, scratch=tmp_path, say=lambda text: None)
    assert all(map(math.isfinite, row["losses"]))
    assert len(row["losses"]) == 2
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_measured_is_one_sentence(capsys, monkeypatch):
    assert bench.main(["nonsense"]) == 1
    assert "There is no model called nonsense" in capsys.readouterr().err
    assert bench.main(["gemma-3-4b", "--bits", "5"]) == 1
    assert "5 bits cannot be measured" in capsys.readouterr().err
    with pytest.raises(ValueError, match="tpu is not a device; choose auto, cuda or cpu"):
        bench.measure_all(["gemma-3-4b"], [4], "tpu", None, print)
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=2e9))
    with pytest.raises(ValueError, match="Gemma-3 4B at 16 bits needs 10 GB and 2 GB are free"):
        bench.measure_all(["gemma-3-4b"], [4, 16], "cpu", None, print)
