"""Regions for the eye: read where there is a reader, never waited for, closed with the session."""

from __future__ import annotations

import json

import numpy as np
import pytest
from doubles import ScriptedModel

from carm_gui.session.regions import Regions
from inference.models.interface import ModelError
from sim.frame import Frame
from sim.pose import CArmPose

READING = json.dumps(
    {"offsets": [[10.0, -20.0, 5.0]] * 14, "spreads": None, "radii": [12.0] * 13 + [None], "likelihoods": None}
)
FRAME = Frame(np.zeros((16, 16), np.uint16), 13.4, CArmPose(), 0, 0.0)


def named(name, *script, state="ready"):
    model = ScriptedModel(*script, state=state)
    model.name = name
    return model


def test_the_baseline_and_the_hybrid_read_for_themselves():
    for name in ("baseline", "hybrid"):
        model = named(name, READING)
        found = Regions(model, lambda: pytest.fail("nothing else is opened"))(FRAME)
        assert found["skull"] == {"left_mm": 10.0, "up_mm": -20.0, "radius_mm": 12.0}
        assert "t12" not in found, "no region was calibrated for it"


def test_beside_another_model_the_network_is_opened_once_and_closed():
    network = named("baseline", READING)
    opened = []
    regions = Regions(named("embedded", "x"), lambda: opened.append(1) or network)
    assert regions(FRAME)["t1"]["radius_mm"] == 12.0
    assert regions(FRAME) is not None
    assert opened == [1]
    regions.close()
    assert network.cancels == 1


def test_beyond_ap_nothing_is_read_since_no_region_would_hold():
    regions = Regions(named("baseline", READING, READING))
    turned = [
        Frame(FRAME.pixels, 13.4, CArmPose(primary_deg=a, secondary_deg=b), 0, 0.0) for a, b in ((30, 0), (0, -11))
    ]
    assert [regions(frame) for frame in turned] == [None, None]
    assert regions(Frame(FRAME.pixels, 13.4, CArmPose(primary_deg=-10), 0, 0.0)) is not None


@pytest.mark.parametrize("state", ["loading", "failed"])
def test_a_network_that_is_not_ready_is_not_waited_for(state):
    assert Regions(named("embedded", "x"), lambda: named("baseline", READING, state=state))(FRAME) is None


@pytest.mark.parametrize("answer", ["nonsense", "{}", ModelError("It died.")])
def test_a_network_that_fails_costs_the_regions_alone(answer):
    assert Regions(named("baseline", answer))(FRAME) is None


def test_a_network_that_cannot_be_opened_is_tried_once():
    tries = []

    def opener():
        tries.append(1)
        raise ModelError("There is none.")

    regions = Regions(named("embedded", "x"), opener)
    assert regions(FRAME) is None
    assert regions(FRAME) is None
    assert tries == [1]
