"""`carm evaluate | score | dataset | train`: the laboratory's commands, on the same house as the window."""

from __future__ import annotations

import json
import shlex
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carm_gui.cli import Failure, JsonOption, answer, one_sentence, progress
from sim.landmarks import BY_KEY
from sim.resource import version_of

if TYPE_CHECKING:
    from inference.evaluation.plan import Plan
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
    said = tuple(
        (
            step.pose,
            step.prediction.landmarks[0] if step.prediction.landmarks else "",
            (step.proposal.x, step.proposal.extent_x, step.proposal.y, step.proposal.extent_y) if step.proposal else (),
            step.prediction.reasons,
            after,
        )
        for step, after in run.steps
    )
    return Trip(raw, run.stopped, run.moves, len(run.steps), run.pose, time.monotonic() - began, said)


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    out = []
    for pair in filter(None, text.split(",")):
        start, colon, target = pair.partition(":")
        if not colon or start not in BY_KEY or target not in BY_KEY:
            raise Failure(f"{pair!r} is not START:TARGET with two landmark keys.")
        out.append((start, target))
    return tuple(out)


def evaluate(
    task: Annotated[str, typer.Argument(help="retrieval, localization, correction, navigation; all; tables.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where figures and replies go.")],
    model: Annotated[
        list[str] | None,
        typer.Option("--model", metavar="M", help="A model, again for each further one; also mean-anatomy (no model)."),
    ] = None,
    patients: Annotated[list[str] | None, typer.Option("--patients", help="virtual:A-B, or a patient.")] = None,
    landmarks: Annotated[list[Path] | None, typer.Option("--landmarks", help="One file a CT, in order.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Total of cases.")] = None,
    blind: Annotated[str | None, typer.Option("--blind", help="grey or shuffled: replace the picture.")] = None,
    pairs: Annotated[str, typer.Option("--pairs", help="START:TARGET,... instead of every pair.")] = "",
    displace: Annotated[float, typer.Option("--displace", min=0, help="Shift the start at random, up to mm.")] = 0.0,
    cone: Annotated[float, typer.Option("--cone", help="Collimate every view to a square of so many mm.")] = 0.0,
    ma: Annotated[float, typer.Option("--ma", help="Tube current of every view; less is noisier; usual: 10.")] = 0.0,
    quick: Annotated[bool, typer.Option("--quick", help="A small set on validation subjects, minutes.")] = False,
    cap: Annotated[int, typer.Option("--cap", min=25, help="Correction: most views of a patient to draw.")] = 500,
    seed: Annotated[int, typer.Option("--seed", help="Of the draw of cases.")] = 2604,
    device: Annotated[str, typer.Option("--device", help="cpu or auto, for the language model.")] = "cpu",
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes of one thread each.")] = 2,
    reference: Annotated[bool, typer.Option(help="Also the row that knows the isocentre and does not see.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Measure models on patients they have never seen; the truth enters only after each reply. A run that was stopped
    goes on where it stopped. `tables` puts every finished evaluation below DIR into the tables of the paper."""
    with one_sentence():
        from inference.evaluation import plan as plans
        from inference.evaluation import tables

        if task == "tables":
            payload = {"files": [str(path) for path in tables.write(tables.tables(tables.collect(out)), out)]}
        else:
            if task != "all" and task not in plans.TASKS:
                raise Failure(
                    f"There is no evaluation of {task!r}; choose one of {', '.join(plans.TASKS)}, all, tables."
                )
            if patients is None:
                patients = [plans.QUICK_PATIENTS if quick else plans.DEFAULT_PATIENTS]
            limits = plans.QUICK_LIMIT if quick else plans.DEFAULT_LIMIT
            first = plans.Plan(
                "",
                "",
                plans.expand_patients(patients),
                tuple(map(str, landmarks or ())),
                None,
                _blinding(blind),
                _pairs(pairs),
                displace,
                seed,
                command="carm " + shlex.join(sys.argv[1:]),
                version=version_of("carm-rehearsal") or "unknown",  # a tree that was never installed
                cap=cap,
                device=device,
                cone_mm=cone,
                ma=ma,
            )
            models = list(dict.fromkeys(model or ["embedded"]))
            payload = {}
            for name in plans.TASKS if task == "all" else (task,):
                folder = out / name if task == "all" else out
                made = [replace(first, task=name, model=each, limit=limit or limits[name]) for each in models]
                payload[name] = _evaluated(made, folder, workers, reference)
            if task == "all":
                tables.write(tables.tables(tables.collect(out)), out)
            else:
                payload = payload[task]
    answer(as_json, payload, [json.dumps(payload, indent=1)])


def _evaluated(made: list[Plan], folder: Path, workers: int, reference: bool) -> dict:
    """The figures of one task: of the one model, or by model."""
    from inference.evaluation.run import evaluate_all

    one = len(made) == 1
    outs = {plan.model: folder if one else folder / _folder_name(plan.model) for plan in made}
    figures = evaluate_all(
        made, steer, outs, workers, lambda done, total: progress(f"{made[0].task}: {done} of {total} parts"), reference
    )
    return figures[made[0].model] if one else figures


def _blinding(kind: str | None) -> str | None:
    from inference.evaluation.blind import KINDS

    if kind is not None and kind not in KINDS:
        raise Failure(f"--blind takes {' or '.join(KINDS)}, not {kind!r}.")
    return kind


def _folder_name(model: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in Path(model).name) or "model"


def score(
    task: Annotated[str, typer.Argument(help="retrieval, localization or regions.")],
    predictions: Annotated[Path, typer.Option("--predictions", metavar="CSV", help="filename,output: raw replies.")],
    truth: Annotated[Path, typer.Option("--truth", metavar="CSV", help="The published truth layout.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Also write figures.json and the paper's table there.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="The row's name; default the file's.")] = None,
    as_json: JsonOption = False,
) -> None:
    """The published figures of any model's raw replies."""
    with one_sentence():
        from inference.evaluation.score import score as measure

        figures = measure(task, predictions, truth)
        if out is not None:
            from inference.evaluation.tables import tables, write

            command = "carm " + shlex.join(sys.argv[1:])
            row = {**figures, "task": task, "model": name or predictions.stem, "patients": [], "command": command}
            out.mkdir(parents=True, exist_ok=True)
            (out / "figures.json").write_text(json.dumps(row, indent=1))
            write(tables([row]), out)
    answer(as_json, figures, [json.dumps(figures, indent=1)])


def dataset(
    subjects: Annotated[int, typer.Option("--subjects", metavar="N", help="How many virtual patients.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR")],
    per_subject: Annotated[int, typer.Option("--per-subject", min=1, help="Views of each.")] = 1024,
    split: Annotated[str, typer.Option("--split", help="train, validation or test.")] = "train",
    skip: Annotated[int, typer.Option("--skip", min=0, help="The first so many of the split are left out.")] = 0,
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Processes; default one a core.")] = None,
    ray: Annotated[str | None, typer.Option("--ray", metavar="ADDRESS", help="A Ray cluster; auto, local.")] = None,
    size: Annotated[int, typer.Option("--size", min=64, max=896, help="Pixels; 448 for big models.")] = 128,
    spacing: Annotated[
        float, typer.Option("--spacing", min=1.0, max=4.0, help="Voxels, mm; 1.5 for big models.")
    ] = 3.0,
    varied: Annotated[
        float, typer.Option("--varied", min=0.0, max=1.0, help="Share that has breathed in, organs higher or lower.")
    ] = 0.0,
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
            ray=ray,
            size=size,
            spacing_mm=spacing,
            skip=skip,
            varied=varied,
            progress=lambda done, total: progress(f"{done} of {total} subjects"),
        )
        payload = {"subjects": len(paths), "views": len(paths) * per_subject, "seconds": time.monotonic() - began}
    answer(as_json, payload, [f"{payload['views']} views of {payload['subjects']} subjects in {out}"])


def train(
    stage: Annotated[str, typer.Argument(help="tower, embedded, then loop; baseline; qlora for a big model.")],
    config: Annotated[Path, typer.Option("--config", metavar="FILE", help="A TOML file, see resources/configs.")],
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
    device: Annotated[str, typer.Option("--device", help="auto, cpu or cuda; for the baseline.")] = "auto",
) -> None:
    """Make a model from photographed views: the embedded one stage by stage, the conventional baseline, or an adapter
    for a big model (qlora)."""
    with one_sentence():
        if stage not in ("tower", "embedded", "loop", "baseline", "qlora"):
            raise Failure(
                f"{stage!r} cannot be trained in this version; choose tower, embedded, loop, baseline or qlora."
            )
        if stage == "qlora":
            from inference.training.qlora import train as train_qlora
            from inference.training.qlora_config import read_qlora

            train_qlora(read_qlora(config), resume, progress)
            return
        if stage == "baseline":
            from inference.baseline.recipe import read_recipe as read_baseline

            baseline = read_baseline(config)
            from inference.baseline.train import train as train_baseline

            train_baseline(baseline, resume, device, progress)
            return
        from inference.training.config import read_recipe, read_toml

        if stage == "loop":
            from inference.training.loop import LoopRecipe, train_loop

            train_loop(read_toml(config, LoopRecipe), resume, progress)
            return
        recipe = read_recipe(config)
        from inference.training.embedded import train_language, train_tower

        (train_tower if stage == "tower" else train_language)(recipe, resume, progress)


def register(app: typer.Typer) -> None:
    for command in (evaluate, score, dataset, train):
        app.command()(command)
