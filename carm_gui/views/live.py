"""The live picture: window and level, glide between pulses, markers, badges, overlays, and the keys that act while it
has the focus. Paints with QPainter alone. Knows no session: it is told what to show and says which keys were pressed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from carm_gui import theme
from carm_gui.views import display, overlays
from inference.step import Proposal
from sim.frame import Frame
from sim.geometry import beam_of
from sim.pose import CArmPose

SETTLE = 0.3
"""Share by which the window moves toward a new picture's: quick enough to follow, slow enough not to flicker."""
ZOOMS = (1.0, 1.5, 2.0, 3.0)
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


@dataclass(frozen=True)
class Offer:
    """A proposed move to draw, made at `pose`. `phase` is "streaming", "waiting" or "accepted"; until it is accepted
    it is stale as soon as the view stands elsewhere."""

    proposal: Proposal | None
    pose: CArmPose
    context: str
    phase: str


class LiveView(QWidget):
    """Shows frames. `jog(left, up)` follows held arrows, `pedal(down)` the space bar; letters call `keys`."""

    jog = Signal(int, int)
    pedal = Signal(bool)
    focus_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Live picture")
        self.setMinimumSize(320, 320)
        self.keys: Mapping[str, Callable[[], None]] = {}
        self.bone_dark = True
        self.show_overlays = True
        self.offer: Offer | None = None
        self.seen: tuple[str, CArmPose] | None = None
        self.state, self.beam_on, self.moving, self.stored = "idle", True, False, False
        self.message = ""
        self.frame: Frame | None = None
        self.pose = CArmPose()
        self._persisted: np.ndarray | None = None
        self._signal: np.ndarray | None = None
        self._levels: tuple[float, float] | None = None
        self._image: QImage | None = None
        self._zoom = 0
        self._held: set[int] = set()
        self._pedal_down = False

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(760, 700)

    # ---- what to show

    def show_frame(self, frame: Frame, stored: bool = False) -> None:
        """Show `frame`; `stored` marks a picture from disk that stands in while the patient loads."""
        held = self.frame is not None and self.frame.pose == frame.pose and not self.stored
        self._persisted = display.persist(self._persisted if held else None, frame.pixels)
        self._signal = display.harmonise(self._persisted)
        levels = display.robust_window(self._signal, frame.pixels)
        if self._levels is None or stored != self.stored:
            self._levels = levels
        else:
            self._levels = tuple(old + SETTLE * (new - old) for old, new in zip(self._levels, levels, strict=True))
        self.frame, self.stored = frame, stored
        if stored or self._image is None:
            self.pose = frame.pose
        self._render()

    def show_nothing(self, text: str) -> None:
        """There is no picture and none will come; `text` says so."""
        self.frame = self._image = self._signal = self._persisted = None
        self.set_message(text)

    def show_pose(self, pose: CArmPose, moving: bool) -> None:
        """The C-arm stands at `pose` now; the held picture is shifted there until the next pulse."""
        self.pose, self.moving = pose, moving
        self.update()

    def show_state(self, state: str) -> None:
        self.state = state
        self._announce()
        self.update()

    def show_beam(self, on: bool) -> None:
        self.beam_on = on
        self._announce()
        self.update()

    def show_offer(self, offer: Offer | None) -> None:
        self.offer = offer
        self.update()

    def show_seen(self, text: str, pose: CArmPose) -> None:
        """What the model named for the centre of the view at `pose`; gone as soon as the view moves."""
        self.seen = (text, pose) if text else None
        self.update()

    def set_inverted(self, inverted: bool) -> None:
        """False shows bone dark, as fluoroscopy does; True shows it bright."""
        self.bone_dark = not inverted
        self._render()

    def set_overlays(self, shown: bool) -> None:
        self.show_overlays = shown
        self.update()

    def magnify(self, step: int) -> None:
        """Show less of the field, larger (+1), or more again (-1)."""
        self._zoom = min(max(self._zoom + step, 0), len(ZOOMS) - 1)
        self.update()

    @property
    def zoom(self) -> float:
        return ZOOMS[self._zoom]

    def set_message(self, text: str) -> None:
        """A sentence in the middle of the pane, e.g. that the patient is being loaded; "" removes it."""
        self.message = text
        self.update()

    def _announce(self) -> None:
        self.setAccessibleDescription(", ".join(text.lower() for _, text, _ in self.badges()))

    def _render(self) -> None:
        if self._signal is None:
            return
        grey = np.ascontiguousarray(display.to_grey(self._signal, *self._levels, self.bone_dark))
        height, width = grey.shape
        self._grey = grey  # QImage keeps no reference of its own
        self._image = QImage(grey.data, width, height, width, QImage.Format.Format_Grayscale8)
        self.update()

    # ---- geometry

    def square(self) -> QRectF:
        """Where the picture lies in the widget."""
        side = max(min(self.width(), self.height()) - 24, 40)
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def shown_pose(self) -> CArmPose:
        """What the pane shows: where the C-arm is, or with the beam off where the held picture was taken."""
        return self.frame.pose if self.frame is not None and not self.beam_on else self.pose

    def glide_px(self) -> QPointF:
        """By how much the picture is shifted: the motion of the isocentre since its pulse, in its own plane. A last
        image that is held stands still."""
        if self.frame is None or self.stored:
            return QPointF(0, 0)
        old, beam, here = self.frame.pose, beam_of(self.frame.pose), self.shown_pose()
        way = np.array([here.left_mm - old.left_mm, here.up_mm - old.up_mm, here.ant_mm - old.ant_mm])
        scale = self.zoom * self.square().width() / (self.frame.spacing_mm * self.frame.pixels.shape[1])
        return QPointF(-scale * float(way @ beam.right), -scale * float(way @ beam.down))

    # ---- painting

    def badges(self) -> list[tuple[str, str, str]]:
        """(shape, text, colour) of every state that is on."""
        if self.stored or self.frame is None:
            return [("ring", "LOADING", theme.PLAIN)] + ([("bars", "STORED PICTURE", theme.SKY)] if self.stored else [])
        shown = [("dot", "LIVE", theme.GREEN) if self.beam_on else ("bars", "LAST IMAGE HOLD", theme.SKY)]
        if self.state == "halted":
            shown.append(("stop", "HALTED", theme.VERMILION))
        elif self.moving:
            shown.append(("chevrons", "MOVING", theme.ORANGE))
        return shown

    def paintEvent(self, event) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Window))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.SURROUND))
        painter.drawRoundedRect(self.rect(), 12, 12)
        square = self.square()
        field = overlays.Field(square, self.shown_pose(), self.zoom)
        self._paint_picture(painter, square)
        if self._image is not None:
            self._paint_marks(painter, field)
        if self.message:
            overlays.plate(painter, square.center(), self.message, size=15, within=square)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.SKY), 2))
            painter.drawRoundedRect(square.adjusted(-4, -4, 4, 4), 4, 4)
        painter.end()

    def _paint_picture(self, painter: QPainter, square: QRectF) -> None:
        painter.fillRect(square, QColor("#16191e"))
        if self._image is None:
            return
        painter.save()
        painter.setClipRect(square)
        grown = square.width() * (self.zoom - 1) / 2
        shown = square.adjusted(-grown, -grown, grown, grown).translated(self.glide_px())
        self._paint_gaps(painter, square, shown)
        painter.drawImage(shown, self._image)
        painter.restore()

    def _paint_gaps(self, painter: QPainter, square: QRectF, shown: QRectF) -> None:
        """What the next pulse will show first: until then the picture's edge drawn out and dimmed, plainly no anatomy,
        but without the flicker of a black band."""
        width, height = self._image.width(), self._image.height()
        top = QRectF(square.left(), square.top(), square.width(), shown.top() - square.top())
        bottom = QRectF(square.left(), shown.bottom(), square.width(), square.bottom() - shown.bottom())
        left = QRectF(square.left(), square.top(), shown.left() - square.left(), square.height())
        right = QRectF(shown.right(), square.top(), square.right() - shown.right(), square.height())
        for gap, edge in (
            (top, QRectF(0, 0, width, 1)),
            (bottom, QRectF(0, height - 1, width, 1)),
            (left, QRectF(0, 0, 1, height)),
            (right, QRectF(width - 1, 0, 1, height)),
        ):
            if gap.width() > 0.5 and gap.height() > 0.5:
                painter.drawImage(gap, self._image, edge)
                painter.fillRect(gap, QColor(11, 13, 16, 120))

    def _paint_marks(self, painter: QPainter, field: overlays.Field) -> None:
        painter.save()
        painter.setClipRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        overlays.crosshair(painter, field)
        if self.show_overlays:
            self._paint_offer(painter, field)
        painter.restore()
        overlays.markers(painter, field)
        overlays.scale_bar(painter, field)
        square, left = field.square, field.square.left() + 12
        for shape, text, colour in self.badges():
            left = overlays.badge(painter, left, square.top() + 12, shape, text, colour) + 8
        if not self.stored:
            overlays.plate(
                painter,
                QPointF(square.left() + 12, square.bottom() - 12),
                self.pose_text(),
                size=12,
                anchor=Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom,
                bold=False,
            )

    def _paint_offer(self, painter: QPainter, field: overlays.Field) -> None:
        if self.pose != field.pose:
            overlays.present_field(painter, field, self.pose)
        offer = self.offer
        if offer is None:
            if self.seen is not None and self.seen[1] == self.pose:
                overlays.centre_label(painter, field, self.seen[1], self.seen[0])
            return
        stale = offer.phase != "accepted" and offer.pose != self.pose
        colour = "#b8c0ca" if stale else theme.SKY
        if offer.proposal is not None and not offer.proposal.motion.is_zero:
            text = overlays.move_text(offer.proposal.motion) + (" (stale)" if stale else "")
            firm = offer.phase != "streaming" and not stale
            overlays.ghost(painter, field, offer.pose, offer.proposal.motion, text, colour, firm)
        if offer.context and not stale and offer.pose == self.pose:
            overlays.centre_label(painter, field, offer.pose, offer.context)

    def pose_text(self) -> str:
        """Angles, and the isocentre in the patient frame."""
        p = self.pose
        place = ", ".join(
            f"{name} {abs(value):.0f}"
            for value, name in (
                (p.left_mm, "left" if p.left_mm >= 0 else "right"),
                (p.up_mm, "up" if p.up_mm >= 0 else "down"),
                (p.ant_mm, "front" if p.ant_mm >= 0 else "back"),
            )
        )
        return f"{overlays.view_name(p)}\n{place} mm"

    # ---- keys: they act only while this widget has the focus

    def keyPressEvent(self, event) -> None:  # noqa: N802
        plain = not (event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier))
        key = event.key()
        if not plain or (key not in ARROWS and key != Qt.Key.Key_Space and event.text().upper() not in self.keys):
            super().keyPressEvent(event)
            return
        if event.isAutoRepeat():
            return
        if key in ARROWS:
            self._held.add(key)
            self._say_jog()
        elif key == Qt.Key.Key_Space:
            if not self.beam_on:
                self._pedal_down = True
                self.pedal.emit(True)
        else:
            self.keys[event.text().upper()]()

    def keyReleaseEvent(self, event) -> None:  # noqa: N802
        key = event.key()
        if event.isAutoRepeat():
            return
        if key in self._held:
            self._held.discard(key)
            self._say_jog()
        elif key == Qt.Key.Key_Space and self._pedal_down:
            self._lift_pedal()
        else:
            super().keyReleaseEvent(event)

    def _say_jog(self) -> None:
        left = sum(ARROWS[key][0] for key in self._held)
        up = sum(ARROWS[key][1] for key in self._held)
        self.jog.emit(left, up)

    def _lift_pedal(self) -> None:
        self._pedal_down = False
        self.pedal.emit(False)

    def let_go(self) -> None:
        """End what held keys keep going: the focus went elsewhere, or everything halts."""
        if self._held:
            self._held.clear()
            self.jog.emit(0, 0)
        if self._pedal_down:
            self._lift_pedal()

    def focusInEvent(self, event) -> None:  # noqa: N802
        super().focusInEvent(event)
        self.focus_changed.emit(True)
        self.update()

    def focusOutEvent(self, event) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.let_go()
        self.focus_changed.emit(False)
        self.update()
