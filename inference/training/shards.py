"""A photographed subject on disk: one Parquet file, a row a view, that pyarrow, pandas or `datasets` stream.

Columns: `picture` (size x size uint16, the bytes in row order, in `sim.frame.LOG_SCALE` units as the detector gives
them), the pose's five numbers in mm and degrees, `kvp` and `ma`. The schema's metadata holds `seed`, `generator`,
`recipe`, `size`, and `landmarks`: key -> [left, up, ant] mm, those that are known.
"""

from __future__ import annotations

import json
import os
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.landmarks import KEYS
from sim.pose import CArmPose

POSE = tuple(field.name for field in fields(CArmPose))


@dataclass(frozen=True)
class Shard:
    """`pictures` uint16 (n, s, s), `poses` float32 (n, 5), `landmarks` float32 (14, 3) mm with NaN for what is not
    known."""

    pictures: np.ndarray
    poses: np.ndarray
    landmarks: np.ndarray
    generator: str


def name_of(seed: int) -> str:
    return f"subject_{seed:07d}.parquet"


def found(folder: Path) -> list[Path]:
    """The shards in `folder`, by seed."""
    return sorted(Path(folder).glob("subject_*.parquet"))


def encode(
    pictures: np.ndarray, poses: list[CArmPose], techniques: list[tuple[float, float]], landmarks: np.ndarray, **about
) -> bytes:
    """A shard as bytes; `techniques` are (kV, mA) of each view, `about` is written into the metadata."""
    size = pictures.shape[1]
    flat = pa.array([picture.tobytes() for picture in pictures], pa.binary(2 * size * size))
    numbers = np.array([(*astuple(pose), *technique) for pose, technique in zip(poses, techniques)], np.float32)
    known = {key: point.tolist() for key, point in zip(KEYS, landmarks.astype(float)) if np.isfinite(point[0])}
    table = pa.table({"picture": flat, **dict(zip((*POSE, "kvp", "ma"), numbers.T.copy()))})
    about = {**about, "size": size, "landmarks": json.dumps(known)}
    table = table.replace_schema_metadata({key: str(value) for key, value in about.items()})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="none", use_dictionary=False)
    return sink.getvalue().to_pybytes()


def write(path: Path, shard: bytes) -> None:
    """Whole or not at all."""
    part = path.with_suffix(".part")
    part.write_bytes(shard)
    os.replace(part, path)


def count(path: Path) -> int:
    """Views in a shard, without reading it. Raises ValueError as `read`."""
    try:
        return pq.read_metadata(path).num_rows
    except (OSError, pa.ArrowException) as error:
        raise ValueError(
            f"{path} is no subject made by `carm dataset` ({error}); delete it and run that again."
        ) from None


def read(path: Path, most_views: int | None = None) -> Shard:
    """Raises ValueError with one sentence for a file that is none of ours."""
    try:
        table = pq.read_table(path)
        about = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
        size, known = int(about["size"]), json.loads(about["landmarks"])
        table = table.slice(0, most_views)
        flat = b"".join(table["picture"].to_pylist())
        poses = np.stack([table[name].to_numpy() for name in POSE], 1)
        landmarks = np.array([known.get(key, (np.nan,) * 3) for key in KEYS], np.float32)
        pictures = np.frombuffer(flat, np.uint16).reshape(len(table), size, size)
        return Shard(pictures, poses.astype(np.float32), landmarks, about["generator"])
    except (OSError, KeyError, ValueError, pa.ArrowException) as error:
        raise ValueError(
            f"{path} is no subject made by `carm dataset` ({error}); delete it and run that again."
        ) from None
