"""Whether reasons hold: they agree with their token, name both landmarks, and see only what is in view.

Knows sentences and keys; the truth of what is in view is handed in, after the reply.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from inference.reply import contradicts, mentions

_SEEN_BEFORE = re.compile(r"^(.*?)\b(?:is|are|being) (?:\w+ly )?(?:in view|in the picture|seen|visible|shown)\b")
_SEEN_AFTER = re.compile(r"\b(?:i (?:can )?see|shows?|showing|visible:|seen:|in view:)\b(.*)$")
_SEEN_WITH = re.compile(r"\bwith\b(.*?)\b(?:in view|visible|in the picture)\b")
_DENIES = re.compile(r"\b(?:not|no|nor|neither|outside|out of|cannot|don t|do not|does not|without)\b")


def agrees(reason: str, direction: str, context: str, target: str) -> bool:
    """Whether a reason goes with its token and names both landmarks (one, where the context is the target)."""
    return not contradicts(reason, direction) and {context, target} <= set(mentions(reason))


def claimed(texts: Iterable[str]) -> list[str]:
    """Keys of the landmarks that sentences say are seen, each sentence's own ones once."""
    out: list[str] = []
    for text in texts:
        for clause in re.split(r"[;.!?]", text.lower()):
            plain = re.sub(r"[^a-z0-9:]+", " ", clause).strip()
            plain = plain.partition(" or ")[0]  # an alternative is weighed, not seen
            if _DENIES.search(plain):
                continue
            said = [m[1] for pattern in (_SEEN_BEFORE, _SEEN_AFTER, _SEEN_WITH) for m in pattern.finditer(plain)]
            out += dict.fromkeys(key for part in said for key in mentions(part))
    return out
