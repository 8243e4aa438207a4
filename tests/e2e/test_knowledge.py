"""lm-evaluation-harness through the app's road, on a task file of eight questions and a tiny model (the extra
`knowledge`); and what is said without it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from tiny_families import build, build_adapter

from carm_gui import cli_models
from carm_gui.cli import app

pytestmark = pytest.mark.slow
cli_models.register(app)


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = tmp_path_factory.mktemp("knowledge")
    build("gemma3", room / "base", endless=False)
    build_adapter(room / "base")
    rows = [{"q": f"Which is {n % 4}?", "choices": ["alpha", "beta", "gamma", "delta"], "a": n % 4} for n in range(8)]
    (room / "data.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (room / "tiny_task.yaml").write_text(
        f"""task: tiny_task
dataset_path: json
dataset_kwargs:
  data_files: {{test: "{room / "data.jsonl"}"}}
test_split: test
output_type: multiple_choice
doc_to_text: "{{{{q}}}} Answer:"
doc_to_choice: "{{{{choices}}}}"
doc_to_target: a
metric_list: [{{metric: acc, aggregation: mean, higher_is_better: true}}]
"""
    )
    return room


def run(*words: str):
    return CliRunner().invoke(app, ["knowledge", *words])


def test_before_and_after_fine_tuning(room):
    pytest.importorskip("lm_eval", reason="an extra: pip install '.[knowledge]'")
    done = run("--model", f"{room}@4bit", "--task", str(room / "tiny_task.yaml"), "--device", "cpu", "--json")
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    for side in ("before", "after"):
        assert 0 <= result[side]["acc"] <= 1
    assert result["change"]["acc"] == pytest.approx(result["after"]["acc"] - result["before"]["acc"], abs=1e-3)


def test_what_cannot_be_asked_is_one_sentence(room, monkeypatch):
    monkeypatch.setitem(sys.modules, "lm_eval", None)
    done = run("--model", str(room), "--device", "cpu")
    assert done.exit_code == 1
    assert ".[knowledge]" in done.output
