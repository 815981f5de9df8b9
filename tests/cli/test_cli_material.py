"""Which networks a corpus is shown to."""

from pathlib import Path

import pytest

from neuroaffect.catalog import load_pipeline
from neuroaffect.cli.material import material_of, networks_for
from neuroaffect.cli.scores import told_apart
from neuroaffect.errors import EvaluationError


def test_electrodes_are_shown_to_networks_on_graphs():
    assert {"dgcnn", "rgnn", "logistic"} <= set(networks_for(load_pipeline("cap-32")))


def test_a_wristband_is_not_shown_to_networks_that_need_electrodes():
    found = set(networks_for(load_pipeline("empatica-e4")))
    assert "logistic" in found
    assert found.isdisjoint({"dgcnn", "rgnn"})


def test_samples_are_shown_to_networks_that_read_samples():
    found = set(networks_for(load_pipeline("histn")))
    assert {"histn", "lggnet"} <= found
    assert "logistic" not in found


def test_one_recording_given_twice_is_refused():
    with pytest.raises(EvaluationError, match="is given twice"):
        told_apart([Path("a/rec.xdf"), Path("b.xdf"), Path("b/../a/rec.xdf")])


def test_two_recordings_of_one_name_are_refused_for_their_trials_would_be_merged():
    with pytest.raises(EvaluationError, match="are both called 'rec'"):
        told_apart([Path("monday/rec.xdf"), Path("tuesday/rec.xdf")])


def test_recordings_of_different_names_are_told_apart():
    told_apart([Path("monday/one.xdf"), Path("monday/two.xdf")])


def test_targets_of_a_pipeline_that_a_corpus_overrules_are_told(shared, capsys):
    material_of([], "dasps", shared / "dasps", None, "prototypes")
    assert capsys.readouterr().err == (
        "corpus 'dasps' is learned by its own targets (binary valence median, binary arousal "
        "median), not by those of pipeline 'prototypes' (continuous valence, continuous arousal)\n"
    )


def test_a_corpus_in_its_own_pipeline_needs_no_word(shared, capsys):
    material_of([], "dasps", shared / "dasps", None, "dasps")
    assert capsys.readouterr().err == ""
