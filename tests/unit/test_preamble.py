"""The full prompt: it says what the parser wants, its examples are valid, and it knows nothing of the case."""

from __future__ import annotations

import re

import pytest

from inference import prompts
from inference.preamble import MAX_TOKENS_FULL, preamble
from inference.regions import REGIONS
from inference.reply import ReplyReader, published_ids
from sim.landmarks import LANDMARKS


@pytest.mark.parametrize("task", prompts.TASKS)
def test_every_landmark_and_its_number_is_told(task):
    for mark in LANDMARKS:
        assert re.search(rf"\b{mark.id} {re.escape(mark.title)}\b", preamble(task))


def test_the_examples_are_what_the_strict_parser_takes():
    for task, target in (("localization", None), ("retrieval", None)):
        reader = ReplyReader(task, target)
        reader.feed(re.search(r"\[\d.*?\]", preamble(task))[0])
        assert reader.finish(0)[0].valid
    form = preamble("navigation").partition("<output>")
    reader = ReplyReader("navigation", "t1")
    reader.feed((form[1] + form[2].partition("</output>")[0] + "</output>").replace("NAME", "T12").replace("...", "x"))
    prediction, proposal = reader.finish(0)
    assert prediction.valid
    assert (proposal.motion.left_mm, proposal.motion.up_mm) == (30.0, 90.0)
    form = preamble("correction").partition("<response>")
    reader = ReplyReader("correction")
    reader.feed(form[1] + form[2].partition("</response>")[0] + "</response>")
    assert reader.finish(0)[0].valid


def test_the_lines_that_follow_are_those_it_announces():
    assert f"`{prompts.locate_prompt(2)}`" in preamble("localization")
    assert f"`{prompts.retrieval_prompt()}`" in preamble("retrieval")
    assert prompts.navigate_prompt("t1").startswith("Navigate to ")
    assert "`Navigate to TARGET.`" in preamble("navigation")
    assert prompts.correct_prompt(["t1"], "no").startswith("Correct [10]. Clinician:")
    for name, mm in prompts.EXTENT_MM.items():
        assert f"{name} is {mm:.0f} mm" in preamble("navigation")


def test_the_same_text_each_time_and_longer_replies_than_the_compact_ones():
    for task in prompts.TASKS:
        assert preamble(task) is preamble(task)
        assert MAX_TOKENS_FULL[task] > prompts.MAX_TOKENS[task]
    with pytest.raises(ValueError, match="no task called"):
        preamble("poetry")


def test_the_regions_and_the_published_reading_of_their_reply():
    assert len(REGIONS) == 22
    assert all(f"{number} {name}" in preamble("regions") for number, name in enumerate(REGIONS))
    assert published_ids("regions", "[3,20]") == [3, 20]
