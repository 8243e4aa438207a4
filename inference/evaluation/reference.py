"""The row that does not see: it knows the true isocentre, and where landmarks lie in the mean of the population.

Not a model: it is told what no model may know. Position and mean anatomy alone give high figures in retrieval and
localization, so every table shows this row. Knows no picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from inference.baseline.reading import Reading, reply
from inference.models.interface import ModelInfo, Request
from sim import sampling
from sim.landmarks import KEYS
from sim.pose import CArmPose


def mean_landmarks() -> np.ndarray:
    """The mean of the population (14, 3) mm, in the frame of a virtual patient."""
    from sim.patient import virtual

    return sampling.positions(virtual.landmarks(None))


def placed(mean: np.ndarray, landmarks: Mapping[str, tuple[float, float, float]]) -> np.ndarray:
    """The mean (14, 3) in the frame of a scan, whose origin is anywhere: laid on the scan's T1, or where that is not
    known on the mean of what is."""
    points = sampling.positions(landmarks)
    known = np.isfinite(points[:, 0])
    t1 = KEYS.index("t1")
    if known[t1]:
        return mean + (points[t1] - mean[t1])
    return mean + (points[known] - mean[known]).mean(0)


class MeanAnatomy:
    """Answers from `where` (set by whoever knows the pose) and the mean landmarks (14, 3) mm of the patient's frame."""

    def __init__(self, mean: np.ndarray):
        self.name, self.state, self.problem, self.note = "mean-anatomy", "ready", "", ""
        self.info = ModelInfo("mean-anatomy", note="not a model: the true isocentre with mean anatomy, blind")
        self.mean = mean
        self.where = CArmPose

    def read(self, picture: np.ndarray) -> Reading:
        pose = self.where()
        centre = np.array([pose.left_mm, pose.up_mm, pose.ant_mm])
        return Reading(self.mean - centre, whose="Mean anatomy")

    def stream(self, request: Request) -> Iterator[str]:
        yield reply(request.task, request.text, self.read(request.picture))

    def cancel(self) -> None: ...

    def close(self) -> None: ...
