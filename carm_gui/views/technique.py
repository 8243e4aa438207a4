"""The technique and dose strip: beam, pulse rate, kV, kerma, fluoro time. Every figure is simulated and says so.

Knows no session; the kerma rate is what the running total gained over the last seconds.
"""

from __future__ import annotations

import time
from collections import deque

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from carm_gui.views.widgets import KeyButton, label, retone
from sim.frame import Dose

RATE_WINDOW_S = 2.0


class Readout(QWidget):
    """A figure with its caption above."""

    def __init__(self, caption: str, tip: str) -> None:
        super().__init__()
        self.value = label("–", 15, bold=True, wrap=False)
        self.value.setMinimumWidth(46)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        self.caption = caption
        inside.addWidget(label(caption, 11, tone="dim", wrap=False))
        inside.addWidget(self.value)
        self.setToolTip(tip)

    def put(self, text: str) -> None:
        """Show `text` as the figure."""
        self.value.setText(text)
        self.setAccessibleName(f"{self.caption}: {text}, simulated")


class Technique(QFrame):
    """`beam_wanted(on)` is the button's wish."""

    beam_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "pane")
        self.setAccessibleName("Technique and dose, simulated")
        self.on = False
        self._history: deque[tuple[float, float]] = deque()
        self.button = KeyButton("Beam on", "B")
        self.button.setMinimumWidth(118)
        self.button.setToolTip("Switch the beam on or off")
        self.button.clicked.connect(lambda: self.beam_wanted.emit(not self.on))
        self.pulses = Readout("Pulses /s", "Pictures a second while the beam is on")
        self.technique = Readout("kV, mA", "Tube voltage, and current during a pulse")
        self.kerma = Readout(
            "Air kerma mGy", "Cumulative, at the reference point 15 cm from the isocentre toward the source"
        )
        self.rate = Readout("mGy/min", "Air kerma rate over the last two seconds")
        self.dap = Readout("DAP Gy cm²", "Dose-area product")
        self.time = Readout("Fluoro min", "Minutes and tenths with the beam on")
        self.shots = Readout("Pictures", "Pictures exposed")
        self._dispensable = (self.shots, self.technique, self.pulses, self.rate)
        inside = QHBoxLayout(self)
        inside.setContentsMargins(12, 8, 14, 8)
        inside.setSpacing(16)
        inside.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        inside.addWidget(self.button)
        for item in (self.pulses, self.technique, self.kerma, self.rate, self.dap, self.time, self.shots):
            inside.addWidget(item, 1)
        inside.addWidget(label("simulated", 12, tone="dim", wrap=False))
        self.show_dose(Dose())
        self.show_beam(False, 8.0)
        self.button.setEnabled(False)

    def resizeEvent(self, event) -> None:  # noqa: N802
        # Where the window is narrow the least important figures give way; nothing is ever cut off.
        super().resizeEvent(event)
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

    def show_beam(self, on: bool, pulse_rate: float) -> None:
        self.on = on
        self.button.setText("Beam on" if on else "Beam off")
        self.button.setAccessibleName(f"Beam is {'on' if on else 'off'}")
        retone(self.button, beam=on)
        self.pulses.put(f"{pulse_rate:g}")
        if not on:
            self._history.clear()
            self.rate.put("0.0")

    def show_technique(self, kvp: float, ma: float) -> None:
        self.button.setEnabled(True)
        self.technique.put(f"{kvp:g}, {ma:g}")

    def show_dose(self, dose: Dose) -> None:
        self.kerma.put(f"{dose.air_kerma_mgy:.2f}")
        self.dap.put(f"{dose.dap_gycm2:.3f}")
        self.time.put(f"{dose.fluoro_s / 60:.1f}")
        self.shots.put(f"{dose.shots}")
        now = time.monotonic()
        self._history.append((now, dose.air_kerma_mgy))
        while self._history and now - self._history[0][0] > RATE_WINDOW_S:
            self._history.popleft()
        (t0, k0), (t1, k1) = self._history[0], self._history[-1]
        if t1 - t0 > 0.5:
            self.rate.put(f"{60 * (k1 - k0) / (t1 - t0):.1f}")
        elif not self.on or len(self._history) == 1:
            self.rate.put("0.0")
