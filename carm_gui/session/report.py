"""`--format report`: what a study or a rehearsal came to, for people: report.html (one file, nothing fetched),
report.pdf and figures.json with every number. Here the pages' contents are put together; report_html.py and
report_pdf.py set them. Knows no window.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carm_gui.session import report_figures
from carm_gui.session.export_data import Collected, Trial
from carm_gui.session.measures import MEASURES
from carm_gui.session.questionnaires import load
from sim.landmarks import BY_KEY

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NOT_CLINICAL = "Simulation, not for clinical use. Patients, pictures and doses are simulated."


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Text:
    text: str
    soft: bool = False


@dataclass(frozen=True)
class Cards:
    """(value, what it is) side by side."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """The first column is text, the others numbers."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text_columns: int = 1
    small: bool = False


@dataclass(frozen=True)
class Plots:
    """One plot, or several side by side, with what they show in words."""

    figures: tuple[Figure, ...]
    caption: str


Block = Heading | Text | Cards | Table | Plots


@dataclass(frozen=True)
class Report:
    title: str
    subtitle: str
    blocks: tuple[Block, ...]


def write(data: Collected, out: Path) -> list[Path]:
    """report.html, report.pdf and figures.json below `out`."""
    from carm_gui.session import report_html, report_pdf, report_plots

    report_plots.dress()
    numbers = report_figures.figures(data)
    report = compose(data, numbers)
    page, paper, figures = out / "report.html", out / "report.pdf", out / "figures.json"
    figures.write_text(json.dumps(numbers, indent=1, ensure_ascii=False), encoding="utf-8")
    page.write_text(report_html.page(report), encoding="utf-8")
    report_pdf.write(report, paper)
    return [page, paper, figures]


def compose(data: Collected, numbers: dict[str, Any]) -> Report:
    """The pages of a report, a study's or a single rehearsal's."""
    blocks = _study(data, numbers) if data.is_study else _rehearsals(data)
    if data.problems:
        blocks += [Heading("Recordings that could not be read"), *(Text(problem) for problem in data.problems)]
    title = data.title or ("A rehearsal" if len(data.trials) == 1 else "Rehearsals")
    parts = [f"{len(data.trials)} recording{'s' if len(data.trials) != 1 else ''}"]
    if data.is_study:
        parts = [f"{len(numbers['participants'])} participants", f"{numbers['counted']} trials that count"]
    if data.protocol_sha256:
        parts.append(f"protocol {data.protocol_sha256[:12]}")
    parts.append(f"written {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    return Report(title, " · ".join(parts), tuple(blocks))


# ---- a study -------------------------------------------------------------------------------------


def _study(data: Collected, numbers: dict[str, Any]) -> list[Block]:
    from carm_gui.session import report_plots as plots

    counted, every = data.counted, numbers["all"]
    if not counted:
        return [Text("No trial that counts has been finished yet; there is nothing to report.")]
    blocks: list[Block] = [
        Cards(
            (
                (percent(every["success"]), f"of {every['n']} trials succeeded ({interval(every['success'])})"),
                (
                    unit(every["final_error_mm"]["median"], "mm"),
                    f"median final error ({quartiles(every['final_error_mm'])})",
                ),
                (unit(every["seconds"]["median"], "s"), f"median time ({quartiles(every['seconds'])})"),
                (unit(every["air_kerma_mgy"]["median"], "mGy", 2), "median air kerma, simulated"),
            )
        ),
        Text(_left_out(numbers), soft=True),
        Heading("By condition"),
        _conditions(numbers["by_condition"]),
        Plots((plots.conditions(counted),), "Each trial is a mark, the bar is the median of the condition."),
    ]
    trusted = plots.trust(numbers["by_condition"])
    if trusted is not None:
        blocks += [Heading("Following the model"), _trust(numbers["by_condition"])]
        blocks += [Plots((trusted,), "Lines are Wilson's 95 % intervals. " + TRUST_NOTE)]
        planted = every["counts"]["planted_offered"]
        if planted:
            accepted = every["counts"]["planted_accepted"]
            blocks.append(
                Text(
                    f"Of these moves {planted} had been turned round by the protocol (planted); {accepted} of them "
                    "were accepted. Planted replies are left out of the model's own figures, and the debriefing "
                    "at the end of each session names them."
                )
            )
    blocks += [
        Heading("Learning"),
        Plots((plots.learning(counted),), "Thin lines are participants, the thick line is the median of each trial."),
        Heading("Ways over the body"),
        *_ways(counted),
    ]
    if numbers["questionnaires"]:
        blocks += [Heading("Questionnaires"), _questionnaires(numbers["questionnaires"])]
        blocks += [
            Plots((plots.scores(numbers["questionnaires"]),), "Points are medians, bars go from quartile to quartile.")
        ]
        names = dict.fromkeys(row["questionnaire"] for row in numbers["questionnaires"])
        blocks += [Text(f"{load(name).title}: {load(name).source}", soft=True) for name in names]
    blocks.append(Heading("Time lines"))
    blocks += [Plots((figure,), "") for figure in plots.timelines(counted)]
    return [*blocks, Heading("Every trial"), _trials(data.trials), Heading("What the measures mean"), _glossary()]


TRUST_NOTE = (
    "A move is right when it would bring the view nearer to the target in the coronal plane; whether it was, is worked "
    "out after the trial."
)


def _left_out(numbers: dict[str, Any]) -> str:
    said = []
    if numbers["practice"]:
        said.append(f"{numbers['practice']} practice trials")
    if numbers["interrupted"]:
        said.append(f"{numbers['interrupted']} interrupted trials")
    left = f"Left out of every figure: {' and '.join(said)}. " if said else ""
    return left + "Intervals are Wilson's at 95 % and take trials for independent; brackets hold quartiles."


def _conditions(by_condition: dict[str, dict[str, Any]]) -> Table:
    columns = (
        "Condition",
        "Trials",
        "Success",
        "Final error, mm",
        "Time, s",
        "Shots",
        "Fluoro, s",
        "Kerma, mGy",
        "Path, mm",
    )
    rows = [
        (
            name,
            str(s["n"]),
            f"{percent(s['success'])} ({s['success']['k']})",
            with_quartiles(s["final_error_mm"]),
            with_quartiles(s["seconds"]),
            number(s["shots"]["median"], 0),
            number(s["fluoro_s"]["median"], 1),
            number(s["air_kerma_mgy"]["median"], 2),
            number(s["path_mm"]["median"], 0),
        )
        for name, s in by_condition.items()
    ]
    return Table(columns, tuple(rows))


def _trust(by_condition: dict[str, dict[str, Any]]) -> Table:
    columns = (
        "Condition",
        "Model right",
        "Right accepted",
        "Right overridden",
        "Wrong accepted",
        "Wrong rejected",
        "Planted accepted",
    )
    rows = [
        (
            name,
            of(s["model_right_share"]),
            of(s["accept_when_right"]),
            of(s["override_when_right"]),
            of(s["accept_when_wrong"]),
            of(s["correct_rejection"]),
            of(s["planted_accepted_share"]),
        )
        for name, s in by_condition.items()
        if s["counts"]["model_replies"] or s["counts"]["planted_offered"]
    ]
    return Table(columns, tuple(rows))


def _questionnaires(rows: Sequence[dict[str, Any]]) -> Table:
    columns = ("Questionnaire", "Asked about", "Score", "n", "Median", "Quartiles")
    return Table(
        columns,
        tuple(
            (
                load(row["questionnaire"]).title,
                row["condition"] or "the session",
                row["score"].replace("_", " "),
                str(row["n"]),
                number(row["median"], 1),
                quartiles(row, 1),
            )
            for row in rows
        ),
        text_columns=3,
    )


def _trials(trials: Sequence[Trial]) -> Table:
    columns = (
        "Participant",
        "Task",
        "Condition",
        "Trial",
        "Ended",
        "Success",
        "Error, mm",
        "Time, s",
        "Shots",
        "Kerma, mGy",
        "Accepted",
    )
    rows = []
    for trial in trials:
        row, m = trial.row, trial.measures
        offered = m["right_offered"] + m["wrong_offered"]
        accepted = m["right_accepted"] + m["wrong_accepted"]
        rows.append(
            (
                row["participant"],
                row["task"],
                row["condition"],
                "practice" if row["practice"] else str(row["trial"]),
                m["ended"] or "",
                "yes" if m["success"] else "no",
                number(m["final_error_mm"], 0),
                number(m["seconds"], 0),
                number(m["shots"], 0),
                number(m["air_kerma_mgy"], 2),
                f"{accepted} of {offered}" if offered else "",
            )
        )
    return Table(columns, tuple(rows), text_columns=5, small=True)


def _glossary() -> Table:
    rows = tuple((name, text, unit) for name, (unit, text) in MEASURES.items())
    return Table(("Measure", "What it is", "Unit"), rows, text_columns=3, small=True)


# ---- rehearsals outside a study ------------------------------------------------------------------


def _rehearsals(data: Collected) -> list[Block]:
    from carm_gui.session import report_plots as plots

    blocks: list[Block] = []
    for trial in data.trials:
        m = trial.measures
        if len(data.trials) > 1:
            blocks.append(Heading(f"Rehearsal of {trial.row['started'].replace('T', ' ')}"))
        blocks.append(
            Cards(
                (
                    (unit(m["seconds"], "s"), "from the first to the last event"),
                    (str(m["shots"]), f"shots, {m['pulses']} pulses of fluoroscopy"),
                    (unit(m["air_kerma_mgy"], "mGy", 2), f"air kerma, simulated; {number(m['dap_gycm2'], 2)} Gy cm²"),
                    (unit(m["path_mm"], "mm"), f"way of the view, {m['reversals']} reversals, {m['halts']} halts"),
                )
            )
        )
        blocks += [Heading("Way over the body"), *_ways([trial])]
        blocks += [Heading("Time line"), *(Plots((f,), "") for f in plots.timelines([trial]))]
        steps = _steps(trial)
        if steps.rows:
            blocks += [Heading("What the model said"), steps]
    return blocks


def _steps(trial: Trial) -> Table:
    lines = trial.recording.lines
    decided = {line.data["number"]: line.data["accepted"] for line in lines if line.kind == "decision"}
    rows = []
    for line in lines:
        if line.kind != "step":
            continue
        step, target = line.data["step"], line.data.get("target")
        proposal = step.get("proposal")
        seen = " or ".join(BY_KEY[key].title for key in step["prediction"].get("landmarks") or () if key in BY_KEY)
        said = "refused" if not step["prediction"].get("valid") else ""
        if proposal:
            said = " ".join(proposal[name] for name in ("x", "extent_x", "y", "extent_y"))
        outcome = {True: "accepted", False: "rejected"}.get(decided.get(step["number"]), "") if proposal else ""
        rows.append((f"{line.t:.0f} s", BY_KEY[target].title if target in BY_KEY else "", seen, said, outcome))
    return Table(("At", "Toward", "Sees", "Proposes", "Decision"), tuple(rows), text_columns=5)


# ---- the ways ------------------------------------------------------------------------------------


def _ways(trials: Sequence[Trial]) -> list[Block]:
    from carm_gui.session import report_plots as plots

    tasks: dict[str, list[Trial]] = {}
    for trial in trials:
        tasks.setdefault(trial.row["task"], []).append(trial)
    known: dict[str, Any] = {}
    figures = tuple(plots.way(group, _scout(group[0], known), name) for name, group in tasks.items())
    caption = "Rings are starts, dots are ends, the cross is the target. Patient's right on the left, head up."
    return [Plots(figures[at : at + 4], caption if at == 0 else "") for at in range(0, len(figures), 4)]


def _scout(trial: Trial, known: dict[str, Any]) -> Any:
    """The patient's overview, None where the patient is not at hand; `known` are those that were made before."""
    from carm_gui.scout import scout_of
    from carm_gui.session.recording import RecordingError
    from carm_gui.session.replay_check import patient_of

    who = (trial.recording.about.get("patient") or {}).get("sha256", "")
    if who not in known:
        try:
            known[who] = scout_of(patient_of(trial.recording))
        except RecordingError:
            known[who] = None
    return known[who]


# ---- numbers as text -----------------------------------------------------------------------------


def number(value: float | None, digits: int = 1) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def unit(value: float | None, name: str, digits: int = 0) -> str:
    return "none" if value is None else f"{value:.{digits}f} {name}"


def percent(value: dict[str, Any]) -> str:
    return "" if value["share"] is None else f"{value['share']:.0%}"


def interval(value: dict[str, Any]) -> str:
    return "" if value["share"] is None else f"95 %: {value['low']:.0%} to {value['high']:.0%}"


def quartiles(value: dict[str, Any], digits: int = 0) -> str:
    return "" if value["median"] is None else f"{value['low']:.{digits}f} to {value['high']:.{digits}f}"


def with_quartiles(value: dict[str, Any]) -> str:
    return "" if value["median"] is None else f"{value['median']:.0f} ({quartiles(value)})"


def of(value: dict[str, Any]) -> str:
    return f"{value['share']:.0%} ({value['k']} of {value['n']})" if value["n"] else ""
