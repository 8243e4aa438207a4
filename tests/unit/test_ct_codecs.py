"""Compressed DICOM reads voxel for voxel, signed and unsigned, with any codec that an archive may have used."""

from __future__ import annotations

import numpy as np
import pytest
from dicom_codecs import compress
from dicom_writer import multi_frame, save, slices
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless, JPEGLosslessSV1, JPEGLSLossless, RLELossless
from test_ct_dicom import box, same

from sim.patient.ct import read_ct, read_scan
from sim.patient.patient import PatientError

SYNTAXES = [JPEGLosslessSV1, JPEG2000Lossless, JPEGLSLossless]
NAMES = ["jpeg-lossless", "jpeg-2000", "jpeg-ls"]


def body() -> tuple[np.ndarray, np.ndarray]:
    """A volume (40, 32, 5) with noise, air and padding as a scanner stores them, and its affine into LPS."""
    rng = np.random.default_rng(4)
    hu = np.full((40, 32, 5), -1000)
    hu[8:32, 6:26] = rng.integers(-120, 1500, (24, 20, 5))
    _, affine = box()
    return hu.astype(np.int16), affine


def signed_with_padding(image) -> None:
    """Intercept 0 and negative stored values, as some makers write, and padding of -2000 that is no HU."""
    stored = image.pixel_array.astype(np.int16) + np.int16(image.RescaleIntercept)
    stored[:2] = -2000
    image.PixelData, image.RescaleIntercept = stored.tobytes(), 0
    image.add_new("PixelPaddingValue", "SS", -2000)


def twelve_bits_unsigned(image) -> None:
    image.BitsStored, image.HighBit, image.PixelRepresentation = 12, 11, 0


@pytest.mark.parametrize("syntax", SYNTAXES, ids=NAMES)
@pytest.mark.parametrize("change", [lambda image: None, signed_with_padding, twelve_bits_unsigned])
def test_every_voxel_of_a_compressed_series(tmp_path, syntax, change):
    hu, affine = body()
    images = slices(hu, affine)
    for image in images:
        change(image)
        compress(image, syntax)
    same(read_ct(save(images, tmp_path)), hu, affine)


def test_a_multi_frame_file_of_jpeg_2000(tmp_path):
    hu, affine = body()
    image = multi_frame(hu, affine, np.array([3, 0, 4, 1, 2]))
    image.compress(JPEG2000Lossless, generate_instance_uid=False)
    save([image], tmp_path, ["enhanced.dcm"])
    same(read_ct(tmp_path), hu, affine)


def test_a_series_of_mixed_compression(tmp_path):
    hu, affine = body()
    images = slices(hu, affine)
    for image, syntax in zip(images, [*SYNTAXES, RLELossless]):
        compress(image, syntax)
    same(read_ct(save(images, tmp_path)), hu, affine)


@pytest.mark.parametrize("syntax", SYNTAXES, ids=NAMES)
def test_a_cut_stream_is_one_sentence(tmp_path, syntax):
    hu, affine = body()
    images = slices(hu, affine)
    for image in images:
        compress(image, syntax)
    images[2].PixelData = encapsulate([images[2].PixelData[16:76]])
    save(images, tmp_path)
    with pytest.raises(PatientError, match=r"The pixels of 002\.dcm cannot be read") as refused:
        read_ct(tmp_path)
    assert "\n" not in str(refused.value)


def test_loss_is_said(tmp_path):
    hu, affine = body()
    images = slices(hu, affine)
    for image in images:
        image.LossyImageCompression = "01"
    scan = read_scan(save(images, tmp_path / "a"))
    assert any("compressed with loss" in note for note in scan.notes)
