"""Typed tokens to an action, or to a question back. Knows sentences; knows no spelling (`words.py`) and no device.

A hand-written grammar over typed tokens rather than lark: people type fragments in any order, so what matters is not
a tree but which kinds of words are there and how amounts bind to directions, and every failure must say why (side,
amount, direction ...). The one rule that keeps it safe: each reader below lists the token types that it accepts, and a
single token outside that list, an unknown word above all, makes it decline. Nothing is skipped to reach a motion.

Order: "stop" in any wording; then "don't ..."; then the line as one action; then, only if no reader claims the
whole, the line cut at its breaks into a sequence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from inference.action import Action, clarify
from inference.words import MM_PER, SIDED, Display, Token, tokens
from sim.landmarks import BY_KEY

SHIFT_MM = {"bit": 30.0, "some": 60.0, "lot": 90.0}
TURN_DEG = {"bit": 5.0, "some": 10.0, "lot": 20.0}
MIDLINE = ("skull", "t1", "carina", "t12")

_BREAKS = {"COMMA", "FULLSTOP"}
_MOST_BREAKS = 24
_OFFER = ("align to the skull", "go up a bit", "take a shot", "where are we?", "what can I say?")
_OFFER_DIRECTION = ("go up", "go down", "go left", "go right")
_OFFER_TURN = ("LAO 30", "RAO 30", "tilt 10 degrees cranial", "tilt 10 degrees caudal", "straight AP")

Tokens = Sequence[Token]


def understand(text: str, display: Display) -> Action:
    """The action that `text` asks for on a picture shown as `display`."""
    found = _tidy(tokens(text))
    if not any(t.type not in _BREAKS for t in found):
        return clarify("not_understood", *_OFFER)
    stopped = _halt(found, display)
    if stopped:
        return stopped
    if any(t.type == "DONT" for t in found) or _not_after_verb(found):
        return clarify("negation", "stop", "no, look again")
    return _interpret(found, display)


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


# --- before reading ----------------------------------------------------------------------------------------------


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
        elif token.type == "SIDE" and token.text in ("l", "r") and after.type not in ("NUM", "END_OF_LINE", "COMMA"):
            token = Token("UNKNOWN", token.text, token.text)
        elif (
            token.type == "SIDE" and token.text in ("l", "r") and after.type == "NUM" and not _unit_after(found, at + 1)
        ):
            token = Token("DIRX", None, token.text)  # "R 20": right, or RAO?
        elif token.type == "SIDE" and token.text in ("l", "r") and at and found[at - 1].type == "NUM":
            token = Token("DIRX", None, token.text)
        elif token.type == "TO" and token.text in _UP_TO and after.type == "NUM":
            token = Token("UNSURE", None, token.text)  # "up to 3 cm left"
        elif token.type == "YES" and token.text in ("exactly", "precisely") and _beside_a_number(found, at):
            continue
        tidy.append(token)
    return tidy


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
    understood = _interpret(rest, display)
    return Action("halt") if understood.kind == "clarify" else understood


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


# --- sequences ---------------------------------------------------------------------------------------------------


def _interpret(found: Tokens, display: Display) -> Action:
    parts = _split(found, lambda t: t.type in ("THEN", "FULLSTOP"))
    if not parts:
        return clarify("not_understood", *_OFFER)
    if len(parts) == 1:
        return _join(_clause(parts[0], display))
    whole = _reject(_strip([t if t.type != "FULLSTOP" else Token("COMMA", ",", ",") for t in found]), display)
    if whole and not any(t.type == "THEN" for t in found):
        return whole if whole.kind == "clarify" else replace(whole, reason="")
    return _join([action for part in _carry_unit(parts) for action in _clause(part, display)])


def _carry_unit(parts: list[list[Token]]) -> list[list[Token]]:
    """A unit said once carries on: in "up 3 cm, then left 2" the 2 are centimetres."""
    unit, carried = None, []
    for part in parts:
        here = [t for t in part if t.type == "UNIT"]
        if unit and not here and _has(part, "SIDE", "DIR") and not _has(part, "DEG", "ANGLE", "rot"):
            part = [t for token in part for t in ((token, unit) if token.type == "NUM" else (token,))]
        unit = here[-1] if here else unit
        carried.append(part)
    return carried


def _split(found: Tokens, is_break: Callable[[Token], bool]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for token in found:
        if is_break(token):
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in map(_strip, parts) if part]


def _strip(part: Sequence[Token]) -> list[Token]:
    part = list(part)
    while part and part[0].type in ("COMMA", "AND"):
        part.pop(0)
    while part and part[-1].type in ("COMMA", "AND"):
        part.pop()
    return part


_LEADING = {"ok", "okay"}
_PLAIN_YES = {"yes", "y", "yeah", "yea", "yep", "yup", "yes please", "yes sir"}


def _clause(part: list[Token], display: Display) -> list[Action]:
    """One stretch of words without a hard break: one action, or several, or one clarify."""
    whole = _one(part, display)
    if whole:
        return [whole]
    if len(part) > 2 and part[0].type == "SIDE" and part[0].text == "right" and part[1].type == "COMMA":
        said = _clause(part[2:], display)
        if all(a.kind not in ("move", "rotate", "clarify", "reject") for a in said):
            return said
        return [clarify("conflict", "go right", "yes, go ahead")]
    cuts = [at for at in range(1, len(part)) if _may_cut(part, at)]
    if not cuts or len(cuts) > _MOST_BREAKS:
        return [_nothing(part)]
    ends = [*cuts, len(part)]
    best: dict[int, tuple[int, list[tuple[int, int, Action]]]] = {len(part): (0, [])}
    for start in reversed([0, *cuts]):
        for end in ends:
            if end <= start or end not in best:
                continue
            piece = _strip(part[start:end])
            if not piece:
                found: list[tuple[int, int, Action]] = []
            else:
                action = _one(piece, display)
                if not action:
                    continue
                found = [(start, end, action)]
            cost = best[end][0] + 1 + 100 * sum(a.kind == "clarify" for _, _, a in found)
            if start not in best or cost < best[start][0]:
                best[start] = (cost, found + best[end][1])
    if 0 not in best:
        return [_nothing(part)]
    for (start, _, one), (_, end, other) in pairwise(best[0][1]):
        if one.kind == other.kind and one.kind in ("move", "rotate"):
            # "Ok, left and up 2 cm": no cut may hide what would be asked back of the two together.
            asked = _one(part[start:end], display)
            if asked and asked.kind == "clarify":
                return [asked]
    return [action for _, _, action in best[0][1]]


def _may_cut(part: list[Token], at: int) -> bool:
    before, here = part[at - 1], part[at]
    if here.type in ("COMMA", "AND") or before.type in ("COMMA", "AND"):
        return True
    if before.type == "OKAY" or (before.type == "YES" and before.text in _PLAIN_YES):
        return True
    if before.type in ("HELP", "LOCATE", "QUESTION"):
        return False  # "how do I go up"
    if before.type in ("NO", "WRONG", "LOOK"):
        return here.type in (
            "V",
            "IS",
            "YES",
            "LOOK",
            "WRONG",
            "NO",
            "PLUSIMAGE",
            "START",
            "OKAY",
            "UNDO",
            "BEAMOFF",
            "HOME",
            "PREV",
            "LOCATE",
            "HELP",
            "BACK",
        )
    return (here.type == "V" and before.type not in ("V", "TO")) or here.type in ("PLUSIMAGE", "START", "BEAMOFF", "IS")


def _join(actions: list[Action]) -> Action:
    """Several readings in order as one answer: a question if any is one, a sequence otherwise."""
    questions = [a for a in actions if a.kind == "clarify"]
    if questions:
        return min(questions, key=lambda a: a.reason == "not_understood")
    solid = [a for a in actions if not _is_weak(a)]
    if not solid:
        return replace(actions[0], reason="") if actions else clarify("not_understood", *_OFFER)
    merged: list[Action] = []
    for action in solid:
        last = merged[-1] if merged else None
        pair = {last.kind, action.kind} if last else set()
        if pair == {"accept"}:
            continue
        if pair == {"reject"}:
            if any(
                getattr(last, name) and getattr(action, name) and getattr(last, name) != getattr(action, name)
                for name in ("landmark", "not_landmark")
            ):
                return clarify("conflict", "no, look again")
            merged[-1] = Action(
                "reject",
                landmark=action.landmark or last.landmark,
                not_landmark=action.not_landmark or last.not_landmark,
                reason=action.reason or last.reason,
            )
        elif pair == {"accept", "reject"}:
            named = action if action.kind == "reject" else last
            if not named.landmark or named.not_landmark or named.reason == "no":
                return clarify("conflict", "yes, go ahead", "no, look again")
            merged[-1] = Action("accept")
        else:
            merged.append(action)
    merged = [replace(a, reason="") for a in merged]
    if len(merged) == 1:
        return merged[0]
    if any(a.kind in ("accept", "reject") for a in merged[1:]):
        return clarify("conflict", "yes, go ahead", "no, look again")
    actions = [inner for a in merged for inner in (a.actions if a.kind == "sequence" else (a,))]
    return Action("sequence", actions=tuple(actions))


def _is_weak(action: Action) -> bool:
    """An "ok" that may be only the start of a sentence."""
    return action.kind == "accept" and action.reason == "weak"


def _nothing(part: Tokens) -> Action:
    kinds = [t.type for t in part]
    if "NOT" in kinds:
        return clarify("negation", "stop", "no, look again")
    if kinds[:1] == ["V"] and set(kinds) <= {"V", "TO", "UNKNOWN", "SIDE"} and "TO" in kinds and "UNKNOWN" in kinds:
        return _elsewhere("")
    return clarify("not_understood", *_OFFER)


# --- one action --------------------------------------------------------------------------------------------------


def _one(part: list[Token], display: Display) -> Action | None:
    """The reading of `part` as one action; a clarify if it is one that cannot be done as said; None if it is none."""
    part = _strip(part)
    for reader in (_accept, _simple, _reject, _rotate, _align, _move):
        action = reader(part, display)
        if action:
            return action
    return None


def _has(part: Tokens, *types: str) -> bool:
    return any(t.type in types or (t.type == "V" and t.value in types) for t in part)


def _only(part: Tokens, *types: str) -> bool:
    return all(t.type in types or (t.type == "V" and t.value in types) for t in part)


def _signature(part: Tokens) -> str:
    return "".join((str(t.value) if t.type == "V" else t.type) + " " for t in part)


def _accept(part: Tokens, display: Display) -> Action | None:
    kinds = [t.type for t in part if t.type not in ("COMMA", "AND", "TO")]
    if kinds and all(k == "OKAY" for k in kinds):
        return Action("accept", reason="weak")
    if kinds and set(kinds) <= {"YES", "OKAY"}:
        return Action("accept")
    if (
        len(kinds) > 1
        and kinds[0] == "YES"
        and part[0].text in _CONFIRMING
        and _only(part[1:], "trans", "MOVENOUN", "YES")
    ):
        return Action("accept")
    if len(part) == 1 and part[0].text in ("go", "lets go", "do"):
        return Action("accept")
    return None


_CONFIRMING = {
    "accept",
    "accepted",
    "confirm",
    "confirmed",
    "approve",
    "approved",
    "i accept",
    "i confirm",
    "i approve",
    "execute",
    "agree with",
}
_X = r"(?:BEAM |XRAY )"
_SHOT = r"(?:go )?(?:(?:get|show|shoot) )?(?:(?:ONE|MORE|NEW) )*(?:BEAM )?(?:IMAGE |PLUSIMAGE |XRAY )+(?:MORE )?"
_EXPOSE = re.compile(_SHOT + "|(?:go )?shoot ")
_FLUORO_ON = re.compile(rf"(?:(?:START|get|keep|go) )*{_X}ON |START ON {_X}|START {_X}|ON {_X}")
_FLUORO_OFF = re.compile(
    rf"(?:(?:START|get|keep|go|END) )*{_X}OFF |(?:START|END)? ?OFF {_X}|(?:END |NO ){_X}|"
    "BEAMOFF (?:BEAM |XRAY |IMAGE |OLDIMAGE )+(?:BEAM |OFF )?|START OFF "
)
_FLUORO_WORD = re.compile(r"(?:(?:get|go|show) )?(?:MORE )?BEAM (?:IMAGE )?")
_SAVE = re.compile(
    r"save (?:(?:NEW|ONE) )?(?:IMAGE |PLUSIMAGE |OLDIMAGE |THING |SCREEN |XRAY )?(?:TO )?|"
    r"keep (?:IMAGE |OLDIMAGE |THING |XRAY |PLUSIMAGE )"
)
_ZOOM = re.compile(r"(?:(?:go|get|show) )?(?:VAGUE )?ZOOM (?:VAGUE |MORE |IMAGE |OLDIMAGE |THING |SCREEN )*")
_COLL = re.compile(r"(?:(?:go|get|show|save) )?(?:VAGUE )?COLL (?:VAGUE |MORE |BEAM |THING |IMAGE )*")
_RETURN = re.compile(
    r"(?:(?:go|trans|show|get|UNDO) )*(?:BACK )*(?:TO )?(?:PREV |BACK )|UNDO (?:MOVENOUN |"
    r"trans |rot |PREV |NEW |ONE )*"
)
_HOME = re.compile(r"(?:(?:go|trans|show|get) )*(?:THING )?(?:BACK )*(?:TO )?(?:go )?HOME (?:THING )?(?:BACK )?")
_LOCATE = re.compile(
    r"(?:(?:go|show) )?(?:LOCATE )+(?:TO |ON |THING |THERE |IMAGE |SCREEN |XRAY )*|ISTHIS LM |ISTHIS HEAD "
)
_HELP = re.compile(r"(?:get |show )?(?:HELP )+")


def _simple(part: Tokens, display: Display) -> Action | None:
    """Everything that needs no number, side or landmark."""
    part = [Token("ONE", 1, t.text) if t.type == "NUM" and t.value == 1 else t for t in part if t.type != "COMMA"]
    line = _signature(part)

    def says(pattern: re.Pattern[str]) -> bool:
        return pattern.fullmatch(line) is not None

    if says(_HELP):
        return Action("help")
    if says(_LOCATE):
        return Action("locate")
    if says(_FLUORO_OFF):
        return Action("fluoro", on=False)
    if says(_FLUORO_ON):
        return Action("fluoro", on=True)
    if says(_FLUORO_WORD) and any(t.type == "BEAM" and t.value == "fluoro" for t in part):
        return Action("fluoro", on=True)
    if says(_EXPOSE):
        return Action("expose")
    if says(_SAVE):
        return Action("save")
    if says(_ZOOM):
        step = next(t.value for t in part if t.type == "ZOOM")
        return Action("magnify", step=step) if step else clarify("direction", "zoom in", "zoom out")
    if says(_COLL):
        step = next(t.value for t in part if t.type == "COLL")
        if step == 0 and any(t.type == "VAGUE" for t in part):
            step = -1
        return Action("collimate", step=step)
    if says(_RETURN) or (len(part) == 1 and part[0].text in ("return", "get back", "come back")):
        if part[0].type == "V" and part[0].value == "trans" and part[-1].type == "BACK":
            return clarify("direction", "go back to where we were", *_OFFER_DIRECTION)
        return Action("return")
    if says(_HOME):
        return Action("home")
    if line == "OPEN VAGUE ":
        return Action("collimate", step=-1)
    if _has(part, "WHICH") and _only(part, "WHICH", "go", "trans", "VAGUE", "TO", "NUM", "UNIT"):
        return clarify("conflict", *_OFFER_DIRECTION)
    if line == "SIDE ONEOF ":
        return clarify("conflict", f"go {part[0].value}")
    if _has(part, "BLADE") and _only(part, "BLADE", "go", "show", "TO", "SIDE"):
        tips = [f"align to the {side} shoulder blade tip" for side in ("left", "right")]
        return clarify("conflict", *tips, "close the blades")
    if part and all(t.type == "UNKNOWN" and t.value == "reset" for t in part):
        return clarify("conflict", "back to the start position", "straight AP", "open the collimator")
    if _has(part, "QUESTION") and _has(part, "LM") and _only(part, "QUESTION", "LM"):
        said = [
            _say(t.value[0]) if t.value[0] in MIDLINE else f"the {t.value[0].replace('_', ' ')}"
            for t in part
            if t.type == "LM"
        ]
        return clarify("conflict", f"align to {said[0]}", "where are we?")
    if _has(part, "ZOOM") and _only(part, "ZOOM", "NUM", "ONE", "UNSURE", "TO", "VAGUE"):
        return clarify("amount", "zoom in", "zoom out")
    shots = [t for t in part if t.type in ("IMAGE", "PLUSIMAGE")]
    if (
        shots
        and _has(part, "NUM", "UNSURE")
        and _only(part, "NUM", "UNSURE", "IMAGE", "PLUSIMAGE", "get", "show", "shoot", "MORE")
    ):
        return clarify("amount", "take a shot")
    return None


# --- landmarks ---------------------------------------------------------------------------------------------------


def _say(key: str) -> str:
    title = BY_KEY[key].title
    return title if title.startswith("T1") else f"the {title}"


def _key(family: str, side: str | None) -> str:
    return f"{side}_{family}" if family in SIDED else family


def _which_side(family: str, lead: str) -> Action:
    return clarify("side", *(f"{lead} {_say(_key(family, side))}" for side in ("right", "left")))


_NEARBY = {
    "trachea": ("carina",),
    "windpipe": ("carina",),
    "bifurcation": ("carina",),
    "bronchus": ("carina",),
    "main bronchus": ("carina",),
    "brain": ("skull",),
    "forehead": ("skull",),
    "face": ("skull",),
    "humerus": ("right_humeral_head", "left_humeral_head"),
    "spine": ("t1", "t12"),
    "thoracic spine": ("t1", "t12"),
    "that vertebra": ("t1", "t12"),
    "vertebra": ("t1", "t12"),
    "neck": ("t1", "skull"),
    "clavicle": ("right_humeral_head", "left_humeral_head"),
    "hand": ("right_wrist", "left_wrist"),
    "forearm": ("right_elbow", "left_elbow"),
    "liver": ("right_hemidiaphragm",),
    "liver dome": ("right_hemidiaphragm",),
    "lung": ("right_hemidiaphragm", "left_hemidiaphragm"),
    "lumbar spine": ("t12",),
    "heart": ("carina",),
}


def _elsewhere(place: str) -> Action:
    return clarify(
        "unknown_landmark", *(f"align to {_say(key)}" for key in _NEARBY.get(place, ("skull", "t1", "carina", "t12")))
    )


_WHOSE = ("my left", "my right", "your left", "your right", "our left", "our right")


def _align(part: list[Token], display: Display) -> Action | None:
    """A landmark, said alone or with a verb; also "a picture of" one."""
    marks = [t for t in part if t.type in ("LM", "ELSEWHERE")]
    shot = None
    if _has(part, "IMAGE", "PLUSIMAGE", "XRAY") and (marks or _has(part, "HEAD")):
        at = max(i for i, t in enumerate(part) if t.type in ("IMAGE", "PLUSIMAGE", "XRAY"))
        lead = [
            Token("ONE", 1, t.text) if t.type == "NUM" and t.value == 1 else t for t in part[: at + 1] if t.type != "AP"
        ]
        if _EXPOSE.fullmatch(_signature(lead)):
            if _has(part[at + 1 :], "go", "trans", "show", "get"):
                return None  # "take a shot, go to the skull": two things, in that order
            shot, part = Action("expose"), part[at + 1 :]
    if not marks and not _has(part, "HEAD"):
        bare = (
            part
            and part[0].type == "V"
            and part[0].value in ("go", "show")
            and _only(part, "go", "show", "TO", "THING")
        )
        if bare and (_has(part, "TO") or part[0].text.startswith(("align", "show"))):
            return _elsewhere("")
        return None
    if not _only(
        part,
        "go",
        "trans",
        "show",
        "get",
        "TO",
        "LM",
        "ELSEWHERE",
        "SIDE",
        "DIR",
        "HEAD",
        "THING",
        "AP",
        "COMMA",
        "BACK",
        "SCREEN",
        "IMAGE",
        "LATERAL",
        "ANGLE",
        "NUM",
        "UNIT",
        "DEG",
        "VAGUE",
        "UNSURE",
        "OR",
        "ON",
        "MORE",
        "FEET",
        "BLADE",
        "DEVICE",
        "WHICH",
        "DIRX",
    ) or any(t.type == "DIRX" and t.text not in _WHOSE for t in part):
        return None
    if not marks and (_is_heading(part) or _has(part, "UNSURE", "OR", "FEET", "DEVICE")):
        return None
    last = max((i for i, t in enumerate(part) if t.type == "LM"), default=len(part))
    if part[-1].type == "BACK" and part[-2].text == "go" and last < len(part):
        return None
    if _has(part[last:], "AP") and _has(part[last:], "go", "trans", "show", "get"):
        return None
    sided = _has(part, "SIDE") and any(t.type == "LM" and t.value[1] for t in part)
    led = len(part) > 1 and part[0].type == "SIDE" and part[1].type == "COMMA"
    if sided and not led and (_has(part, "COMMA", "AND") or _has(part[last:], "go", "trans", "show", "get")):
        return None  # "the left elbow, left 2 cm"
    if _has(part, "IMAGE"):
        shown = max(i for i, t in enumerate(part) if t.type == "IMAGE")
        named = max((i for i, t in enumerate(part[:shown]) if t.type == "LM"), default=shown)
        if _has(part[named:shown], "get", "MORE"):
            return None  # "T12 take an image": not only where to
    if any(t.type == "ELSEWHERE" for t in part):
        if _has(part, "NUM", "UNIT", "VAGUE"):
            return None
        return _elsewhere(next(str(t.value) for t in part if t.type == "ELSEWHERE"))
    places = [t.value if t.type == "LM" else ("skull", None) for t in part if t.type in ("LM", "HEAD")]
    families = list(dict.fromkeys(family for family, _ in places))
    if _has(part, "DIRX"):
        # "My left elbow": whose left?
        return _which_side(families[0], "align to") if len(families) == 1 and families[0] in SIDED else None
    if len(families) > 1:
        keys = [_key(f, side) for f in families for side in (("right", "left") if f in SIDED else (None,))]
        return clarify("conflict", *(f"align to {_say(key)}" for key in keys))
    family = families[0]
    sides = {side for _, side in places if side} | {str(t.value) for t in part if t.type == "SIDE"}
    if _has(part, "NUM", "UNIT", "DEG", "VAGUE", "UNSURE", "OR", "FEET", "MORE", "DEVICE", "BLADE"):
        return clarify("conflict", *([f"align to {_say(family)}"] if family in BY_KEY else []), "go up 3 cm")
    if _has(part, "SCREEN", "IMAGE") and sides:
        return _which_side(family, "align to") if family in SIDED else clarify("conflict", f"align to {_say(family)}")
    if family not in SIDED and sides:
        return clarify("conflict", f"align to {_say(family)}", *(f"go {side}" for side in sorted(sides)))
    if _has(part, "WHICH"):
        return _which_side(family, "align to") if family in SIDED else None
    if family in SIDED and (len(sides) != 1 or _right_is_a_word(part)):
        return (
            _which_side(family, "align to")
            if len(sides) < 2
            else clarify("conflict", *(f"align to {_say(_key(family, s))}" for s in ("right", "left")))
        )
    key = _key(family, next(iter(sides), None))
    if _has(part, "LATERAL", "ANGLE"):
        return clarify("conflict", f"align to {_say(key)}", "lateral" if _has(part, "LATERAL") else "LAO 30")
    if any(t.type == "COMMA" for t in part) and not _has(part, "SIDE") and len(places) == 1:
        return None
    if any(t.type == "DIR" for t in part) and not _leads_to(part):
        return clarify("conflict", f"align to {_say(key)}", "go up a bit", "go down a bit")
    align = Action("align", landmark=key)
    return Action("sequence", actions=(align, shot)) if shot else align


def _right_is_a_word(part: Tokens) -> bool:
    """ "Right, the elbow": a side cut off in front may be no side at all."""
    return len(part) > 1 and part[0].type == "SIDE" and part[0].text == "right" and part[1].type == "COMMA"


def _leads_to(part: Tokens) -> bool:
    """ "Down to T12", "up at T1": the direction only points the way."""
    at = max(i for i, t in enumerate(part) if t.type == "DIR")
    after = [t for t in part[at + 1 :] if t.type not in ("THING",)]
    return bool(after) and after[0].type == "TO"


def _is_heading(part: Tokens) -> bool:
    """Whether "head" is the way up here and not the skull: "toward the head", "5 cm to the head"."""
    for at, token in enumerate(part):
        if token.type == "HEAD":
            before = part[at - 1] if at else Token("")
            if before.type == "TO" and before.value == "toward":
                return True
    return _has(part, "NUM", "UNIT", "VAGUE", "MORE", "rot")


_REJECT_TYPES = (
    "YES",
    "OKAY",
    "NO",
    "WRONG",
    "LOOK",
    "IS",
    "NOT",
    "BUT",
    "LM",
    "HEAD",
    "SIDE",
    "COMMA",
    "AND",
    "OR",
    "ELSEWHERE",
    "TO",
    "ISTHIS",
    "ON",
    "ONEOF",
)


def _reject(part: list[Token], display: Display) -> Action | None:
    """ "No", "that is X", "X, not Y", and the "yes, that is X" that accepts."""
    if not _only(part, *_REJECT_TYPES) or not _has(part, "IS", "NOT", "NO", "WRONG", "LOOK") or _has(part, "ISTHIS"):
        return None
    yes = no = called = right = False
    polarity = True
    named: dict[bool, list[tuple[str, str | None]]] = {True: [], False: []}
    unknown: dict[bool, list[str]] = {True: [], False: []}
    for at, token in enumerate(part):
        after = part[at + 1].type if at + 1 < len(part) else ""
        before = part[at - 1].type if at else ""
        if token.type in ("YES", "OKAY"):
            yes = yes or token.type == "YES" or at == 0
        elif token.text == "not right" and named[True] and named[True][-1][1] == "left":
            named[False].append((named[True][-1][0], "right"))
        elif token.type in ("NO", "WRONG", "LOOK"):
            no = True
        elif token.type == "IS":
            called, polarity = True, True
        elif token.type == "NOT":
            polarity = False
        elif token.type in ("BUT", "COMMA"):
            polarity = True
        elif token.type == "OR":
            return clarify("conflict", "no, look again")
        elif token.type in ("LM", "HEAD"):
            if before == "AND" and not polarity:
                return clarify("conflict", "no, look again")
            named[polarity].append(token.value if token.type == "LM" else ("skull", None))
        elif token.type == "ELSEWHERE":
            unknown[polarity].append(str(token.value))
        elif token.type == "SIDE":
            here = named[polarity]
            sided = [family for family, side in named[True] if side and side != token.value]
            if not polarity and not here and sided and sided[-1] in SIDED:
                here.append((sided[-1], str(token.value)))
            elif here and not here[-1][1] and here[-1][0] in SIDED:
                here[-1] = (here[-1][0], str(token.value))
            elif token.text == "right" and before in ("IS", "NOT") and after in ("", "COMMA", "TO", "AND"):
                yes, no, right = yes or polarity, no or not polarity, True
                polarity = True
            elif not polarity and not any(named.values()):
                return clarify("negation", "no, look again", *_OFFER_DIRECTION[2:])
            else:
                return clarify("conflict", "yes, go ahead", "no, look again", f"go {token.value}")
    positives, negatives = dict.fromkeys(named[True]), dict.fromkeys(named[False])
    if unknown[True]:
        return _elsewhere(unknown[True][0])
    if (yes and (no or negatives or unknown[False])) or len(positives) > 1 or len(negatives) > 1:
        return clarify("conflict", "yes, go ahead", "no, look again")
    if right and any(family in SIDED and not side for family, side in positives):
        return clarify("conflict", "yes, go ahead", *(f"that's {_say(_key(f, 'right'))}" for f, _ in positives))
    if yes:
        return Action("accept") if called or positives else None
    landmark = not_landmark = None
    for family, side in positives:
        if not called and not negatives:
            # "no, T12": what it is, or where to go?
            options = (f"that's {_say(k)}" for k in [_key(family, side)] if k in BY_KEY)
            return (
                clarify("conflict", *options, f"no, go to {_say(_key(family, side))}")
                if side or family not in SIDED
                else _which_side(family, "that's")
            )
        if family not in SIDED and side:
            return clarify("conflict", f"that's {_say(family)}")
        if family in SIDED and not side:
            return _which_side(family, "that's")
        landmark = _key(family, side)
    for family, side in negatives:
        if family not in SIDED and side:
            return clarify("conflict", f"that's not {_say(family)}")
        not_landmark = _key(family, side) if side or family not in SIDED else None
    if landmark and landmark == not_landmark:
        return clarify("conflict", "no, look again")
    if no or negatives or positives or unknown[False]:
        return Action("reject", landmark=landmark, not_landmark=not_landmark, reason="no" if no else "")
    return None


# --- amounts -----------------------------------------------------------------------------------------------------


class _AmountError(Exception):
    """Amounts that do not bind to directions in one way only."""


def _bind(marks: str) -> list[tuple[int, int | None]]:
    """Which amount belongs to which direction. `marks` is a string of D (direction) and A (amount) in order of the
    words; the answer is pairs of positions, None where a direction has no amount. Raises _AmountError where amounts can
    bind in two ways."""
    if "A" not in marks:
        return [(i, None) for i in range(len(marks))]
    if re.fullmatch(r"(?:DA)+", marks):
        return [(i, i + 1) for i in range(0, len(marks), 2)]
    if re.fullmatch(r"(?:AD)+", marks):
        return [(i + 1, i) for i in range(0, len(marks), 2)]
    if marks == "DAAD":
        return [(0, 1), (3, 2)]
    if marks == "ADDA":
        return [(1, 0), (2, 3)]
    raise _AmountError


def _numbers(part: Tokens, unit_types: tuple[str, ...]) -> list[tuple[int, Token, Token | None]]:
    """Positions of the amounts with the unit that follows each."""
    found = []
    for at, token in enumerate(part):
        if token.type == "NUM":
            after = part[at + 1] if at + 1 < len(part) else None
            if after and after.type == "MORE" and at + 2 < len(part) and part[at + 2].type in unit_types:
                after = part[at + 2]  # "2 more cm"
            found.append((at, token, after if after and after.type in unit_types else None))
        elif token.type == "VAGUE":
            found.append((at, token, None))
    return found


# --- shifts ------------------------------------------------------------------------------------------------------

_MOVE_TYPES = (
    "go",
    "trans",
    "show",
    "get",
    "lift",
    "TO",
    "SIDE",
    "DIR",
    "HEAD",
    "FEET",
    "CRAN",
    "NUM",
    "UNIT",
    "DEG",
    "VAGUE",
    "MORE",
    "THING",
    "COMMA",
    "AND",
    "BEAM",
    "SCREEN",
    "IMAGE",
    "BACK",
    "MINUS",
    "UNSURE",
    "OR",
    "DEVICE",
    "DIRX",
    "ON",
    "LATERAL",
    "MOVENOUN",
)
_PARTS = ("half", "quarter", "couple", "quarters")
_VERBS_OF_A_BIT = ("nudge", "bump", "jog", "scooch", "scoot", "inch up")


def _move(part: list[Token], display: Display) -> Action | None:
    """A shift of the view."""
    if not _only(part, *_MOVE_TYPES):
        return None
    directed = [t for t in part if t.type in ("SIDE", "DIR", "HEAD", "FEET", "CRAN", "DIRX", "LATERAL")]
    if len(part) > 2 and (_names_the_skull(part) or _goes_back(part)):
        return None
    if any(a.type == "BEAM" and b.type == "ON" for a, b in pairwise(part)):
        return None
    if any(t.type == "BEAM" and t.text != "beam" for t in part) or (
        _has(part, "ON") and not _has(part, "SCREEN", "IMAGE")
    ):
        return None
    if not directed and not _has(part, "NUM", "UNIT", "VAGUE", "MORE", "trans", "lift", "UNSURE", "DEVICE"):
        return None
    if len(part) == 1 and part[0].type == "SIDE" and part[0].text == "right":
        return clarify("conflict", "go right", "yes, go ahead")
    if _has(part, "IMAGE", "get") and _has(part, "IMAGE") and not _has(part, "trans", "go", "SIDE", "SCREEN"):
        return None
    if _has(part, "lift", "DEVICE", "DIRX", "DEG", "LATERAL") or _image_is_moved(part):
        return clarify("direction", *_OFFER_DIRECTION)
    if not directed:
        return clarify("direction", *_OFFER_DIRECTION) if not _only(part, "UNSURE") else None
    if _has(part, "OR") and not _has(part, "NUM", "VAGUE"):
        return clarify("conflict", *_OFFER_DIRECTION)
    if _has(part, "MINUS", "UNSURE", "OR") or any(t.type == "MORE" and t.value == -1 for t in part):
        return clarify("amount", "go up 3 cm")
    if _has(part, "FEET") and _is_foot_length(part):
        return clarify("amount", "go down 3 cm")
    if _has(part, "FEET") and not _has(part, "NUM", "VAGUE", "MORE") and not _goes_toward_feet(part):
        return _elsewhere("feet")
    if _has(part, "HEAD") and not _is_heading(part):
        return clarify("conflict", "align to the skull", "go up a bit")
    if _has(part, "BACK") and not _has(part, "go", "trans", "show", "get"):
        return clarify("direction", "go back to where we were", *_OFFER_DIRECTION)
    plain = [t for t in part if t.type != "COMMA"]
    if not _has(part, "NUM") and any(
        a.type == "SIDE" and a.text == "right" and b.type in ("DIR", "CRAN") for a, b in pairwise(plain)
    ):
        return clarify("conflict", "go right", "go up", "go down")  # "right up" may be straight up
    if _has(part, "CRAN"):
        asked = _cranial_in_doubt(part)
        if asked:
            return asked
    try:
        return _shift(part, display)
    except _AmountError:
        return clarify("amount", "left 3 cm and up 2 cm")


def _image_is_moved(part: Tokens) -> bool:
    """ "Move the image left": the picture or the view? They go opposite ways."""
    for at, token in enumerate(part):
        if token.type in ("IMAGE", "SCREEN"):
            after = part[at + 1].type if at + 1 < len(part) else ""
            before = part[at - 1] if at else Token("")
            if after not in ("SIDE", "DIR") or (token.type == "IMAGE" and before.type == "V" and before.text != "go"):
                return True
        if (
            token.type == "DIR"
            and token.text == "lower"
            and at + 1 < len(part)
            and part[at + 1].type in ("THING", "BEAM")
        ):
            return True
    return False


def _is_foot_length(part: Tokens) -> bool:
    return any(t.type == "FEET" and at and part[at - 1].type == "NUM" for at, t in enumerate(part))


def _goes_toward_feet(part: Tokens) -> bool:
    at = next(i for i, t in enumerate(part) if t.type == "FEET")
    before = part[at - 1] if at else Token("")
    return before.type == "TO" and (before.value == "toward" or _has(part, "DIR", "trans"))


def _cranial_in_doubt(part: Tokens) -> Action | None:
    """Cranial and caudal name a shift and an angulation; only some wordings settle which."""
    if _has(part, "UNIT"):
        return None
    if _has(part, "NUM"):
        return clarify("direction", "go up 20 mm", "cran 20", "tilt 20 degrees cranial")
    if _has(part, "trans"):
        return None
    adverb = all(t.text.endswith("ly") or t.text.endswith(("ad", "ward", "wards")) for t in part if t.type == "CRAN")
    if (_has(part, "go") and (adverb or not _has(part, "MORE"))) or (adverb and not _has(part, "MORE")):
        return None
    return clarify("direction", "go up a bit", "tilt a bit cranial")


def _shift(part: list[Token], display: Display) -> Action:
    if _has(part, "NUM"):
        part = [t for t in part if not (t.type == "VAGUE" and t.text in _VERBS_OF_A_BIT)]
    amounts = {at: (token, unit) for at, token, unit in _numbers(part, ("UNIT",))}
    used = {id(unit) for _, unit in amounts.values() if unit}
    if any(t.type == "UNIT" and id(t) not in used for t in part):
        raise _AmountError
    items: list[tuple[str, object]] = []
    for at, token in enumerate(part):
        if at in amounts:
            items.append(("A", amounts[at]))
        elif token.type in ("SIDE", "DIR", "HEAD", "FEET", "CRAN"):
            on_screen = at > 0 and part[at - 1].type in ("SCREEN", "IMAGE")
            way = _way(token, on_screen, display)
            if way is None or (_has(part, "SCREEN", "IMAGE") and not on_screen and not display.is_standard):
                return clarify("direction", *_OFFER_DIRECTION)
            items.append(("D", way))
    items = _without_echoes(items)
    ways = [way for mark, way in items if mark == "D"]
    if any((-a, -b) in ways for a, b in ways):
        return clarify("conflict", *_OFFER_DIRECTION)
    if len(set(ways)) < len(ways) or len(ways) > 2:
        raise _AmountError
    given = [amount for mark, amount in items if mark == "A"]
    if len(ways) > 1 and given and all(token.type == "VAGUE" and token.value == "bit" for token, _ in given):
        bound = [(way, None) for way in ways]
    else:
        bound = [
            (items[d][1], items[a][1] if a is not None else None) for d, a in _bind("".join(mark for mark, _ in items))
        ]
    units = [unit for token, unit in given if token.type == "NUM"]
    if any(unit is None and any(later for later in units[i + 1 :]) for i, unit in enumerate(units)):
        raise _AmountError  # "left 3 up 2 cm": 3 mm or 3 cm?
    left = up = 0.0
    scale = 1.0
    for (to_left, to_up), amount in sorted(bound, key=lambda pair: items.index(("A", pair[1])) if pair[1] else -1):
        if amount is None:
            mm = SHIFT_MM["bit"]
        else:
            token, unit = amount
            if token.type == "VAGUE":
                mm = SHIFT_MM[token.value]
            else:
                if unit:
                    scale = MM_PER[str(unit.value)]
                if not token.value or (not unit and token.text.split()[-1] in _PARTS):
                    raise _AmountError
                mm = round(token.value * scale, 3)
                if not mm:
                    raise _AmountError
        left += to_left * mm
        up += to_up * mm
    return Action("move", left_mm=left, up_mm=up)


def _way(token: Token, on_screen: bool, display: Display) -> tuple[int, int] | None:
    if token.type == "SIDE":
        right = 1 if token.value == "right" else -1
        return display.to_patient(right, 0) if on_screen else (-right, 0)
    up = {"HEAD": 1, "FEET": -1}.get(token.type) or int(token.value)
    return display.to_patient(0, up) if on_screen else (0, up)


def _without_echoes(items: list[tuple[str, object]]) -> list[tuple[str, object]]:
    """ "Up towards the head", "up 3 cm toward the head": one direction said twice is one."""
    kept: list[tuple[str, object]] = []
    for mark, value in items:
        if mark == "D" and kept and kept[-1] == (mark, value):
            continue
        kept.append((mark, value))
    if len(kept) == 3 and [m for m, _ in kept] == ["D", "A", "D"] and kept[0] == kept[2]:
        kept.pop()
    return kept


# --- angles ------------------------------------------------------------------------------------------------------

_ROTATE_TYPES = (
    "rot",
    "go",
    "trans",
    "show",
    "get",
    "lift",
    "TO",
    "ANGLE",
    "CRAN",
    "HEAD",
    "FEET",
    "NUM",
    "DEG",
    "VAGUE",
    "MORE",
    "AP",
    "LATERAL",
    "THING",
    "COMMA",
    "AND",
    "BACK",
    "SIDE",
    "DIR",
    "DIRX",
    "UNIT",
    "DEVICE",
    "MINUS",
    "UNSURE",
    "OR",
    "BEAM",
    "IMAGE",
    "ON",
    "NEW",
)


def _rotate(part: list[Token], display: Display) -> Action | None:
    """A view (sets both angles) or a change of angle."""
    if not _only(part, *_ROTATE_TYPES):
        return None
    angular = _has(part, "rot", "ANGLE", "AP", "LATERAL", "DEG")
    if not angular and not (_has(part, "CRAN") and _has(part, "MORE") and not _has(part, "trans", "go", "UNIT")):
        return None
    if _has(part, "HEAD", "FEET") and not _has(part, "rot") and not _has(part, "DEG"):
        return None
    if _names_the_skull(part) or _goes_back(part) or (_has(part, "BEAM") and (_has(part, "ON") or _is_fluoro(part))):
        return None
    if re.search(r"\b(?:go|trans) (?:VAGUE |NUM |UNIT )*CRAN (?:VAGUE |NUM |UNIT )*(?:AND |COMMA )", _signature(part)):
        return None  # "go cephalad a bit and RAO 45": a shift and a view
    if _has(part, "HEAD", "FEET") and _has(part, "ANGLE") and not _has(part, "rot"):
        return None
    if _has(part, "IMAGE", "lift"):
        return None if not _has(part, "lift") else clarify("direction", *_OFFER_TURN)
    if _has(part, "LATERAL"):
        return _lateral(part)
    if _has(part, "UNIT"):
        if _has(part, "ANGLE", "AP", "rot"):
            # "rotate LAO 30 and up 2 cm" is two things; "LAO 30 mm" is none.
            return None if _has(part, "SIDE", "DIR", "CRAN", "FEET", "HEAD") else clarify("conflict", *_OFFER_TURN)
        return None
    if _has(part, "AP") and _has(part, "MORE", "VAGUE"):
        return clarify("direction", *_OFFER_TURN)
    if _has(part, "SIDE", "DIR"):
        if _has(part, "ANGLE", "AP") and not _has(part, "rot"):
            return None
        return clarify("direction", *_OFFER_TURN)
    if _has(part, "DIRX") or any(
        t.type == "DEVICE" and "detector" not in t.text and "intensifier" not in t.text for t in part
    ):
        return clarify("direction", *_OFFER_TURN)
    if _has(part, "OR") and not _has(part, "NUM"):
        return clarify("conflict", *_OFFER_TURN)
    if _has(part, "MINUS", "UNSURE", "OR"):
        return clarify("amount", *_OFFER_TURN)
    axes = [t for t in part if t.type in ("ANGLE", "CRAN", "HEAD", "FEET")]
    if _has(part, "AP"):
        if any(_axis(t)[0] == "p" for t in axes):
            return clarify("conflict", "straight AP", "LAO 30")
        if not axes:
            return Action("rotate") if not _has(part, "NUM") else clarify("conflict", "straight AP")
    if not axes:
        return clarify("direction", *_OFFER_TURN)
    try:
        turned = _turn(part)
        if turned.relative and _has(part, "AP"):
            return clarify("conflict", "straight AP", *_OFFER_TURN[2:4])
        return turned
    except _AmountError:
        return clarify("amount", *_OFFER_TURN[:4])


def _names_the_skull(part: Tokens) -> bool:
    """Whether a "head" here is the skull, and no way to go: "show me the head", "the head, left 2 cm"."""
    for at, token in enumerate(part):
        if token.type == "HEAD":
            before = part[at - 1] if at else Token("")
            after = part[at + 1] if at + 1 < len(part) else Token("")
            leads = before.type in ("TO", "UNIT", "VAGUE", "NUM", "DEG", "DIR", "MORE", "SCREEN")
            leads = (
                leads or (before.type == "V" and before.value in ("rot", "trans")) or (not at and after.type == "NUM")
            )
            if not leads or (before.type == "TO" and before.value == "to" and after.type in ("AND", "COMMA", "V")):
                return True
            if before.type == "TO" and before.value == "to" and _has(part[at:], "DIR", "SIDE"):
                return True
    return False


def _goes_back(part: Tokens) -> bool:
    """Whether "back" stands for itself: "go back and left 1 cm"."""
    for at, token in enumerate(part):
        after = part[at + 1].type if at + 1 < len(part) else ""
        ends = after in ("AND", "COMMA", "V") or (not after and at and part[at - 1].type in ("AND", "COMMA", "V"))
        if ends and (token.type == "BACK" or token.text in ("return", "get back", "come back")):
            return True
    return False


def _is_fluoro(part: Tokens) -> bool:
    return any(t.type == "BEAM" and t.value == "fluoro" for t in part)


def _axis(token: Token) -> tuple[str, int]:
    if token.type == "ANGLE":
        return token.value
    return "s", {"HEAD": 1, "FEET": -1}.get(token.type) or int(token.value)


def _lateral(part: Tokens) -> Action | None:
    at = next(i for i, t in enumerate(part) if t.type == "LATERAL")
    before = part[at - 1] if at else Token("")
    if before.type == "SIDE":
        ahead = part[at - 2] if at > 1 else Token("")
    else:
        ahead = before
    moves = (
        ahead.type == "V"
        and ahead.value in ("trans", "go")
        and ahead.text not in ("switch to", "change to", "lets switch to", "lets go")
    )
    if moves or _has(
        part, "MORE", "VAGUE", "UNIT", "NUM", "DEG", "DIR", "DIRX", "DEVICE", "HEAD", "FEET", "UNSURE", "MINUS"
    ):
        return clarify("direction", "lateral", *_OFFER_DIRECTION)
    if _has(part, "ANGLE", "AP", "OR", "CRAN"):
        return clarify("conflict", "lateral", "straight AP")
    sides = [t for t in part if t.type == "SIDE"]
    if len(sides) > 1 or (sides and before.type != "SIDE"):
        return clarify("conflict", "lateral", *_OFFER_DIRECTION[2:])
    if _has(part, "COMMA", "AND"):
        return None
    return Action("rotate", primary_deg=-90.0 if sides and sides[0].value == "right" else 90.0)


def _turn(part: list[Token]) -> Action:
    amounts = {at: (token, unit) for at, token, unit in _numbers(part, ("DEG",))}
    used = {id(unit) for _, unit in amounts.values() if unit}
    if any(t.type == "DEG" and id(t) not in used for t in part):
        raise _AmountError
    items: list[tuple[str, object]] = []
    view = change = False
    sign = 1
    for at, token in enumerate(part):
        if at in amounts:
            items.append(("A", token))
        elif token.type in ("ANGLE", "CRAN", "HEAD", "FEET"):
            axis, way = _axis(token)
            items.append(("D", (axis, way)))
            if not any(t.type == "V" and t.value == "rot" for t in part[:at]) and not _has(part, "MORE"):
                view = True
        elif token.type == "V" and token.value == "rot" and token.text not in ("oblique", "obliquely"):
            change = True
            if token.text.startswith("tilt") and any(t.type == "ANGLE" and t.value[0] == "p" for t in part[at:]):
                view = True  # one tilts head or feet: the LAO beside it is a view
            to = part[at + 1 :]
            if len(to) > 1 and to[0].type == "TO" and to[0].value == "to" and to[1].type in ("ANGLE", "NUM", "CRAN"):
                view = True
        elif token.type == "MORE":
            change = True
            sign = -1 if token.value == -1 else sign
    vague = [t for m, t in items if m == "A" and t.type == "VAGUE"]
    if vague and view and not change and not _has(part, "NUM"):
        view, change = False, True
        if any(t.type == "CRAN" for t in part) and not _has(part, "DEG", "ANGLE"):
            return clarify("direction", "go up a bit", "tilt a bit cranial")
    if view and change and not _has(part, "NUM"):
        view = False  # "cranial tilt a bit"
    directions = sum(mark == "D" for mark, _ in items)
    noun = any(
        a.type in ("CRAN", "ANGLE") and b.type == "V" and b.value == "rot" and not b.text.startswith("obl")
        for a, b in pairwise(part)
    )
    if view and noun and directions == 1:
        view = False  # "10 degrees cranial tilt"
    if change and any(a.type == "TO" and a.value == "to" and b.type == "NUM" for a, b in pairwise(part)):
        # "Reduce LAO to 10" names the angle to reach, and only a view says one.
        view, sign = True, 1
    mores = [at for at, t in enumerate(part) if t.type == "MORE"]
    if directions == 2 and len(mores) == 1 and _has(part, "NUM") and not _has(part, "rot"):
        first = next(at for at, t in enumerate(part) if t.type in ("ANGLE", "CRAN"))
        if mores[0] < first:
            return clarify("conflict", *_OFFER_TURN)
        view = True
    relative = not view
    axes = [axis for mark, axis in items if mark == "D"]
    if len({axis for axis, _ in axes}) < len(axes):
        return clarify("conflict", *_OFFER_TURN)
    bound = _bind("".join(mark for mark, _ in items))
    turned = {"p": 0.0, "s": 0.0}
    for d, a in bound:
        axis, way = items[d][1]
        if a is None:
            if not relative:
                raise _AmountError
            degrees = TURN_DEG["bit"]
        else:
            token = items[a][1]
            degrees = TURN_DEG[token.value] if token.type == "VAGUE" else token.value
            if degrees is None or (relative and not degrees):
                raise _AmountError
        turned[axis] = sign * way * degrees + 0.0
    if sign < 0 and (not relative or len(axes) > 1):
        return clarify("conflict", *_OFFER_TURN)
    return Action("rotate", primary_deg=turned["p"], secondary_deg=turned["s"], relative=relative)
