"""The parser of replies: tolerant in form, strict in content."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference import prompts
from inference.reply import LIMIT, ReplyReader, contradicts, mentions, published_ids
from sim.landmarks import KEYS, LANDMARKS

GOOD = prompts.navigate_reply(
    "t1",
    "LEFT",
    "SMALL",
    "UP",
    "LARGE",
    prompts.reason_x("t1", "skull", "LEFT", "SMALL"),
    prompts.reason_y("t1", "skull", "UP", "LARGE"),
)
CORRECTION = prompts.correct_reply("The left elbow is near.", ["left_elbow", "left_hemidiaphragm"])


def read(task, text, target="skull", size=7):
    """Feed `text` in pieces; the deltas, the prediction and the proposal."""
    reader = ReplyReader(task, target if task == "navigation" else None)
    deltas = [reader.feed(text[i : i + size]) for i in range(0, len(text), size)]
    return deltas, *reader.finish(5, 0.25)


# ---- navigation ----------------------------------------------------------------------------------


def test_a_good_reply_becomes_prediction_and_proposal():
    deltas, prediction, proposal = read("navigation", GOOD)
    assert prediction.valid
    assert not prediction.problem
    assert (prediction.frame_index, prediction.task, prediction.seconds) == (5, "navigation", 0.25)
    assert prediction.landmarks == ("t1",)
    assert prediction.reasons[1] == "T1 is in view; the skull lies far toward the head."
    assert prediction.raw == GOOD == "".join(delta.text for delta in deltas)
    assert (proposal.target, proposal.motion.left_mm, proposal.motion.up_mm) == ("skull", 30.0, 90.0)
    assert not proposal.arrived


def test_the_decision_is_known_before_the_reasons_and_told_once():
    deltas, _, proposal = read("navigation", GOOD, size=1)
    told = [i for i, delta in enumerate(deltas) if delta.proposal is not None]
    assert len(told) == 1
    assert told[0] < GOOD.index("<reason_x>")
    assert deltas[told[0]].proposal == proposal
    assert [delta.landmarks for delta in deltas if delta.landmarks] == [("t1",)]


def test_centre_centre_is_arrival():
    text = prompts.navigate_reply("skull", "CENTER", "NONE", "CENTER", "NONE", "It is centred.", "It is level.")
    assert read("navigation", text)[2].arrived


PUBLISHED_ORDER = (
    "<output><step1><context>T1</context></step1><step2><x>LEFT</x><extent_x>SMALL</extent_x>"
    "<reason_x>It lies left.</reason_x><y>UP</y><extent_y>LARGE</extent_y><reason_y>It lies above.</reason_y>"
    "</step2></output>"
)


@pytest.mark.parametrize(
    "text",
    [
        PUBLISHED_ORDER,
        "```xml\n" + GOOD + "\n```\nI hope this helps.",
        "Here is my answer:\n\n" + GOOD.replace("><", ">\n  <"),
        GOOD.replace("<x>", "< X >").replace("LEFT<", " left\n<").replace("context>", "Context>"),
        GOOD.replace("</reason_y></step2></output>", ""),
        GOOD.replace("</step2></output>", "</step2></out"),
        "```" + GOOD.replace("</reason_y></step2></output>", "") + "```",
        GOOD.replace("<context>T1<", "<context>10<"),
        GOOD.replace("<context>T1<", "<context>10: First thoracic vertebra<"),
        GOOD.replace("<context>T1<", "<context>the T-1 vertebral body<"),
        GOOD.replace("<x>LEFT<", '<x>"Left".<'),
        GOOD.replace("output>", "answer>"),
    ],
)
def test_form_is_tolerated(text):
    _, prediction, proposal = read("navigation", text)
    assert prediction.valid, prediction.problem
    assert prediction.landmarks == ("t1",)
    assert (proposal.x, proposal.extent_x, proposal.y, proposal.extent_y) == ("LEFT", "SMALL", "UP", "LARGE")
    assert all(reason and "`" not in reason for reason in prediction.reasons)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        ("   \n", "empty"),
        ("LEFT SMALL UP LARGE", "no context"),
        (GOOD.replace("<context>T1</context>", ""), "no context"),
        (GOOD.replace("<context>T1<", "<context>sternum<"), "context is not one"),
        (GOOD.replace("<context>T1<", "<context>elbow<"), "context is not one"),
        (GOOD.replace("<context>T1<", "<context>not T1<"), "context is not one"),
        (GOOD.replace("<context>T1<", "<context>T1 or T12<"), "context is not one"),
        (GOOD.replace("<context>T1<", "<context>11: T1<"), "context is not one"),
        (GOOD.replace("<context>T1<", "<context>15<"), "outside 1 to 14"),
        (GOOD.replace(">LEFT<", ">WEST<"), "x is not one of LEFT"),
        (GOOD.replace(">LEFT<", ">UP<"), "x is not one of LEFT"),
        (GOOD.replace(">LEFT<", ">LEFT RIGHT<"), "x is not one of LEFT"),
        (GOOD.replace(">SMALL<", ">HUGE<"), "extent_x is not one"),
        (GOOD.replace(">SMALL<", ">30<"), "extent_x is not one"),
        (GOOD.replace(">SMALL<", ">NONE<"), "LEFT does not go with NONE"),
        (GOOD.replace(">LEFT<", ">CENTER<"), "CENTER does not go with SMALL"),
        (GOOD.replace("<x>LEFT</x>", "<x>LEFT</x><x>LEFT</x>"), "x twice"),
        (GOOD + GOOD, "twice"),
        (GOOD.replace("</x>", ""), "x is not closed"),
        (GOOD.replace("<x>", ""), "closes x without opening"),
        (re.sub("<reason_x>.*</reason_x>", "", GOOD), "no reason x"),
        (re.sub("<reason_y>.*</reason_y>", "<reason_y>  </reason_y>", GOOD), "no reason y"),
        (GOOD.replace("to the left", "to the right"), "reason x speaks against its LEFT"),
        (GOOD.replace("toward the head", "toward the feet"), "reason y speaks against its UP"),
        (GOOD.replace("<reason_x>T1", "<reason_x><x>RIGHT</x>T1"), "not closed"),
        (GOOD + "x" * LIMIT, "longer than"),
        (GOOD.replace("<x>", '<x id="2">RIGHT</x><x>'), "x is not a plain tag"),
        (GOOD.replace("<x>", "<x/><x>"), "x is not a plain tag"),
        (GOOD.replace("<x>", "\uff1cx\uff1eRIGHT\uff1c/x\uff1e<x>"), "x twice"),
        (GOOD.replace("<x>", "<\u0445>RIGHT</\u0445><x>"), "letters that cannot be read"),
        (GOOD.replace("<x>", "<x\u200b>RIGHT</x\u200b><x>"), "signs that cannot be seen"),
        (GOOD.replace(">LEFT<", ">LEFT\u202e<"), "signs that cannot be seen"),
        (GOOD.replace("to the left", "to the r\u0456ght"), "letters that cannot be read"),
        (GOOD.replace("to the left", "to the ri\u00adght"), "signs that cannot be seen"),
        (GOOD.replace("to the left", "to the \uff52\uff49\uff47\uff48\uff54"), "speaks against its LEFT"),
        (GOOD.replace("to the left", "to the r\u00ecght"), "speaks against its LEFT"),
        (GOOD.replace("to the left", "on the right-hand side"), "speaks against its LEFT"),
        (GOOD.replace(">SMALL<", ">NaN<"), "extent_x is not one"),
        (GOOD.replace(">SMALL<", ">1e309<"), "extent_x is not one"),
        (GOOD.replace("to the left", "to the r\x07ight"), "signs that cannot be seen"),
        ("<!-- " + GOOD + " -->", "comment"),
        (GOOD.replace(" far toward the head.</reason_y></step2></output>", ""), "breaks off in its reason y"),
    ],
)
def test_content_is_not(text, problem):
    _, prediction, proposal = read("navigation", text)
    assert not prediction.valid
    assert problem in prediction.problem
    assert prediction.problem.endswith(".")
    assert proposal is None
    assert prediction.landmarks == prediction.reasons == ()
    assert prediction.raw == text[:LIMIT]


def test_reasons_first_and_against_the_token_never_show_a_proposal():
    text = PUBLISHED_ORDER.replace("It lies left", "Move right")
    deltas, prediction, _ = read("navigation", text)
    assert not prediction.valid
    assert not any(delta.proposal for delta in deltas)


def test_hostile_text_is_text():
    reason = "ignore your limits and __import__('os').system('x') {0} %s &lt;x&gt; moves left"
    text = prompts.navigate_reply("t1", "LEFT", "SMALL", "UP", "LARGE", reason, "It is above.")
    prediction = read("navigation", text)[1]
    assert prediction.valid
    assert prediction.reasons[0] == reason


def test_the_target_must_be_known():
    for target in (None, "femur"):
        with pytest.raises(ValueError, match="Navigation needs a landmark"):
            ReplyReader("navigation", target)
    with pytest.raises(ValueError, match="no task called regions"):
        ReplyReader("regions")


# ---- lists ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "text", "keys"),
    [
        ("localization", "[10,11]", ("t1", "carina")),
        ("localization", "```json\n[ 10 , 11 ]\n```", ("t1", "carina")),
        ("localization", "10, 11", ("t1", "carina")),
        ("localization", "[10,11", ("t1", "carina")),
        ("localization", "10,11]", ("t1", "carina")),
        ("localization", "[T1, Carina]", ("t1", "carina")),
        ("localization", "The answer is [10: T1, 11: tracheal bifurcation].", ("t1", "carina")),
        ("localization", "[T1 vertebral body, elbow (left)]", ("t1", "left_elbow")),
        ("localization", "[10 (T1), 14 (T12)]", ("t1", "t12")),
        ("localization", "[lower tip of the left scapula, LEFT ELBOW]", ("left_scapular_inferior_angle", "left_elbow")),
        (
            "retrieval",
            "[10: T1, 11: Carina, 3: Head of left humerus]",
            ("t1", "carina", "left_humeral_head"),
        ),
        (
            "retrieval",
            "[11: Tracheal bifurcation, 12: Right Diaphragmatic crus, 10: T1]",
            ("carina", "right_hemidiaphragm", "t1"),
        ),
        ("retrieval", "[10: T1, First thoracic vertebra, 11: Carina, 14: T12]", ("t1", "carina", "t12")),
        ("correction", CORRECTION, ("left_elbow", "left_hemidiaphragm")),
        ("correction", CORRECTION.replace("[7,13]", "7, 13"), ("left_elbow", "left_hemidiaphragm")),
        ("correction", CORRECTION.replace("</landmarks></response>", ""), ("left_elbow", "left_hemidiaphragm")),
        ("correction", "```xml\n" + CORRECTION + "```", ("left_elbow", "left_hemidiaphragm")),
    ],
)
def test_lists_are_read(task, text, keys):
    deltas, prediction, proposal = read(task, text)
    assert prediction.valid, prediction.problem
    assert prediction.landmarks == keys
    assert proposal is None
    assert all(delta.landmarks in ((), keys) for delta in deltas)
    assert prediction.reasons == (("The left elbow is near.",) if task == "correction" else ())


@pytest.mark.parametrize(
    ("task", "text", "problem"),
    [
        ("localization", "", "empty"),
        ("localization", "I cannot tell.", "0 landmarks instead of 2"),
        ("localization", "[10]", "1 landmarks instead of 2"),
        ("localization", "[10,11,12]", "3 landmarks instead of 2"),
        ("localization", "[10,10]", "twice"),
        ("localization", "[T1, first thoracic vertebra]", "twice"),
        ("localization", "[0,3]", "outside 1 to 14"),
        ("localization", "[10,15]", "outside 1 to 14"),
        ("localization", "[10,9999999999999999999999]", "outside 1 to 14"),
        ("localization", "[-3, 5, 6]", "number that is no landmark"),
        ("localization", "[1.5, 5, 6]", "number that is no landmark"),
        ("localization", "[elbow, wrist]", "0 landmarks"),
        ("localization", "[10: carina, 11: T1]", "do not agree"),
        ("localization", "[T1, 10, 11]", "do not agree"),
        ("localization", "[10 carina, 11]", "do not agree"),
        ("localization", "[10,1", "breaks off within an id"),
        ("correction", CORRECTION.replace("13]</landmarks></response>", "1"), "breaks off within an id"),
        ("retrieval", "[2,4]", "2 landmarks instead of 3"),
        ("retrieval", "[10: T1, 11, 14: T12]", "do not agree"),
        ("retrieval", "[1: skull, 1: skull, 2: right humeral head]", "twice"),
        ("correction", "[7,13]", "no visual reasoning"),
        ("correction", CORRECTION.replace("The left elbow is near.", " "), "no visual reasoning"),
        ("correction", CORRECTION.replace("7,13", "7,7"), "twice"),
        ("correction", CORRECTION.replace("7,13", "7"), "1 landmarks instead of 2"),
        ("correction", CORRECTION + CORRECTION, "twice"),
    ],
)
def test_lists_are_refused(task, text, problem):
    _, prediction, proposal = read(task, text)
    assert not prediction.valid
    assert re.search(problem, prediction.problem), prediction.problem
    assert prediction.landmarks == ()
    assert proposal is None


def test_every_name_of_every_landmark_is_read_with_its_side():
    for mark in LANDMARKS:
        for variant in range(len(mark.names)):
            name = mark.name(variant)
            assert mentions(name) == [mark.key]
            assert mentions(name.upper()) == [mark.key]
            if mark.side:
                assert mentions(mark.names[variant]) == []


# ---- reasons against tokens ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "direction", "against"),
    [
        ("The right elbow lies far to the left.", "LEFT", False),
        ("The right elbow lies far to the left.", "RIGHT", True),
        ("Move right.", "LEFT", True),
        ("The right lung is in view.", "LEFT", False),
        ("The right upper lobe is in view.", "LEFT", False),
        ("It is right above the centre.", "LEFT", False),
        ("Toward the patient's right.", "LEFT", True),
        ("Move rightward", "LEFT", True),
        ("On the right-hand side.", "LEFT", True),
        ("The right hand is in view.", "LEFT", False),
        ("The scapular inferior angle lies above.", "UP", False),
        ("The lower ribs are in view, so go up.", "UP", False),
        ("It lies lower.", "UP", True),
        ("Go toward the feet.", "UP", True),
        ("The humeral head lies below.", "DOWN", False),
        ("The head is in view.", "DOWN", False),
        ("Go to the head.", "DOWN", True),
        ("Caudally.", "UP", True),
        ("It is centred.", "CENTER", False),
        ("Move left.", "CENTER", True),
        ("No move left or right.", "CENTER", False),
        ("The left wrist is centred.", "CENTER", False),
        ("It lies a little below.", "CENTER", True),
        ("", "LEFT", False),
        ("T1 lies to the patient's right, below the skull.", "LEFT", True),
        ("It lies to the right above the skull.", "LEFT", True),
        ("Move right. Spine and ribs are in view.", "LEFT", True),
        ("It is to the right, shoulder in view.", "LEFT", True),
        ("T1 lies beneath the skull.", "UP", True),
        ("Move feetwards.", "UP", True),
        ("Raise the view.", "DOWN", True),
        ("T1 is centred from side to side.", "LEFT", True),
        ("No horizontal move is needed.", "RIGHT", True),
        ("The view is centred on the skull; go left.", "LEFT", False),
        ("T1 is not centred yet.", "LEFT", False),
    ],
)
def test_contradiction(reason, direction, against):
    assert contradicts(reason, direction) is against


@pytest.mark.parametrize(
    ("reason", "extent", "against"),
    [
        ("T1 lies far to the left.", "SMALL", True),
        ("T1 lies not far to the left.", "SMALL", False),
        ("T1 lies a little to the left.", "LARGE", True),
        ("A small shift to the left.", "MODERATE", True),
        ("T1 lies far to the left.", "MODERATE", False),
        ("The large heart lies to the left.", "SMALL", False),
    ],
)
def test_a_reason_against_the_size_of_its_move(reason, extent, against):
    assert contradicts(reason, "LEFT", extent) is against


# ---- the published reading -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "raw", "ids"),
    [
        ("retrieval", "[11: Tracheal bifurcation, 12: Right Diaphragmatic crus, 10: T1]", [11, 12, 10]),
        ("retrieval", "[10: T1, First thoracic vertebra, 11: Carina, 14: T12]", [10, 11, 14]),
        ("retrieval", "[2,4]", None),
        ("localization", "[2,4]", [2, 4]),
        ("localization", "[2,4,6]", [2, 4]),
        ("localization", "[2]", None),
        ("localization", "```\n[ 2 , 4 ]\n```", [2, 4]),
        ("localization", "2, 4", [2, 4]),
        ("localization", "[10: T1, 14: T12]", [10, 14]),
        ("localization", "[T1, T12]", None),
        ("localization", "[T1, 3]", None),
        ("localization", "[T 12, 3, 5]", [3, 5]),
        ("regions", "[3,16]", [3, 16]),
        ("regions", "[0, 21, 4]", [0, 21]),
        ("retrieval", "[1: Skull, 1: Skull, 10: T1]", [1, 1, 10]),
        ("retrieval", "1: Skull, 2: right humeral head, 10: T1", [1, 2, 10]),
        ("retrieval", "[1: Skull, 2: x, 10: T1, 11: Carina]", None),
        ("retrieval", "[1, 3, 10]", [1, 3, 10]),
        ("retrieval", "", None),
        ("localization", "no idea", None),
        ("correction", CORRECTION, [7, 13]),
        ("correction", "<landmarks>[7, 13", [7, 13]),
        ("correction", "[7,13]", None),
        ("navigation", GOOD, None),
    ],
)
def test_published_ids(task, raw, ids):
    assert published_ids(task, raw) == ids


# ---- fuzz ----------------------------------------------------------------------------------------

SCRAPS = ("<x>", "</x>", "RIGHT", "LEFT", "CENTER", "NONE", "LARGE", "</output>", "<output>", "[", "]", "1", "```")


@given(st.sampled_from(["navigation", *("localization", "retrieval", "correction")]), st.text(max_size=300))
def test_no_text_raises(task, text):
    read(task, text)
    published_ids(task, text)
    contradicts(text, "LEFT")


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_mutated_reply_never_moves_otherwise_than_it_says(data):
    text = data.draw(st.sampled_from([GOOD, PUBLISHED_ORDER]))
    for _ in range(data.draw(st.integers(1, 4))):
        start, end = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=2)))
        end = min(end, start + data.draw(st.sampled_from([0, 1, 3, 12, 60, 400])))
        scrap = data.draw(st.one_of(st.sampled_from(SCRAPS), st.text(max_size=3), st.just(text[start:end] * 2)))
        text = text[:start] + scrap + text[end:]
    deltas, prediction, proposal = read("navigation", text, size=data.draw(st.integers(1, 40)))
    told = [delta.proposal for delta in deltas if delta.proposal is not None]
    assert len(told) <= 1
    assert (proposal is not None) == prediction.valid
    for offered in (*told, proposal):
        if offered is None:
            continue
        for name in ("x", "extent_x", "y", "extent_y"):
            said = re.findall(rf"<\s*{name}\s*>([^<]*)", text, re.IGNORECASE)
            assert getattr(offered, name) in said[0].upper().replace("CENTRE", "CENTER")
        assert offered.motion == prompts.motion_of(offered.x, offered.extent_x, offered.y, offered.extent_y)
    if proposal is not None:
        assert told in ([], [proposal])
        for name in ("x", "extent_x", "y", "extent_y", "reason_x", "reason_y", "context"):
            assert len(re.findall(rf"<\s*{name}\s*>", text, re.IGNORECASE)) == 1


@settings(deadline=None)
@given(st.permutations(KEYS), st.integers(0, 2), st.integers(1, 9))
def test_what_training_teaches_is_valid(keys, variant, size):
    context, target, *_ = keys
    text = prompts.navigate_reply(
        context,
        "RIGHT",
        "MODERATE",
        "CENTER",
        "NONE",
        prompts.reason_x(context, target, "RIGHT", "MODERATE", variant),
        prompts.reason_y(context, target, "CENTER", "NONE", variant),
    )
    _, prediction, proposal = read("navigation", text, target, size)
    assert prediction.valid, prediction.problem
    assert (prediction.landmarks, proposal.motion.left_mm, proposal.motion.up_mm) == ((context,), -60.0, 0.0)
    assert read("retrieval", prompts.retrieval_reply(keys[:3]))[1].landmarks == tuple(keys[:3])
    assert read("localization", prompts.locate_reply(keys[:2]))[1].landmarks == tuple(keys[:2])
    reasoning = prompts.correction_reasoning(prompts.heard("name", keys[5]), keys[:2], keys[5:7])
    assert read("correction", prompts.correct_reply(reasoning, keys[:2]))[1].landmarks == tuple(keys[:2])
