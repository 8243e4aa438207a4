"""How a landmark is said, and the question back when it is not clear which one is meant."""

from __future__ import annotations

from inference.action import Action, clarify
from inference.language.vocabulary import SIDED
from sim.landmarks import BY_KEY

MIDLINE = ("skull", "t1", "carina", "t12")


def say(key: str) -> str:
    title = BY_KEY[key].title
    return title if title.startswith("T1") else f"the {title}"


def key_of(family: str, side: str | None) -> str:
    return f"{side}_{family}" if family in SIDED else family


def which_side(family: str, lead: str) -> Action:
    return clarify("side", *(f"{lead} {say(key_of(family, side))}" for side in ("right", "left")))


_NEARBY = {
    "trachea": ("carina",),
    "windpipe": ("carina",),
    "bifurcation": ("carina",),
    "bronchus": ("carina",),
    "main bronchus": ("carina",),
    "brain": ("skull",),
    "forehead": ("skull",),
    "face": ("skull",),
    "humerus": ("right_humeral_head", "left_humeral_head"),
    "spine": ("t1", "t12"),
    "thoracic spine": ("t1", "t12"),
    "that vertebra": ("t1", "t12"),
    "vertebra": ("t1", "t12"),
    "neck": ("t1", "skull"),
    "clavicle": ("right_humeral_head", "left_humeral_head"),
    "hand": ("right_wrist", "left_wrist"),
    "forearm": ("right_elbow", "left_elbow"),
    "liver": ("right_hemidiaphragm",),
    "liver dome": ("right_hemidiaphragm",),
    "lung": ("right_hemidiaphragm", "left_hemidiaphragm"),
    "lumbar spine": ("t12",),
    "heart": ("carina",),
}


def elsewhere(place: str) -> Action:
    return clarify(
        "unknown_landmark", *(f"align to {say(key)}" for key in _NEARBY.get(place, ("skull", "t1", "carina", "t12")))
    )
