import numpy as np
import pytest
from layouts import wesad as layout
from layouts.python2 import dumps

from neuroaffect.corpora import corpus_of
from neuroaffect.errors import EvaluationError


def sessions(root, **settings):
    return list(corpus_of("wesad").sessions(root, **settings))


def samples(session, stream):
    return np.concatenate([chunk.data for name, chunk in session.open() if name == stream])


def test_a_trial_is_a_stretch_of_one_condition(tmp_path):
    layout.write_person(tmp_path, "S2")
    found = [(t.id, t.start, t.stop) for t in sessions(tmp_path)[0].trials]
    assert found == [("baseline-1", 2, 8), ("stress-1", 9, 14), ("amusement-1", 19, 23)]


def test_stress_is_one_class_and_the_conditions_are_three(tmp_path):
    layout.write_person(tmp_path, "S2")
    trials = sessions(tmp_path)[0].trials
    assert [t.ratings["stress"] for t in trials] == [0, 1, 0]
    assert [t.ratings["condition"] for t in trials] == [0, 1, 2]


def test_self_reports_follow_the_order_of_the_conditions(tmp_path):
    layout.write_person(tmp_path, "S2")
    trials = sessions(tmp_path)[0].trials
    assert [t.ratings["valence"] for t in trials] == [7, 3, 8]
    assert [t.ratings["arousal"] for t in trials] == [2, 8, 4]


@pytest.mark.parametrize("quest", [None, "", layout.QUEST.replace("# DIM;7;1;", "# OTHER;7;1;")])
def test_self_reports_that_do_not_fit_the_conditions_are_left_out(tmp_path, quest):
    layout.write_person(tmp_path, "S2", quest=quest)
    assert all("valence" not in t.ratings for t in sessions(tmp_path)[0].trials)


def test_people_come_by_number(tmp_path):
    layout.write(tmp_path)
    assert [s.subject for s in sessions(tmp_path)] == ["S2", "S10"]


@pytest.mark.parametrize(
    ("stream", "place", "key", "factor"),
    [("acc", "wrist", "ACC", 1 / 64), ("ppg", "wrist", "BVP", 1.0),
     ("chest-ecg", "chest", "ECG", 1e3), ("chest-temp", "chest", "Temp", 1.0)],
)  # fmt: skip
def test_signals_come_in_our_units(tmp_path, stream, place, key, factor):
    layout.write_person(tmp_path, "S2")
    expected = layout.signals(2)["signal"][place][key].astype(float) * factor
    # 32-bit temperatures become 64-bit numbers of the same value.
    np.testing.assert_allclose(samples(sessions(tmp_path)[0], stream), expected, rtol=1e-6)


@pytest.mark.parametrize("protocol", [0, 2])
def test_either_protocol_of_python_2_is_read(tmp_path, protocol):
    path = layout.write_person(tmp_path, "S2")
    path.write_bytes(dumps(layout.signals(2), protocol))
    assert len(sessions(tmp_path)[0].trials) == 3


def spoilt(change):
    data = layout.signals(2)
    change(data)
    return data


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.pop("label"), "no 'label'"),
        (lambda d: d["signal"]["wrist"].pop("BVP"), "no signal wrist BVP"),
        (lambda d: d["signal"].pop("chest"), "no signal chest ECG"),
        (lambda d: d.update(label=d["label"] + 9), "other than 0 to 7"),
        (lambda d: d.update(label=d["label"][:7000]), "last equally long"),
        (lambda d: d.update(label=0 * d["label"]), "labels no baseline"),
        (lambda d: d["signal"]["wrist"].update(ACC=np.zeros((4, 2))), "of 3 columns"),
    ],
)
def test_another_layout_is_refused(tmp_path, change, said):
    layout.write_person(tmp_path, "S2", data=spoilt(change))
    with pytest.raises(EvaluationError, match=said):
        sessions(tmp_path)
