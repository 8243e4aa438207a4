"""Every way of saying something in other words, in the order in which they are read: one room for each kind.

A room is a table of (pattern, plain words). The order matters: a room may rely on the words of those before it. A
pattern that stands for something told, unclear or negated is written as a word that no list knows (x...), and no reader
of the grammar then accepts the line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from inference.language.apart import APART
from inference.language.asides import ASIDES
from inference.language.asking import ASKING
from inference.language.blades import BLADES
from inference.language.contractions import CONTRACTIONS
from inference.language.courtesy import COURTESY
from inference.language.framing import FRAMING
from inference.language.judging import JUDGING
from inference.language.manners import MANNERS
from inference.language.measuring import MEASURING
from inference.language.passives import PASSIVES
from inference.language.picturing import PICTURING
from inference.language.placing import PLACING
from inference.language.pointing import POINTING
from inference.language.refusing import REFUSING
from inference.language.relaying import RELAYING
from inference.language.shortened import SHORTENED
from inference.language.told import TOLD
from inference.language.wanting import WANTING

ROOMS = (
    *(CONTRACTIONS, SHORTENED, ASIDES, PASSIVES, MEASURING, APART, FRAMING, RELAYING),
    *(WANTING, BLADES, MANNERS, REFUSING),
    *(TOLD, PLACING, JUDGING, POINTING, PICTURING, COURTESY),
    ASKING,
)


@cache
def _compiled() -> list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]]:
    """All rooms, compiled once and for all (see `inference.commands.learn_words`)."""
    return [(re.compile(pattern), plain) for room in ROOMS for pattern, plain in room]


def rewrite(text: str) -> str:
    """`text`, lower case and unaccented, in plainer words."""
    for pattern, plain in _compiled():
        text = pattern.sub(plain, text)
    return text
