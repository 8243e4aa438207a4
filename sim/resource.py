"""Where the data that ships lies, where the program may write, and what it left there."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

APP = "carm"


def install(extra: str) -> str:
    """What a person types in the project's folder to get the packages of an extra; double quotes suit every shell."""
    return f'pip install -e ".[{extra}]"'


def version_of(package: str) -> str:
    """The version of an installed package; "" where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


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


def read_json(path: Path) -> dict:
    """A JSON object in a file; empty when it cannot be read or is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
