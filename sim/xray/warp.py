"""From the plane that the slices were summed on to the detector. Knows a homography and no volume.

The plane is read by cubic convolution (Keys, IEEE Trans. ASSP 29 (1981) 1153, a = -1/2), since a bilinear reading
smooths what the slices' own has smoothed already: at 1.5 samples a voxel that alone is .2 to .3 % of a picture.

Joseph's method reads every slice once, where a ray crosses it. The ray integral of the trilinear field reads it all the
way from the slice before to the slice after, with weights that rise and fall in a straight line (the triangle that
linear interpolation is): a smear along the ray's lean, of variance (shift from slice to slice)^2 / 6. For steep rays
that is .3 to .5 % of a picture. As every slice's smear points from the foot of the source's perpendicular outwards and
grows with the way from it, one smear of the plane does it for all slices; that their own scales differ from the plane's
by a fifth or so costs little. It is one weighted mean of a sample and its eight neighbours (`smear`), repeated where
the smear is long.
"""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from sim.xray.resample import JIT

BORDER = 2
"""Samples round a place that reading it takes."""


LONGEST = 0.5
"""Variance, in samples squared, that one smear gives at most: three weights of it along a line stay at or above zero up
to 1, and follow the triangle's response the closer the less it is."""
MOST_SMEARS = 8


def variance(slices_in_one: int) -> float:
    """Of the smear, as a share of (shift from one slice to the next)^2: 1/6 of a single slice's, and where f slices
    were averaged (f^2 - 1) / 12 of their own more, for those that they stand for; all of the f-th part of the shift."""
    f = slices_in_one
    return (f * f + 1) / 12 / (f * f)


def smears(longest: float) -> int:
    """How many smears to make of one whose variance is at most `longest`, in samples squared."""
    return max(1, min(MOST_SMEARS, math.ceil(longest / LONGEST)))


@nb.njit(**JIT)
def smear(sums, foot, share, y0, y1, out):
    """Rows [y0, y1) of `sums` (2, height, width) with each sample smeared along its way from `foot` (2,), row and
    column, the variance `share` times that way's square; out alike. The second derivative along the way, from
    differences of neighbours; the outermost samples stay."""
    height, width = sums.shape[1:]
    along, mixed = np.empty(width, np.float32), np.empty(width, np.float32)
    half, quarter = np.float32(0.5 * share), np.float32(0.25 * share)
    row, column = np.float32(foot[0]), np.float32(foot[1])
    n = width - 2
    for c in range(2):
        for y in range(y0, y1):
            here, to = sums[c, y], out[c, y]
            if y == 0 or y == height - 1:
                to[:] = here
                continue
            above, below = sums[c, y - 1], sums[c, y + 1]
            dy = np.float32(y) - row
            down = half * dy * dy
            for x in range(width):
                dx = np.float32(x) - column
                along[x] = half * dx * dx
                mixed[x] = quarter * dx * dy
            to[0], to[width - 1] = here[0], here[width - 1]
            # Slices that start at 0 spare numba's handling of negative indices.
            left, middle, right, inner = here[:n], here[1 : n + 1], here[2:], to[1 : n + 1]
            above_left, above_here, above_right = above[:n], above[1 : n + 1], above[2:]
            below_left, below_here, below_right = below[:n], below[1 : n + 1], below[2:]
            a, b = along[1 : n + 1], mixed[1 : n + 1]
            for x in range(n):
                twice = middle[x] + middle[x]
                inner[x] = (
                    middle[x]
                    + a[x] * (left[x] - twice + right[x])
                    + down * (above_here[x] - twice + below_here[x])
                    + b[x] * (above_left[x] + below_right[x] - above_right[x] - below_left[x])
                )


@nb.njit(inline="always")
def _weights(f):
    """Of the four samples round a place `f` behind the second."""
    g, half = np.float32(1) - f, np.float32(0.5)
    first, last = -half * f * g * g, -half * g * f * f
    second = np.float32(1) - f * f * (np.float32(2.5) - np.float32(1.5) * f)
    return first, second, np.float32(1) - first - second - last, last


@nb.njit(inline="always")
def _read(plane, j, i, down, across):
    """The plane at weights `down` of rows j to j + 3 and `across` of columns i to i + 3."""
    one, two, three = np.uint32(1), np.uint32(2), np.uint32(3)
    a, b, c, d = plane[j], plane[j + one], plane[j + two], plane[j + three]
    e, f, g, h = down
    s = e * a[i] + f * b[i] + g * c[i] + h * d[i]
    t = e * a[i + one] + f * b[i + one] + g * c[i + one] + h * d[i + one]
    v = e * a[i + two] + f * b[i + two] + g * c[i + two] + h * d[i + two]
    w = e * a[i + three] + f * b[i + three] + g * c[i + three] + h * d[i + three]
    return across[0] * s + across[1] * t + across[2] * v + across[3] * w


@nb.njit(**JIT)
def warp(sums, rows, columns, depth, length, pixel, scale, v0, v1, out):
    """Take the plane's sums (2, height, width) to pixels [v0, v1) x all, out (2, n, n). `rows`, `columns`, `depth` (3,)
    are the homography: plane row = (rows . (1, u, v)) / (depth . (1, u, v)). `length` is the SDD in mm per unit of
    depth's denominator, `pixel` the pixel pitch in mm; `scale` turns g/cm3 * mm into g/cm2."""
    n = out.shape[1]
    centre, zero, one = 0.5 * (n - 1), np.float32(0), np.float32(1)
    at_y, at_x = np.empty(n, np.float32), np.empty(n, np.float32)
    mm = np.empty(n, np.float32)
    soft, bone = sums[0], sums[1]
    last_y, last_x = np.float32(sums.shape[1] - 3), np.float32(sums.shape[2] - 3)
    for v in range(v0, v1):
        soft_row, bone_row = out[0, v], out[1, v]
        soft_row[:] = 0
        bone_row[:] = 0
        for u in range(n):
            share = 1.0 / (depth[0] + depth[1] * u + depth[2] * v)
            at_y[u] = (rows[0] + rows[1] * u + rows[2] * v) * share - one
            at_x[u] = (columns[0] + columns[1] * u + columns[2] * v) * share - one
            across = ((u - centre) ** 2 + (v - centre) ** 2) * (pixel * pixel)
            mm[u] = math.sqrt(length * length + across) * abs(share) * scale
        for u in range(n):
            y, x = at_y[u], at_x[u]
            if y >= zero and x >= zero and y < last_y and x < last_x:
                j, i = np.uint32(y), np.uint32(x)
                down, across_4 = _weights(y - np.float32(j)), _weights(x - np.float32(i))
                soft_row[u] = mm[u] * _read(soft, j, i, down, across_4)
                bone_row[u] = mm[u] * _read(bone, j, i, down, across_4)
        for u in range(n):  # beside a sharp edge a cubic falls below zero; metal's soft tissue lies there by right
            bone_row[u] = max(bone_row[u], zero)
            if bone_row[u] == zero:
                soft_row[u] = max(soft_row[u], zero)
