"""Speaks the protocol of sim.xray.deepdrr_worker without DeepDRR: every picture is a blob where the camera sees the
origin of RAS, over a ground that tells the spectrum. `python fake_deepdrr.py [WAY] [AFTER]`: after AFTER pictures it
goes the way named: die, hang, error, short or babble; "refuse" answers the volume with an error."""

from __future__ import annotations

import json
import sys
import time

import numpy as np


def main(way: str = "", after: int = 0) -> None:
    out, source, done = sys.stdout.buffer, sys.stdin.buffer, 0
    volume = None

    def send(message: dict, payload: bytes = b"") -> None:
        out.write(json.dumps(message).encode() + b"\n" + payload)
        out.flush()

    while line := source.readline():
        message = json.loads(line)
        payload = source.read(message.get("bytes", 0))
        if message["kind"] == "volume":
            if way == "refuse":
                send({"kind": "error", "text": "ImportError: no CUDA here"})
                continue
            volume = np.frombuffer(payload, np.int16).reshape(message["shape"])
            send({"kind": "ready", "versions": {"fake": "1"}, "device": f"a fake of {int(volume.sum())}"})
            continue
        if way and done >= after:
            if way == "die":
                print("the GPU fell off the bus", file=sys.stderr, flush=True)
                sys.exit(3)
            if way == "hang":
                time.sleep(60)
            if way == "error":
                send({"kind": "error", "text": "OutOfMemoryError: nothing left"})
                continue
            if way == "babble":
                out.write(b"not JSON at all\n")
                out.flush()
                continue
        done += 1
        size, n = message["size"], np.arange(message["size"])
        camera = np.array(message["camera_from_ras"])
        assert np.allclose(camera[:3, :3] @ camera[:3, :3].T, np.eye(3))
        assert np.linalg.det(camera[:3, :3]) > 0
        at = camera[:3, 3]
        u, v = at[:2] / at[2] * message["sdd_mm"] / message["pixel_mm"] + 0.5 * (size - 1)
        blob = np.exp(-((n[None, :] - u) ** 2 + (n[:, None] - v) ** 2) / 8.0)
        energy, weight = np.array(message["spectrum"]).T
        picture = (blob + 1e-6 * energy @ weight / weight.sum()).astype(np.float32)
        data = picture.tobytes()
        send({"kind": "picture", "bytes": len(data) // 2 if way == "short" and done > after else len(data)}, data)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "", int(sys.argv[2]) if len(sys.argv) > 2 else 0)
