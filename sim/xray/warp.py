"""From the plane that the slices were summed on to the detector. Knows a homography and no volume.

The plane is read by cubic convolution (Keys, IEEE Trans. ASSP 29 (1981) 1153, a = -1/2), since a bilinear reading
smooths what the slices' own has smoothed already: at 1.5 samples a voxel that alone is .2 to .3 % of a picture.

Joseph's method reads every slice once, where a ray crosses it. The ray integral of the trilinear field reads it all the
way from the slice before to the slice after, with weights that rise and fall in a straight line (the triangle that
linear interpolation is): a smear along the ray's lean, of variance (shift from slice to slice)^2 / 6. For steep rays
that is .3 to .5 % of a picture. As every slice's smear points from the foot of the source's perpendicular outwards, one
weighted mean of the plane, read at scales a little below and above 1 about that foot, does it for all slices; that
their own scales differ from the plane's by a fifth or so costs little.
"""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from sim.xray.resample import JIT

PLACES = np.array([-3.0, -1.0, 1.0, 3.0], np.float32)
SHARES = np.array([0.125, 0.375, 0.375, 0.125], np.float32)
"""Binomial weights, whose response cos(c w)^3 follows the triangle's, sinc(w/2)^2, within .003 for shifts of up to one
radian and .02 beyond; `spread` gives c."""
ONE_PLACE, ONE_SHARE = np.zeros(1, np.float32), np.ones(1, np.float32)
BORDER = 2
"""Samples round a place that reading it takes."""


def spread(slices_in_one: int) -> float:
    """Half the distance between PLACES, as a share of the shift from one (averaged) slice to the next, that gives them
    the variance of the smear: 1/6 of a single slice's shift squared, and where f slices were averaged (f^2 - 1) / 12
    more, for those that they stand for; all in the f-th part of the averaged one's."""
    f = slices_in_one
    return math.sqrt((f * f + 1) / 12 / (f * f) / float(SHARES @ PLACES**2))


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
def warp(sums, rows, columns, depth, foot, offsets, shares, length, pixel, scale, v0, v1, out):
    """Take the plane's sums (2, height, width) to pixels [v0, v1) x all, out (2, n, n). `rows`, `columns`, `depth` (3,)
    are the homography: plane row = (rows . (1, u, v)) / (depth . (1, u, v)). The plane is read at 1 + `offsets` (m,)
    times the way from `foot` (2,), row and column, with weights `shares` (m,). `length` is the SDD in mm per unit of
    depth's denominator, `pixel` the pixel pitch in mm; `scale` turns g/cm3 * mm into g/cm2."""
    n = out.shape[1]
    centre, zero = 0.5 * (n - 1), np.float32(0)
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
            at_y[u] = (rows[0] + rows[1] * u + rows[2] * v) * share
            at_x[u] = (columns[0] + columns[1] * u + columns[2] * v) * share
            across = ((u - centre) ** 2 + (v - centre) ** 2) * (pixel * pixel)
            mm[u] = math.sqrt(length * length + across) * abs(share) * scale
        for m in range(offsets.size):
            stretch = np.float32(1) + offsets[m]
            start_y, start_x = np.float32(-foot[0] * offsets[m] - 1), np.float32(-foot[1] * offsets[m] - 1)
            for u in range(n):
                y, x = at_y[u] * stretch + start_y, at_x[u] * stretch + start_x
                if y >= zero and x >= zero and y < last_y and x < last_x:
                    j, i = np.uint32(y), np.uint32(x)
                    down, across_4 = _weights(y - np.float32(j)), _weights(x - np.float32(i))
                    weight = shares[m] * mm[u]
                    soft_row[u] += weight * _read(soft, j, i, down, across_4)
                    bone_row[u] += weight * _read(bone, j, i, down, across_4)
        for u in range(n):  # beside a sharp edge a cubic falls below zero; metal's soft tissue lies there by right
            bone_row[u] = max(bone_row[u], zero)
            if bone_row[u] == zero:
                soft_row[u] = max(soft_row[u], zero)
