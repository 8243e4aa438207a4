"""`carm`: the window, `carm doctor`, and what all commands share; the others are in the cli_*.py beside this file.

With --json one JSON object goes to standard output and nothing else does; its fields may be added to and are never
renamed. Progress and log go to standard error. Exit status: 0 done, 1 failed (one sentence says why), 2 wrong usage.
Every command imports what it needs when it runs, so that the small ones answer at once.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.resource import install

log = logging.getLogger(__name__)

app = typer.Typer(
    help="Rehearse C-arm navigation with a local model. Simulation, not for clinical use.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


# ---- what every command shares -------------------------------------------------------------------


class Failure(Exception):  # noqa: N818  an exit with a sentence
    """A command has failed; the message is the sentence."""


def answer(as_json: bool, payload: dict[str, Any], lines: list[str] | None = None) -> None:
    """Print the result: `payload` as one JSON object, or `lines` for a reader."""
    text = json.dumps(payload, ensure_ascii=False) if as_json or lines is None else "\n".join(lines)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


EXTRAS = {
    "pyarrow": "train",
    "tensorboard": "train",
    "bitsandbytes": "large",
    "llguidance": "large",
    "lm_eval": "knowledge",
}


@contextlib.contextmanager
def one_sentence() -> Iterator[None]:
    """Turn whatever goes wrong inside into one sentence on standard error and exit status 1. Nothing that a
    library prints inside reaches standard output. CARM_DEBUG=1 shows the traceback as well."""
    sentence = ""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    except (typer.Exit, typer.BadParameter, typer.Abort):
        raise
    except KeyboardInterrupt:
        sentence = "Interrupted."
    except (Failure, ValueError, OSError) as problem:
        _trace()
        sentence = _sentence_of(problem)
    except ModuleNotFoundError as problem:
        _trace()
        package = (problem.name or "?").partition(".")[0]
        extra = EXTRAS.get(package, "train")
        sentence = f"This needs the package {package}, which is not installed: {install(extra)}"
    except Exception as problem:
        _trace()
        sentence = f"Something unexpected went wrong ({type(problem).__name__}: {_sentence_of(problem)})"
        sentence += "; CARM_DEBUG=1 shows where."
    if sentence:
        typer.echo(sentence, err=True)
        raise typer.Exit(1)


def _sentence_of(problem: BaseException) -> str:
    if isinstance(problem, OSError) and problem.strerror:
        return f"{problem.filename or 'A file'}: {problem.strerror.lower()}."
    return " ".join(str(problem).split()) or type(problem).__name__


def _trace() -> None:
    if os.environ.get("CARM_DEBUG"):
        log.exception("CARM_DEBUG")


def progress(text: str) -> None:
    """Say how far a command is, on standard error."""
    typer.echo(text, err=True)


def _projector_name(value: str) -> str:
    if value not in ("cpu", "deepdrr", "auto"):
        raise typer.BadParameter(f"{value!r} is not a projector; choose cpu, deepdrr or auto.")
    return value


PatientOption = Annotated[
    str,
    typer.Option(
        "--patient", metavar="P", help="virtual, virtual:SEED, a CT (file, DICOM folder) or an imported name."
    ),
]
ModelOption = Annotated[
    str,
    typer.Option(
        "--model", metavar="M", help="embedded, baseline, hybrid, a large model's name, a folder or a server."
    ),
]
LandmarksOption = Annotated[
    Path | None,
    typer.Option("--landmarks", metavar="FILE", help="A CT's landmarks: Slicer .mrk.json or .fcsv, or CSV."),
]
SeriesOption = Annotated[
    str | None, typer.Option("--series", metavar="S", help="Which series of a DICOM folder, by UID or number.")
]
KeepTableOption = Annotated[bool, typer.Option("--keep-table", help="Leave the scanner's table in a CT.")]
ProjectorOption = Annotated[str, typer.Option("--projector", callback=_projector_name, help="cpu, deepdrr or auto.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


# ---- the window ----------------------------------------------------------------------------------


@app.callback(invoke_without_command=True)
def window(
    ctx: typer.Context,
    patient: PatientOption = "virtual",
    model: ModelOption = "embedded",
    projector: ProjectorOption = "auto",
    landmarks: LandmarksOption = None,
    series: SeriesOption = None,
    keep_table: KeepTableOption = False,
    study: Annotated[Path | None, typer.Option("--study", metavar="FILE", help="A study's protocol.")] = None,
    replay: Annotated[Path | None, typer.Option("--replay", metavar="DIR", help="A recording.")] = None,
) -> None:
    """Without a command: the window."""
    if ctx.invoked_subcommand is not None:
        # What stands before a command is the window's: a command would go on with another model or patient, unsaid.
        given = [name for name in ctx.params if ctx.get_parameter_source(name).name == "COMMANDLINE"]
        if given:
            option = given[0].replace("_", "-")
            raise typer.BadParameter(f"--{option} goes behind the command: carm {ctx.invoked_subcommand} --{option} …")
        return
    with one_sentence():
        if study is not None:
            from carm_gui.records import open_study

            raise typer.Exit(open_study(study))
        if replay is not None:
            from carm_gui.records import open_replay

            raise typer.Exit(open_replay(replay))
        from carm_gui.app import main as open_window

        scan = {"landmarks": landmarks, "series": series, "keep_table": keep_table}
        status = open_window(patient=patient, model=model, projector=projector, **scan)
    raise typer.Exit(status or 0)


@app.command()
def doctor(as_json: JsonOption = False) -> None:
    """What this machine can run, and what is missing for the rest."""
    with one_sentence():
        from dataclasses import asdict

        from carm_gui.doctor import examine
        from carm_gui.doctor import models as known

        findings = examine(progress)
        models = [asdict(entry) for entry in known()]
    lines = []
    for f in findings:
        lines.append(f"{f.word:8}{f.name}: {f.found}")
        if f.remedy and not f.ok:
            lines.append(f"{'':8}{f.remedy}")
    payload = {
        "ready": all(f.ok for f in findings if f.needed),
        "checks": [asdict(f) for f in findings],
        "models": models,
    }
    answer(as_json, payload, lines)
    if not payload["ready"]:
        raise typer.Exit(1)


def main() -> None:
    """The console script."""
    # Before torch is imported in any process: two spinning OpenMP threads are slower than one.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # JSON is UTF-8 wherever it goes; Windows would write a file in an encoding that not every patient's name fits.
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    from carm_gui import cli_import, cli_lab, cli_models, cli_records, cli_view

    for commands in (cli_view, cli_lab, cli_records, cli_models, cli_import):
        commands.register(app)
    app(prog_name="carm")


if __name__ == "__main__":
    main()
