"""`carm doctor`: what this machine can run, and what is missing for the rest. Knows where things lie, runs
none of them in this process: Qt and torch are tried in a child, so that a broken library is a finding and not
a crash."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from inference.models.catalogue import Entry
from sim.resource import cache_dir, data_dir, install, resource, version_of

OLDEST_PYTHON = (3, 11)
LONGEST_S = 120.0
LATE = f"did not answer within {LONGEST_S:g} s"
TRY_AGAIN = "The machine is busy, or this hangs: whether it is there is not known. Try again when less is running."


@dataclass(frozen=True)
class Finding:
    """One check. `needed` is False for what only extras want; `remedy` says what to do when it is not
    `ok`. `late`: it did not answer in time, so that nothing is known."""

    name: str
    ok: bool
    found: str
    remedy: str = ""
    needed: bool = True
    late: bool = False

    @property
    def word(self) -> str:
        """In one word."""
        return "ok" if self.ok else "late" if self.late else "missing" if self.needed else "-"


def examine(progress: Callable[[str], None] = lambda text: None) -> list[Finding]:
    """All checks, in the order in which they are shown."""
    needed = (_python, _folders, _patient, _model, _generator, _qt, _screen, _torch)
    checks = (*needed, _gpu, _memory, _four_bits, _forms, _servers, _deepdrr)
    findings = []
    # At once, since most of them wait for a child: on a busy machine each import takes a minute.
    with ThreadPoolExecutor(len(checks)) as pool:
        for check, coming in [(check, pool.submit(check)) for check in checks]:
            progress(f"checking {check.__name__.strip('_')} ...")
            findings.append(_found(check, coming))
    progress("looking for large models ...")
    return findings + [_large(entry) for entry in models() if entry.memory_gb]


def _found(check: Callable[[], Finding], coming: Future[Finding]) -> Finding:
    try:
        found = coming.result()
    except Exception as problem:
        name = check.__name__.strip("_").capitalize()
        return Finding(name, False, f"could not be checked: {problem}", "Reinstall the package.")
    return replace(found, remedy=TRY_AGAIN, late=True) if found.found.endswith(LATE) else found


def models() -> list[Entry]:
    """Every model that can be named, and whether it is here and runs here."""
    from inference.models.catalogue import catalogue

    return catalogue()


def _python() -> Finding:
    return Finding(
        "Python",
        sys.version_info >= OLDEST_PYTHON,
        f"{platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "Python 3.11 or newer is needed.",
    )


def _folders() -> Finding:
    try:
        folders = (cache_dir(), data_dir())
        for folder in folders:
            if not os.access(folder, os.W_OK):
                raise PermissionError(13, "not writable", str(folder))
    except OSError as problem:
        return Finding("Folders", False, str(problem), "Without them nothing is recorded or cached.", needed=False)
    return Finding("Folders", True, f"recordings below {folders[1]}, cache in {folders[0]}")


def _patient() -> Finding:
    from sim.patient.load import load_patient

    try:
        patient = load_patient("virtual")
    except (ValueError, OSError) as problem:
        return Finding("Virtual patient", False, str(problem), "Reinstall the package.")
    size = " x ".join(str(n) for n in patient.hu.shape)
    return Finding("Virtual patient", True, f"{size} voxels of {patient.spacing_mm.max():g} mm")


def _model() -> Finding:
    missing = []
    for part in ("base", "adapter"):
        try:
            folder = resource("models", "embedded", part)
        except FileNotFoundError:
            missing.append(part)
            continue
        if not any(folder.glob("*.safetensors")):
            missing.append(part)
    if missing:
        where = "resources/models/embedded"
        return Finding(
            "Embedded model",
            False,
            f"{' and '.join(missing)} not in {where}",
            "Train it with `carm train embedded`.",
        )
    size = sum(file.stat().st_size for file in resource("models", "embedded").rglob("*.safetensors"))
    return Finding("Embedded model", True, f"{size / 1e6:.1f} MB of safetensors")


def _child(code: str, python: str = sys.executable, **environment: str) -> tuple[bool, str]:
    """Run `code` in a fresh interpreter: whether it ended well, and its last line."""
    try:
        done = subprocess.run(
            [python, "-c", code],
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            env={**os.environ, **environment},
        )
    except subprocess.TimeoutExpired:
        return False, LATE
    except OSError as problem:
        return False, str(problem)
    lines = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines()
    return done.returncode == 0, lines[-1].strip() if lines else f"ended with status {done.returncode}"


def _qt() -> Finding:
    code = "from PySide6 import QtCore, QtWidgets as w; a = w.QApplication([]); print(QtCore.qVersion())"
    ok, said = _child(code, QT_QPA_PLATFORM="offscreen")
    from carm_gui.app import APT_LINE

    remedy = APT_LINE if sys.platform.startswith("linux") else "Run `make setup` again."
    return Finding("Qt", ok, f"{said}, opens offscreen" if ok else said, remedy)


def _screen() -> Finding:
    code = "from carm_gui.app import missing_for_qt; print(missing_for_qt())"
    ok, said = _child(code)
    problem = said if ok and said != "ended with status 0" else "" if ok else said
    return Finding(
        "Screen",
        not problem,
        problem or "a window can be shown",
        "Every command but the window works without one.",
        needed=False,
    )


def _torch() -> Finding:
    versions = {package: version_of(package) for package in ("torch", "transformers", "peft")}
    for package, version in versions.items():
        if not version:
            return Finding("Language model", False, f"{package} is not installed", "Run `make setup`.")
    ok, said = _child("import torch, transformers, peft", OMP_NUM_THREADS="1")
    found = ", ".join(f"{package} {version}" for package, version in versions.items()) if ok else said
    return Finding("Language model", ok, found, "Run `make setup` again.")


def _gpu() -> Finding:
    remedy = "Only large models and their training want one."
    if shutil.which("nvidia-smi") is None:
        return Finding("GPU", False, "no NVIDIA driver", remedy, needed=False)
    ok, said = _child(
        "import subprocess; print(subprocess.run(['nvidia-smi', '--query-gpu=name,memory.total', "
        "'--format=csv,noheader'], capture_output=True, text=True, check=True).stdout)"
    )
    if not ok:
        return Finding("GPU", False, "the NVIDIA driver does not answer", remedy, needed=False)
    usable, _ = _child("import torch; assert torch.cuda.is_available()")
    if not usable:
        return Finding("GPU", False, f"{said}, but this torch cannot use it", "Install torch for CUDA.", needed=False)
    return Finding("GPU", True, said, needed=False)


def _memory() -> Finding:
    from inference.models.fit import this_machine

    machine = this_machine()
    said = f"{machine.ram_free / 1e9:.0f} of {machine.ram_total / 1e9:.0f} GB free"
    if machine.gpu:
        said += f"; {machine.gpu}: {machine.gpu_free / 1e9:.0f} of {machine.gpu_total / 1e9:.0f} GB free"
    return Finding("Memory", True, said, needed=False)


def _extra(name: str, package: str, what: str) -> Finding:
    version = version_of(package)
    if not version:
        return Finding(name, False, f"{package} is not installed", f"{install('large')} for {what}.", needed=False)
    ok, said = _child(f"import {package}", OMP_NUM_THREADS="1")
    return Finding(name, ok, f"{package} {version}" if ok else said, f"Reinstall {package}.", needed=False)


def _four_bits() -> Finding:
    return _extra("4-bit weights", "bitsandbytes", "large models in a quarter of their memory")


def _forms() -> Finding:
    return _extra("Replies held to form", "llguidance", "MODEL@form")


def _servers() -> Finding:
    """None is asked, and no keyring opened: which hosts beyond this machine may be asked."""
    from inference.models.servers import allowed_hosts

    name = "Model servers"
    hosts = sorted(allowed_hosts())
    if not hosts:
        remedy = "`carm serve-check https://HOST/v1#MODEL --allow` allows one and measures it."
        return Finding(name, False, "none beyond this machine is allowed", remedy, needed=False)
    return Finding(name, True, f"{', '.join(hosts)} may be asked; `carm serve-check` measures one", needed=False)


def _large(entry: Entry) -> Finding:
    """What fits and is not here says how to get it; what does not fit says so alone."""
    missing = f"{entry.title} is not on this machine; "
    here = "on this machine" if entry.here else "not on this machine"
    how = entry.where.removeprefix(missing)
    remedy = "" if entry.here or not entry.runs else how[0].upper() + how[1:]
    fit = entry.fit if entry.here else entry.fit.replace("runs on", "would run on", 1)
    licence = entry.licence.partition(";")[0]
    return Finding(entry.title, entry.ready, f"{here}; {fit} ({licence})", remedy, needed=False)


def _deepdrr() -> Finding:
    from sim.xray.deepdrr_process import interpreter

    name, unneeded = "DeepDRR projector", "The CPU projector needs no GPU."
    python = interpreter()
    if python is None:
        return Finding(name, False, "no environment of its own", f"`make deepdrr` makes it. {unneeded}", needed=False)
    if shutil.which("nvidia-smi") is None:
        return Finding(name, False, f"{python} is there, an NVIDIA driver is not", unneeded, needed=False)
    ok, said = _child("import deepdrr, importlib.metadata as m; print(m.version('deepdrr'))", python=str(python))
    found = f"deepdrr {said}" if ok else f"does not import: {said}"
    return Finding(name, ok, found, f"Run `make deepdrr` again. {unneeded}", needed=False)


def _generator() -> Finding:
    """Weights belong to the generator of the patients that they were trained on."""
    from sim.patient.virtual import GENERATOR

    name = "Weights and patients"
    remedy = "Figures of the model hold for its own generator; train anew with `carm train embedded`."
    try:
        trained = json.loads(resource("models", "embedded", "card.json").read_text())["generators"]
    except (OSError, ValueError, KeyError):
        return Finding(name, False, "the weights do not say which generator made their patients", remedy, needed=False)
    if trained != [GENERATOR]:
        found = f"trained on generator {', '.join(map(str, trained))}, the patients come from {GENERATOR}"
        return Finding(name, False, found, remedy, needed=False)
    return Finding(name, True, f"both of generator {GENERATOR}", needed=False)
