"""Scores over trials, each beside its baseline, its interval and its p.

Conventions
-----------
* The unit is the trial. A trial's class is that of its highest mean probability over its ticks;
  a hundred overlapping windows of one trial are one answer, not a hundred. `tick_accuracy` counts
  windows one by one, as many papers do, and is given for comparison with those only.
* The majority baseline says, in every fold, the class most frequent among the *training* trials.
  It is given as balanced accuracy, to stand beside the score, and as plain accuracy. The stratified
  baseline says each class as often as training showed it; what is given is its expectation.
* Where a rating moves within a trial, each tick is an answer, and has a score by itself; intervals
  and p still draw whole trials.
* Each person's own score has an interval over that person's trials.
"""

from collections.abc import Mapping

import numpy as np

from neuroaffect.training.scoring.answers import Answers
from neuroaffect.training.scoring.metrics import (
    abstention,
    calibration,
    classification,
    ordinal,
    regression,
)
from neuroaffect.training.scoring.metrics.classification import (
    accuracy,
    balanced_accuracy,
    macro_f1,
)
from neuroaffect.training.scoring.metrics.regression import concordance, rmse
from neuroaffect.training.scoring.resampling import Score, bootstrap_interval, permutation_p

__all__ = ["evaluate_answers", "stratified_guess"]

_OF_CLASSES = (
    "balanced_accuracy", "macro_f1", "majority", "accuracy", "majority_accuracy", "chance",
    "subject_sd", "stratified", "stratified_accuracy", "tick_accuracy", "confusion",
)  # fmt: skip
_OF_PROBABILITIES = ("auc", "seq2hr", "ece", "reliability", "coverage_area", "coverage")
_OF_VALUES = ("concordance", "rmse", "majority_rmse")


def evaluate_answers(
    answers: Answers, *, rng: np.random.Generator, ordered: bool = False
) -> Mapping[str, object]:
    """Return all scores of these answers by name; None where one is not defined.

    Parameters
    ----------
    answers : Answers
    rng : numpy.random.Generator
        Draws the intervals and the permutations.
    ordered : bool
        The classes have an order, so that neighbours may be told from others.

    Returns
    -------
    mapping
        Of classes: balanced_accuracy, macro_f1, majority, accuracy, majority_accuracy, chance,
        subject_sd (of the balanced accuracy over people), stratified, stratified_accuracy,
        tick_accuracy, confusion; where probabilities are known: auc, ece, reliability,
        coverage_area, coverage, and seq2hr of ordered ones. Of values: concordance, rmse,
        majority_rmse. Of both: ci_low, ci_high and p, of the balanced accuracy or the concordance,
        and people, each with subject, trials, score, ci_low and ci_high.
    """
    score: Score = concordance if answers.continuous else balanced_accuracy
    low, high = bootstrap_interval(answers, score, rng=rng)
    of_kind = _of_values(answers) if answers.continuous else _of_classes(answers)
    each = _people(answers, score, rng)
    found = dict.fromkeys((*_OF_CLASSES, *_OF_PROBABILITIES, *_OF_VALUES)) | of_kind
    if not answers.continuous and len(each) > 1:
        found["subject_sd"] = float(np.std([one["score"] for one in each], ddof=1))
    if not ordered:
        found["seq2hr"] = None
    p = permutation_p(answers, score, rng=rng)
    return {**found, "ci_low": low, "ci_high": high, "p": p, "people": each}


def stratified_guess(truth: np.ndarray, shares: np.ndarray) -> tuple[float, float]:
    """Return the expected balanced and plain accuracy of guessing by these shares.

    Parameters
    ----------
    truth : ndarray of int, (n,)
    shares : ndarray, shape (n, classes)
        How often each class is said of each trial.
    """
    right = shares[np.arange(len(truth)), truth]
    recalls = [right[truth == one].mean() for one in np.unique(truth)]
    return float(np.mean(recalls)), float(right.mean())


def _of_classes(answers: Answers) -> dict[str, object]:
    truth, predicted = answers.truth, answers.predicted
    found: dict[str, object] = {
        "balanced_accuracy": float(balanced_accuracy(truth, predicted)),
        "macro_f1": float(macro_f1(truth, predicted)),
        "majority": float(balanced_accuracy(truth, answers.majority)),
        "accuracy": float(accuracy(truth, predicted)),
        "majority_accuracy": float(accuracy(truth, answers.majority)),
        "chance": 1 / len(np.unique(truth)),
        "confusion": classification.confusion(truth, predicted).astype(int).tolist(),
    }
    if answers.shares is not None:
        balanced, plain = stratified_guess(truth, answers.shares)
        found |= {"stratified": balanced, "stratified_accuracy": plain}
    if answers.ticks is not None and answers.ticks_right is not None:
        found["tick_accuracy"] = float(answers.ticks_right.sum() / answers.ticks.sum())
    if answers.probabilities is not None:
        for family in (classification, ordinal, calibration, abstention):
            found |= family.evaluate(truth, answers.probabilities)
    return found


def _of_values(answers: Answers) -> dict[str, object]:
    guessed = float(rmse(answers.truth, answers.majority))
    return {**regression.evaluate(answers.truth, answers.predicted), "majority_rmse": guessed}


def _people(answers: Answers, score: Score, rng: np.random.Generator) -> list[dict[str, object]]:
    """Return each person's own score, with its interval over that person's trials."""
    each = []
    for person in np.unique(answers.subject):
        own = answers.take(answers.subject == person)
        low, high = bootstrap_interval(own, score, rng=rng)
        each.append(
            {
                "subject": str(person),
                "trials": len(np.unique(own.whole)),
                "score": float(score(own.truth, own.predicted)),
                "ci_low": low,
                "ci_high": high,
            }
        )
    return each
