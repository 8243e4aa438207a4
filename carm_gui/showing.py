"""What the window shows of each event of the session: one method a kind, in the GUI thread, in order.

A part of Window: it has the views. Knows the events (session/events.py) and nothing behind them.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from PySide6.QtCore import Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QApplication

from carm_gui.pictures_out import save_picture
from carm_gui.views.field import view_name
from carm_gui.views.live import Offer
from carm_gui.views.overlays import Mark
from carm_gui.views.step_card import title
from inference.step import Step
from sim.landmarks import the

PALETTE_GUIDE = "Ctrl+K finds every action · "
GUIDE = {
    "idle": f"Enter sends · {PALETTE_GUIDE}F1 shows every key",
    "looking": "The model takes a look… · Esc halts",
    "proposing": "The model is answering… · Esc halts",
    "waiting": "Ctrl+Enter accepts · Ctrl+Backspace rejects · Ctrl+Shift+C corrects · Esc halts",
    "moving": "The view moves… · Esc halts",
    "halted": "Halted. Nothing moves until you say so.",
    "arrived": "The model says it has arrived. Say where to go next.",
}
PICTURE_GUIDE = "The picture has the keys: arrows move · A accept · R reject · C correct · L where are we? · Esc halts"
FAILED = "There is no rehearsal here. Ctrl+O opens another patient."
MOST_ACCEPTED = 6
SAME_MOMENT_S = 0.4
PASSING = ("frame", "pose", "beam", "dose", "technique", "collimator", "scout")
"""Events that say nothing in the conversation."""


class Showing:
    """See the module."""

    def _init_showing(self) -> None:
        self._predicted: tuple[Mark, ...] = ()
        self._accepted: list[Mark] = []
        self._corrections: list[Mark] = []
        self._truth: tuple[Mark, ...] = ()
        self._regions: dict[int, dict] = {}
        self._spoken = False
        self._last_said = ("", 0.0)

    @Slot(object)
    def on_event(self, event) -> None:
        """One event of the session (or of a worker of this window), in order."""
        handler = getattr(self, f"_on_{event.kind}", None)
        if handler is not None:
            handler(event.data)
            self._spoken = self._spoken or event.kind not in PASSING

    @Slot()
    def lay_out(self) -> None:
        """All that these events have said is there: once for them together, before any paint."""
        if self._spoken:
            self._spoken = False
            self.assistant.lay_out()

    def clear(self) -> None:
        """Show nothing of what has been, for another session (a study's next trial) or another moment of a replay."""
        self._init_showing()
        self.state = "idle"
        self.assistant.clear()
        self.reference.clear()
        self.live.show_offer(None)
        self.live.show_seen("", self.live.pose)
        self.live.show_state("idle")
        self.live.show_beam(False)
        self.live.show_blades(None)
        self.where.show_beam(False)
        self.where.map.track = []
        self.where.map.show_goal(None)
        self.correction.dismiss()
        self.command.end_reason()
        self._show_marks()

    # ---- patient and device

    def _on_loaded(self, data: dict) -> None:
        self.attach(data["session"])

    def _on_scout(self, data: dict) -> None:
        self.where.show_scout(data["scout"], data.get("t1"), data.get("back_mm", 0.0))

    def _on_failed(self, data: dict) -> None:
        self.fail(data["text"])

    def _on_frame(self, data: dict) -> None:
        frame = data["frame"]
        self.live.show_frame(frame)
        self.reference.show_live(frame)
        if data.get("shot"):
            self.reference.keep(frame, "shot")

    def _on_pose(self, data: dict) -> None:
        self.live.show_pose(data["pose"], data["moving"])
        self.where.show_pose(data["pose"])

    def _on_beam(self, data: dict) -> None:
        self.live.show_beam(data["on"])
        self.where.show_beam(data["on"])
        self.technique.show_beam(data["on"], data["pulse_rate"])

    def _on_dose(self, data: dict) -> None:
        self.technique.show_dose(data["dose"])

    def _on_technique(self, data: dict) -> None:
        self.technique.show_technique(data["technique"])

    def _on_collimator(self, data: dict) -> None:
        # The status may be newer than the event: a blade that is dragged must not jump back.
        self.live.show_blades(self.session.status.blades_mm if self.session else data["blades_mm"])

    def _on_motion(self, data: dict) -> None:
        phase, message = data["phase"], data["message"]
        if phase == "started":
            self.where.map.mark_stop(data["from"])
            if message != "Jog.":
                self.assistant.show_note(message[:1].upper() + message[1:])
        elif phase == "refused":
            self.assistant.show_note(message, "warning")
            self.announce(message)
        elif phase == "halted":
            self.assistant.show_note(message, "warning")
        if phase != "started":
            self.live.show_offer(None)
            self.where.map.show_goal(None)
        if phase in ("finished", "halted"):
            self.live.show_pose(data["to"], moving=False)
            self.where.show_pose(data["to"])
        if phase == "finished":  # a halt is told by its state
            self.announce(f"Stopped at {view_name(data['to'])}.")

    # ---- the dialogue

    def _on_state(self, data: dict) -> None:
        self.state = data["state"]
        self.live.show_state(self.state)
        self.assistant.show_state(self.state)
        self.where.map.show_target(self.session.status.target if self.session else None)
        if self.state == "waiting":
            self._show_waiting()
        else:
            self.correction.dismiss()
            if self.state != "moving":
                self.live.show_offer(None)
                self.where.map.show_goal(None)
        if self.state != "waiting":
            self.command.end_reason()
        if self.state in ("looking", "moving"):
            self.live.show_seen("", self.live.pose)
        self.guide()
        if self.state in ("waiting", "moving", "halted"):  # what is offered says itself here, an arrival its own event
            step = self.session.status.proposal if self.session and self.state == "waiting" else None
            seen = f"Sees {' or '.join(map(the, step.prediction.landmarks))}. " if step is not None else ""
            self.announce(seen + (data["message"] or self.state), urgent=self.state == "halted")

    def _show_waiting(self) -> None:
        step: Step | None = self.session.status.proposal if self.session else None
        self.assistant.show_waiting(step)
        if step is None:
            self.live.show_offer(None)
            self.where.map.show_goal(None)
            self.command.end_reason()
            return
        context = title(step.prediction.landmarks[0]) if step.prediction.landmarks else ""
        self.desk.reveal("assistant")
        self.live.show_offer(Offer(step.proposal, step.pose, context, "waiting"))
        self.where.map.show_goal(step.pose.moved(step.proposal.motion))

    def _on_said(self, data: dict) -> None:
        self.assistant.show_said(data["text"])

    def _on_understood(self, data: dict) -> None:
        if data["action"].kind == "align":
            self._accepted, self._corrections = [], []
            self._show_marks()
        if data["action"].kind in ("align", "locate"):  # the answer takes a while
            self.announce(f"Understood: {data['echo']}.")
        self.assistant.show_understood(data["echo"], data["action"].kind == "clarify")

    def _on_question(self, data: dict) -> None:
        self.assistant.show_question(data["text"], data["options"])
        self.desk.reveal("assistant")
        options = [words for words in data["options"] if words.lower() not in data["text"].lower()]
        if data["reason"] == "not_understood":
            options = options[:1]  # they are examples
        self.announce(f"{data['text']} Say {', or '.join(options)}." if options else data["text"])

    def _on_delta(self, data: dict) -> None:
        landmarks = tuple(data.get("landmarks") or ())
        self.assistant.show_delta(data["number"], data["text"], data.get("proposal"), landmarks)
        if data.get("proposal") is not None:
            self.live.show_offer(Offer(data["proposal"], self.live.pose, "", "streaming"))

    def _on_step(self, data: dict) -> None:
        step = data["step"]
        self.assistant.show_step(step, data["target"], data["kind"], data.get("expected"))
        regions = data.get("regions") or {}
        self._regions = {step.number: regions}
        self._predicted = tuple(
            Mark("predicted", title(key), _moved(step.pose, regions[key]), regions[key]["radius_mm"], step.pose)
            for key in step.prediction.landmarks
            if key in regions
        )
        self._show_marks()
        frame = data.get("frame")
        if frame is not None:
            self.reference.keep(frame, "look")
        if step.prediction.valid and data["kind"] != "navigation":
            read = step.prediction.landmarks
            self.live.show_seen(" or ".join(map(title, read)), step.pose)
            self.announce(f"The model reads {' or '.join(map(the, read))} at the centre.")

    def _on_decision(self, data: dict) -> None:
        self.assistant.show_decision(data["accepted"], data["text"])
        if not data["accepted"]:
            self.announce("Rejected.")
        offer = self.live.offer
        if data["accepted"] and offer is not None:
            self._mark_accepted(offer, data["number"])
            self.live.show_offer(Offer(offer.proposal, offer.pose, "", "accepted"))
        else:
            self.live.show_offer(None)
            self.where.map.show_goal(None)

    def _mark_accepted(self, offer: Offer, number: int) -> None:
        """What the clinician let stand, as a disc: where a model reads it, else in the middle of its view."""
        if offer.context:
            read = next((m.where for m in self._predicted if m.text == offer.context), offer.pose)
            disc = Mark("accepted", f"step {number}: {offer.context}", read)
            self._accepted = [*self._accepted[1 - MOST_ACCEPTED :], disc]
        self._predicted = ()
        self._show_marks()

    def _on_corrected(self, data: dict) -> None:
        pose = data["frame"].pose
        at = pose.replace(left_mm=pose.left_mm + (data["left_mm"] or 0.0), up_mm=pose.up_mm + (data["up_mm"] or 0.0))
        self._predicted = ()
        self._corrections = [*self._corrections[-3:], Mark("correction", f"{title(data['landmark'])} (you)", at)]
        self._show_marks()
        self.live.show_seen("", self.live.pose)

    def _show_marks(self) -> None:
        self.live.show_marks((*self._truth, *self._accepted, *self._predicted, *self._corrections))

    def show_truth(self, places: dict[str, tuple[float, float, float]] | None) -> None:
        """True places of landmarks (left, up, front; mm) as squares; None takes them away. For a study that allows it
        and for the debriefing: never during a rehearsal of its own accord, and nothing of it reaches a model."""
        pose = self.live.pose
        self._truth = tuple(
            Mark("truth", f"{title(key)} (truth)", replace(pose, left_mm=p[0], up_mm=p[1], ant_mm=p[2]))
            for key, p in (places or {}).items()
        )
        self._show_marks()

    def _on_arrived(self, data: dict) -> None:
        self.assistant.show_note(data["message"], "good")
        self.live.show_seen(f"{the(data['target'])} (model)", self.live.pose)
        self.announce(data["message"])

    def _on_model(self, data: dict) -> None:
        self.assistant.show_model(data["state"], data["name"], data["message"], data["info"])

    def _on_armed(self, data: dict) -> None:
        self.armed = data["on"]
        self.assistant.show_armed(data["on"])
        if data["on"]:
            self.announce("Armed: proposals are accepted without asking. Esc halts.")
        elif data.get("reason"):
            self.announce(data["reason"])

    def _on_spent(self, data: dict) -> None:
        self.assistant.show_spent(data["spent"], data["budget"])

    def _on_note(self, data: dict) -> None:
        self.assistant.show_note(data["text"], data["level"])
        if data["level"] != "info":
            self.announce(data["text"])

    def _on_display(self, data: dict) -> None:
        self.live.magnify(data["action"].step)

    def _on_saved(self, data: dict) -> None:
        self.reference.keep(data["frame"], "saved")
        worker = threading.Thread(target=save_picture, args=(data["frame"], self.bridge.receive), daemon=True)
        worker.start()

    # ---- words

    def guide(self) -> None:
        """The line below the command line: what can be done now."""
        here = self.live.hasFocus() and self.state in ("idle", "waiting", "arrived", "halted")
        text = FAILED if self.failure else PICTURE_GUIDE if here else GUIDE[self.state]
        if not self.actions_by_name["palette"].isEnabled():  # in a study, and in a replay
            text = text.replace(PALETTE_GUIDE, "")
        self.command.guide(text)

    def announce(self, text: str, urgent: bool = False) -> None:
        """Let a screen reader say it; what is `urgent` breaks into what it is saying. What several events of one moment
        have in common is said once."""
        now = time.monotonic()
        said_before, self._last_said = self._last_said, (text, now)
        if said_before[0] == text and now - said_before[1] < SAME_MOMENT_S:
            return
        self.announced.emit(text)
        if QAccessible.isActive():
            event = QAccessibleAnnouncementEvent(self, text)
            if urgent:
                event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
            QAccessible.updateAccessibility(event)

    def five_minutes(self, minutes: int) -> None:
        """The signal of a console: another five minutes of fluoroscopy."""
        QApplication.beep()
        sentence = f"{minutes} minutes of fluoroscopy (simulated)."
        self.assistant.show_note(sentence, "warning")
        self.announce(sentence)


def _moved(pose, region):
    return pose.replace(left_mm=pose.left_mm + region["left_mm"], up_mm=pose.up_mm + region["up_mm"])
