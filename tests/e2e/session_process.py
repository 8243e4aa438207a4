"""A rehearsal in a process of its own that never ends by itself, to be killed: real session, device and recorder, with
a cheap picture and a scripted model. Tells the number of each event once the recorder has it."""

from __future__ import annotations

import random
from multiprocessing.connection import Connection
from pathlib import Path

from doubles import EventLog, FakeProjector, ScriptedModel, move_reply

from carm_gui.session.about import Case, recorder_for
from carm_gui.session.budget import Budget
from carm_gui.session.session import Session
from inference.action import Action
from sim.carm import CArm
from sim.pose import CArmPose

SIZE = 128
# Processes that are forked from one which has read this module need not compile the detector again.
CArm(FakeProjector(), CArmPose(), size=SIZE).expose()


def main(folder: str, seed: int, tell: Connection) -> None:
    """Rehearse in `folder` until killed. What is done is random by `seed`, and waits for nothing but the session."""
    chance = random.Random(seed)
    carm = CArm(FakeProjector(), CArmPose(), size=SIZE, pulse_rate=30.0)
    model = ScriptedModel(
        *[move_reply(x, "SMALL", y, "SMALL") for x in ("LEFT", "RIGHT") for y in ("UP", "DOWN")] * 500
    )
    recorder = recorder_for(carm, Case(), Path(folder))
    session = Session(carm, model, recorder=recorder, budget=Budget(steps=10_000))
    log = EventLog()
    session.listen(log)
    session.listen(lambda event: tell.send(event.seq))
    session.start()
    while True:
        after = log.events[-1].seq
        session.submit(Action("align", landmark="skull"))
        log.wait_for("state", after=after, timeout=300, state="waiting")
        after = log.events[-1].seq
        session.submit(Action("accept"))
        log.wait_for("pose", after=after, timeout=300, moving=True)
        for _ in range(chance.randint(0, 3)):
            _anything(session, chance)


def _anything(session: Session, chance: random.Random) -> None:
    kind = chance.choice(["expose", "jog", "halt", "save", "mark"])
    if kind == "jog":
        session.jog(chance.choice((-1, 1)), chance.choice((-1, 0, 1)))
        session.jog(0, 0)
    elif kind == "mark":
        session.mark("think_aloud")
    elif kind == "halt":
        session.halt()
    else:
        session.submit(Action(kind))
