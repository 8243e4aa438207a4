"""What a QLoRA run will take: memory and time, from the architecture's numbers, for the usual cards.

Formulas (bytes and floating-point operations), each term beside its source:
- weights: `Profile.weights_bytes(bits)`; adapter: weight 4 + gradient 4 + two 8-bit AdamW moments 2 a weight.
- activations with checkpointing (arXiv 1604.06174): one hidden state of 2 bytes a token, layer and width, and one layer
  whole: 2 x (4 width + 3 ffn + 2 heads x head_dim) bytes a token; likewise for the vision tower.
- logits: (answer tokens) x vocabulary x 10 bytes (16 bits, 32 bits, and the gradient of these).
- time: 6 operations a weight and token (forward 2, recomputed 2, gradient of activations 2; frozen weights have none of
  their own, arXiv 2305.14314), at UTILISATION of the card's dense bfloat16 peak.
An allowance of RUNTIME_BYTES is added. Figures are estimates until measured; the README says which were.
"""

from __future__ import annotations

from dataclasses import dataclass

from inference.models.families import PROFILES, RUNTIME_BYTES, Profile

ANSWER_TOKENS, LINE_TOKENS, PREAMBLE_TOKENS = 120, 30, 420
UTILISATION = 0.25
"""Share of the peak that 4-bit weights with checkpointing usually reach."""


@dataclass(frozen=True)
class Card:
    """One GPU: GB (1e9 bytes) and dense bfloat16 peak in 1e12 operations a second, from its data sheet."""

    name: str
    gb: float
    tflops: float


CARDS = (Card("24 GB", 24, 165), Card("48 GB", 48, 362), Card("80 GB", 80, 989), Card("141 GB", 141, 989))
"""As GeForce RTX 4090, L40S, H100 SXM, H200."""


@dataclass(frozen=True)
class Estimate:
    """GB on one card and hours of the whole run on one."""

    gb: float
    hours: float


def training_bytes(profile: Profile, bits: int, batch: int, checkpointing: bool = True, cards: int = 1) -> float:
    """Bytes on each of `cards` cards, weights and adapter shared among them (FSDP, ZeRO-3) when there are several."""
    tokens = batch * (PREAMBLE_TOKENS + profile.vision.tokens + LINE_TOKENS + ANSWER_TOKENS)
    layer = 2 * (4 * profile.width + 3 * profile.ffn + 2 * profile.heads * profile.head_dim)
    states = tokens * (2 * profile.width * profile.layers + layer * (1 if checkpointing else profile.layers))
    see = profile.vision
    patches = batch * (see.picture // 14) ** 2
    one = 2 * (4 * see.width + 3 * see.ffn)
    states += patches * (2 * see.width * see.layers + one * (1 if checkpointing else see.layers))
    logits = batch * ANSWER_TOKENS * profile.vocabulary * 10
    fixed = (profile.weights_bytes(bits) + 10 * profile.adapter) / cards
    return fixed + states + logits + RUNTIME_BYTES


def sample_operations(profile: Profile) -> float:
    """Floating-point operations of one sample, forward and back."""
    see = profile.vision
    gates = 3 if see.gated_mlp else 2
    tower = see.layers * (4 * see.width**2 + gates * see.width * see.ffn)
    text = profile.quantised - tower
    tokens = PREAMBLE_TOKENS + see.tokens + LINE_TOKENS + ANSWER_TOKENS
    return 6.0 * (text * tokens + tower * (see.picture // 14) ** 2 + profile.width * profile.vocabulary * ANSWER_TOKENS)


def estimate(profile: Profile, card: Card, samples: int, bits: int = 4, batch: int = 1, cards: int = 1) -> Estimate:
    """For `samples` in all (views x epochs)."""
    seconds = samples * sample_operations(profile) / (card.tflops * 1e12 * UTILISATION * cards)
    return Estimate(training_bytes(profile, bits, batch, cards=cards) / 1e9, seconds / 3600)


def largest_batch(profile: Profile, card: Card, bits: int = 4) -> int:
    """The largest batch of 1, 2, 4 ... 16 that fits into nine tenths of the card; 0 when none does."""
    fits = [n for n in (1, 2, 4, 8, 16) if training_bytes(profile, bits, n) <= 0.9e9 * card.gb]
    return max(fits, default=0)


def table(samples: int, bits: int = 4, profiles: tuple[Profile, ...] = PROFILES) -> list[str]:
    """Lines for a reader: each model on each card, the largest batch, its memory, hours for `samples`."""
    lines = [f"QLoRA, {bits} bits, {samples:,} samples: batch, GB, hours on one card (estimated)"]
    lines.append("model".ljust(16) + "".join(card.name.rjust(22) for card in CARDS))
    for profile in profiles:
        cells = []
        for card in CARDS:
            batch = largest_batch(profile, card, bits)
            made = estimate(profile, card, samples, bits, batch or 1)
            cells.append(f"{batch} x, {made.gb:.0f} GB, {made.hours:.1f} h" if batch else f"no ({made.gb:.0f} GB)")
        lines.append(profile.name.ljust(16) + "".join(cell.rjust(22) for cell in cells))
    return lines
