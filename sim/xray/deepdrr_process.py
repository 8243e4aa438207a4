"""DeepDRR (Unberath et al., MICCAI 2018; GPL-3, CUDA) as a projector, in a process and an environment of its own.

Same interface and same pictures as the CPU projector: patient's right on the left, -ln(I/I0) of the primary with our
spectrum and screen. `make deepdrr` makes the environment; CARM_DEEPDRR names another one's python. Where it is missing,
does not start or dies, the CPU projector takes over, once and for good, and `note` says so in a sentence. Pictures and
frame rates have not been compared on a GPU yet: `python -m sim.xray.deepdrr_process` does that in one command.

DeepDRR's camera looks from the source and sees the mirror image; it is given x to the patient's right in AP, and the
picture is flipped. Its pixel centres lie at half integers with the principal point at half the sensor, so they are the
same places as ours (tests/unit/data/make_deepdrr_matrices.py).
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from sim.geometry import DETECTOR_MM, SDD_MM, beam_of
from sim.patient.patient import Patient
from sim.pose import CArmPose
from sim.xray import cpu
from sim.xray.projector import Projector
from sim.xray.spectrum import DEFAULT_KVP, spectrum

log = logging.getLogger(__name__)

WORKER = Path(__file__).with_name("deepdrr_worker.py")
START_S, PICTURE_S = 120.0, 20.0
RAS_FROM_PATIENT = np.array([[-1.0, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]])
"""(left, up, ant) to (right, anterior, superior)."""


class DeepDrrError(RuntimeError):
    """DeepDRR cannot be used; the message is one sentence."""


def interpreter() -> Path | None:
    """The python of DeepDRR's environment, None where there is none."""
    named = os.environ.get("CARM_DEEPDRR")
    inside = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    python = Path(named) if named else Path(sys.prefix).parent.joinpath(".venv-deepdrr", *inside)
    return python if python.is_file() else None


def camera_from_ras(pose: CArmPose) -> np.ndarray:
    """Rigid transform (4, 4) of a RAS point in mm to DeepDRR's camera: x, y, z as in deepdrr_worker. x runs against
    our pictures' u, since this camera looks from the source."""
    beam = beam_of(pose)
    out = np.eye(4)
    out[:3, :3] = np.stack([-beam.right, beam.down, beam.axis])
    out[:3, 3] = -out[:3, :3] @ beam.source
    return out @ np.linalg.inv(RAS_FROM_PATIENT)


class Worker:
    """The other process, one request at a time. Raises DeepDrrError when it does not start, answer or live."""

    def __init__(self, command: list[str]):
        environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
            )
        except OSError as problem:
            raise DeepDrrError(f"DeepDRR's python cannot be started ({problem.strerror}).") from problem
        self._last_words = b""
        threading.Thread(target=self._listen, name="deepdrr-stderr", daemon=True).start()

    def _listen(self) -> None:
        for line in self._process.stderr:
            self._last_words = line.strip() or self._last_words
            log.info("deepdrr: %s", line.decode(errors="replace").rstrip())

    def ask(self, message: dict, payload: bytes | memoryview = b"", within_s: float = PICTURE_S) -> tuple[dict, bytes]:
        """The answer to `message`, and the bytes that came with it."""
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self._process.kill()

        alarm = threading.Timer(within_s, give_up)
        alarm.start()
        try:
            if payload:
                message = {**message, "bytes": len(payload)}
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.write(payload)
            self._process.stdin.flush()
            line = self._process.stdout.readline()
            answer = json.loads(line) if line else {}
            data = self._process.stdout.read(answer.get("bytes", 0)) if line else b""
            if not line or len(data) < answer.get("bytes", 0):
                raise DeepDrrError(self._ended(within_s, late))
        except (OSError, ValueError) as problem:
            raise DeepDrrError(self._ended(within_s, late)) from problem
        finally:
            alarm.cancel()
        if answer.get("kind") == "error":
            raise DeepDrrError(f"DeepDRR failed ({answer['text']}).")
        return answer, data

    def _ended(self, within_s: float, late: threading.Event) -> str:
        if late.is_set():
            return f"DeepDRR did not answer within {within_s:.0f} s."
        self._process.kill()
        self._process.wait()
        words = self._last_words.decode(errors="replace")[-200:]
        return f"DeepDRR's process ended{f' ({words})' if words else ''}."

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            pipe.close()


class DeepDrrProjector:
    """See the module. `command` starts the worker (None: the one found); `note` takes the sentence that tells of a
    fall-back. Raises DeepDrrError when it cannot start; later failures fall back."""

    def __init__(
        self,
        patient: Patient,
        command: list[str] | None = None,
        note: Callable[[str], None] = log.warning,
        kvp: float = DEFAULT_KVP,
    ):
        if command is None:
            python = interpreter()
            if python is None:
                raise DeepDrrError("DeepDRR's environment is not there; `make deepdrr` makes it.")
            command = [str(python), str(WORKER)]
        self.patient, self.kvp, self.problem = patient, kvp, ""
        self._note = note
        self._cpu: Projector | None = None
        self._lock = threading.Lock()
        self._worker: Worker | None = Worker(command)
        volume = {
            "kind": "volume",
            "shape": list(patient.hu.shape),
            "ras_from_index": (RAS_FROM_PATIENT @ patient.affine).tolist(),
        }
        try:
            answer, _ = self._worker.ask(volume, memoryview(np.ascontiguousarray(patient.hu)).cast("B"), START_S)
        except DeepDrrError:
            self._worker.close()
            raise
        self.about = {name: answer[name] for name in ("device", "versions") if name in answer}

    def render(self, pose: CArmPose, size: int = 512, fast: bool = False, kvp: float | None = None) -> np.ndarray:
        """-ln(I/I0), float32 (size, size); see sim.xray.projector. Always at full resolution."""
        kvp = self.kvp if kvp is None else kvp
        with self._lock:
            if self._worker is not None:
                try:
                    return self._ask(pose, size, kvp)
                except DeepDrrError as problem:
                    self._fall_back(str(problem))
        return self._cpu.render(pose, size, fast, kvp)

    def _ask(self, pose: CArmPose, size: int, kvp: float) -> np.ndarray:
        beam = spectrum(kvp)
        # DeepDRR weighs by energy itself; the screen's absorption goes into the spectrum.
        weights = beam.fluence * beam.absorbed
        request = {
            "kind": "render",
            "camera_from_ras": camera_from_ras(pose).tolist(),
            "size": size,
            "pixel_mm": DETECTOR_MM / size,
            "sdd_mm": SDD_MM,
            "spectrum": [[1000.0 * e, w] for e, w in zip(beam.energy.tolist(), weights.tolist()) if w > 0],
        }
        _, data = self._worker.ask(request)
        if len(data) != 4 * size * size:
            raise DeepDrrError("DeepDRR sent a picture of the wrong size.")
        return np.ascontiguousarray(np.frombuffer(data, np.float32).reshape(size, size)[:, ::-1])

    def _fall_back(self, sentence: str) -> None:
        self._worker.close()
        self._worker = None
        self._cpu = cpu.CpuProjector(self.patient, self.kvp)
        self.problem = f"{sentence} Pictures come from the CPU projector from now on."
        self._note(self.problem)

    def close(self) -> None:
        """End the process."""
        with self._lock:
            if self._worker is not None:
                self._worker.close()
                self._worker, self._cpu = None, cpu.CpuProjector(self.patient, self.kvp)


def open_projector(patient: Patient, name: str = "auto", note: Callable[[str], None] = log.warning) -> Projector:
    """The projector called `name`: "cpu"; "deepdrr", or where that cannot start the CPU's and a `note` of why; "auto"
    is DeepDRR where its environment is there, else the CPU's without a word. Raises ValueError for another name."""
    if name not in ("cpu", "deepdrr", "auto"):
        raise ValueError(f"{name!r} is not a projector; choose cpu, deepdrr or auto.")
    if name == "deepdrr" or (name == "auto" and interpreter() is not None):
        try:
            return DeepDrrProjector(patient, note=note)
        except DeepDrrError as problem:
            note(f"{problem} Pictures come from the CPU projector.")
    return cpu.CpuProjector(patient)


def compare(spec: str = "virtual", pictures: int = 20) -> dict:
    """Pictures and frame rates of DeepDRR and the CPU projector on the same views. Raises DeepDrrError where DeepDRR
    does not run."""
    from sim.patient.load import load_patient

    patient = load_patient(spec)
    centre = [float(mm) for mm in patient.corners().mean(axis=0)]
    views = [CArmPose(*centre, angle, 0.5 * angle) for angle in np.linspace(-40, 40, pictures)]
    theirs, ours = DeepDrrProjector(patient), cpu.CpuProjector(patient)
    found = {"patient": patient.name, **theirs.about}
    shots: dict[str, list[np.ndarray]] = {}
    for name, projector in (("deepdrr", theirs), ("cpu", ours)):
        projector.render(views[0])
        start = time.perf_counter()
        shots[name] = [projector.render(view) for view in views]
        found[f"{name}_frames_per_second"] = round(pictures / (time.perf_counter() - start), 1)
    theirs.close()
    if theirs.problem:
        raise DeepDrrError(theirs.problem)
    apart = [np.linalg.norm(a - b) / np.linalg.norm(b) for a, b in zip(shots["deepdrr"], shots["cpu"])]
    alike = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(shots["deepdrr"], shots["cpu"])]
    mirrored = [np.corrcoef(a[:, ::-1].ravel(), b.ravel())[0, 1] for a, b in zip(shots["deepdrr"], shots["cpu"])]
    return found | {
        "relative_l2": round(float(np.mean(apart)), 4),
        "correlation": round(float(np.mean(alike)), 4),
        "correlation_mirrored": round(float(np.mean(mirrored)), 4),
    }


if __name__ == "__main__":
    try:
        print(json.dumps(compare(*sys.argv[1:2]), indent=1))
    except DeepDrrError as missing:
        raise SystemExit(f"{missing} Nothing was measured.") from None
