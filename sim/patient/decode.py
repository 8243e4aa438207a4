"""Decompress the pixels of DICOM files in a process of its own.

Codecs are C code, and some end the whole program on a damaged stream: here that costs one slice's sentence. The child
runs this module; it is sent a path a line, as JSON, and answers with a line of JSON and, when it could read the file,
the bytes of the array.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

_PREFERRED = ("pylibjpeg", "pyjpegls", "gdcm")
"""Order in which decoders are tried; pydicom knows which of them can read what."""


class Decoder:
    """`pixels(path)` in a child process that starts when first needed; close it, or use it in a `with`."""

    def __init__(self) -> None:
        self._child: subprocess.Popen | None = None

    def __enter__(self) -> Decoder:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def pixels(self, path: Path) -> np.ndarray:
        """Stored values, (rows, columns) or (frames, rows, columns). Raises ValueError for what cannot be decoded."""
        child = self._child = self._child or _start()
        try:
            child.stdin.write(json.dumps(str(Path(path).resolve())).encode() + b"\n")
            child.stdin.flush()
            head = json.loads(child.stdout.readline())
            if "problem" in head:
                raise ValueError(head["problem"])
            size = int(np.prod(head["shape"], dtype=np.int64)) * np.dtype(head["dtype"]).itemsize
            content = child.stdout.read(size)
        except (OSError, json.JSONDecodeError) as error:
            self.close()
            raise ValueError("the decoder broke down") from error
        if len(content) < size:
            self.close()
            raise ValueError("the decoder broke down")
        return np.frombuffer(content, head["dtype"]).reshape(head["shape"])

    def close(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        with contextlib.suppress(OSError):
            child.stdin.close()
        child.kill()
        child.wait()
        child.stdout.close()


def _start() -> subprocess.Popen:
    root = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH", "")])])
    flags = {"creationflags": subprocess.CREATE_NO_WINDOW} if sys.platform == "win32" else {}
    return subprocess.Popen(
        [sys.executable, "-m", "sim.patient.decode"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": paths},
        **flags,
    )


def _decoded(path: str) -> np.ndarray:
    import pydicom
    from pydicom.pixels import get_decoder

    data = pydicom.dcmread(path, force=True)
    plugins = get_decoder(data.file_meta.TransferSyntaxUID).available_plugins
    for plugin in (name for name in _PREFERRED if name in plugins):
        data.pixel_array_options(decoding_plugin=plugin)
        with contextlib.suppress(Exception):
            return data.pixel_array
    data.pixel_array_options(decoding_plugin="")
    return data.pixel_array


def _main() -> None:
    # Codecs print; the answers go through a copy of the pipe that they do not know.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    for line in sys.stdin.buffer:
        try:
            pixels = np.ascontiguousarray(_decoded(json.loads(line)))
            head, content = {"shape": pixels.shape, "dtype": pixels.dtype.str}, pixels.tobytes()
        except Exception as error:  # a codec raises whatever it likes
            head, content = {"problem": " ".join(str(error).split())[:300] or type(error).__name__}, b""
        answers.write(json.dumps(head).encode() + b"\n" + content)
        answers.flush()


if __name__ == "__main__":
    _main()
