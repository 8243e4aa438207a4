"""Survey pictures of a whole patient, and where two of them say that a point lies. Pure geometry and one render.

A survey view is the C-arm's own geometry (sim.geometry) made `scale` times as large about a centre: focal spot,
detector and distances all grow together, so that the whole patient fits. A picture of the patient from there is the
picture of a patient `scale` times smaller from the C-arm itself, with path lengths `scale` times shorter.

Two clicks give two rays that hardly ever meet. The point nearest to both in the least-squares sense is the middle of
their common perpendicular, the residual its length (the "mid-point" method; Hartley and Sturm, Triangulation, CVIU 68
(1997) 146).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sim.geometry import DETECTOR_MM, SDD_MM, SOURCE_TO_ISOCENTRE_MM, beam_of, project
from sim.patient.patient import Patient
from sim.pose import CArmPose

BODY_HU = -400
MARGIN = 1.03
PARALLEL = 1e-4
"""Rays within this angle (radians) of each other give no depth."""


@dataclass(frozen=True)
class SurveyView:
    """A square picture of `size` pixels, seen from the C-arm's place at primary angle `primary_deg`, but `scale` times
    as far from `centre` (left, up, ant; mm)."""

    centre: tuple[float, float, float]
    scale: float
    primary_deg: float
    size: int

    @property
    def pose(self) -> CArmPose:
        """Where the C-arm stands to the shrunken patient, whose centre is the origin."""
        return CArmPose(primary_deg=self.primary_deg)

    @property
    def source(self) -> np.ndarray:
        """The focal spot (3,) in the patient frame, mm."""
        return np.array(self.centre) - self.scale * SOURCE_TO_ISOCENTRE_MM * beam_of(self.pose).axis

    def project(self, points: np.ndarray) -> np.ndarray:
        """Pixels (..., 2) as (u, v) of patient points (..., 3) in mm; NaN behind the focal spot."""
        return project(self.pose, (np.asarray(points, float) - self.centre) / self.scale, self.size)[0]

    def ray(self, uv: tuple[float, float]) -> np.ndarray:
        """Unit vector (3,) from the focal spot through pixel (u, v)."""
        beam = beam_of(self.pose)
        right, down = (np.array(uv, float) - 0.5 * (self.size - 1)) * (DETECTOR_MM / self.size)
        way = SDD_MM * beam.axis + right * beam.right + down * beam.down
        return way / np.linalg.norm(way)

    def render(self, patient: Patient, make_projector: Callable | None = None) -> np.ndarray:
        """-ln(I/I0) of `patient`, float32 (size, size). Path lengths are those of the true patient; beam hardening is
        that of the small one, which is less."""
        if make_projector is None:
            from sim.xray.cpu import CpuProjector as make_projector  # noqa: N813  compiles kernels: only when needed
        small = np.array(patient.affine, float)
        small[:3, 3] -= self.centre
        small[:3] /= self.scale
        projector = make_projector(replace(patient, affine=small, landmarks={}))
        return projector.render(self.pose, self.size) * np.float32(self.scale)


@dataclass(frozen=True)
class Meeting:
    """Where two rays nearly meet: `point` (left, up, ant; mm) and how far the rays pass from each other, mm."""

    point: tuple[float, float, float]
    residual_mm: float


def meeting(one: SurveyView, uv_one: tuple[float, float], other: SurveyView, uv_other: tuple[float, float]) -> Meeting:
    """The point nearest to both rays. Raises ValueError when they are parallel, as from the same view twice."""
    a, b = one.ray(uv_one), other.ray(uv_other)
    between = other.source - one.source
    across = np.cross(a, b)
    square = float(across @ across)
    if square < PARALLEL**2:
        raise ValueError("The two views look the same way, so they give no depth.")
    on_one = one.source + a * (np.cross(between, b) @ across / square)
    on_other = other.source + b * (np.cross(between, a) @ across / square)
    middle = (on_one + on_other) / 2
    return Meeting(tuple(float(v) for v in middle), float(np.linalg.norm(on_one - on_other)))


def epipolar(one: SurveyView, uv: tuple[float, float], other: SurveyView, reach_mm: float) -> np.ndarray:
    """The line (2, 2) in `other`, pixels (u, v), on which the point clicked at `uv` in `one` must lie: the ray's
    shadow, over `reach_mm` to either side of the centre's distance."""
    way = one.ray(uv)
    middle = float((np.array(one.centre) - one.source) @ way)
    ends = one.source + way * np.array([[middle - reach_mm], [middle + reach_mm]])
    return other.project(ends)


def slab(patient: Patient, along: int, at_mm: float, half_mm: float) -> Patient:
    """What of `patient` lies within `half_mm` of `at_mm` along patient axis `along` (0 left, 1 up, 2 ant), as a smaller
    volume; on an oblique grid within that of its middle. At least one slice is left."""
    columns = patient.affine[along, :3]
    axis = int(np.argmax(np.abs(columns)))
    middle = patient.affine[along, 3] + sum(columns[a] * (patient.hu.shape[a] - 1) / 2 for a in range(3) if a != axis)
    ends = sorted((at_mm + side * half_mm - middle) / columns[axis] for side in (-1, 1))
    n = patient.hu.shape[axis]
    first = min(max(int(np.ceil(ends[0])), 0), n - 1)
    last = min(max(int(np.floor(ends[1])) + 1, first + 1), n)
    cut = [slice(None)] * 3
    cut[axis] = slice(first, last)
    affine = np.array(patient.affine, float)
    affine[:3, 3] += affine[:3, axis] * first
    return replace(patient, hu=np.ascontiguousarray(patient.hu[tuple(cut)]), affine=affine, landmarks={})


def body_box(patient: Patient, above_hu: int = BODY_HU) -> np.ndarray:
    """Corners (8, 3) in the patient frame, mm, of the box that holds what is denser than `above_hu`; the whole volume's
    when nothing is."""
    steps = tuple(max(1, n // 128) for n in patient.hu.shape)
    dense = patient.hu[tuple(slice(None, None, step) for step in steps)] > above_hu
    if not dense.any():
        return patient.corners()
    ends = []
    for axis, step in enumerate(steps):
        held = np.flatnonzero(dense.any(axis=tuple(a for a in range(3) if a != axis)))
        ends.append((held[0] * step - 0.5, min(held[-1] * step + step, patient.hu.shape[axis]) - 0.5))
    ijk = np.array([[i, j, k] for i in ends[0] for j in ends[1] for k in ends[2]])
    return ijk @ patient.affine[:3, :3].T + patient.affine[:3, 3]


def survey_views(patient: Patient, size: int = 1024) -> dict[str, SurveyView]:
    """An AP and a left lateral view ("ap", "lateral") that show the whole patient at one scale."""
    box = body_box(patient)
    centre = tuple(float(v) for v in (box.min(axis=0) + box.max(axis=0)) / 2)

    def fits(scale: float) -> bool:
        for primary in (0.0, 90.0):
            view = SurveyView(centre, scale, primary, size)
            off = np.abs(view.project(box) - 0.5 * (size - 1))
            if not np.all(off * MARGIN <= 0.5 * size):  # NaN does not fit either
                return False
        return True

    low, high = 0.3, 40.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if fits(middle) else (middle, high)
    return {"ap": SurveyView(centre, high, 0.0, size), "lateral": SurveyView(centre, high, 90.0, size)}
