"""Within the event loop's guard no thread but the window's collects garbage."""

from __future__ import annotations

import gc
import sys
import threading

from PySide6.QtCore import QObject

from carm_gui.window_thread import YOUNG_MS, window_thread_first


class Looped(QObject):
    """In a cycle, so that only the collector takes it down."""

    def __init__(self, told: list) -> None:
        super().__init__()
        self.me, self.told = self, told

    def __del__(self) -> None:
        self.told.append(threading.current_thread())


def test_garbage_of_the_window_is_taken_down_by_its_own_thread(qtbot):
    told: list[threading.Thread] = []
    before = sys.getswitchinterval()
    with window_thread_first():
        Looped(told)

        def busy() -> None:
            for _ in range(20_000):  # enough for Python's own collector to run here
                cycle: list = []
                cycle.append(cycle)

        thread = threading.Thread(target=busy)
        thread.start()
        thread.join()
        assert told == []
        qtbot.waitUntil(lambda: bool(told), timeout=20 * YOUNG_MS)
    assert told == [threading.main_thread()]
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
    assert sys.getswitchinterval() == before
