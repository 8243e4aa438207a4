"""Killed at any instant, a rehearsal loses at most the event that it was writing: fifty real processes, `kill -9`."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest
import session_process

from carm_gui.session.recorder import unfinished
from carm_gui.session.recording import read

KILLS = 50
MOST_EVENTS = 150
PATIENCE_S = 300


@pytest.fixture
def processes(monkeypatch):
    """Processes that begin at once: forked, where the system can, from one that has everything loaded."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(str(folder) for folder in Path(__file__).parents[:2]))
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["session_process"])
    return context


def told_until_killed(processes, folder, seed, wanted, wait_s):
    """The numbers of the events that a rehearsal in `folder` told: killed `wait_s` after the event `wanted`."""
    told_here, tell = processes.Pipe(duplex=False)
    process = processes.Process(target=session_process.main, args=(str(folder), seed, tell), daemon=True)
    process.start()
    tell.close()
    told = [0]
    while told[-1] < wanted:
        assert told_here.poll(PATIENCE_S), f"{folder}: nothing came after event {told[-1]}"
        told.append(told_here.recv())
    time.sleep(wait_s)
    process.kill()
    process.join()
    try:
        while True:
            told.append(told_here.recv())
    except EOFError:
        told_here.close()
        return told


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_fifty_kills_lose_nothing_that_was_told(processes, tmp_path):
    chance = random.Random(7)
    seen = Counter()
    for number in range(KILLS):
        folder = tmp_path / f"{number:02}"
        told = told_until_killed(processes, folder, number, chance.randint(1, MOST_EVENTS), chance.uniform(0.0, 0.02))
        recording = read(folder)
        assert [line.seq for line in recording.lines] == list(range(1, len(recording.lines) + 1)), folder
        assert recording.lines[-1].seq >= told[-1], f"{folder}: event {told[-1]} was told and is not recorded"
        assert recording.about["ended"] is None
        assert recording.about["patient"]["sha256"]
        for index in recording.kept:
            assert recording.pixels(index) is not None, f"{folder}: picture {index} is named and not all there"
        seen.update(line.kind for line in recording.lines)
        seen["kept"] += len(recording.kept)
    assert unfinished(tmp_path) == tmp_path / f"{KILLS - 1:02}"
    for kind in ("step", "decision", "motion", "pose", "mark", "kept"):
        assert seen[kind], f"no {kind} was ever recorded: {seen}"
