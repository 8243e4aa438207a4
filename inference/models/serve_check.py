"""Whether a server is fit for rehearsals: latency, throughput, and how many rooms it feeds.

A room is one rehearsal that asks for a navigation step, thinks, and asks again. Rooms are simulated here, at most
MOST_ROOMS and for a bounded time. The pictures are noise, so nothing of a patient leaves. Knows no session.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from inference.ask import request_for
from inference.models.interface import LanguageModel, ModelError
from inference.models.server import ServerModel, wait_until_ready
from inference.prompts import navigate_prompt
from inference.reply import ReplyReader

MOST_ROOMS = 32
THINK_S = 10.0
"""How long a clinician looks at a proposal and the C-arm moves, before the next question."""
PATIENCE_S = 10.0
"""A room is fed when 95 % of its replies are whole within this time."""


@dataclass(frozen=True)
class Reply:
    """One reply: seconds to the first piece and to the end, its characters, whether the strict parser took it."""

    first_s: float
    whole_s: float
    characters: int
    valid: bool


@dataclass(frozen=True)
class Load:
    """What `rooms` at once got. `fed` says that 95 % of replies came whole within PATIENCE_S and none failed."""

    rooms: int
    replies: int
    failed: int
    first_p50_s: float | None
    whole_p50_s: float | None
    whole_p95_s: float | None
    replies_per_minute: float
    fed: bool


def ask_once(model: LanguageModel, rng: np.random.Generator) -> Reply:
    """One navigation question with a picture of noise. Raises ModelError."""
    pixels = rng.integers(0, 256, (model.info.picture_size,) * 2).astype(np.uint8)
    reader = ReplyReader("navigation", "t1")
    began, first, text = time.monotonic(), None, 0
    for piece in model.stream(request_for(model.info, "navigation", pixels, navigate_prompt("t1"))):
        first = first if first is not None else time.monotonic() - began
        text += len(piece)
        reader.feed(piece)
    whole = time.monotonic() - began
    return Reply(first if first is not None else whole, whole, text, reader.finish(0)[0].valid)


def rooms_at_once(
    open_one: Callable[[], LanguageModel], rooms: int, seconds: float, think_s: float, stop: threading.Event
) -> Load:
    """`rooms` rehearsals in threads of their own for `seconds`; each ends with the reply it has begun."""
    end = time.monotonic() + seconds
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
            wait_until_ready(model)
            # Rooms do not begin in step; the first question comes within one thinking time.
            if stop.wait(min(float(rng.uniform(0, think_s)), max(seconds - 0.5, 0))):
                return
            while True:
                reply = ask_once(model, rng)
                with lock:
                    replies.append(reply)
                if time.monotonic() + think_s > end or stop.wait(think_s):
                    return
        except ModelError as error:
            with lock:
                failures.append(str(error))
        finally:
            model.close()

    began = time.monotonic()
    threads = [threading.Thread(target=room, args=(number,), daemon=True) for number in range(rooms)]
    for thread in threads:
        thread.start()
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
    )


def check(
    address: str,
    most_rooms: int = 8,
    seconds: float = 30.0,
    think_s: float = THINK_S,
    constrained: bool = False,
    say: Callable[[str], None] = lambda text: None,
    stop: threading.Event | None = None,
) -> dict:
    """Latency of single replies, then 1, 2, 4 ... `most_rooms` rooms for `seconds` each, until one is not fed. Raises
    ModelError when the server cannot be asked at all."""
    stop = stop or threading.Event()

    def open_one() -> LanguageModel:
        return ServerModel(address, constrained=constrained)

    model = open_one()
    try:
        wait_until_ready(model)
        say(f"{model.name}: single replies")
        rng = np.random.default_rng(0)
        ask_once(model, rng)  # the first may wait for the model to be loaded there
        single = [ask_once(model, rng) for _ in range(3)]
        name = model.name
    finally:
        model.close()
    table: list[Load] = []
    for rooms in _steps(min(most_rooms, MOST_ROOMS)):
        if stop.is_set():
            break
        say(f"{rooms} rooms for {seconds:.0f} s")
        table.append(rooms_at_once(open_one, rooms, seconds, think_s, stop))
        if not table[-1].fed:
            break
    rates = [reply.characters / (reply.whole_s - reply.first_s) for reply in single if reply.whole_s > reply.first_s]
    return {
        "model": name,
        "first_s": _quantile([reply.first_s for reply in single], 0.5),
        "whole_s": _quantile([reply.whole_s for reply in single], 0.5),
        "characters_per_s": round(_quantile(rates, 0.5), 1) if rates else None,
        "valid": sum(reply.valid for reply in single) / len(single),
        "think_s": think_s,
        "patience_s": PATIENCE_S,
        "rooms_fed": max((load.rooms for load in table if load.fed), default=0),
        "capacity": [asdict(load) for load in table],
    }


def table_lines(result: dict) -> list[str]:
    """The result for a reader."""
    out = [
        f"{result['model']}: first words after {result['first_s']:.2f} s, a whole reply after "
        f"{result['whole_s']:.2f} s, {100 * result['valid']:.0f} % of replies understood",
        "rooms  replies  failed  median s  95 % s  replies/min",
    ]
    for load in result["capacity"]:
        numbers = [f"{load[key]:.2f}" if load[key] is not None else "-" for key in ("whole_p50_s", "whole_p95_s")]
        out.append(
            f"{load['rooms']:5}  {load['replies']:7}  {load['failed']:6}  {numbers[0]:>8}  {numbers[1]:>6}  "
            f"{load['replies_per_minute']:11.1f}{'' if load['fed'] else '   too slow'}"
        )
    out.append(
        f"Feeds {result['rooms_fed']} room(s) that ask every {result['think_s']:.0f} s (95 % of replies within "
        f"{result['patience_s']:.0f} s)."
    )
    return out


def _steps(most: int) -> list[int]:
    steps = [1]
    while steps[-1] * 2 <= most:
        steps.append(steps[-1] * 2)
    return steps if steps[-1] == most else [*steps, most]


def _quantile(values: Sequence[float], share: float) -> float | None:
    return round(float(np.quantile(values, share)), 3) if len(values) else None
