"""What the language model is taught to say about a view: questions and answers made from the view's true geometry.

Truth is used here, in training, and nowhere near a prediction. Knows the wording of `inference.prompts`; no torch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from inference import prompts
from inference.training import phrases
from sim.landmarks import ARM_KEYS, BY_KEY, KEYS, LANDMARKS

NEAREST = 3
ARMS = np.array([key in ARM_KEYS for key in KEYS])
READING_SHARE = 0.2
READING_MM = (3.0, 20.0)
"""Spread of a conventional network's reading on an axis (Laplace), 2.5 times that for elbows and wrists."""
SWING_MM = 27.0
"""A way back shorter than this is not gone. Measured with the tower's head in closed loop (182 runs, 20 subjects): as
many runs end within 25 mm as without, 90 % of them end by themselves instead of 80, half a move sooner."""
GRID_MM = 10
FARTHEST_MM = 400


@dataclass(frozen=True)
class Exchange:
    """One question and its answer; `sees` is False for text that is learnt without a picture; `target` is the key of
    the landmark to navigate to; an answer that is not `whole` goes on, which is not taught."""

    ask: str
    answer: str
    sees: bool = True
    target: str | None = None
    whole: bool = True


@dataclass(frozen=True)
class Scene:
    """The truth of one view: displacements (14, 3) mm from the isocentre, and which landmarks are in view (14,).
    `reading` (14, 3) is what a network read there, wrong by `spread` (14, 3; of a Laplace distribution, mm): its
    mistakes are the plausible ones."""

    displacements: np.ndarray
    visible: np.ndarray
    reading: np.ndarray | None = None
    spread: np.ndarray | None = None

    @property
    def ranked(self) -> list[str]:
        """Known landmarks, nearest to the isocentre first."""
        distance = np.linalg.norm(self.displacements, axis=1)
        return [KEYS[i] for i in np.argsort(distance) if np.isfinite(distance[i])]

    def offset(self, key: str) -> np.ndarray:
        return self.displacements[KEYS.index(key)]

    def sees(self, key: str) -> bool:
        return bool(self.visible[KEYS.index(key)])


def any_name(key: str, rng: np.random.Generator) -> str:
    """The title mostly, else one of the published variants."""
    mark = BY_KEY[key]
    return mark.title if rng.uniform() < 0.6 else mark.name(int(rng.integers(len(mark.names))))


# ---- the base's language: where things are, in plain words ----------------------------------------


def where(scene: Scene, rng: np.random.Generator) -> Exchange:
    """Where one landmark lies from the centre, to 10 mm."""
    key = _pick(scene, rng)
    left, up = (int(np.clip(round(mm / GRID_MM) * GRID_MM, -FARTHEST_MM, FARTHEST_MM)) for mm in scene.offset(key)[:2])
    across = f"{'LEFT' if left > 0 else 'RIGHT'} {abs(left)}" if left else "CENTER"
    along = f"{'UP' if up > 0 else 'DOWN'} {abs(up)}" if up else "CENTER"
    return Exchange(f"Where is {any_name(key, rng)}?", f"{across}, {along}")


def way(scene: Scene, rng: np.random.Generator) -> Exchange:
    """The way from the centre to one landmark, in the words of a step."""
    key = _pick(scene, rng)
    left, up = (prompts.quantise(mm, axis) for mm, axis in zip(scene.offset(key)[:2], "xy"))
    return Exchange(f"Which way is {any_name(key, rng)}?", f"{left[0]} {left[1]}, {up[0]} {up[1]}")


def near(scene: Scene, rng: np.random.Generator) -> Exchange:
    """The nearest landmarks by name."""
    return Exchange("What is near?", ", ".join(prompts.name_of(key) for key in scene.ranked[:NEAREST]))


def seen(scene: Scene, rng: np.random.Generator) -> Exchange:
    """Everything in view, nearest first."""
    inside = [key for key in scene.ranked if scene.sees(key)]
    return Exchange("What is in view?", ", ".join(map(prompts.name_of, inside)) or "nothing")


def form(scene: Scene, rng: np.random.Generator) -> Exchange:
    """The form of a task's reply with meaningless content and without a picture: language before sight."""
    noise = Scene(rng.normal(0, 90, (len(KEYS), 3)), rng.uniform(size=len(KEYS)) < 0.4)
    task = rng.choice(4)
    made = (navigation, localization, retrieval, correction)[task](noise, rng)
    return Exchange(made.ask, made.answer, sees=False)


# ---- the adapter's tasks ---------------------------------------------------------------------------


def navigation(scene: Scene, rng: np.random.Generator) -> Exchange:
    """The next move toward a target, with the previous step in half of the cases."""
    target = _pick(scene, rng)
    context = scene.ranked[0]
    last = _previous(scene, rng) if rng.uniform() < 0.5 else None
    x, extent_x = _settled(scene.offset(target)[0], "x", last and last[1])
    y, extent_y = _settled(scene.offset(target)[1], "y", last and last[3])
    variant = 0 if scene.sees(context) else 2
    answer = prompts.navigate_reply(
        context,
        x,
        extent_x,
        y,
        extent_y,
        prompts.reason_x(context, target, x, extent_x, variant),
        prompts.reason_y(context, target, y, extent_y, variant),
    )
    return Exchange(prompts.navigate_text(any_name(target, rng), last), answer, target=target)


def _settled(mm: float, axis: str, came: str | None) -> tuple[str, str]:
    """Direction and extent for `mm` on `axis`, after a move in the direction `came`. A short way back is no way: the
    target lies between the two places, and a step between them would only swing."""
    direction, extent = prompts.quantise(mm, axis)
    positive, negative, centre = prompts.DIRECTIONS[axis]
    back = {positive: negative, negative: positive}.get(came)
    if direction == back and abs(mm) < SWING_MM:
        return centre, "NONE"
    return direction, extent


def decision(scene: Scene, rng: np.random.Generator) -> Exchange:
    """A navigation up to its decision: most of what there is to learn is in these few tokens."""
    made = navigation(scene, rng)
    return replace(made, answer=made.answer.partition("</extent_y>")[0], whole=False)


def localization(scene: Scene, rng: np.random.Generator) -> Exchange:
    return Exchange(prompts.locate_prompt(2), prompts.locate_reply(scene.ranked[:2]))


def retrieval(scene: Scene, rng: np.random.Generator) -> Exchange:
    return Exchange(prompts.retrieval_prompt(), prompts.retrieval_reply(scene.ranked[:NEAREST]))


def correction(scene: Scene, rng: np.random.Generator) -> Exchange:
    """An earlier answer, right or wrong, the clinician's words about it, and another look.

    Hints and negations are true of the geometry, names are true or false. The answer is what the words leave of what
    was read (`revised`)."""
    if scene.reading is not None and rng.uniform() < SUPPOSED_SHARE:
        scene = supposed(scene, rng)
    ranked = scene.ranked
    truth = ranked[0]
    earlier = _earlier(scene, rng)
    kind = rng.choice(KINDS, p=AFTER_RIGHT if truth in earlier else AFTER_WRONG)
    hinted = _hint(scene, earlier[0], rng) if kind == "direction" else None
    way = named = denied = None
    if hinted:
        words, way = hinted
        heard = prompts.heard(way)
    elif kind in ("direction", "negation"):
        denied = earlier[0]
        words, heard = phrases.denied(any_name(denied, rng), rng), prompts.heard("negation", denied)
    elif kind in ("name", "false"):
        named = truth if kind == "name" else str(rng.choice(ranked[1:9] if rng.uniform() < 0.8 else ranked[1:]))
        words, heard = phrases.named(any_name(named, rng), rng), prompts.heard("name", named)
    else:
        words, heard = phrases.bare(rng), prompts.heard("bare")
    answer, absent = revised(scene, earlier, way, denied is not None, named)
    refused = earlier if kind in ("direction", "negation") else ()
    reasoning = prompts.correction_reasoning(heard, answer, refused, absent)
    return Exchange(
        prompts.correct_prompt(earlier, phrases.typed(words, rng)), prompts.correct_reply(reasoning, answer)
    )


def revised(
    scene: Scene, earlier: Sequence[str], way: str | None, denied: bool, named: str | None
) -> tuple[list[str], str | None]:
    """The two landmarks that a careful reader answers after the clinician's words, and a named one that is not there.

    What was read is uncertain: of all it may mean, what the words leave is counted. A direction (`way` from the first
    of `earlier`) and a negation say that `earlier` is wrong, both of it. A bare challenge (all else None) may not be
    meant: it makes `earlier` less likely. What is `named` takes a place, the first one where it is half as likely as
    what was read; far away it is denied."""
    reading = scene.displacements if scene.reading is None else scene.reading
    places, nearest = meant(reading, scene.spread)
    likely = np.bincount(nearest, minlength=len(KEYS)) / len(nearest)
    distance = np.linalg.norm(np.nan_to_num(reading, nan=1e4), axis=-1)
    first, second, *_ = [KEYS[i] for i in np.argsort(distance)]
    if named is not None:
        if named == first:
            return [first, second], None
        at = KEYS.index(named)
        if distance[at] > distance.min() + FAR_MM:
            return [first, second], named
        return [named, first] if likely[at] > 0.5 * likely[KEYS.index(first)] else [first, named], None
    if way is None and not denied:
        likely[[KEYS.index(key) for key in earlier]] /= CHALLENGED
        return [KEYS[i] for i in np.lexsort((distance, -likely))[:2]], None
    left = ~np.isin(nearest, [KEYS.index(key) for key in earlier])
    if way is not None:
        along = _along(places, way)
        there = np.take_along_axis(along, nearest[:, None], 1)[:, 0] > along[:, KEYS.index(earlier[0])]
        left = left & there if (left & there).any() else left
        along = _along(reading, way)
        agrees = along > along[KEYS.index(earlier[0])]
    else:
        agrees = np.ones(len(KEYS), bool)
    likely = np.bincount(nearest[left], minlength=len(KEYS))
    best = sorted(
        (key for key in KEYS if key not in earlier),
        key=lambda key: (-likely[KEYS.index(key)], not agrees[KEYS.index(key)], distance[KEYS.index(key)]),
    )
    return best[:2], None


def meant(reading: np.ndarray, spread: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """What a reading (14, 3) mm may mean: places (256, 14, 3) mm, and which landmark is nearest in each (256,)."""
    places = np.nan_to_num(reading + UNIT_LAPLACE * (SURE_MM if spread is None else spread), nan=1e4)
    return places, np.linalg.norm(places, axis=-1).argmin(1)


def misses(reading: np.ndarray, nearest: np.ndarray) -> np.ndarray:
    """Of each `nearest` of what a reading may mean (`meant`), whether it is none of the two read nearest."""
    return ~np.isin(nearest, _nearest_first(reading)[:2])


def _nearest_first(reading: np.ndarray) -> np.ndarray:
    """(14,) places in KEYS, the landmark that was read nearest to the centre first."""
    return np.argsort(np.linalg.norm(reading, axis=-1))


def supposed(scene: Scene, rng: np.random.Generator) -> Scene:
    """The scene as it would be if what is read nearest were wrong, both of it: one of the truths that the reading
    leaves open, else a view that is misplaced as a whole. So a clinician's words about a wrong answer are learnt from
    any view, and not only from the few that a reading misses."""
    places, nearest = meant(scene.reading, scene.spread)
    others = np.flatnonzero(misses(scene.reading, nearest))
    if len(others):
        truth = places[rng.choice(others)].copy()
    else:
        truth = scene.reading - scene.reading[rng.choice(_nearest_first(scene.reading)[2:6])]
    truth[np.isnan(scene.displacements)] = np.nan
    return replace(scene, displacements=truth)


def _earlier(scene: Scene, rng: np.random.Generator) -> list[str]:
    """The answer that the clinician comments on: what a network reads there, its nearest neighbours, or one that was
    planted, so that it cannot be told from the picture; one or two landmarks."""
    ranked = scene.ranked
    source = rng.uniform()
    if scene.reading is not None and source < 0.55:
        earlier = [KEYS[i] for i in _nearest_first(scene.reading)[:2]]
    elif source < 0.65:
        earlier = ranked[:2]
    else:
        earlier = [str(key) for key in rng.choice(ranked[1:8], 2, replace=False)]
    return earlier[:1] if rng.uniform() < 0.15 else earlier


SUPPOSED_SHARE = 0.5
"""Of the corrections, how many are about a view as it would be if the reading were wrong."""
KINDS = ("bare", "direction", "negation", "name", "false")
AFTER_WRONG, AFTER_RIGHT = (0.22, 0.28, 0.28, 0.15, 0.07), (0.45, 0.0, 0.0, 0.2, 0.35)
"""How often the words about a wrong and about a right answer are of each kind. A direction that is not clear becomes a
negation."""
HINT_FROM_MM = 25.0
SPINE = [KEYS.index(key) for key in ("t1", "carina", "t12")]
COMMON = 0.8
"""Share of a reading's variance that all landmarks have in common: a view is misplaced as a whole. With it the answers
taught after words on misread views are right more often (72 on validation patients: .76 after a hint, for .72)."""
_RNG = np.random.default_rng(14)
UNIT_LAPLACE = (1 - COMMON) ** 0.5 * _RNG.laplace(0, 1, (256, len(KEYS), 3)) + COMMON**0.5 * _RNG.laplace(
    0, 1, (256, 1, 3)
)
"""What a reading may mean, in units of its spread."""
CHALLENGED = 8.0
"""By how much a bare challenge makes each landmark of the earlier answer less likely: what is clearly seen stays, what
is in doubt gives way."""
SURE_MM = 3.0
"""Spread of a reading that came without one."""
FAR_MM = 350.0
"""A named landmark this much farther from the centre than the nearest is denied."""


def _hint(scene: Scene, wrong: str, rng: np.random.Generator) -> tuple[str, str] | None:
    """Words that are true of the way from the `wrong` landmark to the nearest one, and that way (a key of
    `phrases.WAYS`)."""
    true, said = KEYS.index(scene.ranked[0]), KEYS.index(wrong)
    ways = []
    for way in phrases.WAYS:
        along = _along(scene.displacements, way)
        if along[true] - along[said] > HINT_FROM_MM:
            ways.append(way)
    if not ways:
        return None
    way = str(rng.choice(ways))
    return phrases.direction(way, rng), way


def _along(places: np.ndarray, way: str) -> np.ndarray:
    """How far along `way` (a key of `phrases.WAYS`) each landmark of places (..., 14, 3) mm lies."""
    left, up = places[..., 0], places[..., 1]
    if way in ("left", "right"):
        return left if way == "left" else -left
    if way in ("up", "down"):
        return up if way == "up" else -up
    out = np.abs(left - np.nanmean(left[..., SPINE], -1, keepdims=True))
    return out if way == "lateral" else -out


def _previous(scene: Scene, rng: np.random.Generator) -> tuple[str, str, str, str, str]:
    """A move that could have led here, and the landmark that was nearest before it; or, as after a correction, no
    move and what the clinician and the model settled on, which may be wrong."""
    if rng.uniform() < 0.2:
        return str(rng.choice(scene.ranked[:3])), "CENTER", "NONE", "CENTER", "NONE"
    x, extent_x = prompts.quantise(rng.normal(0, 70), "x")
    y, extent_y = prompts.quantise(rng.normal(0, 70), "y")
    move = prompts.motion_of(x, extent_x, y, extent_y)
    before = scene.displacements + np.array([move.left_mm, move.up_mm, 0.0])
    return KEYS[int(np.nanargmin(np.linalg.norm(before, axis=1)))], x, extent_x, y, extent_y


def _pick(scene: Scene, rng: np.random.Generator) -> str:
    """A landmark to ask for: any, one in view, or one of the nearest, which need not be the nearest: where a navigation
    arrives there is often another beside its target."""
    known = scene.ranked
    inside = [key for key in known if scene.sees(key)]
    source = rng.uniform()
    return str(rng.choice(known[:NEAREST] if source < 0.3 else inside if inside and source < 0.7 else known))


Maker = Callable[[Scene, np.random.Generator], Exchange]
BASE_LANGUAGE: tuple[tuple[Maker, float], ...] = (
    (where, 0.15),
    (way, 0.55),
    (near, 0.2),
    (seen, 0.06),
    (form, 0.04),
)
TASKS: tuple[tuple[Maker, float], ...] = (
    (navigation, 0.24),
    (decision, 0.12),
    (localization, 0.08),
    (retrieval, 0.08),
    (correction, 0.48),
)


def with_reading(exchange: Exchange, scene: Scene, rng: np.random.Generator) -> Exchange:
    """`exchange` with another network's reading before its question, wrong by as much as such networks are, and now
    and then by far, so that a reading is weighed against the picture and not copied."""
    scale = np.where(ARMS, 2.5, 1.0) * np.exp(rng.uniform(*np.log(READING_MM)))
    read = scene.displacements + rng.laplace(0, scale[:, None], (len(KEYS), 3))
    if rng.uniform() < 0.05:
        read[rng.integers(len(KEYS))] += rng.normal(0, 70, 3)
    known = {key: tuple(mm) for key, mm in zip(KEYS, read) if np.isfinite(mm[0])}
    return replace(exchange, ask=prompts.with_reading(exchange.ask, prompts.reading_text(known, exchange.target)))


def kind(rng: np.random.Generator, share: tuple[tuple[Maker, float], ...]) -> Maker:
    """A maker of exchanges drawn by `share`."""
    makers, weights = zip(*share)
    return makers[int(rng.choice(len(makers), p=weights))]


DECISION_WORDS = tuple(dict.fromkeys(sum(prompts.DIRECTIONS.values(), ()))) + tuple(prompts.EXTENT_MM)


def corpus(count: int, seed: int = 0) -> Iterator[str]:
    """Text of every kind of exchange, for the tokenizer: what is asked, answered and typed."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        scene = Scene(rng.normal(0, 90, (len(KEYS), 3)), rng.uniform(size=len(KEYS)) < 0.4)
        for share in (BASE_LANGUAGE, TASKS):
            exchange = with_reading(kind(rng, share)(scene, rng), scene, rng)
            yield exchange.ask
            yield exchange.answer
    for mark in LANDMARKS:
        yield from (mark.name(i) for i in range(len(mark.names)))


_DECISION = re.compile(r"<(?:context|x|extent_x|y|extent_y|reason_x|reason_y)>(.*?)(?=</|$)")
_IDS = re.compile(r"<landmarks>\[([\d,]+)\]|<visual_reasoning>(.*?)\.|centre shows (.*?)\.")


def telling_spans(answer: str) -> list[tuple[int, int]]:
    """Character spans of an answer that depend on what is seen, and not on the form: they weigh more in the loss."""
    if answer.startswith("<output>"):
        return [match.span(1) for match in _DECISION.finditer(answer)]
    if answer.startswith("<response>"):
        return [match.span(match.lastindex) for match in _IDS.finditer(answer)]
    if answer.startswith("["):
        return [match.span() for match in re.finditer(r"(?<!\w)\d+(?=[:,\]])", answer)]
    return [(0, len(answer))]
