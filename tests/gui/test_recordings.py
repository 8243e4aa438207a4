"""The recordings page: what is kept is listed, played, and exported by `carm export`."""

from __future__ import annotations

import json

import pytest
from doubles import rehearse
from screens import WORK_MS

from carm_gui.session.kept import listed, new_export
from carm_gui.views import recordings
from carm_gui.views.recordings import NONE, Recordings


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """The user's data in `tmp_path`; `kept(name, spec, end)` records a rehearsal there."""
    monkeypatch.setattr("carm_gui.session.kept.data_dir", lambda *parts: _made(tmp_path.joinpath(*parts)))
    sessions = []

    def record(name: str, spec: str = "virtual", end: bool = True):
        folder = tmp_path / "sessions" / name
        session, _ = rehearse(folder, spec)
        sessions.append(session)
        if end:
            session.close()
        return folder

    yield record
    for session in sessions:
        session.close()


def _made(folder):
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def page(qtbot) -> Recordings:
    made = Recordings()
    qtbot.addWidget(made)
    made.show()
    return made


def began(folder, when: str) -> None:
    file = folder / "session.json"
    about = json.loads(file.read_text())
    file.write_text(json.dumps(about | {"started": when}))


def test_the_newest_comes_first_with_patient_and_length(kept, tmp_path):
    first, second = kept("a", "virtual:905001"), kept("b")
    began(first, "2026-03-11T08:00:00+00:00")
    (tmp_path / "sessions" / "damaged").mkdir()
    (tmp_path / "sessions" / "damaged" / "session.json").write_text("{")
    found = listed()
    assert [one.folder for one in found] == [second, first]
    assert [one.patient for one in found] == ["Virtual patient", "Virtual patient 905001"]
    assert not any(one.under_way for one in found)
    assert found[0].length.endswith(" s")
    assert "11 March 2026" in found[1].when


def test_one_under_way_says_so(kept):
    kept("a", end=False)
    (found,) = listed()
    assert found.under_way
    assert found.length == "under way"


def test_an_empty_page_says_that_there_is_nothing(qtbot, kept):
    shown = page(qtbot)
    assert shown.status.text() == NONE
    assert not shown.replay.isEnabled()
    assert not shown.export.isEnabled()
    shown.play()
    shown.write()
    assert not shown.busy


def test_what_is_chosen_is_played(qtbot, kept):
    folder = kept("a")
    shown = page(qtbot)
    with qtbot.waitSignal(shown.wanted) as wanted:
        shown.replay.click()
    assert wanted.args == [folder]


def test_it_is_exported_also_while_it_is_under_way(qtbot, kept):
    kept("a", end=False)
    shown = page(qtbot)
    shown.form.setCurrentIndex(shown.form.findData("csv"))
    shown.write()
    assert not shown.export.isEnabled()
    qtbot.waitUntil(lambda: not shown.busy and shown.show_folder.isVisible(), timeout=WORK_MS)
    assert str(shown.written) in shown.status.text()
    assert list(shown.written.rglob("*.csv"))
    assert new_export(shown.chosen(), "csv") != shown.written


def test_an_export_that_fails_says_why(qtbot, kept):
    folder = kept("a")
    shown = page(qtbot)
    (folder / "events.jsonl").unlink()
    shown.write()
    qtbot.waitUntil(lambda: not shown.busy and shown.status.property("tone") == "bad", timeout=WORK_MS)
    assert "recording" in shown.status.text()
    assert not shown.show_folder.isVisible()


def test_a_program_that_cannot_be_started_is_said(qtbot, kept, monkeypatch, tmp_path):
    kept("a")
    monkeypatch.setattr(recordings, "EXPORT", (str(tmp_path / "nothing"),))
    shown = page(qtbot)
    shown.write()
    qtbot.waitUntil(lambda: shown.status.property("tone") == "bad", timeout=WORK_MS)
    assert shown.export.isEnabled()
