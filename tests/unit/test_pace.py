"""The verdicts of carm_gui.pace: kept, broken, or not judged while other programs keep the machine busy."""

from __future__ import annotations

import subprocess
import sys

import pytest

from carm_gui import live_pace
from carm_gui.live_pace import Motion
from carm_gui.pace import Load, Turn, report, share, verdicts, worst

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


def test_the_longest_gaps_are_told_with_what_came_before_them(capsys):
    turns = [Turn(gap_ms, 80.0 - gap_ms, False, f"act {gap_ms:g}", 0.25, ("step", "delta", "delta")) for gap_ms in
             (3.0, 70.0, 8.0, 55.5, 20.0)]  # fmt: skip
    told = worst(turns, lambda turn: turn.gap_ms)
    assert told[0] == "70.0 ms, own CPU 10.0: 0.25 s after “act 70”, told step, delta ×2"
    assert [line.split(" ms")[0] for line in told] == ["70.0", "55.5", "20.0"]
    assert worst(turns, lambda turn: turn.cpu_ms)[0].startswith("3.0 ms, own CPU 77.0")
    report(QUIET | {"longest_gaps": told}, [], as_json=False)
    assert told[2] in capsys.readouterr().out


BURN = """
import time
def burn(until):
    while time.process_time() < until:
        pass
burn(0.6)
print(flush=True)
input()
burn(0.9)
"""


def test_a_child_that_ends_takes_nothing_off_the_load():
    child = subprocess.Popen([sys.executable, "-c", BURN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    child.stdout.readline()
    load = Load()
    before = load._used()
    child.communicate("\n")
    assert load._used() - before >= 0.2
    own, others = load.stop()
    assert own > 0
    assert others >= 0


def live(*motions):
    return [line.split("): ")[-1] for line in live_pace.verdicts(live_pace.summary(list(motions)))]


def test_the_live_picture_is_judged_by_the_motions_that_others_left_alone():
    good, slow = Motion(100, 29.9, 0.09, 2.0), Motion(80, 24.0, 0.2, 3.0)
    late, lost = Motion(60, 12.0, 0.4, 70.0), Motion(90, 29.9, None, 1.0)
    assert live(good, good) == ["KEPT", "KEPT"]
    assert live(good, late) == ["KEPT", "KEPT"]
    assert live(good, slow) == ["BROKEN", "BROKEN"]
    assert live(good, lost) == ["KEPT", "BROKEN"]
    assert live(good, late, late) == ["NOT JUDGED: other programs used 70 % of the machine"] * 2


def test_pictures_count_when_they_are_painted_and_full_ones_after_a_stop():
    painted = live_pace.Painted()
    painted.at = [(n / 30, n, n > 60) for n in range(64)]
    count, rate = painted.rate(0.0, 1.0)
    assert count == 31
    assert rate == pytest.approx(30.0)
    assert painted.sharp_after(2.0) == pytest.approx(1 / 30)
    assert painted.sharp_after(3.0) is None
