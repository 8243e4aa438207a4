"""The DICOM objects sent by C-STORE to a real PACS (Debian's Orthanc, started here on loopback) and found there."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pydicom
import pytest
from studies import done

from carm_gui.session.export import export

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def orthanc() -> str:
    """The program, installed where it may be; skips where it cannot."""
    for place in ("Orthanc", "/usr/sbin/Orthanc"):
        if found := shutil.which(place):
            return found
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        pytest.skip("Orthanc is not installed, and only root may install it: sudo apt-get install orthanc")
    quiet = {"env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, "capture_output": True, "check": False}
    subprocess.run(["apt-get", "update", "-qq"], **quiet)
    if subprocess.run(["apt-get", "install", "-y", "-qq", "orthanc"], **quiet).returncode:
        pytest.skip("apt-get could not install orthanc")
    return shutil.which("Orthanc") or "/usr/sbin/Orthanc"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def pacs(tmp_path):
    """A running Orthanc with an empty store: its DICOM port, and a function that asks its REST interface."""
    program, dicom, http = orthanc(), free_port(), free_port()
    settings = {
        "Name": "test", "StorageDirectory": str(tmp_path / "store"), "IndexDirectory": str(tmp_path / "store"),
        "DicomPort": dicom, "HttpPort": http, "RemoteAccessAllowed": False, "AuthenticationEnabled": False,
        "DicomAet": "ORTHANC", "DicomCheckCalledAet": False, "Plugins": [],
    }  # fmt: skip
    (tmp_path / "orthanc.json").write_text(json.dumps(settings))

    def ask(path: str):
        with urllib.request.urlopen(f"http://127.0.0.1:{http}{path}", timeout=20) as answer:
            body = answer.read()
        return json.loads(body) if path.split("/")[-1] != "file" else body

    with subprocess.Popen(
        [program, str(tmp_path / "orthanc.json")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            for _ in range(150):
                try:
                    ask("/system")
                    break
                except (urllib.error.URLError, ConnectionError):
                    time.sleep(0.2)
            else:
                pytest.fail("Orthanc did not start")
            yield dicom, ask
        finally:
            server.terminate()


def test_a_real_pacs_takes_every_object_and_gives_it_back(pacs, tmp_path):
    from pynetdicom import AE

    port, ask = pacs
    study = done(tmp_path / "studies", people=1)
    _, files = export(study, "dicom", tmp_path / "dicom")
    sent = [pydicom.dcmread(file) for file in files]
    entity = AE(ae_title="CARM")
    for sop_class in {ds.SOPClassUID for ds in sent}:
        entity.add_requested_context(sop_class)
    link = entity.associate("127.0.0.1", port, ae_title="ORTHANC")
    assert link.is_established
    for ds in sent:
        assert link.send_c_store(ds).Status == 0x0000, ds.SOPClassUID
    link.release()
    stored = ask("/instances")
    assert len(stored) == len({ds.SOPInstanceUID for ds in sent})
    patients = [ask(f"/patients/{patient}")["MainDicomTags"]["PatientName"] for patient in ask("/patients")]
    assert patients == ["SIMULATED^VIRTUAL"]
    by_uid = {ask(f"/instances/{one}")["MainDicomTags"]["SOPInstanceUID"]: one for one in stored}
    run = next(ds for ds in sent if ds.Modality == "XA" and "NumberOfFrames" in ds)
    back = tmp_path / "back.dcm"
    back.write_bytes(ask(f"/instances/{by_uid[run.SOPInstanceUID]}/file"))
    np.testing.assert_array_equal(pydicom.dcmread(back).pixel_array, run.pixel_array)
    assert Path(back).stat().st_size > 1000
