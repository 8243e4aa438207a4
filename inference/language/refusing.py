"""Halts and refusals without the words "stop" and "no": "kill the motion", "not another inch", "certainly not".
Most stand for one only as the whole line. Text to plainer text; none of it can become a motion.
"""

from __future__ import annotations

REFUSING = (
    (
        r"^\W*(?:please |i )?(?:reject|decline|refuse|dismiss|discard) (?:the |this |that |your )?(?:proposed |"
        r"suggested )?(?:movement|move|motion|step|proposal|suggestion|one|it)(?: please)?\W*$",
        " no ",
    ),
    (
        r"^\W*(?:(?:that|this|it) (?:will|would|should) (?:work|do)(?: (?:nicely|fine|just fine|well))?(?: for me)?|"
        r"(?:i|we) (?:will|would|can) (?:take|have|go with|accept) (?:it|that|this)(?: one)?|"
        r"you have (?:got )?it(?: right)?|you have my (?:permission|blessing|ok|consent)|why not|alrighty|"
        r"(?:(?:yes|yeah|ok|okay|perfect|good),? )?(?:that|this|it) (?:fits|matches|suits(?: me)?|checks out|"
        r"is a match)(?: (?:well|very well|perfectly|nicely|exactly))?)\W*$",
        " yes ",
    ),
    (
        r"^\W*(?:no\W+)?(?:i (?:think|fear|believe|am afraid) (?:that )?)?you (?:have |are |must have )?(?:(?:got|read|"
        r"called|named|identified|labell?ed|understood|judged|guessed) (?:it|that|this|me|the \w+)(?: all)? (?:wrong|"
        r"wrongly|incorrectly)|(?:made|making) an? (?:\w+ )?(?:mistake|error)|(?:misread|misjudged|misidentified|"
        r"mistook|mislabell?ed|misunderstood|confused|misinterpreted)(?: (?:it|that|this|them|me|something|"
        r"the (?:landmark|picture|image|anatomy|view)))?)\W*$",
        " no ",
    ),
    (
        r"^\W*(?:no\W+)?(?:i think )?you (?:have |are )?(?:(?:got|picked|chosen|chose|selected|found|named|read|"
        r"at|on|in|"
        r"looking at|showing(?: me)?) )?(?:the|a) wrong [a-z]+(?: [a-z]+)?\W*$",
        " no ",
    ),
    # "That'll do" beside a halt or the beam is "enough", and decides nothing.
    (
        r"\b(?:that|this|it) will do[\s,.!]+(?=(?:stop|halt|enough|no more|end|kill|cut|switch|turn|beam|fluoro\w*)\b)",
        " ",
    ),
    (
        r"^\W*(?:(?:what |complete |utter |total |absolute )*(?:rubbish|nonsense|garbage|ridiculous|absurd|impossible)|"
        r"not even close|(?:certainly|definitely|absolutely|surely) not)[\s,.!]+"
        r"(?=(?:look|try|think|check|guess|that is|this is|it is|you are)\b)",
        " no, ",
    ),
    (r"^\W*(?:no\W+)?(?:(?:that|this|it) )?can ?not be\W*$|\bgod,? no\b|\bc'?est faux\b", " no "),
    (
        r"\b(?:that|this|it) (?:can|could|must) ?not (?:possibly |really )?be (?=(?:right|correct|true|it|the|t1|"
        r"t12)\b)",
        "that is not ",
    ),
    (
        r"\b(?:kill|quit|interrupt|suspend|arrest|terminate|break off|cut off|switch off) (?:the |this |that |your "
        r")?(?:it|motion|movement|move|moving|travel|drive|run)\b|^\W*(?:please )?(?:quit|interrupt|kill|suspend|"
        r"arrest|break|emergency|time ?out|cut|cut it out|knock it off|easy|let go|hit the brakes?|brakes?|do not go|"
        r"(?:one|just a|a|wait a) (?:moment|second|sec|minute)|not (?:another|one more|1 more|a|any) (?:inch|mm|"
        r"millimet(?:re|er)|cm|centimet(?:re|er)|step|bit|further|closer)|(?:motion|movement|drive) (?:off|stop))(?: "
        r"please| now| already)?\W*$",
        " stop ",
    ),
    (
        r"\b((?:that|this|it) is) (?:a load of |complete |utter |total |just |plain |absolute )?(?:nonsense|rubbish|"
        r"garbage|"
        r"bull|crap|impossible|ridiculous|absurd|silly|terrible|awful|hopeless|useless|unacceptable|no use|no good)"
        r"(?=\s*(?:[,.;!]|$))",
        r"\1 wrong",
    ),
    (
        r"^\W*(?:no\W+)?(?:please )?(?:(?:have|take|give it)(?: (?:a|an|one|another|second|more))+ (?:think|"
        r"thought|guess|try|"
        r"go|look)|(?:guess|think) again|think (?:it over|about it again))\W*$|"
        r"^\W*(?:no\W+)?(?:please )?(?:look|think|try|check|guess|recheck|search)(?: at)?(?: it| that| this)?(?: "
        r"please)? "
        r"(?:again|once more|one more time|once again|another time|a second time|anew|afresh)(?: please| "
        r"properly)?\W*$",
        "look again",
    ),
    (
        r"\b(fluoro\w*|beam|x-?rays?|screening|radiation),? (?:no more|finished|done|over|"
        r"enough)(?=\W*(?:please)?\W*$)",
        r"\1 off",
    ),
    (
        r"\b(?:come|get|step|stay|go|take (?:your|the) foot) off (?=(?:the )?(?:fluoro\w*|beam|x-?rays?|pedal|"
        r"screening)\b)",
        "switch off ",
    ),
    (
        r"\b(?:(?:take|get) (?:your|the) )?foot off(?: (?:the )?pedal)?(?=\W*(?:please|now)?\W*$)|\bpedal up\b|"
        r"\blift (?:your|the) foot\b|\b(?:lose|drop|ditch) (?:the )?(?:fluoro\w*|beam|screening|x-?rays?)\b|"
        r"\b(?:fluoro\w*|screening|beam) out(?=\W*(?:please|now)?\W*$)",
        " fluoro off ",
    ),
    (
        r"\b(?:hit|press|engage|step on|push) (?:the )?(?:(?:foot )?pedal|fluoro\w*|screening)\b|\b(?:some|engage|use) "
        r"(?:fluoro\w*|screening)\b|"
        r"^\W*(?:lets|let us) screen\b(?=\W*(?:please|now)?\W*$)|^\W*screen (?:please|now)\W*$",
        " fluoro on ",
    ),
    (
        r"\bdo not move (?:a (?:thing|muscle|bit|mm|millimet(?:re|er)|hair)|an inch|at all|one (?:bit|mm|inch))\b",
        " stop ",
    ),
    (
        r"^\W*(?:no\W+)?(?:(?:surely|of course|certainly|definitely|absolutely|clearly|of course|probably) not|not "
        r"really|"
        r"(?:that|this|it) is not|(?:that|this|it) (?:can|could) not be|(?:i|we)? ?do not (?:think|believe) so|(?:i|"
        r"we)? ?do not like (?:it|that|this)(?: one)?|(?:i|we) (?:very much |really )?doubt (?:it|that)|(?:i am |we "
        r"are )?not (?:so |very |quite |too )?convinced(?: (?:of|by) (?:that|this|it))?|not even close|(?:close|"
        r"nearly|almost),? but no|(?:you )?missed(?: it)?|(?:(?:that|this|it) is (?:way )?|way )off|not accepted|"
        r"denied|(?:complete |utter |total )?(?:nonsense|rubbish|garbage|"
        r"impossible|ridiculous|absurd|hopeless|useless|unacceptable))(?: at all)?\W*$",
        " no ",
    ),
)
"""(pattern, plain words)."""
