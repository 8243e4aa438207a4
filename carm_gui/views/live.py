"""The live picture: what is shown of the frames.

Knows no session: it is told what to show; it is painted in picture_paint.py, keys and mouse are in picture_keys.py and
picture_mouse.py. Everything done to the picture (window, flips, turn, zoom, glass) is display only and never reaches a
model.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from time import monotonic

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QSizePolicy, QWidget

from carm_gui import theme
from carm_gui.views import display, overlays
from carm_gui.views.field import Field
from carm_gui.views.levels import Levels
from carm_gui.views.picture_keys import PictureKeys
from carm_gui.views.picture_mouse import PictureMouse
from carm_gui.views.picture_paint import PicturePaint
from carm_gui.views.spoken import speak_as
from inference.commands import Display
from inference.step import Proposal
from sim import collimator
from sim.frame import Frame
from sim.geometry import beam_of
from sim.pose import CArmPose

ZOOMS = (1.0, 1.5, 2.0, 3.0)
SERIES_S = 0.05
"""Pictures that follow each other at least this quickly are the glide; between slower ones the held one is shifted."""


@dataclass(frozen=True)
class Offer:
    """A proposed move to draw, made at `pose`. `phase` is "streaming", "waiting" or "accepted"; until it is accepted
    it is stale as soon as the view stands elsewhere."""

    proposal: Proposal | None
    pose: CArmPose
    context: str
    phase: str


class LiveView(PictureKeys, PictureMouse, PicturePaint, QWidget):
    """Shows frames. `jog(left, up, front, lao, cranial)` follows held keys, `pedal(down)` the space bar; letters call
    `keys`. `picked(pose)` is a point clicked while `picking`, `collimated(blades)` the opening that is wished
    for, mm, or None."""

    jog = Signal(float, float, float, float, float)
    pedal = Signal(bool)
    focus_changed = Signal(bool)
    picked = Signal(object)
    menu_wanted = Signal(object, object)
    collimated = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Live picture")
        speak_as(self, "Graphic")
        self.setMinimumSize(300, 240)
        self.bone_dark = True
        self.show_overlays = True
        self.round_field = False
        self.display = Display()
        self.levels = Levels()
        self.offer: Offer | None = None
        self.seen: tuple[str, CArmPose] | None = None
        self.marks: tuple[overlays.Mark, ...] = ()
        self.blades: tuple[float, float] | None = None
        self.state, self.beam_on, self.moving, self.stored = "idle", True, False, False
        self.recalled = ""
        self.message = ""
        self.frame: Frame | None = None
        self.pose = CArmPose()
        self._persisted: np.ndarray | None = None
        self._signal: np.ndarray | None = None
        self._image: QImage | None = None
        self._zoom = 0
        self._framed_at, self._frame_gap_s = -math.inf, math.inf
        self._init_layers()
        self._init_keys()
        self._init_mouse()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(620, 620)

    # ---- what to show

    def show_frame(self, frame: Frame, stored: bool = False, recalled: str = "") -> None:
        """Show `frame`; `stored` marks a picture from disk that stands in while the patient loads, `recalled` says
        which earlier picture it is."""
        before = self.frame
        held = before is not None and (before.pose, before.blades_mm) == (frame.pose, frame.blades_mm)
        held = held and not (self.stored or recalled)
        self._persisted = display.persist(self._persisted if held else None, frame.pixels)
        self._signal = display.harmonise(display.filled(self._persisted, frame.blades_mm))
        alone = stored != self.stored or not (held or self.beam_on)  # no series to follow smoothly
        self.levels.follow(display.robust_window(self._signal, frame.pixels), restart=alone)
        self.frame, self.stored, self.recalled = frame, stored, recalled
        if stored or self._image is None:
            self.pose = frame.pose
        self._frame_gap_s, self._framed_at = monotonic() - self._framed_at, monotonic()
        self._announce()
        self.render_picture()

    def show_nothing(self, text: str) -> None:
        """There is no picture and none will come; `text` says so."""
        self.frame = self._image = self._signal = self._persisted = None
        self.stored = False
        self.set_message(text)

    def show_pose(self, pose: CArmPose, moving: bool) -> None:
        """The C-arm stands at `pose` now; the held picture is shifted there until the next pulse."""
        on_its_way = moving and self.moving  # a screen reader is told of starts and ends alone
        self.pose, self.moving = pose, moving
        if not on_its_way:
            self._announce()
        if not on_its_way or max(self._frame_gap_s, monotonic() - self._framed_at) > SERIES_S:
            self.update()  # else the next picture is about to come

    def show_state(self, state: str) -> None:
        self.state = state
        self._announce()
        self.update()

    def show_beam(self, on: bool) -> None:
        self.beam_on = on
        self._announce()
        self.update()

    def show_offer(self, offer: Offer | None) -> None:
        self.offer = offer
        self._announce()
        self.update()

    def show_seen(self, text: str, pose: CArmPose) -> None:
        """What the model named for the centre of the view at `pose`; stale as soon as the view moves."""
        self.seen = (text, pose) if text else None
        self.update()

    def show_blades(self, blades_mm: tuple[float, float] | None) -> None:
        """The collimator's opening for the next exposure, mm; None is the open field."""
        self.blades = blades_mm
        self._announce()
        self.update()

    def show_marks(self, marks) -> None:
        """Points of the patient to draw (overlays.Mark)."""
        self.marks = tuple(marks)
        self.update()

    def set_inverted(self, inverted: bool) -> None:
        """False shows bone dark, as fluoroscopy does; True shows it bright."""
        self.bone_dark = not inverted
        self.render_picture()

    def set_overlays(self, shown: bool) -> None:
        self.show_overlays = shown
        self.update()

    def set_round(self, on: bool) -> None:
        """The image intensifier's round field, or the flat detector's square one."""
        self.round_field = on
        self.update()

    def set_display(self, **changes) -> None:
        """Flip or turn what is shown (fields of Display)."""
        self.display = replace(self.display, **changes)
        self.let_go()
        self.update()

    def turn(self, degrees: float) -> None:
        """Turn the picture clockwise by `degrees`."""
        self.set_display(rotation_deg=(self.display.rotation_deg + degrees) % 360)

    def magnify(self, step: int) -> None:
        """Show less of the field, larger (+1), or more again (-1)."""
        self._zoom = min(max(self._zoom + step, 0), len(ZOOMS) - 1)
        self.update()

    @property
    def zoom(self) -> float:
        return ZOOMS[self._zoom]

    def auto_window(self) -> None:
        """The window follows the picture again."""
        self.levels.reset()
        self.render_picture()

    def adjust_window(self, brighter: float, steeper: float) -> None:
        """`brighter` and `steeper` as seen, in shares of the present width."""
        self.levels.adjust(brighter if self.bone_dark else -brighter, steeper)
        self.render_picture()

    def set_message(self, text: str) -> None:
        """A sentence in the middle of the pane, e.g. that the patient is being loaded; "" removes it."""
        self.message = text
        self._announce()
        self.update()

    def instead(self) -> str:
        """What is written in the middle of the pane; "" on a picture that needs no words."""
        return self.message or ("" if self.frame is not None else "No picture yet: press Shot, or Beam")

    def _announce(self) -> None:
        said = [text.lower() for _, text, _ in self.badges()] if self.frame is not None else [self.instead()]
        offer = self.offer
        if offer is not None and offer.phase == "waiting" and offer.proposal is not None:
            said.append(f"proposed {overlays.move_text(offer.proposal.motion)}")
        shown, now = overlays.view_name(self.shown_pose()), overlays.view_name(self.pose)
        said += filter(None, (shown, f"C-arm now at {now}" if now != shown else "", self.collimation()))
        if ", ".join(said) != self.accessibleDescription():
            self.setAccessibleDescription(", ".join(said))

    def render_picture(self) -> None:
        """Grey levels afresh, from the latest signal."""
        if self._signal is None:
            return
        grey = display.to_grey(self._signal, self.levels.low, self.levels.high, self.bone_dark)
        grey = np.ascontiguousarray(collimator.blanked(grey, self.frame.blades_mm))
        height, width = grey.shape
        self._grey = grey  # QImage keeps no reference of its own
        self._image = QImage(grey.data, width, height, width, QImage.Format.Format_Grayscale8)
        self.update()

    # ---- geometry

    def square(self) -> QRectF:
        """Where the picture lies in the widget."""
        side = max(min(self.width(), self.height()) - 12, 40)
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def field(self) -> Field:
        return Field(self.square(), self.shown_pose(), self.zoom, self.display, self.round_field)

    def shown_pose(self) -> CArmPose:
        """What the pane shows: where the C-arm is, or with the beam off where the held picture was taken."""
        return self.frame.pose if self.frame is not None and not self.beam_on else self.pose

    def glide_px(self) -> QPointF:
        """By how much the standard picture is shifted: the motion of the isocentre since its pulse, in its own plane. A
        last image that is held stands still."""
        if self.frame is None or self.stored:
            return QPointF(0, 0)
        old, beam, here = self.frame.pose, beam_of(self.frame.pose), self.shown_pose()
        way = np.array([here.left_mm - old.left_mm, here.up_mm - old.up_mm, here.ant_mm - old.ant_mm])
        scale = self.zoom * self.square().width() / (self.frame.spacing_mm * self.frame.pixels.shape[1])
        return QPointF(-scale * float(way @ beam.right), -scale * float(way @ beam.down))

    # ---- painting

    def badges(self) -> list[tuple[str, str, str]]:
        """(shape, text, colour) of every state that is on."""
        if self.stored:
            return [("ring", "LOADING", theme.PLAIN), ("bars", "STORED PICTURE", theme.SKY)]
        if self.recalled:
            shown = [("bars", f"RECALLED {self.recalled}".upper(), theme.PURPLE)]
        else:
            shown = [("dot", "LIVE", theme.GREEN) if self.beam_on else ("bars", "LAST IMAGE HOLD", theme.SKY)]
        if self.state == "halted":
            shown.append(("stop", "HALTED", theme.VERMILION))
        elif self.moving:
            shown.append(("chevrons", "MOVING", theme.ORANGE))
        return shown

    def collimation(self) -> str:
        """How the collimator stands; "" for the open field."""
        return "" if self.blades is None else f"collimated {collimator.words(self.blades)}"

    def altered(self) -> str:
        """How the display differs from the standard one, in words; "" when it does not."""
        d, parts = self.display, []
        if self.zoom > 1:
            parts.append(f"zoom {self.zoom:g}×")
        if d.flip_horizontal:
            parts.append("mirrored left-right")
        if d.flip_vertical:
            parts.append("mirrored head-foot")
        if d.rotation_deg % 360:
            parts.append(f"turned {d.rotation_deg % 360:g}°")
        if self.levels.manual:
            parts.append("window by hand")
        return "\n".join(parts)
