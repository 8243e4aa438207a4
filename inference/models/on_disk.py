"""Where a published model lies on this machine, if it does. Looks into folders; fetches nothing, ever.

Searched in this order: the folders of CARM_MODELS, models/ among the program's data, the local hub cache (HF_HUB_CACHE,
HF_HOME/hub, ~/.cache/huggingface/hub). In the first two a model lies in a folder of its profile's name.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from inference.models.families import PROFILES, Profile
from inference.models.folder import ModelSpec, find, snapshots
from inference.models.interface import ModelError
from sim.resource import data_dir, read_json


def find_profile(profile: Profile) -> tuple[ModelSpec | None, str]:
    """The profile's folders, or None and why not in one sentence."""
    problem = ""
    for folder in _places(profile):
        if not folder.is_dir():
            continue
        try:
            spec = find(folder)
        except ModelError as error:
            problem = problem or str(error)
            continue
        if same_architecture(profile, spec.base):
            return ModelSpec(profile.name, spec.base, spec.adapter), ""
        problem = problem or f"{folder} holds another model than {profile.title}."
    return None, problem or f"{profile.title} is not on this machine; {how_to_fetch(profile)}"


def how_to_fetch(profile: Profile) -> str:
    """What a person does to get it, in one clause; the program never does."""
    size = f"{profile.weights_bytes(16) / 1e9:.0f} GB"
    terms = f"accept its licence at {profile.page}, " if profile.gating.startswith("gated") else ""
    return f"{terms}fetch it with `hf download {profile.hub}` ({size}), or copy it to {_own(profile)}."


def same_architecture(profile: Profile, base: Path) -> bool:
    """Whether the base's config.json has the profile's class and sizes. MedGemma and Gemma of one size are alike in
    this; the hash in the session tells them apart."""
    config = read_json(base / "config.json")
    text = config.get("text_config") if isinstance(config.get("text_config"), dict) else config
    return (
        config.get("model_type") == profile.kind
        and text.get("hidden_size", config.get("hidden_size")) == profile.width
        and text.get("num_hidden_layers", config.get("num_hidden_layers")) == profile.layers
    )


def profile_of(base: Path) -> Profile | None:
    """The published model whose architecture the base in this folder has."""
    return next((profile for profile in PROFILES if same_architecture(profile, base)), None)


def _own(profile: Profile) -> Path:
    return data_dir("models") / profile.name


def _places(profile: Profile) -> Iterator[Path]:
    for folder in filter(None, os.environ.get("CARM_MODELS", "").split(os.pathsep)):
        yield Path(folder).expanduser() / profile.name
    yield _own(profile)
    yield from snapshots(_kept(profile.hub))


def in_hub_cache(hub: str) -> Path | None:
    """Where the local hub cache keeps the model OWNER/NAME, whichever it is; None where it does not."""
    kept = _kept(hub) if hub.count("/") == 1 else None
    return kept if kept and snapshots(kept) else None


def _kept(hub: str) -> Path:
    return hub_cache() / f"models--{hub.replace('/', '--')}"


def hub_cache() -> Path:
    """The hub's local cache, as its own library finds it."""
    if os.environ.get("HF_HUB_CACHE"):
        return Path(os.environ["HF_HUB_CACHE"]).expanduser()
    home = os.environ.get("HF_HOME") or os.path.join(os.environ.get("XDG_CACHE_HOME", "~/.cache"), "huggingface")
    return Path(home).expanduser() / "hub"
