"""Take the scanner's table out of a CT: what lies under the patient, long, wide and thin, and whatever is behind it.

Knows the volume and which way the patient lies, nothing else. It works on a grid of about 3 mm: what is denser than
-500 HU (halfway from air to skin) is opened with a ball of 6 mm, which leaves the body and the limbs and loses sheets;
what then stands apart from them, runs under most of the body and never through it, is the table. Without such a sheet
nothing is touched. With one, all that is not body, or not dense and in front of the table (leads, tubes, ears,
fingers), becomes air; lungs and bowel lie within the body's filled outline. A sheet pressed against the skin stays
where it touches: skin goes first.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage as ndi

from sim.patient.hu import AIR_HU

DENSE_HU = -500
GRID_MM = 3.0
OPENING_MM = 6.0
BRIDGE_MM = 18.0
HARD_HU = 100
"""What is behind the patient and softer than this throughout is bedding; a lead, a finger or a tube's marker is not."""
LEAST_LENGTH = 0.6
"""A table runs along at least this share of the body's length, ..."""
LEAST_UNDER = 0.25
"""... lies under at least this share of the body's columns there, ..."""
LEAST_BEHIND = 0.95
"""... and behind the patient's back in at least this share of those."""
LEAST_WIDTH_MM = 80.0
MOST_REMOVED = 0.4
"""A table of more than this share of all that is dense is none: better kept than a patient cut."""
_ALL = np.ones((3, 3, 3), bool)


def without_table(hu: np.ndarray, affine: np.ndarray) -> tuple[np.ndarray, str]:
    """`hu` (I, J, K) int16 without the scanner's table, and a sentence; the same array and "" when there is none.

    `affine` (4, 4) leads to the patient frame (left, up, ant). The table is looked for behind the patient, then in
    front (prone) and at either side.
    """
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    factors = np.maximum(1, np.rint(GRID_MM / spacing - 0.01)).astype(int)
    factors = np.minimum(factors, np.array(hu.shape))
    pooled = _pooled(hu, factors)
    dense = pooled > DENSE_HU
    if min(dense.shape) < 8 or not dense.any():
        return hu, ""
    # Axes in the order (left, up, ant), each growing with its name.
    order = _nearest_axes(affine)
    flips = tuple(slice(None, None, -1 if affine[row, axis] < 0 else 1) for row, axis in enumerate(order))
    upright, hard = (part.transpose(order)[flips] for part in (dense, pooled > HARD_HU))
    voxel = (spacing * factors)[list(order)]
    body = _body(upright, voxel)
    if body is None:
        return hu, ""
    for turn in (_as_is, _prone, _on_left, _on_right):
        edges = voxel if turn in (_as_is, _prone) else voxel[[2, 1, 0]]
        kept = _kept(turn(upright), turn(body), turn(hard), edges)
        if kept is not None:
            kept = turn(kept, back=True)
            break
    else:
        return hu, ""
    removed = upright & ~kept
    if removed.sum() > MOST_REMOVED * upright.sum():
        return hu, ""
    mask = ndi.binary_dilation(_filled(kept))
    litres = removed.sum() * float(np.prod(voxel)) * 1e-6
    mask = mask[flips].transpose(np.argsort(order))
    return _cleared(hu, mask, factors), f"The scanner's table was taken out ({litres:.1f} l)."


def _pooled(hu: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """The largest value of each block of `factors` voxels; the last blocks may be smaller."""
    # The slowest axis first, so that the first pass reads the memory in order.
    for axis in np.argsort([-abs(s) for s in hu.strides]):
        hu = np.maximum.reduceat(hu, np.arange(0, hu.shape[axis], factors[axis]), axis=axis)
    return hu


def _nearest_axes(affine: np.ndarray) -> tuple[int, int, int]:
    """Which voxel axis runs nearest to left, up and ant, each used once."""
    share = np.abs(affine[:3, :3]) / np.linalg.norm(affine[:3, :3], axis=0)
    order = [-1, -1, -1]
    for _ in range(3):
        row, axis = np.unravel_index(int(np.argmax(share)), share.shape)
        order[row] = int(axis)
        share[row, :] = -1
        share[:, axis] = -1
    return tuple(order)


def _as_is(volume: np.ndarray, back: bool = False) -> np.ndarray:
    return volume


def _prone(volume: np.ndarray, back: bool = False) -> np.ndarray:
    return volume[:, :, ::-1]


def _on_left(volume: np.ndarray, back: bool = False) -> np.ndarray:
    """Lying on the left side: the table is toward the left, so left becomes behind."""
    return volume.transpose(2, 1, 0)[::-1] if back else volume[::-1].transpose(2, 1, 0)


def _on_right(volume: np.ndarray, back: bool = False) -> np.ndarray:
    return volume.transpose(2, 1, 0)


def _body(dense: np.ndarray, voxel: np.ndarray) -> np.ndarray | None:
    """Body and limbs with their skin: the thick parts of `dense`, grown back to the surface within it. None when
    nothing is thick."""
    core = ndi.distance_transform_edt(np.pad(dense, 1, mode="edge"), sampling=voxel)[1:-1, 1:-1, 1:-1] > OPENING_MM
    if not core.any():
        return None
    labels, n = ndi.label(core)
    sizes = np.bincount(labels.ravel(), minlength=n + 1)
    sizes[0] = 0
    # A limb apart from the trunk is large too; a rail or a cushion is not.
    large = sizes > max(0.01 * sizes.max(), 60_000 / float(np.prod(voxel)))
    large[int(sizes.argmax())] = True
    large[0] = False
    reach = OPENING_MM + 2.05 * float(voxel.max())  # the outermost voxel of the skin, however it lies on the grid
    thick = dense & (ndi.distance_transform_edt(~large[labels], sampling=voxel) <= reach)
    # A thin chest wall about the lungs is no sheet: what thick parts enclose, once gaps in them are bridged, is body.
    steps = max(1, round(BRIDGE_MM / float(voxel.max())))
    wide = [(steps, steps)] * 3
    bridged = _filled(ndi.binary_dilation(np.pad(thick, wide), iterations=steps))
    hull = ndi.binary_erosion(bridged, iterations=steps, border_value=1)[tuple(slice(steps, -steps) for _ in range(3))]
    return thick | (dense & hull)


def _kept(dense: np.ndarray, body: np.ndarray, hard: np.ndarray, voxel: np.ndarray) -> np.ndarray | None:
    """What of `dense` is not the table, axes (left, up, ant) with the table behind; None when there is no table."""
    parts, n = ndi.label(body, structure=_ALL)
    trunk = parts == 1 + int(np.argmax(np.bincount(parts.ravel())[1:]))
    for number, box in enumerate(ndi.find_objects(parts), 1):
        # A solid couch is as thick as a limb.
        if (
            n > 1
            and not trunk[box][parts[box] == number].any()
            and _lies_under(parts[box] == number, box, trunk, voxel)[1]
        ):
            body = body & (parts != number)
    apart, n = ndi.label(dense & ~body, structure=_ALL)
    if not n:
        return None
    table, bedding = np.zeros(n + 1, bool), np.zeros(n + 1, bool)
    for number, box in enumerate(ndi.find_objects(apart), 1):
        part = apart[box] == number
        behind, table[number] = _lies_under(part, box, body, voxel)
        bedding[number] = behind > 0.5 and not (hard[box] & part).any()
    if not table.any():
        return None
    is_table = (table | bedding)[apart]
    # Whatever lies behind the table's own surface, in the same column, belongs to it: rails, cables, its lower shell.
    height = np.arange(dense.shape[2])
    surface = np.where(table[apart], height, -1).max(axis=2)
    behind = height[None, None, :] <= surface[:, :, None]
    return dense & ~is_table & ~(behind & ~body)


def _lies_under(part: np.ndarray, box: tuple, body: np.ndarray, voxel: np.ndarray) -> tuple[float, bool]:
    """Share of the columns of `part` (cut out by `box`) that have the back of `body` before them, 0 when it reaches
    through the body; and whether it is long, wide and far enough under it to be a table."""
    columns, patient = part.any(axis=2), body[box[:2]]
    under = patient.any(axis=2)
    below = columns & under
    if not below.any():
        return 0.0, False
    top = np.where(part, np.arange(body.shape[2])[box[2]], -1).max(axis=2)
    if np.mean(top[below] <= patient.argmax(axis=2)[below]) < LEAST_BEHIND:
        return 0.0, False
    length = np.ptp(np.flatnonzero(body.any(axis=(0, 2)))) + 1
    is_table = (
        part.shape[1] >= LEAST_LENGTH * length
        and part.shape[0] * voxel[0] >= LEAST_WIDTH_MM
        and below.sum() >= LEAST_UNDER * body[:, box[1]].any(axis=2).sum()
    )
    return below.sum() / columns.sum(), bool(is_table)


def _filled(kept: np.ndarray) -> np.ndarray:
    """`kept` with what it encloses, in each axial section and in the whole. A section that is cut off at one side of
    the picture counts as closed there: lungs reach the edge of a narrow field of view."""
    filled = ndi.binary_fill_holes(kept)
    across = ndi.generate_binary_structure(3, 1)
    across[:, (0, 2), :] = False
    for side in ((0, 0), (0, -1), (2, 0), (2, -1), None):
        closed = np.pad(kept, ((1, 1), (0, 0), (1, 1)))
        if side is not None:
            closed[(slice(None),) * side[0] + (side[1],)] = True
        # Labelling the outside in all sections at once is far quicker than filling section by section.
        outside, _ = ndi.label(~closed, structure=across)
        border = np.zeros(outside.max() + 1, bool)
        for edge in (outside[0], outside[-1], outside[:, :, 0], outside[:, :, -1]):
            border[np.unique(edge)] = True
        border[0] = False
        filled |= ~border[outside][1:-1, :, 1:-1]
    return filled


def _cleared(hu: np.ndarray, mask: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """`hu` with air wherever the coarse `mask` is not, as a new array of the same memory order."""
    result = hu.copy(order="K")
    axis = int(np.argmax(np.abs(hu.strides)))
    into, coarse = np.moveaxis(result, axis, 0), np.moveaxis(mask, axis, 0)
    rest = [int(f) for i, f in enumerate(factors) if i != axis]
    for at in range(len(into)):
        fine = coarse[at // int(factors[axis])].repeat(rest[0], axis=0).repeat(rest[1], axis=1)
        into[at][~fine[: into.shape[1], : into.shape[2]]] = AIR_HU
    return result
