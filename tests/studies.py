"""A small study done by simulated participants on doubles: real sessions, recordings and measures, cheap pictures."""

from __future__ import annotations

import random
from pathlib import Path

from doubles import FakeProjector, ScriptedModel, move_reply, small_patient
from participants import Participant, take_part

from carm_gui.session import study_file
from carm_gui.session.study import Protocol
from carm_gui.session.study_run import Run
from carm_gui.session.study_trial import Trial

LANDMARKS = {"skull": (0.0, 160.0, 0.0), "t1": (0.0, 0.0, 0.0), "t12": (0.0, -200.0, 0.0), "carina": (0.0, -60.0, 0.0)}
PROTOCOL = """
study: small
title: A small study
debriefing: One reply was turned round on purpose.
participants: {count: 6}
design: crossed
conditions:
  - {name: manual, mode: manual}
  - {name: assisted, mode: assisted, planted: [1]}
  - {name: commit-first, mode: assisted, commit_first: true}
  - {name: autonomous, mode: autonomous}
practice: [{task: easy, condition: assisted}]
tasks:
  - {name: easy, start: t1, target: carina, practice_only: true}
  - {name: to-skull, start: t1, target: skull, time_limit_s: 20}
questionnaires: {after_condition: [raw-tlx], at_end: [sus, trust]}
"""


def protocol(text: str = PROTOCOL) -> Protocol:
    return study_file.parse(text)


def trial(run: Run, *script: str, seed: int = 0, **options) -> Trial:
    """The trial that is due in `run`, on doubles. Without a script the model answers at random."""
    chance = random.Random(seed)
    target = run.protocol.task(run.item.task).target
    random_moves = [
        move_reply(chance.choice(("LEFT", "RIGHT")), "SMALL", chance.choice(("UP", "DOWN")), "MODERATE", target=target)
        for _ in range(3)
    ]
    patient = small_patient(LANDMARKS)
    model = ScriptedModel(*(script or (*random_moves, move_reply(target=target))))
    options = {"realtime": False, "dwell_s": 0.02, "size": 64} | options
    return Trial(run, patient, FakeProjector(patient), model, **options)


def done(parent: Path, people: int = 2, text: str = PROTOCOL) -> Path:
    """A whole study below `parent`; its folder."""
    made = protocol(text)
    for number, code in enumerate(made.participants.codes[:people]):
        take_part(Run(made, code, parent), Participant(code, number), lambda run, n=number: trial(run, seed=n))
    return parent / made.study
