"""A quick start. `python -m sim.warm` (part of `make setup`) fills numba's cache, so that the first window opens
without compiling; `load_numba` loads numba without what no picture needs."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

UNNEEDED = ("scipy.linalg.cython_blas", "cffi", "yaml")
"""What numba tries to import, at once or when its first function is called, and does without where it is not there:
0.2 s."""


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


COMPILER, AHEAD_BYTES = "binding/libllvmlite.so", 1 << 18
"""Of llvmlite, 180 MB: its code fills the first half, and of the tables and names behind it hardly anything is needed.
As much as the system reads ahead at a time: a larger range is cut to that."""


def read_ahead() -> None:
    """Have the system read numba's compiler beside what this program does next: on the first start of a day the
    import would wait for the disk, 0.2 to 0.4 s with the interpreter's lock held. On Linux alone."""
    found = find_spec("llvmlite") if hasattr(os, "posix_fadvise") else None
    if found is not None and found.origin:
        file = Path(found.origin).parent / COMPILER
        threading.Thread(target=_read, args=(file,), name="carm-read-ahead", daemon=True).start()


def _read(file: Path) -> None:
    with contextlib.suppress(OSError), open(file, "rb") as open_file:
        for start in range(0, os.fstat(open_file.fileno()).st_size // 2, AHEAD_BYTES):
            os.posix_fadvise(open_file.fileno(), start, AHEAD_BYTES, os.POSIX_FADV_WILLNEED)


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
