"""Damaged files, by the hundred: each is read or refused in one sentence, and nothing else ever comes out."""

from __future__ import annotations

import random

import numpy as np
import pytest
from dicom_codecs import compress
from dicom_writer import multi_frame, save, slices
from pydicom.uid import JPEGLosslessSV1
from test_ct import AFFINE, body
from test_ct import save as save_nifti
from test_ct_dicom import box
from test_ct_files import meta, nrrd

from sim.patient.ct import read_scan
from sim.patient.decode import Decoder
from sim.patient.markups import read_landmarks, write_mrk_json
from sim.patient.patient import PatientError

FCSV = (
    "# Markups fiducial file version = 4.10\n# CoordinateSystem = 0\n"
    "# columns = id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label,desc,associatedNodeID\n0,10,20,30,0,0,0,1,1,1,0,carina,,\n"
)
CSV = "# frame: RAS\nlandmark,x,y,z\ncarina,10,20,30\nt1,1,2,3\n"


def damaged(content: bytes, rng: random.Random) -> bytes:
    """`content` cut, with bytes changed, put in, zeroed or written over; mostly in the header."""
    result = bytearray(content)
    kind = rng.choice(("flip", "flip", "cut", "insert", "zero", "text"))
    at = rng.randrange(min(len(result), 900))
    if kind == "flip":
        for _ in range(rng.choice((1, 3, 10))):
            result[rng.randrange(len(result) if rng.random() < 0.4 else min(len(result), 900))] = rng.randrange(256)
    elif kind == "cut":
        result = result[: rng.randrange(len(result))]
    elif kind == "insert":
        result[at:at] = bytes(rng.randrange(256) for _ in range(rng.choice((1, 4, 30))))
    elif kind == "zero":
        result[at : at + 8] = b"\0" * 8
    else:
        result[at : at + 4] = rng.choice((b"nan ", b"inf ", b"-1  ", b"1e99", b",,,,", b"{}[]"))
    return bytes(result)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """One good file of each kind."""
    folder = tmp_path_factory.mktemp("whole")
    hu, affine = box()
    save(slices(hu, affine), folder / "plain")
    save([multi_frame(hu, affine, np.arange(6))], folder / "frames")
    nrrd(folder / "a.nrrd", body(), AFFINE)
    nrrd(folder / "packed.nrrd", body(), AFFINE, packed=True)
    meta(folder / "a.mha", body(), AFFINE)
    save_nifti(folder / "a.nii", body(), AFFINE)
    save_nifti(folder / "a.nii.gz", body(), AFFINE)
    write_mrk_json(folder / "a.mrk.json", {"t1": (1, 2, 3), "carina": (3, 4, 5)})
    (folder / "a.fcsv").write_text(FCSV)
    (folder / "a.csv").write_text(CSV)
    return folder


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "name",
    ["plain", "frames", "a.nrrd", "packed.nrrd", "a.mha", "a.nii", "a.nii.gz", "a.mrk.json", "a.fcsv", "a.csv"],
)
def test_every_damage_is_one_sentence_or_none(whole, tmp_path, name):
    rng = random.Random(name)
    source = whole / name
    said = []
    for n in range(60):
        if source.is_dir():
            files = sorted(source.iterdir())
            victim = rng.randrange(len(files))
            target = tmp_path / str(n)
            target.mkdir()
            for i, file in enumerate(files):
                (target / file.name).write_bytes(damaged(file.read_bytes(), rng) if i == victim else file.read_bytes())
        else:
            target = tmp_path / f"{n}{name}"
            target.write_bytes(damaged(source.read_bytes(), rng))
        try:
            (read_landmarks if name in ("a.mrk.json", "a.fcsv", "a.csv") else read_scan)(target)
        except PatientError as error:
            said.append(str(error))
    assert len(said) > 5
    for sentence in said:
        assert "\n" not in sentence
        assert sentence.endswith((".", ")"))


def test_a_codec_that_dies_costs_one_slice(tmp_path):
    hu, affine = box()
    images = slices(hu, affine)
    for image in images:
        compress(image, JPEGLosslessSV1)
    save(images, tmp_path)
    with Decoder() as decoder:
        good = decoder.pixels(tmp_path / "000.dcm")
        assert good.shape == (8, 10)
        decoder._child.kill()
        decoder._child.wait()
        with pytest.raises(ValueError, match="broke down"):
            decoder.pixels(tmp_path / "001.dcm")
        np.testing.assert_array_equal(decoder.pixels(tmp_path / "000.dcm"), good)  # a new child


def test_the_child_ends_with_its_parent_and_keeps_quiet(tmp_path):
    hu, affine = box()
    images = slices(hu, affine)
    for image in images[:2]:
        compress(image, JPEGLosslessSV1)
    save(images[:2], tmp_path)
    with Decoder() as decoder:
        decoder.pixels(tmp_path / "000.dcm")
        child = decoder._child
        with pytest.raises(ValueError, match=r"\w"):
            decoder.pixels(tmp_path / "absent.dcm")
        assert decoder._child is child  # a file that does not read is no reason to start again
    assert child.poll() is not None
