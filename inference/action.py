"""What the clinician asks for, as one value. Knows the fourteen landmarks; knows no words, no device and no window.

`Action.as_dict()` is the answer of `carm parse`; `Action.echo()` is what is shown before anything moves, always with
its frame. Lengths in mm of the view in the patient frame (+left, +up), angles in degrees (+LAO, +cranial).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.landmarks import the

FIELDS: dict[str, tuple[str, ...]] = {
    "align": ("landmark",),
    "move": ("left_mm", "up_mm"),
    "rotate": ("primary_deg", "secondary_deg", "relative"),
    "expose": (),
    "fluoro": ("on",),
    "accept": (),
    "reject": ("landmark", "not_landmark"),
    "halt": (),
    "return": (),
    "home": (),
    "locate": (),
    "save": (),
    "magnify": ("step",),
    "collimate": ("step",),
    "help": (),
    "sequence": ("actions",),
    "clarify": ("reason", "options"),
}
"""The fields of each kind, in the order in which they are shown."""

REASONS = ("side", "unknown_landmark", "direction", "amount", "conflict", "negation", "not_understood")

_QUESTIONS = {
    "side": "Which side, the patient's left or right?",
    "unknown_landmark": "That is not one of the fourteen landmarks here.",
    "direction": "In which direction, and of what?",
    "amount": "By how much?",
    "conflict": "That can be read in more than one way.",
    "negation": "That says what not to do; what should be done?",
    "not_understood": "That was not understood.",
}


@dataclass(frozen=True)
class Action:
    """One thing to do. Only the fields that `FIELDS` names for `kind` mean anything."""

    kind: str
    landmark: str | None = None
    not_landmark: str | None = None
    left_mm: float = 0.0
    up_mm: float = 0.0
    primary_deg: float = 0.0
    secondary_deg: float = 0.0
    relative: bool = False
    on: bool | None = None
    step: int = 0
    actions: tuple[Action, ...] = ()
    reason: str = ""
    options: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in FIELDS:
            raise ValueError(f"There is no action '{self.kind}'; the kinds are {', '.join(FIELDS)}.")

    def as_dict(self) -> dict[str, Any]:
        """The JSON object of this action: its kind and that kind's fields alone."""
        answer: dict[str, Any] = {"kind": self.kind}
        for name in FIELDS[self.kind]:
            value = getattr(self, name)
            if name == "actions":
                value = [action.as_dict() for action in value]
            elif name == "options":
                value = list(value)
            answer[name] = value
        return answer

    @property
    def question(self) -> str:
        """The question to ask back when this is a clarify, else an empty string."""
        return _QUESTIONS.get(self.reason, "") if self.kind == "clarify" else ""

    def echo(self) -> str:
        """One phrase that says what was understood, with its frame."""
        return _ECHO[self.kind](self)


def _amount(value: float) -> str:
    return f"{abs(value):g}"


def _echo_move(action: Action) -> str:
    shifts = []
    if action.left_mm:
        side = "left" if action.left_mm > 0 else "right"
        shifts.append(f"{_amount(action.left_mm)} mm toward the patient's {side}")
    if action.up_mm:
        shifts.append(f"{_amount(action.up_mm)} mm toward the {'head' if action.up_mm > 0 else 'feet'}")
    return "view " + " and ".join(shifts) if shifts else "no motion"


def _echo_rotate(action: Action) -> str:
    primary, secondary = action.primary_deg, action.secondary_deg
    if action.relative:
        turns = []
        if primary:
            turns.append(f"{_amount(primary)}° toward {'LAO' if primary > 0 else 'RAO'}")
        if secondary:
            turns.append(f"{_amount(secondary)}° toward {'cranial' if secondary > 0 else 'caudal'}")
        return "rotate " + " and ".join(turns) if turns else "no rotation"
    if not primary and not secondary:
        return "view straight AP (LAO 0 / CRAN 0)"
    name = f"view {'RAO' if primary < 0 else 'LAO'} {_amount(primary)}"
    name += f" / {'CAUD' if secondary < 0 else 'CRAN'} {_amount(secondary)}"
    if not secondary:
        return name + " (releases cranial/caudal)"
    return name + (" (releases LAO/RAO)" if not primary else "")


def _echo_reject(action: Action) -> str:
    said = []
    if action.landmark:
        said.append(f"that is {the(action.landmark)}")
    if action.not_landmark:
        said.append(f"not {the(action.not_landmark)}")
    return "no, " + ", ".join(said) if said else "no, look again"


_ECHO = {
    "align": lambda a: f"align to {the(a.landmark)}",
    "move": _echo_move,
    "rotate": _echo_rotate,
    "expose": lambda a: "take one image",
    "fluoro": lambda a: "beam on" if a.on else "beam off",
    "accept": lambda a: "accept the proposal",
    "reject": _echo_reject,
    "halt": lambda a: "halt",
    "return": lambda a: "back to the previous position",
    "home": lambda a: "back to the start position",
    "locate": lambda a: "say what is in the view's centre",
    "save": lambda a: "save this image",
    "magnify": lambda a: "zoom in" if a.step > 0 else "zoom out",
    "collimate": lambda a: {1: "collimate tighter", -1: "collimate wider"}.get(a.step, "open the collimator"),
    "help": lambda a: "help",
    "sequence": lambda a: ", then ".join(action.echo() for action in a.actions),
    "clarify": lambda a: " ".join([a.question, *(["Offered: " + "; ".join(a.options) + "."] if a.options else [])]),
}


def clarify(reason: str, *options: str) -> Action:
    return Action("clarify", reason=reason, options=tuple(options))
