"""One piece of long work in a thread of its own, for a dialogue that polls it. Knows no Qt and no work.

The worker never touches a widget: it leaves its progress and its result here, and a timer of the dialogue looks.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

log = logging.getLogger(__name__)


class Cancelled(Exception):  # noqa: N818  not an error
    """Raised inside the work when the user has cancelled it."""


class Job(threading.Thread):
    """Runs `work(tell)`, where `tell(share, text)` reports progress and raises Cancelled once `cancel` was called.
    When `done`, exactly one of `result`, `problem` (a sentence) and `cancelled` says how it ended."""

    def __init__(self, work: Callable[[Callable[[float, str], None]], Any], name: str = "carm-job") -> None:
        super().__init__(name=name, daemon=True)
        self._work, self._stop = work, threading.Event()
        self.progress: tuple[float, str] = (0.0, "")
        self.result: Any = None
        self.problem = ""
        self.cancelled = False
        self._over = threading.Event()

    @property
    def done(self) -> bool:
        return self._over.is_set()

    def cancel(self) -> None:
        self._stop.set()

    def tell(self, share: float, text: str) -> None:
        if self._stop.is_set():
            raise Cancelled
        self.progress = (share, text)

    def run(self) -> None:
        try:
            self.result = self._work(self.tell)
        except Cancelled:
            self.cancelled = True
        except (ValueError, OSError) as problem:
            self.problem = " ".join(str(problem).split())
        except MemoryError:
            self.problem = "There is not enough memory for this; close other programs and try again."
        except Exception as problem:
            log.exception("job")
            self.problem = f"Something unexpected went wrong ({type(problem).__name__}); the log has the details."
        finally:
            self._over.set()
