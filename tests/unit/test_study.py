"""A protocol is checked whole, with lines; orders are balanced; participants are codes."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from carm_gui.session import study_file, study_run
from carm_gui.session.study import ProtocolError, rules
from carm_gui.session.study_order import order, plan, williams
from carm_gui.session.study_ready import missing
from carm_gui.session.study_run import Run, check_code, hold, state_of

SMALL = """
study: small
title: A small study
participants: {count: 6}
conditions:
  - {name: manual, mode: manual}
  - {name: assisted, mode: assisted}
tasks:
  - {name: a, start: t1, target: skull}
  - {name: b, start: skull, target: t12}
"""


def protocol(text=SMALL):
    return study_file.parse(text, "p.yaml")


def mistakes(text):
    with pytest.raises(ProtocolError) as problem:
        protocol(text)
    return str(problem.value)


def test_the_example_is_a_protocol_and_each_participant_does_every_task_once():
    example = study_file.read(study_file.example())
    for code in example.participants.codes:
        trials = [item for item in plan(example, code) if item.kind == "trial" and not item.practice]
        assert sorted(item.task for item in trials) == sorted(t.name for t in example.tasks if not t.practice_only)
        assert sorted(item.condition for item in trials) == sorted(c.name for c in example.conditions)
        assert [item.number for item in trials] == [1, 2, 3, 4]


@pytest.mark.parametrize("n", range(2, 9))
def test_in_williams_design_each_condition_follows_each_other_equally_often(n):
    rows = williams(n)
    assert len(rows) == (n if n % 2 == 0 else 2 * n)
    places = Counter((place, item) for row in rows for place, item in enumerate(row))
    follows = Counter(pair for row in rows for pair in itertools.pairwise(row))
    assert set(places.values()) == {len(rows) // n}
    assert len(follows) == n * (n - 1)
    assert len(set(follows.values())) == 1


def test_a_rotated_study_balances_task_condition_and_place():
    example = study_file.read(study_file.example())
    met = {name: Counter() for name in ("task and condition", "condition and place", "task and place")}
    for index in range(16):
        trials = [(condition, task) for condition, tasks in order(example, index) for task in tasks]
        for place, (condition, task) in enumerate(trials):
            met["task and condition"][task, condition] += 1
            met["condition and place"][condition, place] += 1
            met["task and place"][task, place] += 1
    assert {name: set(found.values()) for name, found in met.items()} == {name: {4} for name in met}


def test_a_crossed_study_has_every_task_in_every_condition():
    trials = [(i.condition, i.task) for i in plan(protocol(), "P03") if i.kind == "trial"]
    assert sorted(trials) == [(c, t) for c in ("assisted", "manual") for t in ("a", "b")]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("target: skull", "target: femur", "line 9: tasks[1].target: 'femur' is not a landmark"),
        ("mode: manual", "mode: manuel", "line 6: conditions[1].mode: input should be 'manual'"),
        ("start: t1,", "start: t1, strat: 3,", "line 9: tasks[1].strat: there is no field called strat"),
        ("start: t1,", "start: 4,", "line 9: tasks[1].start: give a landmark, or a position"),
        ("name: b,", "name: a,", "line 10: tasks[2].name: a is used twice"),
        ("{count: 6}", "{count: 0}", "line 4: participants.count"),
        ("{count: 6}", "{count: 6, prefix: Jane}", "'Jane' is not a prefix"),
        ("name: b, ", "name: b, patient: /home/jane/ct.nii, ", "a path may name a person"),
        ("mode: assisted", "mode: assisted, planted: [2]", "must disclose them"),
        ("mode: manual", "mode: manual, planted: [1]", "line 6: conditions[1]: a manual condition has no model"),
        ("study: small", "study: small\nstudy: twice", "line 3: study is given twice"),
        ("tasks:", "tasks: [", "line"),
        ("title: A small study\n", "", "title: this field is missing"),
        ("title:", "questionnaires: {at_end: [nasa]}\ntitle:", "line 3: questionnaires.at_end[1]: there is no quest"),
        ("title: A small", 'title: "A small', "line 3: a quoted scalar is never closed"),
        ("title:", "practice: {task: a}\ntitle:", "line 3: practice: this must be a list"),
        ("title:", "practice: [{task: x, condition: manual}]\ntitle:", "line 3: practice[1].task: there is no task"),
    ],
)
def test_a_mistake_is_said_with_its_line(old, new, said):
    assert said in mistakes(SMALL.replace(old, new, 1))


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "\tx", "5", "study: [unclosed", "a: &x\n  <<: *x\n", "[" * 5000])
def test_what_is_no_protocol_is_said_in_one_sentence(text):
    assert "Traceback" not in mistakes(text)


def test_all_mistakes_are_said_at_once():
    text = SMALL.replace("target: skull", "target: femur").replace("mode: manual", "mode: x")
    assert len(mistakes(text).splitlines()) == 2


def test_a_list_whose_items_are_all_refused_is_not_called_empty():
    text = SMALL.replace("target:", "goal:")
    assert "empty" not in mistakes(text)
    assert len(mistakes(text).splitlines()) == 4  # two fields unknown, two missing


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ProtocolError, match="no such file"):
        study_file.read(tmp_path / "x.yaml")
    (tmp_path / "y.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProtocolError, match="not a text file"):
        study_file.read(tmp_path / "y.yaml")


@pytest.mark.parametrize("code", ["Jane Doe", "", "P07", "p1", "P01; rm", "Smith"])
def test_names_are_refused_as_codes(code):
    with pytest.raises(ProtocolError, match="never a name"):
        check_code(protocol(), code)


def test_a_code_may_be_typed_carelessly():
    assert check_code(protocol(), " p02 ") == "P02"


def test_a_condition_overrides_only_what_it_says():
    made = protocol(SMALL.replace("mode: assisted", "mode: assisted, show: {reasons: false}"))
    found = rules(made.task("a").model_copy(update={"show": made.task("a").show.model_copy(update={"truth": True})}),
                  made.condition("assisted"))  # fmt: skip
    assert (found.show.truth, found.show.reasons) == (True, False)


def test_a_run_goes_on_where_a_crash_left_it(tmp_path):
    first = Run(protocol(), "P01", tmp_path)
    first.advance()
    place = first.trial_folder()
    place.mkdir()
    (place / "events.jsonl").write_text("")
    assert "goes on" in state_of(protocol(), "P01", tmp_path)
    again = Run(protocol(), "P01", tmp_path)
    assert again.resumed
    assert again.item == first.item
    assert again.trial_folder().name == place.name + "_2"
    while again.item is not None:
        again.advance()
    assert not Run(protocol(), "P01", tmp_path).resumed
    assert (tmp_path / "small" / "sub-P01" / "ses-02").is_dir()


def test_a_run_that_cannot_be_written_stays_where_it_is(tmp_path, monkeypatch):
    run = Run(protocol(), "P01", tmp_path)
    monkeypatch.setattr(study_run, "write_whole", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(OSError, match="No space"):
        run.advance()
    assert run.position == 0
    monkeypatch.undo()
    run.advance()
    assert Run(protocol(), "P01", tmp_path).position == 1


def test_a_participant_sits_at_one_window_alone(tmp_path):
    held = hold(protocol(), "P01", tmp_path)
    with pytest.raises(ProtocolError, match="P01 is under way in another window"):
        hold(protocol(), "P01", tmp_path)
    hold(protocol(), "P02", tmp_path).release()
    held.release()
    hold(protocol(), "P01", tmp_path).release()


def test_what_this_machine_lacks_is_said_before_anyone_sits_down(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert missing(study_file.read(study_file.example())) == []
    text = SMALL.replace("mode: assisted", "mode: assisted, model: embeded", 1)
    text = text.replace("tasks:\n  - {", "tasks:\n  - {patient: janes-ct, ", 1)
    said = missing(protocol(text))
    assert "There is no model called embeded" in said[0]
    assert "carm import PATH --name janes-ct" in said[1]


def test_another_version_of_the_protocol_is_never_mixed_in(tmp_path):
    Run(protocol(), "P01", tmp_path).advance()
    assert not Run(protocol(SMALL + "# changed\n"), "P01", tmp_path).resumed
