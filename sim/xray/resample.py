"""One row of a slice read at evenly spaced places, linearly between its columns. Knows no geometry.

This is where a picture's time goes. Reading two columns for every sample one by one takes five times as long as the
arithmetic; on processors with AVX2 one instruction (vpermps, Intel SDM vol. 2) picks eight samples out of eight
neighbouring columns instead, since samples less than a column apart never need more than those. Elsewhere a plain
loop does the same, to the same result.
"""

from __future__ import annotations

import llvmlite.binding as llvm
import numba as nb
import numpy as np
from llvmlite import ir
from numba.core import cgutils, config, types
from numba.extending import intrinsic

JIT = dict(cache=True, nogil=True, fastmath=True, error_model="numpy", boundscheck=False)
LANES = 8
MARGIN = 2 * LANES + 2
"""Zeros that must stand before and after the columns of a row."""


def _has_permute() -> bool:
    """Whether numba compiles for this very processor (nobody has named another) and it has AVX2."""
    try:
        return not (config.CPU_NAME or config.CPU_FEATURES) and bool(llvm.get_host_cpu_features().get("avx2"))
    except RuntimeError:
        return False


PERMUTES = _has_permute()
_FLOATS, _INTS = ir.VectorType(ir.FloatType(), LANES), ir.VectorType(ir.IntType(32), LANES)


def _lerp_of_eight(context, builder, signature, args, wide):
    """LLVM for out[u:u+8] = lerp of padded[base + near + 0 or 1]; `wide` reaches 16 columns instead of 8."""
    index = ir.IntType(64)
    base, u = args[1], args[5]

    def load(n, at, kind):
        data = context.make_array(signature.args[n])(context, builder, args[n]).data
        value = builder.load(builder.bitcast(builder.gep(data, [at]), kind.as_pointer()))
        value.align = 4
        return value

    permute = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(_FLOATS, [_FLOATS, _INTS]), "llvm.x86.avx2.permps"
    )
    near, share = load(2, u, _INTS), load(3, u, _FLOATS)
    taps = []
    for n in (0, 1):
        tap = builder.call(permute, [load(0, builder.add(base, index(n)), _FLOATS), near])
        if wide:
            far = builder.call(permute, [load(0, builder.add(base, index(n + LANES)), _FLOATS), near])
            tap = builder.select(builder.icmp_signed("<", near, ir.Constant(_INTS, [LANES] * LANES)), tap, far)
        taps.append(tap)
    step = builder.fmul(share, builder.fsub(taps[1], taps[0], flags=["fast"]), flags=["fast"])
    out = context.make_array(signature.args[4])(context, builder, args[4]).data
    place = builder.bitcast(builder.gep(out, [u]), _FLOATS.as_pointer())
    builder.store(builder.fadd(taps[0], step, flags=["fast"]), place).align = 4
    return context.get_dummy_value()


@intrinsic
def _eight_near(_context, padded, base, near, share, out, u):
    signature = types.void(padded, types.uint64, near, share, out, types.uint64)
    return signature, lambda *given: _lerp_of_eight(*given, False)


@intrinsic
def _eight_wide(_context, padded, base, near, share, out, u):
    signature = types.void(padded, types.uint64, near, share, out, types.uint64)
    return signature, lambda *given: _lerp_of_eight(*given, True)


@nb.njit(**JIT)
def places(shift, step, columns, bases, near, shares):
    """Where samples u = 0, 1 ... lie on a row of `columns`: column shift + step * u, as seen in the row after MARGIN
    zeros. `bases` (n // 8,) uint64 is the column of each eighth sample, `near` (n,) int32 how much farther the others
    are, `shares` (n,) float32 the way to the next column; n is a multiple of 8. Samples off the row fall on zeros."""
    last, most = float(columns + MARGIN), LANES - 1 if step <= 1.0 else 2 * LANES - 1 if step <= 2.0 else columns
    for n in range(bases.size):
        first = int(min(max(shift + step * (n * LANES) + MARGIN, 0.0), last))
        bases[n] = np.uint64(first)
        for u in range(n * LANES, (n + 1) * LANES):
            x = min(max(shift + step * u + MARGIN, 0.0), last)
            i = min(int(x) - first, most)  # rounding must not carry it past what an instruction can pick from
            near[u] = i
            shares[u] = x - (first + i)


@nb.njit(inline="always")
def sample(padded, bases, near, shares, step, n0, n1, out):
    """out[8 * n0 : 8 * n1] of a row between zeros, `padded`, at the places of `places`; `step` in columns."""
    if PERMUTES and step <= 1.0:
        for n in range(n0, n1):
            _eight_near(padded, bases[n], near, shares, out, np.uint64(n * LANES))
    elif PERMUTES and step <= 2.0:
        for n in range(n0, n1):
            _eight_wide(padded, bases[n], near, shares, out, np.uint64(n * LANES))
    else:
        for n in range(n0, n1):
            base = np.uint32(bases[n])
            # Slices that start at 0 and unsigned indices spare numba's handling of negative ones.
            some, share, to = near[n * 8 : n * 8 + 8], shares[n * 8 : n * 8 + 8], out[n * 8 : n * 8 + 8]
            for u in range(LANES):
                i = base + np.uint32(some[u])
                a = padded[i]
                to[u] = a + share[u] * (padded[i + np.uint32(1)] - a)
