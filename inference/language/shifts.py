"""Shifts of the view: directions and lengths."""

from __future__ import annotations

from itertools import pairwise

from inference.action import Action, clarify
from inference.language.display import Display
from inference.language.landmarks import goes_back, is_heading, names_the_skull
from inference.language.naming import elsewhere
from inference.language.parts import (
    OFFER_DIRECTION,
    AmountError,
    Tokens,
    amounts_in,
    bind,
    has,
    only,
    settled,
    signature,
)
from inference.language.simple import EXPOSE
from inference.language.words import MM_PER, Token

SHIFT_MM = {"bit": 30.0, "some": 60.0, "lot": 90.0}

_MOVE_TYPES = (
    "go trans show get lift TO SIDE DIR HEAD FEET CRAN NUM UNIT DEG VAGUE MORE THING COMMA AND BEAM SCREEN "
    "IMAGE BACK MINUS UNSURE OR DEVICE DIRX ON LATERAL MOVENOUN "
)

_PARTS = ("half", "quarter", "couple", "quarters")

_FRAMES = (
    "image",
    "picture",
    "film",
    "photo",
    "pic",
    "img",
    "frame",
    "radiograph",
    "x-ray image",
    "x-ray picture",
    "imaging",
)
"""Pictures that have a left and a right; a shot or an exposure is only taken."""

_VERBS_OF_A_BIT = ("nudge", "bump", "jog", "scooch", "scootch", "skooch", "scoot", "inch up")


def move(part: list[Token], display: Display) -> Action | None:
    """A shift of the view."""
    part = settled(part)
    if not only(part, *_MOVE_TYPES.split()):
        return None
    if _and_a_picture(part) or any(t.type == "IMAGE" and t.text not in _FRAMES for t in part):
        return None
    directed = [t for t in part if t.type in ("SIDE", "DIR", "HEAD", "FEET", "CRAN", "DIRX", "LATERAL")]
    if len(part) > 2 and (names_the_skull(part) or goes_back(part)):
        return None
    if any(a.type == "BEAM" and b.type == "ON" for a, b in pairwise(part)):
        return None
    if any(t.type == "BEAM" and t.text != "beam" for t in part) or (
        has(part, "ON") and not has(part, "SCREEN", "IMAGE")
    ):
        return None
    if not directed and not has(part, "NUM", "UNIT", "VAGUE", "MORE", "trans", "lift", "UNSURE", "DEVICE"):
        return None
    if part[0].text == "right" and all(t.type == "COMMA" or (t.type == "V" and t.value == "go") for t in part[1:]):
        return clarify("conflict", "go right", "yes, go ahead")
    if has(part, "IMAGE", "get") and has(part, "IMAGE") and not has(part, "trans", "go", "SIDE", "SCREEN"):
        return None
    if has(part, "lift", "DEVICE", "DIRX", "DEG", "LATERAL") or _image_is_moved(part):
        return clarify("direction", *OFFER_DIRECTION)
    if not directed:
        return clarify("direction", *OFFER_DIRECTION) if not only(part, "UNSURE") else None
    if has(part, "OR") and not has(part, "NUM", "VAGUE"):
        return clarify("conflict", *OFFER_DIRECTION)
    if has(part, "MINUS", "UNSURE", "OR") or any(t.type == "MORE" and t.value == -1 for t in part):
        return clarify("amount", "go up 3 cm")
    if has(part, "FEET") and _is_foot_length(part):
        return clarify("amount", "go down 3 cm")
    if has(part, "FEET") and not has(part, "NUM", "VAGUE", "MORE") and not _goes_toward_feet(part):
        return elsewhere("feet")
    if has(part, "HEAD") and not is_heading(part):
        return clarify("conflict", "align to the skull", "go up a bit")
    if has(part, "BACK") and not has(part, "go", "trans", "show", "get"):
        return clarify("direction", "go back to where we were", *OFFER_DIRECTION)
    plain = [t for t in part if t.type != "COMMA"]
    if not has(part, "NUM") and any(
        a.type == "SIDE" and a.text.endswith(("right", " side")) and b.type in ("DIR", "CRAN")
        for a, b in pairwise(plain)
    ):
        # "Right up" may be straight up; with "left side up" a patient is positioned.
        return clarify("conflict", f"go {next(t.value for t in plain if t.type == 'SIDE')}", "go up", "go down")
    if has(part, "CRAN"):
        asked = _cranial_in_doubt(part)
        if asked:
            return asked
    try:
        return _shift(part, display)
    except AmountError:
        return clarify("amount", "left 3 cm and up 2 cm")


def _and_a_picture(part: Tokens) -> bool:
    """ "Go left 2 cm and take a picture", "take a picture, left 2 cm": two things."""
    for at, token in enumerate(part):
        if token.type in ("AND", "COMMA") and has(part[:at], "get", "shoot") and EXPOSE.fullmatch(signature(part[:at])):
            return not any(t.text.endswith(" it") for t in part[at:])  # "... and move it left": the picture?
        if token.type in ("AND", "COMMA") and has(part[at + 1 : at + 2], "get") and has(part[at + 2 :], "IMAGE"):
            return not has(part[at + 2 :], "SIDE", "DIR", "HEAD", "FEET", "CRAN", "SCREEN")
    return False


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
    return before.type == "TO" and (before.value == "toward" or has(part, "DIR", "trans"))


def _cranial_in_doubt(part: Tokens) -> Action | None:
    """Cranial and caudal name a shift and an angulation; only some wordings settle which."""
    if has(part, "UNIT"):
        return None
    if has(part, "NUM"):
        return clarify("direction", "go up 20 mm", "cran 20", "tilt 20 degrees cranial")
    if has(part, "trans"):
        return None
    adverb = all(t.text.endswith("ly") or t.text.endswith(("ad", "ward", "wards")) for t in part if t.type == "CRAN")
    if (has(part, "go") and (adverb or not has(part, "MORE"))) or (adverb and not has(part, "MORE")):
        return None
    return clarify("direction", "go up a bit", "tilt a bit cranial")


def _shift(part: list[Token], display: Display) -> Action:
    if any(a.type == "NUM" and b.type == "VAGUE" and b.text in _VERBS_OF_A_BIT for a, b in pairwise(part)):
        raise AmountError  # "two nudges left"
    if sum(t.type in ("NUM", "VAGUE") for t in part) > 1:
        part = [t for t in part if not (t.type == "VAGUE" and t.text in _VERBS_OF_A_BIT)]
    amounts = {at: (token, unit) for at, token, unit in amounts_in(part, ("UNIT",))}
    used = {id(unit) for _, unit in amounts.values() if unit}
    if any(t.type == "UNIT" and id(t) not in used for t in part):
        raise AmountError
    items: list[tuple[str, object]] = []
    for at, token in enumerate(part):
        if at in amounts:
            items.append(("A", amounts[at]))
        elif token.type in ("SIDE", "DIR", "HEAD", "FEET", "CRAN"):
            on_screen = at > 0 and part[at - 1].type in ("SCREEN", "IMAGE")
            way = _way(token, on_screen, display)
            if way is None or (has(part, "SCREEN", "IMAGE") and not on_screen and not display.is_standard):
                return clarify("direction", *OFFER_DIRECTION)
            items.append(("D", way))
    items = _without_echoes(items)
    ways = [way for mark, way in items if mark == "D"]
    if any((-a, -b) in ways for a, b in ways):
        return clarify("conflict", *OFFER_DIRECTION)
    if len(set(ways)) < len(ways) or len(ways) > 2:
        raise AmountError
    given = [amount for mark, amount in items if mark == "A"]
    if len(ways) > 1 and given and all(token.type == "VAGUE" and token.value == "bit" for token, _ in given):
        bound = [(way, None) for way in ways]
    else:
        bound = [
            (items[d][1], items[a][1] if a is not None else None) for d, a in bind("".join(mark for mark, _ in items))
        ]
    units = [unit for token, unit in given if token.type == "NUM"]
    if any(unit is None and any(later for later in units[i + 1 :]) for i, unit in enumerate(units)):
        raise AmountError  # "left 3 up 2 cm": 3 mm or 3 cm?
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
                    raise AmountError
                mm = round(token.value * scale, 3)
                if not mm:
                    raise AmountError
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
