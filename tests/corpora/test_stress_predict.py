import shutil
from itertools import pairwise

import numpy as np
import pytest
from layouts import stress_predict as layout

from neuroaffect.acquire import Recorded
from neuroaffect.catalog import load_pipeline
from neuroaffect.corpora import corpus_of
from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.dataset import extract


def sessions(root, **settings):
    return list(corpus_of("stress_predict").sessions(root, **settings))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = tmp_path_factory.mktemp("stress_predict")
    layout.write(root)
    return root


@pytest.fixture
def root(built, tmp_path):
    """The same files, to be changed."""
    return shutil.copytree(built, tmp_path / "copy")


def test_a_trial_is_a_stretch_of_seconds_with_one_label(root):
    borders = layout.borders_of("S02")
    found = [(trial.start, trial.stop) for trial in sessions(root)[0].trials]
    assert found == list(pairwise(borders))


def test_tasks_are_high_and_what_lies_between_is_low(root):
    trials = sessions(root)[0].trials
    assert [trial.ratings["arousal"] for trial in trials] == [0, 1, 0, 1, 0, 1, 0]
    assert [trial.id for trial in trials][:4] == ["rest-1", "task-1", "rest-2", "task-2"]


def test_a_person_without_labels_is_left_out(root):
    assert [session.subject for session in sessions(root)] == ["S02", "S03"]


def test_asking_for_a_person_without_labels_says_so(root):
    with pytest.raises(EvaluationError, match="has no rows of subject 'S01'; labelled are S02"):
        sessions(root, subjects=["S01"])


def test_times_of_trials_and_samples_share_one_clock(root):
    session = sessions(root, subjects=["S02"])[0]
    first = {name: chunk.times[0] for name, chunk in reversed(list(session.open()))}
    assert first["E4 EDA"] == layout.borders_of("S02")[0] - layout.LAG_S


def test_a_press_twelve_hours_early_moves_no_phase(root):
    borders = layout.borders_of("S02")
    early = [borders[1] - 43200, *borders[2:-1]]
    layout.write_export(root / "Raw_data" / "S02", "S02", borders, presses=early)
    source = sessions(root, subjects=["S02"])[0].open()
    assert any("before the recording" in defect for defect in source.recording.defects)
    assert min(chunk.times[0] for _, chunk in source) == borders[0] - layout.LAG_S


def on_minutes(root, *, presses):
    """Move the table of S02 so that its first task begins on a whole minute."""
    borders = layout.borders_of("S02")
    shift = -borders[1] % 60
    table = root / "Processed_data" / layout.TABLE
    lines = table.read_text().splitlines()
    cells = [line.split(",") for line in lines[1:] if line.startswith("2,")]
    moved = [",".join([*c[:3], str(int(c[3]) + shift), c[4]]) for c in cells]
    table.write_text("\n".join([lines[0], *moved]))
    border = borders[1] + shift
    marks = [border] if presses else []
    layout.write_export(root / "Raw_data" / "S02", "S02", borders, presses=marks)
    return border, sessions(root, subjects=["S02"])[0].trials[:2]


def test_half_a_minute_beside_a_border_known_to_the_minute_is_no_trial(root):
    border, (rest, task) = on_minutes(root, presses=False)
    assert (rest.stop, task.start) == (border - 30, border + 30)


def test_a_border_on_a_whole_minute_with_a_press_is_exact(root):
    border, (rest, task) = on_minutes(root, presses=True)
    assert (rest.stop, task.start) == (border, border)


def test_a_hole_in_the_table_ends_a_phase(root):
    table = root / "Processed_data" / layout.TABLE
    lines = table.read_text().splitlines(keepends=True)
    table.write_text("".join(lines[:51] + lines[61:]))
    first, second = sessions(root, subjects=["S02"])[0].trials[:2]
    assert (first.id, second.id) == ("rest-1", "rest-2")
    assert second.start - first.stop == 10


def test_the_wristband_pipeline_learns_from_it(root):
    data = extract(sessions(root, subjects=["S02"]), load_pipeline("empatica-e4"))
    assert set(np.unique(data.labels["arousal"])) == {0.0, 1.0}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda text: text.replace("Label", "Stress"), "is not a table with the columns"),
        (lambda text: text.replace(",0\n", ",2\n"), "labels of S02 that are not 0 or 1"),
        (lambda text: text + text.splitlines()[1] + "\n", "seconds that do not rise"),
    ],
    ids=["columns", "labels", "order"],
)
def test_another_table_is_refused_with_one_sentence(root, spoil, said):
    table = root / "Processed_data" / layout.TABLE
    table.write_text(spoil(table.read_text()))
    with pytest.raises(EvaluationError, match=said):
        sessions(root)


def test_a_folder_without_the_table_is_refused(root):
    (root / "Processed_data" / layout.TABLE).unlink()
    with pytest.raises(EvaluationError, match=r"0 tables .* from the folder Processed_data"):
        sessions(root)


def test_the_real_files_give_seven_phases_of_nineteen_people(shared):
    found = sessions(shared / "stress_predict")
    assert {session.subject for session in found} == {f"S{n:02d}" for n in range(2, 21)}
    assert {len(session.trials) for session in found} == {7}


def test_a_third_of_the_real_seconds_are_in_a_task(shared):
    trials = [t for session in sessions(shared / "stress_predict") for t in session.trials]
    spans = np.array([trial.stop - trial.start for trial in trials])
    tasks = np.array([trial.ratings["arousal"] for trial in trials])
    assert spans @ tasks / spans.sum() == pytest.approx(0.32, abs=0.01)


@pytest.mark.parametrize("subject", ["S02", "S17", "S18"])
def test_presses_twelve_hours_early_shift_no_time_of_the_real_files(shared, subject):
    """Everybody's labels begin nine seconds after the first sample, whatever the presses."""
    (session,) = sessions(shared / "stress_predict", subjects=[subject])
    skin = Recorded(shared / "stress_predict/raw" / subject, streams=["E4 EDA"])
    _, first = next(iter(skin))
    assert session.trials[0].start - first.times[0] == 9.0


def test_the_real_borders_of_s06_are_known_to_the_minute(shared):
    (session,) = sessions(shared / "stress_predict", subjects=["S06"])
    gaps = np.diff([edge for t in session.trials for edge in (t.start, t.stop)])[1::2]
    assert np.array_equal(gaps, [60.0] * 6)
