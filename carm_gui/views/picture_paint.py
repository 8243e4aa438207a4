"""How the live picture is painted: the X-ray itself, what lies on the patient, what lies on the screen's glass.

Knows what LiveView was told to show (live.py) and the overlays; changes nothing of it. QPainter alone.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPalette, QPen

from carm_gui import theme
from carm_gui.views import overlays
from carm_gui.views.field import Field
from carm_gui.views.paint import Layer
from sim.geometry import FIELD_MM

LOUPE_PX, LOUPE = 105.0, 2.2
"""Radius of the magnifying glass, and how much it enlarges."""


class PicturePaint:
    """A part of LiveView. What lies over the picture is painted anew only when it changes: a pulse changes none of it
    while the view stands, a glide only what lies on the patient."""

    def _init_layers(self) -> None:
        self._on_patient, self._on_glass = Layer(), Layer()

    def paintEvent(self, event) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Window))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.SURROUND))
        painter.drawRoundedRect(self.rect(), 12, 12)
        square, field = self.square(), self.field()
        self._paint_picture(painter, field)
        if self._image is not None:
            words = self._corner(field)["text"]
            told = (self.offer, self.seen, self.marks, self.blades, self.frame.blades_mm, self.beam_on, self.picking)
            key = (field, self.pose, words, self.show_overlays, *told)
            self._on_patient.paint(painter, self.size(), key, lambda layer: self._paint_overlays(layer, field))
            if self.loupe:
                self._paint_loupe(painter, field)
            view = "" if self.stored else overlays.view_name(field.pose)
            sides = tuple(field.edge_names().values())
            key = (square, self.zoom, self.display, words, view, sides, self.badges())
            self._on_glass.paint(painter, self.size(), key, lambda layer: self._paint_signs(layer, field))
        if self.instead():
            overlays.plate(painter, square.center(), self.instead(), size=15 * field.writing, within=square)
        elif self.picking:
            overlays.plate(painter, **self._ask(field), colour=theme.ORANGE)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.SKY), 2))
            painter.drawRoundedRect(square.adjusted(-4, -4, 4, 4), 4, 4)
        painter.end()

    def _paint_picture(self, painter: QPainter, field: Field) -> None:
        square = field.square
        painter.save()
        painter.setClipRect(square, Qt.ClipOperation.IntersectClip)
        painter.setClipPath(field.outline(), Qt.ClipOperation.IntersectClip)
        painter.fillRect(square, QColor("#16191e"))
        if self._image is not None:
            painter.translate(square.center())
            painter.setTransform(field.turn, combine=True)
            side, grown = square.width(), square.width() * self.zoom
            window = QRectF(-side / 2, -side / 2, side, side)
            shown = QRectF(-grown / 2, -grown / 2, grown, grown).translated(self.glide_px())
            self._paint_gaps(painter, window, shown)
            painter.drawImage(shown, self._image)
        painter.restore()

    def _paint_gaps(self, painter: QPainter, square: QRectF, shown: QRectF) -> None:
        """What the next pulse will show first: until then the picture's edge drawn out and dimmed, plainly no anatomy,
        but without the flicker of a black band."""
        width, height = self._image.width(), self._image.height()
        top = QRectF(square.left(), square.top(), square.width(), shown.top() - square.top())
        bottom = QRectF(square.left(), shown.bottom(), square.width(), square.bottom() - shown.bottom())
        left = QRectF(square.left(), square.top(), shown.left() - square.left(), square.height())
        right = QRectF(shown.right(), square.top(), square.right() - shown.right(), square.height())
        for gap, edge in (
            (top, QRectF(0, 0, width, 1)),
            (bottom, QRectF(0, height - 1, width, 1)),
            (left, QRectF(0, 0, 1, height)),
            (right, QRectF(width - 1, 0, 1, height)),
        ):
            if gap.width() > 0.5 and gap.height() > 0.5:
                painter.drawImage(gap, self._image, edge)
                painter.fillRect(gap, QColor(11, 13, 16, 120))

    def _paint_loupe(self, painter: QPainter, field: Field) -> None:
        at = self.mouse_at if self.mouse_at is not None else field.square.center()
        glass = QPainterPath()
        glass.addEllipse(at, LOUPE_PX, LOUPE_PX)
        painter.save()
        painter.setClipPath(glass)
        painter.translate(at)
        painter.scale(LOUPE, LOUPE)
        painter.translate(-at)
        self._paint_picture(painter, field)
        self._paint_blades(painter, field, "")
        overlays.crosshair(painter, field)
        for what in self.marks if self.show_overlays else ():
            overlays.mark_sign(painter, field, what, self.pose)
        painter.restore()
        overlays.stroke(painter, glass, theme.PLAIN, 1.6)

    def _paint_blades(self, painter: QPainter, field: Field, text: str, taken: list[QRectF] | None = None) -> None:
        if self.frame.blades_mm != self.blades:
            overlays.collimator(painter, field, self.pose, self.blades or (FIELD_MM, FIELD_MM), text, taken)

    def _paint_overlays(self, painter: QPainter, field: Field) -> None:
        """What lies on the patient. `taken` is where something stands already that no writing may cover."""
        painter.save()
        painter.setClipRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        corner = self._corner(field)
        taken = [overlays.plate_box(**corner)] if corner["text"] else []
        if self.picking:
            taken.append(overlays.plate_box(**self._ask(field)))
        taken += overlays.sign_boxes(field, self.marks if self.show_overlays else ())
        opening = "whole field" if self.blades is None else "collimated"
        self._paint_blades(painter, field, "" if self.beam_on else f"{opening} from the next exposure", taken)
        overlays.crosshair(painter, field)
        if self.show_overlays:
            self._paint_offer(painter, field, taken)
            for what in self.marks:
                overlays.mark_sign(painter, field, what, self.pose)
            for what in self.marks:
                overlays.mark_label(painter, field, what, self.pose, taken)
        painter.restore()

    def _paint_signs(self, painter: QPainter, field: Field) -> None:
        """What lies on the glass of the screen: the patient's sides, the scale, the state, the view."""
        overlays.scale_bar(painter, field)
        square, larger, spot = field.square, field.writing, field.square.topLeft() + QPointF(12, 12)
        for shape, text, colour in self.badges():
            spot += QPointF(overlays.badge(painter, spot, shape, text, colour, larger) + 8, 0)
        overlays.markers(painter, field, spot.x() - 8)
        flag = Qt.AlignmentFlag
        corner = self._corner(field)
        if corner["text"]:
            overlays.plate(painter, **corner)
        if not self.stored:
            corner = QPointF(square.left() + 12, square.bottom() - 12)
            anchor = flag.AlignLeft | flag.AlignBottom
            overlays.plate(painter, corner, overlays.view_name(field.pose), size=15 * larger, anchor=anchor)

    def _ask(self, field: Field) -> dict:
        """What is asked while a point is being picked, as `plate` wants it."""
        spot = QPointF(field.square.center().x(), field.square.top() + 64 * field.writing)
        return {"where": spot, "text": "Click where it is, or choose from the list", "size": 14 * field.writing}

    def _corner(self, field: Field) -> dict:
        """The words in the upper right corner, as `plate` wants them."""
        text = "\n".join(filter(None, (self.collimation(), self.altered())))
        anchor = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
        where, size = QPointF(field.square.right() - 12, field.square.top() + 12), 13 * field.writing
        return {"where": where, "text": text, "size": size, "anchor": anchor, "bold": False}

    def _is_read(self, landmark: str) -> bool:
        """Whether a network read `landmark` on the view as it is: then it is drawn there, and not about the centre."""
        return any(m.kind == "predicted" and m.text == landmark and not m.stale(self.pose) for m in self.marks)

    def _paint_offer(self, painter: QPainter, field: Field, taken: list[QRectF]) -> None:
        if self.pose != field.pose:
            overlays.present_field(painter, field, self.pose, taken)
        offer = self.offer
        if offer is None:
            if self.seen is not None:
                text, pose = self.seen
                stale = pose != self.pose
                overlays.centre_label(
                    painter,
                    field,
                    pose,
                    text + (" (stale)" if stale else ""),
                    overlays.STALE if stale else theme.PURPLE,
                    taken,
                )
            return
        stale = offer.phase != "accepted" and offer.pose != self.pose
        colour = overlays.STALE if stale else theme.SKY
        motion = None if offer.proposal is None or offer.proposal.motion.is_zero else offer.proposal.motion
        if motion is not None:
            firm = offer.phase != "streaming" and not stale
            overlays.ghost(painter, field, offer.pose, motion, colour, firm, taken)
        if offer.context and not stale and offer.pose == self.pose and not self._is_read(offer.context):
            overlays.centre_label(painter, field, offer.pose, offer.context, taken=taken)
        if motion is not None:
            text = overlays.move_lines(motion) + (" (stale)" if stale else "")
            overlays.ghost_text(painter, field, offer.pose, motion, text, colour, taken)
