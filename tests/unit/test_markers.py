"""The marker stream: what is sent, what is not, and a real stream where pylsl is installed."""

from __future__ import annotations

import pytest
from doubles import EventLog
from studies import protocol, trial

from carm_gui.session import markers
from carm_gui.session.study_run import Run
from inference.action import Action


def test_a_trial_s_markers_come_in_order_and_hold_no_words(tmp_path):
    run = Run(protocol(), "P01", tmp_path)
    while run.item.kind != "trial" or run.item.practice or run.item.condition != "manual":
        run.advance()
    made, sent, log = trial(run), [], EventLog()
    made.session.listen(markers.listener(sent.append, "to-skull manual P01"))
    made.session.listen(log)
    made.begin()
    made.session.submit_text("go up 3 cm for Jane Doe")
    made.think_aloud()
    made.session.submit(Action("move", up_mm=30.0))
    log.wait_for("motion", phase="finished")
    made.end("done")
    made.close()
    wanted = ["trial_began to-skull manual P01", "think_aloud", "motion_started", "motion_finished"]
    assert [text for text in sent if text in wanted] == wanted
    assert any(text.startswith("trial_ended done") for text in sent)
    assert not any("Jane" in text for text in sent)


def test_without_pylsl_it_is_said(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pylsl", None)
    with pytest.raises(markers.MarkerError, match="pip install"):
        markers.open_stream()


@pytest.mark.slow
def test_a_real_stream_is_received():
    pylsl = pytest.importorskip("pylsl", reason='pip install ".[records]"')
    send = markers.open_stream()
    found = pylsl.resolve_byprop("name", markers.STREAM, timeout=20)
    assert found
    inlet = pylsl.StreamInlet(found[0])
    inlet.open_stream(timeout=20)
    send("trial_began x")
    sample, _ = inlet.pull_sample(timeout=20)
    assert sample == ["trial_began x"]
