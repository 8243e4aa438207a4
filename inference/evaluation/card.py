"""Writes what was measured into the tables of a model's card and of the README, in place, so that no figure is typed.

    python -m inference.evaluation.card RUNS FILE.md...

Every row of a file whose first cell is one of ROWS is written anew from RUNS/NAME/figures.json, NAME being the row's
in ROWS; a row that was not measured stays as it is. Knows figures and words; runs nothing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PAIR = "skull <-> right scapula, starts displaced by up to 60 mm, 20 unseen subjects"
NAVIGATION = "navigation between all ordered pairs, 50 unseen subjects"
LOCALIZATION, RETRIEVAL = "localization, 50 unseen subjects", "retrieval, 50 unseen subjects"
UNSEEING = ": true isocentre with mean anatomy, not seeing"
GREY, OTHER = ", grey pictures", ", another view's pictures"
CT_PAIRS = "navigation on the real chest CT, all ordered pairs of its nine landmarks"
CT_OFFSETS = "localization on the real chest CT, nine landmarks, offsets up to 40 mm"
CORRECTION = "correction of its own wrong answers, views coned to 84 mm and up to 50 mm off the landmark"

Figures = Mapping[str, object]


def _range(own: Figures, name: str) -> str:
    return f"{own[name]:.2f}{_interval(own[f'{name}_ci95'])}"


def _interval(ends: Sequence[float] | None) -> str:
    """Nothing for one subject alone: intervals are over subjects."""
    return f" ({ends[0]:.2f}-{ends[1]:.2f})" if ends else ""


def _navigation(own: Figures) -> str:
    near = "arrived_within_25mm"
    text = f"within 25 mm {_range(own, near)}"
    if own.get("n_arms") and own.get("n_without_arms"):
        text += f" (without elbows and wrists {own[f'{near}_without_arms']:.2f}, with {own[f'{near}_arms']:.2f})"
    text += f", within 30 mm {own['arrived_within_30mm']:.2f}, median {own['median_final_error_mm']:.0f} mm"
    if not own.get("n_reasoned_steps"):  # no language model: the baseline, or what does not see
        return text + (f", refused {own['refused_replies']}" if own["refused_replies"] else "")
    return (
        f"{text}, {own['mean_extra_moves']:+.1f} moves against the optimum, refused {own['refused_replies']}, "
        f"{own['seconds_per_step']:.2f} s a step"
    )


def _reasons(own: Figures) -> str:
    agree, seen = own["reasons_agree_and_name_both"], own["seen_is_in_view"]
    return f"agree with their tokens and name both landmarks {agree:.3f}; what they say is seen is in view {seen:.2f}"


def _localization(own: Figures) -> str:
    text = f"Hit@1 {own['hit']['1']:.2f}, Hit@2 {own['hit']['2']:.2f}{_interval(own['hit_ci95']['2'])}"
    return text + (f", malformed {own['malformed']}" if "malformed" in own else "")


def _retrieval(own: Figures) -> str:
    text = "P@1/2/3 " + "/".join(f"{own['precision'][k]:.2f}" for k in "123")
    return text + (f", malformed {own['malformed']}" if "malformed" in own else "")


def _correction(own: Figures) -> str:
    asked = {
        'right after a bare "look again"': "bare",
        "after a true hint": "hint",
        "after a name": "named",
        "right answers kept": "kept_when_right",
        "says what it sees after a false name": "held_against_false_name",
    }
    return ", ".join(f"{words} {_range(own, name)} of {own[f'n_{name}']}" for words, name in asked.items())


ROWS: dict[str, tuple[str, Callable[[Figures], str]]] = {
    PAIR: ("pair", _navigation),
    f"{PAIR}: reasons": ("pair", _reasons),
    NAVIGATION: ("navigation", _navigation),
    f"{NAVIGATION}: reasons": ("navigation", _reasons),
    f"{NAVIGATION}{UNSEEING}": ("navigation", _navigation),
    "navigation, `hybrid`, 20 unseen subjects": ("navigation-hybrid", _navigation),
    f"navigation{GREY}": ("navigation-grey", _navigation),
    f"navigation{OTHER}": ("navigation-shuffled", _navigation),
    "navigation, `embedded-base`": ("navigation-base", _navigation),
    "navigation, `baseline`": ("navigation-baseline", _navigation),
    CT_PAIRS: ("navigation-ct", _navigation),
    LOCALIZATION: ("localization", _localization),
    f"{LOCALIZATION}{UNSEEING}": ("localization", _localization),
    f"localization{GREY}": ("localization-grey", _localization),
    f"localization{OTHER}": ("localization-shuffled", _localization),
    "localization, `embedded-base`": ("localization-base", _localization),
    "localization, `baseline`": ("localization-baseline", _localization),
    CT_OFFSETS: ("localization-ct", _localization),
    RETRIEVAL: ("retrieval", _retrieval),
    f"{RETRIEVAL}{UNSEEING}": ("retrieval", _retrieval),
    "retrieval, `baseline`": ("retrieval-baseline", _retrieval),
    f"retrieval{GREY}": ("retrieval-grey", _retrieval),
    f"retrieval{OTHER}": ("retrieval-shuffled", _retrieval),
    CORRECTION: ("correction", _correction),
}  # fmt: skip
"""What a row is called: (folder below RUNS, how its figures are said). A name that ends in UNSEEING is the row of that
evaluation that does not see."""
COUNTED = {_reasons: "n_reasoned_steps", _correction: "n_bare"}
"""What the second cell counts, where it is not the cases."""


def filled(text: str, runs: Path) -> tuple[str, list[str]]:
    """`text` with its rows written from what `runs` holds, and the names of those rows. A row that was marked as of
    another model ("(the adapter before)") is written under its plain name."""
    lines, done = text.splitlines(keepends=True), []
    for number, line in enumerate(lines):
        if not line.startswith("| "):
            continue
        name = line.split("|")[1].strip().removesuffix(" (the adapter before)")
        if name not in ROWS:
            continue
        folder, say = ROWS[name]
        file = runs / folder / "figures.json"
        if not file.exists():
            continue
        own = json.loads(file.read_text())
        if name.endswith(UNSEEING):
            own = own["true_isocentre_mean_anatomy"] | {"n_reasoned_steps": 0}
        lines[number] = f"| {name} | {own[COUNTED.get(say, 'n')]} | {say(own)} |\n"
        done.append(name)
    return "".join(lines), done


def main(arguments: list[str]) -> int:
    if len(arguments) < 2:
        print(
            "Say where the evaluations lie and which files to fill: python -m inference.evaluation.card RUNS FILE.md..."
        )
        return 2
    runs, *files = map(Path, arguments)
    for file in files:
        text, done = filled(file.read_text(encoding="utf-8"), runs)
        file.write_text(text, encoding="utf-8")
        print(f"{file}: {len(done)} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
