"""Where am I: the body map, the readout, the room and the controls of the C-arm, in one pane. Knows no session."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from carm_gui import theme
from carm_gui.scout import Scout
from carm_gui.views.body_map import BodyMap
from carm_gui.views.drive import Drive
from carm_gui.views.field import angle_names, place_parts
from carm_gui.views.room import RoomView
from carm_gui.views.widgets import PopOut, label
from sim.pose import CArmPose


class Readout(QWidget):
    """Angles and isocentre as figures that stand still."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("C-arm position")
        inside = QGridLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setHorizontalSpacing(8)
        inside.setVerticalSpacing(3)
        self._figures = {}
        rows = (("Angles", None), ("primary", ""), ("secondary", ""), ("Isocentre mm", None),
                ("left", ""), ("up", ""), ("ant", ""))  # fmt: skip
        for row, (name, caption) in enumerate(rows):
            if caption is None:
                inside.addWidget(label(name, 11, tone="dim", wrap=False), row, 0, 1, 2)
                continue
            word, figure = label("", 13, tone="dim", wrap=False), label("", 18, bold=True, wrap=False)
            figure.setAlignment(Qt.AlignmentFlag.AlignRight)
            inside.addWidget(word, row, 0)
            inside.addWidget(figure, row, 1)
            self._figures[name] = (word, figure)
        inside.setRowStretch(len(rows), 1)
        inside.setColumnStretch(1, 1)
        self.show_pose(CArmPose())

    def show_pose(self, pose: CArmPose) -> None:
        parts = (*angle_names(pose), *place_parts(pose))
        for (word, figure), text in zip(self._figures.values(), parts, strict=True):
            name, _, value = text.rpartition(" ")
            word.setText(name)
            figure.setText(value)
        self.setAccessibleDescription(", ".join(parts) + " mm")

    def text(self) -> str:
        """All of it on one line, for tests and screen readers."""
        return self.accessibleDescription()


class Where(QFrame):
    """`chosen(key)` is a landmark to align to; `jog` and `view` are the controls'."""

    chosen = Signal(str)
    float_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "pane")
        self.setAccessibleName("Where am I")
        self.map, self.room, self.drive, self.readout = BodyMap(), RoomView(), Drive(), Readout()
        self.readout.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.readout.setFixedWidth(92)
        self.map.chosen.connect(self.chosen)
        pop = PopOut("Where am I")
        pop.clicked.connect(self.float_wanted)
        side = QVBoxLayout()
        side.setSpacing(8)
        side.addWidget(self.readout)
        side.addWidget(pop, 0, Qt.AlignmentFlag.AlignRight)
        side.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.map, 1)
        top.addLayout(side)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(10, 10, 10, 10)
        inside.setSpacing(8)
        inside.addLayout(top, 6)
        inside.addWidget(self.room, 4)
        inside.addWidget(self.drive)
        self.setMinimumWidth(248)

    def show_scout(self, scout: Scout, t1: tuple[float, float] | None, back_mm: float) -> None:
        """The patient's overview; `t1` (left, up) and `back_mm` say where the drawn patient lies in the room."""
        self.map.show_scout(scout)
        left, up = t1 if t1 is not None else (scout.left_mm + scout.width_mm / 2, scout.up_mm - scout.height_mm / 2)
        self.room.lay_patient((left, up, back_mm + 112.0), back_mm)

    def show_pose(self, pose: CArmPose) -> None:
        self.map.show_pose(pose)
        self.room.show_pose(pose)
        self.readout.show_pose(pose)

    def show_beam(self, on: bool) -> None:
        self.room.show_beam(on)

    def dress(self, colours: theme.Theme) -> None:
        self.room.dress(colours)
