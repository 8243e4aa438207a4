"""What a session asks of its model: a fresh picture, a streamed reply, a correction. Decides nothing about motion.

Every reply is given up at the next piece when a halt or a newer command came; the model is then told to stop.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

from carm_gui.session.board import Board
from carm_gui.session.device import DeviceLoop, Halted
from carm_gui.session.judgement import either
from inference.commands import Action
from inference.correct import correct
from inference.expected import Expected, expected
from inference.localize import localize
from inference.models.interface import Cancelled, LanguageModel, ModelError
from inference.navigate import NavigationRefused, navigate
from inference.rephrase import rephrase
from inference.step import Delta, Prediction, Step
from sim.frame import Frame
from sim.landmarks import the

log = logging.getLogger(__name__)


class Interrupted(Exception):  # noqa: N818  a way out of the reply under way, not an error
    """A newer command makes the reply under way unwanted."""


class NoAnswer(Exception):  # noqa: N818  as above
    """There is no picture or no reply; the message is the sentence for the screen."""


class Asking:
    """`last` is what the clinician's next no speaks of: the latest reading, its frame, and its kind."""

    def __init__(
        self,
        model: LanguageModel,
        board: Board,
        device: DeviceLoop,
        interrupted: Callable[[], bool],
        regions: Callable[[Frame], Mapping[str, Any] | None] | None,
    ) -> None:
        """`regions` reads where landmarks lie on a frame, with the radius that holds them; None without such a
        reader."""
        self.model = model
        self._regions = regions
        self.last: tuple[Step, Frame, str] | None = None
        self.regions: Mapping[str, Any] | None = None  # read on the last frame that was asked about
        self._board, self._device, self._interrupted = board, device, interrupted
        self._shown = ("", "", "")

    # ---- the model itself

    def cancel(self) -> None:
        for one in (self.model, self._regions):
            try:
                if hasattr(one, "cancel"):
                    one.cancel()
            except Exception:
                log.exception("cancel")

    def close(self) -> None:
        """End the reader of regions; the model is its owner's."""
        if hasattr(self._regions, "close"):
            self._regions.close()

    @property
    def changed(self) -> bool:
        """The model's state is not the one that was last told."""
        return self._shown != self._now()

    def tell_model(self) -> None:
        state, message, _ = self._shown = self._now()
        self._board.emit("model", state=state, name=self.model.name, message=message, info=self.model.info)

    def _now(self) -> tuple[str, str, str]:
        return self.model.state, self.model.problem or self.model.note, self.model.name

    # ---- pictures and replies

    def picture(self, message: str) -> Frame:
        """A full picture of the present view. Raises NoAnswer, Halted, Interrupted."""
        self._board.become("looking", message)
        frame = self._device.picture(self._board.ticket, stop=self._interrupted)
        if self._interrupted():
            raise Interrupted
        if frame is None:
            raise NoAnswer("There is no picture of the present view to look at; try again.")
        return frame

    def where_to(self, frame: Frame, target: str, previous: Step | None, number: int) -> Step:
        """The model's step toward `target`, valid or refused."""
        self._board.become("proposing", f"Step {number}: the model is answering.")
        step = self._stream(
            lambda: navigate(self.model, frame, target, previous, number), frame, number, "navigation", target
        )
        self.last = (step, frame, "navigation")
        return step

    def what_is_here(self, frame: Frame) -> Step:
        """The two landmarks that the model reads at the centre."""
        self._board.become("proposing", "The model is answering.")
        return self._stream(lambda: localize(self.model, frame), frame, 0, "localization", None)

    def meaning_of(self, words: str) -> tuple[str, Action] | None:
        """What a general model takes words for that the grammar does not know: a line of the grammar's, or None."""
        self._board.become("proposing", "The model reads your words.")
        try:
            meant = rephrase(self.model, words, self._device.latest)
        except Cancelled:
            meant = None
        self._go_on()
        return meant

    def look_again(self, earlier: Step, frame: Frame, words: str, named: str | None) -> Step:
        """The earlier answer corrected in the clinician's words, valid or refused (which is said). `named` is the
        landmark that the clinician says it is."""
        if named is not None:
            self._board.note(f"The clinician says: {the(named)}.")
        self._board.become("proposing", "The model looks again.")
        seen, number = earlier.prediction.landmarks, earlier.number
        step = self._stream(lambda: correct(self.model, frame, seen, words, number), frame, number, "correction", None)
        if step.prediction.valid and step.prediction.frame_index != frame.index:
            problem = "It belongs to another picture."
            step = replace(step, prediction=replace(step.prediction, valid=False, problem=problem))
        if not step.prediction.valid:
            self._board.note(f"The correction was refused: {step.prediction.problem}", "warning")
        elif named is not None and named != step.prediction.landmarks[0]:
            first, second = step.prediction.landmarks
            reads = f"{the(first)} rather than {the(named)}" if named == second else f"{either(step)} instead"
            self._board.note(f"The model reads {reads}. The decision is yours.")
        return step

    def _stream(
        self, ask: Callable[[], Iterator[Delta | Step]], frame: Frame, number: int, kind: str, target: str | None
    ) -> Step:
        """Ask, and pass the reply on as it comes. Raises NoAnswer when the model fails, Halted, Interrupted."""
        step = None
        try:
            with closing(ask()) as reply:
                for piece in reply:
                    self._go_on()
                    if isinstance(piece, Step):
                        step = piece
                    else:
                        self._pass_on(piece, frame, number, kind)
        except Cancelled:
            step = None
        except (ModelError, NavigationRefused) as problem:
            raise NoAnswer(str(problem)) from None
        except (Halted, Interrupted):
            self.cancel()
            raise
        self._go_on()
        if step is None:
            raise NoAnswer("The model's reply was cancelled.")
        self.regions = self._regions_on(frame)
        self._board.emit(
            "step",
            step=step,
            target=target,
            kind=kind,
            frame=frame,
            regions=self.regions,
            expected=self._expected(step, target),
        )
        return step

    def _regions_on(self, frame: Frame) -> Mapping[str, Any] | None:
        if self._regions is None:
            return None
        try:
            return self._regions(frame)
        except Exception:
            log.exception("regions")
            return None

    @staticmethod
    def _expected(step: Step, target: str | None) -> Expected | None:
        seen = step.prediction.landmarks
        return expected(seen[0], target) if target is not None and step.prediction.valid and seen else None

    def _pass_on(self, piece: Delta, frame: Frame, number: int, kind: str) -> None:
        if piece.landmarks and kind == "navigation":
            # A "no" may come before the reply is complete; this is what it then speaks of.
            seen = Prediction(frame.index, kind, piece.landmarks)
            self.last = (Step(number, seen, None, frame.pose), frame, kind)
        self._board.emit("delta", number=number, text=piece.text, proposal=piece.proposal, landmarks=piece.landmarks)

    def _go_on(self) -> None:
        if self._board.halted:
            raise Halted
        if self._interrupted():
            raise Interrupted
