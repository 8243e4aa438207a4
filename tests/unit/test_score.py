"""`carm score` on the published layout, malformed replies included."""

import pytest

from inference.evaluation.score import ids_of, landmark_id, score


def write(path, header, *rows):
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_retrieval_in_the_published_forms(tmp_path):
    said = write(
        tmp_path / "p.csv",
        "filename,output",
        'x.png,"[11: Tracheal bifurcation, 12: Right Diaphragmatic crus, 10: T1]"',
        'y.png,"[10: T1, First thoracic vertebra, 11: Carina, 14: T12]"',
        'z.png,"[2,4]"',
    )
    true = write(
        tmp_path / "t.csv",
        "filename,top3_landmarks",
        'x.png,"[11, 10, 3]"',
        'y.png,"[10, 11, 14]"',
        'z.png,"[2, 4, 5]"',
        'w.png,"[2, 4, 5]"',
    )
    out = score("retrieval", said, true)
    assert (out["n"], out["malformed"], out["without_reply"]) == (3, 1, 1)
    assert out["precision"] == pytest.approx({"1": 1.0, "2": 0.75, "3": (2 / 3 + 1) / 2})
    assert out["recall"]["1"] == pytest.approx(1 / 3)
    low, high = out["precision_ci95"]["3"]
    assert low == pytest.approx(2 / 3)
    assert high == 1.0


@pytest.mark.parametrize(
    ("task", "raw", "ids"),
    [
        ("retrieval", "[11: Tracheal bifurcation, 12: Right Diaphragmatic crus, 10: T1]", [11, 12, 10]),
        ("retrieval", "[10: T1, First thoracic vertebra, 11: Carina, 14: T12]", [10, 11, 14]),
        ("retrieval", "[2,4]", None),
        ("retrieval", "[2,4,4]", [2, 4, 4]),
        ("retrieval", "[1,2,3,4]", None),
        ("retrieval", "10: T1, 11: Carina, 14: T12", [10, 11, 14]),
        ("retrieval", "[10: T1, 11: Carina, 14: T12", [10, 11, 14]),
        ("retrieval", "10: T1, 11: Carina, 14: T12]", [10, 11, 14]),
        ("retrieval", " [ 10 : T1 ,11:Carina ,  14 :T12 ] \n", [10, 11, 14]),
        ("retrieval", "```\n[10: T1, 11: Carina, 14: T12]\n```", [10, 11, 14]),
        ("retrieval", "The three are [10: T1, 11: Carina, 14: T12].", [10, 11, 14]),
        ("retrieval", "", None),
        ("retrieval", "I cannot tell.", None),
        ("localization", "[2,4]", [2, 4]),
        ("localization", "[10,11,3]", [10, 11]),
        ("localization", "10 and 11", [10, 11]),
        ("localization", "[10: T1, 11: Carina]", [10, 11]),
        ("localization", "[10]", None),
        ("localization", "[T1, T12]", None),
        ("localization", "```xml\n<response>\n <visual_reasoning>The 12th rib and T1 [faint].</visual_reasoning>\n"
         " <landmarks> [7, 13] </landmarks>\n</response>\n```", [7, 13]),
        ("localization", "<response><visual_reasoning>2 lungs</visual_reasoning><landmarks>[7]</landmarks>", None),
        ("regions", "<label_id>3</label_id><label_id>20</label_id>", [3, 20]),
        ("regions", "```xml\n<label_id> 0 </label_id>\n<label_id>13</label_id>```", [0, 13]),
        ("regions", "[0: Abdomen, 13: Lumbar Spine]", [0, 13]),
        ("regions", "Chest", None),
    ],
)  # fmt: skip
def test_what_counts_as_malformed(task, raw, ids):
    assert ids_of(task, raw) == ids


def test_localization_takes_keys_names_and_ids(tmp_path):
    said = write(tmp_path / "p.csv", "filename,output", 'a.png,"[10,11]"', 'b.png,"```[3, 2]```"', "c.png,none")
    true = write(tmp_path / "t.csv", "file_path,landmark", "a.png,Carina", "b.png,left_humeral_head", "c.png,14")
    out = score("localization", said, true)
    assert out["malformed"] == 1
    assert out["hit"] == {"1": 0.5, "2": 1.0}


def test_regions_have_22_labels_and_several_an_image(tmp_path):
    said = write(tmp_path / "p.csv", "filename,output", 'a,"[3,20]"', 'b,"[0: Abdomen, 15: Pelvis]"', 'c,"[21, 8]"')
    true = write(tmp_path / "t.csv", "SOPInstanceUID,Target,mode", "a,3 20 ,test", "b,13 0 15,test", "c,5,test")
    out = score("regions", said, true)
    assert out["malformed"] == 0
    assert out["precision"] == pytest.approx({"1": 2 / 3, "2": 2 / 3})
    assert out["recall"] == pytest.approx({"1": (1 / 2 + 1 / 3) / 3, "2": (1 + 2 / 3) / 3})
    assert out["hit"] == pytest.approx({"1": 2 / 3, "2": 2 / 3})
    bad = write(tmp_path / "bad.csv", "SOPInstanceUID,Target", "a,22", "b,0", "c,5")
    with pytest.raises(ValueError, match="labels from 0 to 21"):
        score("regions", said, bad)


def test_files_of_other_programs_are_met_half_way(tmp_path):
    said = tmp_path / "p.csv"
    said.write_bytes(
        "\ufefffilename , model, output\r\n"
        "a.png,m,[10: T1, 11: Carina]\r\n"  # not quoted
        '"b.png", m, "[3,2]"\r\n'
        ",,\r\n"
        "\r\n"
        'c.png,m,"```xml\n<landmarks>[14,10]</landmarks>\n```"\r\n'.encode()
    )
    true = write(
        tmp_path / "t.csv", "file_path,landmark", "views/1/a.png,T1", "views\\2\\b.png,Head of left humerus", "c,14"
    )
    out = score("localization", said, true)
    assert (out["n"], out["malformed"]) == (3, 0)
    assert out["hit"] == {"1": 1.0, "2": 1.0}


def test_intervals_are_over_subjects_where_the_names_tell_them(tmp_path):
    rows = [f'virtual_{s}_{n:04d}_t1,"[{10 if s == 1 else 3},11]"' for s in (1, 2) for n in range(10)]
    said = write(tmp_path / "p.csv", "filename,output", *rows)
    true = write(tmp_path / "t.csv", "file_path,landmark", *(f"{row.partition(',')[0]},t1" for row in rows))
    out = score("localization", said, true)
    assert out["hit"]["1"] == 0.5
    assert out["hit_ci95"]["1"] == [0.0, 1.0]


@pytest.mark.parametrize(
    ("text", "number"),
    [("t1", 10), ("T12", 14), ("Left Head of humerus", 3), (" 7 ", 7), ("Head of left humerus", 3), ("10: T1", 10),
     ("left-elbow", 7), ("Right Diaphragmatic crus", 12)],
)  # fmt: skip
def test_landmark_texts(text, number):
    assert landmark_id(text) == number


@pytest.mark.parametrize("text", ["femur", "", "15", "elbow", "t1 and t12"])
def test_texts_that_are_no_landmark(text):
    with pytest.raises(ValueError, match="not one of the 14"):
        landmark_id(text)


@pytest.mark.parametrize(
    ("cell", "ids"), [('"[10: T1, 11: Carina, 14: T12]"', 1.0), ("\"['T1', 'Carina', 'T12']\"", 1.0)]
)
def test_a_retrieval_truth_may_hold_names(tmp_path, cell, ids):
    said = write(tmp_path / "p.csv", "filename,output", 'a,"[10,11,14]"')
    assert (
        score("retrieval", said, write(tmp_path / "t.csv", "filename,top3_landmarks", f"a,{cell}"))["precision"]["3"]
        == ids
    )


def test_faults_are_one_sentence(tmp_path):
    said = write(tmp_path / "p.csv", "filename,answer", "a.png,1")
    with pytest.raises(ValueError, match="lacks the column output"):
        score("localization", said, said)
    good = write(tmp_path / "g.csv", "filename,output", 'a.png,"[1,2]"')
    true = write(tmp_path / "t.csv", "file_path,landmark", "b.png,t1")
    with pytest.raises(ValueError, match=r"no truth for a\.png"):
        score("localization", good, true)
    with pytest.raises(ValueError, match="cannot be read"):
        score("localization", tmp_path / "missing.csv", true)
    with pytest.raises(ValueError, match="no score for"):
        score("guessing", good, true)
    twice = write(tmp_path / "d.csv", "filename,output", 'a.png,"[1,2]"', 'a.png,"[1,2]"')
    with pytest.raises(ValueError, match="twice"):
        score("localization", twice, true)
    with pytest.raises(ValueError, match="no rows"):
        score("localization", write(tmp_path / "e.csv", "filename,output"), true)
    both = write(tmp_path / "b.csv", "file_path,landmark", "1/a.png,t1", "2/a.png,t1")
    with pytest.raises(ValueError, match="2 truths"):
        score("localization", good, both)
    wrong = write(tmp_path / "w.csv", "filename,top3_landmarks", 'a.png,"[1, 2]"')
    with pytest.raises(ValueError, match="three landmarks"):
        score("retrieval", good, wrong)
    (tmp_path / "n.csv").write_bytes(b"\x00\xff\xfe")
    with pytest.raises(ValueError, match="not a text file in UTF-8"):
        score("localization", tmp_path / "n.csv", true)
    below = write(tmp_path / "m.csv", "SOPInstanceUID,Target", "a.png,-1")
    with pytest.raises(ValueError, match="labels from 0 to 21"):
        score("regions", good, below)
