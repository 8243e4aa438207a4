"""The room from any angle: table, patient and C-arm, following the motion. QPainter alone, no OpenGL.

Faces are shaded and painted from back to front. A drag, or the arrows with the focus, goes round it. Knows no session.
"""

from __future__ import annotations

from operator import itemgetter

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from carm_gui import theme
from carm_gui.views import solids
from carm_gui.views.field import view_name
from carm_gui.views.spoken import speak_as
from sim.pose import CArmPose

AZIMUTH, ELEVATION = 38.0, 24.0
FLOOR_MM, BACK_MM = -900.0, -112.0
LIGHT = np.array([0.35, 0.25, 0.9]) / np.linalg.norm([0.35, 0.25, 0.9])
HALF_HEIGHT_MM, HALF_WIDTH_MM = 830.0, 950.0
"""Half of what the widget shows at least, from the first angle all of C-arm and table."""
COLOURS = {
    "dark": {
        "skin": "#d3a78c", "gown": "#5f86a8", "table": "#3a444f", "arc": "#d9dee5", "tube": "#aeb7c2",
        "detector": "#8f9aa7", "stand": "#7d8794", "floor": "#161a1f",
    },
    "light": {
        "skin": "#d9ad92", "gown": "#6f97ba", "table": "#8b97a3", "arc": "#fafbfc", "tube": "#c3cad2",
        "detector": "#a9b3be", "stand": "#9aa4af", "floor": "#dde2e8",
    },
}  # fmt: skip


Face = tuple[float, tuple[int, int, int], QPolygonF]
"""How near a face is to the viewer, its colour, and its corners on the screen."""


class RoomView(QWidget):
    """`show_pose` and `show_beam` tell it what stands where."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(150, 90)
        self.setAccessibleName("Room view")
        speak_as(self, "Graphic")
        self.setToolTip("Table, patient and C-arm. Drag to go round, double-click for the first angle.")
        self.azimuth, self.elevation = AZIMUTH, ELEVATION
        self.pose, self.beam_on = CArmPose(), False
        self._standing: tuple[tuple, list[Face]] | None = None
        self._colours = COLOURS["dark"]
        self._shell = [*solids.patient(), *solids.table(BACK_MM)]
        self._from: QPointF | None = None
        self.show_pose(CArmPose())

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(264, 190)

    def dress(self, colours: theme.Theme) -> None:
        self._colours = COLOURS["light" if colours is theme.LIGHT else "dark"]
        self._standing = None
        self.update()

    def lay_patient(self, t1: tuple[float, float, float], back_mm: float) -> None:
        """Put the drawn patient with T1 at `t1` and the table under `back_mm` (patient frame)."""
        self._shell = [*solids.patient(t1), *solids.table(back_mm, t1[0], t1[1] + 330.0, t1[1] - 1380.0)]
        self._middle = np.array([t1[0], t1[1] - 170.0, -40.0])
        self._floor = back_mm - 788.0
        self._standing = None
        self.update()

    _middle = np.array([0.0, -170.0, -40.0])
    _floor = FLOOR_MM

    def show_pose(self, pose: CArmPose) -> None:
        """The C-arm stands at `pose` now; painted when the pane calls for an `update`."""
        self.pose = pose
        self.setAccessibleDescription(f"C-arm at {view_name(pose)}")

    def show_beam(self, on: bool) -> None:
        self.beam_on = on
        self.update()

    # ---- painting

    def _camera(self) -> np.ndarray:
        """Rows: screen right, screen up, toward the viewer. At azimuth 0 one stands at the patient's feet."""
        a, e = np.deg2rad(self.azimuth), np.deg2rad(self.elevation)
        toward = np.array([np.sin(a) * np.cos(e), -np.cos(a) * np.cos(e), np.sin(e)])
        right = np.array([np.cos(a), np.sin(a), 0.0])
        return np.array([right, np.cross(toward, right), toward])

    def _scale(self) -> float:
        """Pixels a millimetre."""
        return min(self.height() / (2 * HALF_HEIGHT_MM), self.width() / (2 * HALF_WIDTH_MM))

    def get_ready(self) -> None:
        """Work out now what the next paint would have to."""
        self._shell_faces(self._camera(), self._scale())

    def paintEvent(self, event) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        camera, scale = self._camera(), self._scale()
        self._paint_floor(painter, camera, scale)
        arm = self._faces(solids.c_arm(self.pose, self._floor), camera, scale)
        pens: dict[tuple[int, int, int], tuple[QPen, QBrush]] = {}
        for _, rgb, outline in sorted([*self._shell_faces(camera, scale), *arm], key=itemgetter(0)):
            if rgb not in pens:
                ink = QColor(*rgb)
                pens[rgb] = QPen(ink, 0.7), QBrush(ink)
            pen, brush = pens[rgb]
            painter.setPen(pen)
            painter.setBrush(brush)
            painter.drawPolygon(outline)
        self._paint_beam(painter, camera, scale)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.SKY), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        painter.end()

    def _shell_faces(self, camera: np.ndarray, scale: float) -> list[Face]:
        """Patient and table, worked out anew only when one looks at them from elsewhere."""
        angle = (self.azimuth, self.elevation, self.width(), self.height())
        if self._standing is None or self._standing[0] != angle:
            self._standing = angle, self._faces(self._shell, camera, scale)
        return self._standing[1]

    def _faces(self, parts: list[solids.Solid], camera: np.ndarray, scale: float) -> list[Face]:
        """Those of `parts` that look this way."""
        faces = np.concatenate([part.faces for part in parts])
        names = np.repeat([part.part for part in parts], [len(part.faces) for part in parts])
        normal = solids.normals(faces)
        front = normal @ camera[2] > 0
        faces, names, normal = faces[front], names[front], normal[front]
        seen = (faces - self._middle) @ camera.T
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
        shade = 0.42 + 0.58 * np.clip(normal @ LIGHT, 0.0, 1.0)
        base = {name: QColor(ink).getRgb()[:3] for name, ink in self._colours.items()}
        inks = (np.array([base[name] for name in names]) * shade[:, None]).astype(int).tolist()
        near = seen[:, :, 2].mean(axis=1).tolist()
        # Plain lists: Qt takes Python's own numbers several times faster than numpy's.
        corners = self._on_screen(seen, scale).tolist()
        return [
            (depth, tuple(rgb), QPolygonF([QPointF(x, y) for x, y in face]))
            for depth, rgb, face in zip(near, inks, corners, strict=True)
        ]

    def _on_screen(self, seen: np.ndarray, scale: float) -> np.ndarray:
        flat = seen[..., :2] * (scale, -scale)
        return flat + np.array([self.width() / 2, self.height() / 2])

    def _paint_floor(self, painter: QPainter, camera: np.ndarray, scale: float) -> None:
        turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        ring = np.stack([1250 * np.cos(turn), -350 + 1250 * np.sin(turn), np.full(40, self._floor)], axis=1)
        flat = self._on_screen((ring - self._middle) @ camera.T, scale)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colours["floor"]))
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in flat]))

    def _paint_beam(self, painter: QPainter, camera: np.ndarray, scale: float) -> None:
        faces = self._on_screen((solids.beam_faces(self.pose) - self._middle) @ camera.T, scale)
        ink = QColor(theme.ORANGE)
        ink.setAlphaF(0.85 if self.beam_on else 0.4)
        fill = QColor(theme.ORANGE)
        fill.setAlphaF(0.16 if self.beam_on else 0.0)
        painter.setPen(QPen(ink, 1.0, Qt.PenStyle.SolidLine if self.beam_on else Qt.PenStyle.DotLine))
        painter.setBrush(fill)
        for face in faces:
            painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in face[:3]]))

    # ---- going round

    def go_round(self, azimuth: float, elevation: float) -> None:
        self.azimuth = (self.azimuth + azimuth) % 360
        self.elevation = min(max(self.elevation + elevation, 4.0), 89.0)
        self.update()

    def reset_angle(self) -> None:
        self.azimuth, self.elevation = AZIMUTH, ELEVATION
        self.update()

    def mousePressEvent(self, event) -> None:  # noqa: N802
        self._from = event.position()

    def mouseMoveEvent(self, event) -> None:  # noqa: N802
        if self._from is not None:
            step, self._from = event.position() - self._from, event.position()
            self.go_round(-0.5 * step.x(), 0.4 * step.y())

    def mouseReleaseEvent(self, event) -> None:  # noqa: N802
        self._from = None

    def mouseDoubleClickEvent(self, event) -> None:  # noqa: N802
        self.reset_angle()

    def keyPressEvent(self, event) -> None:  # noqa: N802
        steps = {
            Qt.Key.Key_Left: (10, 0), Qt.Key.Key_Right: (-10, 0), Qt.Key.Key_Up: (0, 6), Qt.Key.Key_Down: (0, -6),
        }  # fmt: skip
        if event.key() in steps and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.go_round(*steps[event.key()])
        elif event.key() == Qt.Key.Key_Home:
            self.reset_angle()
        else:
            super().keyPressEvent(event)
