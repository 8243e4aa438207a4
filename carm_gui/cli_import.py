"""`carm import`: bring a CT in under a name, list what is there, delete it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from carm_gui.cli import JsonOption, KeepTableOption, SeriesOption, answer, one_sentence, progress


def register(app: typer.Typer) -> None:
    app.command("import")(import_)


def import_(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="PATH", help="A DICOM folder or file, NIfTI, NRRD (.nrrd, .nhdr) or MetaImage (.mha, .mhd)."
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="What --patient calls it from now on.")
    ] = None,
    landmarks: Annotated[
        Path | None,
        typer.Option("--landmarks", metavar="FILE", help="Slicer .mrk.json or .fcsv, or CSV landmark,x,y,z."),
    ] = None,
    series: SeriesOption = None,
    keep_table: KeepTableOption = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the patient of that name.")] = False,
    show: Annotated[bool, typer.Option("--list", help="List the imported patients and end.")] = False,
    delete: Annotated[str | None, typer.Option("--delete", metavar="NAME", help="Delete an imported patient.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Keep a cleaned copy of a CT, without personal data, under a name that --patient takes."""
    if show or delete is not None:
        if path is not None or name is not None or (show and delete is not None):
            raise typer.BadParameter("--list and --delete NAME stand alone.")
        _list(as_json) if show else _delete(delete, as_json)
        return
    if path is None or name is None:
        raise typer.BadParameter("give PATH and --name NAME (or --list).")
    with one_sentence():
        from sim.patient.importing import import_scan

        done = import_scan(path, name, landmarks, series, keep_table, overwrite, _progress_to_stderr())
    entry = done.entry
    for note in (*done.said, *entry.notes):
        progress(note)
    payload = {**entry.as_dict(), "overwritten": done.overwritten, "messages": list(done.said)}
    size, spacing = " x ".join(map(str, entry.shape)), " x ".join(f"{v:.2f}" for v in entry.spacing_mm)
    marks = f"{len(entry.landmarks)} of 14 landmarks" if entry.landmarks else "no landmarks yet"
    answer(
        as_json,
        payload,
        [f"{entry.name}: {size} voxels of {spacing} mm, {marks}; open it with --patient {_quoted(entry.name)}"],
    )


def _list(as_json: bool) -> None:
    with one_sentence():
        from sim.patient.imported import listed

        found = listed()
    lines = [
        f"{one.name}: {' x '.join(map(str, one.shape))} voxels, {len(one.landmarks)} of 14 landmarks, {one.imported}"
        for one in found
    ]
    answer(as_json, {"patients": [one.as_dict() for one in found]}, lines or ["No patient has been imported yet."])


def _delete(name: str, as_json: bool) -> None:
    with one_sentence():
        from sim.patient.imported import remove

        gone = remove(name)
    answer(as_json, {"deleted": gone}, [f"{gone} was deleted."])


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name


def _progress_to_stderr():
    """A listener that prints each step once, and its share in place where a person watches."""
    import sys

    shown = ""
    watched = sys.stderr.isatty()

    def tell(share: float, text: str) -> None:
        nonlocal shown
        step = text.split(":")[0]
        if watched:
            sys.stderr.write(f"\r\x1b[K{text}")
            if share >= 1.0:
                sys.stderr.write("\n")
        elif step != shown:
            progress(f"{step}…")
        shown = step

    return tell
