"""The key-value cache of what comes before the picture, computed once a task and used again in every step.

The tokens before the first picture token are the same in every question of a task and look at nothing behind them, so
what the layers made of them stands. A question whose tokens differ gets a cache of its own. Torch is imported late.
"""

from __future__ import annotations

import copy

KEPT = 5
LEAST_TOKENS = 32
"""A shorter beginning is not worth a cache."""
SOUND = (5, 23)
"""Before this version transformers' `generate` placed the picture wrongly behind a kept beginning: Gemma-3's pictures
lost their own mask and Qwen2.5-VL's their positions. Nothing is kept there."""


class PrefixCache:
    """Caches of beginnings for one model; `hits` counts the questions that found theirs."""

    def __init__(self, model):
        self._model = model
        self._sound = sound()
        self._kept: dict[tuple[int, ...], object] = {}
        self.hits = 0

    def for_inputs(self, inputs):
        """A cache, free to be written to, of the beginning of `inputs` (a batch of one, best not on the GPU yet: they
        are read here), or None where it has no beginning worth keeping. Raises whatever the model's forward raises."""
        if not self._sound:
            return None
        import torch
        from transformers import DynamicCache

        ids = inputs["input_ids"]
        places = (ids[0] == image_token(self._model.config)).nonzero()
        length = int(places[0]) if len(places) else 0
        if length < LEAST_TOKENS:
            return None
        words = tuple(ids[0, :length].tolist())
        if words in self._kept:
            self.hits += 1
        else:
            cache = DynamicCache(config=self._model.config.get_text_config())
            beginning = ids[:, :length].to(self._model.device)
            with torch.inference_mode():
                self._model(
                    input_ids=beginning,
                    attention_mask=torch.ones_like(beginning),
                    past_key_values=cache,
                    use_cache=True,
                    logits_to_keep=1,
                )
            while len(self._kept) >= KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[words] = cache
        return _another(self._kept[words])

    def clear(self) -> None:
        self._kept.clear()


def _another(cache):
    """One more cache that begins with the same tensors. A layer appends by making new ones, so these stay as they are
    and need no copy."""
    fresh = copy.copy(cache)
    fresh.layers = [copy.copy(layer) for layer in cache.layers]
    return fresh


def sound() -> bool:
    """Whether the installed transformers continues a kept beginning rightly."""
    import transformers

    return tuple(int(part) for part in transformers.__version__.split(".")[:2]) >= SOUND


def image_token(config) -> int:
    """The id of the placeholder that the picture's tokens replace; -1 where the config names none."""
    for name in ("image_token_id", "image_token_index"):
        if isinstance(getattr(config, name, None), int):
            return getattr(config, name)
    return -1
