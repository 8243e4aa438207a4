"""What the clinician wants of the window, by key, button, menu or palette: one method an action of actions.py.

A part of Window. Whatever moves or exposes goes to the session, which has every interlock; the rest is display.
"""

from __future__ import annotations

import os

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu

from carm_gui import theme
from carm_gui.actions import COMMANDS
from carm_gui.dressing import change
from carm_gui.session.budget import Budget
from carm_gui.views.about import AboutBox
from carm_gui.views.correct import offset_of
from carm_gui.views.field import move_text
from carm_gui.views.palette import Entry
from carm_gui.views.sheet import KeySheet
from carm_gui.views.tour import Stop, Tour
from inference.action import Action
from inference.commands import Display
from sim.collimator import stepped
from sim.landmarks import LANDMARKS, the
from sim.pose import CArmPose, MotionCommand

PALETTE_ORDER = ("Assistant", "C-arm", "Picture", "Window", "Help", "Session")
NAME = "C-arm rehearsal"
NOT_CLINICAL = "Simulation, not for clinical use"


class Wishes:
    """See the module."""

    _blades_before = None

    # ---- to the session

    def say(self, text: str) -> None:
        """A typed line, or a question's option. "screen left" is read on the picture as it is shown."""
        if self.session is None:
            self._too_early()
        else:
            self.session.submit_text(text, None if self.live.display.is_standard else self.live.display)

    def do(self, kind: str) -> None:
        """An action without fields, by key, button or menu."""
        self.submit(Action(kind))

    def submit(self, action: Action) -> None:
        if self.session is None:
            self._too_early()
        else:
            self.session.submit(action)

    def align(self, key: str) -> None:
        """Steer to a landmark, as if it had been typed."""
        self.say(f"align to {the(key)}")

    def turn_to(self, primary_deg: float, secondary_deg: float) -> None:
        """One of the usual views."""
        self.submit(Action("rotate", primary_deg=primary_deg, secondary_deg=secondary_deg, relative=False))

    def jog(self, *way: float) -> None:
        """The direction held now; all zero ends it."""
        if self.session is not None:
            self.session.jog(*way)

    def accept(self) -> None:
        """Yes to what waits, if anything does."""
        if self.state == "waiting":
            self.command.end_reason()
            self._leave_buttons()
            self.do("accept")

    def reject(self) -> None:
        """No to what waits: the command line asks why. Enter alone lets the model look again."""
        if self.state != "waiting":
            return
        step = self.session.status.proposal
        if step is None:
            self.do("reject")
        else:
            self.command.ask_reason(step.number)
            self.announce("Why? Enter alone lets it look again.")

    def give_reason(self, text: str) -> None:
        self.session.reject(text)

    def correct(self) -> None:
        """Name what is there: from the list, or at a point of the picture. Nothing moves on it."""
        if self.session is None:
            self._too_early()
            return
        self.command.end_reason()
        self.live.set_picking(True)
        self.correction.place(self.live, self.where)
        self.correction.open()

    def pick(self, where: CArmPose) -> None:
        """A point was clicked while correcting."""
        self.correction.open(where, self.live.field())

    def give_correction(self, key: str, where: CArmPose | None) -> None:
        self.live.set_picking(False)
        self.live.setFocus()
        at = None if where is None else offset_of(self.live.field(), where)
        self.session.correct(key, at)

    def leave_correction(self) -> None:
        self.live.set_picking(False)
        if not self.live.hasFocus():
            self.command.line.setFocus()

    def ask_again(self) -> None:
        if self.session is None:
            self._too_early()
        else:
            self.session.ask_again()

    def toggle_armed(self) -> None:
        """Step by step, or accepted without asking until the target, a budget or anything else ends it."""
        if self.session is None:
            self._too_early()
        elif self.armed:
            self.session.disarm()
        else:
            self.session.arm()

    def show_budget(self) -> None:
        """What one alignment may use, to be seen and set."""
        from carm_gui.views.budget_dialog import BudgetDialog

        budget = self.session.status.budget if self.session is not None else self.settings.budget
        self.budget_dialog = BudgetDialog(budget, self)
        self.budget_dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.budget_dialog.wanted.connect(self.set_budget)
        self.budget_dialog.show()

    def set_budget(self, budget: Budget) -> None:
        """What alignments may use from now on, at the next start as well."""
        self.settings.keep_budget(budget)
        self.assistant.show_budget(budget)
        if self.session is not None:
            self.session.set_budget(budget)
        self.announce(f"Budget of an alignment: {budget.words()}.")

    def _leave_buttons(self) -> None:
        # A button that vanishes would hand its focus to the next in line.
        if not self.live.hasFocus():
            self.command.line.setFocus()

    def halt(self) -> None:
        """At once, from anywhere."""
        if self.session is not None:
            self.session.halt()
        self.live.let_go()
        self.where.drive.let_go()
        self.command.end_reason()

    # ---- beam and technique

    def set_beam(self, on: bool) -> None:
        if self.session is None:
            self._too_early()
        else:
            self.session.beam(on)

    def toggle_beam(self) -> None:
        self.set_beam(not self.technique.on)

    def set_technique(self, what: dict) -> None:
        """kvp, ma, pulse_rate or auto, as the strip wishes; what then holds is shown, whatever was wished."""
        if self.session is None:
            self._too_early()
            return
        try:
            self.session.set_technique(**what)
        except ValueError as problem:
            self.assistant.show_note(str(problem), "warning")
        self.show_technique()

    def show_technique(self) -> None:
        """Put on the strip what the next pulse is made with."""
        if self.session is not None:
            self.technique.show_technique(self.session.carm.technique)

    def toggle_automatic(self) -> None:
        self.set_technique({"auto": not self.technique.auto.isChecked()})

    def collimate(self, blades_mm) -> None:
        """Open the collimator to `blades_mm` (width, height), None for the open field. It needs no X-ray: what the
        device then has is drawn on the picture on show."""
        if self.session is None:
            self._too_early()
            return
        try:
            self.session.collimate(blades_mm)
        except ValueError as problem:
            self.assistant.show_note(str(problem), "warning")
        self.live.show_blades(self.session.status.blades_mm)

    def step_blades(self, step: int) -> None:
        """Tighter (+1) or wider (-1)."""
        self.collimate(stepped(self.live.blades, step))

    def undo_blades(self) -> None:
        """The open field; once more, the opening from before."""
        now, before = self.live.blades, self._blades_before
        self._blades_before = now
        self.collimate(None if now is not None else before)

    def _too_early(self) -> None:
        self.assistant.show_note(self.failure or "The patient is still being loaded; in a moment.", "warning")

    # ---- the picture

    def toggle_invert(self) -> None:
        self.live.set_inverted(self.live.bone_dark)
        self.reference.set_inverted(not self.live.bone_dark)

    def toggle_overlays(self) -> None:
        self.live.set_overlays(not self.live.show_overlays)

    def toggle_round(self) -> None:
        self.live.set_round(not self.live.round_field)

    def flip(self, which: str) -> None:
        self.live.set_display(**{which: not getattr(self.live.display, which)})

    def upright(self) -> None:
        """The standard picture: no mirror, no turn, no zoom, automatic window."""
        fresh = Display()
        self.live.set_display(
            flip_horizontal=fresh.flip_horizontal, flip_vertical=fresh.flip_vertical, rotation_deg=0.0
        )
        self.live.magnify(-99)
        self.live.auto_window()

    def keep_reference(self) -> None:
        """The picture on show becomes the reference; nothing is written to disk."""
        if self.live.frame is None or self.live.stored:
            self._too_early()
            return
        kept = self.reference.keep(self.live.frame, "kept")
        self.reference.show_kept(kept)
        self.desk.bring("reference")

    def swap(self) -> None:
        """Exchange the held picture and the reference. With the beam on the next pulse would replace it at once."""
        reference, held = self.reference.shown, self.live.frame
        if reference is None or held is None:
            self.assistant.show_note("There is no reference to swap with yet.", "warning")
        elif self.technique.on:
            self.assistant.show_note("Swapping needs the beam off; else the next pulse replaces it.", "warning")
        else:
            back = next((k for k in self.reference.kept if k.frame is held), None) or self.reference.keep(held, "held")
            self.live.show_frame(reference.frame, recalled=f"no. {reference.number}")
            self.reference.show_kept(back)

    def compare(self) -> None:
        self.desk.bring("reference")
        self.reference.next_mode()

    def recall(self, by: int) -> None:
        self.desk.bring("reference")
        self.reference.step(by)

    def show_point_menu(self, at: QPoint, pose: CArmPose) -> None:
        """What can be done with a point of the picture."""
        menu = QMenu(self)
        here = self.live.field().pose
        way = here.motion_to(pose)
        across = MotionCommand(left_mm=round(way.left_mm), up_mm=round(way.up_mm))
        centre = menu.addAction(f"Centre the view here ({move_text(across)})")
        move = Action("move", left_mm=across.left_mm, up_mm=across.up_mm)
        centre.triggered.connect(lambda _=False: self.submit(move))
        centre.setEnabled(self.session is not None and self.state != "moving" and self.live.pose == here)
        name = menu.addAction("Correct: name what is here…")
        name.triggered.connect(lambda _=False: (self.correct(), self.pick(pose)))
        menu.addSeparator()
        for entry in ("keep_reference", "auto_window", "upright"):
            menu.addAction(self.actions_by_name[entry])
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    # ---- the window

    def wear(self, name: str) -> None:
        """Put on the colours called `name`, in every window. Where the conversation is long this takes some turns of
        the event loop: what can be seen changes in one of them."""
        chosen = theme.THEMES.get(name, theme.DARK)
        windows = [window for window in QApplication.topLevelWidgets() if isinstance(window, Wishes)]
        for window in windows:
            window.theme = chosen
        self._dressing.begin(change(chosen, windows))

    def watch_keys(self) -> None:
        """See every key before any widget does, for Esc; until the window is closed."""
        if not self._gone:
            QApplication.instance().installEventFilter(self)

    def wear_colours(self) -> None:
        """Give the theme's colours to what paints itself."""
        self.assistant.dress(self.theme)
        self.where.dress(self.theme)

    def toggle_theme(self) -> None:
        names = list(theme.THEMES)
        self.wear(names[(names.index(self.theme.name) + 1) % len(names)])

    def enlarge(self, percent: int) -> None:
        """Everything larger; Qt takes it at a start alone."""
        self.settings.size = percent / 100
        self.assistant.show_note(f"Everything is drawn at {percent} % from the next start on.")
        now = float(os.environ.get("QT_SCALE_FACTOR") or 1.0)
        room, least = self.screen().availableSize() * (now / self.settings.size), self.minimumSize()
        if room.boundedTo(least) != least:
            self.assistant.show_note("This screen is too small for it: the window's edges will lie outside.", "warning")

    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def arrange(self, name: str) -> None:
        """One of the layouts."""
        self.desk.arrange(name)

    def next_pane(self, by: int) -> None:
        """The keys go to the next (or previous) pane that is on screen."""
        stops = [
            self.command.line, self.live, self.technique.button, self.where.map, self.reference.strip,
            self.assistant.scroll,
        ]  # fmt: skip
        shown = [stop for stop in stops if stop.isVisible() and not stop.visibleRegion().isEmpty()]
        focus = QApplication.focusWidget()
        panes = [stop if stop in (self.live, self.command.line) else stop.parentWidget() for stop in shown]
        here = next((i for i, pane in enumerate(panes) if pane is focus or (focus and pane.isAncestorOf(focus))), -1)
        target = shown[(here + by) % len(shown)]
        target.window().activateWindow()
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def entries(self) -> list[Entry]:
        """Everything for the palette, from the one table and the landmarks."""
        found = []
        for command in sorted(COMMANDS, key=lambda c: PALETTE_ORDER.index(c.menu)):
            place = " · ".join(part for part in (command.menu, command.group) if part)
            key = command.keys[0] if command.keys else command.picture_key
            if command.keys or not key:
                shown = key
            else:
                shown = f"{key} in the picture"
            text = command.text.rstrip("…")
            if command.checked is not None:
                text += " ✓" if command.checked(self) else ""
            found.append(Entry(text, place, shown, self.actions_by_name[command.name].trigger))
        for mark in LANDMARKS:
            found.append(Entry(f"Align to {the(mark.key)}", "Assistant", "", lambda key=mark.key: self.align(key)))
        return found

    def show_palette(self) -> None:
        self._before_palette = QApplication.focusWidget()
        self.palette_box.open(self.entries())

    def leave_palette(self) -> None:
        before = getattr(self, "_before_palette", None)
        target = before if before is self.live else self.command.line
        target.setFocus(Qt.FocusReason.PopupFocusReason)

    def show_models(self) -> None:
        """Which models run here, and another one for this rehearsal."""
        if self.session is None:
            self._too_early()
            return
        from carm_gui.views.model_page import ModelPage

        self.model_page = ModelPage(self.session.model, parent=self)
        self.model_page.used.connect(lambda name: self.session.look_at_model())
        self.model_page.show()

    def show_recordings(self) -> None:
        """The rehearsals that are kept, to be played in a second window or exported."""
        from carm_gui.records import choose_recording

        choose_recording(self)

    def show_keys(self) -> None:
        absent = {command.name for command in COMMANDS if not self.actions_by_name[command.name].isEnabled()}
        self.sheet = KeySheet(self, absent, self.more_keys)
        self.sheet.show()

    def show_tour(self) -> None:
        """The five steps that a newcomer needs."""
        self.desk.bring("where")
        self.desk.bring("assistant")
        self.tour = Tour(
            self.centralWidget(),
            (
                Stop(
                    "The live picture",
                    "A simulated X-ray of the patient. Patient's right is on your left. Click it and it has the keys: "
                    "arrows move the view, Space is the pedal, B switches the beam.",
                    self.live,
                ),
                Stop(
                    "Say where to go",
                    "Type “align to the skull” or “go up a bit”. What is understood is shown below as you type, and "
                    "nothing moves before Enter. Ctrl+K finds every action.",
                    self.command,
                ),
                Stop(
                    "The assistant proposes, you decide",
                    "The model looks at the picture, says what it sees, and proposes a move. Accept it, reject it, or "
                    "correct it with C. What it writes is a model's text, not a measurement: look for yourself.",
                    self.assistant,
                ),
                Stop(
                    "Where am I",
                    "The field of view on the patient, and the room. Click a landmark to go there, hold a button to "
                    "move the C-arm, drag the room to look round it.",
                    self.where,
                ),
                Stop(
                    "Beam and dose, and how to stop",
                    "Beam, single shots and the dose so far; all of it is simulated. Esc halts the C-arm and the model "
                    "at once, wherever the keys are. F1 shows every key.",
                    self.technique,
                ),
            ),
        )
        self.tour.finished.connect(self._toured)

    def _toured(self, _whole: bool) -> None:
        self.settings.toured = True
        self.command.line.setFocus()

    def show_about(self) -> None:
        words = (
            "A place to rehearse steering a C-arm with a model that looks at the picture.\n"
            f"{NOT_CLINICAL}: patients, pictures and doses are simulated."
        )
        AboutBox(NAME, words, self).show()
