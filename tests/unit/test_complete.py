"""Completion while typing: whatever is offered is understood, and what was typed is never changed."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inference.commands import HELP, parse
from inference.complete import MOST, offers, rest_of

HISTORY = ("go up 12 mm", "yes", "zorblax", "align to the skull and take a shot", "stop")


@pytest.mark.parametrize(
    ("typed", "rest"),
    [
        ("ali", "gn to the skull"),
        ("Align  to the left", " humeral head"),
        ("sho", "w me T12"),
        ("zzz", ""),
        ("", ""),
        ("   ", ""),
        ("go to T12 and take a s", "hot"),
        ("up 3 cm, then LAO", " 30"),
        ("zorblax and ta", ""),
        ("go to the right sca", "pular inferior angle"),
        ("show me the left hemi", "diaphragm"),
        ("go to T12 and find the car", "ina"),
        ("zorblax the zorb", ""),
    ],
)
def test_the_rest_of_a_line(typed, rest):
    assert rest_of(typed) == rest


def test_what_was_said_before_comes_first_but_no_answer_and_no_nonsense():
    assert rest_of("go up", HISTORY) == " 12 mm"
    assert rest_of("align to the skull", HISTORY) == " and take a shot"
    assert rest_of("zorb", HISTORY) == ""
    assert "yes" not in [offer.line for offer in offers("ye", HISTORY)]


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("al le el", "align to the left elbow"),
        ("align right wr", "align to the right wrist"),
        ("that's r", "that's the right humeral head"),
        ("go le", "go left 3 cm"),
        ("zo", "zoom in"),
        ("go to T12 and sa", "go to T12 and save this image"),
    ],
)
def test_offers(typed, line):
    assert line in [offer.line for offer in offers(typed)]


def test_an_offer_says_what_it_does():
    assert offers("align to the left el")[0].does == "align to the left elbow"


BEGINNINGS = [said[:n] for row in HELP for said in row.examples for n in range(1, len(said) + 1)]


@settings(deadline=None)
@given(st.one_of(st.sampled_from(BEGINNINGS), st.text(max_size=40)))
@example("L\r")
@example("go\tup\rl")
def test_whatever_is_offered_is_understood(typed):
    found = offers(typed, HISTORY)
    assert len(found) <= MOST
    for offer in found:
        assert parse(offer.line).kind != "clarify"
        assert offer.does
    rest = rest_of(typed, HISTORY)
    assert not rest or parse(typed + rest).kind != "clarify"
