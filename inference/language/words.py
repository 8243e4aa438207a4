"""Words to typed tokens: numbers, units, names of landmarks, verbs, fillers. Knows words, not sentences.

`tokens(text)` never drops a word that it does not know: such a word becomes a token of type UNKNOWN, which no rule of
the grammar accepts, so that no motion can result from a half-understood line. Only the words of `FILLERS` are dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from rapidfuzz.distance import OSA

from inference.language.spelling import PUNCTUATION, pieces
from inference.language.vocabulary import BAGS, FILLERS, KNOWN, LONGEST_PHRASE, NAMES, NUMBERS, PHRASES, SIDES

MM_PER = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "inch": 25.4}
"""Millimetres in a unit of length (an international inch is 25.4 mm exactly)."""

LARGEST = 1e9
"""A number beyond it is a slip of the keyboard, not an amount; past some 300 digits it would be infinite."""


@dataclass(frozen=True)
class Token:
    """`type` is what the grammar reads; `value` depends on it; `text` is the words it stands for."""

    type: str
    value: object = None
    text: str = ""


def number_at(words: list[str], start: int) -> tuple[float, int] | None:
    """The number that begins at `start`, digits or words, and where it ends."""
    at, value, seen = start, 0.0, False
    if at < len(words) and re.fullmatch(r"\d+(?:\.\d+)?", words[at]):
        value, at, seen = float(words[at]), at + 1, True
        if words[at - 1].isdigit() and words[at : at + 1] == ["point"] and (decimals := _decimals(words, at + 1)):
            value, at = float(f"{words[at - 1]}.{decimals}"), at + 1 + len(decimals)
    else:
        while at < len(words):
            word = words[at]
            if word in NUMBERS:
                if seen and not (value % 100 >= 20 and value % 10 == 0 and 0 < NUMBERS[word] < 10) and value % 100:
                    break
                value, seen = value + NUMBERS[word], True
            elif word == "hundred":
                value, seen = (value or 1) * 100, True
            elif word == "thousand":
                value, seen = (value or 1) * 1000, True
            elif word == "and" and seen and value >= 100 and at + 1 < len(words) and words[at + 1] in NUMBERS:
                pass
            else:
                break
            at += 1
        if seen and words[at : at + 1] == ["point"] and (decimals := _decimals(words, at + 1)):
            value, at = float(f"{value:g}.{decimals}"), at + 1 + len(decimals)
    if not seen and words[at : at + 1] == ["point"] and (decimals := _decimals(words, at + 1)):
        return float(f"0.{decimals}"), at + 1 + len(decimals)
    rest = words[at : at + 3]
    if seen:
        if rest[:3] == ["and", "a", "half"]:
            return value + 0.5, at + 3
        if rest[:2] == ["and", "half"]:
            return value + 0.5, at + 2
        if rest[:3] == ["and", "a", "quarter"]:
            return value + 0.25, at + 3
        if value == 1 and rest[:1] in (["half"], ["quarter"]):
            at += 1
            return (0.5 if rest[0] == "half" else 0.25), at + (words[at : at + 1] in (["a"], ["an"]))
        if rest[:1] == ["quarters"]:
            at += 1
            return value / 4, at + (at < len(words) and words[at] in ("a", "an"))
        return value, at
    lead = 1 if words[at : at + 1] in (["a"], ["an"], ["one"]) else 0
    said = words[at + lead : at + lead + 1]
    part = {"half": 0.5, "quarter": 0.25, "couple": 2.0}.get(said[0]) if said else None
    if part:
        at += lead + 1
        return part, at + (at < len(words) and words[at] in ("a", "an", "one"))
    return None


def _decimals(words: list[str], at: int) -> str:
    """The digits after a spoken "point": "two five", "5"."""
    digits = ""
    while at < len(words) and (NUMBERS.get(words[at], 10) < 10 or re.fullmatch(r"\d", words[at])):
        digits, at = digits + str(NUMBERS.get(words[at], words[at])), at + 1
    return digits


def tokens(text: str) -> list[Token]:
    """Every word of `text` as typed tokens, fillers left out, in order."""
    words, found, at = pieces(text), [], 0
    while at < len(words):
        word = words[at]
        if word in PUNCTUATION:
            if word == "?" and len(words) == 1:
                found.append(Token("HELP", None, "?"))
            else:
                found.append(Token(PUNCTUATION[word], word, word))
            at += 1
            continue
        name, phrase = _name_at(words, at), _phrase_before_name(words, at)
        number = number_at(words, at)
        if number and (not phrase or phrase[1] <= number[1] - at) and not name:
            unusable = (bool(found) and found[-1].type == "MINUS") or number[0] > LARGEST
            found.append(Token("NUM", None if unusable else number[0], " ".join(words[at : number[1]])))
            at = number[1]
            if at < len(words) and words[at] in ("in", "ins") and _inch_follows(words, at + 1):
                found.append(Token("UNIT", "inch", "in"))
                at += 1
                at = _and_a_half(words, at, found)
            elif at < len(words) and words[at] in ("'", "ft"):
                found.append(Token("UNSURE", None, "ft"))
                at += 1
            elif (unit := _phrase_at(words, at)) and unit[0][0] == "UNIT":
                at = _and_a_half(words, at + unit[1], found, unit[0][1])
            continue
        if name and (not phrase or name[2] >= phrase[1]):
            found.append(Token("LM", (name[0], name[1]), " ".join(words[at : at + name[2]])))
            at += name[2]
        elif phrase:
            (kind, value), length = phrase
            found.append(Token(kind, value, " ".join(words[at : at + length])))
            at += length
        elif word in ("a", "an") and (unit := _phrase_at(words, at + 1)) and unit[0][0] in ("UNIT", "DEG"):
            found.append(Token("NUM", 1.0, word))
            at += 1
            if unit[0][0] == "UNIT":
                at = _and_a_half(words, at + unit[1], found, unit[0][1])
        elif word == "minus":
            found.append(Token("MINUS", None, word))
            at += 1
        elif word == "oneof":
            found.append(Token("ONEOF", None, "one"))
            at += 1
        elif word == "xvertebra":
            found.append(Token("ELSEWHERE", "that vertebra", "that vertebra"))
            at += 1
        elif word in FILLERS or word == "patients":
            at += 1
        else:
            found.append(Token("UNKNOWN", word, word))
            at += 1
    return found


def _inch_follows(words: list[str], at: int) -> bool:
    """After a number, "in" is inches unless it goes on like "in the middle"."""
    if at >= len(words):
        return True
    return words[at] in PUNCTUATION or words[at] in (
        "up",
        "down",
        "left",
        "right",
        "to",
        "toward",
        "towards",
        "higher",
        "lower",
        "and",
        "please",
        "cranial",
        "caudal",
        "cephalad",
        "more",
        "further",
        "north",
        "south",
        "cranially",
        "caudally",
    )


def _and_a_half(words: list[str], at: int, found: list[Token], unit: object = "inch") -> int:
    """Adds the unit; "an inch and a half" adds half a unit to the number before it."""
    half = 3 if words[at : at + 3] == ["and", "a", "half"] else 0
    if half and found[-1].type == "NUM" and found[-1].value is not None:
        found[-1] = Token("NUM", found[-1].value + 0.5, found[-1].text)
        at += half
    if found[-1].type == "NUM":
        found.append(Token("UNIT", unit, str(unit)))
    return at


def _phrase_at(words: list[str], at: int) -> tuple[tuple[str, object], int] | None:
    for length in range(min(LONGEST_PHRASE, len(words) - at), 0, -1):
        hit = PHRASES.get(tuple(words[at : at + length]))
        if hit:
            return hit, length
    return None


def _phrase_before_name(words: list[str], at: int) -> tuple[tuple[str, object], int] | None:
    """The longest phrase at `at` that does not take the side of the name after it: "not right | right elbow"."""
    end = len(words)
    while True:
        hit = _phrase_at(words[:end], at)
        if not hit or hit[1] < 2 or hit[0][0] == "DIRX" or words[at + hit[1] - 1] not in ("left", "right"):
            return hit
        last = at + hit[1] - 1
        name = _name_at(words, last)
        if not name or name[2] < 2:
            return hit
        end = last


_HOLES: dict[tuple[str, ...], set[str]] = {}
for _name in NAMES:
    for _i, _word in enumerate(_name):
        if len(_name) > 1 and len(_word) > 4:
            _HOLES.setdefault((*_name[:_i], "", *_name[_i + 1 :]), set()).add(_word)


@cache
def _almost(rest: tuple[str, ...]) -> str | None:
    """The landmark that `rest` names but for the spelling of one word that is in no list: "humorous head"."""
    strange = [i for i, word in enumerate(rest) if word not in KNOWN]
    if len(rest) < 2 or len(strange) != 1 or not rest[strange[0]].isalpha() or len(rest[strange[0]]) < 5:
        return None
    i = strange[0]
    near = [
        word
        for word in _HOLES.get((*rest[:i], "", *rest[i + 1 :]), ())
        if OSA.distance(word, rest[i]) <= (2 if max(len(word), len(rest[i])) > 7 else 1)
    ]
    families = {NAMES[(*rest[:i], word, *rest[i + 1 :])] for word in near}
    return families.pop() if len(families) == 1 else None


def _name_at(words: list[str], at: int) -> tuple[str, str | None, int] | None:
    """The landmark family that begins at `at`, the side said in or beside it, and how many words that takes. A side is
    part of the name when it stands before, inside or right after it."""
    for length in range(min(LONGEST_PHRASE + 2, len(words) - at), 0, -1):
        window = words[at : at + length]
        if any(w in PUNCTUATION for w in window):
            continue
        sides = [SIDES.get(w) or {"l": "left", "r": "right"}.get(w) for w in window]
        rest = tuple(w for w, s in zip(window, sides) if not s)
        while rest and rest[0] in ("a", "patients", "his", "her", "their", "patient", "this", "my") and len(rest) > 1:
            rest = rest[1:]
        rest = tuple(w for w in rest if w not in ("his", "her", "their", "patients"))
        said = {s for s in sides if s}
        family = NAMES.get(rest) or BAGS.get(tuple(sorted(rest))) or _almost(rest)
        if family and len(said) < 2 and sum(map(bool, sides)) < 2:
            if window[0] in ("a", "this", "my"):
                continue
            return family, (said.pop() if said else None), length
    return None
