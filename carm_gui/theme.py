"""Colours, fonts and the style sheet, for light and dark. Knows no widget of ours.

Fusion with an explicit palette, because offscreen and remote sessions ignore the system's colour scheme. Overlay
colours are Okabe and Ito's (2008), told apart by people with any colour vision; each is drawn with a dark halo, a shape
and a text as well. Text reaches a contrast of 4.5:1 on every surface it lies on (WCAG 2.1, 1.4.3).
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

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
THEMES = {theme.name: theme for theme in (DARK, LIGHT)}

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


def font(pixels: float = 14, bold: bool = False) -> QFont:
    """The interface's font at `pixels` (device independent), with figures of one width so that readouts stand still."""
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


def style_sheet(theme: Theme) -> str:
    """What the palette cannot say: cards, chips, buttons, focus rings."""
    t = theme
    return f"""
    QMainWindow, QDialog {{ background: {t.window}; }}
    QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.border}; padding: 4px 6px; }}
    QMenuBar {{ background: {t.window}; color: {t.text}; padding: 3px 6px; }}
    QMenuBar::item {{ padding: 5px 10px; border-radius: 6px; background: transparent; }}
    QMenuBar::item:selected {{ background: {t.raised}; }}
    QMenu {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.border}; padding: 5px; }}
    QMenu::item {{ padding: 6px 26px 6px 22px; border-radius: 5px; }}
    QMenu::item:selected {{ background: {t.accent}; color: {t.on_accent}; }}
    QMenu::item:disabled {{ color: {t.dim}; }}
    QMenu::separator {{ height: 1px; background: {t.border}; margin: 5px 8px; }}
    QSplitter::handle {{ background: transparent; }}
    QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
    QScrollArea#conversation:focus {{ border: 2px solid {t.accent}; border-radius: 10px; }}
    QScrollBar:vertical {{ background: transparent; width: 10px; margin: 2px; }}
    QScrollBar::handle:vertical {{ background: {t.border}; border-radius: 3px; min-height: 30px; }}
    QScrollBar::handle:vertical:hover {{ background: {t.dim}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

    QFrame[role="pane"] {{ background: {t.surface}; border: 1px solid {t.border}; border-radius: 12px; }}
    QFrame[role="card"] {{ background: {t.window}; border: 1px solid {t.border}; border-radius: 10px; }}
    QFrame[role="card"][waiting="true"] {{ border: 2px solid {t.accent}; }}
    QFrame[role="said"] {{ background: {t.tint}; border: none; border-radius: 10px; }}
    QFrame[role="note"] {{ background: transparent; border: none; border-left: 3px solid {t.border}; }}
    QFrame[role="note"][level="warning"] {{ border-left-color: {t.warn}; }}
    QFrame[role="note"][level="error"] {{ border-left-color: {t.bad}; }}
    QFrame[role="note"][level="good"] {{ border-left-color: {t.good}; }}
    QFrame[role="rule"] {{ background: {t.border}; border: none; }}
    QLabel {{ background: transparent; color: {t.text}; }}
    QLabel[tone="dim"] {{ color: {t.dim}; }}
    QLabel[tone="good"] {{ color: {t.good}; }}
    QLabel[tone="warn"] {{ color: {t.warn}; }}
    QLabel[tone="bad"] {{ color: {t.bad}; }}
    QLabel[tone="accent"] {{ color: {t.accent}; }}
    QLabel[role="chip"] {{ background: {t.raised}; color: {t.text}; border-radius: 6px; padding: 3px 8px; }}
    QLabel[role="chip"][tone="accent"] {{ background: {t.tint}; color: {t.text}; }}
    QLabel[role="simulation"] {{ color: {t.warn}; border: 1px solid {t.warn}; border-radius: 9px; padding: 1px 10px;
                                 margin: 2px 8px; }}
    QLabel[role="banner"] {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.bad};
                             border-radius: 8px; padding: 8px 12px; }}

    QPushButton {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.border}; border-radius: 8px;
                   padding: 6px 14px; }}
    QPushButton:hover {{ border-color: {t.dim}; }}
    QPushButton:pressed {{ background: {t.border}; }}
    QPushButton:disabled {{ color: {t.dim}; }}
    QPushButton:focus {{ border: 2px solid {t.accent}; padding: 5px 13px; }}
    QPushButton[keycap="letter"] {{ padding: 6px 38px 6px 14px; text-align: left; }}
    QPushButton[keycap="letter"]:focus {{ padding: 5px 37px 5px 13px; }}
    QPushButton[keycap="chord"] {{ padding: 6px 70px 6px 14px; text-align: left; }}
    QPushButton[keycap="chord"]:focus {{ padding: 5px 69px 5px 13px; }}
    QPushButton[beam="true"] {{ border-color: {t.warn}; color: {t.warn}; }}

    QLineEdit#line {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.border}; border-radius: 10px;
                      padding: 9px 12px 9px 34px; selection-background-color: {t.accent};
                      selection-color: {t.on_accent}; }}
    QLineEdit#line:focus {{ border: 2px solid {t.accent}; padding: 8px 11px 8px 33px; }}
    QLineEdit#line[rejecting="true"] {{ border: 2px solid {t.warn}; padding: 8px 11px 8px 33px; }}
    """


def apply(app: QApplication, name: str) -> Theme:
    """Dress `app` in the theme called `name` (dark if there is none such); returns it."""
    theme = THEMES.get(name, DARK)
    _load_fonts()
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(palette(theme))
    app.setFont(font())
    app.setStyleSheet(style_sheet(theme))
    scheme = Qt.ColorScheme.Dark if theme is DARK else Qt.ColorScheme.Light
    if hasattr(app.styleHints(), "setColorScheme"):
        app.styleHints().setColorScheme(scheme)
    return theme
