"""Where every bone of a subject goes: the skeleton fitted to the drawn landmarks, and the landmarks that result.

Works in the skeleton frame (x left, y posterior, z up, mm, origin T1; see skeleton.py). Bones are placed one by one
(spine and ribs by shear and scale, girdle about the sternoclavicular joint, scapula by a similarity, each arm as a
chain of two segments); the soft tissue is made round them afterwards, so nothing tears. The scapular tips are read
from the posed bone, since no plausible scapula reaches every drawn tip.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.patient.population import FOREARM_MM, UPPER_ARM_MM, Subject
from sim.patient.skeleton import Mesh, Skeleton, is_arm

SIDES = (("right", "r", -1.0), ("left", "l", 1.0))
T12_Z_MM = -253.5  # centre of its body in the skeleton as it comes
HEAD_BASE_Z_MM = 114.0  # occipital condyles
HEAD_STRETCH = np.array([1.04, 1.02, 1.0])
BODY_MM = 15.0  # from the foremost point of a thoracic vertebra to the centre of its body


MEDIAL_BORDER_MM = 50.0  # of the scapula, from the midline
LUMBAR_WIDER, LUMBAR_TALLER = 1.14, 1.07
SOCKET_MM = 26.5  # from the centre of the humeral head to the glenoid's bone


def _taller(name: str, v: np.ndarray) -> np.ndarray:
    """A vertebra of the skeleton with the height and width of an adult's: the model's lumbar bodies are narrow."""
    if "lumbar" not in name:
        return v
    front = v[v[:, 1] < v[:, 1].min() + 14.0]
    centre = (front[:, 2].min() + front[:, 2].max()) / 2
    return np.stack([v[:, 0] * LUMBAR_WIDER, v[:, 1], (v[:, 2] - centre) * LUMBAR_TALLER + centre], axis=1)


def turn_x(a: float) -> np.ndarray:
    c, s = math.cos(a), math.sin(a)
    return np.array([[1.0, 0, 0], [0, c, -s], [0, s, c]])


def turn_y(a: float) -> np.ndarray:
    c, s = math.cos(a), math.sin(a)
    return np.array([[c, 0, s], [0, 1.0, 0], [-s, 0, c]])


def turn_z(a: float) -> np.ndarray:
    c, s = math.cos(a), math.sin(a)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])


def _frame(along: np.ndarray, beside: np.ndarray) -> np.ndarray:
    """Orthonormal axes as columns: the first along `along`, the second as near `beside` as may be."""
    u = along / np.linalg.norm(along)
    n = beside - u * (beside @ u)
    n /= np.linalg.norm(n)
    return np.stack([u, n, np.cross(u, n)], axis=1)


def _turn_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The smallest rotation that takes direction a to direction b (Rodrigues)."""
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    v, c = np.cross(a, b), float(a @ b)
    k = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    return np.eye(3) + k + k @ k / (1.0 + c)


@dataclass(frozen=True)
class _Segment:
    """An arm segment: takes points of the posed skeleton to the subject, along the segment and across it."""

    start: np.ndarray
    axes: np.ndarray
    new_start: np.ndarray
    new_axes: np.ndarray
    scale: np.ndarray

    def __call__(self, p: np.ndarray) -> np.ndarray:
        return ((p - self.start) @ self.axes * self.scale) @ self.new_axes.T + self.new_start


@dataclass(frozen=True)
class _Blade:
    """A scapula: takes points of the skeleton at rest to the subject. Turned, stretched and leaned so that its tip
    comes to `head` + `tip`; then widened toward the humerus, since the model's glenoid and acromion stop short."""

    head0: np.ndarray
    head: np.ndarray
    matrix: np.ndarray
    tip: np.ndarray
    sign: float
    gap_mm: float  # that the glenoid moves toward the head
    acromion_mm: float  # that the acromion moves outward over it

    def __call__(self, p: np.ndarray) -> np.ndarray:
        q = (p - self.head0) @ self.matrix.T
        down = np.clip(1.0 - q[:, 2] / self.tip[2], 0.0, 1.0)  # 0 at the tip's level, 1 from the head's up
        over = np.clip((q[:, 2] - 6.0) / 14.0, 0.0, 1.0) * np.clip((q[:, 1] + 14.0) / 12.0, 0.0, 1.0)
        over *= np.clip((self.sign * q[:, 0] + 75.0) / 30.0, 0.0, 1.0)
        q[:, 0] += self.sign * (self.gap_mm * np.minimum(1.0, 1.6 * down) + self.acromion_mm * over)
        return q + self.head


class Placement:
    """A subject's fitted skeleton. `landmarks`: the 14 keys -> (3,) in the skeleton frame, from a few points alone;
    `bones()` carries the meshes along."""

    def __init__(self, subject: Subject, skeleton: Skeleton) -> None:
        self.subject, self.skeleton = subject, skeleton
        self._at = {k: np.array(v) for k, v in subject.coronal.items()}
        self.landmarks: dict[str, np.ndarray] = {}
        self._girdles: dict[str, tuple] = {}
        self._segments: dict[str, tuple[_Segment, _Segment]] = {}
        self._place_trunk()
        self._place_head()
        for side, letter, sign in SIDES:
            self._place_girdle(side, letter, sign)
            self._place_arm(side, letter)

    # -- trunk and head ---------------------------------------------------------------------------------------------

    def course(self, z: np.ndarray) -> np.ndarray:
        """Left position of the spine at height z."""
        marks = [self._at[k] for k in ("t12", "carina", "t1")]
        line = np.interp(z, [m[1] for m in marks], [m[0] for m in marks])
        # A slight scoliosis that leaves T1, the carina's level and T12 where they were drawn.
        t = np.clip((z - marks[0][1]) / (marks[1][1] - marks[0][1]), 0.0, 1.0)
        return line + self.subject.scoliosis_mm * np.sin(np.pi * t) ** 2

    def sag(self, z: np.ndarray) -> np.ndarray:
        """How far posterior of the straight frame the body lies at height z, mm: 0 from T1 up, then the kyphosis of
        the upper thorax and the slope of the back. It never grows toward the head."""
        down = np.where(z > -40.0, np.minimum(z, 0.0) ** 2 / 80.0, -z - 20.0)
        return self.subject.lean * down + self.subject.kyphosis_mm * (1 - np.exp(-down / 45.0))

    def lie(self, p: np.ndarray) -> np.ndarray:
        """Points (n, 3) of the straight frame where they lie in the subject."""
        out = np.array(p, float)
        out[:, 1] += self.sag(out[:, 2])
        return out

    def torso(self, p: np.ndarray, rib: bool = True) -> np.ndarray:
        z = p[:, 2] * (self._at["t12"][1] / T12_Z_MM)
        x = p[:, 0] * (self.width if rib else 1.0) + self.course(z)
        return np.stack([x, p[:, 1] * self.subject.depth, z], axis=1)

    def _place_trunk(self) -> None:
        at, depth = self._at, self.subject.depth
        t12 = self.skeleton.rest["torso_geom_1_thoracic12_s"][0]
        reach = max(abs(at[f"{side}_hemidiaphragm"][0] - float(self.course(at["carina"][1]))) for side, _, _ in SIDES)
        # A dome that was drawn far out has its lung above it: the rib cage is as wide as that takes.
        self.width = max(self.subject.width, min(1.2, reach / 104.0))
        self._mark("t1", 0.0)
        self._mark("t12", (t12[:, 1].min() + BODY_MM) * depth)
        self._mark("carina", -22.0 * depth + self.subject.carina_depth_mm)
        for (side, _, _), shift in zip(SIDES, self.subject.dome_depth_mm):
            out = abs(at[f"{side}_hemidiaphragm"][0] - float(self.course(at[f"{side}_hemidiaphragm"][1])))
            self._mark(f"{side}_hemidiaphragm", -56.0 * depth + shift + min(22.0, 0.8 * max(out - 85.0, 0.0)))
        self.length = -at["t12"][1]

    def _mark(self, key: str, y: float) -> None:
        left, up = self._at[key]
        self.landmarks[key] = np.array([left, y, up])

    def _place_head(self) -> None:
        s = self.subject
        skull = self.skeleton.rest["hat_skull"][0]
        self.head_centre = (skull.max(0) + skull.min(0)) / 2
        left, up = self._at["skull"]
        lean = float(np.clip(-(left - self._at["t1"][0]) / 160.0 * 0.5, -0.2, 0.2)) + s.head_tilt
        self._head_turn = turn_y(lean) @ turn_z(s.head_turn) @ turn_x(s.head_pitch)
        self._head_at = np.array([left, self.head_centre[1] - 6.0, up])
        self.landmarks["skull"] = self._head_at

    def head(self, p: np.ndarray) -> np.ndarray:
        """Points of the skeleton's head, (n, 3) or (3,), to the subject."""
        return ((p - self.head_centre) * self.subject.head * HEAD_STRETCH) @ self._head_turn.T + self._head_at

    def head_inverse(self, x, y, z) -> tuple:
        """Coordinates of the subject, arrays that broadcast, to the skeleton's head: (x, y, z) there."""
        d = [axis - float(c) for axis, c in zip((x, y, z), self._head_at)]
        turn, scale = self._head_turn, self.subject.head * HEAD_STRETCH
        return tuple(
            sum(axis * float(turn[a, i] / scale[i]) for a, axis in enumerate(d)) + float(self.head_centre[i])
            for i in range(3)
        )

    def _neck(self, p: np.ndarray) -> np.ndarray:
        base = np.array([0.0, self.head_centre[1] + 30.0, HEAD_BASE_Z_MM])
        t = np.clip(p[:, 2:] / HEAD_BASE_Z_MM, 0.0, 1.1)
        return p + t**1.3 * (self.head(base) - base) + (1 - t) * np.array([self._at["t1"][0], 0.0, 0.0])

    # -- girdle and arms --------------------------------------------------------------------------------------------

    def _place_girdle(self, side: str, letter: str, sign: float) -> None:
        rest = self.skeleton.rest
        head0 = self.skeleton.joints_rest[f"humerus_{letter}"]
        joint0 = np.array([sign * 24.0, rest[f"clavicle_{letter}"][0][:, 1].min() + 8.0, -12.0])
        joint = self.torso(joint0[None])[0]
        left, up = self._at[f"{side}_humeral_head"]
        y = -self.subject.shoulder_depth_mm + (0.0 if self.subject.arms == "crossed" else 12.0)
        head = np.array([left, y, up])
        reach0, reach = head0 - joint0, head - joint
        scale = np.linalg.norm(reach) / np.linalg.norm(reach0)
        collar = _turn_between(reach0, reach) * scale

        blade0 = rest[f"scapula_{letter}"][0]
        lowest = int(blade0[:, 2].argmin())
        for _ in range(4):  # another vertex may be the tip once the bone is turned
            shape = self._blade(blade0, blade0[lowest], head0, head, reach0, reach, side, sign)
            posed = shape(blade0)
            before, lowest = lowest, int(posed[:, 2].argmin())
            if lowest == before:
                break
        collar_end = np.array([sign * (shape.gap_mm + 0.5 * shape.acromion_mm), 0.0, 0.0])
        self._girdles[letter] = (joint0, joint, collar, reach0, collar_end, shape)
        self.landmarks[f"{side}_humeral_head"] = head
        self.landmarks[f"{side}_scapular_inferior_angle"] = posed[lowest]

    def _blade(self, blade0, tip0, head0, head, reach0, reach, side: str, sign: float) -> _Blade:
        """The scapula whose vertex `tip0` comes to the drawn tip, as far as a plausible bone reaches it."""
        protraction = math.atan2(reach0[1], sign * reach0[0]) - math.atan2(reach[1], sign * reach[0])
        turn = turn_z(-sign * protraction * 0.75)
        a = turn @ (tip0 - head0)
        b = self._at[f"{side}_scapular_inferior_angle"] - head[[0, 2]]
        stretch = float(np.clip(math.hypot(*b) / math.hypot(a[0], a[2]), 0.8, 1.35))
        swing = math.atan2(b[0], -b[1]) - math.atan2(a[0], -a[2])
        blade = np.diag([stretch, 1.0, stretch]) @ turn_y(-swing) @ turn
        tip = blade @ (tip0 - head0)
        # Narrower across the line from head to tip, where the model's blade would reach over the spine.
        along = tip * [1.0, 0.0, 1.0] / math.hypot(tip[0], tip[2])
        across = np.array([-along[2], 0.0, along[0]])
        medial = -float((sign * ((blade0 - head0) @ blade.T)[:, 0]).min())
        narrow = float(np.clip((abs(head[0]) - MEDIAL_BORDER_MM) / medial, 0.62, 1.0))
        squeeze = np.eye(3) + (narrow - 1.0) * np.outer(across, across)
        lean = np.eye(3)
        lean[1, 2] = (self.subject.blade_depth_mm - head[1] - tip[1]) / tip[2]  # onto the ribs
        blade = lean @ squeeze @ blade
        placed = (blade0 - head0) @ blade.T
        socket = placed[np.abs(placed[:, 2] + 4.0) < 16.0]
        gap = float(np.clip(np.linalg.norm(socket, axis=1).min() - SOCKET_MM, 0.0, 14.0))
        outer = float(np.clip(-(sign * placed[:, 0]).max() - gap + 3.0, 0.0, 24.0))
        return _Blade(head0, head, blade, blade @ (tip0 - head0), sign, gap, outer)

    def front(self, x: float, z: float) -> float:
        """y of the front of trunk and abdomen at (x, z), roughly (envelope.py has the true one), so that forearms lie
        on it and not above it."""
        s, zt = self.subject, self._at["t12"][1]
        back = 62.0 * s.depth + 0.5 * s.fat_mm
        half = (back + s.front_mm) / 2
        off = min(abs(x - float(self.course(zt))) / s.abdomen_mm, 0.97)
        belly = back - half - half * (1 - off**2.5) ** 0.4
        off = min(abs(x - float(self.course(z))) / (150.0 * self.width + 0.8 * s.fat_mm), 0.97)
        wall = 14.0 + 0.8 * s.fat_mm
        deepest = float(np.interp(z, [zt, zt + 90.0, -60.0, -20.0], [125.0, 132.0, 100.0, 60.0])) * s.depth + wall
        chest = -40.0 - (deepest - 40.0) * math.sqrt(1 - off**2)
        share = float(np.clip((zt + 100.0 - z) / 80.0, 0.0, 1.0))
        return share * min(belly, chest) + (1 - share) * chest

    def _place_arm(self, side: str, letter: str) -> None:
        s = self.subject
        shoulder = self.landmarks[f"{side}_humeral_head"]
        e, w = self._at[f"{side}_elbow"], self._at[f"{side}_wrist"]
        upper = float(np.linalg.norm(e - shoulder[[0, 2]]))
        fore = float(np.linalg.norm(w - e))
        if s.arms == "crossed":
            rise = math.sqrt(max((UPPER_ARM_MM * 0.96 * s.arm_length) ** 2 - upper**2, 0.0))
            elbow_y = shoulder[1] - min(rise, 120.0)
            if abs(e[0]) < 0.75 * s.abdomen_mm:  # in front of the body, not in it
                elbow_y = min(elbow_y, self.front(e[0], e[1]) - 12.0)
            reach = math.sqrt(max((FOREARM_MM * 1.12) ** 2 - fore**2, 0.0))
            wanted = self.front(w[0], w[1]) - s.wrist_depth_mm[0 if side == "right" else 1]
            wrist_y = elbow_y + float(np.clip(wanted - elbow_y, -reach - 25.0, reach + 25.0))
        elif s.arms == "beside":
            elbow_y, wrist_y = shoulder[1] + 22.0, shoulder[1] - 12.0
        else:
            elbow_y, wrist_y = shoulder[1] - 10.0, shoulder[1] - 35.0
        elbow, wrist = np.array([e[0], elbow_y, e[1]]), np.array([w[0], wrist_y, w[1]])
        joints = self.skeleton.joints_crossed if s.arms == "crossed" else self.skeleton.joints_rest
        p = [joints[f"{bone}_{letter}"] for bone in ("humerus", "ulna", "lunate")]
        q = [shoulder, elbow, wrist]
        if s.arms == "crossed":
            beside = [np.cross(c[1] - c[0], c[2] - c[1]) for c in (p, q)]
        elif s.arms == "beside":
            beside = [np.array([0.0, 1.0, 0.0])] * 2
        else:
            beside = [np.array([0.0, 1.0, 0.0]), np.array([0.0, -1.0, 0.0])]
        segments = []
        for i in range(2):
            along0, along = p[i + 1] - p[i], q[i + 1] - q[i]
            k = np.linalg.norm(along) / np.linalg.norm(along0)
            girth = 0.5 + 0.5 * float(np.clip(k, 0.8, 1.15))
            scale = np.array([k, girth, girth])
            segments.append(_Segment(p[i], _frame(along0, beside[0]), q[i], _frame(along, beside[1]), scale))
        self._segments[letter] = (segments[0], segments[1])
        self.landmarks[f"{side}_elbow"], self.landmarks[f"{side}_wrist"] = elbow, wrist

    # -- meshes -----------------------------------------------------------------------------------------------------

    def bones(self) -> dict[str, Mesh]:
        """Every bone: name -> (vertices (n, 3) mm, faces (m, 3))."""
        arms = self.skeleton.crossed if self.subject.arms == "crossed" else self.skeleton.rest
        out: dict[str, Mesh] = {}
        for name, (v, f) in self.skeleton.rest.items():
            if is_arm(name):
                v, f = arms[name]
                out[name] = (self._segments[name[-1]][0 if name.startswith("humerus") else 1](v), f)
            elif name.startswith(("clavicle", "scapula")):
                joint0, joint, collar, reach0, end, blade = self._girdles[name[-1]]
                if name.startswith("clavicle"):
                    t = np.clip((v - joint0) @ reach0 / (reach0 @ reach0), 0.0, 1.0)[:, None]
                    out[name] = ((v - joint0) @ collar.T + joint + t**2 * end, f)
                else:
                    out[name] = (blade(v), f)
            elif name.startswith("hat_"):
                out[name] = (self.head(v), f)
            elif name.startswith("cervical"):
                out[name] = (self._neck(v), f)
            else:
                rib = name.startswith(("rib", "sternum"))
                out[name] = (self.torso(v if rib else _taller(name, v), rib=rib), f)
        return out
