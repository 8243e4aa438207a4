"""A protocol read from YAML, checked whole before anyone sits down: every mistake in one sentence, with its line.
Knows the forms (study.py) and no more of YAML than where a value stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from carm_gui.session.questionnaires import names
from carm_gui.session.study import (
    Condition,
    Form,
    Participants,
    Position,
    Practice,
    Protocol,
    ProtocolError,
    Questions,
    Show,
    Success,
    Task,
    View,
)
from sim.resource import resource

DEEPEST = 20
"""Lists in lists that are followed; a protocol has six."""


def read(file: Path) -> Protocol:
    """The protocol in `file`. Raises ProtocolError with every mistake and its line."""
    try:
        text = Path(file).read_text(encoding="utf-8")
    except OSError as problem:
        raise ProtocolError(f"{file}: {(problem.strerror or str(problem)).lower()}.") from problem
    except UnicodeDecodeError as problem:
        raise ProtocolError(f"{file} is not a text file (UTF-8).") from problem
    return parse(text, str(file))


def parse(text: str, source: str = "protocol") -> Protocol:
    """The protocol in `text`; `source` is what its mistakes are said to lie in."""
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise ProtocolError(f"{source}, line {event.start_mark.line + 1}: this is nested too deeply.")
            if isinstance(event, yaml.AliasEvent):
                raise ProtocolError(f"{source}, line {event.start_mark.line + 1}: write it out; no * stands here.")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        mistakes = _twice(node, source)
        if mistakes:
            raise ProtocolError("\n".join(mistakes))
        value = yaml.safe_load(text)
    except yaml.MarkedYAMLError as problem:
        told, mark = problem.problem or "this is not YAML", problem.problem_mark
        if "end of stream" in told and problem.context_mark:  # what is never closed is said where it was opened
            what = (problem.context or "something").split(maxsplit=2)[-1]  # "while scanning a quoted scalar"
            told, mark = f"{what} is never closed", problem.context_mark
        raise ProtocolError(f"{source}, line {mark.line + 1 if mark else 1}: {told}.") from problem
    except (yaml.YAMLError, ValueError) as problem:
        if isinstance(problem, ProtocolError):
            raise
        raise ProtocolError(f"{source} is not YAML: {' '.join(str(problem).split())}.") from problem
    if not isinstance(value, dict):
        raise ProtocolError(f"{source} is no protocol: it must be a list of fields such as study, title and tasks.")
    try:
        protocol = Protocol.model_validate(value)
    except ValidationError as problem:
        errors = problem.errors()
        # A list whose items were refused is counted as empty too; the items say it better.
        places = [tuple(e["loc"]) for e in errors]
        errors = [
            e for e in errors if e["type"] != "too_short" or sum(p[: len(e["loc"])] == e["loc"] for p in places) < 2
        ]
        raise ProtocolError("\n".join(dict.fromkeys(_said(e, node, source) for e in errors))) from problem
    object.__setattr__(protocol, "_text", text)
    mistakes = list(_contradictions(protocol, node, source))
    if mistakes:
        raise ProtocolError("\n".join(mistakes))
    return protocol


def _said(error: Any, node: yaml.Node, source: str) -> str:
    place = tuple(part for part in error["loc"] if isinstance(part, int) or part not in ("str", "Position"))
    told = error["msg"].removeprefix("Value error, ")
    told = told[:1].lower() + told[1:] if not told.startswith("'") else told
    if error["type"] == "extra_forbidden":
        told = f"there is no field called {place[-1]}{_meant(place)}"
    elif place[-1:] == ("start",):
        told = error["msg"].removeprefix("Value error, ")
        if error["type"] != "value_error":
            told = "give a landmark, or a position such as {left_mm: 0, up_mm: -50}"
    elif error["type"] == "missing":
        told = "this field is missing"
    elif error["type"] == "tuple_type":
        told = "this must be a list, such as [a, b]"
    elif error["type"] == "too_short":
        told = "this list is empty"
    elif error["type"] in ("model_type", "dataclass_type"):
        told = "this must have fields, such as {name: value}"
    elif error["type"] == "string_pattern_mismatch":
        told = f"{error['input']!r} is not allowed here; use lower-case letters, digits and hyphens"
        if place and place[-1] == "prefix":
            told = f"{error['input']!r} is not a prefix; use one to three capital letters"
    return f"{source}, line {_line(node, place)}: {_path(place)}: {told}."


def _meant(place: tuple) -> str:
    from rapidfuzz import process

    forms = {"tasks": Task, "conditions": Condition, "participants": Participants, "practice": Practice}
    forms |= {"questionnaires": Questions, "show": Show, "success": Success, "view": View, "start": Position}
    form: type[Form] = Protocol
    for part in place[:-1]:
        form = forms.get(part, form)
    best = process.extractOne(str(place[-1]), list(form.model_fields), score_cutoff=65)
    return f"; did you mean {best[0]}" if best else f"; there are {', '.join(form.model_fields)}"


def _path(place: tuple) -> str:
    text = ""
    for part in place:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "the file"


def _line(node: yaml.Node | None, place: tuple) -> int:
    """Line of the value at `place`, or of the innermost thing around it that is there."""
    line = 1
    for part in place:
        found = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    line, found = key.start_mark.line + 1, value
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            found = node.value[part]
            line = found.start_mark.line + 1
        if found is None:
            break
        node = found
    return line


def _twice(node: yaml.Node | None, source: str) -> list[str]:
    """A field given twice would silently win over the first."""
    found = []
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                found.append(f"{source}, line {key.start_mark.line + 1}: {key.value} is given twice.")
            seen.add(key.value)
            found += _twice(value, source)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            found += _twice(item, source)
    return found


def _contradictions(protocol: Protocol, node: yaml.Node, source: str):
    """What is well formed and still cannot be."""

    def said(place: tuple, told: str) -> str:
        return f"{source}, line {_line(node, place)}: {_path(place)}: {told}."

    for part in ("tasks", "conditions"):
        seen: set[str] = set()
        for number, item in enumerate(getattr(protocol, part)):
            if item.name in seen:
                yield said((part, number, "name"), f"{item.name} is used twice")
            seen.add(item.name)
    tasks, conditions = {t.name for t in protocol.tasks}, {c.name for c in protocol.conditions}
    for number, practice in enumerate(protocol.practice):
        if practice.task not in tasks:
            yield said(("practice", number, "task"), f"there is no task called {practice.task}")
        if practice.condition not in conditions:
            yield said(("practice", number, "condition"), f"there is no condition called {practice.condition}")
    for part in ("after_condition", "at_end"):
        for number, name in enumerate(getattr(protocol.questionnaires, part)):
            if name not in names():
                told = f"there is no questionnaire called {name}; there are {', '.join(names())}"
                yield said(("questionnaires", part, number), told)
    if all(task.practice_only for task in protocol.tasks):
        yield said(("tasks",), "every task is practice_only; nothing would be measured")
    if protocol.is_planted and not protocol.debriefing.strip():
        yield said(("debriefing",), "a protocol with planted predictions must disclose them: write a debriefing")
    for condition in protocol.conditions:
        if condition.mode == "manual":
            for place, task in enumerate(protocol.tasks):
                if not task.manual_jog and condition.manual_jog is None and protocol.design == "crossed":
                    told = f"in the manual condition {condition.name} nothing could be moved"
                    yield said(("tasks", place, "manual_jog"), told)


def example() -> Path:
    """The protocol that ships as an example."""
    return resource("studies", "reasons-and-trust.yaml")
