"""The baseline from virtual patients to regions on a picture, in small, by the commands that make the shipped one."""

import json
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

CONFIG = """
data = "{0}/views"
check = "{0}/check"
out = "{0}/out"
threads = 1
bfloat16 = false
[network]
widths = [4, 4, 8, 8]
blocks = [1, 1, 1, 1]
[training]
samples = 320
batch = 16
learning_rate = 2e-3
[calibration]
patients = ["virtual:900500-900501"]
views = 60
"""


def carm(*words):
    return subprocess.run([sys.executable, "-m", "carm_gui.cli", *map(str, words)], capture_output=True, text=True)


def payload(done) -> dict:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_dataset_train_calibrate_locate_navigate_and_evaluate(tmp_path):
    config = tmp_path / "b.toml"
    config.write_text(CONFIG.format(tmp_path))
    early = carm("train", "baseline", "--config", config)
    assert early.returncode == 1
    assert len(early.stderr.strip().splitlines()) == 1
    for split, folder, subjects in (("train", "views", 2), ("validation", "check", 1)):
        words = ("--subjects", subjects, "--per-subject", 24, "--split", split, "--out", tmp_path / folder)
        assert carm("dataset", *words).returncode == 0
    done = carm("train", "baseline", "--config", config, "--device", "cpu")
    assert done.returncode == 0, done.stderr
    again = carm("train", "baseline", "--config", config, "--device", "cpu", "--resume")
    assert "going on from step 20 of 20" in again.stderr
    assert carm("train", "baseline", "--config", config, "--device", "gpu").returncode == 1

    model = tmp_path / "out" / "model"
    got = payload(carm("locate", "--patient", "virtual:900500", "--landmark", "t1", "--model", model, "--json"))
    assert len(got["landmarks"]) == 2
    for region in (got["regions_mm"] or {}).values():
        assert set(region) == {"left_mm", "up_mm", "radius_mm"}
        assert region["radius_mm"] > 0
    words = ("--patient", "virtual:900500", "--start", "t1", "--target", "carina", "--model", model, "--max-steps", 2)
    got = payload(carm("navigate", *words, "--json"))
    assert got["stopped"] in ("arrived", "limit", "refused")
    assert all("Network reading" in reason for step in got["steps"] for reason in step["reasons"])

    words = ("--patients", "virtual:900500-900501", "--displace", 60, "--limit", 40, "--model", model)
    one = payload(carm("evaluate", "localization", *words, "--out", tmp_path / "one", "--workers", 1, "--json"))
    two = payload(carm("evaluate", "localization", *words, "--out", tmp_path / "two", "--workers", 2, "--json"))
    for name in ("hit", "median_in_view_error_mm", "region_coverage", "true_isocentre_mean_anatomy"):
        first, second = one[name], two[name]
        if isinstance(first, dict):
            first.pop("seconds_per_reply", None)
            second.pop("seconds_per_reply", None)
        assert first == second  # however many processes
    assert one["malformed"] == 0
    assert 0.7 <= one["region_coverage"] <= 1.0
    blind = payload(
        carm("evaluate", "localization", *words, "--blind", "shuffled", "--out", tmp_path / "blind", "--json")
    )
    assert blind["blind"] == "shuffled"
