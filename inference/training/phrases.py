"""What clinicians type about an answer: challenges, negations, names and directions, in thousands of wordings.

A model of millions of parameters learns the sentences that it is taught; only many of them teach it the language. Each
line is a pattern: "<a|b>" stands for one of a and b, patterns nest, "{}" is the landmark's name. `carm evaluate
correction` has wordings of its own, none of which these patterns can make. Knows no geometry.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

HERE = "<here|there|in this picture|in this view|in the image|at the centre|in the middle|in the field|>"
SURE = "<I think|I'd say|I would say|I believe|I am sure|I'm certain|clearly|obviously|definitely|certainly|surely|\
to my eye|in my opinion|as I see it|if you ask me|believe me|honestly>"
IT = "<this|that|it|the structure|the landmark|the thing|the bone|the object|what you see|what is shown|what I see|\
what lies here|the <structure|landmark|thing|bone|part> <here|in the <centre|center|middle>|under the cross|on the \
screen>|the <centre|center|middle> of the <picture|image|field>>"
SAID = "<that|this|what you said|your answer|your guess|your pick|your choice|the one you named|the one you gave|\
your landmark|what you think|where you are|the first one|the structure you gave>"

LOOK = "<<go|run|walk|think|look|read|talk|work> <over|through>|mull over|ponder|scan|read|reread|double-check|verify|\
question|test|redo|repeat|rework|refine|appraise|evaluate|contemplate|consult|judge|sort out|puzzle out|figure out|\
reflect on|sleep on|chew on|dwell on|come back to|go back to|return to|stay with>"
SHOWN = "<it|this|that|this one|the <picture|view|image|film|screen|frame|shot|exposure|radiograph|result|case|scene|\
matter|anatomy|whole thing|evidence>>"
HOW = "<again|better|properly|thoroughly|in depth|in detail|with fresh eyes|with a clear head|from the start|slowly|\
calmly|harder|more|some more|for longer|for a while|for my sake|bit by bit|one more time|until you are sure|with \
<more|greater|some|due> <care|attention|rigour|patience>|more <slowly|thoroughly|critically|closely>|as a whole>"

BARE = 3 * (  # any verb at all: words that point nowhere are a bare challenge
    "<please |>LOOK SHOWN< HOW|>",
    "<please |><give|lend|devote to|pay|spare|grant> SHOWN <more|some more|a little more|a lot more|some|further|\
extra|proper|full> <attention|consideration|study|time|effort|patience|reflection|care|weight|scrutiny>",
) + (
    "<I|we|my colleagues|the others|nobody here|no one here|the boss|the team> <would|might|could|may|will|must> \
<not |><read|call|see|judge|take|interpret|put> <it|this|that> <otherwise|another \
way|differently|like that|so|that way>",
    "<that|this|it|your <reading|choice|guess>> <does not|doesn't|won't|cannot|hardly> <satisfy|please|persuade|\
impress|help|suit|fit|add up|make sense to|work for|sound right to|feel right to> <me|us|anyone here>",
    "<I|we> <remain|stay|feel|keep being> <unconvinced|unsure|sceptical|skeptical|doubtful|unhappy|undecided|puzzled|\
in doubt>",
    "<no|nope|wrong|incorrect|false|hmm|really?|doubtful|reject|negative|not this one|not quite|no good|not so|never>",
    "<please |><look|check|try|think|have a look|look at <it|this|that|the <image|picture|view>>|check <it|this|the \
<image|picture|view>>> <again|once more|a second time|again <carefully|properly|please>|more <closely|carefully>>",
    "<please |><reconsider|re-examine|reassess|re-evaluate|recheck|rethink|revisit|revise|study|inspect|re-read> <it|\
this|that|the <image|picture|view|screen>|your choice|your reading><| please| once more| with care| properly>",
    "<take|have|give it> <another|a second|a closer|a better|a fresh|one more> <look|go|try|glance>",
    "<I <don't|do not|can't|cannot> <agree|think so|believe <it|that|this>|buy <it|that>|see it <that way|like \
that>|follow|accept <it|that>>|I disagree|I beg to differ>",
    "<that|this|it|your <reading|choice>> <seems|looks|sounds|is|must be> <off|wrong|odd|questionable|implausible|\
mistaken|strange|incorrect|not right|not correct|false|a mistake|an error>",
    "<are you <sure|certain|serious|really sure>|is that <right|so|really it|your final word>|<sure|certain> about \
<that|this>>",
    "<I am|I'm> not <sure|certain|convinced|happy|satisfied|so sure|persuaded><| about <that|this>| by <that|it>>",
    "<you are|you're|I think you are|you must be> <mistaken|wrong|off|confused|not right|in error>",
    "<not what I see|that is not <right|it|what I see>|that can't be <right|it>|<I see|I have> <it|this> differently|\
something is <off|wrong>|second <look|opinion> please|look closer|try harder|do better|once more|think again>",
    "<spend|use|take> <some|a little|a bit|a lot> more <time|care|effort|patience> <on|with|over> <it|this|that>",
    "<concentrate|focus|wake up|come on|be careful|slow down|take your time|use your eyes|be more careful|mind the <\
details|shadows|outlines>><|, please>",
    "<my|our|the surgeon's> <opinion|impression|judgement|feeling> <differs|is different|is another one|says no>",
    "I <have <doubts|my doubts|reservations>|wonder|hesitate|object|protest|question <that|it>|expected <more|\
something else>>",
    "<that|this|it> <surprises|puzzles|troubles|worries|bothers|confuses> me<| a little| somewhat>",
    "<a |that was a |what a ><poor|weak|hasty|sloppy|careless|strange|bold> <answer|reading|guess|idea|suggestion>",
    "<I want|I'd like|give me|let me have|I need> <another|a different|a better|some other> <answer|reading|result|\
suggestion|proposal>",
    "<<work|go> through it <again|once more|from the beginning|from scratch>|start <over|again|from scratch>>",
    "<compare|consider|weigh|judge|interpret> <it|the <image|shadows|outlines|bones>> <again|better|more carefully|\
with care|differently>",
    "<why|how come|how so|explain|prove it|based on what|who says so>?",
    "<others|my colleagues|most people|experts|the radiologist> would <disagree|not say so|not agree|object>",
    "<<something|anything> else<| perhaps| maybe| then>|any other <idea|suggestion|candidate>|what else>?",
)
NOT = (
    "<not|no|not really|never|certainly not|definitely not|surely not|anything but> {}",
    "<|SURE >IT <is not|isn't|is certainly not|is hardly|cannot be|can't be|could not be|is anything but|is no|does \
not look like|doesn't look like|has nothing to do with|differs from> {}",
    "<|SURE ><|there is |I <see|find|can see> >no {} HERE",
    "<|SURE >I <don't|do not|can't|cannot> <see|find|recognise|recognize|make out> {} HERE",
    "<rule out|exclude|forget|drop|discard|dismiss|strike|cross out|skip|ignore|eliminate> {}<| please|, look again>",
    "{} <is|lies> <wrong|elsewhere|out of the question|not HERE|outside the <picture|field|view>|far away|not \
visible|impossible|excluded|a mistake|not it|not the answer|not what <I|we> see>",
    "you <confuse|are confusing|mix up|mixed up|confused> <it|this|that> with {}",
    "you <took|take|are taking> <it|this|that|something else> for {}",
    "{} <would look|looks> <different|otherwise|nothing like this>",
    "<|SURE >we are <not at|not near|far from|away from|nowhere near> {}",
    "<without|other than|something other than|everything except> {}",
    "{}? <no|never|impossible|I doubt it|not HERE>",
    "{} <this|that|it> <is not|isn't|can't be|surely is not|could not be|is no way>",
)
NAMED = (
    "{}",
    "<|SURE >IT <is|is actually|is really|must be|should be|has to be|can only be|looks like|corresponds to|shows|\
is called|would be|is nothing but|seems to be|ought to be> {}",
    "<|SURE >it's {}<| HERE>",
    "<|SURE ><we are|we're|you are|you're> <at|over|on|above|looking at|close to|right at|centred on> {}<| now| HERE>",
    "<|SURE >I <see|recognise|recognize|identify|make out|can see|find> {} HERE",
    "<|SURE >we <see|have|look at|are seeing|have got> {} HERE",
    "<|SURE ><here|there|this here|that there> is {}",
    "<|SURE ><in the <centre|center|middle>|at the <centre|center>|HERE> <is|lies|sits|there is|you see> {}",
    "<correct answer|right answer|my answer|answer|diagnosis|I read|I say>: {}",
    "<call it|take|choose|say|name it|make it|put|try|go for> {}<| instead| please| then>",
    "{} <instead|it is|here|there|in the <middle|centre|center>|is what <I|we|you> see|is HERE|is right>",
    "<not that,|no,|wrong,|nope,> <it is|it's|this is|that is|the answer is|> {}",
    "you <are|should be> <looking at|seeing|facing> {}",
)

_LEFT = {
    "more": "<more left|further left|farther left|<further|more> to <the|the patient's|his|her> left|further over \
to the left|more on the <left|left side>|more toward the <patient's left|left side>>",
    "of": "<left of|to the left of|on the left of|to the patient's left of>",
    "to": "<left|to the left|to the patient's left|leftward|leftwards|toward the left|toward the patient's left>",
    "less": "<far right|far to the right|much to the <right|patient's right>|far to the patient's right|much \
right|far on the right|far from the <left|patient's left>|close to the <right|patient's right>>",
}


def _other_side(side: re.Match[str]) -> str:
    return "right" if side[0] == "left" else "left"


WAYS: dict[str, dict[str, str]] = {
    "up": {
        "more": "<higher|higher up|further up|farther up|more <cranial|cranially|superior|cephalad>|further <cranial|\
cranially|toward the head|towards the head>|<nearer|closer> to the <head|neck|top>|more <toward|towards> the head>",
        "of": "<above|cranial to|cranial of|superior to>",
        "to": "<up|upward|upwards|cranially|headward|superiorly|toward the head|towards the head|to the head>",
        "less": "<low|low down|caudal|far down|inferior|far caudal|<close to|near> the <feet|legs>|far from the \
<head|neck|top>|far to the foot end|much <toward|towards> the <feet|legs>>",
    },
    "down": {
        "more": "<lower|lower down|further down|farther down|more <caudal|caudally|inferior|caudad>|further <caudal|\
caudally|toward the feet|towards the feet>|<nearer|closer> to the <feet|legs|pelvis>|more <toward|towards> the feet>",
        "of": "<below|beneath|caudal to|caudal of|inferior to|under>",
        "to": "<down|downward|downwards|caudally|footward|inferiorly|toward the feet|towards the feet|to the feet>",
        "less": "<high|high up|cranial|far up|superior|far cranial|<close to|near> the <head|neck>|far from the \
<feet|legs|pelvis>|far to the head end|much <toward|towards> the <head|neck>>",
    },
    "left": _LEFT,
    "right": {part: re.sub("left|right", _other_side, words) for part, words in _LEFT.items()},
    "lateral": {
        "more": "<more <lateral|laterally|peripheral|peripherally|outside>|further <out|lateral|outside|away from MID>|\
farther <out|from MID>|more to the <side|outside|flank|edge of the body>|<nearer|closer> to the <side|flank|skin|\
edge of the body>|more distant from MID>",
        "of": "<lateral to|lateral of|outside of|on the outer side of>",
        "to": "<laterally|outward|outwards|out|to the side|sideways|away from MID|<toward|towards> the <side|outside|\
flank|edge of the body>>",
        "less": "<medial|central|medially placed|far <in|inside|medial|medially>|<close to|near> MID|near to MID|much \
<toward|towards> MID|much in the <middle|centre>|little to the side>",
    },
    "medial": {
        "more": "<more <medial|medially|central|centrally|inside>|further <in|medial|inside|toward MID|towards MID>|\
farther in|<nearer|closer> to MID|more <toward|towards> MID|more in the <middle|centre>|less <lateral|far out>>",
        "of": "<medial to|medial of|inside of|on the inner side of>",
        "to": "<medially|inward|inwards|in|toward MID|towards MID|to the <middle|inside>|in from the side>",
        "less": "<lateral|peripheral|laterally placed|far <out|outside|lateral|laterally>|far <|away >from MID|far to \
the <side|outside>|much to the <side|outside>|<close to|near> the <skin|flank|edge of the body>>",
    },
}
"""For each way from what was said to what is there: a comparative, a preposition, an adverb, and what that which was
said is too much of."""
DIRECTION = (
    "<|IT <is|lies|sits|is found|must be|should be> |it's >BIT[more]<| than SAID>",
    "<|IT <is|lies|sits|must be|should be> |it's >BIT[of] SAID",
    "<too|far too|a bit too|much too> [less]",
    "<SAID <is|lies|sits|was>|you are|you're|you went|you are looking|you look|you are thinking> <too|far too|a bit \
too|much too|a little too> [less]",
    "<what you <said|gave|picked>|that answer|your last answer> <is|lies|was|seems> <too|much too|a good deal too> \
[less]",
    "<|I think |I fear >you have gone <too|a bit too|far too|somewhat too> [less]",
    "<look|think|search|try|check|go> BIT[more]",
    "<|please ><go|look|move|shift|correct|move your answer|shift your attention> <|a bit |a little |further |some \
way >[to]<| from SAID| please>",
    "<the <right|true|real|correct> <one|structure|landmark|answer>> <is|lies|sits> BIT<[more]|[of] SAID>",
    "[to]<| a bit| please>",
)
MID = "the <midline|spine|middle|backbone|middle line|vertebral column|median plane>"
"""What a clinician measures lateral and medial from."""
BIT = "<||||a bit |a little |well |a good deal |much |clearly |somewhat |slightly |rather |far >"

BEFORE = ("no, ", "No, ", "sorry, ", "hmm, ", "wait, ", "please ", "no ", "ok but ", "well, ")
AFTER = (", please", ", look again", "!", ".", "?", " please", ", try again", "...", " I think", ", check again")

_WORDS = {
    "LOOK": LOOK,
    "SHOWN": SHOWN,
    "HOW": HOW,
    "HERE": HERE,
    "SURE": SURE,
    "IT": IT,
    "SAID": SAID,
    "MID": MID,
    "BIT": BIT,
}
_WORD = re.compile(rf"\b({'|'.join(_WORDS)})\b")
_CHOICE = re.compile(r"<([^<>]*)>")


def bare(rng: np.random.Generator) -> str:
    """A challenge that says nothing about where to look."""
    return _say(BARE, rng)


def denied(name: str, rng: np.random.Generator) -> str:
    """That it is not `name`."""
    return _say(NOT, rng).replace("{}", _article(name, rng)).replace(" no the ", " no ")


def named(name: str, rng: np.random.Generator) -> str:
    """That it is `name`."""
    return _say(NAMED, rng).replace("{}", _article(name, rng))


def direction(way: str, rng: np.random.Generator) -> str:
    """That what is there lies `way` (a key of WAYS) of what was said."""
    return _say(DIRECTION, rng, WAYS[way])


def typed(words: str, rng: np.random.Generator) -> str:
    """As people type: with a word before or after, in any case, with a slip of the finger now and then."""
    if rng.uniform() < 0.25:
        words = _one(BEFORE, rng) + words
    if rng.uniform() < 0.25:
        words += _one(AFTER, rng)
    case = rng.uniform()
    words = words.lower() if case < 0.3 else words[0].upper() + words[1:] if case < 0.5 else words
    if rng.uniform() < 0.1 and len(words) > 5:
        i = int(rng.integers(1, len(words) - 2))
        swapped = words[:i] + words[i + 1] + words[i] + words[i + 2 :]
        words = swapped if rng.uniform() < 0.5 else words[:i] + words[i + 1 :]
    return words


def _article(name: str, rng: np.random.Generator) -> str:
    return name if name.startswith("T1") or rng.uniform() < 0.25 else f"the {name}"


def _say(patterns: tuple[str, ...], rng: np.random.Generator, way: dict[str, str] | None = None) -> str:
    text = _one(patterns, rng)
    for part, pattern in (way or {}).items():
        text = text.replace(f"[{part}]", pattern)
    text = _WORD.sub(lambda found: _WORDS[found[1]], text)
    while _CHOICE.search(text):
        text = _CHOICE.sub(lambda found: _one(found[1].split("|"), rng), text)
    return " ".join(text.split())


def _one(options: Sequence[str], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]
