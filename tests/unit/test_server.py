"""The server backend: which addresses are asked, what leaves, what cancel, silence, refusal and a broken reply do.
A small HTTP server in this process answers as scripted (a test double); test_real_server.py runs a real one."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import numpy as np
import pytest
from PIL import Image

from inference.ask import request_for
from inference.models import serve_check, servers
from inference.models.interface import Cancelled, ModelError, ModelInfo, Request
from inference.models.profiles import is_server, open_model
from inference.models.server import ServerModel
from inference.models.servers import split_address
from inference.prompts import navigate_prompt
from inference.reply import ReplyReader

REPLY = (
    "<output><step1><context>T1</context></step1><step2><x>CENTER</x><extent_x>NONE</extent_x><y>UP</y>"
    "<extent_y>LARGE</extent_y><reason_x>T1 is centred.</reason_x><reason_y>T1 is far up.</reason_y></step2></output>"
)


class ScriptedServer:
    """Test double. `how` says what the next answers are: a list of numbers (status), texts, or callables(handler)."""

    def __init__(self):
        self.asked: list[dict] = []
        self.headers: list[dict] = []
        self.paths: list[str] = []
        self.how: list = []
        self.models = ["tuned", "gemma-3-12b"]
        self.parent = None
        self.listing: bytes | None = None
        self.gone = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_GET(self):
                outer.paths.append(self.path)
                if outer.listing is not None:
                    return self.send(200, outer.listing, {"Content-Type": "text/html"})
                listed = [{"id": name, "parent": outer.parent} for name in outer.models]
                return self.send(200, json.dumps({"data": listed}).encode())

            def do_POST(self):
                outer.paths.append(self.path)
                outer.headers.append(dict(self.headers))
                outer.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                step = outer.how.pop(0) if outer.how else REPLY
                if isinstance(step, int):
                    self.send(step, b'{"error": {"message": "scripted refusal"}}', {"Location": "http://x"})
                elif callable(step):
                    step(self)
                else:
                    self.begin()
                    for start in range(0, len(step), 7):
                        self.say(step[start : start + 7])
                    self.end()

            def send(self, status, data, more=None):
                self.send_response(status)
                for name, value in {"Content-Length": len(data), **(more or {})}.items():
                    self.send_header(name, str(value))
                self.end_headers()
                self.wfile.write(data)

            def begin(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()

            def chunk(self, data: bytes):
                self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
                self.wfile.flush()

            def say(self, text):
                self.chunk(b"data: " + json.dumps({"choices": [{"delta": {"content": text}}]}).encode() + b"\n\n")

            def end(self):
                self.chunk(b"data: [DONE]\n\n")
                self.chunk(b"")

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_port}/v1"

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("CARM_SERVER_KEY", "sesame")
    monkeypatch.setattr("inference.models.server.RETRY_AFTER_S", 0.01)
    made = ScriptedServer()
    yield made
    made.close()


@pytest.fixture
def opened(server):
    models = []

    def make(name: str = "#tuned", **options) -> ServerModel:
        models.append(ServerModel(server.address + name, **options))
        return models[-1]

    yield make
    for model in models:
        model.close()


def question(model) -> Request:
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64)).astype(np.uint8)
    return request_for(model.info, "navigation", pixels, navigate_prompt("t1"))


# ---- which addresses -------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def nobody_allowed(tmp_path, monkeypatch):
    monkeypatch.setattr(servers, "_file", lambda: tmp_path / "servers.txt")
    monkeypatch.delenv("CARM_SERVERS", raising=False)


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("http://gpu.example/v1", "by https only"),
        ("http://10.0.0.5:8000/v1", "by https only"),
        ("https://gpu.example/v1", "nobody has allowed it"),
        ("https://localhost.example/v1", "nobody has allowed it"),
        ("http://me:secret@127.0.0.1/v1", "holds a password"),
        ("http://", "not a server's address"),
        ("http://127.0.0.1:99999/v1", "not a server's address"),
        ("http://127.0.0.1.example/v1", "by https only"),
        ("http://2130706433/v1", "by https only"),
    ],
)
def test_addresses_that_are_not_asked(address, problem):
    with pytest.raises(ModelError, match=problem) as refused:
        open_model(address)
    assert "secret" not in str(refused.value)


def test_a_host_is_asked_once_somebody_allowed_it(monkeypatch):
    assert split_address("http://127.0.0.1:8000#a") == ("http://127.0.0.1:8000/v1", "a")
    assert split_address("http://[::1]:8000/v1/") == ("http://[::1]:8000/v1", "")
    assert split_address("http://localhost/api")[0] == "http://localhost/api"
    assert servers.allow("https://GPU.example/v1") == "gpu.example"
    assert split_address("https://gpu.example/v1#m") == ("https://gpu.example/v1", "m")
    with pytest.raises(ModelError, match="by https only"):
        servers.allow("http://10.1.2.3/v1")
    assert "10.1.2.3" not in servers.allowed_hosts()
    monkeypatch.setenv("CARM_SERVERS", "other.example")
    assert split_address("https://other.example")[0] == "https://other.example/v1"
    assert is_server("https://x")
    assert not is_server("gemma-3-4b")


# ---- asking ----------------------------------------------------------------------------------------


def test_a_reply_streams_and_nothing_but_picture_and_prompt_leaves(server, opened):
    model = opened("#gemma-3-12b")
    request = question(model)
    pieces = list(model.stream(request))
    assert len(pieces) > 5
    assert "".join(pieces) == REPLY
    assert model.info.picture_size == 896
    assert model.info.prompt_style == "full"
    body = server.asked[0]
    assert set(body) == {"model", "messages", "max_tokens", "temperature", "stream"}
    assert (body["model"], body["max_tokens"], body["stream"]) == ("gemma-3-12b", request.max_tokens, True)
    (turn,) = body["messages"]
    assert [part["type"] for part in turn["content"]] == ["text", "image_url", "text"]
    assert (turn["content"][0]["text"], turn["content"][2]["text"]) == (request.preamble, request.text)
    data = base64.b64decode(turn["content"][1]["image_url"]["url"].partition(",")[2])
    with Image.open(io.BytesIO(data)) as image:
        assert (np.asarray(image.convert("L")) == request.picture).all()
        assert not image.info
    assert server.headers[0]["Authorization"] == "Bearer sesame"


def test_the_only_model_is_taken_and_several_are_named(server, opened):
    server.models = ["only"]
    model = opened("")
    assert "".join(model.stream(question(model))) == REPLY
    assert server.asked[0]["model"] == model.name == "only"
    server.models = ["a", "b"]
    with pytest.raises(ModelError, match=r"has 2 models; add #NAME to the address, one of: a, b\."):
        list(opened("").stream(question(model)))
    with pytest.raises(ModelError, match=r"has no model called c; it has a, b\."):
        list(opened("#c").stream(question(model)))


def test_an_adapter_is_shown_pictures_of_its_bases_size(server, opened):
    assert opened().info.picture_size == 448
    server.parent = "google/gemma-3-4b-it"
    model = opened()
    list(model.stream(question(model)))
    assert (model.info.name, model.info.picture_size) == ("tuned", 896)
    assert "an adapter of google/gemma-3-4b-it, whose vision part, if it has one, vLLM leaves out" in model.info.note


def test_a_form_is_asked_for_only_when_wanted(server, opened):
    model = opened(constrained=True)
    list(model.stream(question(model)))
    assert server.asked[0]["structured_outputs"]["regex"].startswith("<output>")


def test_a_cancel_closes_the_connection_at_once(server, opened):
    gone = threading.Event()

    def endless(handler):
        handler.begin()
        try:
            while True:
                handler.say("x")
                time.sleep(0.005)
        except OSError:
            gone.set()

    server.how = [endless]
    model = opened()
    reply = model.stream(question(model))
    next(reply)
    model.cancel()
    with pytest.raises(Cancelled):
        list(reply)
    assert gone.wait(5), "the server goes on working"
    assert "".join(model.stream(question(model))) == REPLY


@pytest.mark.parametrize("said", ["", "x"], ids=["before its first word", "in the middle"])
def test_a_cancel_ends_the_work_of_a_silent_server_and_asks_no_more(server, opened, said):
    begun, gone = threading.Event(), threading.Event()

    def silent(handler):
        begun.set()
        if said:
            handler.begin()
            handler.say(said)
        handler.connection.settimeout(10)
        if handler.connection.recv(1) == b"":
            gone.set()

    server.how = [silent]
    model = opened()
    reply = model.stream(question(model))
    assert not said or next(reply) == said
    threading.Thread(target=lambda: begun.wait(30) and model.cancel()).start()
    with pytest.raises(Cancelled):
        next(reply)
    assert gone.wait(5), "the server goes on working"
    assert "".join(model.stream(question(model))) == REPLY
    time.sleep(0.1)  # longer than it waits before it asks again
    assert len(server.asked) == 2


def test_a_busy_server_is_asked_again_and_a_refusal_is_said(server, opened):
    model = opened()
    server.how = [503, 429]
    assert "".join(model.stream(question(model))) == REPLY
    assert len(server.asked) == 3
    server.how = [503, 503, 503]
    with pytest.raises(ModelError, match=r"refused \(status 503\): scripted refusal"):
        list(model.stream(question(model)))
    for status, problem in ((400, "scripted refusal"), (401, "not take the key that"), (302, "points elsewhere")):
        server.how, before = [status], len(server.asked)
        with pytest.raises(ModelError, match=problem):
            list(model.stream(question(model)))
        assert len(server.asked) == before + 1


def test_a_reply_that_breaks_off_or_falls_silent_is_said_and_not_repeated(server, opened):
    def broken(handler):
        handler.begin()
        handler.say("half")
        handler.connection.shutdown(socket.SHUT_RDWR)

    def stalled(handler):
        handler.begin()
        handler.say("half")
        time.sleep(3)

    model = opened(read_s=0.4)
    for how, problem in ((broken, "broke off"), (stalled, "silent for too long")):
        server.how, before = [how], len(server.asked)
        with pytest.raises(ModelError, match=problem):
            list(model.stream(question(model)))
        assert len(server.asked) == before + 1


def test_what_is_no_stream_is_a_sentence(server, opened):
    def junk(handler):
        handler.begin()
        handler.chunk(b"data: {not json\n\n")

    def told(handler):
        handler.begin()
        handler.chunk(b'data: {"error": {"message": "out of memory there"}}\n\n')

    def odd(handler):
        handler.begin()
        handler.chunk(b'data: {"choices": [1]}\n\n')

    model = opened()
    for how, problem in ((junk, "cannot be asked"), (told, "out of memory there"), (odd, "none of a chat")):
        server.how = [how] * 3
        with pytest.raises(ModelError, match=problem):
            list(model.stream(question(model)))


def test_a_page_in_place_of_an_answer_is_said(server, opened):
    """A hospital's proxy, a gateway whose model still loads, an address without /v1."""

    def page(status):
        def send(handler):
            handler.send(status, b"<html>Sign in</html>", {"Content-Type": "text/html; charset=utf-8"})

        return send

    model = opened()
    for status, problem in (
        (200, "answers with text/html where a model server streams its words"),
        (404, r"nothing at that address \(status 404\)"),
        (503, r"not ready \(status 503\); it may still be loading"),
    ):
        server.how = [page(status)] * 3
        with pytest.raises(ModelError, match=problem):
            list(model.stream(question(model)))
    for told, problem in (("Not Found", "nothing at that address"), ("no such adapter", "404.: no such adapter$")):
        server.how = [lambda handler, told=told: handler.send(404, json.dumps({"detail": told}).encode())]
        with pytest.raises(ModelError, match=problem):
            list(model.stream(question(model)))
    for server.listing in (b"<html>Sign in</html>", b"[1, 2]"):
        greeted = opened()
        with pytest.raises(ModelError, match="text/html where a model server lists its models"):
            list(greeted.stream(question(greeted)))


def test_nobody_there_is_said():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/v1#x"
    model = ServerModel(address)
    with pytest.raises(ModelError, match=r"cannot be reached: nothing listens at that port; is the server running\?$"):
        list(model.stream(Request("localization", np.zeros((4, 4), np.uint8), "x", 3)))
    assert model.state == "failed"
    model.close()


def test_an_untrusted_certificate_is_refused(tmp_path, monkeypatch):
    """TLS to a server with a certificate of its own making."""
    import ssl
    import subprocess

    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    double = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    double.socket = context.wrap_socket(double.socket, server_side=True)
    threading.Thread(target=double.serve_forever, daemon=True).start()
    model = ServerModel(f"https://localhost:{double.server_port}/v1#x")
    with pytest.raises(ModelError, match=r"certificate is not trusted here \(self-signed certificate\)"):
        list(model.stream(Request("localization", np.zeros((4, 4), np.uint8), "x", 3)))
    model.close()
    double.shutdown()
    double.server_close()


# ---- how many rooms --------------------------------------------------------------------------------


def test_rooms_ask_at_once_and_one_that_is_refused_is_counted(server, monkeypatch):
    monkeypatch.setattr(serve_check, "PATIENCE_S", 60.0)

    def open_one():
        return ServerModel(server.address + "#tuned")

    load = serve_check.rooms_at_once(open_one, 3, 0.1, 0.0)
    assert (load.rooms, load.failed, load.fed) == (3, 0, True)
    assert load.replies >= 3
    assert load.first_p50_s <= load.whole_p50_s <= load.whole_p95_s
    assert load.replies_per_minute > 0
    server.how = [400] * 2
    load = serve_check.rooms_at_once(open_one, 2, 0.1, 0.0)
    assert (load.replies, load.failed, load.fed, load.whole_p95_s) == (0, 2, False, None)
    monkeypatch.setattr(serve_check, "PATIENCE_S", 0.0)
    assert not serve_check.rooms_at_once(open_one, 1, 0.1, 0.0).fed


def test_serve_check_doubles_the_rooms_until_one_goes_hungry(server, monkeypatch):
    asked = []

    def rooms_at_once(open_one, rooms, *rest):
        asked.append(rooms)
        return serve_check.Load(rooms, 5, 0, 0.1, 1.0, 2.0 * rooms, 30.0, rooms <= 4)

    monkeypatch.setattr(serve_check, "rooms_at_once", rooms_at_once)
    result = serve_check.check(server.address + "#tuned", most_rooms=500)
    assert asked == [1, 2, 4, 8]
    assert (result["rooms_fed"], result["valid"], result["model"]) == (4, 1.0, "tuned")
    lines = serve_check.table_lines(result)
    assert "too slow" in lines[-2]
    assert "Feeds 4 room(s)" in lines[-1]
    asked.clear()
    assert serve_check.check(server.address + "#tuned", most_rooms=3)["rooms_fed"] == 3
    assert asked == [1, 2, 3]


def mute(handler):
    handler.connection.settimeout(20)
    handler.connection.recv(1)


def dribble(handler):
    handler.begin()
    with contextlib.suppress(OSError):
        while True:
            handler.say("word ")
            time.sleep(0.02)


@pytest.mark.parametrize(("slow", "heard"), [(mute, "; 0 characters"), (dribble, r"; [1-9]\d* characters")])
def test_serve_check_tells_how_it_waits_and_gives_up_a_server_that_does_not_finish(server, monkeypatch, slow, heard):
    monkeypatch.setattr(serve_check, "PULSE_S", 0.1)
    server.how = [slow]
    said = []
    with pytest.raises(ModelError, match=f"tuned is too slow to rehearse with.* No whole reply in \\d s{heard}"):
        serve_check.check(server.address + "#tuned", say=said.append, longest_s=2.0)
    assert "2 s at most" in said[0]
    assert sum(line.startswith("first reply:") for line in said) >= 3
    assert len(server.asked) == 1


def test_serve_check_does_not_repeat_an_address_with_a_password():
    said = []
    with pytest.raises(ModelError, match="holds a password"):
        serve_check.check("http://me:secret@127.0.0.1:9/v1", say=said.append)
    assert said == []


def test_serve_check_says_what_it_has_when_its_time_is_over(server, monkeypatch):
    """Slow after its first replies: a table of what was measured, with what failed; and none where time is short."""
    monkeypatch.setattr(serve_check, "SINGLE_S", 1.5)  # a busy machine is slow to answer
    monkeypatch.setattr(serve_check, "AFTER_S", 3.0)
    server.how = [REPLY, REPLY, dribble, dribble, dribble]  # what is cut off may be asked again
    result = serve_check.check(server.address + "#tuned", 4, 0.1, 0.0)
    assert result["ended"].startswith("Single replies are too slow to measure more of them. No whole reply in ")
    (load,) = result["capacity"]
    assert (load["replies"], load["failed"], load["fed"], result["rooms_fed"]) == (0, 1, False, 0)
    assert "No whole reply" in load["problem"]
    lines = serve_check.table_lines(result)
    assert load["problem"] in lines[3]
    assert lines[4] == result["ended"]
    server.how = []
    result = serve_check.check(server.address + "#tuned", 4, 60.0, 0.0, longest_s=20.0)
    assert result["capacity"] == []
    assert result["ended"] == "Ended after 20 s, before 1 room; --longest gives it more time."


def test_serve_check_takes_an_address_as_the_window_does(server, monkeypatch):
    import typer
    from typer.testing import CliRunner

    from carm_gui import cli_models

    app, asked = typer.Typer(), []
    cli_models.register(app)
    result = {"model": "x", "first_s": 1, "whole_s": 1, "characters_per_s": 1, "valid": 1, "note": "", "capacity": [],
              "ended": "", "rooms_fed": 0, "think_s": 0.5, "patience_s": 10.0}  # fmt: skip
    monkeypatch.setattr(serve_check, "check", lambda url, *rest, **more: (asked.append((url, rest[3])), result)[1])
    done = CliRunner().invoke(app, ["serve-check", f"{server.address}#tuned@form"])
    assert done.exit_code == 0, done.output
    assert asked == [(f"{server.address}#tuned", True)]
    assert "ask every 0.5 s" in done.output


def test_the_info_of_a_server_names_it():
    info = ModelInfo("x")
    assert info.prompt_style == "compact"
    reader = ReplyReader("navigation", "t1")
    reader.feed(REPLY)
    assert reader.finish(0)[0].valid


def test_the_key_comes_from_the_environment_then_the_keyring(monkeypatch):
    """The keyring's own library, on a ring of the test's."""
    import sys

    import keyring
    from keyring.backend import KeyringBackend

    class Ring(KeyringBackend):
        priority = 1
        kept: ClassVar[dict] = {}

        def get_password(self, service, username):
            return self.kept.get((service, username))

        def set_password(self, service, username, password):
            self.kept[service, username] = password

        def delete_password(self, service, username):
            del self.kept[service, username]

    monkeypatch.setattr(keyring.core, "_keyring_backend", Ring())
    keyring.set_password("carm", "gpu.example", "from the ring")  # as `keyring set carm HOST` does
    monkeypatch.setenv("CARM_SERVER_KEY", " sesame ")
    assert servers.key_for("gpu.example") == "sesame"
    monkeypatch.delenv("CARM_SERVER_KEY")
    assert servers.key_for("gpu.example") == "from the ring"
    assert servers.key_for("other.example") == ""
    for key in ("schl\u00fcssel", "ses\name"):
        keyring.set_password("carm", "gpu.example", key)
        with pytest.raises(ModelError, match="holds a sign that no key has") as problem:
            servers.key_for("gpu.example")
        assert key not in str(problem.value)
    monkeypatch.setattr(servers, "find_spec", lambda name: None)
    assert servers.where_keys_go() == 'CARM_SERVER_KEY (the keyring is not read here: pip install -e ".[server]")'
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert servers.key_for("gpu.example") == ""
