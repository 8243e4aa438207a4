"""A line as one action, or cut at its breaks into several; never a cut that hides a question."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from inference.action import Action, clarify
from inference.language.answers import accept, reject
from inference.language.display import Display
from inference.language.landmarks import align
from inference.language.naming import elsewhere
from inference.language.parts import OFFER, OFFER_DIRECTION, Tokens, has, only, split, strip
from inference.language.shifts import move
from inference.language.simple import simple
from inference.language.turns import rotate
from inference.language.words import Token

_MOST_BREAKS = 24


def interpret(found: Tokens, display: Display) -> Action:
    parts = split(found, lambda t: t.type in ("THEN", "FULLSTOP"))
    if not parts:
        return clarify("not_understood", *OFFER)
    if len(parts) == 1:
        return _join(_clause(parts[0], display))
    whole = reject(strip([t if t.type != "FULLSTOP" else Token("COMMA", ",", ",") for t in found]), display)
    if whole and not any(t.type == "THEN" for t in found):
        return whole if whole.kind == "clarify" else replace(whole, reason="")
    return _join([action for part in _carry_unit(parts) for action in _clause(part, display)])


def _carry_unit(parts: list[list[Token]]) -> list[list[Token]]:
    """A unit said once carries on: in "up 3 cm, then left 2" the 2 are centimetres."""
    unit, carried = None, []
    for part in parts:
        here = [t for t in part if t.type == "UNIT"]
        if unit and not here and has(part, "SIDE", "DIR") and not has(part, "DEG", "ANGLE", "rot"):
            part = [t for token in part for t in ((token, unit) if token.type == "NUM" else (token,))]
        unit = here[-1] if here else unit
        carried.append(part)
    return carried


_PLAIN_OKAY = {"ok", "okay", "k", "okey", "oki", "alright", "all right", "sure", "go ahead", "go ahead and"}
_PLAIN_YES = {"yes", "y", "yeah", "yea", "yep", "yup", "yes please", "yes sir"}


def _clause(part: list[Token], display: Display) -> list[Action]:
    """One stretch of words without a hard break: one action, or several, or one clarify."""
    whole = one_action(part, display)
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
            piece = strip(part[start:end])
            if not piece:
                found: list[tuple[int, int, Action]] = []
            else:
                action = one_action(piece, display)
                if not action:
                    continue
                found = [(start, end, action)]
            cost = best[end][0] + 1 + 100 * sum(a.kind == "clarify" for _, _, a in found)
            if start not in best or cost < best[start][0]:
                best[start] = (cost, found + best[end][1])
    if 0 not in best:
        return [_nothing(part)]
    for (start, cut, one), (_, end, other) in pairwise(best[0][1]):
        accepts = one.kind == "accept" and one.reason != "weak"
        if accepts and other.kind == "locate":
            return [clarify("conflict", "yes, go ahead", "where are we?")]  # "yes, what is it?" answers a call
        if accepts and other.kind == "move" and _only_a_way(part[cut:end]):
            # "Looks good, a bit left": what is proposed and then left, or left in place of it?
            return [clarify("conflict", "yes, go ahead", "no, look again", *OFFER_DIRECTION)]
        if one.kind == other.kind and one.kind in ("move", "rotate"):
            # "Ok, left and up 2 cm": no cut may hide what would be asked back of the two together.
            asked = one_action(part[start:end], display)
            if asked and asked.kind == "clarify":
                return [asked]
    return [action for _, _, action in best[0][1]]


def _only_a_way(part: Tokens) -> bool:
    return not has(part, "AND") and strip(part)[0].type != "V"


def _may_cut(part: list[Token], at: int) -> bool:
    before, here = part[at - 1], part[at]
    said = part[at - 2] if before.text == "with" and at > 1 else before
    if said.type == "YES" and (
        "with" in (before.text, here.text) or (here.type == "PLUSIMAGE" and said.text.endswith((" that", " it")))
    ):
        return False  # "continue with that shot", "do that shot": what to do, and no yes to a proposal
    if here.type in ("COMMA", "AND") or before.type in ("COMMA", "AND"):
        return True
    if at == len(part) - 1 and here.type == "OKAY" and here.text in ("ok", "okay", "alright", "all right"):
        return True  # "now the left wrist, ok"
    if before.type == "OKAY" and here.type == "LM" and before.text not in _PLAIN_OKAY:
        return False  # "great carina" praises the picture
    if before.type == "OKAY" or (before.type == "YES" and before.text in _PLAIN_YES):
        return True
    if before.type in ("HELP", "LOCATE", "QUESTION"):
        return False  # "how do I go up"
    if before.type == "UNDO" and before.text in ("undo", "revert", "take back") and here.type == "V":
        return False  # "undo go left": both, or the going?
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


_TWICE_IS_ONCE = {"help", "locate", "save", "halt", "fluoro", "home"}


def _join(actions: list[Action]) -> Action:
    """Several readings in order as one answer: a question if any is one, a sequence otherwise."""
    questions = [a for a in actions if a.kind == "clarify"]
    if questions:
        return min(questions, key=lambda a: a.reason == "not_understood")
    solid = [a for a in actions if not _is_weak(a)]
    if not solid:
        return replace(actions[0], reason="") if actions else clarify("not_understood", *OFFER)
    merged: list[Action] = []
    for action in solid:
        last = merged[-1] if merged else None
        pair = {last.kind, action.kind} if last else set()
        if pair == {"accept"} or (pair & _TWICE_IS_ONCE and last == action):
            continue
        if last == action and action.kind in ("move", "rotate"):
            return clarify("amount", "go up 3 cm", "tilt 10 degrees cranial")  # "lower, lower": how far in all?
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
        return elsewhere("")
    return clarify("not_understood", *OFFER)


def one_action(part: list[Token], display: Display) -> Action | None:
    """The reading of `part` as one action; a clarify if it is one that cannot be done as said; None if it is none."""
    part = strip(part)
    for ordered in (part, _verb_first(part)):
        for reader in (accept, simple, reject, rotate, align, move):
            action = reader(ordered, display) if ordered else None
            if action:
                return action
    return None


_DEEDS_AND_PLACES = (
    "PREV",
    "HOME",
    "BACK",
    "IMAGE",
    "OLDIMAGE",
    "XRAY",
    "PLUSIMAGE",
    "ZOOM",
    "COLL",
    "NEW",
    "NUM",
    "MORE",
)


def _verb_first(part: list[Token]) -> list[Token]:
    """ "Image save", "previous position go": a verb at the end, as other languages have it."""
    verb_last = len(part) > 1 and part[-1].type == "V" and only(part[:-1], *_DEEDS_AND_PLACES)
    return [part[-1], *part[:-1]] if verb_last else []
