"""Second and third stage: the base learns the language of pictures, and a LoRA adapter learns the tasks.

The tower is frozen by now, so its image tokens are computed once for many views and each view is asked about again and
again. The sequences are token for token what the processor makes of the same messages (a test holds them together).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from torch import nn

from inference.training import dialogue
from inference.training import views as v
from inference.training.architecture import IMAGE_TOKEN, soft_tokens, to_pixels
from inference.training.config import Recipe, Stage
from inference.training.tower import in_view, learning_rate

TELLING_WEIGHT = 4.0
IGNORED = -100
LANGUAGE_LAYERS = r".*language_model.*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)"


@dataclass(frozen=True)
class SeenViews:
    """Image tokens float16 (n, tokens, width) of n views, with the truth about each."""

    tokens: torch.Tensor
    scenes: list[dialogue.Scene]


@torch.no_grad()
def look(model, data: v.Views, count: int, seed: int, bfloat16: bool, varied: bool = True) -> SeenViews:
    """Image tokens of `count` views drawn from `data` (each as often as it comes), varied as in training or plain."""
    rng = np.random.default_rng(seed)
    tokens, scenes = [], []
    model.eval()
    for start in range(0, count, 256):
        size = min(256, count - start)
        subjects = rng.integers(len(data.pictures), size=size)
        chosen = [(s, int(rng.integers(len(data.pictures[s])))) for s in subjects]
        raw = np.stack([data.pictures[s][i] for s, i in chosen])
        shown = v.vary(raw, rng) if varied else v.plain(raw)
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            tokens.append(soft_tokens(model, to_pixels(torch.from_numpy(shown))).to(torch.float16))
        for s, i in chosen:
            truth = data.displacements(s, np.array([i]))[0]
            scenes.append(dialogue.Scene(truth, in_view(truth)))
    return SeenViews(torch.cat(tokens), scenes)


class Writer:
    """Turns exchanges into token ids, labels and weights."""

    def __init__(self, processor):
        self.tokenizer = processor.tokenizer
        self.image = processor.full_image_sequence
        # Not processor.image_token_id, which is Gemma-3's start-of-image.
        self.image_id = self.tokenizer.convert_tokens_to_ids(IMAGE_TOKEN)

    def ids(self, exchange: dialogue.Exchange) -> tuple[list[int], list[int], list[float]]:
        picture = self.image if exchange.sees else ""
        ask = f"<bos><start_of_turn>user\n{picture}{exchange.ask}<end_of_turn>\n<start_of_turn>model\n"
        prompt = self.tokenizer(ask, add_special_tokens=False)["input_ids"]
        coded = self.tokenizer(exchange.answer, add_special_tokens=False, return_offsets_mapping=True)
        telling = dialogue.telling_spans(exchange.answer)
        weights = [
            TELLING_WEIGHT if any(a < end and b > start for start, end in telling) else 1.0
            for a, b in coded["offset_mapping"]
        ]
        end = [self.tokenizer.eos_token_id]
        ids = prompt + coded["input_ids"] + end
        labels = [IGNORED] * len(prompt) + coded["input_ids"] + end
        return ids, labels, [0.0] * len(prompt) + weights + [1.0]

    def batch(self, exchanges: list[dialogue.Exchange]) -> dict[str, torch.Tensor]:
        """Right-padded tensors (n, longest): input_ids, labels, weights, telling, attention_mask, token_type_ids. Each
        exchange weighs the same, so that a reply of two ids is not drowned by replies with reasons."""
        rows = [self.ids(exchange) for exchange in exchanges]
        length = max(len(ids) for ids, _, _ in rows)
        pad = self.tokenizer.pad_token_id
        ids = torch.tensor([r[0] + [pad] * (length - len(r[0])) for r in rows])
        weights = torch.tensor([r[2] + [0.0] * (length - len(r[2])) for r in rows])
        return {
            "input_ids": ids,
            "labels": torch.tensor([r[1] + [IGNORED] * (length - len(r[1])) for r in rows]),
            "weights": weights / weights.sum(1, keepdim=True),
            "telling": weights > 1.0,
            "attention_mask": torch.tensor([[1] * len(r[0]) + [0] * (length - len(r[0])) for r in rows]),
            "token_type_ids": (ids == self.image_id).long(),
        }


def answer_loss(logits: torch.Tensor, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Cross-entropy on the answer's tokens alone, the telling ones weighted."""
    labels, weights = batch["labels"][:, 1:], batch["weights"][:, 1:]
    loss = nn.functional.cross_entropy(
        logits[:, :-1].float().transpose(1, 2), labels, ignore_index=IGNORED, reduction="none"
    )
    return (loss * weights).sum() / weights.sum()


def forward(model, tokens: torch.Tensor, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Logits with image tokens (m, tokens, width) put where the sequences hold image placeholders, in order."""
    inputs = {k: batch[k] for k in ("input_ids", "attention_mask", "token_type_ids")}
    core = model.get_base_model() if hasattr(model, "get_base_model") else model
    embeds = core.get_input_embeddings()(inputs.pop("input_ids"))
    places = batch["token_type_ids"].bool()
    embeds = embeds.masked_scatter(places[..., None].expand_as(embeds), tokens.to(embeds.dtype))
    return model(inputs_embeds=embeds, use_cache=False, **inputs).logits


def batches(
    seen: SeenViews, writer: Writer, share, size: int, rng: np.random.Generator
) -> Iterator[tuple[torch.Tensor, dict[str, torch.Tensor]]]:
    """Endless batches of (image tokens of those that see, sequences)."""
    while True:
        index = rng.integers(len(seen.scenes), size=size)
        exchanges = [dialogue.make(seen.scenes[i], rng, share) for i in index]
        looking = [i for i, exchange in zip(index, exchanges) if exchange.sees]
        yield seen.tokens[looking].float(), writer.batch(exchanges)


def optimise(
    model,
    seen: SeenViews,
    writer: Writer,
    share,
    stage: Stage,
    recipe: Recipe,
    checkpoint: Path,
    resume: bool,
    check: Callable[[], dict],
    say: Callable[[str], None],
) -> None:
    """Train every parameter of `model` that asks for a gradient, with checkpoints. In place."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    named = {n: p for n, p in model.named_parameters() if p.requires_grad}
    optimiser = torch.optim.AdamW(parameters, lr=0.0, weight_decay=stage.weight_decay, betas=(0.9, 0.98))
    steps, step = stage.samples // stage.batch, 0
    if resume and checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        for name, value in state["parameters"].items():
            named[name].data.copy_(value)
        optimiser.load_state_dict(state["optimiser"])
        step = state["step"]
        say(f"{checkpoint.stem}: going on from step {step} of {steps}")

    def save() -> None:
        part = checkpoint.with_suffix(".part")
        state = {"parameters": {n: p.data for n, p in named.items()}, "optimiser": optimiser.state_dict()}
        torch.save({**state, "step": step}, part)
        part.replace(checkpoint)

    began = shown = saved = time.monotonic()
    first = step
    model.train()
    stream = batches(seen, writer, share, stage.batch, np.random.default_rng([recipe.seed, step]))
    while step < steps:
        tokens, batch = next(stream)
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(stage, step, steps)
        with torch.autocast("cpu", torch.bfloat16, enabled=recipe.bfloat16):
            logits = forward(model, tokens, batch)
        loss = answer_loss(logits, batch)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, stage.clip)
        optimiser.step()
        step += 1
        now = time.monotonic()
        if now - shown > 20:
            shown = now
            rate = (step - first) * stage.batch / (now - began)
            say(f"{checkpoint.stem}: step {step}/{steps} loss {loss.item():.3f} {rate:.0f} exchanges/s")
        if now - saved > 120:
            saved = now
            save()
            model.eval()
            say(f"{checkpoint.stem}: {json.dumps(check())}")
            model.train()
    save()
    model.eval()


@torch.no_grad()
def agreement(model, seen: SeenViews, writer: Writer, makers, count: int, bfloat16: bool) -> dict[str, float]:
    """Share of telling answers that the model would write, given the answer so far (teacher forcing), for each kind."""
    out = {}
    for maker, _ in makers:
        rng = np.random.default_rng(5)
        right = total = 0
        for start in range(0, min(count, len(seen.scenes)), 64):
            scenes = seen.scenes[start : start + 64]
            exchanges = [maker(scene, rng) for scene in scenes]
            batch = writer.batch(exchanges)
            tokens = seen.tokens[start : start + 64] if exchanges[0].sees else seen.tokens[:0]
            with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
                said = forward(model, tokens.float(), batch)[:, :-1].argmax(-1)
            labels = batch["labels"][:, 1:]
            telling = batch["telling"][:, 1:]
            right += ((said == labels) & telling).sum().item()
            total += telling.sum().item()
        out[maker.__name__] = round(right / max(total, 1), 3)
    return out


def with_adapter(model, recipe: Recipe):
    """`model` frozen, with a fresh LoRA adapter on the language tower's projections."""
    config = LoraConfig(
        r=recipe.lora_rank,
        lora_alpha=recipe.lora_alpha,
        lora_dropout=0.0,
        target_modules=LANGUAGE_LAYERS,
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config)
