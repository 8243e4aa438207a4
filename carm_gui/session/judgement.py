"""What a session makes of a reply: whether anything may move on it, and how it is put into words. Pure functions; they
trust no parser and no model."""

from __future__ import annotations

from inference.commands import Action, parse
from inference.prompts import motion_of
from inference.step import Proposal, Step
from sim.frame import Frame
from sim.landmarks import BY_KEY
from sim.pose import MotionCommand


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
    return ""


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


def the(key: str) -> str:
    title = BY_KEY[key].title
    return title if title in ("T1", "T12") else f"the {title}"


def either(step: Step) -> str:
    return " or ".join(the(key) for key in step.prediction.landmarks)
