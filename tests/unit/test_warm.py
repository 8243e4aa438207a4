"""A quick start: what is read ahead is there, and is read whole."""

import os
from importlib.util import find_spec
from pathlib import Path

from sim import warm


def test_all_of_numba_s_compiler_is_asked_for(monkeypatch):
    asked = []
    monkeypatch.setattr(os, "posix_fadvise", lambda _file, start, size, _how: asked.append((start, start + size)))
    file = Path(find_spec("llvmlite").origin).parent / warm.COMPILER
    warm._read(file)
    ends = [0, *(end for _, end in asked)]
    assert [start for start, _ in asked] == ends[:-1]
    assert ends[-1] >= file.stat().st_size > 0


def test_what_is_not_there_is_not_missed(tmp_path):
    warm._read(tmp_path / "nothing.so")
