"""Slips of the hand, abbreviations, marks as dictation writes them: "rihgt", "inf. angle", "c arm", "period". Text to
plainer text, right after the contractions, so that every later room reads whole words.
"""

from __future__ import annotations

SHORTENED = (
    # What dictation writes: marks as words, letters and units by their sound.
    (r"\s*\b(?:period|new (?:line|paragraph))\b", " . "),
    (r"\s*\b(?:comma|semicolon)\b", " , "),
    (r"\s*\bquestion mark\b", " ? "),
    (r"\s*\bexclamation (?:mark|point)\b", " ! "),
    (r"\b(?:l|el|ell) a oh?\b", "lao"),
    (r"\b(?:r|are|ar) a oh?\b", "rao"),
    (r"\b(?:centi|centre|center|senti|cent|centy)[ -]?met(?:er|re)s?\b", "cm"),
    (r"\bmill?[iy][ -]?met(?:er|re)s?\b", "mm"),
    (r"\bdie ?a ?(?:fram|phragm|fragm)\b", "diaphragm"),
    (r"\babit\b", "a bit"),
    (r"\bslight(?:ely|lly|ley|l)\b|\bslighty\b", "slightly"),
    (r"\ball?igh?ne?\b", "align"),
    (r"\b(to|me|at|on|show|level|see|find) ([lcs]) (one|two|three|four|five|six|seven)(?=\W*$)", r"\1 xvertebra "),
    (r"\btea (?=(?:one|twelve|1|12)\b)", "t "),
    (
        r"\b(?:write|wright|rite) (?=(?:elbow|wrist|shoulder|scapula|humer|hemi|dome|diaphragm|blade|olecranon|"
        r"carp)\w*\b)",
        "right ",
    ),
    (r"\s*(?:[-=]+>|>>+|\u2192|\u21d2)\s*", " then "),
    (
        r"[,.;]\s*(?:and )?(?:(?:step|number) (?:two|three|four|five|[2-5])|(?:second|third|fourth|"
        r"last)(?:ly)?(?=,))[,:.]?\s+",
        " then ",
    ),
    (r", ?(l|r|lt|rt)\.?(?=\W*(?:please)?\W*$)", r" \1"),
    (r"\b(?:second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh) (?:thoracic|dorsal)\b", " xvertebra "),
    (r"\b(?:first|second|third|fourth|fifth|sixth|seventh) (?:lumbar|cervical)\b", " xvertebra "),
    (r"\b(?:teh|hte|th|tthe|thhe|thee)\b(?= [a-z])", "the"),
    (r"^[\s>#*]+", ""),
    (r"(?<!\d)(?<!\d )\b(?:um{2,}|uh{2,}|er{2,}m*|hm{2,}|ah{2,})\b", " "),
    (r"(?<=\d)-(?=(?:deg|mm\b|cm\b|inch|millim|centim))", " "),
    (r"\b(splits?|divides?|forks?|bifurcates?|branches) in(?:to)? (?:two|2)\b", r"\1"),
    (r"\bscap\b", "scapula"),
    (r"'s (?=(?:lower |inferior )?(?:tip|angle|head|dome|end|top|bifurcation|vault)\b)", " "),
    (r"\bprox\b", "proximal"),
    (r"\bthor\b", "thoracic"),
    (r"\binf\.? (?=angle|tip|scap)", "inferior "),
    (r"\bdiaph\b", "diaphragm"),
    (r"\bsh(?:ou)?ldr\b", "shoulder"),
    (r"\bhum head\b", "humeral head"),
    (r"\s*=+\s*", " "),
    (r"\b(inferior|scapula|scapular|blade) angel\b", r"\1 angle"),
    (r"\b(?:rihgt|rigth|rght|ritgh|roght|righ|rigt|riht)\b", "right"),
    (r"\b(?:lefft|letf|lft|lef|lfet|elft)\b", "left"),
    (r"\b(?:thora[sz]+i[ck]|thorac[cs]?ik|thorasical)\b", "thoracic"),
    (r"\b(?:imgae|iamge)\b", "image"),
    (r"\b(?:pictrue|pitcure|picure)\b", "picture"),
    (r"\b(up|down|left|right|cranial|caudal)-(?=\d)", r"\1 minus "),
    (r"\ba (?:ot|lt)\b", " few "),
    (r"\bca\.? ?(?=\d)", " about "),
    (r"\bshould er\b", "shoulder"),
    (r"(\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|\w+teen|\w+ty)) ?(?:um|hm)\b", r"\1 few"),
    (r"\ba ?/ ?p\b", "ap"),
    (r"\bpt(?:'?s)?\b", "patient's"),
    (r"\b(?:image|picture) view\b", "view"),
    (r"\bhaed\b|\bhed\b|\bhaad\b|\bheda\b", "head"),
    (r"\bx ?-? ?rays?\b", lambda m: "x-rays" if m.group(0).endswith("s") else "x-ray"),
    (r"\bc ?-? ?arm\b", "c-arm"),
)
"""(pattern, plain words)."""
