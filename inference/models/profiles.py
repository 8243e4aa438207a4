"""A model's name -> the model in its own process. Knows where the embedded weights lie; loads nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from inference.models.folder import ModelSpec, check, find
from inference.models.interface import ModelError
from inference.models.process import ModelProcess
from sim.resource import resource

NAMES = ("embedded", "embedded-base")
LARGE_HANG_S = 300.0
"""Longest silence of a model of any size: a large one on a CPU reads its picture for minutes."""


def open_model(name: str | Path, threads: int = 1) -> ModelProcess:
    """The model called `name`: "embedded", "embedded-base" (the same without its adapter), or a folder.

    Returns at once, loading. Raises ModelError with one sentence for anything else, and for a folder that
    lacks something or holds weights other than safetensors.
    """
    spec = replace(spec_of(name), threads=threads)
    if name in NAMES:
        return ModelProcess(spec)
    return ModelProcess(spec, device="auto", hang_s=LARGE_HANG_S)


def spec_of(name: str | Path) -> ModelSpec:
    """The folders behind a name; see open_model."""
    if name in NAMES:
        spec = ModelSpec(str(name), _embedded("base"), _embedded("adapter") if name == "embedded" else None)
        check(spec)
        return spec
    if not str(name).strip() or not Path(name).expanduser().exists():
        raise ModelError(f"There is no model called {name}; choose {' or '.join(NAMES)}, or a model's folder.")
    try:
        shipped = _embedded("base")
    except ModelError:
        shipped = None
    return find(Path(name).expanduser(), fallback_base=shipped)


def _embedded(part: str) -> Path:
    try:
        return resource("models", "embedded", part)
    except FileNotFoundError:
        raise ModelError(
            "The embedded model is not in this installation; make it with `carm train embedded`, or reinstall."
        ) from None
