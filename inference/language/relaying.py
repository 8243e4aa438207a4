"""What somebody else is said to wish, and what was meant before: "doc says go to T12", "he wants the left elbow",
"sorry, I meant T1", "actually T12". Text to plainer text.

A wish told in the present is taken for the speaker's own. Of what a surgeon "says" only a landmark or a picture is: a
shift, a yes or a verdict may be a tale, and a shift that was "meant" may replace one that has been done.
"""

from __future__ import annotations

from inference.language.wanting import AHEAD, NAME

_SURGEON = (
    r"(?:(?:the|our|my) )?(?:(?:senior|chief|head|attending) )?"
    r"(?:doctor|doc|surgeon|professor|prof|boss|chief|consultant|attending|registrar|resident|fellow|operator|"
    r"physician|cardiologist|colleague|partner|trainee|student|intern|anaesthetist|anesthetist|supervisor|tutor|"
    r"mentor|instructor|trainer|teacher|senior|radiologist|dr\.? [a-z]+)"
)
_WHO = rf"(?:{_SURGEON}|(?:the|our) team|he|she|they|everybody|everyone)"
_OPEN = r"^\W*(?:(?:and|so|now|ok|okay|then|well|but|please),? )*"
_WISHES = r"(?:wants?|needs?|wish(?:es)?|would like|would love|would prefer|prefers?|asks?|requests?|(?:is|are) asking)"
_SHOWN = r"(?:(?:the|a|an|one|another|more|new|to|take|get|make|do) )+(?:shot|image|picture|x-?ray|exposure)\b"

_MIND = (
    r"actually|on (?:second thoughts?|reflection|consideration)|come to think (?:of|about) it|"
    r"thinking (?:of|about) it|(?:(?:now )?i(?: have)?(?: just)? )?changed? my mind|change of (?:mind|plan|target)"
)

RELAYING = (
    (
        rf"{_OPEN}{_WHO} (?:now )?(?:also )?{_WISHES}(?: (?:us|you|me))?(?: for)? (?!(?:to )?(?:go |be )?home\b|"
        rf"if\b|whether\b|that\b|about\b|why\b|how\b|when\b|who\b)"
        r"(?=[a-z0-9])",
        "i want ",
    ),
    (
        rf"{_OPEN}{_WHO} says[ ,:\"]+(?=(?:no|nope|wrong|not|that is (?:not|wrong)|save|zoom|cone|stop|halt|wait)\b)",
        " ",
    ),
    (
        rf"{_OPEN}{_SURGEON} says(?: that we (?:should|must|need to|have to))?[ ,:\"']+(?:to )?"
        rf"(?=(?:(?:go|move|align|return|show|over|back)(?: me| us)?(?: to| at| on)? )?(?:{AHEAD}|{_SHOWN}))",
        " ",
    ),
    (
        r"^((?=.* (?:says|wants|asks|thinks)\b)(?!.*\b(?:mm|cm|inch\w*|millim\w*|centim\w*|up|down|lao|rao)\b)"
        rf"(?=.*{AHEAD}).*[a-z0-9])[ ,]+(?:{_WHO} (?:says|wants|asks|thinks)|says (?:{_WHO}))(?=\W*$)",
        r"\1",
    ),
    (
        r"^\W*((?:no|nope)\W+)?(?:(?:oh|sorry|oops|whoops|pardon|ah|excuse me|my (?:mistake|bad))\W+)*"
        rf"i mean(?:t)?(?: to (?:say|type|write|go to))?[ ,:]+{AHEAD}",
        r"\1 show ",
    ),
    (r"^(\W*first(?:ly)?\b[^,.;]+)[,.;] *(?:and )?second(?:ly)?,? (?=[a-z])", r"\1, then "),
    # A landmark instead of the last one; what a shift would replace is not known.
    (
        rf"^(?!.*\?)\W*((?:no|nope)\W+)?(?:(?:oh|ah|hmm|sorry|well|but)\W+)*(?:{_MIND})[ ,:.]+"
        rf"(?:(?:lets )?(?:go|move|come|head|align|take (?:me|us))(?: back)? (?:to|on|at) |show (?:me |us )?)?{AHEAD}",
        r"\1 show ",
    ),
    (rf"^\W*({NAME})[ ,]+(?:{_MIND})(?=\W*$)", r"show \1"),
)
"""(pattern, plain words), before the wishes."""
