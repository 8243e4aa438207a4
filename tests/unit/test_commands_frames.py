"""Whose left, whose wish, whose name, how far: what stands around a way or an amount and decides how it is meant."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_commands_rooms import MOTIONS, brief, kinds

from inference.commands import parse
from inference.language.callings import _NAMES
from inference.language.joined import apart
from inference.language.spelling import repair
from inference.language.vocabulary import KNOWN

WAYS = {"left": (1, 0), "right": (-1, 0), "up": (0, 1), "down": (0, -1)}
PICTURES = ("screen", "image", "picture", "monitor", "display", "x-ray", "film", "x-ray image")
FRAMED = (
    *("in the {0} {1}", "{1} in the {0}", "on the {0}, {1}", "in the {0} go {1}", "move {1} on the {0}"),
    *("in the {0} please move {1}", "{1} as seen on the {0}", "go {1}, on the {0}", "looking at the {0}, {1}"),
)


@settings(deadline=None)
@given(
    st.sampled_from(PICTURES),
    st.sampled_from(FRAMED),
    st.sampled_from(["left", "right"]),
    st.sampled_from(["{0}", "to the {0}", "{0} 2 cm", "2 cm {0}", "2 cm to the {0}", "{0} a bit", "{0} by 2 cm"]),
)
def test_a_way_in_the_picture_is_never_taken_for_the_patients(picture, framed, side, way):
    said = framed.format(picture, way.format(side))
    action = parse(said)
    amount = 20.0 if "2 cm" in way else 30.0
    assert action.kind == "clarify" or brief(action) == f"move {-amount * WAYS[side][0]:g} 0", said


@settings(deadline=None)
@given(
    st.sampled_from(sorted(WAYS)),
    st.sampled_from(["a bit", "a little", "some", "a lot", "a good bit", "quite a bit", "somewhat"]),
    st.sampled_from([", say ", ", like ", ", about ", ", maybe ", ", ", ", around ", ", I'd say "]),
    st.integers(1, 99),
    st.sampled_from(["mm", "cm"]),
)
def test_a_number_says_how_much_a_vague_amount_is(way, vague, joint, number, unit):
    mm = number * (10 if unit == "cm" else 1)
    meant = f"move {WAYS[way][0] * mm + 0.0:g} {WAYS[way][1] * mm + 0.0:g}".replace("-0 ", "0 ")
    for said in (f"go {way} {vague}{joint}{number} {unit}", f"{vague} {way}{joint}{number} {unit}"):
        answer = brief(parse(said))
        assert answer.replace("-0", "0") == meant.replace("-0", "0") or answer.startswith("clarify"), said


@settings(deadline=None)
@given(st.sampled_from(["big", "large", "huge", "massive", "enormous"]), st.sampled_from(sorted(WAYS)))
def test_how_big_a_way_is_has_no_length(size, way):
    assert parse(f"a {size} {way}").kind == "clarify"
    assert parse(f"{size} {way}").kind == "clarify"


WISHERS = ("he", "she", "they", "the surgeon", "doc", "the boss", "our consultant")
WISHES = {
    "the left elbow": "align left_elbow",
    "T12": "align t12",
    "a shot": "expose",
    "another image": "expose",
    "the fluoro off": "fluoro off",
}


@settings(deadline=None)
@given(st.sampled_from(WISHERS), st.sampled_from(["wants", "needs", "would like"]), st.sampled_from(sorted(WISHES)))
def test_what_somebody_wishes_is_done(who, wishes, what):
    assert brief(parse(f"{who} {wishes} {what}")) == WISHES[what]


@settings(deadline=None)
@given(
    st.sampled_from((*WISHERS, "the patient", "my colleague", "somebody")),
    st.sampled_from(["says", "said", "asked", "thinks", "told me", "says that", "wants to know if", "asks whether we"]),
    st.sampled_from(["left 2 cm", "go up", "yes", "it is fine", "go ahead", "home", "we went to T12", "rotate 10 LAO"]),
)
def test_what_somebody_says_moves_nothing(who, says, what):
    assert not kinds(parse(f"{who} {says} {what}")) & MOTIONS


@settings(deadline=None)
@given(
    st.sampled_from(["T12", "the left elbow", "left 2 cm", "LAO 30"]), st.from_regex(r"[A-Z][a-z]{3,9}", fullmatch=True)
)
def test_a_capital_makes_no_name_of_a_word(command, word):
    """Only a name on the list is let fall; of any other word that nobody knows it is asked what it means."""
    low = word.lower()
    if low in _NAMES.split() or low in KNOWN or repair(low) != low or len(apart(low)) > 1:
        return
    for said in (f"{command}, {word}", f"{command} {word}", f"{word}, {command}"):
        assert not kinds(parse(said)) & MOTIONS, said


def test_no_name_is_a_word_of_a_command():
    assert not [name for name in _NAMES.split() if name in KNOWN or repair(name) != name]


@pytest.mark.parametrize("word", ["upright", "downright", "goat", "theme", "today", "outright", "uptake", "thereat"])
def test_an_ordinary_word_is_not_taken_apart(word):
    assert not kinds(parse(f"{word} 2 cm")) & MOTIONS


@settings(deadline=None)
@given(
    st.sampled_from(["go", "do"]), st.sampled_from(["straight", "level", "slowly", "nicely", "her", "area", "team's"])
)
def test_a_go_with_anything_beside_it_accepts_nothing(go, word):
    assert "accept" not in kinds(parse(f"{go} {word}"))
    assert "accept" not in kinds(parse(f"{word} {go}"))


SPOKEN = {5: "five", 10: "ten", 20: "twenty", 30: "thirty"}


@settings(deadline=None)
@given(
    st.sampled_from(["rotate", "turn", "tilt", "swing it", "angle", "go", "move"]),
    st.sampled_from(["to", "into", "to the"]),
    st.sampled_from(["LAO", "RAO", "cranial", "caudal"]),
    st.sampled_from(["by", "another", "by another", "by a further"]),
    st.sampled_from(sorted(SPOKEN)),
    st.booleans(),
    st.sampled_from(["", " degrees", " deg"]),
)
def test_an_angle_to_turn_by_is_never_an_angle_to_reach(verb, into, way, by, number, spoken, unit):
    said = f"{verb} {into} {way} {by} {SPOKEN[number] if spoken else number}{unit}"
    sign = 1 if way in ("LAO", "cranial") else -1
    turned = f"{sign * number} 0" if way in ("LAO", "RAO") else f"0 {sign * number}"
    answer = brief(parse(said))
    assert answer == f"rotate rel {turned}" or answer.startswith("clarify"), (said, answer)


@settings(deadline=None)
@given(
    st.sampled_from(["T12", "the carina", "left elbow", "right shoulder blade tip"]),
    st.sampled_from([" ", ", "]),
    st.sampled_from(["I", "we", "they"]),
    st.sampled_from(
        ["do not want to see", "don't need", "saw", "had", "see", "wanted", "must not go to", "never show"]
    ),
)
def test_a_landmark_first_moves_nothing_when_no_wish_follows_it(mark, joint, who, what):
    assert not kinds(parse(f"{mark}{joint}{who} {what}")) & MOTIONS


@settings(deadline=None)
@given(
    st.sampled_from(["go", "move", "shift it"]),
    st.sampled_from(["2", "two", "too"]),
    st.sampled_from(["the left", "the right", "the patient's left", "his right"]),
)
def test_a_to_that_may_be_a_two_is_no_amount(verb, to, way):
    """ "Move 2 the left" is a side without an amount, or an amount without its unit."""
    action = parse(f"{verb} {to} {way}")
    assert action.kind == "clarify" or abs(action.left_mm) == 30.0


@settings(deadline=None)
@given(
    st.sampled_from(["that was", "it went", "go", "that is too", "you are", "not so", "why so", "less"]),
    st.sampled_from(["real quick", "very fast", "fast", "slow", "really slow", "quick as you can"]),
)
def test_how_fast_something_is_moves_nothing(told, how):
    assert not kinds(parse(f"{told} {how}")) & MOTIONS
