"""The model page: what it says of a model, loading with progress, cancel and failure, and the exchange in a session."""

from __future__ import annotations

import pytest
from doubles import ScriptedModel
from screens import WORK_MS

from carm_gui.views.model_page import ModelPage
from inference.models.catalogue import Entry, catalogue
from inference.models.fit import Machine
from inference.models.interchange import Interchangeable
from inference.models.interface import ModelError

GB = 1_000_000_000
MACHINE = Machine("", 0, 0, 16 * GB, 9 * GB)
ENTRIES = [
    Entry("embedded", "Embedded", True, True, "runs on any processor", "ships with the program", "Apache-2.0"),
    *(entry for entry in catalogue(MACHINE) if entry.memory_gb),
]


def named(name: str, **options) -> ScriptedModel:
    model = ScriptedModel("[10,11]", **options)
    model.name = name
    return model


class Opener:
    """Opens doubles; `opened` lists them. `state` is the state they start in."""

    def __init__(self, state: str = "loading", problem: str = ""):
        self.opened, self.state, self.problem = [], state, problem

    def __call__(self, name: str):
        if self.problem and self.state == "refused":
            raise ModelError(self.problem)
        model = named(name, state=self.state)
        model.note = "reading the weights, 40 %"
        model.closed = False
        model.close = lambda: setattr(model, "closed", True)
        self.opened.append(model)
        return model


@pytest.fixture
def page(qtbot):
    made = []

    def show(opener: Opener, model=None) -> ModelPage:
        page = ModelPage(Interchangeable(model or named("embedded")), opener, lambda: (MACHINE, ENTRIES))
        qtbot.addWidget(page)
        page.show()
        qtbot.waitUntil(lambda: page.list.count() == len(ENTRIES) + 1, timeout=WORK_MS)
        made.append(page)
        return page

    yield show
    for page in made:
        page.close()


def choose(page: ModelPage, name: str) -> None:
    page.list.setCurrentRow([entry.name for entry in ENTRIES].index(name))


def test_it_says_what_fits_what_is_here_and_under_which_licence(page):
    shown = page(Opener())
    assert "9 of 16 GB" in shown.machine.text()
    choose(shown, "gemma-3-27b")
    assert "Does not fit" in shown.fit.text()
    assert "Gemma Terms of Use" in shown.licence.text()
    assert "hf download" in shown.where.text().replace("\u200b", "")
    assert not shown.load_button.isEnabled()
    choose(shown, "embedded")
    assert not shown.load_button.isEnabled()  # it is in use


def test_loading_shows_progress_and_only_a_ready_model_is_used(page, qtbot):
    opener, old = Opener(), named("other")
    shown = page(opener, old)
    choose(shown, "embedded")
    shown.load()
    qtbot.waitUntil(lambda: "40 %" in shown.note.text())
    assert shown.model.current is old
    with qtbot.waitSignal(shown.used) as told:
        opener.opened[0].state = "ready"
    assert told.args == ["embedded"]
    assert shown.model.current is opener.opened[0]
    assert "embedded" in shown.in_use.text()
    assert "in use" in shown.list.item(0).text()
    assert old.cancels == 1  # closed


def test_cancel_and_closing_the_page_give_up_what_loads(page):
    opener, old = Opener(), named("other")
    shown = page(opener, old)
    choose(shown, "embedded")
    shown.load()
    shown.cancel()
    assert opener.opened[0].closed
    assert "nothing has changed" in shown.note.text()
    shown.load()
    shown.reject()
    assert opener.opened[1].closed
    assert shown.model.current is old


def test_a_model_that_cannot_be_loaded_says_why_and_changes_nothing(page, qtbot):
    opener, old = Opener(), named("other")
    shown = page(opener, old)
    choose(shown, "embedded")
    shown.load()
    opener.opened[0].problem, opener.opened[0].state = "It needs 9 GB and 3 are free.", "failed"
    qtbot.waitUntil(lambda: "3 are free" in shown.note.text())
    assert shown.model.current is old
    assert shown.load_button.isEnabled()
    refused = page(Opener("refused", "gpu is another machine; pictures go there by https only."))
    refused.list.setCurrentRow(len(ENTRIES))
    refused.own.setText("http://gpu/v1")
    refused.load()
    assert "https only" in refused.note.text()


def test_an_exchange_waits_for_the_reply_under_way():
    import threading

    import numpy as np

    from inference.models.interface import Request

    old, new = named("old"), named("new")
    old.hold = threading.Event()
    both = Interchangeable(old)
    request = Request("localization", np.zeros((2, 2), np.uint8), "x", 3)
    reply = both.stream(request)
    first = next(reply)
    both.exchange(new)
    assert (both.name, old.cancels) == ("new", 0)
    old.hold.set()
    assert first + "".join(reply) == "[10,11]"
    assert old.cancels == 1  # closed when its reply had ended
    assert "".join(both.stream(request)) == "[10,11]"
    assert (len(old.requests), len(new.requests)) == (1, 1)


def test_the_window_exchanges_its_model_and_the_session_tells(rehearsal, qtbot):
    window = rehearsal(Interchangeable(named("old")))
    told = []
    window.session.listen(lambda event: told.append(event) if event.kind == "model" else None)
    window.show_models()
    opener = Opener("ready")
    window.model_page._open_one = opener
    qtbot.waitUntil(lambda: window.model_page.list.count() > 1, timeout=20000)
    window.model_page.list.setCurrentRow(window.model_page.list.count() - 1)
    window.model_page.own.setText("somewhere")
    window.model_page.load()
    qtbot.waitUntil(lambda: any(event.data["name"] == "somewhere" for event in told))
    assert window.session.model.current is opener.opened[0]
    window.model_page.close()


@pytest.mark.slow
def test_a_real_model_loads_through_the_page_answers_and_is_recorded_by_its_hashes(rehearsal, qtbot, tmp_path):
    """A tiny model of a large one's class, at 4 bits with an adapter, in its own process as `open_model` makes it."""
    import json
    import sys
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
    from tiny_families import build, build_adapter

    from carm_gui.session.recorder import Recorder
    from inference.commands import Action
    from inference.models.folder import mark_base, sha256_of

    base = build("gemma3", tmp_path / "room" / "base")
    adapter = build_adapter(base)
    mark_base(adapter, base)
    window = rehearsal(Interchangeable(named("old")))
    recorder, told = Recorder(tmp_path / "recording"), []
    window.session.listen(recorder.write)
    window.session.listen(told.append)
    window.show_models()
    page = window.model_page
    qtbot.waitUntil(lambda: page.list.count() > 1, timeout=60_000)
    page.list.setCurrentRow(page.list.count() - 1)

    page.own.setText(f"{adapter}@4bit")
    page.load()
    qtbot.waitUntil(lambda: page.coming is not None and bool(page.coming.pid), timeout=60_000)
    given_up = page.coming
    page.cancel()
    assert given_up.state == "failed"
    assert window.session.model.name == "old"

    page.load()
    qtbot.waitUntil(lambda: page.coming is None, timeout=250_000)
    assert "is in use" in page.note.text()
    assert "4 bits" in page.in_use.text()
    page.close()
    before = window.session.status.pose
    window.session.submit(Action("locate"))
    qtbot.waitUntil(lambda: any(event.kind == "step" for event in told), timeout=250_000)
    window.session.model.close()
    recorder.close()
    (asked,) = (event.data["step"] for event in told if event.kind == "step")
    assert asked.prediction.raw  # random weights: it speaks, and what it says is no reply
    assert not asked.prediction.valid
    assert window.session.status.pose == before
    kept = json.loads((tmp_path / "recording" / "session.json").read_text())["model"]
    assert (kept["base_sha256"], kept["adapter_sha256"]) == (sha256_of(base), sha256_of(adapter))
    assert (kept["name"], kept["bits"], kept["state"]) == ("adapter", 4, "ready")
