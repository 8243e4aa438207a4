"""Which landmark a label in a file means. Knows words, no file and no position.

Understood are keys, ids and names (sim.landmarks) with their usual variants, whatever the case, the order of the words,
and what separates them: "Right_Humeral_Head", "HumeralHeadRight", "humeral head R", "Th12", "vertebra T1", "Skull-1". A
misspelt label is not guessed: a landmark at the wrong place is worse than a question.
"""

from __future__ import annotations

import re

from rapidfuzz import fuzz, process

from sim.landmarks import BY_ID, LANDMARKS

_SIDES = {"r": "right", "rt": "right", "rechts": "right", "l": "left", "lt": "left", "links": "left"}
_SAME = {
    "humerus": "humeral", "scapula": "scapular", "diaphragm": "diaphragmatic", "diaphragma": "diaphragmatic",
    "hemidiaphragmatic": "hemidiaphragm", "trachea": "tracheal", "tracheae": "tracheal", "cranial": "cranium",
    "thoracal": "thoracic",
}  # fmt: skip
_IDLE = {
    "the", "of", "a", "patient", "patients", "s", "landmark", "point", "center", "centre", "centroid", "vertebra",
    "vertebrae", "vertebral", "body",
}  # fmt: skip
_MORE = {
    "skull": ("head", "vault", "calvaria"),
    "humeral_head": ("glenohumeral joint", "shoulder joint"),
    "scapular_inferior_angle": ("inferior angle", "scapular tip", "scapular angle", "scapular inferior tip"),
    "hemidiaphragm": ("diaphragmatic", "dome", "hemidiaphragm dome", "diaphragmatic apex", "diaphragmatic top"),
    "t1": ("first thoracic", "upper thoracic"),
    "t12": ("twelfth thoracic", "lower thoracic"),
    "carina": ("bifurcation", "windpipe split", "carina tracheal"),
}
"""Other names of the same points, by key without its side; none that may mean another point of the bone."""


def landmark_key(label: str) -> str | None:
    """The landmark that `label` names, or None. A number before a name must be its id; alone it is one."""
    words = _words(label)
    number = int(words[0]) if words and words[0].isdigit() else None
    if number is not None:
        words = words[1:]
        if not words:
            return BY_ID[number].key if number in BY_ID else None
    named = _NAMES.get(_bag(words))
    if named is None and len(words) > 1 and words[-1].isdigit():
        # Slicer numbers the points of a list: "Skull-1".
        named = _NAMES.get(_bag(words[:-1]))
        if named is not None and int(words[-1]) not in (1, _IDS[named]):
            return None
    if number in BY_ID and named is not None and named != BY_ID[number].key:
        return None
    return named


def needs_side(label: str) -> bool:
    """Whether `label` would be a landmark if it said right or left."""
    return _bag(["right", *_words(label)]) in _NAMES and landmark_key(label) is None


def nearest(label: str) -> str | None:
    """The key whose name is spelt most like `label`, or None when none is near."""
    words = _words(label)
    if any(re.fullmatch(r"[a-z]{1,2}\d+", word) for word in words):
        return None  # another vertebra is no misspelling
    best = process.extractOne(" ".join(words), _SPELT, scorer=fuzz.token_sort_ratio, score_cutoff=72)
    return _SPELT_KEYS[best[2]] if best else None


def _words(label: str) -> list[str]:
    """Lower-case words: split at separators and inside camelCase; sides and variants brought to one form."""
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", label)
    plain = re.sub(r"[^a-z0-9]+", " ", text.lower().replace("'s", "").replace("’s", ""))
    plain = re.sub(r"\bt(?:h|horacic|horacal)? ?0?(1|12)\b", r"t\1", plain)
    return [_SIDES.get(word, _SAME.get(word, word)) for word in plain.split()]


def _bag(words: list[str]) -> str:
    """The words that matter, in the order of the alphabet."""
    return " ".join(sorted(set(words) - _IDLE))


_NAMES: dict[str, str] = {}
_SPELT: list[str] = []
_SPELT_KEYS: list[str] = []
_IDS = {mark.key: mark.id for mark in LANDMARKS}
for _mark in LANDMARKS:
    _plain = _mark.key.removeprefix("right_").removeprefix("left_")
    for _text in (_plain.replace("_", " "), *_mark.names, *_MORE.get(_plain, ())):
        _spelt = f"{_mark.side} {_text}".strip().lower()
        _NAMES[_bag(_words(_spelt))] = _mark.key
        _SPELT.append(" ".join(_words(_spelt)))
        _SPELT_KEYS.append(_mark.key)
_NAMES |= {"1 thoracic": "t1", "12 thoracic": "t12"}
