"""What a line that is being typed may become: from the table of commands, the landmarks and the lines said before.

`rest_of` is the grey rest behind the cursor, `offers` the lines of a list. Whatever is offered is understood as it
stands; nothing is ever completed into a yes, a halt or a no that was not begun. Knows no window.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from inference.commands import HELP, parse
from sim.landmarks import LANDMARKS, the

MOST = 6
_JOINT = re.compile(r"^(.*?\b(?:and then|and|then)\s+|.*?[,;]\s*)(\S.*)$", re.DOTALL)
_NEVER_AGAIN = {"clarify", "accept", "reject", "halt"}
_NEVER_LOOSELY = {"accept", "halt"}
_TURNS = ("LAO 30", "RAO 30", "LAO 45", "cran 20", "caud 20")
_SHIFTS = tuple(f"go {way} {amount}" for way in ("up", "down", "left", "right") for amount in ("3 cm", "a bit"))


@dataclass(frozen=True)
class Offer:
    """A whole line that can be sent as it stands, and what it would do."""

    line: str
    does: str


def rest_of(typed: str, history: Sequence[str] = ()) -> str:
    """What would make `typed` a line that is known, the latest of `history` first; "" when nothing would."""
    head, tail = _last_part(typed)
    start = " ".join(tail.lower().split()) + (" " if tail[-1:].isspace() else "")
    if not start.strip():
        return ""
    for line in _known(history, head):
        rest = line[len(start) :] if line.lower().startswith(start) else ""
        if rest and _may_be_offered(typed + rest):
            return rest
    return _rest_of_a_landmark(typed)


def _rest_of_a_landmark(typed: str) -> str:
    """ "go to the right sca" -> "pular inferior angle": whatever the verb, a landmark that is begun is offered, if the
    line means nothing yet and something with it."""
    words = typed.split()
    if typed[-1:].isspace() or _kind(typed) != "clarify":
        return ""
    for n in (3, 2, 1):
        begun = " ".join(words[-n:]).lower()
        for mark in LANDMARKS if len(words) > n and len(begun) > 1 else ():
            rest = mark.title[len(begun) :]
            if rest and mark.title.lower().startswith(begun) and _kind(typed + rest) not in _NEVER_AGAIN:
                return rest
    return ""


def offers(typed: str, history: Sequence[str] = ()) -> list[Offer]:
    """At most MOST lines that `typed` may become: those that begin with it, then those whose words begin, in order,
    with the words typed ("al le el" is "align to the left elbow")."""
    head, tail = _last_part(typed)
    words = tail.lower().split()
    if not words:
        return []
    start = " ".join(words)
    lines = list(dict.fromkeys(_known(history, head)))
    begun = [line for line in lines if line.lower().startswith(start)]
    loosely = [
        line
        for line in lines
        if line not in begun and _abbreviates(words, line.lower().split()) and _kind(line) not in _NEVER_LOOSELY
    ]
    found = []
    for line in begun + loosely:
        whole = head + line
        if " ".join(whole.lower().split()) == " ".join(typed.lower().split()):
            continue
        if _may_be_offered(whole):
            found.append(Offer(whole, parse(whole).echo()))
        if len(found) == MOST:
            break
    return found


def _last_part(typed: str) -> tuple[str, str]:
    """What is complete already ("go to T12 and ") and what is being typed. Only what is understood is complete."""
    match = _JOINT.match(typed)
    head, tail = "", typed
    while match and parse(head + match[1].rstrip(" ,;").removesuffix("then").removesuffix(" and")).kind != "clarify":
        head, tail = head + match[1], match[2]
        match = _JOINT.match(tail)
    return head, tail


def _known(history: Sequence[str], head: str) -> Iterable[str]:
    return (*(() if head else reversed(history)), *_table())


@lru_cache(maxsize=4096)
def _kind(line: str) -> str:
    return parse(line).kind


def _may_be_offered(line: str) -> bool:
    return line in _table() or _kind(line) not in _NEVER_AGAIN


@cache
def _table() -> tuple[str, ...]:
    titles = [the(mark.key) for mark in LANDMARKS]
    lines = [said for row in HELP for said in row.examples]
    lines += [f"align to {title}" for title in titles]
    lines += [f"that's {title}" for title in titles]
    return tuple(dict.fromkeys([*lines, *_SHIFTS, *_TURNS]))


def _abbreviates(words: Sequence[str], line: Sequence[str]) -> bool:
    rest = iter(line)
    return all(any(word.startswith(typed) for word in rest) for typed in words)
