"""Shots, beam, blades and zoom in other words: "run a quick picture", "turn it of". Text to plainer text."""

from __future__ import annotations

_SHOWN = r"(?:shot|image|picture|film|photo|pic|exposure|x-?ray)s?"

_HERE = (
    r"(?:(?:right |just |over |from |at |in )*(?:here|there)|(?:at|in|from|on) (?:this|that|the same|the current|our) "
    r"(?:spot|point|position|level|place|location|view|angle|projection)|(?:of )?where we are|as (?:it is|we are)|"
    r"as is|same (?:position|place|view|spot|angle|projection)|"
    r"of (?:this|that|it|what (?:we|you|i) see))"
)

_DEGREES = r"(?:\d+(?:\.\d+)?|(?:(?:twenty|thirty|forty)[ -])?five|ten|fifteen|twenty|thirty|forty|sixty|ninety)"
_OBLIQUE = r"(?:lao|rao|(?:left|right) anterior oblique|cran\w*|caud\w*)"
_AIM = (
    rf"(?:{_OBLIQUE} *{_DEGREES}(?: +deg\w*)?|{_DEGREES}(?: +deg\w*)?(?: of)? +{_OBLIQUE}|"
    r"(?:straight |true )?(?:ap|lateral)(?: view| projection| position)?)"
)
_SHOOTING = (
    r"(?:(?:take(?: the)?|get|make|do|grab|give|have|i want|i need|shoot|me|us|an?|another|one|more|new|quick|single|"
    r"fresh|check|control|spot) )*"
)
_OPEN = r"(^\W*|[,.;!?] *|\b(?:then|and|now|please|so|ok|okay|just|you|lets) +)"
_CLOSE = r"(?=\W*(?:(?:please|now|thanks)\W*)?(?:$|(?:and )?then\b|and (?:an?|one|another|take)\b))"

PICTURING = (
    (
        rf"\b(?:put|throw|call|send|hang)(?: up)? (?:the|that|this|my|our)(?: last| current)? {_SHOWN}\b(?! of\b)",
        " xshown ",
    ),
    (
        rf"\b(?:do|run|make|shoot) (?:that|this|the)(?: same| last)? {_SHOWN} "
        r"(?:again|once more|over|one more time)\b",
        "one more image",
    ),
    # A picture, a shot or a zoom is always of what is there.
    (
        rf"^\W*(?:(?:in|at|from) )?(?:the )?same (?:position|place|view|spot|angle|projection),? "
        rf"(?=(?:(?:please|take|get|give|one|another|an?|more|new) )*{_SHOWN}\b)",
        " ",
    ),
    (
        rf"\b({_SHOWN}|expose|shoot(?: it)?|spot|one more|another(?: one)?|save(?: it| this| that)?|(?:zoom|cone) "
        rf"(?:in|out|"
        rf"down)),? {_HERE}(?: now)?(?=\W*(?:please|now|thanks)?\W*(?:$|\band\b|\bthen\b))",
        r"\1",
    ),
    (
        r"\b(?:tighter|smaller|narrower|closer) (?:cone|field|blades|beam|collimation|collimator|window|shutters)\b",
        "cone down",
    ),
    (
        r"\b(?:wider|larger|bigger|looser) (?:cone|field|blades|beam|collimation|collimator|window|shutters)\b",
        "cone out",
    ),
    (r"\b(?:projection|view) of (?=(?:\d|lao|rao|cran|caud|left anterior|right anterior))", " "),
    (
        rf"^\W*(?:i (?:would like|want|need)|please have|have) ((?:this|that|the)(?: last| current)? {_SHOWN})(?: "
        rf"to be)? "
        r"(?:kept|saved|stored|archived)(?: for .{1,30})?(?=\W*(?:please|now)?\W*$)",
        r"save \1",
    ),
    (
        r"\b(?:knock|flick|flip|kick|click|pop|stick|snap) (?:the )?(beam|fluoro\w*|screening|x-?rays?|radiation) "
        r"(on|off)\b",
        r"\1 \2",
    ),
    (r"\b(beam|fluoro\w*|screening|x-?rays?|radiation) (?:back|straight|right) (on|off)\b", r"\1 \2"),
    (
        r"\b(?:get|keep) (?:the )?(beam|fluoro\w*|screening|x-?rays?) (?:going|running|started)\b",
        r"\1 on",
    ),
    (
        r"\b(?:(?:i am|we are) )?(?:all )?(?:done|finish(?:ed)?|through) with (?=(?:the )?(?:beam|fluoro\w*|screening|"
        r"x-?rays?)\b)",
        "done with ",
    ),
    (r"\b(?:continuous|pulsed|live|real-?time|low-?dose) (?=(?:fluoro\w*|screening)\b)", " "),
    (
        r"\b(?:low[- ]?dose|confirmation|confirmatory|verification|scout|test|static|documentation|baseline|"
        r"control|check|"
        r"diagnostic) "
        rf"(?=(?:x-?ray )?{_SHOWN}\b)",
        " ",
    ),
    (r"\b(?:,? and(?: then)?|,? then|,) from there\b", " then "),
    (
        r"\b(?:run|trigger|click|squeeze off|fire off|shoot off|pop off|let off|hit me with|throw in)(?: me| us)? "
        rf"(?=(?:(?:a|an|one|another|the|more|new|next|single|quick|fresh|spot|check|control) )*{_SHOWN}\b)",
        "take ",
    ),
    # "Of" for "off": read as the beam on it would be the opposite of what is meant.
    (r"\b((?:turn|switch|shut|cut)(?:ed|ing)?(?: it| that| this)?) of\b", r"\1 off"),
    (r"\b(beam|fluoro\w*|floro|flouro|screening|radiation|x-?rays?) of(?=\W*(?:please|now|thanks)?\W*$)", r"\1 off"),
    (
        r"\band after,? (?=(?:take|go|make|do|show|save|shoot|expose|zoom|move|start|get|give|align|tilt|rotate)\b)",
        " then ",
    ),
    # "A shot at LAO 30", "a lateral image": the view comes first.
    (
        rf"{_OPEN}({_SHOOTING}(?:{_SHOWN}|expose|shoot|another|one more)),? +(?:at|to|in|from|under|with) "
        rf"(?:an? |the )?({_AIM}(?:(?:,| and|, and| with)? +{_AIM})?){_CLOSE}",
        r"\1\3, then \2",
    ),
    (rf"{_OPEN}({_SHOOTING})({_AIM}) ((?:image|picture|film|photo|exposure|x-?ray)s?){_CLOSE}", r"\1\3, then \2\4"),
    (rf"\b{_SHOWN} with (?={_AIM})", " xwith "),
)
"""(pattern, plain words)."""
