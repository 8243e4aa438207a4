"""The patients dialogue: a scan comes in by clicks and keys, faults are said, a cancel leaves nothing, it opens."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from doubles import ARRIVED, FakeProjector, ScriptedModel, small_patient
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from screens import WORK_MS, bring_up

from carm_gui import app as start
from carm_gui.patients import Rehearsals
from carm_gui.settings import Settings
from carm_gui.views.import_dialog import ImportDialog
from carm_gui.window_thread import window_thread_first
from sim.patient import imported
from sim.patient.patient import Patient

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from dicom_writer import save, slices
from test_ct_dicom import box


@pytest.fixture
def dialog(qtbot, root):
    made = ImportDialog()
    qtbot.addWidget(made)
    bring_up(qtbot, made)
    made.opened = []
    made.wanted.connect(lambda spec, said: made.opened.append((spec, said)))
    yield made
    made.cancel()
    qtbot.waitUntil(lambda: not made.busy, timeout=WORK_MS)
    made.close()


@pytest.fixture
def scan(tmp_path):
    hu, affine = box()
    return save(slices(hu, affine), tmp_path / "dicom")


@pytest.fixture
def two_series(tmp_path):
    hu, affine = box()
    one, other, scout = slices(hu, affine), slices(hu[:, :, :4], affine), slices(hu[:, :, :1], affine)
    scout[0].ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    for image in other:
        image.SeriesNumber = 9
    return save([*one, *other, *scout], tmp_path / "two")


def type_path(qtbot, dialog, path) -> None:
    dialog.path.setFocus()
    QTest.keyClicks(dialog.path, str(path))
    QTest.keyClick(dialog.path, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not dialog.busy and not dialog._poll.isActive(), timeout=WORK_MS)


def finished(qtbot, dialog) -> None:
    qtbot.waitUntil(lambda: not dialog.busy and not dialog._poll.isActive(), timeout=WORK_MS)


def test_a_scan_comes_in_by_keys_alone_and_opens(qtbot, dialog, scan):
    assert not dialog.go.isEnabled()
    type_path(qtbot, dialog, scan)
    assert dialog.name.text() == "ct-1"  # never the folder's name
    assert dialog.name.hasFocus()
    QTest.keyClicks(dialog.name, "Chest")  # what is proposed is selected, so typing replaces it
    QTest.keyClick(dialog.name, Qt.Key.Key_Return)
    finished(qtbot, dialog)
    assert [spec for spec, _ in dialog.opened] == ["Chest"]
    assert not dialog.isVisible()
    assert imported.names() == ["Chest"]


def test_of_several_series_one_must_be_chosen(qtbot, dialog, two_series):
    type_path(qtbot, dialog, two_series)
    assert dialog.series.count() == 2
    assert dialog.series.currentRow() == -1
    assert not dialog.go.isEnabled()
    assert "Choose which of the series" in dialog.status.text()
    assert dialog.aside.text() == "Set aside: 1 localizer."
    dialog.series.setCurrentRow(1)
    assert dialog.go.isEnabled()
    dialog.go.click()
    finished(qtbot, dialog)
    assert imported.load("ct-1").hu.shape == (10, 8, 4)
    assert dialog.opened == [("ct-1", ("Set aside: 1 localizer.",))]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("absent", None, "There is no file or folder"),
        ("empty", "", "is empty"),
        ("text", "hello", "holds no DICOM files"),
        ("scans.zip", b"PK", "nor DICOM. Unpack the archive first."),
    ],
)
def test_a_path_without_a_ct_is_one_sentence(qtbot, dialog, tmp_path, name, content, says):
    if isinstance(content, bytes):
        (tmp_path / name).write_bytes(content)
    elif content is not None:
        (tmp_path / name).mkdir()
        if content:
            (tmp_path / name / "a.txt").write_text(content)
    type_path(qtbot, dialog, tmp_path / name)
    assert says in dialog.status.text()
    assert dialog.path.text().endswith(name)  # what was typed stays


def test_a_bad_file_of_landmarks_keeps_the_rest(qtbot, dialog, scan, tmp_path):
    (tmp_path / "m.csv").write_text("landmark,x,y,z\ncarina,1,2,3\n")
    type_path(qtbot, dialog, scan)
    dialog.marks.setText(str(tmp_path / "m.csv"))
    dialog.go.click()
    finished(qtbot, dialog)
    assert "does not name its frame" in dialog.status.text()
    assert dialog.isVisible()
    assert dialog.go.isEnabled()
    assert imported.names() == []


@pytest.fixture
def slow(monkeypatch):
    """An import that goes on until it is cancelled."""
    seen = threading.Event()

    def endless(path, name, tell, **options):
        while True:
            seen.set()
            tell(0.5, "Reading slices: 1 of 2")
            time.sleep(0.005)

    monkeypatch.setattr("carm_gui.views.import_dialog.import_scan", endless)
    return seen


def test_the_window_stays_alive_and_a_cancel_ends_it(qtbot, dialog, scan, slow):
    type_path(qtbot, dialog, scan)
    dialog.go.click()
    qtbot.waitUntil(lambda: dialog.bar.value() == 500)
    assert dialog.step.text() == "Reading slices: 1 of 2"
    assert not dialog.path.isEnabled()
    dialog.stop.click()
    finished(qtbot, dialog)
    assert dialog.status.text() == "Cancelled; nothing was kept."
    assert dialog.path.isEnabled()
    assert imported.names() == []


def test_esc_stops_the_work_first_and_closes_then(qtbot, dialog, scan, slow):
    type_path(qtbot, dialog, scan)
    dialog.go.click()
    qtbot.waitUntil(slow.is_set)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    finished(qtbot, dialog)
    assert dialog.isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_closing_while_it_works_cancels_and_closes(qtbot, dialog, scan, slow):
    type_path(qtbot, dialog, scan)
    dialog.go.click()
    qtbot.waitUntil(slow.is_set)
    dialog.close()
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert dialog.job.cancelled


def test_a_name_that_is_taken_asks(qtbot, dialog, scan):
    imported.store(Patient("old", np.full((5, 5, 5), -1000, np.int16), np.eye(4)))
    type_path(qtbot, dialog, scan)
    dialog.name.setText("OLD")
    assert not dialog.go.isEnabled()
    assert "choose another name or replace it" in dialog.status.text()
    dialog.replace.setChecked(True)
    dialog.go.click()
    finished(qtbot, dialog)
    assert imported.load("old").hu.shape == (10, 8, 6)


def test_patients_that_are_there_open_and_go(qtbot, root):
    imported.store(Patient("old", np.full((5, 5, 5), -1000, np.int16), np.eye(4)))
    dialog = ImportDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    opened = []
    dialog.wanted.connect(lambda spec, said: opened.append(spec))
    assert not dialog.delete_button.isEnabled()  # the virtual patient stays
    dialog.patients.setCurrentRow(1)
    dialog.delete_button.click()
    assert imported.names() == ["old"]
    assert "nothing brings it back" in dialog.status.text()
    dialog.delete_button.click()
    assert imported.names() == []
    assert dialog.patients.count() == 1
    dialog.open_button.click()
    assert opened == ["virtual"]


# ---- the window


@pytest.fixture
def rehearsals(qtbot, monkeypatch, tmp_path, root):
    """A window on doubles that can change its patient."""
    monkeypatch.setattr("sim.patient.load.load_patient", lambda spec, **options: small_patient())
    monkeypatch.setattr("sim.xray.cpu.CpuProjector", FakeProjector)
    monkeypatch.setattr("carm_gui.app.open_or_unavailable", lambda name: ScriptedModel(ARRIVED))

    def make(spec):
        window, backend = start.begin(Settings.load(tmp_path / "window.json"), spec)
        window.patients.spec = spec
        return window, backend

    with window_thread_first():
        window, backend = make("virtual")
        both = Rehearsals(window, backend, make)
        window.show()
        qtbot.waitUntil(lambda: window.session is not None and window.live.frame is not None, timeout=60000)
        yield both
        both.window.close()
        both.close()


def test_another_patient_is_another_rehearsal(qtbot, rehearsals, scan):
    first = rehearsals.window
    session = first.session
    first.actions_by_name["import"].trigger()
    dialog = first.patients.importing
    type_path(qtbot, dialog, scan)
    dialog.go.click()
    qtbot.waitUntil(lambda: rehearsals.window is not first, timeout=WORK_MS)
    second = rehearsals.window
    assert second.patients.spec == "ct-1"
    qtbot.waitUntil(lambda: second.session is not None and second.session is not session, timeout=60000)
    qtbot.waitUntil(lambda: second.live.frame is not None and not second.live.stored, timeout=60000)
    assert second.isVisible()
    assert second.patients.reopen is not None


def test_unsaved_landmarks_keep_the_patient_open(qtbot, rehearsals):
    window = rehearsals.window
    window.actions_by_name["place"].trigger()
    placing = window.patients.placing
    qtbot.waitUntil(lambda: placing.ready, timeout=60000)
    for view in ("ap", "lateral"):
        placing.put(view, (500.0, 500.0))
    window.patients.open("virtual")
    assert rehearsals.window is window
    assert placing.isVisible()
    assert placing.question.isVisible()
    placing._end()
    window.patients.open("virtual")
    assert rehearsals.window is not window


def test_without_a_patient_placing_says_so(qtbot, tmp_path):
    from carm_gui.window import Window

    window = Window(Settings.load(tmp_path / "window.json"))
    qtbot.addWidget(window)
    window.show()
    window.actions_by_name["place"].trigger()
    assert window.patients.placing is None
    window.close()
