"""The lists of words as tables to look things up in: phrase to type, name to landmark, side."""

from __future__ import annotations

from functools import cache

from inference.language import plain_words
from inference.language.anatomy import ELSEWHERE, FAMILIES
from inference.language.lexicon import LEXICON, ORDER
from sim.landmarks import LANDMARKS

FILLERS, LOOK_ALIKES = frozenset(plain_words.FILLERS.split()), frozenset(plain_words.LOOK_ALIKES.split())
SLIPS_THAT_ARE_WORDS = frozenset(plain_words.SLIPS_THAT_ARE_WORDS.split())
SIDED = frozenset({"humeral_head", "scapular_inferior_angle", "elbow", "wrist", "hemidiaphragm"})

NEVER_READ = frozenset(["the", "of", "please", "pls", "plz", "kindly", "um", "uh", "er", "erm", "hmm"])


@cache
def _plain(phrase: str) -> tuple[str, ...]:
    return tuple(w for w in phrase.split() if w not in NEVER_READ)


def _listed(text: str) -> list[tuple[str, ...]]:
    return [words for words in (_plain(part.strip()) for part in text.split(";")) if words]


def _build() -> dict[tuple[str, ...], tuple[str, object]]:
    phrases: dict[tuple[str, ...], tuple[str, object]] = {}
    for kind in ORDER.split():
        for value, text in LEXICON[kind].items():
            for words in _listed(text):
                phrases.setdefault(words, (kind, value))
    for words in _listed(ELSEWHERE):
        phrases[words] = ("ELSEWHERE", " ".join(words))
    return phrases


PHRASES = _build()

NAMES: dict[tuple[str, ...], str] = {words: key for key, text in FAMILIES.items() for words in _listed(text)}

for _mark in LANDMARKS:
    for _name in _mark.names:
        NAMES.setdefault(_plain(_name.lower()), _mark.key.removeprefix("right_").removeprefix("left_"))

BAGS = {tuple(sorted(words)): key for words, key in NAMES.items() if len(words) > 1}
"""Names of several words by their words alone: people say them in any order."""

LONGEST_PHRASE = max(len(words) for words in (*PHRASES, *NAMES)) + 2

SIDES = {w: s for s, text in LEXICON["SIDE"].items() for (w, *rest) in _listed(text) if not rest and w not in "lr"}

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
NUMBERS = {w: v for v, w in enumerate(_ONES.split())} | {w: 10 * v for v, w in enumerate(_TENS.split(), 2)}
NUMBERS |= {"fourty": 40, "fivety": 50, "fiveteen": 15, "nought": 0, "tree": 3, "fife": 5}

KNOWN = (
    {w for words in (*PHRASES, *NAMES) for w in words}
    | FILLERS
    | set(NUMBERS)
    | {
        "half",
        "quarter",
        "quarters",
        "hundred",
        "thousand",
        "couple",
        "minus",
        "the",
        "of",
        "point",
        "third",
        "patients",
    }
)
