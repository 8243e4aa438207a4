"""Every model that can be named, with what a person wants to know before loading it: is it here, does it run here, at
how many bits, under which licence. What `carm doctor` and the model page show. Loads nothing, fetches nothing."""

from __future__ import annotations

from dataclasses import dataclass

from inference.models.families import PROFILES, Profile
from inference.models.fit import Machine, fit, this_machine
from inference.models.interface import ModelError
from inference.models.on_disk import find_profile


@dataclass(frozen=True)
class Entry:
    """One model. `here`: it is on this machine; `runs`: it would run. `fit`, `where` and `licence` are sentences for
    the screen; `memory_gb` maps bits to GB with an adapter, empty for the small ones."""

    name: str
    title: str
    here: bool
    runs: bool
    fit: str
    where: str
    licence: str
    classname: str = ""
    picture: int = 0
    memory_gb: dict[int, float] | None = None

    @property
    def ready(self) -> bool:
        return self.here and self.runs


_SHIPPED = (
    ("embedded", "Embedded"),
    ("embedded-base", "Embedded, without its adapter"),
    ("baseline", "Conventional network"),
    ("hybrid", "Embedded with the network's reading"),
)


def catalogue(machine: Machine | None = None) -> list[Entry]:
    """The models that ship, then the published ones, on `machine` (default: this one)."""
    machine = machine or this_machine()
    return [_shipped(name, title) for name, title in _SHIPPED] + [_published(p, machine) for p in PROFILES]


def _shipped(name: str, title: str) -> Entry:
    from inference.models.profiles import spec_of

    try:
        spec_of(name)
        where, here = "ships with the program", True
    except ModelError as problem:
        where, here = str(problem), False
    return Entry(name, title, here, True, "runs on any processor", where, "Apache-2.0")


def _published(profile: Profile, machine: Machine) -> Entry:
    spec, problem = find_profile(profile)
    fits = fit(profile, machine)
    return Entry(
        profile.name,
        profile.title,
        spec is not None,
        fits.bits is not None,
        fits.sentence,
        f"in {spec.base}" + (" with an adapter" if spec.adapter else "") if spec else problem,
        f"{profile.licence}; {profile.gating}",
        profile.classname,
        profile.vision.picture,
        profile.table(),
    )
