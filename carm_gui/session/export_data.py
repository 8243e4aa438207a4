"""What is exported: every trial below a folder with its measures, and every questionnaire's answers. The tables, the
BIDS tree and the report are all made of these rows. Free text that a person typed (lines, reasons of a rejection, the
proctor's notes) is not among them: it may name somebody. Knows no file format.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from carm_gui.session.measures import MEASURES, measure
from carm_gui.session.questionnaires import load
from carm_gui.session.recorder import EVENTS
from carm_gui.session.recording import Recording, RecordingError, damage_said, find, read
from carm_gui.session.study_run import ANSWERS, RUN, read_lines
from sim.resource import read_json

TRIAL_COLUMNS: dict[str, str] = {
    "study": "the protocol's name",
    "participant": "the participant's code",
    "session": "which session of this participant",
    "trial": "number of the trial among those that count; 0 for practice",
    "practice": "a practice trial, left out of every figure",
    "attempt": "1, or higher when an interrupted trial was done again",
    "task": "the task's name",
    "condition": "the condition's name",
    "mode": "manual, assisted or autonomous",
    "model": "the model's name",
    "target": "the landmark to be centred",
    "planted": "numbers of the replies that the protocol had turned round",
    "started": "when the recording began (UTC)",
    "recording": "the recording's folder, below the exported one",
}


@dataclass(frozen=True)
class Trial:
    """A recording and what it amounts to. `row` has TRIAL_COLUMNS, `measures` has MEASURES."""

    recording: Recording
    row: dict[str, Any]
    measures: dict[str, Any]

    @property
    def counts(self) -> bool:
        """Whether it enters the figures: no practice, and not broken off by a crash."""
        return not self.row["practice"] and self.measures["ended"] in ("done", "time", "given_up")


@dataclass(frozen=True)
class Answered:
    """A questionnaire's answers. `condition` is "" for one about the whole session."""

    participant: str
    session: int
    condition: str
    questionnaire: str
    answers: tuple[int | None, ...]
    scores: dict[str, float | None]
    at: str = ""


@dataclass(frozen=True)
class Collected:
    """Everything below one folder. `problems` are recordings that cannot be read, one sentence each."""

    folder: Path
    trials: tuple[Trial, ...]
    answers: tuple[Answered, ...]
    title: str = ""
    protocol_sha256: str = ""
    problems: tuple[str, ...] = field(default=())

    @property
    def counted(self) -> tuple[Trial, ...]:
        return tuple(trial for trial in self.trials if trial.counts)

    @property
    def is_study(self) -> bool:
        return any(trial.row["participant"] for trial in self.trials)


def collect(folder: Path) -> Collected:
    """What lies in `folder`: one recording, a participant's run, or a whole study. Raises RecordingError when there
    is nothing that can be read."""
    folder = Path(folder)
    trials, problems = [], []
    for place in find(folder):
        try:
            recording = read(place)
            with damage_said(place):
                trials.append(Trial(recording, _row(recording, folder), measure(recording)))
        except RecordingError as problem:
            problems.append(_without_path(str(problem), folder))
    if not trials:
        raise RecordingError(problems[0])
    runs = _runs(folder)
    answers = [answered for run in runs for answered in _answers(run)]
    about = next((read_json(run / RUN) for run in runs), {})
    return Collected(
        folder,
        tuple(sorted(trials, key=_order)),
        tuple(answers),
        str(about.get("title", "")),
        str(about.get("protocol_sha256", "")),
        tuple(problems),
    )


def _without_path(problem: str, folder: Path) -> str:
    """A sentence for an export: below `folder` alone, since where that lies may name somebody."""
    return problem.replace(f"{folder}{os.sep}", "").replace(str(folder), "the recording")


def _order(trial: Trial) -> tuple:
    row = trial.row
    return (row["study"], row["participant"], row["session"], row["trial"], row["attempt"], row["started"])


def _runs(folder: Path) -> list[Path]:
    """Runs in or below `folder`, and the one that `folder` itself lies in."""
    found = sorted(file.parent for file in folder.rglob(RUN))
    return found or [folder.parent] * ((folder.parent / RUN).is_file() and (folder / EVENTS).is_file())


def _row(recording: Recording, root: Path) -> dict[str, Any]:
    about, trial = recording.about, recording.trial
    task, condition = trial.get("task") or {}, trial.get("condition") or {}
    name, _, attempt = recording.folder.name.rpartition("_")
    place = recording.folder.relative_to(root).as_posix()
    return {
        "study": trial.get("study", ""),
        "participant": trial.get("participant", ""),
        "session": int(trial.get("session", 1)),
        "trial": int(trial.get("number", 1)),
        "practice": bool(trial.get("practice", False)),
        "attempt": int(attempt) if trial and attempt.isdigit() and name.count("_") == 2 else 1,
        "task": task.get("name", "rehearsal"),
        "condition": condition.get("name", ""),
        "mode": condition.get("mode", ""),
        "model": (about.get("model") or {}).get("name", ""),
        "target": task.get("target", ""),
        "planted": tuple(condition.get("planted") or ()),
        "started": about.get("started", ""),
        "recording": "." if place == "." else place,
    }


def _answers(run: Path) -> list[Answered]:
    about = read_json(run / RUN)
    found: dict[tuple[str, str], Answered] = {}  # given again after a crash, the last counts
    for line in read_lines(run / ANSWERS):
        try:
            form = load(line["questionnaire"])
            answers = tuple(line["answers"])
            scores = form.score(answers)
        except (KeyError, TypeError, ValueError):
            continue
        condition = str(line.get("condition", ""))
        found[form.name, condition] = Answered(
            str(about.get("participant", "")),
            int(about.get("session", 1)),
            condition,
            form.name,
            answers,
            scores,
            str(line.get("at", "")),
        )
    return list(found.values())


def describe() -> dict[str, dict[str, str]]:
    """Every column of the trials' table: its unit and what it is."""
    columns = {name: {"Units": "", "Description": text} for name, text in TRIAL_COLUMNS.items()}
    columns |= {name: {"Units": unit, "Description": text} for name, (unit, text) in MEASURES.items()}
    return {name: {key: value for key, value in told.items() if value} for name, told in columns.items()}
