"""A quick start: what is read ahead is there, and all of its code is read."""

import os
import struct
from importlib.util import find_spec
from pathlib import Path

import pytest

from sim import warm

LOADED, EXECUTABLE = 1, 1


def code_ends(file: Path) -> int:
    """Where the code of a 64-bit ELF file ends, bytes from its beginning (System V ABI: ELF header, program header)."""
    content = file.read_bytes()
    (table,), (size, count) = struct.unpack_from("<Q", content, 32), struct.unpack_from("<HH", content, 54)
    parts = [struct.unpack_from("<IIQQQQ", content, table + size * n) for n in range(count)]
    return max(begin + length for kind, use, begin, _, _, length in parts if kind == LOADED and use & EXECUTABLE)


def test_all_code_of_numba_s_compiler_is_asked_for(monkeypatch):
    asked = []
    monkeypatch.setattr(os, "posix_fadvise", lambda _file, start, size, _how: asked.append((start, start + size)))
    file = Path(find_spec("llvmlite").origin).parent / warm.COMPILER
    if not file.read_bytes().startswith(b"\x7fELF\x02"):
        pytest.skip("not a 64-bit ELF file")
    warm._read(file)
    ends = [0, *(end for _, end in asked)]
    assert [start for start, _ in asked] == ends[:-1]
    assert ends[-1] >= code_ends(file) > 0


def test_what_is_not_there_is_not_missed(tmp_path):
    warm._read(tmp_path / "nothing.so")
