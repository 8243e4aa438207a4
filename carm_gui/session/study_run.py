"""A participant's run on disk: which page comes next, the recordings of the trials, answers and notes. Survives a
crash at any page; the trial that was under way is done again, beside what was recorded of it.

    STUDY/sub-P01/ses-01/run.json             the plan and how far it has come
                         protocol.yaml        the protocol as it was
                         01_TASK_CONDITION/   a recording (recorder.py); _2 and so on when it was done again
                         questionnaires.jsonl answers;  notes.jsonl  the proctor's notes

Knows no window and no model; a participant is a code of the protocol.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from carm_gui.session import questionnaires
from carm_gui.session.recorder import EVENTS, LONE, now, write_whole
from carm_gui.session.study import Protocol, ProtocolError
from carm_gui.session.study_order import Item, plan
from sim.resource import data_dir, read_json

RUN, PROTOCOL, ANSWERS, NOTES = "run.json", "protocol.yaml", "questionnaires.jsonl", "notes.jsonl"


class Run:
    """One participant's way through a protocol. `position` is the index of the item that comes now."""

    def __init__(self, protocol: Protocol, code: str, parent: Path | None = None) -> None:
        """Goes on with an unfinished run of the same protocol, or begins a new session. Raises ProtocolError for a
        code that is not one of the study's, and OSError when the folder cannot be written."""
        self.protocol, self.code = protocol, code
        self.items: tuple[Item, ...] = plan(protocol, code)
        base = (parent or data_dir("studies")) / protocol.study / f"sub-{code}"
        last = max((int(p.name[4:]) for p in base.glob("ses-*") if p.name[4:].isdigit()), default=0)
        kept = read_json(base / f"ses-{last:02}" / RUN) if last else {}
        self.resumed = bool(kept) and not kept.get("ended") and kept.get("protocol_sha256") == protocol.sha256
        self.session = last if self.resumed else last + 1
        self.folder = base / f"ses-{self.session:02}"
        self.position = int(kept["position"]) if self.resumed else 0
        self._about: dict[str, Any] = (
            kept
            if self.resumed
            else {
                "schema": 1,
                "study": protocol.study,
                "title": protocol.title,
                "protocol_sha256": protocol.sha256,
                "participant": code,
                "session": self.session,
                "started": now(),
                "ended": None,
                "position": 0,
                "items": [asdict(item) for item in self.items],
            }
        )
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.resumed:
            (self.folder / PROTOCOL).write_text(protocol.text, encoding="utf-8")
            write_whole(self.folder / RUN, self._about)

    @property
    def item(self) -> Item | None:
        """What comes now; None when the run is over."""
        return self.items[self.position] if self.position < len(self.items) else None

    @property
    def trials(self) -> int:
        """How many trials count."""
        return max((item.number for item in self.items), default=0)

    def advance(self) -> Item | None:
        """The present item is done; the next one. Raises OSError, and stays, when it cannot be written."""
        position = self.position + 1
        about = self._about | {"position": position}
        if position >= len(self.items):
            about["ended"] = now()
        write_whole(self.folder / RUN, about)
        self._about, self.position = about, position
        return self.item

    def disclosure(self) -> str:
        """Which of this participant's trials held planted replies, for the debriefing; "" for none."""
        trials = [
            f"trial {item.number} ({item.task})" if item.number else f"the practice trial ({item.task})"
            for item in self.items
            if item.kind == "trial" and self.protocol.condition(item.condition).planted
        ]
        if not trials:
            return ""
        return f"In your session a proposal of the assistant was turned round on purpose in: {', '.join(trials)}."

    def trial_folder(self) -> Path:
        """A new folder for the recording of the present trial."""
        name, number = self.item.label, 1
        while (self.folder / (name if number == 1 else f"{name}_{number}") / EVENTS).exists():
            number += 1
        return self.folder / (name if number == 1 else f"{name}_{number}")

    def trial_about(self) -> dict[str, Any]:
        """What session.json of the present trial says beside the recorder's own."""
        item, task = self.item, self.protocol.task(self.item.task)
        return {
            "study": self.protocol.study,
            "protocol_sha256": self.protocol.sha256,
            "participant": self.code,
            "session": self.session,
            "number": item.number,
            "practice": item.practice,
            "task": task.model_dump(exclude={"patient", "instruction"}),
            "condition": self.protocol.condition(item.condition).model_dump(exclude={"instruction"}),
        }

    def answer(self, name: str, answers: list[int | None]) -> dict[str, float | None]:
        """Keep the answers to the questionnaire that is due; returns its scores."""
        scores = questionnaires.load(name).score(answers)
        line = {"questionnaire": name, "condition": self.item.condition if self.item else "", "answers": answers}
        self._append(ANSWERS, line | {"scores": scores})
        return scores

    def note(self, text: str) -> None:
        """A note of the proctor's, with the page it belongs to."""
        self._append(NOTES, {"item": self.item.label if self.item else "", "text": text.strip()})

    def _append(self, name: str, line: dict[str, Any]) -> None:
        text = json.dumps({"at": now()} | line, ensure_ascii=False) + "\n"
        with open(self.folder / name, "a+b") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                text = text if file.read(1) == b"\n" else "\n" + text  # a crash or a full disk cut the line before
            file.write(text.encode(errors=LONE))
            file.flush()
            os.fsync(file.fileno())


def read_lines(file: Path) -> list[dict[str, Any]]:
    """The lines of a .jsonl file that can be read; none when it is not there."""
    try:
        texts = file.read_bytes().split(b"\n")
    except OSError:
        return []
    rows = []
    for text in texts:
        try:
            row = json.loads(text)
        except ValueError:
            continue
        if isinstance(row, dict):
            rows.append(row)
    return rows


def check_code(protocol: Protocol, code: str) -> str:
    """The code as the study writes it (" p01 " is P01). Raises ProtocolError when there is no such participant."""
    tidy = code.strip().upper()
    if tidy not in protocol.participants.codes:
        first, last = protocol.participants.codes[0], protocol.participants.codes[-1]
        raise ProtocolError(f"Give a participant's code from {first} to {last}, never a name.")
    return tidy


def hold(protocol: Protocol, code: str, parent: Path | None = None) -> FileLock:
    """Keep this participant's run for one window, until the lock is released or the program ends. Raises ProtocolError
    when another window has it, and OSError when the folder cannot be written."""
    base = (parent or data_dir("studies")) / protocol.study / f"sub-{code}"
    base.mkdir(parents=True, exist_ok=True)
    held = FileLock(base / ".lock")
    try:
        held.acquire(timeout=0)
    except Timeout:
        raise ProtocolError(f"{code} is under way in another window; go on there, or close it first.") from None
    return held


def state_of(protocol: Protocol, code: str, parent: Path | None = None) -> str:
    """What is on disk of a participant, one sentence; "" for nothing."""
    base = (parent or data_dir("studies")) / protocol.study / f"sub-{code}"
    sessions = sorted(base.glob("ses-*/" + RUN))
    if not sessions:
        return ""
    kept = read_json(sessions[-1])
    if kept.get("ended"):
        return f"{code} has finished {len(sessions)} session{'s' if len(sessions) > 1 else ''}; this begins another."
    if kept.get("protocol_sha256") != protocol.sha256:
        return f"{code} has begun with another version of the protocol; this begins a new session."
    items = kept.get("items") or []
    return f"{code} was broken off at page {kept.get('position', 0) + 1} of {len(items)}; it goes on there."
