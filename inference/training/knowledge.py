"""Does fine-tuning cost general knowledge? MMLU-Pro (or another task of lm-evaluation-harness) before and after.

The model is loaded by the app's own road, once without its adapter and once with it; the harness asks it without a
picture. Nothing is fetched: the task's data must be in the local hub cache, or beside a task file of your own. The
harness is an extra.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_DATASETS_OFFLINE", "1")

from inference.models.folder import ModelSpec
from inference.models.profiles import spec_of
from inference.models.transformers import TransformersModel
from sim.resource import install

MMLU_PRO = "mmlu_pro"


def compare(
    name: str,
    task: str = MMLU_PRO,
    limit: int | None = None,
    device: str = "auto",
    say: Callable[[str], None] = lambda text: None,
) -> dict:
    """{"task", "before": {measure: value}, "after": ..., "change": ...}; "after" and "change" are None for a model
    without an adapter. `task` is the harness's name or a YAML file. Raises ValueError with one sentence."""
    try:
        import lm_eval  # noqa: F401
    except ImportError:
        raise ValueError(f"lm-evaluation-harness is not installed: {install('knowledge')}") from None
    spec = spec_of(name)
    say(f"{spec.name} without an adapter")
    before = measure(replace(spec, adapter=None), task, limit, device)
    if spec.adapter is None:
        return {"task": task, "before": before, "after": None, "change": None}
    say(f"{spec.name} with its adapter")
    after = measure(spec, task, limit, device)
    change = {key: round(after[key] - before[key], 4) for key in before}
    return {"task": task, "before": before, "after": after, "change": change}


def measure(spec: ModelSpec, task: str, limit: int | None, device: str) -> dict[str, float]:
    """The harness's figures, without its standard errors. Raises ValueError with one sentence."""
    from lm_eval import simple_evaluate
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager

    file = Path(task)
    own = file.suffix in (".yaml", ".yml")
    if own and not file.is_file():
        raise ValueError(f"There is no task file {file}.")
    model = TransformersModel(spec.base, spec.adapter, spec.threads, name=spec.name, device=device, bits=spec.bits)
    harness = HFLM(
        pretrained=model.model,
        tokenizer=model.processor.tokenizer,
        backend="causal",
        device=model.info.device,
        batch_size=1,
    )
    manager = TaskManager(include_path=str(file.parent.resolve()) if own else None)
    try:
        found = simple_evaluate(
            harness,
            tasks=[file.stem if own else task],
            limit=limit,
            task_manager=manager,
            bootstrap_iters=0,
            log_samples=False,
        )
    except Exception as error:
        sentence = " ".join(str(error).split())[:300]
        raise ValueError(
            f"{task} cannot be asked here ({type(error).__name__}: {sentence}); its data must be in the local hub "
            "cache or beside the task file."
        ) from None
    figures = next(iter(found["results"].values()))
    return {
        key.partition(",")[0]: round(float(value), 4)
        for key, value in figures.items()
        if isinstance(value, (int, float)) and "stderr" not in key and key not in ("sample_len", "sample_count")
    }
