"""How a wish is wrapped and an amount coloured: politeness, who wishes it, "a little tiny bit". Text to plainer text.

What is wrapped is left as it is; a wish of somebody else's is taken for the speaker's own.
"""

from __future__ import annotations

RESTARTING = (
    r"(?:sorry|i mean|i meant(?: to say)?|correction|scratch that|strike that|make that|or rather|i misspoke|"
    r"let me (?:correct|rephrase) that|my (?:mistake|bad)|belay that|disregard(?: that)?|change (?:that|it) to)"
)
"""Takes back what was just said, and what comes next stands in its place."""
CORRECTING = rf"(?:{RESTARTING}|oops|whoops|pardon|excuse me|typo)"
"""Takes back what was just said; or a move that has been made is regretted, and what is meant is asked."""

_SMALL = r"(?:tiny|little|wee|teeny|small|slight|short|minor|minimal|minute|weeny|small-ish)"
_STEP = r"(?:amount|move|step|shift|distance|nudge|movement|motion|way|correction|adjustment|bit)"
_ARM = r"(?:upper )?(?:arm|limb|side|extremity|hand|forearm|side|body side|hemithorax|chest)"

_ANYBODY = (
    r"(?:somebody|someone|anybody|anyone|one of you|you (?:guys|all|lot|folks)|"
    r"(?:the|our|my) (?:computer|robot|system))"
)
_ORDER = r"(?:command|order|request|task|instruction|wish)"
_LABEL = rf"(?:{_ORDER}|(?:next )?(?:thing|step|move|job|item)|plan|to[ -]?do|requirement|suggestion)"
_SHOWN = r"(?:shot|image|picture|film|photo|pic|exposure|x-?ray)s?"
_START = r"(^\W*(?:(?:so|ok|okay|and|now|well|please|then|sorry),? )*)"

MANNERS = (
    (r"^(\W*(?:(?:so|ok|okay|please|and|now|then),? )*)might (?=(?:i|we|you) )", r"\1may "),
    (r"(^\W*|[,.;!] *|\bplease )do (?=(?:look|check|think|try) (?:again|closer|once more|harder|better)\b)", r"\1"),
    (
        r"\b(?:i|we) (?:was|am|were|are) (?:just )?(?:hoping|thinking)(?: that)? (?:you|we) (?:could|can|might|would) |"
        r"\b(?:is there )?(?:any|a) (?:chance|way|possibility|hope) (?:(?:that )?(?:you|we|i) (?:could|can|might)|to|"
        r"of you) |"
        r"\b(?:please )?(?:make|be) (?:sure|certain) (?:to|you|that you) |\b(?:please )?remember to |"
        r"\bsee if (?:you|we) can |\btry and (?=[a-z])|\bdo me a (?:solid|kindness) and |"
        r"\bwhat do you say (?:we|if we|to) |"
        r"\byou are (?:kindly |hereby )?(?:requested|asked|instructed|ordered) to |"
        r"\bi (?:command|order|urge|implore|require|expect) you to |\bi (?:would|will) be grateful: ",
        " ",
    ),
    (
        rf"^\W*(?:and )?(?:(?:my|our) (?:next |first |only )?{_ORDER} (?:is|would be|will be)(?: to)? |"
        rf"(?:the |my |our )?(?:next |first |second |new |following |only )?{_LABEL} *[:\-] )(?=[a-z0-9])",
        " ",
    ),
    (
        r"^\W*(?:(?:so|ok|okay|and|now|well),? )*(?:all|what) (?:i|we) (?:(?:would )?(?:want|need|ask|like)(?: to "
        r"see)?|"
        r"ask for)(?: (?:from|of) you)?(?: now| next| here)?(?: (?:is|would be)(?: to)? | *: )(?=[a-z0-9])",
        " i want ",
    ),
    (
        r"^\W*(?:i am )?(?:so |very )?sorry (?:to|for|that i) (?:be|being|bother|bothering|trouble|troubling|interrupt|"
        r"interrupting|disturb|disturbing|ask|asking|keep)\b(?: (?:an?|you|such|again|pain|nuisance|bother|fussy|picky|"
        r"difficult|annoying|all|this|for))*,? (?:but )?(?=[a-z0-9])",
        " ",
    ),
    (r"\b(pictures?|images?|shots?|exposure|x-?rays?|fluoro\w*|beam) right (?:now|away)\b", r"\1"),
    (
        r"\b(?:(?:can|could) (?:we|it)|(?:it|we) (?:should|must|needs? to|has to|have to|ought to)|(?:i|we) "
        r"(?:would like|want|"
        r"need) to) be (?=(?:about |just |another )*(?:a (?:bit|little|touch)|slightly|some|half an?|\d[\d.]*|one|"
        r"two|three|four|"
        r"five|ten|fifteen|twenty|thirty|forty|fifty) (?:(?:mm|cm|centi\w+|milli\w+|inch\w*|more|further|to|"
        r"towards?|the|"
        r"patient'?s?) )*(?:left|right|up|down|higher|lower|cran\w+|ceph\w+|caud\w+|head|feet)\b)",
        "go ",
    ),
    # What stands before the order itself.
    (
        rf"{_START}(?:what (?:i|we) (?:(?:would )?(?:like|want|need)) (?:you|us|it) to do(?: now| next| here)? "
        rf"is(?: to)?|"
        r"(?:the |your |our |my )(?:(?:next|only|first|last|new) )?(?:thing|job|task|step|move)(?: now| here| to "
        r"do)? is to|"
        r"(?:lets|may i|can i|could i|i would like to|i want to) have you|(?:i|we)(?: would| will)? (?:suggest|propose|"
        r"recommend)(?: that)? (?:we|you|to)|do you think (?:that )?(?:you|we) (?:could|can|might)|feel free to|"
        r"(?:i|we)(?: would| will| am| are)? (?:ask|asking|requesting|telling|tell|instructing|want|need) you(?: "
        r"now)? to|"
        r"request(?:ing)?(?: you)? to|(?:please )?do not forget to|mind if (?:i|we|you)|time(?: now)? to|(?:maybe|"
        r"perhaps),? "
        r"(?:we|you) (?:could|can|should)|(?:i|we) now (?:need|have|want|wish) to|do(?: please)?(?= (?:take|turn|"
        r"switch|"
        r"save|open|close|go|move|show|rotate|tilt|zoom)\b)|try to(?= (?:turn|switch|zoom|open|close|save|collimate|"
        r"rotate|return)\b)) (?=[a-z])",
        r"\1",
    ),
    (r"^\W*instead,? (?=[a-z])|[, ]+instead(?=\W*(?:please|now|then)?\W*$)", " "),
    (
        r"^\W*\(?\d{1,2}(?:\)|\.(?= )) *(?=(?:go|align|show|take|move|shift|tilt|rotate|center|centre|zoom|save|"
        r"bring)\b)",
        " ",
    ),
    (r"^\W*\(?\d{1,2}\) *(?=[a-z])", " "),
    (rf"\b(can|could|would|will) {_ANYBODY} (?:please |kindly )?(?=[a-z])", r"\1 you "),
    (r"\blet (?:we|i)\b", "let me"),
    (
        r"\b(?:keep (?:it|this|that|this one|that one)|save a (?:screenshot|snapshot)|"
        r"(?:keep|save|make|take|store) a copy"
        r"(?: of (?:it|(?:(?:this|that|the) )?(?:(?:last|current) )?(?:one|image|picture|frame|view|shot|x-?ray)))?|"
        r"record (?:this|that|the|the last|the current) (?:image|picture|frame|view|shot))(?=\W*(?:please|now)?\W*$)",
        "save",
    ),
    (
        r"\b(save|store|keep|archive|export)\b((?: (?:it|this|that|the|image|picture|frame|shot|view|one|last|"
        r"current|x-?ray))*) "
        r"(?:as (?:a |the )?(?:reference|ref|baseline|evidence|proof)|to (?:the |my )?(?:disk|disc|file|folder|pacs|"
        r"archive|report|"
        r"records?|drive|computer)|for (?:later|reference|documentation|the (?:report|records?|chart|file|notes)))\b",
        r"\1\2",
    ),
    (
        r"^\W*another(?: please)?\W*$|\bfire one off\b|\bacquire another\b(?=\W*$)|^\W*time for (?:a|an|another) "
        r"(?:shot|x-?ray|image|picture)\b",
        "one more image",
    ),
    (
        rf"\b(?:once (?:more|again)|(?:one|another) (?:more )?time|again),? (?:(?:an?|one|the|another) )*"
        rf"(?:more )?(?:piece (?:of )?)?(?={_SHOWN}\b)|\bone piece (?:of )?(?={_SHOWN}\b)",
        "one more ",
    ),
    # Asked for advice, or put off: nothing is decided yet.
    (r"\bwould you\b(?= (?!mind|please|kindly|be\b).*\bhere\W*\?)", " xquestion "),
    (
        r"\b(?:yes|yeah|yep|yup|ok|okay|go(?: ahead)?|accept(?:ed)?|confirm(?:ed)?|proceed),? (?:but )?"
        r"(?:when(?:ever)?|once|as soon as) (?:(?:you|we|they|it|i|all|everybody|everyone|everything)"
        r"(?: a|'?)(?:re|m|s)? (?:is |are |am )?)?ready\b",
        " xcondition ",
    ),
    # A hedge in front of everything is no order yet.
    (
        r"^\W*(?:and |or |so |well |then )?(?:maybe|perhaps|possibly),? (?!(?:you|we|i) (?:could|can|should)|could|"
        r"can)",
        " xmaybe ",
    ),
    (
        r"\b(?:may|can|could|might) (?:i|we) (?:please |kindly )?(?:ask|request|trouble|bother|invite|beg) you to "
        r"(?:please |kindly )?|"
        r"\b(?:i|we)(?: would| am going to| must| have to)? (?:kindly )?(?:ask|request|beg|instruct) you to |"
        r"\b(?:i|we) (?:really )?appreciate(?: it)? if you (?:could|would|can) |"
        r"\b(?:would|could) you be (?:so kind|able|willing) (?:as )?to ",
        " ",
    ),
    (
        r"\b(?:may|can|could|might) (?:i|we) (?:please |kindly )?(?:ask|request|trouble|bother|beg)(?: you)? for "
        r"(?=[a-z0-9])",
        "i want ",
    ),
    (
        r"\bgo for (?=(?:(?:a|an|one|another|the|that|this|more|new|next|last) )*"
        r"(?:image|shot|picture|x-ray|exposure|film)\b)",
        "take ",
    ),
    (r"\bgo for an? (?:look at|view of)\b", "show "),
    (r"\bgo for an?\b", " xidiom "),
    (
        r"\b(?:i|we) (?:would|will) be (?:(?:very|most|much|so|really|ever so|extremely) )?"
        r"(?:grateful|glad|happy|thankful|obliged|pleased|delighted) for\b",
        "i want ",
    ),
    (r"\bdo the needful(?: and| to| by|,)?\b", " "),
    (
        r"(?<!at)(?<!all)(?<!more)(?<=[a-z0-9]) (?:just )?(?:once|one time|1 time|a single time)(?: "
        r"only)?(?=\W*(?:please|now)?\W*$)",
        "",
    ),
    (r"^\W*(?:and )?after (?:this|that)(?:,| (?=(?:go|move|show|align|take|come|bring|shift|rotate|tilt)\b))", " "),
    (
        r"\bbe (?:so )?(?:good|nice|kind|friendly) enough (?:as )?to\b|\bbe so (?:good|nice|friendly)(?: and| to| "
        r"as to)\b|\bwhen(?:ever)? you (?:have|get|find) "
        r"(?:a |the |some )?(?:moment|time|second|sec|mo|tick|minute|min|chance)\b",
        " ",
    ),
    (
        r"\b(?:the|our|my) (view|c-arm|beam) (?:must|should|has to|needs to|ought to|shall)\b(?! not)(?: be "
        r"(?=(?:about |"
        r"(?:an? )?(?:bit|little|touch) |at |in |some )*(?:\d|half|one\b|two|three|four|five|ten|\w+teen|\w+ty\b|"
        r"higher|"
        r"lower|further|lao|rao|straight|ap\b|lateral)))?",
        r"\1 ",
    ),
    (r"\b(expose|shoot|shot|image|picture|x-ray) once(?=\W*$)", r"\1"),
    (
        r"(?<=[a-z]) (?:definitely|absolutely|certainly|clearly|surely|obviously|indeed|in fact|plainly|evidently|"
        r"undoubtedly|"
        r"unmistakably|undeniably|simply|truly|honestly|without (?:a )?doubt|no doubt) (?=[a-z])",
        " ",
    ),
    (r"^\W*(?:should|must|does|did|has|is|was) (?:the|our|my|it) (?:view|c-arm|beam|camera)\b", " xquestion "),
    # A statement with a tag that asks whether it is so.
    (
        r"\b((?:that|this|it|here) (?:is|looks|seems|must be)\b[^?]*?)[ ,]+(?:yes|yeah|yep|right|correct|no|or not|huh|"
        r"is it not|is not it|am i right|not so)\s*\?+(?=\W*$)",
        r"\1 xquestion",
    ),
    (
        r"\b((?!no\b|please\b|well\b|hey\b|yes\b|ok\b|okay\b|nope\b|oh\b|so\b|very\b|um\b|i\b)[a-z0-9]+)[ ,.\-]+"
        rf"(?:oh |no |ah )?{CORRECTING}[ ,.:]+(?=\w)",
        r"\1 xcorrected ",
    ),
    (
        r"(?<=[a-z0-9])[ ,.\-]+(?:better|make it)[ ,:]+(?=(?:the |his |her |a |to |go |about )*(?:\d|one|two|three|"
        r"four|five|ten|half|left|"
        r"right|up|down|higher|lower|lao|rao|ap\b|cran|caud|t-?1|skull|carina|lateral))(?!.*\bview\b)",
        " xcorrected ",
    ),
    (
        r"(^|[,.;!?]|\b(?:then|now|please|so|and)\b) *(?:(?:i|we|lets)(?: (?:will|shall|can|could|should|would))? )?"
        r"(?:start|begin|continue|proceed|go on|carry on)(?: off| now| again)? (?:with|at|from) "
        r"(?=(?:the |a )?[a-z])(?!(?:it|that|this|there|here)\b|(?:the |your )(?:(?:proposed|suggested|planned) "
        r")?(?:step|move|motion|"
        r"movement|proposal|plan|suggestion)\b)",
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
    (r"\b(?:please|kindly|you should|you must|you can) be (?=[a-z]+ing\b)", " "),
    (r"\bdo not (?:ever|even|please|just|you dare|you) (?=[a-z])", "do not "),
    (
        r"\b(elbow|wrist|carpus|olecranon|joint|shoulder|scapula|tip|angle|humerus|head|diaphragm|hemidiaphragm|dome|"
        r"blade) "
        r"(?:in|at|from|on|of) (?:the )?(left|right)(?: side)?(?=\W*(?:please|now)?\W*$)",
        r"\1 \2 side",
    ),
    (
        r"\b(head|tip|angle|dome|top|end|ball|bifurcation|split|joint|body) (?:from|in|on) "
        r"(?=(?:the |his |her )?(?:(?:left|right) )?(?:humerus|shoulder|scapula|blade|diaphragm|hemidiaphragm|trachea|"
        r"windpipe)\b)",
        r"\1 of ",
    ),
    (
        r"\b(elbow|wrist|carpus|olecranon|joint|shoulder|scapula|tip|angle|humerus|head|diaphragm|hemidiaphragm|dome)"
        rf"(?:,| (?:of|on|in|at|from)) (?:(?:the |this |our )?(?:patient'?s? )?|his |her )(left|right) {_ARM}\b",
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
"""(pattern, plain words)."""
