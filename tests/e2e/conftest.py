"""The model that ships, and the patient that ships under the tube."""

import pytest

from inference.models.profiles import spec_of
from inference.models.transformers import TransformersModel
from sim.patient.virtual import shipped
from sim.xray.cpu import CpuProjector


@pytest.fixture(scope="module")
def model():
    spec = spec_of("embedded")
    model = TransformersModel(spec.base, spec.adapter)
    yield model
    model.close()


@pytest.fixture(scope="module")
def projector():
    return CpuProjector(shipped())
