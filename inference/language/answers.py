"""Yes, no, and what it is instead."""

from __future__ import annotations

from inference.action import Action, clarify
from inference.language.display import Display
from inference.language.naming import elsewhere, key_of, say, which_side
from inference.language.parts import OFFER_DIRECTION, Tokens, has, only
from inference.language.vocabulary import SIDED
from inference.language.words import Token
from sim.landmarks import BY_KEY


def accept(part: Tokens, display: Display) -> Action | None:
    kinds = [t.type for t in part if t.type not in ("COMMA", "AND", "TO")]
    if kinds and set(kinds) <= {"YES", "OKAY"}:
        firm = any(t.type == "YES" and t.text not in _COLOURING for t in part)
        return Action("accept", reason="" if firm else "weak")
    if (
        len(kinds) > 1
        and kinds[0] == "YES"
        and part[0].text in _CONFIRMING
        and only(part[1:], "trans", "MOVENOUN", "YES")
    ):
        return Action("accept")
    if len(part) == 1 and part[0].text in ("go", "lets go", "do"):
        return Action("accept")
    return None


_COLOURING = {
    *("absolutely", "definitely", "certainly", "indeed", "of course", "course", "exactly", "precisely", "positive"),
    *("true", "by all means", "surely", "go there", "go on", "move on", "carry on", "keep going"),
}
"""Yes where it stands alone; beside anything else only how it is said ("I definitely want up")."""

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

_REJECT_TYPES = "YES OKAY NO WRONG LOOK IS NOT BUT LM HEAD SIDE COMMA AND OR ELSEWHERE TO ISTHIS ON ONEOF "


def reject(part: list[Token], display: Display) -> Action | None:
    """ "No", "that is X", "X, not Y", and the "yes, that is X" that accepts."""
    if (
        not only(part, *_REJECT_TYPES.split())
        or not has(part, "IS", "NOT", "NO", "WRONG", "LOOK")
        or has(part, "ISTHIS")
    ):
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
            if token.type == "WRONG" and before == "IS" and at > 1 and part[at - 2].type in ("LM", "HEAD"):
                return clarify("conflict", "no, look again")  # "the right elbow is wrong": to see, or to go to?
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
                return clarify("negation", "no, look again", *OFFER_DIRECTION[2:])
            else:
                return clarify("conflict", "yes, go ahead", "no, look again", f"go {token.value}")
    positives, negatives = dict.fromkeys(named[True]), dict.fromkeys(named[False])
    if unknown[True]:
        return elsewhere(unknown[True][0])
    if (yes and (no or negatives or unknown[False])) or len(positives) > 1 or len(negatives) > 1:
        return clarify("conflict", "yes, go ahead", "no, look again")
    if right and any(family in SIDED and not side for family, side in positives):
        return clarify("conflict", "yes, go ahead", *(f"that's {say(key_of(f, 'right'))}" for f, _ in positives))
    if yes:
        return Action("accept") if called or positives else None
    landmark = not_landmark = None
    for family, side in positives:
        if not called and not negatives:
            # "no, T12": what it is, or where to go?
            options = (f"that's {say(k)}" for k in [key_of(family, side)] if k in BY_KEY)
            return (
                clarify("conflict", *options, f"no, go to {say(key_of(family, side))}")
                if side or family not in SIDED
                else which_side(family, "that's")
            )
        if family not in SIDED and side:
            return clarify("conflict", f"that's {say(family)}")
        if family in SIDED and not side:
            return which_side(family, "that's")
        landmark = key_of(family, side)
    for family, side in negatives:
        if family not in SIDED and side:
            return clarify("conflict", f"that's not {say(family)}")
        not_landmark = key_of(family, side) if side or family not in SIDED else None
    if landmark and landmark == not_landmark:
        return clarify("conflict", "no, look again")
    if no or negatives or positives or unknown[False]:
        return Action("reject", landmark=landmark, not_landmark=not_landmark, reason="no" if no else "")
    return None
