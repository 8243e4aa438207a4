"""Start the window, load patient and model behind it, and end cleanly. Nothing of Qt is imported before `main`.

    python -m carm_gui.app [--patient P] [--model M] [--projector cpu | deepdrr | auto]

A worker thread loads the patient, makes a first picture and starts the model's process while the window is being built;
the window comes with a stored picture where it is there before, and everything reaches it through the bridge. No torch
here: the model lives in a process of its own. Pictures of the window are made by pictures.py.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from sim.frame import Frame
from sim.pose import CArmPose
from sim.resource import data_dir, resource
from sim.warm import read_ahead

log = logging.getLogger(__name__)

APT_LINE = (
    "sudo apt-get install libegl1 libgl1 libfontconfig1 libdbus-1-3 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 "
    "libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xkb1"
)
PICTURE_WAIT_S = 5.0
"""How long the first picture may keep the rest of the start waiting."""
STORED_SPAN = 6.0 * 4096
"""The stored first picture is 8 bits over this much of Frame.pixels."""


# ---- before the window ---------------------------------------------------------------------------


def missing_for_qt() -> str:
    """One sentence when this machine cannot show a window, "" when it can."""
    try:
        import PySide6.QtWidgets  # noqa: F401  the question is whether it can be
    except ImportError as problem:
        if sys.platform.startswith("linux") and ".so" in str(problem):
            return f"A system library is missing ({str(problem).split(':')[0]}); install it with: {APT_LINE}"
        return f"PySide6 cannot be used ({problem}); run `make setup`."
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if not sys.platform.startswith("linux") or platform not in ("", "xcb"):
        return ""
    wayland = bool(os.environ.get("WAYLAND_DISPLAY"))
    if not wayland and not os.environ.get("DISPLAY"):
        return "There is no screen here (DISPLAY is not set); `carm navigate` does the same without a window."
    if not wayland or platform == "xcb":
        try:
            ctypes.CDLL("libxcb-cursor.so.0")
        except OSError:
            return f"A system library is missing (libxcb-cursor.so.0); install it with: {APT_LINE}"
    return ""


def stored_frame() -> Frame | None:
    """The shipped first picture, or None when there is none."""
    import numpy as np
    from PySide6.QtGui import QImage

    from sim.geometry import isocentre_spacing_mm

    try:
        image = QImage(str(resource("first_frame.png"))).convertToFormat(QImage.Format.Format_Grayscale8)
    except FileNotFoundError:
        return None
    if image.isNull():
        return None
    grey = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)[:, : image.width()]
    pixels = (grey.astype(np.float32) * (STORED_SPAN / 255)).astype(np.uint16)
    return Frame(pixels, isocentre_spacing_mm(pixels.shape[0]), CArmPose(), 0, 0.0)


# ---- patient, device, model ----------------------------------------------------------------------


class Backend(threading.Thread):
    """Loads patient, projector and model in a thread of its own and starts the session. `tell` takes the notices
    "loaded" {session} and "failed" {text} and the session's events; where it is None they are kept until `report_to`,
    and what can wait is left until `shown` is set. `record` keeps the session's events among the user's data; `resume`
    is what a crash has left (session/resume.py), to go on with. `close` ends whatever has been started by then."""

    def __init__(
        self,
        tell=None,
        patient="virtual",
        model="embedded",
        projector="auto",
        record=False,
        resume=None,
        budget=None,
        **patient_options,
    ) -> None:
        super().__init__(name="carm-backend", daemon=True)
        self._hearer, self._early, self._mouth = tell, [], threading.Lock()
        self._spec, self._model_name, self._projector = patient, model, projector
        self.shown, self._unseen = threading.Event(), tell is None
        self._record, self._resume, self._options = record, resume, patient_options
        self._budget = budget
        self._lock, self._closed = threading.Lock(), False
        self.session = self.model = None

    def report_to(self, tell) -> None:
        """Hand on what has been kept so far, and all that comes."""
        with self._mouth:
            for event in self._early:
                tell(event)
            self._early, self._hearer = [], tell

    def _tell(self, event) -> None:
        with self._mouth:
            (self._hearer or self._early.append)(event)

    def run(self) -> None:
        from carm_gui.bridge import Notice
        from inference.commands import learn_words

        try:
            session = self._open()
        except (ValueError, OSError) as problem:
            self._tell(Notice("failed", {"text": str(problem)}))
            return
        except Exception as problem:
            log.exception("start")
            self._tell(Notice("failed", {"text": f"The rehearsal cannot begin: {problem}"}))
            return
        with self._lock:
            self.session = session
            closed = self._closed
        if closed:
            self._end()
            return
        self._tell(Notice("loaded", {"session": session}))
        for note in getattr(session.carm.projector.patient, "notes", ()):
            self._tell(Notice("note", {"text": note, "level": "info"}))
        if not self._unseen:
            session.listen(lambda event: self.shown.set() if event.kind == "frame" else None)
        session.listen(self._tell)
        session.start()
        self.shown.wait(PICTURE_WAIT_S)  # what follows would take the processor from it
        if not self._closed:
            learn_words()
        if not self._closed:
            self._prepare_exposure()
        if not self._closed and hasattr(session.carm.projector, "prepare"):
            session.carm.projector.prepare(session.carm.size)
        if not self._closed:
            self._overview(session.carm.projector.patient)

    def _prepare_exposure(self) -> None:
        from sim.xray import aec

        aec.prepare()

    def _overview(self, patient) -> None:
        """The body map's overview."""
        from carm_gui.bridge import Notice
        from carm_gui.scout import overview

        self._tell(Notice("scout", overview(patient)))

    def _note(self, text: str) -> None:
        """Shown where notes are: a projector that falls back says so."""
        from carm_gui.bridge import Notice

        self._tell(Notice("note", {"text": text, "level": "warning"}))

    def _open(self):
        from sim.patient.load import load_patient
        from sim.warm import load_numba

        patient = load_patient(self._spec, **self._options)
        load_numba()
        from carm_gui.session.about import Case, recorder_for
        from carm_gui.session.reach import targets_outside
        from carm_gui.session.recorder import put_aside
        from carm_gui.session.regions import Regions
        from carm_gui.session.session import READ_S, Session
        from inference.models.interchange import Interchangeable
        from sim.carm import CArm
        from sim.xray.deepdrr_process import open_projector

        left = self._resume
        begun = {"dose": left.dose, "first_frame": left.next_frame, "blades_mm": left.blades_mm} if left else {}
        projector = open_projector(patient, self._projector, self._note)
        carm = CArm(projector, left.pose if left else start_pose(patient), auto=True, **begun)
        with contextlib.suppress(Exception):  # the device says it in the window, when it is to make one
            carm.picture(carm.pose, 0)  # before the model's start, which would take a processor from it
        self.model = Interchangeable(open_or_unavailable(self._model_name))
        recorder = None
        if self._record:
            case = Case(str(self._spec), *(str(self._options.get(name) or "") for name in ("landmarks", "series")))
            more = {"continues": left.folder.name} if left else {}
            recorder = recorder_for(carm, case, model=self._model_name, extra=more)
        if left is not None:
            put_aside(left.folder, "continued")
        return Session(
            carm,
            self.model,
            recorder=recorder,
            budget=self._budget,
            read_s=READ_S,
            refused_targets=targets_outside(patient),
            regions=Regions(self.model),
        )

    def close(self, wait_s: float = 5.0) -> None:
        """End session and model; returns when they have ended, or after `wait_s`."""
        with self._lock:
            self._closed = True
        ender = threading.Thread(target=self._end, daemon=True)
        ender.start()
        ender.join(wait_s)
        if self.is_alive() and self.session is None:
            self.join(1.0)

    def _end(self) -> None:
        with self._lock:
            session, self.session = self.session, None
            model, self.model = self.model, None
        if session is not None:
            session.close()
            if hasattr(session.carm.projector, "close"):
                session.carm.projector.close()
        if model is not None:
            model.close()


def open_or_unavailable(name: str):
    """The model called `name`, or a stand-in that says why there is none: everything but the assistant works."""
    from inference.models.interface import ModelError, NoModel
    from inference.models.profiles import open_model

    try:
        return open_model(name)
    except (ModelError, OSError) as problem:
        return NoModel(name, str(problem))


def start_pose(patient) -> CArmPose:
    """Where a rehearsal begins, AP: at a virtual patient's origin (its T1), in the middle of any other volume."""
    if patient.generator:
        return CArmPose()
    corners = patient.corners()
    left, up, ant = (float(value) for value in (corners.min(axis=0) + corners.max(axis=0)) / 2)
    return CArmPose(left, up, ant)


# ---- the window ----------------------------------------------------------------------------------


def application():
    """The QApplication, made if there is none."""
    from PySide6.QtWidgets import QApplication

    return QApplication.instance() or QApplication(sys.argv[:1])


def make_window(settings=None, patient: str = "virtual"):
    """The application and a window. It shows the stored picture if that is of `patient`."""
    from carm_gui.window import NAME, Window

    app = application()
    app.setApplicationName(NAME)
    window = Window(settings)
    stored = stored_frame() if patient == "virtual" else None
    if stored is not None:
        window.live.show_frame(stored, stored=True)
    window.live.set_message("" if stored is not None else "Loading the patient…")
    return app, window


def main(
    patient: str = "virtual",
    model: str = "embedded",
    projector: str = "auto",
    landmarks: Path | None = None,
    series: str | None = None,
    keep_table: bool = False,
) -> int:
    """Open the window on `patient`. Returns the exit status: 0, or 1 when no window can be shown."""
    read_ahead()
    problem = missing_for_qt()
    if problem:
        print(problem, file=sys.stderr)
        return 1
    log_to_file()
    from carm_gui.settings import Settings
    from carm_gui.window_thread import window_thread_first

    settings = Settings.load()
    if settings.size > 1.0:
        os.environ.setdefault("QT_SCALE_FACTOR", f"{settings.size:g}")

    def rehearsal(spec: str, **options):
        window, backend = begin(Settings.load(), spec, model, projector, record=True, **options)
        window.keep_on_screen()
        window.patients.spec = spec
        sys.excepthook = window.say_unexpected
        signal.signal(signal.SIGINT, lambda *_: window.close())
        return window, backend

    app = application()
    with window_thread_first():
        window, backend = rehearsal(patient, landmarks=landmarks, series=series, keep_table=keep_table)
        # Imported while the backend is at work.
        from carm_gui.patients import Rehearsals
        from carm_gui.records import offer_to_continue

        rehearsals = Rehearsals(window, backend, rehearsal)
        offer_to_continue(rehearsals)
        window.show()
        if not window.settings.toured:
            _when_live(window, window.show_tour)
        status = app.exec()
    sys.excepthook = sys.__excepthook__
    rehearsals.close()
    return status


def begin(settings, patient: str = "virtual", model: str = "embedded", projector: str = "auto", **options):
    """A window that is not shown yet, and its backend (`options` are the backend's), which has begun before: patient
    and first picture are made while the window is built. To be called within `window_thread_first`, or the backend's
    thread may take down what the window's has just made."""
    import PySide6.QtWidgets  # noqa: F401  two threads that import Qt at once end the program

    import carm_gui.bridge  # noqa: F401

    backend = Backend(None, patient, model, projector, budget=settings.budget, **options)
    backend.start()
    _, window = make_window(settings, patient)
    backend.report_to(window.bridge.receive)
    _when_live(window, backend.shown.set)
    return window, backend


def _when_live(window, act) -> None:
    """Call `act` once the first live picture is there; never, if the window is closed before."""
    from PySide6.QtCore import QTimer

    def look() -> None:
        if window.live.frame is not None and not window.live.stored:
            watch.stop()
            act()

    watch = QTimer(window)
    watch.setInterval(200)
    watch.timeout.connect(look)
    watch.start()


def log_to_file() -> None:
    """GUI scripts have no standard error on Windows."""
    try:
        logging.basicConfig(
            filename=data_dir("log") / "window.log", filemode="w", level=logging.INFO, format="%(asctime)s %(message)s"
        )
    except OSError:
        logging.basicConfig(level=logging.INFO)


def run(arguments: list[str] | None = None) -> int:
    """`python -m carm_gui.app` and `carm-gui`."""
    parser = argparse.ArgumentParser(prog="carm-gui", description="C-arm rehearsal. Simulation, not for clinical use.")
    parser.add_argument("--patient", default="virtual", help="as in `carm --patient`")
    parser.add_argument("--model", default="embedded", help="as in `carm --model`")
    parser.add_argument("--projector", default="auto", choices=("auto", "cpu", "deepdrr"))
    given = parser.parse_args(arguments)
    return main(given.patient, given.model, given.projector)


if __name__ == "__main__":
    raise SystemExit(run())
