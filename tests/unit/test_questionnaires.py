"""Scores against published examples and against bounds that follow from the formulas."""

from __future__ import annotations

import pytest

from carm_gui.session import questionnaires


def score(name, answers):
    return questionnaires.load(name).score(answers)


def test_sus_gives_the_55_of_brooke_s_own_example():
    # The filled-in form of Brooke (1996), page 193: contributions 4 1 1 4 1 2 1 1 4 3, sum 22, score 55.
    assert score("sus", [5, 4, 2, 1, 2, 3, 2, 4, 5, 2]) == {"sus": 55.0}


@pytest.mark.parametrize(("odd", "even", "wanted"), [(5, 1, 100.0), (1, 5, 0.0), (3, 3, 50.0)])
def test_sus_runs_from_0_to_100(odd, even, wanted):
    assert score("sus", [odd, even] * 5) == {"sus": wanted}


def test_raw_tlx_is_the_mean_of_six():
    assert score("raw-tlx", [0, 20, 40, 60, 80, 100]) == {"raw_tlx": 50.0}


@pytest.mark.parametrize(("a", "b", "wanted"), [(7, 7, 100.0), (1, 1, 0.0), (4, 4, 50.0), (6, 5, 75.0)])
def test_umux_lite(a, b, wanted):
    found = score("umux-lite", [a, b])
    assert found["umux_lite"] == pytest.approx(wanted)
    assert found["umux_lite_as_sus"] == pytest.approx(0.65 * wanted + 22.9)


def test_trust_and_distrust_are_reported_apart():
    assert score("trust", [1, 2, 3, 4, 5, 7, 7, 7, 7, 7, 7, 7]) == {"distrust": 3.0, "trust": 7.0}


@pytest.mark.parametrize("name", questionnaires.names())
def test_every_file_names_its_source_and_its_items(name):
    form = questionnaires.load(name)
    assert form.name == name
    assert len(form.source) > 60
    assert all(item.text and item.low_label and item.high_label for item in form.items)
    assert len(form.items) == {"sus": 10, "raw-tlx": 6, "umux-lite": 2, "trust": 12}[name]


@pytest.mark.parametrize("name", questionnaires.names())
def test_what_was_left_out_is_never_guessed(name):
    form = questionnaires.load(name)
    answers = [form.low] * (len(form.items) - 1) + [None]
    assert None in form.score(answers).values()


@pytest.mark.parametrize("answers", [[5] * 9, [5] * 11, [0] + [3] * 9, [6] + [3] * 9])
def test_answers_off_the_form_are_refused(answers):
    with pytest.raises(ValueError, match="System Usability Scale"):
        score("sus", answers)


def test_an_unknown_questionnaire_is_said():
    with pytest.raises(ValueError, match="there are"):
        questionnaires.load("nasa")
