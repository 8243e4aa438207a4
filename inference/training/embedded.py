"""The embedded model from first picture to shipped folder: tower, base, adapter, in the layout that ships.

`carm train tower` runs the first stage, `carm train embedded` the others. Each stage leaves its checkpoint in
`recipe.out`, and a finished stage is not run again.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

# Spinning OpenMP threads on few cores are several times slower than sleeping ones; torch reads this when it loads.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
from peft import PeftModel
from transformers import AutoProcessor

from inference.models.contrast import with_even_contrast
from inference.models.weights import load_processor, read_whole
from inference.training import dialogue, language, reading, tower
from inference.training import views as v
from inference.training.architecture import build_model, build_processor, build_tokenizer
from inference.training.config import Recipe
from inference.training.pace import device_of

CORPUS_EXCHANGES = 4000


def _begun(recipe: Recipe):
    """The model that training begins with, and its processor: that of `recipe.start`, or one of random weights with a
    tokenizer that is learnt once and kept in recipe.out: checkpoints belong to its vocabulary."""
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(recipe.threads)
    recipe.out.mkdir(parents=True, exist_ok=True)
    device = device_of(recipe.device)
    if recipe.start:
        base = recipe.start / "base"
        model, processor = read_whole(base, dtype=torch.float32), load_processor(base)
        return _seeing_as(model, recipe).to(device), processor
    sizes, kept = recipe.architecture, recipe.out / "processor"
    if not kept.exists():
        corpus = dialogue.corpus(CORPUS_EXCHANGES, recipe.seed)
        tokenizer = build_tokenizer(corpus, sizes.vocabulary, dialogue.DECISION_WORDS)
        build_processor(tokenizer, sizes).save_pretrained(kept)
    processor = AutoProcessor.from_pretrained(kept, local_files_only=True)
    return _seeing_as(build_model(processor.tokenizer, sizes), recipe).to(device), processor


def _seeing_as(model, recipe: Recipe):
    return with_even_contrast(model, recipe.contrast and recipe.contrast.model_dump())


def _seeing(recipe: Recipe):
    """The model with its tower trained, and its processor: by `train_tower`, or before in `recipe.start`."""
    trained = (recipe.out / "tower.pt").exists()
    if not trained and not recipe.start:
        raise ValueError(f"{recipe.out} has no tower.pt; run `carm train tower` with the same config first.")
    model, processor = _begun(recipe)
    if trained:
        tower.load_checkpoint(model, recipe.out, recipe.architecture.text_width)
    return model, processor


def _head_of(model, recipe: Recipe) -> tower.DisplacementHead:
    """What reads the tower of `model` as it is. The views that it is fitted on are let go again: on a GPU the tower's
    own need the room."""
    data = v.Views(recipe.data, device_of(recipe.device), recipe.language_views)
    tokens = language.look_at_all(model, data, recipe.seed, recipe.bfloat16)
    return tower.fit_head(tokens, data.displacements(torch.arange(len(data), device=data.device)))


def train_tower(recipe: Recipe, resume: bool = False, say: Callable[[str], None] = print) -> dict[str, float]:
    """First stage; returns the tower's held-out figures, also in recipe.out/tower.json."""
    model, _ = _begun(recipe)
    # A new head would teach a tower that sees well at random.
    head = tower.train(model, recipe, _head_of(model, recipe) if recipe.start else None, resume, say)
    out = tower.figures(model, head, v.Views(recipe.check, device_of(recipe.device)))
    (recipe.out / "tower.json").write_text(json.dumps(out, indent=1))
    say(f"tower: {json.dumps(out)}")
    return out


def train_language(recipe: Recipe, resume: bool = False, say: Callable[[str], None] = print) -> Path:
    """Second and third stage; returns the folder with `base` and `adapter`. Raises ValueError when the tower has not
    been trained."""
    model, processor = _seeing(recipe)
    model.model.vision_tower.requires_grad_(False)
    model.model.multi_modal_projector.requires_grad_(False)
    writer = language.Writer(processor)
    device = device_of(recipe.device)
    data = v.Views(recipe.language_data or recipe.data, device, recipe.language_views)
    check = v.Views(recipe.check, device)
    say(f"looking at {len(data)} views of {data.subjects} subjects, {recipe.looks} times")
    looks = [language.look_at_all(model, data, recipe.seed + i, recipe.bfloat16) for i in range(recipe.looks)]
    tokens, truth = torch.cat(looks), data.displacements(torch.arange(len(data), device=device))
    truth = truth.repeat(recipe.looks, 1, 1)
    check_tokens = language.look_at_all(model, check, recipe.seed, recipe.bfloat16, varied=False)
    check_truth = check.displacements(torch.arange(len(check), device=device))
    head = tower.fit_head(tokens, truth)
    known, held_out = language.scenes(tokens, head, truth), language.scenes(check_tokens, head, check_truth)

    def exchanges(share, stage):
        return lambda seed: language.Exchanges(known, writer, share, stage.batch, recipe.questions, seed)

    base, adapter = recipe.out / "base", recipe.out / "adapter"
    if recipe.base is None:
        shutil.copytree(recipe.start / "base", base, dirs_exist_ok=True)
        model.config.save_pretrained(base)
    elif not (base / "config.json").exists():
        began = time.monotonic()
        gauge = reading.Gauge(model.config.text_config.hidden_size).to(device)
        if recipe.reading:
            kept = recipe.out / "reading.pt"
            row = {name: part.to(device) for name, part in writer.batch([[]]).items()}
            reading.learn_to_read(model, tokens, head, gauge, row, recipe.reading, recipe, kept, resume, say)
            say(f"reading: {time.monotonic() - began:.0f} s")
        share = dialogue.BASE_LANGUAGE
        seeing = [part for part in share if part[0] is not dialogue.form]
        language.optimise(
            model,
            tokens,
            exchanges(share, recipe.base),
            recipe.base,
            recipe,
            recipe.out / "base.pt",
            resume,
            lambda: language.agreement(model, check_tokens, held_out, writer, seeing, recipe.bfloat16),
            say,
            gauge,
        )
        say(f"base: {time.monotonic() - began:.0f} s")
        model.to(torch.float16).save_pretrained(base)
        processor.save_pretrained(base)
    model = read_whole(base, dtype=torch.float32).to(device)
    writer = language.Writer(load_processor(base))
    torch.manual_seed(recipe.seed)
    if recipe.start:
        tuned = PeftModel.from_pretrained(model, recipe.start / "adapter", is_trainable=True)
    else:
        tuned = language.with_adapter(model, recipe)
    began = time.monotonic()

    def figures() -> dict[str, float]:
        return language.agreement(tuned, check_tokens, held_out, writer, dialogue.TASKS, recipe.bfloat16)

    language.optimise(
        tuned,
        tokens,
        exchanges(dialogue.TASKS, recipe.adapter),
        recipe.adapter,
        recipe,
        recipe.out / "adapter.pt",
        resume,
        figures,
        say,
    )
    out = figures()
    say(f"adapter: {time.monotonic() - began:.0f} s {json.dumps(out)}")
    language.save_adapter(tuned, adapter, base)
    card = {"generators": sorted(data.generators), "subjects": data.subjects, "views": len(data), "agreement": out}
    (recipe.out / "card.json").write_text(json.dumps(card, indent=1))
    return recipe.out
