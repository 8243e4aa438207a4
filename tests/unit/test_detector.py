"""What the detector adds: scatter, noise and blur, each against its formula."""

from __future__ import annotations

import numpy as np
import pytest

from sim.frame import LOG_SCALE
from sim.geometry import DETECTOR_MM
from sim.xray.detector import BLUR_MM, ELECTRONIC_QUANTA, ELEMENT_MM, Detector, Exposure

FLAT = np.full((256, 256), 4.0, np.float32)


def read(picture: np.ndarray) -> np.ndarray:
    return picture / LOG_SCALE


def test_without_scatter_noise_and_blur_it_only_rounds():
    signal = np.random.default_rng(0).uniform(0, 12, (96, 96)).astype(np.float32)
    picture = Detector(scatter=0, noise=False, blur=False).expose(signal)
    assert picture.dtype == np.uint16
    assert np.abs(picture - LOG_SCALE * signal).max() < 0.6


def test_the_same_seed_gives_the_same_picture_whatever_the_threads():
    one = Detector().expose(FLAT, 5)
    assert np.array_equal(one, Detector(threads=2).expose(FLAT, 5))
    assert not np.array_equal(one, Detector().expose(FLAT, 6))


@pytest.mark.parametrize("ma", [2.0, 10.0, 40.0])
@pytest.mark.parametrize("size", [128, 256])
def test_noise_is_that_of_the_quanta(ma, size):
    """Poisson: the variance of n quanta is n, beside that of the electronics; a small error is the same in the
    logarithm."""
    exposure = Exposure(ma=ma)
    signal = np.full((size, size), 4.0, np.float32)
    picture = read(Detector(scatter=0, blur=False).expose(signal, 1, exposure))
    quanta = exposure.quanta_per_mm2() * (DETECTOR_MM / size) ** 2 * np.exp(-4.0)
    electronics = ELECTRONIC_QUANTA * DETECTOR_MM / size / ELEMENT_MM
    assert picture.std() == pytest.approx(np.sqrt(quanta + electronics**2) / quanta, rel=0.05)
    assert picture.mean() == pytest.approx(4.0, abs=0.01)


def test_noise_is_white_without_blur():
    picture = read(Detector(scatter=0, blur=False).expose(FLAT, 1))
    off = picture - picture.mean()
    for neighbour in (np.roll(off, 1, 0), np.roll(off, 1, 1), np.roll(off, 3, 0)):
        assert abs((off * neighbour).mean()) < 0.02 * off.var()


@pytest.mark.parametrize("thick", [2.0, 4.0])
def test_scatter_in_a_wide_slab_is_its_share_of_the_logarithm(thick):
    slab = np.full((256, 256), thick, np.float32)
    seen = read(Detector(scatter=0.15, noise=False, blur=False).expose(slab))[128, 128]
    assert np.exp(-seen) / np.exp(-thick) - 1 == pytest.approx(0.15 * thick, rel=0.02)


def test_air_scatters_nothing():
    assert not Detector(noise=False).expose(np.zeros((64, 64), np.float32)).any()


def test_blur_keeps_the_signal_and_has_its_width():
    line = np.zeros((512, 512), np.float32)
    line[:, 256] = -np.log(0.5)
    signal = np.exp(-read(Detector(scatter=0, noise=False).expose(line)))[100]
    lost = 1 - signal[250:263]
    at = (np.arange(13) - 6) * DETECTOR_MM / 512
    assert lost.sum() == pytest.approx(0.5, rel=0.01)
    assert np.sqrt((lost * at**2).sum() / lost.sum()) == pytest.approx(BLUR_MM, rel=0.02)


def test_the_blurs_mtf_is_a_gaussians():
    """Fourier transform of the spread of a fine line, against exp(-2 (pi sigma f)^2)."""
    pitch = DETECTOR_MM / 512
    line = np.zeros((512, 512), np.float32)
    line[:, 256] = -np.log(0.5)
    lost = 1 - np.exp(-read(Detector(scatter=0, noise=False).expose(line)))[100]
    at = (np.arange(512) - 256) * pitch
    for frequency in (0.1, 0.2, 0.3):
        mtf = (lost * np.cos(2 * np.pi * frequency * at)).sum() / lost.sum()
        assert mtf == pytest.approx(np.exp(-2 * (np.pi * BLUR_MM * frequency) ** 2), abs=0.02)


def test_a_generator_can_be_given_and_odd_sizes_too():
    signal = np.full((37, 53), 3.0, np.float32)
    picture = Detector().expose(signal, np.random.default_rng(3))
    assert picture.shape == (37, 53)
