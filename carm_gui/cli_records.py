"""`carm replay | export | study`: recordings and studies, without a window where none is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from carm_gui.cli import Failure, JsonOption, answer, one_sentence, progress


def replay(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A recording.")],
    check: Annotated[bool, typer.Option("--check", help="Simulate it again and compare; no window.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Play a recording in the window, or check it: poses and pictures are simulated again and compared."""
    with one_sentence():
        from carm_gui.session.recording import read

        recording = read(folder)
        if not check:
            from carm_gui.records import open_replay

            raise typer.Exit(open_replay(folder))
        from carm_gui.session import replay_check
        from sim.xray.cpu import CpuProjector

        patient = replay_check.patient_of(recording)
        carm = replay_check.device_of(recording, CpuProjector(patient))
        result = replay_check.check(recording, carm, progress)
    payload = result.as_dict() | {"cut": recording.cut, "events": len(recording.lines)}
    lines = [
        f"{len(recording.lines)} events, {recording.seconds:.1f} s" + (", cut off by a crash" if recording.cut else ""),
        f"poses: {result.poses} in {result.motions} motions, at most {result.worst_mm:.4f} mm apart",
        f"doses: {result.doses} pulses added up anew",
        f"pictures: {result.pictures}, {result.identical} identical, at most {result.worst_levels} levels apart",
        *filter(None, (result.note, *result.problems[:20])),
        "The recording is what the simulation gives." if result.agrees else "The recording does not agree.",
    ]
    answer(as_json, payload, lines)
    if not result.agrees:
        raise typer.Exit(1)


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A recording, a participant's run, or a study.")],
    form: Annotated[str, typer.Option("--format", metavar="F", help="csv, bids, dicom or report.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="A new folder.")],
    as_json: JsonOption = False,
) -> None:
    """Recordings in a format that others read. Nothing that anybody typed is exported; participants are codes."""
    from carm_gui.session.export import FORMATS

    if form not in FORMATS:
        raise typer.BadParameter(f"{form!r} is not a format; choose {', '.join(FORMATS)}.")
    with one_sentence():
        from carm_gui.session.export import export as write

        data, files = write(folder, form, out)
        if not files:
            raise Failure(f"{folder} holds nothing that could be written as {form}.")
    payload = {
        "format": form,
        "out": str(out),
        "files": [file.relative_to(out).as_posix() for file in files],
        "trials": len(data.trials),
        "counted": len(data.counted),
        "problems": list(data.problems),
    }
    for problem in data.problems:
        progress(f"Left out: {problem}")
    recordings = f"{len(data.trials)} recording{'s' if len(data.trials) != 1 else ''}"
    answer(as_json, payload, [f"{recordings}, {len(files)} files below {out}"])


def study(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="A protocol; none: the example.")] = None,
    participant: Annotated[str | None, typer.Option("--participant", metavar="CODE", help="This one alone.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Check a study's protocol and show each participant's order. `carm --study FILE` runs it."""
    from carm_gui.session import study_file, study_order, study_ready, study_run
    from carm_gui.session.study import ProtocolError

    try:
        protocol = study_file.read(file or study_file.example())
        codes = protocol.participants.codes
        if participant is not None:
            codes = (study_run.check_code(protocol, participant),)
    except ProtocolError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from None
    orders = {code: [item.label for item in study_order.plan(protocol, code)] for code in codes}
    payload = {
        "study": protocol.study,
        "title": protocol.title,
        "sha256": protocol.sha256,
        "tasks": [task.name for task in protocol.tasks],
        "conditions": [condition.name for condition in protocol.conditions],
        "orders": orders,
        "missing": study_ready.missing(protocol),
    }
    lines = [f"{protocol.title} ({protocol.study}): {len(protocol.participants.codes)} participants"]
    for code, items in orders.items():
        lines.append(f"{code}  " + "  ".join(item for item in items if item[:2].isdigit()))
    for sentence in payload["missing"]:
        progress(f"Not on this machine: {sentence}")
    answer(as_json, payload, lines)


def register(app: typer.Typer) -> None:
    """Add the commands to `carm`."""
    for command in (replay, export, study):
        app.command()(command)
