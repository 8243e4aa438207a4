"""Calibrates the baseline's regions on validation subjects, photographed exactly as a test is.

Half of the views by the published recipe, half around landmarks; nothing else uses these subjects. Writes
conformal.json into the model's folder. `carm train baseline` ends with it; `python -m inference.baseline.calibrate
FOLDER` does it alone. Knows the truth of calibration views, and nothing of any test.
"""

from __future__ import annotations

import argparse
import json
import sys
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
        told = lambda done, total, task=task: say(f"{task}: {done} of {total} parts")  # noqa: E731
        evaluate(plan, _nobody_steers, work, calibration.workers, told, reference=False)
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


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Calibrate a baseline's regions on validation subjects.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    calibrate_folder(given.folder, Calibration(workers=given.workers), lambda line: print(line, file=sys.stderr))
