"""The style sheet: what the palette cannot say. Knows the colours by their office and no widget of ours.

Widgets are told apart by dynamic properties (role, tone, keycap), set by carm_gui/views/widgets.py.
"""

from __future__ import annotations

from carm_gui.theme import Theme

ICON_GROUND = "#a5afbc"
"""Under the icons of Qt's own file chooser, which are black whatever the theme."""


def style_sheet(theme: Theme) -> str:
    """What the palette cannot say: cards, chips, buttons, focus rings."""
    t = theme
    off = "dashed" if theme.name == "contrast" else "solid"  # there a grey cannot be told from white
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
    QDockWidget {{ background: {t.window}; color: {t.text}; border: none; }}
    QTabBar {{ qproperty-drawBase: 0; background: transparent; }}
    QTabBar::tab {{ background: transparent; color: {t.dim}; padding: 5px 14px; margin: 0 2px 4px 0;
                    border: 1px solid transparent; border-radius: 8px; }}
    QTabBar::tab:selected {{ background: {t.raised}; color: {t.text}; border-color: {t.border}; }}
    QTabBar::tab:hover {{ color: {t.text}; }}
    QTabBar:focus {{ outline: none; }}
    QTabBar::tab:focus {{ border: 2px solid {t.accent}; }}
    QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
    QScrollArea#conversation:focus, QScrollArea#sheet:focus {{ border: 2px solid {t.accent}; border-radius: 10px; }}
    QScrollBar:vertical {{ background: transparent; width: 10px; margin: 2px; }}
    QScrollBar::handle:vertical {{ background: {t.border}; border-radius: 3px; min-height: 30px; }}
    QScrollBar::handle:vertical:hover {{ background: {t.dim}; }}
    QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 2px; }}
    QScrollBar::handle:horizontal {{ background: {t.border}; border-radius: 3px; min-width: 30px; }}
    QScrollBar::handle:horizontal:hover {{ background: {t.dim}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
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
    QFrame[role="pane"] > QLabel[role="simulation"] {{ margin-left: 0; }}
    QLabel[role="banner"] {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.bad};
                             border-radius: 8px; padding: 8px 12px; }}

    QPushButton {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.border}; border-radius: 8px;
                   padding: 6px 14px; }}
    QPushButton:hover {{ border-color: {t.dim}; }}
    QPushButton:pressed {{ background: {t.border}; }}
    QPushButton:disabled {{ background: transparent; color: {t.dim}; border-style: {off}; }}
    QPushButton[role="primary"] {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent}; }}
    QPushButton[role="primary"]:hover {{ border-color: {t.text}; }}
    QPushButton[role="primary"]:pressed {{ background: {t.tint}; color: {t.text}; }}
    QPushButton[role="primary"]:disabled {{ background: transparent; color: {t.dim}; border-color: {t.border}; }}
    QPushButton:focus {{ border: 2px solid {t.accent}; padding: 5px 13px; }}
    QPushButton[role="primary"]:focus {{ border-color: {t.text}; }}
    QPushButton[keycap="letter"] {{ padding: 6px 38px 6px 14px; text-align: left; }}
    QPushButton[keycap="letter"]:focus {{ padding: 5px 37px 5px 13px; }}
    QPushButton[keycap="chord"] {{ padding: 6px 66px 6px 14px; text-align: left; }}
    QPushButton[keycap="chord"]:focus {{ padding: 5px 65px 5px 13px; }}
    QPushButton[beam="true"] {{ border-color: {t.warn}; color: {t.warn}; }}

    QPushButton[role="small"] {{ border-radius: 6px; padding: 3px 8px; font-size: 12px; }}
    QPushButton[role="small"]:focus {{ padding: 2px 7px; }}
    QPushButton[role="small"]:checked {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent}; }}
    QPushButton[role="small"]:checked:focus {{ border-color: {t.text}; }}
    QPushButton[role="small"]:checked:disabled {{ background: {t.raised}; color: {t.dim}; border-color: {t.dim}; }}
    QPushButton[role="hold"] {{ border-radius: 6px; padding: 2px 4px; font-size: 12px; }}
    QPushButton[role="hold"]:focus {{ padding: 1px 3px; }}
    QPushButton[role="hold"]:pressed {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent}; }}
    QPushButton[role="fold"] {{ background: transparent; border: none; color: {t.dim}; padding: 2px 4px;
                                text-align: left; font-size: 12px; }}
    QPushButton[role="fold"]:hover {{ color: {t.text}; }}
    QPushButton[role="fold"]:focus {{ border: 2px solid {t.accent}; border-radius: 5px; padding: 0 2px; }}
    QPushButton#budget {{ padding: 2px 0; }}
    QPushButton#budget:focus {{ padding: 0; }}
    QPushButton[role="icon"] {{ background: transparent; border: 1px solid transparent; border-radius: 6px;
                                padding: 0; }}
    QPushButton[role="icon"]:hover {{ background: {t.raised}; border-color: {t.border}; }}
    QPushButton[role="icon"]:focus {{ border: 2px solid {t.accent}; }}
    QPushButton[role="icon"]:checked {{ background: {t.raised}; border-color: {t.dim}; }}

    QComboBox, QLineEdit[role="figure"] {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.border};
                 border-radius: 6px; padding: 2px 6px; min-height: 20px; }}
    QComboBox::drop-down {{ border: none; width: 18px; }}
    QComboBox::down-arrow {{ image: none; }}
    QComboBox:focus, QLineEdit[role="figure"]:focus {{ border: 2px solid {t.accent}; padding: 1px 5px; }}
    QComboBox:disabled, QLineEdit[role="figure"]:disabled {{ color: {t.dim}; background: {t.surface};
                 border-style: {off}; }}
    QComboBox QAbstractItemView {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.border};
                 selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
    QSlider::groove:horizontal {{ height: 4px; background: {t.border}; border-radius: 2px; }}
    QSlider::handle:horizontal {{ background: {t.accent}; width: 14px; height: 14px; margin: -5px 0;
                                  border-radius: 7px; }}
    QSlider::handle:horizontal:disabled {{ background: {t.dim}; }}
    QSlider[unanswered="true"]::handle:horizontal {{ background: transparent; }}
    QSlider:focus {{ border: 2px solid {t.accent}; border-radius: 6px; }}
    QListWidget, QListView {{ background: transparent; border: 2px solid transparent; border-radius: 8px;
                              outline: none; }}
    QListWidget[role="box"] {{ background: {t.window}; border: 1px solid {t.border}; padding: 1px; }}
    QListWidget:focus {{ border: 2px solid {t.accent}; padding: 0; }}
    QListWidget::item, QListView::item {{ border-radius: 6px; padding: 2px; color: {t.text}; }}
    QListWidget::item:selected, QListView::item:selected {{ background: {t.accent}; color: {t.on_accent}; }}
    QListWidget#strip::item {{ border: 2px solid transparent; }}
    QListWidget#strip::item:selected {{ background: transparent; color: {t.text}; border-color: {t.accent}; }}
    QFrame[role="popup"] {{ background: {t.surface}; border: 1px solid {t.border}; border-radius: 12px; }}
    QLineEdit[role="search"] {{ background: {t.window}; color: {t.text}; border: 2px solid {t.accent};
                                border-radius: 8px; padding: 7px 10px; selection-background-color: {t.accent};
                                selection-color: {t.on_accent}; }}

    QLineEdit[role="field"] {{ background: {t.window}; color: {t.text}; border: 1px solid {t.border};
                                border-radius: 8px; padding: 7px 10px; selection-background-color: {t.accent};
                                selection-color: {t.on_accent}; }}
    QLineEdit[role="field"]:focus {{ border: 2px solid {t.accent}; padding: 6px 9px; }}
    QCheckBox::indicator {{ width: 12px; height: 12px; border: 2px solid {t.dim}; border-radius: 4px;
                            background: {t.window}; }}
    QCheckBox::indicator:checked {{ background: {t.accent}; border-color: {t.accent}; }}
    QCheckBox::indicator:disabled {{ border-color: {t.border}; }}
    QCheckBox {{ border: 2px solid transparent; border-radius: 6px; padding: 2px 5px; }}
    QCheckBox:focus {{ border-color: {t.accent}; }}
    QProgressBar {{ background: {t.raised}; border: none; border-radius: 4px; }}
    QProgressBar::chunk {{ background: {t.accent}; border-radius: 4px; }}

    QFileDialog QToolButton {{ background: {ICON_GROUND}; border: none; border-radius: 5px; padding: 2px; }}
    QFileDialog QToolButton:checked, QFileDialog QToolButton:hover {{ background: #ffffff; }}
    QFileDialog QToolButton:focus {{ border: 2px solid {t.accent}; padding: 0; }}

    QLineEdit {{ placeholder-text-color: {t.dim}; }}
    QLineEdit#line {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.border}; border-radius: 10px;
                      padding: 9px 12px 9px 34px; selection-background-color: {t.accent};
                      selection-color: {t.on_accent}; }}
    QLineEdit#line:focus {{ border: 2px solid {t.accent}; padding: 8px 11px 8px 33px; }}
    QLineEdit#line[rejecting="true"] {{ border: 2px solid {t.warn}; padding: 8px 11px 8px 33px; }}
    """
