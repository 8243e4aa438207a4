"""What is thought of a proposal or a picture: "I'm happy with that", "I don't think it's", "look at it again". Text to
plainer text.
"""

from __future__ import annotations

from inference.language.wanting import AHEAD

_SURE = r"(?:(?:pretty|quite|fairly|very|almost|absolutely|rather|really) )?(?:sure|certain|confident|positive)"
_CONTENT = r"(?:(?:very|quite|really|all|perfectly) )?(?:happy|satisfied|pleased|fine|ok|okay|good|comfortable|content)"
_WITH = r"(?: with (?:that|this|it|(?:the|your) (?:proposal|suggestion|plan|move|position|view)))?"

JUDGING = (
    (
        r"\b(?:(?:that|this|it|all|everything) )?(?:seems|looks|sounds|appears|feels)(?: to be)? "
        r"(?:(?:pretty|quite|perfectly|just|absolutely|very|all) )?"
        r"(?:(fine|good|ok|okay|great|perfect|excellent)|(?:correct|right(?=\W*(?:$|[,.;!]|to (?:me|us)\b))))"
        r"(?: (?:to|with|by|for|from) (?:me|us|here))?(?= (?:and|so|thanks|please)\b|\W*(?:$|[,.;!]))",
        lambda verdict: "looks good" if verdict[1] else "looks correct",
    ),
    (
        rf"\b(?:that|this|it) (?:does|did) not (?:(?:really|quite|exactly|even) )?(?:look(?: (?:anything|much))? like|"
        rf"seem(?: to be| like)?|appear(?: to be| like)?|resemble) {AHEAD}",
        "that is not ",
    ),
    (
        r"(^\W*(?!\w+ right)|\b(?:that|this|it|you) (?:is|are) )(?:quite|perfectly|entirely|totally) "
        r"(?=(?:right|correct|true|wrong|incorrect)\W*(?:$|[,.;!]))",
        r"\1",
    ),
    (
        r"\bare you (?:really |quite |absolutely )?(?:sure|certain|positive) (?:that )?(?=(?:that|this|it|these) )",
        " xquestion ",
    ),
    (r"\b(?:there is )?no way (?:that )?(?:that|this|it) is\b", "that is not"),
    (r"\b(i|we) (?:am|are) (?=agree\b)", r"\1 "),
    (r"\b(?:i am|we are) not agree\b", "no"),
    (rf"(^|[,.;!?]|\bok|\bokay|\byes) *(?:i am|we are|i'm|we're) {_CONTENT}{_WITH}\b", r"\1 yes "),
    (rf"(^|[,.;!?]|\bno) *(?:i am|we are|i'm|we're) not {_CONTENT}{_WITH}\b", r"\1 no "),
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
        r"\b(?:go(?: ahead| along)?(?: for| with)|(?:proceed|continue|carry on) with) (?:(?:it|that|this)\b"
        r"(?! (?:one|shot|image|picture|exposure|film)\b)|"
        r"(?=(?:the|your)\b))"
        r"(?:(?: |the |your )*(?:(?:proposed|suggested|planned) )?(?:one|step|move|motion|movement|proposal|plan|"
        r"suggestion)\b)?"
        r"(?<!with )(?<!for )",
        " yes ",
    ),
    (
        r"^\W*(?:no\W+)?what (?:you|we|i)(?: are| am)? (?:see(?:ing)?|look(?:ing)? at|have|show(?:ing)?|call)"
        r"(?: here| there| now)? is (?:actually |really )?",
        " that is ",
    ),
    (
        r"^\W*((?:(?:yes|yeah|no)\W+)?(?:(?:that|this|it) )?(?:is )?(?:not )?(?:ok|okay|good|fine|perfect|great|"
        r"correct)) "
        r"(?:like (?:this|that|so|it is)|this way|that way|as it is|so)\W*$",
        r"\1",
    ),
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
    (r"^\W*(?:is|was) not (?=(?:that|this|it) .*\?)", "is "),
    (
        r"^(\W*(?:so |and |ok |okay |tell me |please )*(?:where|what)\b.*?),? (?:exactly|precisely|again|please)\W*$",
        r"\1",
    ),
    (
        r"^\W*is (?=(?:(?:not|very|all|really) )?(?:good|ok|okay|fine|correct|perfect|wrong|bad|right|great)\W*$)",
        "that is ",
    ),
    (r"(^|[,.;!?]|\band|\byes|\bno|\bnow|\bok|\bokay|\bso) *(?:i|we) (?:can |now |do )*see\b", r"\1 that is "),
    (r"\bhere (?:we|you|i) (?:have|see|find)\b", "that is"),
    (
        r"\bi (?:do not|did not) (?:think|believe|guess) (?:that |this |it |so,? ?)(?:is|looks like|was)\b",
        "that is not",
    ),
    (r"\bi (?:do not|did not) (?:think|believe|guess) it'?s\b", "that is not"),
    (
        r"\b(?:i|we) (?:think|believe|guess|reckon|figure|am (?:pretty |quite |very )?sure|am afraid(?! (?:of|to)\b)|"
        r"would say|suppose|see that)(?: that(?! is| looks))?\b",
        " ",
    ),
)
"""(pattern, plain words)."""
