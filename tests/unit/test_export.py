"""What leaves the program: tables, BIDS, DICOM and report say what the events say, and name nobody."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import time
from pathlib import Path

import numpy as np
import pydicom
import pytest
from doubles import EventLog, FakeProjector, ScriptedModel, move_reply
from matplotlib.figure import Figure
from studies import done, protocol

from carm_gui.session import export_bids, report_html, report_plots
from carm_gui.session.about import Case, recorder_for
from carm_gui.session.export import FORMATS, ExportError, export
from carm_gui.session.export_data import _answers, collect
from carm_gui.session.measures import MEASURES
from carm_gui.session.recording import RecordingError, read
from carm_gui.session.report import Plots, Report
from carm_gui.session.report_figures import share, spread
from carm_gui.session.session import Session
from carm_gui.session.study_run import Run
from sim.carm import CArm
from sim.pose import CArmPose

NAMES = ("Doe", "Jane", "Mustermann", "Erika", "geheim")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Two participants through the small study; the proctor's notes and a typed line name people."""
    parent = tmp_path_factory.mktemp("studies")
    folder = done(parent)
    run = Run(protocol(), "P03", parent)
    run.note("Erika Mustermann was tired; geheim")
    return folder


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    """A rehearsal on a scan whose path, name and clinician's words name people."""
    folder = tmp_path_factory.mktemp("rehearsal")
    carm = CArm(FakeProjector(), CArmPose(), size=64)
    case = Case("/home/jane/Doe_Jane.nii.gz", "/home/jane/Doe_Jane.mrk.json")
    log = EventLog()
    model = ScriptedModel(move_reply(y="DOWN", extent_y="SMALL", target="t12"))
    hidden = {"skull": "The skull lies 20 mm outside the volume of Doe_Jane."}
    session = Session(carm, model, recorder=recorder_for(carm, case, folder), beam=False, realtime=False,
                      refused_targets=hidden)  # fmt: skip
    session.listen(log)
    session.start()
    session.submit_text("align to the skull")
    log.wait_for("note")
    session.submit_text("align to T12")
    log.wait_for("state", state="waiting")
    session.reject("no, Erika Mustermann says look again")
    log.wait_for("decision")
    session.submit_text("go up 3 cm for Jane Doe")
    session.submit_text("save this image")
    log.wait_for("saved")
    session.close()
    return folder


@pytest.fixture(scope="module")
def exported(study, scan, tmp_path_factory):
    """Both, in every format: {(name, format): (folder, what was read, the files)}."""
    made = {}
    for name, source in (("study", study), ("scan", scan)):
        for form in FORMATS:
            out = tmp_path_factory.mktemp("out") / form
            made[name, form] = (out, *export(source, form, out))
    return made


def every_file(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


@pytest.mark.parametrize("form", FORMATS)
def test_no_name_leaves_the_program(form, exported):
    for name in ("study", "scan"):
        out, _, files = exported[name, form]
        assert files
        assert set(files) == set(every_file(out))
        for file in files:
            raw = file.read_bytes()
            found = [name for name in NAMES if re.search(rf"(?i)\b{name}\b|{name}_".encode(), raw)]
            assert not found, f"{file}: {found}"


def test_the_planted_names_are_there_to_be_found(study, scan):
    said = b"".join(file.read_bytes() for folder in (study, scan) for file in every_file(folder))
    assert all(name.encode() in said for name in NAMES)
    assert b"Doe_Jane" not in (scan / "events.jsonl").read_bytes()
    assert b"Doe_Jane" not in (scan / "session.json").read_bytes()


def test_the_table_has_a_row_a_trial_with_every_measure(exported):
    out, data, _ = exported["study", "csv"]
    with open(out / "trials.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(data.trials) == 10  # two people, four trials and one for practice
    assert set(MEASURES) < set(rows[0])
    assert [row["practice"] for row in rows].count("true") == 2
    for row, trial in zip(rows, data.trials):
        for name in ("seconds", "path_mm", "final_error_mm", "air_kerma_mgy"):
            assert float(row[name]) == pytest.approx(trial.measures[name], abs=1e-4)
    with open(out / "questionnaires.csv", encoding="utf-8") as file:
        answers = list(csv.DictReader(file))
    assert [a["questionnaire"] for a in answers].count("raw-tlx") == 8
    book = json.loads((out / "codebook.json").read_text("utf-8"))
    assert set(rows[0]) == set(book["trials.csv"])


def test_the_bids_tree_has_its_sidecars_and_its_columns(exported):
    out, _, _ = exported["study", "bids"]
    assert json.loads((out / "dataset_description.json").read_text())["BIDSVersion"]
    tables = list(out.rglob("*_events.tsv"))
    assert len(tables) == 10
    for file in tables:
        head, *rows = file.read_text("utf-8").splitlines()
        assert head.split("\t")[:2] == ["onset", "duration"]
        onsets = [float(row.split("\t")[0]) for row in rows]
        assert onsets == sorted(onsets)
        sidecar = json.loads(file.with_suffix(".json").read_text("utf-8"))
        assert set(head.split("\t")) < set(sidecar) | {"TaskName"}
        assert re.fullmatch(r"sub-P\d+_ses-\d+_task-[A-Za-z0-9]+_acq-[A-Za-z0-9]+_run-\d+_events", file.stem)
    planted = [row for file in tables for row in file.read_text("utf-8").splitlines() if row.endswith("\ttrue")]
    assert len(planted) == 4  # the assisted trial and the practice of each


@pytest.mark.parametrize(("text", "label"), [("to-left-scapula", "toLeftScapula"), ("P01", "P01"), ("-", "none")])
def test_labels_are_letters_and_digits(text, label):
    assert export_bids.label(text) == label


def test_the_dicom_objects_hold_the_pictures_and_say_that_they_are_simulated(study, exported):
    out, _, files = exported["study", "dicom"]
    kinds = {}
    for file in files:
        ds = pydicom.dcmread(file)
        kinds.setdefault(ds.Modality, []).append(ds)
        assert "imulated" in ds.StudyDescription
        assert str(ds.PatientName).startswith("SIMULATED")
    assert set(kinds) == {"XA", "KO", "PR", "SR"}
    recording = read(next((study / "sub-P01" / "ses-01").glob("01_*")))
    place = out / f"P01_ses-01_{recording.folder.name}"
    run = pydicom.dcmread(place / "run-01.dcm")
    assert run.ImageType[0] == "DERIVED"
    frames = np.atleast_3d(run.pixel_array) if len(recording.kept) > 1 else run.pixel_array[None]
    assert len(frames) == len(recording.kept) == int(run.NumberOfFrames)
    for frame, index in zip(frames, recording.kept):
        np.testing.assert_array_equal(frame, recording.pixels(index))
    assert float(run.DistanceSourceToDetector) == 1020.0
    assert len(run.FrameTimeVector if len(frames) > 1 else [run.FrameTimeVector]) == len(frames)
    state = pydicom.dcmread(place / "landmarks.dcm")
    texts = [
        item.UnformattedTextValue
        for annotation in state.get("GraphicAnnotationSequence", [])
        for item in annotation.get("TextObjectSequence", [])
    ]
    assert texts


def test_the_collimator_s_edges_are_in_the_dicom_image():
    from datetime import datetime

    from sim.dicom import Origin, image

    carm = CArm(FakeProjector(), CArmPose(), size=64, blades_mm=(100.0, 60.0))
    frame = carm.expose()
    ds = image(frame, Origin("seed", datetime(2026, 1, 1)), 1)
    seen = np.argwhere(frame.pixels > 0)
    (top, left), (bottom, right) = seen.min(0) + 1, seen.max(0) + 1  # counted from 1; the edges are the first covered
    assert (ds.CollimatorUpperHorizontalEdge, ds.CollimatorLowerHorizontalEdge) == (top - 1, bottom + 1)
    assert (ds.CollimatorLeftVerticalEdge, ds.CollimatorRightVerticalEdge) == (left - 1, right + 1)
    assert float(ds.WindowCenter) - float(ds.WindowWidth) / 2 > 0, "the window is of what is shown"
    assert "CollimatorShape" not in image(
        CArm(FakeProjector(), CArmPose(), size=64).expose(), Origin("s", datetime(2026, 1, 1)), 1
    )


def test_exported_twice_the_objects_are_the_same(scan, exported, tmp_path):
    uids = []
    for files in (exported["scan", "dicom"][2], export(scan, "dicom", tmp_path / "again")[1]):
        uids.append([pydicom.dcmread(file, stop_before_pixels=True).SOPInstanceUID for file in files])
    assert uids[0] == uids[1]
    assert len(set(uids[0])) == len(uids[0])


def test_a_page_made_again_is_the_same_page(monkeypatch):
    """An hour later too: ids and fonts tell neither the memory nor the time. No id is there twice."""
    report_plots.dress()

    def page() -> str:
        figures = tuple(Figure(figsize=(2, 1)) for _ in range(2))
        for figure in figures:
            figure.subplots().plot([0, 1])
        report_html._font.cache_clear()
        return report_html.page(Report("A rehearsal", "", (Plots(figures, "Two"), Plots(figures, "Again"))))

    first = page()
    monkeypatch.setattr("time.time", lambda now=time.time: now() + 3600.0)
    assert page() == first
    ids = re.findall(r' id="([^"]+)"', first)
    assert len(ids) == len(set(ids)) > 0
    assert set(re.findall(r'(?:href="|url\()#([^")]+)', first)) <= set(ids)


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy (Debian's dicom3tools) is not installed")
def test_dciodvfy_finds_no_error(exported):
    for name in ("study", "scan"):
        for file in exported[name, "dicom"][2]:
            said = subprocess.run(["dciodvfy", "-new", str(file)], capture_output=True, text=True, check=False).stderr
            assert "Error" not in said, f"{file.name}: {said}"


def test_the_report_stands_alone_and_says_the_figures(exported):
    out, data, _ = exported["study", "report"]
    page = (out / "report.html").read_text("utf-8")
    figures = json.loads((out / "figures.json").read_text("utf-8"))
    assert not re.search(r'(src|href)="(?!#|data:)', page.replace("xlink:href", "href"))
    assert "<script" not in page
    assert "not for clinical use" in page
    every = figures["all"]
    assert figures["counted"] == len(data.counted) == 8
    assert f"of {every['n']} trials succeeded" in page
    assert f"{every['final_error_mm']['median']:.0f} mm" in page
    assert (out / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_a_rehearsal_outside_a_study_has_a_report_too(exported):
    page = (exported["scan", "report"][0] / "report.html").read_text("utf-8")
    assert "What the model said" in page
    assert "T12" in page


def test_practice_and_interrupted_trials_enter_no_figure(study):
    data = collect(study)
    assert len(data.trials) - len(data.counted) == 2
    assert all(not trial.row["practice"] for trial in data.counted)


def test_a_damaged_recording_is_left_out_and_named(study, tmp_path):
    shutil.copytree(study, tmp_path / "s")
    broken = next((tmp_path / "s").rglob("01_*/events.jsonl"))
    broken.write_text("nonsense\nnonsense\n")
    data, _ = export(tmp_path / "s", "csv", tmp_path / "out")
    assert len(data.trials) == 9
    assert data.problems[0].startswith(broken.relative_to(tmp_path / "s").as_posix())
    assert str(tmp_path).encode() not in (tmp_path / "out" / "codebook.json").read_bytes()  # a path may name somebody


def test_a_questionnaire_given_again_after_a_crash_counts_once(tmp_path):
    made = protocol()
    run = Run(made, "P01", tmp_path)
    while run.item.kind != "questionnaire":
        run.advance()
    run.answer("raw-tlx", [0] * 6)  # and the program dies before the page is done
    file = run.folder / "questionnaires.jsonl"
    file.write_bytes(file.read_bytes() + b'{"at": "2026-01-01", "questionn\xc3')  # cut within a letter
    run.answer("raw-tlx", [100] * 6)
    answers = _answers(run.folder)
    assert [a.scores for a in answers] == [{"raw_tlx": 100.0}]


def test_nothing_is_written_over_and_nothing_into_the_recording(study, tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "old").write_text("")
    with pytest.raises(ExportError, match="not empty"):
        export(study, "csv", tmp_path / "x")
    with pytest.raises(ExportError, match="inside the recording"):
        export(study, "csv", study / "out")
    with pytest.raises(ExportError, match="is a file"):
        export(study, "csv", tmp_path / "x" / "old")
    with pytest.raises(RecordingError, match="no recording"):
        export(tmp_path / "x", "csv", tmp_path / "y")
    with pytest.raises(RecordingError, match="no folder"):
        export(tmp_path / "none", "csv", tmp_path / "y")


def test_wilson_s_interval_of_a_known_case():
    # 81 of 263: 0.255 to 0.366 (R. G. Newcombe, Stat. Med. 17 (1998) 857, table I, method 3).
    found = share(81, 263)
    assert (round(found["low"], 3), round(found["high"], 3)) == (0.255, 0.366)
    assert share(0, 0)["share"] is None


def test_medians_and_quartiles():
    assert spread([4.0, None, 1.0, 2.0, 3.0, 5.0]) == {"n": 5, "median": 3.0, "low": 2.0, "high": 4.0}
    assert spread([None])["median"] is None
