"""The collimator's words, built from their parts: what is done, to the blades or to the field that they leave open.

Opening the blades widens the field; more collimation narrows it. Text to plainer text.
"""

from __future__ import annotations

_THE = r"(?:(?:the|all|both|our|my|its|up|out|down|in) )*"
_BLADES = r"(?:collimators?(?: blades?| leaves)?|collimation|blades|shutters?|iris|jaws|cones?)"
_FIELD = r"(?:field(?: of view| size)?|aperture|beam size|cone|opening)"
_SHOWN = r"(?:images?|pictures?|view)"
_ASIDE = r"(?:(?: up| out| down| in)?)"
_WHOLLY = (
    r"(?: (?:right(?= open)|fully|full|completely|entirely|totally|wide|wide open|all the way|right up|"
    r"right out|to the maximum))+"
)
_BIT = r"(?: (?:a (?:tiny |little )?bit|a little|slightly|a touch|some|somewhat|more|further|wider)\b)+"

BLADES = (
    # "Make smaller the field": the word for how comes first in other languages.
    (
        rf"\b(make|get) (bigger|larger|wider|smaller|tighter|narrower) ((?:the |our |my )?(?:{_FIELD}|{_SHOWN}))\b",
        r"\1 \3 \2",
    ),
    (r"\b((?:cone|collimate|zoom|mag) )(?:it|that|this) (?=(?:tight|narrow|wide|clos|small|larg|bigg)\w*\b)", r"\1"),
    (rf"\b(?:tighter|narrower|closer) on {_THE}{_BLADES}", "cone down"),
    (rf"\b(?:wider|looser|more open) on {_THE}{_BLADES}|\b{_BLADES} right out\b", "cone out"),
    (rf"^\W*open(?: it| them)?(?: up| out)?{_BIT}(?=\W*(?:please|now)?\W*$)", "cone out"),
    (
        r"^\W*open(?: it| them)? (?:up|out|all the way|right up|wide|fully|full|completely)(?: (?:all the way|fully|"
        r"completely|wide))?"
        r"(?=\W*(?:please|now)?\W*$)",
        "open blades",
    ),
    (
        rf"\bmake {_THE}(?:{_FIELD}|{_BLADES}) (?:a bit |a little |much )?(?:bigger|larger|wider)\b|\bback "
        rf"{_THE}{_BLADES} off\b",
        "cone out",
    ),
    (
        rf"\bmake {_THE}(?:{_FIELD}|{_BLADES}) (?:a bit |a little |much )?(?:smaller|tighter|narrower)\b|"
        rf"\b(?:restrict|limit|confine) {_THE}(?:{_FIELD}|beam)\b|\bcone in tight(?:ly|er)?\b",
        "cone down",
    ),
    (
        rf"\b(?:open|widen|broaden|loosen|relax)(?:{_BIT}{_ASIDE}| up{_BIT}| out{_BIT}) {_THE}(?:{_BLADES}|{_FIELD})\b|"
        rf"\bopen {_THE}(?:{_BLADES}|{_FIELD}){_ASIDE}{_BIT}|"
        rf"\b(?:widen|broaden|loosen|relax) {_THE}(?:{_BLADES}|{_FIELD})(?:{_ASIDE}{_BIT})?|"
        rf"\b(?:enlarge|increase|expand|extend) {_THE}{_FIELD}(?:{_BIT})?|"
        rf"\b(?:less|reduce|decrease|lessen) {_THE}collimation(?:{_BIT})?",
        "cone out",
    ),
    (
        rf"\b{_BLADES}(?: (?:to|is|are|at|on|to be|into))?{_WHOLLY} open(?:ed)?\b|\b(?:full|wide|complete)(?:ly)? open "
        rf"{_THE}{_BLADES}\b",
        "open blades",
    ),
    (
        rf"\b(?:open|remove|clear|retract){_WHOLLY} {_THE}{_BLADES}\b|"
        rf"\b(?:open|retract) {_THE}(?:{_BLADES}|{_FIELD}){_ASIDE}(?:{_WHOLLY})?",
        "open blades",
    ),
    (
        rf"\b(?:close|tighten|narrow|bring in|move in|pull in|squeeze)(?:{_BIT})? {_THE}(?:{_BLADES}|{_FIELD})"
        rf"(?:{_ASIDE}{_BIT})?|\b(?:reduce|decrease|shrink|limit|narrow) {_THE}{_FIELD}(?:{_BIT})?|"
        r"\b(?:more|increase|tighter|additional) (?:the )?collimation\b",
        "cone down",
    ),
)
"""(pattern, plain words)."""
