"""The embedded model sees: on the patient that ships it finds its way, and blinded it does not."""

import numpy as np

from carm_gui.cli_lab import steer
from inference.evaluation.blind import Blind
from inference.localize import localize
from sim.carm import CArm
from sim.landmarks import ARM_KEYS, BY_KEY
from sim.pose import CArmPose

WAYS = (("skull", "right_scapular_inferior_angle"), ("right_scapular_inferior_angle", "skull"))


def final_errors(model, projector):
    rng = np.random.default_rng(4)
    errors = []
    for start, target in WAYS * 2:
        left, up, ant = projector.patient.landmarks[start]
        angle, away = rng.uniform(0, 2 * np.pi), 60 * np.sqrt(rng.uniform())
        pose = CArmPose(left + away * np.cos(angle), up + away * np.sin(angle), ant)
        trip = steer(CArm(projector, pose), model, target, 8)
        goal = projector.patient.landmarks[target]
        errors.append(np.hypot(goal[0] - trip.pose.left_mm, goal[1] - trip.pose.up_mm))
    return np.array(errors)


def test_it_steers_to_the_target_and_not_when_blind(model, projector):
    seeing = final_errors(model, projector)
    blind = final_errors(Blind(model, "grey"), projector)
    assert (seeing <= 30).mean() >= 0.75, seeing
    assert (blind <= 30).mean() <= 0.25, blind


def test_it_names_what_is_at_the_centre(model, projector):
    hits = []
    for key in set(BY_KEY) - ARM_KEYS:
        frame = CArm(projector, CArmPose(*projector.patient.landmarks[key])).expose()
        *_, step = localize(model, frame, top=2)
        hits.append(key in step.prediction.landmarks)  # a refused reply names none, and counts as a miss
    assert np.mean(hits) >= 0.7
