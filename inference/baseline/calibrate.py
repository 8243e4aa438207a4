"""Calibrates the baseline's regions on validation subjects, photographed exactly as a test is.

Half of the views by the published recipe, half around landmarks; nothing else uses these subjects. Writes
conformal.json into the model's folder. Knows the truth of calibration views, and nothing of any test.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from inference.baseline import conformal
from inference.baseline.recipe import Calibration
from inference.evaluation.plan import Plan, expand_patients
from inference.evaluation.run import evaluate, read_cases
from inference.evaluation.summary import stacked

DISPLACE_MM = 60.0


def calibrate_folder(folder: Path, calibration: Calibration, say: Callable[[str], None] = print) -> dict:
    """Calibrate the model in `folder`; returns the quantiles."""
    (folder / "conformal.json").unlink(missing_ok=True)
    patients = expand_patients(calibration.patients)
    limit = max(1, len(patients) * calibration.views // 2)
    outcomes = []
    for task, displace in (("retrieval", 0.0), ("localization", DISPLACE_MM)):
        plan = Plan(task, str(folder), patients, limit=limit, displace_mm=displace)
        work = folder / f"calibration-{task}"
        say(f"calibrating on {limit} views of {len(patients)} subjects, {task}")
        evaluate(plan, _nobody_steers, work, calibration.workers, reference=False)
        outcomes += read_cases(work)
        for file in work.iterdir():
            file.unlink()
        work.rmdir()
    quantiles = conformal.calibrate(*(stacked(outcomes, name) for name in ("offsets", "spreads", "truth")))
    quantiles["patients"] = calibration.patients
    (folder / "conformal.json").write_text(json.dumps(quantiles, indent=1))
    return quantiles


def _nobody_steers(*_):
    raise NotImplementedError
