"""Open a patient, or bring a CT in: choose file or folder, series, name and landmarks; progress with cancel.

Knows what can be asked of sim.patient and shows it; the reading itself runs in a worker thread. Every fault is one
sentence, and what was typed stays.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from carm_gui.job import Job
from carm_gui.views.widgets import KeyButton, Tick, frame, label, on_screen, retone, row
from sim.patient import imported
from sim.patient.importing import Imported, import_scan
from sim.patient.patient import PatientError

POLL_MS = 50
SCANS = "CT scans (*.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd *.dcm DICOMDIR);;All files (*)"
MARKS = "Landmarks (*.mrk.json *.json *.fcsv *.csv);;All files (*)"


class ImportDialog(QDialog):
    """Not modal. `wanted(spec, sentences)` when a patient is to be opened: an imported one after its import, or one of
    the list; the sentences are for the user to read beside it."""

    wanted = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Patients")
        self.setModal(False)
        self.setAcceptDrops(True)
        self.job: Job | None = None
        self._looked_at = ""
        self._then = self._shown_series
        self._closing = False
        self._build()
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self._look)
        self._list_patients()
        self._refresh()
        self.resize(on_screen(self, QSize(920, 560)))

    # ---- building

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(18, 16, 18, 14)
        outer.setSpacing(12)
        halves = QHBoxLayout()
        halves.setSpacing(14)
        halves.addWidget(self._kept_side())
        halves.addWidget(self._import_side(), 1)
        outer.addLayout(halves, 1)
        self.status = label("", 13)
        self.status.setAccessibleName("What happened")
        close = KeyButton("Close")
        close.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addWidget(self.status, 1)
        foot.addWidget(close, 0, Qt.AlignmentFlag.AlignBottom)
        outer.addLayout(foot)

    def _kept_side(self) -> QWidget:
        side = frame("pane")
        side.setFixedWidth(270)
        column = QVBoxLayout(side)
        column.setContentsMargins(14, 12, 14, 12)
        column.addWidget(label("Open a patient", 15, bold=True, wrap=False))
        self.patients = QListWidget()
        self.patients.setAccessibleName("Patients")
        self.patients.setProperty("role", "box")
        self.patients.setSpacing(2)
        self.patients.itemActivated.connect(lambda _: self.open_chosen())
        self.patients.currentRowChanged.connect(lambda _: self._refresh())
        column.addWidget(self.patients, 1)
        self.open_button, self.delete_button = KeyButton("Open"), KeyButton("Delete")
        self.open_button.clicked.connect(self.open_chosen)
        self.delete_button.clicked.connect(self.delete_chosen)
        column.addLayout(row(self.open_button, self.delete_button))
        return side

    def _import_side(self) -> QWidget:
        side = frame("pane")
        grid = QGridLayout(side)
        grid.setContentsMargins(16, 12, 16, 14)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        grid.addWidget(label("Import a CT", 15, bold=True, wrap=False), 0, 0, 1, 3)
        about = (
            "A DICOM folder, NIfTI, NRRD or MetaImage. A cleaned copy without personal data is kept on this computer."
        )
        grid.addWidget(label(about, 13, tone="dim"), 1, 0, 1, 3)
        self.path, self.name, self.marks = QLineEdit(), QLineEdit(), QLineEdit()
        self.path.setPlaceholderText("Drop it here, or choose")
        self.name.setPlaceholderText("Never a person's name")
        self.marks.setPlaceholderText("None: place them later")
        for edit, name in ((self.path, "Scan"), (self.name, "Name"), (self.marks, "Landmarks")):
            edit.setProperty("role", "field")
            edit.setAccessibleName(name)
        self.path.returnPressed.connect(self._forget_look)
        self.path.editingFinished.connect(self.look_at_path)
        self.path.textChanged.connect(lambda _: self._refresh())
        self.name.textChanged.connect(lambda _: self._refresh())
        self.name.returnPressed.connect(self.start_import)
        folder, file, marks = KeyButton("Folder…"), KeyButton("File…"), KeyButton("File…")
        folder.clicked.connect(self._choose_folder)
        file.clicked.connect(self._choose_file)
        marks.clicked.connect(self._choose_marks)
        self._inputs = [self.path, self.name, self.marks, folder, file, marks]
        grid.addWidget(label("Scan", wrap=False), 2, 0)
        grid.addWidget(self.path, 2, 1)
        grid.addLayout(row(folder, file, stretch=False), 2, 2)
        self.series = QListWidget()
        self.series.setAccessibleName("Series")
        self.series.setProperty("role", "box")
        self.series.setWordWrap(True)
        self.series.setSizeAdjustPolicy(QListWidget.SizeAdjustPolicy.AdjustToContents)  # as high as its rows
        self.series.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.series.setMaximumHeight(170)
        self.series.itemActivated.connect(lambda _: self.start_import())
        self.series.currentRowChanged.connect(lambda _: self._refresh())
        self.series_label = label("Series", wrap=False)
        grid.addWidget(self.series_label, 3, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.series, 3, 1, 1, 2)
        self.aside = label("", 13, tone="dim")
        grid.addWidget(self.aside, 4, 1, 1, 2)
        grid.addWidget(label("Name", wrap=False), 5, 0)
        grid.addWidget(self.name, 5, 1, 1, 2)
        grid.addWidget(label("Landmarks", wrap=False), 6, 0)
        grid.addWidget(self.marks, 6, 1)
        grid.addWidget(marks, 6, 2, Qt.AlignmentFlag.AlignLeft)
        self.table = Tick("Take the scanner's table out")
        self.table.setChecked(True)
        self.replace = Tick("Replace the patient of that name")
        self._inputs += [self.table, self.replace, self.series]
        self.replace.toggled.connect(lambda _: self._refresh())
        grid.addWidget(self.table, 7, 1, 1, 2)
        grid.addWidget(self.replace, 8, 1, 1, 2)
        self.bar, self.step = QProgressBar(), label("", 13, tone="dim")
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        grid.addWidget(self.step, 9, 1, 1, 2)
        grid.addWidget(self.bar, 10, 1, 1, 2)
        self.go, self.stop = KeyButton("Import and open"), KeyButton("Cancel")
        self.go.setProperty("role", "primary")
        self.go.clicked.connect(self.start_import)
        self.stop.clicked.connect(self.cancel)
        grid.addLayout(row(self.go, self.stop), 11, 1, 1, 2)
        chain = [self.path, folder, file, self.series, self.name, self.marks, marks, self.table, self.replace, self.go]
        for one, following in zip(chain, [*chain[1:], self.stop]):
            QWidget.setTabOrder(one, following)
        grid.setRowStretch(12, 1)
        return side

    # ---- patients that are there

    def _list_patients(self) -> None:
        self.patients.clear()
        first = QListWidgetItem("Virtual patient")
        first.setData(Qt.ItemDataRole.UserRole, "virtual")
        self.patients.addItem(first)
        for entry in imported.listed():
            marks = f"{len(entry.landmarks)} of 14 landmarks" if entry.landmarks else "no landmarks"
            item = QListWidgetItem(f"{entry.name}\n{marks}, {entry.imported}")
            item.setData(Qt.ItemDataRole.UserRole, entry.name)
            item.setToolTip(" ".join(entry.notes) or entry.name)
            self.patients.addItem(item)
        self.patients.setCurrentRow(0)

    def _chosen_patient(self) -> str:
        item = self.patients.currentItem()
        return item.data(Qt.ItemDataRole.UserRole) if item else ""

    def open_chosen(self) -> None:
        if self._chosen_patient() and not self.busy:
            self._leave_with(self._chosen_patient(), ())

    def delete_chosen(self) -> None:
        """The first press asks, the second deletes."""
        name = self._chosen_patient()
        if not name or name == "virtual" or self.busy:
            return
        if self.delete_button.text() == "Delete":
            self.delete_button.setText("Really delete")
            self._say(f"Press again to delete {name} with its landmarks; nothing brings it back.", "warn")
            return
        try:
            self._say(f"{imported.remove(name)} was deleted.")
        except PatientError as problem:
            self._say(str(problem), "bad")
        self._list_patients()

    # ---- the scan

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "DICOM folder", self._start())
        if name:
            self.take(name)

    def _choose_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "CT file", self._start(), SCANS)
        if name:
            self.take(name)

    def _choose_marks(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Landmarks", self._start(), MARKS)
        if name:
            self.marks.setText(name)

    def _start(self) -> str:
        path = Path(self.path.text().strip()).expanduser()
        return str(path.parent if path.is_file() else path) if self.path.text().strip() and path.exists() else ""

    def take(self, path: str) -> None:
        """Use the scan at `path`."""
        self.path.setText(path)
        self.look_at_path()

    def _forget_look(self) -> None:
        self._looked_at = ""

    def look_at_path(self) -> None:
        """Read which series are there, in the background."""
        text = self.path.text().strip()
        if not text or text == self._looked_at or self.busy:
            return
        self._looked_at = text
        self._show_listing(None)
        self._say("")
        path = Path(text).expanduser()

        def work(tell):
            from sim.patient.ct import series_of
            from sim.patient.load import landmarks_beside

            if not path.exists():
                raise PatientError(f"There is no file or folder {path}.")
            return series_of(path, tell), landmarks_beside(path)

        self._begin(Job(work, "carm-series"), self._shown_series)

    def _shown_series(self, result) -> None:
        listing, marks = result
        self._show_listing(listing)
        if marks is not None and not self.marks.text().strip():
            self.marks.setText(str(marks))
        if not self.name.text().strip():
            self.name.setText(free_name())
        self.name.setFocus()
        self.name.selectAll()

    def _show_listing(self, listing) -> None:
        self.series.clear()
        found = listing.series if listing is not None else ()
        for one in found:
            item = QListWidgetItem(one.label())
            item.setData(Qt.ItemDataRole.UserRole, one.uid)
            self.series.addItem(item)
        # With one there is nothing to choose; with more nothing is chosen for the user.
        self.series.setCurrentRow(0 if len(found) == 1 else -1)
        self.aside.setText(listing.set_aside if listing is not None else "")
        self._refresh()

    # ---- the import

    @property
    def busy(self) -> bool:
        return self.job is not None and not self.job.done

    @property
    def ready(self) -> bool:
        """Whether there is enough to begin."""
        chosen = self.series.count() == 0 or self.series.currentRow() >= 0
        return bool(self.path.text().strip() and self.name.text().strip()) and chosen and not self.busy

    def start_import(self) -> None:
        if not self.ready:
            return
        path, name = Path(self.path.text().strip()).expanduser(), self.name.text()
        marks = self.marks.text().strip()
        number = str(self.series.currentRow() + 1) if self.series.count() else None
        options = {
            "landmarks": Path(marks) if marks else None,
            "series": number,
            "keep_table": not self.table.isChecked(),
            "overwrite": self.replace.isVisibleTo(self) and self.replace.isChecked(),
        }
        self._say("")
        self._begin(Job(lambda tell: import_scan(path, name, tell=tell, **options), "carm-import"), self._imported)
        self.stop.setFocus(Qt.FocusReason.OtherFocusReason)

    def _imported(self, done: Imported) -> None:
        self._leave_with(done.entry.name, (*done.said, *done.entry.notes))

    def cancel(self) -> None:
        if self.busy:
            self.job.cancel()
            self.step.setText("Stopping…")

    def _begin(self, job: Job, then) -> None:
        self.job, self._then = job, then
        job.start()
        self._poll.start()
        self._refresh()

    def _look(self) -> None:
        job = self.job
        share, text = job.progress
        self.bar.setRange(0, 1000 if share > 0 else 0)  # without a share it only shows that something goes on
        self.bar.setValue(round(1000 * share))
        if text:
            self.step.setText(text)
        if not job.done:
            return
        self._poll.stop()
        self._refresh()
        if self._closing:
            self.close()
        elif job.cancelled:
            self._looked_at = ""
            self._say("Cancelled; nothing was kept.", "warn")
            self.path.setFocus()
        elif job.problem:
            if self._then != self._shown_series:
                self._looked_at = ""  # a path that was looked at in vain is looked at again on Enter, not on every Tab
            self._say(job.problem, "bad")
            self.path.setFocus()
        else:
            self._then(job.result)

    def _leave_with(self, spec: str, said: tuple[str, ...]) -> None:
        self.wanted.emit(spec, said)
        self.close()

    # ---- showing

    def _refresh(self) -> None:
        busy = self.busy
        for widget in self._inputs:
            widget.setEnabled(not busy)
        several = self.series.count() > 0
        self.series.setVisible(several)
        self.series_label.setVisible(several)
        self.aside.setVisible(bool(self.aside.text()))
        taken = bool(self.name.text().strip()) and imported.folder_of(self.name.text()) is not None
        self.replace.setVisible(taken)
        self.go.setEnabled(self.ready and (not taken or self.replace.isChecked()))
        unsettled = several and self.series.currentRow() < 0
        if unsettled and not busy:
            self._say("Choose which of the series to import.")
        elif taken and not self.replace.isChecked() and not busy:
            self._say(f"There is a patient called {self.name.text().strip()}: choose another name or replace it.")
        elif self.status.text().startswith(("Choose which", "There is a patient called")):
            self._say("")
        self.stop.setVisible(busy)
        self.bar.setVisible(busy)
        self.step.setVisible(busy)
        chosen = self._chosen_patient()
        self.open_button.setEnabled(bool(chosen) and not busy)
        self.delete_button.setEnabled(chosen not in ("", "virtual") and not busy)
        self.delete_button.setText("Delete")

    def _say(self, text: str, tone: str = "") -> None:
        self.status.setText(text)
        retone(self.status, tone=tone)

    # ---- Qt

    def dragEnterEvent(self, event) -> None:  # noqa: N802
        if event.mimeData().hasUrls() and not self.busy:
            event.acceptProposedAction()

    def dropEvent(self, event) -> None:  # noqa: N802
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.take(paths[0])

    def reject(self) -> None:
        """Esc: stops what runs first, closes when nothing does."""
        if self.busy:
            self.cancel()
        else:
            self.close()

    def closeEvent(self, event) -> None:  # noqa: N802
        if self.busy:
            # The half-written copy goes first; a moment later the window closes by itself.
            self._closing = True
            self.cancel()
            event.ignore()
            return
        self._poll.stop()
        event.accept()


def free_name() -> str:
    """ct-1, ct-2 ...: never taken from the file, whose name is often a person's."""
    taken = {name.casefold() for name in imported.names()}
    return next(f"ct-{n}" for n in range(1, 10_000) if f"ct-{n}" not in taken)
