"""What keeps the window's thread quick beside the threads of the device, the dialogue and the patient."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG_MS = 500
OLDER_EVERY, ALL_EVERY = 10, 120
"""Collections of the youngest objects between two of the older, and between two of all."""
SETTLED = (20, 60, 110)
"""The rounds at which what the start has imported and built counts as kept for good as well: model and lexicon may come
late. All before the first full collection, which would else look through that for 40 ms."""
SWITCH_S = 0.001
"""Qt's calls give up the interpreter's lock; with Python's own 5 ms a busy thread beside the window's would hold each
of them up for that long."""


@contextmanager
def window_thread_first() -> Iterator[None]:
    """Around a Qt event loop and the building of its window, in its thread, once the application is there.

    Cyclic garbage is collected by a timer of this thread, a little at a time; what is there already, or when the start
    has settled, counts as kept for good. Left to itself the collector runs in whatever thread allocates: a Qt object in
    a cycle would then be taken down by a thread that is not its own, which can end the program, and a full collection
    over all that was imported holds everything up for a tenth of a second.
    """
    from PySide6.QtCore import QTimer

    rounds = 0

    def collect() -> None:
        nonlocal rounds
        rounds += 1
        if rounds in SETTLED:
            gc.freeze()
        gc.collect(2 if rounds % ALL_EVERY == 0 else 1 if rounds % OLDER_EVERY == 0 else 0)

    was_on, switch_s = gc.isenabled(), sys.getswitchinterval()
    gc.freeze()
    gc.disable()
    sys.setswitchinterval(SWITCH_S)
    timer = QTimer()
    timer.setInterval(YOUNG_MS)
    timer.timeout.connect(collect)
    timer.start()
    try:
        yield
    finally:
        timer.stop()
        gc.unfreeze()
        sys.setswitchinterval(switch_s)
        if was_on:
            gc.enable()
