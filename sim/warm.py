"""A quick start. `python -m sim.warm` (part of `make setup`) fills numba's cache, so that the first window opens
without compiling; `load_numba` loads numba without what no picture needs."""

from __future__ import annotations

import sys

UNNEEDED = ("scipy.linalg.cython_blas", "cffi")
"""What numba tries to import when its first function is called, and does without where it is not there: 0.2 s."""


def load_numba() -> None:
    """Import numba and its array functions as if UNNEEDED were not installed; both can be imported afterwards, and
    compiled matrix products then look for their BLAS again."""
    hidden = [name for name in UNNEEDED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))
    try:
        import numba.core.typing.cffi_utils
        import numba.np.arraymath  # noqa: F401
    finally:
        for name in hidden:
            del sys.modules[name]


def main() -> None:
    """Expose a small box in every way the live view does."""
    import numpy as np

    from sim.carm import CArm
    from sim.patient.patient import Patient
    from sim.pose import CArmPose
    from sim.xray.cpu import CpuProjector

    affine = np.diag([8.0, 8.0, 8.0, 1.0])
    affine[:3, 3] = -150.0
    patient = Patient("box", np.full((40, 40, 40), 300, np.int16), affine)
    for pose in (CArmPose(), CArmPose(primary_deg=80.0), CArmPose(secondary_deg=30.0)):
        carm = CArm(CpuProjector(patient), pose)
        carm.expose()
        carm.expose(fast=True)


if __name__ == "__main__":
    main()
