"""Extremely randomised trees by scikit-learn, laid out as tensors."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.models import options_of
from neuroaffect.models.options import ExtraTreesOptions
from neuroaffect.training.learning.classical.held_out import residual_sd
from neuroaffect.training.learning.classical.lesson import Lesson
from neuroaffect.training.learning.classical.linear import LEAST_SD, fill_readout

if TYPE_CHECKING:
    from sklearn.tree import BaseDecisionTree

    from neuroaffect.models.head import AffectNetwork

__all__ = ["fit_extratrees"]


def fit_extratrees(lesson: Lesson) -> "AffectNetwork":
    """Return the `extratrees` network: a forest for each target.

    A continuous target has the sd of its residuals on trials that its trees were not grown on.

    Parameters
    ----------
    lesson : Lesson

    Returns
    -------
    AffectNetwork

    Notes
    -----
    Depth and number of leaves are bounded (ours): ticks of one trial are nearly the same, and
    trees grown to the end would learn each of them.
    """
    options = options_of(lesson.network.name, lesson.network.options)
    # scikit-learn looks at float32; what it sees here is what it will see live.
    x = lesson.x.reshape(len(lesson.x), -1).astype(np.float32)
    outputs = sum(target.outputs for target in lesson.targets)
    log_sd, is_class = np.zeros(outputs), np.zeros(outputs, dtype=bool)
    trees: list[_Tree] = []
    for target, columns, rows in lesson.rated():
        y, w = lesson.labels[target.dimension][rows], lesson.weights[target.dimension][rows]
        is_class[columns] = bool(target.classes)
        model = _model(target, options, lesson.seed)
        if not target.classes:
            sd = residual_sd(model, x[rows], y, w, lesson.trials[rows])
            log_sd[columns.start + 1] = np.log(max(sd, LEAST_SD))
        model.fit(x[rows], y, sample_weight=w)
        told = columns.start + (model.classes_.astype(int) if target.classes else np.zeros(1, int))
        trees += [_Tree(tree, told, outputs, len(model.estimators_)) for tree in model.estimators_]
    network = lesson.fresh()
    _fill(network, trees, log_sd, is_class)
    return network


def _model(target: Target, options: ExtraTreesOptions, seed: int):
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

    kind = ExtraTreesClassifier if target.classes else ExtraTreesRegressor
    return kind(
        n_estimators=options.trees,
        max_depth=options.depth,
        max_leaf_nodes=options.leaves,
        max_features="sqrt",
        random_state=seed,
    )


class _Tree:
    """One tree's nodes, as the network looks them up."""

    def __init__(
        self, tree: "BaseDecisionTree", told: np.ndarray, outputs: int, trees: int
    ) -> None:
        nodes = tree.tree_
        self.count = nodes.node_count
        is_leaf = nodes.children_left < 0
        self.feature = np.where(is_leaf, 0, nodes.feature)
        self.threshold = np.where(is_leaf, 0.0, _not_above(nodes.threshold))
        itself = np.arange(self.count)
        sides = nodes.children_left, nodes.children_right
        self.below = np.stack([np.where(is_leaf, itself, side) for side in sides], axis=1)
        self.leaf = np.zeros((self.count, outputs))
        self.leaf[:, told] = nodes.value[:, 0, :] / trees


def _not_above(thresholds: np.ndarray) -> np.ndarray:
    """Return the largest float32 that is not above each threshold."""
    near = thresholds.astype(np.float32)
    return np.where(near > thresholds, np.nextafter(near, np.float32(-np.inf)), near)


def _fill(
    network: "AffectNetwork", trees: Sequence[_Tree], log_sd: np.ndarray, is_class: np.ndarray
) -> None:
    import torch

    nodes, encoder = max(tree.count for tree in trees), network.encoder
    for name, kind in (
        ("feature", torch.int32),
        ("threshold", torch.float32),
        ("below", torch.int32),
        ("leaf", torch.float32),
    ):
        parts = [getattr(tree, name) for tree in trees]
        filled = [np.pad(p, [(0, nodes - len(p)), *[(0, 0)] * (p.ndim - 1)]) for p in parts]
        setattr(encoder, name, torch.tensor(np.stack(filled), dtype=kind))
    encoder.log_sd = torch.tensor(log_sd, dtype=torch.float32)
    encoder.is_class = torch.tensor(is_class)
    fill_readout(network, np.eye(encoder.width), np.zeros(encoder.width))
