"""Which patient is open, and the dialogues that open, import and annotate one. Knows the window, no session inside.

Another patient means another rehearsal: the present window closes as by hand and a new one takes its place.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from sim.patient.load import landmarks_file


class Patients(QObject):
    """Belongs to one window. `spec` is what it shows; `reopen(spec, sentences)` begins a rehearsal on another patient
    (None where nobody can: then the sentence says how)."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.window, self.spec = window, "virtual"
        self.reopen: Callable[[str, tuple[str, ...]], None] | None = None
        self.importing = self.placing = None

    def show_import(self, import_first: bool = True) -> None:
        """The dialogue with the patients that are there and the form for a new scan."""
        from carm_gui.views.import_dialog import ImportDialog

        if self.importing is None or not self.importing.isVisible():
            self.importing = ImportDialog(self.window)
            self.importing.wanted.connect(self.open)
            self.importing.show()
        self.importing.raise_()
        self.importing.activateWindow()
        (self.importing.path if import_first else self.importing.patients).setFocus()

    def open(self, spec: str, said: tuple[str, ...] = ()) -> None:
        """Begin a rehearsal on `spec`."""
        if self.reopen is None:
            self._note(f'{spec} is ready: open it with carm --patient "{spec}".')
        elif self.placing is not None and self.placing.isVisible() and not self.placing.close():
            self._note("The landmarks of this patient are not saved yet; save or drop them first.", "warning")
        else:
            self.reopen(spec, tuple(said))

    def place(self) -> None:
        """The dialogue in which the landmarks of the present patient are placed."""
        from carm_gui.views.place_dialog import PlaceDialog

        session = self.window.session
        if session is None:
            self._note(self.window.failure or "The patient is still being loaded; in a moment.", "warning")
            return
        if self.placing is None or not self.placing.isVisible():
            patient = session.carm.projector.patient
            self.placing = PlaceDialog(patient, landmarks_file(self.spec), self.window)
            self.placing.saved.connect(self._placed)
            self.placing.show()
        self.placing.raise_()
        self.placing.activateWindow()

    def _placed(self, path: str) -> None:
        self._note(f"Landmarks saved as {path}. They count from the next time this patient is opened.", "good")

    def _note(self, text: str, level: str = "info") -> None:
        self.window.assistant.show_note(text, level)


class Rehearsals:
    """One window with its backend at a time. `make(spec)` gives a new pair, the window not shown yet."""

    def __init__(self, window, backend, make: Callable[[str], tuple]) -> None:
        self.window, self.backend, self._make = window, backend, make
        window.patients.reopen = self.reopen

    def reopen(self, spec: str, said: tuple[str, ...] = (), **options) -> None:
        """Close the present rehearsal and begin one on `spec`; `said` is shown to the user in the new one. `options`
        go to the new backend."""
        app = QApplication.instance()
        app.setQuitOnLastWindowClosed(False)
        try:
            if not self.window.close():
                return
            # Ending a model's process takes a while; nobody need wait for it.
            threading.Thread(target=self.backend.close, name="carm-ending", daemon=True).start()
            self.window.deleteLater()
            self.window, self.backend = self._make(spec, **options)
            self.window.patients.reopen = self.reopen
            self.window.show()
            for text in said:
                self.window.assistant.show_note(text)
        finally:
            app.setQuitOnLastWindowClosed(True)

    def close(self) -> None:
        """End what runs now."""
        self.backend.close()
