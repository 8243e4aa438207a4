"""The tables of a model's card are written from what was measured."""

import json
from pathlib import Path

from inference.evaluation import card
from sim.resource import resource


def measured(runs: Path, name: str, **figures) -> None:
    (runs / name).mkdir(parents=True)
    (runs / name / "figures.json").write_text(json.dumps(figures))


def test_a_row_is_written_from_its_evaluation_and_the_others_stay(tmp_path):
    reference = {"n": 6, "hit": {"1": 0.5, "2": 0.75}, "hit_ci95": {"2": [0.7, 0.8]}}
    measured(tmp_path, "localization", n=7, malformed=1, hit={"1": 0.9, "2": 0.96}, hit_ci95={"2": [0.91, 1.0]},
             true_isocentre_mean_anatomy=reference)  # fmt: skip
    before = (
        "# Card\n| what | n | figure |\n|---|---|---|\n"
        f"| {card.LOCALIZATION} (the adapter before) | 700 | Hit@1 0.10 |\n"
        f"| {card.LOCALIZATION}{card.UNSEEING} | 1 | Hit@1 0.20 |\n"
        f"| {card.RETRIEVAL} | 1000 | P@1/2/3 0.30/0.20/0.10 |\n"
    )
    text, done = card.filled(before, tmp_path)
    assert text.splitlines()[3:] == [
        f"| {card.LOCALIZATION} | 7 | Hit@1 0.90, Hit@2 0.96 (0.91-1.00), malformed 1 |",
        f"| {card.LOCALIZATION}{card.UNSEEING} | 6 | Hit@1 0.50, Hit@2 0.75 (0.70-0.80) |",
        f"| {card.RETRIEVAL} | 1000 | P@1/2/3 0.30/0.20/0.10 |",
    ]
    assert done == [card.LOCALIZATION, f"{card.LOCALIZATION}{card.UNSEEING}"]


def test_every_row_of_the_shipped_card_is_one_that_can_be_measured():
    text = resource("models/embedded/README.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")]
    assert {row.removesuffix(" (the adapter before)") for row in rows} - {"what"} == set(card.ROWS)
