"""`carm evaluate | score | dataset | train`: the laboratory's commands, on the same house as the window."""

from __future__ import annotations

import json
import shlex
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carm_gui.cli import Failure, JsonOption, ModelOption, answer, one_sentence
from sim.landmarks import BY_KEY

if TYPE_CHECKING:
    from inference.evaluation.run import Trip
    from inference.models.interface import LanguageModel
    from sim.carm import CArm


def steer(carm: CArm, model: LanguageModel, target: str, max_steps: int) -> Trip:
    """One navigation by the session that the window runs, each valid proposal accepted."""
    from carm_gui.session.headless import navigate_alone
    from inference.evaluation.run import Trip

    began = time.monotonic()
    run = navigate_alone(carm, model, target, max_steps=max_steps)
    raw = "\n".join(step.prediction.raw for step, _ in run.steps)
    return Trip(raw, run.stopped, run.moves, len(run.steps), run.pose, time.monotonic() - began)


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    out = []
    for pair in filter(None, text.split(",")):
        start, colon, target = pair.partition(":")
        if not colon or start not in BY_KEY or target not in BY_KEY:
            raise Failure(f"{pair!r} is not START:TARGET with two landmark keys.")
        out.append((start, target))
    return tuple(out)


def evaluate(
    task: Annotated[str, typer.Argument(help="retrieval, localization or navigation.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where figures and replies go.")],
    model: ModelOption = "embedded",
    patients: Annotated[list[str] | None, typer.Option("--patients", help="virtual:A-B, or a patient.")] = None,
    landmarks: Annotated[list[Path] | None, typer.Option("--landmarks", help="One file a CT, in order.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Total of cases.")] = None,
    blind: Annotated[str | None, typer.Option("--blind", help="grey or shuffled: replace the picture.")] = None,
    pairs: Annotated[str, typer.Option("--pairs", help="START:TARGET,... instead of every pair.")] = "",
    displace: Annotated[float, typer.Option("--displace", min=0, help="Shift the start at random, up to mm.")] = 0.0,
    workers: Annotated[int, typer.Option("--workers", min=1)] = 2,
    as_json: JsonOption = False,
) -> None:
    """Measure a model on patients it has never seen; the truth enters only after each reply."""
    with one_sentence():
        from inference.evaluation.run import Plan, expand_patients
        from inference.evaluation.run import evaluate as run

        plan = Plan(
            task,
            model,
            expand_patients(patients or ["virtual:1000000-1000019"]),
            tuple(map(str, landmarks or ())),
            limit,
            blind,
            _pairs(pairs),
            displace,
            command="carm " + shlex.join(sys.argv[1:]),
            version=version("carm-rehearsal"),
        )
        figures = run(plan, steer, out, workers, lambda done, total: _tell(f"{done} of {total} patients"))
    answer(as_json, figures, [json.dumps(figures, indent=1)])


def score(
    task: Annotated[str, typer.Argument(help="retrieval, localization or regions.")],
    predictions: Annotated[Path, typer.Option("--predictions", metavar="CSV", help="filename,output: raw replies.")],
    truth: Annotated[Path, typer.Option("--truth", metavar="CSV", help="The published truth layout.")],
    as_json: JsonOption = False,
) -> None:
    """The published figures of any model's raw replies."""
    with one_sentence():
        from inference.evaluation.score import score as measure

        figures = measure(task, predictions, truth)
    answer(as_json, figures, [json.dumps(figures, indent=1)])


def dataset(
    subjects: Annotated[int, typer.Option("--subjects", metavar="N", help="How many virtual patients.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR")],
    per_subject: Annotated[int, typer.Option("--per-subject", min=1, help="Views of each.")] = 1024,
    split: Annotated[str, typer.Option("--split", help="train, validation or test.")] = "train",
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Processes; default one a core.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Photograph virtual patients; goes on where it stopped."""
    with one_sentence():
        from inference.training.dataset import make

        recipe = "training" if split == "train" else "published"
        began = time.monotonic()
        paths = make(
            subjects,
            out,
            per_subject,
            split,
            workers,
            recipe=recipe,
            progress=lambda done, total: _tell(f"{done} of {total} subjects"),
        )
        payload = {"subjects": len(paths), "views": len(paths) * per_subject, "seconds": time.monotonic() - began}
    answer(as_json, payload, [f"{payload['views']} views of {payload['subjects']} subjects in {out}"])


def train(
    stage: Annotated[str, typer.Argument(help="tower, then embedded.")],
    config: Annotated[Path, typer.Option("--config", metavar="FILE", help="A TOML file, see resources/configs.")],
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
) -> None:
    """Make the embedded model from photographed views, stage by stage."""
    with one_sentence():
        if stage not in ("tower", "embedded"):
            raise Failure(f"{stage!r} cannot be trained in this version; choose tower or embedded.")
        from inference.training.config import read_recipe

        recipe = read_recipe(config)
        from inference.training.embedded import train_language, train_tower

        (train_tower if stage == "tower" else train_language)(recipe, resume, _tell)


def _tell(text: str) -> None:
    typer.echo(text, err=True)


def register(app: typer.Typer) -> None:
    for command in (evaluate, score, dataset, train):
        app.command()(command)
