"""Learning from the loop: what a move is worth, and that the model's likelihoods are those of its words."""

import numpy as np
import pytest

from inference import prompts
from inference.training import loop
from inference.training.config import read_toml
from sim.landmarks import KEYS
from sim.resource import resource


class Room:
    """A patient with landmarks 100 mm apart who is not photographed."""

    points = np.array([(100.0 * i, -50.0 * i, 0.0) for i in range(len(KEYS))])


def test_the_shipped_recipe_reads():
    recipe = read_toml(resource("configs", "loop.toml"), loop.LoopRecipe)
    assert recipe.first_seed + 1000 < 900_000  # training subjects alone


def test_every_move_of_a_step_is_weighed_once():
    for axis in "xy":
        assert len(set(loop.MOVES[axis])) == 7
        assert {prompts.quantise(mm, axis) for mm in range(-100, 101)} == set(loop.MOVES[axis])


@pytest.mark.parametrize(
    ("way", "best"),
    [
        ((0.0, 0.0), (0.0, 0.0)),
        ((14.0, -14.0), (0.0, 0.0)),
        ((33.0, 2.0), (30.0, 0.0)),
        ((-58.0, 31.0), (-60.0, 30.0)),
        ((400.0, 0.0), (90.0, 0.0)),
    ],
)
def test_the_best_move_is_the_one_that_a_step_would_take(way, best):
    across = [prompts.motion_of(*x, "CENTER", "NONE").left_mm for x in loop.MOVES["x"]]
    along = [prompts.motion_of("CENTER", "NONE", *y).up_mm for y in loop.MOVES["y"]]
    motions = np.array([(x, y) for x in across for y in along])
    rewards = loop.reward(np.array(way), motions)
    assert tuple(motions[rewards.argmax()]) == best


def test_worth_is_progress_and_arrival():
    assert loop.worth(np.array((0.0, 0.0))) == 1.0
    assert loop.worth(np.array((0.0, 24.0))) == pytest.approx(1 - 0.8)
    assert loop.worth(np.array((30.0, 0.0))) == -1.0
    assert loop.reward(np.array((30.0, 0.0)), np.array([(30.0, 0.0)]))[0] == pytest.approx(1 - loop.MOVE_COST)


def test_a_trip_walks_as_told_and_remembers_its_last_step():
    trip = loop.Trip(Room(), "t1", np.array((0.0, 0.0, 7.0)))
    goal = Room.points[KEYS.index("t1")]
    assert tuple(trip.way) == tuple(goal[:2])
    assert "Last" not in trip.ask
    trip.go("carina", ("LEFT", "LARGE"), ("DOWN", "SMALL"))
    assert tuple(trip.place) == (90.0, -30.0, 7.0)
    assert trip.ask == prompts.navigate_text("t1", ("carina", "LEFT", "LARGE", "DOWN", "SMALL"))
    trip.go("carina", ("CENTER", "NONE"), ("CENTER", "NONE"))
    assert trip.stopped
    assert trip.moves == 1
    assert tuple(trip.place) == (90.0, -30.0, 7.0)


def test_likelihoods_are_those_of_the_words():
    import torch

    from inference.training import architecture, dialogue, language
    from inference.training.config import Architecture

    torch.manual_seed(4)
    sizes = Architecture(vision_layers=1, text_layers=2)
    tokenizer = architecture.build_tokenizer(dialogue.corpus(50), sizes.vocabulary, dialogue.DECISION_WORDS)
    model = architecture.build_model(tokenizer, sizes).eval()
    writer = language.Writer(architecture.build_processor(tokenizer, sizes))
    policy = loop.Policy(model, writer, bfloat16=False)
    trips = [loop.Trip(Room(), key, np.zeros(3)) for key in ("t1", "left_elbow")]
    tokens = torch.randn(2, sizes.image_tokens, sizes.text_width)
    with torch.no_grad():
        contexts = policy.contexts(trips, tokens)
        across = policy.across(trips, tokens, contexts)
        x = [("LEFT", "SMALL"), ("CENTER", "NONE")]
        along = policy.along(trips, tokens, contexts, x)
    assert torch.allclose(across.exp().sum(1), torch.ones(2))
    assert torch.allclose(along.exp().sum(1), torch.ones(2))
    # By itself: the two words' own likelihoods after all that stands before them, compared between two moves.
    odds = []
    for way, extent in (("LEFT", "LARGE"), ("RIGHT", "SMALL")):
        text = prompts.navigate_reply(contexts[0], way, extent, "", "", "", "").partition("</extent_x>")[0]
        told = dialogue.Exchange(trips[0].ask, text, whole=False)
        _, labels, _ = writer.ids(told)
        batch = writer.batch([[told]])
        with torch.no_grad():
            logits, _ = language.forward(model, tokens[:1], batch)
        said = torch.tensor([label for label in labels if label != language.IGNORED])
        each = torch.log_softmax(logits, -1).gather(1, said[:, None])[:, 0]
        words = [i for i, token in enumerate(said.tolist()) if tokenizer.decode([token]) in (way, extent)]
        assert len(words) == 2
        odds.append(each[words].sum())
    places = [loop.MOVES["x"].index(move) for move in (("LEFT", "LARGE"), ("RIGHT", "SMALL"))]
    assert (odds[0] - odds[1]).item() == pytest.approx((across[0, places[0]] - across[0, places[1]]).item(), abs=1e-4)
