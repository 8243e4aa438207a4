"""Every action of the window, once: menus, palette, keys and the key sheet are built from this table.

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
    """One thing the window can do. `keys` are Qt's portable names; those of scope "picture" are single letters.
    `group` is the submenu it lies in, if any."""

    name: str
    text: str
    menu: str
    handler: Callable[[Window], None]
    tip: str
    keys: tuple[str, ...] = ()
    picture_key: str = ""
    scope: str = "window"
    checked: Callable[[Window], bool] | None = None
    group: str = ""


MENUS = ("Session", "C-arm", "Assistant", "Picture", "Window", "Help")


VIEWS = (
    ("view_ap", "AP", 0.0, 0.0, "1"),
    ("view_lateral", "Lateral", 90.0, 0.0, "2"),
    ("view_lao", "LAO 30", 30.0, 0.0, "3"),
    ("view_rao", "RAO 30", -30.0, 0.0, "4"),
)
"""The usual views: name, what is written, primary and secondary angle in degrees, key. The C-arm's buttons have them
too (views/drive.py)."""
TURN_TO = "Turn to"


def _view(name: str, text: str, primary: float, secondary: float, key: str) -> Command:
    tip = f"Turn the arm to {text}"
    return Command(name, text, "C-arm", lambda w: w.turn_to(primary, secondary), tip, picture_key=key, group=TURN_TO)


def _layout(name: str, text: str, tip: str) -> Command:
    checked = lambda w: w.desk.layout_name == name  # noqa: E731
    return Command(f"layout_{name}", text, "Window", lambda w: w.arrange(name), tip, checked=checked, group="Layout")


def _theme(name: str, text: str) -> Command:
    checked = lambda w: w.theme.name == name  # noqa: E731
    return Command(
        f"theme_{name}", text, "Window", lambda w: w.wear(name), f"{text} colours", checked=checked, group="Colours"
    )


def _size(percent: int) -> Command:
    checked = lambda w: round(100 * w.settings.size) == percent  # noqa: E731
    tip = "Everything so much larger, from the next start on"
    return Command(
        f"size_{percent}", f"{percent} %", "Window", lambda w: w.enlarge(percent), tip, checked=checked, group="Size"
    )


def _pane(name: str, text: str, tip: str, key: str) -> Command:
    checked = lambda w: w.desk.is_shown(name)  # noqa: E731
    return Command(f"pane_{name}", text, "Window", lambda w: w.desk.toggle(name), tip, (key,), checked=checked)


def _undock(name: str, text: str) -> Command:
    tip = "Into a window of its own, or back"
    return Command(f"float_{name}", text, "Window", lambda w: w.desk.float_pane(name), tip, group=UNDOCK)


def _picture(name, text, handler, tip, key, group="", checked=None) -> Command:
    return Command(name, text, "Picture", handler, tip, picture_key=key, checked=checked, group=group)


GREY, TURN, UNDOCK = "Window and level", "Mirror and turn", "Undock"

SESSION = (
    Command(
        "import",
        "Import CT…",
        "Session",
        lambda w: w.patients.show_import(),
        "Bring in a DICOM folder, NIfTI, NRRD or MetaImage",
        ("Ctrl+I",),
    ),
    Command(
        "open",
        "Open patient…",
        "Session",
        lambda w: w.patients.show_import(False),
        "The virtual patient or an imported one",
        ("Ctrl+O",),
    ),
    Command(
        "place",
        "Place landmarks…",
        "Session",
        lambda w: w.patients.place(),
        "Click the landmarks on a front and a side picture",
        ("Ctrl+Shift+L",),
    ),
    Command("save", "Save picture", "Session", lambda w: w.do("save"), "Keep the picture on disk", ("Ctrl+S",)),
    Command(
        "replay",
        "Recordings: replay, export…",
        "Session",
        lambda w: w.show_recordings(),
        "Every rehearsal is recorded; play one in a second window, or export a report",
        ("Ctrl+R",),
    ),
    Command("quit", "Quit", "Session", lambda w: w.close(), "End the rehearsal", ("Ctrl+Q",)),
)

CARM = (
    Command(
        "halt", "Halt everything", "C-arm", lambda w: w.halt(),
        "Stop the C-arm and the model at once, wherever you are typing", ("Esc",), scope="always",
    ),
    Command(
        "beam", "Beam on", "C-arm", lambda w: w.toggle_beam(),
        "Switch the beam on or off; off holds the last image", picture_key="B", checked=lambda w: w.technique.on,
    ),
    Command("expose", "Take one picture", "C-arm", lambda w: w.do("expose"), "One exposure", picture_key="X"),
    Command(
        "automatic", "Automatic exposure", "C-arm", lambda w: w.toggle_automatic(),
        "kV and mA follow the patient's thickness", picture_key="T", checked=lambda w: w.technique.auto.isChecked(),
    ),
    Command(
        "reset_signal", "Reset the five-minute signal", "C-arm", lambda w: w.technique.reset_signal(),
        "The fluoroscopy signal was noticed",
    ),
    Command(
        "tighter", "Collimate tighter", "C-arm", lambda w: w.step_blades(1), "Close the blades by 20 mm; no X-ray",
        picture_key="N",
    ),
    Command(
        "wider", "Collimate wider", "C-arm", lambda w: w.step_blades(-1), "Open the blades by 20 mm; no X-ray",
        picture_key="M",
    ),
    Command(
        "uncollimated", "Open the collimator", "C-arm", lambda w: w.undo_blades(),
        "The whole field; once more, the opening from before", picture_key="U",
    ),
    *(_view(*view) for view in VIEWS),
    Command("back", "Back to the last position", "C-arm", lambda w: w.do("return"), "Undo the last motion"),
    Command("home", "To the start position", "C-arm", lambda w: w.do("home"), "Where this rehearsal began"),
)  # fmt: skip

ASSISTANT = (
    Command(
        "accept", "Accept the proposal", "Assistant", lambda w: w.accept(),
        "Let the C-arm make the proposed move", ("Ctrl+Enter", "Ctrl+Return"), "A",
    ),
    Command(
        "reject", "Reject the proposal…", "Assistant", lambda w: w.reject(),
        "Say what is wrong with it, or let the model look again", ("Ctrl+Backspace",), "R",
    ),
    Command(
        "correct", "Correct the model…", "Assistant", lambda w: w.correct(),
        "Say or click what is there; the model looks again", ("Ctrl+Shift+C",), "C",
    ),
    Command(
        "locate", "Where are we?", "Assistant", lambda w: w.do("locate"),
        "Ask the model what is in the centre of the view", picture_key="L",
    ),
    Command(
        "ask_again", "Ask again", "Assistant", lambda w: w.ask_again(),
        "The same question once more, on a fresh picture", picture_key="Q",
    ),
    Command(
        "armed", "Run without asking (armed)", "Assistant", lambda w: w.toggle_armed(),
        "Accept proposals after a pause, within the budget, until anything ends it", picture_key="G",
        checked=lambda w: w.armed,
    ),
    Command(
        "budget", "Budget of an alignment…", "Assistant", lambda w: w.show_budget(),
        "How many steps, how far and how much dose before the model must stop",
    ),
    Command(
        "reasons", "Fold or unfold the reasons", "Assistant", lambda w: w.assistant.toggle_reasons(),
        "The model's sentences on the newest step", picture_key="E",
    ),
)  # fmt: skip

PICTURE = (
    _picture("invert", "Bone bright", lambda w: w.toggle_invert(), "Show bone bright instead of dark", "I",
             checked=lambda w: not w.live.bone_dark),
    _picture("overlays", "Overlays", lambda w: w.toggle_overlays(), "Show what the model proposes on the picture", "O",
             checked=lambda w: w.live.show_overlays),
    _picture("round", "Round field", lambda w: w.toggle_round(), "As of an image intensifier", "F",
             checked=lambda w: w.live.round_field),
    Command("zoom_in", "Magnify", "Picture", lambda w: w.live.magnify(1), "About the centre", ("Ctrl++", "Ctrl+=")),
    Command("zoom_out", "Reduce", "Picture", lambda w: w.live.magnify(-1), "Smaller again", ("Ctrl+-",)),
    _picture("loupe", "Magnifying glass", lambda w: w.live.set_loupe(not w.live.loupe), "A glass under the mouse", "Z",
             checked=lambda w: w.live.loupe),
    _picture("auto_window", "Automatic window", lambda w: w.live.auto_window(), "Brightness follows the picture", "W"),
    _picture("brighter", "Brighter", lambda w: w.live.adjust_window(0.06, 0), "Shift the window", ".", GREY),
    _picture("darker", "Darker", lambda w: w.live.adjust_window(-0.06, 0), "Shift the window", ",", GREY),
    _picture("steeper", "More contrast", lambda w: w.live.adjust_window(0, 0.12), "Narrow the window", "+", GREY),
    _picture("flatter", "Less contrast", lambda w: w.live.adjust_window(0, -0.12), "Widen the window", "-", GREY),
    _picture("flip_h", "Mirror left and right", lambda w: w.flip("flip_horizontal"), "Display only", "H", TURN,
             checked=lambda w: w.live.display.flip_horizontal),
    _picture("flip_v", "Mirror head and foot", lambda w: w.flip("flip_vertical"), "Display only", "V", TURN,
             checked=lambda w: w.live.display.flip_vertical),
    _picture("turn_right", "Turn clockwise", lambda w: w.live.turn(15), "By 15 degrees, display only", "]", TURN),
    _picture("turn_left", "Turn anticlockwise", lambda w: w.live.turn(-15), "By 15 degrees, display only", "[", TURN),
    _picture("upright", "Standard display", lambda w: w.upright(), "No mirror, turn or zoom; automatic window", "0"),
    _picture("keep_reference", "Keep as the reference", lambda w: w.keep_reference(), "The picture on show", "S"),
    _picture("swap", "Swap with the reference", lambda w: w.swap(), "With the beam off", "J"),
    _picture("compare", "Compare: reference, blend, subtract", lambda w: w.compare(), "The next of the three", "D"),
    Command("recall_before", "Recall the exposure before", "Picture", lambda w: w.recall(-1), "As reference",
            ("Alt+Left",)),
    Command("recall_after", "Recall the exposure after", "Picture", lambda w: w.recall(1), "As reference",
            ("Alt+Right",)),
)  # fmt: skip

WINDOW = (
    Command("palette", "All actions…", "Window", lambda w: w.show_palette(), "By a few letters", ("Ctrl+K",)),
    Command("command_line", "Command line", "Window", lambda w: w.command.take_focus(), "Say it", ("Ctrl+L",)),
    Command("picture", "Picture", "Window", lambda w: w.live.setFocus(), "Arrows move the view", ("Ctrl+P",)),
    Command("next_pane", "Next pane", "Window", lambda w: w.next_pane(1), "Go from pane to pane by keyboard", ("F6",)),
    Command("last_pane", "Previous pane", "Window", lambda w: w.next_pane(-1), "And back", ("Shift+F6",)),
    _pane("where", "Where am I", "Body map, room and C-arm controls", "Ctrl+1"),
    _pane("reference", "Reference", "The reference picture and the exposures", "Ctrl+2"),
    _pane("assistant", "Assistant", "The conversation with the model", "Ctrl+3"),
    _layout("one", "One monitor", "Assistant and reference share a place"),
    _layout("wide", "One wide monitor", "Reference and assistant side by side"),
    _layout("two", "Two monitors", "Reference and map on the second monitor"),
    _undock("where", "Undock “Where am I”"),
    _undock("reference", "Undock the reference"),
    _undock("assistant", "Undock the assistant"),
    _theme("dark", "Dark"),
    _theme("light", "Light"),
    _theme("contrast", "High contrast"),
    *(_size(percent) for percent in (100, 125, 150, 175, 200)),
    Command("next_theme", "Next colours", "Window", lambda w: w.toggle_theme(), "Dark, light, contrast", ("Ctrl+T",)),
    Command(
        "full_screen", "Full screen", "Window", lambda w: w.toggle_full_screen(),
        "Nothing but this window", ("F11",), checked=lambda w: w.isFullScreen(),
    ),
)  # fmt: skip

HELP = (
    Command("models", "Models…", "Assistant", lambda w: w.show_models(), "What runs here, and load another"),
    Command("keys", "Keys", "Help", lambda w: w.show_keys(), "Every key on one sheet", ("F1",)),
    Command("help", "What can I say?", "Help", lambda w: w.do("help"), "The commands that are understood"),
    Command("tour", "Tour of the window", "Help", lambda w: w.show_tour(), "Five steps, a minute"),
    Command("about", "About", "Help", lambda w: w.show_about(), "What this is, and what it is not"),
)

COMMANDS: tuple[Command, ...] = (*SESSION, *CARM, *ASSISTANT, *PICTURE, *WINDOW, *HELP)

HELD_KEYS = (
    ("← ↑ → ↓", "Move the view while held, as the picture is shown", "picture"),
    ("Shift+← →", "Orbital: RAO, LAO while held", "picture"),
    ("Shift+↑ ↓", "Angulation: CRAN, CAUD while held", "picture"),
    ("PgUp PgDn", "Height: front, back while held", "picture"),
    ("Space", "Pedal: beam on while held, if it is off", "picture"),
    ("→", "Take the rest that is offered in grey", "command line"),
    ("↑ ↓", "Earlier lines", "command line"),
    ("Enter", "Send the line; on the empty line one exposure", "command line"),
)
"""Keys that are no actions of their own: what a view does with them itself."""
