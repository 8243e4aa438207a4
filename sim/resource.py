"""Where the data that ships lies, and where the program may write."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

APP = "carm"


def resource(*parts: str) -> Path:
    """Path of a file below resources/. Raises FileNotFoundError with one sentence when it is not there."""
    path = Path(str(files("resources"))).joinpath(*parts)
    if not path.exists():
        raise FileNotFoundError(f"The installation lacks {'/'.join(parts)}; reinstall the package.")
    return path


def cache_dir(*parts: str) -> Path:
    """A folder for what can be made again; created when asked for."""
    path = user_cache_path(APP, appauthor=False).joinpath(*parts)
    path.mkdir(parents=True, exist_ok=True)
    return path


def data_dir(*parts: str) -> Path:
    """A folder for what must be kept (recordings, imported patients); created when asked for."""
    path = user_data_path(APP, appauthor=False).joinpath(*parts)
    path.mkdir(parents=True, exist_ok=True)
    return path
