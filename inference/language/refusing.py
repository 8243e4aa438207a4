"""Halts and refusals without the words "stop" and "no": "kill the motion", "not another inch", "certainly not".
Most stand for one only as the whole line. Text to plainer text, before the idioms; none of it can become a motion.
"""

from __future__ import annotations

REFUSING = (
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
        r"^\W*(?:no\W+)?(?:(?:surely|certainly|definitely|absolutely|clearly|of course|probably) not|not really|"
        r"(?:that|this|it) is not|(?:that|this|it) (?:can|could) not be|(?:i|we)? ?do not (?:think|believe) so|(?:i|"
        r"we)? ?do not like (?:it|that|this)(?: one)?|(?:i|we) (?:very much |really )?doubt (?:it|that)|(?:i am |we "
        r"are )?not (?:so |very |quite |too )?convinced(?: (?:of|by) (?:that|this|it))?|not even close|(?:close|"
        r"nearly|almost),? but no|(?:you )?missed(?: it)?|(?:(?:that|this|it) is (?:way )?|way )off|not accepted|"
        r"denied|nonsense|rubbish|impossible)(?: at all)?\W*$",
        " no ",
    ),
)
"""(pattern, plain words)."""
