"""The baseline: its loss, its replies through the strict parser, its regions' coverage, its folder and the hybrid."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
import torch
from doubles import ScriptedModel

from inference import prompts
from inference.baseline import conformal
from inference.baseline import model as models
from inference.baseline.model import BaselineModel, HybridModel, is_baseline, open_here
from inference.baseline.network import DisplacementNetwork, loss
from inference.baseline.reading import Reading, ask_reading, regions_of, reply, target_of
from inference.baseline.recipe import Recipe, Stage, read_recipe
from inference.baseline.train import LAST_RATE, figures, fit, save_model
from inference.models.interface import ModelError, Request
from inference.reply import ReplyReader
from inference.training.pace import learning_rate
from sim.frame import LOG_SCALE, Frame
from sim.geometry import on_picture
from sim.landmarks import KEYS
from sim.pose import CArmPose

T1, SKULL, CARINA = (KEYS.index(key) for key in ("t1", "skull", "carina"))


def offsets(**moved) -> np.ndarray:
    """Everything 300 mm away but what is given."""
    out = np.tile([300.0, 300.0, 0.0], (14, 1)) + np.arange(14)[:, None]
    for key, mm in moved.items():
        out[KEYS.index(key)] = mm
    return out


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    torch.manual_seed(0)
    return save_model(DisplacementNetwork((4, 4, 8, 8), (1, 1, 1, 1)).eval(), tmp_path_factory.mktemp("b") / "tiny", {})


# ---- network and training ------------------------------------------------------------------------


def test_the_shipped_size_is_what_is_said_and_fits_12_mb():
    count = sum(p.numel() for p in DisplacementNetwork().parameters())
    assert count == 5_558_754
    assert 2 * count < 12e6


def test_the_loss_is_least_at_the_truth_and_knows_what_is_unknown():
    truth = torch.full((2, 14, 3), torch.nan)
    truth[:, T1] = torch.tensor([0.1, 0.2, 0.0])
    truth[:, CARINA] = 1.0
    spread, logits = torch.zeros(2, 14, 3), torch.zeros(2, 14)
    right = torch.nan_to_num(truth)
    away = right + 0.5
    value = loss(right, spread, logits, truth, 0.0)
    assert value.item() == pytest.approx(0.0)  # |e| / 1 + log 1
    assert loss(away, spread, logits, truth, 0.0).item() == pytest.approx(0.5)
    sure = logits.clone()
    sure[:, T1] = 20.0  # the nearest
    assert loss(right, spread, sure, truth, 1.0).item() == pytest.approx(0.0, abs=1e-4)
    # The best spread for an error e is e: Laplace's maximum likelihood.
    scales = [loss(away, torch.full_like(spread, np.log(s)), logits, truth, 0.0).item() for s in (0.25, 0.5, 1.0)]
    assert min(scales) == scales[1]


def blobs(size: int, rng: np.random.Generator):
    """Pictures of one blob that lies where every landmark lies: the least that can be learnt."""
    while True:
        at = rng.uniform(-60, 60, (size, 2))
        mm = (np.arange(128) - 63.5) * (215.0 / 128)
        across = np.exp(-(((mm[None] - at[:, :1]) / 25) ** 2))
        down = np.exp(-(((-mm[None] - at[:, 1:]) / 25) ** 2))
        pictures = (255 * down[:, :, None] * across[:, None, :]).astype(np.uint8)
        truth = np.full((size, 14, 3), np.nan, np.float32)
        truth[:, T1, :2], truth[:, T1, 2] = at, 0.0
        yield pictures, truth


def test_training_learns_resumes_and_ends_on_the_average(tmp_path):
    stage = Stage(samples=8 * 70, batch=8, learning_rate=4e-3, average=0.9, save_every_s=1e9)
    recipe = Recipe(data=tmp_path, check=tmp_path, out=tmp_path, bfloat16=False, training=stage)
    torch.manual_seed(1)
    network = DisplacementNetwork((3, 4, 6, 8), (1, 1, 1, 1))
    said = []
    half = recipe.model_copy(update={"training": stage.model_copy(update={"samples": 8 * 30})})
    fit(network, blobs(8, np.random.default_rng(0)), half, "cpu", say=said.append)
    assert (tmp_path / "baseline.pt").exists()
    again = DisplacementNetwork((3, 4, 6, 8), (1, 1, 1, 1))
    final = fit(again, blobs(8, np.random.default_rng(1)), recipe, "cpu", resume=True, say=said.append)
    assert any("going on from step 30 of 70" in line for line in said)
    pictures, truth = next(blobs(64, np.random.default_rng(2)))
    with torch.inference_mode():
        guess = final(torch.from_numpy(pictures))[0][:, T1, :2].numpy() * 100
    error = np.median(np.linalg.norm(guess - truth[:, T1, :2], axis=1))
    blind = np.median(np.linalg.norm(truth[:, T1, :2], axis=1))
    assert error < 0.7 * blind


def test_the_rate_warms_up_and_falls_whatever_ends_the_run():
    stage = Stage(samples=1, learning_rate=1.0, warmup=0.1)
    rates = [learning_rate(stage, done, LAST_RATE) for done in (0.0, 0.05, 0.1, 0.5, 1.0)]
    assert rates[1] == pytest.approx(0.5)
    assert rates[2] == 1.0 > rates[3] > rates[4] == pytest.approx(0.01)


def test_held_out_figures_of_the_truth():
    truth = np.stack([offsets(t1=(5, 5, 0), carina=(0, -60, 20)), offsets(skull=(0, 0, 0), left_wrist=(50, 0, 0))])
    got = figures(truth.copy(), truth)
    assert got["median_mm_in_view"] == got["median_mm_in_view_arms"] == 0.0
    assert got["precision_at_3"] == got["hit_at_1"] == 1.0
    assert figures(-truth, truth)["median_mm_in_view"] > 0


def test_a_config_that_is_wrong_is_one_sentence(tmp_path):
    config = tmp_path / "b.toml"
    config.write_text('data = "a"\ncheck = "b"\nout = "c"\n[training]\nsamples = 5\nsample = 3\n')
    with pytest.raises(ValueError, match=r"training\.sample"):
        read_recipe(config)
    with pytest.raises(ValueError, match="cannot be read"):
        read_recipe(tmp_path / "none.toml")


# ---- readings in words ---------------------------------------------------------------------------


@pytest.mark.parametrize(("left", "up"), itertools.product((-200.0, -31.0, -3.0, 0.0, 14.0, 46.0, 88.0), repeat=2))
def test_every_move_passes_the_strict_parser_and_names_both(left, up):
    reading = Reading(offsets(t1=(3, 4, 0), left_wrist=(left, up, 100.0)))
    reader = ReplyReader("navigation", "left_wrist")
    reader.feed(reply("navigation", prompts.navigate_prompt("left_wrist"), reading))
    prediction, proposal = reader.finish(0)
    assert prediction.valid, prediction.problem
    assert (proposal.x, proposal.extent_x) == prompts.quantise(left, "x")
    assert (proposal.y, proposal.extent_y) == prompts.quantise(up, "y")
    assert all("left wrist" in reason and "Network reading" in reason for reason in prediction.reasons)


def test_lists_are_by_distance_in_3d():
    reading = Reading(offsets(t1=(0, 0, 90), carina=(50, 0, 0), skull=(0, 60, 0)))
    assert reply("localization", prompts.locate_prompt(), reading) == "[11,1]"
    likely = np.zeros(14)
    likely[[SKULL, T1]] = 0.7, 0.3
    classed = Reading(reading.offsets, likelihoods=likely)
    assert reply("localization", prompts.locate_prompt(), classed) == "[1,10]"  # the published way
    assert reply("retrieval", prompts.retrieval_prompt(), classed) == "[11: carina, 1: skull, 10: T1]"
    assert reply("retrieval", prompts.retrieval_prompt(), reading) == "[11: carina, 1: skull, 10: T1]"
    reader = ReplyReader("correction")
    reader.feed(reply("correction", prompts.correct_prompt(["t12"], "no"), reading))
    assert reader.finish(0)[0].landmarks == ("carina", "skull")


def test_the_target_is_the_first_landmark_of_the_prompt():
    last = ("t1", "LEFT", "SMALL", "UP", "LARGE")
    assert target_of(prompts.navigate_text("left_elbow", last)) == "left_elbow"
    assert target_of("Navigate to glenohumeral head of the moon.") is None
    with pytest.raises(ValueError, match="no landmark"):
        reply("navigation", "Navigate to the moon.", Reading(offsets()))


def test_the_prompts_reading_is_short_and_in_the_patients_terms():
    got = Reading(offsets(t1=(3, 80, 2), carina=(20, -8, 0), left_elbow=(140, -20, 5))).words("skull")
    assert got.startswith("Network: carina LEFT 2 DOWN 1, T1 UP 8, left elbow LEFT 14 DOWN 2, skull LEFT 30 UP 30.")
    assert prompts.with_reading("Localize: two landmarks.", "Network: T1 CENTER.") == (
        "Network: T1 CENTER. Localize: two landmarks."
    )
    assert "LEFT 40" in prompts.reading_text({"t1": (900.0, 4.9, 0.0)})


# ---- regions -------------------------------------------------------------------------------------


def test_the_quantile_is_the_conformal_one():
    assert conformal.quantile(np.arange(1.0, 20.0), 0.9) == 18.0  # ceil(20 * .9) = 18th of 19
    assert conformal.quantile(np.arange(1.0, 9.0), 0.9) == np.inf  # ceil(9 * .9) = 9 > 8
    assert conformal.quantile(np.array([np.nan, 3.0]), 0.5) == 3.0


def test_regions_cover_as_often_as_they_say_whatever_the_spread():
    """Synthetic residuals: heavy-tailed, of a scale that the predicted spread gets wrong by a factor."""
    rng = np.random.default_rng(0)

    def draw(count):
        truth = rng.uniform(-80, 80, (count, 14, 3))
        scale = rng.uniform(2, 20, (count, 14, 1))
        return truth + 3.0 * scale * rng.standard_t(3, (count, 14, 3)), np.broadcast_to(scale, truth.shape), truth

    quantiles = conformal.calibrate(*draw(2000))
    readings, spreads, truth = draw(4000)
    error = np.hypot(*np.moveaxis((readings - truth)[..., :2], -1, 0))
    inside = on_picture(readings)
    covered = (error <= conformal.radii(readings, spreads, quantiles))[inside]
    assert covered.mean() == pytest.approx(0.90, abs=0.01)
    narrow = conformal.radii(readings, 0.5 * spreads, quantiles)
    assert (error <= narrow)[inside].mean() < 0.85  # the oracle can fail


def test_too_few_scores_give_no_region_rather_than_a_guess():
    readings = np.zeros((10, 14, 3))
    quantiles = conformal.calibrate(readings, np.ones_like(readings), readings + 1.0)
    assert quantiles["inside"] == quantiles["outside"] == [None] * 14
    assert np.isnan(conformal.radii(readings, np.ones_like(readings), quantiles)).all()
    assert regions_of(["t1"], Reading(offsets(), radii=np.full(14, np.nan))) is None
    assert regions_of(["t1"], None) is None


# ---- the folder and the models -------------------------------------------------------------------


def frame() -> Frame:
    levels = np.random.default_rng(3).uniform(0.5, 4, (512, 512)) * LOG_SCALE
    return Frame(levels.astype(np.uint16), 0.42, CArmPose(), 0, 0.0)


def test_a_folder_makes_a_model_that_reads_and_gives_regions(folder):
    calibrated = {"level": 0.9, "n": 500, "inside": [2.0] * 14, "outside": [None] * 14}
    (folder / "conformal.json").write_text(json.dumps(calibrated))
    assert is_baseline(folder)
    model = open_here(folder, name="baseline")
    assert isinstance(model, BaselineModel)
    assert model.info.picture_size == 128
    assert len(model.info.base_sha256) == 64
    picture = prompts.picture(frame(), 128)
    direct, asked = model.read(picture), ask_reading(model, frame())
    assert np.allclose(direct.offsets, asked.offsets, atol=0.01)
    assert direct.likelihoods.sum() == pytest.approx(1.0, abs=1e-3)
    inside = on_picture(direct.offsets)
    assert np.isfinite(direct.radii[inside]).all()
    assert np.allclose(direct.radii[inside], 2.0 * np.hypot(*direct.spreads[inside, :2].T), rtol=1e-5)
    regions = regions_of(KEYS, asked)
    assert set(regions) == {key for key, there in zip(KEYS, inside) if there}
    streamed = "".join(model.stream(Request("localization", picture, prompts.locate_prompt(), 10)))
    assert streamed == prompts.locate_reply(direct.likeliest[:2])


def test_a_damaged_folder_is_one_sentence(folder, tmp_path):
    (tmp_path / "config.json").write_text((folder / "config.json").read_text())
    (tmp_path / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="cannot be loaded"):
        BaselineModel(tmp_path)
    assert not is_baseline(tmp_path / "none")


def test_the_hybrid_puts_the_reading_into_the_prompt(folder):
    language = ScriptedModel("[10,11]")
    hybrid = HybridModel(language, BaselineModel(folder))
    picture = prompts.picture(frame(), 128)
    list(hybrid.stream(Request("localization", picture, prompts.locate_prompt(), 10)))
    words = hybrid.read(picture).words()
    assert language.requests[0].text == f"{words} {prompts.locate_prompt()}"
    list(hybrid.stream(Request("navigation", picture, prompts.navigate_prompt("skull"), 10)))
    assert "skull" in language.requests[1].text.partition(" Navigate")[0]
    assert len(language.requests) == 2
    assert ask_reading(hybrid, frame()).offsets.shape == (14, 3)
    assert len(language.requests) == 2  # numbers come from the network alone
    assert hybrid.info.name == "hybrid"


def test_a_model_without_displacements_says_so():
    with pytest.raises(ModelError, match="gives no displacements"):
        ask_reading(ScriptedModel("[10,11]"), frame())


def test_the_hybrid_needs_the_baseline(monkeypatch):
    monkeypatch.setattr(models, "baseline_folder", lambda: None)
    monkeypatch.setattr("inference.models.transformers.TransformersModel", lambda *a, **k: ScriptedModel("x"))
    with pytest.raises(ModelError, match="carm train baseline"):
        open_here("nowhere", name="hybrid")
