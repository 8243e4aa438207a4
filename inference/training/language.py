"""Second and third stage: the base learns the language of pictures, and a LoRA adapter learns the tasks.

The tower is frozen by now. The sequences are token for token what the processor makes of the same messages (a test
holds them together); worker processes write them while the device trains.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from inference.training import dialogue
from inference.training import views as v
from inference.training.architecture import IMAGE_TOKEN, soft_tokens, to_pixels
from inference.training.config import Recipe, Stage
from inference.training.tower import Clock, in_view, learning_rate

TELLING_WEIGHT = 4.0
IGNORED = -100
MISTAKEN_SHARE = 0.4
"""Of the corrections that are taught, how many are about a view whose centre the tower's head misread."""
LANGUAGE_LAYERS = r".*language_model.*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)"


@dataclass(frozen=True)
class Scenes:
    """The truth about n views, and what the tower's head reads from each: (n, 14, 3) mm from the isocentre."""

    truth: np.ndarray
    reading: np.ndarray

    def __len__(self) -> int:
        return len(self.truth)

    def __getitem__(self, index: int) -> dialogue.Scene:
        truth = self.truth[index]
        return dialogue.Scene(truth, in_view(truth), self.reading[index])


def scenes(reading: torch.Tensor, data: v.Views) -> Scenes:
    """The truth about every view of `data` beside what the tower's head reads there, (n, 14, 3) mm."""
    truth = data.displacements(torch.arange(len(data), device=data.device))
    return Scenes(truth.cpu().numpy(), reading.float().cpu().numpy())


@torch.no_grad()
def look(model, pictures: torch.Tensor, bfloat16: bool) -> torch.Tensor:
    """Image tokens float32 (n, tokens, width) of uint8 pictures (n, s, s)."""
    with torch.autocast(pictures.device.type, torch.bfloat16, enabled=bfloat16):
        return soft_tokens(model, to_pixels(pictures)).float()


def look_at_all(model, data: v.Views, seed: int, bfloat16: bool, varied: bool = True) -> torch.Tensor:
    """Image tokens float16 (n, tokens, width) of every view, varied as in training or plain."""
    rng = v.generator(data.device, seed)
    model.eval()
    return torch.cat(
        [look(model, v.vary(raw, rng) if varied else v.plain(raw), bfloat16).half() for raw in data.raw.split(256)]
    )


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
    answered = batch["labels"][:, 1:] != IGNORED
    labels, weights = batch["labels"][:, 1:][answered], batch["weights"][:, 1:][answered]
    loss = nn.functional.cross_entropy(logits[:, :-1][answered].float(), labels, reduction="none")
    return (loss * weights).sum() / weights.sum()


def forward(model, tokens: torch.Tensor, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Logits with image tokens (m, tokens, width) put where the sequences hold image placeholders, in order."""
    inputs = {k: batch[k] for k in ("input_ids", "attention_mask", "token_type_ids")}
    core = model.get_base_model() if hasattr(model, "get_base_model") else model
    embeds = core.get_input_embeddings()(inputs.pop("input_ids"))
    places = batch["token_type_ids"].bool()
    embeds = embeds.masked_scatter(places[..., None].expand_as(embeds), tokens.to(embeds.dtype))
    return model(inputs_embeds=embeds, use_cache=False, **inputs).logits


class Exchanges(IterableDataset):
    """Endless batches of (indices of the views that are asked about, those that see; sequences)."""

    def __init__(self, scenes: Scenes, writer: Writer, share, size: int, seed: int):
        self.scenes, self.writer, self.share, self.size, self.seed = scenes, writer, share, size, seed
        nearest = np.linalg.norm(np.nan_to_num(scenes.truth, nan=np.inf), axis=-1).argmin(1)
        read = np.argsort(np.linalg.norm(scenes.reading, axis=-1), axis=1)[:, :2]
        self.mistaken = np.flatnonzero((read != nearest[:, None]).all(1))

    def __iter__(self) -> Iterator[tuple[torch.Tensor, dict[str, torch.Tensor]]]:
        worker = get_worker_info()
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        while True:
            makers = [dialogue.kind(rng, self.share) for _ in range(self.size)]
            index = rng.integers(len(self.scenes), size=self.size)
            for row, maker in enumerate(makers):
                if maker is dialogue.correction and len(self.mistaken) and rng.uniform() < MISTAKEN_SHARE:
                    index[row] = rng.choice(self.mistaken)
            exchanges = [maker(self.scenes[i], rng) for maker, i in zip(makers, index)]
            if self.share == dialogue.TASKS:
                exchanges = [
                    dialogue.with_reading(exchange, self.scenes[i], rng)
                    if rng.uniform() < dialogue.READING_SHARE
                    else exchange
                    for exchange, i in zip(exchanges, index)
                ]
            looking = [i for i, exchange in zip(index, exchanges) if exchange.sees]
            yield torch.tensor(looking, dtype=torch.int64), self.writer.batch(exchanges)


def optimise(
    model,
    see: Callable[[torch.Tensor], torch.Tensor],
    exchanges: Callable[[int], Exchanges],
    stage: Stage,
    recipe: Recipe,
    checkpoint: Path,
    resume: bool,
    check: Callable[[], dict],
    say: Callable[[str], None],
) -> None:
    """Train every parameter of `model` that asks for a gradient, in place, with checkpoints. `see` gives the
    image tokens of the views of given numbers, `exchanges` takes a seed."""
    device = next(model.parameters()).device
    parameters = [p for p in model.parameters() if p.requires_grad]
    named = {n: p for n, p in model.named_parameters() if p.requires_grad}
    optimiser = torch.optim.AdamW(parameters, lr=0.0, weight_decay=stage.weight_decay, betas=(0.9, 0.98))
    steps, step = stage.samples // stage.batch, 0
    clock = Clock(stage, steps)
    if resume and checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True, map_location=device)
        for name, value in state["parameters"].items():
            named[name].data.copy_(value)
        optimiser.load_state_dict(state["optimiser"])
        step, clock.before = state["step"], state["spent"]
        say(f"{checkpoint.stem}: going on from step {step} of {steps}")

    def save() -> None:
        part = checkpoint.with_suffix(".part")
        state = {"parameters": {n: p.data for n, p in named.items()}, "optimiser": optimiser.state_dict()}
        torch.save({**state, "step": step, "spent": clock.spent()}, part)
        part.replace(checkpoint)

    model.train()
    written = DataLoader(exchanges(recipe.seed + step), batch_size=None, num_workers=recipe.workers)
    for index, batch in written:
        if (progress := clock.progress(step)) >= 1:
            break
        tokens = see(index.to(device)).float()
        batch = {name: part.to(device, non_blocking=True) for name, part in batch.items()}
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(stage, progress)
        with torch.autocast(device.type, torch.bfloat16, enabled=recipe.bfloat16):
            logits = forward(model, tokens, batch)
        loss = answer_loss(logits, batch)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, stage.clip)
        optimiser.step()
        step += 1
        if clock.due("say", 20):
            rate = step * stage.batch / clock.spent()
            say(
                f"{checkpoint.stem}: step {step} of {steps}, {100 * progress:.0f} %, loss {loss.item():.3f}, "
                f"{rate:.0f} exchanges/s"
            )
        if clock.due("save", 120):
            save()
            model.eval()
            say(f"{checkpoint.stem}: {json.dumps(check())}")
            model.train()
    save()
    model.eval()


@torch.no_grad()
def agreement(
    model, tokens: torch.Tensor, held_out: Scenes, writer: Writer, makers, bfloat16: bool, count: int = 512
) -> dict[str, float]:
    """Share of telling tokens that the model would write, given the answer so far (teacher forcing), for each kind of
    exchange about `count` of the held-out views that `tokens` show; and the same with another view's picture, which
    shows what is not seeing."""
    chosen = np.random.default_rng(3).permutation(len(held_out))[:count]
    tokens = tokens[torch.from_numpy(chosen).to(tokens.device)].float()
    out = {}
    for maker, _ in makers:
        for name, pictures in ((maker.__name__, tokens), (f"{maker.__name__}_shuffled", tokens.roll(7, 0))):
            rng = np.random.default_rng(5)
            right = total = 0
            for start in range(0, len(chosen), 128):
                exchanges = [maker(held_out[i], rng) for i in chosen[start : start + 128]]
                batch = {key: part.to(tokens.device) for key, part in writer.batch(exchanges).items()}
                with torch.autocast(tokens.device.type, torch.bfloat16, enabled=bfloat16):
                    said = forward(model, pictures[start : start + 128], batch)[:, :-1].argmax(-1)
                labels, telling = batch["labels"][:, 1:], batch["telling"][:, 1:]
                right += ((said == labels) & telling).sum().item()
                total += telling.sum().item()
            out[name] = round(right / max(total, 1), 3)
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
