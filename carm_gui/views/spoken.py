"""What a screen reader takes a widget for. One that Qt does not know it calls "client", and readers pass over that."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAccessibleWidget, QWidget

ROLE = "spokenRole"


def speak_as(widget: QWidget, role: str) -> None:
    """Tell screen readers that `widget` is of that QAccessible.Role, "Graphic" or "Pane", say."""
    widget.setProperty(ROLE, role)
    _install()


@lru_cache(maxsize=1)
def _install() -> None:
    QAccessible.installFactory(_face)


def _face(_class: str, thing: QObject) -> QAccessibleWidget | None:
    role = thing.property(ROLE) if isinstance(thing, QWidget) else None
    return None if role is None else QAccessibleWidget(thing, QAccessible.Role[role])
