"""The verdicts of carm_gui.pace: kept, broken, or not judged while other programs keep the machine busy."""

from __future__ import annotations

import pytest

from carm_gui.pace import share, verdicts

QUIET = {
    "seconds": 60.0,
    "generating_percent": 70.0,
    "first_picture_s": 2.2,
    "gap_ms": {"p50": 0.1, "p99": 6.0, "max": 31.0},
    "own_cpu_between_beats_ms": {"p99": 9.0, "max": 22.0},
    "cpu_percent_beam_off": 1.4,
    "others_percent": {"start": 3.0, "run": 2.0},
}


def words(**changes):
    return [line.split("): ")[-1] for line in verdicts(QUIET | changes)]


def test_a_promise_is_kept_or_broken():
    assert words() == ["KEPT"] * 3
    assert words(gap_ms={"max": 50.1})[0] == "BROKEN"
    assert words(first_picture_s=3.2)[1] == "BROKEN"
    assert words(cpu_percent_beam_off=5.0)[2] == "BROKEN"


def test_what_others_may_have_caused_is_not_judged_but_what_was_kept_all_the_same_is():
    busy = {"others_percent": {"start": 60.0, "run": 80.0}}
    assert words(**busy) == ["KEPT"] * 3
    late = words(gap_ms={"max": 300.0}, first_picture_s=9.0, cpu_percent_beam_off=7.0, **busy)
    assert late[0] == "NOT JUDGED: other programs used 80 % of the machine"
    assert late[1] == "NOT JUDGED: other programs used 60 % of the machine"
    assert late[2] == "BROKEN"


def test_a_share_of_the_marks():
    assert share(list(map(float, range(1, 101))), 0.99) == pytest.approx(100.0)
    assert share([], 0.5) == 0.0
