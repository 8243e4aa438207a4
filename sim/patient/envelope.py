"""The skin: one smooth signed distance round a subject's bones, at 4 mm. Knows shapes, no tissue.

Hulls, superellipse and round cones joined by smooth minima (skeleton frame, mm, negative inside).
"""

# ruff: noqa: RUF005  (points are arrays: + adds them)
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.spatial import ConvexHull

from sim.patient.grid import Grid, blend, planes_distance
from sim.patient.placement import SIDES, Placement
from sim.patient.skeleton import Mesh

COARSE_MM = 4.0
FAR = 60.0
_HAND = ("mc_", "prox", "mid", "dist", "hamate", "capitate", "lunate", "scaph", "thumb", "trapez")


@dataclass(frozen=True)
class Envelope:
    """Signed distances on `grid`, float32 [z, y, x]: `skin` of everything, `arms` of the arms alone, `ribs` of the hull
    of the ribs (bone surface)."""

    grid: Grid
    skin: np.ndarray
    arms: np.ndarray
    ribs: np.ndarray


def _hulls(grid: Grid, points: np.ndarray, half: float, low: float, high: float, blur_mm: float) -> np.ndarray:
    """Stack of convex hulls of the points within `half` mm of each slice; FAR where there are too few."""
    out = np.full(grid.shape, FAR, np.float32)
    z, y, x = grid.axes
    for i in np.flatnonzero((z >= low) & (z <= high)):
        near = points[np.abs(points[:, 2] - z[i]) < half][:, :2]
        if len(near) >= 20:
            planes_distance(out[i], y, x, ConvexHull(near).equations)
    return ndimage.gaussian_filter1d(out, blur_mm / grid.spacing, axis=0)


class _Blob:
    """A growing signed distance."""

    def __init__(self, grid: Grid, field: np.ndarray | None = None) -> None:
        self.grid = grid
        self.field = np.full(grid.shape, 1e3, np.float32) if field is None else field.astype(np.float32)

    def add(self, p, q, r1: float, r2: float, k: float, squash: float = 1.0) -> None:
        box, shape = self.grid.cone(p, q, r1, r2, squash, margin=FAR)
        blend(self.field[box], shape, k)

    def join(self, other: np.ndarray, k: float) -> None:
        blend(self.field, other.astype(np.float32), k)


def limits(placement: Placement) -> tuple[np.ndarray, np.ndarray]:
    """Outer corners (z, y, x) of the coarse grid: all that may be in the volume. Its foot end lies 420 mm below T1, or
    lower where crossed arms reach further; its head end above the vertex, where raised arms leave it."""
    marks = placement.landmarks
    xs = [abs(marks[f"{side}_{part}"][0]) for side, _, _ in SIDES for part in ("elbow", "wrist", "humeral_head")]
    lowest = min(marks[f"{side}_elbow"][2] for side, _, _ in SIDES) - 55.0
    if placement.subject.arms == "beside":
        lowest = -420.0
    reach = max(max(xs) + 75.0, placement.subject.abdomen_mm + 35.0)
    head = placement.head(np.array([0.0, placement.head_centre[1], 262.0]))[2] + 14.0
    return np.array([min(-420.0, lowest), -320.0, -reach]), np.array([head, 124.0, reach])


def envelope(placement: Placement, bones: dict[str, Mesh]) -> Envelope:
    s, marks = placement.subject, placement.landmarks
    grid = Grid(*limits(placement), COARSE_MM)
    fat = s.fat_mm
    x, y, z = grid.points()
    zt = marks["t12"][2]
    course = placement.course(grid.axes[0])[:, None, None].astype(np.float32)

    cage = np.vstack([v for n, (v, _) in bones.items() if n.startswith(("rib_", "sternum", "torso"))])
    ribs = _hulls(grid, cage, 14.0, zt - 30.0, 24.0, 10.0)
    wall = 12.0 + 0.8 * fat + 10.0 * np.exp(-(((z + 70.0) / 60.0) ** 2)) * (y < 0)
    wall = wall - 0.4 * np.clip(zt + 75.0 - z, 0.0, 140.0)  # the costal margin sinks into the abdomen
    body = _Blob(grid, np.maximum(ribs - wall, np.maximum(z - 10.0, zt - 20.0 - z)))
    body.join(_abdomen(placement, grid, course), 45.0)
    if s.female:
        for sign in (-1.0, 1.0):
            c = np.array([sign * (78 + 0.4 * fat), -112.0 * s.depth, marks["carina"][2] - 66.0])
            body.add(c, c + [sign * 16, 20, -6], 30 + 0.9 * fat, 34 + 0.9 * fat, 25.0, 0.7)

    base = placement.head(np.array([0.0, placement.head_centre[1] + 18.0, 108.0]))
    root = np.array([marks["t1"][0], -18.0, -18.0])
    neck = s.neck_mm
    body.add(root, base, neck + 6, neck - 2, 30.0, 1.08)
    jaw = bones["hat_jaw"][0]
    chin = jaw[jaw[:, 2].argmin()]
    mouth = np.array([jaw[:, 0].mean(), jaw[:, 1].mean() + 10.0, chin[2] + 22.0])
    body.add(root + [0, -14, 25], mouth, neck - 8, neck - 12, 30.0)

    arms = np.full(grid.shape, 1e3, np.float32)
    for side, letter, sign in SIDES:
        arm = _arm(placement, bones, grid, side, letter)
        head = marks[f"{side}_humeral_head"]
        elbow = marks[f"{side}_elbow"]
        tip = marks[f"{side}_scapular_inferior_angle"]
        nape = np.array([marks["t1"][0] + sign * 35.0, 15.0, 40.0])
        shoulder = _Blob(grid)
        shoulder.add(nape, head + [0, 8, 14], 34 + 0.3 * fat, 24 + 0.4 * fat, 25.0)
        shoulder.add(nape - [0, 0, 50], head, 45, 40 + 0.3 * fat, 25.0)
        body.join(shoulder.field, 35.0)
        chest = np.array([marks["t1"][0] + sign * 45.0, -70.0 * s.depth, -55.0])
        body.add(chest, head + [0, -6, -28], 26 + 0.5 * fat, 34 + 0.3 * fat, 30.0)
        body.add(tip + [0, 5, 10], head + [0, 15, -40], 26 + 0.4 * fat, 30 + 0.3 * fat, 30.0)
        np.minimum(arms, arm, out=arms)
        # Only near the shoulder does the arm run into the trunk; further down it lies against it.
        way = (elbow - head) / np.linalg.norm(elbow - head)
        along = (x - head[0]) * way[0] + (y - head[1]) * way[1] + (z - head[2]) * way[2]
        body.join(np.maximum(arm, along - 75.0), 30.0)

    body.join(_head(placement, bones, grid, neck, root, chin, jaw), 14.0)
    skin = ndimage.gaussian_filter(np.minimum(body.field, arms), 0.7)
    return Envelope(grid, skin, np.clip(arms, -99, 99), ribs)


def _abdomen(placement: Placement, grid: Grid, course: np.ndarray) -> np.ndarray:
    s, zt = placement.subject, placement.landmarks["t12"][2]
    x, y, z = grid.points()
    back, front = 62.0 * s.depth + 0.5 * s.fat_mm, -s.front_mm
    b = (back - front) / 2 * np.clip(1 - ((z - (zt - 40)) / 260.0) ** 2 * 0.45, 0.5, 1)
    a = s.abdomen_mm * (1 + 0.06 * np.clip((zt - 60 - z) / 60, -1, 1.5))
    up = np.clip((z - zt) / 100, 0, 1.1) ** 2  # it narrows into the chest
    a, b = a * (1 - 0.22 * up), b * (1 - 0.22 * up)
    q = ((np.abs(x - course) / a) ** 2.5 + (np.abs(y - (back - b)) / b) ** 2.5) ** 0.4
    return np.maximum((q - 1) * np.minimum(a, b) * 0.9, z - (zt + 110.0))


def _arm(placement: Placement, bones: dict[str, Mesh], grid: Grid, side: str, letter: str) -> np.ndarray:
    s, marks = placement.subject, placement.landmarks
    fat, girth = s.fat_mm, s.muscle
    head, elbow, wrist = (marks[f"{side}_{part}"] for part in ("humeral_head", "elbow", "wrist"))
    d = (elbow - head) / np.linalg.norm(elbow - head)
    f = (wrist - elbow) / np.linalg.norm(wrist - elbow)
    arm = _Blob(grid)
    arm.add(head - 2 * d, head + 70 * d, 43 * girth + 0.35 * fat, 45 * girth + 0.3 * fat, 20.0)
    arm.add(head + 60 * d, elbow - 5 * d, 44 * girth + 0.3 * fat, 34 * girth + 0.2 * fat, 20.0)
    arm.add(elbow, elbow + 75 * f, 36 * girth + 0.15 * fat, 37 * girth + 0.12 * fat, 20.0)
    arm.add(elbow + 70 * f, wrist, 36 * girth + 0.12 * fat, 23 * girth, 15.0)
    hand = np.vstack([v for n, (v, _) in bones.items() if n.endswith(f"_{letter}") and any(k in n for k in _HAND)])
    index = np.floor(grid.index(hand) + 0.5).astype(int)
    index = index[np.all((index >= 0) & (index < grid.shape), axis=1)]
    if len(index):
        lo, hi = np.maximum(index.min(0) - 12, 0), index.max(0) + 13
        box = tuple(slice(a, b) for a, b in zip(lo, hi))
        empty = np.ones([min(b, n) - a for a, b, n in zip(lo, hi, grid.shape)], bool)
        empty[tuple((index - lo).T)] = False
        palm = ndimage.distance_transform_edt(empty).astype(np.float32) * grid.spacing - 9.0
        blend(arm.field[box], palm, 6.0)
    return arm.field


def _head(placement: Placement, bones, grid: Grid, neck: float, root, chin, jaw) -> np.ndarray:
    s, at = placement.subject, placement.head
    y0 = placement.head_centre[1]
    _, _, z = grid.points()
    points = np.vstack([bones["hat_skull"][0], bones["hat_jaw"][0]])
    top = points[:, 2].max()
    hull = _hulls(grid, points, 7.0, points[:, 2].min() - 4, top + 3, 4.8)
    hull = np.maximum(hull, z - top - 1)
    face = np.clip((at(np.array([0.0, 0.0, 150.0]))[2] - z) / 60, 0, 1)
    head = _Blob(grid, hull - 7 - (0.25 * s.fat_mm + 4) * face)
    head.add(at(np.array([0.0, y0 - 90, 150.0])), at(np.array([0.0, y0 - 99, 126.0])), 7, 11, 12.0)
    for sign in (-1.0, 1.0):
        ear = at(np.array([[sign * 82, y0 + 10, 138.0], [sign * 86, y0 + 20, 160.0]]))
        head.add(ear[0], ear[1], 3, 5, 6.0)
    under = np.array([jaw[:, 0].mean(), jaw[:, 1].mean(), chin[2] + 12])
    head.add(under, root + [0, 0, 40], 34 + 0.4 * s.fat_mm, neck - 5, 25.0)
    return head.field
