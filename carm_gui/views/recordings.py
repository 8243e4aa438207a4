"""The recordings page: every rehearsal is recorded; here one is chosen, played beside this one, or exported.

An export is `carm export` in a process of its own: drawing a report would hold this one up. Knows no session.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from carm_gui import theme
from carm_gui.session.kept import listed, new_export
from carm_gui.views.technique import Choice
from carm_gui.views.widgets import KeyButton, label, on_screen, retone, row

FORMATS = (
    ("Report (PDF, HTML)", "report"), ("Tables (CSV)", "csv"), ("BIDS data set", "bids"), ("DICOM pictures", "dicom"),
)  # fmt: skip
"""What is written on the choice, and the format of `carm export`."""
NONE = "Nothing has been recorded on this computer yet."
EXPORT = (sys.executable, "-m", "carm_gui.cli", "export")


class Recordings(QDialog):
    """`wanted(folder)` is to be played. Not modal: Esc closes it and halts, as everywhere."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Recordings")
        self.setModal(False)
        self.written: Path | None = None
        self.work = QProcess(self)
        self.work.finished.connect(self._finished)
        self.work.errorOccurred.connect(self._failed)
        self.list = QListWidget()
        self.list.setProperty("role", "box")
        self.list.setAccessibleName("Recordings, the newest first")
        self.list.setSpacing(2)
        self.list.itemActivated.connect(lambda _: self.play())
        self.list.currentRowChanged.connect(lambda _: self._refresh())
        self.replay, self.export, self.other = KeyButton("Replay"), KeyButton("Export"), KeyButton("Another folder…")
        self.replay.setProperty("role", "primary")
        self.form = Choice()
        self.form.setFont(theme.font(14))
        self.form.setMinimumHeight(30)
        self.form.setAccessibleName("Export as")
        for words, name in FORMATS:
            self.form.addItem(words, name)
        kind = label("as", 14, wrap=False)
        kind.setAccessibleName("Export as")
        kind.setBuddy(self.form)
        self.replay.clicked.connect(self.play)
        self.export.clicked.connect(self.write)
        self.other.clicked.connect(self._choose)
        self.status = label("", 13, tone="dim")
        self.status.setAccessibleName("What happened")
        self.show_folder, close = KeyButton("Open the folder"), KeyButton("Close")
        self.show_folder.clicked.connect(self._show_folder)
        self.show_folder.hide()
        close.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addWidget(self.status, 1)
        foot.addWidget(self.show_folder, 0, Qt.AlignmentFlag.AlignBottom)
        foot.addWidget(close, 0, Qt.AlignmentFlag.AlignBottom)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(22, 18, 22, 16)
        outer.setSpacing(12)
        outer.addWidget(
            label("Every rehearsal is recorded on this computer; what you typed is never exported.", 13, tone="dim")
        )
        outer.addWidget(self.list, 1)
        tools = row(self.replay, self.export, kind, self.form)
        tools.addWidget(self.other)
        outer.addLayout(tools)
        outer.addLayout(foot)
        self._list()
        self.resize(on_screen(self, QSize(720, 520)))
        self.list.setFocus()

    def _list(self) -> None:
        for kept in listed():
            item = QListWidgetItem(f"{kept.when}\n{' · '.join(filter(None, (kept.patient, kept.model, kept.length)))}")
            item.setData(Qt.ItemDataRole.UserRole, kept.folder)
            self.list.addItem(item)
        if self.list.count():
            self.list.setCurrentRow(0)
        else:
            self.say(NONE)
        self._refresh()

    def chosen(self) -> Path | None:
        """The folder of the recording that is chosen."""
        item = self.list.currentItem()
        return item.data(Qt.ItemDataRole.UserRole) if item else None

    def play(self) -> None:
        if self.chosen() is not None:
            self.wanted.emit(self.chosen())

    def write(self) -> None:
        """Export what is chosen, into a new folder among the user's data."""
        folder = self.chosen()
        if folder is None or self.busy:
            return
        self.written = new_export(folder, self.form.currentData())
        self.show_folder.hide()
        self.say("Writing…")
        self.work.start(
            EXPORT[0], [*EXPORT[1:], str(folder), "--format", self.form.currentData(), "--out", str(self.written)]
        )
        self._refresh()

    @property
    def busy(self) -> bool:
        return self.work.state() != QProcess.ProcessState.NotRunning

    def _finished(self, code: int, *_) -> None:
        said = bytes(self.work.readAllStandardError()).decode(errors="replace").strip().splitlines()
        if code == 0:
            self.say(f"Written to {self.written}.", "good")
            self.show_folder.show()
        else:
            self.say(said[-1] if said else "The export could not be made.", "bad")
        self._refresh()

    def _failed(self, problem: QProcess.ProcessError) -> None:
        if problem == QProcess.ProcessError.FailedToStart:  # of any other end `finished` tells as well
            self._finished(1)

    def say(self, text: str, tone: str = "dim") -> None:
        """Below the list."""
        self.status.setText(text)
        retone(self.status, tone=tone)

    def _refresh(self) -> None:
        there = self.chosen() is not None
        self.replay.setEnabled(there)
        self.export.setEnabled(there and not self.busy)
        self.form.setEnabled(there and not self.busy)

    def _choose(self) -> None:
        """A recording that lies elsewhere, from a colleague or a study."""
        dialog = QFileDialog(self, "Replay a recording")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda folder: self.wanted.emit(Path(folder)))
        dialog.open()

    def _show_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.written)))

    def done(self, result: int) -> None:
        if self.busy:
            self.work.kill()
            self.work.waitForFinished(1000)
        super().done(result)
