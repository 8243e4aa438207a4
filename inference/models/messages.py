"""A question as a model's tensors: the one place where preamble, picture and line become tokens, for running and for
training. A control token in typed words (a typed "<end_of_turn>") is split, so that it stays text. Knows no task."""

from __future__ import annotations

import numpy as np


def prompt_tensors(processor, pixels: np.ndarray, text: str, preamble: str = ""):
    """One turn of the user, open for the answer: the preamble, the uint8 picture (h, w) as grey RGB, then `text`."""
    from PIL import Image

    text = text.encode("utf-8", "replace").decode()
    for token in processor.tokenizer.added_tokens_decoder.values():
        if token.special and len(token.content) > 1:
            text = text.replace(token.content, f"{token.content[0]} {token.content[1:]}")
    picture = Image.fromarray(np.ascontiguousarray(pixels, np.uint8)).convert("RGB")
    content = [{"type": "image", "image": picture}, {"type": "text", "text": text}]
    if preamble:
        content.insert(0, {"type": "text", "text": preamble})
    return processor.apply_chat_template(
        [{"role": "user", "content": content}],
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
    )
