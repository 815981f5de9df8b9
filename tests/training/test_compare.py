import numpy as np
import pytest
from scipy import stats

from neuroaffect.errors import EvaluationError
from neuroaffect.training.scoring.answers import Answers
from neuroaffect.training.scoring.compare import compare, compare_rows
from neuroaffect.training.scoring.paired import corrected_t, flipped_p, holm


def rng():
    return np.random.default_rng(0)


def answers(truth, predicted, *, subject=None, folds=5, trial=None):
    n = len(truth)
    return Answers(
        truth=np.asarray(truth),
        predicted=np.asarray(predicted),
        majority=np.zeros(n, int),
        subject=np.array(["S1"] * n) if subject is None else subject,
        unit=np.arange(n),
        trial=np.arange(n).astype(str) if trial is None else trial,
        fold=np.arange(n) * folds // n,
        trained=np.full(n, n - n // folds),
    )


def people(rights, trials=20):
    """Return truth, answers and people; each is right in this share of their trials."""
    truth = np.tile(np.arange(trials) % 2, len(rights))
    right = np.concatenate([np.arange(trials) < share * trials for share in rights])
    subject = np.repeat([f"S{i}" for i in range(len(rights))], trials)
    return truth, np.where(right, truth, 1 - truth), subject


def row(model, found, *, split="leave-trials-out", corpus="here"):
    return {
        "corpus": corpus, "split": split, "leaky": False, "dimension": "arousal", "model": model,
        "answers": found.told(),
    }  # fmt: skip


def test_without_shared_training_the_corrected_test_is_the_t_test_of_scipy():
    differences = rng().normal(0.3, 1.0, 9)
    expected = stats.ttest_1samp(differences, 0.0)
    p, low, high = corrected_t(differences, test_to_train=0.0)
    assert p == pytest.approx(expected.pvalue)
    assert (low, high) == pytest.approx(tuple(expected.confidence_interval(0.95)))


def test_shared_training_widens_the_interval_as_nadeau_and_bengio_say():
    differences = rng().normal(0.3, 1.0, 10)
    plain, corrected = (corrected_t(differences, test_to_train=r) for r in (0.0, 1 / 9))
    ratio = np.sqrt(1 + 10 / 9)  # sqrt((1/10 + 1/9) / (1/10))
    assert corrected[2] - corrected[1] == pytest.approx(ratio * (plain[2] - plain[1]))


@pytest.mark.parametrize("count", [5, 8, 20])
def test_flipped_signs_give_the_p_of_scipy(count):
    differences = rng().normal(0.4, 1.0, count)
    expected = stats.permutation_test(
        (differences, np.zeros(count)), lambda a, b, axis: np.mean(a - b, axis=axis),
        permutation_type="samples", vectorized=True, n_resamples=9999, rng=1,
    ).pvalue  # fmt: skip
    # All signs up to twelve; above, two draws of ten thousand.
    assert flipped_p(differences, rng=rng()) == pytest.approx(expected, abs=0.02 * (count > 12))


def test_holm_steps_up_from_the_smallest():
    # Holm (1979): times 4, 3, 2, 1 in order, never falling
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_holm_never_exceeds_one():
    assert holm([0.6, 0.9]) == [1.0, 1.0]


def test_people_who_all_gain_the_same_are_as_sure_as_their_number_allows():
    truth, better, subject = people([0.9] * 8)
    _, worse, _ = people([0.6] * 8)
    found = compare(
        answers(truth, better, subject=subject), answers(truth, worse, subject=subject), rng=rng()
    )
    assert found.difference == pytest.approx(0.3)
    assert found.p == 2 / 2**8
    assert (found.units, found.test) == (8, "signs flipped over people")


def test_wilcoxon_over_people_is_that_of_scipy():
    rights = np.array([0.5, 0.6, 0.7, 0.8, 0.9, 0.55])
    truth, one, subject = people(rights)
    _, other, _ = people([0.5] * 6)
    found = compare(
        answers(truth, one, subject=subject), answers(truth, other, subject=subject), rng=rng()
    )
    differences = [
        np.mean((one == truth)[subject == s]) - np.mean((other == truth)[subject == s])
        for s in np.unique(subject)
    ]
    assert found.wilcoxon_p == pytest.approx(stats.wilcoxon(differences).pvalue)


def test_a_model_does_not_differ_from_itself():
    truth, said, subject = people([0.5, 0.9, 0.7])
    one = answers(truth, said, subject=subject)
    found = compare(one, one, rng=rng())
    assert (found.difference, found.p, found.wilcoxon_p) == (0.0, 1.0, 1.0)


def test_of_one_person_the_difference_is_that_of_the_balanced_accuracies():
    truth = np.array([0] * 30 + [1] * 10)[rng().permutation(40)]
    one, other = (np.random.default_rng(s).integers(2, size=40) for s in (1, 2))
    found = compare(answers(truth, one), answers(truth, other), rng=rng())
    recalls = [[np.mean(said[truth == c] == c) for c in (0, 1)] for said in (one, other)]
    assert found.difference == pytest.approx(np.mean(recalls[0]) - np.mean(recalls[1]))
    assert (found.units, found.test) == (5, "corrected resampled t over folds")


def test_one_persons_models_that_know_nothing_seldom_differ():
    draws, hits = rng(), 0
    truth = np.arange(40) % 2
    for _ in range(200):
        one, other = draws.integers(2, size=(2, 40))
        hits += compare(answers(truth, one), answers(truth, other), rng=draws).p < 0.05
    assert hits <= 20  # 10 expected without any correction; three standard errors above


def test_values_are_compared_by_their_squared_errors():
    truth = rng().uniform(-1, 1, 30)
    found = compare(answers(truth, truth), answers(truth, truth + 0.5), rng=rng())
    assert found.of == "mean squared error"
    assert found.difference == pytest.approx(0.25)


def test_other_folds_of_one_person_are_refused():
    truth = np.arange(20) % 2
    with pytest.raises(EvaluationError, match="same folds and seed"):
        compare(answers(truth, truth), answers(truth, truth, folds=4), rng=rng())


def test_runs_without_a_common_trial_are_refused():
    truth = np.arange(4) % 2
    with pytest.raises(EvaluationError, match="no trial is in both"):
        compare(answers(truth, truth), answers(truth, truth, trial=np.array(list("abcd"))),
                rng=rng())  # fmt: skip


def test_answers_without_a_partner_are_counted():
    truth = np.arange(20) % 2
    whole = answers(truth, truth)
    found = compare(whole, whole.take(np.arange(4, 20)), rng=rng())
    assert found.trials == 16
    assert found.note == "4 answers without a partner are left out"


def test_all_models_of_one_run_are_compared_in_pairs_and_corrected_for_their_number():
    truth, said, subject = people([0.9] * 8)
    rows = [
        row(model, answers(truth, said if model == "a" else 1 - truth, subject=subject))
        for model in "abc"
    ]
    found = compare_rows(rows, rng=rng())
    assert [(one["first"], one["second"]) for one in found] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert found[0]["p_holm"] == pytest.approx(3 * found[0]["p"])


def test_models_of_one_name_in_two_runs_are_compared_with_each_other_only():
    truth, said, subject = people([0.9] * 3)
    run = [row(model, answers(truth, said, subject=subject)) for model in "ab"]
    found = compare_rows(run, run, rng=rng())
    assert [(one["first"], one["second"]) for one in found] == [("a", "a"), ("b", "b")]


def test_runs_of_other_splits_are_refused():
    truth, said, subject = people([0.9] * 3)
    one = answers(truth, said, subject=subject)
    with pytest.raises(EvaluationError, match="evaluate both models alike"):
        compare_rows([row("a", one)], [row("a", one, split="blocked")], rng=rng())
