"""Pictures of everything painted over the X-ray, compared with the ones kept beside this file.

The comparison is coarse on purpose (blocks of 6 px, mean and worst difference), so that another version of the font
renderer passes and a mark that is missing, misplaced or of another colour does not. `SNAPSHOTS=write` makes them anew.
"""

import os
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from screens import rgb

from carm_gui import theme
from carm_gui.scout import Scout
from carm_gui.views.body_map import BodyMap
from carm_gui.views.live import LiveView, Offer
from carm_gui.views.overlays import Mark
from carm_gui.views.room import RoomView
from inference.step import Proposal
from sim.frame import Frame
from sim.geometry import FIELD_MM
from sim.patient.population import mean_coronal
from sim.pose import CArmPose, MotionCommand

KEPT = Path(__file__).parent / "snapshots"
BLOCK = 6
MEAN, WORST = 1.2, 42.0
"""Levels of 255 by which the blocks may differ on average, and the worst of them."""


def blocks(picture: np.ndarray) -> np.ndarray:
    height, width = (side - side % BLOCK for side in picture.shape[:2])
    cut = picture[:height, :width].astype(float)
    return cut.reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK, 3).mean(axis=(1, 3))


def difference(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    apart = np.abs(blocks(one) - blocks(other)).max(axis=2)
    return float(apart.mean()), float(apart.max())


def check(widget, name):
    from PIL import Image

    QApplication.processEvents()
    widget.clearFocus()  # whether a lone widget has it differs from platform to platform
    picture, file = rgb(widget), KEPT / f"{name}.png"
    if os.environ.get("SNAPSHOTS") == "write":
        Image.fromarray(picture).save(file, optimize=True)
    kept = np.asarray(Image.open(file).convert("RGB"))
    assert kept.shape == picture.shape
    mean, worst = difference(kept, picture)
    assert mean <= MEAN, f"{name}: {mean:.2f}"
    assert worst <= WORST, f"{name}: {worst:.1f}"


def ribs(size=256) -> np.ndarray:
    """A picture with a top and a side to it: bright bars that fall to the right, a dense spot upper left."""
    v, u = np.mgrid[0:size, 0:size].astype(np.float32)
    bars = 9000 + 2500 * (np.sin((v - 0.3 * u) / 9.0) > 0.4)
    bars[20:60, 30:70] = 15000
    return bars.astype(np.uint16)


def proposal(**motion):
    return Proposal("skull", "LEFT", "SMALL", "UP", "MODERATE", MotionCommand(**motion))


@pytest.fixture
def live(qtbot):
    theme.apply(QApplication.instance(), "dark")
    view = LiveView()
    qtbot.addWidget(view)
    view.resize(420, 420)
    view.show()
    view.show_frame(Frame(ribs(), FIELD_MM / 256, CArmPose(), 1, 0.0))
    return view


def test_a_waiting_proposal(live):
    live.show_offer(Offer(proposal(left_mm=30, up_mm=60), CArmPose(), "T1", "waiting"))
    check(live, "waiting")


def test_a_stale_proposal(live):
    live.show_offer(Offer(proposal(left_mm=30, up_mm=60), CArmPose(), "T1", "waiting"))
    live.show_pose(CArmPose(left_mm=-20), moving=False)
    check(live, "stale")


def test_the_four_marks_each_in_its_shape(live):
    live.show_marks(
        (
            Mark("predicted", "T1", CArmPose(-50, 50), 22.0, CArmPose()),
            Mark("accepted", "step 1: carina", CArmPose(45, 45)),
            Mark("correction", "T12 (you)", CArmPose(-50, -45)),
            Mark("truth", "skull (truth)", CArmPose(45, -45)),
        )
    )
    check(live, "marks")


def test_a_held_picture_with_blades_and_the_view_gone_on(live):
    live.show_beam(False)
    live.show_blades((120.0, 90.0))
    live.show_pose(CArmPose(up_mm=30), moving=False)
    check(live, "held")


def test_mirrored_turned_round_and_bright(live):
    live.set_display(flip_horizontal=True, rotation_deg=30.0)
    live.set_round(True)
    live.set_inverted(True)
    live.show_pose(CArmPose(primary_deg=30, secondary_deg=-15), moving=True)
    check(live, "turned")


def test_body_map(qtbot):
    theme.apply(QApplication.instance(), "dark")
    body = BodyMap()
    qtbot.addWidget(body)
    body.resize(200, 300)
    body.show_scout(Scout(np.full((220, 150), 70, np.uint8), -225.0, 250.0, typical=mean_coronal()))
    body.mark_stop(CArmPose())
    body.show_pose(CArmPose(up_mm=60))
    body.show_goal(CArmPose(up_mm=120))
    body.show_target("skull")
    check(body, "body_map")


def test_room(qtbot):
    theme.apply(QApplication.instance(), "dark")
    room = RoomView()
    qtbot.addWidget(room)
    room.resize(300, 230)
    room.show_pose(CArmPose(primary_deg=30))
    room.show_beam(True)
    check(room, "room")


def test_a_mark_that_is_missing_is_noticed(live):
    """The tolerance must not let the smallest mark go."""
    live.show_marks(())
    without = rgb(live).copy()
    live.show_marks((Mark("accepted", "", CArmPose(45, 45)),))
    _, worst = difference(without, rgb(live))
    assert worst > WORST
