"""Token lists: what kinds of words are in a stretch of speech, and how amounts bind to directions. Knows no action but
the question back, and the answers that a question offers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from inference.language.words import Token

OFFER = ("align to the skull", "go up a bit", "take a shot", "where are we?", "what can I say?")

OFFER_DIRECTION = ("go up", "go down", "go left", "go right")

OFFER_TURN = ("LAO 30", "RAO 30", "tilt 10 degrees cranial", "tilt 10 degrees caudal", "straight AP")

Tokens = Sequence[Token]

BREAKS = {"COMMA", "FULLSTOP"}


def has(part: Tokens, *types: str) -> bool:
    return any(t.type in types or (t.type == "V" and t.value in types) for t in part)


def only(part: Tokens, *types: str) -> bool:
    return all(t.type in types or (t.type == "V" and t.value in types) for t in part)


def signature(part: Tokens) -> str:
    def word(token: Token) -> str:
        if token.type == "V":
            return str(token.value)
        return "LESS" if token.type == "MORE" and token.value == -1 else token.type

    return "".join(f"{word(token)} " for token in part)


def split(found: Tokens, is_break: Callable[[Token], bool]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for token in found:
        if is_break(token):
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in map(strip, parts) if part]


def strip(part: Sequence[Token]) -> list[Token]:
    part = list(part)
    while part and part[0].type in ("COMMA", "AND"):
        part.pop(0)
    while part and part[-1].type in ("COMMA", "AND"):
        part.pop()
    return part


class AmountError(Exception):
    """Amounts that do not bind to directions in one way only."""


def bind(marks: str) -> list[tuple[int, int | None]]:
    """Which amount belongs to which direction. `marks` is a string of D (direction) and A (amount) in order of the
    words; the answer is pairs of positions, None where a direction has no amount. Raises AmountError where amounts can
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
    raise AmountError


_SOFT = {
    *(
        "quite a bit",
        "quite bit",
        "a good bit",
        "good bit",
        "a fair bit",
        "fair bit",
        "somewhat",
        "fairly",
        "few",
        "a few",
    ),
    *("not too far", "not too much", "not much", "not far", "not a lot"),
}
_WAYS = ("DIR", "SIDE", "CRAN", "HEAD", "FEET", "ANGLE")


def settled(part: list[Token]) -> list[Token]:
    """ "Down a good bit, say 6 cm": the number behind a vague amount says how much it is, where there is one way "
    "only."""
    vague = [at for at, t in enumerate(part) if t.type == "VAGUE" or (t.type == "UNSURE" and t.text in _SOFT)]
    numbers = [at for at, t in enumerate(part) if t.type == "NUM"]
    ways = [t for t in part if t.type in _WAYS]
    if len(vague) != 1 or len(numbers) != 1 or len(ways) != 1 or vague[0] > numbers[0]:
        return part
    between = part[vague[0] + 1 : numbers[0]]
    if not has(between, "COMMA") or not only(between, "COMMA", "TO", "rot", *_WAYS):
        return part
    return part[: vague[0]] + [t for t in part[vague[0] + 1 :] if t.type != "COMMA"]


def amounts_in(part: Tokens, unit_types: tuple[str, ...]) -> list[tuple[int, Token, Token | None]]:
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
