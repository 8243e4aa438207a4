"""The reference picture: one earlier picture to compare the live one with, and the strip of those that can be recalled.

Knows no session: it is given frames. Comparing is display only; subtraction is done on the logarithmic signal, as in
digital subtraction angiography, and says so when the two were taken from different views.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from time import monotonic

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QListView,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from carm_gui import theme
from carm_gui.views import display, overlays
from carm_gui.views.field import edge_names, place_parts, view_name
from carm_gui.views.widgets import KeyButton, PopOut, label, small_button
from sim import collimator
from sim.frame import LOG_SCALE, Frame
from sim.pose import CArmPose

MOST_KEPT = 60
COMPARE_S = 0.12
"""While the beam is on a comparison is worked out anew at most this often."""
THUMB_PX = 76
LEAST_SPAN = 0.4
"""A difference is shown over at least this much of -ln(I/I0): two pictures of one view come out grey, not as noise."""
MODES = ("Reference", "Blend", "Subtract")


@dataclass(frozen=True)
class Kept:
    """An exposure that can be recalled."""

    number: int
    frame: Frame
    what: str  # why it was kept: "shot", "look" (a model's), "saved" (on disk too), "kept", "held"

    @property
    def title(self) -> str:
        return f"{self.number} · {view_name(self.frame.pose)}"


def blend(live: np.ndarray, reference: np.ndarray, share: float) -> np.ndarray:
    """float32 (h, w): `share` of the reference over the live signal."""
    return (1.0 - share) * live.astype(np.float32) + share * reference.astype(np.float32)


def subtract(live: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """float32 (h, w): live less reference; the signals are logarithms, so that what is the same cancels."""
    return live.astype(np.float32) - reference.astype(np.float32)


def difference_of(live: Frame, reference: Frame) -> str:
    """How far apart the two views are, in words; "same view" within half a millimetre and half a degree."""
    a, b = live.pose, reference.pose
    way = math.dist((a.left_mm, a.up_mm, a.ant_mm), (b.left_mm, b.up_mm, b.ant_mm))
    turn = max(abs(a.primary_deg - b.primary_deg), abs(a.secondary_deg - b.secondary_deg))
    if way < 0.5 and turn < 0.5:
        return "same view"
    return "views differ by " + " and ".join(
        part for part in (f"{way:.0f} mm" if way >= 0.5 else "", f"{turn:.0f}°" if turn >= 0.5 else "") if part
    )


class Still(QWidget):
    """A picture with a caption; nothing acts on it."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 160)
        self._image: QImage | None = None
        self.caption, self.warning = "", ""
        self.sides: dict[str, str] = {}

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(340, 340)

    def resizeEvent(self, event) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.setMaximumHeight(self.width())  # a square; what is left over is the strip's

    def put(self, grey: np.ndarray | None, caption: str, warning: str = "", pose: CArmPose | None = None) -> None:
        """Show `grey`, taken at `pose`, whose sides of the patient are written at its edges; None shows `caption`."""
        self.caption, self.warning = caption, warning
        self.sides = {} if pose is None else edge_names(pose)
        if grey is None:
            self._image = None
        else:
            height, width = grey.shape
            self._image = QImage(grey.tobytes(), width, height, width, QImage.Format.Format_Grayscale8).copy()
        self.setAccessibleDescription(f"{caption} {warning}".strip())
        self.update()

    def paintEvent(self, event) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.SURROUND))
        painter.drawRoundedRect(QRectF(self.rect()), 8, 8)
        side = min(self.width(), self.height()) - 8
        square = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        if self._image is None:
            painter.setPen(QColor("#a5afbc"))
            painter.setFont(theme.font(13))
            painter.drawText(square, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.caption)
            painter.end()
            return
        painter.drawImage(square, self._image)
        for edge, x in (("left", square.left() + 16), ("right", square.right() - 16)):
            overlays.halo_text(painter, QPointF(x, square.center().y()), self.sides.get(edge, ""), 15)
        flag = Qt.AlignmentFlag
        corner = square.topLeft() + QPointF(8, 8)
        box = overlays.plate(painter, corner, self.caption, theme.SKY, 12, flag.AlignLeft | flag.AlignTop)
        if self.warning:
            below = QPointF(corner.x(), box.bottom() + 5)
            overlays.plate(painter, below, self.warning, theme.ORANGE, 12, flag.AlignLeft | flag.AlignTop)
        painter.end()


class Strip(QListWidget):
    """The exposures: rows where there is room for two, else one row that is gone along."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("strip")
        self.setAccessibleName("Exposures of this rehearsal")
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setIconSize(QSize(THUMB_PX, THUMB_PX))
        self.setGridSize(QSize(THUMB_PX + 14, THUMB_PX + 26))
        self.setFont(theme.font(11))
        self.setUniformItemSizes(True)
        self.setMinimumHeight(THUMB_PX + 42)

    def resizeEvent(self, event) -> None:  # noqa: N802
        rows = self.height() >= 2 * self.gridSize().height()
        if rows != self.isWrapping():
            self.setWrapping(rows)
        super().resizeEvent(event)


class Reference(QFrame):
    """`save_wanted`, `swap_wanted` and `remembered(kept)` (shown in the pane) are told to the window."""

    save_wanted = Signal()
    swap_wanted = Signal()
    float_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "pane")
        self.setAccessibleName("Reference picture")
        self.kept: list[Kept] = []
        self.shown: Kept | None = None
        self.live: Frame | None = None
        self.bone_dark = True
        self.mode = MODES[0]
        self._number = 0
        self._next_compare = 0.0
        self.picture = Still()
        self.picture.setAccessibleName("Reference picture")
        self.save, self.swap = KeyButton("Keep live", "S"), KeyButton("Swap", "J")
        self.save.setToolTip("Make the picture on show the reference")
        self.swap.setToolTip("Exchange the held picture and the reference (with the beam off)")
        self.save.clicked.connect(self.save_wanted)
        self.swap.clicked.connect(self.swap_wanted)
        self._make_modes()
        self.strip = self._make_strip()
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.save)
        buttons.addWidget(self.swap)
        buttons.addStretch(1)
        pop = PopOut("Reference")
        pop.clicked.connect(self.float_wanted)
        buttons.addWidget(pop)
        modes = QHBoxLayout()
        modes.setSpacing(5)
        for button in self.modes.buttons():
            modes.addWidget(button)
        modes.addWidget(self.share, 1)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(10, 10, 10, 8)
        inside.setSpacing(8)
        inside.addLayout(buttons)
        inside.addWidget(self.picture, 100)
        inside.addLayout(modes)
        inside.addWidget(label("Exposures of this rehearsal", 11, tone="dim", wrap=False))
        inside.addWidget(self.strip, 1)
        self.setMinimumWidth(270)
        self._refresh()

    def _make_modes(self) -> None:
        self.modes = QButtonGroup(self)
        tips = ("The reference alone", "Reference and live picture over each other", "Live picture less reference")
        for text, tip in zip(MODES, tips, strict=True):
            button = small_button(text, tip, checkable=True)
            button.setChecked(text == self.mode)
            button.clicked.connect(lambda _=False, text=text: self.set_mode(text))
            self.modes.addButton(button)
        self.share = QSlider(Qt.Orientation.Horizontal)
        self.share.setRange(0, 100)
        self.share.setValue(50)
        self.share.setAccessibleName("Share of the reference")
        self.share.setToolTip("Share of the reference in the blend")
        self.share.valueChanged.connect(lambda _: self._refresh())

    def _make_strip(self) -> Strip:
        strip = Strip()
        strip.currentRowChanged.connect(self._recall)
        strip.itemClicked.connect(lambda item: self._recall(strip.row(item)))
        return strip

    # ---- what it is given

    def keep(self, frame: Frame, what: str) -> Kept:
        """Remember an exposure; a saved one becomes the reference."""
        known = next((kept for kept in self.kept if kept.frame.index == frame.index), None)
        if known is None:
            self._number += 1
            known = Kept(self._number, frame, what)
            self.kept.append(known)
            thumbnail, icon = _thumbnail(frame), QIcon()
            for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
                icon.addPixmap(thumbnail, mode)  # else Qt tints the one selected: an X-ray stays grey
            item = QListWidgetItem(icon, known.title)
            item.setToolTip(f"{what}: {view_name(frame.pose)}, {_place(frame)}")
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
            self.strip.addItem(item)
            while len(self.kept) > MOST_KEPT:
                self.kept.pop(0)
                self.strip.takeItem(0)
            self.strip.scrollToItem(item)
        if what == "saved" or self.shown is None:
            self.show_kept(known)
        return known

    def clear(self) -> None:
        """Nothing is kept, as at the start."""
        self.kept.clear()
        self.strip.clear()
        self._number, self.live = 0, None
        self.show_kept(None)

    def show_live(self, frame: Frame) -> None:
        """The newest picture: a comparison follows it."""
        self.live = frame
        if self.mode != MODES[0] and self.isVisible() and monotonic() >= self._next_compare:
            self._next_compare = monotonic() + COMPARE_S
            self._refresh()

    def show_kept(self, kept: Kept | None) -> None:
        """Make `kept` the reference."""
        self.shown = kept
        if kept in self.kept:
            self.strip.setCurrentRow(self.kept.index(kept))
        self._refresh()

    def set_mode(self, mode: str) -> None:
        self.mode = mode
        for button in self.modes.buttons():
            button.setChecked(button.text() == mode)
        self._refresh()

    def next_mode(self) -> None:
        self.set_mode(MODES[(MODES.index(self.mode) + 1) % len(MODES)])

    def step(self, by: int) -> None:
        """Recall the exposure before or after the one shown."""
        if self.kept:
            place = self.kept.index(self.shown) if self.shown in self.kept else len(self.kept)
            self.show_kept(self.kept[min(max(place + by, 0), len(self.kept) - 1)])

    def set_inverted(self, inverted: bool) -> None:
        self.bone_dark = not inverted
        self._refresh()

    def _recall(self, row: int) -> None:
        if 0 <= row < len(self.kept) and self.kept[row] is not self.shown:
            self.shown = self.kept[row]
            self._refresh()

    def showEvent(self, event) -> None:  # noqa: N802
        super().showEvent(event)
        self._refresh()

    def _refresh(self) -> None:
        self.share.setEnabled(self.mode == "Blend")
        self.swap.setEnabled(self.shown is not None)
        if self.shown is None:
            self.picture.put(None, "No reference yet.\n\nEvery shot is kept here; S keeps the picture on show.")
            return
        reference, live = self.shown.frame, self.live
        caption, pose = f"Reference {self.shown.title}", reference.pose
        if self.mode == "Reference" or live is None:
            self.picture.put(_grey(reference.pixels, self.bone_dark, reference.blades_mm), caption, pose=pose)
            return
        if live.pixels.shape != reference.pixels.shape:
            alone = _grey(reference.pixels, self.bone_dark, reference.blades_mm)
            self.picture.put(alone, caption, "cannot be compared: sizes differ", pose)
            return
        apart = difference_of(live, reference)
        warning = "" if apart == "same view" else apart
        if self.mode == "Blend":
            mixed = blend(live.pixels, reference.pixels, self.share.value() / 100)
            shown = collimator.blanked(_grey(mixed, self.bone_dark, reference.blades_mm), live.blades_mm)
            self.picture.put(shown, f"Live and reference {self.shown.title}", warning, pose)
            return
        signal = subtract(live.pixels, reference.pixels)
        for one in (live, reference):
            signal = collimator.blanked(signal, one.blades_mm)
        span = max(float(np.percentile(np.abs(signal[::4, ::4]), 99.5)), LEAST_SPAN * LOG_SCALE)
        grey = display.to_grey(signal, -span, span, self.bone_dark)
        for one in (live, reference):
            grey = collimator.blanked(grey, one.blades_mm)
        self.picture.put(grey, f"Live minus reference {self.shown.title}", warning or apart, pose)


def _grey(pixels: np.ndarray, bone_dark: bool, blades_mm: tuple[float, float] | None = None) -> np.ndarray:
    signal = display.harmonise(display.filled(pixels, blades_mm))
    low, high = display.robust_window(signal, pixels)
    return np.ascontiguousarray(collimator.blanked(display.to_grey(signal, low, high, bone_dark), blades_mm))


def _thumbnail(frame: Frame) -> QPixmap:
    step = max(frame.pixels.shape[0] // 128, 1)
    grey = _grey(np.ascontiguousarray(frame.pixels[::step, ::step]), True, frame.blades_mm)
    height, width = grey.shape
    image = QImage(grey.tobytes(), width, height, width, QImage.Format.Format_Grayscale8).copy()
    return QPixmap.fromImage(image).scaled(
        2 * THUMB_PX, 2 * THUMB_PX, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )


def _place(frame: Frame) -> str:
    return f"{', '.join(place_parts(frame.pose))} mm"
