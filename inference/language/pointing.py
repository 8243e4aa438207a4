"""Where to and how far: "on the left of the screen", "all the way", "head over", "towards me". Text to plainer text."""

from __future__ import annotations

_ANGULATION = r"(lao|rao|cran(?:ial)?|caud(?:al)?)"
_FURTHER = r"(?:by )?(?:an? )?(?:another|further|additional|extra)"

POINTING = (
    # "Into RAO by 10": a way to turn, not an angle to reach; behind a "go" it may be either.
    (
        rf"\b((?:rotat|turn|angl|swing|orbit|roll|tilt|angulat|inclin|swivel|pivot)[a-z]* (?:(?:it|us|over|round|the "
        rf"c-arm) )*)(?:in|on)?to (?:the )?{_ANGULATION}(?: side| direction)? (?:by|{_FURTHER})\b",
        r"\1 toward \2 ",
    ),
    (rf"\b(?:in|on)?to (?:the )?{_ANGULATION}(?: side| direction)? by\b(?!.*\b(?:mm|cm|m|inch\w*)\b)", " xby "),
    (
        r"\b(?:straighten|reset|square|return|revert)(?: (?:it|up|out|back|everything|the (?:view|c-?arm)))* to "
        r"(?=(?:a |the )?(?:(?:straight|true) )?ap\b)",
        "switch to ",
    ),
    # The axis said beside the way along it.
    (
        r"\b(?:longitudinal(?:ly)?|lengthways|cranio-?caudal(?:ly)?)(?: (shift|move|travel|movement|"
        r"translation))?,? (?:by )?"
        r"(?=(?:[\d.]+ |mm |cm |an? |bit |little )*(?:up|down|(?:to |towards? )?(?:the )?(?:head|feet|foot|"
        r"cran\w+|caud\w+))\b)",
        "move ",
    ),
    (
        r"\b(?:lateral(?:ly)?|transverse(?:ly)?|sideways?) (?:shift|move|travel|movement|translation|offset),? "
        r"(?:by |of )?"
        r"(?=(?:[\d.]+ |mm |cm |an? |bit |little )*(?:to |towards? )?(?:the )?(?:patient'?s? )?(?:left|right)\b)",
        "move ",
    ),
    (
        r"\bin (?:the |a )?(cranial|caudal|cephalad|left|right|superior|inferior|upward|downward) "
        r"(?:direction|sense)\b",
        r" \1 ",
    ),
    (r"\b(?:in (?:the )?)?(head|feet|foot|lao|rao) direction\b", r"toward \1"),
    (r"\bin (?:the )?direction (?:of )?(lao|rao)\b", r"toward \1"),
    (
        r"\b(?:the|our) arm (?=(?:back )?(?:at|to|in|into) (?:lao|rao|cran|caud|ap\b|lateral|straight|"
        r"left anterior|right ant))",
        "c-arm ",
    ),
    (
        r"\b(?:another|one more|an extra|one extra|a further|an additional) (?=(?:mm|cm|centi\w*|milli\w*|inch)\b)",
        "1 more ",
    ),
    (
        r"\b(?:on|at) (?=(?:the |his |her )?(?:patient'?s? )?(?:left|right)(?: side)?,? (?:by )?"
        r"(?:\d|a (?:bit|little|touch)|half|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty)\b)",
        "to ",
    ),
    (r"\b(left|right)-hand(?:ed)?\b(?!(?: |-)side)", r"\1"),
    (
        r"\b((?:rotat|tilt|angl|angulat|swing|turn|orbit)\w*) (?:the|our) arm\b"
        r"(?=.*\b(?:lao|rao|cran\w*|caud\w*|ap)\b)",
        r"\1 c-arm",
    ),
    (r"\bjust (?=one (?:mm|cm|centi\w*|milli\w*|inch|degree)\b)", " "),
    (r"\bhead[- ]?wards?\b", "toward head"),
    (r"\b(?:foot|feet)[- ]?wards?\b", "toward feet"),
    (
        r"\b(?:i|we) (?:need|want|wish|(?:would )?(?:like|prefer)|have) (?:it |the view |us )?to (?:be|come) "
        r"(?=(?:(?:a|an|just|slightly|some|somewhat|more|further|little|bit|touch|lot|far|\d+|mm|cm) )*"
        r"(?:left|right|up|down|higher|lower|superior|inferior|north|south)\b)",
        "go ",
    ),
    (
        r"\b(?:in|into|set up|in with) (?:an? |the |with )?(?=(?:straight |true |proper )?"
        r"(?:lao|rao|cran|caud|ap|lateral|left anterior|right anterior)\b(?! (?:direction|side)))",
        " to ",
    ),
    (
        r"\b(?:edge|ease|tweak|adjust|re-?position|offset)(?: (?:it|us|me|the view|by|about))* "
        r"(?=(?:up|down|left|right|higher|lower|to|toward|towards|caudally|cranially|\d|a (?:bit|little|touch)|half|"
        r"one|two|three|"
        r"four|five|ten|twenty)\b|\d)",
        "move ",
    ),
    (
        r"\bdial(?: it| me| us| this)?(?: +(?:in|to|up))? +(?=(?:\d+ )?(?:deg\w* )?(?:lao|rao|cran\w*|caud\w*|ap)\b)",
        "go to ",
    ),
    (
        r"\b((?:rotat|swing|turn|roll|orbit|spin|angl)\w*)(?: it| us| the c-arm)? (?:out|over|round|around|across|"
        r"back|on) "
        r"(?=(?:in)?to (?:an? |the )?(?:(?:straight|true) )?(?:lao|rao|ap|lateral)\b)",
        r"\1 ",
    ),
    (r"\b(?:flat|dead|pure|plain|perfect|exact|strict|proper|clean|regular) (?=(?:ap|lateral)\b)", "straight "),
    (
        r"\b((?:lao|rao) (?:\d+|\w+) ?(?:deg\w*)?),? (?:with |and )?(?:no|zero|0|without(?: any)?) (?:deg\w* )?"
        r"(?:cran\w*|caud\w*|tilt|angulation|cranio-?caudal)(?: (?:tilt|angle|angulation))?(?=\W*(?:please|now)?\W*$)",
        r"\1",
    ),
    (
        r"\b(?:change|set|switch|adjust|bring|put) (?:the |our |my )?(?:angles?|angulation|rotation|projection|"
        r"tilt|orientation) "
        r"(?:to |at |of )?(?=(?:an? )?(?:\d+|lao|rao|cran\w*|caud\w*|ap|lateral|left ant|right ant|straight)\b)",
        "go to ",
    ),
    (
        r"\b(left|right) ones?\b(?! ?(?:mm|cm|m|in|inch\w*|centi\w*|milli\w*|met\w*|and a|half|point|hundred|\d))",
        r"\1 oneof",
    ),
    (
        r"\ball the way(?= (?:to|toward|towards|over to|across to|up to|down to|back to) (?!(?:the |his |her )?"
        r"(?:patient'?s? )?(?:left|right|head|feet|foot|top|bottom|end|side|limit|edge|stop)(?: side)?\W*$))",
        " ",
    ),
    (r"\ball the way\b", " as far as "),
    (r"\bstraight (?=(?:up|down|left|right|to|on|over)\b)", " "),
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
        r"it)\b)(?<!\d inch )(?<!an inch )(?<!\ba inch )(?<!one inch )(?<!half inch )(?<!quarter inch )",
        "nudge ",
    ),
    (r"[- ]hand(?:ed)? side\b", " side"),
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
    (
        r"^\W*((?:(?:move|go|shift|pan|slide|bring|pull|push|drive|come|it|us|view|c-?arm|the|a|bit|little|more|"
        r"please|by|"
        r"closer|further|over|[\d.]++|mm|cm) *)*)\b(?:to|toward|towards|away from|nearer) (?:me|us|you|myself|"
        r"yourself|the (?:surgeon|operator|nurse|door|wall|"
        r"window|ceiling|floor|anaesthetist|anesthetist|assistant))(?=\W*(?:please|now|(?:by )?\d.*|a (?:bit|little|"
        r"touch))?\W*$)",
        r"\1 my side ",
    ),
    (
        r"^\W*(?:the )?(?:gantry|tube|c-?arm|beam|view|projection|working) (?:angle|angulation|rotation|position)s?:? "
        r"(?=(?:lao|rao|ap|lateral|cran|caud|left ant|right ant)\w*\b)",
        "go to ",
    ),
    (r"\b(screen|monitor|display|image|picture)'?s (left|right)\b", r"\1 \2"),
    (r"\b(screen|monitor|display|image|picture)-(left|right|up|down)\b", r"\1 \2"),
)
"""(pattern, plain words)."""
