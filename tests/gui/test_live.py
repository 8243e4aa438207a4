"""The picture: window, glide, markers, overlays where they belong, and keys only with the focus."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from screens import bring_up, rgb

from carm_gui import theme
from carm_gui.views import overlays
from carm_gui.views.display import harmonise, persist, robust_window, to_grey
from carm_gui.views.live import LiveView, Offer
from carm_gui.views.overlays import Field, Mark, edge_names, move_text, view_name
from inference.step import Proposal
from sim.frame import LOG_SCALE, Frame
from sim.geometry import FIELD_MM
from sim.pose import CArmPose, MotionCommand


def frame_of(pixels, pose=None, index=1):
    return Frame(pixels, FIELD_MM / pixels.shape[0], pose or CArmPose(), index, 0.0)


def spot(row, column, size=128, value=16000):
    pixels = np.full((size, size), 6000, np.uint16)
    pixels[row - 3 : row + 4, column - 3 : column + 4] = value
    return pixels


@pytest.fixture
def live(qtbot):
    view = LiveView()
    qtbot.addWidget(view)
    view.resize(560, 460)
    view.show()
    return view


def grey_at(view, point):
    return view.grab().toImage().pixelColor(point.toPoint()).lightness()


def near(view, colour, box):
    """How many pixels in `box` have nearly that colour."""
    part = rgb(view)[int(box.top()) : int(box.bottom()), int(box.left()) : int(box.right())].astype(int)
    wanted = QColor(colour)
    return int((np.abs(part - [wanted.red(), wanted.green(), wanted.blue()]).sum(axis=2) < 40).sum())


def test_window_ignores_open_beam():
    pixels = np.zeros((64, 64), np.uint16)
    pixels[:, 32:] = np.linspace(8000, 16000, 64 * 32, dtype=np.uint16).reshape(64, 32)
    low, high = robust_window(pixels)
    assert low > 7900
    assert 15500 < high <= 16000


@pytest.mark.parametrize(("gap_s", "painted"), [(1 / 30, 0), (1 / 8, 1)], ids=["30 a second", "8 a second"])
def test_a_pose_shifts_the_held_picture_unless_the_next_one_is_about_to_come(live, monkeypatch, gap_s, painted):
    now, updates = [100.0], []
    monkeypatch.setattr("carm_gui.views.live.monotonic", lambda: now[0])
    live.show_pose(CArmPose(), moving=True)
    for n in range(2):
        now[0] += gap_s
        live.show_frame(frame_of(spot(64, 64), CArmPose(up_mm=n), index=n))
    monkeypatch.setattr(live, "update", lambda: updates.append(1))
    now[0] += 0.03
    live.show_pose(CArmPose(up_mm=2), moving=True)
    assert len(updates) == painted
    now[0] += 0.03
    live.show_pose(CArmPose(up_mm=3), moving=True)
    assert len(updates) == painted + 1  # the picture did not come after all
    live.show_frame(frame_of(spot(64, 64), CArmPose(up_mm=3), index=3))
    updates.clear()
    live.show_pose(CArmPose(up_mm=3), moving=False)
    assert updates == [1]


def test_window_of_an_empty_picture_is_still_a_window():
    low, high = robust_window(np.zeros((64, 64), np.uint16))
    assert high - low >= 0.2 * LOG_SCALE


def test_bone_is_dark_in_fluoroscopy_and_bright_inverted():
    pixels = np.array([[5000, 9000]], np.uint16)
    assert to_grey(pixels, 5000, 9000, bone_dark=True).tolist() == [[255, 0]]
    assert to_grey(pixels, 5000, 9000, bone_dark=False).tolist() == [[0, 255]]


def test_harmonisation_keeps_edges_and_lowers_slow_trends():
    trend = np.broadcast_to(np.linspace(0, 20000, 512, dtype=np.float32), (512, 512))
    edge = np.zeros((512, 512), np.float32)
    edge[:, 256:258] = 3000
    flat = harmonise(trend, 0.5)
    assert np.ptp(flat[256, 60:-60]) == pytest.approx(0.5 * np.ptp(trend[256, 60:-60]), rel=0.05)
    both = harmonise(trend + edge, 0.5) - flat
    assert both[256, 256] - both[256, 250] > 2700
    assert flat.mean() == pytest.approx(trend.mean(), rel=1e-3)


def test_harmonisation_leaves_a_flat_picture_alone():
    np.testing.assert_allclose(harmonise(np.full((64, 64), 5000, np.uint16)), 5000.0, rtol=1e-6)


def test_noise_calms_while_the_view_stands_still_and_nothing_lingers_after_a_move(live):
    rng = np.random.default_rng(0)
    noisy = [(8000 + 500 * rng.standard_normal((128, 128))).astype(np.uint16) for _ in range(8)]
    for n, pixels in enumerate(noisy):
        live.show_frame(frame_of(pixels, index=n))
    assert live._persisted.std() < 350
    live.show_frame(frame_of(spot(64, 64), CArmPose(up_mm=5), 9))
    np.testing.assert_array_equal(live._persisted, spot(64, 64))


def test_persistence_starts_afresh_with_a_picture_of_another_size():
    assert persist(np.zeros((4, 4), np.float32), np.ones((8, 8), np.uint16)).shape == (8, 8)


def test_bone_is_drawn_dark_by_default(live):
    live.show_frame(frame_of(spot(40, 90)))
    s = live.square()
    bone = QPointF(s.left() + s.width() * 90.5 / 128, s.top() + s.height() * 40.5 / 128)
    tissue = QPointF(s.left() + s.width() * 0.3, s.top() + s.height() * 0.3)
    assert grey_at(live, bone) < grey_at(live, tissue) - 100
    live.set_inverted(True)
    assert grey_at(live, bone) > grey_at(live, tissue) + 100


def test_window_follows_a_new_picture_without_a_jump(live):
    live.show_frame(frame_of(np.linspace(6000, 10000, 128 * 128).astype(np.uint16).reshape(128, 128)))
    first = (live.levels.low, live.levels.high)
    live.show_frame(frame_of(np.linspace(9000, 16000, 128 * 128).astype(np.uint16).reshape(128, 128)))
    second = (live.levels.low, live.levels.high)
    assert first[0] < second[0] < 7500
    for _ in range(20):
        live.show_frame(frame_of(np.linspace(9000, 16000, 128 * 128).astype(np.uint16).reshape(128, 128)))
    settled = robust_window(live._signal)
    assert (live.levels.low, live.levels.high) == pytest.approx(settled, abs=60)


def test_between_pulses_the_held_picture_glides_against_the_motion_of_the_view(live):
    live.show_frame(frame_of(spot(64, 64)))
    px = live.square().width() / FIELD_MM
    live.show_pose(CArmPose(left_mm=20, up_mm=30), moving=True)
    shift = live.glide_px()
    assert shift.x() == pytest.approx(-20 * px)
    assert shift.y() == pytest.approx(30 * px)
    assert grey_at(live, live.square().center() + shift) < 60


def test_with_the_beam_off_the_held_picture_stands_and_the_present_field_is_drawn_on_it(live):
    live.show_frame(frame_of(np.full((128, 128), 6000, np.uint16)))
    live.show_beam(False)
    live.show_pose(CArmPose(up_mm=40), moving=False)
    assert (live.glide_px().x(), live.glide_px().y()) == (0, 0)
    s, px = live.square(), live.square().width() / FIELD_MM
    lower_edge = s.bottom() - 40 * px
    assert near(live, theme.ORANGE, QRectF(s.left() + 100, lower_edge - 3, 100, 6)) > 60


def test_a_held_picture_keeps_the_name_of_its_view_when_the_arm_has_turned(live, monkeypatch):
    written = []
    plate = overlays.plate
    monkeypatch.setattr(overlays, "plate", lambda *a, **k: written.append(k.get("text", a[2:3])) or plate(*a, **k))
    live.show_frame(frame_of(np.full((128, 128), 6000, np.uint16)))
    live.show_beam(False)
    live.show_pose(CArmPose(primary_deg=30), moving=False)
    live.grab()
    assert ("AP",) in written
    assert ("view now: LAO 30°, no picture yet",) in written
    assert "AP, C-arm now at LAO 30°" in live.accessibleDescription()


def test_what_a_network_read_stands_where_it_was_read_and_not_about_the_centre(live):
    read_at = CArmPose()
    live.show_frame(frame_of(np.full((128, 128), 6000, np.uint16)))
    live.show_offer(offer())
    ring = live.field().at_mm(9.0, 0.0)
    about = QRectF(ring.x() - 4, ring.y() - 4, 8, 8)
    assert near(live, theme.PURPLE, about) > 5
    live.show_marks((Mark("predicted", "T1", CArmPose(left_mm=-40, up_mm=-40), 12.0, read_at),))
    assert near(live, theme.PURPLE, about) == 0
    place = live.field().at(CArmPose(left_mm=-40, up_mm=-40))
    assert near(live, theme.PURPLE, QRectF(place.x() - 12, place.y() - 12, 24, 24)) > 20


def test_labels_give_way_to_each_other(live, monkeypatch):
    boxes = []
    plate = overlays.plate
    monkeypatch.setattr(overlays, "plate", lambda *a, **k: boxes.append(plate(*a, **k)) or boxes[-1])
    live.show_frame(frame_of(np.full((128, 128), 6000, np.uint16)))
    marks = [Mark("accepted", f"step {n}: T1", CArmPose(left_mm=3.0 * n, up_mm=2.0 * n)) for n in range(4)]
    live.show_marks((*marks, Mark("predicted", "T1", CArmPose(left_mm=4), 12.0, CArmPose())))
    live.show_seen("T1 (model)", CArmPose())
    live.grab()
    assert len(boxes) >= 6
    for n, box in enumerate(boxes):
        assert not any(box.intersects(other) for other in boxes[:n])
        for what in live.marks:
            assert not box.contains(live.field().at(what.where))


@pytest.mark.parametrize(("zoom", "bar"), [(0, 50.0), (1, 20.0), (2, 20.0), (3, 20.0)])
def test_the_scale_bar_is_a_round_length_that_leaves_room_for_the_markers(live, zoom, bar):
    live.magnify(zoom)
    field = live.field()
    assert overlays.bar_mm(field) == bar
    assert bar * field.px_per_mm <= 0.3 * field.square.width()


@pytest.mark.parametrize(("wide", "aside"), [(290, 34), (700, 0)], ids=["reached by the badge", "clear of it"])
def test_the_upper_marker_gives_way_to_badges_that_reach_it(live, monkeypatch, wide, aside):
    written = {}
    draw = overlays.halo_text

    def noted(painter, where, text, *more):
        written[text] = where
        draw(painter, where, text, *more)

    monkeypatch.setattr(overlays, "halo_text", noted)
    live.resize(wide, wide)
    live.show_frame(frame_of(spot(64, 64)))
    live.show_beam(False)
    live.grab()
    assert written["H"].y() - live.square().top() == pytest.approx(22 * live.field().writing + aside)


def test_a_new_pulse_at_the_present_pose_ends_the_shift(live):
    live.show_frame(frame_of(spot(64, 64)))
    live.show_pose(CArmPose(up_mm=30), moving=True)
    live.show_frame(frame_of(spot(64, 64), CArmPose(up_mm=30), 2))
    assert (live.glide_px().x(), live.glide_px().y()) == (0, 0)


@pytest.mark.parametrize(
    ("pose", "expected"),
    [
        (CArmPose(), {"left": "R", "right": "L", "top": "H", "bottom": "F"}),
        (CArmPose(primary_deg=90), {"left": "A", "right": "P", "top": "H", "bottom": "F"}),
        (CArmPose(primary_deg=-90), {"left": "P", "right": "A", "top": "H", "bottom": "F"}),
        (CArmPose(primary_deg=45), {"left": "RA", "right": "LP", "top": "H", "bottom": "F"}),
        (CArmPose(secondary_deg=40), {"left": "R", "right": "L", "top": "HP", "bottom": "FA"}),
    ],
)
def test_edges_are_named_after_the_patient(pose, expected):
    got = edge_names(pose)
    assert {edge: set(name) for edge, name in got.items()} == {edge: set(name) for edge, name in expected.items()}


def test_the_ghost_stands_where_the_view_will_be():
    field = Field(QRectF(0, 0, 430, 430), CArmPose(left_mm=10))
    goal = field.at(CArmPose(left_mm=40, up_mm=60))
    px = 430 / FIELD_MM
    assert (goal.x(), goal.y()) == pytest.approx((215 + 30 * px, 215 - 60 * px))
    assert field.at(field.pose) == QPointF(215, 215)


def test_views_and_moves_are_named_as_on_a_console():
    assert view_name(CArmPose()) == "AP"
    assert view_name(CArmPose(primary_deg=30, secondary_deg=-15)) == "LAO 30° / CAUD 15°"
    assert view_name(CArmPose(primary_deg=-20, secondary_deg=10)) == "RAO 20° / CRAN 10°"
    assert move_text(MotionCommand(left_mm=30, up_mm=90)) == "90 mm toward the head, 30 mm toward the patient's left"
    assert move_text(MotionCommand(left_mm=-60)) == "60 mm toward the patient's right"


def offer(phase="waiting", pose=None, motion=None):
    motion = motion or MotionCommand(left_mm=30, up_mm=60)
    return Offer(Proposal("skull", "LEFT", "SMALL", "UP", "MODERATE", motion), pose or CArmPose(), "T1", phase)


def test_a_proposal_is_painted_from_the_centre_toward_its_goal(live):
    live.show_frame(frame_of(np.full((128, 128), 6000, np.uint16)))
    s, px = live.square(), live.square().width() / FIELD_MM
    tip = s.center() + QPointF(30 * px, -60 * px)
    around_tip = QRectF(tip.x() - 12, tip.y() - 4, 24, 24)
    assert near(live, theme.SKY, around_tip) == 0
    live.show_offer(offer())
    assert near(live, theme.SKY, around_tip) > 20
    ring = QRectF(s.center().x() - 60, s.center().y() - 60, 120, 120)
    assert near(live, theme.PURPLE, ring) > 20
    live.set_overlays(False)
    assert near(live, theme.SKY, around_tip) == 0


def test_a_proposal_stays_on_the_patient_while_the_view_moves(live):
    live.show_frame(frame_of(np.full((128, 128), 6000, np.uint16)))
    live.show_offer(offer("accepted"))
    live.show_pose(CArmPose(left_mm=30, up_mm=30), moving=True)
    s, px = live.square(), live.square().width() / FIELD_MM
    tip = s.center() + QPointF(0, -30 * px)
    assert near(live, theme.SKY, QRectF(tip.x() - 12, tip.y() - 4, 24, 24)) > 20


def test_a_stale_proposal_is_not_drawn_in_the_colour_of_a_fresh_one(live):
    live.show_frame(frame_of(np.full((128, 128), 6000, np.uint16)))
    live.show_offer(offer("waiting"))
    live.show_pose(CArmPose(left_mm=-25), moving=False)
    assert near(live, theme.SKY, live.square()) == 0
    assert near(live, theme.PURPLE, live.square()) == 0


@pytest.mark.parametrize(
    ("state", "beam", "moving", "words"),
    [
        ("idle", True, False, ["LIVE"]),
        ("idle", False, False, ["LAST IMAGE HOLD"]),
        ("moving", True, True, ["LIVE", "MOVING"]),
        ("halted", True, False, ["LIVE", "HALTED"]),
    ],
)
def test_the_state_is_written_on_the_picture(live, state, beam, moving, words):
    live.show_frame(frame_of(spot(64, 64)))
    live.show_beam(beam)
    live.show_pose(CArmPose(), moving)
    live.show_state(state)
    assert [text for _, text, _ in live.badges()] == words
    assert live.accessibleDescription() == ", ".join((*(word.lower() for word in words), "AP"))


def test_a_stored_picture_never_passes_for_a_live_one(live):
    live.show_frame(frame_of(spot(64, 64)), stored=True)
    assert "LIVE" not in [text for _, text, _ in live.badges()]


@pytest.fixture
def beside_a_line(qtbot):
    """A picture with a line edit beside it, both on a shown window."""
    holder = QWidget()
    view, line = LiveView(), QLineEdit()
    box = QVBoxLayout(holder)
    box.addWidget(view)
    box.addWidget(line)
    qtbot.addWidget(holder)
    bring_up(qtbot, holder)
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    yield view, line  # noqa: PT022  the holder must outlive the test


def test_an_arrow_jogs_from_press_to_release_and_repeats_do_not_count(qtbot, beside_a_line):
    view, _ = beside_a_line
    jogs = []
    view.jog.connect(lambda *way: jogs.append(way[:2]))
    qtbot.keyPress(view, Qt.Key.Key_Right)
    qtbot.keyPress(view, Qt.Key.Key_Up)
    qtbot.keyRelease(view, Qt.Key.Key_Right)
    qtbot.keyRelease(view, Qt.Key.Key_Up)
    assert jogs == [(1, 0), (1, 1), (0, 1), (0, 0)]


def test_losing_the_focus_ends_the_jog_and_the_pedal(qtbot, beside_a_line):
    view, line = beside_a_line
    view.show_beam(False)
    jogs, pedal = [], []
    view.jog.connect(lambda *way: jogs.append(way[:2]))
    view.pedal.connect(pedal.append)
    qtbot.keyPress(view, Qt.Key.Key_Left)
    qtbot.keyPress(view, Qt.Key.Key_Space)
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    assert jogs == [(-1, 0), (0, 0)]
    assert pedal == [True, False]


def test_the_pedal_leaves_a_beam_alone_that_is_on_already(qtbot, beside_a_line):
    view, _ = beside_a_line
    view.show_beam(True)
    pedal = []
    view.pedal.connect(pedal.append)
    qtbot.keyPress(view, Qt.Key.Key_Space)
    qtbot.keyRelease(view, Qt.Key.Key_Space)
    assert pedal == []


def test_letters_call_their_action_once(qtbot, beside_a_line):
    view, line = beside_a_line
    called = []
    view.keys = {"A": lambda: called.append("A")}
    qtbot.keyClick(view, Qt.Key.Key_A)
    qtbot.keyClick(line, Qt.Key.Key_A)
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert called == ["A"]
    assert line.text() == "a"
