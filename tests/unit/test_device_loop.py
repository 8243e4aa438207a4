"""When the pulses are due."""

from itertools import pairwise

import pytest

from carm_gui.session.device import CATCH_UP_S, next_due

PERIOD = 1 / 30


def times(seconds, needed):
    """When pulses are made in `seconds` by a device whose nth picture takes needed(n)."""
    now, due, made = 0.0, 0.0, []
    while True:
        now = max(now, due)
        if now >= seconds:
            return made
        made.append(now)
        due = next_due(due, now, PERIOD, CATCH_UP_S)
        now += needed(len(made))


def test_a_series_keeps_its_times_whatever_each_pulse_needs():
    made = times(2.99, lambda n: 0.02 if n % 2 else 0.03)
    assert made == pytest.approx([n * PERIOD for n in range(90)])


@pytest.mark.parametrize("late_s", [0.04, 0.06, 0.08, 0.12])
def test_one_slow_picture_costs_none_of_those_after_it(late_s):
    made = times(2.99, lambda n: late_s if n == 40 else 0.012)
    assert len(made) == 90
    assert made[-20:] == pytest.approx([n * PERIOD for n in range(70, 90)])


def test_what_is_further_behind_is_skipped_and_never_queued():
    made = times(2.99, lambda n: 0.5 if n == 40 else 0.012)
    assert 90 - 0.5 / PERIOD - 1 <= len(made) <= 90 - 0.5 / PERIOD + 3
    slow = times(2.99, lambda n: 0.05)
    assert all(after - before >= 0.05 - 1e-9 for before, after in pairwise(slow))
