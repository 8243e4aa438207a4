"""`carm score` on the published layout, malformed replies included."""

import pytest

from inference.evaluation.score import landmark_id, score


def write(path, header, *rows):
    path.write_text("\n".join([header, *rows]) + "\n")
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
    )
    out = score("retrieval", said, true)
    assert (out["n"], out["malformed"]) == (3, 1)
    assert out["precision"] == pytest.approx({"1": 1.0, "2": 0.75, "3": (2 / 3 + 1) / 2})
    assert out["recall"]["1"] == pytest.approx(1 / 3)


def test_localization_takes_keys_names_and_ids(tmp_path):
    said = write(tmp_path / "p.csv", "filename,output", 'a.png,"[10,11]"', 'b.png,"```[3, 2]```"', "c.png,none")
    true = write(tmp_path / "t.csv", "file_path,landmark", "a.png,Carina", "b.png,left_humeral_head", "c.png,14")
    out = score("localization", said, true)
    assert out["malformed"] == 1
    assert out["hit"] == {"1": 0.5, "2": 1.0}


@pytest.mark.parametrize(("text", "number"), [("t1", 10), ("T12", 14), ("Left Head of humerus", 3), (" 7 ", 7)])
def test_landmark_texts(text, number):
    assert landmark_id(text) == number


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
