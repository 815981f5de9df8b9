"""Ways of splitting by name."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from neuroaffect.errors import EvaluationError, known_names
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.splits.blocks import blocked
from neuroaffect.training.splits.calibration import calibrated_subject_out, first_trials
from neuroaffect.training.splits.groups import leave_session_out, leave_subject_out
from neuroaffect.training.splits.leaky import leaky, leaky_across_subjects
from neuroaffect.training.splits.papers import (
    deap_loto,
    histn2024,
    histn2024_finetuned,
    libeer2024,
    rbtransformer2025,
)
from neuroaffect.training.splits.split import Split
from neuroaffect.training.splits.trials import leave_one_trial_out, leave_trials_out

__all__ = ["SPLITS", "Scheme", "make_splits", "scheme_of"]

_WITHIN = ("leave-trials-out", "blocked", "leave-one-trial-out", "leave-session-out")
_COUNTED = re.compile(r"(.+)-(\d+)")


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """A way of splitting.

    Parameters
    ----------
    make : callable
        (dataset, folds, rng, counts) → splits; each takes what it needs.
    title : str
        What it asks, in a few words.
    leaky : bool
        Trials are on both sides: a diagnostic, no score.
    against : tuple of str
        The honest splits that a leaky one is measured against: those that train on the same
        people, the first that was scored.
    counted : bool
        A family, one member per number of trials: "first-trials" makes all, "first-trials-4" one.
    reference : str
        The paper whose protocol it is.
    """

    make: Callable[[Dataset, int, np.random.Generator, Sequence[int]], list[Split]]
    title: str
    leaky: bool = False
    against: tuple[str, ...] = ()
    counted: bool = False
    reference: str = ""


SPLITS: Mapping[str, Scheme] = MappingProxyType(
    {
        "leave-one-trial-out": Scheme(
            title="a person's model, one trial out",
            make=lambda data, folds, rng, counts: leave_one_trial_out(data),
        ),
        "leave-trials-out": Scheme(
            title="a person's model, trials dealt into folds",
            make=lambda data, folds, rng, counts: leave_trials_out(data, folds=folds, rng=rng),
        ),
        "blocked": Scheme(
            title="a person's model, a stretch of each session out",
            make=lambda data, folds, rng, counts: blocked(data, folds=folds),
        ),
        "first-trials": Scheme(
            title="a person's model from the first k trials",
            make=lambda data, folds, rng, counts: first_trials(data, counts=counts),
            counted=True,
        ),
        "leave-session-out": Scheme(
            title="a person's model, a session out",
            make=lambda data, folds, rng, counts: leave_session_out(data),
        ),
        "leave-subject-out": Scheme(
            title="other people's model",
            make=lambda data, folds, rng, counts: leave_subject_out(data),
        ),
        "calibrated-subject-out": Scheme(
            title="other people's model, with k trials of the person",
            make=lambda data, folds, rng, counts: calibrated_subject_out(data, counts=counts),
            counted=True,
        ),
        "libeer2024": Scheme(
            title="LibEER: trials .6/.2/.2, once",
            make=lambda data, folds, rng, counts: libeer2024(data, rng=rng),
            reference="arXiv:2410.09767",
        ),
        "deap_loto": Scheme(
            title="DEAP: one trial out",
            make=lambda data, folds, rng, counts: deap_loto(data),
            reference="doi:10.1109/T-AFFC.2011.15",
        ),
        "leaky": Scheme(
            title="a person's windows, shuffled",
            make=lambda data, folds, rng, counts: leaky(data, folds=folds, rng=rng),
            leaky=True,
            against=_WITHIN,
        ),
        "leaky-across-subjects": Scheme(
            title="everybody's windows, shuffled",
            make=lambda data, folds, rng, counts: leaky_across_subjects(data, folds=folds, rng=rng),
            leaky=True,
            against=("leave-subject-out",),
        ),
        "rbtransformer2025": Scheme(
            title="RBTransformer: everybody's windows, shuffled",
            make=lambda data, folds, rng, counts: rbtransformer2025(data),
            leaky=True,
            against=("leave-subject-out",),
            reference="arXiv:2511.13954",
        ),
        "histn2024": Scheme(
            title="HiSTN: ten blocks inside each trial",
            make=lambda data, folds, rng, counts: histn2024(data),
            leaky=True,
            against=_WITHIN,
            reference="arXiv:2408.15255",
        ),
        "histn2024-finetuned": Scheme(
            title="HiSTN: others, and the start of each test trial",
            make=lambda data, folds, rng, counts: histn2024_finetuned(data),
            leaky=True,
            against=("leave-subject-out",),
            reference="arXiv:2408.15255",
        ),
    }
)


def scheme_of(name: str) -> Scheme:
    """Return the way of splitting that has this name, "first-trials-4" being one of its family.

    Raises
    ------
    EvaluationError
        If there is none.
    """
    return _found(name)[0]


def make_splits(
    dataset: Dataset, name: str, *, folds: int, rng: np.random.Generator
) -> list[Split]:
    """Return the folds of the way of splitting that has this name.

    A family ("first-trials") gives the folds of each of its members, by their own names.

    Raises
    ------
    EvaluationError
        If there is none of this name, or the dataset does not allow it.
    """
    scheme, counts = _found(name)
    return scheme.make(dataset, folds, rng, counts)


def _found(name: str) -> tuple[Scheme, tuple[int, ...]]:
    if name in SPLITS:
        return SPLITS[name], ()
    counted = _COUNTED.fullmatch(name)
    if counted and counted[1] in SPLITS and SPLITS[counted[1]].counted:
        return SPLITS[counted[1]], (int(counted[2]),)
    raise EvaluationError(f"no split is called '{name}'{known_names(name, SPLITS)}")
