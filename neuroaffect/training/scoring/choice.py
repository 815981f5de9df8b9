"""A model chosen inside each fold, by the training side alone: "best of logistic, dgcnn".

To look at the scores of several models and report the best is to have chosen on the test side.
Here each outer fold chooses among the candidates on inner folds of its own training side, trains
the chosen one on all of it, and answers for it. What is scored is the choosing, too.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.scoring.folds import Fold, gather, run_fold
from neuroaffect.training.scoring.judged import with_calibration
from neuroaffect.training.scoring.metrics.classification import balanced_accuracy
from neuroaffect.training.scoring.metrics.regression import concordance
from neuroaffect.training.splits import Split, inner

__all__ = ["answer_fold", "best_of", "candidates_of", "choose"]

_BEST_OF = "best of "
_INNER_FOLDS = 3


def best_of(models: Sequence[str]) -> str:
    """Return the name of the choice among these models.

    >>> best_of(["logistic", "dgcnn"])
    'best of logistic, dgcnn'
    """
    return _BEST_OF + ", ".join(models)


def candidates_of(model: str) -> list[str]:
    """Return the models that this name may come to: itself, or those it chooses among.

    >>> candidates_of("best of logistic, dgcnn")
    ['logistic', 'dgcnn']
    """
    return model.removeprefix(_BEST_OF).split(", ")


def answer_fold(dataset: Dataset, model: str, split: Split, targets: Sequence[Target]) -> Fold:
    """Fit a model, or the best of several, on a split's training side and answer its test side."""
    if not model.startswith(_BEST_OF):
        return run_fold(dataset, model, split, targets)
    candidates = candidates_of(model)
    scores = choose(dataset, candidates, split, targets)
    chosen = max(candidates, key=scores.__getitem__)  # of equals the first named
    return replace(run_fold(dataset, chosen, split, targets), model=chosen)


def choose(
    dataset: Dataset,
    models: Sequence[str],
    split: Split,
    targets: Sequence[Target],
    *,
    folds: int = _INNER_FOLDS,
) -> dict[str, float]:
    """Return the score of each model on inner folds of a split's training side.

    Parameters
    ----------
    dataset : Dataset
        The one that `split` is of.
    models : sequence of str
    split : Split
        Nothing of its test side is looked at.
    targets : sequence of Target
        The score is the mean over them, of balanced accuracy or concordance over inner trials.
    folds : int
        At most.

    Raises
    ------
    EvaluationError
        If the training side is one trial.
    """
    dataset = with_calibration(dataset, False)  # the score is that of what is said, not how surely
    rng = np.random.default_rng(dataset.pipeline.training.seed)
    parts = inner(dataset, split, folds=folds, rng=rng)
    return {model: _score(dataset, model, parts, targets) for model in models}


def _score(
    dataset: Dataset, model: str, parts: Sequence[Split], targets: Sequence[Target]
) -> float:
    done = [run_fold(dataset, model, part, targets) for part in parts]
    scores = []
    for target in targets:
        answers, _ = gather(dataset, target, done)
        if answers is not None:
            score = concordance if answers.continuous else balanced_accuracy
            scores.append(float(score(answers.truth, answers.predicted)))
    return float(np.mean(scores)) if scores else 0.0
