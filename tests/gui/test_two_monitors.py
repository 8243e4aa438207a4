"""Two monitors, played by Qt's offscreen platform: panes go to the second, and come into sight when it is gone."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

CODE = """
import sys
from pathlib import Path
from carm_gui.app import make_window
from carm_gui.settings import Settings
from PySide6.QtGui import QGuiApplication
settings = Settings.load(Path(sys.argv[1]))
app, window = make_window(settings)
window.setGeometry(20, 20, 1240, 760)
window.show()
[app.processEvents() for _ in range(20)]
if sys.argv[2] == "two":
    window.arrange("two")
    [app.processEvents() for _ in range(20)]
panes = window.desk.panes
screens = QGuiApplication.screens()
def on(pane):
    return [i for i, screen in enumerate(screens) if screen.geometry().contains(pane.geometry().center())]
print(len(screens), {name: (pane.isFloating(), pane.isVisible(), on(pane)) for name, pane in sorted(panes.items())})
window.close()
"""


@pytest.fixture
def start(tmp_path):
    def run(monitors, what):
        screens = [
            {"name": f"m{n}", "x": 1280 * n, "y": 0, "width": 1280, "height": 800, "logicalDpi": 96, "dpr": 1}
            for n in range(monitors)
        ]
        layout = tmp_path / f"monitors{monitors}.json"
        layout.write_text(json.dumps({"screens": screens}))
        done = subprocess.run(
            [sys.executable, "-c", CODE, str(tmp_path / "window.json"), what],
            capture_output=True, text=True, timeout=120,
            env={**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={layout}"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        count, panes = done.stdout.strip().split(" ", 1)
        assert int(count) == monitors
        return eval(panes)

    return run


def test_reference_and_map_go_to_the_second_monitor_and_are_there_again(start):
    for what in ("two", "again"):
        panes = start(2, what)
        assert panes["reference"] == (True, True, [1])
        assert panes["where"] == (True, True, [1])
        assert panes["assistant"][0] is False


def test_without_the_second_monitor_they_come_into_sight(start):
    start(2, "two")
    panes = start(1, "again")
    for name in ("reference", "where"):
        assert panes[name][2] == [0], name
