"""How a landmark is wished for, built from parts: who wishes, what is done to see it, which way. Text to plainer text.

Each pattern ends before the name of a landmark and takes only words from closed lists that stand right before it, so
that a word which is not understood is still there afterwards. Nothing negated, past or conditional is in the lists.
"""

from __future__ import annotations

import re

from inference.language.vocabulary import NAMES


def _any(words: str) -> str:
    return f"(?:{'|'.join(word.strip() for word in words.split(','))})"


_OWN = r"(?:(?:the|his|her|their|this|that|our|a|patient|patient's|patients) )*"
_SIDE = r"(?:(?:left|right|lt|rt|l|r)\.?[ -](?:sided? |hand(?:ed)? )?(?:the )?)?"
_NAMED = "|".join(
    r" (?:(?:of|the|in) )*".join(map(re.escape, words))
    for words in sorted(NAMES, key=len, reverse=True)
    if words != ("head",)
)
NAME = rf"{_OWN}{_SIDE}(?:{_NAMED})"
"""A landmark, with its side or without."""
AHEAD = rf"(?={NAME}\b)"
"""What must follow."""

_OPEN = (
    r"(^\W*|[,.;!?] *|\b"
    rf"{_any('and,then,so,now,ok,okay,please,kindly,well,um,uh,er,yes,no,hey,next,but,today,first,think')} )"
)
_COLOUR = rf"(?:{_any('really,just,also,now,still,next,then,only,very,much,please,kindly,so,actually,quickly')} )*"
_MACHINE = r"(?:view|beam|camera|c[ -]?arm|isocent(?:re|er)|image|picture)"
_VIEW = rf"(?:us|me|it|yourself|yourselves|(?:the |our |your )?{_MACHINE})"
_WAYS = "over,across,up,down,back,along,around,round,straight,directly,quickly,slowly,gently,now,please,again"
_PLACES = "to,onto,on,at,in,above,toward,towards,for,into,upon,until,till,with"
_LOOKS = "look,view,glance,peek,gander,alignment,visualisation,visualization,sight"
_FINE = "nice,good,better,quick,closer,clear,proper,decent,brief,short,fresh,centred,centered,nicer,clearer"
_SEEING = (
    "see,visualise,visualize,inspect,examine,check,study,show,display,find,locate,reach,visit,do,go,come,move,drive,"
    "proceed,pass,switch,change,jump,return,focus,centre,center,align,aim,work,concentrate,continue,start,begin,have,"
    "take,get,be,make"
)
_SMALL = (
    "that,it,us,me,you,we,could,can,a,an,another,one,once,more,the,of,next,also,just,"
    "beam,c-arm,camera,isocentre,isocenter,crosshair,crosshairs"
)
# One alternative a word and no word twice: else a long line could be matched in countless ways.
_BETWEEN = _any(
    ",".join(sorted({*f"{_WAYS},{_PLACES},{_LOOKS},{_FINE},{_SEEING},{_SMALL}".split(",")})) + ",if you,if we,if i"
)
_BY, _AT = _any(_WAYS), _any(f"{_PLACES},over,around")

_WANT = (
    rf"(?:(?:would|will|shall|do) {_COLOUR}"
    rf"{_any('like,love,prefer,want,wish,need,rather,appreciate,require,fancy,be happy,be glad,be grateful')}|"
    rf"(?:am|are) {_COLOUR}{_any('wanting,wishing,needing,hoping,going,planning,trying,interested,ready,keen')}|"
    rf"{_COLOUR}{_any('want,wish,need,require,desire,prefer,wanna,gotta,gonna,ought')}|"
    rf"{_COLOUR}(?:(?:have|got)(?= to)|(?:must|should)(?! be))|"
    r"will|shall|lets)"
)
_WISHED = rf"{_WANT}(?: {_BETWEEN})*"
_PLEASING = _any("nice,good,great,lovely,perfect,helpful,wonderful,ideal,excellent,best,appreciated,fine")
_PLEASING_VIEW = _any("nice,good,great,lovely,perfect,wonderful,excellent,beautiful,brilliant,super,clear,decent,fine")
_TRAVEL = _any(
    "(?<!the )head,heading,lock,lock us,"
    "go,going,come,coming,move,moving,drive,driving,proceed,proceeding,advance,travel,pass,passing,pan,slide,shift,steer,navigate,"
    "switch,switching,change,changing,swing,hop,jump,skip,nip,pop,whizz,zip,dash,rush,fly,run,hurry,get,climb,drop,"
    "descend,ascend,ease,drift,float,glide,cruise,sail,progress,continue,return,track,race,scoot,slew,park,position,"
    "hover,hovering,sprint,speed,crawl,skate,hasten,pilot,manoeuvre,maneuver,push on,set course,transport us,"
    "transfer us,"
    "bring yourself,move everything,move the device,push the view,wander,bounce,venture,motor,sweep,orient,arrive,"
    "direct,redirect,reposition,relocate,transition,land,make your way,make our way,navigate us"
)

_PAST = {
    **{"went": "go", "moved": "move", "shifted": "shift", "came": "come", "took": "take", "brought": "bring"},
    **{"showed": "show", "saw": "see", "looked": "look", "turned": "turn", "rotated": "rotate", "tilted": "tilt"},
    **{"centred": "center", "centered": "center", "aligned": "align", "made": "make", "got": "get"},
    **{"had": "have", "gave": "give", "saved": "save", "zoomed": "zoom", "returned": "return", "switched": "switch"},
    **{"opened": "open", "closed": "close", "started": "start", "set": "set", "drove": "drive", "panned": "pan"},
}
_GLAD = _any("grateful,glad,happy,happier,thankful,obliged,pleased,delighted")
_BETTER = _any("great,nice,lovely,perfect,good,helpful,wonderful,ideal,excellent,kind,appreciated,better,best,nicer")
_SO = r"(?:(?:very|most|much|so|really|ever so|extremely|just) )*"

WANTING = (
    # "I'd prefer it if we went to T12", "it would be great if you could ...": asked for, in the past tense or in this.
    (
        rf"\b(?:(?:i|we) (?:would|will) {_COLOUR}(?:(?:like|love|prefer|appreciate)(?: it)?|be {_SO}{_GLAD}) if|"
        rf"(?:(?:it|that) |^\W*)would be {_SO}{_BETTER} if|(?:i|we) would {_COLOUR}(?:rather|sooner|prefer)) (?:you|we)"
        rf"(?: (?:could|can|would|might))?(?: (?:please|kindly|now|just))*"
        rf"(?: ({'|'.join(_PAST)}))?\b",
        lambda wish: f" please {_PAST.get(wish[1], '')}",
    ),
    # "Go 2 T12": a "to" as it is heard, or typed in a hurry; with nothing but a side behind it, it may be an amount.
    (
        rf"\b(go|move|back|align|cent(?:re|er)|navigate|drive|steer|(?:take|bring) (?:me|us|it)|over|closer) (?:2|two) "
        rf"{AHEAD}",
        r"\1 to ",
    ),
    (rf"\b(?:2|two) (?=(?:(?:the|his|her|patient'?s?) )+(?:left|right|head|feet)\b)(?!{NAME}\b)", " few "),
    (
        r"^\W*(?:and |but |so )?(?:do|did|does|must|should|would) (?:we|i|you) (?:have|need|want|really|still)\b",
        " xquestion ",
    ),
    # A question about what to do, or about what can be done; with a "please" or a place it is a wish.
    (
        rf"^\W*(?:(?:and|so|well|or|ok|okay),? )*(?:shall we|(?:can|will) (?:the|our|my) (?:{_MACHINE}|machine|"
        rf"device))\b"
        rf"(?!.*\b(?:please|{_NAMED})\b)",
        " xquestion ",
    ),
    (
        rf"\b(?:what|all|(?:the )?(?:next |first |only )?(?:thing|one|place|landmark|structure|point)) "
        rf"(?:that )?(?:i|we) {_WISHED} (?:is|would be|will be) {AHEAD}",
        "show ",
    ),
    (rf"{_OPEN}(?:i|we) {_WISHED} {AHEAD}", r"\1 show "),
    (rf"^\W*((?:please|now|then|and|so),? )*(?=want|need|wanna|gotta|would like){_WISHED} {AHEAD}", "show "),
    (r"^\W*(?:up next|next up)\b", "next "),
    (rf"^\W*(?:(?:and|so|ok|okay|now),? )*(?:it is )?(?:now )?the turn of {AHEAD}", "show "),
    (rf"\b(?:that|this|it) is no {AHEAD}", "that is not "),
    (rf"\b(?:back|front|rear|surface|edge|border|wall) of (?:{AHEAD}|(?=(?:the |his |her )?head\b))", " xplace "),
    (
        rf"\b(?:it )?(?:would|will) be {_PLEASING} (?:to|if (?:i|we|you) (?:can|could|would))"
        rf"(?: {_BETWEEN})* {AHEAD}",
        "show ",
    ),
    (
        rf"(?<!\bleft)(?<!\bright)(?<!\bup)(?<!\bdown)(?<=[a-z0-9]) (?:would|will) be {_PLEASING}"
        r"(?: next| now)?(?=\W*(?:please)?\W*$)",
        " ",
    ),
    # "Good view of T12" praises what is there; with a "please" it is a wish.
    (
        rf"^\W*(?:(?:what|oh|wow|very|really|such|so|a|an|that is) )*{_PLEASING_VIEW}(?:(?:,| and)? {_PLEASING_VIEW})* "
        r"(?:view|look|sight) (?:of|at|on)\b(?!.*\bplease\b)",
        " xpraise ",
    ),
    (
        rf"^\W*(?:(?:what|oh|wow|very|really|such|so|ok|okay|yes|a|an|that is|the) )*{_PLEASING_VIEW}(?: and clear)? "
        rf"(?=(?:(?:straight |true )?(?:ap|lateral|lat)|(?:lao|rao)(?: \d+)?|{NAME})"
        r"(?: (?:view|shot|image|picture|film|projection))?(?: there| that is| indeed)?\W*$)",
        " xpraise ",
    ),
    (
        rf"{_OPEN}(?:display|select|choose|bring in|call up|put up|throw up|present|demonstrate|hunt for|hunt down|"
        rf"explore|capture|dial in(?: on)?|register on|showing|get on|settle on|sit on|place over|"
        rf"look(?: on| in)?|isolate|load|revisit|visit|approach|attain|concentrate on|be at|be over|stand over) "
        rf"{AHEAD}",
        r"\1 show ",
    ),
    (
        rf"^\W*(?:(?:and|so|now|then|ok|okay),? )*({NAME}) (?:is|would be|will be|comes|"
        rf"should be)(?: now)? "
        r"(?:next|(?:the |our |my )?(?:next )?(?:target|goal|destination|landmark|one)|next please|"
        rf"(?:what|where) (?:i|we) (?:would )?(?:like|love|prefer|want|wish|need|have to)(?: {_BETWEEN})*)"
        r"(?=\W*(?:please|now)?\W*$)",
        r"show \1",
    ),
    # "The left elbow should be centred", "could the carina be shown", "it's the skull I want".
    (
        rf"^\W*(?:(?:and|so|now|then|please|ok|okay|can|could),? )*({NAME}) (?:(?:should|must|needs to|has to|ought to|"
        r"is to)(?: now)? )?be(?: (?:cent(?:re|er)d|shown|displayed|aligned|visuali[sz]ed|brought(?= (?:in)?to\b)|"
        r"next|in view|(?:in|at|to|into) (?:the )?"
        r"(?:very )?(?:cent(?:re|er)|middle|image|picture)(?: of (?:the |my )?(?:image|picture|screen|view))?))+"
        r"(?=\W*(?:please|now|next)?\W*$)",
        r"show \1",
    ),
    (
        rf"^\W*it is ({NAME}) (?:that )?(?:i|we) (?:want|need|would like)(?: to see)?(?=\W*(?:please|now|next)?\W*$)",
        r"show \1",
    ),
    (
        rf"^(?=.*\b(?:once more|one more time)\b)\W*(?:please )?(?:(?:once more|one more time),? )?({NAME})"
        r"(?:,? (?:once more|one more time))?(?=\W*(?:please|now)?\W*$)",
        r"show \1",
    ),
    (rf"^\W*{NAME},? (?:(?:i|you|we) (?:have|got|have got)|we see)(?: here| there| now)?\W*$", " xtold "),
    # The landmark first, the wish behind it: "carina, please show", "left elbow, I want to see".
    (
        rf"^\W*({NAME}(?: (?:on|of) (?:the |his |her )?(?:left|right)(?: side)?)?),? (?:please,? )?"
        rf"(?:(?:(?:can|could|will|would) you |you )?(?:please )?(?:show|display|align|"
        rf"cent(?:re|er)|find|visuali[sz]e|bring|take|go to|look at)(?: it| me| us| on it| to it| there)?|"
        rf"(?:i|we) (?:want|wish|need|would like|must|have)(?: to (?:see|have|view|look at|go|go to))(?: now)?|"
        rf"(?:i|we) (?:want|wish|need|would like)|(?:can|could|may) (?:i|we) (?:see|have|look at))"
        r"(?=\W*(?:please|now|next)?\W*$)",
        r"show \1",
    ),
    (
        rf"^\W*({NAME}),? (?:is )?(?:wanted|needed|required|requested|please and thank "
        rf"you)(?=\W*(?:please|now)?\W*$)",
        r"show \1",
    ),
    (
        rf"(?:{_OPEN}|\b(?:can|could|would|will|may) (?:i|we|you) (?:please )?(?:have |see )?)"
        rf"(?:(?:show|display|put|get|bring)(?: me| us)? |(?<=have )|(?<=see ))({NAME}) (?:up )?on (?:the |my )?"
        r"(?:screen|monitor|display)s?(?=\W*(?:please|now)?\W*$)",
        r"\1 show \2",
    ),
    (
        rf"{_OPEN}(?:(?:get |come |go |move )?(?:closer|nearer) to|round to|alignment with|put the beam (?:on|over)) "
        rf"{AHEAD}",
        r"\1 go to ",
    ),
    (
        rf"\b(?:put|get|bring|have|place) ({NAME}) (?:under|in|into) (?:the |our )?(?:beam|"
        rf"x-?rays?|c-?arm|shot|frame)\b",
        r"show \1",
    ),
    (rf"\b(?:the )?next (?:one )?(?:is|will be|would be|comes|shall be|should be) {AHEAD}", "show "),
    (
        rf"\b(?:have|get|take|give me|give us|do|make|show me|show us|fancy|grab|catch|steal|sneak)"
        rf"(?: {_any('a,an,another,one,the,us,me,' + _FINE)})* {_any(_LOOKS)}(?: {_AT}| of)+ {AHEAD}",
        "show ",
    ),
    (
        rf"\b(?:new|change|switch|set|update|make|choose|pick|select)(?: (?:the|my|our|as|new))* "
        rf"(?:target|goal|destination|landmark)(?: to| is|:)*\s+{AHEAD}",
        "show ",
    ),
    (rf"^\W*(?!us|me|it)(?:move |have )?{_VIEW} {_AT} {AHEAD}", "go to "),
    (rf"\b({_NAMED})[ ,:(\-]+(?:please,? )?(?:the )?(left|right) one\b", r"\2 \1"),
    (r"\b(?:down|up|over|back|across|off|on|now) (?:we|you) go (?=to|on|over|at)", "go "),
    (
        rf"\b(?:(?<=please )be |(?:i am|we are) (?=\w+ing\b))?{_TRAVEL}(?: {_VIEW})?(?: {_BY}| on| in| once more)* "
        rf"(?:{_AT}|on top of) {AHEAD}",
        "go to ",
    ),
    (rf"\b(picture|image|shot|x-ray|photo) (?:from|on) {AHEAD}", r"\1 of "),
    (rf"\b(?:see|check) what ({NAME}) looks like\b", r"show \1"),
    (rf"\bkeep {AHEAD}(?=.*\b(?:cent(?:re|er)|middle|view|frame)\b)", "show "),
    (rf"\b(?:swing|drop|pass|come|go|pop|nip|call) (?:in )?(?:by|past) {AHEAD}", "go to "),
    (rf"{_OPEN}(?:onwards?|straight on|on) (?=(?:to|toward|towards) {AHEAD})", r"\1 go "),
    (rf"\b(?:the )?same (?:again |thing |once more )?(?:for|with|on|at) {AHEAD}", "xagain "),
    (r"\bbe (?:a|an) (?:dear|darling|angel|star|love|sweetheart|good (?:man|girl|lad|boy))(?: and| to)?\b", " "),
    (r"\b(please|now) once\b", r"\1"),
    (r"\bre-?(cent(?:re|er)|align)\b", r"\1"),
    (
        rf"\b(?:central ray|(?:cent(?:ring|ering|er|re)|target|aiming) point|cross-?hairs?|beam cent(?:re|er)|"
        rf"isocent(?:re|er)|cr|"
        rf"roi|region of interest|area of interest|projection|set(?:ting)? up|exam(?:ination)?|study)"
        rf"(?: (?:is|at|to|on|onto|over|for|of|through))?\s*:? *{AHEAD}",
        "show ",
    ),
    (
        r"^\W*(?:(?:the|our|my|an?|now|please) )*(?:projection|working (?:view|projection|angle)|view|angles|set up|"
        r"put (?:it|us) in|in|use|select|choose|dial in)"
        r"(?: (?:is|an?|the|to|in|of))?:? (?=(?:(?:straight|true|\d+|deg\w*|left|right) )*(?:lao|rao|anterior|ap|"
        r"lateral)\b)",
        "go to ",
    ),
    (r"\b((?:lao|rao|oblique)(?: \d+)?(?: deg\w*)?) projection\b", r"\1"),
    (rf"\balign(?:ed|ing)?(?: {_VIEW})? (?:with|to|on|at|over|onto) {AHEAD}", "align to "),
    (rf"\bline (?:{_VIEW} )?up (?:with|on|to|over|at) {AHEAD}", "center on "),
    (
        r"\b((?:show|see|find|look|go|back|align|center|centre)\b[^,.;]+?) (?:once more|one more time|once again)"
        r"(?=\W*(?:please)?\W*$)",
        r"\1",
    ),
)
"""(pattern, plain words), after the contractions."""
