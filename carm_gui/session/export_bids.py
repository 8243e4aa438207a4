"""`--format bids`: a BIDS tree of behavioural data (BIDS 1.10: dataset_description, participants, `beh` events and
summaries with JSON sidecars, `phenotype` for the questionnaires, one file for each condition that was asked about).
Labels are letters and digits, as BIDS wants them; the protocol's own names stand in the columns."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from carm_gui.session.export_csv import table
from carm_gui.session.export_data import TRIAL_COLUMNS, Answered, Collected, Trial, describe
from carm_gui.session.measures import MEASURES, counted, is_right
from carm_gui.session.questionnaires import load
from carm_gui.session.recording import Line

BIDS_VERSION = "1.10.0"
EVENT_COLUMNS: dict[str, str] = {
    "onset": "time since the beginning of the trial",
    "duration": "0: events are instants",
    "trial_type": "what happened: command, reply, decision, motion, shot, beam, halt, arrived, mark",
    "value": "the command as understood (never the typed words), the direction proposed, accepted or rejected, ...",
    "step": "number of the model's reply",
    "left_mm": "where the view stood, mm to the patient's left",
    "up_mm": "where the view stood, mm toward the head",
    "right": "whether a reply's move would bring the view nearer to the target",
    "planted": "whether the reply was turned round by the protocol",
}


def write(data: Collected, out: Path) -> list[Path]:
    """The files written below `out`."""
    files = _top(data, out)
    people: dict[str, list[Trial]] = defaultdict(list)
    for trial in data.trials:
        people[label(trial.row["participant"] or "01")].append(trial)
    for person, trials in people.items():
        taken: dict[str, int] = defaultdict(int)
        for trial in trials:
            files += _beh(trial, person, out, taken)
    participants = [{"participant_id": f"sub-{person}", "trials": len(trials)} for person, trials in people.items()]
    table(out / "participants.tsv", ("participant_id", "trials"), participants, "\t")
    _json(out / "participants.json", {"trials": {"Description": "recordings of this participant, practice included"}})
    files += [out / "participants.tsv", out / "participants.json", *_phenotype(data, out)]
    return files


def label(text: str) -> str:
    """`text` as a BIDS label: letters and digits alone ("to-left-scapula" is toLeftScapula)."""
    parts = [part for part in re.split(r"[^A-Za-z0-9]+", text) if part]
    return "".join([*parts[:1], *(part[:1].upper() + part[1:] for part in parts[1:])]) or "none"


def _top(data: Collected, out: Path) -> list[Path]:
    name = data.title or (data.trials[0].row["study"] if data.is_study else "") or "C-arm rehearsals"
    _json(
        out / "dataset_description.json",
        {
            "Name": name,
            "BIDSVersion": BIDS_VERSION,
            "DatasetType": "raw",
            "License": "not given",
            "Authors": ["not given"],
            "GeneratedBy": [{"Name": "carm export", "Description": "C-arm rehearsal; simulated, not for clinical use"}],
        },
    )
    readme = out / "README"
    readme.write_text(
        f"{name}\n\nBehavioural data of rehearsals with a simulated C-arm; patients, pictures, doses are simulated.\n"
        "Participants are codes. Nothing that anybody typed or said is contained.\n"
        "Events: sub-*/ses-*/beh/*_events.tsv; one row a trial: *_beh.tsv; questionnaires: phenotype/.\n",
        encoding="utf-8",
    )
    return [out / "dataset_description.json", readme]


def _beh(trial: Trial, person: str, out: Path, taken: dict[str, int]) -> list[Path]:
    row = trial.row
    folder = out / f"sub-{person}" / f"ses-{row['session']:02}" / "beh"
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"sub-{person}_ses-{row['session']:02}_task-{label(row['task'])}"
    if row["condition"]:
        stem += f"_acq-{label(row['condition'])}"
    taken[stem] += 1
    stem += f"_run-{taken[stem]:02}"
    events, beh = folder / f"{stem}_events.tsv", folder / f"{stem}_beh.tsv"
    table(events, tuple(EVENT_COLUMNS), event_rows(trial), "\t")
    columns = [name for name in (*TRIAL_COLUMNS, *MEASURES) if name not in ("recording", "participant")]
    table(beh, columns, [{**row, **trial.measures}], "\t")
    task = {"TaskName": row["task"], "TaskDescription": f"Bring the view to {row['target'] or 'where the user wants'}."}
    units = {"onset": {"Units": "s"}, "duration": {"Units": "s"}}
    told = {name: {"Description": text} | units.get(name, {}) for name, text in EVENT_COLUMNS.items()}
    _json(events.with_suffix(".json"), task | told)
    _json(beh.with_suffix(".json"), task | {name: text for name, text in describe().items() if name in columns})
    return [events, events.with_suffix(".json"), beh, beh.with_suffix(".json")]


def event_rows(trial: Trial) -> list[dict[str, Any]]:
    """The events of a trial in their order; `onset` counts from its beginning."""
    lines = counted(trial.recording)
    truth = trial.recording.trial.get("truth")
    near = ((trial.recording.trial.get("task") or {}).get("success") or {}).get("mm", 0.0)
    rows: list[dict[str, Any]] = []
    pose = (trial.recording.about.get("device") or {}).get("start_pose") or {}
    for line in lines:
        if line.kind == "pose":
            pose = line.data["pose"]
        told = _event(line)
        if told is None:
            continue
        extra: dict[str, Any] = {}
        if line.kind == "step":
            step = line.data["step"]
            valid = step["prediction"].get("valid") and step.get("proposal")
            right = is_right(line.data, truth, near) if valid and truth else None
            extra = {"step": step["number"], "planted": bool(line.data.get("planted")), "right": right}
        elif line.kind == "decision":
            extra = {"step": line.data.get("number")}
        rows.append(
            {
                "onset": round(line.t - lines[0].t, 4),
                "duration": 0,
                "trial_type": told[0],
                "value": told[1],
                "left_mm": pose.get("left_mm"),
                "up_mm": pose.get("up_mm"),
            }
            | extra
        )
    return rows


def _event(line: Line) -> tuple[str, str] | None:
    data = line.data
    match line.kind:
        case "understood":
            return "command", _command(data.get("action") or {})
        case "step":
            proposal = data["step"].get("proposal")
            if not data["step"]["prediction"].get("valid"):
                return "reply", "refused"
            if proposal is None:
                return "reply", " ".join(data["step"]["prediction"].get("landmarks") or ())
            return "reply", " ".join(proposal[name] for name in ("x", "extent_x", "y", "extent_y"))
        case "decision":
            return "decision", "accepted" if data.get("accepted") else "rejected"
        case "motion":
            return "motion", str(data.get("phase"))
        case "frame" if data.get("shot"):
            return "shot", ""
        case "beam":
            return "beam", "on" if data.get("on") else "off"
        case "arrived":
            return "arrived", str(data.get("target"))
        case "state" if data.get("outcome") == "halted":
            return "halt", ""
        case "mark":
            rest = [str(data[name]) for name in ("reason", "shown", "x", "y") if name in data]
            return "mark", " ".join([str(data.get("name")), *rest])
    return None


def _command(action: dict[str, Any]) -> str:
    """A command's kind and its fields that are no free text."""
    fields = ("landmark", "not_landmark", "left_mm", "up_mm", "primary_deg", "secondary_deg", "relative", "on", "step")
    return " ".join([str(action.get("kind", ""))] + [f"{n}={action[n]}" for n in fields if action.get(n) is not None])


def _phenotype(data: Collected, out: Path) -> list[Path]:
    by_name: dict[tuple[str, str], list[Answered]] = defaultdict(list)
    for answered in data.answers:
        by_name[answered.questionnaire, answered.condition].append(answered)
    files = []
    for (name, condition), answered in by_name.items():
        (out / "phenotype").mkdir(exist_ok=True)
        form = load(name)
        items = [f"item_{number:02}" for number in range(1, len(form.items) + 1)]
        scores = list(answered[0].scores)
        columns = ["participant_id", "session_id", "condition", *items, *scores]
        rows = [
            {"participant_id": f"sub-{label(a.participant)}", "session_id": f"ses-{a.session:02}"}
            | {"condition": a.condition}
            | dict(zip(items, a.answers))
            | a.scores
            for a in answered
        ]
        file = out / "phenotype" / f"{label(name + '-' + condition)}.tsv"
        table(file, columns, rows, "\t")
        told: dict[str, Any] = {"MeasurementToolMetadata": {"Description": f"{form.title}. {form.source}"}}
        told |= {"session_id": {"Description": "which session of the participant"}}
        told |= {"condition": {"Description": "the condition that was asked about; n/a: the whole session"}}
        told |= {item: {"Description": question.text} for item, question in zip(items, form.items)}
        told |= {score: {"Description": f"score: {score}"} for score in scores}
        _json(file.with_suffix(".json"), told)
        files += [file, file.with_suffix(".json")]
    return files


def _json(file: Path, value: dict[str, Any]) -> None:
    file.write_text(json.dumps(value, indent=1, ensure_ascii=False), encoding="utf-8")
