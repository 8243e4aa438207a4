"""Holds a reply to a regular expression while it is made, through llguidance. Knows no task. Torch is imported late."""

from __future__ import annotations

from inference.models.interface import ModelError
from sim.resource import install


class Guide:
    """Makes the processors of one tokenizer. The constructor reads the vocabulary (a second for a large one) and raises
    ModelError with one sentence when llguidance is missing or cannot read the tokenizer."""

    def __init__(self, tokenizer, ends: list[int]):
        try:
            import llguidance.hf
        except ImportError:
            raise ModelError(f"Holding replies to their form needs llguidance: {install('large')}.") from None
        try:
            self._words = llguidance.hf.from_tokenizer(tokenizer, eos_token=ends or None)
        except Exception as error:
            raise ModelError(f"This tokenizer cannot be held to a form: {error}") from None
        self._ends = ends

    def processor(self, pattern: str):
        """A logits processor for `generate` that lets through what can still become a match of `pattern`."""
        from llguidance import LLMatcher

        matcher = LLMatcher(self._words, LLMatcher.grammar_from_regex(pattern))
        if matcher.is_error():
            raise ModelError(f"The form of the reply cannot be used: {matcher.get_error()}")
        return _Mask(matcher, self._words.vocab_size, self._ends)


class _Mask:
    def __init__(self, matcher, vocabulary: int, ends: list[int]):
        import llguidance.torch as guide

        self._guide, self._matcher, self._vocabulary, self._ends = guide, matcher, vocabulary, ends
        self._mask = guide.allocate_token_bitmask(1, vocabulary)
        self._read = -1  # tokens of the prompt and the reply that the matcher has been told of

    def __call__(self, input_ids, scores):
        import torch

        if self._read >= 0 and not self._matcher.is_stopped():
            self._matcher.consume_tokens(input_ids[0, self._read :].tolist())
        self._read = input_ids.shape[1]
        allowed = torch.full_like(scores, float("-inf"))
        if self._matcher.is_stopped():
            allowed[:, self._ends] = 0.0
            return allowed
        self._guide.fill_next_token_bitmask(self._matcher, self._mask, 0)
        width = min(scores.shape[1], self._vocabulary)
        bits = self._mask[0].view(torch.int32)
        index = torch.arange(width)
        open_ = ((bits[index // 32] >> (index % 32)) & 1).bool().to(scores.device)
        allowed[0, :width] = torch.where(open_, 0.0, float("-inf"))
        return scores + allowed
