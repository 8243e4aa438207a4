"""`carm evaluate correction`: a model's own wrong answers, a clinician's words about them, and what it answers then.

Views are drawn until enough of the model's first answers are wrong (the landmark is not among its two), at most `cap`
a patient. Each wrong one is answered in three ways: a bare "look again", one truthful hint (a direction or a negation),
the name. Right ones are challenged in two: bare, and with the name of another landmark. Apart from these, plausible
wrong answers are planted. What the clinician says is true of the picture's geometry, except the false name, and no
phrase here is one that training uses (a test compares them).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from inference.correct import correct
from inference.evaluation import plan as plans
from inference.evaluation.bench import Bench, Outcome, Timed, key_ids, set_where
from inference.evaluation.plan import Case, Plan
from inference.localize import localize
from sim.frame import Frame
from sim.landmarks import BY_KEY, KEYS
from sim.pose import CArmPose

KINDS = ("bare", "hint", "named", "kept", "false_name", "planted_bare", "planted_hint", "planted_named")
ROUND = plans.CHUNK["correction"]
"""Views that are drawn of each patient before it is asked whether there are enough."""
CLEAR_MM = 25.0
"""A direction is only given where it is this clear."""

BARE = (
    "examine it afresh",
    "I would have it differently, look harder",
    "give the picture more thought",
    "I doubt that very much",
    "this does not convince me at all",
    "go over the picture anew",
    "mm, I read this view otherwise",
    "review your answer",
)
NAMED = (
    "for me what sits in the centre of this view is {}",
    "my reading of it: {}",
    "trust me, here we have {}",
    "anyone can tell it is really {}",
    "the beam is centred on {}",
    "the bone in the crosshairs would be {}",
)
NEGATED = (
    "whatever it is, {} it is not",
    "I can tell you {} lies somewhere else",
    "leave out {} and answer afresh",
    "you have mistaken something for {}",
)
HINTS = {
    "up": (
        "what we see sits nearer the head than what you named",
        "your answer is too far toward the feet",
        "the middle of this view is a good bit cranial of your answer",
    ),
    "down": (
        "what we see sits nearer the feet than what you named",
        "your answer is too far toward the head",
        "the middle of this view is a good bit caudal of your answer",
    ),
    "left": (
        "what we see is further over on the patient's left than what you named",
        "you named something too far over on the patient's right",
    ),
    "right": (
        "what we see is further over on the patient's right than what you named",
        "you named something too far over on the patient's left",
    ),
    "lateral": (
        "what we see is more lateral than your answer",
        "your answer lies too near the midline",
    ),
    "medial": (
        "what we see is more medial than your answer",
        "your answer lies too far out to the side",
    ),
}


def the(name: str) -> str:
    return name if name.startswith("T1") else f"the {name}"


def any_name(key: str, rng: np.random.Generator) -> str:
    mark = BY_KEY[key]
    return the(mark.name(int(rng.integers(len(mark.names)))))


def bare(rng: np.random.Generator) -> str:
    return _one(BARE, rng)


def named(key: str, rng: np.random.Generator) -> str:
    return _one(NAMED, rng).format(any_name(key, rng))


def directions(offsets: np.ndarray, true: str, said: str) -> list[str]:
    """The directions from the said landmark to the true one that are clear: keys of HINTS. `offsets` (14, 3) mm."""
    way = offsets[KEYS.index(true)] - offsets[KEYS.index(said)]
    middle = np.nanmean(offsets[[KEYS.index(key) for key in ("t1", "carina", "t12")], 0])
    out, away = (abs(offsets[KEYS.index(key)][0] - middle) for key in (true, said))
    found = []
    for mm, more, less in ((way[0], "left", "right"), (way[1], "up", "down"), (out - away, "lateral", "medial")):
        if mm > CLEAR_MM:
            found.append(more)
        elif mm < -CLEAR_MM:
            found.append(less)
    return found


def hint(offsets: np.ndarray, true: str, said: Sequence[str], rng: np.random.Generator) -> tuple[str, str]:
    """One truthful hint about a wrong answer and its kind: "direction" from the first landmark said, in half of the
    cases where one is clear, else "negation" of it."""
    ways = directions(offsets, true, said[0])
    if ways and rng.uniform() < 0.5:
        return _one(HINTS[str(rng.choice(ways))], rng), "direction"
    return _one(NEGATED, rng).format(any_name(said[0], rng)), "negation"


def _one(options: Sequence[str], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]


def views(bench: Bench, plan: Plan, index: int, turn: int) -> Iterator[tuple[int, CArmPose, str]]:
    """The views of round `turn`: (number, pose, the landmark at the centre). Around landmarks, where one is nearer in
    3D than every other by more than a tie."""
    for number in range(turn * ROUND, (turn + 1) * ROUND):
        rng = plans.stream(plan, index, 2, number)
        for _ in range(50):
            key = bench.known[int(rng.integers(len(bench.known)))]
            offset = plans.in_disc(plan.displace_mm or plans.CORRECTION_DISPLACE_MM, rng)
            centre = np.add(bench.patient.landmarks[key], offset)
            distance = bench.distances(centre)
            first, second = np.sort(distance[np.isfinite(distance)])[:2]
            if second - first > plans.TIE_MM:
                yield number, CArmPose(*map(float, centre)), KEYS[int(np.nanargmin(distance))]
                break


def run(bench: Bench, plan: Plan, index: int, turn: int, rights: int) -> list[Outcome]:
    """One round on one patient: every wrong first answer, and the first `rights` right ones, with what came after."""
    model = Timed(bench.model(plan))
    out: list[Outcome] = []
    for number, pose, true in views(bench, plan, index, turn):
        model.reset()
        set_where(model, lambda pose=pose: pose)
        frame = bench.frame(pose, number)
        *_, step = localize(model, frame, top=2)
        first = step.prediction
        right = true in first.landmarks
        case = Case("correction", bench.name, number, true, kind="first")
        out.append(
            Outcome(
                case,
                first.raw,
                model.seconds,
                key_ids([true]),
                key_ids(first.landmarks) or None,
                right=right if first.valid else None,
            )
        )
        if not first.valid or (right and rights <= 0):
            continue
        rights -= right
        rng = plans.stream(plan, index, 3, number)
        asked = Asked(bench, model, frame, number, true)
        offsets = bench.points - np.array([pose.left_mm, pose.up_mm, pose.ant_mm])
        ranked = [KEYS[i] for i in np.argsort(np.linalg.norm(offsets, axis=1)) if np.isfinite(offsets[i, 0])]
        if not right:
            out += asked.three_ways("", first.landmarks, offsets, rng)
            continue
        out.append(asked.again("kept", first.landmarks, bare(rng)))
        false = [key for key in ranked[2:8] if key not in first.landmarks]
        if false:
            key = str(rng.choice(false))
            out.append(asked.again("false_name", first.landmarks, named(key, rng), false=key))
        planted = tuple(str(key) for key in rng.choice(ranked[1:7], 2, replace=False)) if len(ranked) > 3 else ()
        if planted:
            out += asked.three_ways("planted_", planted, offsets, rng)
    return out


class Asked:
    """One view and the landmark at its centre, about which the model is asked again."""

    def __init__(self, bench: Bench, model: Timed, frame: Frame, number: int, true: str):
        self.bench, self.model, self.frame, self.number, self.true = bench, model, frame, number, true

    def three_ways(
        self, prefix: str, said: tuple[str, ...], offsets: np.ndarray, rng: np.random.Generator
    ) -> list[Outcome]:
        words, sort = hint(offsets, self.true, said, rng)
        return [
            self.again(f"{prefix}bare", said, bare(rng)),
            self.again(f"{prefix}hint", said, words, sort=sort),
            self.again(f"{prefix}named", said, named(self.true, rng)),
        ]

    def again(self, kind: str, said: tuple[str, ...], words: str, false: str = "", sort: str = "") -> Outcome:
        """Ask for another look. Right: the reply is valid and the landmark is in its two (after a false name: and the
        false one is not put first)."""
        self.model.reset()
        *_, step = correct(self.model, self.frame, said, words)
        after = step.prediction
        right = after.valid and self.true in after.landmarks and (not false or after.landmarks[0] != false)
        case = Case("correction", self.bench.name, self.number, self.true, kind=kind, target=false)
        return Outcome(
            case,
            after.raw,
            self.model.seconds,
            key_ids([self.true]),
            key_ids(after.landmarks) or None,
            right=right,
            stopped=sort,
            in_view=self.bench.visible(self.frame.pose),
            reasoning=" ".join(after.reasons),
            reading={"said": list(said), "feedback": words},
        )
