"""What runs in DeepDRR's own environment: one volume, pictures on demand. Started by sim.xray.deepdrr_process, never
imported by the app; needs nothing of this project, so that it runs where only DeepDRR is installed.

Protocol, over standard input and output. A message is one line of JSON; when it has `bytes`, so many bytes follow.

    -> {"kind": "volume", "shape": [i, j, k], "ras_from_index": 4 x 4, "bytes": n} + int16 HU, C order
    <- {"kind": "ready", "versions": {...}, "device": "..."}
    -> {"kind": "render", "camera_from_ras": 4 x 4, "size": n, "pixel_mm": p, "sdd_mm": d,
        "spectrum": [[eV, weight] ...]}
    <- {"kind": "picture", "bytes": n} + float32 -ln(I/I0), (size, size), as the camera sees it from the source
    <- {"kind": "error", "text": "..."} instead of either

The camera: x to the right, y down, z from the source to the detector, mm; the picture's centre lies on z. Materials and
densities follow DeepDRR's own thresholds and lines (its volume module: air to -800 HU, soft tissue to 350, bone above),
applied here, so that no network for the segmentation is asked for.
"""

from __future__ import annotations

import json
import os
import sys

STEP = 0.25
"""Length of a step along a ray, voxels."""
AIR_TO_HU, SOFT_TO_HU = -800, 350
KEPT = 3
"""Projectors kept, one for each size and spectrum: DeepDRR freezes both when it is made."""


def main() -> None:
    # Libraries print to standard output; what the other side reads must hold nothing else.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    source = sys.stdin.buffer
    renderer = None
    while line := source.readline():
        message = json.loads(line)
        payload = source.read(message.get("bytes", 0))
        try:
            if message["kind"] == "volume":
                renderer = Renderer(message, payload)
                _send(out, {"kind": "ready", **renderer.about()})
            elif message["kind"] == "render":
                picture = renderer.picture(message)
                _send(out, {"kind": "picture", "bytes": picture.nbytes}, picture.tobytes())
        except Exception as problem:
            _send(out, {"kind": "error", "text": f"{type(problem).__name__}: {problem}"})


def _send(out, message: dict, payload: bytes = b"") -> None:
    out.write(json.dumps(message).encode() + b"\n" + payload)
    out.flush()


class Renderer:
    """One volume in DeepDRR."""

    def __init__(self, message: dict, payload: bytes):
        import deepdrr
        import numpy as np
        from deepdrr import geo

        self._np, self._deepdrr, self._geo = np, deepdrr, geo
        hu = np.frombuffer(payload, np.int16).reshape(message["shape"]).astype(np.float32)
        density = np.maximum(np.minimum(0.001029 * hu + 1.03, 0.0005886 * hu + 1.03), 0.0)
        labels = np.where(hu <= AIR_TO_HU, 0, np.where(hu <= SOFT_TO_HU, 1, 2)).astype(np.uint16)
        density[labels == 0] = 0.0
        self._volume = deepdrr.Volume(
            density,
            ({"air": 0, "soft tissue": 1, "bone": 2}, labels),
            anatomical_from_IJK=geo.FrameTransform(np.array(message["ras_from_index"])),
            anatomical_coordinate_system="RAS",
        )
        self._projectors: dict = {}

    def about(self) -> dict:
        import importlib.metadata

        import cupy

        name = cupy.cuda.runtime.getDeviceProperties(0)["name"]
        names = ("deepdrr", "cupy-cuda12x", "numpy")
        versions = {}
        for package in names:
            try:
                versions[package] = importlib.metadata.version(package)
            except importlib.metadata.PackageNotFoundError:
                versions[package] = "?"
        return {"versions": versions, "device": name.decode() if isinstance(name, bytes) else str(name)}

    def picture(self, message: dict):
        np, geo = self._np, self._geo
        spectrum = np.array(message["spectrum"], np.float64)
        size = int(message["size"])
        intrinsic = geo.CameraIntrinsicTransform.from_sizes(
            sensor_size=(size, size),
            pixel_size=message["pixel_mm"],
            source_to_detector_distance=message["sdd_mm"],
        )
        key = (size, spectrum.tobytes())
        projector = self._projectors.pop(key, None)
        if projector is None:
            while len(self._projectors) >= KEPT:
                self._projectors.pop(next(iter(self._projectors))).free()
            projector = self._deepdrr.Projector(
                self._volume,
                camera_intrinsics=intrinsic,
                source_to_detector_distance=message["sdd_mm"],
                step=STEP,
                spectrum=spectrum,
                neglog=False,
                max_mesh_hits=4,
                mesh_layers=1,
            )
            projector.initialize()
        self._projectors[key] = projector
        extrinsic = geo.FrameTransform(np.array(message["camera_from_ras"]))
        intensity = projector.project(geo.CameraProjection(intrinsic, extrinsic))
        open_field = float(spectrum[:, 0] @ spectrum[:, 1] / spectrum[:, 1].sum()) / 1000.0
        share = np.maximum(np.asarray(intensity, np.float64) / open_field, 1e-9)
        return np.ascontiguousarray(-np.log(share), np.float32)


if __name__ == "__main__":
    main()
