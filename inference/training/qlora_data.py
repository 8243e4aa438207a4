"""What a big model is trained on, streamed: light tickets in a fixed order, opened to a picture and an answer when the
batch is made, so that no process holds the whole set and every process sees the same order.

Truth is used here, in training, and nowhere near a prediction. Knows the prompts; no network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from torch.utils.data import IterableDataset

from inference import regions
from inference.preamble import preamble
from inference.prompts import picture
from inference.training import dialogue, shards

SHARDS_AT_ONCE = 4
"""Subjects whose views are mixed at a time; a loader's worker holds one more (1,024 views of 448 pixels: 0.4 GB)."""
IN_VIEW_MM = 0.5 * 215.0
"""Half of what the detector shows at the isocentre."""
SHADES = (0.8, 1.25)
NOISE = 0.02


@dataclass(frozen=True)
class Ticket:
    """One sample to come: the `index`-th view of shard `path` (or the index-th radiograph), varied by `seed`."""

    path: str
    index: int
    seed: int


@dataclass(frozen=True)
class Sample:
    """uint8 (s, s) picture, the task, the line that asks, the answer."""

    pixels: np.ndarray
    task: str
    ask: str
    answer: str


class ViewTickets(IterableDataset):
    """Every view of a folder of `carm dataset`, once an epoch, in an order fixed by the seed: SHARDS_AT_ONCE subjects
    are mixed at a time. Raises ValueError when there is none."""

    def __init__(self, folder: Path, seed: int, samples: int = 0):
        self.paths = [str(path) for path in shards.found(folder)]
        if not self.paths:
            raise ValueError(f"There are no subjects in {folder}; make them with `carm dataset --out {folder}`.")
        self.counts = [shards.count(Path(path)) for path in self.paths]
        self.seed, self.epoch = seed, 0
        self.size = min(samples, sum(self.counts)) if samples else sum(self.counts)

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[Ticket]:
        rng = np.random.default_rng([self.seed, self.epoch])
        order, left = rng.permutation(len(self.paths)), self.size
        for start in range(0, len(order), SHARDS_AT_ONCE):
            group = order[start : start + SHARDS_AT_ONCE]
            mixed = [(shard, view) for shard in group for view in range(self.counts[shard])]
            for number in rng.permutation(len(mixed)):
                if left == 0:
                    return
                left -= 1
                shard, view = mixed[number]
                yield Ticket(self.paths[shard], view, int(rng.integers(2**31)))


class RadiographTickets(IterableDataset):
    """The rows of a table in the published layout (inference.regions), shuffled anew each epoch."""

    def __init__(self, table: Path, seed: int, samples: int = 0):
        self.table, self.count = str(table), len(regions.read_table(Path(table), "train"))
        self.seed, self.epoch = seed, 0
        self.size = min(samples, self.count) if samples else self.count

    set_epoch = ViewTickets.set_epoch
    __len__ = ViewTickets.__len__

    def __iter__(self) -> Iterator[Ticket]:
        rng = np.random.default_rng([self.seed, self.epoch])
        for index in rng.permutation(self.count)[: self.size]:
            yield Ticket(self.table, int(index), int(rng.integers(2**31)))


def open_ticket(ticket: Ticket, kind: str, size: int) -> Sample:
    """The picture, `size` pixels each way, and what is asked and answered about it."""
    rng = np.random.default_rng(ticket.seed)
    if kind == "regions":
        row = _rows(ticket.path)[ticket.index]
        return Sample(
            _vary(regions.load_picture(row.path, size), rng), "regions", regions.ASK, regions.reply(row.labels)
        )
    shard = _shard(ticket.path)
    offsets = shard.landmarks - shard.poses[ticket.index, :3]
    inside = (np.abs(offsets[:, :2]) < IN_VIEW_MM).all(axis=1)
    scene = dialogue.Scene(offsets.astype(float), inside)
    makers, weights = zip(*dialogue.TASKS)
    weights = np.array(weights) / sum(weights)
    maker = makers[int(rng.choice(len(makers), p=weights))]
    maker = dialogue.navigation if maker is dialogue.decision else maker  # a big model learns whole answers
    exchange = maker(scene, rng)
    return Sample(
        _vary(picture(shard.pictures[ticket.index], size), rng), maker.__name__, exchange.ask, exchange.answer
    )


def _vary(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Contrast and grain at random; never a flip: left stays the patient's left."""
    shade = rng.uniform(*np.log(SHADES))
    grey = (pixels / np.float32(255)) ** np.float32(np.exp(shade))
    grey += np.float32(rng.uniform(0, NOISE)) * rng.standard_normal(pixels.shape, dtype=np.float32)
    return (np.clip(grey, 0, 1) * 255 + 0.5).astype(np.uint8)


class Collator:
    """Tickets -> one batch of tensors, labels on the answer's tokens alone. The prompt's tokens are exactly those that
    the app's model makes of the same question (a test holds them together)."""

    IGNORED = -100

    def __init__(self, processor, kind: str, size: int, ends: list[int]):
        self.processor, self.kind, self.size = processor, kind, size
        self.end = self._end_of_turn(ends)

    def __call__(self, tickets: list[Ticket]) -> dict:
        return self.batch([open_ticket(ticket, self.kind, self.size) for ticket in tickets])

    def batch(self, samples: list[Sample]) -> dict:
        """Right-padded tensors of the samples, `answer_tokens` the length of the longest answer."""
        import torch

        from inference.models.messages import prompt_tensors

        tokenizer = self.processor.tokenizer
        rows = []
        for sample in samples:
            inputs = dict(prompt_tensors(self.processor, sample.pixels, sample.ask, preamble(sample.task)))
            answer = tokenizer(sample.answer, add_special_tokens=False)["input_ids"] + self.end
            rows.append((inputs, torch.tensor([answer])))
        length = max(inputs["input_ids"].shape[1] + answer.shape[1] for inputs, answer in rows)
        prompts_ = [inputs["input_ids"].shape[1] for inputs, _ in rows]
        pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id

        def padded(tensor, value: int):
            return torch.nn.functional.pad(tensor, (0, length - tensor.shape[1]), value=value)

        out: dict = {"input_ids": [], "attention_mask": [], "labels": []}
        for inputs, answer in rows:
            prompt = inputs.pop("input_ids")
            inputs.pop("attention_mask", None)
            whole = torch.cat([prompt, answer], 1)
            out["input_ids"].append(padded(whole, pad))
            out["attention_mask"].append(padded(torch.ones_like(whole), 0))
            out["labels"].append(padded(torch.cat([torch.full_like(prompt, self.IGNORED), answer], 1), self.IGNORED))
            for name, tensor in inputs.items():  # pictures, and kinds of tokens
                along = tensor.shape[:2] == prompt.shape
                out.setdefault(name, []).append(padded(tensor, 0) if along else tensor)
        batch = {name: torch.cat(tensors) for name, tensors in out.items()}
        batch["logits_to_keep"] = length - min(prompts_) + 1
        return batch

    def _end_of_turn(self, ends: list[int]) -> list[int]:
        """The tokens that end an answer, as the chat template has them, up to the first that ends generation."""
        mark = "ANSWER"
        text = self.processor.apply_chat_template(
            [
                {"role": "user", "content": [{"type": "text", "text": "x"}]},
                {"role": "assistant", "content": [{"type": "text", "text": mark}]},
            ],
            tokenize=False,
        )
        tail = self.processor.tokenizer(text.rpartition(mark)[2], add_special_tokens=False)["input_ids"]
        stop = next((place for place, token in enumerate(tail) if token in ends), None)
        if stop is None:
            return [self.processor.tokenizer.eos_token_id]
        return tail[: stop + 1]


@lru_cache(maxsize=SHARDS_AT_ONCE + 1)
def _shard(path: str) -> shards.Shard:
    return shards.read(Path(path))


@lru_cache(maxsize=1)
def _rows(table: str) -> list[regions.Radiograph]:
    return regions.read_table(Path(table), "train")
