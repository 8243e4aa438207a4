"""The baseline and the hybrid as models like any other: picture and text in, streamed text out.

The baseline answers with its reading in templated words. The hybrid asks the language model with the baseline's reading
in its prompt (arXiv 2604.18740 advises it). Importing this module is cheap: torch is imported when a model is made.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from inference.baseline import conformal
from inference.baseline.reading import READING_TASK, Reading, reply, target_of
from inference.models.folder import sha256_of
from inference.models.interface import Cancelled, LanguageModel, ModelError, ModelInfo, Request

KIND = "carm-baseline"
PIECE = 24
"""Characters of a templated reply that are streamed at once."""


def is_baseline(folder: Path | str) -> bool:
    """Whether `folder` holds a displacement network of this project."""
    try:
        return json.loads((Path(folder) / "config.json").read_text()).get("kind") == KIND
    except (OSError, ValueError, AttributeError):
        return False


class BaselineModel:
    """The network in `folder`. The constructor loads it (a second) and raises ModelError with one sentence."""

    def __init__(self, folder: Path | str, threads: int = 1, *, name: str = "baseline", device: str = "cpu"):
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        self.name, self.state, self.problem, self.note = name, "ready", "", ""
        self._cancelled = False
        import torch
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        from inference.baseline.network import DisplacementNetwork, layout

        folder = Path(folder)
        torch.set_num_threads(threads)
        try:
            config = json.loads((folder / "config.json").read_text())
            network = DisplacementNetwork(tuple(config["widths"]), tuple(config["blocks"]))
            network.load_state_dict(load_file(folder / "model.safetensors"))
        except (OSError, ValueError, KeyError, RuntimeError, TypeError, SafetensorError) as error:
            sentence = " ".join(str(error).split())[:200]
            raise ModelError(f"The baseline in {folder} cannot be loaded: {sentence}.") from None
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        self._network = network.float().to(device, memory_format=layout(device)).eval()
        self._quantiles = _quantiles(folder)
        self.info = ModelInfo(
            name=name,
            parameters=sum(weight.numel() for weight in network.parameters()),
            device=device,
            base_sha256=sha256_of(folder),
            note="conventional network, no language",
            picture_size=config["picture"],
        )
        self.read(np.zeros((self.info.picture_size,) * 2, np.uint8))  # the first pass is slow

    def read(self, picture: np.ndarray) -> Reading:
        """What the network reads in a uint8 picture (s, s) of info.picture_size pixels."""
        import torch

        from inference.baseline.network import UNIT_MM

        with torch.inference_mode():
            shown = torch.from_numpy(np.array(picture, np.uint8)[None]).to(self.info.device)
            mean, spread, logits = (part[0].float().cpu() for part in self._network(shown))
        offsets, spreads = mean.numpy() * UNIT_MM, spread.exp().numpy() * UNIT_MM
        radii = conformal.radii(offsets, spreads, self._quantiles) if self._quantiles else None
        return Reading(offsets, spreads, radii, logits.softmax(0).numpy())

    def reply(self, request: Request, emit: Callable[[str], None], stopped: Callable[[], bool] = lambda: False) -> None:
        """Answer in this thread, as `TransformersModel.reply`."""
        for piece in _pieces(_answer(request, self.read(request.picture))):
            if stopped():
                raise Cancelled
            emit(piece)

    def stream(self, request: Request) -> Iterator[str]:
        self._cancelled = False
        for piece in _pieces(_answer(request, self.read(request.picture))):
            if self._cancelled:
                raise Cancelled
            yield piece

    def cancel(self) -> None:
        self._cancelled = True

    def close(self) -> None:
        self.cancel()


class HybridModel:
    """`language` asked with `baseline`'s reading of the same picture in its prompt."""

    def __init__(self, language, baseline: BaselineModel, name: str = "hybrid"):
        self._language, self._baseline, self.name = language, baseline, name
        note = "a language model with the baseline's reading in its prompt"
        self.info = replace(language.info, name=name, note=note)

    def read(self, picture: np.ndarray) -> Reading:
        """The baseline's reading of a picture of the language model's size."""
        return self._baseline.read(_resized(picture, self._baseline.info.picture_size))

    def reply(self, request: Request, emit: Callable[[str], None], stopped: Callable[[], bool] = lambda: False) -> None:
        if request.task == READING_TASK:
            self._baseline.reply(self._smaller(request), emit, stopped)
        else:
            self._language.reply(self._informed(request), emit, stopped)

    def stream(self, request: Request) -> Iterator[str]:
        if request.task == READING_TASK:
            return self._baseline.stream(self._smaller(request))
        return self._language.stream(self._informed(request))

    def _smaller(self, request: Request) -> Request:
        return replace(request, picture=_resized(request.picture, self._baseline.info.picture_size))

    def __getattr__(self, name: str):
        return getattr(self._language, name)

    def _informed(self, request: Request) -> Request:
        from inference.prompts import with_reading

        target = target_of(request.text) if request.task == "navigation" else None
        return replace(request, text=with_reading(request.text, self.read(request.picture).words(target)))


def baseline_folder() -> Path | None:
    """Where the baseline lies that ships with the program, None when it is not in this installation."""
    from sim.resource import resource

    try:
        return resource("models", "baseline")
    except FileNotFoundError:
        return None


def open_here(
    base: Path | str,
    adapter: Path | str | None = None,
    threads: int = 1,
    *,
    name: str,
    device: str = "cpu",
    progress: Callable[[str], None] = lambda note: None,
    **language,
) -> LanguageModel:
    """The model of a spec in this process: the baseline where `base` holds one, the hybrid where it is called that,
    else the language model, to which all else is passed on. Raises ModelError with one sentence."""
    if is_baseline(base):
        return BaselineModel(base, threads, name=name, device=device)
    from inference.models.transformers import TransformersModel

    model = TransformersModel(base, adapter, threads, name=name, device=device, progress=progress, **language)
    if name != "hybrid":
        return model
    progress("reading the baseline")
    folder = baseline_folder()
    if folder is None:
        raise ModelError("The baseline is not in this installation; make it with `carm train baseline`.")
    return HybridModel(model, BaselineModel(folder, threads, device=device), name)


def _answer(request: Request, reading: Reading) -> str:
    try:
        return reply(request.task, request.text, reading)
    except ValueError as error:
        raise ModelError(str(error)) from None


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, len(text), PIECE):
        yield text[start : start + PIECE]


def _quantiles(folder: Path) -> dict | None:
    try:
        return json.loads((folder / "conformal.json").read_text())
    except (OSError, ValueError):
        return None


def _resized(picture: np.ndarray, size: int) -> np.ndarray:
    if picture.shape[0] == size:
        return picture
    from PIL import Image

    return np.asarray(Image.fromarray(picture).resize((size, size), Image.Resampling.BOX))
