"""How published figures were made: the papers' protocols by name, leaks and all.

What a paper trains with (its network, its recipe) is not in here: these say who trains and who
tests. A validation side, where a paper has one, is left out of both sides, since our loop keeps
the last epoch and chooses none.

References
----------
Kumar, Bhandari, Maragatham (2025), arXiv:2511.13954; Kuang, Song, Michoski (2024),
arXiv:2408.15255; Liu et al. (2024), LibEER, arXiv:2410.09767; Koelstra et al. (2012), DEAP,
doi:10.1109/T-AFFC.2011.15
"""

import numpy as np

from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.splits.split import Split, apart, in_time, people
from neuroaffect.training.splits.trials import deal, leave_one_trial_out

__all__ = [
    "deap_loto",
    "histn2024",
    "histn2024_finetuned",
    "libeer2024",
    "rbtransformer2025",
]

_RBTRANSFORMER_SEED = 23  # theirs
_HISTN_BLOCKS = 10  # of 6 s in a trial of 60 s
_HISTN_TUNED = 1 / 6  # 10 s of 60 s


def rbtransformer2025(dataset: Dataset) -> list[Split]:
    """Shuffle the windows of all people into five folds, a tenth of them dropped before.

    Notes
    -----
    Leaky: trials are on both sides. "Subject-dependent" there means that test people were seen;
    one model serves all. The folds are scikit-learn's ``KFold(5, shuffle=True, random_state=23)``
    as in the paper's code; which tenth is dropped is ours.
    """
    from sklearn.model_selection import KFold

    rng = np.random.default_rng(_RBTRANSFORMER_SEED)
    rows = np.sort(rng.permutation(len(dataset))[: len(dataset) - len(dataset) // 10])
    folds = KFold(5, shuffle=True, random_state=_RBTRANSFORMER_SEED)
    return [
        _leaky("rbtransformer2025", dataset, rows[train], rows[test])
        for train, test in folds.split(rows)
    ]


def histn2024(dataset: Dataset) -> list[Split]:
    """Cut every trial into ten blocks along time: one tests, the one before it validates.

    Notes
    -----
    Leaky: all trials of a person are in every training side. Before the first block we take the
    last as validation. Blocks touch: nothing is purged between them.
    """
    splits = []
    for rows in people(dataset):
        block = np.floor(_within_trials(dataset, rows) * _HISTN_BLOCKS).astype(int)
        for fold in range(_HISTN_BLOCKS):
            validation = (fold - 1) % _HISTN_BLOCKS
            train = rows[(block != fold) & (block != validation)]
            splits.append(_leaky("histn2024", dataset, train, rows[block == fold]))
    return splits


def histn2024_finetuned(dataset: Dataset) -> list[Split]:
    """Train on all other people and the first sixth of every test trial, with its label.

    Notes
    -----
    Leaky, and called subject-independent in the paper: the labels of the test trials are learned
    from their first 10 s of 60. The paper trains in two stages, we in one.
    """
    everyone = np.arange(len(dataset))
    splits = []
    for rows in people(dataset):
        tuned = _within_trials(dataset, rows) < _HISTN_TUNED
        train = np.union1d(np.setdiff1d(everyone, rows), rows[tuned])
        splits.append(_leaky("histn2024-finetuned", dataset, train, rows[~tuned]))
    return splits


def libeer2024(dataset: Dataset, *, rng: np.random.Generator) -> list[Split]:
    """Split each person's trials once, .6 to train, .2 to validate, .2 to test, ratings spread.

    Notes
    -----
    Honest: trials are whole. Its features are not: the paper filters forth and back and smooths
    over the whole trial, which is no matter of splits. One split per person rests on few trials.
    """
    splits = []
    for rows in people(dataset):
        part = deal(dataset, rows, 5, rng)
        splits.append(apart("libeer2024", dataset, train=rows[part >= 2], test=rows[part == 0]))
    return splits


def deap_loto(dataset: Dataset) -> list[Split]:
    """Leave one trial out, one model per person and trial: honest."""
    return leave_one_trial_out(dataset, name="deap_loto")


def _leaky(name: str, dataset: Dataset, train: np.ndarray, test: np.ndarray) -> Split:
    return Split(name=name, train=train, test=test, trials=dataset.trials, leaky=True)


def _within_trials(dataset: Dataset, rows: np.ndarray) -> np.ndarray:
    """Return how far into its trial each row is, by its rank, from 0 to below 1, (rows,)."""
    share = np.empty(len(dataset))
    ordered = in_time(dataset, rows)
    for trial in np.unique(dataset.trials[rows]):
        inside = ordered[dataset.trials[ordered] == trial]
        share[inside] = np.arange(len(inside)) / len(inside)
    return share[rows]
