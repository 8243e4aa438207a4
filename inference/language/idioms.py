"""Contractions and idioms whose words would mislead, written plainly or taken out before anything is read.

A pattern that stands for something told, unclear or negated is written as a word that no list knows (x...): then no
reader of the grammar accepts the line.
"""

from __future__ import annotations

CONTRACTIONS = (
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

IDIOMS = (
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
