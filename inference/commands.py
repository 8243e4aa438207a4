"""Typed words in, an `Action` or a question back out; never a guess and never an exception.

    from inference.commands import parse
    parse("left 30 mm and up 2 cm").echo()  ->  "view 30 mm toward the patient's left and 20 mm toward the head"

`language/` turns text into typed tokens and those into an action. `HELP` is the one table behind help,
completion and the documentation. Nothing here knows the session, the device or a model.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass

from inference.action import FIELDS, REASONS, Action, clarify
from inference.language.display import Display
from inference.language.grammar import understand

__all__ = ["FIELDS", "HELP", "REASONS", "Action", "Display", "HelpRow", "help_text", "parse"]

LONGEST = 500
"""Characters. A longer line is not a command anybody types; it is refused unread."""
_STOP_SOMEWHERE = re.compile(r"\b(?:stop|halt|freeze)\b", re.IGNORECASE)
"""What halts even in a line that is not read."""


def parse(text: str, display: Display | None = None) -> Action:
    """What `text` asks for. `display` is the picture as shown (None: the standard one) and decides what "screen left"
    means. Whatever is not understood for certain comes back as a clarify; nothing is ever raised."""
    # A line that breaks the parser must not end a session, and must not move anything.
    with suppress(Exception):
        if len(text) <= LONGEST:
            return understand(text, display or Display())
    return Action("halt") if _STOP_SOMEWHERE.search(str(text)) else clarify("not_understood", *_FIRST)


@dataclass(frozen=True)
class HelpRow:
    """One kind of command: what it does and how it can be said."""

    kind: str
    does: str
    examples: tuple[str, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        return FIELDS[self.kind]


HELP: tuple[HelpRow, ...] = (
    HelpRow(
        "align",
        "steer to a landmark",
        ("align to the skull", "take me to the left shoulder blade tip", "show me T12"),
    ),
    HelpRow(
        "move",
        "shift the view; left and right are the patient's, no unit is mm",
        ("go up a bit", "5 cm toward the feet", "left 30 mm and up 2 cm"),
    ),
    HelpRow(
        "rotate",
        "set a view, or change the angles",
        ("LAO 30", "LAO 30 cran 20", "straight AP", "lateral", "tilt 10 degrees cranial", "more LAO"),
    ),
    HelpRow("expose", "take one image", ("take a shot", "one more image")),
    HelpRow("fluoro", "beam on or off", ("start fluoro", "beam off")),
    HelpRow("accept", "accept what is proposed", ("yes, go ahead", "looks right")),
    HelpRow(
        "reject",
        "say that it is wrong, and what it is",
        ("no, look again", "that's the left elbow", "that is not the carina"),
    ),
    HelpRow("halt", "stop all motion at once", ("stop", "freeze", "hold it")),
    HelpRow("return", "back to the position before the last move", ("go back to where we were", "undo that move")),
    HelpRow("home", "back to the start position", ("back to the start position", "go home")),
    HelpRow("locate", "ask what is in the view", ("where are we?", "what am I looking at?")),
    HelpRow("save", "keep the image shown", ("save this image",)),
    HelpRow("magnify", "zoom", ("zoom in", "zoom out")),
    HelpRow("collimate", "close or open the blades", ("cone down", "collimate wider", "open the collimator")),
    HelpRow("help", "this list", ("help", "what can I say?")),
    HelpRow(
        "sequence",
        "several in order, each confirmed on its own",
        ("go to T12 and take a shot", "no, go to the skull"),
    ),
)

_FIRST = ("align to the skull", "go up a bit", "take a shot", "where are we?", "what can I say?")


def help_text() -> str:
    """The table as plain lines: what it does, and how to say it."""
    return "\n".join(f"{row.does}: " + "; ".join(f'"{said}"' for said in row.examples) for row in HELP)


def learn_words() -> None:
    """Compile the lexicon, which the first line that is parsed waits for by half a second: call it in a thread in which
    nobody waits, before a halt can be typed."""
    parse("align to the skull")
