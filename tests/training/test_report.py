import json
import re
from dataclasses import replace

import numpy as np
import pytest
from data import dataset_of

from neuroaffect.affect import SAM9, Target
from neuroaffect.errors import EvaluationError
from neuroaffect.training.evaluate import evaluate
from neuroaffect.training.reporting.pictures import topographies
from neuroaffect.training.reporting.report import read_report, write_report

AROUSAL = Target(dimension="arousal", scale=SAM9, threshold="median")
NASTY = "<script>alert('x')</script>"


def spread_out(data):
    """Return the dataset of electrodes that span an area; on the midline there is no map."""
    return replace(data, input=replace(data.input, channels=("F3", "F4", "Pz")))


@pytest.fixture(scope="module")
def data():
    return spread_out(dataset_of(subjects=3, trials=6))


@pytest.fixture(scope="module")
def rows(data):
    return evaluate(
        data, targets=[AROUSAL], models=["logistic"], splits=["leave-trials-out", "leaky"],
        folds=3, rng=np.random.default_rng(0), corpus="small",
    )  # fmt: skip


@pytest.fixture
def report(rows, data, tmp_path):
    return write_report(
        tmp_path / "out", rows, command="neuroaffect evaluate x", title="Small",
        note="What it means.", citation="Whose it is.", versions={"numpy": "2"},
        data={"rows_sha256": "abc"}, targets=[AROUSAL], maps=list(topographies(data, [AROUSAL])),
    )  # fmt: skip


def test_everything_is_kept_as_json(report, rows):
    told = read_report(report.parent)
    assert told["rows"] == rows
    assert told["data"] == {"rows_sha256": "abc"}
    assert told["command"] == "neuroaffect evaluate x"


def test_the_page_tells_what_was_done_and_how_to_repeat_it(report):
    page = report.read_text()
    for said in ("Small", "What it means.", "Whose it is.", "neuroaffect evaluate x", "numpy 2"):
        assert said in page


def test_the_page_needs_no_other_file_and_no_network(report):
    page = report.read_text()
    assert page.count("data:image/png;base64,") == 6
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert "<script" not in page


def test_each_picture_lies_beside_the_page_too(report):
    kinds = {path.name for path in report.parent.glob("*.png")}
    assert kinds == {
        "scores-arousal.png", "inflation-arousal.png", "people-arousal.png",
        "confusion-arousal.png", "reliability-arousal.png", "r2-arousal-1.png",
    }  # fmt: skip


def test_a_leaky_row_is_called_so_in_the_table(report):
    (row,) = re.findall(r'<tr class="leaky">.*?</tr>', report.read_text())
    assert "leaky (leaky: no score)" in row


def test_how_well_features_tell_trials_apart_is_called_no_score(rows, tmp_path):
    told = {"accuracy": 0.7, "chance": 0.125, "people": 3, "trials": 24}
    told_apart = [{**row, "trial_identity": told} for row in rows]
    page = write_report(tmp_path / "out", told_apart, command="", title="Trials").read_text()
    assert "70% of the ticks" in page
    assert "That is no score" in page


def test_what_comes_from_files_is_escaped(rows, tmp_path):
    nasty = [
        {**row, "dimension": NASTY, "model": NASTY, "note": NASTY, "corpus": NASTY} for row in rows
    ]
    path = write_report(
        tmp_path, nasty, command=NASTY, title=NASTY, note=NASTY, citation=NASTY,
        versions={NASTY: NASTY}, data={NASTY: NASTY},
    )  # fmt: skip
    assert "<script" not in path.read_text()


def test_a_name_of_a_target_cannot_leave_the_folder(rows, tmp_path):
    write_report(
        tmp_path / "out", [{**row, "dimension": "../../up"} for row in rows], command="", title=""
    )
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_report_of_nothing_is_refused(tmp_path):
    with pytest.raises(EvaluationError, match="nothing was evaluated"):
        write_report(tmp_path, [], command="", title="")


def test_maps_are_the_signed_r2_of_theory(data):
    # One feature follows the rating with noise: R² is the share of variance it explains.
    high = data.labels["arousal"] > 5
    shift = np.where(high, 1.0, -1.0) + np.random.default_rng(2).normal(size=len(data.trials))
    means = np.bincount(data.trials, shift) / np.bincount(data.trials)
    changed = spread_out(dataset_of(subjects=3, trials=6))
    changed.features[:, 1, 0] = means[data.trials]
    (found,) = topographies(changed, [AROUSAL])
    side = np.bincount(data.trials, high) / np.bincount(data.trials)
    own = np.bincount(data.trials, np.unique(data.subject, return_inverse=True)[1])
    person = (own / np.bincount(data.trials)).astype(int)
    centred = means - (np.bincount(person, means) / np.bincount(person))[person]
    expected = np.corrcoef(centred, side)[0, 1] ** 2
    assert np.isclose(found.signed_r2[1, 0], expected)
    assert (found.channels, found.features) == (("F3", "F4", "Pz"), ("alpha", "beta"))


def test_a_folder_without_a_report_is_refused(tmp_path):
    with pytest.raises(EvaluationError, match="is no report"):
        read_report(tmp_path)


def test_rows_of_an_older_version_are_refused(tmp_path):
    (tmp_path / "report.json").write_text(json.dumps({"rows": [{"corpus": "x"}]}))
    with pytest.raises(EvaluationError, match="evaluate again"):
        read_report(tmp_path)
