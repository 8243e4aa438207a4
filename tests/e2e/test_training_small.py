"""The whole road from virtual patients to a loadable model, in small, by the commands that make the shipped one."""

import json
import subprocess
import sys

import numpy as np
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

CONFIG = """
data = "{0}/views"
check = "{0}/check"
out = "{0}/out"
threads = 1
bfloat16 = false
[tower]
samples = 256
batch = 32
learning_rate = 1e-3
[reading]
samples = 64
batch = 16
learning_rate = 1e-3
[base]
samples = 64
batch = 16
learning_rate = 1e-3
[adapter]
samples = 64
batch = 16
learning_rate = 1e-3
"""
LOOP = """
start = "{0}/out"
out = "{0}/loop"
subjects = 1
trips = 2
checked = 1
check = 2
threads = 1
bfloat16 = false
spacing_mm = 6.0
[practice]
samples = 3
batch = 2
learning_rate = 1e-3
"""


def carm(*words):
    return subprocess.run([sys.executable, "-m", "carm_gui.cli", *map(str, words)], capture_output=True, text=True)


def test_dataset_train_and_load(tmp_path):
    for split, folder, subjects in (("train", "views", 2), ("validation", "check", 1)):
        done = carm(
            "dataset",
            "--subjects",
            subjects,
            "--per-subject",
            24,
            "--split",
            split,
            "--out",
            tmp_path / folder,
            "--json",
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["views"] == 24 * subjects
    first = sorted((tmp_path / "views").glob("*.parquet"))[0]
    before = first.stat().st_mtime_ns
    assert carm("dataset", "--subjects", 2, "--per-subject", 24, "--out", tmp_path / "views").returncode == 0
    assert first.stat().st_mtime_ns == before

    config = tmp_path / "small.toml"
    config.write_text(CONFIG.format(tmp_path))
    early = carm("train", "embedded", "--config", config)
    assert early.returncode == 1
    assert "carm train tower" in early.stderr
    assert "Traceback" not in early.stderr
    done = carm("train", "tower", "--config", config)
    assert done.returncode == 0, done.stderr
    done = carm("train", "tower", "--config", config, "--resume")
    assert "going on from step 8 of 8" in done.stderr
    done = carm("train", "embedded", "--config", config)
    assert done.returncode == 0, done.stderr

    from inference.models.interface import Request
    from inference.models.profiles import spec_of
    from inference.models.transformers import TransformersModel

    spec = spec_of(tmp_path / "out")
    model = TransformersModel(spec.base, spec.adapter)
    reply = "".join(
        model.stream(Request("localization", np.zeros((128, 128), np.uint8), "Localize: two landmarks.", 8))
    )
    assert isinstance(reply, str)
    assert (model.info.base_sha256, model.info.adapter_sha256) != ("", "")

    practice = tmp_path / "loop.toml"
    practice.write_text(LOOP.format(tmp_path))
    done = carm("train", "loop", "--config", practice)
    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "loop" / "loop.json").read_text())
    assert figures["before"]["trips"] == figures["after"]["trips"] == 2
    learnt = spec_of(tmp_path / "loop")
    steering = TransformersModel(learnt.base, learnt.adapter)
    assert steering.info.base_sha256 == model.info.base_sha256
    assert steering.info.adapter_sha256 not in ("", model.info.adapter_sha256)
    done = carm("train", "loop", "--config", practice, "--resume")
    assert "going on after" in done.stderr, done.stderr
    practice.write_text(LOOP.format(tmp_path).replace(f"{tmp_path}/out", f"{tmp_path}/loop"))
    done = carm("train", "loop", "--config", practice, "--resume")
    assert done.returncode == 1
    assert "begun from another model" in done.stderr

    again = tmp_path / "again.toml"
    going_on = f'looks = 2\nstart = "{tmp_path}/out"\nout = "{tmp_path}/again"\n'
    again.write_text(going_on + CONFIG.format(tmp_path).replace(f'out = "{tmp_path}/out"\n', ""))
    done = carm("train", "tower", "--config", again)  # what saw well sees on
    assert done.returncode == 0, done.stderr
    done = carm("train", "embedded", "--config", again)
    assert done.returncode == 0, done.stderr
    spec = spec_of(tmp_path / "again")
    next_one = TransformersModel(spec.base, spec.adapter)
    assert next_one.info.base_sha256 not in ("", model.info.base_sha256)
    assert next_one.info.adapter_sha256 not in ("", model.info.adapter_sha256)

    words = tmp_path / "words.toml"  # the adapter alone goes on, on pictures of even contrast
    before, after = again.read_text().replace("again", "words").split("[reading]")
    even = "contrast = {gamma = 0.7, weight = 0.3, sigma = 0.06}\n"
    words.write_text(even + before + after[after.index("[adapter]") :])
    done = carm("train", "embedded", "--config", words)
    assert done.returncode == 0, done.stderr
    spec = spec_of(tmp_path / "words")
    assert json.loads((spec.base / "config.json").read_text())["vision_config"]["contrast"]["gamma"] == 0.7
    assert TransformersModel(spec.base, spec.adapter).info.base_sha256 == model.info.base_sha256


def test_a_ray_cluster_makes_the_same_pictures(tmp_path):
    from inference.training import shards

    words = ("dataset", "--subjects", 3, "--per-subject", 6, "--workers", 2, "--out")
    assert carm(*words, tmp_path / "here").returncode == 0
    done = carm(*words, tmp_path / "ray", "--ray", "local")
    assert done.returncode == 0, done.stderr
    for path in shards.found(tmp_path / "here"):
        ours, theirs = shards.read(path), shards.read(tmp_path / "ray" / path.name)
        assert np.array_equal(ours.pictures, theirs.pictures)
        assert np.array_equal(ours.poses, theirs.poses)
    assert (tmp_path / "ray" / "contact_sheet.png").stat().st_size > 10_000
    nobody = carm(*words, tmp_path / "none", "--ray", "127.0.0.1:1")
    assert nobody.returncode == 1
    assert "No Ray cluster answers" in nobody.stderr
    assert "Traceback" not in nobody.stderr


def test_a_wrong_config_is_one_sentence(tmp_path):
    missing = carm("train", "tower", "--config", tmp_path / "none.toml")
    assert missing.returncode == 1
    assert missing.stderr.count("\n") == 1
