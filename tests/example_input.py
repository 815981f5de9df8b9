"""Noise that a network can work on."""

from neuroaffect.models import NETWORKS

__all__ = ["QUICK", "example_input"]

# Options with which a test need not wait.
QUICK = {"extratrees": {"trees": 20}}


def example_input(name, n, rng):
    """Return rows of the example input of a network, (n, E, F), as its blocks could give them."""
    electrodes, features = NETWORKS[name].example().size
    if NETWORKS[name].reads == "covariance":
        samples = rng.normal(size=(n, electrodes, 4 * electrodes))
        return samples @ samples.transpose(0, 2, 1) / samples.shape[2]
    return rng.normal(size=(n, electrodes, features))
