"""Lies here so that every test can `from doubles import ...`: pytest puts this folder on the path."""

import pytest


@pytest.fixture
def root(monkeypatch, tmp_path):
    """The folder of imported patients, empty."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setattr("sim.patient.imported.data_dir", lambda *parts: folder)
    return folder
