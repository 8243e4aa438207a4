"""Killed at any instant, a rehearsal loses at most the event that it was writing: fifty real processes, `kill -9`."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from carm_gui.session.recorder import unfinished
from carm_gui.session.recording import read

KILLS = 50
PROCESS = Path(__file__).with_name("session_process.py")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_fifty_kills_lose_nothing_that_was_told(tmp_path):
    chance = random.Random(7)
    events = pictures = 0
    for number in range(KILLS):
        folder = tmp_path / f"{number:02}"
        with subprocess.Popen(
            [sys.executable, str(PROCESS), str(folder), str(number)], stdout=subprocess.PIPE, text=True
        ) as process:
            told, wanted = [0], chance.randint(1, 120)
            while told[-1] < wanted:
                told.append(int(process.stdout.readline()))
            time.sleep(chance.uniform(0.0, 0.02))
            process.kill()
            told += [int(line) for line in process.stdout.read().split("\n")[:-1]]
        recording = read(folder)
        assert [line.seq for line in recording.lines] == list(range(1, len(recording.lines) + 1)), folder
        assert recording.lines[-1].seq >= told[-1], f"{folder}: event {told[-1]} was told and is not recorded"
        assert recording.about["ended"] is None
        assert recording.about["patient"]["sha256"]
        for index in recording.kept:
            assert recording.pixels(index) is not None, f"{folder}: picture {index} is named and not all there"
        events, pictures = events + len(recording.lines), pictures + len(recording.kept)
    assert unfinished(tmp_path) == tmp_path / f"{KILLS - 1:02}"
    assert events > 40 * KILLS
    assert pictures > 10
