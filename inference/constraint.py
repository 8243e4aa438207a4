"""The regular expression that a reply of each task matches: what constrained decoding holds a model to.

It fixes the form, the landmarks' names and numbers, and that CENTER goes with NONE; what is seen stays the model's.
The strict parser (`inference.reply`) reads every reply again. Knows no model.
"""

from __future__ import annotations

from functools import lru_cache

from sim.landmarks import LANDMARKS

SENTENCE = r"[A-Za-z0-9 ,:;'()-]{8,200}\."


@lru_cache(maxsize=8)
def constraint(task: str) -> str:
    """A regular expression without look-around, as llguidance and vLLM understand it; "" for an unknown task."""
    name = "(" + "|".join(mark.title for mark in LANDMARKS) + ")"
    named = "(" + "|".join(f"{mark.id}: {mark.title}" for mark in LANDMARKS) + ")"
    ids = [str(mark.id) for mark in LANDMARKS]
    two = r"\[(" + "|".join(f"{first},({'|'.join(i for i in ids if i != first)})" for first in ids) + r")\]"
    if task == "localization":
        return two
    if task == "regions":
        return r"\[(1?[0-9]|2[01]),(1?[0-9]|2[01])\]"
    if task == "retrieval":
        return rf"\[{named}, {named}, {named}\]"
    if task == "correction":
        seen = rf"{SENTENCE}( {SENTENCE}){{0,3}}"
        return rf"<response><visual_reasoning>{seen}</visual_reasoning><landmarks>{two}</landmarks></response>"
    if task == "navigation":
        extent = "(SMALL|MODERATE|LARGE)"

        def axis(tag: str, ways: str) -> str:
            return rf"<{tag}>(({ways})</{tag}><extent_{tag}>{extent}|CENTER</{tag}><extent_{tag}>NONE)</extent_{tag}>"

        return (
            rf"<output><step1><context>{name}</context></step1><step2>{axis('x', 'LEFT|RIGHT')}{axis('y', 'UP|DOWN')}"
            rf"<reason_x>{SENTENCE}</reason_x><reason_y>{SENTENCE}</reason_y></step2></output>"
        )
    return ""
