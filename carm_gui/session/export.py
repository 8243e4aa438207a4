"""`carm export`: recordings of a folder (one rehearsal, a participant's run, a whole study) in a format that others
read. Never writes into what it reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from carm_gui.session.export_data import Collected, collect

FORMATS = ("csv", "bids", "dicom", "report")


class ExportError(ValueError):
    """An export that cannot be made; the message is one sentence."""


def export(folder: Path, form: str, out: Path) -> tuple[Collected, list[Path]]:
    """Write `folder` below `out` as `form`; what was read, and the files written. Raises ExportError,
    RecordingError and OSError."""
    if form not in FORMATS:
        raise ExportError(f"{form!r} is not a format; choose {', '.join(FORMATS)}.")
    data = collect(folder)
    out = Path(out)
    if out.resolve() == Path(folder).resolve() or Path(folder).resolve() in out.resolve().parents:
        raise ExportError(f"{out} lies inside the recording; export to another folder.")
    if out.exists() and not out.is_dir():
        raise ExportError(f"{out} is a file; --out names a folder.")
    if out.is_dir() and any(out.iterdir()):
        raise ExportError(f"{out} is not empty; give a new folder, so that nothing old is taken for new.")
    out.mkdir(parents=True, exist_ok=True)
    return data, _writer(form)(data, out)


def _writer(form: str) -> Callable[[Collected, Path], list[Path]]:
    from carm_gui.session import export_bids, export_csv, export_dicom, report

    return {"csv": export_csv.write, "bids": export_bids.write, "dicom": export_dicom.write, "report": report.write}[
        form
    ]
