"""Ways that are said of the picture: "in the image to the left", "left 2 cm on the monitor". Text to plainer text.

The picture's left is the patient's right: whatever frame stands anywhere in a line is put beside each way in it,
so that
none is taken for the patient's. A frame that may be either ("in the view") is asked about.
"""

from __future__ import annotations

import re

from inference.language.wanting import AHEAD

_PICTURE = (
    r"(?:screen|monitor|display|viewer|(?:(?:x-?ray|fluoro\w*) )?(?:image|picture|film|radiograph)|x-?ray|fluoro\w*)"
)
_SEEN = (
    r"(?:(?:as|when|if) (?:it is |it |i |we |you )?(?:seen?|shown|appears?|look(?:ed|ing)?|viewed|displayed)(?: it)? |"
    r"looking |seen )"
)
_FRAME = (
    rf"(?:{_SEEN}?\b(?:in|on|at|within|inside) (?:the |my |this |our |your )?{_PICTURE}\b|"
    r"\bon-?screen\b)"
)
_EITHER = r"\b(?:in|on|within|inside) (?:the |my |this |our )?(?:view|frame|field(?: of view)?|shot|window)\b"
_WAY = r"(?<!screen )(?<!monitor )(?<!display )(?<!image )(?<!picture )\b(left|right|up|down)(?:wards?)?\b(?: side\b)?"
_SHOWN = r"(?!.*\b(?:bring|put|call|pull|throw|get|have|show)\b.*\bup (?:on|in|to)\b)"
_NO_NAME = rf"(?!.*{AHEAD})(?!.*\b(?:lao|rao)\b){_SHOWN}"


def _beside_each_way(match: re.Match[str]) -> str:
    return re.sub(_WAY, r"screen \1", re.sub(_FRAME, " ", match[0]))


# What is cheap to look for comes first: most lines hold neither a way nor a frame.
FRAMING = (
    (rf"^(?=.*\b(?:left|right|up|down)(?:wards?)?\b)(?=.*{_FRAME}){_NO_NAME}.*$", _beside_each_way),
    (rf"^(?=.*\b(?:left|right)\b)(?=.*{_EITHER}){_NO_NAME}.*$", " xframe "),
)
"""(pattern, plain words or what makes them), after the asides."""
