"""What a session makes of a reply: whether anything may move on it, and how it is put into words. Pure functions; they
trust no parser and no model."""

from __future__ import annotations

from inference.commands import Action, parse
from inference.expected import expected
from inference.prompts import motion_of
from inference.step import Prediction, Proposal, Step
from sim.frame import Frame
from sim.geometry import FIELD_MM
from sim.landmarks import the
from sim.pose import MotionCommand

SURE_SD = 3.0
ARRIVED_MM = 60.0
"""An arrival this far from where the target can lie is none, however generous one is."""


def distrust(step: Step, frame: Frame, target: str) -> str:
    """Why nothing may move on this step: one sentence, "" when it may."""
    prediction, proposal = step.prediction, step.proposal
    if not prediction.valid:
        return f"The reply was refused: {prediction.problem or 'it could not be read.'}"
    if proposal is None:
        return "The reply was refused: it proposes nothing."
    if prediction.frame_index != frame.index or step.pose != frame.pose:
        return "The reply was refused: it belongs to another picture."
    if proposal.target != target:
        return "The reply was refused: it is about another target."
    try:
        said = motion_of(proposal.x, proposal.extent_x, proposal.y, proposal.extent_y)
    except KeyError:
        return "The reply was refused: its directions cannot be read."
    if proposal.motion != said or said.is_zero != proposal.arrived:
        return "The reply was refused: its move contradicts its words."
    wrong_way = against_anatomy(prediction.landmarks[:1], proposal)
    return f"The reply was refused: {wrong_way}" if wrong_way else ""


def against_anatomy(seen: tuple[str, ...], proposal: Proposal) -> str:
    """Why the landmark that a reply sees and the move that it proposes cannot both be right, one sentence; "" when they
    can. What is seen lies within the picture; from there the target lies where it lies in people, give or take
    SURE_SD standard deviations. A move away from all of that, or an arrival where the target cannot be, is refused."""
    if len(seen) != 1 or seen[0] == proposal.target:
        return ""
    away = expected(seen[0], proposal.target)
    motion = proposal.motion
    for middle, spread, moved, ways in (
        (away.left_mm, away.left_sd_mm, motion.left_mm, ("left", "right")),
        (away.up_mm, away.up_sd_mm, motion.up_mm, ("up", "down")),
    ):
        nearest = abs(middle) - FIELD_MM / 2 - SURE_SD * spread
        way = ways[0] if middle > 0 else ways[1]
        story = f"it sees {the(seen[0])}, from where {the(proposal.target)} lies {way}, yet"
        if nearest > 0 and moved * middle < 0:
            return f"{story} it moves {ways[0] if moved > 0 else ways[1]}."
        if nearest > ARRIVED_MM and proposal.arrived:
            return f"{story} it says that it has arrived."
    return ""


def clinicians(landmark: str, number: int, frame: Frame) -> Step:
    """What the clinician says of a picture, as a step like any other."""
    prediction = Prediction(frame.index, "correction", (landmark,), valid=True)
    return Step(number, prediction, None, frame.pose)


def as_context(corrected: Step, target: str) -> Step:
    """A correction as the previous step of the next prompt: what is seen now, and that nothing has moved."""
    stay = Proposal(target, "CENTER", "NONE", "CENTER", "NONE", MotionCommand())
    return Step(corrected.number, corrected.prediction, stay, corrected.pose)


def as_words(action: Action) -> str:
    """A rejection given by key, in words for the model."""
    if action.landmark is not None:
        return f"That is {the(action.landmark)}."
    if action.not_landmark is not None:
        return f"That is not {the(action.not_landmark)}."
    return "look again"


def as_rejection(words: str) -> Action:
    """What the words given as the reason of a rejection are: a rejection with the landmark that they name ("left
    elbow" is "that's the left elbow"), or whatever else, if they halt, accept or ask for another landmark."""
    plain = parse(words)
    if plain.kind in ("reject", "halt", "accept"):
        return plain
    named = parse(f"that's the {words}")
    if named.kind == "reject":
        return named
    if plain.kind == "align":
        return plain
    return Action("reject")


def either(step: Step) -> str:
    return " or ".join(the(key) for key in step.prediction.landmarks)
