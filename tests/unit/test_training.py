"""Training text agrees with the geometry, and is token for token what the processor makes."""

import re
from dataclasses import replace

import numpy as np
import pytest

from inference import prompts
from inference.reply import ReplyReader
from inference.training import dialogue, phrases
from inference.training.config import read_recipe
from sim.landmarks import KEYS
from sim.resource import resource


def scene(seed: int) -> dialogue.Scene:
    rng = np.random.default_rng(seed)
    return dialogue.Scene(rng.normal(0, 110, (14, 3)), rng.uniform(size=14) < 0.5)


@pytest.mark.parametrize("seed", range(40))
def test_every_taught_navigation_is_accepted_by_the_parser_and_true(seed):
    rng = np.random.default_rng(seed)
    view = scene(seed)
    exchange = dialogue.navigation(view, rng)
    reader = ReplyReader("navigation", target="t1")
    reader.feed(exchange.answer)
    prediction, proposal = reader.finish(0, 0.0)
    assert prediction.valid, prediction.problem
    assert prediction.landmarks[0] == view.ranked[0]
    for mm, moved in zip(view.offset(exchange.target)[:2], (proposal.motion.left_mm, proposal.motion.up_mm)):
        swing = moved == 0.0 and " Last: " in exchange.ask and abs(mm) < dialogue.SWING_MM
        assert abs(np.clip(mm, -105, 105) - moved) <= 15.0 or swing
    assert ("is in view" in exchange.answer) == view.sees(view.ranked[0])


@pytest.mark.parametrize("seed", range(40))
def test_every_taught_correction_is_accepted_and_ends_on_what_is_there(seed):
    view = scene(seed)
    exchange = dialogue.correction(view, np.random.default_rng(seed))
    reader = ReplyReader("correction")
    reader.feed(exchange.answer)
    prediction, proposal = reader.finish(0, 0.0)
    assert prediction.valid, prediction.problem
    assert proposal is None
    first, second = prediction.landmarks
    assert view.ranked[0] in (first, second)
    denied = re.search(r"I do not see (?:the )?(.*?) there", exchange.answer)
    assert not denied or denied[1] not in [prompts.name_of(key) for key in (first, second)]


def test_what_is_refused_is_left_out_of_what_was_read_and_the_order_stays():
    """After a negation the answer is what the reading leaves, likeliest first, without both of the earlier answer."""
    rng = np.random.default_rng(3)
    for seed in range(20):
        view = scene(seed)
        view = replace(view, reading=view.displacements + rng.laplace(0, 8, (14, 3)), spread=np.full((14, 3), 12.0))
        likely = np.bincount(dialogue.meant(view.reading, view.spread)[1], minlength=14)
        distance = np.linalg.norm(view.reading, axis=1)
        listed = sorted(KEYS, key=lambda key: (-likely[KEYS.index(key)], distance[KEYS.index(key)]))
        earlier = listed[:2]
        answer, absent = dialogue.revised(view, earlier, None, True, None)
        if np.count_nonzero(likely) >= 4:
            assert answer == listed[2:4]
        assert absent is None
        assert not set(answer) & set(earlier)


def test_hints_are_true_of_the_geometry():
    rng = np.random.default_rng(0)
    where = np.full((14, 3), 500.0)
    where[0], where[9] = (0.0, 0.0, 0.0), (0.0, -80.0, 0.0)  # the skull is at the centre, T1 lies below
    where[10], where[13] = (0.0, -150.0, 0.0), (0.0, -350.0, 0.0)
    where[1] = (-160.0, 5.0, 0.0)
    view = dialogue.Scene(where, np.ones(14, bool))
    for _ in range(50):
        assert dialogue._hint(view, "t1", rng)[1] == "up"
        assert dialogue._hint(view, "right_humeral_head", rng)[1] in ("left", "medial")
    where[9] = (0.0, -10.0, 0.0)
    assert dialogue._hint(view, "t1", rng) is None


TELLS = {
    "up": r"\b(high|higher|up|upwards?|above|crania\w*|superior\w*|cephalad|headward|head|neck|top)\b",
    "down": r"\b(low|lower|down|downwards?|below|beneath|under|cauda\w*|inferior\w*|footward|feet|foot|legs|pelvis)\b",
    "left": r"\bleft(wards?)?\b",
    "right": r"\bright(wards?)?\b",
    "lateral": r"\b(lateral\w*|peripheral\w*|out|outer|outwards?|outside|side|sideways|away|farther|distant|"
    r"(further|far) from|flank|skin|edge of the body)\b",
    "medial": r"\b(medial\w*|central\w*|in|inner|inwards?|inside|nearer|closer|toward|towards|midline|spine|backbone|"
    r"middle|centre|median|vertebral|little to the side|less)\b",
}
OPPOSITE = {"up": "down", "left": "right", "lateral": "medial"} | {"down": "up", "right": "left", "medial": "lateral"}


@pytest.mark.parametrize("way", phrases.WAYS)
def test_a_direction_says_its_way_or_that_the_answer_is_too_much_of_the_other(way):
    rng = np.random.default_rng(3)
    said = {phrases.direction(way, rng) for _ in range(400)}
    assert len(said) > 200
    for words in said:
        plain = re.sub(r"the right (one|structure|landmark|answer)", "it", words)
        too = re.search(r"\btoo\b(.*)", plain)
        short = too and " far from the " in too[1] and way not in ("lateral", "medial")  # of where it ought to be
        assert re.search(TELLS[OPPOSITE[way] if too and not short else way], too[1] if too else plain), words


def test_names_and_denials_name_the_landmark_once_and_are_many():
    rng = np.random.default_rng(4)
    for make in (phrases.named, phrases.denied):
        said = {make("carina", rng) for _ in range(400)}
        assert len(said) > 200
        assert all(words.count("carina") == 1 for words in said)
        assert not any(re.search(r"[<>{}|\[\]]|\b[A-Z]{2,}\b", words) for words in said)
    assert all("the T1" not in phrases.named("T12, twelfth thoracic vertebra", rng) for _ in range(50))


def uncertain() -> dialogue.Scene:
    """The carina read at the centre, T1 above it and T12 below, each within 30 mm or so; all else far away."""
    where = np.full((14, 3), 400.0)
    where[10], where[9], where[13] = (2.0, 0.0, 0.0), (0.0, 60.0, 0.0), (0.0, -80.0, 0.0)
    return dialogue.Scene(where, np.ones(14, bool), where, np.full((14, 3), 15.0))


@pytest.mark.parametrize(
    ("earlier", "way", "denied", "named", "answer"),
    [
        (
            ["carina", "t1"],
            None,
            False,
            None,
            (["carina", "t12"], None),
        ),  # bare: what is sure stays
        (["t12", "skull"], None, False, None, (["carina", "t1"], None)),
        (["carina"], "down", False, None, (["t12", "t1"], None)),
        (["carina", "t12"], "up", False, None, (["t1", "skull"], None)),
        (["carina", "t1"], None, True, None, (["t12", "skull"], None)),
        (["carina", "t1"], None, False, "t12", (["carina", "t12"], None)),
        (["t12", "t1"], None, False, "carina", (["carina", "t1"], None)),
        (["carina", "t1"], None, False, "skull", (["carina", "t1"], "skull")),  # not here
    ],
)
def test_another_look_weighs_the_words_against_what_was_read(earlier, way, denied, named, answer):
    assert dialogue.revised(uncertain(), earlier, way, denied, named) == answer


def test_what_is_supposed_is_another_truth_that_the_reading_leaves_open():
    rng = np.random.default_rng(8)
    doubtful = uncertain()
    for _ in range(20):
        assert dialogue.supposed(doubtful, rng).ranked[0] not in ("carina", "t1")
    sure = dialogue.Scene(doubtful.displacements.copy(), doubtful.visible, doubtful.reading, np.full((14, 3), 1.0))
    sure.displacements[0] = np.nan
    for _ in range(20):
        view = dialogue.supposed(sure, rng)
        shift = (view.displacements - sure.reading)[1:]
        assert view.ranked[0] not in ("carina", "t1", "skull")
        assert np.allclose(shift, shift[0]), "the whole view is misplaced"
        assert np.isnan(view.displacements[0]).all()


def test_a_named_neighbour_comes_first_where_it_is_as_likely():
    scene = uncertain()
    scene.reading[9] = (0.0, 6.0, 0.0)
    assert dialogue.revised(scene, ["carina", "t12"], None, False, "t1") == (["t1", "carina"], None)


def test_a_shard_comes_back_as_it_was(tmp_path):
    from inference.training import shards
    from sim.pose import CArmPose

    rng = np.random.default_rng(2)
    pictures = rng.integers(0, 65536, (3, 16, 16)).astype(np.uint16)
    landmarks = rng.normal(0, 100, (14, 3)).astype(np.float32)
    landmarks[5] = np.nan
    poses = [CArmPose(1.5, -2, 3, 4, 5), CArmPose(0, 0, 0), CArmPose(7, 8, 9)]
    path = tmp_path / shards.name_of(12)
    shards.write(path, shards.encode(pictures, poses, [(80, 5)] * 3, landmarks, seed=12, generator="x", recipe="t"))
    back = shards.read(path, most_views=2)
    assert np.array_equal(back.pictures, pictures[:2])
    assert back.poses.tolist() == [[1.5, -2, 3, 4, 5], [0, 0, 0, 0, 0]]
    np.testing.assert_allclose(back.landmarks, landmarks)
    assert back.generator == "x"
    path.write_bytes(b"something else")
    with pytest.raises(ValueError, match=re.escape("subject_0000012.parquet is no subject")):
        shards.read(path)


def test_pictures_on_a_device_are_those_that_a_model_sees():
    import torch

    from inference.training import views

    rng = np.random.default_rng(1)
    raw = (rng.gamma(4, 900, (6, 128, 128)) * rng.uniform(0, 1, (6, 1, 1))).clip(0, 65535).astype(np.uint16)
    raw[0, :60] = 0
    raw[1] = 3
    raw[2, 5:50] = 65535
    made = views.plain(torch.from_numpy(raw.view(np.int16))).numpy().astype(int)
    assert np.abs(made - prompts.pictures(raw).astype(int)).max() <= 1
    varied = views.vary(torch.from_numpy(raw.view(np.int16)), views.generator("cpu", 4))
    assert varied.shape == raw.shape
    assert varied.dtype == torch.uint8


def test_even_contrast_weakens_large_shades_and_keeps_edges():
    """A flat picture keeps its level under gamma 1; a slow wave loses `weight` of its height, a fast one nothing."""
    import torch

    from inference.models.contrast import even

    column = torch.arange(128.0)

    def height(waves, weight):
        wave = 0.4 * torch.cos(2 * torch.pi * waves * (column + 0.5) / 128)
        seen = even(wave.expand(1, 3, 128, 128), 1.0, weight, 1 / 16)
        assert torch.equal(seen[:, 0], seen[:, 2])
        return float(seen[0, 0, 64, 32:96].max() - seen[0, 0, 64, 32:96].min()) / 0.8

    gaussian = np.exp(-0.5 * (2 * np.pi / 16) ** 2)  # of one wave a picture, at sigma a sixteenth of it
    assert height(1, 0.5) / height(1, 0.0) == pytest.approx(1 - 0.5 * gaussian, abs=0.02)
    assert height(16, 0.5) == pytest.approx(height(16, 0.0), rel=0.01)
    flat = torch.full((1, 3, 64, 64), -0.2)
    assert torch.allclose(even(flat, 1.0, 0.5, 1 / 16), flat, atol=1e-5)
    assert even(flat, 0.5, 0.5, 1 / 16)[0, 0, 9, 9] == pytest.approx(2 * 0.4**0.5 - 1, abs=1e-5)
    flat[..., :20] = -1.0  # a leaf of the collimator stays black, and what lies beside it keeps its level
    assert torch.allclose(even(flat, 1.0, 0.5, 1 / 16), flat, atol=1e-5)
    black = torch.full((1, 3, 64, 64), -1.0)
    assert torch.equal(even(black, 0.8, 0.5, 1 / 16), black)


def test_a_base_says_how_it_sees_and_keeps_it_when_saved(tmp_path):
    import torch

    from inference.models.contrast import with_even_contrast
    from inference.models.weights import read_whole
    from inference.training.architecture import soft_tokens

    base = resource("models", "embedded", "base")
    plain = read_whole(base, dtype=torch.float32)
    vars(plain.config.vision_config).pop("contrast", None)
    plain.save_pretrained(tmp_path / "plain")
    plain = read_whole(tmp_path / "plain", dtype=torch.float32)
    view = torch.linspace(-1, 1, 128).expand(1, 3, 128, 128)
    with torch.no_grad():
        before = soft_tokens(plain, view)
        with_even_contrast(plain, {"gamma": 0.7, "weight": 0.4, "sigma": 0.0625})
        after = soft_tokens(plain, view)
        plain.save_pretrained(tmp_path / "even")
        again = soft_tokens(read_whole(tmp_path / "even", dtype=torch.float32), view)
    assert not torch.allclose(before, after, atol=1e-3)
    assert torch.allclose(after, again, atol=1e-5)


def test_telling_spans_hold_what_is_seen_and_not_the_form():
    answer = prompts.navigate_reply("t1", "LEFT", "SMALL", "CENTER", "NONE", "a.", "b.")
    spans = dialogue.telling_spans(answer)
    assert [answer[a:b] for a, b in spans] == ["T1", "LEFT", "SMALL", "CENTER", "NONE", "a.", "b."]
    assert [("[10,11]")[a:b] for a, b in dialogue.telling_spans("[10,11]")] == ["10", "11"]
    text = prompts.retrieval_reply(["t1", "t12", "skull"])
    assert [text[a:b] for a, b in dialogue.telling_spans(text)] == ["10", "14", "1"]


def test_what_lies_close_weighs_more_in_the_towers_loss():
    """By hand: one landmark at a time is off by 1 (100 mm) with a spread of 1, where the loss is its weight over the
    sum of all: 4 where it is close, 2 in view, 1 elsewhere, and twice that for a tip of a shoulder blade."""
    import torch

    from inference.training.tower import HARD, laplace_loss

    truth = torch.full((1, 14, 3), float("nan"))
    places = {"t1": (0.0, 0.3), "carina": (0.0, 0.9), "skull": (0.0, 5.0), HARD[0]: (0.3, 0.0)}
    for key, (left, up) in places.items():
        truth[0, KEYS.index(key)] = torch.tensor([left, up, 0.0])
    weights = {"t1": 4.0, "carina": 2.0, "skull": 1.0, HARD[0]: 8.0}
    for key, weight in weights.items():
        mean = truth.nan_to_num()
        mean[0, KEYS.index(key)] += 1.0
        loss = laplace_loss(mean, torch.zeros_like(mean), truth).item()
        assert loss == pytest.approx(weight / sum(weights.values())), key


def test_shipped_recipes_read_and_faults_are_named(tmp_path):
    assert read_recipe(resource("configs", "embedded.toml")).start is None
    assert read_recipe(resource("configs", "embedded-language.toml")).start is not None
    assert read_recipe(resource("configs", "embedded-on.toml")).start is not None
    assert read_recipe(resource("configs", "embedded-words.toml")).base is None
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('data = "a"\ncheck = "b"\nout = "c"\n[tower]\nsamples = "many"\n')
    with pytest.raises(ValueError, match=re.escape("tower.samples")):
        read_recipe(wrong)
    with pytest.raises(ValueError, match="cannot be read"):
        read_recipe(tmp_path / "missing.toml")


def test_a_crooked_patient_s_landmarks_turn_with_the_picture():
    import torch

    from inference.training import views
    from sim.geometry import DETECTOR_MM, SDD_MM, SOURCE_TO_ISOCENTRE_MM

    pixel = DETECTOR_MM / 128 * SOURCE_TO_ISOCENTRE_MM / SDD_MM
    place = torch.tensor([[[60.0, 30.0, 0.0]]])  # toward the patient's left (the picture's right) and head (its top)

    def spot(at):
        row, column = torch.meshgrid(torch.arange(128.0), torch.arange(128.0), indexing="ij")
        u, v = 63.5 + at[0] / pixel, 63.5 - at[1] / pixel
        return torch.exp(-((column - u) ** 2 + (row - v) ** 2) / 18)

    turn = views.turn(torch.tensor([0.3]))
    made = views.changed(spot(place[0, 0])[None], turn)[0]
    torch.testing.assert_close(made, spot(views.changed_points(place, turn)[0, 0]), atol=0.03, rtol=0)
    assert views.changed_points(place, turn)[0, 0, 1] > 30.0
    build = torch.tensor([[[1.15, 0.1], [0.0, 0.9]]])  # broader, shorter and askew
    row, column = divmod(views.changed(spot(place[0, 0])[None], build)[0].argmax().item(), 128)
    left, up, _ = views.changed_points(place, build)[0, 0]
    assert (left.item(), up.item()) == pytest.approx((72.0, 27.0))
    assert ((column - 63.5) * pixel, (63.5 - row) * pixel) == pytest.approx((72.0, 27.0), abs=pixel)


def test_the_finder_looks_where_the_landmarks_are():
    import torch

    from inference.training.tower import Finder
    from sim.geometry import DETECTOR_MM, SDD_MM, SOURCE_TO_ISOCENTRE_MM

    patch = DETECTOR_MM / 16 * SOURCE_TO_ISOCENTRE_MM / SDD_MM
    finder = Finder(14)
    finder.norm, finder.shows = torch.nn.Identity(), torch.nn.Identity()
    truth = torch.full((1, 14, 3), float("nan"))
    truth[0, 3] = torch.tensor([2.5 * patch, 4.5 * patch, 0.0])  # patient's left (column 10) and head (row 3)
    truth[0, 4] = torch.tensor([900.0, 0.0, 0.0])  # far outside

    def loss(row, column):
        shown = torch.zeros(1, 256, 14)
        shown[0, 16 * row + column, 3] = 20.0
        return finder.loss(shown, truth).item()

    right = loss(3, 10)
    assert all(right < loss(*other) - 1.0 for other in ((12, 10), (3, 5), (12, 5), (10, 3), (3, 11), (4, 10)))
    assert finder.loss(torch.zeros(1, 256, 14), truth).item() == pytest.approx(np.log(256))


def test_training_sequences_are_what_the_processor_makes():
    from PIL import Image
    from transformers import AutoProcessor

    from inference.training.language import Writer

    processor = AutoProcessor.from_pretrained(resource("models", "embedded", "base"), local_files_only=True)
    exchange = dialogue.Exchange("Navigate to T1. Last: skull, LEFT SMALL, DOWN LARGE.", "[10,11]")
    picture = Image.fromarray(np.full((128, 128), 90, np.uint8)).convert("RGB")
    content = [{"type": "image", "image": picture}, {"type": "text", "text": exchange.ask}]
    made = processor.apply_chat_template(
        [{"role": "user", "content": content}],
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        add_generation_prompt=True,
    )
    prompt = made["input_ids"][0].tolist()
    ids, labels, weights = Writer(processor).ids(exchange)
    assert ids[: len(prompt)] == prompt
    assert set(labels[: len(prompt)]) == {-100}
    assert processor.tokenizer.decode(ids[len(prompt) :]) == "[10,11]<end_of_turn>"
    assert sum(w > 1 for w in weights) == 2


def tiny(text_layers=2):
    from inference.training import architecture
    from inference.training.config import Architecture

    sizes = Architecture(vision_layers=1, text_layers=text_layers)
    tokenizer = architecture.build_tokenizer(dialogue.corpus(50), sizes.vocabulary, dialogue.DECISION_WORDS)
    model = architecture.build_model(tokenizer, sizes).eval()
    return sizes, model, architecture.build_processor(tokenizer, sizes)


def test_exchanges_that_share_a_picture_are_what_each_is_alone():
    import torch

    from inference.training import architecture, language

    sizes, model, processor = tiny()
    writer = language.Writer(processor)
    rng = np.random.default_rng(2)
    scene = dialogue.Scene(rng.normal(0, 90, (14, 3)), np.ones(14, bool))
    about = [maker(scene, rng) for maker, _ in (*dialogue.BASE_LANGUAGE, *dialogue.TASKS)]
    other = [maker(scene, rng) for maker, _ in dialogue.TASKS]
    assert [exchange.sees for exchange in about].count(False) == 1
    batch = writer.batch([about, other])
    assert batch["image"].sum(1).tolist() == [sizes.image_tokens] * 2
    pixels = torch.rand(2, 3, sizes.picture, sizes.picture) * 2 - 1
    with torch.no_grad():
        shared, hidden = language.forward(model, architecture.soft_tokens(model, pixels), batch)
        alone = []
        for row, exchange in [(0, each) for each in about] + [(1, each) for each in other]:
            ids, labels, _ = writer.ids(exchange)
            ids = torch.tensor([ids])
            seen = {"pixel_values": pixels[row : row + 1]} if exchange.sees else {}
            logits = model(input_ids=ids, token_type_ids=(ids == writer.image_id).long(), **seen).logits
            alone.append(logits[0, :-1][torch.tensor(labels[1:]) != language.IGNORED])
    torch.testing.assert_close(shared, torch.cat(alone), atol=2e-5, rtol=1e-4)
    assert hidden.shape == (2, sizes.image_tokens, sizes.text_width)
    blind, _ = language.forward(model, torch.zeros(2, sizes.image_tokens, sizes.text_width), batch)
    assert (blind - shared).abs().max() > 1e-3


def test_the_gauge_s_moves_are_those_of_a_step():
    from inference.training.reading import MOVE_LIMITS

    moves = {}
    for mm in np.arange(-200, 200) + 0.5:
        moves.setdefault(int(np.searchsorted(MOVE_LIMITS, mm)), set()).add(prompts.quantise(mm, "x"))
    assert len(moves) == 7
    assert all(len(said) == 1 for said in moves.values())
    assert len(set.union(*moves.values())) == 7


def test_the_gauge_asks_for_places_moves_and_order():
    import torch

    from inference.training.reading import Gauge

    gauge = Gauge(4)
    reading = torch.zeros(1, 14, 3)
    reading[0, :, 0] = torch.linspace(-260, 260, 14)
    with torch.no_grad():
        for part in (gauge.reads, gauge.moves, gauge.near):
            part.weight.zero_()
            part.bias.zero_()
    blind = gauge.loss(torch.zeros(1, 16, 4), reading).item()
    error = reading.abs() / 100
    place = torch.where(error < 0.05, error**2 / 0.1, error - 0.025).mean().item()
    close = (reading[0, :, 0].abs() < 110).float()
    moves = np.log(7) * (1 + 2 * close.mean().item())
    order = sum(np.log(14 - i) for i in range(3))
    assert blind == pytest.approx(place + moves + 0.3 * order, rel=1e-5)


def test_the_lower_layers_learn_to_read(tmp_path):
    import torch

    from inference.training import language, reading
    from inference.training.config import Recipe, Stage
    from inference.training.tower import DisplacementHead

    torch.manual_seed(5)
    sizes, model, processor = tiny(text_layers=3)
    writer = language.Writer(processor)
    row = writer.batch([[]])
    tokens, head = torch.randn(64, sizes.image_tokens, sizes.text_width), DisplacementHead(sizes.text_width)
    rng = np.random.default_rng(1)
    asked = writer.batch([[dialogue.localization(dialogue.Scene(rng.normal(0, 90, (14, 3)), np.ones(14, bool)), rng)]])
    with torch.no_grad():
        _, whole = language.forward(model, tokens[:1], asked)
        torch.testing.assert_close(reading.read(reading.reader(model), model, tokens[:1], row), whole)
    upper = [p.clone() for p in model.model.language_model.layers[2].parameters()]
    gauge = reading.Gauge(sizes.text_width)

    def wrong():
        with torch.no_grad():
            made = reading.read(reading.reader(model), model, tokens, row)
            return gauge.loss(made, head(tokens)[0] * 100).item()

    stage = Stage(samples=25 * 16, batch=16, learning_rate=3e-3)
    recipe = Recipe(data=tmp_path, check=tmp_path, out=tmp_path, bfloat16=False, tower=stage, base=stage, adapter=stage)
    before, said = wrong(), []
    kept = tmp_path / "reading.pt"
    reading.learn_to_read(model, tokens, head, gauge, row, stage, recipe, kept, False, said.append)
    after = wrong()
    assert after < 0.8 * before
    assert all(torch.equal(a, b) for a, b in zip(upper, model.model.language_model.layers[2].parameters(), strict=True))
    reading.learn_to_read(model, tokens, head, gauge, row, stage, recipe, kept, True, said.append)
    assert said[-1] == "reading: going on from step 25 of 25"
    assert wrong() == pytest.approx(after, rel=1e-4)


def test_each_exchange_of_a_row_weighs_the_same():
    from inference.training import language

    _, _, processor = tiny()
    made = [dialogue.Exchange("What is near?", "T1, carina"), dialogue.Exchange("Localize: two landmarks.", "[1,2]")]
    batch = language.Writer(processor).batch([made])
    for part in (1, 2):
        assert batch["weights"][batch["part"] == part].sum().item() == pytest.approx(1.0)


def test_a_decision_is_a_navigation_that_is_not_taught_to_end():
    scene = dialogue.Scene(np.tile([20.0, -70.0, 0.0], (14, 1)), np.ones(14, bool))
    made = dialogue.decision(scene, np.random.default_rng(1))
    assert made.answer.endswith("<extent_y>MODERATE")
    assert not made.whole
    assert [made.answer[a:b] for a, b in dialogue.telling_spans(made.answer)][-2:] == ["DOWN", "MODERATE"]


@pytest.mark.parametrize(
    ("mm", "came", "said"),
    [
        (20.0, None, ("LEFT", "SMALL")),
        (20.0, "RIGHT", ("CENTER", "NONE")),
        (20.0, "LEFT", ("LEFT", "SMALL")),
        (-20.0, "LEFT", ("CENTER", "NONE")),
        (-28.0, "LEFT", ("RIGHT", "SMALL")),
        (10.0, "RIGHT", ("CENTER", "NONE")),
        (20.0, "CENTER", ("LEFT", "SMALL")),
    ],
)
def test_a_short_way_back_is_not_gone(mm, came, said):
    assert dialogue._settled(mm, "x", came) == said
