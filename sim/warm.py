"""Fills numba's cache so that the first window opens without compiling: `python -m sim.warm` (part of `make setup`)."""

from __future__ import annotations

import numpy as np

from sim.carm import CArm
from sim.patient.patient import Patient
from sim.pose import CArmPose
from sim.xray.cpu import CpuProjector


def main() -> None:
    """Expose a small box in every way the live view does."""
    affine = np.diag([8.0, 8.0, 8.0, 1.0])
    affine[:3, 3] = -150.0
    patient = Patient("box", np.full((40, 40, 40), 300, np.int16), affine)
    for pose in (CArmPose(), CArmPose(primary_deg=80.0), CArmPose(secondary_deg=30.0)):
        carm = CArm(CpuProjector(patient), pose)
        carm.expose()
        carm.expose(fast=True)


if __name__ == "__main__":
    main()
