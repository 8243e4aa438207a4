"""The main window: lays the views out, passes session events to them and their wishes to the session.

Knows the session's public methods and nothing behind them; every interlock is the session's. Runs in the GUI thread
alone: what takes time happens elsewhere and comes back through the bridge.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QMessageBox, QSplitter, QVBoxLayout, QWidget

from carm_gui import theme
from carm_gui.actions import COMMANDS, MENUS, Command
from carm_gui.bridge import Bridge, Notice
from carm_gui.settings import Settings
from carm_gui.views.assistant import Assistant, the, title
from carm_gui.views.command_line import CommandLine
from carm_gui.views.live import LiveView, Offer
from carm_gui.views.sheet import KeySheet
from carm_gui.views.technique import Technique
from carm_gui.views.widgets import label
from inference.action import Action
from inference.step import Step
from sim.frame import Frame
from sim.landmarks import LANDMARKS
from sim.resource import data_dir, resource

log = logging.getLogger(__name__)

NAME = "C-arm rehearsal"
NOT_CLINICAL = "Simulation, not for clinical use"

GUIDE = {
    "idle": "Enter sends · Ctrl+K comes back here · F1 shows every key",
    "looking": "The model takes a look… · Esc halts",
    "proposing": "The model is answering… · Esc halts",
    "waiting": "Ctrl+Enter accepts · Ctrl+Backspace rejects · or A and R in the picture · Esc halts",
    "moving": "The view moves… · Esc halts",
    "halted": "Halted. Nothing moves until you say so.",
    "arrived": "The model says it has arrived. Say where to go next.",
}
PICTURE_GUIDE = "The picture has the keys: arrows move · A accept · R reject · L where are we? · B beam · Esc halts"


class Window(QMainWindow):
    """One rehearsal on screen. `attach` gives it a session; until then it shows what it was given to show."""

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__()
        self.settings = settings or Settings()
        self.session = None
        self.theme = theme.apply(QApplication.instance(), self.settings.theme)
        self.state = "idle"
        self.bridge = Bridge(self)
        self.bridge.event.connect(self.on_event)
        self.setWindowIcon(icon())
        self.setWindowTitle(f"{NAME} · {NOT_CLINICAL}")
        self._build()
        self._build_menus()
        self._connect()
        self._restore()
        QApplication.instance().installEventFilter(self)
        self.bridge.start()
        self.command.guide("The patient is being loaded…")
        self.command.line.setFocus()

    # ---- building

    def _build(self) -> None:
        self.live, self.assistant = LiveView(), Assistant()
        self.technique, self.command = Technique(), CommandLine(self.settings.history)
        self.banner = label("", 14, bold=True)
        self.banner.setProperty("role", "banner")
        self.banner.hide()
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.banner)
        column.addWidget(self.live, 1)
        column.addWidget(self.technique)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(10)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(left)
        self.splitter.addWidget(self.assistant)
        self.splitter.setStretchFactor(0, 2)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([840, 416])
        whole = QWidget()
        outer = QVBoxLayout(whole)
        outer.setContentsMargins(12, 4, 12, 10)
        outer.setSpacing(10)
        outer.addWidget(self.splitter, 1)
        outer.addWidget(self.command)
        self.setCentralWidget(whole)
        self.setMinimumSize(960, 640)
        self.resize(1280, 800)
        # Tab goes from the line to the picture, then to the buttons.
        QWidget.setTabOrder(self.command.line, self.live)

    def _build_menus(self) -> None:
        bar = self.menuBar()
        bar.setNativeMenuBar(False)
        sign = label(f"⚠ {NOT_CLINICAL}", 12, bold=True, wrap=False)
        sign.setProperty("role", "simulation")
        self.sign = sign
        bar.setCornerWidget(sign, Qt.Corner.TopRightCorner)
        menus = {name: bar.addMenu(name) for name in MENUS}
        self.actions_by_name: dict[str, QAction] = {}
        for command in COMMANDS:
            self.actions_by_name[command.name] = self._action(command, menus[command.menu])
        targets = QMenu("Align to", self)
        menus["Assistant"].insertMenu(self.actions_by_name["command_line"], targets)
        for mark in LANDMARKS:
            entry = targets.addAction(mark.title)
            entry.triggered.connect(lambda _=False, key=mark.key: self.align(key))
        for menu in menus.values():
            menu.aboutToShow.connect(self._check_menus)

    def _action(self, command: Command, menu: QMenu) -> QAction:
        action = QAction(command.text, self)
        action.setToolTip(command.tip)
        action.setStatusTip(command.tip)
        action.triggered.connect(lambda _=False: command.handler(self))
        action.setCheckable(command.checked is not None)
        if command.scope == "window" and command.keys:
            action.setShortcuts([QKeySequence(keys) for keys in command.keys])
        elif command.keys or command.picture_key:
            # Shown in the menu, but not a shortcut: a plain letter must not act outside the picture.
            action.setText(f"{command.text}\t{command.picture_key or command.keys[0]}")
        menu.addAction(action)
        return action

    def _check_menus(self) -> None:
        for command in COMMANDS:
            if command.checked is not None:
                self.actions_by_name[command.name].setChecked(command.checked(self))

    def _connect(self) -> None:
        self.live.keys = {c.picture_key: (lambda c=c: c.handler(self)) for c in COMMANDS if c.picture_key}
        self.live.jog.connect(lambda *way: self.session and self.session.jog(*way))
        self.live.pedal.connect(self.set_beam)
        self.live.focus_changed.connect(lambda _: self._guide())
        self.live.focus_changed.connect(self.assistant.show_keys)
        self.technique.beam_wanted.connect(self.set_beam)
        self.command.submitted.connect(self.say)
        self.command.reason_given.connect(self._give_reason)
        self.assistant.said.connect(self.say)
        self.assistant.suggested.connect(self.command.put)
        self.assistant.accept.connect(self.accept)
        self.assistant.reject.connect(self.reject)

    def _restore(self) -> None:
        kept = self.settings
        self.live.set_inverted(kept.invert)
        self.live.set_overlays(kept.overlays)
        self.assistant.dress(self.theme)
        if kept.geometry:
            self.restoreGeometry(QByteArray.fromHex(kept.geometry.encode()))
        if kept.splitter:
            self.splitter.restoreState(QByteArray.fromHex(kept.splitter.encode()))

    def _keep(self) -> None:
        kept = self.settings
        kept.theme, kept.invert = self.theme.name, not self.live.bone_dark
        kept.overlays, kept.history = self.live.show_overlays, self.command.history
        kept.geometry = bytes(self.saveGeometry().toHex()).decode()
        kept.splitter = bytes(self.splitter.saveState().toHex()).decode()
        kept.save()

    # ---- the session

    def attach(self, session) -> None:
        """Work with `session`, whose events come through the bridge."""
        self.session = session
        self.live.set_message("")
        self._guide()
        self.technique.show_technique(session.carm.exposure.kvp, session.carm.exposure.ma)

    def fail(self, sentence: str) -> None:
        """Say that the rehearsal cannot begin, where it cannot be missed."""
        self.banner.setText(sentence)
        self.banner.show()
        self.live.show_nothing("No picture")
        self.assistant.show_model("failed", "", "There is no picture for it to look at.", None)
        self.command.guide("Close the window and start again with another patient.")
        self._announce(sentence)

    def say_unexpected(self, kind, problem, trace) -> None:
        """For sys.excepthook: what nobody foresaw goes to the log whole, and to the clinician as one sentence."""
        log.error("unexpected", exc_info=(kind, problem, trace))
        self.assistant.show_note(
            f"Something unexpected went wrong ({kind.__name__}); the log has the details.", "error"
        )

    @Slot(object)
    def on_event(self, event) -> None:
        """One event of the session (or of a worker of this window), in order."""
        handler = getattr(self, f"_on_{event.kind}", None)
        if handler is not None:
            handler(event.data)

    def _on_loaded(self, data: dict) -> None:
        self.attach(data["session"])

    def _on_failed(self, data: dict) -> None:
        self.fail(data["text"])

    def _on_frame(self, data: dict) -> None:
        self.live.show_frame(data["frame"])

    def _on_pose(self, data: dict) -> None:
        self.live.show_pose(data["pose"], data["moving"])

    def _on_beam(self, data: dict) -> None:
        self.live.show_beam(data["on"])
        self.technique.show_beam(data["on"], data["pulse_rate"])

    def _on_dose(self, data: dict) -> None:
        self.technique.show_dose(data["dose"])

    def _on_state(self, data: dict) -> None:
        self.state = data["state"]
        self.live.show_state(self.state)
        self.assistant.show_state(self.state)
        if self.state == "waiting":
            self._show_waiting()
        elif self.state != "moving":
            self.live.show_offer(None)
        if self.state != "waiting":
            self.command.end_reason()
        if self.state in ("looking", "moving"):
            self.live.show_seen("", self.live.pose)
        self._guide()
        if self.state in ("waiting", "moving", "halted", "arrived"):
            self._announce(data["message"] or self.state)

    def _show_waiting(self) -> None:
        step: Step | None = self.session.status.proposal if self.session else None
        self.assistant.show_waiting(step)
        if step is None:
            self.live.show_offer(None)
            self.command.end_reason()
            return
        context = title(step.prediction.landmarks[0]) if step.prediction.landmarks else ""
        self.live.show_offer(Offer(step.proposal, step.pose, context, "waiting"))

    def _on_said(self, data: dict) -> None:
        self.assistant.show_said(data["text"])

    def _on_understood(self, data: dict) -> None:
        self.assistant.show_understood(data["echo"], data["action"].kind == "clarify")

    def _on_question(self, data: dict) -> None:
        self.assistant.show_question(data["text"], data["options"])
        self._announce(data["text"])

    def _on_delta(self, data: dict) -> None:
        landmarks = tuple(data.get("landmarks") or ())
        self.assistant.show_delta(data["number"], data["text"], data.get("proposal"), landmarks)
        if data.get("proposal") is not None:
            self.live.show_offer(Offer(data["proposal"], self.live.pose, "", "streaming"))

    def _on_step(self, data: dict) -> None:
        step = data["step"]
        self.assistant.show_step(step, data["target"], data["kind"])
        if step.prediction.valid and data["kind"] != "navigation":
            self.live.show_seen(" or ".join(title(key) for key in step.prediction.landmarks), step.pose)

    def _on_decision(self, data: dict) -> None:
        self.assistant.show_decision(data["number"], data["accepted"], data["text"])
        offer = self.live.offer
        if data["accepted"] and offer is not None:
            self.live.show_offer(Offer(offer.proposal, offer.pose, "", "accepted"))
        else:
            self.live.show_offer(None)

    def _on_motion(self, data: dict) -> None:
        phase, message = data["phase"], data["message"]
        if phase == "started" and message != "Jog.":
            self.assistant.show_note(message[:1].upper() + message[1:])
        elif phase == "refused":
            self.assistant.show_note(message, "warning")
            self._announce(message)
        elif phase == "halted":
            self.assistant.show_note(message, "warning")
        if phase != "started":
            self.live.show_offer(None)
        if phase in ("finished", "halted"):
            self.live.show_pose(data["to"], moving=False)

    def _on_arrived(self, data: dict) -> None:
        self.assistant.show_note(data["message"], "good")
        self.live.show_seen(f"{the(data['target'])} (model)", self.live.pose)

    def _on_model(self, data: dict) -> None:
        self.assistant.show_model(data["state"], data["name"], data["message"], data["info"])

    def _on_note(self, data: dict) -> None:
        self.assistant.show_note(data["text"], data["level"])
        if data["level"] != "info":
            self._announce(data["text"])

    def _on_display(self, data: dict) -> None:
        action = data["action"]
        if action.kind == "magnify":
            self.live.magnify(action.step)
        else:
            self.assistant.show_note("The collimator cannot be moved yet; the whole field is shown.", "warning")

    def _on_saved(self, data: dict) -> None:
        worker = threading.Thread(target=save_picture, args=(data["frame"], self.bridge.receive), daemon=True)
        worker.start()

    def _guide(self) -> None:
        here = self.live.hasFocus() and self.state in ("idle", "waiting", "arrived", "halted")
        self.command.guide(PICTURE_GUIDE if here else GUIDE[self.state])

    def _announce(self, text: str) -> None:
        """Let a screen reader say it."""
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    # ---- what the clinician wants

    def say(self, text: str) -> None:
        """A typed line, or a question's option."""
        if self.session is None:
            self._too_early()
        else:
            self.session.submit_text(text)

    def do(self, kind: str) -> None:
        """An action without fields, by key, button or menu."""
        if self.session is None:
            self._too_early()
        else:
            self.session.submit(Action(kind))

    def align(self, key: str) -> None:
        """Steer to a landmark, as if it had been typed."""
        self.say(f"align to {the(key)}")

    def accept(self) -> None:
        """Yes to what waits, if anything does."""
        if self.state == "waiting":
            self.command.end_reason()
            self._leave_buttons()
            self.do("accept")

    def reject(self) -> None:
        """No to what waits: the command line asks why. Enter alone lets the model look again."""
        if self.state != "waiting":
            return
        step = self.session.status.proposal
        if step is None:
            self.do("reject")
        else:
            self.command.ask_reason(step.number)

    def _give_reason(self, text: str) -> None:
        self.session.reject(text)

    def _leave_buttons(self) -> None:
        # A button that vanishes would hand its focus to the next in line.
        if not self.live.hasFocus():
            self.command.line.setFocus()

    def halt(self) -> None:
        """At once, from anywhere."""
        self.live.let_go()
        self.command.end_reason()
        if self.session is not None:
            self.session.halt()

    def set_beam(self, on: bool) -> None:
        if self.session is None:
            self._too_early()
        else:
            self.session.beam(on)

    def toggle_beam(self) -> None:
        self.set_beam(not self.technique.on)

    def _too_early(self) -> None:
        failed = self.banner.text() if self.banner.isVisible() else ""
        self.assistant.show_note(failed or "The patient is still being loaded; in a moment.", "warning")

    def toggle_invert(self) -> None:
        self.live.set_inverted(self.live.bone_dark)

    def toggle_overlays(self) -> None:
        self.live.set_overlays(not self.live.show_overlays)

    def toggle_theme(self) -> None:
        self.theme = theme.apply(QApplication.instance(), "light" if self.theme.name == "dark" else "dark")
        self.assistant.dress(self.theme)

    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def show_keys(self) -> None:
        self.sheet = KeySheet(self)
        self.sheet.show()

    def show_about(self) -> None:
        box = QMessageBox(self)
        box.setWindowTitle(NAME)
        box.setText(
            f"{NAME}\n\nA place to rehearse steering a C-arm with a model that looks at the X-ray.\n"
            f"{NOT_CLINICAL}: patients, pictures and doses are simulated."
        )
        box.setModal(False)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.show()

    # ---- Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        # Before any widget, menu, dialogue or completer sees it: Esc halts. It is not swallowed, so that a menu or the
        # key sheet closes as well.
        if (
            event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Escape
            and not event.isAutoRepeat()
            and isinstance(watched, QWidget)
            and not self._esc_seen(event)
        ):
            self.halt()
        return False

    def _esc_seen(self, event: QEvent) -> bool:
        """The same press travels from the focused widget up to the window; it halts once."""
        stamp = event.timestamp()
        seen, self._esc_stamp = stamp != 0 and stamp == getattr(self, "_esc_stamp", None), stamp
        return seen

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.live.let_go()

    def closeEvent(self, event) -> None:  # noqa: N802
        self.live.let_go()
        self.bridge.stop()
        self._keep()
        QApplication.instance().removeEventFilter(self)
        super().closeEvent(event)


def icon() -> QIcon:
    """The program's icon; an empty one where the installation lacks it."""
    try:
        return QIcon(str(resource("icons", "carm.svg")))
    except FileNotFoundError:
        return QIcon()


def save_picture(frame: Frame, tell) -> None:
    """Write `frame` as a 16-bit PNG among the user's pictures and say where, through `tell`. Runs in a worker."""
    from PIL import Image

    try:
        file = data_dir("pictures") / f"{datetime.now():%Y-%m-%d_%H-%M-%S}_{frame.index:05d}.png"
        Image.fromarray(frame.pixels).save(file)
        tell(Notice("note", {"text": f"Saved as {file}.", "level": "good"}))
    except OSError as problem:
        tell(Notice("note", {"text": f"The picture could not be saved: {problem}.", "level": "error"}))
