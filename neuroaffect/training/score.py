"""Scores over trials, each beside its baseline, its interval and its p.

Conventions
-----------
* The unit is the trial. A trial's class is that of its highest mean probability over its ticks;
  a hundred overlapping windows of one trial are one answer, not a hundred.
* Arrays are (trials,): `truth` and `predicted` hold class numbers, `subject` and `unit` say whose
  trial it is and what it shares its label with.
* Balanced accuracy is the mean recall of the classes that occur; chance is one over their number
  whatever their shares. Macro-F1 is the mean F1 of the classes that occur or are predicted.
* The majority baseline says, in every fold, the class most frequent among the *training* trials.
  It is given as balanced accuracy, to stand beside the score, and as plain accuracy.
* The interval is a percentile bootstrap: people are drawn with replacement, then trials of each
  person drawn, for trials of one person are not independent. With one person it is over trials.
* p is a permutation test of the pooled trials with predictions held fixed: labels change places
  within a person, whole recordings at a time where each recording has one class (trials cut from
  one recording are no separate evidence). It tests "these predictions know nothing of these
  labels"; it does not train again.

References
----------
Brodersen et al. (2010), doi:10.1109/ICPR.2010.764 (balanced accuracy); Ojala and Garriga (2010),
JMLR 11:1833 (permutation); Davison and Hinkley (1997), section 3.8 (bootstrap of clusters);
Lin (1989), doi:10.2307/2532051 (concordance)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from neuroaffect.errors import EvaluationError

__all__ = [
    "Answers",
    "balanced_accuracy",
    "bootstrap_interval",
    "concordance",
    "evaluate_answers",
    "macro_f1",
    "permutation_p",
]

_DRAWS = 2000  # the Monte Carlo error of a 95 % limit is then about a tenth of the interval's half


@dataclass(frozen=True, eq=False, kw_only=True)
class Answers:
    """What a model said of each test trial, and what was right, each (trials,).

    Parameters
    ----------
    truth, predicted, majority : ndarray
        Class numbers (int), or values in [-1, 1] (float) of a continuous target; `majority` is
        what a guess from the training labels alone would say.
    subject : ndarray
        Whose trial.
    unit : ndarray
        Trials of one unit share their label by design; one number per trial where none do.

    Raises
    ------
    EvaluationError
        If the arrays differ in length or are empty.
    """

    truth: np.ndarray
    predicted: np.ndarray
    majority: np.ndarray
    subject: np.ndarray
    unit: np.ndarray

    def __post_init__(self) -> None:
        lengths = {len(v) for v in vars(self).values()}
        if len(lengths) != 1 or 0 in lengths:
            raise EvaluationError(
                f"answers come in arrays of {sorted(lengths)} trials; all must have as many, "
                "and at least one"
            )

    @property
    def continuous(self) -> bool:
        """Whether these are values and not classes."""
        return self.truth.dtype.kind == "f"


def confusion(truth: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return how often each class was called each class, (classes, classes), truth first."""
    classes = int(max(truth.max(), predicted.max())) + 1
    pairs = truth.astype(np.int64) * classes + predicted.astype(np.int64)
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


def balanced_accuracy(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Return the mean recall of the classes that occur."""
    counts = confusion(truth, predicted)
    present = counts.sum(axis=1) > 0
    return float(np.mean(np.diag(counts)[present] / counts.sum(axis=1)[present]))


def macro_f1(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Return the mean F1 of the classes that occur or are predicted."""
    counts = confusion(truth, predicted)
    mentions = counts.sum(axis=0) + counts.sum(axis=1)
    present = mentions > 0
    return float(np.mean(2 * np.diag(counts)[present] / mentions[present]))


def accuracy(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Return the share of right answers."""
    return float(np.mean(truth == predicted))


def concordance(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Return Lin's concordance, 2 cov / (var + var + (difference of means)²); 0 if constant."""
    spread = truth.var() + predicted.var() + (truth.mean() - predicted.mean()) ** 2
    if spread == 0:
        return 0.0
    return float(2 * np.mean((truth - truth.mean()) * (predicted - predicted.mean())) / spread)


def bootstrap_interval(
    answers: Answers,
    score: Callable[[np.ndarray, np.ndarray], float],
    *,
    rng: np.random.Generator,
    draws: int = _DRAWS,
    level: float = 0.95,
) -> tuple[float, float]:
    """Return the percentile interval of a score over people, then trials of each person."""
    of_person = [np.flatnonzero(answers.subject == s) for s in np.unique(answers.subject)]
    values = np.empty(draws)
    for draw in range(draws):
        people = rng.integers(len(of_person), size=len(of_person))
        drawn = np.concatenate([rng.choice(of_person[p], len(of_person[p])) for p in people])
        values[draw] = score(answers.truth[drawn], answers.predicted[drawn])
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def permutation_p(
    answers: Answers,
    score: Callable[[np.ndarray, np.ndarray], float],
    *,
    rng: np.random.Generator,
    draws: int = _DRAWS,
) -> float:
    """Return how often chance does at least as well: (1 + hits) / (1 + draws)."""
    reached = score(answers.truth, answers.predicted) - 1e-12  # sums in another order are equal
    units, first, unit_of = np.unique(answers.unit, return_index=True, return_inverse=True)
    label, owner = answers.truth[first], answers.subject[first]
    of_person = [np.flatnonzero(owner == s) for s in np.unique(owner)]
    hits = 0
    for _ in range(draws):
        shuffled = np.empty(len(units), dtype=label.dtype)
        for rows in of_person:
            shuffled[rows] = label[rng.permutation(rows)]
        hits += score(shuffled[unit_of], answers.predicted) >= reached
    return (1 + hits) / (1 + draws)


def evaluate_answers(answers: Answers, *, rng: np.random.Generator) -> Mapping[str, float | None]:
    """Return all scores of these answers by name.

    Keys: balanced_accuracy, macro_f1, majority, accuracy, majority_accuracy, chance, subject_sd
    (of the balanced accuracy over people, None for one), ci_low, ci_high, p. For a continuous
    target those of classes are None, and `concordance` has the interval and the p.
    """
    if answers.continuous:
        return _evaluate_values(answers, rng)
    truth, predicted = answers.truth, answers.predicted
    low, high = bootstrap_interval(answers, balanced_accuracy, rng=rng)
    people = [answers.subject == s for s in np.unique(answers.subject)]
    each = [balanced_accuracy(truth[rows], predicted[rows]) for rows in people]
    return {
        "balanced_accuracy": balanced_accuracy(truth, predicted),
        "macro_f1": macro_f1(truth, predicted),
        "majority": balanced_accuracy(truth, answers.majority),
        "accuracy": accuracy(truth, predicted),
        "majority_accuracy": accuracy(truth, answers.majority),
        "chance": 1 / len(np.unique(truth)),
        "subject_sd": float(np.std(each, ddof=1)) if len(each) > 1 else None,
        "concordance": None,
        "ci_low": low,
        "ci_high": high,
        "p": permutation_p(answers, balanced_accuracy, rng=rng),
    }


def _evaluate_values(answers: Answers, rng: np.random.Generator) -> dict[str, float | None]:
    classes = ("balanced_accuracy", "macro_f1", "majority", "accuracy", "majority_accuracy",
               "chance", "subject_sd")  # fmt: skip
    low, high = bootstrap_interval(answers, concordance, rng=rng)
    return {
        **dict.fromkeys(classes),
        "concordance": concordance(answers.truth, answers.predicted),
        "ci_low": low,
        "ci_high": high,
        "p": permutation_p(answers, concordance, rng=rng),
    }
