"""Text to typed tokens: spelling, numbers, units, names of landmarks, verbs, fillers. Knows words, not sentences.

`tokens(text)` never drops a word that it does not know: such a word becomes a token of type UNKNOWN, which no rule of
the grammar accepts, so that no motion can result from a half-understood line. Only the words of `FILLERS` are dropped.

Spelling is repaired for a word that is in no list here, toward long content words alone (rapidfuzz, optimal string
alignment): never toward a direction, a side, a number or a vertebra, and never away from an ordinary English word
that looks alike (`LOOK_ALIKES`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from rapidfuzz.distance import OSA

from inference.lexicon import ELSEWHERE, FAMILIES, FILLERS, LEXICON, LOOK_ALIKES, ORDER
from sim.landmarks import LANDMARKS

MM_PER = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "inch": 25.4}
"""Millimetres in a unit of length (an international inch is 25.4 mm exactly)."""


@dataclass(frozen=True)
class Display:
    """How the picture is shown: patient's right on the left and head up, then flipped, then turned clockwise."""

    flip_horizontal: bool = False
    flip_vertical: bool = False
    rotation_deg: float = 0.0

    @property
    def is_standard(self) -> bool:
        return not self.flip_horizontal and not self.flip_vertical and self.rotation_deg % 360 == 0

    def to_patient(self, right: int, up: int) -> tuple[int, int] | None:
        """A direction on the screen (one of the four unit vectors) as (left, up) of the patient, each -1, 0 or 1; None
        where the picture is not turned by a multiple of 90 degrees."""
        quarter, rest = divmod(self.rotation_deg % 360, 90)
        if rest:
            return None
        for _ in range(int(quarter)):
            right, up = -up, right  # a quarter turn counter-clockwise takes the clockwise display turn back
        if self.flip_horizontal:
            right = -right
        if self.flip_vertical:
            up = -up
        return right, up


@dataclass(frozen=True)
class Token:
    """`type` is what the grammar reads; `value` depends on it; `text` is the words it stands for."""

    type: str
    value: object = None
    text: str = ""


_NUMBERS = {
    w: v
    for v, w in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | {w: 10 * v for v, w in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)}
_NUMBERS |= {"fourty": 40, "fivety": 50, "fiveteen": 15, "nought": 0, "tree": 3, "fife": 5}

SIDED = frozenset({"humeral_head", "scapular_inferior_angle", "elbow", "wrist", "hemidiaphragm"})

_NEVER_READ = frozenset(["the", "of", "please", "pls", "plz", "kindly", "um", "uh", "er", "erm", "hmm"])


@cache
def _plain(phrase: str) -> tuple[str, ...]:
    return tuple(w for w in phrase.split() if w not in _NEVER_READ)


def _listed(text: str) -> list[tuple[str, ...]]:
    return [words for words in (_plain(part.strip()) for part in text.split(";")) if words]


def _build() -> dict[tuple[str, ...], tuple[str, object]]:
    phrases: dict[tuple[str, ...], tuple[str, object]] = {}
    for kind in ORDER:
        for value, text in LEXICON[kind].items():
            for words in _listed(text):
                phrases.setdefault(words, (kind, value))
    for words in _listed(ELSEWHERE):
        phrases[words] = ("ELSEWHERE", " ".join(words))
    return phrases


_PHRASES = _build()
_NAMES: dict[tuple[str, ...], str] = {words: key for key, text in FAMILIES.items() for words in _listed(text)}
for _mark in LANDMARKS:
    for _name in _mark.names:
        _NAMES.setdefault(_plain(_name.lower()), _mark.key.removeprefix("right_").removeprefix("left_"))
_LONGEST_PHRASE = max(len(words) for words in (*_PHRASES, *_NAMES)) + 2
_SIDES = {w: s for s, text in LEXICON["SIDE"].items() for (w, *rest) in _listed(text) if not rest and w not in "lr"}

_KNOWN = (
    {w for words in (*_PHRASES, *_NAMES) for w in words}
    | FILLERS
    | set(_NUMBERS)
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
_REPAIRABLE = sorted(
    [
        "skull",
        "cranium",
        "cranial",
        "calvarium",
        "humeral",
        "humerus",
        "glenohumeral",
        "shoulder",
        "scapula",
        "scapular",
        "scapulae",
        "elbow",
        "olecranon",
        "cubital",
        "wrist",
        "carpus",
        "radiocarpal",
        "thoracic",
        "vertebra",
        "vertebral",
        "carina",
        "trachea",
        "tracheal",
        "bifurcation",
        "windpipe",
        "diaphragm",
        "diaphragmatic",
        "hemidiaphragm",
        "diaphragma",
        "shoulderblade",
        "twelfth",
        "centimetre",
        "centimetres",
        "centimeter",
        "centimeters",
        "millimetre",
        "millimetres",
        "millimeter",
        "millimeters",
        "degrees",
        "fluoroscopy",
        "screening",
        "collimate",
        "collimator",
        "collimation",
        "position",
        "picture",
        "previous",
        "beginning",
        "patient",
        "towards",
        "straight",
        "another",
        "magnify",
        "rotate",
    ]
)


@cache
def _repair(word: str) -> str:
    """The listed word that an unknown one most likely is, or the word itself."""
    if word in _KNOWN or len(word) < 4 or not word.isalpha() or word in LOOK_ALIKES:
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
        return word
    best = min(scored)[0]
    nearest = [target for distance, target in scored if distance == best]
    return min(nearest, key=len)


# --- spelling out ------------------------------------------------------------------------------------------------

_CONTRACTIONS = (
    (r"\b(?:don't|dont|don t)\b", "do not"),
    (r"\b(?:doesn't|doesnt)\b", "does not"),
    (r"\b(?:didn't|didnt)\b", "did not"),
    (r"\b(?:isn't|isnt|ain't|aint)\b", "is not"),
    (r"\b(?:aren't|arent)\b", "are not"),
    (r"\b(?:wasn't|wasnt)\b", "was not"),
    (r"\b(?:can't|cant)\b", "can not"),
    (r"\b(?:won't|wont)\b", "will not"),
    (r"\b(?:couldn't|couldnt)\b", "could not"),
    (r"\b(?:wouldn't|wouldnt)\b", "would not"),
    (r"\b(?:shouldn't|shouldnt)\b", "should not"),
    (r"\b(?:mustn't|mustnt)\b", "must not"),
    (r"\bnever\s+mind\b", "cancel"),
    (r"\b(that|it|what|where|here|there|who|this)'s\b", r"\1 is"),
    (r"\bthats\b", "that is"),
    (r"\bwhats\b", "what is"),
    (r"\bwheres\b", "where is"),
    (r"\bwhere're\b", "where are"),
    (r"\bits\b", "it is"),
    (r"\bit s\b", "it is"),
    (r"\bthat s\b", "that is"),
    (r"\blet's\b", "lets"),
    (r"\blet us\b", "lets"),
    (r"\bi'm\b", "i am"),
    (r"\bim\b", "i am"),
    (r"\bi'd\b", "i would"),
    (r"\bi'll\b", "i will"),
    (r"\b(you|we|they)'re\b", r"\1 are"),
    (r"\byoure\b", "you are"),
    (r"\b(you|we|i)'ve\b", r"\1 have"),
    (r"\bthat'll\b", "that will"),
    (r"\b(you|we)'d\b", r"\1 would"),
    (r"\bgimme\b", "give me"),
    (r"\blemme\b", "let me"),
    (r"\bma'am\b", "maam"),
)

# Idioms whose words would mislead, taken out or written plainly before anything is read.
_PRAISE = (
    r"(?:very |really |so |just )?(?:great|nice|lovely|perfect|good|helpful|wonderful|ideal|excellent|kind|appreciated)"
)
_FINE = r"(?:nice|good|great|perfect|fine|excellent|beautiful|lovely|clear|better|best|super)"
_SHOWN = r"(?:shot|image|picture|film|photo|pic|exposure|x-?ray)s?"
_IDIOMS = (
    (r"\b(?:rihgt|rigth|rght|ritgh|roght|righ)\b", "right"),
    (r"\b(?:lefft|letf|lft|lef)\b", "left"),
    (r"\b(?:imgae|iamge)\b", "image"),
    (r"\b(?:pictrue|pitcure|picure)\b", "picture"),
    (r"\b(up|down|left|right|cranial|caudal)-(?=\d)", r"\1 minus "),
    (r"\ba (?:ot|lt)\b", " few "),
    (r"^\W*(?:no\W+)?that the\b", " xtold "),
    (
        r"\b(?:is it|would it be|could it be|will it be) (?:possible|ok(?:ay)?|all ?right|fine)"
        r"(?: for (?:you|us|me))?(?: to| if (?:you|we)(?: could| can)?)\b",
        " ",
    ),
    (rf"\bit would be {_PRAISE} (?:to|if (?:you|we)(?: could| can| would)?)\b", " "),
    (rf"(?<=[a-z0-9])[\s,.]+(?:that|it|which) would be {_PRAISE}\b", " "),
    (
        r"\bi (?:would )?(?:love|prefer|be (?:happy|glad|grateful)) "
        r"(?:(?:you )?to|if (?:you|we) (?:could|can|would))\b",
        " ",
    ),
    (r"\bi (?:was|am) (?:just )?wondering (?:if|whether) (?:you|we) (?:could|can|might)\b", " "),
    (r"\bfirst of all\b", " "),
    (r"\bhave got to\b", "need to"),
    (r"\bfrom (?:here|now|this (?:point|position))(?: on)?\b", " "),
    # Told, not asked for: "it might go up", "that could be T1", "we have the carina", "now we can see T1".
    (
        r"\b(?:it|this|that|these|those|which|there) (?:could|might|may|will|should(?! be)|can|shall)\b(?! do\b)",
        " xtold ",
    ),
    (r"\b(?:will|can|could|might|may|shall|should) (?:it|this|that)\b(?! be\b)", " xtold "),
    (r"\b(mov\w+|move|shift|slide|pan|bring|roll|take|drag) (?:the |our )?patient(?= (?:left|right)\b)", r"\1 table"),
    (
        r"(^|[,.;!?]|\band|\bnow|\bok|\bokay|\bso) *(?:we|you|i) (?:now |already )?have (?!to\b|(?:a |another )?look)",
        r"\1 xtold ",
    ),
    (r"(^|[,.;!?]|\band|\byes|\bno|\bnow|\bok|\bokay|\bso) *(?:i|we) (?:can |now |do )*see\b", r"\1 that is "),
    (
        r"\btoo (?=(?:left|right|up|down|cranial|caudal|cephalad|superior|inferior|north|south|lower|higher)\b)",
        " xtoo ",
    ),
    (
        r"\b(?:yes|yeah|yep|ok|okay|sure),? (?:maybe|perhaps|possibly)\b|"
        r"\b(?:maybe|perhaps|possibly),? (?:yes|yeah|yep|ok|okay|sure)\b",
        " xmaybe ",
    ),
    (r"^\W*(?:please )?go (?:about|around|over|by|like|side|point|again)\W*$", " xidiom "),
    (r"\bacross to\b", "over to"),
    (
        r"\b(?:in|into|to|at|on) (?:the )?(?:centre|center|middle) of (?:the |my |our )?"
        r"(?:image|picture|screen|view|monitor|display|field)\b",
        " in center ",
    ),
    (r"\bwhat (?:i|we) (?:need|want) (?:now )?is\b", " "),
    (r"\bshould er\b", "shoulder"),
    # "Of" for "off": read as the beam on it would be the opposite of what is meant.
    (r"\b((?:turn|switch|shut|cut)(?:ed|ing)?(?: it| that| this)?) of\b", r"\1 off"),
    (r"\b(beam|fluoro\w*|floro|flouro|screening|radiation|x-?rays?) of(?=\W*(?:please|now|thanks)?\W*$)", r"\1 off"),
    (r"^\W*ot\b", " xnot "),
    (r"\b(?:to|too|for) and (?:a )?(?:half|quarter)\b", " few "),
    (r"(\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|\w+teen|\w+ty)) ?(?:um|hm)\b", r"\1 few"),
    (r"\blet\b(?! (?:me|us|s|the|it|you|go)\b)", " xlet "),
    (r"\b(?:be )?able to\b", " "),
    # Said of the picture there is: "good shot", "I like this image".
    (
        rf"(?:^|[,.;!?]\s*|\band )(?:what |a |very |really |so |oh |i like |now )*(?:{_FINE}|this|that) {_SHOWN}\b|"
        rf"\bi (?:really )?(?:like|love) (?:the|this|that) {_SHOWN}\b",
        " xpraise ",
    ),
    (r"\bif you (?:don't|do not|wouldn't|would not) mind\b", " "),
    (r"\bif (?:you (?:can|could|may|would|please|like|want)|possible|i may|it is possible|that is ok(?:ay)?)\b", " "),
    (r"\b(?:would|do) you mind\b", " "),
    (r"\bwhy (?:do not|not) (?:we|you)?\b", " "),
    (r"\bwhy not\b", " "),
    (r"\b(?:can|could|will|would) not (?:you|we)\b", " "),
    (r"\bno (?:problem|worries|rush|hurry|pressure)\b", " "),
    (r"\bwhen(?:ever)? you(?: a|')re ready\b|\bwhen(?:ever)? you (?:can|like|want)\b|\bwhen(?:ever)? ready\b", " "),
    (
        r"\bright (?:now|away)\b|\bstraight away\b|\bat once\b|\bas soon as (?:possible|"
        r"you can)\b|\bfor (?:me|us|now)\b",
        " ",
    ),
    (r"\bnext to\b", " xnear "),
    (r"\b(?:set|give|put|pick|hurry|wake|shut)(?: it| that)? (?:up|down)\b", " xidiom "),
    (r"\b(?:how about)\b(?= (?:go|mov|shift|tak)\w*)|\bhow about\b", " "),
    (
        r"\b(left|right) ones?\b(?! ?(?:mm|cm|m|in|inch\w*|centi\w*|milli\w*|met\w*|and a|half|point|hundred|\d))",
        r"\1 oneof",
    ),
    (r"^\W*please do\W*$", "yes"),
    (
        r"\bthank you(?: (?:very|so) much)?\b|\bthanks(?: a lot| so much| very much|"
        r" a million)?\b|\bmany thanks\b",
        " ",
    ),
    (
        r"\b(?:i )?(?:would|d) like (?:you )?to\b|\bi want (?:you )?to\b|"
        r"\bi need (?:you )?to\b|\bdo me a favou?r(?: and)?\b|\bbe so kind(?: and| to|"
        r" as to)?\b",
        " ",
    ),
    (r"\bgood (?:morning|afternoon|evening|day)\b", " "),
    (r"\blet me (?:see|have a look at|look at)\b", " show "),
    (r"\ball the way\b(?! (?:up|down|left|right|open|out|in)\b)", " "),
    (r"\ball the way\b", " as far as "),
    (r"\bstraight (?=(?:up|down|left|right|to|on|over)\b)", " "),
    (r"\bgo ahead and\b", " okay "),
    (r"\b(?:do|try) (?:it|that|this) (?:again|once more)\b|\bonce again\b", " xagain "),
    (r"\btry (?:to )?(?=(?:mov|go|shift|find|show|rotat|tilt|tak|get)\w*\b)", " "),
    (
        r"(?<!the )(?<!on )(?<!to )\bhead "
        r"(?=(?:up|down|left|right) (?:\d|a |an |half|one|two|three|four|five|six|seven|"
        r"eight|nine|ten|by|some))",
        "go ",
    ),
    (
        r"^\W*(?:(?:please|now|ok|okay|then|so|let s|lets|can you|could you) )*head (?=(?:over|"
        r"back|to|toward|towards|on|for|north|south|left|right|caudal|cranial|superior|"
        r"inferior)\b)",
        "go ",
    ),
    (
        r"\b(then|and|,|please|now|lets|you|we) head (?=(?:over|back|to|toward|towards|on|for|"
        r"north|south|left|right)\b)",
        r"\1 go ",
    ),
    (
        r"\binch (?=(?:up|down|left|right|over|toward|towards|"
        r"it)\b)(?<!\d inch )(?<!an inch )(?<!\ba inch )(?<!one inch )(?<!half inch )",
        "nudge ",
    ),
    (r"[- ]hand(?:ed)? side\b", " side"),
    (r"\ba ?/ ?p\b", "ap"),
    (r"\bpt(?:'?s)?\b", "patient's"),
    (r"\bone more time\b", " xagain "),
    (r"\b(?:can|could|may|let) (?:i|we|me|us) (?:please )?see\b", " show "),
    (r"\bgo and (?!then\b)(?=[a-z])", "go "),
    (r"\bdo you know (?=wh)", " "),
    (r"\b(?:image|picture) view\b", "view"),
    (
        r"\bi (?:do not|did not) (?:think|believe|guess) (?:that |this |it |so,? ?)(?:is|looks like|was)\b",
        "that is not",
    ),
    (r"\bi (?:do not|did not) (?:think|believe|guess) it'?s\b", "that is not"),
    (
        r"\b(?:i|we) (?:think|believe|guess|am (?:pretty |quite |very )?sure|am afraid|"
        r"would say|suppose|see that)(?: that(?! is| looks))?\b",
        " ",
    ),
    (r"\bhaed\b|\bhed\b|\bhaad\b|\bheda\b", "head"),
    (r"\b(?:this|that|the|last|current|present) one\b", " it "),
    (r"\bx ?-? ?rays?\b", lambda m: "x-rays" if m.group(0).endswith("s") else "x-ray"),
    (r"\bc ?-? ?arm\b", "c-arm"),
    (r"\bleft and right\b|\bright and left\b", "both"),
    (
        r"\b(?:to |on |at |of |in |from )*the (left|right)(?: side)? (?:of|on|in|"
        r"side of) (?:the |my |this )?(screen|monitor|display|image|picture)\b",
        r" screen \1 ",
    ),
    (
        r"\b(left|right|up|down)(?:wards?)?(?: side)? (?:of|on|in|side of) (?:the |my |"
        r"this )?(screen|monitor|display|image|picture)\b",
        r" \2 \1 ",
    ),
    (
        r"\b(?:on|in) (?:the |my |this )?(screen|monitor|display|image|"
        r"picture),? (?:to )?(?:the )?(left|right|up|down)\b",
        r" \1 \2 ",
    ),
    (r"\b(screen|monitor|display|image|picture)'?s (left|right)\b", r"\1 \2"),
    (r"\b(screen|monitor|display|image|picture)-(left|right|up|down)\b", r"\1 \2"),
)

_VERTEBRA = re.compile(
    r"\b(tee|t|th|thoracic(?: vertebra)?|dorsal(?: vertebra)?|d|l|c|s|lumbar|"
    r"cervical)[\s.\-]*(\d{1,2})(?!\d|\.\d|\s*(?:mm|cm|deg))\b"
)
_VERTEBRA_WORD = re.compile(
    r"\b(tee|t|th|thoracic(?: vertebra)?|d|dorsal(?: vertebra)?|vertebra)[\s\-]+(?:number )?"
    r"(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|i|xii)\b"
)
_VERTEBRA_NUMBER = {"i": 1, "xii": 12}


_SHORTENED = "l|r|lt|rt|pt|approx|appr|ca|dr|pls|deg|prox|inf|sup|vert|lat|cran|caud"
"""Words that are written with a full stop which ends no sentence."""


def _vertebra(match: re.Match[str]) -> str:
    letter, said = match.group(1), match.group(2)
    number = int(said) if said.isdigit() else _VERTEBRA_NUMBER.get(said, _NUMBERS.get(said))
    if letter.startswith(("t", "d")):
        return f" t{number} " if number in (1, 12) else " xvertebra "
    return " xvertebra "


def normalise(text: str) -> str:
    """Lower case, one way of writing each thing, nothing of meaning lost."""
    text = text.replace("½", " 1/2").replace("¼", " 1/4").replace("¾", " 3/4")
    text = unicodedata.normalize("NFKC", text).casefold()
    text = text.translate(str.maketrans("’‘ʼ`´“”″′–—−‐‑⁄", "'''''\"\"\"'-----/"))
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = re.sub(r"\bst+o+p+(?=s?\b)", "stop", text)
    text = re.sub(r"[°º˚]", " deg ", text)
    text = re.sub(r"(?<=\d)\s*(?:\"|'')", " inch ", text)
    text = re.sub(r"(?<=\d),(?=\d{1,2}(?!\d))", ".", text)
    text = re.sub(r"\d+(?:,\d{3})+(?!\d)", " few ", text)  # "1,000": a decimal comma or a thousand
    text = re.sub(r"(?<![\d.])(\d+) (\d+)/(\d+)\b", lambda m: f"{int(m[1]) + int(m[2]) / max(int(m[3]), 1):g}", text)
    text = re.sub(
        r"(?<![\d./])([1-9])/([2-9])(?![\d/])",
        lambda m: f"{int(m[1]) / int(m[2]):g}" if int(m[1]) < int(m[2]) else m[0],
        text,
    )
    text = re.sub(r"(?<=\d)\s*-\s*(?=\d)", " range ", text)
    text = re.sub(r"(?<![\w)])-\s?(?=\.?\d)", " minus ", text)
    text = re.sub(r"(?<!\w)\.(?=\d)", "0.", text)
    text = text.replace("%", " percent ").replace("&", " and ").replace("+", " plus ")
    text = re.sub(r"\b(?:[a-z]\.){2,}(?:[a-z]\b)?", lambda m: m.group(0).replace(".", ""), text)  # "L.A.O."
    text = re.sub(rf"\b({_SHORTENED})\.(?=\s)", r"\1 ", text)
    for pattern, plain in _CONTRACTIONS:
        text = re.sub(pattern, plain, text)
    for pattern, plain in _IDIOMS:
        text = re.sub(pattern, plain, text)
    text = re.sub(r"'s?\b", lambda m: "s" if m.group(0) == "'s" else "", text)
    text = _VERTEBRA_WORD.sub(_vertebra, _VERTEBRA.sub(_vertebra, text))
    text = re.sub(r"(?<=\d)(?=[a-z])(?<!\bt1)(?<!\bt12)(?!(?:st|th|nd|rd)\b)", " ", text)
    text = re.sub(r"\b(lao|rao|cran|caud|cranial|caudal|left|right|up|down)(?=\d)", r"\1 ", text)
    return text


_PIECES = re.compile(r"\d+(?:\.\d+)?(?:st|nd|rd|th)?|[a-z][a-z0-9]*(?:[\-.][a-z0-9]+)*|[,.;:!?/()]|[^\s]")


def pieces(text: str) -> list[str]:
    """Words, numbers and punctuation, with spelling repaired; "the" and "of" left out."""
    found: list[str] = []
    for word in _PIECES.findall(normalise(text)):
        whole = word in _BREAKS or (word,) in _PHRASES or (word,) in _NAMES or word[0].isdigit()
        parts = [word] if whole else re.split(r"[\-.]", word)
        found += [_repair(part) for part in parts if part and part not in _NEVER_READ]
    return found


_BREAKS = {
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


def _number(words: list[str], start: int) -> tuple[float, int] | None:
    """The number that begins at `start`, digits or words, and where it ends."""
    at, value, seen = start, 0.0, False
    if at < len(words) and re.fullmatch(r"\d+(?:\.\d+)?", words[at]):
        value, at, seen = float(words[at]), at + 1, True
    else:
        while at < len(words):
            word = words[at]
            if word in _NUMBERS:
                if seen and not (value % 100 >= 20 and value % 10 == 0 and 0 < _NUMBERS[word] < 10) and value % 100:
                    break
                value, seen = value + _NUMBERS[word], True
            elif word == "hundred":
                value, seen = (value or 1) * 100, True
            elif word == "thousand":
                value, seen = (value or 1) * 1000, True
            elif word == "and" and seen and value >= 100 and at + 1 < len(words) and words[at + 1] in _NUMBERS:
                pass
            else:
                break
            at += 1
        if seen and at + 1 < len(words) and words[at] == "point" and words[at + 1] in _NUMBERS:
            digits = ""
            while at + 1 < len(words) and words[at + 1] in _NUMBERS and _NUMBERS[words[at + 1]] < 10:
                digits, at = digits + str(_NUMBERS[words[at + 1]]), at + 1
            value, at = float(f"{value:g}.{digits}"), at + 1
    rest = words[at : at + 3]
    if seen:
        if rest[:3] == ["and", "a", "half"]:
            return value + 0.5, at + 3
        if rest[:2] == ["and", "half"]:
            return value + 0.5, at + 2
        if rest[:3] == ["and", "a", "quarter"]:
            return value + 0.25, at + 3
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


def tokens(text: str) -> list[Token]:
    """Every word of `text` as typed tokens, fillers left out, in order."""
    words, found, at = pieces(text), [], 0
    while at < len(words):
        word = words[at]
        if word in _BREAKS:
            if word == "?" and len(words) == 1:
                found.append(Token("HELP", None, "?"))
            else:
                found.append(Token(_BREAKS[word], word, word))
            at += 1
            continue
        name, phrase = _name_at(words, at), _phrase_before_name(words, at)
        number = _number(words, at)
        if number and (not phrase or phrase[1] <= number[1] - at) and not name:
            negative = bool(found) and found[-1].type == "MINUS"
            found.append(Token("NUM", None if negative else number[0], " ".join(words[at : number[1]])))
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
    return words[at] in _BREAKS or words[at] in (
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
    for length in range(min(_LONGEST_PHRASE, len(words) - at), 0, -1):
        hit = _PHRASES.get(tuple(words[at : at + length]))
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


def _name_at(words: list[str], at: int) -> tuple[str, str | None, int] | None:
    """The landmark family that begins at `at`, the side said in or beside it, and how many words that takes. A side is
    part of the name when it stands before, inside or right after it."""
    for length in range(min(_LONGEST_PHRASE + 2, len(words) - at), 0, -1):
        window = words[at : at + length]
        if any(w in _BREAKS for w in window):
            continue
        sides = [_SIDES.get(w) or {"l": "left", "r": "right"}.get(w) for w in window]
        rest = tuple(w for w, s in zip(window, sides) if not s)
        while rest and rest[0] in ("a", "patients", "his", "her", "their", "patient", "this", "my") and len(rest) > 1:
            rest = rest[1:]
        rest = tuple(w for w in rest if w not in ("his", "her", "their", "patients"))
        said = {s for s in sides if s}
        if rest in _NAMES and len(said) < 2 and sum(map(bool, sides)) < 2:
            if window[0] in ("a", "this", "my"):
                continue
            return _NAMES[rest], (said.pop() if said else None), length
    return None
