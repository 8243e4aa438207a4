"""Table, patient and C-arm as small flat faces for the room view. Pure numpy in the patient frame (left, up, ant), mm;
knows no painter. A drawing to orient by: the shapes are no limits and no collision model (sim/limits.py has those)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sim.geometry import DETECTOR_MM, SDD_MM, SOURCE_TO_ISOCENTRE_MM, beam_of
from sim.pose import CArmPose

SIDES = 12


@dataclass(frozen=True)
class Solid:
    """Faces (n, 4, 3) of one closed part, wound so that their normals point outward; a triangle repeats its last
    corner. `part` names its colour."""

    part: str
    faces: np.ndarray

    def __post_init__(self) -> None:
        about = self.faces - self.faces.mean(axis=(0, 1))
        # The volume inside, by the divergence theorem: negative where the winding is the wrong way round.
        if np.einsum("ij,ij->", about.mean(axis=1), normals(about)) < 0:
            object.__setattr__(self, "faces", self.faces[:, ::-1])


def normals(faces: np.ndarray) -> np.ndarray:
    """(n, 3), as long as twice the faces' areas."""
    # Written out: np.cross takes several times as long for so few, and the C-arm is drawn anew all the while it moves.
    (ax, ay, az), (bx, by, bz) = (faces[:, 2] - faces[:, 0]).T, (faces[:, 3] - faces[:, 1]).T
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], axis=1)


def box(centre, axes, half) -> np.ndarray:
    """Six faces (6, 4, 3) of a box: `axes` (3, 3) unit rows, `half` its half lengths along them."""
    centre, axes = np.asarray(centre, float), np.asarray(axes, float)
    faces = []
    for k in range(3):
        u, v = axes[(k + 1) % 3] * half[(k + 1) % 3], axes[(k + 2) % 3] * half[(k + 2) % 3]
        for sign in (-1, 1):
            m = centre + sign * half[k] * axes[k]
            ring = [m - u - v, m + u - v, m + u + v, m - u + v]
            faces.append(ring if sign > 0 else ring[::-1])
    return np.array(faces)


def loft(sections) -> np.ndarray:
    """Quads (n, 4, 3) between rings; each section is (centre (3,), first half-axis (3,), second half-axis (3,))."""
    turn = np.linspace(0, 2 * np.pi, SIDES, endpoint=False)
    rings = np.array(
        [
            np.asarray(c) + np.cos(turn)[:, None] * np.asarray(a) + np.sin(turn)[:, None] * np.asarray(b)
            for c, a, b in sections
        ]
    )
    following = np.roll(rings, -1, axis=1)
    return np.stack([rings[:-1], following[:-1], following[1:], rings[1:]], axis=2).reshape(-1, 4, 3)


def limb(points, radii) -> np.ndarray:
    """A tube through `points` (n, 3) with `radii`, closed by points at both ends."""
    points = np.asarray(points, float)
    way = np.gradient(points, axis=0)
    sections = []
    for p, w, r in zip(points, way, radii, strict=True):
        w = w / max(np.linalg.norm(w), 1e-9)
        side = np.cross(w, (0.0, 0.0, 1.0) if abs(w[2]) < 0.9 else (1.0, 0.0, 0.0))
        side /= np.linalg.norm(side)
        sections.append((p, r * side, r * np.cross(w, side)))
    tip = 1e-3
    sections.insert(0, (points[0], tip * sections[0][1], tip * sections[0][2]))
    sections.append((points[-1], tip * sections[-1][1], tip * sections[-1][2]))
    return loft(sections)


# Up (mm above T1), half width, half depth and depth of the middle: a resting adult, chosen by eye.
_TRUNK = (
    (70, 48, 52, 0), (45, 60, 58, 5), (15, 130, 70, 10), (-20, 172, 84, 18), (-110, 166, 100, 25),
    (-220, 152, 106, 30), (-330, 146, 104, 30), (-430, 168, 104, 25), (-520, 172, 100, 15),
    (-545, 1, 1, 15),
)  # fmt: skip
_HEAD = ((255, 8, 8), (240, 44, 52), (205, 72, 90), (160, 78, 98), (110, 68, 82), (75, 48, 56))


def patient(origin=(0.0, 0.0, 0.0)) -> list[Solid]:
    """A supine adult with T1 at `origin`, arms crossed over the abdomen."""
    at = np.asarray(origin, float)
    trunk = loft([(at + np.array([0, up, ant]), (w, 0, 0), (0, 0, d)) for up, w, d, ant in _TRUNK])
    head = loft([(at + np.array([0, up, 30]), (w, 0, 0), (0, 0, d)) for up, w, d in _HEAD])
    solids = [Solid("skin", head), Solid("gown", trunk)]
    for side in (-1, 1):
        arm = [
            (150 * side, 5, 20), (168 * side, -110, 60), (178 * side, -245, 118), (70 * side, -228, 165),
            (-52 * side, -200, 180), (-95 * side, -190, 172),
        ]  # fmt: skip
        solids.append(Solid("skin", limb(at + np.array(arm), (62, 52, 46, 42, 32, 24))))
        leg = [(88 * side, -500, 15), (96 * side, -680, 15), (100 * side, -930, 5), (104 * side, -1300, 0)]
        solids.append(Solid("gown", limb(at + np.array(leg), (92, 82, 62, 44))))
    return solids


def table(top_mm: float, middle_mm: float = 0.0, head_mm: float = 330.0, foot_mm: float = -1380.0) -> list[Solid]:
    """The table under a patient whose back lies at `top_mm`, cut into pieces so that they can be sorted by depth."""
    pieces, edges = [], np.linspace(foot_mm, head_mm, 10)
    for low, high in pairwise(edges):
        for x in (-150.0, -50.0, 50.0, 150.0):
            whole = box((middle_mm + x, (low + high) / 2, top_mm - 22), np.eye(3), (50, (high - low) / 2, 20))
            keep = [4, 5]  # under and upper side; the others only at the rim
            keep += [0] if x == -150 else []
            keep += [1] if x == 150 else []
            keep += [2] if low == edges[0] else []
            keep += [3] if high == edges[-1] else []
            pieces.append(whole[keep])
    return [Solid("table", np.concatenate(pieces))]


def c_arm(pose: CArmPose, floor_mm: float) -> list[Solid]:
    """Tube, detector, the C between them on the patient's right, and its stand on the floor at `floor_mm`."""
    beam = beam_of(pose)
    iso, axis = beam.isocentre, beam.axis
    # The plane of the C holds the beam and the left-right axis: orbital motion turns within it, angulation turns it.
    # Combined angles thus look as on a mobile unit at the patient's side, with the beam exactly where `pose` has it.
    normal = np.cross(axis, (1.0, 0.0, 0.0))
    size = np.linalg.norm(normal)
    normal = normal / size if size > 1e-6 else np.array([0.0, -1.0, 0.0])
    out = np.cross(normal, axis)
    out = -out if np.dot(out, _right_side(pose)) < 0 else out
    frame = np.array([beam.right, beam.down, axis])
    detector = iso + (SDD_MM - SOURCE_TO_ISOCENTRE_MM) * axis
    solids = [
        Solid("detector", box(detector + 32 * axis, frame, (0.5 * DETECTOR_MM, 0.5 * DETECTOR_MM, 32))),
        Solid("tube", _cylinder(beam.source - 60 * axis, beam.right, beam.down, axis, 84, 130)),
        Solid("tube", _cylinder(beam.source + 90 * axis, beam.right, beam.down, axis, 60, 30)),
    ]
    middle, radius = iso - 62 * axis, 640.0
    steps = np.linspace(-0.5 * np.pi, 0.5 * np.pi, 15)
    rim = middle + radius * (np.cos(steps)[:, None] * out + np.sin(steps)[:, None] * axis)
    outward = np.cos(steps)[:, None] * out + np.sin(steps)[:, None] * axis
    corners = np.stack(
        [rim - 42 * normal - 38 * outward, rim + 42 * normal - 38 * outward,
         rim + 42 * normal + 38 * outward, rim - 42 * normal + 38 * outward], axis=1
    )  # fmt: skip
    following = np.roll(corners, -1, axis=1)
    arc = np.stack([corners[:-1], following[:-1], following[1:], corners[1:]], axis=2).reshape(-1, 4, 3)
    solids.append(Solid("arc", arc))
    solids += _stand(iso, floor_mm)
    return solids


def _right_side(pose: CArmPose) -> np.ndarray:
    """Toward the patient's right, turned with the orbital angle: which way the C bulges."""
    p = np.deg2rad(pose.primary_deg)
    return np.array([-np.cos(p), 0.0, np.sin(p)])


def _stand(iso: np.ndarray, floor_mm: float) -> list[Solid]:
    holder = iso + np.array([-700.0, 0.0, 0.0])
    foot, column = floor_mm + 60, holder[2] - 40
    pieces = [box(holder, np.eye(3), (70, 60, 80))]
    edges = np.linspace(foot, max(column, foot + 100), 5)
    for low, high in pairwise(edges):
        pieces.append(box((holder[0] - 60, holder[1], (low + high) / 2), np.eye(3), (75, 80, (high - low) / 2)))
    pieces.append(box((holder[0] - 130, holder[1], floor_mm + 40), np.eye(3), (260, 190, 36)))
    return [Solid("stand", np.concatenate(pieces))]


def _cylinder(centre, u, v, axis, radius, half) -> np.ndarray:
    tip = 1e-3
    rings = ((-half, tip), (-half, 1.0), (half, 1.0), (half, tip))
    return loft([(centre + h * axis, radius * r * u, radius * r * v) for h, r in rings])


def beam_faces(pose: CArmPose) -> np.ndarray:
    """The four sides of the beam from the focal spot to the detector, (4, 4, 3)."""
    beam, half = beam_of(pose), 0.5 * DETECTOR_MM
    corners = [
        beam.detector_centre + half * (x * beam.right + y * beam.down) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    return np.array([[beam.source, corners[i], corners[(i + 1) % 4], corners[(i + 1) % 4]] for i in range(4)])
