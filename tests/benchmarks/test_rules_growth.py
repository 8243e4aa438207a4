"""How long a rule of the language takes to read a line made to defeat it: each repeat in its pattern is fed its own
words over and over, with an end that fits nothing. Work may grow with the square of the line, never faster: a rule that
can be matched in countless ways would never end. `pytest tests/benchmarks/test_rules_growth.py --benchmark-only`."""

from __future__ import annotations

import importlib
import pkgutil
import re
import signal
import time
from itertools import islice, product
from re import _constants as sre
from re import _parser as parser

import pytest

import inference.language
from inference.language.rewriting import ROOMS

SHORT, LONG = 200, 2000
LIMIT_S = 4.0
"""Of processor time. A line of 2,000 characters that takes longer is not read at all."""
STEEPEST = 4.0 * (LONG / SHORT) ** 2
"""What the work may grow by from short to long: as the square, with room for a small beginning."""
NOTICED_S = 0.05
REPEATS = {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}


class TooLongError(Exception):
    pass


def _rules():
    """All patterns: those of the rooms and those that stand compiled in the modules."""
    found = [pattern for room in ROOMS for pattern, _ in room]
    for module in pkgutil.iter_modules(inference.language.__path__):
        names = vars(importlib.import_module(f"inference.language.{module.name}"))
        found += [value.pattern for value in names.values() if isinstance(value, re.Pattern)]
    return list(dict.fromkeys(found))


def _sign(items) -> str:
    """A sign that a set of signs holds."""
    fits = re.compile("|".join(["(?!)", *(f"[{re.escape(chr(v))}]" for o, v in items if o is sre.LITERAL)]))
    literal = [chr(v) for o, v in items if o is sre.LITERAL]
    ranges = [chr(v[0]) for o, v in items if o is sre.RANGE]
    kinds = [v for o, v in items if o is sre.CATEGORY]
    if items[0][0] is sre.NEGATE:
        return next(c for c in "az1 " if not fits.match(c) and c not in ranges)
    if kinds:
        return {sre.CATEGORY_DIGIT: "1", sre.CATEGORY_SPACE: " ", sre.CATEGORY_NOT_WORD: " "}.get(kinds[0], "a")
    return (ranges + literal)[0]


def _said(parsed) -> str:
    """A text that a parsed pattern matches, or nearly: the first of its alternatives, each repeat once."""
    text = ""
    for kind, value in parsed:
        if kind is sre.LITERAL:
            text += chr(value)
        elif kind in (sre.ANY, sre.NOT_LITERAL):
            text += "a"
        elif kind is sre.IN:
            text += _sign(value)
        elif kind is sre.BRANCH:
            text += _said(value[1][0])
        elif kind is sre.SUBPATTERN:
            text += _said(value[3])
        elif kind in REPEATS:
            text += _said(value[2]) * max(1, value[0])
    return text


def _turns(parsed):
    """The texts of one turn of a repeat, one for each way through its alternatives."""
    ways = []
    for kind, value in parsed:
        if kind is sre.BRANCH:
            ways.append([_said(way) for way in value[1]])
        elif kind is sre.SUBPATTERN:
            ways.append(list(_turns(value[3])))
        else:
            ways.append([_said([(kind, value)])])
    return map("".join, islice(product(*ways), 60))


def _repeats(parsed, before=""):
    """(text before, texts of one turn) of every repeat without an end."""
    for kind, value in parsed:
        if kind in REPEATS:
            if value[1] is sre.MAXREPEAT:
                yield before, [turn for turn in dict.fromkeys(_turns(value[2])) if turn]
            yield from _repeats(value[2], before)
        elif kind is sre.BRANCH:
            for way in value[1]:
                yield from _repeats(way, before)
        elif kind is sre.SUBPATTERN:
            yield from _repeats(value[3], before)
        elif kind in (sre.ASSERT, sre.ASSERT_NOT):
            yield from _repeats(value[1], before)
        if kind not in (sre.ASSERT, sre.ASSERT_NOT, sre.AT):
            before += _said([(kind, value)])


def _attacks(pattern: str):
    made = {
        (lead, turn)
        for before, turns in _repeats(parser.parse(pattern))
        for turn in [*turns, "".join(turns)]
        for lead in ("", before)
        if turn
    }
    return sorted(made)[:200]


def _seconds(rule: re.Pattern[str], text: str) -> float:
    def ring(*_):
        raise TooLongError

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT_S)
    began = time.thread_time()
    try:
        rule.sub(" ", text)
        return time.thread_time() - began
    except TooLongError:
        return float("inf")
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def steepest(pattern: str) -> tuple[float, str]:
    """How much longer `pattern` takes for the long line than for the short one, at worst, and on what."""
    rule, worst = re.compile(pattern), (0.0, "")
    for lead, turn in _attacks(pattern):
        lines = [(lead + turn * (size // len(turn) + 1))[:size] + "§" for size in (SHORT, LONG)]
        short = _seconds(rule, lines[0])
        took = _seconds(rule, lines[1]) if short < NOTICED_S else short
        if took == float("inf") or short >= NOTICED_S:
            return float("inf"), lines[0]
        if took > NOTICED_S:
            short = min(short, *(_seconds(rule, lines[0]) for _ in range(2)))
            worst = max(worst, (took / max(short, 1e-6), lines[0]))
    return worst


def test_the_check_finds_a_rule_that_never_ends():
    assert steepest(r"\b(?:a little|more|a little more| )+b")[0] == float("inf")
    assert steepest(r"^(?:\d[\d.]* ?)*x")[0] == float("inf")
    assert steepest(r"\b(?:a|b) c")[0] == 0.0


@pytest.mark.timeout(1800)
@pytest.mark.benchmark(group="rules")
def test_no_rule_takes_more_than_the_square_of_a_line(benchmark, promise):
    rules = _rules()
    assert len(rules) > 300
    found = benchmark.pedantic(lambda: [(*steepest(rule), rule) for rule in rules], rounds=1)
    growth, line, rule = max(found)
    promise("growth of a rule's work, 10 times the line", growth, growth <= STEEPEST, f"{rule[:60]} on {line[:40]!r}")
