"""Screen and patient: mirrors and turns there and back, edges named after the patient, arrows as shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from carm_gui.views.field import Field, edge_names, jog_direction
from inference.commands import Display
from sim.geometry import FIELD_MM, beam_of
from sim.pose import CArmPose

SQUARE = QRectF(10, 20, 430, 430)
displays = st.builds(Display, st.booleans(), st.booleans(), st.sampled_from([0.0, 15.0, 90.0, 180.0, 270.0, 345.0]))


@given(displays, st.floats(-100, 100), st.floats(-100, 100), st.sampled_from([1.0, 1.5, 3.0]))
def test_a_point_goes_to_the_screen_and_back(display, right, down, zoom):
    field = Field(SQUARE, CArmPose(), zoom, display)
    assert field.mm_at(field.at_mm(right, down)) == pytest.approx((right, down), abs=1e-6)


@given(displays, st.floats(-80, 80), st.floats(-80, 80), st.floats(-60, 60), st.floats(-40, 40))
def test_a_pose_picked_on_the_screen_is_the_pose_drawn_there(display, left, up, primary, secondary):
    field = Field(SQUARE, CArmPose(5, -7, 3, primary, secondary), 1.0, display)
    picked = field.pose_at(field.at_mm(left, up))
    spot, again = field.at_mm(left, up), field.at(picked)
    assert (again.x(), again.y()) == pytest.approx((spot.x(), spot.y()), abs=1e-6)
    beam = beam_of(field.pose)
    depth = (picked.left_mm - 5, picked.up_mm + 7, picked.ant_mm - 3)
    assert sum(d * a for d, a in zip(depth, beam.axis, strict=True)) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("display", "edges"),
    [
        (Display(), "RLHF"),
        (Display(flip_horizontal=True), "LRHF"),
        (Display(flip_vertical=True), "RLFH"),
        (Display(rotation_deg=90), "FHRL"),
        (Display(rotation_deg=180), "LRFH"),
        (Display(flip_horizontal=True, rotation_deg=90), "FHLR"),
    ],
)
def test_markers_follow_mirror_and_turn(display, edges):
    got = edge_names(CArmPose(), display)
    assert got["left"] + got["right"] + got["top"] + got["bottom"] == edges


def test_a_turn_between_has_two_letters():
    assert set(edge_names(CArmPose(), Display(rotation_deg=45))["top"]) == {"R", "H"}


@given(
    st.booleans(), st.booleans(), st.sampled_from([0.0, 90.0, 180.0, 270.0]), st.sampled_from([(1, 0), (0, 1), (-1, 0)])
)
def test_an_arrow_means_the_same_as_screen_words_in_the_command_line(flip_h, flip_v, turn, arrow):
    display = Display(flip_h, flip_v, turn)
    assert jog_direction(*arrow, display) == display.to_patient(*arrow)


@given(displays, st.sampled_from([(1, 0), (0, 1), (-1, 0), (0, -1)]))
def test_the_view_moves_where_the_arrow_points_on_the_screen(display, arrow):
    left, up = jog_direction(*arrow, display)
    field = Field(SQUARE, CArmPose(), 1.0, display)
    way = field.at(CArmPose(left_mm=30 * left, up_mm=30 * up)) - SQUARE.center()
    assert (way.x(), -way.y()) == pytest.approx((30 * arrow[0] * 2.0, 30 * arrow[1] * 2.0), abs=1e-2 * FIELD_MM)


def test_the_round_field_is_as_wide_as_the_square_one():
    for round_field in (False, True):
        box = Field(SQUARE, CArmPose(), round_field=round_field).outline().boundingRect()
        assert (box.width(), box.height()) == pytest.approx((430, 430))
    assert not Field(SQUARE, CArmPose(), round_field=True).outline().contains(QPointF(15, 25))
