"""What the tests of sessions share: a session on a cheap picture and a scripted model, and what is done to it."""

from __future__ import annotations

import pytest
from doubles import EventLog, FakeProjector, ScriptedModel
from hypothesis import settings

from carm_gui.session.budget import Budget
from carm_gui.session.session import Session
from inference.commands import learn_words
from sim.carm import CArm
from sim.pose import CArmPose

settings.register_profile("any machine", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def lexicon():
    """As in the app, no session's first line waits until the lexicon is compiled."""
    learn_words()


@pytest.fixture
def make(lexicon):
    """`make(reply, ...)` or `make(model)` -> a started session (beam off, motions as fast as they are computed, no
    pause of an armed run), its model and the log of its events. Options are the session's own, the C-arm's `pose` and
    `pulse_rate`, and `steps` of the budget."""
    sessions = []

    def build(*script, pose=None, pulse_rate=8.0, steps=None, state="ready", **options):
        model = script[0] if isinstance(script[0], ScriptedModel) else ScriptedModel(*script, state=state)
        how = {"beam": False, "realtime": False, "pause_s": 0.0, **options}
        if steps is not None:
            how["budget"] = Budget(steps=steps)
        carm = CArm(FakeProjector(), pose or CArmPose(), size=64, pulse_rate=pulse_rate)
        session = Session(carm, model, **how)
        log = EventLog()
        session.listen(log)
        session.start()
        sessions.append(session)
        return session, model, log

    yield build
    for session in sessions:
        session.close()
