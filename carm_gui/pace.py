"""Measures the window: longest block of its thread, start to first picture, CPU at rest. A script drives the real one.

    python -m carm_gui.pace [--seconds 60] [--json] [--platform offscreen|xcb]

A timer of 5 ms in the window's thread leaves its mark, and what is missing between two marks is time in which no key
would have been taken; beside it stands the CPU time that the thread itself used. The percentages are of the process
without the model's. On a busy machine the gaps are upper limits; `machine_busy` (load average) says how busy it was.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time

BEAT_MS = 5


class Pulse:
    """Marks of the window's thread. `gaps_ms` between neighbours, less the beat itself."""

    def __init__(self, parent) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.gaps_ms: list[float] = []
        self.cpu_ms: list[float] = []
        self._last, self._cpu = time.perf_counter(), time.thread_time()
        self._timer = QTimer(parent)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self._last, self._cpu = time.perf_counter(), time.thread_time()
        self.gaps_ms.clear()
        self.cpu_ms.clear()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _beat(self) -> None:
        now, cpu = time.perf_counter(), time.thread_time()
        self.gaps_ms.append(max(1000 * (now - self._last) - BEAT_MS, 0.0))
        self.cpu_ms.append(1000 * (cpu - self._cpu))
        self._last, self._cpu = now, cpu


def share(values: list[float], quantile: float) -> float:
    """The value below which `quantile` of `values` lie."""
    ordered = sorted(values)
    return ordered[min(int(quantile * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def script(window):
    """What a user does in a minute: (seconds to wait after, act). Begun again when it is through."""
    yield 1.0, lambda: window.say("align to the skull")
    for _ in range(3):
        yield 2.5, window.accept
    yield 1.0, lambda: window.say("go down 6 cm")
    yield 2.0, lambda: window.say("where are we?")
    yield 0.5, lambda: window.jog(1, 1, 0, 0, 0)
    yield 1.0, lambda: window.jog(0, 0, 0, 1, 0)
    yield 1.0, lambda: window.jog(0, 0, 0, 0, 0)
    yield 0.3, lambda: window.live.adjust_window(0.1, 0.1)
    yield 0.3, lambda: window.live.turn(90)
    yield 0.3, window.upright
    yield 0.3, window.show_palette
    yield 0.3, lambda: window.palette_box.line.setText("go up")
    yield 0.3, window.palette_box.dismiss
    yield 0.5, lambda: window.do("expose")
    yield 0.5, window.compare
    yield 0.5, lambda: window.desk.bring("assistant")
    yield 1.0, lambda: window.turn_to(20.0, 0.0)
    yield 2.0, lambda: window.turn_to(0.0, 0.0)
    yield 2.0, lambda: window.say("back to the start position")


def measure(seconds: float, rest_s: float = 8.0, patient: str = "virtual", model: str = "embedded") -> dict:
    """Run the window and return its figures; see the module."""
    began = time.perf_counter()
    from PySide6.QtCore import QEventLoop, QTimer

    from carm_gui.app import Backend, make_window
    from carm_gui.settings import Settings

    _, window = make_window(Settings(toured=True), patient)
    window.resize(1280, 800)
    window.show()
    backend = Backend(window.bridge.receive, patient, model)
    QTimer.singleShot(30, backend.start)

    def live_for(wait_s: float, until=lambda: False) -> None:
        loop, end = QEventLoop(), time.perf_counter() + wait_s
        check = QTimer()
        check.setInterval(10)
        check.timeout.connect(lambda: loop.quit() if until() or time.perf_counter() > end else None)
        check.start()
        loop.exec()

    live_for(120, lambda: window.live.frame is not None and not window.live.stored)
    first_picture_s, first_picture_cpu = time.perf_counter() - began, time.process_time()
    live_for(120, lambda: window.session is not None and window.session.status.model != "loading")
    pulse = Pulse(window)
    pulse.start()
    start, cpu, end = time.perf_counter(), time.process_time(), time.perf_counter() + seconds
    steps = script(window)
    while time.perf_counter() < end:
        wait_s, act = next(steps, (None, None))
        if act is None:
            steps = script(window)
            continue
        act()
        live_for(wait_s)
    pulse.stop()
    busy_cpu = (time.process_time() - cpu) / (time.perf_counter() - start)
    window.halt()
    window.set_beam(False)
    live_for(2.0)
    cpu, start = time.process_time(), time.perf_counter()
    live_for(rest_s)
    rest_cpu = (time.process_time() - cpu) / (time.perf_counter() - start)
    replies = sum(1 for card in window.assistant.cards if getattr(card, "step", None) is not None)
    window.close()
    backend.close()
    return {
        "seconds": round(seconds, 1),
        "replies": replies,
        "first_picture_s": round(first_picture_s, 2),
        "first_picture_cpu_s": round(first_picture_cpu, 2),
        "gap_ms": {
            "p50": round(share(pulse.gaps_ms, 0.5), 1),
            "p99": round(share(pulse.gaps_ms, 0.99), 1),
            "max": round(max(pulse.gaps_ms, default=0.0), 1),
        },
        "own_cpu_between_beats_ms": {
            "p99": round(share(pulse.cpu_ms, 0.99), 1),
            "max": round(max(pulse.cpu_ms, default=0.0), 1),
        },
        "gaps_over_50_ms": sum(gap > 50 for gap in pulse.gaps_ms),
        "cpu_percent_working": round(100 * busy_cpu, 1),
        "cpu_percent_beam_off": round(100 * rest_cpu, 2),
        "machine_busy": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m carm_gui.pace", description="How quick the window is.")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--platform", default="offscreen", help="Qt's platform: offscreen, or xcb on a screen")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    given = parser.parse_args(arguments)
    os.environ["QT_QPA_PLATFORM"] = given.platform
    figures = measure(given.seconds)
    if given.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:28} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
