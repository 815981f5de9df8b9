from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from neuroaffect.affect import SAM9, Target
from neuroaffect.errors import EvaluationError
from neuroaffect.explore import explore
from neuroaffect.explore.exchange import Exchange
from neuroaffect.explore.finding import compare
from neuroaffect.pipeline import Pipeline
from neuroaffect.stream import FeatureInfo
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.separation.cells import Cell, cells_of, maps_of

AROUSAL = Target(dimension="arousal", scale=SAM9)
GESTURE = Target(dimension="gesture", kind="nominal", classes=("snap", "tap", "nothing"))
PIPELINE = Pipeline.from_toml("""
name = "small"
hop_s = 1.0
lead = "eeg"
[tracks.eeg]
kind = "eeg"
blocks = [{ block = "entropy" }]
""")


def dataset_of(values, ratings, *, subject=None, session=None, name="arousal", ticks=3):
    """Each trial's ticks lie around its values (trials, channels, features)."""
    n = len(values)
    rng = np.random.default_rng(9)
    features = np.repeat(values, ticks, axis=0)
    noise = rng.standard_normal((n, ticks, *values.shape[1:]))
    features += (noise - noise.mean(axis=1, keepdims=True)).reshape(features.shape)

    def rows(column, default):
        return np.repeat(np.array(default if column is None else column, dtype=str), ticks)

    return Dataset(
        features=features,
        labels={name: np.repeat(np.array(ratings, dtype=float), ticks)},
        subject=rows(subject, ["S1"] * n),
        session=rows(session, ["one"] * n),
        trial=rows(None, [f"t{i:03d}" for i in range(n)]),
        time=np.arange(n * ticks, dtype=float),
        pipeline=PIPELINE,
        input=FeatureInfo(
            name="entropy",
            channels=tuple(f"c{i}" for i in range(values.shape[1])),
            features=tuple(f"f{i}" for i in range(values.shape[2])),
        ),
        rates_hz={"eeg": 128.0},
        window_s=1.0,
        memory_s=1.0,
    )


def noise(trials, channels=3, features=2, seed=0):
    return np.random.default_rng(seed).standard_normal((trials, channels, features))


def found(dataset, target=AROUSAL, *, draws=499, seed=1):
    return explore(dataset, targets=[target], rng=np.random.default_rng(seed), draws=draws)


def only(dataset, target=AROUSAL, **settings):
    (finding,) = found(dataset, target, **settings).findings
    return finding


HIGH_LOW = [8, 2] * 10


def test_a_planted_effect_survives_the_whole_map():
    values = noise(20)
    values[::2, 1, 0] += 4
    finding = only(dataset_of(values, HIGH_LOW))
    best = finding.best_first[0]
    assert finding.cells[best] == Cell("eeg.entropy", "c1", "f0")
    assert finding.signed_r2[best] > 0.5
    assert finding.surviving().sum() == 1
    assert finding.verdict.startswith("1 cell survives of 6, p < 0.05, over 20 trials")


def test_of_noise_nothing_survives_and_the_verdict_says_so():
    finding = only(dataset_of(noise(20), HIGH_LOW))
    assert not finding.surviving().any()
    assert finding.verdict.startswith("No cell of 6 survives p < 0.05 over 20 trials")


def test_a_cells_p_is_that_of_scipys_exact_permutation_test():
    rng = np.random.default_rng(3)
    side = np.r_[np.zeros(4), np.ones(4)]
    x = rng.standard_normal((8, 1)) + side[:, None]
    exchange = Exchange(side, np.zeros(8))
    p = compare(x, side, draw=lambda n: exchange.draw(n, rng), draws=20_000)["p"][0]
    exact = stats.permutation_test(
        (x[side == 1, 0], x[side == 0, 0]),
        lambda a, b: abs(a.mean() - b.mean()),
        alternative="greater",
        n_resamples=np.inf,
    ).pvalue
    # 20,000 draws of a share near 0.2: three standard errors are below 0.01.
    assert p == pytest.approx(exact, abs=0.01)


def test_the_family_p_keeps_its_promise_on_noise():
    rng = np.random.default_rng(5)
    side = np.array([0.0, 1.0] * 8)
    exchange = Exchange(side, np.zeros(16))
    smallest = [
        compare(
            rng.standard_normal((16, 12)), side, draw=lambda n: exchange.draw(n, rng), draws=99
        )["family_p"].min()
        for _ in range(120)
    ]
    # At most one map in twenty; 120 maps allow for two standard errors.
    assert np.mean(np.array(smallest) < 0.05) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 120)


def test_the_largest_cell_has_the_same_p_alone_and_over_a_map_of_one():
    finding = only(dataset_of(noise(20, 1, 1), HIGH_LOW))
    assert finding.p[0] == finding.family_p[0]


def test_the_rank_sum_is_scipys_with_ties_counted():
    values = np.round(noise(20) * 2)[..., 0]
    side = np.array([1.0, 0.0] * 10)
    z = compare(values, side, draw=lambda n: np.tile(side, (n, 1)), draws=1)["z"][0]
    high, low = values[::2, 0], values[1::2, 0]
    expected = stats.mannwhitneyu(high, low, method="asymptotic", use_continuity=False)
    assert abs(z) == pytest.approx(stats.norm.isf(expected.pvalue / 2), rel=1e-6)
    assert np.sign(z) == np.sign(expected.statistic - 50)


def test_equal_seeds_give_equal_p():
    dataset = dataset_of(noise(20), HIGH_LOW)
    assert np.array_equal(only(dataset).p, only(dataset).p)


def test_labels_change_places_within_a_recording_only():
    side = np.array([1.0, 0, 1, 0, 1, 1, 0, 0])
    drawn = Exchange(side, np.repeat([0, 1], 4)).draw(200, np.random.default_rng(0))
    assert (drawn[:, :4].sum(axis=1) == 2).all()
    assert (drawn[:, 4:].sum(axis=1) == 2).all()
    assert len(np.unique(drawn, axis=0)) == 36


def test_recordings_of_one_class_each_count_as_one_observation():
    subject = np.repeat(["a", "b", "c", "d"], 8)
    session = [f"{s}{half}" for s in "abcd" for half in ("x", "y") for _ in range(4)]
    ratings = [8, 8, 8, 8, 2, 2, 2, 2] * 4
    exploration = found(dataset_of(noise(32), ratings, subject=subject, session=session))
    (finding,) = exploration.findings
    assert (finding.unit, finding.counts) == ("recording", (4, 4))
    assert finding.least_p == 1 / 8
    assert any("cannot be told from the class" in sentence for sentence in exploration.notes)


def test_a_persons_own_mean_is_no_effect():
    values = noise(40)
    values[20:] += 100
    values[::2, 2, 1] += 4
    subject = np.repeat(["a", "b"], 20)
    finding = only(dataset_of(values, HIGH_LOW * 2, subject=subject, session=subject))
    assert finding.cells[finding.best_first[0]] == Cell("eeg.entropy", "c2", "f1")
    assert abs(finding.signed_r2[finding.best_first[0]]) > 0.5


def test_a_person_of_one_class_takes_no_part_and_is_told_of():
    subject = np.repeat(["a", "b"], 10)
    ratings = [8, 2] * 5 + [8] * 10
    target = replace(AROUSAL, threshold=5.0)
    exploration = found(dataset_of(noise(20), ratings, subject=subject, session=subject), target)
    assert exploration.findings[0].counts == (5, 5)
    assert "1 of 2 people have one side only" in exploration.notes[0]


def test_a_median_is_each_persons_own():
    subject = np.repeat(["a", "b"], 10)
    ratings = [1, 2] * 5 + [8, 9] * 5
    target = replace(AROUSAL, threshold="median")
    finding = only(dataset_of(noise(20), ratings, subject=subject, session=subject), target)
    assert (finding.counts, finding.people) == ((10, 10), 2)


def test_one_class_is_refused_with_one_sentence():
    with pytest.raises(EvaluationError, match="All 20 trials are 'high' in arousal"):
        found(dataset_of(noise(20), [8] * 20))


def test_tied_ratings_are_cut_where_training_would_cut_them():
    target = replace(AROUSAL, threshold="median")
    finding = only(dataset_of(noise(8), [8, 8, 8, 8, 8, 5, 5, 5]), target)
    assert finding.counts == (3, 5)


def test_few_trials_are_said_to_be_too_few():
    finding = only(dataset_of(noise(4), [8, 2, 8, 2]))
    assert finding.least_p == pytest.approx(1 / 3)
    assert "too few: p cannot go below 0.33" in finding.verdict


def test_few_permutations_bound_p():
    assert only(dataset_of(noise(20), HIGH_LOW), draws=99).least_p == 1 / 100


def test_classes_without_order_are_set_against_all_others_one_by_one():
    values = noise(30)
    values[1::3, 0, 1] += 5
    dataset = dataset_of(values, [0, 1, 2] * 10, name="gesture")
    findings = found(dataset, GESTURE).findings
    assert [f.title for f in findings] == [
        "gesture: snap against the others",
        "gesture: tap against the others",
        "gesture: nothing against the others",
    ]
    assert [f.counts for f in findings] == [(20, 10)] * 3
    assert findings[1].cells[findings[1].best_first[0]].words == "c0 f1"


@pytest.mark.parametrize("kind", ["ordinal", "continuous"])
def test_what_has_order_is_cut_at_its_median(kind):
    classes = tuple("123456789") if kind == "ordinal" else ()
    target = Target(dimension="arousal", kind=kind, classes=classes, scale=SAM9)
    finding = only(dataset_of(noise(9), [1, 2, 3, 4, 5, 6, 7, 8, 9]), target)
    assert finding.counts == (5, 4)


def test_a_cell_without_values_is_left_out_and_the_others_are_not():
    values = noise(20)
    values[:, 0, 0] = np.nan
    values[3, 1, 0] = np.nan
    finding = only(dataset_of(values, HIGH_LOW))
    assert np.isnan(finding.signed_r2).tolist() == [True] + [False] * 5
    assert np.isnan(finding.family_p).tolist() == [True] + [False] * 5


def test_an_input_of_several_blocks_falls_apart_into_its_cells():
    network = PIPELINE.network.model_copy(update={"input": ("eeg.entropy", "eda.skin")})
    pipeline = PIPELINE.model_copy(update={"network": network})
    names = ("eeg.entropy.Fz.alpha", "eeg.entropy.Fz.beta", "eda.skin.skin.tonic")
    info = FeatureInfo(name="input", channels=("all",), features=names)
    cells = cells_of(info, pipeline)
    assert cells[1:] == (Cell("eeg.entropy", "Fz", "beta"), Cell("eda.skin", "skin", "tonic"))
    assert [(place, numbers.tolist()) for place, _, _, numbers in maps_of(cells)] == [
        ("eeg.entropy", [[0, 1]]),
        ("eda.skin", [[2]]),
    ]
