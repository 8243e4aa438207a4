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
    (r"\b(i|we|you|they)'ll\b", r"\1 will"),
    (r"\b(you|we|they)'re\b", r"\1 are"),
    (r"\byoure\b", "you are"),
    (r"\b(you|we|i)'ve\b", r"\1 have"),
    (r"\bthat'll\b", "that will"),
    (r"\b(you|we)'d\b", r"\1 would"),
    (r"\bgimme\b", "give me"),
    (r"\blemme\b", "let me"),
    (r"\bma'am\b", "maam"),
    (r"(?<=[a-z0-9]) '?n'? (?=[a-z0-9])", " and "),
    (r"\ba[li]{2,4}[gn]{1,3}(?= (?:(?:me|us|it|view) )?(?:to|with|on|at|over)\b)", "align"),
)

# Idioms whose words would mislead, taken out or written plainly before anything is read.
_PRAISE = (
    r"(?:very |really |so |just )?(?:great|nice|lovely|perfect|good|helpful|wonderful|ideal|excellent|kind|appreciated)"
)

_FINE = r"(?:nice|good|great|perfect|fine|excellent|beautiful|lovely|clear|better|best|super)"

_SHOWN = r"(?:shot|image|picture|film|photo|pic|exposure|x-?ray)s?"

# Where a view goes is said with many verbs; "over", "down" and "back" before "to" only point the way.
_WENDING = r"(?:swing|drop|ease|float|hop|zip|cruise|wander|pop|nip|skip|sail|swoop|wind|track|dip)"
_ONWARD = r"(?:over|across|down|up|back|along|around|round|on)"
_IN_SIGHT = r"(?:picture|image|frame|shot|view|screen|monitor|field|field of view)"

_PLACING = (
    r"(?:park|stick|plant|place|pop|plonk|land|rest|settle|position|put|set|lay|pull|drag|haul|fetch|carry|lead|guide|"
    r"send|drop|slide|shift|move|get|bring|take|run|walk|steer|drive|swing|centre|center|aim|point|train|focus|fix|"
    r"direct)"
)
_THE_VIEW = (
    r"(?:it|us|me|this|that|(?:the|our|my|your) (?:view|beam|x-?ray|c-?arm|camera|centre|center|machine|arm|field|"
    r"cross-?hairs?|isocent(?:re|er)|fov|image intensifier))"
)
_ONTO = r"(?:over to|across to|up to|down to|back to|over|onto|on top of|on|at|to|above|around|round)"
_SURE = r"(?:(?:pretty|quite|fairly|very|almost|absolutely|rather|really) )?(?:sure|certain|confident|positive)"
_CONTENT = r"(?:(?:very|quite|really|all|perfectly) )?(?:happy|satisfied|pleased|fine|ok|okay|good|comfortable|content)"
_NO_PLACE = (
    r"(?:the|his|her|left|right|up|down|head|feet|foot|legs|side|by|about|screen|monitor|image|picture|top|bottom|"
    r"patient|"
    r"please|now|again|off|for|my|your|ap|lao|rao|lat|lateral|cran|caud|ceph\w*|start|beginning|home|where|previous)\b"
)

IDIOMS = (
    (
        rf"\b{_PLACING} {_THE_VIEW} (?:right |straight |squarely |directly )?{_ONTO} "
        rf"(?=(?:the |his |her )?(?:(?:left|right|l|r|lt|rt) )?(?!{_NO_PLACE})[a-z])",
        "center on ",
    ),
    (
        r"\b(?:i am|we are|i'm|we're) (?:looking for|trying to (?:find|see|get to|reach)|searching for|hunting|"
        r"hunting for|after|interested in|going (?:now )?(?:to|for)|heading (?:to|for|toward)|off to) "
        r"(?=(?:the |his |her |a )?[a-z])",
        "show ",
    ),
    (r"^\W*(?:trying to (?:find|see|reach)|looking for|searching for|heading (?:to|for)|off to) ", "show "),
    (r"\b(?:in|into|on|under) (?:the |our |my )?(?:cross-?hairs?|reticle|bull'?s-?eye)\b", " in center "),
    (r"\b(shoulder[- ]?blades?|scapula),? (?:the |its )?(?:(?:lower|inferior|bottom) )?(?:tip|angle|end)\b", r"\1 tip"),
    (
        r"\b(?:straighten|reset|square|return|revert)(?: (?:it|up|out|back|everything|the (?:view|c-?arm)))* to "
        r"(?=(?:a |the )?(?:(?:straight|true) )?(?:a\.?p|anteroposterior)\b)",
        "switch to ",
    ),
    (
        r"\bin (?:the |a )?(cranial|caudal|cephalad|left|right|superior|inferior|upward|downward) "
        r"(?:direction|sense)\b",
        r" \1 ",
    ),
    (rf"(^|[,.;!?]|\bok|\bokay|\byes) *(?:i am|we are|i'm|we're) {_CONTENT}(?: with (?:that|this|it))?\b", r"\1 yes "),
    (rf"(^|[,.;!?]|\bno) *(?:i am|we are|i'm|we're) not {_CONTENT}(?: with (?:that|this|it))?\b", r"\1 no "),
    (
        rf"(^|[,.;!?]|\bno|\byes|\bactually) *(?:i am |we are |i'm |we're )?{_SURE},?(?: that)?"
        r"(?= (?:that|this|it|the|you)\b)",
        r"\1 ",
    ),
    (
        r"\b(?:check|look|examine|try|verify|inspect)(?: at)? (?:it|that|this|there) "
        r"(?:again|once more|one more time|twice)\b",
        "look again",
    ),
    (
        r"\b(?:tighter|smaller|narrower|closer) (?:cone|field|blades|beam|collimation|collimator|window|shutters)\b",
        "cone down",
    ),
    (
        r"\b(?:wider|larger|bigger|looser) (?:cone|field|blades|beam|collimation|collimator|window|shutters)\b",
        "cone out",
    ),
    (r"\bof (?:the|this|our|my|that) (?:patient|person|man|woman|guy|lady|subject)\b(?!'s)", " "),
    (r"(?<=\bquarter )inch\b", "in"),
    (r"\bever so\b", " "),
    (r"[\s,]*\b(?:centred|centered)\b(?=[\s,]*(?:please|now|for me)?[\s.!]*$)", " in center "),
    (r"\bgo on (?:about|and on)\b|\bgive (?:him|her|them)\b", " xidiom "),
    (r"\b(?:only|there (?:is|are)|is|are) (?:\d+|one|two|three|four|five|six) left\b", " xtold "),
    (r"^\W*one (?:left|right)\W*$", " xidiom "),
    (
        rf"\b{_PLACING} (?=(?:the |his |her |that )?(?:[a-z'\-]+ ){{1,5}}(?:in|into|to|at|on) (?:the )?"
        r"(?:very )?(?:cent(?:re|er)|middle)\b)(?!(?:it|me|us)\b)",
        "show ",
    ),
    (
        r"^\W*(?:actually|but|well|sorry|or rather)\b[ ,]*"
        r"(?=(?:go|move|show|take|align|bring|let|lets|cent|can|could)\w*\b)",
        " ",
    ),
    (r", ?(l|r|lt|rt)\.?(?=\W*(?:please)?\W*$)", r" \1"),
    (r"\b(?:the )?(?:place|point|spot|site|part|area) (?:at which|where)\b", "where"),
    (r"\bgo (?:for|with|ahead with|along with) (?:it|that|this)(?: one| step| move| proposal)?\b", " yes "),
    (
        r"\b(?:undo|revert|reverse) (?:the |that |my |your |our )?(?:last |latest |previous |most recent )?"
        r"(?:step|move|motion|movement|command|action|change|shift|rotation)\b",
        " undo ",
    ),
    (
        r"^\W*where (?:did|have|do) (?:we|i|you) (?:get|got|end|land|arrive|ended|landed|come|gone)(?: up| to)?"
        r"(?: now)?\W*$",
        "where are we",
    ),
    (r"\b(?:blades?|collimators?|shutters?) (?:wide|fully|completely|all the way) open\b", "open blades"),
    (r"^\W*(?:is|was) not (?=(?:that|this|it) .*\?)", "is "),
    (
        r"^(\W*(?:so |and |ok |okay |tell me |please )*(?:where|what)\b.*?),? (?:exactly|precisely|again|please)\W*$",
        r"\1",
    ),
    (r"\b(?:second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh) (?:thoracic|dorsal)\b", " xvertebra "),
    (r"\b(?:first|second|third|fourth|fifth|sixth|seventh) (?:lumbar|cervical)\b", " xvertebra "),
    (r"\bcent(?:re|ere)d (?=over|on|onto|at|to)", "center "),
    (r"(?<!\d)(?<!do)[\s,.\-]+(?:um+|uhm*|erm*|hmm+|ahm*|eh|you know|i mean)\b[\s,.\-]*(?=\w)", " "),
    (r"\b(?:teh|hte|th|tthe|thhe|thee)\b(?= [a-z])", "the"),
    (r"^[\s>#*]+", ""),
    (r"\b(?:shoot|expose|fire at|x-?ray) (?:him|her|them|me|us)\b", " xidiom "),
    (r"(?<!\d)(?<!\d )\b(?:um{2,}|uh{2,}|er{2,}m*|hm{2,}|ah{2,})\b", " "),
    (r"(?<=\d)-(?=(?:deg|mm\b|cm\b|inch|millim|centim))", " "),
    (r"\b(?:in (?:the )?)?(head|feet|foot) direction\b", r"toward \1"),
    (r"\bback to (?:the )?(?:last|previous) one\b", "back to where we were"),
    (r"\b(splits?|divides?|forks?|bifurcates?|branches) in(?:to)? (?:two|2)\b", r"\1"),
    (r"^\W*(?:assistant|user|system|human|admin|root|developer|model) ?[:>]", " xrole "),
    (
        r"\byour (?:head|arm|hand|elbow|wrist|shoulder|leg|foot|body|finger|face|back|knee|skull)s?\b",
        " xperson ",
    ),
    (
        r"\b(?:picture|photo|image|shot|film) of (?:the )?(?:team|staff|room|nurse|doctor|us|me|you|him|her)\b",
        " xidiom ",
    ),
    (
        r"\b(?:the|our) arm (?=(?:at|to|in|into) (?:lao|rao|cran|caud|ap\b|lateral|straight|left anterior|right ant))",
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
    (r"\bscap\b", "scapula"),
    (r"'s (?=(?:lower |inferior )?(?:tip|angle|head|dome|end|top|bifurcation|vault)\b)", " "),
    (
        r"\b((?:rotat|tilt|angl|angulat|swing|turn|orbit)\w*) (?:the|our) arm\b"
        r"(?=.*\b(?:lao|rao|cran\w*|caud\w*|ap)\b)",
        r"\1 c-arm",
    ),
    (r"\b(?:left|right|up|down) (?:of|from) (?:the )?(?:cent(?:re|er)|middle|midline)\b", " xplace "),
    (r"\bjust (?=one (?:mm|cm|centi\w*|milli\w*|inch|degree)\b)", " "),
    (r"\bprox\b", "proximal"),
    (r"\bthor\b", "thoracic"),
    (r"\binf\.? (?=angle|tip|scap)", "inferior "),
    (r"\bdiaph\b", "diaphragm"),
    (r"\bsh(?:ou)?ldr\b", "shoulder"),
    (r"\bhum head\b", "humeral head"),
    (r"\s*=+\s*", " "),
    (r"\bhead[- ]?wards?\b", "toward head"),
    (r"\b(?:foot|feet)[- ]?wards?\b", "toward feet"),
    (
        r"\b(target|goal|destination|next|landmark|view|align|show|go|goto|move|shift|rotate|tilt|angle|position|"
        r"cent(?:re|er)|command)( me| us)?( to| on)?\s*[:=]+\s*",
        r"\1\2\3 ",
    ),
    (rf"\b(?:work|make|find|pick) (?:your|our|my) way (?:{_ONWARD} )?(?=to|toward)", "go "),
    (rf"\b{_WENDING} (?:it |us |me |the view |the c-arm )?(?:all the way )?{_ONWARD} (?=to\b|onto\b|at\b)", "go over "),
    (
        rf"\b(?:work|come|go|drive|drift) {_ONWARD} (?=to (?:the |his |her |their )?[a-z])"
        r"(?!to (?:the (?:left|right|head|feet)))",
        "go ",
    ),
    (
        r"\b(?:cent(?:re|er)|line|square|zero|home|close|lock|hone|bear)(?:ing)? (?:it |us |me )?"
        r"(?:up |in |down )(?=(?:on|onto|to|over)\b)",
        "center ",
    ),
    (rf"\b(?:in|into|onto) (?:the |our |my )?{_IN_SIGHT}\b(?!.*\b(?:left|right|up|down) *$)", " in center "),
    (r"\b(?:dead|smack|bang|slap|squarely) (?=(?:in |on )?(?:the )?(?:cent(?:re|er)|middle))", " "),
    (
        r"\b(?:you|we|i) (?:must|should|have to|need to|ought to) (?:now |also )?see (?=(?:the |his |her |a )?[a-z])"
        r"(?!(?:if|whether|that|what|how|why|it|him|her|you|me|to)\b)",
        " show ",
    ),
    (r"\b(?:to|lets) be (?:right |directly |exactly )?(?:over|at|on|above|in) (?=(?:the |his |her )?[a-z])", " go to "),
    (
        r"\b(?:go|navigate|drive|move|come|travel|proceed|continue) (?:until|till|til) (?=(?:the |his |her )?"
        r"(?!i\b|you|we\b|it\b|he\b|she\b|they|told|further)[a-z])",
        "go to ",
    ),
    (r"\blook (?:on|to|toward|towards|into|upon)? ?(?=(?:the|his|her) )", "look at "),
    (r"^\W*(?:please )?direct(?:ly|ion)? (?=to(?:ward|wards)? )", "go "),
    (
        r"\bcent(?:re|er) (?:the |our |my )?(?:image|picture|view|beam|screen) (?:in|to|at|on|over|around) "
        r"(?=(?:the |his |her )?[a-z])",
        "center on ",
    ),
    (
        r"\bdo (?:it|that) (?=(?:\d|a (?:bit|little|touch)|some|slightly|more (?:up|down|left|right)|up|down|left|"
        r"right|to the (?:left|right)|toward)\b)",
        "go ",
    ),
    (
        r"\b(?:put|hang|lift|raise|turn|swivel|tilt|bring|pull|lower|move|push) (?:the|that|this|my|your) "
        r"(?:monitor|screen|display)s?\b",
        " xidiom ",
    ),
    (rf"\bis (?:a|such a|quite a) (?:very |really )?{_FINE}\b", " xpraise "),
    (r"\b(?:i|we) (?:might|may|could) (?:want|need|like|go|try|have|look)\b", " xtold "),
    (r"\b(?:continuous|pulsed|live|real-?time|low-?dose) (?=(?:fluoro\w*|screening)\b)", " "),
    (
        r"\bplease to (?=(?:go|make|take|show|move|do|see|get|give|come|bring|align|start|turn|rotate|tilt|shift)\b)",
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
        r"^\W*is (?=(?:(?:not|very|all|really) )?(?:good|ok|okay|fine|correct|perfect|wrong|bad|right|great)\W*$)",
        "that is ",
    ),
    (r"\b(inferior|scapula|scapular|blade) angel\b", r"\1 angle"),
    (r"\b(?:rihgt|rigth|rght|ritgh|roght|righ|rigt|riht)\b", "right"),
    (r"\b(?:lefft|letf|lft|lef|lfet|elft)\b", "left"),
    (r"\b(?:thora[sz]+i[ck]|thorac[cs]?ik|thorasical)\b", "thoracic"),
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
    (r"^\W*(?:left|right|up|down) over\W*$|\bwindow (?:level|width)\b|\blevel (?=(?:up|down)\b)", " xidiom "),
    (r"\bhere (?:we|you|i) (?:have|see|find)\b", "that is"),
    (r"\bgo with (?:him|her|them|me|us|you|the flow)\b|\blet go of\b|\btime left\b", " xidiom "),
    (r"\bgo with (?!it\b|that\b|this\b)(?=[a-z0-9])", "go to "),
    (r"\bca\.? ?(?=\d)", " about "),
    (
        r"\b(?:edge|ease|tweak|adjust|re-?position|offset)(?: (?:it|us|me|the view|by|about))* "
        r"(?=(?:up|down|left|right|higher|lower|\d|a (?:bit|little|touch)|half|one|two|three|four|five|ten|twenty)\b|"
        r"\d)",
        "move ",
    ),
    (
        r"\b(?:change|set|switch|adjust|bring|put) (?:the |our |my )?(?:angles?|angulation|rotation|projection|"
        r"orientation) "
        r"to (?=(?:an? )?(?:lao|rao|cran\w*|caud\w*|ap|lateral|left ant|right ant|straight)\b)",
        "go to ",
    ),
    (r"^\W*mind (?=[a-z]+ing\b)", " "),
    (
        r"\b(?:low[- ]?dose|confirmation|confirmatory|verification|scout|test|static|documentation|baseline|"
        r"diagnostic) "
        rf"(?=(?:x-?ray )?{_SHOWN}\b)",
        " ",
    ),
    (r"\b(?:next|another|some other|last|every|each|any|that|this|the first) time\b", " xtold "),
    (r"\b(?:,? and(?: then)?|,? then|,) from there\b", " then "),
    (
        r"\b((?:rotat|turn|angl|swing|orbit|roll)[a-z]* (?:(?:it|us|over|round|the c-arm) )*)to (?:the )?"
        r"(lao|rao)(?: side| direction)? by\b",
        r"\1 toward \2 ",
    ),
    (
        r"\b(?:run|trigger|click|squeeze off|fire off|shoot off|pop off|let off|hit me with|throw in)(?: me| us)? "
        rf"(?=(?:(?:a|an|one|another|the|more|new|next|single|quick|fresh|spot|check|control) )*{_SHOWN}\b)",
        "take ",
    ),
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
    (
        r"\ball the way(?= (?:to|toward|towards|over to|across to|up to|down to|back to) (?!(?:the |his |her )?"
        r"(?:patient'?s? )?(?:left|right|head|feet|foot|top|bottom|end|side|limit|edge|stop)(?: side)?\W*$))",
        " ",
    ),
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
