"""`carm evaluate`: a model against patients it has never seen, case by case, with every reply on disk.

The work falls into parts (some cases of one patient) that any number of processes do in any order; a case depends on
the seed alone, so the figures do not depend on their number. Each finished part is on disk, and a run that was stopped
goes on where it stopped. How a navigation is run is given by the caller (the same session that the window runs).
"""

from __future__ import annotations

import csv
import json
import logging
import os
import shutil
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, replace
from multiprocessing import active_children, get_context
from pathlib import Path

from inference.evaluation import correction
from inference.evaluation.bench import Navigator, Outcome, StepSeen, Trip, bench_for
from inference.evaluation.plan import MEAN_ANATOMY, MOST_TIMES, TASKS, Case, Plan, expand_patients
from inference.evaluation.score import TRUTH_COLUMNS
from inference.evaluation.summary import summarise
from sim.landmarks import BY_ID

__all__ = ["Plan", "Trip", "evaluate", "expand_patients"]

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Part:
    """One piece of work: a chunk of the cases of a patient, or a round of looking for wrong answers, of which at most
    `wrongs`, and `rights` right ones, are asked about. `digest` tells the work from any other of that name."""

    plan: Plan
    index: int
    chunk: int
    digest: str
    rights: int = 0
    wrongs: int = 0

    @property
    def name(self) -> str:
        model = "".join(c if c.isalnum() else "_" for c in Path(self.plan.model).name)
        return f"{model}_{self.digest}_{self.index:04d}_{self.chunk:03d}.jsonl"


def fingerprint(model: str) -> str:
    """What tells two models of the same name apart: the hashes of their weights."""
    if model == MEAN_ANATOMY:
        return ""
    from inference.baseline.model import baseline_folder
    from inference.models.folder import sha256_of
    from inference.models.profiles import is_server, spec_of

    if is_server(model):
        return model
    spec = spec_of(model)
    folders = [spec.base, spec.adapter, baseline_folder() if model == "hybrid" else None]
    regions = spec.base / "conformal.json"
    calibrated = regions.read_text() if regions.is_file() else ""
    return " ".join([sha256_of(folder) for folder in folders if folder is not None] + [calibrated])


def do(part: Part, navigator: Navigator) -> list[Outcome]:
    """One part; runs in a worker."""
    bench = bench_for(part.plan, part.index)
    if part.plan.task == "correction":
        return correction.run(bench, part.plan, part.index, part.chunk, part.rights, part.wrongs)
    return bench.run(part.plan, part.index, part.chunk, navigator)


def evaluate(
    plan: Plan,
    navigator: Navigator,
    out: Path,
    workers: int = 2,
    progress: Progress | None = None,
    reference: bool = True,
) -> dict:
    """Run the plan and write figures.json, predictions.csv (and truth.csv, for `carm score`: the nearest landmark
    alone, where ties count here), cases.jsonl, tables and plots into `out`; returns the figures. With `reference` the
    row that does not see is run on the same cases. Raises ValueError for an unknown task."""
    return evaluate_all([plan], navigator, {plan.model: out}, workers, progress, reference)[plan.model]


def evaluate_all(
    plans: Sequence[Plan],
    navigator: Navigator,
    outs: dict[str, Path],
    workers: int = 2,
    progress: Progress | None = None,
    reference: bool = True,
) -> dict[str, dict]:
    """As `evaluate` for plans that differ in their model alone, each into its own folder: model -> figures."""
    task = plans[0].task
    if task not in TASKS:
        raise ValueError(f"There is no evaluation of {task!r}; choose one of {', '.join(TASKS)}.")
    blind_row = None
    if reference and task != "correction" and plans[0].model != MEAN_ANATOMY:
        blind_row = replace(plans[0], model=MEAN_ANATOMY, blind=None)
    done: dict[str, list[Outcome]] = {}
    for out in outs.values():
        out.mkdir(parents=True, exist_ok=True)
    kept = next(iter(outs.values())) / "parts"
    kept.mkdir(exist_ok=True)
    everything = [*plans, *([blind_row] if blind_row and not any(p.model == MEAN_ANATOMY for p in plans) else [])]
    with _workers(workers) as pool:
        if task == "correction":
            for plan in plans:
                done[plan.model] = _corrections(plan, navigator, kept, pool, progress)
        else:
            parts = [
                Part(plan, index, chunk, digest)
                for plan in everything
                for digest in [plan.digest(fingerprint(plan.model))]
                for index in range(len(plan.patients))
                for chunk in range(plan.chunks(index))
            ]
            results = _finish(parts, navigator, kept, pool, progress)
            for plan in everything:
                done[plan.model] = [o for part in parts if part.plan is plan for o in results[part]]
        row = summarise(task, done[MEAN_ANATOMY]) if MEAN_ANATOMY in done else None
        figures = {plan.model: _write(plan, done[plan.model], row, outs[plan.model]) for plan in plans}
        if task == "navigation":
            try:
                for plan in plans:
                    _strips(plan, done[plan.model], outs[plan.model] / "strips", pool)
            except Exception as problem:
                log.warning("The strips could not be drawn: %s", problem)
    shutil.rmtree(kept, ignore_errors=True)
    _illustrate(plans, figures, done, outs)
    return figures


def draw_strip(plan: Plan, outcome: Outcome, path: Path) -> None:
    """One navigation as a strip of pictures; runs in a worker."""
    bench_for(plan, plan.patients.index(outcome.case.patient)).strip(outcome, plan).save(path)


def _strips(plan: Plan, outcomes: Sequence[Outcome], out: Path, pool: Executor) -> None:
    """Strips from the best navigation to the worst, at even steps between."""
    ranked = sorted(outcomes, key=lambda o: o.final_error_mm)
    places = sorted({round(q * (len(ranked) - 1)) for q in STRIPS}) if ranked else []
    out.mkdir(exist_ok=True)
    jobs = [
        pool.submit(draw_strip, plan, ranked[place], out / f"{place:04d}_{ranked[place].case.filename}.png")
        for place in places
    ]
    for job in jobs:
        job.result()


STRIPS = (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)


def _illustrate(plans: Sequence[Plan], figures: dict[str, dict], done: dict[str, list], outs: dict[str, Path]) -> None:
    """Plots and tables. A picture that cannot be drawn costs no figures."""
    from inference.evaluation import plots, tables

    try:
        for plan in plans:
            rows = plots.rows_of({plan.model: figures[plan.model]})
            plots.draw(plan.task, rows, done[plan.model], outs[plan.model])
        first = outs[plans[0].model]
        together = first.parent if len(plans) > 1 else first
        tables.write(tables.tables(figures.values()), together)
        if len(plans) > 1:
            plots.draw(plans[0].task, plots.rows_of(figures), done[plans[0].model], together)
    except Exception as problem:
        log.warning("The plots could not be drawn: %s", problem, exc_info=log.isEnabledFor(logging.DEBUG))


class _Here(Executor):
    """Does everything at once in this process."""

    def submit(self, work, /, *arguments, **named) -> Future:
        future: Future = Future()
        try:
            future.set_result(work(*arguments, **named))
        except Exception as problem:
            future.set_exception(problem)
        return future


def _workers(count: int) -> Executor:
    if count <= 1:
        return _Here()
    # One thread each, set before any library of theirs is imported.
    for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    return ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_deaf)


def _deaf() -> None:
    """Ctrl+C is for the parent, which ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _finish(
    parts: Sequence[Part], navigator: Navigator, kept: Path, pool: Executor, progress: Progress | None
) -> dict[Part, list[Outcome]]:
    """Every part, from disk where it was done before."""
    results: dict[Part, list[Outcome]] = {}
    files = {part: kept / part.name for part in parts}
    for part, file in files.items():
        if file.exists():
            results[part] = list(_read(file))
    if progress and results:
        progress(len(results), len(parts))

    def take(part: Part, outcomes: list[Outcome]) -> None:
        results[part] = outcomes
        unfinished = files[part].with_suffix(".part")
        unfinished.write_text("".join(json.dumps(asdict(outcome)) + "\n" for outcome in outcomes))
        unfinished.replace(files[part])
        if progress:
            progress(len(results), len(parts))

    missing = [part for part in parts if part not in results]
    if isinstance(pool, _Here):
        for part in missing:
            take(part, pool.submit(do, part, navigator).result())
        return results
    jobs = {pool.submit(do, part, navigator): part for part in missing}
    try:
        for job in as_completed(jobs):
            take(jobs[job], job.result())
    except BaseException as problem:
        for job in jobs:
            job.cancel()
        for worker in active_children():
            worker.terminate()
        if isinstance(problem, BrokenProcessPool):
            raise ValueError(
                "A worker process died, perhaps for want of memory; run the same command again with fewer --workers: "
                "it goes on where it stopped."
            ) from None
        raise
    return results


def _corrections(
    plan: Plan, navigator: Navigator, kept: Path, pool: Executor, progress: Progress | None
) -> list[Outcome]:
    """Rounds on all patients until enough wrong answers are there, or each patient's cap is reached."""
    out: list[Outcome] = []
    digest = plan.digest(fingerprint(plan.model))
    rights = [plan.share(index) for index in range(len(plan.patients))]
    wrongs = [MOST_TIMES * share for share in rights]
    for turn in range(-(-plan.cap // correction.ROUND)):
        parts = [Part(plan, index, turn, digest, rights[index], wrongs[index]) for index in range(len(plan.patients))]
        before = turn * len(parts)
        counted = progress and (lambda done, of, before=before: progress(before + done, before + of))
        results = _finish(parts, navigator, kept, pool, counted)
        for part in parts:
            rights[part.index] -= sum(o.case.kind == "kept" for o in results[part])
            wrongs[part.index] -= sum(o.case.kind == "bare" for o in results[part])
            out += results[part]
        if sum(o.case.kind == "bare" for o in out) >= plan.total:
            break
    return out


def _read(file: Path) -> Iterator[Outcome]:
    for line in file.read_text().splitlines():
        data = json.loads(line)
        data["case"] = Case(**{**data["case"], "offset_mm": tuple(data["case"]["offset_mm"])})
        data["trace"] = tuple(StepSeen(**_tuples(step)) for step in data["trace"])
        yield Outcome(**_tuples(data))


def _tuples(data: dict) -> dict:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}


def _write(plan: Plan, outcomes: Iterable[Outcome], row: dict | None, out: Path) -> dict:
    outcomes = list(outcomes)
    figures = {
        **summarise(plan.task, outcomes),
        "task": plan.task,
        "model": plan.model,
        "is_model": plan.model != MEAN_ANATOMY,
        "blind": plan.blind,
        "patients": list(plan.patients),
        "seed": plan.seed,
        "displace_mm": plan.displace_mm,
        "cone_mm": plan.cone_mm,
        "ma": plan.exposure.ma,
        "version": plan.version,
        "command": plan.command,
    }
    if row is not None and plan.model != MEAN_ANATOMY:
        figures["true_isocentre_mean_anatomy"] = row
    part = out / "figures.part"
    with (out / "predictions.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["filename", "output"])
        writer.writerows([outcome.case.filename, outcome.raw] for outcome in outcomes)
    if plan.task in TRUTH_COLUMNS:
        with (out / "truth.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(TRUTH_COLUMNS[plan.task])
            for outcome in outcomes:
                ids = list(outcome.truth)
                writer.writerow([outcome.case.filename, ids if plan.task == "retrieval" else BY_ID[ids[0]].key])
    with (out / "cases.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(outcome)) + "\n" for outcome in outcomes)
    part.write_text(json.dumps(figures, indent=1))
    part.replace(out / "figures.json")
    return figures


def read_cases(folder: Path) -> list[Outcome]:
    """The outcomes of a finished evaluation. Raises ValueError when the folder holds none."""
    try:
        return list(_read(Path(folder) / "cases.jsonl"))
    except OSError:
        raise ValueError(f"{folder} holds no finished evaluation; run `carm evaluate` into it first.") from None
