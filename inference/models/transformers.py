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
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from inference.models.folder import ModelSpec, check, picture_size, sha256_of
from inference.models.interface import Cancelled, ModelError, ModelInfo, Request

QUIET = {
    # A spinning OpenMP thread takes the core that draws the picture. Read when torch is imported.
    "OMP_WAIT_POLICY": "PASSIVE",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "TOKENIZERS_PARALLELISM": "false",
}
_FLOAT32_BYTES = 4_000_000_000  # larger checkpoints keep their own type on a CPU
_LAYER = re.compile(r"(?:layers|blocks)\.\d+$")


def _never() -> bool:
    return False


class TransformersModel:
    """A model in this process. The constructor loads (seconds) and raises ModelError with one sentence."""

    def __init__(
        self,
        folder: Path | str,
        adapter: Path | str | None = None,
        threads: int = 1,
        *,
        name: str | None = None,
        device: str = "cpu",
        progress: Callable[[str], None] = lambda note: None,
    ):
        folder = Path(folder)
        spec = ModelSpec(name or folder.name, folder, Path(adapter) if adapter else None, threads)
        check(spec)
        self.name, self.state, self.problem, self.note = spec.name, "loading", "", ""
        self._cancel = threading.Event()
        self._busy = threading.Lock()
        self._stopped = _never
        for variable, value in QUIET.items():
            os.environ.setdefault(variable, value)
        progress("importing torch")
        self._load(spec, device, progress)
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
            raise ModelError(f"The model failed while answering: {_sentence(error)}") from None
        finally:
            self._stopped = _never
            self._busy.release()

    def _load(self, spec: ModelSpec, device: str, progress: Callable[[str], None]) -> None:
        import torch
        import transformers
        from peft import PeftModel

        torch.set_num_threads(spec.threads)
        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        local = {"local_files_only": True, "trust_remote_code": False}
        large = sum(file.stat().st_size for file in spec.base.glob("*.safetensors")) > _FLOAT32_BYTES
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        try:
            progress("reading the processor")
            self.processor = transformers.AutoProcessor.from_pretrained(str(spec.base), **local)
            progress("reading the weights")
            model = transformers.AutoModelForImageTextToText.from_pretrained(
                str(spec.base),
                use_safetensors=True,
                dtype="auto" if large or device != "cpu" else torch.float32,
                **local,
            )
            if spec.adapter is not None:
                progress("reading the adapter")
                model = PeftModel.from_pretrained(model, str(spec.adapter), local_files_only=True)
                # Merged, a token costs what it costs without the adapter.
                model = model.merge_and_unload()
            self.model = model.to(device).eval()
        except Exception as error:
            where = spec.adapter or spec.base
            raise ModelError(f"The model in {where} cannot be loaded: {_sentence(error)}") from None
        for name, module in self.model.named_modules():
            if _LAYER.search(name):
                module.register_forward_pre_hook(self._stop_here)
        progress("checking the weights")
        self.info = ModelInfo(
            name=spec.name,
            parameters=sum(weight.numel() for weight in self.model.parameters()),
            device=device,
            base_sha256=sha256_of(spec.base),
            adapter_sha256=sha256_of(spec.adapter) if spec.adapter else "",
            picture_size=picture_size(spec.base),
        )
        progress("first run")  # the first pass is several times slower than the rest
        blank = np.zeros((self.info.picture_size,) * 2, np.uint8)
        self.reply(Request("localization", blank, "", 1), lambda piece: None)

    def _generate(self, request: Request, emit: Callable[[str], None]) -> None:
        import torch

        with torch.inference_mode():
            self.model.generate(
                **self.inputs(request).to(self.model.device),
                max_new_tokens=request.max_tokens,
                do_sample=False,
                num_beams=1,
                streamer=_Streamer(self.processor.tokenizer, emit, self._stop_here),
            )
        self._stop_here()

    def inputs(self, request: Request):
        """The tensors of a request: the picture as grey RGB, then the text, as one turn of the user.

        A control token in the text (a typed "<end_of_turn>") is split, so that it stays text.
        """
        from PIL import Image

        text = request.text.encode("utf-8", "replace").decode()
        for token in self.processor.tokenizer.added_tokens_decoder.values():
            if token.special and len(token.content) > 1:
                text = text.replace(token.content, f"{token.content[0]} {token.content[1:]}")
        picture = Image.fromarray(np.ascontiguousarray(request.picture, np.uint8)).convert("RGB")
        content = [{"type": "image", "image": picture}, {"type": "text", "text": text}]
        return self.processor.apply_chat_template(
            [{"role": "user", "content": content}],
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
        )

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


def _sentence(error: Exception) -> str:
    first = " ".join(str(error).split())[:200] or type(error).__name__
    return first.rstrip(".") + "."
