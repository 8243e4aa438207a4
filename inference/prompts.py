"""What a model is asked, what it is shown, and the exact replies that training teaches it.

Knows the wording, the picture's window and the four extents of a move; knows no model, no tokenizer, no
pose and no truth. The texts are short because every token costs time on a CPU. Landmarks are given by key
or by any of their names; replies follow the published forms (arXiv 2604.18740), both navigation decisions
before the reasons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from inference.step import Step
from sim.frame import LOG_SCALE, Frame
from sim.landmarks import BY_KEY
from sim.pose import MotionCommand

PICTURE_SIZE = 128
"""Side in pixels of the picture the embedded model sees."""

TASKS = ("retrieval", "localization", "correction", "navigation")
MAX_TOKENS = {"retrieval": 64, "localization": 24, "correction": 256, "navigation": 256}
"""Most tokens a reply may take. Generous: a general model's tokenizer needs twice the embedded one's."""

EXTENT_MM = {"NONE": 0.0, "SMALL": 30.0, "MODERATE": 60.0, "LARGE": 90.0}
"""Length of a move on one axis, mm (arXiv 2604.18740)."""
DIRECTIONS = {"x": ("LEFT", "RIGHT", "CENTER"), "y": ("UP", "DOWN", "CENTER")}
"""Directions of the view in the patient frame: the first is the positive one (+left, +up)."""

FEEDBACK_LIMIT = 300
"""Characters of a clinician's feedback that reach the model."""
LOOK_AGAIN = "look again"


# ---- names and moves -----------------------------------------------------------------------------


def name_of(landmark: str) -> str:
    """The name of a landmark's key ("t1" -> "T1"); any other text is taken as a name already."""
    return BY_KEY[landmark].title if landmark in BY_KEY else landmark


def quantise(mm: float, axis: str) -> tuple[str, str]:
    """Direction and extent nearest to `mm` on `axis`: "x" (+ is the patient's left) or "y" (+ is the head's
    way).

    The limits lie half-way between the extents: below 15 mm is CENTER/NONE, from 75 mm on LARGE.
    """
    positive, negative, centre = DIRECTIONS[axis]
    extent = min(EXTENT_MM, key=lambda name: abs(abs(mm) - EXTENT_MM[name]))
    if extent == "NONE":
        return centre, extent
    return (positive if mm > 0 else negative), extent


def motion_of(x: str, extent_x: str, y: str, extent_y: str) -> MotionCommand:
    """The motion of the view (mm) that a decision names."""
    sign = {"LEFT": 1.0, "RIGHT": -1.0, "UP": 1.0, "DOWN": -1.0, "CENTER": 0.0}
    return MotionCommand(left_mm=sign[x] * EXTENT_MM[extent_x], up_mm=sign[y] * EXTENT_MM[extent_y])


# ---- prompts -------------------------------------------------------------------------------------


def locate_prompt(top: int = 2) -> str:
    """Asks for the `top` likeliest landmarks at the picture's centre; three are the retrieval task."""
    if top == 3:
        return retrieval_prompt()
    if top != 2:
        raise ValueError(f"A model names two or three landmarks, not {top}.")
    return "Localize: two landmarks."


def retrieval_prompt() -> str:
    """Asks for the three landmarks nearest the isocentre."""
    return "Retrieve: three landmarks."


def navigate_prompt(target: str, previous: Step | None = None) -> str:
    """Asks for the next move toward `target` (key or name); `previous` is the step before, if it had a
    proposal."""
    if previous is None or previous.proposal is None:
        return navigate_text(target)
    move = previous.proposal
    context = previous.prediction.landmarks[0]
    return navigate_text(target, (context, move.x, move.extent_x, move.y, move.extent_y))


def navigate_text(target: str, last: tuple[str, str, str, str, str] | None = None) -> str:
    """The navigation prompt in plain words; `last` is (context, x, extent_x, y, extent_y) of the step
    before."""
    ask = f"Navigate to {name_of(target)}."
    if last is None:
        return ask
    context, x, extent_x, y, extent_y = last
    return f"{ask} Last: {name_of(context)}, {x} {extent_x}, {y} {extent_y}."


def correct_prompt(earlier: Sequence[str], feedback: str) -> str:
    """Asks for another look: the keys answered before and the clinician's words as typed (white space
    joined, cut at FEEDBACK_LIMIT characters; "look again" when there are none)."""
    words = " ".join("".join(c if c.isprintable() else " " for c in feedback).split())[:FEEDBACK_LIMIT]
    return f"Correct {_ids(earlier)}. Clinician: {words or LOOK_AGAIN}"


READING_NAMES = 3
"""Landmarks of a network's reading that a prompt lists, nearest first."""
READING_LIMIT_CM = 40


def reading_text(offsets_mm: Mapping[str, Sequence[float]], target: str | None = None) -> str:
    """What the displacement network reads, in words for a prompt: "Network: carina LEFT 2 UP 1, T1 UP 8, left
    hemidiaphragm RIGHT 5 DOWN 11."

    `offsets_mm` maps keys to (left, up, ant) from the picture's centre, mm. The three nearest in 3D are named, nearest
    first, then `target` (a key) when it is not among them. Whole centimetres (half rounds to even) up to 40; an axis
    that rounds to 0 is left out, CENTER stands where both do.
    """
    nearest = sorted(offsets_mm, key=lambda key: float(np.linalg.norm(offsets_mm[key])))[:READING_NAMES]
    if target in offsets_mm and target not in nearest:
        nearest.append(target)
    return "Network: " + ", ".join(f"{name_of(key)} {_centimetres(offsets_mm[key])}" for key in nearest) + "."


def with_reading(text: str, reading: str) -> str:
    """A prompt with a network's reading before it; typed words come last and cannot be mistaken for it."""
    return f"{reading} {text}"


def _centimetres(offset_mm: Sequence[float]) -> str:
    parts = []
    for mm, axis in zip(offset_mm, ("x", "y")):
        whole = min(round(abs(float(mm)) / 10.0), READING_LIMIT_CM)
        if whole:
            parts.append(f"{DIRECTIONS[axis][0 if mm > 0 else 1]} {whole}")
    return " ".join(parts) or "CENTER"


# ---- replies -------------------------------------------------------------------------------------


def locate_reply(keys: Sequence[str]) -> str:
    """`[10,11]` for the keys, most likely first."""
    return _ids(keys)


def retrieval_reply(keys: Sequence[str], names: Sequence[str] | None = None) -> str:
    """`[10: T1, 11: carina, 3: left humeral head]`; `names` as they shall read, else the titles."""
    names = [BY_KEY[key].title for key in keys] if names is None else names
    return "[" + ", ".join(f"{BY_KEY[key].id}: {name}" for key, name in zip(keys, names, strict=True)) + "]"


def navigate_reply(context: str, x: str, extent_x: str, y: str, extent_y: str, reason_x: str, reason_y: str) -> str:
    """The navigation reply, decisions first. `context` is a key or a name with its side."""
    return (
        f"<output><step1><context>{name_of(context)}</context></step1><step2>"
        f"<x>{x}</x><extent_x>{extent_x}</extent_x><y>{y}</y><extent_y>{extent_y}</extent_y>"
        f"<reason_x>{reason_x}</reason_x><reason_y>{reason_y}</reason_y></step2></output>"
    )


def correct_reply(reasoning: str, keys: Sequence[str]) -> str:
    """The correction reply: what is seen, then two ids."""
    return f"<response><visual_reasoning>{reasoning}</visual_reasoning><landmarks>{_ids(keys)}</landmarks></response>"


REASON_VARIANTS = 3
"""Number of phrasings of each reason."""

_AMOUNT = {"SMALL": "a little", "MODERATE": "some way", "LARGE": "far"}
_WAY = {"LEFT": "to the left", "RIGHT": "to the right", "UP": "toward the head", "DOWN": "toward the feet"}
_LEVEL = {"x": "from side to side", "y": "along the body"}


def reason_x(context: str, target: str, direction: str, extent: str, variant: int = 0) -> str:
    """One sentence for the move across, naming `context` and `target` (keys or names) and agreeing with its
    tokens.

    Variant 2 claims no sight of the context, for one that lies outside the picture.
    """
    return _reason("x", context, target, direction, extent, variant)


def reason_y(context: str, target: str, direction: str, extent: str, variant: int = 0) -> str:
    """As `reason_x`, for the move along the body."""
    return _reason("y", context, target, direction, extent, variant)


def _reason(axis: str, context: str, target: str, direction: str, extent: str, variant: int) -> str:
    if direction not in DIRECTIONS[axis] or extent not in EXTENT_MM:
        raise ValueError(f"{direction} {extent} is not a move on the {axis} axis.")
    seen, goal = _the(name_of(context)), _the(name_of(target))
    if direction == "CENTER":
        level = _LEVEL[axis]
        same = (
            f"{goal} is in view, centred {level}",
            f"{goal} is seen centred {level}",
            f"{goal} is centred {level}",
        )
        apart = (
            f"{seen} is in view; {goal} is centred {level}",
            f"{goal} is centred {level}, with {seen} in view",
            f"from {seen}, {goal} needs no move {level}",
        )
    else:
        way = f"{_AMOUNT[extent]} {_WAY[direction]}"
        same = (f"{goal} is in view, {way}", f"{goal} is seen {way}", f"{goal} lies {way}")
        apart = (
            f"{seen} is in view; {goal} lies {way}",
            f"{goal} lies {way}, with {seen} in view",
            f"from {seen}, {goal} is {way}",
        )
    return _sentence((same if seen == goal else apart)[variant % REASON_VARIANTS])


HEARD = {
    "bare": "you doubt it",
    "negation": "you rule out {}",
    "name": "you name {}",
    "up": "you place it nearer the head",
    "down": "you place it nearer the feet",
    "left": "you place it further to the left",
    "right": "you place it further to the right",
    "lateral": "you place it further out",
    "medial": "you place it nearer the midline",
}
"""How a reply says what it understood of the clinician's words; left and right are the patient's."""


def correction_reasoning(
    heard: str, answer: Sequence[str], refused: Sequence[str] = (), absent: str | None = None
) -> str:
    """Two or three sentences, in the order in which they are reasoned: what was understood (of the function `heard`)
    and which of the earlier answer it refuses; a named one that is absent; and the two of `answer`, right after what
    they must not be. Landmarks are keys or names."""
    first, second = (_the(name_of(mark)) for mark in answer)
    if refused:
        heard = f"{heard}, so not {' or '.join(_the(name_of(mark)) for mark in refused)}"
    parts = [heard]
    if absent is not None:
        parts.append(f"I do not see {_the(name_of(absent))} there")
    parts.append(f"the centre shows {first} or else {second}")
    return " ".join(map(_sentence, parts))


def heard(what: str, landmark: str = "") -> str:
    """The words of HEARD for `what`, with the name of `landmark` (key or name) where they have one."""
    return HEARD[what].format(_the(name_of(landmark)))


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def _the(name: str) -> str:
    return name if name in ("T1", "T12") else f"the {name}"


def _ids(keys: Sequence[str]) -> str:
    return "[" + ",".join(str(BY_KEY[key].id) for key in keys) + "]"


# ---- the picture ---------------------------------------------------------------------------------

LOW_PERCENTILE, HIGH_PERCENTILE = 2.0, 99.5
AIR = int(0.10 * LOG_SCALE)  # below: air beside the patient, and shutters drawn as 0
BLOCKED = int(14.0 * LOG_SCALE)  # from here: saturated, shutters drawn as the largest value
LEAST_WIDTH = 0.3 * LOG_SCALE  # a flat picture must not have its noise blown up
LEAST_SHARE = 0.01
EMPTY_WINDOW = (0.0, 6.0 * LOG_SCALE)
SHIFT = 4  # the histogram's bins are 16 units, .4 % of a log unit


def picture(source: Frame | np.ndarray, size: int = PICTURE_SIZE) -> np.ndarray:
    """What a model sees: uint8 (size, size), thick bone bright.

    `source` is a frame or its square pixels (h, h) in units of LOG_SCALE (uint16 or float). They are
    area-averaged to `size` and windowed from the 2nd to the 99.5th percentile of the patient's pixels: air
    (below .10 in -ln I/I0) and saturated or shuttered pixels (0, or 14 and more) do not count, so neither
    collimation nor air beside the patient moves the window. Deterministic. Raises ValueError for another
    shape.
    """
    pixels = source.pixels if isinstance(source, Frame) else np.asarray(source)
    if pixels.ndim != 2 or pixels.shape[0] != pixels.shape[1] or not pixels.size:
        raise ValueError(f"A picture must be square, not {'x'.join(map(str, pixels.shape))}.")
    small = _averaged(pixels, size)
    low, high = window(small)
    scaled = (small.astype(np.float32) - np.float32(low)) * np.float32(255.0 / (high - low))
    return np.clip(scaled + np.float32(0.5), 0, 255).astype(np.uint8)


def pictures(stack: np.ndarray, size: int = PICTURE_SIZE) -> np.ndarray:
    """`picture` of each of (n, h, h) -> uint8 (n, size, size)."""
    out = np.empty((len(stack), size, size), np.uint8)
    for index, pixels in enumerate(stack):
        out[index] = picture(pixels, size)
    return out


def window(pixels: np.ndarray) -> tuple[float, float]:
    """The grey levels (low, high) that `picture` maps to 0 and 255, in units of LOG_SCALE."""
    levels = np.clip(pixels, 0, 65535).astype(np.uint16).ravel() >> SHIFT
    counts = np.bincount(levels, minlength=65536 >> SHIFT)[AIR >> SHIFT : BLOCKED >> SHIFT]
    total = np.cumsum(counts)
    if total[-1] < LEAST_SHARE * levels.size:
        return EMPTY_WINDOW
    bins = np.searchsorted(total, total[-1] * np.array([LOW_PERCENTILE, HIGH_PERCENTILE]) / 100.0)
    low, high = ((bins + (AIR >> SHIFT) + 0.5) * (1 << SHIFT)).tolist()
    return low, max(high, low + LEAST_WIDTH)


def _averaged(pixels: np.ndarray, size: int) -> np.ndarray:
    """The picture a detector of `size` larger elements would have read: the mean of the intensities exp(-p), since a
    mean of logarithms would turn the noise of starved pixels into brightness."""
    side = pixels.shape[0]
    if side == size:
        return pixels
    intensity = np.exp(pixels.astype(np.float32) * np.float32(-1.0 / LOG_SCALE))
    if side % size == 0:
        step = side // size
        intensity = intensity.reshape(size, step, size, step).mean(axis=(1, 3), dtype=np.float32)
    else:
        weights = _area_weights(side, size)
        intensity = weights @ intensity @ weights.T
    return np.float32(-LOG_SCALE) * np.log(intensity)


@lru_cache(maxsize=8)
def _area_weights(side: int, size: int) -> np.ndarray:
    """(size, side): the share of each old pixel in each new one along an axis; rows sum to 1."""
    edges = np.linspace(0.0, side, size + 1)
    cells = np.arange(side)
    overlap = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    overlap = np.clip(overlap, 0.0, None)
    return (overlap / overlap.sum(axis=1, keepdims=True)).astype(np.float32)
