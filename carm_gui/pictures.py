"""Pictures of the real window, driven by a script: screenshots, the animation of a correction, the first picture.

    python -m carm_gui.pictures window OUT.png [--size 1280x800] [--theme dark|light|contrast] [--scale 2]
               [--say "align to the skull"] [--until waiting] [--layout one|wide] [--pane reference] [--act expose]
    python -m carm_gui.pictures animation OUT.webp
    python -m carm_gui.pictures first-frame OUT.png

Everything is the session, the model and the patient that a user gets; only the hand on the keys is a script.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from carm_gui.app import STORED_SPAN, Backend, make_window, missing_for_qt, start_pose

CARINA_BELOW_MM = 62.0
"""In the patient that ships the carina lies so far below T1, where a rehearsal begins: the film's clinician."""
UNTIL = ("live", "loading", "answering", "waiting", "moving", "halted", "arrived")


class Hand:
    """Drives one window offscreen. `with Hand(...) as hand` opens it and ends it."""

    def __init__(self, size=(1280, 800), theme="dark", layout="", timeout_s=150.0, **what) -> None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        problem = missing_for_qt()
        if problem:
            raise SystemExit(problem)
        from PySide6.QtCore import QSize

        from carm_gui.settings import Settings

        self.deadline = time.monotonic() + timeout_s
        self.app, self.window = make_window(
            Settings(theme=theme, layout=layout, toured=True), what.get("patient", "virtual")
        )
        self.window.resize(QSize(*size))
        self.window.show()
        self.backend = Backend(self.window.bridge.receive, **what)
        self.tick = None

    def __enter__(self) -> Hand:
        self.backend.start()
        return self

    def __exit__(self, *_) -> None:
        self.window.close()
        self.backend.close()

    def spin(self, seconds: float) -> None:
        """Let the window live for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.app.processEvents()
            if self.tick is not None:
                self.tick()
            time.sleep(0.005)

    def wait(self, condition, what: str) -> None:
        """Let it live until `condition()`; SystemExit names `what` when that never comes."""
        while not condition():
            if self.window.banner.isVisible():
                raise SystemExit(self.window.banner.text())
            if time.monotonic() > self.deadline:
                raise SystemExit(f"The window never came to “{what}”.")
            self.spin(0.02)

    def ready(self) -> None:
        """Picture, overview and model are there."""
        live = self.window.live
        self.wait(lambda: live.frame is not None and not live.stored, "a live picture")
        self.wait(lambda: self.window.where.map.scout is not None, "an overview")
        self.wait(lambda: self.window.session.status.model != "loading", "a model")

    def reach(self, state: str) -> None:
        """Until the window shows `state`, accepting what is proposed on the way."""
        window = self.window

        def there() -> bool:
            if window.state == "waiting" and state in ("moving", "halted", "arrived"):
                window.accept()
            return window.state == state

        if state == "answering":
            card = window.assistant
            self.wait(lambda: card.open_card is not None and card.open_card.shows_decision, state)
        elif state == "halted":
            self.reach("moving")
            self.spin(0.6)
            window.halt()
            self.wait(lambda: window.state == "halted", state)
        elif state == "waiting":
            self.wait(lambda: window.state in ("waiting", "arrived"), state)
        elif state not in ("live", "loading"):
            self.wait(there, state)

    def type(self, text: str) -> None:
        """Type a line as a hand does; Enter is not pressed."""
        from PySide6.QtTest import QTest

        for letter in text:
            QTest.keyClicks(self.window.command.line, letter)
            self.spin(0.045)

    def enter(self, widget) -> None:
        """Press Enter in `widget`."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        QTest.keyClick(widget, Qt.Key.Key_Return)


def window_picture(out: Path, say: str, until: str, pane: str, act: str, **how) -> int:
    """Write the window to `out` once it is as wanted."""
    until = until or ("waiting" if say else "live")
    with Hand(**how) as hand:
        if until != "loading":
            hand.ready()
        if say:
            hand.window.say(say)
        hand.reach(until)
        if pane:
            hand.window.desk.bring(pane)
        for name in filter(None, act.split(",")):
            hand.window.actions_by_name[name].trigger()
        # What is passing is caught at once; what stays gets time to settle.
        hand.spin(0.15 if until in ("moving", "answering", "loading") else 0.8)
        hand.window.grab().save(str(out))
    return 0


def animation(out: Path, size=(1080, 680), frames_a_second: float = 7.0, **how) -> int:
    """A correction from the first line to the arrival: what is typed, proposed, corrected and moved."""
    from PIL import Image
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QImage
    from PySide6.QtTest import QTest

    pictures, durations = [], []

    def shot() -> None:
        now = time.monotonic()
        if pictures and now - shot.last < 1.0 / frames_a_second:
            return
        hand.app.sendPostedEvents()  # else a card is caught whose text has come and whose height has not
        image = hand.window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        rows = bytes(image.constBits())
        picture = Image.frombuffer("RGB", (image.width(), image.height()), rows, "raw", "RGB", image.bytesPerLine(), 1)
        if pictures and pictures[-1].tobytes() == picture.tobytes():
            durations[-1] += round(1000 * (now - shot.last))
        else:
            pictures.append(picture.copy())
            durations.append(round(1000 / frames_a_second))
        shot.last = now

    shot.last = 0.0
    with Hand(size=size, timeout_s=500.0, **how) as hand:
        hand.ready()
        hand.spin(1.0)
        window = hand.window
        hand.tick = shot
        hand.spin(0.8)
        hand.type("align to the skull")
        hand.spin(0.7)
        hand.enter(window.command.line)
        hand.reach("waiting")
        hand.spin(1.8)
        window.correct()
        hand.spin(0.8)
        spot = window.live.field().at_mm(0.0, CARINA_BELOW_MM).toPoint()
        QTest.mouseClick(window.live, Qt.MouseButton.LeftButton, pos=spot)
        hand.spin(0.9)
        for letter in "car":
            window.correction.line.insert(letter)
            hand.spin(0.25)
        hand.spin(0.5)
        hand.enter(window.correction.line)
        hand.spin(0.3)
        hand.reach("waiting")
        hand.spin(1.8)
        while window.state == "waiting":
            window.accept()
            hand.wait(lambda: window.state != "waiting", "moving")
            hand.wait(lambda: window.state in ("waiting", "arrived", "idle", "halted"), "the next proposal")
            hand.spin(1.0)
        hand.spin(1.6)
    pictures[0].save(out, save_all=True, append_images=pictures[1:], duration=durations, loop=0, quality=45, method=4)
    print(f"{out}: {len(pictures)} pictures, {out.stat().st_size / 1e6:.2f} MB")
    return 0


def first_frame(out: Path, patient: str = "virtual") -> int:
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


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"a size is WIDTHxHEIGHT, not {text}") from None
    return width, height


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m carm_gui.pictures", description="Pictures of the window.")
    parser.add_argument("what", choices=("window", "animation", "first-frame"))
    parser.add_argument("out", type=Path)
    parser.add_argument("--patient", default="virtual")
    parser.add_argument("--model", default="embedded")
    parser.add_argument("--size", type=_size, default=(1280, 800))
    parser.add_argument("--theme", default="dark", choices=("dark", "light", "contrast"))
    parser.add_argument("--layout", default="", choices=("", "one", "wide"))
    parser.add_argument("--scale", default="", help="pixels of the screen to one of the window, e.g. 2")
    parser.add_argument("--say", default="", help="type this first")
    parser.add_argument("--until", default="", choices=("", *UNTIL), help="wait for this before the picture")
    parser.add_argument("--pane", default="", choices=("", "where", "reference", "assistant"), help="in front")
    parser.add_argument("--act", default="", help="actions of carm_gui/actions.py to trigger, by name, with commas")
    given = parser.parse_args(arguments)
    if given.scale:
        os.environ["QT_SCALE_FACTOR"] = given.scale
    if given.what == "first-frame":
        return first_frame(given.out, given.patient)
    how = {"patient": given.patient, "model": given.model}
    if given.what == "animation":
        return animation(given.out, theme=given.theme, **how)
    how |= {"size": given.size, "theme": given.theme, "layout": given.layout}
    return window_picture(given.out, given.say, given.until, given.pane, given.act, **how)


if __name__ == "__main__":
    sys.exit(main())
