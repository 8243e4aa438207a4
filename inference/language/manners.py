"""How a wish is wrapped and an amount coloured: politeness, who wishes it, "a little tiny bit". Text to plainer text.

What is wrapped is left as it is; a wish of somebody else's is taken for the speaker's own.
"""

from __future__ import annotations

_BOSS = (
    r"(?:the |our |my )?(?:doctor|surgeon|professor|prof|boss|chief|consultant|attending|registrar|operator|dr [a-z]+)"
)
_SMALL = r"(?:tiny|little|wee|teeny|small|slight|short|minor|minimal|minute|weeny|small-ish)"
_STEP = r"(?:amount|move|step|shift|distance|nudge|movement|motion|way|correction|adjustment|bit)"
_ARM = r"(?:upper )?(?:arm|limb|side|extremity|hand|forearm|side|body side|hemithorax|chest)"

MANNERS = (
    (
        r"\b(?:may|can|could|might) (?:i|we) (?:please |kindly )?(?:ask|request|trouble|bother|invite|beg) you to "
        r"(?:please |kindly )?|"
        r"\b(?:i|we)(?: would| am going to| must| have to)? (?:kindly )?(?:ask|request|beg|instruct) you to |"
        r"\b(?:i|we)(?: would| will)? (?:really )?appreciate(?: it)? if you (?:could|would|can) |"
        r"\b(?:would|could) you be (?:so kind|able|willing) (?:as )?to ",
        " ",
    ),
    (
        r"\bgo for (?=(?:(?:a|an|one|another|the|more|new|next|last) )*(?:image|shot|picture|x-ray|exposure|film)\b)",
        "take ",
    ),
    (r"\bgo for an? (?:look at|view of)\b", "show "),
    (r"\bgo for an?\b", " xidiom "),
    (r"\bi (?:would|will) be (?:very |most )?(?:grateful|glad|happy|thankful|obliged) for\b", "i want "),
    (
        r"\bbe so (?:good|nice|friendly)(?: and| to| as to)\b|\bwhen(?:ever)? you (?:have|get|find) "
        r"(?:a |the |some )?(?:moment|time|second|minute|chance)\b",
        " ",
    ),
    (r"\b(?:the|our|my) (view|c-arm|beam) (?:must|should|has to|needs to|ought to|shall)\b(?! not)", r"\1"),
    (r"\b(expose|shoot|shot|image|picture|x-ray) once(?=\W*$)", r"\1"),
    (r"(?<=[a-z]) (?:definitely|absolutely|certainly|clearly|surely|obviously|indeed|in fact) (?=[a-z])", " "),
    (r"^\W*(?:should|must|does|did|has|is|was) (?:the|our|my|it) (?:view|c-arm|beam|camera)\b", " xquestion "),
    (
        r"\b((?!no\b|please\b|well\b|hey\b|yes\b|ok\b|okay\b|nope\b|oh\b|so\b|very\b|um\b|i\b)[a-z0-9]+)[ ,.\-]+"
        r"(?:oh |no |ah )?(?:sorry|i mean|i meant|correction|scratch that|oops|pardon|excuse me|make that|or rather)"
        r"[ ,.]+(?=\w)",
        r"\1 xcorrected ",
    ),
    (
        r"(^|[,.;!?]|\b(?:then|now|please|so|and)\b) *(?:(?:i|we|lets)(?: (?:will|shall|can|could|should|would))? )?"
        r"(?:start|begin|continue|proceed|go on|carry on)(?: off| now| again)? (?:with|at|from) "
        r"(?=(?:the |a )?[a-z])(?!(?:it|that|this|there|here)\b)",
        r"\1 show ",
    ),
    (
        r"\b(?:the |our |my |your )*(?:(?:next|new|following|coming|final) (?:landmark|target|goal|destination|"
        r"structure|point|place)|target|goal|destination)(?: point| landmark)? "
        r"(?:is|will be|shall be|should be|would be|must be)(?: now)? ",
        "show ",
    ),
    (r"(^|[,.;!?]|\b(?:then|now|please|so|and)\b) *step (?=(?:to|left|right|up|down|toward)\b)", r"\1 go "),
    (r"\bas (?:far|much|high|low)((?: (?:to|toward|the|left|right|up|down))*) as\b", r" few \1 as "),
    (r"\bsay,? (?=\d|a |an |half|about|one\b|two|three|four|five|six|seven|eight|nine|ten|\w+teen|\w+ty\b)", " "),
    # A person, an answer or a word, where a place or a way would be read.
    (r"\bhead (?:nurse|surgeon|doctor|physician|tech\w*|radiographer|sister|consultant)\b", " xperson "),
    (
        r"\b(yes|yeah|yep|yup|yea|aye),? (?=(?:to|toward|towards) (?:the |his |her )?(?:left|right|head|feet)\b|"
        r"(?:left|right|up|down|higher|lower)\W*$)",
        r"\1 xway ",
    ),
    (rf"^\W*{_BOSS} (?:now )?(?:wants|needs|wishes|would like|asks|requests)(?: us| you)?(?: for)? ", "i want "),
    (r"\b(?:please|kindly|you should|you must|you can) be (?=[a-z]+ing\b)", " "),
    (r"\bdo not (?:ever|even|please|just|you dare|you) (?=[a-z])", "do not "),
    (
        r"\b(elbow|wrist|carpus|olecranon|joint|shoulder|scapula|tip|angle|humerus|head|diaphragm|hemidiaphragm|dome) "
        rf"(?:of|on|in|at|from) (?:(?:the |this |our )?(?:patient'?s? )?|his |her )(left|right) {_ARM}\b",
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
