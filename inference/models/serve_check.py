"""Whether a server is fit for rehearsals: latency, throughput, and how many rooms it feeds.

A room is one rehearsal that asks for a navigation step, thinks, and asks again. Rooms are simulated here, at most
MOST_ROOMS. Everything ends at a time that is said first, with what was measured by then: a reply that is not whole is
cut off. The pictures are noise, so nothing of a patient leaves. Knows no session.
"""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from inference.ask import request_for
from inference.models.interface import Cancelled, LanguageModel, ModelError
from inference.models.server import ServerModel, wait_until_ready
from inference.prompts import navigate_prompt
from inference.reply import ReplyReader

MOST_ROOMS = 32
THINK_S = 10.0
"""How long a clinician looks at a proposal and the C-arm moves, before the next question."""
PATIENCE_S = 10.0
"""A room is fed when 95 % of its replies are whole within this time."""
SINGLE_S = 3 * PATIENCE_S
"""A single reply that is not whole by then is cut off; the first has FIRST_S: the model may have to be loaded."""
FIRST_S = 120.0
"""How long the first reply may take unless the whole may take longer."""
AFTER_S = 2 * PATIENCE_S
"""Replies that rooms have begun may take so long beyond the time of their number."""
PULSE_S = 5.0
"""How often a wait says how it stands."""


@dataclass(frozen=True)
class Reply:
    """One reply: seconds to the first piece and to the end, its characters, whether the strict parser took it."""

    first_s: float
    whole_s: float
    characters: int
    valid: bool


class LateError(ModelError):
    """A reply that was not whole in the time it had, and was cut off."""


@dataclass(frozen=True)
class Load:
    """What `rooms` at once got. `fed` says that 95 % of replies came whole within PATIENCE_S and none failed; `problem`
    is what the first that failed, or was cut off, failed by."""

    rooms: int
    replies: int
    failed: int
    first_p50_s: float | None
    whole_p50_s: float | None
    whole_p95_s: float | None
    replies_per_minute: float
    fed: bool
    problem: str = ""


def ask_once(
    model: LanguageModel, rng: np.random.Generator, until: float = math.inf, heard: list[str] | None = None
) -> Reply:
    """One navigation question with a picture of noise; `heard` takes the pieces as they come. Raises LateError for a
    reply that is not whole at `until` (time.monotonic()), and ModelError."""
    pixels = rng.integers(0, 256, (model.info.picture_size,) * 2).astype(np.uint8)
    request = request_for(model.info, "navigation", pixels, navigate_prompt("t1"))
    reader = ReplyReader("navigation", "t1")
    heard = [] if heard is None else heard
    began, first = time.monotonic(), None
    cut = threading.Timer(min(max(until - began, 0.05), threading.TIMEOUT_MAX), model.cancel)
    cut.daemon = True
    cut.start()
    try:
        for piece in model.stream(request):
            first = first if first is not None else time.monotonic() - began
            heard.append(piece)
            reader.feed(piece)
    except Cancelled:
        took, written = time.monotonic() - began, sum(map(len, heard))
        raise LateError(f"No whole reply in {took:.0f} s; {written} characters had come.") from None
    finally:
        cut.cancel()
    whole = time.monotonic() - began
    return Reply(first if first is not None else whole, whole, sum(map(len, heard)), reader.finish(0)[0].valid)


def rooms_at_once(
    open_one: Callable[[], LanguageModel],
    rooms: int,
    seconds: float,
    think_s: float,
    until: float = math.inf,
    say: Callable[[str], None] = lambda text: None,
) -> Load:
    """`rooms` rehearsals in threads of their own for `seconds`; each ends with the reply it has begun, which is cut off
    AFTER_S later or at `until`."""
    began = time.monotonic()
    end = began + seconds
    last = min(end + AFTER_S, until)
    replies: list[Reply] = []
    failures: list[str] = []
    lock = threading.Lock()

    def room(number: int) -> None:
        rng = np.random.default_rng(number)
        try:
            model = open_one()
        except ModelError as error:
            with lock:
                failures.append(str(error))
            return
        try:
            wait_until_ready(model, _left(last))
            # Rooms do not begin in step; the first question comes within one thinking time.
            time.sleep(min(float(rng.uniform(0, think_s)), max(seconds - 0.5, 0)))
            while True:
                reply = ask_once(model, rng, last)
                with lock:
                    replies.append(reply)
                if time.monotonic() + think_s > end:
                    return
                time.sleep(think_s)
        except ModelError as error:
            with lock:
                failures.append(str(error))
        finally:
            model.close()

    threads = [threading.Thread(target=room, args=(number,), daemon=True) for number in range(rooms)]
    for thread in threads:
        thread.start()
    with _pulse(
        say, lambda: f"{_rooms(rooms)} for {seconds:.0f} s: {time.monotonic() - began:.0f} s, {len(replies)} replies"
    ):
        for thread in threads:
            thread.join()
    took = time.monotonic() - began
    whole = [reply.whole_s for reply in replies]
    late = _quantile(whole, 0.95)
    return Load(
        rooms,
        len(replies),
        len(failures),
        _quantile([reply.first_s for reply in replies], 0.5),
        _quantile(whole, 0.5),
        late,
        round(60.0 * len(replies) / took, 1),
        bool(replies) and not failures and late <= PATIENCE_S,
        failures[0] if failures else "",
    )


def longest(most_rooms: int, seconds: float) -> float:
    """Seconds that a check takes at most where nothing else is asked for."""
    return FIRST_S + len(_steps(min(most_rooms, MOST_ROOMS))) * (seconds + AFTER_S)


def check(
    address: str,
    most_rooms: int = 8,
    seconds: float = 30.0,
    think_s: float = THINK_S,
    constrained: bool = False,
    say: Callable[[str], None] = lambda text: None,
    longest_s: float | None = None,
) -> dict:
    """Latency of single replies, then 1, 2, 4 ... `most_rooms` rooms for `seconds` each, until one is not fed or
    `longest_s` (default: `longest`) have gone: "ended" says so then, and the table holds what was measured. Raises
    ModelError when the server cannot be asked at all or gives no whole reply."""
    allowed = longest(most_rooms, seconds) if longest_s is None else longest_s
    end = time.monotonic() + allowed

    def open_one() -> LanguageModel:
        return ServerModel(address, constrained=constrained)

    model = open_one()  # an address that may not be asked is not repeated: it may hold a password
    say(f"asking {address}; this takes {allowed:.0f} s at most")
    try:
        began = time.monotonic()
        with _pulse(say, lambda: f"{model.note or 'greeted'}: {time.monotonic() - began:.0f} s"):
            wait_until_ready(model, min(30.0, _left(end)))
        first, single, ended = _single_replies(model, end, longest_s, say)
        name, note = model.name, model.info.note
    finally:
        model.close()
    table: list[Load] = []
    for rooms in _steps(min(most_rooms, MOST_ROOMS)):
        if _left(end) < seconds:
            ended = f"Ended after {allowed:.0f} s, before {_rooms(rooms)}; --longest gives it more time."
            break
        table.append(rooms_at_once(open_one, rooms, seconds, think_s, end, say))
        if not table[-1].fed:
            break
    rates = [reply.characters / (reply.whole_s - reply.first_s) for reply in single if reply.whole_s > reply.first_s]
    return {
        "model": name,
        "note": note,
        "warm_up_s": round(first.whole_s, 3),
        "first_s": _quantile([reply.first_s for reply in single], 0.5),
        "whole_s": _quantile([reply.whole_s for reply in single], 0.5),
        "characters_per_s": round(_quantile(rates, 0.5), 1) if rates else None,
        "valid": sum(reply.valid for reply in single) / len(single),
        "think_s": think_s,
        "patience_s": PATIENCE_S,
        "rooms_fed": max((load.rooms for load in table if load.fed), default=0),
        "capacity": [asdict(load) for load in table],
        "ended": ended,
    }


def _single_replies(
    model: LanguageModel, end: float, longest_s: float | None, say: Callable[[str], None]
) -> tuple[Reply, list[Reply], str]:
    """The first reply, for which the model may have to be loaded there; then three, or those that came whole in time,
    or the first again; and why they are fewer."""
    rng = np.random.default_rng(0)

    def ask(which: str, until: float) -> Reply:
        began, heard = time.monotonic(), []
        with _pulse(say, lambda: f"{which} reply: {time.monotonic() - began:.0f} s, {sum(map(len, heard))} characters"):
            return ask_once(model, rng, until, heard)

    allowed = _left(end) if longest_s is not None else min(FIRST_S, _left(end))
    try:
        first = ask("first", time.monotonic() + allowed)
    except LateError as late:
        raise ModelError(
            f"{model.name} is too slow to rehearse with, or is still being loaded there. {late} "
            "Look at the server's log; --longest SECONDS waits longer."
        ) from None
    single: list[Reply] = []
    for which in ("second", "third", "fourth"):
        try:
            single.append(ask(which, min(time.monotonic() + SINGLE_S, end)))
        except LateError as late:
            return first, single or [first], f"Single replies are too slow to measure more of them. {late}"
    return first, single, ""


def table_lines(result: dict) -> list[str]:
    """The result for a reader."""
    rate = f" ({result['characters_per_s']:.0f} characters a second)" if result["characters_per_s"] else ""
    out = [
        f"{result['model']}: first words after {result['first_s']:.2f} s, a whole reply after "
        f"{result['whole_s']:.2f} s{rate}, {100 * result['valid']:.0f} % of replies understood",
        f"{result['model']} is {result['note']}.",
        "rooms  replies  failed  median s  95 % s  replies/min",
    ]
    for load in result["capacity"]:
        numbers = [f"{load[key]:.2f}" if load[key] is not None else "-" for key in ("whole_p50_s", "whole_p95_s")]
        out.append(
            f"{load['rooms']:5}  {load['replies']:7}  {load['failed']:6}  {numbers[0]:>8}  {numbers[1]:>6}  "
            f"{load['replies_per_minute']:11.1f}{'' if load['fed'] else _why(load)}"
        )
    if result["ended"]:
        out.append(result["ended"])
    out.append(
        f"Feeds {result['rooms_fed']} room(s) that ask every {result['think_s']:g} s (95 % of replies within "
        f"{result['patience_s']:.0f} s)."
    )
    return out


def _why(load: dict) -> str:
    return f"   {load['problem']}" if load["problem"] else "   too slow"


@contextlib.contextmanager
def _pulse(say: Callable[[str], None], text: Callable[[], str]) -> Iterator[None]:
    """Say `text()` now and every PULSE_S until the block ends."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(PULSE_S):
            say(text())

    say(text())
    thread = threading.Thread(target=beat, name="pulse", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _left(end: float) -> float:
    return max(0.0, end - time.monotonic())


def _rooms(number: int) -> str:
    return "1 room" if number == 1 else f"{number} rooms"


def _steps(most: int) -> list[int]:
    steps = [1]
    while steps[-1] * 2 <= most:
        steps.append(steps[-1] * 2)
    return steps if steps[-1] == most else [*steps, most]


def _quantile(values: Sequence[float], share: float) -> float | None:
    return round(float(np.quantile(values, share)), 3) if len(values) else None
