"""A model in a process of its own: quick start, hard cancel, and a crash that costs one reply.

The child is started afresh, never forked: it shares no memory, thread or window with the program and needs no
console. States: loading -> ready; a crash, a hang or an unheeded cancel ends the child and starts another
(-> loading); a model that cannot be loaded, or dies CRASHES times with no reply between, is failed for good.
Knows no torch, no task and no session.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

from inference.models.child import arguments, ask_message, encode
from inference.models.folder import ModelSpec, picture_size, prompt_style
from inference.models.interface import Cancelled, ModelError, ModelInfo, Request
from inference.models.transformers import QUIET

CRASHES = 3
CANCEL_GRACE_S = 0.3
"""A child that has not stopped a cancelled reply by then is ended."""
HANG_S = 60.0
"""Longest silence of a child that is answering."""
LONGEST_HANGS = 5.0
"""A whole reply may take this many times the longest silence; after that a child that dribbles is ended as well."""
LINE_LIMIT, REPLY_LIMIT = 1 << 20, 100_000
"""Bytes of one message and characters of one reply (an empty piece counts as one): a child that floods is ended."""
LOAD_S = 900.0
_START = "from inference.models.child import main; main()"


class ModelProcess:
    """The model of `spec` as a LanguageModel. The constructor returns at once; the model loads meanwhile."""

    def __init__(
        self, spec: ModelSpec, *, device: str = "cpu", hang_s: float = HANG_S, grace_s: float = CANCEL_GRACE_S
    ):
        self.name = spec.name
        self.info = ModelInfo(
            spec.name,
            device=device,
            picture_size=picture_size(spec.base),
            prompt_style=prompt_style(spec),
            constrained=spec.constrained,
        )
        self.state, self.problem, self.note = "loading", "", ""
        self._spec, self._device, self._hang_s, self._grace_s = spec, device, hang_s, grace_s
        # Everything below is read and written under this condition, which is notified of each change.
        self._changed = threading.Condition()
        self._child: subprocess.Popen | None = None
        self._outbox: queue.Queue[dict | None] = queue.Queue()
        self._number = 0  # of the last reply asked for
        self._outstanding = 0  # of the reply that the child works on, or 0
        self._pieces: queue.Queue | None = None  # where the reply under way goes
        self._written = 0  # characters of it
        self._cancelled = self._closed = False
        self._crashes = 0
        with self._changed:
            self._start("starting")

    @property
    def pid(self) -> int | None:
        """Process id of the child."""
        return self._child.pid if self._child is not None else None

    def stream(self, request: Request) -> Iterator[str]:
        """Pieces of the reply; see LanguageModel. It is under way from the first `next` on."""
        pieces: queue.Queue = queue.Queue()
        with self._changed:
            if self._pieces is not None:
                raise ModelError("The model is still busy with another reply.")
            self._pieces, self._cancelled = pieces, False
            self._number += 1
            number = self._number
        try:
            self._ask(number, request)
            began = time.monotonic()
            while True:
                longest = LONGEST_HANGS * self._hang_s
                left = began + longest - time.monotonic()
                try:
                    piece = pieces.get(timeout=max(0.0, min(self._hang_s, left)))
                except queue.Empty:
                    silent = f"was silent for {self._hang_s:g} s"
                    what = silent if left > self._hang_s else f"did not finish its reply within {longest:g} s"
                    sentence = f"The model {what} and is being started again."
                    with self._changed:
                        if self._outstanding == number:
                            self._restart(sentence, crashed=True)
                    raise ModelError(sentence) from None
                if self._cancelled:
                    raise Cancelled
                if isinstance(piece, Exception):
                    raise piece
                if piece is None:
                    return
                yield piece
        finally:  # after an end, an error or a cancel, and when the reader wants no more
            with self._changed:
                self._pieces = None
                if self._outstanding == number:
                    self._outbox.put({"cancel": number})
                    late = threading.Timer(self._grace_s, self._end_unheeding, [number])
                    late.daemon = True
                    late.start()

    def cancel(self) -> None:
        """End the reply under way: its reader gets Cancelled at once, whatever the child does."""
        with self._changed:
            if self._pieces is not None:
                self._cancelled = True
                self._pieces.put(None)
                self._changed.notify_all()

    def close(self) -> None:
        """End the child; a reply under way gets Cancelled."""
        with self._changed:
            self._closed = True
            self.state, self.problem = "failed", "The model was closed."
            self.cancel()
            child = self._child
            self._outbox.put(None)
        if child is not None:
            child.kill()
            child.wait()

    # ---- asking ----------------------------------------------------------------------------------

    def _ask(self, number: int, request: Request) -> None:
        """Wait until the child is ready and idle, then send the request."""
        with self._changed:
            settled = self._changed.wait_for(
                lambda: self._cancelled or self.state == "failed" or (self.state == "ready" and not self._outstanding),
                timeout=LOAD_S,
            )
            if self._cancelled:
                raise Cancelled
            if self.state == "failed":
                raise ModelError(self.problem)
            if not settled:
                raise ModelError(f"The model has not loaded within {LOAD_S:g} s.")
            self._outstanding, self._written = number, 0
            self._outbox.put(ask_message(number, request))

    def _end_unheeding(self, number: int) -> None:
        with self._changed:
            if self._outstanding == number and not self._closed:
                self._restart("restarted: it did not stop when cancelled", crashed=False)

    # ---- the child's life (called with the condition held) ---------------------------------------

    def _start(self, note: str) -> None:
        self.state, self.note = "loading", note
        threads = str(self._spec.threads)
        environment = os.environ | QUIET | {"OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
        environment["PYTHONPATH"] = os.pathsep.join(path or os.getcwd() for path in sys.path)
        own_group = (
            {
                "creationflags": subprocess.CREATE_NO_WINDOW
                | subprocess.CREATE_NEW_PROCESS_GROUP
                | subprocess.BELOW_NORMAL_PRIORITY_CLASS
            }
            if sys.platform == "win32"
            else {"start_new_session": True}  # Ctrl-C in a terminal is the program's business, not the child's
        )
        self._outbox = queue.Queue()
        try:
            self._child = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, arguments(self._spec, self._device)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                **own_group,
            )
        except OSError as error:
            self._fail(f"The model cannot be started: {error.strerror or error}.")
            return
        for work in (self._write, self._read):
            threading.Thread(target=work, args=(self._child, self._outbox), daemon=True).start()
        self._changed.notify_all()

    def _restart(self, note: str, crashed: bool) -> None:
        """End the child, fail the reply it worked on, and start another unless it dies again and again."""
        self._outbox.put(None)
        self._child.kill()
        failed_reply = self._pieces if self._outstanding == self._number else None
        self._outstanding = 0
        self._crashes += crashed
        if self._crashes < CRASHES:
            self._start(note)
        else:
            self._child = None
            self._fail(f"The model broke down {CRASHES} times in a row; choose it again under Models to retry.")
        if failed_reply is not None:
            failed_reply.put(ModelError(self.problem or note))

    def _fail(self, problem: str) -> None:
        self.state, self.problem, self.note = "failed", problem, ""
        self._changed.notify_all()

    # ---- its two threads -------------------------------------------------------------------------

    def _write(self, child: subprocess.Popen, outbox: queue.Queue[dict | None]) -> None:
        try:
            while (message := outbox.get()) is not None:
                child.stdin.write(encode(message))
                child.stdin.flush()
            child.stdin.close()
        except OSError:
            pass  # the child is gone: the reading thread sees it too, and acts

    def _read(self, child: subprocess.Popen, outbox: queue.Queue[dict | None]) -> None:
        with child.stdout:
            while line := child.stdout.readline(LINE_LIMIT):
                try:
                    message = json.loads(line)
                    with self._changed:
                        if child is self._child:
                            self._take(message)
                except (ValueError, TypeError, KeyError, AttributeError):
                    break  # it no longer speaks the protocol
        child.kill()
        code = child.wait()
        with self._changed:
            if child is self._child and self.state != "failed":
                self._restart(f"The model ended {_how(code)} and is being started again.", True)
        outbox.put(None)

    def _take(self, message: dict) -> None:
        if "note" in message:
            self.note = message["note"]
        elif "ready" in message:
            self.info = ModelInfo(**message["ready"])
            self.state, self.note = "ready", ""
        elif "failed" in message:
            self._fail(message["failed"])
        elif message.get("id") == self._outstanding:
            mine = self._pieces if self._outstanding == self._number else None
            if "piece" in message:
                piece = message["piece"]
                self._written += len(piece) + 1
                if self._written > REPLY_LIMIT:
                    self._restart("The model would not stop writing and is being started again.", crashed=True)
                    return
            else:
                self._outstanding = 0
                self._crashes = 0
                piece = {"done": None, "cancelled": Cancelled()}.get(
                    message["end"], ModelError(message.get("problem", ""))
                )
            if mine is not None:
                mine.put(piece)
        self._changed.notify_all()


def _how(code: int) -> str:
    if code == -9:
        return "by signal 9 (the memory may have run out)"
    return f"by signal {-code}" if code < 0 else f"with status {code}"
