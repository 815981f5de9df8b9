"""What a target says of ratings, and what of it reaches a bundle."""

import json

import numpy as np
import pytest
from data import PIPELINE, dataset_of

from neuroaffect.affect import (
    EMOTIONS,
    QUADRANTS,
    SAM9,
    SCALES,
    RatingScale,
    Target,
    nearest_emotion,
)
from neuroaffect.errors import EvaluationError
from neuroaffect.models import AffectModel
from neuroaffect.pipeline import Pipeline
from neuroaffect.training.learning.fit import fit
from neuroaffect.training.scoring.folds import gather, run_fold
from neuroaffect.training.splits import Split

OWN = Target(dimension="arousal", scale=SAM9, threshold="subject-median", rule=">=", drop=(4, 4.5))


def card_of(folder):
    return json.loads((folder / "bundle.json").read_text())


@pytest.mark.parametrize("name", SCALES)
def test_the_ends_of_every_named_scale_are_minus_one_and_one(name):
    scale = SCALES[name]
    assert (scale.to_unit(scale.low), scale.to_unit(scale.high)) == (-1.0, 1.0)


def test_a_scale_goes_by_its_name():
    assert Target(dimension="arousal", scale="sam5").scale == RatingScale(1.0, 5.0)


def test_a_misspelt_scale_names_its_neighbour():
    with pytest.raises(EvaluationError, match="no scale 'sam8'; did you mean"):
        Target(dimension="arousal", scale="sam8")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"drop": (6, 4)}, "drops from 6 to 4; low comes first"),
        ({"edges": (3.0,)}, "only ordinal targets with a scale have them"),
        (
            {"kind": "ordinal", "scale": SAM9, "classes": ("a", "b", "c"), "edges": (3.0,)},
            "has 1 edges between 3 classes",
        ),
        ({"of": ("valence", "arousal"), "scale": SAM9}, "needs kind = 'nominal'"),
        ({"rule": "<"}, "has rule '<'; choose > or >="),
    ],
)
def test_what_does_not_fit_together_is_refused_in_one_sentence(settings, sentence):
    with pytest.raises(EvaluationError, match=sentence):
        Target(dimension="arousal", **settings)


def test_a_pipeline_file_says_all_of_it_and_reads_it_again():
    text = f"""{PIPELINE.to_toml()}
[[labels.targets]]
dimension = "quadrant"
kind = "nominal"
of = ["valence", "arousal"]
classes = ["LVLA", "LVHA", "HVLA", "HVHA"]
scale = "sam9"
threshold = "subject-median"
rule = ">="
drop = [4.5, 5.5]
"""
    text = text.replace("targets = []\n", "")
    pipeline = Pipeline.from_toml(text)
    (target,) = pipeline.labels.targets
    assert (target.scale, target.rule, target.drop) == (SAM9, ">=", (4.5, 5.5))
    assert Pipeline.from_toml(pipeline.to_toml()) == pipeline


def test_a_pipeline_file_with_an_unknown_scale_is_refused_in_one_sentence():
    text = PIPELINE.to_toml().replace("targets = []\n", "")
    with pytest.raises(EvaluationError, match="no scale 'sam'"):
        Pipeline.from_toml(f'{text}\n[[labels.targets]]\ndimension = "arousal"\nscale = "sam"\n')


def test_a_bundle_says_what_was_high_for_whom(tmp_path):
    data = dataset_of(subjects=2, trials=4)
    data.labels["arousal"][:] = data.trials + 1.0  # S0: 1 to 4, S1: 5 to 8
    fit(data, targets=[OWN]).save(tmp_path / "model")
    card, (target,) = card_of(tmp_path / "model"), AffectModel.load(tmp_path / "model").targets
    assert card["person_thresholds"] == {"arousal": {"S0": 2.5, "S1": 6.5}}
    assert card["thresholds"] == {"arousal": 4.5}
    assert (target.threshold, target.rule, target.drop) == (4.5, ">=", (4.0, 4.5))


def test_a_bundle_of_quadrants_says_both_thresholds(tmp_path):
    data = dataset_of(subjects=1, trials=8)
    data.labels["valence"] = np.where(data.trials % 2, 3.0, 7.0)
    target = Target(
        dimension="quadrant", kind="nominal", of=("valence", "arousal"), classes=QUADRANTS,
        scale="sam9", threshold="median",
    )  # fmt: skip
    fit(data, targets=[target]).save(tmp_path / "model")
    assert card_of(tmp_path / "model")["thresholds"] == {
        "quadrant.valence": 5.0,
        "quadrant.arousal": 5.0,
    }
    said = AffectModel.load(tmp_path / "model").targets[0]
    assert (said.of, said.classes) == (("valence", "arousal"), QUADRANTS)


def test_a_bundle_from_before_these_rules_is_read(tmp_path):
    from neuroaffect.models.card import Card

    fit(dataset_of(subjects=1, trials=4), targets=[Target(dimension="arousal", scale=SAM9)]).save(
        tmp_path / "model"
    )
    old = card_of(tmp_path / "model")
    del old["thresholds"], old["person_thresholds"]
    for name in ("rule", "drop", "edges", "of"):
        del old["targets"][0][name]
    card = Card.from_json(json.dumps(old).encode(), where="old")
    assert card.targets == (Target(dimension="arousal", scale=SAM9, threshold=5.0),)


def test_trials_in_the_dropped_middle_are_neither_learned_nor_scored():
    data = dataset_of(subjects=1, trials=8)
    data.labels["arousal"][:] = np.array([1, 2, 5, 9, 1, 5, 9, 8.0])[data.trials]
    target = Target(dimension="arousal", scale=SAM9, threshold=4.5, drop=(4, 6))
    train = data.trials < 4
    split = Split(
        name="x", train=np.flatnonzero(train), test=np.flatnonzero(~train), trials=data.trials
    )
    fold = run_fold(data, "logistic", split, [target])
    answers, _ = gather(data, target, [fold])
    assert sorted(answers.truth.tolist()) == [0, 1, 1]
    data.features[(data.trials == 2) | (data.trials == 5)] = 1e3
    again, _ = gather(data, target, [run_fold(data, "logistic", split, [target])])
    assert np.array_equal(answers.probabilities, again.probabilities)


def test_every_emotion_word_is_nearest_to_its_own_place():
    assert [nearest_emotion(*place) for place in EMOTIONS.values()] == list(EMOTIONS)
