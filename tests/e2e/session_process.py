"""A rehearsal in a process of its own that never ends by itself, to be killed: real session, device and recorder, with
a cheap picture and a scripted model. Says the number of each event once the recorder has it.

    python session_process.py FOLDER SEED
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from doubles import FakeProjector, ScriptedModel, move_reply

from carm_gui.session.about import Case, recorder_for
from carm_gui.session.session import Session
from inference.commands import Action
from sim.carm import CArm
from sim.pose import CArmPose


def main(folder: str, seed: int) -> None:
    chance = random.Random(seed)
    carm = CArm(FakeProjector(), CArmPose(), size=128)
    model = ScriptedModel(
        *[move_reply(x, "SMALL", y, "SMALL") for x in ("LEFT", "RIGHT") for y in ("UP", "DOWN")] * 500
    )
    session = Session(carm, model, recorder=recorder_for(carm, Case(), Path(folder)), pulse_rate=30.0, max_steps=10_000)
    session.listen(lambda event: sys.stdout.write(f"{event.seq}\n") and sys.stdout.flush())
    session.start()
    while True:
        kind = chance.choice(["align", "accept", "accept", "expose", "jog", "halt", "save", "mark"])
        if kind == "jog":
            session.jog(chance.choice((-1, 1)), chance.choice((-1, 0, 1)))
            time.sleep(chance.uniform(0, 0.1))
            session.jog(0, 0)
        elif kind == "mark":
            session.mark("think_aloud")
        elif kind == "align":
            session.submit(Action("align", landmark="skull"))
        else:
            session.submit(Action(kind))
        time.sleep(chance.uniform(0, 0.05))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
