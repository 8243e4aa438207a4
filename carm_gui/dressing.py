"""What wears the style sheet, and a change of theme that goes on beside everything else.

Qt dresses anew all that lies below a widget whose sheet is changed, .1 ms each, and takes no key meanwhile. So the
window wears none: its parts do, each its own, and are changed one by one.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid  # false of a window or dialogue that was closed meanwhile

from carm_gui import theme


class Bare:
    """Of a widget that wears no sheet itself: each of its children wears one, dialogues and what comes later too."""

    def childEvent(self, event) -> None:  # noqa: N802
        super().childEvent(event)
        if event.polished() and isinstance(event.child(), QWidget):
            part = event.child()
            if not (isinstance(part, Bare) or part.styleSheet()):
                theme.dress(part, theme.worn())


def parts(of: QWidget) -> Iterator[QWidget]:
    """Those below `of`, which is Bare, that wear a sheet each."""
    for child in of.children():
        if isinstance(child, Bare):
            yield from parts(child)
        elif isinstance(child, QWidget):
            yield child


def change(chosen: theme.Theme, windows: list) -> Iterator[None]:
    """The colours `chosen` for `windows`, step by step; between two of them other events may be seen to, the live
    picture's too. Updates are not held back meanwhile: Qt (6.11) may lose a request for a paint that comes then, and
    after it would paint nothing any more."""
    app = QApplication.instance()
    for window in windows:
        yield from window.assistant.pile.put_away()
    theme.apply(app, chosen.name)
    for window in filter(isValid, windows):
        for part in filter(isValid, list(parts(window))):
            app.removeEventFilter(window)  # of the hundreds of events that this sends none is a key
            theme.dress(part, chosen)
            window.watch_keys()
            yield
        window.wear_colours()
        window.where.room.get_ready()
        yield
    for window in filter(isValid, windows):
        yield from window.assistant.pile.bring_back()
