"""Who does what, and in which order.

Counterbalanced by Williams' design (E. J. Williams, Aust. J. Sci. Res. A 2 (1949) 149), a Latin square in which each
condition follows each other one equally often; an odd number takes the square and its mirror image. Knows no window
and runs nothing: study_run.py walks through the plan made here.
"""

from __future__ import annotations

from dataclasses import dataclass

from carm_gui.session.study import Protocol, ProtocolError


def williams(n: int) -> tuple[tuple[int, ...], ...]:
    """Rows of Williams' design for `n` treatments: n rows when n is even, 2 n when it is odd. Every treatment stands
    once at each place of a square, and over the rows follows each other one equally often."""
    first = [0]
    for step in range(1, n):
        first.append((n - step // 2) % n if step % 2 == 0 else (step + 1) // 2)
    rows = [tuple((item + shift) % n for item in first) for shift in range(n)]
    if n % 2 and n > 1:
        rows += [tuple(reversed(row)) for row in rows]
    return tuple(rows)


@dataclass(frozen=True)
class Item:
    """One page or trial of a participant's run. `kind`: "welcome", "trial", "pause", "questionnaire" or "debriefing".
    `number` counts the trials that count, from 1; a practice trial has 0."""

    kind: str
    task: str = ""
    condition: str = ""
    practice: bool = False
    number: int = 0
    questionnaire: str = ""

    @property
    def label(self) -> str:
        """A name for folders and lists."""
        if self.kind == "trial":
            return f"{'practice' if self.practice else f'{self.number:02}'}_{self.task}_{self.condition}"
        return f"{self.kind}_{self.questionnaire}" if self.questionnaire else self.kind


def plan(protocol: Protocol, code: str) -> tuple[Item, ...]:
    """The participant's whole run, in order. Raises ProtocolError for a code that is not one of the study's."""
    codes = protocol.participants.codes
    if code not in codes:
        raise ProtocolError(
            f"There is no participant {code!r} in this study; give a code from {codes[0]} to {codes[-1]}, never a name."
        )
    blocks = order(protocol, codes.index(code))
    items = [Item("welcome")]
    items += [Item("trial", p.task, p.condition, practice=True) for p in protocol.practice]
    number, asked = 0, protocol.questionnaires
    total = sum(len(tasks) for _, tasks in blocks)
    for condition, tasks in blocks:
        asking = [Item("questionnaire", condition=condition, questionnaire=name) for name in asked.after_condition]
        for task in tasks:
            number += 1
            items.append(Item("trial", task, condition, number=number))
            if task == tasks[-1]:
                items += asking
            if protocol.pause_after and number % protocol.pause_after == 0 and number < total:
                items.append(Item("pause"))
    items += [Item("questionnaire", questionnaire=name) for name in asked.at_end]
    return (*items, Item("debriefing"))


def order(protocol: Protocol, index: int) -> list[tuple[str, list[str]]]:
    """Blocks (condition, its tasks in order) of participant number `index`, from 0.

    Conditions follow Williams' row `index`. Crossed: within block b the tasks follow row index + b. Rotated: the
    conditions of the tasks turn by one from participant to participant, and once more after each whole design, so that
    a task meets each condition, and a condition each place, equally often in every whole design, and a task each place
    over as many designs as there are conditions."""
    conditions = [c.name for c in protocol.conditions]
    tasks = [t.name for t in protocol.tasks if not t.practice_only]
    rows, task_rows = williams(len(conditions)), williams(len(tasks))
    row = rows[index % len(rows)]
    turn = index + index // len(rows)
    blocks = []
    for place, which in enumerate(row):
        if protocol.design == "crossed":
            inside = task_rows[(index + place) % len(task_rows)]
        else:
            inside = [t for t in task_rows[index % len(task_rows)] if (t + turn) % len(conditions) == which]
        if inside:
            blocks.append((conditions[which], [tasks[t] for t in inside]))
    return blocks
