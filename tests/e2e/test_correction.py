"""The embedded model corrected in words, by the session that the window runs: the five kinds of feedback."""

import numpy as np
import pytest
from doubles import EventLog, align

from carm_gui.session.session import Session
from inference.correct import correct
from inference.evaluation.bench import Timed
from inference.evaluation.together import Question, ask_all, ask_alone, can_together
from inference.prompts import correct_prompt, locate_prompt
from sim.carm import CArm
from sim.pose import CArmPose


def at(projector, key: str, **device) -> CArm:
    return CArm(projector, CArmPose(*projector.patient.landmarks[key]), **device)


@pytest.mark.parametrize(
    ("words", "holds"),
    [
        ("look again", lambda two: "t12" in two),
        ("more toward the head", lambda two: True),
        ("that is not T12", lambda two: True),
        ("that is T12", lambda two: "t12" in two),
        ("that is the skull", lambda two: "t12" in two and two[0] != "skull"),
    ],
)
def test_each_kind_of_feedback_is_answered_and_a_new_proposal_waits(words, holds, model, projector):
    carm, log = at(projector, "t12"), EventLog()
    began = carm.pose
    session = Session(carm, model, beam=False, realtime=False)
    session.listen(log)
    session.start()
    try:
        align(session, "skull")
        waiting = log.wait_for("state", state="waiting")
        session.reject(words)
        correction = log.wait_for("step", kind="correction", after=waiting.seq).data["step"].prediction
        log.wait_for("state", state="waiting", after=waiting.seq)
    finally:
        session.close()
    assert correction.valid, correction.problem
    assert correction.reasons[0]
    assert holds(correction.landmarks), correction.raw
    assert carm.pose == began
    assert session.status.dose.shots == 1  # the same picture
    if "skull" in words:
        assert "The clinician says: the skull. | The model reads " in log.notes()
        assert "The decision is yours." in log.notes()


def test_truthful_words_about_a_planted_answer_lead_away_from_it(model, projector):
    said, words = ("skull", "left_humeral_head"), ("look again", "too high", "that is not the skull")
    marks = ("t12", "carina", "right_hemidiaphragm", "left_hemidiaphragm")
    after = []
    for key in marks:
        frame = at(projector, key).expose()
        for each in words:
            *_, step = correct(model, frame, said, each)
            after.append(key in step.prediction.landmarks)
    assert np.mean(after) >= 0.7


def test_questions_answered_together_are_answered_as_alone(model, projector):
    frames = [at(projector, key, blades_mm=(80.0, 80.0)).expose() for key in ("t1", "t12", "carina", "skull")]
    questions = [Question(frame, "localization", locate_prompt(2)) for frame in frames]
    for words in ("look again", "that is really what people like us would call the carina", "too low"):
        questions += [Question(frame, "correction", correct_prompt(("t1", "skull"), words)) for frame in frames]
    timed = Timed(model)
    assert can_together(timed)
    together = [step.prediction.raw for step, _ in ask_all(timed, questions)]
    alone = [ask_alone(timed, question)[0].prediction.raw for question in questions]
    assert together == alone
    assert len(set(together)) > len(questions) / 2
