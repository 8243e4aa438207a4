"""A volume as slices along one voxel axis, ready to be summed. Knows voxels and materials, no beam and no detector.

Slices of single voxels are read as HU straight from the volume, whose rows are turned into materials while they are
read; only where the volume's memory runs along the beam is a turned copy made. Slices of several voxels are averaged
after the turn into materials (HU may not be averaged: bone and air would become soft tissue) and kept as two int16
levels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numba as nb
import numpy as np

from sim.xray.materials import (
    AIR_HU,
    BONE_FROM_HU,
    CORTICAL_G_CM3,
    CORTICAL_HU,
    METAL_G_CM3,
    METAL_HU,
    METAL_QUANTUM_G_CM3,
    QUANTUM_G_CM3,
    SOFT_PER_WATER,
)
from sim.xray.resample import JIT

TILE = 32
"""Slices, or columns where memory runs across them, that are worked on together: a cache line of what is written."""
_BONE_FROM = int(BONE_FROM_HU)
_SOFT, _PER_HU = np.float32(SOFT_PER_WATER), np.float32(SOFT_PER_WATER / 1000.0)
_SHARE_PER_HU = np.float32(1.0 / (CORTICAL_HU - BONE_FROM_HU))
_CORTICAL, _BONE_PER_HU = np.float32(CORTICAL_G_CM3), np.float32(CORTICAL_G_CM3 / (1000.0 + CORTICAL_HU))
_AIR, _FROM, _ZERO, _ONE = np.float32(AIR_HU), np.float32(BONE_FROM_HU), np.float32(0), np.float32(1)
_THOUSAND, _METAL = np.float32(1000), np.float32(METAL_HU)
_METAL_SOFT, _METAL_BONE = np.float32(METAL_G_CM3[0]), np.float32(METAL_G_CM3[1])


@nb.njit(inline="always")
def soft_of(hu, boneless, out):
    """Density of soft tissue in g/cm3, float32, of int16 `hu`, both (n,); as sim.xray.materials.densities. `boneless`
    spares the work where nothing is above BONE_FROM_HU."""
    if boneless:
        for n in range(hu.size):
            h = np.float32(hu[n])
            density = _SOFT + _PER_HU * h
            out[n] = density if h > _AIR else _ZERO
    else:
        for n in range(hu.size):
            h = np.float32(hu[n])
            density = (_SOFT + _PER_HU * min(h, _FROM)) * (_ONE - min(max((h - _FROM) * _SHARE_PER_HU, _ZERO), _ONE))
            density = density if h > _AIR else _ZERO
            out[n] = density if h < _METAL else _METAL_SOFT


@nb.njit(inline="always")
def bone_of(hu, out):
    """Density of bone, as `soft_of`."""
    for n in range(hu.size):
        h = np.float32(hu[n])
        share = min(max((h - _FROM) * _SHARE_PER_HU, _ZERO), _ONE)
        density = share * max((h + _THOUSAND) * _BONE_PER_HU, _CORTICAL)
        out[n] = density if h < _METAL else _METAL_BONE


@nb.njit(**JIT)
def _turn(flat, strides, q_from, q_to, out):
    """Rows [q_from, q_to) of every slice of out (P, Q, R) from memory that runs along p."""
    n_p, n_r = out.shape[0], out.shape[2]
    tile = np.empty((n_p, TILE), np.int16)
    for q in range(q_from, q_to):
        for r0 in range(0, n_r, TILE):
            wide = min(TILE, n_r - r0)
            for r in range(wide):
                at = q * strides[1] + (r0 + r) * strides[2]
                run = flat[at : at + n_p]
                for n in range(run.size):
                    tile[n, r] = run[n]
            for n in range(n_p):
                out[n, q, r0 : r0 + wide] = tile[n, :wide]


@nb.njit(inline="always")
def _fold(values, count, factor, to):
    """Add the first `count` of `values` to `to`, each `factor` in turn to the next place."""
    if factor == 1:
        for n in range(count):
            to[n] += values[n]
        return
    blocks = (count + factor - 1) // factor
    values[count : blocks * factor] = 0
    for n in range(blocks):
        total = values[n * factor]
        for m in range(1, factor):
            total += values[n * factor + m]
        to[n] += total


@nb.njit(**JIT)
def _average(flat, strides, shape, factors, quantum, p_from, p_to, q_from, q_to, out):
    """Rows [q_from, q_to) of slices [p_from, p_to) of out (2, P, Q, R), levels of `quantum` g/cm3 of two materials,
    each the mean over a block of factors[0] x factors[1] x factors[2] voxels; beyond the edge is air. Memory must run
    along p or r."""
    n_r = out.shape[3]
    f_p, f_q, f_r = factors
    s_p, s_q, s_r = strides
    share = np.float32(1.0 / (f_p * f_q * f_r * quantum))
    along_p = s_p == 1
    most_tall, most_wide = (p_to - p_from, TILE) if along_p else (TILE, n_r)
    room = max(most_tall * f_p, most_wide * f_r)
    soft, bone = np.empty(room, np.float32), np.empty(room, np.float32)
    softs, bones = np.empty((most_tall, most_wide), np.float32), np.empty((most_tall, most_wide), np.float32)
    for p0 in range(p_from, p_to, most_tall):
        tall = min(most_tall, p_to - p0)
        for q in range(q_from, q_to):
            for r0 in range(0, n_r, most_wide):
                wide = min(most_wide, n_r - r0)
                softs[:] = 0
                bones[:] = 0
                a0, a1 = p0 * f_p, min((p0 + tall) * f_p, shape[0])
                c0, c1 = r0 * f_r, min((r0 + wide) * f_r, shape[2])
                for b in range(q * f_q, min((q + 1) * f_q, shape[1])):
                    for line in range(c0 if along_p else a0, c1 if along_p else a1):
                        at = b * s_q + (line * s_r + a0 if along_p else line * s_p + c0)
                        run = flat[at : at + (a1 - a0 if along_p else c1 - c0)]
                        most = np.int16(-32768)
                        for n in range(run.size):
                            most = max(most, run[n])
                        if most <= AIR_HU:
                            continue
                        some, hard = soft[: run.size], bone[: run.size]
                        soft_of(run, most <= _BONE_FROM, some)
                        to = softs[:, line // f_r - r0] if along_p else softs[line // f_p - p0]
                        _fold(soft, run.size, f_p if along_p else f_r, to)
                        if most > _BONE_FROM:
                            bone_of(run, hard)
                            to = bones[:, line // f_r - r0] if along_p else bones[line // f_p - p0]
                            _fold(bone, run.size, f_p if along_p else f_r, to)
                for n in range(tall):
                    some, hard = out[0, p0 + n, q, r0 : r0 + wide], out[1, p0 + n, q, r0 : r0 + wide]
                    soft_sum, bone_sum = softs[n], bones[n]
                    for x in range(some.size):
                        some[x] = np.int16(np.floor(soft_sum[x] * share + np.float32(0.5)))
                        hard[x] = np.int16(np.floor(bone_sum[x] * share + np.float32(0.5)))


@nb.njit(inline="always")
def _span(row, floor):
    """First and one past the last place of row (n,) above `floor`; 0, 0 for none. Looks at 32 at a time, which LLVM
    turns into a few instructions."""
    first, last = row.size, 0
    for c in range(0, row.size, 32):
        part = row[c : min(c + 32, row.size)]
        most = np.int16(-32768)
        for n in range(part.size):
            most = max(most, part[n])
        if most > floor:
            first, last = min(first, c), c + part.size
    while first < last and row[first] <= floor:
        first += 1
    while last > first and row[last - 1] <= floor:
        last -= 1
    return (first, last) if last > first else (0, 0)


@nb.njit(**JIT)
def _spans(soft, bone, s_p, s_q, n_r, soft_floor, bone_floor, p_from, p_to, spans):
    """spans (2, 2, P, Q): for both materials, first and one past the last column that holds any."""
    for p in range(p_from, p_to):
        for q in range(spans.shape[3]):
            at = p * s_p + q * s_q
            spans[0, 0, p, q], spans[0, 1, p, q] = _span(soft[at : at + n_r], soft_floor)
            spans[1, 0, p, q], spans[1, 1, p, q] = _span(bone[at : at + n_r], bone_floor)


def _reach_over_metal(spans: np.ndarray) -> None:
    """Widen the columns of soft tissue by those of bone: metal is less than no soft tissue, which `_spans` misses."""
    soft, bone = spans
    held = bone[1] > 0
    first = np.where(soft[1] > 0, np.minimum(soft[0], bone[0]), bone[0])
    soft[0][held] = first[held]
    soft[1][held] = np.maximum(soft[1], bone[1])[held]


@dataclass(frozen=True)
class Slices:
    """Slices of (P, Q, R) voxels, `order` says which voxel axes these are, `factors` how many voxels went into one
    along each. `soft` and `bone` (n,) int16 hold the rows, each of R in a piece, at p * strides[0] + q * strides[1]:
    levels of `quantum` g/cm3, or, if `hu`, the same HU. `spans` as `_spans`. `filled` are the first and one past the
    last slice that hold anything, `owned` the bytes that are no part of the volume."""

    order: tuple[int, int, int]
    factors: np.ndarray
    shape: tuple[int, int, int]
    hu: bool
    quantum: float
    soft: np.ndarray
    bone: np.ndarray
    strides: tuple[int, int]
    spans: np.ndarray
    filled: tuple[int, int]
    owned: int


InBands = Callable[[int, Callable[[int, int], object]], None]


def axes(hu: np.ndarray, spacing: np.ndarray, p: int) -> tuple[int, int, int]:
    """The order p, q, r of slices perpendicular to voxel axis `p`: rows run as memory does, or, where memory runs along
    p, as it runs next."""
    return (p, *sorted({0, 1, 2} - {p}, key=lambda a: (-hu.strides[a], -spacing[a])))


def bytes_of(hu: np.ndarray, order: tuple[int, ...], factors: tuple[int, ...]) -> int:
    """How much `cut` will allocate, but for the spans."""
    if max(factors) == 1:
        return hu.nbytes if hu.strides[order[2]] != hu.itemsize else 0
    return 4 * int(np.prod([-(-hu.shape[a] // f) for a, f in zip(order, factors, strict=True)]))


def cut(hu: np.ndarray, order: tuple[int, int, int], factors: tuple[int, int, int], in_bands: InBands) -> Slices:
    """Slices of `hu`, int16 and contiguous in C or Fortran order. `in_bands(rows, work)` calls work(from, to) over all
    rows."""
    flat = _flat(hu)
    strides = tuple(hu.strides[a] // hu.itemsize for a in order)
    shape = tuple(hu.shape[a] for a in order)
    owned, raw, quantum = 0, max(factors) == 1, QUANTUM_G_CM3
    if raw and strides[2] == 1:
        soft = bone = flat
    elif raw:
        turned = np.empty(shape, np.int16)
        in_bands(shape[1], lambda a, b: _turn(flat, strides, a, b, turned))
        soft = bone = turned.reshape(-1)
        strides, owned = (shape[1] * shape[2], shape[2], 1), turned.nbytes
    else:
        metal = hu.size > 0 and hu.max() >= METAL_HU
        quantum = METAL_QUANTUM_G_CM3 if metal else quantum
        levels = np.empty((2, *(-(-n // f) for n, f in zip(shape, factors, strict=True))), np.int16)
        n_p, n_q = levels.shape[1:3]
        if strides[0] == 1:
            in_bands(n_q, lambda a, b: _average(flat, strides, shape, factors, quantum, 0, n_p, a, b, levels))
        else:
            in_bands(n_p, lambda a, b: _average(flat, strides, shape, factors, quantum, a, b, 0, n_q, levels))
        shape, owned = levels.shape[1:], levels.nbytes
        soft, bone = levels.reshape(2, -1)
        strides = (shape[1] * shape[2], shape[2], 1)
    spans = np.empty((2, 2, *shape[:2]), np.int16)
    floors = (np.int16(AIR_HU), np.int16(_BONE_FROM)) if raw else (np.int16(0), np.int16(0))
    in_bands(shape[0], lambda a, b: _spans(soft, bone, strides[0], strides[1], shape[2], *floors, a, b, spans))
    if not raw and metal:
        _reach_over_metal(spans)
    held = np.flatnonzero(spans[:, 1].any(axis=(0, 2)))
    filled = (int(held[0]), int(held[-1]) + 1) if len(held) else (0, 0)
    owned += spans.nbytes
    return Slices(order, np.array(factors), shape, raw, quantum, soft, bone, strides[:2], spans, filled, owned)


def _flat(hu: np.ndarray) -> np.ndarray:
    """The volume's memory, (n,) int16, without a copy. Always of the writable kind, since numba compiles anew for
    read-only arrays; nothing here writes."""
    flat = hu.ravel(order="K")
    if flat.flags.writeable:
        return flat

    class Memory:
        __array_interface__ = {**flat.__array_interface__, "data": (flat.ctypes.data, False)}  # noqa: RUF012
        keep = flat

    return np.asarray(Memory())
