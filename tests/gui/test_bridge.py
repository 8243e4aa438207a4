"""What may be dropped between the session and the screen, and what may not."""

import threading
import time

from PySide6.QtCore import QTimer

from carm_gui.bridge import BUSY_MS, HAND_MS, QUIET_MS, Bridge, Notice, coalesce


def test_of_poses_and_doses_only_the_latest_is_handed_on_and_of_frames_two():
    events = [Notice(kind, {"n": n}) for n in range(5) for kind in ("frame", "pose", "dose")]
    handed = [(e.kind, e.data["n"]) for e in coalesce(events)]
    assert handed == [("frame", 3), ("frame", 4), ("pose", 4), ("dose", 4)]


def test_a_single_shot_is_never_dropped():
    events = [Notice("frame", {"n": n, "shot": n == 1}) for n in range(5)]
    assert [e.data["n"] for e in coalesce(events)] == [1, 3, 4]


def test_two_frames_are_not_handed_on_without_a_chance_to_paint_the_first(qtbot):
    bridge, seen = Bridge(), []
    bridge.event.connect(lambda event: seen.append(event.data["n"]))
    bridge.drained.connect(lambda: seen.append("drained"))
    for n, kind in enumerate(("frame", "note", "frame", "note")):
        bridge.receive(Notice(kind, {"n": n}))
    bridge.drain()
    assert seen == [0, "drained"]
    QTimer.singleShot(0, lambda: seen.append("painted"))
    bridge.start()
    qtbot.waitUntil(lambda: seen.count("drained") == 2)
    assert seen == [0, "drained", "painted", 1, 2, 3, "drained"]


def test_decisions_and_motion_are_never_dropped_and_keep_their_order():
    kinds = ["state", "motion", "frame", "decision", "motion", "frame", "question", "state", "frame"]
    handed = [(e.kind, e.data["n"]) for e in coalesce([Notice(kind, {"n": n}) for n, kind in enumerate(kinds)])]
    assert handed == [
        ("state", 0),
        ("motion", 1),
        ("decision", 3),
        ("motion", 4),
        ("frame", 5),
        ("question", 6),
        ("state", 7),
        ("frame", 8),
    ]


def test_text_of_one_reply_is_joined_and_its_decision_kept():
    deltas = [
        Notice("delta", {"number": 1, "text": "<x>LE", "proposal": None, "landmarks": ()}),
        Notice("delta", {"number": 1, "text": "FT</x>", "proposal": "move", "landmarks": ("t1",)}),
        Notice("delta", {"number": 1, "text": "<y>", "proposal": None, "landmarks": ()}),
        Notice("delta", {"number": 2, "text": "next", "proposal": None, "landmarks": ()}),
    ]
    first, second = coalesce(deltas)
    assert first.data == {"number": 1, "text": "<x>LEFT</x><y>", "proposal": "move", "landmarks": ("t1",)}
    assert second.data["text"] == "next"
    assert deltas[0].data["text"] == "<x>LE"


def test_text_on_both_sides_of_a_state_is_not_joined():
    deltas = [Notice("delta", {"number": 1, "text": t}) for t in "ab"]
    assert [e.kind for e in coalesce([deltas[0], Notice("state"), deltas[1]])] == ["delta", "state", "delta"]


def test_events_of_many_threads_arrive_in_the_gui_thread(qtbot):
    bridge, seen = Bridge(), []
    bridge.event.connect(lambda event: seen.append((event.data["n"], threading.current_thread())))
    threads = [
        threading.Thread(target=lambda k=k: [bridge.receive(Notice("note", {"n": (k, i)})) for i in range(200)])
        for k in range(4)
    ]
    bridge.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    qtbot.waitUntil(lambda: len(seen) == 800)
    assert {thread for _, thread in seen} == {threading.main_thread()}
    for k in range(4):
        assert [i for (who, i), _ in seen if who == k] == list(range(200))


def test_at_rest_the_timer_slows_down_and_wakes_with_the_first_event(qtbot):
    bridge, seen = Bridge(), []
    bridge.event.connect(seen.append)
    bridge.start()
    qtbot.waitUntil(lambda: bridge._timer.interval() == QUIET_MS)
    bridge.receive(Notice("note", {}))
    qtbot.waitUntil(lambda: bridge._timer.interval() == BUSY_MS)
    assert len(seen) == 1


def test_events_that_take_long_let_the_window_live_between_them_and_keep_their_order(qtbot):
    bridge, seen = Bridge(), []

    def show(event):
        seen.append(event.data["n"])
        time.sleep(2 * HAND_MS / 1000)

    bridge.event.connect(show)
    bridge.drained.connect(lambda: seen.append("drained"))
    for n in range(3):
        bridge.receive(Notice("note", {"n": n}))
    bridge.drain()
    assert seen == [0, "drained"]
    QTimer.singleShot(0, lambda: seen.append("key"))
    bridge.start()
    qtbot.waitUntil(lambda: seen.count("drained") == 3)
    assert seen[-4:] == [1, "drained", 2, "drained"]
    assert seen.index("key") < seen.index(1)


def test_nothing_is_handed_on_after_stop(qtbot):
    bridge, seen = Bridge(), []
    bridge.event.connect(seen.append)
    bridge.start()
    bridge.receive(Notice("note", {}))
    bridge.stop()
    qtbot.wait(60)
    assert seen == []
