"""Everything that needs no number, side or landmark: shots, beam, save, zoom, blades, back, home, where, help."""

from __future__ import annotations

import re

from inference.action import Action, clarify
from inference.language.display import Display
from inference.language.naming import MIDLINE, say
from inference.language.parts import OFFER_DIRECTION, Tokens, has, only, signature
from inference.language.words import Token

_X = r"(?:BEAM |XRAY )"

_SHOT = (
    r"(?:go )?(?:(?:get|show|shoot) )?(?:(?:ONE|MORE|NEW) )*(?:BEAM )?"
    r"(?:IMAGE |PLUSIMAGE |XRAY )(?:(?:(?:ONE|NEW) )*(?:IMAGE |PLUSIMAGE |XRAY ))*(?:MORE )?"
)

EXPOSE = re.compile(_SHOT + "|(?:go )?shoot ")

_FLUORO_ON = re.compile(rf"(?:(?:START|get|keep|go) )*{_X}ON |START ON {_X}|START {_X}|ON {_X}|{_X}START ")

_FLUORO_OFF = re.compile(
    rf"(?:(?:START|get|keep|go|END) )*{_X}OFF |(?:START|END)? ?OFF {_X}|(?:END |NO ){_X}|"
    rf"{_X}END |"
    "BEAMOFF (?:BEAM |XRAY |IMAGE |OLDIMAGE )+(?:BEAM |OFF )?|START OFF "
)

_FLUORO_WORD = re.compile(r"(?:(?:get|go|show) )?(?:MORE )?BEAM (?:IMAGE )?")

_SAVE = re.compile(
    r"save (?:(?:NEW|ONE) )?(?:IMAGE |PLUSIMAGE |OLDIMAGE |THING |SCREEN |XRAY )?(?:TO )?|"
    r"keep (?:IMAGE |OLDIMAGE |THING |XRAY |PLUSIMAGE )"
)

_ZOOM = re.compile(
    r"(?:(?:go|get|show) )?(?:IMAGE |THING )?(?:VAGUE )?ZOOM (?:VAGUE |MORE |IMAGE |OLDIMAGE |THING |SCREEN )*"
    r"(?:ON (?:IMAGE |THING |THERE )?)?"  # and what on
)

_COLL = re.compile(
    r"(?:(?:go|get|show|save) )?(?:VAGUE )?COLL (?:VAGUE |MORE |BEAM |THING |IMAGE |COLL )*"
    r"(?:ON (?:IMAGE |THING |THERE )?)?"
)

_RETURN = re.compile(
    r"(?:(?:go|trans|show|get|UNDO) )*(?:BACK )*(?:TO )?(?:PREV |BACK )|UNDO (?:MOVENOUN |"
    r"trans |rot |PREV |NEW |ONE )*"
)

_HOME = re.compile(r"(?:(?:go|trans|show|get) )*(?:THING )?(?:BACK )*(?:TO )?(?:go )?HOME (?:THING )?(?:BACK )?")

_LOCATE = re.compile(
    r"(?:(?:go|show) )?(?:LOCATE )+(?:TO |ON |THING |THERE |IMAGE |SCREEN |XRAY )*|ISTHIS LM |ISTHIS HEAD "
)

_HELP = re.compile(r"(?:get |show )?(?:HELP )+")


def simple(part: Tokens, display: Display) -> Action | None:
    """Everything that needs no number, side or landmark."""
    part = [Token("ONE", 1, t.text) if t.type == "NUM" and t.value == 1 else t for t in part if t.type != "COMMA"]
    line = signature(part)

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
    if says(EXPOSE):
        return Action("expose")
    if says(_SAVE):
        return Action("save")
    if says(_ZOOM):
        step = next(t.value for t in part if t.type == "ZOOM")
        return Action("magnify", step=step) if step else clarify("direction", "zoom in", "zoom out")
    if says(_COLL):
        steps = [t.value for t in part if t.type == "COLL"]
        step = steps[-1]
        if len(set(steps)) > 1 and not part[0].text.startswith(("collimat", "cone")):
            return clarify("direction", "cone down", "collimate wider", "open the collimator")
        if step == 0 and any(t.type == "VAGUE" for t in part):
            step = -1
        return Action("collimate", step=step)
    if says(_RETURN) or (len(part) == 1 and part[0].text in ("return", "get back", "come back")):
        if part[0].type == "V" and part[0].value == "trans" and part[-1].type == "BACK":
            return clarify("direction", "go back to where we were", *OFFER_DIRECTION)
        return Action("return")
    if says(_HOME):
        return Action("home")
    if line == "OPEN VAGUE ":
        return Action("collimate", step=-1)
    if has(part, "WHICH") and only(part, "WHICH", "go", "trans", "VAGUE", "TO", "NUM", "UNIT"):
        return clarify("conflict", *OFFER_DIRECTION)
    if line == "SIDE ONEOF ":
        return clarify("conflict", f"go {part[0].value}")
    if has(part, "BLADE") and only(part, "BLADE", "go", "show", "TO", "SIDE"):
        tips = [f"align to the {side} shoulder blade tip" for side in ("left", "right")]
        return clarify("conflict", *tips, "close the blades")
    if part and all(t.type == "UNKNOWN" and t.value == "reset" for t in part):
        return clarify("conflict", "back to the start position", "straight AP", "open the collimator")
    if has(part, "QUESTION") and has(part, "LM") and only(part, "QUESTION", "LM"):
        said = [
            say(t.value[0]) if t.value[0] in MIDLINE else f"the {t.value[0].replace('_', ' ')}"
            for t in part
            if t.type == "LM"
        ]
        return clarify("conflict", f"align to {said[0]}", "where are we?")
    if has(part, "ZOOM") and only(part, "ZOOM", "NUM", "ONE", "UNSURE", "TO", "VAGUE"):
        return clarify("amount", "zoom in", "zoom out")
    shots = [t for t in part if t.type in ("IMAGE", "PLUSIMAGE")]
    if (
        shots
        and has(part, "NUM", "UNSURE")
        and only(part, "NUM", "UNSURE", "IMAGE", "PLUSIMAGE", "get", "show", "shoot", "MORE")
    ):
        return clarify("amount", "take a shot")
    return None
