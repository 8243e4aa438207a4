"""The real window on a real X server (Xvfb): patient, projector and model as shipped, driven for some seconds."""

import json
import os
import shutil
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def display():
    server = shutil.which("Xvfb")
    assert server, "Xvfb is missing; `make setup` as root installs it (Debian: xvfb)."
    read, write = os.pipe()
    process = subprocess.Popen(
        [server, "-displayfd", str(write), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"],
        pass_fds=[write], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    with os.fdopen(read) as pipe:
        number = pipe.readline().strip()
    assert number, "Xvfb did not start."
    yield f":{number}"
    process.terminate()
    process.wait(10)


TWICE = """
from carm_gui.app import make_window
from carm_gui.settings import Settings
app, window = make_window(Settings(toured=True))
window.keep_on_screen()
window.show()
[app.processEvents() for _ in range(20)]
room, inside = window.screen().availableGeometry(), window.centralWidget().rect()
parts = (window.live, window.command, window.technique, window.assistant)
ends = [part.mapTo(window.centralWidget(), part.rect().bottomRight()) for part in parts]
print(window.devicePixelRatio(), room.contains(window.geometry()), all(inside.contains(end) for end in ends))
window.close()
"""


def run(display, *arguments, tmp_path, **more):
    environment = {
        **os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "XDG_CONFIG_HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path), **more,
    }  # fmt: skip
    environment.pop("WAYLAND_DISPLAY", None)
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=280, env=environment)


def test_it_opens_rehearses_and_ends(display, tmp_path):
    done = run(display, "-m", "carm_gui.pace", "--seconds", "15", "--platform", "xcb", "--json", tmp_path=tmp_path)
    assert done.returncode in (0, 1), done.stderr  # 1: a promise was broken, which a busy machine does
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["generating_percent"] > 0
    assert figures["first_picture_s"] > 0
    # CPU time, so that a busy machine does not count: what the window's thread does at a stretch stays short.
    assert figures["own_cpu_between_beats_ms"]["p99"] < 50
    assert "Traceback" not in done.stderr


def test_at_twice_the_size_it_fits_on_full_hd(display, tmp_path):
    done = run(display, "-c", TWICE, tmp_path=tmp_path, QT_SCALE_FACTOR="2")
    assert done.stdout.split() == ["2.0", "True", "True"], done.stderr


def test_every_view_of_the_window_on_it(display, tmp_path):
    files = [f"tests/gui/test_{name}.py" for name in ("snapshots", "desk", "live", "where", "access", "access_dialogs")]
    done = run(display, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files, tmp_path=tmp_path)
    assert done.returncode == 0, done.stdout[-4000:]
