"""Second and third stage: the base learns the language of pictures, and a LoRA adapter learns the tasks.

The tower is frozen by now. The sequences are token for token what the processor makes of the same messages (a test
holds them together); worker processes write them while the device trains. Several exchanges about a view share its
picture: each sees the picture and itself alone, at the positions it would have alone.

What the model is taught to read from a picture is what the tower's head reads there, not the truth: on patients that
the tower was trained on the head reads too well to be true, and what it errs elsewhere cannot be read from the tokens.
Corrections are taught with hints that are true of the geometry, and with the answer that what was read leaves then.
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

from inference.models.folder import mark_base
from inference.training import dialogue
from inference.training import views as v
from inference.training.architecture import IMAGE_TOKEN, soft_tokens, to_pixels
from inference.training.config import Recipe, Stage
from inference.training.pace import Clock, keep, learning_rate
from inference.training.reading import READ_AT, Gauge, in_layers
from inference.training.tower import DisplacementHead
from sim.geometry import on_picture

TELLING_WEIGHT = 4.0
IGNORED = -100
DOUBTFUL_SHARE, DOUBT = 0.5, 0.15
"""Of the corrections that are taught, how many are about a view in doubt: one where at least this share of what the
reading may mean is that neither of the two landmarks read nearest is the nearest."""
CONED_SHARE = 0.4
"""Of the looks, how many are through a narrowed collimator: there a reading errs, and the clinician's words count."""
GAUGE_WEIGHT = 0.3
LANGUAGE_LAYERS = r".*language_model.*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)"


@dataclass(frozen=True)
class Scenes:
    """The truth about n views, and what the tower's head reads from each: (n, 14, 3) mm from the isocentre; `spread` is
    how unsure it is."""

    truth: np.ndarray
    reading: np.ndarray
    spread: np.ndarray

    def __len__(self) -> int:
        return len(self.truth)

    def __getitem__(self, index: int) -> dialogue.Scene:
        return self._scene(self.truth, index)

    def as_read(self, index: int) -> dialogue.Scene:
        """The view as the tower's head reads it."""
        return self._scene(self.reading, index)

    def _scene(self, displacements: np.ndarray, index: int) -> dialogue.Scene:
        seen = displacements[index]
        return dialogue.Scene(seen, on_picture(seen), self.reading[index], self.spread[index])


@torch.no_grad()
def scenes(tokens: torch.Tensor, head: DisplacementHead, truth: torch.Tensor) -> Scenes:
    """The truth about n looks (n, 14, 3) mm beside what `head` reads from their image tokens (n, tokens, width)."""
    read = [head(part) for part in tokens.split(4096)]
    reading = torch.cat([mean for mean, _ in read]) * v.UNIT_MM
    spread = torch.cat([log_spread.exp() for _, log_spread in read]) * v.UNIT_MM
    return Scenes(*(part.cpu().numpy() for part in (truth, reading, spread)))


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
        [
            look(model, v.vary(raw, rng, CONED_SHARE) if varied else v.plain(raw), bfloat16).half()
            for raw in data.raw.split(256)
        ]
    )


class Writer:
    """Turns exchanges into token ids, labels and weights."""

    def __init__(self, processor):
        self.tokenizer = processor.tokenizer
        self.image = processor.full_image_sequence
        # Not processor.image_token_id, which is Gemma-3's start-of-image.
        self.image_id = self.tokenizer.convert_tokens_to_ids(IMAGE_TOKEN)
        self._fill = {
            "input_ids": self.tokenizer.pad_token_id,
            "labels": IGNORED,
            "weights": 0.0,
            "telling": False,
            "position_ids": 0,
            "part": -1,
            "hidden": False,
            "sees": True,
        }
        self.opening = self._coded("<bos><start_of_turn>user\n")
        self.shown = self._coded(f"<bos><start_of_turn>user\n{self.image}")

    def _coded(self, text: str) -> list[int]:
        return self.tokenizer(text, add_special_tokens=False)["input_ids"]

    def ids(self, exchange: dialogue.Exchange) -> tuple[list[int], list[int], list[float]]:
        """Token ids, labels and weights of one exchange by itself, each as long as the others."""
        picture = self.image if exchange.sees else ""
        ask = f"<bos><start_of_turn>user\n{picture}{exchange.ask}<end_of_turn>\n<start_of_turn>model\n"
        prompt = self._coded(ask)
        coded = self.tokenizer(exchange.answer, add_special_tokens=False, return_offsets_mapping=True)
        telling = dialogue.telling_spans(exchange.answer)
        weights = [
            TELLING_WEIGHT if any(a < end and b > start for start, end in telling) else 1.0
            for a, b in coded["offset_mapping"]
        ]
        answer = coded["input_ids"]
        if exchange.whole:
            answer, weights = [*answer, self.tokenizer.eos_token_id], [*weights, 1.0]
        return prompt + answer, [IGNORED] * len(prompt) + answer, [0.0] * len(prompt) + weights

    def batch(self, views: list[list[dialogue.Exchange]]) -> dict[str, torch.Tensor]:
        """Right-padded tensors (views, longest), each row a picture and all that is asked about it: input_ids, labels,
        weights, telling, position_ids, `part` (0 the picture and what precedes it, 1.. the exchanges, -1 nothing),
        `image` (is an image token), `hidden` (is of the picture) and `sees`. Each exchange weighs the same, so that a
        reply of two ids is not drowned by replies with reasons."""
        rows = [self._row(exchanges) for exchanges in views]
        length = max(len(row["input_ids"]) for row in rows)
        batch = {}
        for name, fill in self._fill.items():
            batch[name] = torch.tensor([row[name] + [fill] * (length - len(row[name])) for row in rows])
        batch["image"] = batch["input_ids"] == self.image_id
        return batch

    def _row(self, exchanges: list[dialogue.Exchange]) -> dict[str, list]:
        prefix, opening = self.shown, len(self.opening)
        row = {
            "input_ids": list(prefix),
            "labels": [IGNORED] * len(prefix),
            "weights": [0.0] * len(prefix),
            "telling": [False] * len(prefix),
            "position_ids": list(range(len(prefix))),
            "part": [0] * len(prefix),
            "hidden": [False] * opening + [True] * (len(prefix) - opening),
            "sees": [True] * len(prefix),
        }
        for number, exchange in enumerate(exchanges, 1):
            ids, labels, weights = self.ids(exchange)
            start = len(prefix) if exchange.sees else opening
            if ids[:start] != prefix[:start]:
                raise ValueError(f"{exchange.ask!r} is not coded apart from the picture before it.")
            own, total = len(ids) - start, sum(weights)
            row["input_ids"] += ids[start:]
            row["labels"] += labels[start:]
            row["weights"] += [weight / total for weight in weights[start:]]
            row["telling"] += [weight > 1.0 for weight in weights[start:]]
            row["position_ids"] += range(start, len(ids))
            row["part"] += [number] * own
            row["hidden"] += [False] * own
            row["sees"] += [exchange.sees] * own
        return row


def forward(model, tokens: torch.Tensor, batch: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """(logits of every answered token in order (answered, vocabulary), what `READ_AT` layers make of the image tokens
    (views, tokens, width)), with image tokens (views, tokens, width) put where the rows hold image placeholders."""
    core = model.get_base_model() if hasattr(model, "get_base_model") else model
    out = in_layers(core.model.language_model, core, tokens, batch)
    answered = batch["labels"][:, 1:] != IGNORED
    logits = core.lm_head(out.last_hidden_state[:, :-1][answered])
    read = out.hidden_states[min(READ_AT, len(out.hidden_states) - 1)]
    return logits, read[batch["image"]].view(*tokens.shape)


def answer_loss(logits: torch.Tensor, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Cross-entropy on the answers' tokens, the telling ones weighted."""
    answered = batch["labels"][:, 1:] != IGNORED
    labels, weights = batch["labels"][:, 1:][answered], batch["weights"][:, 1:][answered]
    loss = nn.functional.cross_entropy(logits.float(), labels, reduction="none")
    return (loss * weights).sum() / weights.sum()


class Exchanges(IterableDataset):
    """Endless batches of (indices of the views, rows of exchanges about them): `questions` about each view, `size` in
    all."""

    def __init__(self, scenes: Scenes, writer: Writer, share, size: int, questions: int, seed: int):
        self.scenes, self.writer, self.share, self.seed = scenes, writer, share, seed
        self.questions = min(questions, size)
        self.views = size // self.questions
        corrections = dict(share).get(dialogue.correction, 0.0)
        self.doubtful = [view for view in range(len(scenes)) if corrections and self._doubt(view) >= DOUBT]
        self.doubtful_share = DOUBTFUL_SHARE * corrections if self.doubtful else 0.0

    def _doubt(self, view: int) -> float:
        reading = self.scenes.reading[view]
        _, nearest = dialogue.meant(reading, self.scenes.spread[view])
        return float(dialogue.misses(reading, nearest).mean())

    def __iter__(self) -> Iterator[tuple[torch.Tensor, dict[str, torch.Tensor]]]:
        worker = get_worker_info()
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        while True:
            index, rows = [], []
            for _ in range(self.views):
                doubtful = rng.uniform() < self.doubtful_share
                view = int(rng.choice(self.doubtful) if doubtful else rng.integers(len(self.scenes)))
                index.append(view)
                rows.append(
                    [
                        self.about(view, dialogue.correction if doubtful else dialogue.kind(rng, self.share), rng)
                        for _ in range(self.questions)
                    ]
                )
            yield torch.tensor(index), self.writer.batch(rows)

    def about(self, view: int, maker: dialogue.Maker, rng: np.random.Generator) -> dialogue.Exchange:
        if maker is dialogue.correction:
            return maker(self.scenes[view], rng)
        if self.share == dialogue.TASKS and rng.uniform() < dialogue.READING_SHARE:
            scene = self.scenes[view]
            return dialogue.with_reading(maker(scene, rng), scene, rng)
        return maker(self.scenes.as_read(view), rng)


def optimise(
    model,
    tokens: torch.Tensor,
    exchanges: Callable[[int], Exchanges],
    stage: Stage,
    recipe: Recipe,
    checkpoint: Path,
    resume: bool,
    check: Callable[[], dict],
    say: Callable[[str], None],
    gauge: Gauge | None = None,
) -> None:
    """Train every parameter of `model` that asks for a gradient, in place, with checkpoints. `tokens` (n, tokens,
    width) are what the tower sees in the scenes, `exchanges` takes a seed; with a `gauge` the layers learn its reading
    as well."""
    device = next(model.parameters()).device
    aims = nn.ModuleList([model] if gauge is None else [model, gauge])
    named = {n: p for n, p in aims.named_parameters() if p.requires_grad}
    parameters = list(named.values())
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
        state = {"parameters": {n: p.data for n, p in named.items()}, "optimiser": optimiser.state_dict()}
        keep({**state, "step": step, "spent": clock.spent()}, checkpoint)

    model.train()
    written = DataLoader(exchanges(recipe.seed + step), batch_size=None, num_workers=recipe.workers)
    for index, batch in written:
        if (progress := clock.progress(step)) >= 1:
            break
        seen = tokens[index.to(device)].float()
        batch = {name: part.to(device, non_blocking=True) for name, part in batch.items()}
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(stage, progress)
        with torch.autocast(device.type, torch.bfloat16, enabled=recipe.bfloat16):
            logits, hidden = forward(model, seen, batch)
        loss = answer_loss(logits, batch)
        if gauge is not None:
            reading = torch.from_numpy(written.dataset.scenes.reading[index]).to(device)
            loss = loss + GAUGE_WEIGHT * gauge.loss(hidden, reading)
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
                rows = [[maker(held_out[i], rng)] for i in chosen[start : start + 128]]
                batch = {key: part.to(tokens.device) for key, part in writer.batch(rows).items()}
                with torch.autocast(tokens.device.type, torch.bfloat16, enabled=bfloat16):
                    said = forward(model, pictures[start : start + 128], batch)[0].argmax(-1)
                answered = batch["labels"][:, 1:] != IGNORED
                labels, telling = batch["labels"][:, 1:][answered], batch["telling"][:, 1:][answered]
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


def save_adapter(tuned, adapter: Path, base: Path) -> None:
    """Write the adapter of `tuned` into its folder, marked as that of `base`, which lies beside it."""
    tuned.peft_config["default"].base_model_name_or_path = "../base"
    tuned.save_pretrained(adapter)
    (adapter / "README.md").unlink(missing_ok=True)  # a template without content
    mark_base(adapter, base)
