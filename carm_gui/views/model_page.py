"""The model page: which models this machine can run, which are here, and loading one with progress and cancel.

Not modal: the rehearsal goes on with the model in use until the new one is ready; one that cannot be loaded changes
nothing. Knows the catalogue and the exchange; knows no torch and no session. Nothing is ever fetched from the network.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from carm_gui.job import Job
from carm_gui.views.model_header import DEVICES
from carm_gui.views.widgets import KeyButton, frame, label, on_screen, retone, row, small_button
from inference.models.catalogue import Entry, catalogue
from inference.models.fit import Machine, this_machine
from inference.models.interchange import Interchangeable
from inference.models.interface import LanguageModel, ModelError

POLL_MS = 100


class ModelPage(QDialog):
    """`model` is the one in use; `open_one(name)` opens another. `used(name)` after an exchange."""

    used = Signal(str)

    def __init__(
        self,
        model: Interchangeable,
        open_one: Callable[[str], LanguageModel] | None = None,
        look: Callable[[], tuple[Machine, list[Entry]]] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Models")
        self.setModal(False)
        self.model, self.coming = model, None
        self._open_one = open_one or _open
        self._entries: list[Entry] = []
        self._build()
        self.resize(on_screen(self, QSize(940, 680)))
        self.job = Job(lambda tell: (look or _look)(), "carm-models")
        self.job.start()
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self._tick)
        self._poll.start()
        self._refresh()

    # ---- building

    def _build(self) -> None:
        self.in_use = label("", 15, bold=True)
        self.machine = label("Looking at this machine…", 13, tone="dim")
        self.list = QListWidget()
        self.list.setAccessibleName("Models")
        self.list.setMinimumWidth(360)
        self.list.setSpacing(2)
        self.list.currentRowChanged.connect(lambda row_: self._refresh())
        self.list.itemActivated.connect(lambda item: self.load())
        self.title = label("", 16, bold=True)
        self.fit, self.where, self.licence, self.memory = (label("", 14) for _ in range(4))
        self.fit.setAccessibleName("Does it run here")
        self.own = QLineEdit()
        self.own.setProperty("role", "field")
        self.own.setPlaceholderText("a folder, or a server's address")
        self.own.setAccessibleName("A model's folder or a server's address")
        self.own.textChanged.connect(lambda text: self._refresh())
        self.own.returnPressed.connect(self.load)
        self.browse = small_button("Folder…", "Choose a model's folder")
        self.browse.clicked.connect(self._browse)
        self.note = label("", 14)
        self.note.setAccessibleName("How loading goes")
        self.load_button = KeyButton("Load")
        self.load_button.setProperty("role", "primary")
        self.load_button.clicked.connect(self.load)
        self.cancel_button = KeyButton("Cancel")
        self.cancel_button.clicked.connect(self.cancel)
        self.close_button = KeyButton("Close")
        self.close_button.clicked.connect(self.reject)
        for button in (self.load_button, self.cancel_button, self.close_button):
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

        card = frame("card")
        side = QVBoxLayout(card)
        side.setContentsMargins(18, 16, 18, 16)
        side.setSpacing(10)
        for widget in (self.title, self.fit, self.memory, self.where, self.licence):
            side.addWidget(widget)
        side.addLayout(row(self.own, self.browse, stretch=False))
        side.addStretch(1)
        side.addWidget(self.note)
        side.addLayout(row(self.load_button, self.cancel_button))
        panes = row(self.list, card, spacing=14, stretch=False)
        panes.setStretch(1, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(22, 18, 22, 16)
        outer.setSpacing(12)
        outer.addWidget(self.in_use)
        outer.addWidget(self.machine)
        outer.addLayout(panes, 1)
        foot = row(label("Models are never fetched by themselves; what leaves this machine goes to a server that you "
                         "allowed.", 12, tone="dim"), self.close_button, stretch=False)  # fmt: skip
        foot.setStretch(0, 1)
        outer.addLayout(foot)

    def _fill(self, machine: Machine, entries: list[Entry]) -> None:
        said = f"{machine.ram_free / 1e9:.0f} of {machine.ram_total / 1e9:.0f} GB of memory free"
        gpu = f"{machine.gpu}, {machine.gpu_free / 1e9:.0f} of {machine.gpu_total / 1e9:.0f} GB free"
        self.machine.setText(f"This machine: {said}; {gpu if machine.gpu else 'no GPU'}.")
        self._entries = entries
        self.list.clear()
        for entry in entries:
            self.list.addItem(QListWidgetItem(self._line(entry)))
        self.list.addItem(QListWidgetItem("Another\na folder or a server"))
        names = [entry.name for entry in entries]
        self.list.setCurrentRow(names.index(self.model.name) if self.model.name in names else 0)

    def _line(self, entry: Entry) -> str:
        """An entry in the list: its name and, below, what can be done with it."""
        if entry.name == self.model.name:
            state = "in use"
        elif entry.ready:
            state = "ready to load"
        else:
            state = "not on this machine" if entry.runs else "does not fit"
        return f"{entry.title}\n{state}"

    # ---- what is chosen

    @property
    def entry(self) -> Entry | None:
        """The entry chosen; None for "Another" and before the list is there."""
        index = self.list.currentRow()
        return self._entries[index] if 0 <= index < len(self._entries) else None

    @property
    def chosen(self) -> str:
        """The name that Load opens; "" when there is none."""
        return self.entry.name if self.entry else self.own.text().strip() if self._entries else ""

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "A model's folder", str(Path.home()))
        if folder:
            self.own.setText(folder)

    # ---- loading

    def load(self) -> None:
        """Open the chosen model; the one in use stays until it is ready."""
        if not self.load_button.isEnabled():
            return
        self._say(f"Opening {self.chosen}…")
        try:
            self.coming = self._open_one(self.chosen)
        except (ModelError, OSError) as problem:
            self._say(str(problem), "bad")
        self._refresh()

    def cancel(self) -> None:
        """Stop loading; its process ends at once."""
        if self.coming is not None:
            coming, self.coming = self.coming, None
            coming.close()
            self._say("Loading was cancelled; nothing has changed.")
        self._refresh()

    def _tick(self) -> None:
        if self.job is not None and self.job.done:
            job, self.job = self.job, None
            if job.result is not None:
                self._fill(*job.result)
            else:
                self.machine.setText(job.problem)
            self._refresh()
        coming = self.coming
        if coming is None:
            return
        if coming.state == "ready":
            self.coming = None
            self.model.exchange(coming)
            self._say(f"{coming.name} is in use.", "good")
            self.used.emit(coming.name)
            self._refresh()
        elif coming.state == "failed":
            self.coming = None
            self._say(coming.problem or "It could not be loaded.", "bad")
            coming.close()
            self._refresh()
        else:
            self._say(f"{coming.name}: {coming.note or 'loading'}…")

    def _say(self, text: str, tone: str = "") -> None:
        self.note.setText(text)
        retone(self.note, tone=tone)

    def _refresh(self) -> None:
        entry, own = self.entry, self.entry is None and bool(self._entries)
        for index, known in enumerate(self._entries[: self.list.count()]):
            self.list.item(index).setText(self._line(known))
        info = self.model.info
        bits = f", {info.bits} bits" if info.bits in (4, 8, 16) else ""
        self.in_use.setText(f"In use: {self.model.name} {DEVICES.get(info.device, f'on {info.device}')}{bits}")
        self.title.setText(entry.title if entry else "Another model" if own else "")
        fit = "" if entry is None else entry.fit if entry.here else entry.fit.replace("runs on", "would run on", 1)
        self.fit.setText(f"{fit[0].upper()}{fit[1:]}." if entry else "")
        retone(self.fit, tone="good" if entry and entry.runs else "warn")
        memory = entry.memory_gb if entry else None
        self.memory.setText(
            f"Memory with an adapter: {memory[4]:g} GB at 4 bits, {memory[8]:g} at 8, {memory[16]:g} at 16."
            if memory
            else ""
        )
        self.where.setText(
            entry.where[0].upper() + entry.where[1:]
            if entry
            else "A folder with a base, an adapter or both (safetensors only), or the address of a server that speaks "
            "the OpenAI protocol, such as http://127.0.0.1:8000/v1#gemma-3-12b. @4bit or @form may follow."
            if own
            else ""
        )
        self.licence.setText(f"Licence: {entry.licence}." if entry else "")
        for widget in (self.fit, self.memory, self.licence):
            widget.setVisible(bool(widget.text()))
        self.own.setVisible(own)
        self.browse.setVisible(own)
        loading = self.coming is not None
        free = bool(self.chosen) and (entry is None or entry.here) and not loading
        self.load_button.setEnabled(
            free and not (entry and entry.name == self.model.name and self.model.state == "ready")
        )
        self.cancel_button.setVisible(loading)

    def done(self, result: int) -> None:
        """Closing the page gives up what is loading."""
        self._poll.stop()
        self.cancel()
        super().done(result)


def _open(name: str) -> LanguageModel:
    from inference.models.profiles import open_model

    return open_model(name)


def _look() -> tuple[Machine, list[Entry]]:
    machine = this_machine()
    return machine, catalogue(machine)
