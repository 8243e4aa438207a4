"""Windows on what is recorded: a replay, a study, and the offer to go on after a crash. Nothing of Qt is imported
before a window is wanted; what is wrong with a file is said before one opens."""

from __future__ import annotations

import signal
import sys
from functools import partial
from pathlib import Path

from carm_gui.window_thread import window_thread_first


def open_replay(folder: Path) -> int:
    """Play the recording in `folder`. Returns the exit status. Raises RecordingError."""
    from carm_gui.session import recording
    from carm_gui.session.replay import Player

    player = Player(recording.read(folder))
    window, app = _window("replay")
    if window is None:
        return 1
    from carm_gui.views.replay import Replay

    replay = Replay(window, player)
    replay.load_overview()
    window.show()
    return _run(app, window)


def open_study(file: Path) -> int:
    """Run the study whose protocol `file` is. Returns the exit status. Raises ProtocolError."""
    from carm_gui.session import study_file

    protocol = study_file.read(file)
    window, app = _window("study")
    if window is None:
        return 1
    from carm_gui.app import open_or_unavailable
    from carm_gui.views.study import Study
    from sim.patient.load import load_patient
    from sim.xray.cpu import CpuProjector

    study = Study(window, protocol, open_or_unavailable, CpuProjector, load_patient)
    window.show()
    status = _run(app, window)
    study.close()
    return status


def offer_to_continue(rehearsals) -> None:
    """Show above the present rehearsal that an earlier one was broken off by a crash, if one was."""
    from carm_gui.session.recorder import put_aside
    from carm_gui.session.resume import left_behind
    from carm_gui.views.replay_offer import Offer

    left = left_behind()
    if left is None:
        return
    window = rehearsals.window
    window.offer = Offer(left)
    options = {"landmarks": Path(left.landmarks) if left.landmarks else None, "series": left.series or None}
    said = ("Continued where the earlier rehearsal was broken off.",)
    window.offer.go_on.connect(lambda: rehearsals.reopen(left.spec, said, resume=left, **options))
    window.offer.leave.connect(lambda: put_aside(left.folder, "left"))
    window.offer.replay.connect(lambda: replay_beside(window, left.folder))
    window.centralWidget().layout().insertWidget(0, window.offer)


def choose_recording(window) -> None:
    """The page of recordings: one is played beside `window`, or exported."""
    from carm_gui.views.recordings import Recordings

    page = window.recordings = Recordings(window)
    page.wanted.connect(lambda folder: replay_beside(window, folder, lambda problem: page.say(problem, "bad")))
    page.show()


def replay_beside(window, folder: Path, say=None) -> None:
    """Play a recording in a second window. What is wrong with it goes to say(sentence), or to the first window's
    conversation."""
    from carm_gui.app import make_window
    from carm_gui.session import recording
    from carm_gui.session.replay import Player
    from carm_gui.settings import Settings
    from carm_gui.views.replay import Replay

    try:
        player = Player(recording.read(folder))
    except recording.RecordingError as problem:
        (say or partial(window.assistant.show_note, level="warning"))(str(problem))
        return
    _, second = make_window(Settings(theme=window.theme.name, toured=True), "replay")
    second.live.set_message("")
    second.keep_on_screen()
    Replay(second, player).load_overview()
    window.beside = second
    second.show()


def _window(what: str):
    """A window without a patient, and the application; None, said, where no window can be shown."""
    from carm_gui.app import log_to_file, make_window, missing_for_qt

    problem = missing_for_qt()
    if problem:
        print(problem, file=sys.stderr)
        return None, None
    log_to_file()
    from carm_gui.settings import Settings

    app, window = make_window(Settings.load(), what)
    window.keep_on_screen()
    window.live.set_message("")
    return window, app


def _run(app, window) -> int:
    sys.excepthook = window.say_unexpected
    signal.signal(signal.SIGINT, lambda *_: window.close())
    with window_thread_first():
        status = app.exec()
    sys.excepthook = sys.__excepthook__
    return status
