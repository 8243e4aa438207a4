"""How the panes lie: docks about the live picture that fold into tabs, float to a second monitor and remember it.

Knows no pane's meaning: it is given widgets by name. A floating pane gets the system's own frame; closing it puts it
back, so that no pane is ever lost.
"""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QEvent, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QTabWidget, QWidget

from carm_gui.dressing import Bare

LAYOUTS = ("one", "wide", "two")
WIDE_PX = 1600
LEAST_SHARE = 0.3
"""Of the width: less than this is not left to the picture when the window is made smaller."""
BETWEEN_PANES = """QMainWindow::separator { background: transparent; width: 8px; height: 8px; }
                   QMainWindow::separator:hover { background: #7d8794; }"""
"""The desk's own style sheet, the same in all colours: a change would dress anew all that lies on it."""
VERSION = 2
"""Of the saved state: one of another version is not restored."""


class Pane(QDockWidget):
    """A dock without a title while it lies in the window, with the system's own while it floats."""

    def __init__(self, name: str, title: str, inside: QWidget) -> None:
        super().__init__(title)
        self.setObjectName(name)
        self.setWidget(inside)
        self.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetFloatable | QDockWidget.DockWidgetFeature.DockWidgetClosable
        )
        self._bare = QWidget()
        self.setTitleBarWidget(self._bare)
        self.topLevelChanged.connect(self._dress)

    def _dress(self, floating: bool) -> None:
        self.setTitleBarWidget(None if floating else self._bare)

    def closeEvent(self, event) -> None:  # noqa: N802
        if self.isFloating() and event.spontaneous():
            # The window's close button means "back where it belongs", and not "gone".
            event.ignore()
            QTimer.singleShot(0, lambda: self.setFloating(False))
            return
        super().closeEvent(event)


class Desk(Bare, QMainWindow):
    """The live picture in the middle, panes around it. `arranged` after a layout has been chosen."""

    arranged = Signal(str)

    def __init__(self, centre: QWidget) -> None:
        super().__init__(None, Qt.WindowType.Widget)
        self.setObjectName("desk")
        self.setStyleSheet(BETWEEN_PANES)
        self.setCentralWidget(centre)
        self.setDockNestingEnabled(True)
        self.setAnimated(False)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.setDocumentMode(True)
        self.panes: dict[str, Pane] = {}
        self.layout_name = ""

    def add(self, name: str, title: str, inside: QWidget) -> Pane:
        """A pane called `name`; `arrange` says where it lies."""
        pane = self.panes[name] = Pane(name, title, inside)
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, pane)
        return pane

    # ---- layouts

    def arrange(self, name: str = "") -> None:
        """Lay the panes out afresh: "one" (assistant and reference share a place), "wide" (side by side) or "two"
        (reference and map on the second monitor). "" chooses by the width there is."""
        if name not in LAYOUTS:
            name = "wide" if self.window().width() >= WIDE_PX else "one"
        for pane in self.panes.values():
            pane.setFloating(False)
            pane.show()
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        where, reference, assistant = (self.panes[key] for key in ("where", "reference", "assistant"))
        for pane in self.panes.values():
            self.removeDockWidget(pane)
        self.addDockWidget(left, where)
        if name == "wide":
            self.addDockWidget(right, reference)
            self.addDockWidget(right, assistant)
            self.splitDockWidget(reference, assistant, Qt.Orientation.Horizontal)
        else:
            self.addDockWidget(right, assistant)
            self.addDockWidget(right, reference)
            self.tabifyDockWidget(assistant, reference)
        for pane in self.panes.values():
            pane.show()
        assistant.raise_()
        QTimer.singleShot(0, self._tidy_tabs)
        self.layout_name = name
        if name == "two":
            self._to_second_monitor(reference, where)
        self._share_width()
        self.arranged.emit(name)

    def _tidy_tabs(self) -> None:
        """Qt leaves the tabs of an earlier layout standing behind the panes; the newest are those in use."""
        bars = self.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
        shared = bool(self.tabifiedDockWidgets(self.panes["assistant"]))
        for bar in bars:
            bar.setVisible(shared and bar is bars[-1])
            bar.setAccessibleName("Panes that share a place")

    def _share_width(self) -> None:
        docked = [self.panes[key] for key in ("where", "reference", "assistant") if not self.panes[key].isFloating()]
        whole = max(self.width(), 900)
        if self.layout_name == "wide":
            widths = {"where": 0.162, "reference": 0.16, "assistant": 0.185}
        else:
            widths = {"where": 0.205, "reference": 0.285, "assistant": 0.285}
        sizes = [round(widths[pane.objectName()] * whole) for pane in docked]
        self.resizeDocks(docked, sizes, Qt.Orientation.Horizontal)

    def resizeEvent(self, event) -> None:  # noqa: N802
        super().resizeEvent(event)
        # Qt lets docks keep their width and takes it all from the middle: the picture comes first.
        if self.layout_name and self.width() < event.oldSize().width():
            QTimer.singleShot(0, self._give_way)

    def _give_way(self) -> None:
        if self.centralWidget().width() < LEAST_SHARE * self.width():
            self._share_width()

    def _to_second_monitor(self, *panes: Pane) -> None:
        here = self.window().screen()
        others = [screen for screen in QGuiApplication.screens() if screen is not here]
        area = (others[0] if others else here).availableGeometry()
        width = area.width() // len(panes) if others else min(area.width() // 4, 420)
        for n, pane in enumerate(panes):
            pane.setFloating(True)
            if others:
                spot = QRect(area.left() + 4 + n * width, area.top() + 34, width - 8, area.height() - 44)
            else:
                spot = QRect(area.right() - (n + 1) * width, area.top() + 60, width - 8, min(area.height() - 90, 720))
            pane.setGeometry(spot)
            pane.show()

    # ---- one pane

    def is_shown(self, name: str) -> bool:
        """Whether the pane is on screen, also behind a tab."""
        return not self.panes[name].isHidden()

    def is_behind(self, widget: QWidget) -> bool:
        """Whether `widget` is, or lies in, a pane that another one's tab covers."""
        return any(_covered(pane) for pane in self.panes.values() if pane is widget or pane.isAncestorOf(widget))

    def toggle(self, name: str) -> None:
        """Show the pane (in front), or hide it if it is in front."""
        pane = self.panes[name]
        if pane.isVisible() and not _covered(pane):
            pane.hide()
        else:
            self.bring(name)

    def reveal(self, name: str) -> None:
        """To the front if it lies behind a tab; one that was put away stays away."""
        if self.is_shown(name):
            self.panes[name].raise_()

    def bring(self, name: str) -> None:
        """Show the pane in front of whatever shares its place."""
        pane = self.panes[name]
        pane.show()
        pane.raise_()

    def float_pane(self, name: str) -> None:
        """Take the pane out of the window, or put it back."""
        pane = self.panes[name]
        pane.show()
        pane.setFloating(not pane.isFloating())
        if pane.isFloating():
            self._into_sight(pane)

    @staticmethod
    def _into_sight(pane: Pane) -> None:
        spot, screens = pane.frameGeometry(), QGuiApplication.screens()
        if not any(screen.availableGeometry().intersects(spot) for screen in screens):
            pane.move(screens[0].availableGeometry().topLeft())

    # ---- between starts

    def put_away(self) -> None:
        """The window closes: no pane stays behind on its own."""
        for pane in self.panes.values():
            if pane.isFloating():
                pane.hide()

    def state(self) -> str:
        """What `restore` needs, as text."""
        return bytes(self.saveState(VERSION).toHex()).decode()

    def restore(self, state: str) -> bool:
        """Back to how it was left; False where that is not to be had."""
        try:
            done = bool(state) and self.restoreState(QByteArray.fromHex(state.encode("ascii")), VERSION)
        except UnicodeEncodeError:
            done = False
        for pane in self.panes.values():
            pane._dress(pane.isFloating())
            if pane.isFloating():
                self._into_sight(pane)
        QTimer.singleShot(0, self._tidy_tabs)
        return done

    def event(self, event: QEvent) -> bool:
        # QMainWindow tells its docks by a status bar that this window does not have.
        return True if event.type() == QEvent.Type.StatusTip else super().event(event)


def _covered(pane: Pane) -> bool:
    return pane.isVisible() and not pane.isFloating() and pane.visibleRegion().isEmpty()
