"""The patient from the front with the field of view on it, following the motion; a landmark chosen there is a target.

Where the landmarks are drawn is where the population has them (scout.py), never where this patient's are: a place to
point at, not a reading. Knows no session.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from carm_gui import theme
from carm_gui.scout import Scout
from carm_gui.views.paint import Layer, stroke
from carm_gui.views.spoken import speak_as
from sim.geometry import FIELD_MM
from sim.landmarks import BY_KEY, KEYS, the
from sim.pose import CArmPose

REACH_PX = 14.0
USUAL = "where people usually have it"


class BodyMap(QWidget):
    """`chosen(key)` when a landmark is clicked, or Enter is pressed on the one that the arrows have reached."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(110, 150)
        self.setMouseTracking(True)
        self.setAccessibleName("Body map")
        speak_as(self, "Graphic")
        self.scout: Scout | None = None
        self._instead = "Overview\nis being made…"
        self._image: QImage | None = None
        self.pose, self.goal, self.target = CArmPose(), None, None
        self.track: list[CArmPose] = []
        self.selected: str | None = None
        self._hover: str | None = None
        self._overview, self._marks = Layer(), Layer()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(160, 230)

    # ---- what to show

    def show_scout(self, scout: Scout | None) -> None:
        """The patient's overview, and where landmarks usually lie on it; None where there can be none."""
        self.scout = scout
        if scout is None:
            self._instead = "No overview\nof this patient"
            self._describe()
            self.update()
            return
        height, width = scout.grey.shape
        self._image = QImage(scout.grey.tobytes(), width, height, width, QImage.Format.Format_Grayscale8).copy()
        self._describe()
        self.update()

    def show_pose(self, pose: CArmPose) -> None:
        """The C-arm stands at `pose` now; painted when the pane calls for an `update`."""
        self.pose = pose

    def show_goal(self, goal: CArmPose | None) -> None:
        """Where the proposed view would stand; None when nothing is proposed."""
        self.goal = goal
        self.update()

    def show_target(self, key: str | None) -> None:
        """The landmark that is being steered to."""
        self.target = key
        self.update()

    def mark_stop(self, pose: CArmPose) -> None:
        """The view stood here: the path of this rehearsal."""
        if not self.track or self.track[-1] != pose:
            self.track = [*self.track[-39:], pose]
            self.update()

    # ---- geometry

    def area(self) -> QRectF:
        """Where the overview lies in the widget."""
        room = QRectF(self.rect()).adjusted(3, 3, -3, -3)
        if self.scout is None:
            return room
        scale = min(room.width() / self.scout.width_mm, room.height() / self.scout.height_mm)
        box = QRectF(0, 0, scale * self.scout.width_mm, scale * self.scout.height_mm)
        box.moveTop(room.top())
        box.moveLeft(room.center().x() - box.width() / 2)
        return box

    def ground(self) -> QRectF:
        """The black the overview lies on."""
        if self.scout is None:
            return QRectF(self.rect())
        return QRectF(0, 0, self.width(), self.area().bottom() + 3)

    def at(self, left: float, up: float) -> QPointF:
        """Widget pixels of a place of the patient, mm."""
        area, scout = self.area(), self.scout
        scale = area.width() / scout.width_mm
        return QPointF(area.left() + (left - scout.left_mm) * scale, area.top() + (scout.up_mm - up) * scale)

    def places(self) -> dict[str, QPointF]:
        """Landmark key -> widget pixels, of those that lie on the map."""
        if self.scout is None:
            return {}
        area = self.area().adjusted(-2, -2, 2, 2)
        spots = {key: self.at(*place) for key, place in self.scout.typical.items()}
        return {key: spots[key] for key in KEYS if key in spots and area.contains(spots[key])}

    def under(self, point: QPointF) -> str | None:
        """The landmark within reach of `point`."""
        near = {key: math.hypot(spot.x() - point.x(), spot.y() - point.y()) for key, spot in self.places().items()}
        key = min(near, key=near.get, default=None)
        return key if key is not None and near[key] <= REACH_PX else None

    def _field_path(self, pose: CArmPose) -> QPainterPath:
        """The field of view at the isocentre, as wide and high as it looks from the front."""
        scale = self.area().width() / self.scout.width_mm
        width = max(FIELD_MM * abs(math.cos(math.radians(pose.primary_deg))) * scale, 4.0)
        height = max(FIELD_MM * abs(math.cos(math.radians(pose.secondary_deg))) * scale, 4.0)
        box = QRectF(0, 0, width, height)
        box.moveCenter(self.at(pose.left_mm, pose.up_mm))
        path = QPainterPath()
        path.addRect(box)
        return path

    # ---- painting

    def paintEvent(self, event) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if self.scout is None:
            self._paint_overview(painter)
            painter.setPen(QColor("#a5afbc"))
            painter.setFont(theme.font(12))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._instead)
            self._paint_focus(painter)
            painter.end()
            return
        key = self._image.cacheKey()
        self._overview.paint(painter, self.size(), (key,), self._paint_overview)
        painter.setClipRect(self.ground().adjusted(1, 1, -1, -1))
        self._paint_track(painter)
        if self.goal is not None:
            stroke(painter, self._field_path(self.goal), theme.SKY, 1.4, dashed=True)
        stroke(painter, self._field_path(self.pose), theme.ORANGE, 1.8)
        marked = self._hover or (self.selected if self.hasFocus() else None)
        self._marks.paint(painter, self.size(), (key, marked, self.target), lambda p: self._paint_landmarks(p, marked))
        self._paint_focus(painter)
        painter.end()

    def _paint_overview(self, painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.SURROUND))
        painter.drawRoundedRect(self.ground(), 8, 8)
        if self._image is not None:
            painter.setClipRect(self.ground().adjusted(1, 1, -1, -1))
            painter.setOpacity(0.72)
            painter.drawImage(self.area(), self._image)

    def _paint_focus(self, painter: QPainter) -> None:
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.SKY), 2))
            painter.drawRoundedRect(self.ground().adjusted(1, 1, -1, -1), 8, 8)

    def _paint_track(self, painter: QPainter) -> None:
        stops = [self.at(p.left_mm, p.up_mm) for p in (*self.track, self.pose)]
        path = QPainterPath(stops[0])
        for stop in stops[1:]:
            path.lineTo(stop)
        stroke(painter, path, theme.ORANGE, 1.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.ORANGE))
        for stop in stops[:-1]:
            painter.drawEllipse(stop, 1.8, 1.8)
        painter.drawEllipse(stops[-1], 2.6, 2.6)

    def _paint_landmarks(self, painter: QPainter, marked: str | None) -> None:
        for key, spot in self.places().items():
            path = QPainterPath()
            radius = 5.0 if key in (self.target, marked) else 3.4
            path.addEllipse(spot, radius, radius)
            stroke(painter, path, theme.SKY if key == self.target else theme.PLAIN, 1.4)
            if key == self.target:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme.SKY))
                painter.drawEllipse(spot, 2.2, 2.2)
        for key in {marked, self.target} - {None}:
            if key in self.places():
                self._paint_name(painter, self.places()[key], BY_KEY[key].title)
        self._paint_sides(painter)

    def _paint_name(self, painter: QPainter, spot: QPointF, text: str) -> None:
        metrics = QFontMetricsF(theme.font(11, bold=True))
        longest = self.width() - 22
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, longest)
        width = metrics.horizontalAdvance(text) + 12
        box = QRectF(spot.x() - width / 2, spot.y() + 9, width, metrics.height() + 5)
        box.moveLeft(min(max(box.left(), 3.0), self.width() - 3.0 - width))
        if box.bottom() > self.ground().bottom() - 3:
            box.moveBottom(spot.y() - 9)
        ground = QColor(theme.HALO)
        ground.setAlphaF(0.9)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 5, 5)
        painter.setPen(QColor(theme.PLAIN))
        painter.setFont(theme.font(11, bold=True))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_sides(self, painter: QPainter) -> None:
        painter.setFont(theme.font(12, bold=True))
        painter.setPen(QColor(theme.PLAIN))
        box = QRectF(self.rect()).adjusted(7, 5, -7, -5)
        flag = Qt.AlignmentFlag
        painter.drawText(box, flag.AlignLeft | flag.AlignTop, "R")
        painter.drawText(box, flag.AlignRight | flag.AlignTop, "L")

    # ---- choosing

    def _describe(self) -> None:
        if self.scout is None:
            text = "There is no overview; say the target instead."
        elif not self.places():
            text = "The usual places of the landmarks could not be laid over this scan; say the target instead."
        elif self.selected:
            text = f"{BY_KEY[self.selected].title}. Enter aligns to it; the arrows go to its neighbours."
        else:
            text = "Arrows go from landmark to landmark; Enter aligns to the one reached."
        self.setAccessibleDescription(text)
        self.setToolTip("" if self.places() else text)

    def mouseMoveEvent(self, event) -> None:  # noqa: N802
        key = self.under(event.position())
        if key != self._hover:
            self._hover = key
            self.setCursor(Qt.CursorShape.PointingHandCursor if key else Qt.CursorShape.ArrowCursor)
            if key:
                words = f"Align to {the(key)} (drawn {USUAL})"
                QToolTip.showText(event.globalPosition().toPoint(), words, self)
            self.update()

    def leaveEvent(self, event) -> None:  # noqa: N802
        self._hover = None
        self.update()

    def mousePressEvent(self, event) -> None:  # noqa: N802
        key = self.under(event.position())
        if key is not None and event.button() == Qt.MouseButton.LeftButton:
            self.selected = key
            self._describe()
            self.chosen.emit(key)

    def keyPressEvent(self, event) -> None:  # noqa: N802
        ways = {
            Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
        }  # fmt: skip
        if event.key() in ways and self.places():
            self.go(*ways[event.key()])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.selected:
            self.chosen.emit(self.selected)
        else:
            super().keyPressEvent(event)

    def go(self, right: int, down: int) -> None:
        """Select the nearest landmark in that direction of the screen."""
        places = self.places()
        if self.selected not in places:
            centre = self.at(self.pose.left_mm, self.pose.up_mm)
            here = lambda spot: math.hypot(spot.x() - centre.x(), spot.y() - centre.y())  # noqa: E731
            self.selected = min(places, key=lambda key: here(places[key]))
        else:
            start, best = places[self.selected], {}
            for key, spot in places.items():
                along = (spot.x() - start.x()) * right + (spot.y() - start.y()) * down
                aside = abs((spot.x() - start.x()) * down) + abs((spot.y() - start.y()) * right)
                if key != self.selected and along > 2.0:
                    best[key] = along + 2.0 * aside
            self.selected = min(best, key=best.get, default=self.selected)
        self._describe()
        self.update()

    def focusInEvent(self, event) -> None:  # noqa: N802
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.update()
