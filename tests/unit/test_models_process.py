"""The model's own process: what a crash, a hang, a cancel and the parent's death cost. Mostly with a child that is a
test double and speaks the protocol; the last tests run the real child with a tiny real model."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from tiny_models import SIZE, build_adapter, build_base

from inference.models import process
from inference.models.folder import ModelSpec
from inference.models.interface import Cancelled, ModelError, Request
from inference.models.process import ModelProcess

posix = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")

TEST_DOUBLE_CHILD = r"""
import json, os, signal, sys, threading, time, queue
def send(**m): os.write(1, json.dumps(m).encode() + b"\n")
asks, cancelled = queue.Queue(), [-1]
def read():
    for line in sys.stdin.buffer:
        m = json.loads(line)
        if "cancel" in m: cancelled[0] = m["cancel"]
        else: asks.put(m)
    os._exit(0)
threading.Thread(target=read, daemon=True).start()
name = json.loads(sys.argv[1])[0]
send(note="warming up")
if name == "broken": send(failed="The test double cannot be loaded."); sys.exit()
if name == "dying": os.kill(os.getpid(), signal.SIGKILL)
if name == "slow": time.sleep(60)
send(ready={"name": name, "parameters": 7})
while True:
    m = asks.get(); n, words = m["ask"], m["text"].split()
    say = lambda piece: send(id=n, piece=piece)
    end = "done"
    say("first")
    for word in words:
        if word == "die": os.kill(os.getpid(), signal.SIGKILL)
        elif word == "garbage": os.write(1, b"Traceback: boom\n")
        elif word == "hang": time.sleep(60)
        elif word == "dribble":
            while True: say(""); time.sleep(.05)
        elif word == "flood":
            while True: say("left " * 400)
        elif word == "line":
            while True: os.write(1, b"x" * 65536)
        elif word == "list": os.write(1, b"[1, 2]\n"); time.sleep(60)
        elif word == "number": send(id=n, piece=5); time.sleep(60)
        elif word == "memory":
            import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 28, 1 << 28))
            hog = [bytearray(1 << 24) for _ in range(99)]
        elif word == "deaf":
            while True: say("."); time.sleep(.01)
        elif word == "endless":
            while cancelled[0] < n: say("."); time.sleep(.001)
            end = "cancelled"
        elif word == "fail": end = "error"
        else: say(word)
    send(id=n, end=end, problem="It went wrong.")
"""


@pytest.fixture
def start(monkeypatch):
    """Starts a ModelProcess whose child is the test double."""
    monkeypatch.setattr(process, "_START", TEST_DOUBLE_CHILD)
    started = []

    def make(name: str = "double", **options) -> ModelProcess:
        started.append(ModelProcess(ModelSpec(name, Path("nowhere")), **options))
        return started[-1]

    yield make
    for model in started:
        model.close()


def ask(text: str = "a b", tokens: int = 12) -> Request:
    picture = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE)).astype(np.uint8)
    return Request("localization", picture, text, tokens)


def say(model: ModelProcess, text: str = "a b") -> list[str]:
    return list(model.stream(ask(text)))


def until(condition, seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not condition():
        time.sleep(0.01)
    return condition()


# ---- with the test double ------------------------------------------------------------------------


def test_loading_then_ready_then_replies(start):
    model = start()
    assert model.state == "loading"
    assert say(model) == ["first", "a", "b"]
    assert (model.state, model.info.name, model.info.parameters) == ("ready", "double", 7)
    assert say(model, "c") == ["first", "c"]


def test_an_error_costs_one_reply(start):
    model = start()
    with pytest.raises(ModelError, match=r"It went wrong\."):
        say(model, "fail")
    assert say(model) == ["first", "a", "b"]


@posix
def test_a_kill_costs_one_reply_and_the_model_comes_back(start):
    model = start()
    first = say(model) and model.pid
    with pytest.raises(ModelError, match=r"ended by signal 9 .* and is being started again"):
        say(model, "die")
    assert say(model) == ["first", "a", "b"]
    second = model.pid
    assert second != first
    os.kill(second, signal.SIGKILL)  # idle: costs no reply at all
    assert until(lambda: model.pid != second)
    assert say(model) == ["first", "a", "b"]


@posix
def test_dying_again_and_again_is_given_up(start):
    model = start("dying")
    assert until(lambda: model.state == "failed")
    assert "3 times in a row" in model.problem
    with pytest.raises(ModelError, match="3 times in a row"):
        say(model)


def test_a_model_that_cannot_be_loaded_says_why_and_is_not_tried_again(start):
    model = start("broken")
    with pytest.raises(ModelError, match="The test double cannot be loaded"):
        say(model)
    assert (model.state, model.problem) == ("failed", "The test double cannot be loaded.")


def test_a_hang_is_ended_and_the_model_comes_back(start):
    model = start(hang_s=0.3)
    say(model)
    first = model.pid
    with pytest.raises(ModelError, match=r"silent for 0\.3 s"):
        say(model, "hang")
    model._hang_s = 20
    assert say(model) == ["first", "a", "b"]
    assert model.pid != first


@pytest.mark.parametrize("word", ["garbage hang", "line", "list", "number"])
def test_what_is_not_protocol_ends_the_child(start, word):
    model = start()
    with pytest.raises(ModelError, match="being started again"):
        say(model, word)
    assert say(model) == ["first", "a", "b"]


def test_a_dribble_is_ended_in_the_time_that_a_reply_may_take(start):
    model = start(hang_s=0.3)
    with pytest.raises(ModelError, match=r"did not finish its reply within 1\.5 s"):
        say(model, "dribble")
    model._hang_s = 20
    assert say(model) == ["first", "a", "b"]


def test_a_flood_is_ended_although_nobody_reads_it(start):
    model = start()
    reply = model.stream(ask("flood"))
    next(reply)
    first = model.pid
    assert until(lambda: model.pid != first)
    with pytest.raises(ModelError, match="would not stop writing"):
        list(reply)
    assert say(model) == ["first", "a", "b"]


@posix
def test_a_child_that_runs_out_of_memory_costs_one_reply(start):
    model = start()
    with pytest.raises(ModelError, match=r"ended (with status|by signal) \d+ .*is being started again"):
        say(model, "memory")
    assert say(model) == ["first", "a", "b"]


def test_a_cancel_ends_the_reply_and_keeps_the_child(start):
    model = start()
    reply = model.stream(ask("endless"))
    next(reply)
    first = model.pid
    threading.Timer(0.05, model.cancel).start()
    with pytest.raises(Cancelled):
        list(reply)
    assert say(model) == ["first", "a", "b"]
    assert model.pid == first


def test_an_unheeded_cancel_ends_the_child_but_not_the_wait(start):
    model = start()
    reply = model.stream(ask("deaf"))
    next(reply)
    first = model.pid
    model.cancel()
    with pytest.raises(Cancelled):
        next(reply)
    assert model.pid == first, "the reader must not wait for the child"
    assert say(model) == ["first", "a", "b"]
    assert model.pid != first


def test_a_cancel_ends_the_wait_for_a_loading_model(start):
    model = start("slow")
    threading.Timer(0.1, model.cancel).start()
    with pytest.raises(Cancelled):
        say(model)
    assert model.state == "loading"


def test_a_cancel_with_no_reply_under_way_does_nothing(start):
    model = start()
    model.cancel()
    assert say(model) == ["first", "a", "b"]


def test_a_reader_that_leaves_stops_the_reply(start):
    model = start()
    reply = model.stream(ask("endless"))
    next(reply)
    with pytest.raises(ModelError, match="busy"):
        say(model)
    first = model.pid
    reply.close()
    assert say(model) == ["first", "a", "b"]
    assert model.pid == first


@posix
def test_closing_ends_child_and_reply(start):
    model = start()
    reply = model.stream(ask("endless"))
    next(reply)
    pid = model.pid
    model.close()
    with pytest.raises(Cancelled):
        list(reply)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(ModelError, match="was closed"):
        say(model)


# ---- programs of other kinds ---------------------------------------------------------------------

WITHOUT_CONSOLE = """
import sys; from pathlib import Path; import numpy as np
assert sys.stdout is None
from inference.models import process; from inference.models.folder import ModelSpec
from inference.models.interface import Request
process._START = Path(sys.argv[1]).read_text()
model = process.ModelProcess(ModelSpec("double", Path("nowhere")))
said = "".join(model.stream(Request("localization", np.zeros((2, 2), np.uint8), "a b", 3)))
Path(sys.argv[2]).write_text(said)
"""


@posix
def test_it_works_in_a_program_without_a_console(tmp_path):
    (tmp_path / "child.py").write_text(TEST_DOUBLE_CHILD)
    (tmp_path / "program.py").write_text(WITHOUT_CONSOLE)
    line = 'exec "$0" "$1" "$2" "$3" 0<&- 1>&- 2>&-'
    files = [tmp_path / name for name in ("program.py", "child.py", "said")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run(["sh", "-c", line, sys.executable, *files], env=environment, timeout=60, check=True)
    assert (tmp_path / "said").read_text() == "firstab"


PARENT = """
import sys, time; from pathlib import Path
from inference.models.process import ModelProcess; from inference.models.folder import ModelSpec
print(ModelProcess(ModelSpec("x", Path(sys.argv[1]))).pid, flush=True)
time.sleep(60)
"""


@posix
def test_the_real_child_dies_with_its_parent(base):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", PARENT, base], stdout=subprocess.PIPE, env=environment) as parent:
        pid = int(parent.stdout.readline())
        os.kill(pid, 0)
        parent.kill()

    def gone() -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return Path(f"/proc/{pid}/stat").exists() and ") Z " in Path(f"/proc/{pid}/stat").read_text()

    assert until(gone)


# ---- the real child with a tiny real model --------------------------------------------------------


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return build_base(tmp_path_factory.mktemp("tiny") / "base")


@posix
def test_the_real_child_answers_as_in_process_takes_cancel_and_kill(base, capfd):
    from inference.models.transformers import TransformersModel

    adapter = build_adapter(base, base.parent / "adapter")
    capfd.readouterr()
    expected = list(TransformersModel(base, adapter).stream(ask()))
    capfd.readouterr()
    model = ModelProcess(ModelSpec("tiny", base, adapter))
    try:
        assert model.info.picture_size == SIZE
        assert list(model.stream(ask())) == expected
        assert len(model.info.adapter_sha256) == 64
        first = model.pid
        reply = model.stream(ask(tokens=1500))
        next(reply)
        model.cancel()
        with pytest.raises(Cancelled):
            list(reply)
        assert list(model.stream(ask())) == expected
        assert model.pid == first
        reply = model.stream(ask(tokens=1500))
        next(reply)
        os.kill(first, signal.SIGKILL)
        with pytest.raises(ModelError, match="signal 9"):
            list(reply)
        assert model.pid != first
        assert model.state == "loading"
    finally:
        model.close()
    assert capfd.readouterr() == ("", "")


def test_opening_a_model_imports_no_torch():
    line = "import sys, inference.models.profiles, inference.navigate; sys.exit(any(m in sys.modules for m in %r))"
    heavy = ("torch", "transformers", "peft", "PySide6")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", line % (heavy,)], env=environment, timeout=60, check=True)
