"""Before a word is said, the lower layers of the language tower learn to read the image tokens.

The tower writes each landmark into a token of its own, each in its own way; the layers above can only attend to what
is written alike. All fourteen landmarks are an aim at once and no words are computed, so that this costs a small part
of what the same fineness costs when it is learnt from answers.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import torch
from torch import nn

from inference import prompts
from inference.training import dialogue
from inference.training import views as v
from inference.training.config import Recipe, Stage
from inference.training.pace import Clock, keep, learning_rate
from inference.training.tower import DisplacementHead

READ_AT = 2
"""Layers of the language tower after which the gauge reads the image tokens."""
NEAREST_WEIGHT = 0.3
CLOSE_MM = 110.0
"""Landmarks this near to the picture's centre weigh three times: there every millimetre may change the move."""
_MIDWAY = [(shorter + longer) / 2 for shorter, longer in pairwise(sorted(prompts.EXTENT_MM.values()))]
MOVE_LIMITS = sorted([-mm for mm in _MIDWAY] + _MIDWAY)
"""Where one move ends and the next begins, mm on an axis."""


class Gauge(nn.Module):
    """One and the same reading of every landmark's image token inside the language tower: where it lies, the moves that
    lead there and whether it is among the nearest. With it as an aim, the layers below bring what the tower wrote
    fourteen ways into one form, as finely as the words of a step ask for. Not shipped."""

    def __init__(self, width: int):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.reads = nn.Linear(width, 3)
        self.moves = nn.Linear(width, 2 * (len(MOVE_LIMITS) + 1))
        self.near = nn.Linear(width, 1)

    def loss(self, hidden: torch.Tensor, reading: torch.Tensor) -> torch.Tensor:
        """`hidden` (views, tokens, width); `reading` (views, 14, 3) mm."""
        own = self.norm(hidden[:, : reading.shape[1]].float())
        place = nn.functional.smooth_l1_loss(self.reads(own), reading / v.UNIT_MM, beta=0.05)
        across = reading[..., :2].contiguous()
        moves = torch.bucketize(across, torch.tensor(MOVE_LIMITS, device=reading.device))
        said = self.moves(own).unflatten(-1, (2, -1))
        wrong = nn.functional.cross_entropy(said.flatten(0, 2), moves.flatten(), reduction="none").view_as(moves)
        weight = 1 + 2 * (across.abs().amax(-1, keepdim=True) < CLOSE_MM)
        score, order = self.near(own)[..., 0], reading.norm(dim=-1).argsort(1)
        score = score.gather(1, order)  # nearest first; what is left after each must not come before it
        first = sum((score[:, i:].logsumexp(1) - score[:, i]).mean() for i in range(dialogue.NEAREST))
        return place + (wrong * weight).mean() + NEAREST_WEIGHT * first


def learn_to_read(
    model,
    tokens: torch.Tensor,
    head: DisplacementHead,
    gauge: Gauge,
    row: dict[str, torch.Tensor],
    stage: Stage,
    recipe: Recipe,
    checkpoint: Path,
    resume: bool,
    say: Callable[[str], None],
) -> None:
    """The first `READ_AT` layers of the language tower learn what `head` reads from image tokens (n, tokens, width),
    all landmarks at a time, in a `row` (`Writer.batch`) that shows a picture and asks nothing. Half of the tokens that
    are drawn are blends of two views': what the head reads from them is known as well."""
    lower, device = reader(model), tokens.device
    aims = nn.ModuleList([lower.layers, gauge])
    parameters = list(aims.parameters())
    optimiser = torch.optim.AdamW(parameters, lr=0.0, weight_decay=stage.weight_decay, betas=(0.9, 0.98))
    steps, step = stage.samples // stage.batch, 0
    clock = Clock(stage, steps)
    if resume and checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True, map_location=device)
        aims.load_state_dict(state["aims"])
        optimiser.load_state_dict(state["optimiser"])
        step, clock.before = state["step"], state["spent"]
        say(f"{checkpoint.stem}: going on from step {step} of {steps}")

    def save() -> None:
        state = {"aims": aims.state_dict(), "optimiser": optimiser.state_dict()}
        keep({**state, "step": step, "spent": clock.spent()}, checkpoint)

    rng = v.generator(device, recipe.seed + step)

    def drawn() -> torch.Tensor:
        return tokens[torch.randint(len(tokens), (stage.batch,), generator=rng, device=device)].float()

    while (progress := clock.progress(step)) < 1:
        share = torch.rand(2, stage.batch, 1, 1, generator=rng, device=device)
        seen = torch.lerp(drawn(), drawn(), share[0] * (share[1] < 0.5))
        with torch.no_grad():
            reading = head(seen)[0] * v.UNIT_MM
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(stage, progress)
        with torch.autocast(device.type, torch.bfloat16, enabled=recipe.bfloat16):
            hidden = read(lower, model, seen, row)
        loss = gauge.loss(hidden, reading)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, stage.clip)
        optimiser.step()
        step += 1
        if clock.due("say", 20):
            rate = step * stage.batch / clock.spent()
            say(f"reading: step {step} of {steps}, {100 * progress:.0f} %, loss {loss.item():.3f}, {rate:.0f} views/s")
        if clock.due("save", 120):
            save()
    save()


def reader(model) -> nn.Module:
    """The first `READ_AT` layers of the language tower as a tower of their own; the weights are shared."""
    whole = model.model.language_model
    config = copy.deepcopy(whole.config)
    config.num_hidden_layers = min(READ_AT, len(whole.layers))
    config.layer_types = config.layer_types[: config.num_hidden_layers]
    lower = type(whole)(config).to(next(whole.parameters()).device)
    lower.layers, lower.norm, lower.embed_tokens = whole.layers[: config.num_hidden_layers], nn.Identity(), None
    return lower


def read(lower: nn.Module, model, tokens: torch.Tensor, row: dict[str, torch.Tensor]) -> torch.Tensor:
    """What `lower` (`reader`) makes of image tokens (views, tokens, width) in a `row` that asks nothing."""
    row = {name: part.expand(len(tokens), -1) for name, part in row.items()}
    return in_layers(lower, model, tokens, row).last_hidden_state[row["image"]].view(*tokens.shape)


def attention(batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Which position attends to which, bool (views, 1, longest, longest): what precedes in the same exchange and, where
    it sees, in the picture; image tokens to one another (as Gemma-3 does)."""
    part, image = batch["part"], batch["image"]
    length = part.shape[1]
    earlier = torch.ones(length, length, dtype=torch.bool, device=part.device).tril()
    own = (part[:, :, None] == part[:, None]) | (part[:, None] == 0)
    unseen = batch["hidden"][:, None] & ~batch["sees"][:, :, None]
    return ((own & earlier & ~unseen) | (image[:, :, None] & image[:, None]))[:, None]


def in_layers(tower: nn.Module, core, tokens: torch.Tensor, batch: dict[str, torch.Tensor]):
    """What the layers of a language `tower` make of the rows of `batch`, embedded by `core`."""
    embeds = core.get_input_embeddings()(batch["input_ids"])
    embeds = embeds.masked_scatter(batch["image"][..., None].expand_as(embeds), tokens.to(embeds.dtype))
    mask = attention(batch)
    return tower(
        inputs_embeds=embeds,
        attention_mask={"full_attention": mask, "sliding_attention": mask},
        position_ids=batch["position_ids"],
        use_cache=False,
        output_hidden_states=True,
    )
