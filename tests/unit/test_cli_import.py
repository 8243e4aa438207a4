"""`carm import` as others call it: JSON alone on standard output, exit status, one sentence for a failure."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import nibabel as nib
import numpy as np
import pytest
import typer
from dicom_writer import save, slices
from test_ct_dicom import box
from typer.testing import CliRunner

from carm_gui.cli_import import register


@pytest.fixture
def carm(root):
    app = typer.Typer()
    register(app)
    app.callback()(lambda: None)
    return lambda *words: CliRunner().invoke(app, ["import", *map(str, words)])


@pytest.fixture
def scan(tmp_path):
    hu, affine = box()
    return save(slices(hu, affine), tmp_path / "dicom")


def test_import_list_delete(carm, scan):
    done = carm(scan, "--name", "chest", "--json")
    assert done.exit_code == 0, done.output
    got = json.loads(done.stdout)
    assert (got["name"], got["size"], got["landmarks"], got["overwritten"]) == ("chest", [10, 8, 6], [], False)
    assert got["source"]["format"] == "DICOM"
    listed = json.loads(carm("--list", "--json").stdout)
    assert [one["name"] for one in listed["patients"]] == ["chest"]
    assert "chest: 10 x 8 x 6 voxels" in carm("--list").stdout
    assert json.loads(carm("--delete", "chest", "--json").stdout) == {"deleted": "chest"}
    assert json.loads(carm("--list", "--json").stdout) == {"patients": []}
    assert "No patient" in carm("--list").stdout


def test_a_name_that_is_taken(carm, scan):
    assert carm(scan, "--name", "chest").exit_code == 0
    again = carm(scan, "--name", "chest", "--json")
    assert again.exit_code == 1
    assert again.stdout == ""
    assert "--overwrite" in again.stderr
    assert json.loads(carm(scan, "--name", "chest", "--overwrite", "--json").stdout)["overwritten"] is True


def test_a_choice_of_series(carm, tmp_path):
    hu, affine = box()
    folder = save([*slices(hu, affine), *slices(hu[:, :, :4], affine)], tmp_path / "two")
    refused = carm(folder, "--name", "a")
    assert refused.exit_code == 1
    assert "2 CT series" in refused.stderr
    assert "--series 1" in refused.stderr
    sizes = [json.loads(carm(folder, "--name", f"n{n}", "--series", n, "--json").stdout)["size"][2] for n in (1, 2)]
    assert sorted(sizes) == [4, 6]


@pytest.mark.parametrize("words", [[], ["x"], ["--name", "a"], ["--list", "x"], ["--list", "--delete", "a"]])
def test_wrong_usage_is_status_two(carm, words):
    assert carm(*words).exit_code == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["absent", "--name", "a"], "There is no file or folder"),
        (["--delete", "a"], "There is no imported patient 'a'"),
        (["{scan}", "--name", "a/b"], "cannot be a name"),
        (["{scan}", "--name", "a", "--landmarks", "absent.csv"], "cannot be read"),
        (["{scan}", "--name", "a", "--series", "9"], "no single CT series '9'"),
    ],
)
def test_failures_are_one_sentence(carm, scan, words, says):
    done = carm(*(word.format(scan=scan) for word in words))
    assert done.exit_code == 1
    last = done.stderr.strip().splitlines()[-1]
    assert says in last
    assert "Traceback" not in done.stderr


def test_the_console_script_imports_and_others_find_it(tmp_path):
    """Through the real entry point, in a home of its own."""
    hu = np.full((20, 20, 20), -1000, np.int16)
    hu[5:15, 5:15, 5:15] = 40
    nib.save(nib.Nifti1Image(hu, np.diag([4.0, 4.0, 4.0, 1.0])), tmp_path / "block.nii.gz")
    home = {**os.environ, "XDG_DATA_HOME": str(tmp_path / "home"), "HOME": str(tmp_path), "OMP_NUM_THREADS": "1"}

    def run(*words):
        command = [sys.executable, "-m", "carm_gui.cli", *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, env=home, timeout=120)

    done = run("import", tmp_path / "block.nii.gz", "--name", "block", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["size"] == [20, 20, 20]
    seen = run(
        "render", "--patient", "block", "--at", "-40,40,40", "--size", "64", "--out", tmp_path / "a.png", "--json"
    )
    assert seen.returncode == 0, seen.stderr
    assert (tmp_path / "a.png").exists()
