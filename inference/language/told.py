"""What is told, doubted, asked about or said of a person, and would read as a command: "it might go up", "your head",
"go on about". Text to plainer text, before the wording of commands.

Each becomes a word that no list knows (x...): then no reader of the grammar accepts the line.
"""

from __future__ import annotations

from inference.language.wanting import AHEAD

_FINE = r"(?:nice|good|great|perfect|fine|excellent|beautiful|lovely|clear|better|best|super)"
_SHOWN = r"(?:shot|image|picture|film|photo|pic|exposure|x-?ray)s?"

_STAFF = (
    r"(?:nurses?|doctors?|docs?|surgeons?|technicians?|technologists?|techs?|radiographers?|assistants?|team|staff|"
    r"friends?|colleagues?|students?|robot|computer|system|people|folks|guys|gang|chaps|gentlemen|ladies)"
)

TOLD = (
    (r"(?<=[a-z0-9])[\s,.\-]+i take (?:that|it) back\b", " xcorrected "),
    (r"^\s*[!~](?=\s*[a-z])|\b(?:sort|kind) of (?=(?:to )?(?:the )?(?:left|right|up|down|higher|lower)\b)", " xnot "),
    (r"\b(left|right|up|down) over (?=\d)|\b(lao|rao|cranial|caudal) back (?=\d)", r"\1 few "),
    (r"\bback (?=(?:lao|rao|cran|caud)\w* \d)|\b(?:up|down) the (?:left|right)(?: side)?(?=\W*$)", " xplace "),
    (
        r"\b(?:\d+|one|two|three|four|five|six|few|no|many|some|any|more|enough) (?:more )?(?:shots?|images?|"
        r"pictures?|exposures?|"
        r"minutes?|hours?|seconds?|days?|patients?|cases?|frames?|doses?|tries|trials?|targets?|landmarks?|steps?|"
        r"attempts?) left\b",
        " xtold ",
    ),
    # Who left, what was left, what there is left.
    (
        r"^\W*(?:(?:and|but|so|oh|ok|okay|well|now),? )*"
        r"(?:we|you|i|they|he|she|somebody|someone|who)(?: just| all)? left\b|"
        rf"\b(?:should|could|would|must|might|may)(?: not)? have (?!{AHEAD})(?:just )?left\b|"
        r"\bleft (?:us|me|him|her|them)\b|\bleft it(?: (?:up|down|on|off|in|out|there|here))?\W*$|"
        r"^\W*(?:(?:some|any|no|more|enough|much|little|the|a|this|there is) )*"
        r"(?:bone|spot|time|disk|space|area|region|structure|location|level)s? (?:left|up|down)\W*$",
        " xtold ",
    ),
    (
        r"^\W*(?:(?:i|he|she|we|they) (?:am|is|are) )?(?:left|right)[- ]handed\W*$|\blet (?:it|him|her|them|that) go\b",
        " xidiom ",
    ),
    (r"\b(?:sure|certain) about\b(?! (?:that|it|this)\b)", " xquestion "),
    (r"\bthe (?:right|same|best|only|left|wrong|easy|hard|proper) ways?\b", " xidiom "),
    (r"\bcorrect (?=(?:it|this|the|me|him|your|for|my|a)\b)", " xcorrect "),
    (
        r"\b(?:confirm|approve|accept)(?:ed|s)? (?=(?:me |us |with )?(?:the|which|whether|if|what|where|side|level|"
        r"that (?:it|this|the|we|you))\b)"
        r"(?!the (?:proposal|suggestion|move|step|motion|movement|action|plan|proposed|suggested|command|change|"
        r"rotation|shift|position|"
        r"target)\b)",
        " xconfirm ",
    ),
    (r"\b(?:his|her|my|your|their|the patient'?s?) back\b|\bthe back of\b", " xperson "),
    # The patient or a colleague is to move, not the view.
    (
        r"\b(?:tilt|turn|rotate|bend|hold) (?:up )?(?:his|her|their|the patient'?s) head\b|"
        rf"\b(?:move|shift|slide|pull|push|bring|send|turn|put|get) (?!{AHEAD})her (?=left\b|right\b)|"
        r"\b(?:you|we|us) (?:two|three|four)\b(?! (?:more|cm|mm|cent|mill|inch|deg))",
        " xperson ",
    ),
    # "The team left", "2 cm left of the nurse", "doctor up": somebody spoken of; "doctor, up" is spoken to.
    (
        rf"\b(?:the|an?|another|our|this|that|these|those|every|your|(?:my|his|her|their)(?! friend\W*(?:,|$)))"
        rf"(?: (?:other|new|head|scrub))? {_STAFF}\b|"
        rf"\b(?:of|by|with|from|to|towards?|at|near|behind|beside) {_STAFF}\b|"
        rf"^\W*(?:{_STAFF}|man|will|every(?:body|one)) (?:left|right|up|down|back|home|off|on|out|in)\W*$",
        " xperson ",
    ),
    (
        r"\b(?:the|our|a|this|that) (?:patient|man|woman) "
        r"(?:should|must|has to|needs to|may|might|would|can|could|will)\b|"
        r"\b(?:should|must|may|might|would|can|could|will) (?:the|our|a|this|that) (?:patient|man|woman)\b",
        " xperson ",
    ),
    (
        r"(?<!it is )(?<!that is )(?<!this is )\balready (?=[a-z0-9])|"
        r"^(?!.*\b(?:go|move|shift|slide|pan|bring|show|see|find|take|get|give|come|drive|align|cent(?:re|er)|"
        r"rotate|tilt|"
        r"shoot|do|start|stop|save|zoom|yes|no)\b).*\balready\W*$",
        " xtold ",
    ),
    (
        r"^(?!.*\b(?:(?:that|this|it|here|there) (?:is|was|looks|seems|must)|no|not|nope|wrong|"
        r"(?:we|you|i) (?:are|am|see))\b)(.*[a-z0-9])[\s,.]+"
        r"(?:maybe|perhaps|possibly|i (?:think|guess|suppose|believe|assume))\W*$",
        r"\1 xmaybe ",
    ),
    (r"\byou just (?=(?:left|right|up|down|\d+)\b)|\bbad idea\b(?=\W+(?!look|no|try|that|this)[a-z0-9])", " xtold "),
    (r"\bgo on (?:about|and on)\b|\bgive (?:him|her|them)\b", " xidiom "),
    (r"\b(?:only|there (?:is|are)|is|are) (?:\d+|one|two|three|four|five|six) left\b", " xtold "),
    (r"^\W*one (?:left|right)\W*$", " xidiom "),
    (r"(?<!\d)(?<!do)[\s,.\-]+(?:eh|ah|you know|i mean)\b[\s,.\-]*(?=\w)", " "),
    (r"\b(?:shoot|expose|fire at|x-?ray) (?:him|her|them|me|us)\b", " xidiom "),
    (r"^\W*(?:assistant|user|system|human|admin|root|developer|model) ?[:>]", " xrole "),
    (
        r"\byour (?:head|arm|hand|elbow|wrist|shoulder|leg|foot|body|finger|face|back|knee|skull)s?\b",
        " xperson ",
    ),
    (
        r"\b(?:picture|photo|image|shot|film) of (?:the )?(?:team|staff|room|nurse|doctor|us|me|you|him|her)\b",
        " xidiom ",
    ),
    (r"\b(?:left|right|up|down) (?:of|from) (?:the )?(?:cent(?:re|er)|middle|midline)\b", " xplace "),
    (
        r"\b(?:put|hang|lift|raise|turn|swivel|tilt|bring|pull|lower|move|push) (?:the|that|this|my|your) "
        r"(?:monitor|screen|display)s?\b",
        " xidiom ",
    ),
    (rf"\bis (?:a|such a|quite a) (?:very |really )?{_FINE}\b", " xpraise "),
    (r"\b(?:i|we) (?:might|may|could) (?:want|need|like|go|try|have|look)\b", " xtold "),
    (r"^\W*(?:no\W+)?that the\b", " xtold "),
    # Told, not asked for: "it might go up", "that could be T1", "we have the carina", "now we can see T1".
    (
        r"\b(?:it|this|that|these|those|which|there) (?:could|might|may|will|should(?! be)|can|shall)\b(?! do\b)",
        " xtold ",
    ),
    (r"\b(?:will|can|could|might|may|shall|should) (?:it|this|that)\b(?! be\b)", " xtold "),
    (r"\b(mov\w+|move|shift|slide|pan|bring|roll|take|drag) (?:the |our )?patient(?= (?:left|right)\b)", r"\1 table"),
    (
        r"(^|[,.;!?]|\band|\bnow|\bok|\bokay|\bso|\b(?:think|believe|guess|reckon|suppose|say|sure|that|see)) *"
        r"(?:we|you|i) (?:now |already |(?:can |do )?still )?have (?!to\b|(?:a |another )?look)",
        r"\1 xtold ",
    ),
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
    (
        r"^\W*(?:left|right|up|down) over\W*$|\bwindow (?:level|width)\b|\blevel (?=(?:up|down)\b)|^\W*window "
        r"(?:up|down)\b",
        " xidiom ",
    ),
    (r"\b(?:upper|lower|bottom|top) (?:left|right)\b(?! (?:shoulder|scap|blade|tip|angle|\d))", " xplace "),
    (
        r"\b(?:about|ready|prepar(?:e|ed|ing)|supposed|meant|waiting|unable|reluctant|used) to (?=(?:go|move|shift|"
        r"rotate|tilt|"
        r"turn|angle|pan|slide|align|take|shoot|expose|show|see|look|find|cent(?:re|er)|start|begin|save|zoom|get|"
        r"bring|put|return|make|do|have|give|acquire|swing|drive|steer|navigate|step|raise|lower|undo)\b)",
        " xtold ",
    ),
    (r"\bgo with (?:him|her|them|me|us|you|the flow)\b|\blet go of\b|\btime left\b", " xidiom "),
    (r"\b(?:next|another|some other|last|every|each|any|that|this|the first) time\b", " xtold "),
    (r"^\W*ot\b", " xnot "),
    (r"\b(?:to|too|for) and (?:a )?(?:half|quarter)\b", " few "),
    (r"\blet\b(?! (?:me|us|s|the|it|you|go)\b)", " xlet "),
    # Said of the picture there is: "good shot", "I like this image".
    (
        rf"(?:^\W*|[,.;!?]\s*|\band )(?:what |a |very |really |so |oh |i like |now )*(?:{_FINE}|this|that) {_SHOWN}\b|"
        rf"\bi (?:really )?(?:like|love) (?:the|this|that) {_SHOWN}\b",
        " xpraise ",
    ),
    (r"\bnext to\b", " xnear "),
    (
        r"\b(?:set|give|put|pick|hurry|wake|shut)(?: it| that)? (?:up|down)\b(?! (?:the )?(?:beam|fluoro|"
        r"screening|x-?ray))",
        " xidiom ",
    ),
    (r"\b(?:do|try|go with) (?:it|that|this)(?: one)? (?:again|once more)\b|\bonce again\b", " xagain "),
    (r"\b(?:fluoro\w*|screening|exposure|x-?rays?|beam|radiation|image|picture|shot) time\b", " xtold "),
    (
        r"\b(?:yes|yeah|yep|ok|okay|right|correct|true),? (?:well,? )?(?:sort|kind) of\b|"
        r"\b(?:sort|kind) of (?:a )?(?:yes|yeah|ok|okay|right|correct|true)\b",
        " xmaybe ",
    ),
    (r"\bone more time\b|\bagain and again\b|\bover and over\b", " xagain "),
)
"""(pattern, plain words)."""
