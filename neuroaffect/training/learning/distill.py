"""A large model teaches a small one: the student learns what the teacher says, tick by tick.

Ratings are not needed, so any recording that the teacher can hear may teach.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.errors import EvaluationError
from neuroaffect.models import AffectModel, InputShape, rebuild
from neuroaffect.models.card import Card
from neuroaffect.pipeline import Network, Pipeline, Recipe
from neuroaffect.training.data.classes import PersonThresholds, Threshold, encode
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.data.normaliser import statistics
from neuroaffect.training.data.rows import Rows
from neuroaffect.training.learning.classical import FITTERS
from neuroaffect.training.learning.familiar import novelty_from
from neuroaffect.training.learning.fitted import Fitted
from neuroaffect.training.learning.loop import Progress, train
from neuroaffect.training.learning.shares import balance_of

__all__ = ["Lecture", "common_rows", "distill", "lecture_of", "thresholds_of"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Lecture:
    """What a teacher says of each row.

    Parameters
    ----------
    raw : ndarray, shape (n, outputs)
        Logits, or mean and log sd, of each target.
    likeness : ndarray, shape (n, 25), or None
        Logarithm of how much it is like each prototype, if the teacher has any.
    prototypes : ndarray, shape (25, width), or None
    """

    raw: np.ndarray
    likeness: np.ndarray | None = None
    prototypes: np.ndarray | None = None

    def take(self, rows: np.ndarray) -> "Lecture":
        """Return what is said of these rows."""
        likeness = None if self.likeness is None else self.likeness[rows]
        return replace(self, raw=self.raw[rows], likeness=likeness)


def lecture_of(folder: Path | str, dataset: Dataset) -> Lecture:
    """Return what the model in a bundle says of each row of its own pipeline's features.

    Raises
    ------
    ModelError
        If it is no bundle, or of another pipeline.
    """
    model = AffectModel.load(folder)
    model.check_pipeline(dataset.pipeline)
    features = np.asarray(dataset.features)
    lecture = Lecture(raw=model.outputs(features))
    if model.card.readout != "prototypes":
        return lecture
    import torch

    whole = rebuild(folder)
    x, known = whole.normalised(torch.from_numpy(features.astype(np.float32)))
    with torch.no_grad():
        head = whole.network.head
        likeness = head.readout.likeness(head.trunk(whole.network.embed(x, known.any(dim=-1))))
    prototypes = head.readout.prototypes.numpy()
    return replace(lecture, likeness=likeness.numpy(), prototypes=prototypes)


def thresholds_of(card: Card) -> dict[str, Threshold]:
    """Return what was high when a bundle's model was trained, each person's own where it had one.

    A student is asked by them, and keeps them.
    """
    return {
        name: PersonThresholds(pooled=pooled, of=card.person_thresholds[name])
        if name in card.person_thresholds
        else pooled
        for name, pooled in card.thresholds.items()
    }


def common_rows(teacher: Dataset, student: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of both datasets that are the same tick, as numbers.

    Raises
    ------
    EvaluationError
        If there is none.
    """
    places = [
        {key: row for row, key in enumerate(zip(d.subject, d.session, d.time, strict=True))}
        for d in (teacher, student)
    ]
    both = [key for key in places[1] if key in places[0]]
    if not both:
        raise EvaluationError(
            "teacher and student never both have enough features at one tick; "
            "let them read blocks of one pipeline"
        )
    return tuple(np.array([place[key] for key in both]) for place in places)


def distill(
    dataset: Dataset,
    lecture: Lecture,
    *,
    targets: Sequence[Target],
    thresholds: Mapping[str, Threshold] = MappingProxyType({}),
    pipeline: Pipeline | None = None,
    labels: bool = False,
    progress: Progress | None = None,
) -> Fitted:
    """Train a network on what a teacher says.

    Parameters
    ----------
    dataset : Dataset
        What the student hears.
    lecture : Lecture
        What the teacher says of the same rows.
    targets : sequence of Target
        The teacher's.
    thresholds : mapping of str to float or PersonThresholds
        The teacher's, see :func:`thresholds_of`.
    pipeline : Pipeline, optional
        Whose network and recipe to use; by default the dataset's own.
    labels : bool
        Learn from the ratings as well, with the recipe's loss and class weights.
    progress : callable, optional
        Called with (epochs done, epochs in all).

    Raises
    ------
    EvaluationError
        If the student is fitted in one go and cannot be taught, or its recipe leaves out features
        or rows, or makes some: it hears all that its teacher speaks of.

    Notes
    -----
    A student is not calibrated: stretches that are held out from it were not held out from its
    teacher, who may know their ratings. It says no intervals.

    Numbers learn by concordance with the teacher's means over the batch (and the logarithm of its
    error bar by squares, ours), classes by its softened probabilities at temperature 5. With
    prototypes, the student's embedding is projected to the teacher's width and learns to be like
    the same prototypes, weighed 0.12; the projection is thrown away.

    References
    ----------
    Hinton, Vinyals, Dean (2015), arXiv:1503.02531; NeuroGaze-Distill (2025), arXiv:2509.11916;
    Wav2Small (2024), arXiv:2408.13920
    """
    pipeline = pipeline or dataset.pipeline
    from neuroaffect.models.lessons.teacher import Teacher

    _require_student(pipeline.network)
    _require_all_heard(pipeline.training)
    weight = dataset.trial_weight
    mean, sd = statistics(dataset.features, weight)
    rows = Rows(dataset, mean, sd)
    shape = InputShape.of(dataset.input, hop_s=pipeline.hop_s)
    ratings = (
        {t.dimension: encode(dataset.labels, t, thresholds, dataset.subject) for t in targets}
        if labels
        else {}
    )
    network = train(
        pipeline.network,
        pipeline.training,
        rows=rows,
        shape=shape,
        person=np.zeros(len(dataset), dtype=np.int64),
        labels=ratings,
        targets=targets,
        row_weights=weight,
        class_weights=(
            balance_of(ratings, targets, weight)
            if labels and pipeline.training.class_weights
            else {}
        ),
        teacher=lambda width: Teacher(
            lecture.raw, targets, width, likeness=lecture.likeness, prototypes=lecture.prototypes
        ),
        progress=progress,
    )
    return Fitted(
        network=network,
        pipeline=pipeline,
        targets=tuple(targets),
        rates_hz=dataset.rates_hz,
        input=dataset.input,
        mean=mean,
        sd=sd,
        thresholds=dict(thresholds),
        majority={},
        one_class=frozenset(),
        novelty=novelty_from(
            rows, weight, groups=len(np.unique(dataset.trials)), seed=pipeline.training.seed
        ),
    )


def _require_student(network: Network) -> None:
    if network.name in FITTERS or network.readout != "linear":
        raise EvaluationError(
            f"'{network.name}' with a {network.readout} readout is fitted in one go and cannot "
            "be taught; choose a network that is trained step by step, such as tiny"
        )


def _require_all_heard(recipe: Recipe) -> None:
    usual = Recipe()
    for key in ("select", "drop_share", "oversample"):
        if getattr(recipe, key) != getattr(usual, key):
            raise EvaluationError(
                f"a student hears every row and feature that its teacher speaks of, but its recipe "
                f"has {key} = {getattr(recipe, key)}; leave it out"
            )
