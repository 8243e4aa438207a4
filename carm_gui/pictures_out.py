"""Pictures the clinician keeps: written by a worker, told through the bridge. Knows no widget."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from carm_gui.bridge import Notice
from sim.frame import Frame
from sim.resource import data_dir


def save_picture(frame: Frame, tell: Callable[[Notice], None]) -> None:
    """Write `frame` as a 16-bit PNG among the user's pictures and say where, through `tell`. Runs in a worker."""
    from PIL import Image

    try:
        file = data_dir("pictures") / f"{datetime.now():%Y-%m-%d_%H-%M-%S}_{frame.index:05d}.png"
        Image.fromarray(frame.pixels).save(file)
        tell(Notice("note", {"text": f"Saved as {file}.", "level": "good"}))
    except OSError as problem:
        tell(Notice("note", {"text": f"The picture could not be saved: {problem}.", "level": "error"}))
