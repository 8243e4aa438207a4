"""A window on doubles: the real session with a fake projector and a scripted model, offscreen, settings isolated."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from doubles import FakeProjector, ScriptedModel
from screens import bring_up

from carm_gui.bridge import Notice
from carm_gui.session.session import Session
from carm_gui.settings import Settings
from carm_gui.window import Window
from sim.carm import CArm
from sim.pose import CArmPose


@pytest.fixture
def rehearsal(qtbot, tmp_path):
    """`rehearsal(model)` -> a shown window whose session runs on that scripted model and shows a live picture."""
    opened = []

    def start(model: ScriptedModel, pose: CArmPose | None = None) -> Window:
        window = Window(Settings.load(tmp_path / "window.json"))
        qtbot.addWidget(window)
        session = Session(CArm(FakeProjector(), pose or CArmPose()), model)
        opened.append((window, session))
        session.listen(window.bridge.receive)
        window.bridge.receive(Notice("loaded", {"session": session}))
        bring_up(qtbot, window)
        session.start()
        # The first picture ever on a machine waits for numba to compile.
        qtbot.waitUntil(lambda: window.live.frame is not None, timeout=90000)
        return window

    yield start
    for window, session in opened:
        window.close()
        session.close()


@pytest.fixture
def until(qtbot):
    """`until(window, state)` waits for the window to show that state."""

    def wait(window: Window, *states: str, timeout: int = 8000) -> None:
        qtbot.waitUntil(lambda: window.state in states, timeout=timeout)

    return wait
