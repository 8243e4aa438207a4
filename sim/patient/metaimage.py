"""MetaImage (.mha, .mhd): a text header of KEY = VALUE and the voxels after it or in a file of their own.

Read here and not by ITK, which ends the whole program on some damaged files. Format: ITK's MetaIO documentation. The
frame is LPS; row i of TransformMatrix is the direction of voxel axis i.
"""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np

_TYPES = {
    "MET_CHAR": "i1", "MET_UCHAR": "u1", "MET_SHORT": "i2", "MET_USHORT": "u2", "MET_INT": "i4", "MET_UINT": "u4",
    "MET_LONG": "i4", "MET_ULONG": "u4", "MET_LONG_LONG": "i8", "MET_ULONG_LONG": "u8", "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}  # fmt: skip
_PLACES = ("Offset", "Position", "Origin")
_TURNS = ("TransformMatrix", "Rotation", "Orientation")
_LONGEST_HEADER = 65536


def read_metaimage(path: Path) -> tuple[np.ndarray, np.ndarray | None]:
    """The voxels in the header's axis order (first index fastest) and the affine (4, 4) from voxel index to LPS, mm;
    None when the header names no directions. More than one channel comes last. Raises ValueError for what is no such
    file or is damaged, and OSError."""
    header, start = _header(path)
    shape = tuple(int(n) for n in header["DimSize"].split())
    if len(shape) != int(header["NDims"]) or min(shape) < 1:
        raise ValueError("DimSize")
    kind = np.dtype(_TYPES[header["ElementType"]])
    if kind.itemsize > 1:
        big = _true(header, "BinaryDataByteOrderMSB") or _true(header, "ElementByteOrderMSB")
        kind = kind.newbyteorder(">" if big else "<")
    channels = int(header.get("ElementNumberOfChannels", "1"))
    content = _content(path, header, start)
    size = int(np.prod(shape, dtype=np.int64)) * channels * kind.itemsize
    if _true(header, "CompressedData"):
        content = zlib.decompressobj(47).decompress(content, size)  # zlib or gzip
    elif (skip := int(header.get("HeaderSize", "0"))) != 0:
        content = content[skip:] if skip > 0 else content[-size:]
    if len(content) < size:
        raise ValueError("fewer voxels than the header says")
    voxels = np.frombuffer(content[:size], kind)
    order = (channels, *shape) if channels > 1 else shape
    voxels = voxels.reshape(order, order="F")
    return np.moveaxis(voxels, 0, -1) if channels > 1 else voxels, _affine(header, len(shape))


def _true(header: dict[str, str], key: str) -> bool:
    return header.get(key, "False").strip().lower() in ("true", "1", "t")


def _header(path: Path) -> tuple[dict[str, str], int]:
    """Keys and values, and where the header ends: ElementDataFile is its last line."""
    with path.open("rb") as stream:
        start = stream.read(_LONGEST_HEADER)
    header: dict[str, str] = {}
    at = 0
    while "ElementDataFile" not in header:
        end = start.find(b"\n", at)
        if end < 0:
            raise ValueError("no ElementDataFile")
        key, equals, value = start[at:end].decode("latin-1").partition("=")
        if not equals:
            raise ValueError("a line without =")
        header[key.strip()] = value.strip()
        at = end + 1
    return header, at


def _content(path: Path, header: dict[str, str], start: int) -> bytes:
    name = header["ElementDataFile"]
    if name.upper() == "LOCAL":
        with path.open("rb") as stream:
            stream.seek(start)
            return stream.read()
    if name.upper().startswith("LIST") or "%" in name:
        raise ValueError("one file for each slice")
    return (path.parent / name).read_bytes()


def _affine(header: dict[str, str], n: int) -> np.ndarray | None:
    turn = next((header[key] for key in _TURNS if key in header), None)
    if turn is None or n < 3:
        return None
    spacing = np.array((header.get("ElementSpacing") or header["ElementSize"]).split(), float)
    place = np.array(next((header[key] for key in _PLACES if key in header), "0 " * n).split(), float)
    affine = np.eye(4)
    affine[:3, :3] = (np.array(turn.split(), float).reshape(n, n).T * spacing)[:3, :3]
    affine[:3, 3] = place[:3]
    return affine
