"""The bones: meshes of myo-sim's full-body model, cleaned and posed with mujoco. Knows no subject and no voxels.

Skeleton frame, used by every module that makes a virtual patient: x left, y POSTERIOR, z up, mm, origin at the centre
of T1's vertebral body (`virtual.py` turns it into the patient frame). Source: myo-sim 0.2.4 (Apache-2.0),
`myofullbody`, whose bones derive from OpenSim. The posed, cleaned meshes are kept in the user's cache, so mujoco is
needed only once.
"""

from __future__ import annotations

import json
import os
import warnings
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.sparse import coo_matrix, diags
from scipy.sparse.csgraph import connected_components
from scipy.spatial import ConvexHull

from sim.resource import cache_dir

VERSION = "4"

LEFT_SHIFT_MM = 25.0  # the model's midline lies at x = -25 mm
NECK_MM = 50.0  # from the centre of the humeral head to its surgical neck
T1_FRONT_MM = 12.0  # from T1's foremost vertex back to the centre of its body

Mesh = tuple[np.ndarray, np.ndarray]

# Joint angles, rad (right, left), that lay the forearms on the abdomen with flat palms, fitted to the population mean.
CROSSED = {
    "elv_angle": (1.351, 1.310),
    "shoulder_elv": (0.613, 0.637),
    "shoulder_rot": (1.575, 1.439),
    "elbow_flexion": (1.778, 1.757),
    "pro_sup": (-0.318, -0.329),
    "flexion": (0.25, 0.25),
    "mcp2_flexion": (0.3, 0.3),
    "mcp3_flexion": (0.35, 0.35),
    "mcp4_flexion": (0.4, 0.4),
    "mcp5_flexion": (0.4, 0.4),
    "pm2_flexion": (0.35, 0.35),
    "pm3_flexion": (0.4, 0.4),
    "pm5_flexion": (0.4, 0.4),
}
LEGS = ("femur", "tibia", "fibula", "foot", "talus", "patella")
SMOOTHED = ("humerus", "ulna", "radius", "clavicle", "scapula", "thoracic", "lumbar", "rib", "pelvis", "sacrum")


@dataclass(frozen=True)
class Skeleton:
    """`rest` holds every bone with the arms hanging, `crossed` the arm bones with the forearms on the abdomen: name ->
    (vertices (n, 3) float64 mm, faces (m, 3) int32). Joints: "humerus_r" (centre of the head), "ulna_r" (elbow),
    "lunate_r" (wrist) and their left fellows -> (3,) mm, for both poses."""

    rest: dict[str, Mesh]
    crossed: dict[str, Mesh]
    joints_rest: dict[str, np.ndarray]
    joints_crossed: dict[str, np.ndarray]


@lru_cache(maxsize=1)
def load() -> Skeleton:
    """The skeleton, from the cache where it is there."""
    path = cache_dir("skeleton") / f"skeleton-{VERSION}.npz"
    if not path.exists():
        _write(path, _make())
    return _read(path)


def is_arm(name: str) -> bool:
    return name.endswith(("_r", "_l")) and not name.startswith(("clavicle", "scapula"))


def _make() -> Skeleton:
    import mujoco

    before = mujoco.get_mju_user_warning()
    mujoco.set_mju_user_warning(lambda message: None)  # else it writes MUJOCO_LOG.TXT where the program was started
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import myo_sim

            model = myo_sim.load_model("myofullbody")
    finally:
        mujoco.set_mju_user_warning(before)
    model = model[0] if isinstance(model, tuple) else model
    data = mujoco.MjData(model)
    address = {model.joint(j).name: model.jnt_qposadr[j] for j in range(model.njnt)}
    names = [f"{bone}_{side}" for bone in ("humerus", "ulna", "lunate") for side in "rl"]

    def read() -> tuple[dict[str, Mesh], dict[str, np.ndarray]]:
        mujoco.mj_kinematics(model, data)
        meshes = {}
        for g in range(model.ngeom):
            if model.geom_type[g] != mujoco.mjtGeom.mjGEOM_MESH:
                continue
            k = model.geom_dataid[g]
            name = model.mesh(k).name
            if any(leg in name for leg in LEGS):
                continue
            v = model.mesh_vert[model.mesh_vertadr[k] :][: model.mesh_vertnum[k]]
            f = model.mesh_face[model.mesh_faceadr[k] :][: model.mesh_facenum[k]]
            world = v @ data.geom_xmat[g].reshape(3, 3).T + data.geom_xpos[g]
            meshes[name] = (world * 1000.0 + [LEFT_SHIFT_MM, 0.0, 0.0], f.astype(np.int32))
        return meshes, {n: data.body(n).xpos * 1000.0 + [LEFT_SHIFT_MM, 0.0, 0.0] for n in names}

    rest, joints_rest = read()
    for joint, angles in CROSSED.items():
        for side, angle in zip("rl", angles):
            data.qpos[address[f"{joint}_{side}"]] = angle
    for side, angle in zip("rl", CROSSED["elv_angle"]):
        data.qpos[address[f"shoulder1_r2_{side}"]] = -angle
    crossed, joints_crossed = read()

    for meshes, joints in ((rest, joints_rest), (crossed, joints_crossed)):
        for side in "rl":
            shoulder, elbow = joints[f"humerus_{side}"], joints[f"ulna_{side}"]
            out = np.array([1.0 if side == "l" else -1.0, 0.0, 0.0])
            if meshes is crossed:  # the arm is turned inward: the greater tubercle faces the front
                out = 0.55 * out + [0.0, -0.8, 0.0]
            meshes[f"humerus_{side}"] = _without_head(*meshes[f"humerus_{side}"], shoulder, elbow)
            meshes[f"humerus_head_{side}"] = _humeral_head(shoulder, elbow, out)
    t1 = rest["torso_geom_12_thoracic1_s"][0]
    origin = np.array([0.0, t1[:, 1].min() + T1_FRONT_MM, t1[:, 2].mean()])
    return Skeleton(
        _clean({n: (v - origin, f) for n, (v, f) in rest.items()}),
        _clean({n: (v - origin, f) for n, (v, f) in crossed.items() if is_arm(n)}),
        {n: p - origin for n, p in joints_rest.items()},
        {n: p - origin for n, p in joints_crossed.items()},
    )


def _without_head(v: np.ndarray, f: np.ndarray, joint: np.ndarray, elbow: np.ndarray) -> Mesh:
    """The humerus cut off at the surgical neck (a small flat end remains): its own head would show inside ours."""
    way = (elbow - joint) / np.linalg.norm(elbow - joint)
    along = (v - joint) @ way
    radial = v - joint - along[:, None] * way
    middle = radial[(along > 50.0) & (along < 80.0)].mean(axis=0)
    off = radial - middle
    short = np.minimum(1.0, 9.0 / np.maximum(np.linalg.norm(off, axis=1, keepdims=True), 1e-6))
    cut = joint + NECK_MM * way + middle + short * off
    return np.where(along[:, None] < NECK_MM, cut, v), f


def _humeral_head(joint: np.ndarray, elbow: np.ndarray, outward: np.ndarray) -> Mesh:
    """The proximal humerus: articular sphere about `joint`, greater tubercle `outward` of it, surgical neck running out
    into the shaft. The model's own head is a ball on a stick. Sizes in mm as in adults (radius of the head 23, of the
    neck 13); the surface is where a smooth union of the parts is 0, found along rays from inside."""
    way = (elbow - joint) / np.linalg.norm(elbow - joint)
    side = outward - way * (outward @ way)
    side /= np.linalg.norm(side)
    k = np.arange(2400)
    golden = np.pi * (3 - np.sqrt(5)) * k
    z = 1 - (2 * k + 1) / len(k)
    ball = np.stack([np.sqrt(1 - z**2) * np.cos(golden), np.sqrt(1 - z**2) * np.sin(golden), z], 1)
    parts = (
        (joint, joint, 23.0, 23.0),
        (joint + 13.0 * side + 2.0 * way, joint + 10.0 * side + 22.0 * way, 13.0, 12.0),
        (joint + 3.0 * side + 8.0 * way, joint + 5.0 * side + 44.0 * way, 18.0, 12.5),
        (joint + 5.0 * side + 44.0 * way, joint + 3.0 * side + 70.0 * way, 12.5, 11.0),
    )

    def distance(p: np.ndarray) -> np.ndarray:
        near = []
        for a, b, r1, r2 in parts:
            t = np.clip((p - a) @ (b - a) / max(float((b - a) @ (b - a)), 1e-9), 0.0, 1.0)
            near.append(np.linalg.norm(p - a - t[:, None] * (b - a), axis=1) - (r1 + t * (r2 - r1)))
        return -3.0 * np.log(np.exp(-np.clip(near, -40.0, 90.0) / 3.0).sum(axis=0)) + 1.2

    centre = joint + 4.0 * side + 20.0 * way
    rays = ball + 0.0
    rays += np.outer(rays @ way, way) * 0.8  # denser along the shaft
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    low, high = np.zeros(len(rays)), np.full(len(rays), 90.0)
    for _ in range(30):
        middle = (low + high) / 2
        inside = distance(centre + middle[:, None] * rays) < 0
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    hull = ConvexHull(rays)
    f = hull.simplices.astype(np.int32)
    normal = np.cross(rays[f[:, 1]] - rays[f[:, 0]], rays[f[:, 2]] - rays[f[:, 0]])
    inward = (normal * hull.equations[:, :3]).sum(1) < 0
    f[inward] = f[inward][:, ::-1]
    return centre + low[:, None] * rays, f


def _clean(meshes: dict[str, Mesh]) -> dict[str, Mesh]:
    """Bones as closed as they come: ribs one by one, no ornament among them, no open discs, coarse bones smoothed."""
    out: dict[str, Mesh] = {}
    for name, mesh in meshes.items():
        mesh = _merge(*mesh)
        if "ribcage" in name:
            ribs = [part for part in _components(*mesh) if 90 <= len(part[1]) < 250]
            ribs.sort(key=lambda part: (-round(float(part[0][:, 2].mean()), 1), float(part[0][:, 0].mean())))
            out |= {f"rib_{k:02d}": part for k, part in enumerate(ribs)}
            out["sternum"] = next(part for part in _components(*mesh) if 1000 < len(part[1]) < 2000)
        elif "cervical" in name:
            parts = [part for part in _components(*mesh) if len(part[1]) > 100]
            out |= {f"cervical_{k:02d}": part for k, part in enumerate(parts)}
        else:
            out[name] = mesh
    return {n: _smooth(*m) if any(key in n for key in SMOOTHED) and "_head_" not in n else m for n, m in out.items()}


def _merge(v: np.ndarray, f: np.ndarray) -> Mesh:
    """Vertices closer than a micrometre become one; faces without area go."""
    _, first, inverse = np.unique(np.round(v, 3), axis=0, return_index=True, return_inverse=True)
    f = inverse.ravel()[f].astype(np.int32)
    whole = (f[:, 0] != f[:, 1]) & (f[:, 1] != f[:, 2]) & (f[:, 2] != f[:, 0])
    return v[first], f[whole]


def _components(v: np.ndarray, f: np.ndarray) -> list[Mesh]:
    edges = np.concatenate([f[:, :2], f[:, 1:]])
    graph = coo_matrix((np.ones(len(edges)), edges.T), shape=(len(v),) * 2)
    label = connected_components(graph, directed=False)[1][f[:, 0]]
    parts = []
    for k in np.unique(label):
        used, local = np.unique(f[label == k], return_inverse=True)
        parts.append((v[used], local.reshape(-1, 3).astype(np.int32)))
    return parts


def _smooth(v: np.ndarray, f: np.ndarray, rounds: int = 10, reach_mm: float = 1.5) -> Mesh:
    """Two midpoint subdivisions, then Laplacian smoothing that moves no vertex further than `reach_mm` (Loop's scheme
    tears these meshes: some edges have more than two faces)."""
    for _ in range(2 if len(f) < 1000 else 1):
        edges = np.sort(f[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
        unique, index = np.unique(edges, axis=0, return_inverse=True)
        m = index.reshape(-1, 3) + len(v)
        v = np.concatenate([v, v[unique].mean(axis=1)])
        f = np.concatenate(
            [
                np.stack([f[:, 0], m[:, 0], m[:, 2]], 1),
                np.stack([m[:, 0], f[:, 1], m[:, 1]], 1),
                np.stack([m[:, 2], m[:, 1], f[:, 2]], 1),
                m,
            ]
        ).astype(np.int32)
    edges = np.unique(np.sort(f[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1), axis=0)
    both = np.concatenate([edges, edges[:, ::-1]])
    near = coo_matrix((np.ones(len(both)), both.T), shape=(len(v),) * 2).tocsr()
    count = np.maximum(np.asarray(near.sum(axis=1)).ravel(), 1)
    near = diags(1.0 / count) @ near
    w = v.copy()
    for _ in range(rounds):
        w += 0.5 * (near @ w - w)
    step = w - v
    length = np.linalg.norm(step, axis=1, keepdims=True)
    return v + step * np.minimum(1.0, reach_mm / np.maximum(length, 1e-6)), f


def _write(path, skeleton: Skeleton) -> None:
    arrays, index = {}, {}
    for pose in ("rest", "crossed"):
        meshes = getattr(skeleton, pose)
        names = sorted(meshes)
        index[pose] = [(n, len(meshes[n][0]), len(meshes[n][1])) for n in names]
        arrays[f"{pose}_v"] = np.round(np.concatenate([meshes[n][0] for n in names]), 2).astype(np.float32)
        arrays[f"{pose}_f"] = np.concatenate([meshes[n][1] for n in names]).astype(np.int32)
        joints = getattr(skeleton, f"joints_{pose}")
        index[f"joints_{pose}"] = {n: [round(float(c), 2) for c in joints[n]] for n in sorted(joints)}
    part = path.with_name(f"{path.stem}-{os.getpid()}.npz")
    np.savez_compressed(part, index=json.dumps(index), **arrays)
    os.replace(part, path)


def _read(path) -> Skeleton:
    with np.load(path) as stored:
        index = json.loads(str(stored["index"]))
        poses = {}
        for pose in ("rest", "crossed"):
            vertices = stored[f"{pose}_v"].astype(np.float64)
            faces = stored[f"{pose}_f"]
            meshes, a, b = {}, 0, 0
            for name, n, m in index[pose]:
                meshes[name] = (vertices[a : a + n], faces[b : b + m])
                a, b = a + n, b + m
            poses[pose] = meshes
    joints = [{n: np.array(p) for n, p in index[f"joints_{pose}"].items()} for pose in ("rest", "crossed")]
    return Skeleton(poses["rest"], poses["crossed"], *joints)
