"""The collimator in the window: set on the held image without X-ray, used by the next exposure, undone by a key."""

import numpy as np
import pytest
from doubles import ARRIVED, ScriptedModel
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel

from carm_gui.views import display
from carm_gui.views.reference import Reference
from sim import collimator
from sim.frame import LOG_SCALE, Frame
from sim.geometry import FIELD_MM
from sim.pose import CArmPose


@pytest.fixture
def held(rehearsal, qtbot):
    """A window that holds its last image, the picture with the focus."""
    window = rehearsal(ScriptedModel(ARRIVED))
    window.set_beam(False)
    qtbot.waitUntil(lambda: not window.technique.on)
    qtbot.wait(150)
    window.live.setFocus()
    return window


def lightness(window, right, down):
    at = window.live.field().at_mm(right, down).toPoint()
    return window.live.grab().toImage().pixelColor(at).lightness()


def test_by_keys_without_xray_then_through_the_blades_then_undone(qtbot, held):
    live, session = held.live, held.session
    shots, shown = session.status.dose.shots, live.frame.index
    before = lightness(held, 90, 40)
    for _ in range(3):
        qtbot.keyClick(live, Qt.Key.Key_N)
    assert session.status.blades_mm == live.blades == (155.0, 155.0)
    assert lightness(held, 90, 40) < before
    assert live.frame.index == shown
    assert live.collimation() == "collimated 155 × 155 mm"
    assert session.status.dose.shots == shots, "adjusting takes no X-ray"

    qtbot.keyClick(live, Qt.Key.Key_X)
    qtbot.waitUntil(lambda: live.frame.index > shown)
    assert live.frame.blades_mm == (155.0, 155.0)
    held.toggle_invert()  # bone bright: the shutters stay black
    assert lightness(held, 90, 40) < 20
    assert lightness(held, 8, 8) > 100

    qtbot.keyClick(live, Qt.Key.Key_U)
    assert session.status.blades_mm is None
    qtbot.keyClick(live, Qt.Key.Key_U)
    assert session.status.blades_mm == (155.0, 155.0), "once more brings it back"
    qtbot.keyClick(live, Qt.Key.Key_M)
    assert session.status.blades_mm == (175.0, 175.0)


def test_by_mouse_and_by_word(qtbot, held):
    live = held.live
    field = live.field()
    edge, inside = (field.at_mm(x, 10.0).toPoint() for x in (FIELD_MM / 2 - 1, 60.0))
    qtbot.mousePress(live, Qt.MouseButton.LeftButton, pos=edge)
    for part in (0.5, 1.0):
        qtbot.mouseMove(live, edge + (QPoint(inside - edge) * part))
    qtbot.mouseRelease(live, Qt.MouseButton.LeftButton, pos=inside)
    width, height = held.session.status.blades_mm
    assert width == pytest.approx(120, abs=1.5)
    assert height == pytest.approx(FIELD_MM)
    held.say("open the collimator")
    qtbot.waitUntil(lambda: held.live.blades is None)
    held.say("cone down")
    qtbot.waitUntil(lambda: held.live.blades == (195.0, 195.0))


def test_an_opening_that_is_none_is_said_and_nothing_changes(held):
    held.collimate((100.0, 90.0))
    held.collimate((5.0, 90.0))
    assert held.session.status.blades_mm == held.live.blades == (100.0, 90.0)
    notes = [text.text() for text in held.assistant.findChildren(QLabel)]
    assert any("5 mm is outside it" in note for note in notes)


def test_the_grey_levels_are_those_of_the_open_part():
    """Collimation must not darken what is still seen: the window is the open part's, and no edge is harmonised in."""
    rng = np.random.default_rng(7)
    pixels = (LOG_SCALE * (2.0 + rng.random((128, 128)))).astype(np.uint16)
    blades = (100.0, 100.0)
    shut = collimator.blanked(pixels, blades)
    inside = collimator.window(blades, pixels.shape)
    signal = display.harmonise(display.filled(shut, blades))
    assert abs(float(signal[inside].mean()) - float(pixels[inside].mean())) < 0.02 * LOG_SCALE
    low, high = display.robust_window(signal, shut)
    assert 1.9 * LOG_SCALE < low < high < 3.1 * LOG_SCALE


def test_the_reference_shows_the_shutters_black_whichever_way_bone_is_shown(qtbot):
    pane = Reference()
    qtbot.addWidget(pane)
    pane.resize(300, 500)
    pane.show()
    blades = (100.0, 100.0)
    pixels = collimator.blanked(np.full((128, 128), 9000, np.uint16), blades)
    frame = Frame(pixels, FIELD_MM / 128, CArmPose(), 1, 0.0, blades_mm=blades)
    pane.show_kept(pane.keep(frame, "kept"))
    pane.show_live(Frame(np.full((128, 128), 9100, np.uint16), FIELD_MM / 128, CArmPose(), 2, 0.0))
    for mode in ("Reference", "Blend", "Subtract"):
        pane.set_mode(mode)
        for inverted in (False, True):
            pane.set_inverted(inverted)
            image = pane.picture.grab().toImage()
            corner = image.pixelColor(image.width() // 2 + image.height() // 3, image.height() // 2)
            assert corner.lightness() < 40, (mode, inverted)
