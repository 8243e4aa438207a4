"""Every action of the window, once: menus, buttons, keys and the key sheet are built from this table.

`scope` says where a key counts. "window": everywhere, with its modifier. "picture": a plain letter, only while the
picture has the focus; in the command line it is text. "always": everywhere, whatever has the focus (Esc alone).
Knows no widget: a handler is called with the window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from carm_gui.window import Window


@dataclass(frozen=True)
class Command:
    """One thing the window can do. `keys` are Qt's portable names; those of scope "picture" are single letters."""

    name: str
    text: str
    menu: str
    handler: Callable[[Window], None]
    tip: str
    keys: tuple[str, ...] = ()
    picture_key: str = ""
    scope: str = "window"
    checked: Callable[[Window], bool] | None = None


MENUS = ("Session", "C-arm", "Assistant", "View", "Help")

COMMANDS: tuple[Command, ...] = (
    Command("save", "Save picture", "Session", lambda w: w.do("save"), "Keep the picture on show", ("Ctrl+S",)),
    Command("quit", "Quit", "Session", lambda w: w.close(), "End the rehearsal", ("Ctrl+Q",)),
    Command(
        "halt",
        "Halt everything",
        "C-arm",
        lambda w: w.halt(),
        "Stop the C-arm and the model at once, wherever you are typing",
        ("Esc",),
        scope="always",
    ),
    Command(
        "beam",
        "Beam on",
        "C-arm",
        lambda w: w.toggle_beam(),
        "Switch the beam on or off; off holds the last image",
        picture_key="B",
        checked=lambda w: w.technique.on,
    ),
    Command(
        "expose",
        "Take one picture",
        "C-arm",
        lambda w: w.do("expose"),
        "One exposure, beam off",
        picture_key="X",
    ),
    Command("back", "Back to the last position", "C-arm", lambda w: w.do("return"), "Undo the last motion"),
    Command("home", "To the start position", "C-arm", lambda w: w.do("home"), "Where this rehearsal began"),
    Command(
        "accept",
        "Accept the proposal",
        "Assistant",
        lambda w: w.accept(),
        "Let the C-arm make the proposed move",
        ("Ctrl+Return", "Ctrl+Enter"),
        "A",
    ),
    Command(
        "reject",
        "Reject the proposal…",
        "Assistant",
        lambda w: w.reject(),
        "Say what is wrong with it, or let the model look again",
        ("Ctrl+Backspace",),
        "R",
    ),
    Command(
        "locate",
        "Where are we?",
        "Assistant",
        lambda w: w.do("locate"),
        "Ask the model what is in the centre of the view",
        picture_key="L",
    ),
    Command(
        "command_line",
        "Command line",
        "Assistant",
        lambda w: w.command.take_focus(),
        "Type what you want",
        ("Ctrl+K",),
    ),
    Command(
        "picture",
        "Picture",
        "View",
        lambda w: w.live.setFocus(),
        "Give the picture the keys: arrows move the view",
        ("Ctrl+P",),
    ),
    Command(
        "invert",
        "Bone bright",
        "View",
        lambda w: w.toggle_invert(),
        "Show bone bright instead of dark",
        picture_key="I",
        checked=lambda w: not w.live.bone_dark,
    ),
    Command(
        "overlays",
        "Overlays",
        "View",
        lambda w: w.toggle_overlays(),
        "Show what the model proposes on the picture",
        picture_key="O",
        checked=lambda w: w.live.show_overlays,
    ),
    Command(
        "zoom_in",
        "Magnify",
        "View",
        lambda w: w.live.magnify(1),
        "Larger, about the centre",
        ("Ctrl++", "Ctrl+="),
    ),
    Command("zoom_out", "Reduce", "View", lambda w: w.live.magnify(-1), "Smaller again", ("Ctrl+-",)),
    Command(
        "light",
        "Light colours",
        "View",
        lambda w: w.toggle_theme(),
        "Light or dark",
        ("Ctrl+L",),
        checked=lambda w: w.theme.name == "light",
    ),
    Command(
        "full_screen",
        "Full screen",
        "View",
        lambda w: w.toggle_full_screen(),
        "Nothing but this window",
        ("F11",),
        checked=lambda w: w.isFullScreen(),
    ),
    Command("keys", "Keys", "Help", lambda w: w.show_keys(), "Every key on one sheet", ("F1",)),
    Command("help", "What can I say?", "Help", lambda w: w.do("help"), "The commands that are understood"),
    Command("about", "About", "Help", lambda w: w.show_about(), "What this is, and what it is not"),
)

HELD_KEYS = (
    ("← ↑ → ↓", "Move the view while held", "picture"),
    ("Space", "Beam on while held, if it is off", "picture"),
    ("→", "Take the rest that is offered in grey", "command line"),
    ("↑ ↓", "Earlier lines", "command line"),
    ("Enter", "Send the line; nothing moves before", "command line"),
)
"""Keys that are no actions of their own: what a view does with them itself."""
