"""Compressed DICOM for the tests, as archives keep it: JPEG 2000, JPEG-LS and RLE by pydicom's encoders, JPEG lossless
by a small encoder of our own (ITU-T T.81 annex H, first-order prediction), since no library here writes it."""

from __future__ import annotations

import numpy as np
from pydicom.dataset import FileDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, JPEGLosslessSV1

_LENGTHS = [0, 1, 5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0]
"""How many Huffman codes there are of 1 to 16 bits; the 17 categories in the order of their codes follow."""
_VALUES = [4, 0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]


def jpeg_lossless(pixels: np.ndarray, bits: int = 16) -> bytes:
    """`pixels` (h, w) uint16 as a JPEG lossless stream with predictor 1 (the left neighbour)."""
    height, width = pixels.shape
    lengths = _LENGTHS[:]
    assert sum(lengths) == len(_VALUES)
    codes, code, at = {}, 0, 0
    for length, count in enumerate(lengths, 1):
        for value in _VALUES[at : at + count]:
            codes[value] = (code, length)
            code += 1
        at += count
        code <<= 1
    whole = pixels.astype(np.int64)
    predicted = np.empty_like(whole)
    predicted[:, 1:] = whole[:, :-1]
    predicted[1:, 0] = whole[:-1, 0]
    predicted[0, 0] = 1 << (bits - 1)
    difference = ((whole - predicted + 32768) % 65536) - 32768
    bitstream = []
    for value in difference.ravel().tolist():
        size = 16 if value == -32768 else abs(value).bit_length()
        word, length = codes[size]
        bitstream.append(format(word, f"0{length}b"))
        if 0 < size < 16:
            bitstream.append(format(value if value > 0 else value + (1 << size) - 1, f"0{size}b"))
    text = "".join(bitstream)
    text += "1" * (-len(text) % 8)
    coded = bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8)).replace(b"\xff", b"\xff\x00")

    def segment(marker: int, content: bytes) -> bytes:
        return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content

    frame = bytes([bits]) + height.to_bytes(2, "big") + width.to_bytes(2, "big") + bytes([1, 1, 0x11, 0])
    return (
        b"\xff\xd8"
        + segment(0xC3, frame)
        + segment(0xC4, bytes([0, *lengths, *_VALUES]))
        + segment(0xDA, bytes([1, 1, 0, 1, 0, 0]))
        + coded
        + b"\xff\xd9"
    )


def compress(data: FileDataset, syntax: UID) -> None:
    """Compress the pixels of a one-slice CT in place."""
    if syntax != JPEGLosslessSV1:
        data.compress(syntax, generate_instance_uid=False)
        return
    stored = np.frombuffer(data.PixelData, np.uint16).reshape(data.Rows, data.Columns)
    stream = jpeg_lossless(stored)
    data.PixelData = encapsulate([stream + b"\0" * (len(stream) % 2)])
    data["PixelData"].VR = "OB"
    data["PixelData"].is_undefined_length = True
    data.file_meta.TransferSyntaxUID = syntax
