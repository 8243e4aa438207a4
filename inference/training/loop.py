"""Last stage: the adapter learns from the loop itself. The model steers virtual patients that it has not seen, and what
it is likelier to do next time is what brought the target nearer.

A step has 7 x 7 moves and the patient's geometry tells what each would be worth, so that the expected reward of a step
and its gradient are exact: the policy gradient of group-relative learning (GRPO, Shao et al. 2024, arXiv 2402.03300)
with every move in the group and none left to chance. The states are the model's own: a move that it drew is gone, and
the view from there is what it sees next. The truth rewards; it is never shown.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from peft import PeftModel
from pydantic import Field
from torch import nn

from inference import prompts
from inference.evaluation.measures import optimal_moves
from inference.models.folder import sha256_of
from inference.models.weights import load_processor, read_whole
from inference.training.config import Part, Stage
from inference.training.dialogue import DECISION_WORDS, Exchange
from inference.training.language import IGNORED, Writer, forward, look, save_adapter
from inference.training.pace import Clock, device_of, keep, learning_rate
from sim import sampling
from sim.landmarks import BY_KEY, KEYS
from sim.pose import CArmPose

MOST_STEPS = 8
ARRIVED_MM = 25.0
DISPLACED_MM = 60.0
MOVE_COST = 0.1
"""What a move costs beside what it gains; 30 mm nearer gain 1."""
_EXTENTS = [extent for extent in prompts.EXTENT_MM if extent != "NONE"]
MOVES = {
    axis: [(centre, "NONE"), *((way, extent) for way in (positive, negative) for extent in _EXTENTS)]
    for axis, (positive, negative, centre) in prompts.DIRECTIONS.items()
}


class LoopRecipe(Part):
    """`start` holds the base and the adapter to go on from, `out` takes the checkpoint and the new adapter. Each round
    `subjects` patients, from training seed `first_seed` on, are steered `trips` times; `check` trips over `checked`
    validation patients say what came of it. `practice` counts steps as samples; its batch is the trips that walk side
    by side."""

    start: Path
    out: Path
    seed: int = 7
    first_seed: int = 650_000
    subjects: int = Field(8, ge=1)
    trips: int = Field(12, ge=1)
    checked: int = Field(12, ge=1)
    check: int = Field(182, ge=1)
    bfloat16: bool = True
    threads: int = 2
    device: str = "auto"
    spacing_mm: float = 3.0
    practice: Stage


@dataclass
class Trip:
    """One navigation of a patient: where the view is, and where it is to go."""

    room: Room
    target: str
    place: np.ndarray  # (3,) mm, left, up, ant
    last: tuple[str, str, str, str, str] | None = None
    moves: int = 0
    stopped: bool = False
    optimal: int = 0
    goal: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.goal = self.room.points[KEYS.index(self.target)]
        self.optimal = optimal_moves(tuple(self.way))

    @property
    def way(self) -> np.ndarray:
        """(2,) mm, left and up, from the view's centre to the target."""
        return (self.goal - self.place)[:2]

    @property
    def ask(self) -> str:
        return prompts.navigate_text(self.target, self.last)

    def go(self, context: str, x: tuple[str, str], y: tuple[str, str]) -> None:
        motion = prompts.motion_of(*x, *y)
        if motion.left_mm == motion.up_mm == 0:
            self.stopped = True
            return
        self.place = np.add(self.place, (motion.left_mm, motion.up_mm, 0.0))
        self.last = (context, *x, *y)
        self.moves += 1


class Room:
    """A patient under the tube, and what a model sees of him from any place."""

    def __init__(self, seed: int, spacing_mm: float):
        from sim.patient import virtual
        from sim.xray.cpu import CpuProjector
        from sim.xray.detector import Detector

        patient = virtual.build(seed, spacing_mm)
        self.points = sampling.within(patient)
        self.projector, self.detector = CpuProjector(patient, threads=1), Detector()

    def picture(self, place: np.ndarray, number: int) -> np.ndarray:
        signal = self.projector.render(CArmPose(*map(float, place)), prompts.PICTURE_SIZE)
        return prompts.picture(self.detector.expose(signal, number))

    def trips(self, count: int, rng: np.random.Generator) -> list[Trip]:
        """`count` ways between two landmarks, from places up to `DISPLACED_MM` off the first."""
        known = [key for key, point in zip(KEYS, self.points) if np.isfinite(point[0])]
        out = []
        for _ in range(count):
            start, target = rng.choice(known, 2, replace=False)
            angle, radius = rng.uniform(0, 2 * np.pi), DISPLACED_MM * np.sqrt(rng.uniform())
            off = (radius * np.cos(angle), radius * np.sin(angle), 0.0)
            out.append(Trip(self, str(target), self.points[KEYS.index(start)] + off))
        return out


def worth(way: np.ndarray) -> np.ndarray:
    """What standing `way` (..., 2) mm before the target is worth: progress and arrival."""
    distance = np.linalg.norm(way, axis=-1)
    return (distance <= ARRIVED_MM) - distance / prompts.EXTENT_MM["SMALL"]


def reward(way: np.ndarray, motion: np.ndarray) -> np.ndarray:
    """The worth of moves (..., 2) mm when the target lies at `way` (2,) mm."""
    return worth(way - motion) - MOVE_COST * (motion != 0).any(-1)


class Policy:
    """What the model would do about a picture: the likelihood of every move, read from its own words."""

    def __init__(self, model, writer: Writer, bfloat16: bool):
        self.model, self.writer, self.bfloat16 = model, writer, bfloat16
        coded = [writer.tokenizer(word, add_special_tokens=False)["input_ids"] for word in DECISION_WORDS]
        self.deciding = torch.tensor([word for (word,) in coded])

    def see(self, trips: Sequence[Trip], number: int) -> torch.Tensor:
        """Image tokens (n, tokens, width) of what each trip sees."""
        seen = np.stack([trip.room.picture(trip.place, number + i) for i, trip in enumerate(trips)])
        device = next(self.model.parameters()).device
        return look(self.model.get_base_model(), torch.from_numpy(seen).to(device), self.bfloat16)

    @torch.no_grad()
    def contexts(self, trips: Sequence[Trip], tokens: torch.Tensor) -> list[str]:
        """The landmark that the model says it sees, one a trip."""
        rows = [[self._told(trip, BY_KEY[key].title) for key in KEYS] for trip in trips]
        return [BY_KEY[KEYS[i]].title for i in self._likelihoods(rows, tokens, None).argmax(1).tolist()]

    def across(self, trips: Sequence[Trip], tokens: torch.Tensor, contexts: list[str]) -> torch.Tensor:
        """Log-likelihoods (n, 7) of the moves from side to side, in the order of MOVES."""
        rows = [
            [self._told(trip, context, x) for x in MOVES["x"]] for trip, context in zip(trips, contexts, strict=True)
        ]
        return torch.log_softmax(self._likelihoods(rows, tokens, self.deciding), 1)

    def along(self, trips: Sequence[Trip], tokens: torch.Tensor, contexts: list[str], chosen: list) -> torch.Tensor:
        """As `across`, of the moves along the body after the `chosen` ones from side to side."""
        rows = [
            [self._told(trip, context, x, y) for y in MOVES["y"]]
            for trip, context, x in zip(trips, contexts, chosen, strict=True)
        ]
        return torch.log_softmax(self._likelihoods(rows, tokens, self.deciding), 1)

    def _told(self, trip: Trip, context: str, x=None, y=None) -> Exchange:
        """A navigation as far as it is told here."""
        whole = prompts.navigate_reply(context, *(x or ("", "")), *(y or ("", "")), "", "")
        end = "</extent_y>" if y else "</extent_x>" if x else "</x>"
        return Exchange(trip.ask, whole.partition(end)[0], target=trip.target, whole=False)

    def _likelihoods(self, rows: list[list[Exchange]], tokens: torch.Tensor, only: torch.Tensor | None) -> torch.Tensor:
        """Log-likelihood (views, exchanges) of each answer, of its tokens in `only` alone where given."""
        batch = {name: part.to(tokens.device) for name, part in self.writer.batch(rows).items()}
        with torch.autocast(tokens.device.type, torch.bfloat16, enabled=self.bfloat16):
            logits, _ = forward(self.model, tokens, batch)
        answered = batch["labels"][:, 1:] != IGNORED
        labels = batch["labels"][:, 1:][answered]
        said = -nn.functional.cross_entropy(logits.float(), labels, reduction="none")
        if only is not None:
            said = said * torch.isin(labels, only.to(labels.device))
        row = answered.nonzero()[:, 0]
        place = row * len(rows[0]) + batch["part"][:, 1:][answered] - 1
        return torch.zeros(len(rows) * len(rows[0]), device=said.device).index_add(0, place, said).view(len(rows), -1)


def step(policy: Policy, trips: Sequence[Trip], number: int, rng: np.random.Generator | None) -> torch.Tensor:
    """One step of every trip: drawn by `rng`, or the likeliest moves. Returns the expected reward, whose gradient is
    the policy's."""
    tokens = policy.see(trips, number)
    contexts = policy.contexts(trips, tokens)
    across = policy.across(trips, tokens, contexts).exp()
    x = [MOVES["x"][i] for i in _chosen(across, rng)]
    along = policy.along(trips, tokens, contexts, x).exp()
    y = [MOVES["y"][i] for i in _chosen(along, rng)]
    gained = [[reward(trip.way, _motions([(each, b) for each in MOVES["x"]])) for trip, b in zip(trips, y)]]
    gained += [[reward(trip.way, _motions([(a, each) for each in MOVES["y"]])) for trip, a in zip(trips, x)]]
    gained = torch.from_numpy(np.array(gained, np.float32)).to(across.device)
    for trip, context, a, b in zip(trips, contexts, x, y):
        trip.go(context, a, b)
    return (across * gained[0] + along * gained[1]).sum(1).mean() / 2


def _chosen(likelihood: torch.Tensor, rng: np.random.Generator | None) -> list[int]:
    if rng is None:
        return likelihood.argmax(1).tolist()
    share = likelihood.detach().double().cpu().numpy()
    return [int(rng.choice(len(each), p=each / each.sum())) for each in share]


def _motions(moves: Sequence[tuple[tuple[str, str], tuple[str, str]]]) -> np.ndarray:
    motions = [prompts.motion_of(*x, *y) for x, y in moves]
    return np.array([(motion.left_mm, motion.up_mm) for motion in motions])


@torch.no_grad()
def figures(policy: Policy, recipe: LoopRecipe) -> dict[str, float]:
    """How the likeliest moves end, on validation patients that nothing was learnt from."""
    trips: list[Trip] = []
    for i in range(recipe.checked):
        rng = np.random.default_rng([recipe.seed, 1, i])
        share = recipe.check // recipe.checked + (i < recipe.check % recipe.checked)
        mine = Room(900_500 + i, recipe.spacing_mm).trips(share, rng)
        for number in range(MOST_STEPS):
            if walking := [trip for trip in mine if not trip.stopped]:
                step(policy, walking, 1000 * number, None)
        trips += mine
        for trip in mine:
            trip.room = None  # a patient takes tens of megabytes
    ends = np.array([np.linalg.norm(trip.way) for trip in trips])
    return {
        "trips": len(trips),
        "arrived_within_25mm": round(float((ends <= ARRIVED_MM).mean()), 3),
        "median_final_error_mm": round(float(np.median(ends)), 1),
        "stopped": round(float(np.mean([trip.stopped for trip in trips])), 3),
        "mean_extra_moves": round(float(np.mean([trip.moves - trip.optimal for trip in trips])), 2),
    }


def rounds(recipe: LoopRecipe, seed: int, rng: np.random.Generator) -> Iterator[list[Trip]]:
    """Trips of new patients, without end, from training seed `seed` on."""
    while True:
        rooms = [Room(seed + i, recipe.spacing_mm) for i in range(recipe.subjects)]
        seed += recipe.subjects
        yield [trip for room in rooms for trip in room.trips(recipe.trips, rng)]


def train_loop(recipe: LoopRecipe, resume: bool = False, say: Callable[[str], None] = print) -> dict[str, dict]:
    """Steer, learn, and leave base and new adapter in recipe.out, with the figures before and after in loop.json.
    Raises ValueError when `start` holds no base and adapter, or is not what the checkpoint began with."""
    if not (recipe.start / "base").is_dir() or not (recipe.start / "adapter").is_dir():
        raise ValueError(f"{recipe.start} holds no base and adapter; train them first, or name another start.")
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(recipe.threads)
    base, device = recipe.start / "base", device_of(recipe.device)
    began_with = sha256_of(base) + sha256_of(recipe.start / "adapter")
    model = read_whole(base, dtype=torch.float32).to(device)
    model = PeftModel.from_pretrained(model, recipe.start / "adapter", is_trainable=True).eval()
    policy = Policy(model, Writer(load_processor(base)), recipe.bfloat16)
    stage, kept = recipe.practice, recipe.out / "loop.pt"
    named = {name: p for name, p in model.named_parameters() if p.requires_grad}
    optimiser = torch.optim.AdamW(named.values(), lr=0.0, weight_decay=stage.weight_decay, betas=(0.9, 0.98))
    clock, done, seed, before = Clock(stage, stage.samples), 0, recipe.first_seed, None
    recipe.out.mkdir(parents=True, exist_ok=True)
    if resume and kept.exists():
        state = torch.load(kept, weights_only=True, map_location=device)
        if state["start"] != began_with:
            raise ValueError(f"{kept} was begun from another model than {recipe.start}; name that, or another out.")
        for name, value in state["parameters"].items():
            named[name].data.copy_(value)
        optimiser.load_state_dict(state["optimiser"])
        done, seed, before, clock.before = state["done"], state["seed"], state["before"], state["spent"]
        say(f"loop: going on after {done} steps")
    if before is None:
        before = figures(policy, recipe)
        say(f"loop: before {json.dumps(before)}")
        clock = Clock(stage, stage.samples)
    rng = np.random.default_rng([recipe.seed, seed])
    for trips in rounds(recipe, seed, rng):
        rng.shuffle(trips)
        while walking := [trip for trip in trips if not trip.stopped and trip.moves < MOST_STEPS]:
            for start in range(0, len(walking), stage.batch):
                now = walking[start : start + stage.batch]
                for group in optimiser.param_groups:
                    group["lr"] = learning_rate(stage, clock.progress(done))
                expected = step(policy, now, done, rng)
                optimiser.zero_grad(set_to_none=True)
                (-expected).backward()
                nn.utils.clip_grad_norm_(named.values(), stage.clip)
                optimiser.step()
                done += len(now)
        seed += recipe.subjects
        ends = np.array([np.linalg.norm(trip.way) for trip in trips])
        say(
            f"loop: {done} steps, {100 * clock.progress(done):.0f} %, {len(trips)} trips ended "
            f"{np.median(ends):.1f} mm from their targets, {(ends <= ARRIVED_MM).mean():.2f} within {ARRIVED_MM:g} mm"
        )
        state = {"parameters": {name: p.data for name, p in named.items()}, "optimiser": optimiser.state_dict()}
        about = {"start": began_with, "done": done, "seed": seed, "before": before, "spent": clock.spent()}
        keep({**state, **about}, kept)
        if clock.progress(done) >= 1:
            break
    out = {"before": before, "after": figures(policy, recipe), "steps": done}
    say(f"loop: after {json.dumps(out['after'])}")
    shutil.copytree(base, recipe.out / "base", dirs_exist_ok=True)
    save_adapter(model, recipe.out / "adapter", base)
    (recipe.out / "loop.json").write_text(json.dumps(out, indent=1))
    return out
