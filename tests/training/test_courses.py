"""Ratings that move with time: from events and courses to labels, answers and scores."""

import numpy as np
import pytest
from data import PIPELINE, dataset_of
from test_dataset import session_of

from neuroaffect.affect import SAM9, Target
from neuroaffect.errors import PipelineError
from neuroaffect.pipeline import Labels, Pipeline
from neuroaffect.session.labelled import Course, Trial
from neuroaffect.session.rated import rated_trials
from neuroaffect.session.raw import Event
from neuroaffect.training.data.dataset import extract
from neuroaffect.training.scoring.answers import Answers
from neuroaffect.training.scoring.compare import compare
from neuroaffect.training.scoring.folds import gather, run_fold
from neuroaffect.training.scoring.metrics.regression import concordance, rmse
from neuroaffect.training.scoring.resampling import bootstrap_weights, permutation_p
from neuroaffect.training.scoring.score import evaluate_answers
from neuroaffect.training.splits import Split

AROUSAL = Target(dimension="arousal", kind="continuous", scale=SAM9)


def rated(course, *, delay_s=0.0, ratings=None, start=20.0, stop=40.0):
    labels = Labels(delay_s=delay_s)
    trial = Trial(
        id="a", start=start, stop=stop, courses={"arousal": course}, ratings=ratings or {}
    )
    pipeline = PIPELINE.model_copy(update={"labels": labels})
    return extract([session_of(trial, seconds=60)], pipeline)


def ramp(first=20.0, last=40.0):
    times = np.arange(first, last, 0.5)
    return Course(times=times, values=times / 10)


@pytest.mark.parametrize("delay_s", [0.0, 2.0, {"arousal": 2.0}, {"valence": 9.0}])
def test_a_tick_is_labelled_with_what_the_course_says_a_delay_later(delay_s):
    data = rated(ramp(), delay_s=delay_s)
    delay = 2.0 if delay_s in (2.0, {"arousal": 2.0}) else 0.0
    told = np.isfinite(data.labels["arousal"])
    felt = data.time[told] + delay
    expected = np.minimum(np.floor(felt * 2) / 2, 39.5) / 10
    assert np.allclose(data.labels["arousal"][told], expected)
    assert np.array_equal(told, data.time + delay <= 40.0)
    assert data.courses == {"arousal"}


def test_a_tick_before_the_first_rating_has_no_label():
    data = rated(Course(times=np.array([30.0]), values=np.array([7.0])), ratings={"arousal": 1.0})
    assert np.isnan(data.labels["arousal"][data.time < 30.0]).all()
    assert (data.labels["arousal"][data.time >= 30.0] == 7.0).all()


def test_a_delay_below_zero_is_refused():
    text = PIPELINE.to_toml().replace("[labels]", "[labels]\ndelay_s = -1.0")
    with pytest.raises(PipelineError, match="delay_s"):
        Pipeline.from_toml(text.replace("delay_s = 0.0\n", ""))


def test_events_within_a_trial_make_a_course():
    events = [
        Event(1.0, "trial-start", {"trial": "t"}),
        Event(0.5, "rating", {"ratings": {"valence": 9}}),
        Event(2.0, "rating", {"ratings": {"valence": 3}}),
        Event(2.5, "rating", {"ratings": {"valence": 4, "arousal": 1}, "trial": "t"}),
        Event(2.6, "rating", {"ratings": {"valence": 8}, "trial": "another"}),
        Event(3.0, "trial-stop", {"trial": "t"}),
    ]
    (trial,) = rated_trials(events, session="one")
    assert trial.courses["valence"].times.tolist() == [2.0, 2.5]
    assert trial.courses["valence"].values.tolist() == [3.0, 4.0]
    assert trial.courses["arousal"].values.tolist() == [1.0]


def moving(trials=6, ticks=8):
    """Return a dataset whose first feature is the rating itself, which rises in each trial."""
    data = dataset_of(subjects=2, trials=trials, ticks=ticks)
    rating = 1.0 + np.arange(len(data)) % ticks + (data.trials % 2) * 0.5
    data.labels["arousal"][:] = rating
    data.features[:, 0, 0] = rating
    object.__setattr__(data, "courses", frozenset({"arousal"}))
    return data


def answers_of(data):
    # In two numbers: which trial each test row is of is the split's business.
    odd = data.trials % 2 == 1
    split = Split(
        name="x", train=np.flatnonzero(~odd), test=np.flatnonzero(odd), trials=data.trials
    )
    answers, _ = gather(data, AROUSAL, [run_fold(data, "logistic", split, [AROUSAL])])
    return answers, data.take(split.test)


def test_a_course_is_answered_tick_by_tick():
    answers, test = answers_of(moving())
    assert np.array_equal(answers.truth, SAM9.to_unit(test.labels["arousal"]))
    assert (answers.ticks == 1).all()


def test_ticks_of_one_trial_stay_one_unit():
    answers, test = answers_of(moving())
    assert np.array_equal(answers.unit, test.trials * 2 + 1)
    assert len(np.unique(answers.whole)) == len(np.unique(test.trials))


def test_a_course_is_scored_over_ticks_and_counted_in_trials():
    answers, _ = answers_of(moving())
    scores = evaluate_answers(answers, rng=np.random.default_rng(0))
    assert scores["concordance"] == pytest.approx(concordance(answers.truth, answers.predicted))
    assert scores["rmse"] == pytest.approx(rmse(answers.truth, answers.predicted))
    assert [person["trials"] for person in scores["people"]] == [3, 3]


def test_the_bootstrap_draws_whole_trials():
    whole = np.repeat(np.arange(6), 5)
    subject = np.repeat(["a", "b"], 15)
    rng = np.random.default_rng(0)
    weights = np.concatenate(list(bootstrap_weights(subject, whole=whole, rng=rng, draws=50)))
    by_trial = weights.reshape(50, 6, 5)
    assert (by_trial == by_trial[:, :, :1]).all()
    assert (by_trial[:, :, 0].sum(axis=1) == 6).all()


def courses(truth, predicted):
    """Return answers of one person, a row per trial."""
    trials, ticks = truth.shape
    number = np.repeat(np.arange(trials), ticks)
    return Answers(
        truth=truth.ravel(), predicted=predicted.ravel(), majority=np.zeros(trials * ticks),
        subject=np.full(trials * ticks, "a"), unit=number, trial=number.astype(str),
    )  # fmt: skip


def test_a_course_that_every_trial_shares_is_no_evidence():
    # The clock alone foretells it: whichever trials change places, nothing changes.
    shared = np.tile(np.linspace(-1, 1, 40), (5, 1))
    answers = courses(shared, shared)
    assert permutation_p(answers, concordance, rng=np.random.default_rng(0), draws=200) == 1.0


def test_p_over_courses_is_one_over_the_orders_of_the_trials():
    truth = np.random.default_rng(1).normal(size=(5, 40))
    p = permutation_p(
        courses(truth, truth), concordance, rng=np.random.default_rng(0), draws=20_000
    )
    # 1/5! and its Monte Carlo error
    assert p == pytest.approx(1 / 120, abs=0.003)


def test_noise_within_few_trials_is_not_significant_however_many_ticks():
    rng = np.random.default_rng(2)
    slow = [np.cumsum(rng.normal(size=(4, 300)), axis=1) for _ in range(2)]
    p = permutation_p(courses(*slow), concordance, rng=rng, draws=500)
    assert p > 1 / 30  # four trials have 24 orders


def test_two_models_are_compared_tick_by_tick_over_trials():
    # Held values: many ticks of one trial have one truth.
    truth = np.repeat(np.random.default_rng(3).normal(size=(6, 2)), 5, axis=1)
    off = np.random.default_rng(4).normal(size=truth.shape)
    told = {"fold": np.repeat([0, 1, 2], 20), "trained": np.full(60, 4)}
    one, other = (
        Answers(**{**vars(courses(truth, truth + error)), **told}) for error in (0 * off, off)
    )
    found = compare(one, other, rng=np.random.default_rng(0))
    assert found.difference == pytest.approx((off**2).mean())
    assert found.trials == 6
