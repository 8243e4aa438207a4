"""Start the window, load patient and model behind it, and end cleanly. Nothing of Qt is imported before `main`.

    python -m carm_gui.app [--patient P] [--model M]
    python -m carm_gui.app --screenshot OUT.png [--size 1280x800] [--theme dark|light] [--say "align to the skull"]
    python -m carm_gui.app --first-frame resources/first_frame.png

The window comes first, with a stored picture; a worker thread loads the patient and starts the model's process, and
everything reaches the window through the bridge. No torch here: the model lives in a process of its own.
"""

from __future__ import annotations

import argparse
import ctypes
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path

from sim.frame import Dose, Frame
from sim.pose import CArmPose
from sim.resource import data_dir, resource

log = logging.getLogger(__name__)

APT_LINE = (
    "sudo apt-get install libegl1 libgl1 libfontconfig1 libdbus-1-3 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 "
    "libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xkb1"
)
STORED_SPAN = 6.0 * 4096
"""The stored first picture is 8 bits over this much of Frame.pixels."""
UNTIL = ("live", "loading", "answering", "waiting", "moving", "halted", "arrived")


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
    from PIL import Image

    try:
        import numpy as np

        grey = np.asarray(Image.open(resource("first_frame.png")).convert("L"))
    except (FileNotFoundError, OSError):
        return None
    pixels = (grey.astype(np.float32) * (STORED_SPAN / 255)).astype(np.uint16)
    return Frame(pixels, 215.0 / pixels.shape[0], CArmPose(), 0, 0.0, Dose())


# ---- patient, device, model ----------------------------------------------------------------------


class Unavailable:
    """Stands where a model should be that cannot be opened: everything but the assistant works."""

    def __init__(self, name: str, problem: str) -> None:
        from inference.models.interface import ModelInfo

        self.name, self.problem, self.note = name, problem, ""
        self.info, self.state = ModelInfo(name), "failed"

    def stream(self, request):
        from inference.models.interface import ModelError

        raise ModelError(self.problem)

    def cancel(self) -> None:
        """Nothing is under way."""

    def close(self) -> None:
        """Nothing to close."""


class Backend(threading.Thread):
    """Loads patient, projector and model in a thread of its own and starts the session. `tell` takes the notices
    "loaded" {session} and "failed" {text}; `record` keeps the session's events among the user's data. `close` ends
    whatever has been started by then."""

    def __init__(
        self, tell, patient="virtual", model="embedded", projector="auto", record=False, **patient_options
    ) -> None:
        super().__init__(name="carm-backend", daemon=True)
        self._tell, self._spec, self._model_name, self._projector = tell, patient, model, projector
        self._record, self._options = record, patient_options
        self._lock, self._closed = threading.Lock(), False
        self.session = self.model = None

    def run(self) -> None:
        from carm_gui.bridge import Notice

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
        session.listen(self._tell)
        session.start()

    def _open(self):
        from carm_gui.session.reach import targets_outside
        from carm_gui.session.recorder import Recorder
        from carm_gui.session.session import Session
        from sim.carm import CArm
        from sim.patient.load import load_patient
        from sim.xray.cpu import CpuProjector

        if self._projector not in ("auto", "cpu"):
            raise ValueError(f"The projector {self._projector} is not in this version; use cpu.")
        patient = load_patient(self._spec, **{k: v for k, v in self._options.items() if v})
        carm = CArm(CpuProjector(patient), start_pose(patient))
        self.model = open_or_unavailable(self._model_name)
        recorder = Recorder() if self._record else None
        return Session(carm, self.model, recorder=recorder, refused_targets=targets_outside(patient))

    def close(self, wait_s: float = 5.0) -> None:
        """End session and model; returns when they have ended, or after `wait_s`."""
        with self._lock:
            self._closed = True
        ender = threading.Thread(target=self._end, daemon=True)
        ender.start()
        ender.join(wait_s)

    def _end(self) -> None:
        with self._lock:
            session, self.session = self.session, None
            model, self.model = self.model, None
        if session is not None:
            session.close()
        if model is not None:
            model.close()


def open_or_unavailable(name: str):
    """The model called `name`, or a stand-in that says why there is none."""
    from inference.models.interface import ModelError
    from inference.models.profiles import open_model

    try:
        return open_model(name)
    except (ModelError, OSError) as problem:
        return Unavailable(name, str(problem))


def start_pose(patient) -> CArmPose:
    """Where a rehearsal begins, AP: at a virtual patient's origin (its T1), in the middle of any other volume."""
    if patient.generator:
        return CArmPose()
    corners = patient.corners()
    left, up, ant = (float(value) for value in (corners.min(axis=0) + corners.max(axis=0)) / 2)
    return CArmPose(left, up, ant)


# ---- the window ----------------------------------------------------------------------------------


def make_window(settings=None, patient: str = "virtual"):
    """A QApplication (the present one if there is one) and a window. It shows the stored picture if that is of
    `patient`."""
    from PySide6.QtWidgets import QApplication

    from carm_gui.window import NAME, Window

    app = QApplication.instance() or QApplication(sys.argv[:1])
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
) -> int:
    """Open the window on `patient`. Returns the exit status: 0, or 1 when no window can be shown."""
    problem = missing_for_qt()
    if problem:
        print(problem, file=sys.stderr)
        return 1
    _log_to_file()
    from carm_gui.settings import Settings

    app, window = make_window(Settings.load(), patient)
    window.show()
    sys.excepthook = window.say_unexpected
    signal.signal(signal.SIGINT, lambda *_: window.close())
    backend = Backend(window.bridge.receive, patient, model, projector, record=True, landmarks=landmarks, series=series)
    _after_first_paint(backend.start)
    status = app.exec()
    sys.excepthook = sys.__excepthook__
    backend.close()
    return status


def _after_first_paint(start) -> None:
    from PySide6.QtCore import QTimer

    QTimer.singleShot(30, start)


def _log_to_file() -> None:
    """GUI scripts have no standard error on Windows."""
    try:
        logging.basicConfig(
            filename=data_dir("log") / "window.log", filemode="w", level=logging.INFO, format="%(asctime)s %(message)s"
        )
    except OSError:
        logging.basicConfig(level=logging.INFO)


# ---- pictures of the window ----------------------------------------------------------------------


def screenshot(
    out: Path,
    size: tuple[int, int] = (1280, 800),
    theme: str = "dark",
    say: str = "",
    until: str = "",
    timeout_s: float = 120.0,
    **what,
) -> int:
    """Drive the real session and model offscreen until `until` (default: a proposal waits when something was said,
    else a live picture) and write the window to `out`."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    problem = missing_for_qt()
    if problem:
        print(problem, file=sys.stderr)
        return 1
    from PySide6.QtCore import QSize

    from carm_gui.settings import Settings

    until = until or ("waiting" if say else "live")
    app, window = make_window(Settings(theme=theme), what.get("patient", "virtual"))
    window.resize(QSize(*size))
    window.show()
    backend = Backend(window.bridge.receive, **what)
    backend.start()
    reached = _drive(app, window, say, until, time.monotonic() + timeout_s)
    # What is passing is caught at once; what stays gets time to settle.
    _spin(app, 0.15 if reached and until in ("moving", "answering", "loading") else 0.8)
    window.grab().save(str(out))
    window.close()
    backend.close()
    if not reached:
        print(f"The window never came to “{until}”; {out} shows how far it got.", file=sys.stderr)
    return 0 if reached else 1


def _spin(app, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        app.processEvents()
        time.sleep(0.005)


def _drive(app, window, say: str, until: str, deadline: float) -> bool:
    """Turn the event loop until the window is as wanted; False when time runs out."""
    spoken = stopped = False
    while time.monotonic() < deadline:
        _spin(app, 0.02)
        live = window.live.frame is not None and not window.live.stored
        if until == "loading":
            return True
        if window.banner.isVisible():
            print(window.banner.text(), file=sys.stderr)
            return False
        if not live:
            continue
        status = window.session.status
        if say and not spoken and status.model != "loading":
            window.say(say)
            spoken = True
            continue
        card = window.assistant.open_card
        if until == "live" and status.model != "loading":
            return True
        if until == "answering" and window.state == "proposing" and card is not None and card.shows_decision:
            return True
        if window.state == until:
            return True
        if window.state == "waiting" and until in ("moving", "halted", "arrived"):
            window.accept()
        if window.state == "moving" and until == "halted" and not stopped:
            _spin(app, 0.6)
            window.halt()
            stopped = True
    return False


def make_first_frame(out: Path, patient: str = "virtual") -> int:
    """Render the picture that a start shows before the patient is there: 8 bits over STORED_SPAN."""
    import numpy as np
    from PIL import Image

    from sim.carm import CArm
    from sim.patient.load import load_patient
    from sim.xray.cpu import CpuProjector

    subject = load_patient(patient)
    frame = CArm(CpuProjector(subject), start_pose(subject)).expose()
    grey = np.clip(frame.pixels.astype(np.float32) * (255 / STORED_SPAN), 0, 255).astype(np.uint8)
    Image.fromarray(grey).save(out, optimize=True)
    return 0


def run(arguments: list[str] | None = None) -> int:
    """`python -m carm_gui.app` and `carm-gui`."""
    parser = argparse.ArgumentParser(prog="carm-gui", description="C-arm rehearsal. Simulation, not for clinical use.")
    parser.add_argument("--patient", default="virtual", help="virtual, virtual:SEED, a NIfTI file or a DICOM folder")
    parser.add_argument("--model", default="embedded", help="embedded, embedded-base or a model's folder")
    parser.add_argument("--projector", default="auto", choices=("auto", "cpu", "deepdrr"))
    parser.add_argument("--screenshot", type=Path, metavar="PNG", help="write a picture of the window and end")
    parser.add_argument("--size", default="1280x800", help="of the screenshot")
    parser.add_argument("--theme", default="dark", choices=("dark", "light"), help="of the screenshot")
    parser.add_argument("--say", default="", help="type this first")
    parser.add_argument("--until", default="", choices=("", *UNTIL), help="wait for this before the screenshot")
    parser.add_argument("--first-frame", type=Path, metavar="PNG", help="render the picture shown while loading")
    given = parser.parse_args(arguments)
    if given.first_frame:
        return make_first_frame(given.first_frame, given.patient)
    what = {"patient": given.patient, "model": given.model, "projector": given.projector}
    if given.screenshot:
        try:
            width, height = (int(part) for part in given.size.lower().split("x"))
        except ValueError:
            parser.error(f"--size is WIDTHxHEIGHT, not {given.size}")
        return screenshot(given.screenshot, (width, height), given.theme, given.say, given.until, **what)
    return main(**what)


if __name__ == "__main__":
    raise SystemExit(run())
