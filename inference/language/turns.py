"""Views and changes of angle."""

from __future__ import annotations

import re
from itertools import pairwise

from inference.action import Action, clarify
from inference.language.display import Display
from inference.language.landmarks import goes_back, names_the_skull
from inference.language.parts import (
    OFFER_DIRECTION,
    OFFER_TURN,
    AmountError,
    Tokens,
    amounts_in,
    bind,
    has,
    only,
    settled,
    signature,
)
from inference.language.words import Token

TURN_DEG = {"bit": 5.0, "some": 10.0, "lot": 20.0}

_ROTATE_TYPES = (
    "rot go trans show get lift TO ANGLE CRAN HEAD FEET NUM DEG VAGUE MORE AP LATERAL THING COMMA AND BACK "
    "SIDE DIR DIRX UNIT DEVICE MINUS UNSURE OR BEAM IMAGE ON NEW "
)


def rotate(part: list[Token], display: Display) -> Action | None:
    """A view (sets both angles) or a change of angle."""
    part = settled(part) if has(part, "rot") else part
    if not only(part, *_ROTATE_TYPES.split()):
        return None
    angular = has(part, "rot", "ANGLE", "AP", "LATERAL", "DEG")
    if not angular and not (has(part, "CRAN") and has(part, "MORE") and not has(part, "trans", "go", "UNIT")):
        return None
    if not angular and any(t.type == "CRAN" and t.text.endswith(("ly", "ad", "ward", "wards")) for t in part):
        return clarify("direction", "go up a bit", "tilt a bit cranial")  # "more cephalad": a way to go, or to tilt?
    if has(part, "HEAD", "FEET") and not has(part, "rot") and not has(part, "DEG"):
        return None
    if names_the_skull(part) or goes_back(part) or (has(part, "BEAM") and (has(part, "ON") or _is_fluoro(part))):
        return None
    if re.search(r"\b(?:go|trans) (?:VAGUE |NUM |UNIT )*CRAN (?:VAGUE |NUM |UNIT )*(?:AND |COMMA )", signature(part)):
        return None  # "go cephalad a bit and RAO 45": a shift and a view
    if has(part, "HEAD", "FEET") and has(part, "ANGLE") and not has(part, "rot"):
        return None
    if has(part, "IMAGE", "lift"):
        return None if not has(part, "lift") else clarify("direction", *OFFER_TURN)
    if has(part, "LATERAL"):
        return _lateral(part)
    if has(part, "UNIT"):
        if has(part, "ANGLE", "AP", "rot"):
            # "rotate LAO 30 and up 2 cm" is two things; "LAO 30 mm" is none.
            return None if has(part, "SIDE", "DIR", "CRAN", "FEET", "HEAD") else clarify("conflict", *OFFER_TURN)
        return None
    if has(part, "AP") and has(part, "MORE", "VAGUE"):
        return clarify("direction", *OFFER_TURN)
    if has(part, "SIDE", "DIR"):
        if has(part, "ANGLE", "AP") and not has(part, "rot"):
            return None
        return clarify("direction", *OFFER_TURN)
    if has(part, "DIRX") or any(
        t.type == "DEVICE" and not any(turned in t.text for turned in ("detector", "intensifier", "gantry"))
        for t in part
    ):
        return clarify("direction", *OFFER_TURN)
    if has(part, "OR") and not has(part, "NUM"):
        return clarify("conflict", *OFFER_TURN)
    if has(part, "MINUS", "UNSURE", "OR"):
        return clarify("amount", *OFFER_TURN)
    if part[-1].type == "ON" and has(part, "NUM"):
        return clarify("conflict", *OFFER_TURN)  # "put 10 of caudal on": a change, or a view?
    axes = [t for t in part if t.type in ("ANGLE", "CRAN", "HEAD", "FEET")]
    if has(part, "AP"):
        if any(_axis(t)[0] == "p" for t in axes):
            return clarify("conflict", "straight AP", "LAO 30")
        if not axes:
            return Action("rotate") if not has(part, "NUM") else clarify("conflict", "straight AP")
    if not axes:
        return clarify("direction", *OFFER_TURN)
    try:
        turned = _turn(part)
        if turned.relative and has(part, "AP"):
            return clarify("conflict", "straight AP", *OFFER_TURN[2:4])
        return turned
    except AmountError:
        return clarify("amount", *OFFER_TURN[:4])


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
    if moves or has(
        part, "MORE", "VAGUE", "UNIT", "NUM", "DEG", "DIR", "DIRX", "DEVICE", "HEAD", "FEET", "UNSURE", "MINUS"
    ):
        return clarify("direction", "lateral", *OFFER_DIRECTION)
    if has(part, "ANGLE", "AP", "OR", "CRAN"):
        return clarify("conflict", "lateral", "straight AP")
    sides = [t for t in part if t.type == "SIDE"]
    if len(sides) > 1 or (sides and before.type != "SIDE"):
        return clarify("conflict", "lateral", *OFFER_DIRECTION[2:])
    if has(part, "COMMA", "AND"):
        return None
    return Action("rotate", primary_deg=-90.0 if sides and sides[0].value == "right" else 90.0)


def _turns(token: Token) -> bool:
    """A verb of turning; "oblique" only says what kind of view it is."""
    return token.type == "V" and token.value == "rot" and token.text not in ("oblique", "obliquely")


def _leads_to_a_view(tilted: Tokens) -> bool:
    """ "Tilt 10 degrees cranial and LAO 30": one tilts head or feet, and the LAO after it is a view."""
    ways = [t for t in tilted if t.type in ("ANGLE", "CRAN", "HEAD", "FEET")]
    return len(ways) == 2 and _axis(ways[0])[0] == "s" and _axis(ways[1])[0] == "p"


def _is_to_a_view(rest: Tokens) -> bool:
    """ "... to RAO 45", "... to 20": the angle to reach; "to the LAO side", "more to cranial" a way to turn."""
    for at, token in enumerate(rest):
        if token.type in ("NUM", "MORE", "VAGUE"):
            return False
        if token.type == "TO" and token.value == "to" and at + 1 < len(rest):
            if signature(rest[at + 1 :]) in ("ANGLE NUM MORE ", "ANGLE NUM DEG MORE ", "ANGLE NUM MORE DEG "):
                return False  # "to LAO 10 more"
            return rest[at + 1].type in ("ANGLE", "NUM", "CRAN")
    return False


def _turn(part: list[Token]) -> Action:
    amounts = {at: (token, unit) for at, token, unit in amounts_in(part, ("DEG",))}
    used = {id(unit) for _, unit in amounts.values() if unit}
    if any(t.type == "DEG" and id(t) not in used for t in part):
        raise AmountError
    items: list[tuple[str, object]] = []
    view = change = False
    sign = 1
    for at, token in enumerate(part):
        if at in amounts:
            items.append(("A", token))
        elif token.type in ("ANGLE", "CRAN", "HEAD", "FEET"):
            axis, way = _axis(token)
            items.append(("D", (axis, way)))
            turned_later = any(_turns(t) for t in part[at + 1 :]) and not has(part[: at + 2], "MORE")
            if not any(_turns(t) for t in part[:at]) and (not has(part, "MORE") or turned_later):
                view = True
        elif _turns(token):
            change = True
            if token.text.startswith("tilt") and _leads_to_a_view(part[at:]):
                view = True
            if _is_to_a_view(part[at + 1 :]) and not any(t.type == "NUM" for t in part[:at]):
                view = True
        elif token.type == "MORE":
            change = True
            sign = -1 if token.value == -1 else sign
    if not change and any(a.value == "toward" and b.type in ("ANGLE", "CRAN") for a, b in pairwise(part)):
        return clarify("conflict", *OFFER_TURN)  # "10 degrees toward LAO": to reach, or to turn by?
    vague = [t for m, t in items if m == "A" and t.type == "VAGUE"]
    if vague and view and not change and not has(part, "NUM"):
        view, change = False, True
        if any(t.type == "CRAN" for t in part) and not has(part, "DEG", "ANGLE"):
            return clarify("direction", "go up a bit", "tilt a bit cranial")
    if view and change and not has(part, "NUM"):
        view = False  # "cranial tilt a bit"
    directions = sum(mark == "D" for mark, _ in items)
    noun = any(
        a.type in ("CRAN", "ANGLE") and b.type == "V" and b.value == "rot" and not b.text.startswith("obl")
        for a, b in pairwise(part)
    )
    if view and noun and directions == 1:
        if items[0][0] == "D" and items[0][1][0] == "p" and len(items) > 1 and not has(part, "MORE", "VAGUE"):
            return clarify("conflict", *OFFER_TURN)  # "RAO angle 30": to reach, or to turn by?
        view = False  # "10 degrees cranial tilt"
    if change and any(a.type == "TO" and a.value == "to" and b.type == "NUM" for a, b in pairwise(part)):
        # "Reduce LAO to 10" names the angle to reach, and only a view says one.
        view, sign = True, 1
    mores = [at for at, t in enumerate(part) if t.type == "MORE"]
    if directions == 2 and len(mores) == 1 and has(part, "NUM") and not has(part, "rot"):
        first = next(at for at, t in enumerate(part) if t.type in ("ANGLE", "CRAN"))
        if mores[0] < first:
            return clarify("conflict", *OFFER_TURN)
        view = True
    relative = not view
    axes = [axis for mark, axis in items if mark == "D"]
    if len({axis for axis, _ in axes}) < len(axes):
        return clarify("conflict", *OFFER_TURN)
    bound = bind("".join(mark for mark, _ in items))
    turned = {"p": 0.0, "s": 0.0}
    for d, a in bound:
        axis, way = items[d][1]
        if a is None:
            if not relative:
                raise AmountError
            degrees = TURN_DEG["bit"]
        else:
            token = items[a][1]
            degrees = TURN_DEG[token.value] if token.type == "VAGUE" else token.value
            if degrees is None or (relative and not degrees):
                raise AmountError
        turned[axis] = sign * way * degrees + 0.0
    if sign < 0 and (not relative or len(axes) > 1):
        return clarify("conflict", *OFFER_TURN)
    return Action("rotate", primary_deg=turned["p"], secondary_deg=turned["s"], relative=relative)
