"""Politeness around a wish: "would you mind", "it would be great if", "when you're ready". Text to plainer text, taken
out after everything else has been read.
"""

from __future__ import annotations

from inference.language.wanting import AHEAD

_PRAISE = (
    r"(?:very |really |so |just )?(?:great|nice|lovely|perfect|good|helpful|wonderful|ideal|excellent|kind|appreciated)"
)

COURTESY = (
    (r"\bof (?:(?:the|this|our|my|that) )?(?:patient|person|man|woman|guy|lady|subject)\b(?!'s)", " "),
    (r"\bever so\b", " "),
    (
        r"^\W*(?:actually|but|well|sorry|or rather)\b[ ,]*"
        r"(?=(?:go|move|show|take|align|bring|let|lets|cent|can|could)\w*\b)",
        " ",
    ),
    (
        rf"\bplease to (?=[a-z])(?!{AHEAD}|(?:the|his|her|their|a|an|our|my|this|that|left|right|lao|rao|ap|up|"
        rf"down)\b)",
        "please ",
    ),
    (
        r"\b((?:go|move|show|align|take|bring|shift|rotate|tilt|see|center|centre)\b.*[a-z0-9])(?<!\bis)(?<!looks)"
        r"(?<!\blook)(?<!seems)(?<!\bnot)(?<!\bit)(?<!\bbe)(?<!that),? (?:ok|okay|alright|all right)\W*$",
        r"\1",
    ),
    (
        r"^\W*(?:yeah|yep|yup|yes|aye|sure)[ ,]+(?:(?:so|well|now|um|uh|please|and),? )*"
        r"(?=(?:can|could|would|will) (?:you|we|i)\b)",
        " ",
    ),
    (
        r"\b(?:you|we|i) (?:must|should|have to|need to|ought to|are to|are going to|am going to)\b"
        r"(?! not| (?:be|see)\b)",
        " ",
    ),
    (r"(^|[,.;!?]) *(?:and |so |ok |okay )*next,? (?=(?:we|i|you|lets|go|move|take|show|align)\b)", r"\1 "),
    (
        r"\b(?:is it|would it be|could it be|will it be) (?:possible|ok(?:ay)?|all?[ -]?right|fine)"
        r"(?: for (?:you|us|me))?(?: to| if (?:you|we)(?: could| can)?)\b",
        " ",
    ),
    (rf"\bit would be (?:{_PRAISE}|better|best) to\b(?! not)", " "),
    (rf"(?<=[a-z0-9])[\s,.]+(?:that|it|which) would be {_PRAISE}\b", " "),
    (
        r"\bi (?:would )?(?:love|prefer|be (?:happy|glad|grateful)) (?:you )?to\b(?! not)",
        " ",
    ),
    (r"\bi (?:was|am) (?:just )?wondering (?:if|whether) (?:you|we) (?:could|can|might)\b", " "),
    (
        r"^\W*(?:(?:and|so|now|then|please),? )*it is (?:now )?(?:necessary|required|time|needed|important) "
        r"(?:(?:for (?:you|us) )?to|that (?:you|we)) (?!not\b)",
        " ",
    ),
    (r"\bfirst of all\b", " "),
    (r"\bhave got to\b", "need to"),
    (r"\bfrom (?:here|now|this (?:point|position))(?: on)?\b", " "),
    (r"^\W*mind (?=[a-z]+ing\b)", " "),
    (r"\b(?:be )?able to\b", " "),
    (r"\bif you (?:don't|do not|wouldn't|would not) mind\b", " "),
    (r"\bif you would be so (?:good|kind)\b", " "),
    (
        r"\bif (?:you (?:can|could|may|would|please|like|want)|possible|i may|it is possible|"
        r"(?:that|it) is (?:ok(?:ay)?|all ?right|fine)(?: (?:with|by|for) you)?|"
        r"you are (?:ok(?:ay)?|fine|happy) with (?:that|this|it)|"
        r"it is (?:no|not too much)(?: of a)? (?:bother|trouble|problem))\b",
        " ",
    ),
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
    (r"\bhow about\b|\bwhat about(?= [a-z]+ing\b)", " "),
    (r"^\W*please do\W*$", "yes"),
    (
        r"\bthank you(?: (?:very|so) much)?\b|\bthanks(?: in advance| a lot| so much| very much|"
        r" a million)?\b|\bmany thanks\b",
        " ",
    ),
    (
        r"\b(?:i )?(?:would|d) like (?:you )?to\b|\bi want (?:you )?to\b|"
        r"\bi need (?:you )?to\b|\bdo me a favou?r(?: and)?\b|\bbe so kind(?: and| to|"
        r" as to)?\b",
        " ",
    ),
    (
        r"\b(?:i|we) (?:want|need|wish|would (?:like|want)|like)(?: to)? (?=(?:make|take|do|see|go|move|shoot|save|"
        r"zoom|shift|"
        r"rotate|turn|tilt)\b)",
        " ",
    ),
    (r"\bgood (?:morning|afternoon|evening|day)\b|^\W*(?:morning|afternoon|evening)\b(?: all)?(?=[ ,.!])", " "),
    (r"(?<=m) (?:in )?total\b|\bbetter (?=(?:image|picture|shot|view|look)\b)", " "),
    (r"\b(?:(?:by|at|for) )?(?:a |the )?distance(?: of|,|:)? (?=\d|one\b|two|three|four|five|ten|half|twenty)", " "),
    (r"\bgo ahead and\b", " okay "),
    (r"\btry (?:to )?(?=(?:mov|go|shift|find|show|rotat|tilt|tak|get)\w*\b)", " "),
    (r"\bdo you know (?=wh)", " "),
    (r"\b(?:this|that|the|last|current|present) one\b", " it "),
)
"""(pattern, plain words)."""
