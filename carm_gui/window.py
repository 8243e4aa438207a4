"""The main window: lays the views out and joins them to the session. What it shows of events is in showing.py, what the
clinician can want of it in wishes.py.

Knows the session's public methods and nothing behind them; every interlock is the session's. Runs in the GUI thread
alone: what takes time happens elsewhere and comes back through the bridge.
"""

from __future__ import annotations

import logging
from itertools import pairwise

from PySide6.QtCore import QByteArray, QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QAction, QIcon, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QVBoxLayout, QWidget

from carm_gui import theme
from carm_gui.actions import COMMANDS, MENUS, Command
from carm_gui.bridge import Bridge
from carm_gui.by_turns import ByTurns
from carm_gui.dressing import Bare
from carm_gui.patients import Patients
from carm_gui.settings import Settings
from carm_gui.showing import FAILED, Showing
from carm_gui.views.assistant import Assistant
from carm_gui.views.command_line import CommandLine
from carm_gui.views.correct import Correction
from carm_gui.views.desk import Desk
from carm_gui.views.live import LiveView
from carm_gui.views.palette import Palette
from carm_gui.views.reference import Reference
from carm_gui.views.technique import Technique
from carm_gui.views.where import Where
from carm_gui.views.widgets import label, on_screen, scrolled
from carm_gui.wishes import NAME, NOT_CLINICAL, Wishes
from sim.landmarks import LANDMARKS
from sim.resource import resource

__all__ = ["NAME", "NOT_CLINICAL", "Window", "icon"]

log = logging.getLogger(__name__)
LEAST = QSize(920, 480)
"""A screen of 1920 x 1080 at 200 % has 960 x 540 for everything."""


class Whole(Bare, QWidget):
    """All of the window but its menus."""


class Window(Wishes, Showing, Bare, QMainWindow):
    """One rehearsal on screen. `attach` gives it a session; until then it shows what it was given to show. `announced`
    is every sentence that a screen reader is given. `more_keys` are those of a replay or a study, by their heading, for
    the key sheet."""

    announced = Signal(str)

    def __init__(self, settings: Settings | None = None) -> None:
        settings = settings or Settings()
        worn = theme.apply(QApplication.instance(), settings.theme)  # first: a window keeps the font it is made with
        super().__init__()
        self.settings, self.theme = settings, worn
        self.session = None
        self._dressing = ByTurns(self)
        self.state, self.armed, self._gone = "idle", False, False
        self.failure = ""
        self.more_keys: dict[str, tuple[tuple[str, str], ...]] = {}
        self.patients = Patients(self)
        self._init_showing()
        self.bridge = Bridge(self)
        self.bridge.event.connect(self.on_event)
        self.bridge.drained.connect(self.lay_out)
        self.setWindowIcon(icon())
        self.setWindowTitle(f"{NAME} · {NOT_CLINICAL}")
        self._build()
        self._build_menus()
        self._connect()
        self._restore()
        self.watch_keys()
        self.bridge.start()
        self.command.guide("The patient is being loaded…")
        self.command.line.setFocus()

    # ---- building

    def _build(self) -> None:
        self.live, self.assistant, self.where, self.reference = LiveView(), Assistant(), Where(), Reference()
        self.technique, self.command = Technique(), CommandLine(self.settings.history)
        self.banner = label("", 14, bold=True)
        self.banner.setProperty("role", "banner")
        self.banner.hide()
        self.desk = Desk(self.live)
        self.desk.add("where", "Where am I", scrolled(self.where))
        self.desk.add("reference", "Reference", scrolled(self.reference))
        self.desk.add("assistant", "Assistant", self.assistant)
        whole = Whole()
        whole.setAutoFillBackground(True)  # else Qt paints all of it twice when the window's palette changes
        outer = QVBoxLayout(whole)
        outer.setContentsMargins(10, 2, 10, 8)
        outer.setSpacing(8)
        outer.addWidget(self.banner)
        outer.addWidget(self.desk, 1)
        outer.addWidget(self.technique)
        outer.addWidget(self.command)
        self.setCentralWidget(whole)
        self.palette_box, self.correction = Palette(whole), Correction(whole)
        self.setMinimumSize(LEAST)
        self.resize(1280, 800)
        # Tab goes from the line to the picture, to what the assistant proposes (Qt puts new cards last), then round.
        chain = [w for w in self.assistant.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
        for before, after in pairwise((self.command.line, self.live, *chain)):
            QWidget.setTabOrder(before, after)

    def _build_menus(self) -> None:
        bar = self.menuBar()
        bar.setNativeMenuBar(False)
        self.sign = label(f"⚠ {NOT_CLINICAL}", 12, bold=True, wrap=False)
        self.sign.setProperty("role", "simulation")
        bar.setCornerWidget(self.sign, Qt.Corner.TopRightCorner)
        menus = {name: bar.addMenu(name) for name in MENUS}
        groups: dict[tuple[str, str], QMenu] = {}
        self.actions_by_name: dict[str, QAction] = {}
        for command in COMMANDS:
            menu = menus[command.menu]
            if command.group:
                place = (command.menu, command.group)
                menu = groups[place] = groups.get(place) or menu.addMenu(command.group)
            self.actions_by_name[command.name] = self._action(command, menu)
        targets = QMenu("Align to", self)
        menus["Assistant"].insertMenu(self.actions_by_name["accept"], targets)
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
        QApplication.instance().applicationStateChanged.connect(self._let_go_when_left)
        # Through the action, so that what a study takes away has no key either.
        self.live.keys = {c.picture_key: self.actions_by_name[c.name].trigger for c in COMMANDS if c.picture_key}
        self.live.jog.connect(self.jog)
        self.live.pedal.connect(self.set_beam)
        self.live.picked.connect(self.pick)
        self.live.menu_wanted.connect(self.show_point_menu)
        self.live.collimated.connect(self.collimate)
        self.live.focus_changed.connect(lambda _: self.guide())
        self.live.focus_changed.connect(self.assistant.show_keys)
        self.where.chosen.connect(self.align)
        self.where.drive.jog.connect(self.jog)
        self.where.drive.view.connect(self.turn_to)
        self.technique.beam_wanted.connect(self.set_beam)
        self.technique.shot_wanted.connect(lambda: self.do("expose"))
        self.technique.technique_wanted.connect(self.set_technique)
        self.technique.five_minutes.connect(self.five_minutes)
        self.reference.save_wanted.connect(self.keep_reference)
        self.reference.swap_wanted.connect(self.swap)
        self.command.submitted.connect(self.say)
        self.command.shot.connect(lambda: self.do("expose"))
        self.command.reason_given.connect(self.give_reason)
        self.assistant.said.connect(self.say)
        self.assistant.suggested.connect(self.command.put)
        self.assistant.accept.connect(self.accept)
        self.assistant.reject.connect(self.reject)
        self.assistant.correct.connect(self.correct)
        self.assistant.again.connect(self.ask_again)
        self.assistant.armed_wanted.connect(lambda _: self.toggle_armed())
        self.assistant.budget_wanted.connect(self.show_budget)
        for name in ("where", "reference", "assistant"):
            getattr(self, name).float_wanted.connect(lambda name=name: self.desk.float_pane(name))
        self.correction.corrected.connect(self.give_correction)
        self.correction.dismissed.connect(self.leave_correction)
        self.palette_box.said.connect(self.say)
        self.palette_box.dismissed.connect(self.leave_palette)

    # ---- between starts

    def _restore(self) -> None:
        kept = self.settings
        self.assistant.show_budget(kept.budget)
        self.live.set_inverted(kept.invert)
        self.reference.set_inverted(kept.invert)
        self.live.set_overlays(kept.overlays)
        self.live.set_round(kept.round_field)
        self.live.set_display(
            flip_horizontal=kept.flip_horizontal, flip_vertical=kept.flip_vertical, rotation_deg=kept.rotation_deg
        )
        self.wear_colours()
        if kept.geometry:
            self.restoreGeometry(QByteArray.fromHex(kept.geometry.encode("ascii", "ignore")))
        self._desk_ready = False

    def showEvent(self, event) -> None:  # noqa: N802
        super().showEvent(event)
        if not self._desk_ready:
            # Widths are shared out of what the window has, so not before it has them.
            self._desk_ready = True
            self.desk.arrange(self.settings.layout)
            if self.settings.desk:
                self.desk.restore(self.settings.desk)

    def _keep(self) -> None:
        kept, display = self.settings, self.live.display
        kept.theme, kept.invert = self.theme.name, not self.live.bone_dark
        kept.overlays, kept.round_field, kept.history = (
            self.live.show_overlays, self.live.round_field, self.command.history,
        )  # fmt: skip
        kept.flip_horizontal, kept.flip_vertical = display.flip_horizontal, display.flip_vertical
        kept.rotation_deg = float(display.rotation_deg)
        kept.geometry = bytes(self.saveGeometry().toHex()).decode()
        if self._desk_ready:
            kept.layout, kept.desk = self.desk.layout_name, self.desk.state()
        kept.save()

    # ---- the session

    def keep_on_screen(self) -> None:
        """No larger than the screen has room for, frame included."""
        self.resize(on_screen(self, self.size()))

    def attach(self, session) -> None:
        """Work with `session`, whose events come through the bridge."""
        self.session = session
        self.live.set_message("")
        self.guide()
        self.live.show_pose(session.carm.pose, session.carm.moving)
        self.where.show_pose(session.carm.pose)
        self.assistant.show_spent(session.status.spent, session.status.budget)
        self.technique.set_ready(True)
        self.show_technique()
        self.live.show_blades(session.status.blades_mm)

    def fail(self, sentence: str) -> None:
        """Say that the rehearsal cannot begin, where it cannot be missed; nothing here goes on promising one."""
        self.failure = sentence
        self.banner.setText(sentence)
        self.banner.show()
        self.live.show_nothing("No picture")
        self.where.show_scout(None, None, 0.0)
        self.where.drive.setEnabled(False)
        self.assistant.show_model("failed", "", "There is no picture for it to look at.", None)
        self.assistant.allow_arming(False)
        self.assistant.greet(False)
        self.command.invite("There is no patient here")
        self.guide()
        self.announce(f"{sentence} {FAILED}")

    def say_unexpected(self, kind, problem, trace) -> None:
        """For sys.excepthook: what nobody foresaw goes to the log whole, and to the clinician as one sentence."""
        log.error("unexpected", exc_info=(kind, problem, trace))
        self.assistant.show_note(
            f"Something unexpected went wrong ({kind.__name__}); the log has the details.", "error"
        )

    # ---- Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        # Before any widget, menu, dialogue or completer sees it: Esc halts. It is not swallowed, so that a menu or the
        # key sheet closes as well. Every event of the program comes by here, so its class is asked for first: it costs
        # a tenth of its type.
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Escape
            and not event.isAutoRepeat()
            and isinstance(watched, QWidget)
            and not self._esc_seen(event)
        ):
            self.halt()
        return False

    def focusNextPrevChild(self, onward: bool) -> bool:  # noqa: N802
        # A pane behind a tab counts as visible to Qt, and Tab would lead through what nobody sees.
        begun = QApplication.focusWidget()
        while super().focusNextPrevChild(onward):
            focus = QApplication.focusWidget()
            if focus is None or focus is begun or not self.desk.is_behind(focus):
                return True
        return False

    def _esc_seen(self, event: QEvent) -> bool:
        """The same press travels from the focused widget up to the window; it halts once."""
        stamp = event.timestamp()
        seen, self._esc_stamp = stamp != 0 and stamp == getattr(self, "_esc_stamp", None), stamp
        return seen

    def resizeEvent(self, event) -> None:  # noqa: N802
        super().resizeEvent(event)
        if self.palette_box.isVisible():
            self.palette_box.place()
        if self.correction.isVisible():
            self.correction.place(self.live, self.where)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.live.let_go()

    def _let_go_when_left(self, state: Qt.ApplicationState) -> None:
        # Another program took the keys: what was held here is held no longer, in whichever of our windows it was.
        if state != Qt.ApplicationState.ApplicationActive:
            self.live.let_go()
            self.where.drive.let_go()

    def closeEvent(self, event) -> None:  # noqa: N802
        self.live.let_go()
        self.where.drive.let_go()
        self.bridge.stop()
        self._keep()
        self.desk.put_away()
        QApplication.instance().removeEventFilter(self)
        if not self._gone:  # a window can be told to close twice
            self._gone = True
            QApplication.instance().applicationStateChanged.disconnect(self._let_go_when_left)
        super().closeEvent(event)


def icon() -> QIcon:
    """The program's icon; an empty one where the installation lacks it."""
    try:
        return QIcon(str(resource("icons", "carm.svg")))
    except FileNotFoundError:
        return QIcon()
