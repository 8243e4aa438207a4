"""One of the two pictures on which landmarks are placed: pan, zoom, window, markers, and a point by mouse or keys.

Knows pixels (u, v) of its picture and nothing of the patient. It says where the user put a point; what that means is
the dialogue's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from carm_gui import theme
from carm_gui.views import display
from carm_gui.views.levels import Levels
from carm_gui.views.paint import plate, stroke
from carm_gui.views.spoken import speak_as
from sim.frame import LOG_SCALE

GRAB_PX, DRAG_PX = 11.0, 5.0
MOST_ZOOM = 12.0
STEP_PX = 1.0
STEPS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


@dataclass(frozen=True)
class Marker:
    """A landmark as drawn: `tag` beside it; `whole` when both views have it."""

    uv: tuple[float, float]
    tag: str
    whole: bool
    current: bool


class PlacePicture(QWidget):
    """`placed(key, u, v)` when a point was put down: `key` is "" for the current landmark, or the one dragged.
    `cleared` asks for the current landmark's click in this picture to go."""

    placed = Signal(str, float, float)
    moved = Signal(str, float, float)
    cleared = Signal()

    def __init__(self, name: str, edges: tuple[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMinimumSize(260, 300)
        self.setAccessibleName(name)
        speak_as(self, "Graphic")
        self.setAccessibleDescription("Arrows move the point, Enter puts it down, plus and minus zoom.")
        self.edges = edges
        self.message = self.slab_text = ""
        self.bone_dark = True
        self.levels = Levels()
        self.markers: Mapping[str, Marker] = {}
        self.line: np.ndarray | None = None
        self._signal: np.ndarray | None = None
        self._slab: np.ndarray | None = None
        self._slab_levels = Levels()
        self._image: QImage | None = None
        self._home = QRectF(0, 0, 1, 1)  # the part of the picture that is shown at zoom 1
        self._middle = QPointF()
        self._zoom = 1.0
        self._held: tuple[str, QPointF, QPointF] | None = None  # landmark, where it was put, mouse less marker
        self._pressed: tuple[str | None, QPointF] = (None, QPointF())
        self._pan: QPointF | None = None
        self._cursor: QPointF | None = None

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(460, 560)

    # ---- what to show

    def show_signal(self, signal: np.ndarray, box: QRectF) -> None:
        """Show -ln(I/I0) (n, n); `box` is the part that holds the patient, pixels."""
        whole = signal * np.float32(LOG_SCALE)
        self._signal = display.harmonise(whole)
        self.levels.follow(display.robust_window(self._signal, whole), restart=True)
        self._home, self._middle, self._zoom = box, box.center(), 1.0
        self.message = ""
        self._develop()

    def show_slab(self, signal: np.ndarray | None) -> None:
        """Show a part of the patient in the same view instead, or the whole again; zoom and place stay."""
        self._slab = None
        if signal is not None:
            whole = signal * np.float32(LOG_SCALE)
            self._slab = display.harmonise(whole)
            self._slab_levels = Levels()
            self._slab_levels.follow(display.robust_window(self._slab, whole), restart=True)
        self._develop()

    @property
    def shows_slab(self) -> bool:
        return self._slab is not None

    def show_message(self, text: str) -> None:
        self.message = text
        self.update()

    def show_markers(self, markers: Mapping[str, Marker], line: np.ndarray | None) -> None:
        """Markers by landmark, and the line (2, 2) on which the current one must lie, pixels."""
        self.markers, self.line = markers, line
        self.update()

    def set_bone_dark(self, dark: bool) -> None:
        self.bone_dark = dark
        self._develop()

    def adjust_window(self, brighter: float, steeper: float) -> None:
        """Brightness and contrast in shares of the present window."""
        for levels in (self.levels, self._slab_levels):
            levels.adjust(-brighter if self.bone_dark else brighter, steeper)
        self._develop()

    def reset_window(self) -> None:
        for levels in (self.levels, self._slab_levels):
            levels.reset()
        self._develop()

    def magnify(self, factor: float, about: QPointF | None = None) -> None:
        """Zoom by `factor`, keeping the widget point `about` (default: the middle) where it is."""
        about = about or QPointF(self.width() / 2, self.height() / 2)
        before = self.to_picture(about)
        self._zoom = min(max(self._zoom * factor, 1.0), MOST_ZOOM)
        self._middle += before - self.to_picture(about)
        self._bound()
        self.update()

    def show_whole(self) -> None:
        self._zoom, self._middle = 1.0, self._home.center()
        self.update()

    def _develop(self) -> None:
        if self._signal is None:
            return
        signal, levels = (self._signal, self.levels) if self._slab is None else (self._slab, self._slab_levels)
        grey = np.ascontiguousarray(display.to_grey(signal, levels.low, levels.high, self.bone_dark))
        self._grey = grey  # QImage keeps no reference of its own
        self._image = QImage(grey.data, grey.shape[1], grey.shape[0], grey.shape[1], QImage.Format.Format_Grayscale8)
        self.update()

    # ---- geometry

    def scale(self) -> float:
        """Widget pixels to a pixel of the picture."""
        fit = min(self.width() / max(self._home.width(), 1.0), self.height() / max(self._home.height(), 1.0))
        return fit * self._zoom

    def to_widget(self, uv) -> QPointF:
        """Where pixel (u, v), by its centre, lies in the widget."""
        middle = QPointF(self.width() / 2, self.height() / 2)
        return middle + (QPointF(float(uv[0]), float(uv[1])) - self._middle) * self.scale()

    def to_picture(self, at: QPointF) -> QPointF:
        return self._middle + (at - QPointF(self.width() / 2, self.height() / 2)) / self.scale()

    def _bound(self) -> None:
        self._middle.setX(min(max(self._middle.x(), self._home.left()), self._home.right()))
        self._middle.setY(min(max(self._middle.y(), self._home.top()), self._home.bottom()))

    def marker_at(self, at: QPointF) -> str | None:
        """The landmark whose marker is under `at`; the current one goes first, then the nearest."""
        near = []
        for key, marker in self.markers.items():
            way = self.to_widget(marker.uv) - at
            away = (way.x() ** 2 + way.y() ** 2) ** 0.5
            if away <= GRAB_PX:
                near.append((not marker.current, away, key))
        return min(near)[2] if near else None

    # ---- painting

    def paintEvent(self, event) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        # Beyond the picture is air, as at its corner.
        air = int(self._grey[0, 0]) if self._image is not None else None
        painter.fillRect(self.rect(), QColor(theme.SURROUND) if air is None else QColor(air, air, air))
        inside = QRectF(self.rect()).adjusted(8, 8, -8, -8)
        if self._image is not None:
            corner = self.to_widget((-0.5, -0.5))
            side = self._image.width() * self.scale()
            painter.drawImage(QRectF(corner.x(), corner.y(), side, side), self._image)
            self._paint_line(painter)
            for key, marker in self.markers.items():
                if self._held is None or self._held[0] != key:
                    self._paint_marker(painter, marker)
            self._paint_held(painter)
            middle = self.height() / 2
            for text, x, anchor in (
                (self.edges[0], inside.left(), Qt.AlignmentFlag.AlignLeft),
                (self.edges[1], inside.right(), Qt.AlignmentFlag.AlignRight),
            ):
                plate(painter, QPointF(x, middle), text, size=13, anchor=anchor, within=inside)
            if self._slab is not None:
                plate(painter, QPointF(inside.left(), inside.top()), self.slab_text, theme.ORANGE, 12,
                      Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, inside)  # fmt: skip
            if self._zoom > 1.01:
                where = QPointF(inside.right(), inside.bottom())
                corner = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
                plate(painter, where, f"{self._zoom:.1f} x", size=12, anchor=corner)
        if self.message:
            plate(painter, QPointF(self.rect().center()), self.message, size=14, within=inside)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.SKY), 2))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_line(self, painter: QPainter) -> None:
        if self.line is None or not np.isfinite(self.line).all():
            return
        path = QPainterPath(self.to_widget(self.line[0]))
        path.lineTo(self.to_widget(self.line[1]))
        stroke(painter, path, theme.ORANGE, 1.5, dashed=True)

    def _paint_marker(self, painter: QPainter, marker: Marker) -> None:
        colour = theme.SKY if marker.current else theme.PLAIN if marker.whole else theme.ORANGE
        at = self.to_widget(marker.uv)
        self._paint_cross(painter, at, colour, 9.0 if marker.current else 6.0, ring=marker.whole)
        where = at + QPointF(12, -12)
        room = QRectF(self.rect()).adjusted(4, 4, -4, -4)
        corner = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
        plate(painter, where, marker.tag, colour, 12 if marker.current else 10, corner, room)

    def _paint_held(self, painter: QPainter) -> None:
        at = self._held[1] if self._held is not None else self._cursor if self.hasFocus() else None
        if at is None:
            return
        self._paint_cross(painter, self.to_widget((at.x(), at.y())), theme.SKY, 14.0, ring=False)

    def _paint_cross(self, painter: QPainter, at: QPointF, colour: str, arm: float, ring: bool) -> None:
        path = QPainterPath()
        for way in (QPointF(arm, 0), QPointF(0, arm)):
            path.moveTo(at - way)
            path.lineTo(at - way * 0.25)
            path.moveTo(at + way * 0.25)
            path.lineTo(at + way)
        if ring:
            path.addEllipse(at, arm * 0.7, arm * 0.7)
        stroke(painter, path, colour, 1.6)

    # ---- mouse: left puts a point down and drags, right or middle pans, the wheel zooms

    def mousePressEvent(self, event) -> None:  # noqa: N802
        if self._signal is None:
            return
        at = event.position()
        if event.button() == Qt.MouseButton.LeftButton:
            key = self.marker_at(at)
            # Another landmark's marker gives way to the first click of the current one (on a lateral picture left and
            # right often coincide) unless it is truly dragged.
            self._pressed = (key, at)
            wanted = any(marker.current for marker in self.markers.values())
            self._held = ("", self.to_picture(at), QPointF())
            if key is not None and wanted:
                self._grab(key, at)
            self._cursor = None
            self.moved.emit(self._held[0], self._held[1].x(), self._held[1].y())
        elif event.button() in (Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton):
            self._pan = at
        self.update()

    def _grab(self, key: str, at: QPointF) -> None:
        marker = self.to_widget(self.markers[key].uv)
        self._held = (key, self.to_picture(marker), at - marker)

    def mouseMoveEvent(self, event) -> None:  # noqa: N802
        at = event.position()
        if self._held is not None:
            under, pressed = self._pressed
            if under is not None and not self._held[0] and (at - pressed).manhattanLength() > DRAG_PX:
                self._grab(under, pressed)
            key, _, apart = self._held
            self._held = (key, self.to_picture(at - apart), apart)
            self.moved.emit(key, self._held[1].x(), self._held[1].y())
        elif self._pan is not None:
            self._middle -= (at - self._pan) / self.scale()
            self._pan = at
            self._bound()
        self.update()

    def mouseReleaseEvent(self, event) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton and self._held is not None:
            key, at, _ = self._held
            self._held = None
            self.placed.emit(key, at.x(), at.y())
        elif event.button() in (Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton):
            self._pan = None
        self.update()

    def wheelEvent(self, event) -> None:  # noqa: N802
        turn = event.angleDelta().y()
        if turn:
            self.magnify(1.2 ** (turn / 120.0), event.position())
        event.accept()

    def let_go(self) -> bool:
        """Drop what is being dragged, where it was; whether there was anything."""
        dragged, self._held, self._pan = self._held is not None, None, None
        self.update()
        return dragged

    # ---- keys

    def keyPressEvent(self, event) -> None:  # noqa: N802
        key, text = event.key(), event.text()
        if self._signal is None:
            super().keyPressEvent(event)
        elif key in STEPS:
            step = STEP_PX * (10.0 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0) / self.scale()
            at = self._cursor or QPointF(self._middle)
            self._cursor = at + QPointF(*STEPS[key]) * step
            self.moved.emit("", self._cursor.x(), self._cursor.y())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._cursor is not None:
            self.placed.emit("", self._cursor.x(), self._cursor.y())
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.cleared.emit()
        elif text in ("+", "="):
            self._zoom_at_cursor(1.25)
        elif text == "-":
            self._zoom_at_cursor(0.8)
        elif text == "0":
            self.show_whole()
        else:
            super().keyPressEvent(event)
            return
        self.update()

    def _zoom_at_cursor(self, factor: float) -> None:
        if self._cursor is not None:
            self._middle = QPointF(self._cursor)
        self.magnify(factor)

    def put_cursor(self, uv: tuple[float, float] | None) -> None:
        """Where the keys begin: on a landmark's click, or in the middle."""
        self._cursor = None if uv is None else QPointF(*uv)
        self.update()

    def focusInEvent(self, event) -> None:  # noqa: N802
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.let_go()
