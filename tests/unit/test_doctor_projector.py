"""What `carm doctor` says of DeepDRR, and of weights and patients that do not belong together."""

from __future__ import annotations

import json
import sys

import pytest

from carm_gui import doctor
from sim.patient.virtual import GENERATOR


def test_without_its_environment_the_remedy_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("CARM_DEEPDRR", str(tmp_path / "python"))
    found = doctor._deepdrr()
    assert not found.ok
    assert not found.needed
    assert "make deepdrr" in found.remedy


def test_without_a_driver_the_driver_is_named(monkeypatch):
    monkeypatch.setenv("CARM_DEEPDRR", sys.executable)
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    assert "NVIDIA driver is not" in doctor._deepdrr().found


def test_an_environment_that_does_not_import_says_why(monkeypatch):
    """This interpreter stands for one that lacks DeepDRR."""
    monkeypatch.setenv("CARM_DEEPDRR", sys.executable)
    monkeypatch.setattr(doctor.shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    assert "No module named 'deepdrr'" in doctor._deepdrr().found


@pytest.mark.parametrize(
    ("card", "ok", "said"),
    [
        ({"generators": [GENERATOR]}, True, f"both of generator {GENERATOR}"),
        ({"generators": ["0", GENERATOR]}, False, "trained on generator 0"),
        ({"generators": ["0"]}, False, f"the patients come from {GENERATOR}"),
        ({}, False, "do not say"),
        (None, False, "do not say"),
    ],
)
def test_weights_of_another_generator_are_told(monkeypatch, tmp_path, card, ok, said):
    if card is not None:
        (tmp_path / "card.json").write_text(json.dumps(card))
    monkeypatch.setattr(doctor, "resource", lambda *parts: tmp_path / parts[-1])
    found = doctor._generator()
    assert found.ok is ok
    assert said in found.found
    assert not found.needed


def test_what_does_not_answer_in_time_is_late_and_not_missing(monkeypatch):
    def hangs(arguments, **options):
        raise doctor.subprocess.TimeoutExpired(arguments, options["timeout"])

    monkeypatch.setattr(doctor.subprocess, "run", hangs)
    monkeypatch.setattr(doctor, "models", list)
    findings = {finding.name: finding for finding in doctor.examine()}
    model = findings["Language model"]
    assert not model.ok
    assert model.word == "late"
    assert "did not answer within" in model.found
    assert "setup" not in model.remedy
    assert findings["Python"].word == "ok"
    assert not findings["Python"].late
