"""A session whose model lives in a process that misbehaves: one sentence, the model comes back, nothing is lost and
nothing moves. The child is a test double that does what the next line of its script says."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from doubles import EventLog, FakeProjector, move_reply, stays

from carm_gui.session.recorder import Recorder
from carm_gui.session.session import Session
from inference.commands import Action
from inference.models import process
from inference.models.folder import ModelSpec
from inference.models.process import ModelProcess
from sim.carm import CArm
from sim.pose import CArmPose

LEFT_60 = move_reply("LEFT", "MODERATE")
ORIGIN = CArmPose()

TEST_DOUBLE_CHILD = r"""
import json, os, pathlib, sys, threading, time, queue
def send(**m): os.write(1, json.dumps(m).encode() + b"\n")
asks = queue.Queue()
def read():
    for line in sys.stdin.buffer:
        m = json.loads(line)
        if "ask" in m: asks.put(m["ask"])
    os._exit(0)
threading.Thread(target=read, daemon=True).start()
script = pathlib.Path(json.loads(sys.argv[1])[0])
send(ready={"name": "double"})
while True:
    n = asks.get()
    lines = json.loads(script.read_text())
    script.write_text(json.dumps(lines[1:] or lines))
    say = lambda piece: send(id=n, piece=piece)

    if lines[0] == "die": say("<output>"); os._exit(3)
    elif lines[0] == "hang": say("<output>"); time.sleep(60)
    elif lines[0] == "flood":
        while True: say("LEFT " * 400)
    elif lines[0] == "memory":
        import resource
        resource.setrlimit(resource.RLIMIT_AS, (1 << 28, 1 << 28))
        hog = [bytearray(1 << 24) for _ in range(99)]
    else: say(lines[0])
    send(id=n, end="done")
"""


@pytest.fixture
def make(monkeypatch, tmp_path):
    monkeypatch.setattr(process, "_START", TEST_DOUBLE_CHILD)
    opened = []

    def build(*script, hang_s=20.0):
        (tmp_path / "script.json").write_text(json.dumps(script))
        model = ModelProcess(ModelSpec(str(tmp_path / "script.json"), Path("nowhere")), hang_s=hang_s)
        session = Session(
            CArm(FakeProjector(), ORIGIN, size=32),
            model,
            beam=False,
            realtime=False,
            recorder=Recorder(tmp_path / "recording"),
        )
        log = EventLog()
        session.listen(log)
        session.start()
        opened.append((session, model))
        log.wait_for("model", state="ready")
        return session, model, log

    yield build
    for session, model in opened:
        session.close()
        model.close()


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("die", "ended with status 3 and is being started again"),
        ("memory", "is being started again"),
        ("hang", "silent for 1.5 s and is being started again"),
        ("flood", ""),
    ],
)
def test_a_fault_of_the_models_process_is_one_sentence_and_loses_nothing(make, tmp_path, fault, sentence):
    session, model, log = make(LEFT_60, fault, LEFT_60, hang_s=1.5)
    session.submit(Action("align", landmark="skull"))
    log.wait_for("state", state="waiting")
    session.ask_again()
    ended = log.wait_for("state", state="idle", after=log.of("state")[-1].seq)
    assert ended.data["outcome"] in ("failed", "refused")
    assert sentence in ended.data["message"]
    assert ended.data["message"].count("\n") == 0
    assert session.carm.pose == ORIGIN
    assert not log.of("motion")
    model._hang_s = 20.0
    session.submit(Action("align", landmark="skull"))
    waiting = log.wait_for("state", state="waiting", after=ended.seq)
    session.submit(Action("accept"))
    log.wait_for("motion", phase="finished", after=waiting.seq)
    assert session.carm.pose == CArmPose(left_mm=60.0)
    session.close()
    kept = [json.loads(line) for line in (tmp_path / "recording" / "events.jsonl").read_text().splitlines()[1:]]
    assert [line["seq"] for line in kept] == [event.seq for event in log.events]


def test_halt_while_the_process_hangs_does_not_wait_for_it(make):
    session, _, log = make("hang", LEFT_60)
    session.submit(Action("align", landmark="skull"))
    log.wait_for("delta")
    began = time.monotonic()
    session.halt()
    assert time.monotonic() - began < 2.0
    assert session.status.state == "halted"
    session.submit(Action("align", landmark="skull"))
    log.wait_for("state", state="waiting")
    assert session.carm.pose == ORIGIN


def test_an_armed_run_ends_when_the_process_dies(make):
    session, _, log = make(LEFT_60, "die", LEFT_60)
    session.arm()
    session.submit(Action("align", landmark="skull"))
    assert "is being started again" in log.wait_for("armed", on=False, timeout=60).data["reason"]
    time.sleep(0.3)
    assert session.carm.pose == CArmPose(left_mm=60.0)


def test_the_process_dies_between_a_proposal_and_its_yes(make):
    """What was shown and is accepted is made, and then there is nobody to ask until the model is back."""
    session, model, log = make(LEFT_60)
    session.submit(Action("align", landmark="skull"))
    log.wait_for("state", state="waiting")
    model._child.kill()
    log.wait_for("model", state="loading", timeout=60)
    stays(session, ORIGIN)
    session.submit(Action("accept"))
    log.wait_for("motion", phase="finished")
    stays(session, CArmPose(left_mm=60.0))
    assert len(log.of("decision")) == 1
