"""A LoRA adapter beside frozen layers, for answering alone: two products a layer where peft makes two products, a copy,
two casts, a scaling and a sum. On a GPU a token costs what its kernels cost to start, so that counts. Torch is imported
here: import this module late.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

PLAIN = ("Linear", "Linear4bit", "Linear8bitLt")
"""peft's LoRA layers that add B A x and nothing else, over linear layers of 16, 4 and 8 bits."""


class Taught(nn.Module):
    """`layer`(x) + scaling x A^T B^T, for x of shape (..., inputs): `down` is A (rank, inputs), `up` is scaling B^T
    (rank, outputs)."""

    def __init__(self, layer: nn.Module, down: torch.Tensor, up: torch.Tensor):
        super().__init__()
        self.layer = layer
        self.down = nn.Parameter(down, requires_grad=False)
        self.up = nn.Parameter(up, requires_grad=False)

    @property
    def weight(self):
        """The layer's own: some models ask a projection for its type."""
        return self.layer.weight

    @property
    def bias(self):
        return self.layer.bias

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.layer(x)
        small = functional.linear(x.to(self.down.dtype), self.down).flatten(0, -2)
        # A linear layer's output is its own to write to; a sum out of place would copy it first.
        return out.flatten(0, -2).addmm_(small.to(out.dtype), self.up.to(out.dtype)).view_as(out)


def lean(model):
    """The model inside a PeftModel with each LoRA layer made `Taught`; the PeftModel itself where an adapter is more
    than plain LoRA."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    inner = model.get_base_model()
    layers = {name: layer for name, layer in inner.named_modules() if isinstance(layer, BaseTunerLayer)}
    if not layers or not all(_plain(layer) for layer in layers.values()):
        return model
    for name, layer in layers.items():
        (adapter,) = layer.active_adapters
        down, up = layer.lora_A[adapter].weight, layer.lora_B[adapter].weight
        made = Taught(
            layer.get_base_layer(),
            down.detach().to(inner.dtype),
            (up.detach().float().T * layer.scaling[adapter]).to(inner.dtype).contiguous(),
        )
        inner.set_submodule(name, made)
    return inner


def _plain(layer) -> bool:
    return (
        type(layer).__name__ in PLAIN
        and isinstance(layer.get_base_layer(), nn.Linear)
        and len(layer.active_adapters) == 1
        and layer.active_adapters[0] in layer.lora_A
        and not layer.merged
        and not layer.disable_adapters
        and not layer.lora_variant
        and not any(layer.lora_bias.values())
    )
