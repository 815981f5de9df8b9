"""The tangent space of covariance matrices: the reference by pyriemann, then a linear model."""

from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.errors import EvaluationError, ModelError
from neuroaffect.models import options_of
from neuroaffect.training.learning.classical.lesson import Lesson
from neuroaffect.training.learning.classical.linear import fill_readout, linear_readout

if TYPE_CHECKING:
    from neuroaffect.models.head import AffectNetwork

__all__ = ["fit_tangent"]

_AT_ONCE = 1024  # rows
_REFERENCE_ROWS = 2000  # a mean of more matrices is hardly another one, but takes minutes


def fit_tangent(lesson: Lesson) -> "AffectNetwork":
    """Return the `tangent` network: reference mean, tangent vectors, a linear model per target.

    Logistic and ridge regression as for `logistic`, on tangent vectors as they are.

    Parameters
    ----------
    lesson : Lesson
        Its features are matrices of the electrodes.

    Returns
    -------
    AffectNetwork

    Raises
    ------
    EvaluationError
        If no row has a whole matrix.
    ModelError
        If single cells of the matrices are left out.

    Notes
    -----
    The reference is the mean of the rows that have every electrode which ever has a value, of
    2,000 at most; trials weigh the same. An electrode that never has one is lost in training and
    ever after.
    """
    options = options_of(lesson.network.name, lesson.network.options)
    network = lesson.fresh()  # refuses what is no matrix
    ever = lesson.present.any(axis=0)
    if not np.isfinite(lesson.sd[np.ix_(ever, ever)]).all():
        raise ModelError(
            "tangent reads whole matrices, but some of their cells are left out; "
            "set select = 0 in [training]"
        )
    _fill_reference(network.encoder, _reference(lesson, ever), lesson)
    embedding = _embedded(network.encoder, lesson)
    fill_readout(network, *linear_readout(embedding, lesson, penalty=1 / options.c))
    return network


def _reference(lesson: Lesson, ever: np.ndarray) -> np.ndarray:
    """Return G, (E, E); an electrode that never has a value is the unit, apart from all others."""
    try:
        from pyriemann.tangentspace import TangentSpace
    except ImportError:
        raise ModelError(
            "tangent is fitted by pyriemann, which is missing; pip install 'neuroaffect[train]'"
        ) from None

    lesson = lesson.thinned(_REFERENCE_ROWS)
    whole = lesson.present[:, ever].all(axis=1)
    if not whole.any():
        raise EvaluationError(
            f"tangent: in none of {len(whole)} training rows all {ever.sum()} electrodes have a "
            "value; leave out those of poor contact"
        )
    cells = np.where(np.isfinite(lesson.sd), lesson.sd, 0.0)
    matrices = (lesson.x[whole] * cells + lesson.mean)[:, ever][:, :, ever]
    weights = 1 / np.bincount(lesson.trials[whole])[lesson.trials[whole]]
    reference = np.eye(len(ever))
    space = TangentSpace(metric="riemann").fit(matrices, sample_weight=weights)
    reference[np.ix_(ever, ever)] = space.reference_
    return reference


def _fill_reference(encoder, reference: np.ndarray, lesson: Lesson) -> None:
    import torch

    values, vectors = np.linalg.eigh(reference)
    encoder.mean = torch.tensor(lesson.mean, dtype=torch.float64)
    encoder.sd = torch.tensor(np.where(np.isfinite(lesson.sd), lesson.sd, 0.0))
    encoder.reference = torch.tensor(reference)
    encoder.root = torch.tensor((vectors * np.sqrt(values)) @ vectors.T)
    encoder.precision = torch.tensor((vectors / values) @ vectors.T)


def _embedded(encoder, lesson: Lesson) -> np.ndarray:
    """Return what the encoder, as it will be live, makes of the rows, (n, width)."""
    import torch

    parts = np.array_split(np.arange(len(lesson.x)), len(lesson.x) // _AT_ONCE + 1)
    with torch.no_grad():
        return np.concatenate(
            [
                encoder(torch.tensor(lesson.x[rows]).float(), torch.tensor(lesson.present[rows]))
                for rows in parts
            ]
        ).astype(np.float64)
