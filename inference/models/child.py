"""The model's own process: requests come on its standard input, answers go to its standard output, as JSON lines.

In: {"ask": id, "task", "picture" (base64 of uint8), "shape", and the rest of a Request} and {"cancel": id}, which
stops that ask and all before it. Out: {"note": text}, {"ready": ModelInfo} or {"failed": sentence}, then for
each ask {"id", "piece": text} ... and one {"id", "end": "done|cancelled|error", "problem": sentence}.
It ends when its input ends, so it cannot outlive its parent. Knows one model; no session and no window.
"""

from __future__ import annotations

import base64
import json
import os
import queue
import sys
import threading
from dataclasses import asdict
from typing import BinaryIO

import numpy as np

from inference.models.folder import ModelSpec
from inference.models.interface import Cancelled, ModelError, Request


def encode(message: dict) -> bytes:
    """One message as one line."""
    return json.dumps(message).encode() + b"\n"


def ask_message(number: int, request: Request) -> dict:
    """The ask with this number."""
    picture = np.ascontiguousarray(request.picture, np.uint8)
    return {
        "ask": number,
        "task": request.task,
        "picture": base64.b64encode(picture.tobytes()).decode(),
        "shape": picture.shape,
        "text": request.text,
        "max_tokens": request.max_tokens,
        "preamble": request.preamble,
        "pattern": request.pattern,
    }


def arguments(spec: ModelSpec, device: str) -> str:
    """`spec` as the child's one argument."""
    adapter = str(spec.adapter) if spec.adapter else None
    return json.dumps([spec.name, str(spec.base), adapter, spec.threads, device, spec.bits, spec.constrained])


class _Inbox:
    """Reads the parent's lines in a thread: asks queue up, a cancel acts at once."""

    def __init__(self, lines: BinaryIO):
        self.asks: queue.Queue[dict] = queue.Queue()
        self.cancelled = -1
        self._lines = lines
        threading.Thread(target=self._read, name="inbox", daemon=True).start()

    def _read(self) -> None:
        for line in self._lines:
            message = json.loads(line)
            if "cancel" in message:
                self.cancelled = message["cancel"]
            else:
                self.asks.put(message)
        os._exit(0)  # the parent has gone or has closed the model


def serve(lines: BinaryIO, out: BinaryIO, argument: str) -> None:
    """Load the model, then answer until the input ends."""

    def send(**message) -> None:
        out.write(encode(message))
        out.flush()

    inbox = _Inbox(lines)  # before the seconds of loading: the parent may go meanwhile
    name, base, adapter, threads, device, bits, constrained = json.loads(argument)
    from inference.baseline.model import open_here

    try:
        model = open_here(
            base,
            adapter,
            threads,
            name=name,
            device=device,
            bits=bits,
            constrained=constrained,
            progress=lambda note: send(note=note),
        )
    except ModelError as error:
        send(failed=str(error))
        return
    except (MemoryError, ImportError, OSError) as error:
        send(failed=f"The model cannot be loaded: {error or type(error).__name__}.")
        return
    send(ready=asdict(model.info))
    while True:
        message = inbox.asks.get()
        number = message["ask"]
        try:
            pixels = np.frombuffer(base64.b64decode(message["picture"]), np.uint8).reshape(message["shape"])
            words = (message["text"], message["max_tokens"], message["preamble"], message["pattern"])
            request = Request(message["task"], pixels, *words)
            model.reply(
                request,
                lambda piece, number=number: send(id=number, piece=piece),
                lambda number=number: inbox.cancelled >= number,
            )
            send(id=number, end="done")
        except Cancelled:
            send(id=number, end="cancelled")
        except ModelError as error:
            send(id=number, end="error", problem=str(error))


def main() -> None:
    """Entry of the child process. What any library prints must not reach the protocol: it goes nowhere."""
    if hasattr(os, "nice"):
        os.nice(5)  # a halt and the picture come before the model's thinking
    lines, out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    try:
        serve(lines, out, sys.argv[1])
    except BrokenPipeError:
        os._exit(0)
