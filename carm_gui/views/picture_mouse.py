"""What the mouse does in the picture: drag for window and level, drag a blade of the collimator, the magnifier, the
wheel, picking a point, and a menu. Everything here has a key or a menu entry as well. Knows no session."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from carm_gui.views.levels import DRAG
from sim.collimator import within
from sim.geometry import FIELD_MM

GRIP_PX = 7.0
START_PX = 4.0
"""A press that travels less than this is a click, and no drag."""


class PictureMouse:
    """A part of LiveView: needs `field()`, `levels`, `blades`, and its signals `picked` and `menu_wanted`."""

    def _init_mouse(self) -> None:
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.DefaultContextMenu)
        self.loupe = False
        self.picking = False
        self.mouse_at: QPointF | None = None
        self._pressed: QPointF | None = None
        self._drag = ""

    def set_loupe(self, on: bool) -> None:
        """A round glass under the mouse; in the middle of the picture while the mouse is elsewhere."""
        self.loupe = on
        self.update()

    def set_picking(self, on: bool) -> None:
        """The next click picks a point instead of dragging the window."""
        self.picking = on
        self.setCursor(Qt.CursorShape.CrossCursor if on else Qt.CursorShape.ArrowCursor)
        self.update()

    def _from_the_beam(self, point: QPointF) -> tuple[float, float]:
        """(right, down), mm: how far `point` lies from where the C-arm stands, be an earlier picture held or not."""
        field = self.field()
        (right, down), (x, y) = field.mm_at(point), field.offset_of(self.pose)
        return right - x, down - y

    def blade_at(self, point: QPointF) -> str:
        """Which of the collimator's sides lies under `point`: "x", "y" or ""."""
        field, blades = self.field(), self.blades or (FIELD_MM, FIELD_MM)
        right, down = self._from_the_beam(point)
        half_w, half_h, grip = blades[0] / 2, blades[1] / 2, GRIP_PX / field.px_per_mm
        if abs(abs(right) - half_w) < grip and abs(down) <= half_h + grip:
            return "x"
        if abs(abs(down) - half_h) < grip and abs(right) <= half_w + grip:
            return "y"
        return ""

    def mousePressEvent(self, event) -> None:  # noqa: N802
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self.picking:
            self.picked.emit(self.field().pose_at(event.position()))
            return
        self._pressed, self._drag = event.position(), self.blade_at(event.position())

    def mouseMoveEvent(self, event) -> None:  # noqa: N802
        at = event.position()
        last, self.mouse_at = self.mouse_at, at
        if self._pressed is None:
            self._show_cursor(at)
        elif self._drag in ("x", "y"):
            right, down = self._from_the_beam(at)
            width, height = self.blades or (FIELD_MM, FIELD_MM)
            if self._drag == "x":
                width = 2 * abs(right)
            else:
                height = 2 * abs(down)
            self.collimated.emit(within(width, height))
        else:
            self._drag_window(at, last)
        if self.loupe:
            self.update()

    def _drag_window(self, at: QPointF, last: QPointF | None) -> None:
        if not self._drag and (at - self._pressed).manhattanLength() < START_PX:
            return
        step = at - (last or at)
        self._drag = "window"
        brighter = step.y() * DRAG * (-1 if self.bone_dark else 1)
        self.levels.adjust(brighter, step.x() * DRAG)
        self.render_picture()

    def _show_cursor(self, at: QPointF) -> None:
        if self.picking:
            return
        shapes = {"": Qt.CursorShape.ArrowCursor, "x": Qt.CursorShape.SizeHorCursor, "y": Qt.CursorShape.SizeVerCursor}
        side = self.blade_at(at)
        turned = round(self.display.rotation_deg / 90) % 2 == 1
        if side and turned:
            side = "y" if side == "x" else "x"
        self.setCursor(shapes[side])

    def mouseReleaseEvent(self, event) -> None:  # noqa: N802
        self._pressed, self._drag = None, ""

    def mouseDoubleClickEvent(self, event) -> None:  # noqa: N802
        self.auto_window()

    def leaveEvent(self, event) -> None:  # noqa: N802
        super().leaveEvent(event)
        self.mouse_at = None
        if self.loupe:
            self.update()

    def wheelEvent(self, event) -> None:  # noqa: N802
        self._wheel = getattr(self, "_wheel", 0) + event.angleDelta().y()
        steps, self._wheel = int(self._wheel / 120), self._wheel - 120 * int(self._wheel / 120)
        if steps:
            self.magnify(1 if steps > 0 else -1)
        event.accept()

    def contextMenuEvent(self, event) -> None:  # noqa: N802
        self._pressed = None
        if self.frame is not None and not self.stored:
            keyboard = event.reason() == event.Reason.Keyboard
            at = self.square().center() if keyboard else QPointF(event.pos())
            self.menu_wanted.emit(self.mapToGlobal(at.toPoint()), self.field().pose_at(at))
