"""The network's regions as an interlock: it speaks up exactly when a move is wrong wherever the target lies."""

from __future__ import annotations

import time

import numpy as np
import pytest
from doubles import ARRIVED, EventLog, FakeProjector, ScriptedModel, move_reply

from carm_gui.session.session import Session
from inference.baseline.doubt import disagreement
from inference.commands import Action
from inference.prompts import EXTENT_MM, motion_of
from inference.step import Proposal
from sim.carm import CArm
from sim.pose import CArmPose


def proposal(x="CENTER", extent_x="NONE", y="CENTER", extent_y="NONE") -> Proposal:
    return Proposal("t1", x, extent_x, y, extent_y, motion_of(x, extent_x, y, extent_y))


def region(left: float, up: float, radius: float) -> dict[str, float]:
    return {"left_mm": left, "up_mm": up, "radius_mm": radius}


def test_it_speaks_against_a_move_only_when_every_point_of_the_region_gets_farther():
    rng = np.random.default_rng(0)
    checked = {True: 0, False: 0}
    for _ in range(400):
        left, up, radius = (float(mm) for mm in (*rng.uniform(-90, 90, 2), rng.uniform(1, 60)))
        x, y = rng.choice(["LEFT", "RIGHT"]), rng.choice(["UP", "DOWN"])
        extent_x, extent_y = rng.choice(list(EXTENT_MM)[1:], 2)
        made = proposal(str(x), str(extent_x), str(y), str(extent_y))
        angle = np.linspace(0, 2 * np.pi, 720)
        edge = np.stack([left + radius * np.cos(angle), up + radius * np.sin(angle)], 1)
        move = np.array([made.motion.left_mm, made.motion.up_mm])
        closer = np.linalg.norm(edge - move, axis=1) - np.linalg.norm(edge, axis=1)
        if abs(closer.min()) < 0.5:
            continue  # on the line
        assert bool(disagreement(made, {"t1": region(left, up, radius)})) == bool(closer.min() > 0)
        checked[bool(closer.min() > 0)] += 1
    assert min(checked.values()) > 50


def test_it_speaks_against_stopping_far_away():
    assert "at least 60 mm" in disagreement(proposal(), {"t1": region(80.0, 0.0, 20.0)})
    assert not disagreement(proposal(), {"t1": region(80.0, 0.0, 60.0)})
    assert not disagreement(proposal(), {"skull": region(80.0, 0.0, 1.0)})
    assert not disagreement(proposal(), None)


UP = move_reply("CENTER", "NONE", "UP", "LARGE")


@pytest.fixture
def rehearsal():
    """An alignment to the skull, armed at its first proposal; `reads` gives the skull's region at a pose."""
    made = []

    def start(reads, *script):
        session = Session(
            CArm(FakeProjector(), CArmPose(), size=32),
            ScriptedModel(*script),
            beam=False,
            realtime=False,
            pause_s=0.05,
            regions=lambda frame: {"skull": region(*reads(frame.pose))},
        )
        log = EventLog()
        session.listen(log)
        session.start()
        made.append(session)
        session.submit(Action("align", landmark="skull"))
        log.wait_for("state", state="waiting")
        session.arm()
        return session, log

    yield start
    for session in made:
        session.close()


def test_an_armed_run_stops_and_asks_where_the_network_reads_the_target_elsewhere(rehearsal):
    session, log = rehearsal(lambda pose: (0.0, 80.0 if pose.up_mm < 50 else -80.0, 20.0), UP, UP, ARRIVED)
    moved = log.wait_for("motion", phase="finished")
    reason = log.wait_for("armed", on=False).data["reason"]
    assert "elsewhere" in reason
    log.wait_for("state", state="waiting", after=moved.seq)
    time.sleep(0.3)
    assert session.carm.pose.up_mm == 90.0
    assert session.status.proposal is not None  # the clinician decides
    session.submit(Action("accept"))
    log.wait_for("motion", phase="finished", after=moved.seq)
    assert session.carm.pose.up_mm == 180.0


def test_an_armed_run_goes_on_where_the_network_agrees(rehearsal):
    session, log = rehearsal(lambda pose: (0.0, 180.0 - pose.up_mm, 20.0), UP, UP, ARRIVED)
    log.wait_for("state", state="arrived")
    assert session.carm.pose.up_mm == 180.0
    assert "network" not in log.notes()


def test_stopping_short_is_told(rehearsal):
    _, log = rehearsal(lambda pose: (0.0, 180.0 - pose.up_mm, 20.0), UP, ARRIVED)
    log.wait_for("state", state="arrived")
    assert "at least 70 mm from the centre" in log.notes()
