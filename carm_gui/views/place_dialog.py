"""Place the landmarks of a patient by clicking each in a picture from the front and one from the side.

Knows the placing (carm_gui.placing) and its two pictures; writes Slicer's .mrk.json. The pictures are made in a worker
thread. Nothing is lost by Esc or the close button: with unsaved landmarks they ask.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from carm_gui.job import Job
from carm_gui.placing import FAR_MM, VIEWS, Placing, other
from carm_gui.views.place_picture import Marker, PlacePicture
from carm_gui.views.place_slab import SLAB_MM, Slabs
from carm_gui.views.widgets import KeyButton, frame, label, on_screen, retone, row, small_button
from sim.landmarks import BY_KEY, KEYS, LANDMARKS, the
from sim.patient.markups import write_mrk_json
from sim.patient.patient import Patient, PatientError
from sim.survey import SurveyView, body_box, survey_views

PICTURE_PX = 1024
POLL_MS = 40
TITLES = {"ap": "From the front (AP)", "lateral": "From the patient's left (lateral)"}
EDGES = {"ap": ("R", "L"), "lateral": ("Front", "Back")}
WAYS = "Click, or arrows and Enter: put a point down · right drag: move the picture · wheel or + −: zoom · 0: all of it"
SIDE = {"ap": "the picture from the front", "lateral": "the picture from the side"}


class PlaceDialog(QDialog):
    """Not modal. `target` is where Save writes to; without one Save asks. `saved(path)` when landmarks were written."""

    saved = Signal(str)

    def __init__(self, patient: Patient, target: Path | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowFlag(Qt.WindowType.Window)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setWindowTitle(f"Place landmarks · {patient.name}")
        self.setModal(False)
        self.patient, self.target = patient, target
        self.placing: Placing | None = None
        self.current = next((key for key in KEYS if key not in patient.landmarks), KEYS[0])
        self._build()
        self.resize(on_screen(self, QSize(1220, 760)))
        self.job = Job(self._make_pictures, "carm-place")
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self._look)
        self._poll.start()
        self.slabs = Slabs(patient, self.pictures)
        self.job.start()
        self._refresh()

    # ---- building

    def _build(self) -> None:
        self.pictures = {name: PlacePicture(TITLES[name], EDGES[name]) for name in VIEWS}
        panes = QHBoxLayout()
        panes.setSpacing(10)
        for name, picture in self.pictures.items():
            picture.show_message("The picture is being made…")
            picture.placed.connect(lambda key, u, v, name=name: self.put(name, (u, v), key))
            picture.moved.connect(lambda key, u, v, name=name: self._preview(name, (u, v), key))
            picture.cleared.connect(self.clear_current)
            column = QVBoxLayout()
            column.setSpacing(6)
            column.addWidget(label(TITLES[name], 14, bold=True, wrap=False))
            column.addWidget(picture, 1)
            panes.addLayout(column, 1)
        self.list = QListWidget()
        self.list.setAccessibleName("Landmarks")
        for mark in LANDMARKS:
            item = QListWidgetItem(mark.title)
            item.setData(Qt.ItemDataRole.UserRole, mark.key)
            item.setToolTip(mark.point)
            self.list.addItem(item)
        self.list.setCurrentRow(KEYS.index(self.current))
        self.list.currentRowChanged.connect(lambda at: self.choose(KEYS[at]) if at >= 0 else None)
        self.progress = label("", 14, bold=True)
        self.hint = label("", 13)
        self.hint.setMinimumHeight(64)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.undo_button, self.redo_button = KeyButton("Undo", "Ctrl+Z"), KeyButton("Redo", "Ctrl+Y")
        self.clear_button, self.clear_all_button = KeyButton("Clear", "Del"), KeyButton("Clear all")
        for button, does in (
            (self.undo_button, self.undo),
            (self.redo_button, self.redo),
            (self.clear_button, self.clear_current),
            (self.clear_all_button, self.clear_all),
        ):
            button.clicked.connect(does)
        side = frame("pane")
        column = QVBoxLayout(side)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addWidget(self.progress)
        column.addWidget(self.hint)
        column.addWidget(self.list, 1)
        for pair in ((self.undo_button, self.redo_button), (self.clear_button, self.clear_all_button)):
            column.addLayout(row(*pair, stretch=False))
        side.setFixedWidth(290)
        middle = QHBoxLayout()
        middle.setSpacing(12)
        middle.addWidget(side)
        middle.addLayout(panes, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 12, 14, 12)
        outer.setSpacing(10)
        outer.addLayout(middle, 1)
        outer.addWidget(self._question())
        outer.addLayout(self._foot())
        for keys, does in (
            ("Ctrl+Z", self.undo), ("Ctrl+Y", self.redo), ("Ctrl+Shift+Z", self.redo), ("Ctrl+S", self.save),
            ("Delete", self.clear_current), ("Ctrl+Shift+S", self.save_as),
        ):  # fmt: skip
            QShortcut(QKeySequence(keys), self, activated=does)

    def _foot(self) -> QHBoxLayout:
        self.status = label("", 13)
        self.status.setAccessibleName("What is placed")
        self.status.setMinimumHeight(36)  # two lines: the pictures must not move under the mouse when a warning comes
        self.status.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)
        bright = small_button("Bone bright", "Show bone bright instead of dark", checkable=True)
        bright.toggled.connect(lambda on: [picture.set_bone_dark(not on) for picture in self.pictures.values()])
        self.slab_button = small_button(
            "Slab", f"After the first click show only {2 * SLAB_MM:.0f} mm of the patient about it", checkable=True
        )
        self.slab_button.setChecked(True)
        self.slab_button.toggled.connect(lambda _: self._refresh())
        tools = [bright, self.slab_button]
        for text, tip, brighter, steeper in (
            ("Brighter", "Brighten both pictures", 0.08, 0.0),
            ("Darker", "Darken both pictures", -0.08, 0.0),
            ("Contrast +", "More contrast", 0.0, 0.15),
            ("Contrast −", "Less contrast", 0.0, -0.18),
        ):
            button = small_button(text, tip)
            button.clicked.connect(
                lambda _=False, a=brighter, b=steeper: [p.adjust_window(a, b) for p in self.pictures.values()]
            )
            tools.append(button)
        whole = small_button("Whole picture", "Zoom out and take the automatic window (0)")
        whole.clicked.connect(lambda: [(p.show_whole(), p.reset_window()) for p in self.pictures.values()])
        self.save_button, self.save_as_button = KeyButton("Save", "Ctrl+S"), KeyButton("Save as…")
        self.save_button.setProperty("role", "primary")
        close = KeyButton("Close")
        self.save_button.clicked.connect(self.save)
        self.save_as_button.clicked.connect(self.save_as)
        close.clicked.connect(self.close)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        left = QVBoxLayout()
        left.setSpacing(6)
        left.addWidget(self.status)
        left.addLayout(row(*tools, whole))
        foot.addLayout(left, 1)
        for button in (self.save_button, self.save_as_button, close):
            foot.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        return foot

    def _question(self) -> QWidget:
        """The bar that asks before unsaved landmarks go."""
        self.question = frame("card", waiting=True)
        keep, drop, stay = KeyButton("Save and close"), KeyButton("Close without saving"), KeyButton("Go on")
        keep.clicked.connect(self._save_and_close)
        drop.clicked.connect(self._end)
        stay.clicked.connect(self.question.hide)
        line = QHBoxLayout(self.question)
        line.setContentsMargins(12, 8, 12, 8)
        line.addWidget(label("There are landmarks that have not been saved.", 14, bold=True), 1)
        for button in (keep, drop, stay):
            line.addWidget(button)
        self.question.hide()
        keep.setProperty("role", "primary")
        self._keep_button = keep
        return self.question

    # ---- the pictures

    def _make_pictures(self, tell) -> tuple[dict[str, SurveyView], dict[str, np.ndarray], np.ndarray]:
        views = survey_views(self.patient, PICTURE_PX)
        signals = {}
        for n, (name, view) in enumerate(views.items()):
            tell(n / 2, TITLES[name])
            signals[name] = view.render(self.patient)
        return views, signals, body_box(self.patient)

    def _look(self) -> None:
        if self.ready:
            if not self.slabs.look():
                self._poll.stop()
            return
        if not self.job.done:
            return
        self._poll.stop()
        if self.job.result is None:
            for picture in self.pictures.values():
                picture.show_message("There is no picture")
            self._say(self.job.problem or "The pictures were not made.", "bad")
            return
        views, signals, box = self.job.result
        self.placing = Placing(views)
        self.placing.start_from(self.patient.landmarks)
        for name, picture in self.pictures.items():
            uv = views[name].project(box)
            low, high = uv.min(axis=0) - 12, uv.max(axis=0) + 12
            picture.show_signal(signals[name], QRectF(low[0], low[1], high[0] - low[0], high[1] - low[1]))
        self._refresh()
        self.pictures["ap"].setFocus()

    @property
    def ready(self) -> bool:
        """Whether the pictures are there."""
        return self.placing is not None

    # ---- what the user does

    def choose(self, key: str) -> None:
        """`key` is placed next."""
        self.current = key
        if self.list.currentRow() != KEYS.index(key):
            self.list.setCurrentRow(KEYS.index(key))
        self._refresh()

    def put(self, view: str, uv: tuple[float, float], key: str = "") -> None:
        """A point was put down in `view`: of the current landmark, or of `key` when its marker was dragged."""
        if self.placing is None:
            return
        key = key or self.current
        was_whole = self.placing.meeting(key) is not None
        self.placing.click(key, view, uv)
        met = self.placing.meeting(key)
        if key != self.current:
            self.choose(key)
        elif met is not None and not was_whole and met.residual_mm <= FAR_MM:
            # Done: on to the next one, unless the clicks disagree and want another look.
            following = self.placing.next_open(key)
            if following is not None:
                self.choose(following)
        self._refresh(about=key)
        if self.pictures[view].hasFocus() and met is None:
            self.pictures[other(view)].setFocus(Qt.FocusReason.OtherFocusReason)

    def undo(self) -> None:
        key = self.placing.undo() if self.placing else None
        if key:
            self.choose(key)

    def redo(self) -> None:
        key = self.placing.redo() if self.placing else None
        if key:
            self.choose(key)

    def clear_current(self) -> None:
        if self.placing:
            self.placing.clear(self.current)
            self._refresh()

    def clear_all(self) -> None:
        """Undo brings them back."""
        if self.placing:
            self.placing.clear_all()
            self._refresh()

    def save(self) -> bool:
        """Write to `target`, or ask where when there is none; whether it was done."""
        return self.save_as() if self.target is None else self.save_to(self.target)

    def save_as(self) -> bool:
        start = str(self.target or Path.home() / f"{self.patient.name.replace(':', '-')}.mrk.json")
        name, _ = QFileDialog.getSaveFileName(self, "Save landmarks", start, "Slicer markups (*.mrk.json)")
        if not name:
            return False
        return self.save_to(Path(name if name.endswith(".json") else f"{name}.mrk.json"))

    def save_to(self, path: Path) -> bool:
        if self.placing is None:
            return False
        marks, refused = self.placing.positions(), self.placing.refusals()
        if refused:
            self._say(refused[0], "bad")
            return False
        try:
            write_mrk_json(path, marks)
        except PatientError as problem:
            self._say(str(problem), "bad")
            return False
        self.target = path
        self.placing.mark_saved()
        self._refresh()
        self._say(f"Saved {len(marks)} of {len(KEYS)} landmarks as {path}.", "good")
        self.saved.emit(str(path))
        return True

    # ---- showing

    def _preview(self, view: str, uv: tuple[float, float], key: str) -> None:
        """While a point is being dragged: where the other picture would have it, and by how much the rays miss."""
        if self.placing is None:
            return
        key = key or self.current
        trial = Placing(
            self.placing.views, {**self.placing.clicks, key: {**self.placing.clicks.get(key, {}), view: uv}}
        )
        across = other(view)
        self.pictures[across].show_markers(self.pictures[across].markers, trial.line(key, across))
        self._say_where(trial, key)

    def _refresh(self, about: str = "") -> None:
        ready = self.placing is not None
        clicks = self.placing.clicks if ready else {}
        whole = self.placing.positions() if ready else {}
        for at, key in enumerate(KEYS):
            item = self.list.item(at)
            state = "✓" if key in whole else "½" if clicks.get(key) else "○"
            item.setText(f"{state}  {BY_KEY[key].id:\u2007>2}  {BY_KEY[key].title}")  # a space as wide as a figure
        self.progress.setText(f"{len(whole)} of {len(KEYS)} placed")
        mark = BY_KEY[self.current]
        missing = [SIDE[view] for view in VIEWS if view not in clicks.get(self.current, {})]
        todo = f"Click it in {' and in '.join(missing)}." if missing else "Drag its marker to adjust it."
        self.hint.setText(f"{mark.title[:1].upper()}{mark.title[1:]}: {mark.point}. {todo}")
        for name, picture in self.pictures.items():
            markers = {
                key: Marker(
                    both[name], BY_KEY[key].title if key == self.current else str(BY_KEY[key].id), len(both) == 2,
                    key == self.current,
                )
                for key, both in clicks.items()
                if name in both
            }  # fmt: skip
            line = self.placing.line(self.current, name) if ready and name not in clicks.get(self.current, {}) else None
            picture.show_markers(markers, line)
            picture.put_cursor(clicks.get(self.current, {}).get(name))
        self.undo_button.setEnabled(ready and self.placing.can_undo)
        self.redo_button.setEnabled(ready and self.placing.can_redo)
        self.clear_button.setEnabled(self.current in clicks)
        self.clear_all_button.setEnabled(bool(clicks))
        self.save_button.setEnabled(ready and self.placing.changed)
        self.save_as_button.setEnabled(bool(whole))
        self.question.setVisible(self.question.isVisible() and ready and self.placing.changed)
        if ready:
            both = clicks.get(self.current, {}) if self.slab_button.isChecked() else {}
            if self.slabs.want(self.placing.views, both):
                self._poll.start()
            self._say_where(self.placing, about or self.current)

    def _say_where(self, placing: Placing, key: str) -> None:
        met = placing.meeting(key)
        doubts = placing.doubts()
        text = WAYS
        if met is not None:
            ways = (("left", "right"), ("up", "down"), ("front", "back"))
            where = ", ".join(f"{abs(v):.1f} mm {way[v < 0]}" for v, way in zip(met.point, ways, strict=True))
            text = f"{the(key, capital=True)}: {where}; the two clicks differ by {met.residual_mm:.1f} mm."
        elif placing.clicks.get(key):
            text = "The dashed line shows where it can lie in the other picture."
        self._say(" ".join([text, *doubts[:1]]), "warn" if doubts else "")

    def _say(self, text: str, tone: str = "") -> None:
        self.status.setText(text)
        retone(self.status, tone=tone)

    # ---- closing

    def reject(self) -> None:
        """Esc: drops what is being dragged first, then closes, asking when something would be lost."""
        if any([picture.let_go() for picture in self.pictures.values()]):
            return
        self.close()

    def closeEvent(self, event) -> None:  # noqa: N802
        if self.placing is not None and self.placing.changed:
            self.question.show()
            self._keep_button.setFocus(Qt.FocusReason.OtherFocusReason)
            event.ignore()
            return
        self._poll.stop()
        self.job.cancel()
        event.accept()  # QDialog's own handler would come back to `reject`

    def _save_and_close(self) -> None:
        if self.save():
            self.close()

    def _end(self) -> None:
        self.placing.mark_saved()
        self.close()
