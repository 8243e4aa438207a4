"""Text to words: one way of writing each thing, typing errors repaired. Nothing of meaning is lost or guessed.

Spelling is repaired for a word that is in no list here, toward long content words alone (rapidfuzz, optimal string
alignment): never toward a number or a vertebra, and never away from an ordinary English word that looks alike
(`LOOK_ALIKES`). Of short verbs, directions and sides only the commonest slips are known: two letters swapped
(`_swaps`), one left out or doubled (`_slips`), the key beside (`_missed_keys`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from rapidfuzz.distance import OSA

from inference.language.callings import without_callings
from inference.language.joined import apart, regrouped, together
from inference.language.rewriting import rewrite
from inference.language.vocabulary import KNOWN, LOOK_ALIKES, NAMES, NEVER_READ, NUMBERS, PHRASES, SLIPS_THAT_ARE_WORDS

_REPAIRABLE_WORDS = (
    "skull cranium cranial calvarium humeral humerus glenohumeral shoulder scapula scapular scapulae elbow "
    "olecranon cubital wrist carpus radiocarpal thoracic vertebra vertebral carina trachea tracheal "
    "bifurcation windpipe diaphragm diaphragmatic hemidiaphragm diaphragma shoulderblade twelfth centimetre "
    "centimetres centimeter centimeters millimetre millimetres millimeter millimeters degrees fluoroscopy "
    "screening collimate collimator collimation position picture previous beginning patient towards straight "
    "another magnify rotate "
)
_REPAIRABLE = sorted(_REPAIRABLE_WORDS.split())


_SLIPPED = (
    "go align center centre move take show zoom shoot start save image shot back return locate tilt please little "
    "slightly fluoro beam view target toward again open close home where what stop halt wait lateral cranial caudal "
    "superior inferior higher accept reject confirm exposure magnify"
)

_MISSED = (
    "left right down lower higher move show take shoot shot view zoom align center centre lateral caudal cranial "
    "toward "
    "towards back please image upward stop halt freeze pause abort cancel"
)
"""Words of which no other word is one missed key away (searched for in Webster's and the GCIDE word lists)."""


def _swaps(word: str) -> set[str]:
    """`word` with two neighbours swapped: of a long word nothing else can be meant, be it a direction."""
    return {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)} - {word}


def _slips(word: str) -> set[str]:
    """What a hurried hand makes of `word`: a letter dropped after the first, one doubled, two neighbours swapped."""
    found = {word[:i] + word[i] + word[i:] for i in range(len(word))}
    found |= {word[:i] + word[i + 1 :] for i in range(1, len(word)) if len(word) > 3}
    return (found | _swaps(word)) - {word}


_BESIDE = {
    **{"a": "qsz", "b": "vghn", "c": "xdfv", "d": "serfcx", "e": "wrd", "f": "drtgvc", "g": "ftyhbv", "h": "gyujnb"},
    **{"i": "uok", "j": "huikmn", "k": "jiolm", "l": "kop", "m": "njk", "n": "bhjm", "o": "ipl", "p": "ol", "q": "wa"},
    **{"r": "etf", "s": "awdxz", "t": "ryg", "u": "yij", "v": "cfgb", "w": "qes", "x": "zsdc", "y": "tuh", "z": "asxt"},
}
"""Keys that lie beside a key."""


def _missed_keys(word: str) -> set[str]:
    """`word` with one letter after the first struck on the key beside it."""
    return {word[:i] + key + word[i + 1 :] for i in range(1, len(word)) for key in _BESIDE[word[i]]}


_DEEDS = {words[0] for words, (kind, _) in PHRASES.items() if kind == "V" and len(words) == 1}
_SLIPS = {slip: word for word in _SLIPPED.split() for slip in _slips(word) if slip not in KNOWN | SLIPS_THAT_ARE_WORDS}


_LONG = 4
_SWAPPED: dict[str, set[str]] = {}
for _word in KNOWN:
    if len(_word) >= _LONG and _word.isalpha():
        for _slip in _swaps(_word) - KNOWN - SLIPS_THAT_ARE_WORDS - LOOK_ALIKES:
            _SWAPPED.setdefault(_slip, set()).add(_word)
for _word in ("can", "could", "would", "you", "want", "need", "then", "with", "that", "this", "please", "and"):
    for _slip in _swaps(_word) - KNOWN - SLIPS_THAT_ARE_WORDS:
        _SLIPS.setdefault(_slip, _word)
for _word in ("me", "us", "to", "the", "you", "and", "at", "on", "it"):
    for _slip in {_word[: i + 1] + _word[i:] for i in range(len(_word))} - KNOWN - SLIPS_THAT_ARE_WORDS:
        _SLIPS.setdefault(_slip, _word)
for _word in ("left", "right", "down", "upward", "lower", "higher"):
    for _slip in (_swaps(_word) | {_word[: i + 1] + _word[i:] for i in range(len(_word))}) - KNOWN:
        _SLIPS[_slip] = _word
_SLIPS |= {"ni": "in", "pu": "up", "og": "go", "ot": "to"}
_SLIPS |= dict.fromkeys(("laft", "luft"), "left") | dict.fromkeys(("raght", "reght"), "right")
_SLIPS |= dict.fromkeys(("doun", "dewn", "duwn"), "down")
for _word in _MISSED.split():
    for _slip in _missed_keys(_word) - KNOWN - SLIPS_THAT_ARE_WORDS:
        _SLIPS.setdefault(_slip, _word)
_SLIPS |= {slip: words.pop() for slip, words in _SWAPPED.items() if len(words) == 1}


@cache
def repair(word: str) -> str:
    """The listed word that an unknown one most likely is, or the word itself."""
    if word in _SLIPS:
        return _SLIPS[word]
    stem = re.sub(r"(.)\1?ing$", r"\1", word)
    if (
        word not in KNOWN
        and len(stem) < len(word)
        and (verb := next((v for v in (stem, stem + "e") if v in _DEEDS), ""))
    ):
        return verb
    if word in KNOWN or len(word) < 4 or not word.isalpha() or word in LOOK_ALIKES:
        return word
    first = {"k": "kc", "c": "ck", "f": "fp", "o": "oh", "a": "ae"}.get(word[0], word[0])
    scored = []
    for target in _REPAIRABLE:
        if target[0] not in first:
            continue
        allowed = 1 if len(target) <= 7 else 2
        distance = OSA.distance(word, target, score_cutoff=allowed)
        if distance <= allowed:
            scored.append((distance, target))
    if not scored:
        sounded = repair(word.replace("f", "ph")) if "f" in word else word  # "diafram"
        return sounded if (sounded,) in NAMES else word
    best = min(scored)[0]
    nearest = [target for distance, target in scored if distance == best]
    if {"cranium", "cranial"} <= set(nearest):
        return word  # a bone and a direction: not to be guessed
    return min(nearest, key=len)


_VERTEBRA = re.compile(
    r"\b(tee|t|th|(?:thoracic|dorsal)(?: vertebra| spine| level| number| no| body)*|d|bwk|bw|l|c|s|lumbar|"
    r"cervical)[\s.\-]*(\d{1,2})(?!\d|\.\d|\s*(?:mm|cm|deg))\b"
)

_VERTEBRA_WORD = re.compile(
    r"\b(tee|t|th|(?:thoracic|dorsal)(?: vertebra| spine| level| body)*|d|vertebra)[\s\-]+(?:number )?"
    r"(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|i|xii)\b"
)

_VERTEBRA_NUMBER = {"i": 1, "xii": 12}

_MOST_VERTEBRAE = 8
"""Of the parts of a spine counted by a letter and other than the chest's."""

_SHORTENED = "l|r|lt|rt|pt|approx|appr|ca|dr|pls|deg|prox|inf|sup|vert|lat|cran|caud|scap|hum|diaph|thor"
"""Words that are written with a full stop which ends no sentence."""


def _vertebra(match: re.Match[str]) -> str:
    letter, said = match.group(1), match.group(2)
    number = int(said) if said.isdigit() else _VERTEBRA_NUMBER.get(said, NUMBERS.get(said))
    if letter in ("l", "c", "s") and number > _MOST_VERTEBRAE:
        return match[0]  # "L 15": left by 15, or LAO
    if letter.startswith(("t", "d", "bw")):
        return f" t{number} " if number in (1, 12) else " xvertebra "
    return " xvertebra "


_STOP_ELSEWHERE = "停止?|止[まめ]\\w*|ストップ|정지|멈[춰추]\\w*|스톱|сто[пй]|قف|توقف|रुक\\S*|στοπ|עצור"
"""Stop in Chinese, Japanese, Korean, Russian, Arabic, Hindi, Greek and Hebrew: a halt needs no common language."""


def _mended(match: re.Match[str]) -> str:
    """A slip of a short word, or of a long one: a room reads the names of landmarks only as they are spelled here."""
    word = match[0]
    return repair(word) if len(word) > 6 and not word.endswith("ing") else _SLIPS.get(word, word)


def normalise(text: str) -> str:
    """Lower case, one way of writing each thing, nothing of meaning lost."""
    text = re.sub("[\u200f\u061c\u202a-\u202e\u2066-\u2069]", " xhidden ", text)
    text = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text if unicodedata.category(c) != "Cf")
    text = re.sub(rf"[\U0001f6d1\u26d4]|{_STOP_ELSEWHERE}", " stop ", without_callings(text))
    text = re.sub("[\u00b2\u00b3\u00b9\u2070-\u2099]", " xraised ", text)
    text = text.replace("½", " 1/2").replace("¼", " 1/4").replace("¾", " 3/4")
    text = unicodedata.normalize("NFKC", text).casefold()
    text = text.translate(str.maketrans("’‘ʼ`´“”″′–—−‐‑⁄", "'''''\"\"\"'-----/"))
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = re.sub(r"\b(?:st+[o0]+p+)+(?=s?\b)|\bs[ -]t[ -]o[ -]p\b|^\W*(?:st op|sto p|s top)\W*$", "stop", text)
    text = re.sub(r"[°º˚]", " deg ", text)
    text = re.sub(r"^\s*([\"'])(.*)\1\s*$", r"\2", text)
    text = re.sub(r"(?<!\bt1)(?<!\bt12)(?<=\d)\s*(?:\"|'')", " inch ", text)
    text = re.sub(r"(?<![^\s]),(?=\d)", " few ", text)  # ",5 cm": five, or half of one
    text = re.sub(r"(?<=\d),(?=\d{1,2}(?!\d))", ".", text)
    text = re.sub(r"\d+(?:,\d{3})+(?!\d)", " few ", text)  # "1,000": a decimal comma or a thousand
    # "1.000 mm": the same of a point; nobody says thousandths of a millimetre.
    text = re.sub(
        r"(?<![\d.])[1-9]\d{0,2}(?:\.\d{3})+(?![\d.])(?=\s*(?:mm|mil|$|[a-z]*\s*(?:up|down|left|right)))", " few ", text
    )
    text = re.sub(r"(?<![\d.])(\d+) (\d+)/(\d+)\b", lambda m: f"{int(m[1]) + int(m[2]) / max(int(m[3]), 1):g}", text)
    text = re.sub(
        r"(?<![\d./])([1-9])/([2-9])(?![\d/])",
        lambda m: f"{int(m[1]) / int(m[2]):g}" if int(m[1]) < int(m[2]) else m[0],
        text,
    )
    text = re.sub(r"(?<=\d)\s*-\s*(?=\d)", " range ", text)
    text = re.sub(r"(?<![\w)])-\s?(?=\.?\d)", " minus ", text)
    text = re.sub(r"\.{2,}|\.(?: \.)+", ", ", text)
    text = re.sub(r"(?<!\w)\.(?=\d)", "0.", text)
    text = text.replace("%", " percent ").replace("&", " and ").replace("+", " plus ").replace("_", " ")
    text = re.sub(r"\b(?:[a-z]\.){2,}(?:[a-z]\b)?", lambda m: m.group(0).replace(".", ""), text)  # "L.A.O."
    text = re.sub(rf"\b({_SHORTENED})\.(?=\s)", r"\1", text)
    text = re.sub(r"[a-z]{3,}", _mended, together(regrouped(text)))
    text = rewrite(text)
    text = re.sub(r"'s?\b", lambda m: "s" if m.group(0) == "'s" else "", text)
    text = _VERTEBRA_WORD.sub(_vertebra, _VERTEBRA.sub(_vertebra, text))
    text = re.sub(r"(?<=\d)(?=[a-z])(?<!\bt1)(?<!\bt12)(?!(?:st|th|nd|rd)\b)", " ", text)
    text = re.sub(r"\b(lao|rao|cran?|caud?|cranial|caudal|left|right|up|down)(?=\d)", r"\1 ", text)
    return text


_PIECES = re.compile(r"\d+(?:\.\d+)?(?:st|nd|rd|th)?|[a-z][a-z0-9]*(?:[\-.][a-z0-9]+)*|[,.;:!?/()]|[^\s]")


def pieces(text: str) -> list[str]:
    """Words, numbers and punctuation, with spelling repaired; "the" and "of" left out."""
    found: list[str] = []
    for word in _PIECES.findall(normalise(text)):
        whole = word in PUNCTUATION or (word,) in PHRASES or (word,) in NAMES or word[0].isdigit()
        parts = [word] if whole else re.split(r"[\-.]", word)
        repaired = [piece for part in parts if part for piece in apart(repair(part))]
        found += [part for part in repaired if part not in NEVER_READ]
    return found


PUNCTUATION = {
    ",": "COMMA",
    ":": "COMMA",
    "(": "COMMA",
    ")": "COMMA",
    "/": "COMMA",
    "-": "COMMA",
    ".": "FULLSTOP",
    ";": "FULLSTOP",
    "!": "FULLSTOP",
    "?": "FULLSTOP",
}
