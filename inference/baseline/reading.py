"""What a displacement reading says, in the very replies that language models are asked for.

A reading is where each landmark lies from the picture's centre. From it come the nearest landmarks, the next move and
sentences that say openly whose reading they are. So a network steers through the same parser, session and interlocks as
a language model. Knows no network, no picture and no truth.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inference import prompts
from inference.models.interface import LanguageModel, ModelError, Request
from inference.reply import mentions
from sim.frame import Frame
from sim.geometry import on_picture
from sim.landmarks import KEYS, the

READING_TASK = "reading"
"""Asked for this, the baseline and the hybrid answer with the numbers themselves, as JSON."""


@dataclass(frozen=True)
class Region:
    """Where a landmark lies by the reading: `left_mm`, `up_mm` from the picture's centre at the isocentre's depth, in
    the coronal plane, and the radius of the disc that holds it 9 times in 10."""

    left_mm: float
    up_mm: float
    radius_mm: float

    def as_dict(self) -> dict[str, float]:
        return {"left_mm": self.left_mm, "up_mm": self.up_mm, "radius_mm": self.radius_mm}


@dataclass(frozen=True)
class Reading:
    """`offsets` (14, 3) mm from the isocentre along left, up, ant; `spreads` (14, 3) mm, Laplace scales, or None;
    `radii` (14,) mm of the conformal regions, NaN where there is none, or None; `likelihoods` (14,) of being the
    nearest, or None; `whose` says in a reply who reads."""

    offsets: np.ndarray
    spreads: np.ndarray | None = None
    radii: np.ndarray | None = None
    likelihoods: np.ndarray | None = None
    whose: str = "Network reading"

    @property
    def nearest(self) -> list[str]:
        """Keys by distance in 3D, nearest first; landmarks that are not read come last."""
        distance = np.linalg.norm(self.offsets, axis=1)
        return [KEYS[i] for i in np.argsort(np.where(np.isfinite(distance), distance, np.inf), kind="stable")]

    @property
    def likeliest(self) -> list[str]:
        """Keys by likelihood of being the nearest, by distance where there is none."""
        if self.likelihoods is None:
            return self.nearest
        return [KEYS[i] for i in np.argsort(-self.likelihoods, kind="stable")]

    def offset(self, key: str) -> np.ndarray:
        return self.offsets[KEYS.index(key)]

    def on_picture(self, key: str) -> bool:
        return bool(on_picture(self.offset(key)))

    def region(self, key: str) -> Region | None:
        """The landmark's region, None where it was not calibrated."""
        if self.radii is None or not np.isfinite(radius := self.radii[KEYS.index(key)]):
            return None
        left, up, _ = self.offset(key)
        return Region(round(float(left), 1), round(float(up), 1), round(float(radius), 1))

    def words(self, target: str | None = None) -> str:
        """For a language model's prompt."""
        known = {key: offset for key, offset in zip(KEYS, self.offsets) if np.isfinite(offset).all()}
        return prompts.reading_text(known, target)


def target_of(prompt: str) -> str | None:
    """The landmark that a navigation prompt asks for: the first one it names."""
    named = mentions(prompt)
    return named[0] if named else None


def reply(task: str, prompt: str, reading: Reading) -> str:
    """The reply to a prompt of `inference.prompts`. Raises ValueError for a task or a target that is not known."""
    if task == "navigation":
        return _move(target_of(prompt), reading)
    if task == READING_TASK:
        return _as_json(reading)
    if task == "localization":
        return prompts.locate_reply(reading.likeliest[:2])
    if task == "retrieval":
        return prompts.retrieval_reply(reading.nearest[:3])
    if task == "correction":
        first, second = reading.nearest[:2]
        text = (
            f"{reading.whose}: {_place(first, reading)}; {_place(second, reading)}. It takes no feedback into account."
        )
        return prompts.correct_reply(text, (first, second))
    raise ValueError(f"A reading answers no task called {task!r}.")


def ask_reading(model: LanguageModel, frame: Frame) -> Reading:
    """What `model` (the baseline or the hybrid, in whatever process) reads in a frame. Raises ModelError for one that
    gives no numbers, and Cancelled."""
    picture = prompts.picture(frame, model.info.picture_size)
    text = "".join(model.stream(Request(READING_TASK, picture, "", 1)))
    try:
        data = json.loads(text)
        return Reading(*(None if data[name] is None else np.array(data[name], float) for name in _ARRAYS))
    except (ValueError, TypeError, KeyError):
        raise ModelError(f"The model {model.name} gives no displacements.") from None


_ARRAYS = ("offsets", "spreads", "radii", "likelihoods")


def _as_json(reading: Reading) -> str:
    def listed(values: np.ndarray | None) -> list | None:
        if values is None:
            return None
        rounded = np.round(np.asarray(values, float), 3).astype(object)
        rounded[~np.isfinite(values)] = None
        return rounded.tolist()

    return json.dumps({name: listed(getattr(reading, name)) for name in _ARRAYS})


def _move(target: str | None, reading: Reading) -> str:
    if target is None:
        raise ValueError("The prompt names no landmark to navigate to.")
    left, up, _ = reading.offset(target)
    if not np.isfinite([left, up]).all():
        raise ValueError(f"The reading holds no {prompts.name_of(target)}.")
    context = reading.nearest[0]
    x, extent_x = prompts.quantise(float(left), "x")
    y, extent_y = prompts.quantise(float(up), "y")
    seen = f"{the(context)} is nearest the centre" if reading.on_picture(context) else f"nearest is {the(context)}"
    return prompts.navigate_reply(
        context,
        x,
        extent_x,
        y,
        extent_y,
        f"{reading.whose}: {seen}, {the(target)} lies {_way(left, x, 'to the left', 'to the right', 'across')}.",
        f"{reading.whose}: {seen}, {the(target)} lies {_way(up, y, 'toward the head', 'toward the feet', 'along')}.",
    )


def _way(mm: float, token: str, positive: str, negative: str, axis: str) -> str:
    if token == "CENTER":
        return f"within 15 mm {axis}"
    return f"{abs(mm):.0f} mm {positive if mm > 0 else negative}"


def _place(key: str, reading: Reading) -> str:
    left, up, _ = reading.offset(key)
    return f"{the(key)} {np.hypot(left, up):.0f} mm from the centre"


def regions_of(keys: Sequence[str], reading: Reading | None) -> dict[str, dict[str, float]] | None:
    """`carm locate`'s regions_mm: the region of each key that has one; None without a reading or any region."""
    found = {key: region.as_dict() for key in keys if reading is not None and (region := reading.region(key))}
    return found or None
