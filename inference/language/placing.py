"""How a landmark is brought into the picture: "park it on", "swing over to", "in the crosshairs", "the next target is".
Text to plainer text.
"""

from __future__ import annotations

_WENDING = r"(?:swing|drop|ease|float|hop|zip|cruise|wander|pop|nip|skip|sail|swoop|wind|track|dip)"
_ONWARD = r"(?:over|across|down|up|back|along|around|round|on)"
_IN_SIGHT = r"(?:picture|image|frame|shot|view|screen|monitor|field|field of view)"
_PLACING = (
    r"(?:park|stick|plant|place|pop|plonk|land|rest|settle|position|put|set|lay|pull|drag|haul|fetch|carry|lead|guide|"
    r"send|drop|slide|shift|move|get|bring|take|run|walk|steer|drive|swing|centre|center|aim|point|train|focus|fix|"
    r"direct)"
)
_THE_VIEW = (
    r"(?:it|us|me|this|that|yourself|(?:the|our|my|your) (?:view|beam|x-?ray|c-?arm|camera|centre|center|machine|"
    r"arm|field|"
    r"cross-?hairs?|isocent(?:re|er)|fov|image intensifier))"
)
_ONTO = r"(?:in|into|over to|across to|up to|down to|back to|over|onto|on top of|on|at|to|above|around|round)"
_NO_PLACE = (
    r"(?:the|his|her|left|right|up|down|head|feet|foot|legs|side|by|about|screen|monitor|image|picture|top|bottom|"
    r"patient|"
    r"please|now|again|off|for|my|your|ap|lao|rao|lat|lateral|cran\w*|caud\w*|ceph\w*|start|beginning|home|where|"
    r"previous)\b"
)

PLACING = (
    # "The head! The head of the humerus": said again, and of what.
    (r"^\W*(?:the )?(head|tip|dome|angle|top|split|fork|bifurcation)[,.!]+ *(?=(?:the |i mean |no )*\1 of\b)", ""),
    (
        rf"\b{_PLACING} {_THE_VIEW} (?:right |straight |squarely |directly )?{_ONTO} "
        rf"(?=(?:the |his |her )?(?:(?:left|right|l|r|lt|rt) )?(?!{_NO_PLACE})[a-z])",
        "center on ",
    ),
    (
        r"\b(?:i am|we are|i'm|we're) (?:looking for|trying to (?:find|see|get to|reach)|searching for|hunting|"
        r"hunting for|after|interested in|going (?:now )?(?:to|for)|heading (?:to|for|toward)|off to) "
        r"(?=(?:the |his |her |a )?[a-z])",
        "show ",
    ),
    # Of two elbows the left one, or to the left?
    (
        r"^\W*(?:(?:and|now|then|ok|okay|so|next),? )*the (left|right)(?: side)?(?:,? (?:please|now|then|next))*\W*$",
        r"\1 one",
    ),
    (r"^\W*(?:trying to (?:find|see|reach)|looking for|searching for|heading (?:to|for)|off to) ", "show "),
    (r"\b(?:in|into|on|under) (?:the |our |my )?(?:cross-?hairs?|reticle|bull'?s-?eye)\b", " in center "),
    (r"\b(shoulder[- ]?blades?|scapula),? (?:the |its )?(?:(?:lower|inferior|bottom) )?(?:tip|angle|end)\b", r"\1 tip"),
    (
        r"\b(?:get|call|put|have|bring|pull)(?!(?: the| that| this| my| our)?(?: last| current)? (?:image|picture|shot|"
        r"film|photo|frame|x-?ray)s?\b)((?: the| his| her| that)?(?: (?:left|right))? "
        r"(?!up\b)[a-z0-9\- ]{2,40}?) up (?:on|in) "
        r"(?:the |my )?(?:screen|monitor|display)s?\b",
        r"show\1",
    ),
    (r"[\s,]*\b(?:centred|centered)\b(?=[\s,]*(?:please|now|for me)?[\s.!]*$)", " in center "),
    (
        rf"\b{_PLACING} (?=(?:the |his |her |that )?(?:[a-z0-9'\-]+ ){{1,5}}(?:in|into|to|at|on) (?:the )?"
        r"(?:very )?(?:cent(?:re|er)|middle)\b)(?!(?:it|me|us)\b)",
        "show ",
    ),
    (r"\b(?:the )?(?:place|point|spot|site|part|area) (?:at which|where)\b", "where"),
    (r"\bcent(?:re|ere)d (?=over|on|onto|at|to)", "center "),
    (r"\bback to (?:the )?(?:last|previous) one\b", "back to where we were"),
    (
        r"\b(target|goal|destination|next|landmark|view|align|show|go|goto|move|shift|rotate|tilt|angle|position|"
        r"cent(?:re|er)|command|offset|translation|displacement)( me| us)?( to| on)?\s*[:=]+\s*",
        r"\1\2\3 ",
    ),
    (rf"\b(?:work|make|find|pick) (?:your|our|my) way (?:{_ONWARD} )?(?=to|toward)", "go "),
    (rf"\b{_WENDING} (?:it |us |me |the view |the c-arm )?(?:all the way )?{_ONWARD} (?=to\b|onto\b|at\b)", "go over "),
    (
        rf"\b(?:work|come|go|drive|drift) {_ONWARD} (?=to (?:the |his |her |their )?[a-z])"
        r"(?!to (?:the (?:left|right|head|feet)))",
        "go ",
    ),
    (
        r"\b(?:cent(?:re|er)|line|square|zero|home|close|lock|hone|bear)(?:ing)? (?:it |us |me )?"
        r"(?:up |in |down )(?=(?:on|onto|to|over)\b)",
        "center ",
    ),
    (rf"\b(?:in|into|onto) (?:the |our |my )?{_IN_SIGHT}\b(?!.*\b(?:left|right|up|down) *$)", " in center "),
    (r"\b(?:dead|smack|bang|slap|squarely) (?=(?:in |on )?(?:the )?(?:cent(?:re|er)|middle))", " "),
    (
        r"\b(?:you|we|i) (?:must|should|have to|need to|ought to) (?:now |also )?see (?=(?:the |his |her |a )?[a-z])"
        r"(?!(?:if|whether|that|what|how|why|it|him|her|you|me|to)\b)",
        " show ",
    ),
    (r"\b(?:to|lets) be (?:right |directly |exactly )?(?:over|at|on|above|in) (?=(?:the |his |her )?[a-z])", " go to "),
    (
        r"\b(?:go|navigate|drive|move|come|travel|proceed|continue) (?:until|till|til) (?=(?:the |his |her )?"
        r"(?!i\b|you|we\b|it\b|he\b|she\b|they|told|further)[a-z])",
        "go to ",
    ),
    (r"\blook (?:on|to|toward|towards|into|upon)? ?(?=(?:the|his|her) )", "look at "),
    (r"^\W*(?:please )?direct(?:ly|ion)? (?=to(?:ward|wards)? )", "go "),
    (
        r"\bcent(?:re|er) (?:the |our |my )?(?:image|picture|view|beam|screen) (?:in|to|at|on|over|around) "
        r"(?=(?:the |his |her )?[a-z])",
        "center on ",
    ),
    (
        r"\bdo (?:it|that) (?=(?:\d|a (?:bit|little|touch)|some|slightly|more (?:up|down|left|right)|up|down|left|"
        r"right|to the (?:left|right)|toward)\b)",
        "go ",
    ),
    (r"\bgo with (?!it\b|that\b|this\b)(?=[a-z0-9])", "go to "),
    (
        r"\bacross(?= to\b| (?:(?:by|an?|one|two|three|four|five|ten|twenty|half|about|another|bit|little|touch|more|"
        r"\d[\d.]*+(?:mm|cm)?|mm|cm|centi\w+|milli\w+|inch(?:es)?|to|toward|towards|the|his|her|patient'?s?) )*"
        r"(?:left|right)\b)",
        "over",
    ),
    (
        r"\b(?:in|into|to|at|on) (?:the )?(?:centre|center|middle) of (?:the |my |our )?"
        r"(?:image|picture|screen|view|monitor|display|field)\b",
        " in center ",
    ),
    (r"\bwhat (?:i|we) (?:need|want) (?:now )?is\b", " "),
    (r"\blet me (?:see|have a look at|look at)\b", " show "),
    (r"\b(?:can|could|may|might|let) (?:i|we|me|us) (?:please )?see\b", " show "),
    (r"\bgo and (?!then\b)(?=[a-z])", "go "),
)
"""(pattern, plain words)."""
