"""Measures the window against its promises: its thread never blocked for more than 50 ms, the first picture 3 s after
the start, under 5 % of the processor with the beam off. A script drives the real window, and the model answers all the
while.

    python -m carm_gui.pace [--seconds 60] [--json] [--platform offscreen|xcb]

A timer of 5 ms in the window's thread leaves its mark, and what is missing between two marks is time in which no key
would have been taken; beside it stands the CPU time that the thread itself used, which other programs cannot lengthen
much. Of the longest gaps and of the busiest the figures say what the script had done last and what the window was told
meanwhile. Where others keep the processors busy nothing can be said of the gaps and of the start, and the verdict says
so.
The start counts from the making of the process. Percentages are of one processor, the model's process included.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

BEAT_MS = 5
GAP_MS, FIRST_PICTURE_S, REST_PERCENT = 50.0, 3.0, 5.0
"""The promises."""
OTHERS_PERCENT = 15.0
"""Share of all processors that other programs may use before a figure in seconds says more of them than of this one."""
GENERATING = ("looking", "proposing")
ASK_MS = 250
NAMED = 3
"""So many gaps are told of one by one."""


@dataclass(frozen=True)
class Turn:
    """What lies between two marks: `gap_ms` that was missing, `cpu_ms` that the window's thread used, whether the model
    was at work; `after` is the script's last act, `since_s` the seconds since it, `told` the events that were shown."""

    gap_ms: float
    cpu_ms: float
    generating: bool
    after: str
    since_s: float
    told: tuple[str, ...]

    def words(self) -> str:
        heard = ", ".join(f"{kind} ×{n}" if n > 1 else kind for kind, n in Counter(self.told).items())
        late = f"{self.gap_ms:.1f} ms, own CPU {self.cpu_ms:.1f}: {self.since_s:.2f} s after “{self.after}”"
        return f"{late}, told {heard}" if heard else late


class Pulse:
    """Marks of the window's thread, and the turns between them. `did` is told each act of the script."""

    def __init__(self, window) -> None:
        from PySide6.QtCore import Qt, QTimer

        self._window = window
        self.turns: list[Turn] = []
        self._told: list[str] = []
        window.bridge.event.connect(lambda event: self._told.append(event.kind))
        self._timer = QTimer(window)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self.did("the start")

    def did(self, act: str) -> None:
        self._act, self._acted = act, time.perf_counter()

    def start(self) -> None:
        self._last, self._cpu = time.perf_counter(), time.thread_time()
        self.turns.clear()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _beat(self) -> None:
        now, cpu = time.perf_counter(), time.thread_time()
        gap_ms, cpu_ms = max(1000 * (now - self._last) - BEAT_MS, 0.0), 1000 * (cpu - self._cpu)
        generating, told = self._window.state in GENERATING, tuple(self._told)
        self.turns.append(Turn(gap_ms, cpu_ms, generating, self._act, now - self._acted, told))
        self._told.clear()
        self._last, self._cpu = now, cpu


class Load:
    """What this program (its children included) and all others use of the processors between `start` and `stop`."""

    def __init__(self) -> None:
        import psutil

        self._psutil, self._me = psutil, psutil.Process()
        self.start()

    def start(self) -> None:
        self._wall, self._own, self._all = time.perf_counter(), self._used(), self._busy()

    def stop(self) -> tuple[float, float]:
        """(own percent of one processor, others' percent of all)."""
        wall = max(time.perf_counter() - self._wall, 1e-6)
        own, busy = max(0.0, self._used() - self._own), self._busy() - self._all
        return 100 * own / wall, max(0.0, 100 * (busy - own) / (wall * (self._psutil.cpu_count() or 1)))

    def _used(self) -> float:
        """Seconds of this process and its children; one that has ended counts on in its parent's times, where the
        system keeps such."""
        total = 0.0
        for process in (self._me, *self._me.children(recursive=True)):
            try:
                times = process.cpu_times()
            except self._psutil.Error:
                continue
            total += times.user + times.system
            total += getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
        return total

    def _busy(self) -> float:
        times = self._psutil.cpu_times()
        return sum(times[:8]) - times.idle - getattr(times, "iowait", 0.0)


def share(values: list[float], quantile: float) -> float:
    """The value below which `quantile` of `values` lie."""
    ordered = sorted(values)
    return ordered[min(int(quantile * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def worst(turns: list[Turn], by: Callable[[Turn], float]) -> list[str]:
    """The NAMED turns that have most of `by`, in words, the worst first."""
    return [turn.words() for turn in sorted(turns, key=by, reverse=True)[:NAMED]]


def script(window):
    """What a user does in a minute: (its name, the act, seconds to wait after it). Begun again when it is through."""

    def says(text: str) -> tuple[str, Callable[[], None]]:
        return text, lambda: window.say(text)

    yield *says("align to the skull"), 1.0
    for _ in range(3):
        yield "accept", window.accept, 2.5
    yield *says("go down 6 cm"), 1.0
    yield *says("where are we?"), 2.0
    yield "jog", lambda: window.jog(1, 1, 0, 0, 0), 0.5
    yield "jog round", lambda: window.jog(0, 0, 0, 1, 0), 1.0
    yield "end of the jog", lambda: window.jog(0, 0, 0, 0, 0), 1.0
    yield "grey levels", lambda: window.live.adjust_window(0.1, 0.1), 0.3
    yield "turn the picture", lambda: window.live.turn(90), 0.3
    yield "upright", window.upright, 0.3
    yield "palette", window.show_palette, 0.3
    yield "search", lambda: window.palette_box.line.setText("go up"), 0.3
    yield "leave the palette", window.palette_box.dismiss, 0.3
    yield "colours", window.toggle_theme, 1.0
    yield "exposure", lambda: window.do("expose"), 0.5
    yield "compare", window.compare, 0.5
    yield "to the assistant", lambda: window.desk.bring("assistant"), 0.5
    yield "oblique view", lambda: window.turn_to(20.0, 0.0), 1.0
    yield "AP view", lambda: window.turn_to(0.0, 0.0), 2.0
    yield *says("back to the start position"), 2.0


def live_for(wait_s: float, until=lambda: False, look_ms: int = 10) -> None:
    """Let the window live until `until()`, looked at every `look_ms`, or for `wait_s`."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop, end = QEventLoop(), time.perf_counter() + wait_s
    check = QTimer()
    check.setInterval(look_ms)
    check.timeout.connect(lambda: loop.quit() if until() or time.perf_counter() > end else None)
    check.start()
    loop.exec()


def measure(seconds: float, rest_s: float = 8.0, patient: str = "virtual", model: str = "embedded") -> dict:
    """Run the window as the app does and return its figures; see the module."""
    import psutil

    from sim.warm import read_ahead

    began, load = psutil.Process().create_time(), Load()
    read_ahead()
    from carm_gui.app import application, begin
    from carm_gui.settings import Settings
    from carm_gui.window_thread import window_thread_first

    application()
    with window_thread_first():
        window, backend = begin(Settings(toured=True), patient, model)
        window.resize(1280, 800)
        window.show()
        return _drive(window, backend, began, load, seconds, rest_s)


def _drive(window, backend, began: float, load: Load, seconds: float, rest_s: float) -> dict:
    from PySide6.QtCore import QTimer

    def ask_on() -> None:
        if window.state in ("idle", "arrived") and not window.session.carm.moving:
            window.say("where are we?")

    live_for(120, lambda: window.live.frame is not None and not window.live.stored)
    first_picture_s, first_picture_cpu = time.time() - began, time.process_time()
    _, others_at_start = load.stop()
    live_for(120, lambda: window.session is not None and window.session.status.model != "loading")
    pulse, asker = Pulse(window), QTimer(window)
    asker.setInterval(ASK_MS)
    asker.timeout.connect(ask_on)
    asker.start()
    pulse.start()
    load.start()
    end = time.perf_counter() + seconds
    steps = script(window)
    while time.perf_counter() < end:
        name, act, wait_s = next(steps, ("", None, 0.0))
        if act is None:
            steps = script(window)
            continue
        pulse.did(name)
        act()
        live_for(wait_s)
    pulse.stop()
    asker.stop()
    working, others = load.stop()
    window.halt()
    window.set_beam(False)
    live_for(2.0)
    load.start()
    live_for(rest_s, look_ms=250)
    rest, _ = load.stop()
    window.close()
    backend.close()
    gaps, own = ([getattr(turn, which) for turn in pulse.turns] for which in ("gap_ms", "cpu_ms"))
    return {
        "seconds": round(seconds, 1),
        "generating_percent": round(100 * sum(turn.generating for turn in pulse.turns) / max(len(pulse.turns), 1), 1),
        "first_picture_s": round(first_picture_s, 2),
        "first_picture_cpu_s": round(first_picture_cpu, 2),
        "gap_ms": {
            "p50": round(share(gaps, 0.5), 1),
            "p99": round(share(gaps, 0.99), 1),
            "max": round(max(gaps, default=0.0), 1),
        },
        "own_cpu_between_beats_ms": {
            "p99": round(share(own, 0.99), 1),
            "max": round(max(own, default=0.0), 1),
        },
        "gaps_over_50_ms": sum(gap > GAP_MS for gap in gaps),
        "longest_gaps": worst(pulse.turns, lambda turn: turn.gap_ms),
        "busiest_gaps": worst(pulse.turns, lambda turn: turn.cpu_ms),
        "cpu_percent_working": round(working, 1),
        "cpu_percent_beam_off": round(rest, 2),
        "others_percent": {"start": round(others_at_start, 1), "run": round(others, 1)},
    }


def word(kept: bool, busy: float = 0.0) -> str:
    """The verdict, where others used `busy` percent of the machine."""
    if kept:
        return "KEPT"
    return "BROKEN" if busy <= OTHERS_PERCENT else f"NOT JUDGED: other programs used {busy:.0f} % of the machine"


def verdicts(figures: dict) -> list[str]:
    """One line a promise: kept, broken, or not to be judged while other programs are busy."""
    gap, own = figures["gap_ms"]["max"], figures["own_cpu_between_beats_ms"]["max"]
    first, rest = figures["first_picture_s"], figures["cpu_percent_beam_off"]
    others = figures["others_percent"]

    generating = f"the model at work {figures['generating_percent']:.0f} % of {figures['seconds']:g} s"
    return [
        f"longest gap {gap:g} ms (promised {GAP_MS:g}; own CPU time at most {own:g}; {generating}): "
        f"{word(gap <= GAP_MS, others['run'])}",
        f"first picture after {first:g} s (promised {FIRST_PICTURE_S:g}): "
        f"{word(first <= FIRST_PICTURE_S, others['start'])}",
        f"beam off {rest:g} % of a processor (promised under {REST_PERCENT:g}): {word(rest < REST_PERCENT)}",
    ]


def report(figures: dict, verdicts: list[str], as_json: bool) -> int:
    """Print what was measured; the exit status, 1 where a promise is broken."""
    if as_json:
        print(json.dumps(figures | {"verdicts": verdicts}))
    else:
        for name, value in figures.items():
            if isinstance(value, list):
                value = "".join(f"\n    {line}" for line in value)
            print(f"{name:28} {value}")
        print(*verdicts, sep="\n")
    return 1 if any(line.endswith("BROKEN") for line in verdicts) else 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m carm_gui.pace", description="How quick the window is.")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--platform", default="offscreen", help="Qt's platform: offscreen, or xcb on a screen")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    given = parser.parse_args(arguments)
    os.environ["QT_QPA_PLATFORM"] = given.platform
    figures = measure(given.seconds)
    return report(figures, verdicts(figures), given.json)


if __name__ == "__main__":
    sys.exit(main())
