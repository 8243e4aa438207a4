"""A model on a server that speaks the OpenAI protocol (vLLM, transformers serve, others), as a LanguageModel.

What leaves this machine: the picture as PNG, the prompt, the model's name, the limits of the reply, and the key in its
header; nothing of the patient, the pose or the session. A cancel closes the connection, which ends the server's work.
TLS certificates are checked against the system's; redirects and proxies are not followed. Knows no task's wording.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import numpy as np

from inference.models.families import BY_HUB, BY_NAME
from inference.models.folder import DEFAULT_PICTURE
from inference.models.interface import Cancelled, ModelError, ModelInfo, Request
from inference.models.servers import key_for, split_address, where_keys_go

CONNECT_S, READ_S, WRITE_S = 5.0, 60.0, 20.0
"""Longest wait for a connection, for the next piece of a reply, for a picture to be taken."""
RETRIES = 2
RETRY_AFTER_S = 0.5
BUSY = (408, 425, 429, 500, 502, 503, 504)
"""Answers that may be another when asked again; nothing has been streamed by then."""
LONGEST_LINE = 1_000_000
_BROKEN_OFF = "{} broke off in the middle of its reply; ask again."
_NO_MODEL_SERVER = "{} answers with {} where a model server {}; look at the address."


class ServerModel:
    """The model at `address` (see servers.split_address). The constructor returns at once; the server is greeted
    meanwhile. Raises ModelError for an address that may not be asked."""

    def __init__(self, address: str, *, constrained: bool = False, read_s: float = READ_S):
        import httpx

        self._base, wanted = split_address(address)
        self._host = urlsplit(self._base).hostname
        self.name = wanted or self._host
        self.state, self.problem, self.note = "loading", "", f"greeting {self._host}"
        self.info = _info(self.name, "", self._host, constrained)
        self._wanted = wanted
        self._call = _Call()
        self._busy = threading.Lock()
        key = self._key = key_for(self._host)
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(READ_S, connect=CONNECT_S, read=read_s, write=WRITE_S),
            verify=ssl.create_default_context() if self._base.startswith("https") else False,  # http: this machine
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_keepalive_connections=0),  # a connection is one reply's, and ends with it
        )
        self._greeted = threading.Event()
        threading.Thread(target=self._greet, name="greet", daemon=True).start()

    # ---- as a LanguageModel

    def stream(self, request: Request) -> Iterator[str]:
        if not self._busy.acquire(blocking=False):
            raise ModelError("The model is still busy with another reply.")
        try:
            call = self._call = _Call()
            yield from self._answer(request, call)
        finally:
            call.end()
            self._busy.release()

    def cancel(self) -> None:
        self._call.end()

    def close(self) -> None:
        self.cancel()
        self.state, self.problem = "failed", "The model was closed."
        self._client.close()

    # ---- asking

    def _answer(self, request: Request, call: _Call) -> Iterator[str]:
        while not self._greeted.wait(0.05):
            if call.cancelled.is_set():
                raise Cancelled
        if self.state == "failed":
            raise ModelError(self.problem)
        pieces: queue.Queue = queue.Queue()
        threading.Thread(target=self._read, args=(request, pieces, call), name="server-reply", daemon=True).start()
        while True:
            try:
                piece = pieces.get(timeout=0.1)
            except queue.Empty:
                if call.cancelled.is_set():
                    raise Cancelled from None
                continue
            if call.cancelled.is_set():
                raise Cancelled
            if isinstance(piece, Exception):
                raise piece
            if piece is None:
                return
            yield piece

    def _read(self, request: Request, pieces: queue.Queue, call: _Call) -> None:
        """In a thread of its own: a cancel must not wait for a server that says nothing."""
        try:
            for attempt in range(RETRIES + 1):
                if self._once(request, pieces, call, last=attempt == RETRIES):
                    break
                if call.cancelled.wait(RETRY_AFTER_S * 2**attempt):
                    break
            pieces.put(None)
        except ModelError as error:
            pieces.put(error)

    def _once(self, request: Request, pieces: queue.Queue, call: _Call, last: bool) -> bool:
        """Ask once. False when it is worth asking again."""
        import httpx

        def connected(event: str, found: dict) -> None:
            """From the moment that there is a connection, a cancel can end it: a server may be silent for long."""
            if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
                call.line = found["return_value"].get_extra_info("socket")
                if call.cancelled.is_set():
                    call.end()

        said, streams, url = False, False, f"{self._base}/chat/completions"
        try:
            with self._client.stream(
                "POST", url, json=self._body(request), extensions={"trace": connected}
            ) as response:
                if response.status_code != 200:
                    if response.status_code in BUSY and not last:
                        return False
                    raise ModelError(_refusal(response, self._host, self._key))
                for line in _lines(response):
                    if call.cancelled.is_set():
                        return True
                    streams = streams or line.startswith("data:")
                    text = _piece(line)
                    if text is None:
                        return True
                    if text:
                        said = True
                        pieces.put(text)
                if not streams:
                    raise ModelError(_NO_MODEL_SERVER.format(self._host, _kind(response), "streams its words"))
                raise ModelError(_BROKEN_OFF.format(self._host))
        except ModelError:
            raise
        except httpx.TimeoutException:
            if said or last:
                raise ModelError(f"{self._host} was silent for too long; ask again or look at the server.") from None
            return False
        except (httpx.HTTPError, OSError, ValueError, RuntimeError) as error:
            if call.cancelled.is_set():
                return True
            if said and isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError):
                raise ModelError(_BROKEN_OFF.format(self._host)) from None
            if said or last:
                raise ModelError(f"{self._host} cannot be asked: {_plain(error)}") from None
            return False
        finally:
            call.line = None

    def _body(self, request: Request) -> dict:
        content = [
            {"type": "image_url", "image_url": {"url": _png(request.picture)}},
            {"type": "text", "text": request.text.encode("utf-8", "replace").decode()},
        ]
        if request.preamble:
            content.insert(0, {"type": "text", "text": request.preamble})
        body = {
            "model": self._wanted or self.info.name,
            "messages": [{"role": "user", "content": content}],
            "max_tokens": request.max_tokens,
            "temperature": 0.0,
            "stream": True,
        }
        if request.pattern and self.info.constrained:
            body["structured_outputs"] = {"regex": request.pattern}  # vLLM's name for it
        return body

    # ---- greeting

    def _greet(self) -> None:
        import httpx

        try:
            response = self._client.get(f"{self._base}/models", timeout=CONNECT_S + 15.0)
            if response.status_code in (404, 405, 500, 501):  # no list here; the first question will tell
                bases = {self._wanted: ""} if self._wanted else {}
            elif response.status_code != 200:
                raise ModelError(_refusal(response, self._host, self._key))
            else:
                # vLLM names an adapter's base as its parent.
                try:
                    bases = {str(entry["id"]): str(entry.get("parent") or "") for entry in response.json()["data"]}
                except (ValueError, LookupError, TypeError, AttributeError):
                    told = _NO_MODEL_SERVER.format(self._host, _kind(response), "lists its models")
                    raise ModelError(told) from None
            self._settle(bases)
        except ModelError as error:
            self._fail(str(error))
        except (httpx.HTTPError, OSError, ValueError, RuntimeError) as error:
            self._fail(f"{self._host} cannot be reached: {_plain(error)}")
        finally:
            self._greeted.set()

    def _settle(self, bases: dict[str, str]) -> None:
        """Choose among what the server has, each with its base or "": the one asked for, or its only one."""
        if self.state == "failed":
            return
        names = list(bases)
        if not self._wanted:
            if len(names) != 1:
                raise ModelError(
                    f"{self._host} has {len(names)} models; add #NAME to the address, one of: {', '.join(names[:8])}."
                    if names
                    else f"{self._host} does not say which models it has; add #NAME to the address."
                )
            self._wanted = names[0]
        elif names and self._wanted not in names and not _lists_on_demand(self._wanted):
            raise ModelError(f"{self._host} has no model called {self._wanted}; it has {', '.join(names[:8])}.")
        self.name = self._wanted
        self.info = _info(self._wanted, bases.get(self._wanted, ""), self._host, self.info.constrained)
        self.state, self.note = "ready", ""

    def _fail(self, sentence: str) -> None:
        if self.state != "failed":
            self.state, self.problem, self.note = "failed", sentence, ""


class _Call:
    """One reply under way: whether it was ended, and its connection."""

    def __init__(self):
        self.cancelled = threading.Event()
        self.line: socket.socket | None = None

    def end(self) -> None:
        """Nothing more is asked or told, and the connection ends, whatever its reader waits for."""
        self.cancelled.set()
        line, self.line = self.line, None
        if line is not None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


def _lists_on_demand(wanted: str) -> bool:
    """`transformers serve` lists what it has in a cache and loads any folder by its path."""
    return wanted.startswith("/")


def _info(name: str, parent: str, host: str, constrained: bool) -> ModelInfo:
    """Of the model `name`, which is an adapter where it has a `parent`."""
    profile = BY_NAME.get(parent or name) or BY_HUB.get(parent or name)
    note = f"on {host}; its weights are not on this machine and carry no hash here"
    if parent:
        note += f"; an adapter of {parent}, whose vision part, if it has one, vLLM leaves out (`carm merge` puts it in)"
    return ModelInfo(
        name=name,
        device=host,
        note=note,
        picture_size=profile.vision.picture if profile else DEFAULT_PICTURE,
        prompt_style="full",
        bits=0,
        constrained=constrained,
    )


def _png(picture: np.ndarray) -> str:
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture, np.uint8)).convert("RGB").save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def _lines(response) -> Iterator[str]:
    """Lines of server-sent events; one without an end is given up."""
    rest = ""
    for text in response.iter_text():
        rest += text
        *lines, rest = rest.split("\n")
        if len(rest) > LONGEST_LINE:
            raise ValueError("a line of its reply does not end")
        yield from lines


def _piece(line: str) -> str | None:
    """The text in one line of the stream; None at its end. Raises ValueError with the server's own error, or for what
    is no line of a chat."""
    if not line.startswith("data:"):
        return ""
    data = line[5:].strip()
    if data == "[DONE]":
        return None
    message = json.loads(data)
    try:
        if told := message.get("error"):
            raise ValueError(str(told.get("message") if isinstance(told, dict) else told))
        if not message.get("choices"):
            return ""
        choice = message["choices"][0]
        text = (choice.get("delta") or {}).get("content")
        if text:
            return str(text).encode(errors="replace").decode()  # JSON has half surrogate pairs, no file takes them
        return None if choice.get("finish_reason") else ""
    except (AttributeError, LookupError, TypeError):
        raise ValueError("a line of its reply is none of a chat") from None


def _kind(response) -> str:
    """What an answer says that it is, as text/html."""
    return response.headers.get("content-type", "").partition(";")[0] or "something else"


def _refusal(response, host: str, key: str = "") -> str:
    code = response.status_code
    if code in (401, 403) and key:
        return f"{host} does not take the key that it is shown (status {code}); look at {where_keys_go()}."
    if code in (401, 403):
        return f"{host} wants a key (status {code}); put it into {where_keys_go()}."
    if 300 <= code < 400:
        return f"{host} points elsewhere (status {code}); give the address it points to, if you trust it."
    with contextlib.suppress(Exception):
        response.read()
        told = response.json()
        told = told.get("error", told) if isinstance(told, dict) else told
        told = told.get("message") or told.get("detail") or told if isinstance(told, dict) else told
        if told != "Not Found":  # a path that is none there, and no model
            return f"{host} refused (status {code}): {' '.join(str(told).split())[:200]}"
    if code == 404:
        return f"{host} has nothing at that address (status 404); a model server's ends in /v1 as a rule."
    if code in (502, 503, 504):
        return f"{host} is not ready (status {code}); it may still be loading its model, try again in some minutes."
    return f"{host} refused (status {code})."


def _plain(error: Exception) -> str:
    text = " ".join(str(error).split())[:200] or type(error).__name__
    if "certificate" in text.lower():
        why = re.sub(r".*verify failed: | \(_ssl\.c.*", "", text)
        own = os.environ.get("SSL_CERT_FILE", "")
        remedy = f"SSL_CERT_FILE names no file: {own}" if own and not os.path.isfile(own) else "see SSL_CERT_FILE"
        text = f"its certificate is not trusted here ({why}); {remedy}"
    elif "WRONG_VERSION_NUMBER" in text:
        text = "it does not speak https at that port"
    elif "reset by peer" in text or "disconnected without" in text:
        text = "it ends the connection at once; does it want https?"
    elif "refused" in text.lower():
        text = "nothing listens at that port; is the server running?"
    elif "timed out" in text.lower():
        text = "it gave no answer in time"
    elif "name or service" in text.lower() or "getaddrinfo" in text.lower():
        text = "its name is not known here"
    return text if text.endswith("?") else text.rstrip(".") + "."


def wait_until_ready(model, seconds: float = 30.0) -> None:
    """Return when the model is ready. Raises ModelError when it has failed or takes too long."""
    end = time.monotonic() + seconds
    while model.state == "loading" and time.monotonic() < end:
        time.sleep(0.02)
    if model.state != "ready":
        raise ModelError(model.problem or "The server has not answered in time.")
