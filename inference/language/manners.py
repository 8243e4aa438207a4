"""How a wish is wrapped and an amount is coloured: politeness, who wishes it, "a little tiny bit". Text to plainer text.

What is wrapped is left as it is; a wish of somebody else's is taken for the speaker's own.
"""

from __future__ import annotations

_BOSS = (
    r"(?:the |our |my )?(?:doctor|surgeon|professor|prof|boss|chief|consultant|attending|registrar|operator|dr [a-z]+)"
)
_SMALL = r"(?:tiny|little|wee|teeny|small|slight|short|minor|minimal|minute|weeny|small-ish)"
_STEP = r"(?:amount|move|step|shift|distance|nudge|movement|motion|way|correction|adjustment|bit)"
_ARM = r"(?:upper )?(?:arm|limb|extremity|hand|forearm|side|body side|hemithorax|chest)"

MANNERS = (
    (
        r"\b(?:may|can|could|might) (?:i|we) (?:please |kindly )?(?:ask|request|trouble|bother|invite|beg)(?: for)? you to "
        r"(?:please |kindly )?|\b(?:i|we)(?: would| am going to| must| have to)? (?:kindly )?(?:ask|request|beg|instruct) "
        r"you to |\b(?:i|we)(?: would| will)? (?:really )?appreciate(?: it)? if you (?:could|would|can) |"
        r"\b(?:would|could) you be (?:so kind|able|willing) (?:as )?to ",
        " ",
    ),
    (rf"^\W*{_BOSS} (?:now )?(?:wants|needs|wishes|would like|asks|requests)(?: us| you)?(?: for)? ", "i want "),
    (r"\b(?:please|kindly|you should|you must|you can) be (?=[a-z]+ing\b)", " "),
    (r"\bdo not (?:ever|even|please|just|you dare|you) (?=[a-z])", "do not "),
    (
        r"\b(elbow|wrist|carpus|olecranon|joint|shoulder|scapula|tip|angle|humerus|head|diaphragm|hemidiaphragm|dome) "
        rf"(?:of|on|in|at) (?:the |his |her )?(left|right) {_ARM}\b",
        r"\1 \2 side",
    ),
    (
        r"\b(?:on|in) (?:the |my |this )?(screen|monitor|display|image|picture),? (?:please )?(?:now )?"
        r"(?:go|move|shift|slide|pan) (?:to )?(?:the )?(left|right|up|down)\b",
        r"go \1 \2",
    ),
    (rf"\b(?:(?:a|just|only|very) )*(?:{_SMALL} )+(?:bit|touch|tad|smidge|smidgen|hair|fraction|{_STEP})\b", "a bit"),
    (
        rf"\b(?:(?:a|very|really|quite a) )*(?:large|big|long|great|huge|considerable|good long) {_STEP}\b",
        "a lot",
    ),
)
"""(pattern, plain words), after the contractions and before the idioms."""
