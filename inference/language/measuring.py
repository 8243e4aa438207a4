"""How an amount is spoken: "five oh", "point five of a centimetre", "half a field", "one step". Text to plainer text,
after the asides. An amount that has no length here (a field, a hand, a level) becomes one that is asked back.
"""

from __future__ import annotations

import re

_DIGIT = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_DIGITS = "|".join((*_DIGIT, *"123456789"))
_NIL = r"(?:oh|o|zero|nil|nought)"
_UNIT = r"(?:mm|cm|mil\w*|cent\w*|deg\w*|lao|rao|cran\w*|caud\w*|inch\w*)"
_FIRST = r"(?:an?|half|quarter|third|full|whole|one|two|three|four|five|\d+(?:\.\d+)?|1/\d|another|couple|few)"
_COUNT = r"(?:an?|half|quarter|third|full|whole|one|two|three|four|five|the|of|\d+(?:\.\d+)?|1/\d|another|couple|few)"
_FIELD = (
    r"(?:(?:image|screen|field|view|frame|picture|patient|vertebral|rib|hand|finger|palm|thumb|body|head)[ -])?"
    r"(?:fields?|screens?|images?|pictures?|views?|frames?|fovs?|monitors?|vertebra\w*|bod(?:y|ies)|levels?|segments?|"
    r"ribs?|hands?|hand'?s|palms?|thumbs?|thumb'?s|fists?|heads?|heights?|widths?|lengths?|breadths?|diameters?|turns?|"
    r"interspaces?|discs?|wrists?|elbows?)(?: of view)?"
    r"(?:[ -](?:heights?|widths?|lengths?|breadths?|diameters?|worth))?"
)
_WAY = (
    r"(?:(?:to|toward|towards|more|further|over|the|his|her|patient'?s?) )*"
    r"(?:left|right|up|upwards?|down|downwards?|higher|lower|cran\w+|caud\w+|ceph\w+|superior|inferior|head|feet)\b"
)
_STEPS = r"(?:steps?|notch(?:es)?|levels?|clicks?|stages?|times?|stops?)"


def _spelled(match: re.Match[str]) -> str:
    """ "five oh", "one oh five": digits said one by one, a nil among them."""
    said = {word: str(i) for i, word in enumerate(_DIGIT, 1)}
    return "".join(word if word.isdigit() else said.get(word, "0") for word in match.group(0).split())


MEASURING = (
    # "About" in other words: a number is taken as said.
    (
        rf"(\d|\b{_UNIT})(?:,? (?:or so|or thereabouts|ish|give or take(?: a bit)?|more or less|or something(?: "
        rf"like that)?|"
        r"or around that|approx\w*|roughly)|-? ?ish)\b",
        r"\1",
    ),
    (
        rf"\b(?:something like|somewhere (?:around|about|near)|in the (?:order|region|neighbo[u]?rhood) of|close to|"
        rf"around about|approximately|roughly|around)(?= (?:a |an )?{_FIRST}\b)",
        " about ",
    ),
    (
        rf"\b(?:another|an? (?:further|extra|additional)|a bit more like) (?=(?:{_COUNT}|\w+teen|\w+ty|six|seven|"
        rf"eight|nine|"
        rf"ten|twelve)(?: {_UNIT})(?<!one mm)(?<!one cm) )",
        "more ",
    ),
    (
        r"\b(?:take|knock|shave|come|ease|get|back) off (?=(?:(?:the|some|a|bit|little|touch|of|about|\d+|five|ten|"
        r"fifteen|"
        r"twenty|deg\w*) )*(?:lao|rao|cran\w*|caud\w*)\b)",
        "less ",
    ),
    (
        r"\b(zoom|mag\w*|cone|collimate) (?:it )?(?:all the way|fully|completely|right|back) (in|out|down|up)\b",
        r"\1 \2",
    ),
    (r"\b(?:another|further|additional|extra) (?=one (?:and|point|half|mm|cm|mil|cent|inch|hundred|deg))", " "),
    (
        r"\b(?:one|1|a single) (?:(?:small|little|tiny|more|slight|wee) )*(nudge|bump|touch|tad|smidge|bit|jog|hair|"
        r"shade)\b",
        r"a \1",
    ),
    (
        r"(?<!do )(?<!did )(?<!does )(?<!why )(?<!if )(?<!when )(?<!unless )\b(?:it|this|that|(?:the |our )?(?:view|"
        r"c-?arm|beam|field)) (?:needs? to|has to|ought to|should|wants to) "
        r"(?:go|move|come|shift)(?: over)? (?=(?:(?:by|a|an|just|about|slightly|some|bit|little|touch|more|further|"
        r"lot|half|to|toward|"
        r"towards|the|his|her|patient'?s?|one|two|three|four|five|ten|twenty|\d[\d.]*+|mm|cm|centi\w+|milli\w+|"
        r"inch(?:es)?) ?)*"
        r"(?:left|right|up|down|higher|lower|cran\w+|caud\w+|ceph\w+|superior|inferior|head|feet)\b)(?!.*\bif\b)",
        "go ",
    ),
    (
        r"^(?=.*\b(?:left|right|up|down|higher|lower|toward|towards|mm|cm|shift|move)\b)(?!.*\b(?:lao|rao|ap|"
        r"lateral)\b)(.+?)[ ,]+"
        r"(?:with |and |but )?(?:no|without(?: any)?) (?:rotation|tilt(?:ing)?|angulation|turning|rotating|"
        r"turn)(?=\W*$)",
        r"\1",
    ),
    (
        rf"^\W*(?:it|this|that|(?:the |our )?(?:view|c-?arm|beam)) (?:needs?|wants?|could use|could do with)(?: to "
        rf"be)? "
        rf"(?=(?:(?:a|bit|little|touch|lot|some|slightly|more|further|just|about|\d+|{_UNIT}|one|two|three|five|ten) )*"
        r"(?:more|further|higher|lower|\d+|mm|cm) ?(?:left|right|up|down|higher|lower|cran\w*|caud\w*|lao|rao|to "
        r"the)?\b)",
        "go ",
    ),
    (r"^\W*(?:(?:i|we) )?could (?:use|do with) (?:seeing )?(?=[a-z0-9])", "i want "),
    (r"(?<=[a-z0-9]) would (?:help|do)(?: me| us| nicely| a lot| the trick)?(?=\W*$)", ""),
    (r"\bsup\.? ?(?=\d)|(?<=[mc]m )sup\b", "superior "),
    (r"\binf\.? ?(?=\d)|(?<=[mc]m )inf\b", "inferior "),
    (
        rf"(?<!point )(?<!point zero )(?<!\d )\b(?:{_DIGITS}) {_NIL}(?: (?:{_DIGITS}|{_NIL}))?(?=\s*(?:{_UNIT}\b|"
        rf"\W*$))",
        _spelled,
    ),
    (rf"(?<!point )\b(?:{_DIGITS}) {_NIL}\b(?=\s+[a-z])", " few "),
    (rf"\b(point \w+|0?\.\d+|(?:half|quarter|third)) of (?:an?|one) (?={_UNIT}\b)", r"\1 "),
    (
        rf"\b(?:by )?{_FIRST}(?: {_COUNT})* (?:(?:of )?(?:the |a )?){_FIELD} (?={_WAY})(?!head\b)",
        " few ",
    ),
    (
        rf"(\b(?:left|right|up|upwards?|down|downwards?|higher|lower|cranially|caudally|cephalad|caudad)) "
        rf"(?:by )?{_FIRST}(?: {_COUNT})* {_FIELD}(?=\W*(?:please)?\W*$)",
        r"\1 few ",
    ),
    (
        rf"\b((?:zoom|mag(?:nify)?|magnification|cone|collimate|tighter|wider|narrower)(?: (?:in|out|up|down))?)"
        rf"(?: by)? (?:one|an?|1|another|one more)(?: more)?(?: {_STEPS})?(?=\W*(?:please|now)?\W*$)",
        r"\1",
    ),
    (rf"\bone (?:{_STEPS}) (?=(?:tighter|wider|narrower|zoom|mag)\b)", " "),
    (
        r"\b(cone|coning|collimate|zoom|mag|magnify|blow|tighten|narrow|scale|close) (?:it|that|this|us|me|things|"
        r"her|him|the (?:view|picture|image)) "
        r"(in|out|down|up)\b(?! (?:to|on|at|toward))",
        r"\1 \2",
    ),
    # "Plus 10 LAO", "LAO +10": a sign, or so much more?
    (
        r"^(?=.*\b(?:lao|rao|cran\w*|caud\w*)\b)(?!.*\b(?:mm|cm|centi\w+|milli\w+|inch\w*)\b)"
        r"(\W*(?:(?:now|then|go|and|please|ok|okay|set|by|the|lao|rao|cran\w*|caud\w*) +)*)plus +"
        rf"(?=\d|(?:{_COUNT}|six|seven|eight|nine|ten|\w+teen|\w+ty)\b)",
        r"\1 xplus ",
    ),
    (r"\bzoom plus\b|\bplus zoom\b", "zoom in"),
    (r"\bzoom (?:minus\b|-(?=\W*$))|\bminus zoom\b", "zoom out"),
    (
        r"\b(?:(?:go|move|step|come|jump) )?back (?:by )?(?:one|an?|1) (?:position|place|view|pose|move|location|"
        r"spot|stop)\b",
        " undo ",
    ),
)
"""(pattern, plain words or what makes them)."""
