"""Writes deepdrr_matrices.json, the projection matrices of DeepDRR's own C-arm. Needs no GPU:

    python -m venv /tmp/deepdrr && /tmp/deepdrr/bin/pip install --no-deps deepdrr==1.2.2 killeengeo==0.0.5
    /tmp/deepdrr/bin/pip install "numpy<2" scipy typing_extensions
    /tmp/deepdrr/bin/python tests/unit/data/make_deepdrr_matrices.py

DeepDRR as a whole does not import without CUDA; its C-arm does, when what it asks of the rest stands in by name.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import types
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

VIEWS = [(0, 0), (30, 0), (-30, 0), (0, 20), (0, -25), (-75, 0), (0, 45), (90, 0)]
ISOCENTRES = [(0.0, 0.0, 0.0), (40.0, -120.0, 25.0)]
SIZE, DETECTOR_MM = 512, 414.0


def mobile_carm():
    """DeepDRR's MobileCArm class and its geometry module, without the package's own __init__."""
    where = Path(importlib.util.find_spec("deepdrr").submodule_search_locations[0])
    for name in ("deepdrr", "deepdrr.device"):
        package = types.ModuleType(name)
        package.__path__ = [str(where / name.removeprefix("deepdrr").strip("."))]
        sys.modules[name] = package
    sys.modules["pyvista"] = types.ModuleType("pyvista")
    sys.modules["pyvista"].PolyData = object
    utils = types.ModuleType("deepdrr.utils")
    utils.radians = lambda *t, degrees=True: (np.radians(t) if degrees else np.array(t))[0]
    utils.try_import_pyvista = lambda: (None, False)
    utils.jsonable = lambda it: it
    sys.modules["deepdrr.utils"] = sys.modules["deepdrr"].utils = utils
    geo = importlib.import_module("deepdrr.geo")
    sys.modules["deepdrr"].geo = geo
    return importlib.import_module("deepdrr.device.mobile_carm").MobileCArm, geo


def main() -> None:
    MobileCArm, geo = mobile_carm()  # noqa: N806
    # Volume.supine() of a RAS volume: anterior to +Z, inferior to +X, left to +Y of the world.
    supine = geo.FrameTransform.from_rt(rotation=Rotation.from_euler("xz", [90, -90], degrees=True).as_matrix())
    views = []
    for primary, secondary in VIEWS:
        for left, up, ant in ISOCENTRES:
            arm = MobileCArm(
                isocenter=np.array(supine @ geo.point(-left, ant, up)),
                alpha=-primary,
                beta=-secondary,
                min_alpha=-120,
                max_alpha=120,
                sensor_height=SIZE,
                sensor_width=SIZE,
                pixel_size=DETECTOR_MM / SIZE,
            )
            projection = arm.get_camera_projection()
            matrix = np.array(projection.index_from_world) @ np.array(supine)
            extrinsic = np.array(arm.get_camera3d_from_world()) @ np.array(supine)
            views.append(
                {
                    "pose": [left, up, ant, primary, secondary],
                    "index_from_ras": np.round(matrix, 9).tolist(),
                    "camera_from_ras": np.round(extrinsic, 9).tolist(),
                }
            )
    out = Path(__file__).with_name("deepdrr_matrices.json")
    out.write_text(json.dumps({"deepdrr": "1.2.2", "size": SIZE, "views": views}, indent=1) + "\n")
    print(f"{out.name}: {len(views)} views")


if __name__ == "__main__":
    main()
