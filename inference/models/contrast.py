"""Even contrast: what is large and dark or bright in a picture counts less than the edges on it.

Real chests differ from virtual ones most in their large shades: full lungs are black, and bones faint on them. C-arms
compress the dynamic range of what they show for the same reason. A base whose config.json holds `contrast` in its
`vision_config` sees every picture so, wherever it is loaded; the picture that the clinician sees stays as it is.
"""

from __future__ import annotations

import torch
from torch.nn.functional import conv2d, pad

REACH = 2.5
"""Of the large shades, in standard deviations: farther away a Gaussian holds 1 %."""


def even(pixels: torch.Tensor, gamma: float, weight: float, sigma: float) -> torch.Tensor:
    """Pixels (n, channels, s, s) in -1..1, all channels alike, with dark parts lifted by `gamma` and `weight` of the
    large shades taken away: those that a Gaussian of `sigma` (of the picture's side) leaves, less their mean.

    Black stays black and shades nothing: the collimator's leaves and the air beside the patient are no anatomy."""
    dtype, channels = pixels.dtype, pixels.shape[1]
    light = ((pixels[:, :1].float() + 1) / 2).clamp(0, 1)
    seen = (light > 0).float()
    light = light**gamma
    shade = blurred(light, sigma) / blurred(seen, sigma).clamp(min=1e-3)
    mean = light.sum((2, 3), keepdim=True) / seen.sum((2, 3), keepdim=True).clamp(min=1)
    light = seen * (light - weight * (shade - mean)).clamp(0, 1)
    return (2 * light - 1).to(dtype).expand(-1, channels, -1, -1)


def blurred(light: torch.Tensor, sigma: float) -> torch.Tensor:
    """(n, 1, s, s) under a Gaussian of `sigma` sides, mirrored at the edges."""
    side = light.shape[-1]
    far = round(REACH * sigma * side)
    away = torch.arange(-far, far + 1, device=light.device) / (sigma * side)
    bell = torch.softmax(-0.5 * away**2, 0)
    wider = pad(light, (far,) * 4, mode="reflect")
    return conv2d(conv2d(wider, bell.view(1, 1, 1, -1)), bell.view(1, 1, -1, 1))


def with_even_contrast(model, how: dict[str, float] | None = None):
    """`model`, seeing as its config.json says, or with `how` (`even`'s gamma, weight and sigma) from now on."""
    vision = getattr(model.config, "vision_config", None)
    if how:
        vision.contrast = dict(how)
    if getattr(vision, "contrast", None):
        embeddings = model.model.vision_tower.embeddings
        embeddings._forward_pre_hooks.clear()
        embeddings.register_forward_pre_hook(_look)
    return model


def _look(embeddings, args):
    pixels, *others = args
    return even(pixels, **embeddings.config.contrast), *others
