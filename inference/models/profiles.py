"""A model's name -> the model: in its own process, in this one, or on a server. Loads nothing before it is asked to.

Names: embedded, embedded-base, baseline, hybrid; a published model (inference.models.families); OWNER/NAME in the local
hub cache; a folder; a server's address, http(s)://HOST[:PORT]/v1, with #NAME for one of its models. A name may end in @
and options, with commas: 4bit, 8bit, 16bit (else the most that fit), form (replies are held to their form), as in
`gemma-3-12b@4bit,form`.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from inference.baseline.model import baseline_folder
from inference.models.families import BY_HUB, BY_NAME, Profile
from inference.models.folder import ModelSpec, check, find, named_base, snapshots
from inference.models.interface import LanguageModel, ModelError
from inference.models.on_disk import find_profile, in_hub_cache, same_architecture
from inference.models.process import ModelProcess
from sim.resource import resource

NAMES = ("embedded", "embedded-base", "baseline", "hybrid")
LARGE_HANG_S = 300.0
"""Longest silence of a model of any size: a large one on a CPU reads its picture for minutes."""
LARGE_GRACE_S = 15.0
"""A large model heeds a cancel before its next layer, seconds on a CPU; ending it would cost minutes of loading."""


def open_model(name: str | Path) -> LanguageModel:
    """The model called `name`: "embedded", "embedded-base" (the same without its adapter), "baseline" (the conventional
    network), "hybrid" (embedded, with the baseline's reading in its prompt), a published model that is on this machine,
    a folder, or a server.

    Returns at once, loading. Raises ModelError with one sentence for anything else, and for a folder that
    lacks something or holds weights other than safetensors.
    """
    if is_server(name):
        return _server(name)
    spec = spec_of(name)
    if name in NAMES:
        return ModelProcess(spec)
    # A large model on a processor wants its cores; one half is left to the picture.
    spec = replace(spec, threads=max(1, (os.cpu_count() or 1) // 2))
    return ModelProcess(spec, device="auto", hang_s=LARGE_HANG_S, grace_s=LARGE_GRACE_S)


def open_here(name: str | Path, device: str = "auto") -> LanguageModel:
    """As open_model, loaded when it returns: in this process, or on its server. Small models stay on the processor."""
    if is_server(name):
        return _server(name)
    from inference.baseline.model import open_here as load

    spec = spec_of(name)
    return load(
        spec.base,
        spec.adapter,
        name=spec.name,
        device="cpu" if name in NAMES and device == "auto" else device,
        **({} if name == "baseline" else {"bits": spec.bits, "constrained": spec.constrained}),
    )


def is_server(name: str | Path) -> bool:
    """Whether a name is a server's address."""
    return str(name).startswith(("http://", "https://"))


def _server(name: str | Path) -> LanguageModel:
    from inference.models.server import ServerModel

    plain, options = split_options(str(name))
    return ServerModel(plain, constrained=options.get("constrained", False))


_OPTIONS = {"4bit": ("bits", 4), "8bit": ("bits", 8), "16bit": ("bits", 16), "form": ("constrained", True)}


def split_options(name: str) -> tuple[str, dict]:
    """The name without its options, and these as fields of a ModelSpec. What follows the last @ is options only when
    each of them is known; otherwise it belongs to the name. Raises ModelError for two widths."""
    plain, at, words = name.rpartition("@")
    wanted = [word.strip().lower() for word in words.split(",")]
    if at and plain and all(word in _OPTIONS for word in wanted):
        options = dict(_OPTIONS[word] for word in wanted)
        if len(options) < len(wanted):
            raise ModelError(f"{words!r} says one thing twice; choose one of 4bit, 8bit, 16bit.")
        return plain, options
    return name, {}


def spec_of(name: str | Path) -> ModelSpec:
    """The folders behind a name; see open_model."""
    plain, options = split_options(str(name))
    return replace(_spec_of(plain), **options)


def _spec_of(name: str) -> ModelSpec:
    if name in ("baseline", "hybrid") and (baseline := baseline_folder()) is None:
        raise ModelError("The baseline is not in this installation; make it with `carm train baseline`, or reinstall.")
    if name in NAMES:
        if name == "baseline":
            spec = ModelSpec("baseline", baseline)
        else:
            spec = ModelSpec(str(name), _embedded("base"), None if name == "embedded-base" else _embedded("adapter"))
        check(spec)
        return spec
    profile = BY_NAME.get(name.lower()) or BY_HUB.get(name)
    if profile is not None and not Path(name).is_dir():
        spec, problem = find_profile(profile)
        if spec is None:
            raise ModelError(problem)
        return spec
    path = Path(name).expanduser()
    if not path.exists():
        path = in_hub_cache(name) or path
    if not name.strip() or not path.exists():
        plain, at, words = name.rpartition("@")
        if at and plain and (plain.lower() in (*NAMES, *BY_NAME) or Path(plain).expanduser().exists()):
            raise ModelError(f"{words!r} cannot follow {plain}@; choose {', '.join(_OPTIONS)}.")
        raise ModelError(_unknown(name))
    try:
        shipped = _embedded("base")
    except ModelError:
        shipped = None
    spec = find(path, shipped, _published)
    wanted = BY_HUB.get(named_base(spec.adapter)) if spec.adapter else None
    if wanted is not None and not same_architecture(wanted, spec.base):
        raise ModelError(f"The adapter in {spec.adapter} is for {wanted.title}; {spec.base} holds another model.")
    return spec


def _unknown(name: str) -> str:
    others = "`carm doctor` lists the published ones; a model's folder or a server's address will do too."
    if not name.strip():
        return f"No model is named; choose {', '.join(NAMES)}; {others}"
    if name.startswith(("~", "/", ".")) or "\\" in name:
        return f"There is no folder {name}; give a folder that holds a model."
    if re.match(r"[\w.-]+:\d|(localhost|[\w-]+(\.[\w-]+)+)/v1\b", name):
        return f"A server's address begins with https://, or with http:// on this machine: https://{name}"
    near = get_close_matches(name.lower(), (*NAMES, *BY_NAME), 3)
    return f"There is no model called {name}; choose {' or '.join(near or NAMES)}; {others}"


def profile_behind(named: str) -> Profile | None:
    """The published model behind a base's name: its name on the hub, or a folder where it lies or lay on the machine
    that trained an adapter (the hub's cache, or one of the profile's name). A mark tells later whether it is it."""
    return BY_HUB.get(_on_the_hub(named)) or BY_NAME.get(re.split(r"[/\\]", named)[-1].lower())


def _on_the_hub(named: str) -> str:
    """A base's name, or the OWNER/NAME that a folder of some hub cache stands for."""
    cached = [part for part in re.split(r"[/\\]", named) if part.startswith("models--")]
    return cached[-1].removeprefix("models--").replace("--", "/") if cached else named


def _published(named: str) -> Path | None:
    profile = profile_behind(named)
    if profile is None:
        kept = in_hub_cache(_on_the_hub(named))
        return snapshots(kept)[0] if kept else None
    spec, problem = find_profile(profile)
    if spec is None:
        raise ModelError(f"The adapter needs its base: {problem}")
    return spec.base


def _embedded(part: str) -> Path:
    try:
        return resource("models", "embedded", part)
    except FileNotFoundError:
        raise ModelError(
            "The embedded model is not in this installation; make it with `carm train embedded`, or reinstall."
        ) from None
