"""Starting and ending: no torch in this process, one sentence for what is missing, nothing left running."""

import os
import subprocess
import sys
import threading

import pytest
from doubles import ARRIVED, FakeProjector, ScriptedModel, small_patient
from PySide6.QtCore import QTimer

from carm_gui import app as start
from carm_gui.settings import Settings


def python(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **environment},
    )


def test_the_window_starts_without_torch():
    code = (
        "import sys\n"
        "from carm_gui import app\n"
        "from carm_gui.settings import Settings\n"
        "qt, window = app.make_window(Settings())\n"
        "window.show()\n"
        "[qt.processEvents() for _ in range(20)]\n"
        "import carm_gui.session.session, inference.models.profiles, inference.models.process\n"
        "print([name for name in ('torch', 'transformers', 'peft') if name in sys.modules])\n"
        "window.close()\n"
    )
    done = python(code)
    assert done.stdout.strip() == "[]", done.stderr


def test_without_a_screen_one_sentence_and_status_one():
    done = python(
        "import os; os.environ.pop('QT_QPA_PLATFORM')\n"
        "os.environ.pop('DISPLAY', 0); os.environ.pop('WAYLAND_DISPLAY', 0)\n"
        "from carm_gui.app import main\nraise SystemExit(main())"
    )
    assert done.returncode == 1
    assert "DISPLAY" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.fixture
def doubled(monkeypatch):
    """The backend on doubles; returns the model."""
    model = ScriptedModel(ARRIVED)
    monkeypatch.setattr("sim.patient.load.load_patient", lambda spec, **options: small_patient())
    monkeypatch.setattr("sim.xray.cpu.CpuProjector", FakeProjector)
    monkeypatch.setattr("carm_gui.app.open_or_unavailable", lambda name: model)
    return model


def test_the_window_shows_a_live_picture_and_ends_cleanly(qtbot, doubled):
    _, window = start.make_window(Settings())
    qtbot.addWidget(window)
    window.show()
    backend = start.Backend(window.bridge.receive)
    backend.start()
    qtbot.waitUntil(
        lambda: window.session is not None and window.live.frame is not None and not window.live.stored, timeout=30000
    )
    window.close()
    backend.close()
    ours = {"carm-device", "carm-dialogue", "carm-backend"}
    qtbot.waitUntil(lambda: not {thread.name for thread in threading.enumerate()} & ours, timeout=20000)


def test_closing_while_the_model_answers_ends_everything(qtbot, doubled):
    doubled.hold = threading.Event()
    _, window = start.make_window(Settings())
    qtbot.addWidget(window)
    window.show()
    backend = start.Backend(window.bridge.receive)
    backend.start()
    qtbot.waitUntil(lambda: window.session is not None, timeout=30000)
    window.say("align to the skull")
    assert doubled.streaming.wait(5)
    window.close()
    backend.close()
    ours = {"carm-device", "carm-dialogue"}
    qtbot.waitUntil(lambda: not {thread.name for thread in threading.enumerate()} & ours, timeout=20000)


def test_a_patient_that_cannot_be_loaded_is_said_in_the_window(qtbot):
    _, window = start.make_window(Settings())
    qtbot.addWidget(window)
    window.show()
    backend = start.Backend(window.bridge.receive, patient="/nowhere/at/all.nii.gz")
    backend.start()
    qtbot.waitUntil(window.banner.isVisible, timeout=20000)
    assert "all.nii.gz" in window.banner.text()
    window.close()
    backend.close()


def test_the_stored_picture_stands_in_for_the_patient_it_shows_alone(qtbot):
    for patient, stored in (("virtual", True), ("virtual:7", False), ("scan.nii.gz", False)):
        _, window = start.make_window(Settings(), patient)
        qtbot.addWidget(window)
        assert (window.live.frame is not None) == stored
        assert window.live.stored == stored
        window.close()


def test_a_model_that_cannot_be_opened_leaves_everything_else(tmp_path):
    model = start.open_or_unavailable(str(tmp_path / "nothing"))
    assert model.state == "failed"
    assert model.problem.endswith(".")
    model.close()


def test_start_pose_is_inside_the_volume():
    patient = small_patient()
    assert start.start_pose(patient).up_mm == pytest.approx(0.0)
    assert patient.distance_outside_mm([0, start.start_pose(patient).up_mm, 0]) == 0


def test_main_returns_when_the_window_is_closed(qtbot, doubled, monkeypatch, tmp_path):
    monkeypatch.setattr("carm_gui.session.recorder.data_dir", lambda *parts: tmp_path)
    monkeypatch.setattr("carm_gui.app.data_dir", lambda *parts: tmp_path)
    monkeypatch.setattr(Settings, "load", classmethod(lambda cls, path=None: cls(path=tmp_path / "w.json")))
    from PySide6.QtWidgets import QApplication

    from carm_gui.window import Window

    def end():
        # Windows of earlier tests may still be listed, closed and half taken down.
        for window in QApplication.topLevelWidgets():
            if isinstance(window, Window) and window.isVisible():
                window.show_keys()
                window.close()

    QTimer.singleShot(600, end)
    late = QTimer(singleShot=True)
    late.timeout.connect(lambda: QApplication.exit(7))  # a window that stays open fails, and does not hang
    late.start(60_000)
    assert start.main() == 0
    late.stop()
