"""Wishes in other forms mean what the plain order means; people and things spoken of move nothing."""

from __future__ import annotations

from itertools import product

import pytest
from test_commands_rooms import MOTIONS, brief, kinds

from inference.commands import parse

LEADS = (
    *("I'd prefer it if we ", "it would be great if you ", "I'd rather you ", "we would be grateful if you "),
    *("would be better if we ", "I would really appreciate it if you "),
)
PAST = {
    "went to T12": "go to T12",
    "moved up 2 cm": "move up 2 cm",
    "rotated to LAO 20": "rotate to LAO 20",
    "took a shot": "take a shot",
    "could go left 3 cm": "go left 3 cm",
}


@pytest.mark.parametrize(("lead", "said"), list(product(LEADS, PAST)))
def test_a_wish_in_the_past_tense_is_the_order(lead, said):
    assert brief(parse(lead + said)) == brief(parse(PAST[said]))


@pytest.mark.parametrize("lead", LEADS)
def test_a_wish_that_something_be_left_undone_moves_nothing(lead):
    for said in ("did not go to T12", "didn't move left", "could not move left", "had gone up 2 cm"):
        assert not kinds(parse(lead + said)) & MOTIONS, said


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("could the view be moved 2 cm up", "move 0 20"),
        ("the view should be rotated to LAO 20", "rotate view 20 0"),
        ("could the arm please be tilted 10 degrees cranial", "rotate rel 0 10"),
        ("an image should be taken now", "expose"),
        ("one more shot is needed", "expose"),
        ("2 cm up is needed", "move 0 20"),
        ("this picture must be saved", "save"),
        ("the fluoroscopy should be off", "fluoro off"),
        ("the beam can be switched off", "fluoro off"),
        ("could the fluoro be turned on", "fluoro on"),
        ("could the right elbow be brought to the middle", "align right_elbow"),
        ("use LAO 30", "rotate view 30 0"),
        ("select the left elbow", "align left_elbow"),
        ("the carina is what I'd like to see", "align carina"),
        ("the wrist - right one", "align right_wrist"),
        ("that seems fine to me, go ahead", "accept"),
        ("finished with the fluoro", "fluoro off"),
        ("beam on, beam on", "fluoro on"),
        ("zoom it back out", "magnify -1"),
        ("bring it back as it was", "return"),
    ],
)
def test_the_passive_and_its_like_are_understood(said, meant):
    assert brief(parse(said)) == meant


@pytest.mark.parametrize(
    "said",
    [
        *("should the view be moved left", "the view can be moved left", "the view should not be moved left"),
        *("no shot should be taken", "the view has been moved up 2 cm", "the beam should be on"),
        *("could the left wrist be moved", "move the left wrist", "slide the left wrist over", "shift the skull"),
        *("the team left", "everybody left", "to the left of the doctor", "2 cm left of nurse", "the folks go up"),
        *("system down", "doctor up", "it has to be moved 2 cm to the left by the nurse", "go home with the doctor"),
        *("you left 2 cm", "we should have left", "some bone left", "please left us", "left it up", "time up"),
        *("plus 10 LAO", "LAO +10", "cranial plus five", "the doctor up"),
    ],
)
def test_what_is_told_or_may_mean_two_things_moves_nothing(said):
    assert not kinds(parse(said)) & (MOTIONS | {"expose"}), brief(parse(said))
    assert parse(said).on is not True


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("doctor, left", "move 30 0"),
        ("nurse left elbow please", "align left_elbow"),
        ("T12 please my friend", "align t12"),
        ("move to the left wrist", "align left_wrist"),
        ("LAO 20 plus 10 cranial", "rotate view 20 10"),
    ],
)
def test_what_is_said_to_somebody_or_of_two_ways_still_moves(said, meant):
    assert brief(parse(said)) == meant
