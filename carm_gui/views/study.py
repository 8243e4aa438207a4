"""A study in the window: page after page of a participant's run, each trial in the window that everyone uses, with
what the protocol hides hidden. What is measured and recorded is session/study_trial.py's; this shows it.

Patients are loaded and models opened in threads of their own; what they have to say comes back as notices.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QInputDialog, QStackedWidget, QWidget

from carm_gui.bridge import Notice
from carm_gui.dressing import Bare
from carm_gui.scout import overview
from carm_gui.session import questionnaires
from carm_gui.session.markers import MarkerError, listener, open_stream
from carm_gui.session.study import Protocol, ProtocolError
from carm_gui.session.study_order import Item
from carm_gui.session.study_ready import missing
from carm_gui.session.study_run import Run, hold, state_of
from carm_gui.session.study_trial import Restricted, Trial
from carm_gui.views.command_line import PLACEHOLDER
from carm_gui.views.questionnaire import QuestionnairePage
from carm_gui.views.step_card import StepCard
from carm_gui.views.study_bar import StudyBar
from carm_gui.views.study_pages import Page, ProctorPage, span_words
from inference.commands import learn_words
from sim.landmarks import the

log = logging.getLogger(__name__)

NOT_HERE = (
    "import",
    "open",
    "place",
    "replay",
    "save",
    "palette",
    "models",
    "tour",
    "about",
    "armed",
    "budget",
    "layout_two",
)
"""Actions of the window that are no participant's business."""
BY_HAND = "Say a move, for example “go up 5 cm”"
CHOOSE = "Your own choice first, above the picture; then the assistant answers · Esc halts"
LOOK_MS = 200
"""How often the clock and the reasons in sight are looked at."""


class Pages(Bare, QStackedWidget):
    """One page at a time; a trial's is the window that everyone uses."""


class Study(QObject):
    """`open_model(name)` gives a model that is loading; `make_projector(patient)` its projector; `parent` is where
    runs are kept (None: the user's data)."""

    def __init__(self, window, protocol: Protocol, open_model, make_projector, load_patient, parent=None) -> None:
        super().__init__(window)
        self.window, self.protocol, self._parent = window, protocol, parent
        self._open_model, self._make_projector, self._load_patient = open_model, make_projector, load_patient
        self.run: Run | None = None
        self.trial: Trial | None = None
        self.models: dict[str, object] = {}
        self._patients: dict[str, tuple] = {}
        self._reasons, self._began = False, 0.0
        self._send: Callable[[str], None] | None = None
        self._held = None
        self.bar = StudyBar()
        self.bar.hide()
        self.bar.done.connect(lambda: self.finish("done"))
        self.bar.committed.connect(self._commit)
        self._desk = window.takeCentralWidget()
        self._desk.layout().insertWidget(1, self.bar)
        self.pages = Pages()
        self.pages.addWidget(self._desk)
        window.setCentralWidget(self.pages)
        for menu in window.menuBar().actions():
            menu.setVisible(False)
        for action in window.actions_by_name.values():
            window.addAction(action)  # else its keys go with its menu
        for name in NOT_HERE:
            if name in window.actions_by_name:
                window.actions_by_name[name].setEnabled(False)
        window.assistant.allow_arming(False)
        window.bridge.event.connect(self._on_event)
        self._clock = QTimer(self)
        self._clock.setInterval(LOOK_MS)
        self._clock.timeout.connect(self._look)
        keys = (
            ("F8", "Mark what you are saying", self.think_aloud),
            ("F10", "The task is done", lambda: self.finish("done")),
            ("Ctrl+Shift+N", "The proctor's note", self.take_note),
            ("Ctrl+Shift+G", "Give the trial up", lambda: self.finish("given_up")),
        )
        for key, _, act in keys:
            QShortcut(QKeySequence(key), window, activated=act)
        window.more_keys = {"In a study": tuple((key, does) for key, does, _ in keys)}
        page = ProctorPage(protocol, self._known)
        page.begun.connect(self.begin)
        self._show(page)
        threading.Thread(target=self._look_for, args=(page,), name="carm-ready", daemon=True).start()

    # ---- from page to page

    def begin(self, code: str) -> None:
        """The participant with this code sits down."""
        try:
            self._held = hold(self.protocol, code, self._parent)
            self.run = Run(self.protocol, code, self._parent)
        except (ProtocolError, OSError) as problem:
            told = str(problem) if isinstance(problem, ProtocolError) else _unwritten("The study's folder", problem)
            self.pages.currentWidget().tell(told, "warn")
            self._let_go()
            return
        if self.protocol.marker_stream and self._send is None:
            try:
                self._send = open_stream()
            except MarkerError as problem:
                self.pages.currentWidget().tell(str(problem), "warn")
                self._let_go()
                return
        threading.Thread(target=self._open_models, name="carm-models", daemon=True).start()
        self._show_item()

    def _known(self, code: str) -> str:
        return state_of(self.protocol, code, self._parent)

    def _look_for(self, page: ProctorPage) -> None:
        learn_words()
        found = missing(self.protocol)
        if found:
            self.window.bridge.receive(Notice("study", {"ready": page, "missing": found}))

    def _show_item(self) -> None:
        item = self.run.item
        if item is None:
            page = Page("That is all.", "Thank you. Everything is stored; the proctor takes over.", "Close")
            page.going_on.connect(self.window.close)
            self._show(page)
            return
        page = self._page_of(item)
        self._show(page)
        if item.kind == "trial":
            page.going_on.connect(lambda: self._begin_trial(page))
            page.wait("The patient is being made ready…")
            self._prepare(page)
        elif item.kind == "questionnaire":
            page.finished.connect(self._answered)
        else:
            page.going_on.connect(self._advance)

    def _page_of(self, item: Item) -> QWidget:
        protocol = self.protocol
        match item.kind:
            case "trial":
                task, condition = protocol.task(item.task), protocol.condition(item.condition)
                above = "Practice" if item.practice else f"Trial {item.number} of {self.run.trials}"
                limit = f"You have {span_words(task.time_limit_s)}."
                return Page(
                    task.instruction or f"Go to {the(task.target)}.",
                    f"{condition.instruction}\n{limit}",
                    "Start",
                    above,
                )
            case "questionnaire":
                return QuestionnairePage(questionnaires.load(item.questionnaire), item.condition and "the last trials")
            case "pause":
                return Page("A pause", "Take your time. Nothing runs while this page is shown.")
            case "welcome":
                return Page("Welcome", protocol.welcome or "Thank you for taking part.", "Begin", protocol.title)
        text = f"{protocol.debriefing or 'Thank you for taking part.'}\n{self.run.disclosure()}"
        return Page("What this was about", text, "Finish", "Debriefing")

    def _show(self, page: QWidget) -> None:
        old = self.pages.currentWidget()
        if page is not self._desk:
            self.pages.addWidget(page)
        self.pages.setCurrentWidget(page)
        if old is not self._desk and old is not page:
            self.pages.removeWidget(old)
            old.deleteLater()
        page.setFocus()

    def _advance(self, then: Callable[[], None] | None = None) -> None:
        """The page is done. `then` shows what comes (None: the next page)."""
        self._store(lambda: self.run.advance(), then or self._show_item)

    def _answered(self, answers: list) -> None:
        self._store(lambda: self.run.answer(self.run.item.questionnaire, answers), self._advance)

    def _store(self, act: Callable[[], object], then: Callable[[], None]) -> None:
        """Write, then go on; a disk that takes nothing is said, and tried again when the button is pressed."""
        try:
            act()
        except OSError as problem:
            log.warning("study", exc_info=True)
            text = (
                f"{_unwritten('The study', problem)}\nPlease call the proctor: make room on the disk, then try again."
            )
            page = Page("This could not be stored.", text, "Try again")
            page.going_on.connect(lambda: self._store(act, then))
            self._show(page)
        else:
            then()

    # ---- a trial

    def _open_models(self) -> None:
        wanted = {c.model for c in self.protocol.conditions if c.mode != "manual"}
        for name in sorted(wanted):
            self.models[name] = self._open_model(name)

    def _prepare(self, page: Page) -> None:
        spec = self.protocol.task(self.run.item.task).patient

        def load() -> None:
            try:
                if spec not in self._patients:
                    patient = self._load_patient(spec)
                    self._patients = {spec: (patient, self._make_projector(patient), overview(patient))}
                self.window.bridge.receive(Notice("scout", self._patients[spec][2]))
                self.window.bridge.receive(Notice("study", {"ready": page, "problem": ""}))
            except (ValueError, OSError) as problem:
                self.window.bridge.receive(Notice("study", {"ready": page, "problem": str(problem)}))

        threading.Thread(target=load, name="carm-patient", daemon=True).start()

    def _begin_trial(self, page: Page) -> None:
        condition = self.protocol.condition(self.run.item.condition)
        model = None if condition.mode == "manual" else self.models.get(condition.model)
        if condition.mode != "manual" and (model is None or model.state == "loading"):
            page.wait("The assistant is still being loaded…")  # the timer goes with its page
            QTimer.singleShot(300, page, lambda: self._begin_trial(page))
            return
        page.ready()
        if model is not None and model.state == "failed":
            page.tell(f"The assistant cannot be used: {model.problem}", "warn")
            return
        patient, projector, _ = self._patients[self.protocol.task(self.run.item.task).patient]
        try:
            self.trial = trial = Trial(self.run, patient, projector, model)
        except (ValueError, OSError) as problem:
            page.tell(str(problem), "warn")
            return
        window = self.window
        window.clear()
        self._dress(trial)
        session = trial.session
        restricted = None if trial.rules.manual_jog else Restricted(session, self._say)
        window.attach(restricted or session)
        window.on_event(Notice("pose", {"pose": session.carm.pose, "moving": False}))
        window.on_event(Notice("dose", {"dose": session.carm.dose}))
        session.listen(window.bridge.receive)
        if self._send is not None:
            item = trial.item
            session.listen(listener(self._send, f"{item.task} {item.condition} {self.run.code}"))
        number = "Practice" if trial.item.practice else f"Trial {trial.item.number} of {self.run.trials}"
        self.bar.show_task(number, trial.task.instruction or f"Go to {the(trial.task.target)}.")
        self.bar.show()
        self._show(self._desk)
        window.command.line.setFocus()
        self._reasons, self._began = False, time.monotonic()
        trial.begin()
        if trial.rules.show.truth:
            window.show_truth({trial.task.target: trial.truth})
        self._clock.start()

    def _dress(self, trial: Trial) -> None:
        """Show and hide what the protocol says."""
        with_model = trial.rules.mode != "manual"
        self.window.desk.panes["assistant"].setVisible(True)
        self.window.assistant.allow_reasons(trial.rules.show.reasons and with_model)
        self.window.where.drive.setVisible(trial.rules.manual_jog)
        self.window.desk.bring("assistant")
        self.window.command.invite(PLACEHOLDER if with_model else BY_HAND)
        if not with_model:
            self.window.assistant.greet(False)

    def _commit(self, x: str, y: str) -> None:
        self.window.command.line.setFocus()
        if self.trial is not None:
            self.window.assistant.header.show_state(self.window.state)
            self.window.guide()
            self.trial.commit(x, y)

    def _say(self, text: str) -> None:
        self.window.bridge.receive(Notice("note", {"text": text, "level": "warning"}))

    def _look(self) -> None:
        trial = self.trial
        if trial is None:
            return
        self.bar.show_left(trial.seconds - (time.monotonic() - self._began))
        seen = any(isinstance(card, StepCard) and card.prose_in_sight() for card in self.window.assistant.cards[-6:])
        if seen != self._reasons and not trial.ended:
            self._reasons = seen
            trial.show_reasons(seen)

    def finish(self, reason: str) -> None:
        """The trial is over; the page after it comes with the mark that says so."""
        if self.trial is not None and not self.trial.ended:
            self.window.live.let_go()
            self.trial.end(reason)

    def _on_event(self, event) -> None:
        if event.kind == "study":
            if event.data["ready"] is not self.pages.currentWidget():
                return  # that page is gone
            if "missing" in event.data:
                event.data["ready"].show_missing(event.data["missing"])
            elif event.data["problem"]:
                event.data["ready"].tell(event.data["problem"], "warn")
            else:
                event.data["ready"].ready()
        elif event.kind == "mark" and self.trial is not None:
            name = event.data["name"]
            if name == "commit_wanted":
                self.bar.ask_choice()
                # The session says that the model answers, and yet it is the participant's turn.
                self.window.assistant.header.show_state("waiting")
                self.window.command.guide(CHOOSE)
                self.window.announce(CHOOSE)
            elif name == "trial_ended":
                self._trial_over(event.data["reason"])

    def _trial_over(self, reason: str) -> None:
        trial, self.trial = self.trial, None
        self._clock.stop()
        self.bar.hide()
        self.window.session = None
        threading.Thread(target=trial.close, name="carm-trial", daemon=True).start()
        if reason == "interrupted":
            return
        if reason == "time":
            page = Page("The time is over.", "That is nothing to worry about.", "Continue")
            page.going_on.connect(self._show_item)
            self._advance(lambda: self._show(page))
        else:
            self._advance()

    # ---- the proctor

    def think_aloud(self) -> None:
        """F8: what is being said now is worth hearing."""
        if self.trial is not None and not self.trial.ended:
            self.trial.think_aloud()
            self.bar.show_marked("✓ marked")

    def take_note(self) -> None:
        """Ctrl+Shift+N: a note of the proctor's; it stays on this machine and is never exported."""
        if self.run is None:
            return
        told, text = "It stays on this machine and is never exported. No names.", ""
        while True:
            text, given = QInputDialog.getMultiLineText(self.window, "Proctor's note", told, text)
            if not given or not text.strip():
                return
            try:
                self.run.note(text)
                return
            except OSError as problem:
                told = _unwritten("The note", problem)

    def close(self) -> None:
        """The window closes: a trial under way is broken off, and is done again another time."""
        self._clock.stop()
        trial, self.trial = self.trial, None
        if trial is not None:
            trial.close()
        for model in self.models.values():
            model.close()
        self._let_go()

    def _let_go(self) -> None:
        """Another window may have the participant."""
        if self._held is not None:
            self._held.release()
            self._held = None


def _unwritten(what: str, problem: OSError) -> str:
    return f"{what} cannot be written: {problem.strerror or problem}."
