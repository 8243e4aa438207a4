"""`carm evaluate correction`: a model's own wrong answers, a clinician's words about them, and what it answers then.

Views are drawn until enough of the model's first answers are wrong (the landmark is not among its two), at most `cap`
a patient. Each wrong one is answered in three ways: a bare "look again", one truthful hint (a direction or a negation),
the name. Right ones are challenged in two: bare, and with the name of another landmark. Apart from these, plausible
wrong answers are planted. What the clinician says is true of the picture's geometry, except the false name, and no
phrase here is one that training uses (a test compares them).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from inference.evaluation import plan as plans
from inference.evaluation.bench import Bench, Outcome, Timed, key_ids
from inference.evaluation.plan import Case, Plan
from inference.evaluation.together import Question, ask_all
from inference.prompts import correct_prompt, locate_prompt
from inference.step import Step
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
    3D than every other by more than a tie.

    However difficult the picture is made, the question stays a fair one: the landmark that counts is in the picture,
    and in the collimator's opening where that is closed, so that who knows the anatomy could point at it."""
    for number in range(turn * ROUND, min((turn + 1) * ROUND, plan.cap)):
        rng = plans.stream(plan, index, 2, number)
        for _ in range(50):
            key = bench.known[int(rng.integers(len(bench.known)))]
            offset = plans.in_disc(plan.displace_mm or plans.CORRECTION_DISPLACE_MM, rng)
            centre = np.add(bench.patient.landmarks[key], offset)
            distance = bench.distances(centre)
            first, second = np.sort(distance[np.isfinite(distance)])[:2]
            pose = CArmPose(*map(float, centre))
            nearest = bench.nearest(pose)
            if second - first > plans.TIE_MM and nearest in bench.visible(pose, plan.blades):
                yield number, pose, nearest
                break


@dataclass(frozen=True)
class Look:
    """One more look to be asked for: the answer before, the clinician's words, and for a false name its landmark, for a
    hint its sort."""

    kind: str
    number: int
    true: str
    frame: Frame
    said: tuple[str, ...]
    words: str
    false: str = ""
    sort: str = ""


def run(bench: Bench, plan: Plan, index: int, turn: int, rights: int, wrongs: int) -> list[Outcome]:
    """One round on one patient: its first answers, with what came after the first `wrongs` wrong and the first `rights`
    right ones."""
    model = Timed(bench.model(plan))
    drawn = list(views(bench, plan, index, turn))
    frames = [bench.frame(pose, number, plan.exposure, plan.blades) for number, pose, _ in drawn]
    firsts = ask_all(model, [Question(frame, "localization", locate_prompt(2)) for frame in frames])
    out: list[Outcome] = []
    looks: list[Look] = []
    for (number, _, true), frame, (step, seconds) in zip(drawn, frames, firsts, strict=True):
        first = step.prediction
        right = true in first.landmarks
        case = Case("correction", bench.name, number, true, kind="first")
        ids = key_ids(first.landmarks) or None
        out.append(Outcome(case, first.raw, seconds, key_ids([true]), ids, right=right if first.valid else None))
        if first.valid and (rights if right else wrongs) > 0:
            rights, wrongs = rights - right, wrongs - (not right)
            rng = plans.stream(plan, index, 3, number)
            looks += _looks(bench, frame, number, true, first.landmarks, rng)
    questions = [Question(look.frame, "correction", correct_prompt(look.said, look.words)) for look in looks]
    after = ask_all(model, questions)
    out += [_outcome(bench, look, step, seconds) for look, (step, seconds) in zip(looks, after, strict=True)]
    return sorted(out, key=lambda outcome: outcome.case.number)


def _looks(
    bench: Bench, frame: Frame, number: int, true: str, said: tuple[str, ...], rng: np.random.Generator
) -> list[Look]:
    """The looks that follow a first answer: three ways after a wrong one; after a right one a bare challenge, a false
    name, and three ways after a planted wrong one."""
    pose = frame.pose
    offsets = bench.points - np.array([pose.left_mm, pose.up_mm, pose.ant_mm])
    ranked = [KEYS[i] for i in np.argsort(np.linalg.norm(offsets, axis=1)) if np.isfinite(offsets[i, 0])]

    def three_ways(prefix: str, wrong: tuple[str, ...]) -> list[Look]:
        words, sort = hint(offsets, true, wrong, rng)
        return [
            Look(f"{prefix}bare", number, true, frame, wrong, bare(rng)),
            Look(f"{prefix}hint", number, true, frame, wrong, words, sort=sort),
            Look(f"{prefix}named", number, true, frame, wrong, named(true, rng)),
        ]

    if true not in said:
        return three_ways("", said)
    looks = [Look("kept", number, true, frame, said, bare(rng))]
    false = [key for key in ranked[2:8] if key not in said]
    if false:
        key = str(rng.choice(false))
        looks.append(Look("false_name", number, true, frame, said, named(key, rng), false=key))
    if len(ranked) > 3:
        looks += three_ways("planted_", tuple(str(key) for key in rng.choice(ranked[1:7], 2, replace=False)))
    return looks


def _outcome(bench: Bench, look: Look, step: Step, seconds: float) -> Outcome:
    """Right: the reply is valid and the landmark is in its two (after a false name: and the false one is not put
    first)."""
    after = step.prediction
    right = after.valid and look.true in after.landmarks and (not look.false or after.landmarks[0] != look.false)
    return Outcome(
        Case("correction", bench.name, look.number, look.true, kind=look.kind, target=look.false),
        after.raw,
        seconds,
        key_ids([look.true]),
        key_ids(after.landmarks) or None,
        right=right,
        stopped=look.sort,
        in_view=bench.visible(look.frame.pose, look.frame.blades_mm),
        reasoning=" ".join(after.reasons),
        reading={"said": list(look.said), "feedback": look.words},
    )
