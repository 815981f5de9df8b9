"""Every model on every fold of every split: one row of scores per model, split and dimension."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.errors import EvaluationError
from neuroaffect.training.dataset import Dataset
from neuroaffect.training.folds import Fold, gather, is_confounded, run_fold
from neuroaffect.training.score import evaluate_answers
from neuroaffect.training.split import Split, make_splits

__all__ = ["Row", "evaluate"]

Row = dict[str, object]

# A leaky split is measured against the honest split that trains on the same people.
_HONEST = {
    "leaky": ("leave-trials-out", "blocked", "leave-session-out"),
    "leaky-across-subjects": ("leave-subject-out",),
}


def evaluate(
    dataset: Dataset,
    *,
    targets: Sequence[Target],
    models: Sequence[str],
    splits: Sequence[str],
    folds: int,
    rng: np.random.Generator,
    corpus: str = "",
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> list[Row]:
    """Score models on splits; all targets of a model are learned together.

    Parameters
    ----------
    dataset : Dataset
    targets : sequence of Target
    models : sequence of str
        Networks by name, and "logistic".
    splits : sequence of str
        Of :data:`neuroaffect.training.split.SPLITS`.
    folds : int
        For the splits that have a choice.
    rng : numpy.random.Generator
        For dealing trials out, the intervals and the permutations. Fits take their seed from the
        pipeline's recipe, so workers and order do not matter.
    corpus : str
        Name of the data, kept in each row.
    workers : int
        Processes; 1 stays in this one. A joblib backend chosen outside is used.
    progress : callable, optional
        Called with (folds done, folds in all).

    Returns
    -------
    list of dict
        Keys: corpus, model, split, leaky, confounded, dimension, subjects, subjects_left_out,
        trials, ticks, folds, seconds, optimistic_points, note, and those of
        :func:`neuroaffect.training.score.evaluate_answers`.

    Raises
    ------
    EvaluationError
        If a split is not possible on this dataset, or nothing can be scored.
    """
    made = {name: make_splits(dataset, name, folds=folds, rng=rng) for name in splits}
    jobs = [(model, split) for model in models for name in splits for split in made[name]]
    done = _run(dataset, jobs, targets, workers, progress)
    rows = []
    for model in models:
        for name in splits:
            results = [next(done) for _ in made[name]]
            rows += [
                _row(dataset, target, made[name], results, rng, corpus=corpus, model=model)
                for target in targets
            ]
    _compare(rows)
    return rows


def _run(
    dataset: Dataset,
    jobs: Sequence[tuple[str, Split]],
    targets: Sequence[Target],
    workers: int,
    progress: Callable[[int, int], None] | None,
) -> Iterator[Fold]:
    """Yield the fold of each job, in order."""
    results: Iterable[Fold]
    if workers == 1:
        results = (run_fold(dataset, model, split, targets) for model, split in jobs)
    else:
        import joblib

        results = joblib.Parallel(n_jobs=workers, return_as="generator")(
            joblib.delayed(run_fold)(dataset, model, split, targets) for model, split in jobs
        )
    for done, result in enumerate(results, start=1):
        if progress is not None:
            progress(done, len(jobs))
        yield result


def _row(
    dataset: Dataset,
    target: Target,
    splits: Sequence[Split],
    folds: Sequence[Fold],
    rng: np.random.Generator,
    *,
    corpus: str,
    model: str,
) -> Row:
    answers, left_out = gather(dataset, target, folds)
    if answers is None:
        raise EvaluationError(
            f"split '{splits[0].name}' leaves no training side with two classes of "
            f"'{target.dimension}'; choose another split or more trials"
        )
    confounded = is_confounded(dataset, target, splits, folds)
    return {
        "corpus": corpus,
        "model": model,
        "split": splits[0].name,
        "leaky": splits[0].leaky,
        "confounded": confounded,
        "dimension": target.dimension,
        "subjects": len(np.unique(answers.subject)),
        "subjects_left_out": len(left_out),
        "trials": len(answers.truth),
        "ticks": sum(len(fold.test) for fold in folds),
        "folds": len(folds),
        **evaluate_answers(answers, rng=rng),
        "seconds": sum(fold.seconds for fold in folds),
        "optimistic_points": None,
        "note": _note(splits[0], confounded, len(left_out)),
    }


def _note(split: Split, confounded: bool, left_out: int) -> str:
    said = []
    if split.leaky:
        said.append("diagnostic: trials are on both sides")
    if confounded:
        said.append("confounded: class and recording are the same thing here")
    if left_out:
        said.append(f"{left_out} left out: one class only in a training side")
    return "; ".join(said)


def _compare(rows: Sequence[Row]) -> None:
    """Write into each leaky row by how many points it flatters."""
    scores = {(row["model"], row["dimension"], row["split"]): row for row in rows}
    for row in rows:
        for name in _HONEST.get(str(row["split"]), ()):
            honest = scores.get((row["model"], row["dimension"], name))
            if honest is None or row["balanced_accuracy"] is None:
                continue
            points = 100 * (row["balanced_accuracy"] - honest["balanced_accuracy"])
            row["optimistic_points"] = points
            row["note"] = (
                f"{row['note']}; optimistic by {points:.0f} points on your data (against {name})"
            )
            break
