"""The published families, from their architecture numbers: what they are called, how they are licensed, and what
memory they take.

Knows names and arithmetic; knows no torch, opens no file and asks no network. The numbers are those of the models'
own config.json; a test builds each architecture without weights and counts its parameters against them.
"""

from __future__ import annotations

from dataclasses import dataclass

BITS = (4, 8, 16)
STORED_BITS = {4: 4.127, 8: 8.0, 16: 16.0}
"""Bits that a quantised weight takes. NF4 has one 8-bit scale for 64 weights and one 32-bit scale for 256 of those
scales (QLoRA, arXiv 2305.14314, section 3: .127 bits a weight)."""
RUNTIME_BYTES = 1.2e9
"""What CUDA and its libraries hold beside the weights, with scratch for one layer (an allowance, see README for what
was measured)."""
PROMPT_TOKENS, REPLY_TOKENS = 900, 512
LORA_RANK, LORA_ALPHA = 16, 32
GEMMA_TERMS = "Gemma Terms of Use"
GATED = "gated: sign in at huggingface.co, accept the licence on the model's page once, then download"


def bytes_to_run(quantised: float, other: float, beside: float, bits: int, device: str) -> float:
    """What a model takes that answers: `quantised` weights at STORED_BITS, `other` ones at 16 bits (beside quantised
    ones a processor computes, and keeps, them in 32), bytes `beside` them, RUNTIME_BYTES."""
    wide = 4 if device == "cpu" and bits < 16 else 2
    return quantised * STORED_BITS[bits] / 8 + other * wide + beside + RUNTIME_BYTES


@dataclass(frozen=True)
class Vision:
    """The vision tower: `width`, `layers`, `ffn`; `picture` is the side in pixels that it is given, `tokens` what the
    language tower gets of it. `gated_mlp` has three matrices instead of two."""

    width: int
    layers: int
    ffn: int
    picture: int
    tokens: int
    gated_mlp: bool = False


@dataclass(frozen=True)
class Profile:
    """One published model. Sizes as in its config.json; `quantised` and `other` count weights (see `weights_bytes`)."""

    name: str
    hub: str
    kind: str  # model_type of its config.json
    title: str
    width: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    ffn: int
    vocabulary: int
    tied: bool
    vision: Vision
    parameters: int
    licence: str
    gating: str
    prompt_style: str = "full"

    @property
    def classname(self) -> str:
        """The transformers class that AutoModelForImageTextToText makes of it."""
        return {"gemma3": "Gemma3ForConditionalGeneration", "qwen2_5_vl": "Qwen2_5_VLForConditionalGeneration"}[
            self.kind
        ]

    @property
    def quantised(self) -> int:
        """Weights in linear layers but the output head: what bitsandbytes quantises."""
        attention = 2 * self.width * self.head_dim * (self.heads + self.kv_heads)
        text = self.layers * (attention + 3 * self.width * self.ffn)
        see = self.vision
        tower = see.layers * (4 * see.width**2 + (3 if see.gated_mlp else 2) * see.width * see.ffn)
        # Qwen's merger joins 2 x 2 patches in two linear layers; Gemma's projector is a bare parameter.
        merger = (4 * see.width) ** 2 + 4 * see.width * self.width if self.kind == "qwen2_5_vl" else 0
        return text + tower + merger

    @property
    def other(self) -> int:
        """Weights that keep 16 bits: embeddings, output head, norms, biases, patches."""
        return self.parameters - self.quantised

    @property
    def adapter(self) -> int:
        """Weights of a LoRA adapter, rank LORA_RANK, on both towers' attention projections (arXiv 2604.18740)."""
        q, kv = self.heads * self.head_dim, self.kv_heads * self.head_dim
        text = self.layers * (2 * (self.width + q) + 2 * (self.width + kv))
        see = self.vision
        # Qwen's tower has one matrix for q, k and v.
        tower = see.layers * ((4 * see.width + 2 * see.width) if self.kind == "qwen2_5_vl" else 8 * see.width)
        return LORA_RANK * (text + tower)

    def weights_bytes(self, bits: int) -> float:
        """quantised x STORED_BITS/8 + other x 2."""
        return self.quantised * STORED_BITS[bits] / 8 + self.other * 2

    def running_bytes(self, bits: int, device: str = "cuda") -> float:
        """`bytes_to_run` with an adapter (2 bytes a weight) and the key-value cache (2 x layers x kv_heads x head_dim x
        2 bytes a token, for prompt, picture and reply)."""
        tokens = PROMPT_TOKENS + self.vision.tokens + REPLY_TOKENS
        cache = 2 * self.layers * self.kv_heads * self.head_dim * 2 * tokens
        return bytes_to_run(self.quantised, self.other, 2 * self.adapter + cache, bits, device)

    def table(self) -> dict[int, float]:
        """GB (1e9 bytes) to run at 4, 8 and 16 bits with an adapter."""
        return {bits: round(self.running_bytes(bits) / 1e9, 1) for bits in BITS}

    @property
    def page(self) -> str:
        return f"https://huggingface.co/{self.hub}"


_SIGLIP = Vision(1152, 27, 4304, 896, 256)
# 448 pixels: 32 x 32 patches of 14, joined 2 x 2. The picture's detail is about a millimetre a pixel then.
_QWEN_7B = Vision(1280, 32, 3420, 448, 256, gated_mlp=True)
_QWEN_32B = Vision(1280, 32, 3456, 448, 256, gated_mlp=True)
_HAI = "Health AI Developer Foundations Terms of Use"


def _gemma(size: str) -> dict:
    return {
        "4b": dict(width=2560, layers=34, heads=8, kv_heads=4, head_dim=256, ffn=10240, parameters=4_300_079_472),
        "12b": dict(width=3840, layers=48, heads=16, kv_heads=8, head_dim=256, ffn=15360, parameters=12_187_325_040),
        "27b": dict(width=5376, layers=62, heads=32, kv_heads=16, head_dim=128, ffn=21504, parameters=27_432_406_640),
    }[size] | dict(kind="gemma3", vocabulary=262_208, tied=True, vision=_SIGLIP)


PROFILES: tuple[Profile, ...] = (
    *(
        Profile(f"gemma-3-{s}", f"google/gemma-3-{s}-it", title=f"Gemma-3 {s.upper()}", licence=GEMMA_TERMS,
                gating=GATED, **_gemma(s))
        for s in ("4b", "12b", "27b")
    ),
    *(
        Profile(f"medgemma-{s}", f"google/medgemma-{s}-it", title=f"MedGemma {s.upper()}", licence=_HAI, gating=GATED,
                **_gemma(s))
        for s in ("4b", "27b")
    ),
    Profile(
        "qwen2.5-vl-7b", "Qwen/Qwen2.5-VL-7B-Instruct", "qwen2_5_vl", "Qwen2.5-VL 7B", 3584, 28, 28, 4, 128, 18944,
        152_064, False, _QWEN_7B, 8_292_166_656, "Apache-2.0", "open: no sign-in",
    ),
    Profile(
        "qwen2.5-vl-32b", "Qwen/Qwen2.5-VL-32B-Instruct", "qwen2_5_vl", "Qwen2.5-VL 32B", 5120, 64, 40, 8, 128, 27648,
        152_064, False, _QWEN_32B, 33_452_718_336, "Apache-2.0", "open: no sign-in",
    ),
)  # fmt: skip
BY_NAME = {profile.name: profile for profile in PROFILES}
BY_HUB = {profile.hub: profile for profile in PROFILES}
