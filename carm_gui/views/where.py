"""Where am I: the body map, the readout, the room and the controls of the C-arm, in one pane. Knows no session."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from carm_gui import theme
from carm_gui.scout import Scout
from carm_gui.views.body_map import BodyMap
from carm_gui.views.drive import Drive
from carm_gui.views.field import angle_names, place_parts
from carm_gui.views.room import RoomView
from carm_gui.views.widgets import ANY_PX, PopOut, label
from sim.pose import CArmPose

BESIDE_PX, TALL_PX = 92, 780
"""Width of the readout beside the map; from this height of the pane on it lies under it."""
TURN_MS = 33
"""While the C-arm moves map and room are painted by turns, so each every second time: they are there to orient by, and
the picture comes first."""


class Readout(QWidget):
    """Angles and isocentre as figures that stand still."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("C-arm position")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(3)
        self._captions = [label(text, 11, tone="dim", wrap=False) for text in ("Angles", "Isocentre mm")]
        self._figures = [
            (label("", 13, tone="dim", wrap=False), label("", 18, bold=True, wrap=False)) for _ in range(5)
        ]
        for _, figure in self._figures:
            figure.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.lay(flat=False)
        self.show_pose(CArmPose())

    def lay(self, flat: bool) -> None:
        """One figure under the other, or `flat`: the angles in one row and the isocentre in the next."""
        for part in (*self._captions, *(part for pair in self._figures for part in pair)):
            self._grid.removeWidget(part)
        places = [(1, 0), (2, 0), (4, 0), (5, 0), (6, 0)] if not flat else [(1, 0), (1, 3), (3, 0), (3, 3), (3, 6)]
        for caption, row in zip(self._captions, (0, 2) if flat else (0, 3), strict=True):
            self._grid.addWidget(caption, row, 0, 1, 9 if flat else 2)
        for (word, figure), (row, column) in zip(self._figures, places, strict=True):
            self._grid.addWidget(word, row, column)
            self._grid.addWidget(figure, row, column + 1)
        for column in range(9):  # in a row the room is left after each figure, so that it stands by its own name
            self._grid.setColumnStretch(column, int(column % 3 == 2 if flat else column == 1))
        self._grid.setRowStretch(7, 0 if flat else 1)

    def show_pose(self, pose: CArmPose) -> None:
        parts = (*angle_names(pose), *place_parts(pose))
        for (word, figure), text in zip(self._figures, parts, strict=True):
            name, _, value = text.rpartition(" ")
            word.setText(name)
            figure.setText(value)
        self.setAccessibleDescription(", ".join(parts) + " mm")


class Where(QFrame):
    """`chosen(key)` is a landmark to align to; `jog` and `view` are the controls'."""

    chosen = Signal(str)
    float_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "pane")
        self.setAccessibleName("Where am I")
        self.map, self.room, self.drive, self.readout = BodyMap(), RoomView(), Drive(), Readout()
        self.map.chosen.connect(self.chosen)
        self.pop = PopOut("Where am I")
        self.pop.clicked.connect(self.float_wanted)
        self._top = QGridLayout()
        self._top.setSpacing(10)
        self._top.setColumnStretch(0, 1)
        self._lay_top(tall=False)
        self._late: list[QWidget] = []
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.setInterval(TURN_MS)
        self._turn.timeout.connect(self._follow)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(10, 10, 10, 10)
        inside.setSpacing(8)
        inside.addLayout(self._top, 6)
        inside.addWidget(self.room, 4)
        inside.addWidget(self.drive)
        self.setMinimumWidth(248)

    def _lay_top(self, tall: bool) -> None:
        """The readout beside the map, or under it where the pane is tall enough for a map of its whole width."""
        self._tall = tall
        for part in (self.map, self.readout, self.pop):
            self._top.removeWidget(part)
        flag = Qt.AlignmentFlag
        self._top.addWidget(self.map, 0, 0, 1 if tall else 2, 2 if tall else 1)
        self._top.addWidget(self.readout, *((1, 0) if tall else (0, 1)))
        self._top.addWidget(self.pop, 1, 1, flag.AlignRight | (flag.AlignBottom if tall else flag.AlignTop))
        self._top.setRowStretch(0, int(tall))
        self._top.setRowStretch(1, int(not tall))
        self.readout.lay(flat=tall)
        self.readout.setMinimumWidth(0 if tall else BESIDE_PX)
        self.readout.setMaximumWidth(ANY_PX if tall else BESIDE_PX)

    def resizeEvent(self, event) -> None:  # noqa: N802
        super().resizeEvent(event)
        if (self.height() >= TALL_PX) is not self._tall:
            self._lay_top(not self._tall)

    def show_scout(self, scout: Scout | None, t1: tuple[float, float] | None, back_mm: float) -> None:
        """The patient's overview; `t1` (left, up) and `back_mm` say where the drawn patient lies in the room. Without
        an overview the room stays as it is."""
        self.map.show_scout(scout)
        if scout is None:
            return
        left, up = t1 if t1 is not None else (scout.left_mm + scout.width_mm / 2, scout.up_mm - scout.height_mm / 2)
        self.room.lay_patient((left, up, back_mm + 112.0), back_mm)

    def show_pose(self, pose: CArmPose) -> None:
        self.map.show_pose(pose)
        self.room.show_pose(pose)
        self.readout.show_pose(pose)
        self._late += [view for view in (self.map, self.room) if view not in self._late]
        if not self._turn.isActive():
            self._turn.start()

    def _follow(self) -> None:
        self._late.pop(0).update()
        if self._late:
            self._turn.start()

    def show_beam(self, on: bool) -> None:
        self.room.show_beam(on)

    def dress(self, colours: theme.Theme) -> None:
        self.room.dress(colours)
