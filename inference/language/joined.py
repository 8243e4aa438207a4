"""Words run together ("tothe", "leftelbow") and words cut in two ("car ina"). Only a small word and one that may follow
it are taken apart, so that nothing is read into an ordinary word ("upright", "downright")."""

from __future__ import annotations

import re
from itertools import pairwise

from inference.language.vocabulary import KNOWN, NAMES

_VERBS = frozenset(["go", "show", "take", "move", "align", "please"])
_SMALL = frozenset(["to", "the", "of", "at", "me"])
_NAMED = frozenset(word for words in NAMES for word in words if len(word) > 3)
_TAKEN = frozenset(["shot", "picture", "image", "film", "photo"])
_SLIPS_OF_SIDES = frozenset(["lef", "righ"])
_BEHIND = _SMALL | _NAMED | {"left", "right", "up", "down", "a", "image", "shot", "picture"}


def _follows(one: str, other: str) -> bool:
    if one in ("left", "right"):
        return other in _NAMED
    return (
        (one in _VERBS | _SMALL and other in _BEHIND)
        or (one == "a" and other in _TAKEN)
        or (other == "please" and one in _BEHIND)
    )


def apart(word: str) -> list[str]:
    """The two words that an unknown one of five letters or more is made of, or the word alone."""
    if word in KNOWN or len(word) < 5:
        return [word]
    cuts = [i for i in range(1, len(word)) if _follows(word[:i], word[i:])]
    return [word[: cuts[0]], word[cuts[0] :]] if len(cuts) == 1 else [word]


_WHOLE = frozenset(word for word in _NAMED if len(word) > 5) | {"fluoroscopy", "collimator", "collimation", "collimate"}


def regrouped(text: str) -> str:
    """`text` with the letter back in its word that a space went before or behind: "lef twrist", "tot he"."""
    words = text.split(" ")
    for at, (one, other) in enumerate(pairwise(words)):
        if not (one.isalpha() and other.isalpha()) or {one, other} <= KNOWN - _SLIPS_OF_SIDES:
            continue
        found = [(one + other[0], other[1:]), (one[:-1], one[-1] + other)]
        found = [pair for pair in found if _follows(*pair)]
        if len(found) == 1:
            words[at : at + 2] = found[0]
    return " ".join(words)


def together(text: str) -> str:
    """`text` with the words of landmarks and of the beam in one piece, where a half of one is no word by itself."""

    def joined(match: re.Match[str]) -> str:
        one, other = match.groups()
        return one if one + other in _WHOLE and not {one, other} <= KNOWN else match[0]

    return re.sub(r"\b([a-z]{2,})[ -](?=([a-z]{2,})\b)", joined, text)
