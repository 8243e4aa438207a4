"""A recording in the window: the bar that plays, pauses, jumps and sets the speed, and what feeds the window with what
was. The recorded events go to the same widgets that a session's go to. Knows the player (session/replay.py), no model.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from PySide6.QtCore import QObject, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeySequence, QPainter, QPalette, QPolygonF, QShortcut
from PySide6.QtWidgets import QFrame, QSizePolicy, QSlider, QVBoxLayout, QWidget

from carm_gui import theme
from carm_gui.bridge import Notice
from carm_gui.scout import overview
from carm_gui.session.events import SessionEvent
from carm_gui.session.recording import RecordingError
from carm_gui.session.replay import SPEEDS, Moment, Played, Player
from carm_gui.views.study import NOT_HERE
from carm_gui.views.technique import Choice
from carm_gui.views.widgets import KeyButton, label, row
from sim.frame import Dose

OVER = (
    "accept", "reject", "correct", "ask_again", "locate", "automatic", "beam", "expose", "tighter", "wider",
    "uncollimated", "view_ap", "view_lateral", "view_lao", "view_rao", "back", "home", "reset_signal", "help",
)  # fmt: skip
"""What steered then steers no more."""
TICK_MS = 33
ARROW_MS, PAGE_MS = 1_000, 10_000
"""How far the slider goes with an arrow, and with Page Up or Down."""
COLOURS = {"step": theme.SKY, "decision": theme.GREEN, "motion": theme.PURPLE, "mark": theme.ORANGE}
KEYS = {"play": "Ctrl+Space", "back": "Ctrl+Left", "on": "Ctrl+Right"}

DOES = {"play": "Play or pause", "back": "To the moment before", "on": "To the next moment"}


class Ticks(QWidget):
    """Where the moments lie, under the slider; a click jumps to the nearest one."""

    chosen = Signal(float)

    def __init__(self, moments: tuple[Moment, ...], seconds: float) -> None:
        super().__init__()
        self._moments, self._seconds = moments, max(seconds, 1e-6)
        self.setFixedHeight(14)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("● step  ▲ decision  | motion or mark; click one to jump to it")

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(200, 14)

    def _x(self, t: float) -> float:
        return 7 + (self.width() - 14) * t / self._seconds

    def paintEvent(self, event) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plain = self.palette().color(QPalette.ColorRole.PlaceholderText)
        for moment in self._moments:
            x = self._x(moment.t)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(COLOURS.get(moment.kind, plain)))
            if moment.kind == "step":
                painter.drawEllipse(QPointF(x, 7), 4, 4)
            elif moment.kind == "decision":
                painter.drawPolygon(QPolygonF([QPointF(x, 2), QPointF(x + 4, 11), QPointF(x - 4, 11)]))
            else:
                painter.drawRect(round(x) - 1, 3, 2, 8)
        painter.end()

    def mousePressEvent(self, event) -> None:  # noqa: N802
        x = event.position().x()
        near = min(self._moments, key=lambda m: abs(self._x(m.t) - x), default=None)
        if near is not None and abs(self._x(near.t) - x) < 12:
            self.chosen.emit(near.t)


class ReplayBar(QFrame):
    """Play, step, speed, and where in the recording the window stands."""

    def __init__(self, player: Player) -> None:
        super().__init__()
        self.setProperty("role", "pane")
        self.setAccessibleName("Replay")
        self.player = player
        self.badge = label("REPLAY", 12, bold=True, wrap=False)
        self.badge.setProperty("role", "simulation")
        self.back, self.play, self.on = KeyButton("◀ Step"), KeyButton("▶ Play"), KeyButton("Step ▶")
        for name, button in (("back", self.back), ("play", self.play), ("on", self.on)):
            button.setToolTip(f"{DOES[name]} ({KEYS[name]})")
        self.speed = Choice()
        self.speed.setAccessibleName("Speed")
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g}×", speed)
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        speed = label("Speed", 13, tone="dim", wrap=False)
        speed.setBuddy(self.speed)
        self.clock = label("", 13, tone="dim", wrap=False)
        self.what = label("", 13, bold=True, wrap=False)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, round(1000 * player.seconds))
        self.slider.setSingleStep(ARROW_MS)
        self.slider.setPageStep(PAGE_MS)
        self.slider.setAccessibleName("Where in the recording")
        self.ticks = Ticks(player.moments, player.seconds)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(12, 8, 12, 6)
        inside.setSpacing(2)
        top = row(self.badge, self.back, self.play, self.on, speed, self.speed, self.clock, stretch=False)
        top.addWidget(self.what, 1)
        inside.addLayout(top)
        inside.addWidget(self.slider)
        inside.addWidget(self.ticks)

    def show_place(self, playing: bool) -> None:
        """Where the player stands now."""
        player = self.player
        self.play.setText("❚❚ Pause" if playing else "▶ Play")
        self.clock.setText(f"{_clock(player.t)} of {_clock(player.seconds)}")
        past = [moment for moment in player.moments if moment.t <= player.t + 1e-6]
        self.what.setText(past[-1].text if past else "The beginning")
        self.slider.setAccessibleDescription(f"{self.clock.text()}, {self.what.text()}")
        self.slider.blockSignals(True)
        self.slider.setValue(round(1000 * player.t))
        self.slider.blockSignals(False)


class Replay(QObject):
    """Plays `player` in `window`. The window takes no commands meanwhile."""

    def __init__(self, window, player: Player) -> None:
        super().__init__(window)
        self.window, self.player, self.playing = window, player, False
        self.bar = ReplayBar(player)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._last = 0.0
        window.centralWidget().layout().insertWidget(1, self.bar)
        window.attach(Played(player, lambda text: window.assistant.show_note(text, "warning")))
        for name in (*NOT_HERE, *OVER):
            if name in window.actions_by_name:
                window.actions_by_name[name].setEnabled(False)
        window.assistant.allow_arming(False)
        window.command.setEnabled(False)
        window.command.line.setPlaceholderText("A replay: it is over, and nothing is steered here")
        window.command.hint.hide()
        window.technique.setEnabled(False)
        window.where.drive.setEnabled(False)
        window.more_keys = {"In a replay": tuple((KEYS[name], does) for name, does in DOES.items())}
        window.setWindowTitle(f"Replay · {window.windowTitle()}")
        self.bar.play.clicked.connect(self.toggle)
        self.bar.back.clicked.connect(lambda: self.step(-1))
        self.bar.on.clicked.connect(lambda: self.step(1))
        self.bar.slider.valueChanged.connect(lambda value: self.seek(min(value / 1000, player.seconds)))
        self.bar.ticks.chosen.connect(self.seek)
        self.bar.speed.currentIndexChanged.connect(self._set_speed)
        for name, act in (("play", self.toggle), ("back", lambda: self.step(-1)), ("on", lambda: self.step(1))):
            QShortcut(QKeySequence(KEYS[name]), window, activated=act)
        self.seek(next((line.t for line in player.recording.of("frame")), 0.0))
        self.bar.play.setFocus(Qt.FocusReason.OtherFocusReason)

    def toggle(self) -> None:
        """Play, or pause; at the end from the beginning."""
        if not self.playing and self.player.at_end:
            self.seek(0.0)
        self._run(not self.playing)

    def step(self, way: int) -> None:
        """To the next (1) or the previous (-1) moment, and stand there."""
        self._run(False)
        self.seek(self.player.step(way))

    def seek(self, t: float) -> None:
        """Show the window as it was at `t` seconds."""
        self.window.clear()
        self.window.assistant.greet(False)
        self.window.on_event(Notice("pose", {"pose": self.player.start_pose, "moving": False}))
        self.window.on_event(Notice("dose", {"dose": Dose()}))
        self._feed(self.player.seek(t))
        self._last = time.monotonic()
        self.bar.show_place(self.playing)

    def _set_speed(self, _index: int) -> None:
        self.player.speed = float(self.bar.speed.currentData())

    def _run(self, playing: bool) -> None:
        self.playing = playing
        self._last = time.monotonic()
        if playing:
            self._timer.start()
        else:
            self._timer.stop()
        self.bar.show_place(playing)

    def _tick(self) -> None:
        now = time.monotonic()
        passed, self._last = now - self._last, now
        self._feed(self.player.advance(passed, thin=True))
        if self.player.at_end:
            self._run(False)
        self.bar.show_place(self.playing)

    def _feed(self, events: Iterator[SessionEvent]) -> None:
        try:
            for event in events:
                self.window.on_event(_shown(event))
        except RecordingError as problem:
            self._run(False)
            self.window.assistant.show_note(str(problem), "error")
        self.window.lay_out()

    def load_overview(self) -> None:
        """The body map's overview, if the patient is at hand; loaded aside, and done without where it is not."""
        threading.Thread(target=self._overview, name="carm-overview", daemon=True).start()

    def _overview(self) -> None:
        from carm_gui.session.replay_check import patient_of

        try:
            found = overview(patient_of(self.player.recording))
        except RecordingError:
            found = {"scout": None}
        self.window.bridge.receive(Notice("scout", found))


def _shown(event: SessionEvent) -> SessionEvent | Notice:
    """What the window is told: a picture that was saved then is not saved again."""
    if event.kind == "saved":
        return Notice("note", {"text": "The clinician saved this picture.", "level": "info"})
    return event


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{seconds % 60:04.1f}"
