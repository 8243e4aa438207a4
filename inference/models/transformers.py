"""The road every local model takes, of three million or twelve thousand million parameters alike.

AutoModelForImageTextToText, AutoProcessor and PeftModel from local folders: safetensors only, no code from
the folder, nothing from the network. Greedy and streamed; a cancel stops it between two layers, in prefill
too. Importing this module is cheap: torch is imported when a model is made.
"""

from __future__ import annotations

import os
import queue
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from inference.models.constrain import Guide
from inference.models.fit import Room, need_of, place, quantises
from inference.models.folder import (
    ModelSpec,
    base_note,
    check,
    picture_size,
    prompt_style,
    sha256_of,
    weights_bytes,
)
from inference.models.interface import Cancelled, ModelError, ModelInfo, Request
from inference.models.messages import prompt_tensors
from inference.models.prefix import PrefixCache
from inference.models.weights import FLOAT32_BYTES, cannot_load, load_processor, load_weights, sentence, with_adapter

QUIET = {
    # A spinning OpenMP thread takes the core that draws the picture. Read when torch is imported.
    "OMP_WAIT_POLICY": "PASSIVE",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "TOKENIZERS_PARALLELISM": "false",
}
_LAYER = re.compile(r"(?:layers|blocks)\.\d+$")


def quiet() -> None:
    """Set the libraries' variables where nobody has; before they are imported."""
    for variable, value in QUIET.items():
        os.environ.setdefault(variable, value)


def _never() -> bool:
    return False


class TransformersModel:
    """A model in this process. The constructor loads (seconds) and raises ModelError with one sentence; `weights`
    makes the base's model."""

    def __init__(
        self,
        folder: Path | str,
        adapter: Path | str | None = None,
        threads: int = 1,
        *,
        name: str | None = None,
        device: str = "cpu",
        bits: int = 0,
        constrained: bool = False,
        progress: Callable[[str], None] = lambda note: None,
        weights: Callable = load_weights,
    ):
        folder = Path(folder)
        adapter = Path(adapter) if adapter else None
        spec = ModelSpec(name or folder.name, folder, adapter, threads, bits, constrained)
        check(spec)
        self.name, self.state, self.problem, self.note = spec.name, "loading", "", ""
        self._cancel = threading.Event()
        self._busy = threading.Lock()
        self._stopped = _never
        quiet()
        progress("importing torch")
        self._load(spec, device, progress, weights)
        self.state = "ready"

    def stream(self, request: Request) -> Iterator[str]:
        """Pieces of the reply, made in a thread of their own."""
        pieces: queue.Queue = queue.Queue()
        cancel = self._cancel = threading.Event()

        def work() -> None:
            try:
                self.reply(request, pieces.put, cancel.is_set)
                pieces.put(None)
            except (ModelError, Cancelled) as end:
                pieces.put(end)

        worker = threading.Thread(target=work, name="reply", daemon=True)
        worker.start()
        try:
            while (piece := pieces.get()) is not None:
                if isinstance(piece, Exception):
                    raise piece
                yield piece
        finally:
            cancel.set()
            worker.join()

    def cancel(self) -> None:
        self._cancel.set()

    def close(self) -> None:
        self.cancel()

    def reply(self, request: Request, emit: Callable[[str], None], stopped: Callable[[], bool] = _never) -> None:
        """Answer in this thread, `emit` each piece of text. Raises ModelError, and Cancelled once `stopped` says
        so, which is asked before every layer."""
        if not self._busy.acquire(blocking=False):
            raise ModelError("The model is still busy with another reply.")
        self._stopped = stopped
        try:
            self._generate(request, emit)
        except (Cancelled, ModelError):
            raise
        except Exception as error:
            if stopped():
                raise Cancelled from None
            if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
                raise ModelError("The model ran out of memory while answering.") from None
            raise ModelError(f"The model failed while answering: {sentence(error)}") from None
        finally:
            self._stopped = _never
            self._busy.release()

    def answer_all(self, requests: Sequence[Request]) -> list[str]:
        """The replies to several requests at once, each what `reply` gives it alone, in a fraction of the time: a small
        model's is lost between its layers. For measuring: nothing streams, nothing cancels. Raises ModelError, and
        ValueError for a request with a preamble or a pattern."""
        import torch
        from torch.nn.functional import pad

        if any(request.preamble or request.pattern for request in requests):
            raise ValueError("Only requests without a preamble and a pattern are answered together.")
        tokenizer = self.processor.tokenizer
        each = [self.inputs(request) for request in requests]
        longest = max(inputs["input_ids"].shape[1] for inputs in each)

        def together(name: str) -> torch.Tensor:
            if name == "pixel_values":
                return torch.cat([inputs[name] for inputs in each])
            fill = tokenizer.pad_token_id if name == "input_ids" else 0
            return torch.cat([pad(own[name], (longest - own[name].shape[1], 0), value=fill) for own in each])

        try:
            with self._busy, torch.inference_mode():
                replies = self.model.generate(
                    **{name: together(name).to(self.model.device) for name in each[0]},
                    max_new_tokens=max(request.max_tokens for request in requests),
                    do_sample=False,
                    num_beams=1,
                )[:, longest:]
        except Exception as error:
            raise ModelError(f"The model failed while answering: {sentence(error)}") from None
        return [
            tokenizer.decode(tokens[: request.max_tokens], skip_special_tokens=True, clean_up_tokenization_spaces=False)
            for tokens, request in zip(replies, requests)
        ]

    def _load(self, spec: ModelSpec, device: str, progress: Callable[[str], None], weights: Callable) -> None:
        import torch
        import transformers

        torch.set_num_threads(spec.threads)
        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        _watch_loading(progress)
        where = spec.base
        try:
            progress("reading the processor")
            self.processor = load_processor(spec.base)
            device, bits = _place(spec, device)
            progress("reading the weights")
            quantised = bits in (4, 8)
            self.model = weights(spec.base, bits, device)
            if not quantised:
                self.model = self.model.to(device)
            if spec.adapter is not None:
                progress("reading the adapter")
                where = spec.adapter
                self.model = with_adapter(self.model, spec.adapter, merge=not quantised)
            self.model = self.model.eval()
        except Exception as error:
            raise cannot_load(where, error) from None
        for name, module in self.model.named_modules():
            if _LAYER.search(name):
                module.register_forward_pre_hook(self._stop_here)
        self._prefixes = PrefixCache(self._core())
        self._guide = Guide(self.processor.tokenizer, self._ends()) if spec.constrained else None
        progress("checking the weights")
        self.info = ModelInfo(
            name=spec.name,
            parameters=_count(self.model),
            device=device,
            base_sha256=sha256_of(spec.base),
            adapter_sha256=sha256_of(spec.adapter) if spec.adapter else "",
            note=base_note(spec),
            picture_size=picture_size(spec.base),
            prompt_style=prompt_style(spec),
            bits=bits,
            constrained=spec.constrained,
        )
        progress("first run")  # the first pass is several times slower than the rest
        blank = np.zeros((self.info.picture_size,) * 2, np.uint8)
        self.reply(Request("localization", blank, "", 1), lambda piece: None)

    def _core(self):
        return self.model.get_base_model() if hasattr(self.model, "get_base_model") else self.model

    def _ends(self) -> list[int]:
        ends = self.model.generation_config.eos_token_id
        ends = ends if isinstance(ends, list) else [ends]
        return [end for end in [*ends, self.processor.tokenizer.eos_token_id] if end is not None]

    def _generate(self, request: Request, emit: Callable[[str], None]) -> None:
        import torch

        inputs = self.inputs(request)
        extra = {}
        if request.preamble:
            cache = self._prefixes.for_inputs(inputs)
            extra = {"past_key_values": cache} if cache is not None else {}
        inputs = inputs.to(self.model.device)
        if request.pattern and self._guide is not None:
            extra["logits_processor"] = [self._guide.processor(request.pattern)]
        with torch.inference_mode():
            self.model.generate(
                **inputs,
                **extra,
                max_new_tokens=request.max_tokens,
                do_sample=False,
                num_beams=1,
                streamer=_Streamer(self.processor.tokenizer, emit, self._stop_here),
            )
        self._stop_here()

    def inputs(self, request: Request):
        """The tensors of a request: the preamble, the picture as grey RGB, then the text, as one turn of the user."""
        return prompt_tensors(self.processor, request.picture, request.text, request.preamble)

    def _stop_here(self, *_) -> None:
        if self._stopped():
            raise Cancelled


class _Streamer:
    """Takes tokens from `generate` and emits text as soon as it is whole characters."""

    def __init__(self, tokenizer, emit: Callable[[str], None], stop_here: Callable[[], None]):
        self.tokenizer, self.emit, self.stop_here = tokenizer, emit, stop_here
        self.tokens: list[int] = []
        self.told = 0
        self.past_prompt = False

    def put(self, tokens) -> None:
        self.stop_here()
        if not self.past_prompt:  # `generate` hands over the prompt first
            self.past_prompt = True
            return
        self.tokens += tokens.flatten().tolist()
        self._tell(final=False)

    def end(self) -> None:
        self._tell(final=True)

    def _tell(self, final: bool) -> None:
        text = self.tokenizer.decode(self.tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        if len(text) > self.told and (final or not text.endswith("\ufffd")):
            self.emit(text[self.told :])
            self.told = len(text)


def _place(spec: ModelSpec, device: str) -> tuple[str, int]:
    """The device and the bits of a weight: 32 for a small model on the processor, else as asked or as fits. Raises
    ModelError for a model that does not fit."""
    import psutil
    import torch

    rooms = []
    if device == "cuda" or (device == "auto" and torch.cuda.is_available()):
        card = max(range(torch.cuda.device_count()), key=lambda card: torch.cuda.mem_get_info(card)[0])
        torch.cuda.set_device(card)
        rooms.append(Room("cuda", torch.cuda.mem_get_info(card)[0], torch.cuda.get_device_name(card)))
    if device != "cuda":
        rooms.append(Room("cpu", psutil.virtual_memory().available))
    small = weights_bytes(spec.base) <= FLOAT32_BYTES and spec.bits in (0, 32)
    if small and rooms[0].device == "cpu":
        return "cpu", 32
    found = place(need_of(spec.base), rooms, quantises(), spec.bits)
    if found.bits is None:
        raise ModelError(f"The model {found.sentence}; close other programs, or choose a smaller model or a server.")
    return found.device, found.bits


def _count(model) -> int:
    """Weights of the model; a 4-bit one holds two in a byte."""
    return sum(
        weight.quant_state.shape.numel() if getattr(weight, "quant_state", None) is not None else weight.numel()
        for weight in model.parameters()
    )


def _watch_loading(progress: Callable[[str], None]) -> None:
    """Tell how far the weights are read, through the library's own progress bar."""
    import transformers.utils.logging as bars

    def hook(factory, args, kwargs):
        items = args[0] if args else kwargs.get("iterable")
        if kwargs.get("desc") == "Loading weights" and items is not None:
            return _told(items, progress)
        return factory(*args, **kwargs)

    if hasattr(bars, "set_tqdm_hook"):
        bars.set_tqdm_hook(hook)


class _told:  # noqa: N801 - stands for a tqdm bar
    def __init__(self, items, progress: Callable[[str], None]):
        self._items, self._progress = items, progress

    def __iter__(self):
        total, told = max(len(self._items), 1), -1
        for index, item in enumerate(self._items):
            share = 100 * index // total // 5 * 5
            if share != told:
                told = share
                self._progress(f"reading the weights, {share} %")
            yield item

    def __getattr__(self, name: str):
        return lambda *args, **kwargs: None
