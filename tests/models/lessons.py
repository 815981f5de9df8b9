"""Rows to fit a model on, for the networks that no loop trains."""

import numpy as np
from example_input import QUICK, example_input

from neuroaffect.models import NETWORKS
from neuroaffect.pipeline import Network
from neuroaffect.training.learning.classical import FITTERS, Lesson

FITTED = tuple(name for name, options in NETWORKS.items() if options.trained_by == "fit")
LOOPED = tuple(name for name, options in NETWORKS.items() if options.trained_by == "loop")


def lesson(name, x, labels, targets, *, weights=None, trials=None, seed=0, **options):
    """Return a lesson of normalised rows (n, E, F), every electrode there, a trial each."""
    n, shape = len(x), NETWORKS[name].example()
    return Lesson(
        network=Network(name=name, options=options),
        x=np.asarray(x, np.float64),
        present=np.ones((n, x.shape[1]), dtype=bool),
        mean=np.zeros(shape.size),
        sd=np.ones(shape.size),
        labels={d: np.asarray(y, np.float64) for d, y in labels.items()},
        weights=weights or {d: np.ones(n) for d in labels},
        trials=np.arange(n) if trials is None else trials,
        targets=tuple(targets),
        shape=shape,
        seed=seed,
    )


def fitted(name, targets, *, seed=0, n=24, **options):
    """Return the model fitted on noise, a class or a value for each row."""
    rng = np.random.default_rng(seed)
    x = example_input(name, n, rng)
    labels = {
        t.dimension: np.arange(n) % len(t.classes) if t.classes else rng.uniform(-1, 1, n)
        for t in targets
    }
    options = QUICK.get(name, {}) | options
    return FITTERS[name](lesson(name, x, labels, targets, seed=seed, **options)).train()
