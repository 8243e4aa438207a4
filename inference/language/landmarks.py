"""Landmarks in a stretch of speech: "align to", a name alone, a side that is missing, a place
that is no landmark here.
"""

from __future__ import annotations

from itertools import pairwise

from inference.action import Action, clarify
from inference.language.display import Display
from inference.language.naming import MIDLINE, elsewhere, key_of, say, which_side
from inference.language.parts import Tokens, has, only, signature, strip
from inference.language.simple import EXPOSE
from inference.language.vocabulary import SIDED
from inference.language.words import Token
from sim.landmarks import BY_KEY

_HELD = ("skull", "elbow", "wrist")
"""What hands can move."""
_WHOSE = ("my left", "my right", "your left", "your right", "our left", "our right")


def align(part: list[Token], display: Display) -> Action | None:
    """A landmark, said alone or with a verb; also "a picture of" one."""
    part = _without_ap(part)
    if _a_view_is_set_off(part):
        return None
    if _side_of_nothing(part):
        sides = {str(t.value) for t in part if t.type in ("SIDE", "LETTER")}
        return clarify("side" if sides else "unknown_landmark", *_sided_offers(sides))
    marks = [t for t in part if t.type in ("LM", "ELSEWHERE")]
    shot = None
    if has(part, "IMAGE", "PLUSIMAGE", "XRAY") and (marks or has(part, "HEAD")):
        at = max(i for i, t in enumerate(part) if t.type in ("IMAGE", "PLUSIMAGE", "XRAY"))
        lead = [
            Token("ONE", 1, t.text) if t.type == "NUM" and t.value == 1 else t for t in part[: at + 1] if t.type != "AP"
        ]
        if EXPOSE.fullmatch(signature(lead)):
            if has(part[at + 1 :], "go", "trans", "show", "get"):
                return None  # "take a shot, go to the skull": two things, in that order
            shot, part = Action("expose"), part[at + 1 :]
    if not marks and not has(part, "HEAD"):
        bare = (
            part and part[0].type == "V" and part[0].value in ("go", "show") and only(part, "go", "show", "TO", "THING")
        )
        if bare and (has(part, "TO") or part[0].text.startswith(("align", "show"))):
            return elsewhere("")
        return None
    if not only(
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
    if not marks and (is_heading(part) or has(part, "UNSURE", "OR", "FEET", "DEVICE")):
        return None
    last = max((i for i, t in enumerate(part) if t.type == "LM"), default=len(part))
    if part[-1].type == "BACK" and part[-2].text == "go" and last < len(part):
        return None
    if has(part[last:], "AP") and has(part[last:], "go", "trans", "show", "get"):
        return None
    sided = has(part, "SIDE") and any(t.type == "LM" and t.value[1] for t in part)
    led = len(part) > 1 and part[0].type == "SIDE" and part[1].type == "COMMA"
    if sided and not led and (has(part, "COMMA", "AND") or has(part[last:], "go", "trans", "show", "get")):
        return None  # "the left elbow, left 2 cm"
    if has(part, "IMAGE"):
        shown = max(i for i, t in enumerate(part) if t.type == "IMAGE")
        named = max((i for i, t in enumerate(part[:shown]) if t.type == "LM"), default=shown)
        if has(part[named:shown], "get", "MORE"):
            return None  # "T12 take an image": not only where to
    if any(t.type == "ELSEWHERE" for t in part):
        if has(part, "NUM", "UNIT", "VAGUE"):
            return None
        return elsewhere(next(str(t.value) for t in part if t.type == "ELSEWHERE"))
    places = [t.value if t.type == "LM" else ("skull", None) for t in part if t.type in ("LM", "HEAD")]
    families = list(dict.fromkeys(family for family, _ in places))
    if has(part, "DIRX"):
        # "My left elbow": whose left?
        return which_side(families[0], "align to") if len(families) == 1 and families[0] in SIDED else None
    if len(families) > 1:
        keys = [key_of(f, side) for f in families for side in (("right", "left") if f in SIDED else (None,))]
        return clarify("conflict", *(f"align to {say(key)}" for key in keys))
    family = families[0]
    sides = {side for _, side in places if side} | {str(t.value) for t in part if t.type == "SIDE"}
    if has(part, "NUM", "UNIT", "DEG", "VAGUE", "UNSURE", "OR", "FEET", "MORE", "DEVICE", "BLADE"):
        return clarify("conflict", *([f"align to {say(family)}"] if family in BY_KEY else []), "go up 3 cm")
    if has(part, "SCREEN", "IMAGE") and sides:
        return which_side(family, "align to") if family in SIDED else clarify("conflict", f"align to {say(family)}")
    if family not in SIDED and sides:
        return clarify("conflict", f"align to {say(family)}", *(f"go {side}" for side in sorted(sides)))
    if has(part, "WHICH"):
        return which_side(family, "align to") if family in SIDED else None
    if family in SIDED and (len(sides) != 1 or _right_is_a_word(part)):
        return (
            which_side(family, "align to")
            if len(sides) < 2
            else clarify("conflict", *(f"align to {say(key_of(family, s))}" for s in ("right", "left")))
        )
    key = key_of(family, next(iter(sides), None))
    if has(part, "LATERAL", "ANGLE"):
        return clarify("conflict", f"align to {say(key)}", "lateral" if has(part, "LATERAL") else "LAO 30")
    if family in _HELD and any(has([a], "trans") and b.type == "LM" for a, b in pairwise(part)):
        return clarify("conflict", f"align to {say(key)}", "go up a bit")  # "move the left wrist": to it, or itself?
    if any(t.type == "COMMA" for t in part) and not has(part, "SIDE") and len(places) == 1:
        return None
    if any(t.type == "DIR" for t in part) and not _leads_to(part):
        return clarify("conflict", f"align to {say(key)}", "go up a bit", "go down a bit")
    align = Action("align", landmark=key)
    return Action("sequence", actions=(align, shot)) if shot else align


def _without_ap(part: list[Token]) -> list[Token]:
    """ "T1, AP" asks for T1: the view is what it is trained for."""
    ends = [t.type for t in part]
    if ends[-2:] == ["COMMA", "AP"]:
        return strip(part[:-1])
    return strip(part[1:]) if ends[:2] == ["AP", "COMMA"] else part


def _a_view_is_set_off(part: Tokens) -> bool:
    """ "T12, LAO 20": where to, and then how to look."""
    for at, token in enumerate(part):
        if token.type == "COMMA":
            before, after = part[:at], part[at + 1 :]
            if has(before, "LM") and not has(after, "LM", "HEAD") and has(after, "ANGLE") and has(after, "NUM"):
                return only(after, "ANGLE", "NUM", "DEG", "CRAN", "COMMA") and not has(before, "ANGLE", "NUM")
    return False


def _side_of_nothing(part: Tokens) -> bool:
    """ "Align to the left", "l": a side, and not of what. Only verbs of motion make it a way to go."""
    if not has(part, "SIDE", "LETTER", "DIR") or not only(
        part, "show", "go", "get", "TO", "SIDE", "LETTER", "DIR", "COMMA"
    ):
        return False
    shown = [t for t in part if t.type == "V" and t.value == "show"]
    return has(part, "LETTER") or (bool(shown) and part[0] is shown[0])


def _sided_offers(sides: set[str]) -> tuple[str, ...]:
    if not sides:
        return tuple(f"align to {say(key)}" for key in MIDLINE)
    side = sorted(sides)[0]
    return (f"go {side}", *(f"align to the {side} {name}" for name in ("humeral head", "elbow", "wrist")))


def _right_is_a_word(part: Tokens) -> bool:
    """ "Right, the elbow": a side cut off in front may be no side at all."""
    return len(part) > 1 and part[0].type == "SIDE" and part[0].text == "right" and part[1].type == "COMMA"


def _leads_to(part: Tokens) -> bool:
    """ "Down to T12", "up at T1": the direction only points the way."""
    at = max(i for i, t in enumerate(part) if t.type == "DIR")
    after = [t for t in part[at + 1 :] if t.type not in ("THING",)]
    return bool(after) and after[0].type == "TO"


def is_heading(part: Tokens) -> bool:
    """Whether "head" is the way up here and not the skull: "toward the head", "5 cm to the head"."""
    for at, token in enumerate(part):
        if token.type == "HEAD":
            before = part[at - 1] if at else Token("")
            if before.type == "TO" and before.value == "toward":
                return True
    return has(part, "NUM", "UNIT", "VAGUE", "MORE", "rot")


def names_the_skull(part: Tokens) -> bool:
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
            if before.type == "TO" and before.value == "to" and has(part[at:], "DIR", "SIDE"):
                return True
    return False


def goes_back(part: Tokens) -> bool:
    """Whether "back" stands for itself: "go back and left 1 cm"."""
    for at, token in enumerate(part):
        after = part[at + 1].type if at + 1 < len(part) else ""
        ends = after in ("AND", "COMMA", "V") or (not after and at and part[at - 1].type in ("AND", "COMMA", "V"))
        if ends and (token.type == "BACK" or token.text in ("return", "get back", "come back")):
            return True
    return False
