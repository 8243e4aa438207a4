"""The technique and dose strip: figures, the five-minute signal, and wishes that count only when the device agrees."""

import pytest
from doubles import ARRIVED, ScriptedModel
from PySide6.QtCore import Qt
from screens import bring_up

from carm_gui.views.technique import PULSE_RATES, Technique
from sim.frame import Dose
from sim.technique import Technique as Settings


@pytest.fixture
def strip(qtbot):
    widget = Technique()
    qtbot.addWidget(widget)
    widget.resize(1256, 60)
    widget.set_ready(True)
    bring_up(qtbot, widget)
    widget.wishes = []
    widget.technique_wanted.connect(widget.wishes.append)
    return widget


def test_figures_are_simulated_and_say_so(strip):
    strip.show_dose(Dose(12.345, 4.5678, 90.0, 17))
    shown = [item.value.text() for item in (strip.kerma, strip.dap, strip.time, strip.shots)]
    assert shown == ["12.35", "4.568", "1.5", "17"]
    for item in (strip.kerma, strip.dap, strip.time, strip.shots):
        assert item.accessibleName().endswith("simulated")
    assert strip.simulated.text() == "simulated"


def test_every_five_minutes_a_signal_until_it_is_reset(strip):
    heard = []
    strip.five_minutes.connect(heard.append)
    for seconds in (0, 299, 299.9):
        strip.show_dose(Dose(0, 0, seconds, 0))
    assert heard == []
    for seconds in (300, 301, 450, 601, 602):
        strip.show_dose(Dose(0, 0, seconds, 0))
    assert heard == [5, 10]
    assert strip.reset.isVisible()
    strip.reset_signal()
    assert not strip.reset.isVisible()
    strip.show_dose(Dose(0, 0, 900, 0))
    assert heard == [5, 10]
    strip.show_dose(Dose(0, 0, 903, 0))
    assert len(heard) == 3


def test_kerma_rate_is_what_the_total_gained(strip, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("carm_gui.views.technique.time.monotonic", lambda: now[0])
    strip.show_beam(True, 8.0)
    for n in range(24):
        strip.show_dose(Dose(0.05 * n, 0, n / 8, n))
        now[0] += 0.125
    assert float(strip.rate.value.text()) == pytest.approx(24.0, rel=0.02)
    strip.show_beam(False, 8.0)
    assert strip.rate.value.text() == "0.0"


def test_showing_what_holds_wishes_nothing(strip):
    strip.show_technique(Settings(80, 12, auto=True))
    strip.show_technique(Settings(70, 5))
    strip.show_beam(True, 15.0)
    assert strip.wishes == []
    assert (strip.kv.value(), strip.ma.value(), strip.pulse_rate.currentData()) == (70, 5, 15.0)


def test_a_figure_is_typed_or_stepped_within_its_range(qtbot, strip):
    strip.show_technique(Settings(90, 10))
    strip.kv.setFocus()
    strip.kv.selectAll()
    qtbot.keyClicks(strip.kv, "75")
    strip.show_technique(Settings(90, 10))
    assert strip.kv.text() == "75"
    qtbot.keyClick(strip.kv, Qt.Key.Key_Return)
    qtbot.keyClick(strip.kv, Qt.Key.Key_Up)
    strip.kv.selectAll()
    qtbot.keyClicks(strip.kv, "500")
    qtbot.keyClick(strip.kv, Qt.Key.Key_Return)
    assert strip.wishes == [{"kvp": 75.0}, {"kvp": 76.0}, {"kvp": 120.0}]


def test_automatic_exposure_is_shown_and_wished(strip):
    strip.show_technique(Settings(90, 3.4, auto=True))
    assert strip.auto.text() == "Auto"
    assert strip.ma.text() == "3.4"
    strip.auto.click()
    assert strip.wishes == [{"auto": False}]
    strip.show_technique(Settings(90, 10))
    assert strip.auto.text() == "Manual"


def test_pulse_rates_from_one_to_thirty(strip):
    assert (PULSE_RATES[0], PULSE_RATES[-1]) == (1.0, 30.0)
    strip.pulse_rate.setCurrentIndex(PULSE_RATES.index(15.0))
    strip.pulse_rate.activated.emit(PULSE_RATES.index(15.0))
    assert strip.wishes == [{"pulse_rate": 15.0}]


def test_where_it_is_narrow_the_least_important_give_way_and_nothing_is_cut(qtbot, strip):
    for width in (1256, 1000, 900, 860):
        strip.resize(width, 60)
        shown = [w for w in (strip.button, strip.shoot, strip.kerma, strip.dap, strip.time) if w.isVisible()]
        assert len(shown) == 5
        assert max(w.geometry().right() for w in shown) <= width


def test_nothing_can_be_wished_before_there_is_a_device(qtbot):
    widget = Technique()
    qtbot.addWidget(widget)
    assert not widget.button.isEnabled()
    assert not widget.shoot.isEnabled()
    assert not widget.kv.isEnabled()


def test_what_is_set_reaches_the_device_and_what_holds_is_shown(qtbot, rehearsal):
    window = rehearsal(ScriptedModel(ARRIVED))
    window.set_technique({"kvp": 75.0})
    window.set_technique({"pulse_rate": 15.0})
    assert (window.session.carm.technique.kvp, window.session.carm.technique.pulse_rate) == (75.0, 15.0)
    qtbot.waitUntil(lambda: window.technique.pulse_rate.currentData() == 15.0)
    assert window.technique.kv.text() == "75"
    window.toggle_automatic()
    qtbot.waitUntil(lambda: window.technique.auto.isChecked())
    assert window.session.carm.technique.auto


def test_what_the_device_refuses_is_said_and_not_shown(qtbot, rehearsal):
    window = rehearsal(ScriptedModel(ARRIVED))
    window.set_technique({"kvp": 500.0})
    said = window.assistant.cards[-1].layout().itemAt(0).widget().text()
    assert "500" in said
    assert window.technique.kv.text() == f"{window.session.carm.technique.kvp:.0f}"
