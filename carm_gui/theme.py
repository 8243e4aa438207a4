"""Colours and fonts, for dark, light and high contrast; the style sheet is style.py's. Knows no widget of ours.

Fusion with an explicit palette, because offscreen and remote sessions ignore the system's colour scheme. Overlay
colours are Okabe and Ito's (2008), told apart by people with any colour vision; each is drawn with a dark halo, a shape
and a text as well. Text reaches a contrast of 4.5:1 on every surface it lies on (WCAG 2.1, 1.4.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from sim.resource import resource


@dataclass(frozen=True)
class Theme:
    """Colours by their office, as "#rrggbb"."""

    name: str
    window: str
    surface: str
    raised: str
    border: str
    text: str
    dim: str
    accent: str
    on_accent: str
    tint: str
    good: str
    warn: str
    bad: str


DARK = Theme(
    name="dark",
    window="#14171b",
    surface="#1b1f25",
    raised="#262c34",
    border="#363e49",
    text="#e9ecf0",
    dim="#a5afbc",
    accent="#56b4e9",
    on_accent="#08131b",
    tint="#1d3342",
    good="#3ccaa0",
    warn="#f0b03a",
    bad="#ff8a66",
)
LIGHT = Theme(
    name="light",
    window="#eef0f3",
    surface="#ffffff",
    raised="#e0e6ec",
    border="#c6cdd5",
    text="#171c22",
    dim="#505b68",
    accent="#0a639f",
    on_accent="#ffffff",
    tint="#dcebf6",
    good="#006b4b",
    warn="#7d5200",
    bad="#a8350a",
)
CONTRAST = Theme(
    name="contrast",
    window="#000000",
    surface="#000000",
    raised="#1c1c1c",
    border="#ffffff",
    text="#ffffff",
    dim="#e3e3e3",
    accent="#ffe14d",
    on_accent="#000000",
    tint="#00304d",
    good="#5cffc4",
    warn="#ffc44d",
    bad="#ff9e80",
)
THEMES = {theme.name: theme for theme in (DARK, LIGHT, CONTRAST)}
TITLES = {"dark": "Dark", "light": "Light", "contrast": "High contrast"}

# Over the picture, the same in both themes: the picture stands on black as on every console.
SURROUND = "#0b0d10"
HALO = "#0b0d10"
SKY = "#56b4e9"
ORANGE = "#e69f00"
PURPLE = "#cc79a7"
GREEN = "#00c08b"
VERMILION = "#ff7a45"
PLAIN = "#f2f4f7"

_FAMILY = "Inter Tight"


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours "#rrggbb", 1 to 21 (WCAG 2.1, relative luminance)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@lru_cache
def font(pixels: float = 14, bold: bool = False) -> QFont:
    """The interface's font at `pixels` (device independent), with figures of one width so that readouts stand still.
    One for all who ask: to be changed by nobody."""
    face = QFont(_FAMILY)
    face.setPixelSize(round(pixels))
    face.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    face.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 101.5)
    if hasattr(face, "setFeature"):
        face.setFeature(QFont.Tag("tnum"), 1)
    return face


def _load_fonts() -> None:
    if _FAMILY in QFontDatabase.families():
        return
    for file in ("InterTight-Regular.ttf", "InterTight-SemiBold.ttf"):
        try:
            QFontDatabase.addApplicationFont(str(resource("fonts", file)))
        except FileNotFoundError:
            return


def palette(theme: Theme) -> QPalette:
    """The Fusion palette of `theme`."""
    role = QPalette.ColorRole
    result = QPalette()
    for target, colour in (
        (role.Window, theme.window),
        (role.WindowText, theme.text),
        (role.Base, theme.surface),
        (role.AlternateBase, theme.raised),
        (role.Text, theme.text),
        (role.PlaceholderText, theme.dim),
        (role.Button, theme.raised),
        (role.ButtonText, theme.text),
        (role.BrightText, theme.bad),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.on_accent),
        (role.Link, theme.accent),
        (role.ToolTipBase, theme.raised),
        (role.ToolTipText, theme.text),
        (role.Mid, theme.border),
        (role.Dark, theme.border),
        (role.Shadow, theme.window),
        (role.Light, theme.raised),
        (role.Midlight, theme.raised),
    ):
        result.setColor(target, QColor(colour))
    for target in (role.Text, role.WindowText, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, target, QColor(theme.dim))
    return result


def apply(app: QApplication, name: str) -> Theme:
    """Give `app` the palette and the font of the theme called `name` (dark if there is none such); returns it."""
    theme = THEMES.get(name, DARK)
    if app.property("dressed") == theme.name:
        return theme
    if app.property("dressed") is None:
        _load_fonts()
        app.setStyle(QStyleFactory.create("Fusion"))
        app.setFont(font())
    app.setProperty("dressed", theme.name)
    app.setPalette(palette(theme))
    scheme = Qt.ColorScheme.Light if theme is LIGHT else Qt.ColorScheme.Dark
    if hasattr(app.styleHints(), "setColorScheme"):
        app.styleHints().setColorScheme(scheme)
    return theme


def worn() -> Theme:
    """The theme that the application has."""
    return THEMES.get(QApplication.instance().property("dressed"), DARK)


def dress(part: QWidget, theme: Theme) -> None:
    """Give a part of a window and all that belongs to it the style sheet of `theme`. Not to the application: that would
    polish every widget once for each that it lies in."""
    from carm_gui.style import style_sheet

    part.setStyleSheet(style_sheet(theme))
