"""Promises with a figure: each is asserted where it is measured, and a line for each stands at the end of the run."""

from __future__ import annotations

import pytest

SAID, LINES = pytest.StashKey[dict](), pytest.StashKey[list]()


def pytest_configure(config):
    config.stash[SAID], config.stash[LINES] = {}, []


@pytest.fixture
def said(request):
    """said(line): stands among the promises at the end, with a verdict of its own."""
    return request.config.stash[LINES].append


@pytest.fixture
def promise(request):
    """promise(what, figure, kept, where): noted for the summary, and the test fails where it is not kept."""

    def note(what: str, figure: float, kept: bool, where: str) -> None:
        request.config.stash[SAID].setdefault(what, []).append((bool(kept), figure, where))
        assert kept, f"{what}: {figure:.3g} ({where})"

    return note


def pytest_terminal_summary(terminalreporter, config):
    if not config.stash[SAID] and not config.stash[LINES]:
        return
    terminalreporter.section("promises")
    for line in config.stash[LINES]:
        terminalreporter.write_line(line)
    for what, seen in config.stash[SAID].items():
        figures = [figure for _, figure, _ in seen]
        broken = [f"{figure:.3g} ({where})" for kept, figure, where in seen if not kept]
        verdict = f"BROKEN at {', '.join(broken)}" if broken else "kept"
        terminalreporter.write_line(f"{what}: {min(figures):.3g} to {max(figures):.3g}, {len(seen)} cases: {verdict}")
