"""Typed tokens to an action, or to a question back. Knows sentences; knows no spelling (`words.py`) and no device.

A hand-written grammar over typed tokens rather than lark: people type fragments in any order, so what matters is not
a tree but which kinds of words are there and how amounts bind to directions, and every failure must say why (side,
amount, direction ...). The one rule that keeps it safe: each reader (answers, simple, landmarks, shifts, turns) lists
the token types that it accepts, and a single token outside that list, an unknown word above all, makes it decline.
Nothing is skipped to reach a motion.

Order: "stop" in any wording; then "don't ..."; then the line as one action; then, only if no reader claims the
whole, the line cut at its breaks into a sequence (`sequences.py`).
"""

from __future__ import annotations

import re
from itertools import pairwise

from inference.action import Action, clarify
from inference.language.display import Display
from inference.language.manners import CORRECTING, RESTARTING
from inference.language.naming import key_of, say
from inference.language.parts import BREAKS, OFFER, Tokens, has
from inference.language.sequences import interpret
from inference.language.words import Token, tokens


def understand(text: str, display: Display) -> Action:
    """The action that `text` asks for on a picture shown as `display`."""
    found = _tidy(tokens(text))
    if not any(t.type not in BREAKS for t in found):
        return clarify("not_understood", *OFFER)
    stopped = _halt(found, display)
    if stopped:
        return stopped
    if any(t.type == "DONT" for t in found) or _not_after_verb(found):
        return clarify("negation", "stop", "no, look again")
    asked = _two_sides(found)
    understood = asked if asked else interpret(found, display)
    if understood.reason == "not_understood" and any(t.value == "xcorrected" for t in found):
        return _instead(text, display)
    if understood.kind == "sequence" and [t.type for t in found if t.type not in BREAKS] == ["YES", "LM"]:
        key = understood.actions[-1].landmark
        return clarify("conflict", "yes, go ahead", f"align to {say(str(key))}")  # what it is, or where to go?
    if understood.kind == "accept" and _is_more_than_go(found, text):
        return clarify("not_understood", *OFFER)
    regretted = _REGRETTED.fullmatch(text.strip())
    if regretted and _does_something(understood):
        return clarify("conflict", regretted[1], "stop")
    if _only_asks(understood, text):
        offered = (
            ("yes, go ahead", "no, look again") if understood.kind == "accept" else (_QUESTION.sub("", text).strip(),)
        )
        return clarify("conflict", *offered, "where are we?")
    return understood


_REGRETTED = re.compile(r"(.*\w)\W+(?:sorry|pardon(?: me)?|excuse me|oops|whoops)\W*", re.IGNORECASE | re.DOTALL)
"""Regretted at the end of a line, with nothing said in its place."""
_TAKEN_BACK = re.compile(rf"(.*)\b({CORRECTING})\W+(.*)", re.IGNORECASE | re.DOTALL)
_NO_LAST = re.compile(rf"\W+(?:(?:no|oh|ah|wait|{CORRECTING})\W+)*$", re.IGNORECASE)


def _instead(text: str, display: Display) -> Action:
    """ "Left 2 cm, sorry, right 2 cm": what was said last, where it is the same thing said anew (another landmark, the
    same axis with an amount if there was one); else it is offered, and nothing moves before it is said again."""
    match = _TAKEN_BACK.fullmatch(text.strip())
    if not match:
        return clarify("conflict", "stop")
    first, last = _NO_LAST.sub("", match[1]), match[3].strip()
    meant = understand(last, display)
    measured = [any(t.type in ("NUM", "VAGUE") for t in tokens(said)) for said in (first, last)]
    restarts = re.fullmatch(RESTARTING, match[2], re.IGNORECASE)
    if restarts and measured != [True, False] and _same_again(understand(first, display), meant):
        return meant
    return clarify("conflict", *((last,) if meant.kind != "clarify" else ()), "stop")


def _same_again(first: Action, other: Action) -> bool:
    """Whether `other` can only stand in place of `first`: both landmarks, or both along the same axes."""

    def axes(action: Action) -> tuple[bool, ...]:
        amounts = (action.left_mm, action.up_mm, action.primary_deg, action.secondary_deg)
        return (action.relative, *(amount != 0 for amount in amounts))

    if first.kind != other.kind or first.kind not in ("align", "move", "rotate"):
        return False
    return first.kind == "align" or (axes(first) == axes(other) and any(axes(other)[1:]))


_GO = {"go", "do", "lets go"}
_BARE_GO = re.compile(
    r"(?:\W|\b(?:go|do|ahead|please|pls|plz|ok|okay|yes|now|then|let'?s|let us|just|so|well|alright|all right|"
    r"right|good|"
    r"great|perfect|thank(?:s| you)|sir|doctor|doc|team|it|that|and)\b)*",
    re.IGNORECASE,
)


def _is_more_than_go(found: Tokens, text: str) -> bool:
    """ "Go straight", "go level": no word that is let fall elsewhere may stand beside a "go" that accepts."""
    said = [t.text for t in found if t.type not in BREAKS]
    return len(said) == 1 and said[0] in _GO and not _BARE_GO.fullmatch(text)


_QUESTION = re.compile(r"(?:[?\uff1f\u061f]|\bquestion mark)[^\w]*$", re.IGNORECASE)
_REQUEST = re.compile(
    r"\b(?:please|pl[sz]|kindly|(?:can|could|would|will|may|might)(?: not|n'?t)? (?:you|we|i|u|ya|someone|somebody|"
    r"anyone|anybody)|would it be|you (?:can|could|may)|(?:do|would) you mind|why (?:not|do not|don'?t)|"
    r"how about|if you|okay|ok|all ?right)\b|"
    r",? (?:got (?:it|that|me)|(?:do )?you (?:hear(?: me)?|got (?:it|that)|understand)|understood|"
    r"is that clear|all clear)\W*$",
    re.IGNORECASE,
)
_GO_AHEAD = re.compile(r"\W*(?:please|can (?:you|we)|could (?:you|we)|would you|why not|how about)\b", re.IGNORECASE)


def _only_asks(understood: Action, text: str) -> bool:
    """ "Left 2 cm?", "skull?", "yes?": asked, and nothing moves on a question; "can you go up?" asks for it."""
    if not _QUESTION.search(text):
        return False
    last = understood.actions[-1] if understood.kind == "sequence" else understood
    asks_for_it = _GO_AHEAD.match(text) if last.kind == "accept" else _REQUEST.search(text)
    return _does_something(last) and not asks_for_it


def _does_something(action: Action) -> bool:
    """Whether it moves the C-arm or turns the beam on, now or once it is confirmed."""
    return (
        action.kind in ("align", "move", "rotate", "expose", "accept", "return", "home")
        or action.on is True
        or any(map(_does_something, action.actions))
    )


def _two_sides(found: Tokens) -> Action | None:
    """ "The left and the right wrist", "left elbow, then right": is the bare side a way to go or a landmark?"""
    plain = [t for t in found if t.type not in BREAKS | {"AND", "THEN", "TO"}]
    for at, (one, other) in enumerate(pairwise(plain)):
        side, mark, beyond = (one, other, at - 1) if one.type == "SIDE" else (other, one, at + 2)
        if side.type != "SIDE" or mark.type != "LM" or mark.value[1] in (None, side.value):
            continue
        outer = plain[beyond] if 0 <= beyond < len(plain) else Token("")
        if outer.type not in ("NUM", "UNIT", "VAGUE", "MORE", "SCREEN", "IMAGE", "IS", "NOT", "NO"):
            both = (key_of(mark.value[0], str(s)) for s in (side.value, mark.value[1]))
            return clarify("conflict", *(f"align to {say(key)}" for key in both), f"go {side.value}")
    return None


_SHOTS = ("shot", "expose", "shoot", "retake", "refresh")


def _not_after_verb(found: Tokens) -> bool:
    """ "Go left, not right": what not to do beside what to do."""
    said = False
    for token in found:
        if token.type in ("DIR", "FEET") or (token.type == "V" and token.value in ("go", "trans", "rot", "show")):
            said = True
        elif token.type == "FULLSTOP":
            said = False
        elif said and (token.type == "NOT" or (token.type == "WRONG" and token.text.startswith("not"))):
            return True
    for before, after in pairwise(found):
        if before.type == "NO" and after.type in (
            "SIDE",
            "DIR",
            "LM",
            "ZOOM",
            "ANGLE",
            "CRAN",
            "LATERAL",
            "FEET",
            "HEAD",
        ):
            return True
        if before.type == "NO" and after.type == "V" and after.text.endswith("ing"):
            return True  # "no going up"
        if before.text == "no" and (after.text in _SHOTS or (after.type == "V" and after.value in ("shoot", "save"))):
            return True  # "no shot"
    return False


def _tidy(found: list[Token]) -> list[Token]:
    """Words whose type depends on their neighbour."""
    tidy: list[Token] = []
    for at, token in enumerate(found):
        after = found[at + 1] if at + 1 < len(found) else Token("END_OF_LINE")
        if token.type == "START" and token.text.startswith("turn") and after.type not in ("ON", "OFF", "BEAM", "XRAY"):
            token = Token("V", "rot", token.text)
        elif token.type == "YES" and token.text in (
            "continue",
            "carry on",
            "keep going",
            "go on",
            "proceed",
            "move on",
            "you can go",
            "you may go",
        ):
            if after.type in ("DIR", "SIDE", "NUM", "VAGUE", "TO", "CRAN", "MORE", "LM", "V"):
                token = Token("V", "go", token.text)
        elif (
            token.type == "LOCATE" and token.text in ("locate", "localize", "localise") and after.type in ("LM", "SIDE")
        ):
            token = Token("V", "show", token.text)
        elif token.text in ("y", "k", "si") and token.type in ("YES", "OKAY") and not _stands_alone(found, at):
            token = Token("UNKNOWN", token.text, token.text)  # "Y view", "SI left": a letter, no yes
        elif token.type == "SIDE" and token.text in ("l", "r") and not any(t.type == "NUM" for t in found):
            token = Token("LETTER", token.value, token.text)  # "align to the l": a side of what?
        elif token.type == "SIDE" and token.text in ("l", "r") and after.type not in ("NUM", "END_OF_LINE", "COMMA"):
            token = Token("UNKNOWN", token.text, token.text)
        elif (
            token.type == "SIDE" and token.text in ("l", "r") and after.type == "NUM" and not _unit_after(found, at + 1)
        ):
            token = Token("DIRX", None, token.text)  # "R 20": right, or RAO?
        elif token.type == "SIDE" and token.text in ("l", "r") and at and found[at - 1].type == "NUM":
            token = Token("DIRX", None, token.text)
        elif (
            token.text == "in" and after.type == "LM" and tidy and tidy[-1].type == "V" and has(tidy[-1:], "show", "go")
        ):
            token = Token("TO", "to", token.text)  # "center in the right elbow"
        elif token.type == "TO" and token.text in _UP_TO and after.type == "NUM":
            token = Token("UNSURE", None, token.text)  # "up to 3 cm left"
        elif token.type == "ANGLE" and token.value[0] == "s" and _measured(found, at):
            token = Token("CRAN", token.value[1], token.text)  # "caud 35 mm" is a way, no angle
        elif token.type == "YES" and token.text in ("exactly", "precisely") and _beside_a_number(found, at):
            continue
        tidy.append(token)
    return tidy


def _stands_alone(found: Tokens, at: int) -> bool:
    around = (*found[max(at - 1, 0) : at], *found[at + 1 : at + 2])
    return all(t.type in BREAKS or t.type in ("YES", "OKAY") for t in around)


def _measured(found: Tokens, at: int) -> bool:
    """Whether the length of `found[at]` stands right behind it, or before it and nothing else does behind."""
    kinds = [t.type for t in found]
    behind = kinds[at + 1 : at + 3] == ["NUM", "UNIT"]
    return behind or (kinds[max(at - 2, 0) : at] == ["NUM", "UNIT"] and kinds[at + 1 : at + 2] not in (["NUM"], ["V"]))


_UP_TO = ("up to", "upto", "down to", "downto")


def _unit_after(found: Tokens, at: int) -> bool:
    return at + 1 < len(found) and found[at + 1].type == "UNIT"


def _beside_a_number(found: Tokens, at: int) -> bool:
    return any(t.type in ("NUM", "UNIT", "DEG") for t in (*found[max(at - 1, 0) : at], *found[at + 1 : at + 2]))


def _halt(found: list[Token], display: Display) -> Action | None:
    """Halt, wherever a stop stands that is neither negated nor about the beam."""
    if not any(t.type == "STOP" for t in found) and not _dont_move(found):
        return None
    rest: list[Token] = []
    halts = _dont_move(found)
    negated = False
    for at, token in enumerate(found):
        after = [t for t in found[at + 1 : at + 3] if t.type not in ("V",) or t.value not in ("get",)]
        if token.type != "STOP":
            rest.append(token)
            continue
        before = found[at - 1].type if at else ""
        if before in ("DONT", "NOT"):
            negated = True
        elif after and after[0].type in ("BEAM", "XRAY", "IMAGE", "OLDIMAGE"):
            if after[0].type in ("IMAGE", "OLDIMAGE") and token.text == "no more":
                negated = True
            else:
                rest.append(Token("BEAMOFF", None, token.text))
        else:
            halts = True
    rest = [
        t for at, t in enumerate(rest) if not (t.type == "IS" and at + 1 < len(rest) and rest[at + 1].type == "BEAMOFF")
    ]
    if halts:
        return Action("halt")
    if negated:
        return clarify("negation", "stop", "yes, go ahead")
    if any(t.type == "DONT" for t in rest):
        return clarify("negation", "stop", "beam off")
    understood = interpret(rest, display)
    # "Take another, stop it, image": whether the picture is to be frozen or all stopped, nothing else may be done.
    frozen = any(a.type == "BEAMOFF" and b.type in ("IMAGE", "OLDIMAGE") for a, b in pairwise(rest))
    doubtful = understood.kind == "clarify" or (frozen and _does_something(understood))
    return Action("halt") if doubtful else understood


_NOWHERE = {"THING", "COMMA", "FULLSTOP", "OKAY", "MORE", "THERE", "STOP", "NO"}


def _dont_move(found: list[Token]) -> bool:
    """ "Don't move", with nothing said about where to."""
    for at, token in enumerate(found):
        if token.type == "DONT" and token.text in ("do not", "never", "can not", "must not", "should not"):
            after = found[at + 1 :]
            if not after and token.text == "do not":
                return True
            moves = after and after[0].type == "V" and (after[0].value == "trans" or after[0].text in ("go", "drive"))
            if moves and all(t.type in _NOWHERE or t.text == "anything" for t in after[1:]):
                return after[0].value == "trans" or any(t.type == "MORE" for t in after)
    return False
