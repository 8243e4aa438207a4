"""The laboratory's commands as others call them: names, JSON, files, one sentence for a failure."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from carm_gui import cli
from carm_gui.cli_lab import register

if not any(
    command.name == "evaluate" or command.callback.__name__ == "evaluate" for command in cli.app.registered_commands
):
    register(cli.app)


def carm(*arguments):
    return CliRunner().invoke(cli.app, [str(part) for part in arguments])


@pytest.fixture
def replies(tmp_path):
    said, true = tmp_path / "my model.csv", tmp_path / "t.csv"
    said.write_text('filename,output\na.png,"[3, 20]"\nb.png,"[0: Abdomen, 1: Ankle]"\nc.png,unsure\n')
    true.write_text("SOPInstanceUID,Target\na,3\nb,13 1\nc,5\n")
    return said, true


def test_score_prints_figures_and_nothing_else(replies):
    said, true = replies
    result = carm("score", "regions", "--predictions", said, "--truth", true, "--json")
    assert result.exit_code == 0
    got = json.loads(result.stdout)
    assert (got["n"], got["malformed"]) == (3, 1)
    assert got["precision"] == {"1": 0.5, "2": 0.5}
    assert got["recall"] == {"1": 0.5, "2": 0.75}


def test_score_writes_the_papers_table(replies, tmp_path):
    said, true = replies
    assert carm("score", "regions", "--predictions", said, "--truth", true, "--out", tmp_path / "out").exit_code == 0
    table = (tmp_path / "out" / "table2.md").read_text()
    assert "| my model | 1.000" in table
    assert "published: conventional DL | 0.950 | 0.940" in table
    result = carm("evaluate", "tables", "--out", tmp_path, "--json")
    assert result.exit_code == 0
    assert any(path.endswith("table2.csv") for path in json.loads(result.stdout)["files"])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("score", "guessing"), "no score for 'guessing'"),
        (("evaluate", "guessing"), "no evaluation of 'guessing'"),
        (("evaluate", "localization", "--blind", "dark"), "grey or shuffled"),
        (("evaluate", "localization", "--patients", "virtual:9-7"), "backwards"),
        (("evaluate", "correction", "--cone", "10"), "opens from 30"),
        (("evaluate", "correction", "--ma", "500"), "tube current goes from"),
        (("evaluate", "navigation", "--pairs", "t1-skull"), "START:TARGET"),
        (("evaluate", "localization", "--model", "nobody"), "no model called nobody"),
        (("evaluate", "tables"), "no finished evaluation"),
        (("train", "guessing", "--config", "x.toml"), "cannot be trained"),
        (("train", "baseline", "--config", "x.toml"), "cannot be read"),
    ],
)
def test_a_failure_is_one_sentence(arguments, sentence, replies, tmp_path):
    said, true = replies
    if arguments[0] == "score":
        arguments += ("--predictions", said, "--truth", true)
    if arguments[0] == "evaluate":
        arguments += ("--out", tmp_path / "out")
    result = carm(*arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert sentence in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_evaluating_loads_no_window_and_no_model_before_its_time():
    code = (
        "import sys, carm_gui.cli_lab, carm_gui.session.headless, inference.evaluation.run, inference.baseline.doubt\n"
        "print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "transformers", "PySide6", "pydantic", "pydicom", "nibabel", "mujoco", "matplotlib"} & set(
        loaded
    )
