"""The study's marks as a marker stream of the Lab Streaming Layer, for recordings beside it (eye tracking, EEG, video).
Optional: needs pylsl (the extra "records"). One string a marker, e.g. "trial_began to-skull assisted P01"; nothing that
anybody typed is streamed. Knows no window."""

from __future__ import annotations

from collections.abc import Callable

from carm_gui.session.events import SessionEvent
from sim.resource import install

STREAM = "carm-markers"


class MarkerError(ValueError):
    """There can be no marker stream; the message is one sentence."""


def open_stream() -> Callable[[str], None]:
    """A function that sends one marker. Raises MarkerError without pylsl."""
    try:
        import pylsl
    except (ImportError, RuntimeError) as problem:
        raise MarkerError(
            f"The marker stream needs pylsl: {install('records')}, or take marker_stream out."
        ) from problem
    info = pylsl.StreamInfo(STREAM, "Markers", 1, pylsl.IRREGULAR_RATE, pylsl.cf_string, STREAM)
    outlet = pylsl.StreamOutlet(info)
    return lambda marker: outlet.push_sample([marker])


def marker(event: SessionEvent, context: str = "") -> str:
    """The marker of an event, "" for none. `context` says which trial it is."""
    data = event.data
    match event.kind:
        case "mark":
            name = str(data["name"])
            rest = [str(data[key]) for key in ("reason", "shown", "x", "y") if key in data]
            return " ".join([name, *rest, *([context] if name.startswith("trial_") and context else [])])
        case "step":
            return f"reply {data['step'].number}"
        case "decision":
            return f"{'accepted' if data['accepted'] else 'rejected'} {data['number']}"
        case "motion":
            return f"motion_{data['phase']}"
        case "frame" if data.get("shot"):
            return "shot"
        case "beam":
            return f"beam_{'on' if data['on'] else 'off'}"
        case "state" if data.get("outcome") == "halted":
            return "halted"
    return ""


def listener(send: Callable[[str], None], context: str) -> Callable[[SessionEvent], None]:
    """What a session can be listened to with: each event's marker is sent."""

    def hear(event: SessionEvent) -> None:
        text = marker(event, context)
        if text:
            send(text)

    return hear
