"""A landmark whose side or part stands apart from its name: "shoulder blade, left, tip", "the right arm's elbow"; and
parts of a bone that are not the landmark on it. Text to plainer text.
"""

from __future__ import annotations

APART = (
    (
        r"\b(?:middle|mid|cent(?:re|er)|body|top|(?:upper|superior|middle|medial|lateral|inner|outer) [a-z]+|border|"
        r"edge|margin|neck|base|root|spine|back|front|half|side|part) of (?:the |his |her |that )?(?:(?:left|right|l|"
        r"r|lt|rt) )?(?:scapulae?|shoulder[- ]?blades?)\b",
        " xplace ",
    ),
    (
        r"\b(shoulder[- ]?blade|scapula|humerus|diaphragm|trachea|windpipe),? ((?:on )?(?:the )?(?:left|right)(?: "
        r"side)?),? (?:the )?((?:(?:lower|inferior) )?(?:tip|angle)|proximal(?: end)?|head|dome|crus)\b(?! (?:\d|"
        r"left|right))",
        r"\2 \1 \3",
    ),
    (
        r"\b(?:very )?(?:lower|inferior|bottom|lowest|inferiormost|bottommost|lowermost) (?:tip|angle|end|corner|"
        r"pole|point|apex)"
        r"(?= (?:(?:of|on|the|his|her|left|right) )*(?:shoulder[- ]?blade|scapula))",
        "lower tip",
    ),
    (
        r"\b((?:(?:lower|inferior|bottom|upper|proximal) )?(?:tip|angle|end|head|top|dome|crus|apex|cupola)) "
        r"(?:(?:of|on|in) "
        r")?(?:the |his |her |"
        r"their |patient'?s |that )?(left|right|lt|rt) (?=(?:shoulder[- ]?blade|scapula|humerus|hemi-?diaphragm|"
        r"diaphragm|dome)\b)",
        r"\2 \1 of ",
    ),
    (r"\b(humerus|diaphragm|trachea|windpipe), (?:the )?(proximal|head|dome|crus|bifurcation|split)\b", r"\1 \2"),
    (
        r"\b(elbow|wrist|shoulder|shoulder[- ]?blade|scapula|humerus|humeral head|dome|diaphragm|hemidiaphragm|"
        r"olecranon|carpus),? but (?:(?:of|on|at|to) )?(?:the )?(left|right)(?: side| one)?(?=\W*(?:please|now)?\W*$)",
        r"\1 \2",
    ),
    (r"\b(t-?12?),? (?=(?:the )?(?:vertebral )?body\b)", r"\1 "),
    (r"\bshoulder[- ]?blades (?=(?:(?:lower|inferior) )?(?:tip|angle)\b)", "shoulder blade "),
    (
        r"\b(left|right) (?:upper )?(?:arm|limb|extremity|hand|forearm)(?:'s)? (?=(?:elbow|wrist|carpus|olecranon|"
        r"shoulder|humeral head)\b)",
        r"\1 ",
    ),
)
"""(pattern, plain words)."""
