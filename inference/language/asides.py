"""What is said beside a command and is none of it: urging, swearing, calling somebody, discourse words, thanks in other
languages, tags. Text to plainer text, right after the contractions.

An aside is taken out only where punctuation or the end of the line sets it off and something else is left; a line that
is nothing but an aside stays as it is. No word is in the lists that halts, negates, doubts, sets a condition or puts
something off ("easy", "later", "in a minute"), and what may be a slip owned up to ("oops") is none after a command.
"""

from __future__ import annotations

from inference.language.wanting import AHEAD

_URGING = (
    r"come (?:on|along)(?: now)?|chop[ -]chop|hurry(?: up)?(?: please| now)?|(?:be )?quick(?:ly)?(?: now| about it)?|"
    r"make it (?:quick|snappy|fast)|look (?:sharp|lively)|get a move on|get going|get on with it|"
    r"on the double|pronto|presto|"
    r"we have(?: not| no)(?: got)? (?:much |a lot of |all )?(?:time|day)|(?:the )?sooner the better|i am waiting|"
    r"i have(?: not|n't) got all day"
)
_SWEARING = (
    r"(?:god ?)?dam(?:n|m)(?: ?it)?|(?:bloody |oh )?(?:hell|heck)|(?:jesus )?christ|jesus|bugger|blast(?: it)?|"
    r"(?:oh )?my (?:god|goodness|word)|good (?:lord|god|grief|heavens|gracious)|crikey|blimey|for crying out loud|"
    r"for (?:god|heaven|goodness|pity|christ|pete)(?:'?s)? sakes?"
)
_CALLING = (
    r"listen(?: up| here| to me)?|look(?: here)?|(?:pay )?attention|hey(?: there| you)?|you there|oi|people|"
    r"(?:head |scrub )?(?:nurse|sister)|boss|chief|love|darling|honey|pal|dude|bro|man|matey|sunshine|"
    r"you (?:fool|idiot|genius|lot|clown|muppet|people)|my (?:dear|friend|good man|good woman)|"
    r"there is a (?:good )?(?:lad|chap|girl|man|boy|love|dear)|good (?:man|lad|girl|boy|chap)|"
    r"teacher|prof(?:essor)?|maestro|mister|captain|comrade|colleague|"
    r"(?:hey |hello |hi |ok |okay )?(?:alexa|siri|jarvis|computer|robot|machine|c-?arm|carm)"
)
_DISCOURSE = (
    r"anyways?|anyhow|honestly|frankly|obviously|naturally|evidently|basically|seriously|in any case|by the way|btw|"
    r"to be (?:honest|clear|fair)|you (?:know|see)|incidentally|i (?:said|repeat)|i told you|"
    r"(?:as|like) (?:i|we) (?:just )?(?:said|told you|asked)(?: before| earlier)?|(?:just )?for the record|at last|"
    r"(?:same )?as (?:discussed|agreed|planned|usual|always|before)|thank god|today|tonight|"
    r"(?:well|so|right|now|ok|okay|alright|all right)[ ,]+(?:then|now)|alrighty|righty[ -]?ho|okey[ -]doke(?:y)?|"
    r"bravo|hoo?ray|hurra[hy]|eureka|voila|kudos|congrat(?:s|ulations)|chapeau|"
    r"great stuff|splendid|marvellous|magnificent|smashing|terrific|good (?:stuff|work)|well done|nice one|nicely done|"
    r"(?:ha|he|hi)(?:ha|he|hi)+h?|lol|rofl"
)
_OPENING = (
    r"(?:all )?ready|reet|oops|whoops|argh+|ugh+|sigh|phew|wow|aha|oo+h|my bad|"
    r"sorry (?:about that|to bother you)|excuse me"
)
_SIGH = r"ach|och|aww?|ehm|ahem|uff|oof"
_PREFACE = (
    r"(?:i am )?(?:(?:so|very|terribly|really|awfully) )?(?:sorry|afraid)|(?:forgive|pardon|excuse) me|"
    r"(?:my )?apologies|i (?:fear|regret(?: to say)?|beg your pardon|must (?:say|insist))|"
    r"with (?:all (?:due )?|due )?respect|unfortunately|regrettably|sadly|alas"
)
"""How bad news begins; what follows must be some."""
_ORDERING = (
    r"to (?:begin|start) with|for (?:starters|a start)|(?:step|part|task|stage) (?:one|two|three|four|five|\d+)|"
    r"(?:first|second|third|last)(?:ly)?(?: of all| off| thing| up)?|(?:here|off|there) we go|"
    r"let(?: u|')?s (?:begin|start|get (?:going|started))|next (?:up|thing|item|step)|do (?:one|this one) thing|"
    r"(?:just )?one (?:more |small |quick )?thing|here is (?:the (?:plan|thing)|what (?:we|i) "
    r"(?:do|want|need))|what we (?:do|are going to do) is"
)
_MANNER = (
    r"easy does it|(?:nice|good|slow) and (?:slow|easy|gentle|steady|quick|smooth)(?:ly)?|gently(?: does it| now)?|"
    r"slowly(?: now)?|carefully(?: now)?|in your own time|at your (?:convenience|leisure)|take your time|"
    r"no (?:rush|hurry|pressure)|whenever (?:suits|it suits you)"
)
_PLEASE = (
    r"(?:pretty |if you )please|bitte(?: ?sch(?:oe|o)n| sehr)?|s'? ?il (?:vous|te) plait|svp|por ?favor|"
    r"per (?:favore|piacere)|onegai(?: ?shimasu)?|kudasai|kripya|min fadlak|lutfen|prosze|alsjeblieft|"
    r"danke(?: ?sch(?:oe|o)n| sehr)?|vielen dank|merci(?: beaucoup| bien)?|(?:muchas )?gracias|grazie(?: mille)?|"
    r"arigato(?: gozaimasu)?|obrigad[oa]|xie ?xie|shukran|dhanyavaa?d|kiitos|tesekkurler|doktor|docteur|dottore|"
    r"sensei|senor|monsieur|signore|sahib|alors|bueno|allora|jetzt|ahora|maintenant|adesso|"
    r"subito|schnell|sofort|vite|rapido|tout de suite"
)
_PARTICLES = (
    r"(?:o?po|lah|leh|lor|meh|ji|yaar|bhai|arre|accha|matlab|nga|sia|wor|dong|deh|sih|kuya|dok|krub?|krap|khrap)"
)
_LAST_PARTICLES = r"(?:,? (?:la|da|di|ne|ka|yo|ba|hor|hein|innit)| (?:ya|yah|na|ha|haan|ah|mal|doch))"
"""Particles of other languages that people carry into English; the second ones only where a line ends."""
_TAGS = (
    r"(?:have you )?got (?:it|that|me)|understood|(?:do you )?understand(?: me)?|(?:do )?you (?:hear|copy|read)(?: "
    r"me)?|"
    r"is that (?:clear|understood)|capisce|comprende|will you|would you|could you|can you|will not you|will you not"
)

_PEOPLE = r"(?:(?:scrub |head |staff |theatre )?(?:nurse|sister)|every(?:one|body)|people|folks|guys|all of you)"
_STEP = (
    r"(?:go|move|step|come|stand|walk)(?: (?:over|back|to|the|your|a|bit|little))*"
    r" (?:left|right|up|down|back|away|out|over|home)(?: please)?"
)

_ANYWHERE = rf"{_URGING}|{_SWEARING}|{_MANNER}"
_AFTER = rf"{_ANYWHERE}|{_CALLING}|{_DISCOURSE}|{_ORDERING}"
_BEFORE = rf"{_AFTER}|{_OPENING}"
_SET_OFF = r"(?=\s*[,.;:!\-])[\s,.;:!\-]+"
_STATED = r"(?!\W*no\b|.*\b(?:that|this|it|here) (?:is|was|looks|seems|must be)\b)"

ASIDES = (
    # How fast is the device's business; "too fast", "is it quick?" say something else.
    (
        r"(?<=[a-z0-9])(?<!\btoo)(?<!\bso)(?<!\bnot)(?<!\bis)(?<!\bwas)(?<!\bwere)(?<!\bbe)(?<!\bhow)(?<!\ba)(?<!\bless)"
        r"(?<!\bmore)(?<!\bgo)(?<!\bit)(?<!\bthat)[ ,]+(?:(?:real|really|super|very|pretty|nice and|as) )?"
        r"(?:fast|slow|quick|gentle)(?: as (?:you|we) can| as possible)?(?=\W*(?:please|now)?\W*$)",
        "",
    ),
    # To people beside the table, not to the machine: "nurse, go left", "step back, everyone".
    (rf"^\W*{_PEOPLE}[\s,:!]+(?:please )?{_STEP}\W*$|^\W*(?:please )?{_STEP}[\s,]+{_PEOPLE}\W*$", " xperson "),
    (r"(?<=[a-z0-9])[\s,.!?]*(?:[:;]-?[)d]|[\U0001f600-\U0001f64f\u263a\ufe0f]+)(?=\W*$)", ""),
    (rf"\b(?:{_PLEASE})\b", " "),
    (rf"(?<=[a-z0-9]) *,? *\b{_PARTICLES}\b", " "),
    (rf"(?<=[a-z0-9]){_LAST_PARTICLES}(?=\W*$)", " "),
    (r"\b(where|what|which|how) (?:the (?:hell|heck|devil|blazes|fuck)|on earth|in the world)\b", r"\1"),
    (r"\b(?:god ?)?(?:damn(?:ed)?|darn(?:ed)?|blasted|freaking|fucking|bloody) (?=[a-z0-9])(?!it\b)", " "),
    (rf"^\W*(?:{_SIGH})\b[\s,.;:!\-]*(?=[a-z0-9])", " "),
    (
        rf"^\W*(?:{_PREFACE})[ ,]+(?:(?:but|however)[ ,]+)?(?:that (?=this|it|that))?"
        rf"(?=no\b|(?:that|this|it) is (?:not\b|wrong\b|incorrect\b|{AHEAD}))",
        " ",
    ),
    (r"^\W*(?:(?:pray|do|please|kindly|so) )?tell(?: me| us)?[ ,:]+(?=(?:where|what|which)\b)", " "),
    (r"^\W*pray[ ,]+(?=[a-z])(?!for\b|that\b|to\b)", " "),
    (rf"^\W*(?:(?:(?:please|kindly) )?(?:{_BEFORE}){_SET_OFF})+(?=[a-z0-9])", " "),
    (
        r"^\W*right,? so (?=[a-z0-9])|"
        r"^\W*right,? (?=(?:lets|let us|can you|could you|i want|i need|we need|i would)\b)",
        " ",
    ),
    (rf"^\W*(?:{_SWEARING}) +(?=[a-z0-9])(?!it\b)", " "),
    (rf"(?<=[a-z0-9])(?:{_SET_OFF}(?:and )?(?:{_AFTER}))+(?=\W*(?:please\W*)?$)", ""),
    (rf"(?<=[a-z0-9]){_SET_OFF}(?:{_TAGS})(?=\W*$)", ""),
    (rf"\b(please|thanks|ta|for (?:me|us)) (?:{_CALLING})(?=\W*$)", r"\1"),
    (rf"(?<=[a-z0-9])\s*,\s*(?:{_ANYWHERE})\s*(?=,)", ""),
    (
        rf"(?<=[a-z0-9]) (?:{_URGING}|{_SWEARING}|today|at last|anyway|pronto|stat|asap|promptly|urgently|swiftly|lol|"
        r"for the (?:surgeon|doctor|team|record))(?=\W*$)",
        "",
    ),
    (rf"^{_STATED}(.*[a-z0-9]),? let(?: u|'?)s go(?=\W*$)", r"\1"),
)
"""(pattern, plain words)."""
