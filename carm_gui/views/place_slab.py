"""After the first click of a landmark, the other picture shows only a slab of the patient about it: what lies to either
side (the other arm, the other shoulder) no longer hides it. Knows the two pictures; renders in a worker thread.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from carm_gui.job import Job
from carm_gui.placing import other
from carm_gui.views.place_picture import PlacePicture
from sim.patient.patient import Patient
from sim.survey import SurveyView, slab

SLAB_MM = 40.0
"""Half its thickness."""
ACROSS = {"ap": 2, "lateral": 0}
"""The patient axis along which each picture looks through the patient: ant, left."""
Wanted = tuple[str, tuple[float, float]]


class Slabs:
    """Which picture shows a slab about which click of the other, `(picture, click)`, or none."""

    def __init__(self, patient: Patient, pictures: Mapping[str, PlacePicture]) -> None:
        self._patient, self._pictures = patient, pictures
        self._views: Mapping[str, SurveyView] = {}
        self._wanted: Wanted | None = None
        self._shown: Wanted | None = None
        self._job: Job | None = None

    def want(self, views: Mapping[str, SurveyView], clicks: Mapping[str, tuple[float, float]]) -> bool:
        """A slab where just one of the two clicks is there, else the whole patient; whether there is work to poll."""
        self._views = views
        only = next(iter(clicks)) if len(clicks) == 1 else None
        self._wanted = (other(only), clicks[only]) if only else None
        if self._shown is not None and self._shown != self._wanted:
            self._pictures[self._shown[0]].show_slab(None)
            self._shown = None
        if self._job is None and self._wanted is not None and self._wanted != self._shown:
            self._begin(self._wanted)
        return self._job is not None

    def look(self) -> bool:
        """Show what the worker has finished; whether there is more to poll."""
        if self._job is not None and self._job.done:
            result, self._job = self._job.result, None
            if result is not None and result[0] == self._wanted:
                self._shown = self._wanted
                picture = self._pictures[self._wanted[0]]
                picture.slab_text = f"{2 * SLAB_MM:.0f} mm about the first click"
                picture.show_slab(result[1])
            elif result is not None and self._wanted is not None:
                self._begin(self._wanted)
        return self._job is not None

    def _begin(self, wanted: Wanted) -> None:
        name, uv = wanted
        view, clicked, axis = self._views[name], self._views[other(name)], ACROSS[name]
        way = clicked.ray(uv)
        middle = clicked.source + way * ((np.array(clicked.centre) - clicked.source) @ way)
        part = lambda tell: (wanted, view.render(slab(self._patient, axis, float(middle[axis]), SLAB_MM)))  # noqa: E731
        self._job = Job(part, "carm-slab")
        self._job.start()
