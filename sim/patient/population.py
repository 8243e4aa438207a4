"""How people vary: where the landmarks lie in the coronal plane, how the arms lie, and how the body is built.

Knows no depth, no bone and no voxel. The landmark positions follow the mean and covariance over 164 real subjects in
resources/patient/population.json (computed from the coordinates published with arXiv 2604.18740); the other figures are
plain anthropometry, chosen for plausible radiographs, not measured. Coronal positions are (left, up) in mm, T1 at up 0.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

import numpy as np

from sim.patient.patient import PatientError
from sim.resource import resource

ARMS = ("crossed", "beside", "raised")
ARM_SHARES = (0.60, 0.15, 0.25)  # more raised than in the population: chest CTs are taken so

DEVICES = {  # name -> share of subjects; drawn independently. The mean subject has a table alone.
    "table": 0.85,
    "endotracheal_tube": 0.08,
    "gastric_tube": 0.10,
    "central_line": 0.15,
    "chest_drain": 0.06,
    "pacemaker": 0.06,
    "sternal_wires": 0.07,
    "clips": 0.08,
    "spine_screws": 0.05,
    "shoulder_prosthesis": 0.05,
    "leads": 0.30,
}
FIELD_SHARE = 0.5  # of subjects whose arms are not crossed: the volume ends where a chest CT's field of view does
CONTRAST_SHARE = 0.45  # of subjects with iodine in heart, great vessels and kidneys
INFLOW_SHARE = 0.40  # of those, with dense inflow through one arm's veins as well

UPPER_ARM_MM = 291.0  # humeral head to elbow, and elbow to wrist, in the skeleton as it comes
FOREARM_MM = 258.0
# A plain Gaussian draws some impossible arms: beyond these coronal lengths, or this squared Mahalanobis distance (the
# 99.5 % quantile of chi-squared with 26 degrees of freedom), a subject is drawn again.
UPPER_ARM_RANGE_MM = (130.0, 352.0)
FOREARM_RANGE_MM = (120.0, 338.0)
MAHALANOBIS_MAX = 48.3

_ARM_STREAM, _LANDMARK_STREAM, _BUILD_STREAM, TISSUE_STREAM, _HAVING_STREAM, DEVICE_STREAM, VARIETY_STREAM = range(7)


@dataclass(frozen=True)
class Subject:
    """One person. `coronal` maps the 14 keys to (left, up) mm as drawn; factors are 1 for the mean. Angles in rad,
    lengths in mm."""

    seed: int | None
    arms: str
    coronal: dict[str, tuple[float, float]]
    female: bool = False
    width: float = 1.0  # of the rib cage
    depth: float = 1.05  # of rib cage and spine
    head: float = 1.07
    head_tilt: float = 0.0  # toward a shoulder
    head_turn: float = 0.0
    head_pitch: float = 0.0
    fat_mm: float = 14.0  # thickness under the skin of the trunk
    abdomen_mm: float = 150.0  # half width
    front_mm: float = 160.0  # from T1 to the front of the abdomen
    neck_mm: float = 54.0  # radius
    muscle: float = 1.0  # girth of the limbs
    bone: float = 1.0  # density
    shoulder_depth_mm: float = 14.0  # humeral heads in front of T1
    wrist_depth_mm: tuple[float, float] = (26.0, 50.0)  # right, left: in front of the skin
    inflation: float = 1.0  # of the lungs: their density falls with it
    skull_thickness: float = 1.0
    tooth_loss: float = 0.15
    bowel_gas: int = 5  # number of pockets
    lean: float = 0.10  # slope of the back: posterior mm per mm toward the feet
    kyphosis_mm: float = 14.0  # how far the upper thorax curves backward below T1
    scoliosis_mm: float = 0.0  # greatest deviation of the spine between carina and T12
    carina_depth_mm: float = 0.0  # posterior of its usual place
    dome_depth_mm: tuple[float, float] = (4.0, 14.0)  # right, left
    blade_depth_mm: float = 38.0  # scapular tips behind T1 in the straight frame
    arm_length: float = 1.0
    vessel_hu: float = 42.0  # blood; more with contrast medium
    kidney_hu: float = 35.0
    inflow_hu: float = 0.0  # of the veins that bring the contrast medium; 0 without
    inflow_side: float = 1.0  # +1 left
    devices: tuple[str, ...] = ("table",)  # names of `DEVICES`
    heart: float = 1.0  # size
    visceral: float = 0.0  # fat between the bowel loops; grows with it
    field_mm: float | None = None  # half width of the scan's field of view; None shows all of the body
    mediastinum_mm: float = 0.0  # heart, great vessels and hila above where they usually lie to the carina
    organs_mm: float = 0.0  # kidneys and bowel above where they usually lie to T12


@cache
def figures() -> tuple[list[str], np.ndarray, np.ndarray]:
    """Of the population: names as in "t1.up_mm", mean (28,) mm and covariance (28, 28) mm2."""
    stored = json.loads(resource("patient", "population.json").read_text(encoding="utf-8"))
    return stored["order"], np.array(stored["mean"]), np.array(stored["covariance"])


@cache
def _axes() -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues (28,) and eigenvectors (28, 28) of the covariance."""
    values, vectors = np.linalg.eigh(figures()[2])
    values = np.where(values > 1e-3, values, 0.0)
    # The covariance is singular (T1's height is 0 by definition and left 0 is a mean of three); a fixed sign makes the
    # same eigenvectors on every machine.
    vectors *= np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(len(values))])
    return values, vectors


def _coronal(vector: np.ndarray) -> dict[str, tuple[float, float]]:
    value = dict(zip(figures()[0], np.round(vector, 2)))  # so that machines whose last digits differ agree
    keys = [name.removesuffix(".left_mm") for name in value if name.endswith(".left_mm")]
    return {k: (float(value[f"{k}.left_mm"]), float(value[f"{k}.up_mm"])) for k in keys}


def mean_coronal() -> dict[str, tuple[float, float]]:
    """Where the population has its landmarks in the mean, arms crossed: key -> (left, up) mm."""
    return _coronal(figures()[1])


def _possible(coronal: dict[str, tuple[float, float]]) -> bool:
    for side in ("right", "left"):
        shoulder, elbow, wrist = (np.array(coronal[f"{side}_{joint}"]) for joint in ("humeral_head", "elbow", "wrist"))
        if not UPPER_ARM_RANGE_MM[0] <= np.linalg.norm(elbow - shoulder) <= UPPER_ARM_RANGE_MM[1]:
            return False
        if not FOREARM_RANGE_MM[0] <= np.linalg.norm(wrist - elbow) <= FOREARM_RANGE_MM[1]:
            return False
    return True


def draw_coronal(rng: np.random.Generator) -> dict[str, tuple[float, float]]:
    """Landmarks of a new person with the arms crossed: key -> (left, up) mm."""
    mean, (values, vectors) = figures()[1], _axes()
    while True:
        normal = rng.standard_normal(len(mean)) * (values > 0)
        if normal @ normal > MAHALANOBIS_MAX:
            continue
        coronal = _coronal(mean + vectors @ (normal * np.sqrt(values)))
        if _possible(coronal):
            return coronal


def stream(seed: int, number: int) -> np.random.Generator:
    """An independent source of chance for one concern of one subject."""
    return np.random.default_rng([seed, number])


def draw_arms(seed: int | None) -> str:
    return "crossed" if seed is None else str(stream(seed, _ARM_STREAM).choice(ARMS, p=ARM_SHARES))


def subject(seed: int | None, arms: str | None = None) -> Subject:
    """The person of `seed` (None: the population mean, arms crossed). Raises PatientError for a bad seed or arms."""
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0):
        raise PatientError(f"A virtual patient's seed is a whole number from 0, not {seed!r}.")
    if arms is not None and arms not in ARMS:
        raise PatientError(f"Arms lie {', '.join(ARMS)}, not {arms!r}.")
    arms = arms or draw_arms(seed)
    if seed is None:
        return Subject(None, arms, _laid(mean_coronal(), arms, np.random.default_rng(0)))
    seed = int(seed)
    coronal = draw_coronal(stream(seed, _LANDMARK_STREAM))
    rng = stream(seed, _BUILD_STREAM)
    female = bool(rng.random() < 0.5)
    shoulders = coronal["left_humeral_head"][0] - coronal["right_humeral_head"][0]
    fat = float(np.clip(rng.gamma(4.0, 4.2) + (3.0 if female else 0.0), 5.0, 42.0))
    return Subject(
        seed=seed,
        arms=arms,
        coronal=_laid(coronal, arms, rng),
        female=female,
        width=_near(rng, 1.0 + 0.4 * (shoulders / 287.0 - 1.0), 0.04),
        depth=_near(rng, 1.06, 0.05),
        head=_near(rng, 1.07 - (0.02 if female else 0.0), 0.025),
        head_tilt=_near(rng, 0.0, 0.05),
        head_turn=_near(rng, 0.0, 0.13),
        head_pitch=_near(rng, 0.05, 0.12),
        fat_mm=fat,
        abdomen_mm=136.0 + 1.1 * fat + _near(rng, 0.0, 6.0),
        front_mm=122.0 + 1.5 * fat + float(rng.uniform(0.0, 28.0)),
        neck_mm=_near(rng, 51.0 if female else 57.0, 3.5),
        muscle=_near(rng, 0.95 if female else 1.04, 0.07),
        bone=_near(rng, 0.95 if female else 1.03, 0.17),
        shoulder_depth_mm=_near(rng, 12.0, 8.0),
        wrist_depth_mm=(float(rng.uniform(18, 32)), float(rng.uniform(32, 60)))[:: int(rng.choice([1, -1]))],
        inflation=_near(rng, 1.15 if arms == "raised" else 1.03, 0.16),
        skull_thickness=_near(rng, 1.0, 0.13),
        tooth_loss=float(rng.uniform(0.0, 0.6)) if rng.random() < 0.8 else 1.0,
        bowel_gas=int(rng.integers(2, 14)),
        lean=_near(rng, 0.10, 0.045),
        kyphosis_mm=max(0.0, _near(rng, 15.0, 8.0)),
        scoliosis_mm=_near(rng, 0.0, 4.0),
        carina_depth_mm=_near(rng, 0.0, 5.0),
        dome_depth_mm=(_near(rng, 4.0, 9.0), _near(rng, 16.0, 9.0)),
        blade_depth_mm=_near(rng, 22.0 if arms == "raised" else 38.0, 7.0),
        arm_length=_near(rng, 0.96 if female else 1.01, 0.03),
        heart=_near(rng, 1.0, 0.08) * (1.2 if rng.random() < 0.12 else 1.0),
        visceral=_near(rng, 0.28 + 0.012 * (fat - 18.0), 0.3),
        field_mm=_field(coronal, rng) if arms != "crossed" and rng.random() < FIELD_SHARE else None,
        devices=draw_devices(seed),
        **_contrast(seed),
    )


def _field(coronal: dict, rng: np.random.Generator) -> float:
    """Half width of a chest CT's field of view, mm: the shoulders are in it, arms that stick out are cut."""
    heads = max(abs(coronal[f"{side}_humeral_head"][0]) for side in ("right", "left"))
    return max(float(rng.uniform(175.0, 255.0)), heads + 35.0)


def draw_devices(seed: int) -> tuple[str, ...]:
    """Names of what lies on and in the subject of `seed`, in the order of `DEVICES`."""
    chance = stream(seed, _HAVING_STREAM).random(len(DEVICES))
    return tuple(name for name, share, c in zip(DEVICES, DEVICES.values(), chance) if c < share)


def _contrast(seed: int) -> dict[str, float]:
    """HU of blood, kidneys and inflow: the fields of Subject that contrast medium changes."""
    rng = np.random.default_rng([seed, _HAVING_STREAM, 1])
    if rng.random() >= CONTRAST_SHARE:
        return {"vessel_hu": float(rng.uniform(35, 50))}
    inflow = rng.random() < INFLOW_SHARE
    return {
        "vessel_hu": float(rng.uniform(120, 420)),
        "kidney_hu": float(rng.uniform(60, 260)),
        "inflow_hu": float(rng.uniform(600, 2600)) if inflow else 0.0,
        "inflow_side": 1.0 if rng.random() < 0.5 else -1.0,
    }


def _near(rng: np.random.Generator, mean: float, sd: float) -> float:
    """A normal draw that stays within 2.5 sd."""
    return float(mean + sd * np.clip(rng.standard_normal(), -2.5, 2.5))


def _laid(coronal: dict, arms: str, rng: np.random.Generator) -> dict[str, tuple[float, float]]:
    """`coronal` with the arms beside the body or raised. The population knows crossed arms only; these positions are
    plain geometry with the joints within their range, and the forearms may leave the volume."""
    if arms == "crossed":
        return coronal
    out = dict(coronal)
    for side, sign in (("right", -1.0), ("left", 1.0)):
        x, z = coronal[f"{side}_humeral_head"]
        tip_x, tip_z = coronal[f"{side}_scapular_inferior_angle"]
        upper = UPPER_ARM_MM * _near(rng, 0.97, 0.05)
        fore = FOREARM_MM * _near(rng, 0.97, 0.05)
        if arms == "beside":
            shoulder = (x + sign * 6.0, z - 10.0)
            a, b = _near(rng, 0.10, 0.06), _near(rng, 0.0, 0.10)
            elbow = (shoulder[0] + sign * upper * np.sin(a), shoulder[1] - upper * np.cos(a) * 0.98)
            wrist = (elbow[0] + sign * fore * np.sin(b), elbow[1] - fore * np.cos(b) * 0.97)
            tip = (tip_x - sign * 8.0, tip_z - 6.0)
        else:
            shoulder = (x - sign * 8.0, z + _near(rng, 14.0, 9.0))
            a, b = _near(rng, 0.42, 0.14), _near(rng, 0.75, 0.3)
            elbow = (shoulder[0] + sign * upper * np.sin(a) * 0.95, shoulder[1] + upper * np.cos(a) * 0.95)
            wrist = (elbow[0] - sign * fore * np.sin(b) * 0.9, elbow[1] + fore * np.cos(b) * 0.9)
            tip = (tip_x + sign * _near(rng, 6.0, 8.0), tip_z + _near(rng, 6.0, 8.0))
        out[f"{side}_humeral_head"] = shoulder
        out[f"{side}_elbow"] = (float(elbow[0]), float(elbow[1]))
        out[f"{side}_wrist"] = (float(wrist[0]), float(wrist[1]))
        out[f"{side}_scapular_inferior_angle"] = tip
    return out
