"""Questions and places that are said in countless ways, built from their parts: where are we, what is shown, what can
I say, the place before, the place at the start. Text to plainer text; none of it can become a shift or a view.
"""

from __future__ import annotations

_OPEN = r"(^|[,.;!?]|\b(?:then|and|so|ok|okay|yes|no|sorry)\b)\s*"
_CLOSE = r"(?:[ ,]+(?:please|now|thanks|sir|doctor))*(?=\s*(?:$|[,.;!?]|\b(?:then|and)\b))"
_TELL = (
    r"(?:before (?:we|you|i) (?:continue|go on|proceed|start|begin|move on|carry on|do anything),? )?"
    r"(?:(?:so|hey|well|please|now|doctor|sir|just)\W+)*(?:(?:can|could|would|will) you (?:please |kindly )?)?"
    r"(?:(?:tell|show|remind|teach|list|explain) (?:(?:to )?(?:me|us) )?|say |do you (?:know|see|recogni[sz]e) |"
    r"let (?:me|us) know |"
    r"(?:have you (?:got )?|do you have )?any idea |i (?:am|feel) lost\W+(?:and )?|i (?:want|need|would like) to know |"
    r"i (?:do not|did not) know )?(?:please )?"
)
_PART = (
    r"(?:the |this |that |our |my |current |present )*(?:landmark|bone|body part|part|bit|structure|anatomy|region|"
    r"level|vertebra|vertebral body|joint|area|place|spot|position|location|side|thing|elbow|wrist|shoulder|view|image|"
    r"picture)s?(?: of (?:him|her|(?:the |this )?(?:body|patient|spine|anatomy)))?"
)
_SIGHT = (
    r"(?:in|on|at|under|inside|within|near) (?:the |our |my |this |that )?(?:very )?(?:cent(?:re|er)|middle|view|"
    r"picture|image|screen|monitor|display|frame|field|beam|cross-?hairs?|focus)"
    r"(?: of (?:the |our |my |this )?(?:view|picture|image|screen|monitor|display|frame|field|beam))?"
)
_NOW = (
    r"(?:now|here|there|currently|right|exactly|precisely|please|at the moment|at present|at|again|then|"
    r"(?:in|on) (?:the |this )?(?:body|patient|spine|anatomy)|anatomically)"
)
_REST = rf"(?: (?:{_SIGHT}|{_NOW}))*"
_WE = r"(?:i|we|you)"
_VIEW = r"(?:the |this |our )?(?:view|c-arm|camera|cent(?:re|er)|picture|beam|image)"
_SEEING = r"(?:see(?:ing)?|look(?:ing)? (?:at|on)|looking|view(?:ing)?|imaging|on|at|in|over|above|near|have)"

_WHERE = (
    rf"where(?: exactly| precisely| now| is it(?: that)?)? (?:(?:are|am|is) )?(?:{_WE}|{_VIEW}|this|that|it)"
    rf"(?: (?:are|am|is))?(?: (?:looking|located|positioned|standing|pointing|sitting|aimed))?{_REST}"
)
_WHAT_IS = (
    rf"(?:what|which)(?: {_PART})? (?:is|are)(?: (?:this|that|it|{_PART}|being))?"
    rf"(?: (?:shown|visible|displayed|centred|centered|seen|coming(?: up)?))?(?: (?:{_SIGHT}|{_NOW}))+|"
    rf"(?:what|which)(?: {_PART})? (?:(?:is|are) (?:this|that|it)(?: {_PART})?|(?:this|that|it) is|is {_PART}|"
    r"is (?:being )?(?:shown|visible|displayed|seen))"
)
_WHAT_MAY_BE = (
    rf"(?:what|which)(?: {_PART})? (?:could|might|would|may|can) (?:this|that|it)(?: {_PART})? be|which one is "
    rf"(?:this|that)|"
    rf"(?:what|how) would (?:you|one) call (?:this|that|it)(?: {_PART})?|i am (?:completely |totally )?lost|"
    rf"where (?:in|on|inside) (?:the |this )?(?:patient|body|spine|anatomy|chest|thorax)(?: exactly)? (?:are|am|is) "
    rf"(?:{_WE}|{_VIEW}|this)"
)
_WHAT_WE_SEE = (
    rf"(?:what|which) (?:is|are) (?:this|that|it|these)(?: that)? {_WE} (?:are )?{_SEEING}{_REST}|"
    rf"(?:what|which)(?: {_PART})? (?:(?:am|are|do|can|could) )?{_WE}(?: (?:am|are|can))?(?: now| currently)? {_SEEING}"
    rf"{_REST}|(?:what|which)(?: {_PART})? have {_WE}(?: got)?{_REST}"
)
_COMMANDS = r"(?:(?:voice )?commands?|words?|phrases?|orders?|options?|instructions?|things?|sentences?)"
_YOU = r"(?: to)?(?: you| it| this| the (?:system|computer|robot|c-arm|machine))?"
_WHAT_TO_SAY = (
    rf"(?:what|which)(?: else| other| all)?(?: the)?(?: {_COMMANDS})? (?:(?:can|could|may|might|should|do|am|are) )?"
    rf"(?:i|we|you)(?: can| could| may)?(?: able to| allowed to| to)? "
    rf"(?:say|type|ask(?: for)?|tell|understand|know|use|accept|speak){_YOU}(?: here| now)?|"
    rf"(?:what|which) (?:are )?(?:all )?(?:the |my |your )?(?:available |possible |valid )?{_COMMANDS}"
    r"(?: (?:are|is))?(?: (?:there|available|possible|allowed|valid))?(?: exists?)?(?: here| now)?|"
    rf"are there (?:any |other |more )*{_COMMANDS}|"
    rf"(?:what|which)(?: {_COMMANDS})? (?:can|could|may|must|should) be (?:said|typed|used|given|spoken|asked)|"
    rf"(?:how|in what way) (?:do|can|could|should|am|must) (?:i|we)(?: supposed to)? (?:use|talk|speak|work|operate|"
    rf"control|command|steer){_YOU}|"
    r"how (?:does|do) (?:this|it|you) work|how to use (?:this|it)"
)

_FIRST = r"(?:initial|start|starting|original|first|default|home|beginning)"
_BEFORE = r"(?:previous|last|earlier|prior|former|old|preceding)"
_PLACE = r"(?:position|positioning|place|pose|view|location|point|spot|setup|base)"

ASKING = (
    (r"\s+", " "),
    (rf"{_OPEN}{_TELL}{_WHERE}{_CLOSE}", r"\1 where are we"),
    (rf"{_OPEN}{_TELL}(?:{_WHAT_TO_SAY}){_CLOSE}", r"\1 help"),
    (rf"{_OPEN}{_TELL}(?:{_WHAT_IS}|{_WHAT_MAY_BE}|{_WHAT_WE_SEE}){_CLOSE}", r"\1 where are we"),
    (
        r"^\W*(?:(?:and|so|but|sorry|please|ok|okay),? )*(?:how (?:do|can|could|should|may|would|to)(?: (?:i|we|you|"
        r"one))? "
        r"(?:move|go|steer|rotate|turn|tilt|zoom|take|control|use|drive|operate|navigate|start|do|work|make|talk|"
        r"speak|tell)\b"
        r"(?!.*\b(?:stop|halt|freeze|wait|left|right|up|down|to (?:the|his|her|t-?1))).*|"
        r"(?:i (?:do not|did not) know|i have no idea|i am not sure|not sure|tell me|remind me) (?:what|how) (?:to|i "
        r"(?:can|should|must)) "
        r"(?:say|do|type|ask)(?: now| next| here)?|what (?:do|should|can|must) (?:i|we) do(?: now| next| here)?|"
        r"guide me|how to|what now)\W*$",
        " help ",
    ),
    (
        r"\b(?:restore|recall|bring back) (?:the |our )?(?:last|previous|old|earlier) (?:position|view|pose|place|"
        r"state|location)\b|"
        r"^\W*(?:(?:the |in the )?same (?:position|place|view|spot) as before|(?:(?:lets )?(?:put|bring|get|take|set|"
        r"return|restore|revert|go)(?: (?:it|us|everything))? )?(?:back )?(?:to )?(?:as|like|how|the way) (?:it|we) "
        r"(?:was|were|had it)(?: before| earlier)?)(?: please)?\W*$",
        " back to where we were ",
    ),
    (
        rf"\b(?:the |our |my |its |your )?(?:very )?{_FIRST}(?: {_FIRST})? {_PLACE}\b|"
        r"\bwhere (?:it|we|you|i)(?: all)?(?: first| originally| initially)? (?:started|began|begun|start)"
        rf"(?: (?:from|out|off|with))?\b|\b(?:the )?(?:{_PLACE} of (?:departure|origin)|departure {_PLACE})\b",
        " home ",
    ),
    (rf"\b(to|at|in) (?:the )?before {_PLACE}(?=\W*(?:please|now)?\W*$)", r"\1 where we were "),
    (
        rf"\b(?:the |our |my |its |your )?{_BEFORE} {_PLACE}\b|"
        rf"\bwhere (?:it|we|you|i|{_VIEW}) (?:just |last )?(?:was|were|came from|ha(?:ve|d|s)(?: just)? been)"
        r"(?: just)?(?: now| before| earlier| previously| a moment ago| a second ago| last)*\b|"
        rf"\b(?:the )?{_PLACE}(?: that)? (?:we|you|i|it)(?: just)? (?:had|were in|was in|were at|was at|used)(?: "
        rf"just)? "
        r"(?:before|earlier|previously)(?: (?:this|that|it)(?: one)?)?\b",
        " where we were ",
    ),
    (rf"\breset (?:everything |it |all |{_VIEW} )?(?:back )?(?:to|into) (?=(?:the |our )? ?home\b)", "go to "),
)
"""(pattern, plain words), after all other rooms."""
