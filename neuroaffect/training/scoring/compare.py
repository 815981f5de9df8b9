"""Whether one model is better than another, or its trials were luckier.

Conventions
-----------
* Two models are compared on the trials that both answered, paired by person, name and label.
* Of classes the difference is in balanced accuracy; of values in mean squared error, the second's
  less the first's, so that above 0 the first is the better one.
* With several people the unit is the person: the mean of their own differences, tested by flipping
  their signs, with Wilcoxon's signed ranks beside it. The interval is a bootstrap over people.
  Fewer than six people cannot reach p = 0.05.
* With one person the unit is the fold, and folds share training trials: the t test is corrected for
  that. The folds must be the same.
* p is two-sided. Where several pairs are tested at once, `p_holm` counts them all.

References
----------
Demšar (2006), JMLR 7:1 (several models over several data sets, here people)
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Any

import numpy as np

from neuroaffect.errors import EvaluationError
from neuroaffect.training.scoring.answers import Answers
from neuroaffect.training.scoring.metrics.classification import balanced_accuracy
from neuroaffect.training.scoring.paired import corrected_t, flipped_p, holm
from neuroaffect.training.scoring.resampling import interval_of

__all__ = ["Comparison", "compare", "compare_rows"]

_DRAWS = 2000
_ROUNDING = 1e-12  # sums in another order are equal


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What two models' answers differ by.

    Parameters
    ----------
    difference, ci_low, ci_high : float
        Above 0 where the first is better; with its 95 % interval.
    of : str
        "balanced accuracy" or "mean squared error".
    p, p_holm : float
        Two-sided; `p_holm` is corrected for all pairs that were tested together.
    wilcoxon_p : float or None
        Over people only.
    test : str
        What was tested.
    units, trials : int
        People or folds, and trials that both models answered.
    note : str
    """

    difference: float
    ci_low: float
    ci_high: float
    of: str
    p: float
    p_holm: float
    wilcoxon_p: float | None
    test: str
    units: int
    trials: int
    note: str = ""


def compare(first: Answers, second: Answers, *, rng: np.random.Generator) -> Comparison:
    """Compare two models on the trials that both answered.

    Parameters
    ----------
    first, second : Answers
        With `trial`; for one person with `fold` and `trained`, of the same folds.
    rng : numpy.random.Generator
        Draws the signs and the interval.

    Raises
    ------
    EvaluationError
        If no trial is in both with the same label, one gives classes and the other values, or one
        person's folds are not the same.
    """
    if first.continuous != second.continuous:
        raise EvaluationError("one run gives classes and the other values; they do not compare")
    alone = len(first), len(second)
    first, second = _paired(first, second)
    over = _over_people if len(np.unique(first.subject)) > 1 else _over_folds
    found = over(first, second, rng)
    left = sum(alone) - 2 * len(first)
    return replace(found, note=f"{left} answers without a partner are left out" if left else "")


def compare_rows(
    first: Sequence[Mapping[str, Any]],
    second: Sequence[Mapping[str, Any]] | None = None,
    *,
    rng: np.random.Generator,
) -> list[dict[str, Any]]:
    """Compare the rows of two evaluations, or all models of one.

    Rows are paired where corpus, split and dimension are the same: of two evaluations, each model
    with itself, or with every other where no name is in both; of one, every two models.

    Parameters
    ----------
    first, second : sequence of mapping
        Rows of :func:`neuroaffect.training.evaluate.evaluate`, with their `answers`.
    rng : numpy.random.Generator

    Returns
    -------
    list of dict
        Keys: corpus, split, leaky, dimension, first and second (the models, and whose own
        scale they had), and those of
        :class:`Comparison`.

    Raises
    ------
    EvaluationError
        If nothing is to be paired, or :func:`compare` refuses a pair.
    """
    pairs = list(_pairs(first, second))
    if not pairs:
        raise EvaluationError(
            "no two rows have the same corpus, split and dimension; "
            + ("give a second run" if second is None else "evaluate both models alike")
        )
    found = [compare(_answers(one), _answers(other), rng=rng) for one, other in pairs]
    corrected = holm([one.p for one in found])
    return [
        {key: one[key] for key in ("corpus", "split", "leaky", "dimension")}
        | {"first": _name(one), "second": _name(other)}
        | vars(replace(result, p_holm=p))
        for (one, other), result, p in zip(pairs, found, corrected, strict=True)
    ]


def _pairs(
    first: Sequence[Mapping[str, Any]], second: Sequence[Mapping[str, Any]] | None
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    if second is None:
        yield from ((a, b) for a, b in combinations(first, 2) if _place(a) == _place(b))
        return
    both = {row["model"] for row in first} & {row["model"] for row in second}
    for one, other in product(first, second):
        if _place(one) == _place(other) and (not both or one["model"] == other["model"]):
            yield one, other


def _answers(row: Mapping[str, Any]) -> Answers:
    if "answers" not in row:
        raise EvaluationError(
            f"the row of {row['model']} on {row['split']} keeps no answers; evaluate it again"
        )
    return Answers.heard(row["answers"])


def _name(row: Mapping[str, Any]) -> str:
    """Return the model, and that it had people on their own scale if it had."""
    scale = row.get("normalised", "training")
    return str(row["model"]) if scale == "training" else f"{row['model']} (own scale: {scale})"


def _place(row: Mapping[str, Any]) -> tuple[object, ...]:
    return row["corpus"], row["split"], row["dimension"]


def _paired(first: Answers, second: Answers) -> tuple[Answers, Answers]:
    """Return both with the trials that both have, in the same order."""
    keys = [_keys(answers) for answers in (first, second)]
    places = [{key: i for i, key in enumerate(each)} for each in keys]
    shared = [key for key in keys[0] if key in places[1]]
    if not shared:
        raise EvaluationError(
            "no trial is in both runs with the same label; compare runs on the same recordings"
        )
    rows = [np.array([place[key] for key in shared]) for place in places]
    return first.take(rows[0]), second.take(rows[1])


def _keys(answers: Answers) -> list[tuple[object, ...]]:
    if answers.trial is None:
        raise EvaluationError("answers without the names of their trials cannot be paired")
    truth = np.round(answers.truth, 9).tolist()
    seen: Counter[tuple[object, ...]] = Counter()
    keys = []
    for key in zip(answers.subject.tolist(), answers.trial.tolist(), truth, strict=True):
        keys.append((*key, seen[key]))  # ticks of one trial, where it was rated while it ran
        seen[key] += 1
    return keys


def _over_people(first: Answers, second: Answers, rng: np.random.Generator) -> Comparison:
    from scipy.stats import wilcoxon

    people = [first.subject == person for person in np.unique(first.subject)]
    differences = np.array([_difference(first.take(own), second.take(own)) for own in people])
    drawn = rng.integers(len(people), size=(_DRAWS, len(people)))
    low, high = interval_of(differences[drawn].mean(axis=1))
    same = np.abs(differences).max() <= _ROUNDING
    p = flipped_p(differences, rng=rng)
    return Comparison(
        difference=float(differences.mean()),
        ci_low=low,
        ci_high=high,
        of=_measure(first),
        p=p,
        p_holm=p,
        wilcoxon_p=1.0 if same else float(wilcoxon(differences).pvalue),
        test="signs flipped over people",
        units=len(people),
        trials=len(np.unique(first.whole)),
    )


def _over_folds(first: Answers, second: Answers, rng: np.random.Generator) -> Comparison:
    if first.fold is None or first.trained is None or second.fold is None:
        raise EvaluationError("answers of one person without their folds cannot be compared")
    if not np.array_equal(first.fold, second.fold):
        raise EvaluationError(
            "the two runs dealt the trials into other folds; give both the same folds and seed"
        )
    gains = _gains(first, second)
    folds = [first.fold == fold for fold in np.unique(first.fold)]
    tested = [len(np.unique(first.whole[own])) for own in folds]
    trained = [first.trained[own][0] for own in folds]
    ratio = float(np.mean(np.divide(tested, trained)))
    differences = np.array([gains[own].mean() for own in folds])
    p, low, high = corrected_t(differences, test_to_train=ratio)
    return Comparison(
        difference=float(differences.mean()),
        ci_low=low,
        ci_high=high,
        of=_measure(first),
        p=p,
        p_holm=p,
        wilcoxon_p=None,
        test="corrected resampled t over folds",
        units=len(folds),
        trials=len(np.unique(first.whole)),
    )


def _measure(answers: Answers) -> str:
    return "mean squared error" if answers.continuous else "balanced accuracy"


def _difference(first: Answers, second: Answers) -> float:
    if first.continuous:
        return float(_gains(first, second).mean())
    scores = [balanced_accuracy(one.truth, one.predicted) for one in (first, second)]
    return float(scores[0] - scores[1])


def _gains(first: Answers, second: Answers) -> np.ndarray:
    """Return what the first gains on each trial, (trials,); their mean is the difference.

    Of classes each trial weighs so that every class weighs the same, which makes balanced accuracy
    a mean over trials, and folds of few trials comparable.
    """
    if first.continuous:
        return (second.predicted - first.truth) ** 2 - (first.predicted - first.truth) ** 2
    right = [(one.predicted == one.truth).astype(np.float64) for one in (first, second)]
    _, class_of, count = np.unique(first.truth, return_inverse=True, return_counts=True)
    return (right[0] - right[1]) * len(first) / (len(count) * count[class_of])
