"""What the language model is taught to say about a view: questions and answers made from the view's true geometry.

Truth is used here, in training, and nowhere near a prediction. Knows the wording of `inference.prompts`; no torch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from inference import prompts
from sim.landmarks import BY_KEY, KEYS, LANDMARKS

NEAREST = 3
GRID_MM = 10
FARTHEST_MM = 400


@dataclass(frozen=True)
class Exchange:
    """One question and its answer; `sees` is False for text that is learnt without a picture."""

    ask: str
    answer: str
    sees: bool = True


@dataclass(frozen=True)
class Scene:
    """The truth of one view: displacements (14, 3) mm from the isocentre, and which landmarks are in view (14,)."""

    displacements: np.ndarray
    visible: np.ndarray

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
    x, extent_x = prompts.quantise(scene.offset(target)[0], "x")
    y, extent_y = prompts.quantise(scene.offset(target)[1], "y")
    variant = 0 if scene.sees(context) else 2
    last = _previous(scene, rng) if rng.uniform() < 0.5 else None
    answer = prompts.navigate_reply(
        context,
        x,
        extent_x,
        y,
        extent_y,
        prompts.reason_x(context, target, x, extent_x, variant),
        prompts.reason_y(context, target, y, extent_y, variant),
    )
    return Exchange(prompts.navigate_text(any_name(target, rng), last), answer)


def localization(scene: Scene, rng: np.random.Generator) -> Exchange:
    return Exchange(prompts.locate_prompt(2), prompts.locate_reply(scene.ranked[:2]))


def retrieval(scene: Scene, rng: np.random.Generator) -> Exchange:
    return Exchange(prompts.retrieval_prompt(), prompts.retrieval_reply(scene.ranked[:NEAREST]))


def correction(scene: Scene, rng: np.random.Generator) -> Exchange:
    """An earlier answer, right or wrong, the clinician's words about it, and another look. Hints are true of the
    geometry; a false name is one of the kinds, and the answer stays what is seen."""
    ranked = scene.ranked
    truth, second = ranked[:2]
    if rng.uniform() < 0.3:
        earlier = [truth, second]
    else:
        earlier = list(rng.choice(ranked[1:7], 2, replace=False))
    if rng.uniform() < 0.3:
        earlier = earlier[:1]
    kind = rng.choice(["bare", "direction", "negation", "name", "false"], p=[0.35, 0.2, 0.15, 0.15, 0.15])
    denied = None
    wrong = [key for key in earlier if key != truth]
    if kind == "direction" and wrong:
        words = _hint(scene.offset(truth) - scene.offset(wrong[0]), rng) or _choice(BARE, rng)
    elif kind == "negation" and wrong:
        words = _choice(NOT, rng).format(prompts.name_of(wrong[0]) if rng.uniform() < 0.5 else any_name(wrong[0], rng))
        denied = wrong[0]
    elif kind == "name":
        words = _choice(NAMED, rng).format(any_name(truth, rng))
    elif kind == "false":
        denied = str(rng.choice(ranked[2:8]))
        words = _choice(NAMED, rng).format(any_name(denied, rng))
    else:
        words = _choice(BARE, rng)
    inside = [key for key in ranked[:5] if scene.sees(key)][:3]
    reasoning = prompts.correction_reasoning(inside, [truth, second], denied)
    return Exchange(prompts.correct_prompt(earlier, words), prompts.correct_reply(reasoning, [truth, second]))


BARE = (
    "look again", "no", "no, look again", "wrong", "that is not right", "I don't think so", "try again",
    "are you sure?", "check again please", "not quite", "look again carefully", "reject", "nope", "incorrect",
)  # fmt: skip
NOT = (
    "not the {}",
    "that is not the {}",
    "no, not {}",
    "this is not the {}",
    "it isn't the {}",
    "not {}, look again",
)
NAMED = (
    "that is the {}", "that's the {}", "it is the {}", "this is {}", "no, that's the {}", "I see the {}",
    "the {}", "wrong, it's the {}", "actually the {}",
)  # fmt: skip
_HINTS = {
    "up": (
        "higher",
        "too low",
        "more cranial",
        "look further up",
        "it is above that",
        "more toward the head",
    ),
    "down": (
        "lower",
        "too high",
        "more caudal",
        "look further down",
        "it is below that",
        "more toward the feet",
    ),
    "left": ("more to the patient's left", "too far right", "further left", "it is on the left of that"),
    "right": ("more to the patient's right", "too far left", "further right", "it is on the right of that"),
}
_HINT_FROM_MM = 25.0


def _hint(offset: np.ndarray, rng: np.random.Generator) -> str | None:
    ways = [
        way
        for mm, more, less in ((offset[0], "left", "right"), (offset[1], "up", "down"))
        for way in ([more] if mm > _HINT_FROM_MM else [less] if mm < -_HINT_FROM_MM else [])
    ]
    return _choice(_HINTS[str(rng.choice(ways))], rng) if ways else None


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
    """A landmark to ask for: any, but one in view in half of the cases, so that fine moves are practised."""
    known = scene.ranked
    inside = [key for key in known if scene.sees(key)]
    return str(rng.choice(inside if inside and rng.uniform() < 0.5 else known))


def _choice(options: tuple[str, ...], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]


Maker = Callable[[Scene, np.random.Generator], Exchange]
BASE_LANGUAGE: tuple[tuple[Maker, float], ...] = ((where, 0.6), (near, 0.1), (seen, 0.1), (form, 0.2))
TASKS: tuple[tuple[Maker, float], ...] = (
    (navigation, 0.5),
    (localization, 0.2),
    (retrieval, 0.15),
    (correction, 0.15),
)


def make(scene: Scene, rng: np.random.Generator, share: tuple[tuple[Maker, float], ...]) -> Exchange:
    """One exchange about `scene`, its kind drawn by `share`."""
    makers, weights = zip(*share)
    return makers[int(rng.choice(len(makers), p=weights))](scene, rng)


DECISION_WORDS = tuple(dict.fromkeys(sum(prompts.DIRECTIONS.values(), ()))) + tuple(prompts.EXTENT_MM)


def corpus(count: int, seed: int = 0) -> Iterator[str]:
    """Text of every kind of exchange, for the tokenizer: what is asked, answered and typed."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        scene = Scene(rng.normal(0, 90, (len(KEYS), 3)), rng.uniform(size=len(KEYS)) < 0.4)
        for share in (BASE_LANGUAGE, TASKS):
            exchange = make(scene, rng, share)
            yield exchange.ask
            yield exchange.answer
    for mark in LANDMARKS:
        yield from (mark.name(i) for i in range(len(mark.names)))


_DECISION = re.compile(r"<(?:context|x|extent_x|y|extent_y)>(.*?)</")
_IDS = re.compile(r"<landmarks>\[([\d,]+)\]")


def telling_spans(answer: str) -> list[tuple[int, int]]:
    """Character spans of an answer that depend on what is seen, and not on the form: they weigh more in the loss."""
    if answer.startswith("<output>"):
        return [match.span(1) for match in _DECISION.finditer(answer)]
    if answer.startswith("<response>"):
        return [match.span(1) for match in _IDS.finditer(answer)]
    if answer.startswith("["):
        return [match.span() for match in re.finditer(r"(?<!\w)\d+(?=[:,\]])", answer)]
    return [(0, len(answer))]
