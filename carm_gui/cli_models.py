"""`carm serve-check | bench-model | merge | knowledge`: what a server or a big model gives, a model and its adapter
made one for a server, and what fine-tuning took."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from carm_gui.cli import JsonOption, ModelOption, answer, one_sentence, progress


def serve_check(
    url: Annotated[str, typer.Argument(metavar="URL", help="As in http://127.0.0.1:8000/v1#MODEL.")],
    rooms: Annotated[int, typer.Option("--rooms", min=1, max=32, help="Most rehearsals at once.")] = 8,
    seconds: Annotated[float, typer.Option("--seconds", min=1, max=600, help="How long for each number.")] = 30.0,
    think: Annotated[float, typer.Option("--think", min=0, max=120, help="Seconds between two questions.")] = 10.0,
    longest: Annotated[
        float | None, typer.Option("--longest", min=1, help="Seconds for all of it; default: as many as it needs.")
    ] = None,
    form: Annotated[bool, typer.Option("--form", help="Hold replies to their form (vLLM).")] = False,
    allow: Annotated[bool, typer.Option("--allow", help="Allow this server's host from now on.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Latency and throughput of a server, and how many rooms it feeds. Its pictures are noise."""
    with one_sentence():
        from inference.models import serve_check as measure
        from inference.models.profiles import split_options
        from inference.models.servers import allow as remember

        url, options = split_options(url)  # as --model takes it
        form = form or options.get("constrained", False)
        if allow:
            progress(f"{remember(url)} is allowed from now on.")
        result = measure.check(url, rooms, seconds, think, form, progress, longest_s=longest)
    answer(as_json, result, measure.table_lines(result))


def bench_model(
    profiles: Annotated[list[str], typer.Argument(metavar="MODEL...", help="As gemma-3-4b; or a model's folder.")],
    bits: Annotated[list[int] | None, typer.Option("--bits", help="4, 8 or 16; several are measured in turn.")] = None,
    device: Annotated[str, typer.Option("--device", help="auto, cuda or cpu.")] = "auto",
    scratch: Annotated[Path | None, typer.Option("--scratch", metavar="DIR", help="Scratch folder.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Memory, prefill, a token and a navigation reply of a full-size model, with random weights and an adapter."""
    with one_sentence():
        from inference.models.bench import measure_all

        rows = measure_all(profiles, bits or [4], device, scratch, progress)
    answer(as_json, {"models": rows}, [json.dumps(row, indent=1) for row in rows])


def merge(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="An adapter's folder, or a model that has one.")],
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the whole model goes; a new folder.")],
    as_json: JsonOption = False,
) -> None:
    """One whole model of a base and its adapter, for any server and for --model: what the adapter learnt to see stays
    in, which vLLM leaves out of an adapter."""
    with one_sentence():
        from inference.models.merge import merge as write
        from inference.models.profiles import spec_of

        result = write(spec_of(model), out, progress)
    answer(
        as_json,
        result,
        [
            f"{result['out']}: {result['bytes'] / 1e9:.2f} GB, {result['tensors']} weight matrices changed; rounding "
            f"takes {100 * result['lost']:.1g} % of the change.",
            f"carm --model {result['out']}",
        ],
    )


def knowledge(
    model: ModelOption,
    task: Annotated[
        str, typer.Option("--task", help="A task of lm-evaluation-harness, or its YAML file.")
    ] = "mmlu_pro",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Questions of each part.")] = None,
    device: Annotated[str, typer.Option("--device", help="auto, cuda or cpu.")] = "auto",
    as_json: JsonOption = False,
) -> None:
    """General knowledge before and after fine-tuning: the model without its adapter and with it."""
    with one_sentence():
        from inference.training.knowledge import compare

        result = compare(model, task, limit, device, progress)
    answer(as_json, result, [json.dumps(result, indent=1)])


def register(app: typer.Typer) -> None:
    app.command("serve-check")(serve_check)
    app.command("bench-model")(bench_model)
    app.command("merge")(merge)
    app.command("knowledge")(knowledge)
