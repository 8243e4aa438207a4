"""What is said around a command changes nothing, and what is taken back in the middle of a line is not done."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_commands_rooms import MOTIONS, brief, kinds

from inference.commands import parse
from inference.language.rewriting import ROOMS

COMMANDS = (
    *("align to the carina", "T12", "the left elbow", "show me the right wrist", "go up 2 cm", "left 30 mm"),
    *("3 cm toward the feet", "LAO 30", "tilt 10 degrees cranial", "take a shot", "zoom in", "fluoro on"),
    *("that's the left elbow", "go to the skull and take a shot", "save this image"),
)
BEFORE = (
    *("come on, ", "listen up, ", "for god's sake, ", "dammit, ", "nurse, ", "hey computer, ", "to begin with, "),
    *("step one: ", "here we go, ", "gently, ", "in your own time, ", "as I said, ", "oops, ", "anyway, ", "bitte "),
    *("s'il vous plaît, ", "por favor ", "pretty please ", "make sure to ", "any chance you could ", "right so "),
    *("my order: ", "could somebody ", "1) ", "great stuff, ", "come on, people, "),
    *("um, ", "so uh ", "feel free to ", "what I'd like you to do is to ", "do you think you could "),
)
AFTER = (
    *(", chop chop", ", hurry up", ", for heaven's sake", ", nurse", ", got it?", ", you hear?", " today", ", quick"),
    *(
        " at last",
        " bitte",
        " s'il vous plaît",
        " gracias",
        ", and quickly",
        ", I said",
        ", obviously",
        " anyway",
        ", boss",
    ),
)


@settings(deadline=None)
@given(st.sampled_from(COMMANDS), st.sampled_from(("", *BEFORE)), st.sampled_from(("", *AFTER)))
@example("T12", "to begin with, ", "")
def test_asides_around_a_command_change_nothing(command, before, after):
    if before.endswith((" to ", " could ", "somebody ")) and not command.startswith(
        ("align", "show", "go", "take", "zoom")
    ):
        before = ""
    if before == "1) " and command[0].isdigit():  # a number before a number is asked back
        before = ""
    assert brief(parse(before + command + after)) == brief(parse(command)), before + command + after


@pytest.mark.parametrize(
    "said", ["come on", "hurry up, nurse", "for god's sake", "listen", "chop chop, people", "today"]
)
def test_an_aside_alone_is_no_command(said):
    assert parse(said).kind == "clarify"


ONE = (
    "go left 2 cm",
    "up a bit",
    "the left elbow",
    "T12",
    "LAO 30",
    "tilt 10 degrees cranial",
    "right 20",
    "show me the skull",
)
OTHER = (
    "right 3 cm",
    "down 1 cm",
    "the right elbow",
    "T1",
    "RAO 20",
    "left",
    "down",
    "3 cm",
    "the left one",
    "lateral",
)
TAKEN_BACK = (
    *(
        ", no wait, ",
        " no wait ",
        "... no, ",
        ", sorry, ",
        " sorry ",
        ", I mean ",
        ", correction, ",
        ", scratch that, ",
    ),
    *(
        ", strike that, ",
        ", or rather ",
        ", make that ",
        ", make it ",
        ", better: ",
        ", oops, ",
        ", my mistake, ",
        ", I misspoke, ",
    ),
    *(", change that to ", ", disregard that, ", ", whoops, ", ", actually no, ", ", the other way, ", ", not that, "),
)


@settings(deadline=None)
@given(st.sampled_from(ONE), st.sampled_from(TAKEN_BACK), st.sampled_from(OTHER))
def test_what_is_taken_back_is_not_done(one, taken_back, other):
    """What comes after may be done, alone or behind a "no"; else nothing moves."""
    action = parse(one + taken_back + other)
    meant = brief(parse(other))
    assert brief(action) in (meant, f"seq(reject; {meant})") or not kinds(action) & MOTIONS, one + taken_back + other


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("left 2 cm, sorry, right 2 cm", "move -20 0"),
        ("go to T1, I mean T12", "align t12"),
        ("LAO 20, correction, LAO 30", "rotate view 30 0"),
        ("left 2 cm, sorry, right 2 cm, no, scratch that, left 3 cm", "move 30 0"),
    ],
)
def test_what_is_said_anew_stands_in_place_of_what_was_said(said, meant):
    assert brief(parse(said)) == meant


@pytest.mark.parametrize(
    ("said", "offered"),
    [
        ("left 2 cm, sorry, up 3 cm", "up 3 cm"),  # another axis: both, or the last?
        ("up 2 cm, I mean down", "down"),  # how far?
        ("left 2 cm, oops, right 2 cm", "right 2 cm"),  # may regret a move that was made
        ("T12, sorry, LAO 30", "LAO 30"),
        ("left 2 cm, sorry", "left 2 cm"),  # what was to come in its place did not come
        ("align to T1, pardon", "align to T1"),
    ],
)
def test_what_may_be_meant_instead_is_offered(said, offered):
    action = parse(said)
    assert (action.kind, action.reason, action.options[0]) == ("clarify", "conflict", offered)


DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@settings(deadline=None)
@given(
    st.sampled_from(DIGITS[1:]),
    st.sampled_from(["oh", "zero"]),
    st.sampled_from([("up", 0, 1), ("down", 0, -1), ("left", 1, 0), ("right", -1, 0)]),
)
def test_digits_said_one_by_one(tens, nil, way):
    said, left, up = way
    action = parse(f"{tens} {nil} millimetres {said}")
    assert (action.kind, action.left_mm, action.up_mm) == (
        "move",
        left * 10 * DIGITS.index(tens),
        up * 10 * DIGITS.index(tens),
    )


FIELDS = ("field", "screen", "image width", "vertebral body", "hand", "level", "field of view")


@settings(deadline=None)
@given(
    st.sampled_from(["half a", "one", "two", "a full", "a quarter of a", "another"]),
    st.sampled_from(FIELDS),
    st.sampled_from(["left", "up", "to the right", "cranially"]),
)
def test_an_amount_without_a_length_is_asked_back(count, field, way):
    assert parse(f"{count} {field} {way}").kind == "clarify"


@pytest.mark.parametrize(
    "said", ["yes?", "accept?", "shall I accept?", "sure?", "home?", "correct it", "confirm the side"]
)
def test_what_only_asks_decides_nothing(said):
    assert parse(said).kind == "clarify"


@pytest.mark.parametrize(
    "said",
    ["Y view of the right scapula", "two nudges left", "the right way", "only two shots left", "it has come left 2 cm"],
)
def test_a_letter_a_count_or_a_figure_of_speech_moves_nothing(said):
    assert not kinds(parse(said)) & MOTIONS


def test_every_room_is_a_table_of_patterns_and_plain_words():
    assert len(ROOMS) > 10
    assert all(len(row) == 2 and isinstance(row[0], str) for room in ROOMS for row in room)
