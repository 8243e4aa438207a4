"""The technique and dose strip: beam, single shot, kV, mA, pulses, automatic exposure; kerma, DAP and fluoro time.

Every figure is simulated and says so. Knows no session: what the buttons wish is a signal, what holds is told. The
kerma rate is what the running total gained over the last seconds.
"""

from __future__ import annotations

import time
from collections import deque

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QIntValidator, QPainter, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from carm_gui import theme
from carm_gui.views.widgets import KeyButton, label, retone
from sim.frame import Dose
from sim.technique import MA_RANGE
from sim.technique import Technique as Settings
from sim.xray.exposure import KVP_RANGE

RATE_WINDOW_S = 2.0
SIGNAL_S = 300.0
"""Fluoroscopy time after which a console sounds its signal, again and again until it is reset (21 CFR 1020.32 (h))."""
PULSE_RATES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
KVP, MA = tuple(round(end) for end in KVP_RANGE), (1, round(MA_RANGE[1]))


class Readout(QWidget):
    """A figure with its caption above."""

    def __init__(self, caption: str, tip: str) -> None:
        super().__init__()
        self.value = label("–", 18, bold=True, wrap=False)
        self.value.setMinimumSize(46, 26)
        self.caption = caption
        _stack(self, caption, self.value)
        self.setToolTip(tip)

    def put(self, text: str, tone: str = "") -> None:
        """Show `text` as the figure."""
        self.value.setText(text)
        retone(self.value, tone=tone)
        self.setAccessibleName(f"{self.caption}: {text}, simulated")


def _stack(holder: QWidget, caption: str, widget: QWidget) -> None:
    inside = QVBoxLayout(holder)
    inside.setContentsMargins(0, 0, 0, 0)
    inside.setSpacing(1)
    above = label(caption, 11, tone="dim", wrap=False)
    above.setBuddy(widget)  # on Linux a screen reader is given the name of a combo box by its label alone
    inside.addWidget(above)
    inside.addWidget(widget)


def _captioned(caption: str, widget: QWidget, tip: str) -> QWidget:
    holder = QWidget()
    _stack(holder, caption, widget)
    holder.setToolTip(tip)
    widget.setAccessibleName(caption)
    widget.setAccessibleDescription(tip)
    return holder


class Figure(QLineEdit):
    """A whole number to set: typed, or stepped with the arrows and the wheel. `changed(value)` when it was."""

    changed = Signal(int)

    def __init__(self, low: int, high: int) -> None:
        super().__init__()
        self.low, self.high, self._value = low, high, low
        self.setProperty("role", "figure")
        self.setValidator(QIntValidator(0, 999, self))
        self.setFont(theme.font(14, bold=True))
        self.setFixedWidth(52)
        self.editingFinished.connect(lambda: self._typed())
        self.put(low)

    def value(self) -> float:
        return self._value

    def put(self, value: float) -> None:
        """Show `value`, unless another is being typed."""
        self._value = value
        if not (self.hasFocus() and self.isModified()):
            self.setText(f"{value:.0f}" if value >= 10 or value == round(value) else f"{value:.1f}")

    def _typed(self) -> None:
        if self.isModified():
            self._set(int(self.text() or round(self._value)))

    def _set(self, value: int) -> None:
        value = min(max(value, self.low), self.high)
        self.setModified(False)
        self.setText(str(value))
        if value != self._value:
            self._value = value
            self.changed.emit(value)

    def keyPressEvent(self, event) -> None:  # noqa: N802
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 5, Qt.Key.Key_PageDown: -5}.get(event.key())
        if step is None:
            super().keyPressEvent(event)
        else:
            self._set(round(self._value) + step)

    def wheelEvent(self, event) -> None:  # noqa: N802
        if self.hasFocus():
            self._set(round(self._value) + (1 if event.angleDelta().y() > 0 else -1))


class Choice(QComboBox):
    """A combo box with a plain chevron."""

    def paintEvent(self, event) -> None:  # noqa: N802
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Text), 1.5))
        x, y = self.width() - 13.0, self.height() / 2
        painter.drawPolyline(QPolygonF([QPointF(x - 4, y - 2), QPointF(x, y + 2), QPointF(x + 4, y - 2)]))
        painter.end()


class Technique(QFrame):
    """`beam_wanted(on)`, `shot_wanted()`, `technique_wanted({"kvp" | "ma" | "pulse_rate" | "auto": value})` are
    wishes. `five_minutes(minutes)` tells that another five minutes of fluoroscopy are full."""

    beam_wanted = Signal(bool)
    shot_wanted = Signal()
    technique_wanted = Signal(dict)
    five_minutes = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "pane")
        self.setAccessibleName("Technique and dose, simulated")
        self.on = False
        self.signal_on = False
        self._history: deque[tuple[float, float]] = deque()
        self._signals, self._reset_at_s = 0, 0.0
        self._fluoro_s = 0.0
        self._telling = False
        self._make_controls()
        self._make_readouts()
        self._dispensable = (self.shots, self.rate, self.simulated)
        inside = QHBoxLayout(self)
        inside.setContentsMargins(10, 7, 14, 7)
        inside.setSpacing(12)
        inside.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        for item in (self.button, self.shoot, self._kv, self._ma, self._rate, self._auto):
            inside.addWidget(item)
        inside.addSpacing(6)
        for item in (self.kerma, self.rate, self.dap, self.time):
            inside.addWidget(item, 1)
        inside.addWidget(self.reset)
        inside.addWidget(self.shots, 1)
        inside.addWidget(self.simulated)
        self.show_dose(Dose())
        self.show_beam(False, 8.0)
        self.show_technique(Settings())
        self.set_ready(False)

    def _make_controls(self) -> None:
        self.button = KeyButton("Beam: off", "B")
        self.button.setMinimumWidth(118)
        self.button.setToolTip("Switch the beam on or off. Space is the pedal: on while it is held in the picture.")
        self.button.clicked.connect(lambda: self.beam_wanted.emit(not self.on))
        self.shoot = KeyButton("Shot", "X")
        self.shoot.setToolTip("One exposure. Enter on the empty command line does the same.")
        self.shoot.clicked.connect(self.shot_wanted)
        self.kv, self.ma = Figure(*KVP), Figure(*MA)
        self.kv.changed.connect(lambda value: self._wish(kvp=float(value)))
        self.ma.changed.connect(lambda value: self._wish(ma=float(value)))
        self.pulse_rate = Choice()
        self.pulse_rate.setFont(theme.font(14, bold=True))
        self.pulse_rate.setFixedWidth(62)
        for rate in PULSE_RATES:
            self.pulse_rate.addItem(f"{rate:g}", rate)
        self.pulse_rate.activated.connect(lambda _: self._wish(pulse_rate=self.pulse_rate.currentData()))
        self.auto = QPushButton("AEC")
        self.auto.setProperty("role", "small")
        self.auto.setCheckable(True)
        self.auto.setAutoDefault(False)
        self.auto.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.auto.setFont(theme.font(12, bold=True))
        self.auto.setFixedHeight(24)
        self.auto.clicked.connect(lambda on: self._wish(auto=on))
        self._kv = _captioned("kV", self.kv, "Tube voltage")
        self._ma = _captioned("mA", self.ma, "Tube current during a pulse")
        self._rate = _captioned("Pulses /s", self.pulse_rate, "Pictures a second while the beam is on")
        self._auto = _captioned(
            "Exposure", self.auto, "Automatic: kV and mA follow the patient until one is set by hand"
        )

    def _make_readouts(self) -> None:
        self.kerma = Readout(
            "Air kerma mGy", "Cumulative, at the reference point 15 cm from the isocentre toward the source"
        )
        self.rate = Readout("mGy/min", "Air kerma rate over the last two seconds")
        self.dap = Readout("DAP Gy cm²", "Dose-area product")
        self.time = Readout("Fluoro min", "Minutes and tenths with the beam on; a signal every five minutes")
        self.shots = Readout("Pictures", "Pictures exposed")
        self.simulated = label("simulated", 12, tone="dim", wrap=False)
        self.reset = KeyButton("5 min · reset")
        self.reset.setFont(theme.font(12, bold=True))
        self.reset.setProperty("beam", True)
        self.reset.setToolTip("Five more minutes of fluoroscopy have passed; reset the signal")
        self.reset.clicked.connect(self.reset_signal)
        self.reset.hide()

    def _wish(self, **what) -> None:
        if not self._telling:
            self.technique_wanted.emit(what)

    def resizeEvent(self, event) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Where the window is narrow the least important figures give way; nothing is ever cut off."""
        left = self.width() - self.layout().sizeHint().width()
        for item in self._dispensable:
            if item.isHidden():
                left -= item.sizeHint().width() + self.layout().spacing()
        for item in self._dispensable:
            item.setVisible(left >= 0)
            if left < 0:
                left += item.sizeHint().width() + self.layout().spacing()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(430, super().minimumSizeHint().height())

    def set_ready(self, ready: bool) -> None:
        """A device is there."""
        for widget in (self.button, self.shoot, self.pulse_rate, self.auto, self.kv, self.ma):
            widget.setEnabled(ready)

    def show_beam(self, on: bool, pulse_rate: float) -> None:
        self.on = on
        self.button.setText("Beam: on" if on else "Beam: off")
        self.button.setAccessibleName(f"Beam is {'on' if on else 'off'}")
        retone(self.button, beam=on)
        place = self.pulse_rate.findData(pulse_rate)
        if place < 0:
            self.pulse_rate.addItem(f"{pulse_rate:g}", pulse_rate)
            place = self.pulse_rate.count() - 1
        self.pulse_rate.setCurrentIndex(place)
        if not on:
            self._history.clear()
            self.rate.put("0.0")

    def show_technique(self, settings: Settings) -> None:
        """What the next pulse is made with."""
        self._telling = True
        kvp, ma, auto = settings.kvp, settings.ma, settings.auto
        for box, value in ((self.kv, kvp), (self.ma, ma)):
            box.put(value)
        self.auto.setChecked(auto)
        self.auto.setText("Auto" if auto else "Manual")
        self.auto.setAccessibleName(f"Automatic exposure is {'on' if auto else 'off'}")
        self._telling = False

    def show_dose(self, dose: Dose) -> None:
        self.kerma.put(f"{dose.air_kerma_mgy:.2f}")
        self.dap.put(f"{dose.dap_gycm2:.3f}")
        self.shots.put(f"{dose.shots}")
        self._show_time(dose.fluoro_s)
        now = time.monotonic()
        if self._history and dose.air_kerma_mgy < self._history[-1][1]:
            self._history.clear()  # another rehearsal, or an earlier moment of a replay
        self._history.append((now, dose.air_kerma_mgy))
        while len(self._history) > 2 and now - self._history[1][0] > RATE_WINDOW_S:
            self._history.popleft()
        (t0, k0), (t1, k1) = self._history[0], self._history[-1]
        if t1 - t0 > 0.5:
            self.rate.put(f"{60 * (k1 - k0) / (t1 - t0):.1f}")
        elif not self.on or len(self._history) == 1:
            self.rate.put("0.0")

    def _show_time(self, fluoro_s: float) -> None:
        self._fluoro_s = fluoro_s
        fives = int((fluoro_s - self._reset_at_s) // SIGNAL_S)
        if fives > self._signals:
            self._signals = fives
            self.signal_on = True
            self.reset.show()
            self._fit()
            self.five_minutes.emit(round((self._reset_at_s + fives * SIGNAL_S) / 60))
        self.time.put(f"{fluoro_s / 60:.1f}", tone="warn" if self.signal_on else "")

    def reset_signal(self) -> None:
        """The signal was noticed; the next five minutes begin now."""
        self.signal_on, self._signals, self._reset_at_s = False, 0, self._fluoro_s
        self.reset.hide()
        self._show_time(self._fluoro_s)
        self._fit()
