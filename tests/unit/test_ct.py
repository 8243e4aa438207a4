"""Real CT: orientation whatever the axis order, clean HU, and one clear sentence for each bad NIfTI."""

from __future__ import annotations

import itertools
import struct

import nibabel as nib
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, map_coordinates

from sim.patient.ct import read_ct
from sim.patient.hu import clean_hu
from sim.patient.patient import Patient, PatientError
from sim.pose import CArmPose

# RAS of a small chest-like box: 3 x 4 x 5 mm voxels, turned a little, off the origin.
TURN = np.array([[0.98, -0.14, 0.0], [0.14, 0.98, 0.0], [0.0, 0.0, 1.0]])
TURN /= np.linalg.norm(TURN, axis=0)
AFFINE = np.eye(4)
AFFINE[:3, :3] = TURN @ np.diag([3.0, 4.0, 5.0])
AFFINE[:3, 3] = [-30.0, -25.0, -20.0]


def body() -> np.ndarray:
    """Water in air with one dense corner toward +R +A +S and one lung toward -R, so that no axis order looks alike."""
    hu = np.full((22, 18, 14), -1000, np.int16)
    hu[3:19, 3:15, 2:12] = 30
    hu[12:17, 9:13, 7:11] = 900
    hu[5:9, 5:12, 3:8] = -800
    return hu


def orders() -> list[tuple[tuple[int, ...], tuple[bool, ...]]]:
    return list(itertools.product(itertools.permutations(range(3)), itertools.product((False, True), repeat=3)))


def turned(hu: np.ndarray, affine: np.ndarray, order, flips) -> tuple[np.ndarray, np.ndarray]:
    """The same volume with its array axes in another order and direction, and the affine that undoes it."""
    back = np.zeros((4, 4))
    back[3, 3] = 1
    for new, old in enumerate(order):
        back[old, new] = -1 if flips[new] else 1
        back[old, 3] = hu.shape[old] - 1 if flips[new] else back[old, 3]
    new = hu.transpose(order)
    return new[tuple(slice(None, None, -1 if f else 1) for f in flips)], affine @ back


def save(path, data, affine, units="mm"):
    image = nib.Nifti1Image(np.ascontiguousarray(data), affine)
    image.set_sform(affine, 1)
    image.header.set_xyzt_units(units)
    nib.save(image, path)
    return path


def sample(hu: np.ndarray, affine: np.ndarray, points: np.ndarray) -> np.ndarray:
    ijk = (points - affine[:3, 3]) @ np.linalg.inv(affine[:3, :3]).T
    return map_coordinates(hu.astype(float), ijk.T, order=1, cval=-1000)


def test_48_axis_orders_are_one_patient(tmp_path):
    hu = body()
    ras = np.random.default_rng(1).uniform(0, [21, 17, 13], (400, 3)) @ AFFINE[:3, :3].T + AFFINE[:3, 3]
    ijk = (ras - AFFINE[:3, 3]) @ np.linalg.inv(AFFINE[:3, :3]).T
    truth = map_coordinates(hu.astype(float), ijk.T, order=1)
    patient = np.stack([-ras[:, 0], ras[:, 2], ras[:, 1]], axis=1)  # left = -R, up = S, ant = A
    assert len(orders()) == 48
    for n, (order, flips) in enumerate(orders()):
        data, affine = turned(hu, AFFINE, order, flips)
        got, to_patient = read_ct(save(tmp_path / f"{n}.nii", data, affine))
        assert got.shape == data.shape  # the native grid is kept
        assert np.abs(sample(got, to_patient, patient) - truth).max() < 0.5, (order, flips)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """Relative L2 distance of two pictures."""
    return float(np.linalg.norm(one - other) / np.linalg.norm(other))


def test_48_axis_orders_give_one_picture(tmp_path):
    from sim.xray.cpu import CpuProjector

    # Softened, since a projector's samples fall elsewhere between the voxels of a turned grid.
    soft = gaussian_filter(body().astype(float), 1.0, mode="nearest").round().astype(np.int16)
    pictures = []
    for n, (order, flips) in enumerate(orders()):
        scan = read_ct(save(tmp_path / f"{n}.nii", *turned(soft, AFFINE, order, flips)))
        pictures.append(CpuProjector(Patient("box", *scan), threads=1).render(CArmPose(0, 5, 5, 20, 10), size=96))
    first = pictures[0]
    assert max(apart(picture, first) for picture in pictures) < 0.01
    wrong = (first[:, ::-1], first[::-1], first[::-1, ::-1], first.T, first.T[::-1])
    assert min(apart(picture, first) for picture in wrong) > 0.1  # what a wrong turn would have cost


def test_patient_right_is_on_the_left_of_the_picture(tmp_path):
    from sim.xray.cpu import CpuProjector

    hu = np.full((40, 30, 30), -1000, np.int16)
    hu[30:35, 10:20, 20:25] = 1500  # toward +R and +S
    affine = np.diag([4.0, 4.0, 4.0, 1.0])
    affine[:3, 3] = [-80, -60, -60]
    patient = Patient("block", *read_ct(save(tmp_path / "block.nii.gz", hu, affine)))
    picture = CpuProjector(patient, threads=1).render(CArmPose(), size=64)
    v, u = np.unravel_index(picture.argmax(), picture.shape)
    assert u < 30
    assert v < 30


def test_units_of_metres(tmp_path):
    _, in_mm = read_ct(save(tmp_path / "a.nii", body(), AFFINE))
    metres = AFFINE.copy()
    metres[:3] /= 1000
    _, in_m = read_ct(save(tmp_path / "b.nii", body(), metres, units="meter"))
    np.testing.assert_allclose(in_m, in_mm, atol=1e-3)


def test_scaled_and_squeezed_nifti(tmp_path):
    path = save(tmp_path / "a.nii", ((body().astype(int) + 10) * 2).astype(np.int16)[..., None], AFFINE)
    content = bytearray(path.read_bytes())
    content[112:120] = struct.pack("<2f", 0.5, -10.0)  # scl_slope, scl_inter
    path.write_bytes(content)
    hu, _ = read_ct(path)
    np.testing.assert_array_equal(hu, body())


@pytest.mark.parametrize("dtype", [np.int16, np.float32, np.int32, np.float64])
def test_hu_clean_up(dtype):
    raw = body().astype(dtype)
    raw[0, 0, :6] = [-2048, -1024, -981, -980, 3072, 30000]
    hu, _ = clean_hu(raw)
    assert hu.dtype == np.int16
    assert hu[0, 0, :6].tolist() == [-1000, -1000, -1000, -980, 3071, 3071]
    np.testing.assert_array_equal(hu[1:], body()[1:])
    assert raw[0, 0, 0] == -2048  # the input is left alone


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d[:, :, 0], "22 x 18; one CT volume"),
        (lambda d: np.stack([d, d], -1), "22 x 18 x 14 x 2; one CT volume"),
        (lambda d: np.where(d > 500, np.nan, d).astype(np.float32), "not numbers"),
        (lambda d: (d > 0).astype(np.uint8), "0 to 1, which are not Hounsfield units"),
        (lambda d: (d > 0).astype(np.float32), "scaled away"),
        (lambda d: ((d + 1024) / 2048 * 255).clip(0, 255).astype(np.uint8), "picture of 8 bits"),
        (lambda d: ((d + 1000) * 0.02).astype(np.float32), "not Hounsfield units"),
        (lambda d: np.full_like(d, -1000), "not Hounsfield units"),
        (lambda d: (d // 16).clip(-128, 127).astype(np.int8), "picture of 8 bits"),
        (lambda d: (d * 1000.0).astype(np.float32), "not Hounsfield units"),
        (lambda d: np.where(np.arange(d.shape[0])[:, None, None] < 2, 32767, d).astype(np.int16), "not Hounsfield"),
        (lambda d: d[:, :, :2], "22 x 18 x 2; a CT volume"),
        (lambda d: np.zeros(d.shape, [("R", "u1"), ("G", "u1"), ("B", "u1")]), "colours"),
        (lambda d: d.astype(np.complex64), "complex"),
    ],
)
def test_nifti_that_is_no_ct_is_refused(tmp_path, change, says):
    with pytest.raises(PatientError, match=says):
        read_ct(save(tmp_path / "bad.nii.gz", change(body()), AFFINE))


@pytest.mark.parametrize("scale", [0.001, 0.02, 1000.0])
def test_voxels_that_no_body_scan_has_are_refused(tmp_path, scale):
    small = np.diag([scale, scale, scale, 1.0]) @ AFFINE
    with pytest.raises(PatientError, match="its lengths are not in mm"):
        read_ct(save(tmp_path / "a.nii", body(), small))


def test_unreadable_nifti_is_refused(tmp_path):
    whole = save(tmp_path / "a.nii.gz", np.random.default_rng(0).integers(-1000, 900, (22, 18, 14), np.int16), AFFINE)
    (tmp_path / "cut.nii.gz").write_bytes(whole.read_bytes()[:5000])
    (tmp_path / "text.nii").write_text("not a volume")
    (tmp_path / "text.nii.gz").write_text("not a volume")
    (tmp_path / "empty.nii").write_bytes(b"")
    for name in ("cut.nii.gz", "text.nii", "text.nii.gz", "empty.nii"):
        with pytest.raises(PatientError, match=f"{name} is not a readable NIfTI"):
            read_ct(tmp_path / name)
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(PatientError, match="neither a NIfTI file"):
        read_ct(tmp_path / "notes.txt")
    with pytest.raises(PatientError, match="no file or folder"):
        read_ct(tmp_path / "absent.nii")


def test_nifti_without_orientation_is_refused(tmp_path):
    image = nib.Nifti1Image(body(), None)
    nib.save(image, tmp_path / "a.nii")
    with pytest.raises(PatientError, match="left and right are unknown"):
        read_ct(tmp_path / "a.nii")


def test_sheared_nifti_is_refused(tmp_path):
    sheared = AFFINE.copy()
    sheared[1, 2] = 5.0 * np.tan(np.deg2rad(10))
    with pytest.raises(PatientError, match="sheared: its axes are"):
        read_ct(save(tmp_path / "a.nii", body(), sheared))
