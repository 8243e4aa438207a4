"""Whether this machine has what a protocol needs, found out before a participant sits down: its models, its imported
patients and their landmarks. Opens no model; knows no window."""

from __future__ import annotations

from carm_gui.session.reach import landmark_position
from carm_gui.session.study import Protocol
from inference.models.interface import ModelError
from inference.models.profiles import is_server, spec_of
from sim.patient.load import is_imported, load_patient
from sim.patient.patient import PatientError


def missing(protocol: Protocol) -> list[str]:
    """One sentence for each thing that is not here; none when every trial can begin. A server is not asked, and a
    virtual patient is always there."""
    said = []
    for name in sorted({c.model for c in protocol.conditions if c.mode != "manual"}):
        try:
            if not is_server(name):
                spec_of(name)
        except ModelError as problem:
            said.append(str(problem))
    for spec in sorted({task.patient for task in protocol.tasks if not task.patient.startswith("virtual")}):
        if not is_imported(spec):
            said.append(f"There is no imported patient called {spec}; make one: `carm import PATH --name {spec}`.")
            continue
        try:
            patient = load_patient(spec)
            for task in protocol.tasks:
                if task.patient == spec:
                    landmark_position(patient, task.target)
                    if isinstance(task.start, str):
                        landmark_position(patient, task.start)
        except (PatientError, OSError) as problem:
            said.append(f"The patient {spec} cannot be used: {problem}")
    return said
