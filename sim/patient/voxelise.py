"""Bones into voxels: filled meshes with a cortex, at half the spacing, averaged to partial volumes.

Most meshes leak. Signed scanline crossings along three axes with a majority vote fill them all the same. Knows no soft
tissue.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit

from sim.patient.grid import Grid
from sim.patient.skeleton import Mesh


@dataclass(frozen=True)
class Kind:
    """What a bone is made of: HU of its spongy inside and of its cortex, and the cortex's thickness in mm."""

    inside: float
    cortex: float
    thickness: float


# HU typical of adult CT; the cortex is denser than a 2 mm voxel shows, partial volume takes care of that.
KINDS = {
    "skull": Kind(450, 1050, 2.2),
    "jaw": Kind(700, 1800, 3.0),
    "cervical": Kind(330, 850, 1.4),
    "vertebra": Kind(190, 760, 1.5),
    "rib": Kind(300, 1150, 1.8),
    "cartilage": Kind(110, 230, 1.0),
    "scapula": Kind(220, 1050, 1.4),
    "clavicle": Kind(250, 1100, 1.8),
    "shaft": Kind(60, 1350, 3.4),
    "neck": Kind(60, 1350, 2.0),
    "end": Kind(270, 1050, 1.7),
    "forearm": Kind(90, 1400, 2.9),
    "forearm_neck": Kind(90, 1400, 1.8),
    "hand": Kind(300, 950, 1.2),
    "pelvis": Kind(170, 750, 1.4),
}
_NUMBER = {name: k for k, name in enumerate(KINDS)}
_OF_NAME = (
    ("hat_skull", "skull"),
    ("hat_jaw", "jaw"),
    ("cervical", "cervical"),
    ("rib_", "rib"),
    ("sternum", "cartilage"),
    ("thoracic", "vertebra"),
    ("lumbar", "vertebra"),
    ("scapula", "scapula"),
    ("clavicle", "clavicle"),
    ("humerus_head", "end"),
    ("humerus", "shaft"),
    ("radius", "forearm"),
    ("ulna", "forearm"),
    ("pelvis", "pelvis"),
    ("sacrum", "pelvis"),
)
# Length in mm of the spongy end and of the flare that follows it.
LONG = {"shaft": ("neck", 42.0, 62.0), "forearm": ("forearm_neck", 24.0, 36.0)}


def kind_of(name: str) -> str:
    return next((kind for key, kind in _OF_NAME if key in name), "hand")


@njit(cache=True, nogil=True)
def _fill(v, f, n0, n1, n2):
    """Votes (n0, n1, n2) uint8: along how many of the three axes a voxel lies inside. `v` in voxel units [z, y, x]."""
    n = (n0, n1, n2)
    votes = np.zeros((n0, n1, n2), np.uint8)
    count = np.zeros((n0, n1, n2), np.int8)
    nudge = 1e-4
    for ax in range(3):
        a, b = (ax + 1) % 3, (ax + 2) % 3
        count[:] = 0
        for t in range(f.shape[0]):
            p, q, r = v[f[t, 0]], v[f[t, 1]], v[f[t, 2]]
            pa, pb = p[a] + nudge, p[b] + nudge * 1.37
            qa, qb = q[a] + nudge, q[b] + nudge * 1.37
            ra, rb = r[a] + nudge, r[b] + nudge * 1.37
            area = (qa - pa) * (rb - pb) - (qb - pb) * (ra - pa)
            if abs(area) < 1e-12:
                continue
            sign = 1 if area > 0 else -1
            i0, i1 = max(0, math.ceil(min(pa, qa, ra))), min(n[a] - 1, math.floor(max(pa, qa, ra)))
            j0, j1 = max(0, math.ceil(min(pb, qb, rb))), min(n[b] - 1, math.floor(max(pb, qb, rb)))
            for i in range(i0, i1 + 1):
                for j in range(j0, j1 + 1):
                    w0 = ((qa - i) * (rb - j) - (qb - j) * (ra - i)) / area
                    w1 = ((ra - i) * (pb - j) - (rb - j) * (pa - i)) / area
                    w2 = 1 - w0 - w1
                    if w0 < 0 or w1 < 0 or w2 < 0:
                        continue
                    k = min(max(math.ceil(w0 * p[ax] + w1 * q[ax] + w2 * r[ax]), 0), n[ax] - 1)
                    if ax == 0:
                        count[k, i, j] += sign
                    elif ax == 1:
                        count[j, k, i] += sign
                    else:
                        count[i, j, k] += sign
        for i in range(n[a]):
            for j in range(n[b]):
                total = 0
                for k in range(n[ax]):
                    total += count[k, i, j] if ax == 0 else (count[j, k, i] if ax == 1 else count[i, j, k])
                run = 0
                for k in range(n[ax]):
                    run += count[k, i, j] if ax == 0 else (count[j, k, i] if ax == 1 else count[i, j, k])
                    if run > 0 and (total == 0 or run > total):
                        if ax == 0:
                            votes[k, i, j] += 1
                        elif ax == 1:
                            votes[j, k, i] += 1
                        else:
                            votes[i, j, k] += 1
    return votes


@njit(cache=True, nogil=True)
def _zone(i, j, k, axis, cuts):
    """0 in the shaft, 1 in the flare, 2 in the spongy end: by the distance along `axis`."""
    t = i * axis[0] + j * axis[1] + k * axis[2]
    if t < cuts[0] or t > cuts[3]:
        return 2
    return 1 if t < cuts[1] or t > cuts[2] else 0


@njit(cache=True, nogil=True)
def _shell(v, f, inside, offsets, counts, axis, cuts):
    """Marks 2 in `inside` (1 within the bone, 0 outside) near the surface: the first `counts[zone]` of `offsets`, which
    are sorted by distance, belong to the cortex."""
    n0, n1, n2 = inside.shape
    seen = np.zeros((n0, n1, n2), np.bool_)
    for t in range(f.shape[0]):
        p, q, r = v[f[t, 0]], v[f[t, 1]], v[f[t, 2]]
        e = 0.0
        for c in range(3):
            e = max(e, abs(q[c] - p[c]), abs(r[c] - p[c]), abs(r[c] - q[c]))
        m = max(1, math.ceil(e / 0.6))
        for a in range(m + 1):
            for b in range(m + 1 - a):
                s, u = a / m, b / m
                i = round(p[0] + s * (q[0] - p[0]) + u * (r[0] - p[0]))
                j = round(p[1] + s * (q[1] - p[1]) + u * (r[1] - p[1]))
                k = round(p[2] + s * (q[2] - p[2]) + u * (r[2] - p[2]))
                if i < 0 or j < 0 or k < 0 or i >= n0 or j >= n1 or k >= n2 or seen[i, j, k]:
                    continue
                seen[i, j, k] = True
                for o in range(counts[_zone(i, j, k, axis, cuts)]):
                    x, y, z = i + offsets[o, 0], j + offsets[o, 1], k + offsets[o, 2]
                    if 0 <= x < n0 and 0 <= y < n1 and 0 <= z < n2 and inside[x, y, z] == 1:
                        inside[x, y, z] = 2


@njit(cache=True, nogil=True)
def _stamp(inside, numbers, axis, cuts, lo, fine):
    """Writes a bone into `fine`: 1 + 2 * kind for the inside, one more for the cortex; cortex wins over inside."""
    n0, n1, n2 = inside.shape
    for i in range(n0):
        for j in range(n1):
            for k in range(n2):
                t = inside[i, j, k]
                if t == 0:
                    continue
                a, b, c = i + lo[0], j + lo[1], k + lo[2]
                if a < 0 or b < 0 or c < 0 or a >= fine.shape[0] or b >= fine.shape[1] or c >= fine.shape[2]:
                    continue
                label = 1 + 2 * numbers[_zone(i, j, k, axis, cuts)]
                if t == 2:
                    fine[a, b, c] = label + 1
                elif fine[a, b, c] == 0:
                    fine[a, b, c] = label


@njit(cache=True, nogil=True)
def _average(fine, table, part, hu):
    """2 x 2 x 2 fine voxels to one: `part` (uint8, of 8) bone, and the bone's mean HU."""
    n0, n1, n2 = part.shape
    for i in range(n0):
        for j in range(n1):
            for k in range(n2):
                total, count = 0.0, 0
                for a in range(2):
                    for b in range(2):
                        for c in range(2):
                            t = fine[2 * i + a, 2 * j + b, 2 * k + c]
                            if t:
                                count += 1
                                total += table[t]
                if count:
                    part[i, j, k] = count
                    hu[i, j, k] = total / count


def _offsets(reach: float) -> np.ndarray:
    r = math.ceil(reach)
    q = np.stack(np.meshgrid(*[np.arange(-r, r + 1)] * 3, indexing="ij"), -1).reshape(-1, 3)
    order = np.argsort((q**2).sum(1), kind="stable")
    return q[order].astype(np.int64)


def bones(meshes: dict[str, Mesh], grid: Grid, density: float = 1.0):
    """All bones on `grid`: (part uint8, eighths of a voxel that are bone; hu int16, the bone's mean HU; skull, the pair
    of its corner in half voxels (3,) and its filled mask at half the spacing)."""
    half = grid.spacing / 2
    fine = np.zeros([2 * n for n in grid.shape], np.uint8)
    skull = None
    offsets = _offsets(3.6 / half)
    distance = (offsets**2).sum(1)
    for name, (vertices, faces) in meshes.items():
        v = np.round((vertices[:, ::-1] - grid.low) / half - 0.5, 4)
        lo = np.floor(v.min(0)).astype(np.int64) - 2
        shape = np.ceil(v.max(0)).astype(np.int64) + 3 - lo
        if np.any(lo + shape < 0) or np.any(lo > fine.shape):
            continue
        v = v - lo
        inside = (_fill(v, faces, *(int(n) for n in shape)) >= 2).astype(np.uint8)
        kind = kind_of(name)
        if kind == "skull":
            skull = (lo, inside.astype(bool))
        kinds, axis, cuts = _zones(kind, v, half)
        reach = [(KINDS[k].thickness / half) ** 2 + 0.01 for k in kinds]
        _shell(v, faces, inside, offsets, np.searchsorted(distance, reach, side="right"), axis, cuts)
        _stamp(inside, np.array([_NUMBER[k] for k in kinds]), axis, cuts, lo, fine)
    table = np.zeros(1 + 2 * len(KINDS), np.float32)
    for kind, number in _NUMBER.items():
        table[1 + 2 * number] = KINDS[kind].inside * density
        table[2 + 2 * number] = KINDS[kind].cortex * (0.5 + 0.5 * density)
    part, hu = np.zeros(grid.shape, np.uint8), np.zeros(grid.shape, np.int16)
    _average(fine, table, part, hu)
    return part, hu, skull


def _zones(kind: str, v: np.ndarray, half: float) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The kinds of shaft, flare and end; the bone's long axis; and where along it they change (voxel units)."""
    if kind not in LONG:
        return [kind] * 3, np.zeros(3), np.array([-1.0, -1.0, 1.0, 1.0])
    flare, end_mm, flare_mm = LONG[kind]
    axis = np.linalg.svd(v - v.mean(0), full_matrices=False)[2][0]
    along = v @ axis
    low, high = along.min(), along.max()
    cuts = [low + end_mm / half, low + flare_mm / half, high - flare_mm / half, high - end_mm / half]
    return [kind, flare, "end"], axis, np.array(cuts)
