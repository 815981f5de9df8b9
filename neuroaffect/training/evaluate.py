"""Every model on every fold of every split: one row of scores per model, split and dimension."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.data.own_scale import Scale, on_own_scale
from neuroaffect.training.jobs.kept import KeptFolds
from neuroaffect.training.jobs.running import run_folds
from neuroaffect.training.scoring.choice import best_of
from neuroaffect.training.scoring.folds import Fold, gather, is_confounded
from neuroaffect.training.scoring.identity import trial_identity
from neuroaffect.training.scoring.judged import judge, with_calibration
from neuroaffect.training.scoring.score import evaluate_answers
from neuroaffect.training.splits import Split, make_splits, scheme_of

__all__ = ["Row", "evaluate"]

Row = dict[str, object]


def evaluate(
    dataset: Dataset,
    *,
    targets: Sequence[Target],
    models: Sequence[str],
    splits: Sequence[str],
    folds: int,
    rng: np.random.Generator,
    corpus: str = "",
    choose: bool = False,
    calibrate: bool = False,
    normalise: Scale = "training",
    workers: int = 1,
    cluster: str = "",
    kept: Path | None = None,
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
        Of :data:`neuroaffect.training.splits.SPLITS`; a family gives rows of each member.
    folds : int
        For the splits that have a choice.
    rng : numpy.random.Generator
        Its next number seeds dealing trials out, the intervals and the permutations: each split
        and each row has a child of its own, whatever else is asked in the same call. Fits take
        their seed from the pipeline's recipe, so workers and order do not matter.
    corpus : str
        Name of the data, kept in each row.
    choose : bool
        Score one more model, "best of" all others: each fold chooses among them on inner folds of
        its own training side.
    calibrate : bool
        Find out inside each fold how sure its model may be, and judge that on the test side; takes
        the recipe's `calibration_folds` times as long.
    normalise : {"training", "person", "session"}
        Put features on each person's, or sitting's, own scale before anything else
        (:func:`neuroaffect.training.data.own_scale.on_own_scale`).
    workers : int
        Processes; 1 stays in this one. A joblib backend chosen outside is used.
    cluster : str
        Address of a Dask scheduler whose workers run the folds instead.
    kept : Path, optional
        Folder where folds that are done lie, and are put (:mod:`neuroaffect.training.jobs.kept`).
    progress : callable, optional
        Called with (folds done, folds in all).

    Returns
    -------
    list of dict
        Keys: corpus, model, split, leaky, confounded, dimension, subjects, subjects_left_out,
        chosen (how many folds chose each model), trial_identity (how well the features tell trials
        apart: no score), normalised, trials, ticks, folds, seconds, optimistic_points, note, those
        of :func:`neuroaffect.training.scoring.score.evaluate_answers` and
        :func:`neuroaffect.training.scoring.judged.judge`, and answers: what was said of each
        trial, to be read by :meth:`neuroaffect.training.scoring.answers.Answers.heard`.

    Raises
    ------
    EvaluationError
        If a split is not possible on this dataset, or nothing can be scored.
    """
    dataset = with_calibration(dataset, calibrate)
    dataset = on_own_scale(dataset, normalise)
    models = [*models, best_of(models)] if choose else models
    seed = int(rng.integers(2**63))
    made = _made(dataset, splits, folds, seed)
    jobs = [(model, split) for model in models for group in made.values() for split in group]
    done = run_folds(
        dataset,
        jobs,
        targets,
        workers=workers,
        cluster=cluster,
        # Known by the dataset as it is run: with or without calibration, on whichever scale.
        kept=None if kept is None else KeptFolds(kept, dataset, targets),
        progress=progress,
    )
    rows = []
    for model in models:
        for group in made.values():
            results = [next(done) for _ in group]
            scored = [
                _row(dataset, target, group, results, seed, corpus=corpus, model=model)
                for target in targets
            ]
            rows += [row for row in scored if row is not None]
    if not rows:
        raise EvaluationError("no training side has two classes; give more trials, of both")
    _compare(rows)
    rows = [_scaled(row, normalise) for row in rows]
    identity = trial_identity(dataset)
    told = None if identity is None else asdict(identity)
    return [{**row, "trial_identity": told} for row in rows]


def _made(dataset: Dataset, names: Sequence[str], folds: int, seed: int) -> dict[str, list[Split]]:
    """Return the folds by the name of their split; a family gives several."""
    made = {}
    for name in names:
        folded = make_splits(dataset, name, folds=folds, rng=_child(seed, name))
        made |= {own: list(group) for own, group in groupby(folded, key=attrgetter("name"))}
    return made


def _row(
    dataset: Dataset,
    target: Target,
    splits: Sequence[Split],
    folds: Sequence[Fold],
    seed: int,
    *,
    corpus: str,
    model: str,
) -> Row | None:
    answers, left_out = gather(dataset, target, folds)
    if answers is None and scheme_of(splits[0].name).counted:
        return None  # of a curve the first points may be out of reach
    if answers is None:
        raise EvaluationError(
            f"split '{splits[0].name}' leaves no training side with two classes of "
            f"'{target.dimension}'; choose another split or more trials"
        )
    confounded = is_confounded(dataset, target, splits, folds)
    bars = judge(dataset, target, folds)
    return {
        "corpus": corpus,
        "model": model,
        "split": splits[0].name,
        "leaky": splits[0].leaky,
        "confounded": confounded,
        "dimension": target.dimension,
        "subjects": len(np.unique(answers.subject)),
        "subjects_left_out": len(left_out),
        "trials": len(np.unique(answers.whole)),
        "ticks": sum(len(fold.test) for fold in folds),
        "folds": len(folds),
        "chosen": _chosen(model, folds),
        **evaluate_answers(
            answers,
            rng=_child(seed, splits[0].name, model, target.dimension),
            ordered=target.kind == "ordinal",
        ),
        **bars,
        "seconds": sum(fold.seconds for fold in folds),
        "optimistic_points": None,
        "note": "; ".join(_notes(splits[0], confounded, len(left_out), bars)),
        "answers": answers.told(),
    }


def _child(seed: int, *names: str) -> np.random.Generator:
    """Return a generator that only the seed and these names decide."""
    return np.random.default_rng([seed, *"/".join(names).encode()])


def _chosen(model: str, folds: Sequence[Fold]) -> dict[str, int] | None:
    """Return how many folds chose each model; None where there was no choice."""
    return None if folds[0].model == model else dict(Counter(fold.model for fold in folds))


def _scaled(row: Row, normalise: Scale) -> Row:
    """Return the row with what its features were scaled by."""
    if normalise == "training":
        return {**row, "normalised": normalise}
    who = {"person": "people on their", "session": "sittings on their"}[normalise]
    told = f"{who} own scale: needs recordings beforehand, no labels"
    return {**row, "normalised": normalise, "note": "; ".join(filter(None, [row["note"], told]))}


def _notes(
    split: Split, confounded: bool, left_out: int, bars: Mapping[str, float | None]
) -> Iterator[str]:
    reference = scheme_of(split.name).reference
    if split.leaky:
        yield "diagnostic: trials are on both sides"
    if reference:
        yield f"protocol of {reference}"
    if confounded:
        yield "confounded: class and recording are the same thing here"
    if left_out:
        yield f"{left_out} left out: one class only in a training side"
    if bars["interval_level"]:
        promised, kept = (100 * bars[f"interval_{what}"] for what in ("level", "coverage"))
        yield f"{promised:.0f} % intervals held {kept:.0f} %"
    if bars["ece_calibrated"] is not None:
        yield f"calibration error {bars['ece_calibrated']:.2f} once calibrated"


def _compare(rows: Sequence[Row]) -> None:
    """Write into each leaky row by how many points it flatters."""
    scores = {(row["model"], row["dimension"], row["split"]): row for row in rows}
    for row in rows:
        for name in scheme_of(str(row["split"])).against:
            honest = scores.get((row["model"], row["dimension"], name))
            if honest is None or row["balanced_accuracy"] is None:
                continue
            points = 100 * (row["balanced_accuracy"] - honest["balanced_accuracy"])
            row["optimistic_points"] = points
            row["note"] = (
                f"{row['note']}; optimistic by {points:.0f} points on your data (against {name})"
            )
            break
