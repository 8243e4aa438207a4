"""Measures the live picture by the clock, from the device's pulse to the paint in the window: frames a second while the
C-arm moves, and how long after it stands the full resolution is on screen.

    python -m carm_gui.live_pace [--patient virtual] [--json] [--platform offscreen|xcb]

The real window is driven at 30 pulses a second, the most that its pulse rate has, through turns to every side and a jog
across the body; each picture counts when it has been painted. A picture that came too late for its pulse was skipped,
so that fewer than 30 a second are seen. tests/benchmarks/test_live_view.py does the same with the volumes of the
promise. As in pace.py what other programs may have spoilt is not judged: here the motions one by one.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from carm_gui.pace import OTHERS_PERCENT, Load, live_for, report, share, word

PULSES, STANDING_MS = 30.0, 150.0
"""The promises: frames a second moving, and full resolution after standing still."""
LEAST_SHARE = 0.99
"""Of the pulses that must have been seen: the clock's grain at both ends of a motion."""
TURNS = ((30, 20), (-45, 35), (0, 0), (90, 0), (45, -35), (0, 0))
"""Angles (primary, secondary) that are driven to one after another; the way there passes every layout of slices."""
JOG_S = 3.0
LEAST_QUIET = 0.5
"""Of the motions that other programs must have left alone for a verdict."""
LOST_S = 5.0
"""Stands for a full picture that never came."""


class Painted:
    """When each picture was first painted in the live view: (seconds, its index, whether at full resolution). The
    device says which are: `still` of its frame events."""

    def __init__(self) -> None:
        self.at: list[tuple[float, int, bool]] = []
        self.stopped: list[float] = []
        self._still: set[int] = set()
        self._last = -1

    def hear(self, event) -> None:
        """A listener of the session's, on its threads."""
        if event.kind == "frame" and event.data["still"]:
            self._still.add(event.data["frame"].index)
        elif event.kind == "motion" and event.data["phase"] == "finished":
            self.stopped.append(time.perf_counter())

    @contextmanager
    def watching(self):
        """Every paint of a live view within is noted; around the making of the window."""
        from carm_gui.views.live import LiveView

        paint = LiveView.paintEvent

        def noted(view, event) -> None:
            paint(view, event)
            if view.frame is not None and not view.stored and view.frame.index != self._last:
                self._last = view.frame.index
                self.at.append((time.perf_counter(), self._last, self._last in self._still))

        LiveView.paintEvent = noted
        try:
            yield self
        finally:
            LiveView.paintEvent = paint

    def rate(self, begun: float, ended: float) -> tuple[int, float]:
        """Pictures painted between the two times, and how many that is a second."""
        seen = [at for at, _, _ in self.at if begun <= at <= ended]
        span = seen[-1] - seen[0] if len(seen) > 1 else 0.0
        return len(seen), (len(seen) - 1) / span if span else 0.0

    def sharp_after(self, stop: float) -> float | None:
        """Seconds from a stop to the first full picture, None while there is none."""
        return next((at - stop for at, _, still in self.at if still and at >= stop), None)


def measure(patient: str = "virtual", model: str = "embedded") -> dict:
    """Open the window on `patient`, drive it and return its figures; see the module."""
    from carm_gui.app import application, begin
    from carm_gui.settings import Settings
    from carm_gui.window_thread import window_thread_first

    application()
    painted = Painted()
    with painted.watching(), window_thread_first():
        window, backend = begin(Settings(toured=True), patient, model)
        window.resize(1280, 800)
        window.show()
        try:
            return _drive(window, backend, painted)
        finally:
            window.close()
            backend.close()


@dataclass
class Motion:
    """One motion from its start to the full picture after it: pictures painted, frames a second, seconds from standing
    still to the full picture (None: none came), and what other programs used of the machine meanwhile."""

    pictures: int
    rate: float
    wait_s: float | None
    others: float


def _drive(window, backend, painted: Painted) -> dict:
    live_for(300, lambda: window.live.frame is not None and not window.live.stored)
    live_for(300, lambda: window.session is not None and window.session.status.model != "loading")
    live_for(300, lambda: not backend.is_alive())
    began = time.perf_counter()
    live_for(300, lambda: all(thread.name != "projector-copies" for thread in threading.enumerate()))
    copies_s = time.perf_counter() - began
    session = window.session
    session.listen(painted.hear)
    session.set_technique(pulse_rate=PULSES)
    live_for(1.0)
    motions: list[Motion] = []
    whole, load = Load(), Load()

    def moved(act, stop=lambda: None, most_s: float = 30.0) -> None:
        stops = len(painted.stopped)
        act()
        live_for(2.0, lambda: session.carm.moving)
        begun = time.perf_counter()
        load.start()
        live_for(most_s, lambda: not session.carm.moving)
        ended = time.perf_counter()
        stop()
        live_for(5.0, lambda: len(painted.stopped) > stops and painted.sharp_after(painted.stopped[-1]) is not None)
        wait_s = painted.sharp_after(painted.stopped[-1]) if len(painted.stopped) > stops else None
        motions.append(Motion(*painted.rate(begun, ended), wait_s, load.stop()[1]))

    def let_go() -> None:
        window.jog(0, 0, 0, 0, 0)

    for turn in TURNS:
        moved(partial(window.turn_to, *map(float, turn)))
        for way in (1, -1):
            moved(partial(window.jog, way, way, 0, 0, 0), let_go, JOG_S)
    own, _ = whole.stop()
    patient = session.carm.projector.patient
    about = {"patient": patient.name, "voxels": " x ".join(map(str, patient.hu.shape))}
    return (
        about
        | summary(motions)
        | {
            "waited_for_copies_s": round(copies_s, 1),
            "cpu_percent": round(own, 1),
        }
    )


def summary(motions: list[Motion]) -> dict:
    """The figures of the motions during which other programs left the machine alone; of all, where those are too few
    (`judged` says which)."""
    quiet = [motion for motion in motions if motion.others <= OTHERS_PERCENT]
    judged = len(quiet) >= LEAST_QUIET * len(motions)
    counted = quiet if judged else motions
    rates = [motion.rate for motion in counted]
    waits = sorted(1000 * (LOST_S if motion.wait_s is None else motion.wait_s) for motion in counted)
    return {
        "motions": len(motions),
        "quiet_motions": len(quiet),
        "judged": judged,
        "others_percent": round(share([motion.others for motion in motions], 0.5), 1),
        "pictures": sum(motion.pictures for motion in counted),
        "frames_per_second": {"least": round(min(rates), 2), "p50": round(share(rates, 0.5), 2)},
        "sharp_after_ms": {"p50": round(share(waits, 0.5)), "max": round(waits[-1])},
    }


def verdicts(figures: dict) -> list[str]:
    """One line a promise, as in pace.py."""
    rate, wait = figures["frames_per_second"]["least"], figures["sharp_after_ms"]["max"]
    others = 0.0 if figures["judged"] else figures["others_percent"]
    those = f"{figures['quiet_motions']} of {figures['motions']} motions with the machine to itself"
    return [
        f"moving {rate:g} frames a second at the slowest (promised {PULSES:g}, the most that the pulse rate has; "
        f"{figures['pictures']} pictures, {those}): {word(rate >= LEAST_SHARE * PULSES, others)}",
        f"full resolution {wait:g} ms after standing still at the latest (promised {STANDING_MS:g}): "
        f"{word(wait <= STANDING_MS, others)}",
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m carm_gui.live_pace", description="How quick the live picture is.")
    parser.add_argument("--patient", default="virtual", help="as in `carm --patient`")
    parser.add_argument("--platform", default="offscreen", help="Qt's platform: offscreen, or xcb on a screen")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    given = parser.parse_args(arguments)
    os.environ["QT_QPA_PLATFORM"] = given.platform
    figures = measure(given.patient)
    return report(figures, verdicts(figures), given.json)


if __name__ == "__main__":
    sys.exit(main())
