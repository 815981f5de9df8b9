"""How unlike its training data an input is."""

from torch import Tensor, nn

__all__ = ["Novelty"]


class Novelty(nn.Module):
    """Mahalanobis distance under a Gaussian of few directions and equal spread in all others.

    Of the features, not of what a network makes of them: what a network has learned to overlook
    is still unlike.

    Parameters
    ----------
    components : Tensor, shape (K, E·F)
        Directions of the largest variance of the normalised training features, orthonormal.
    variances : Tensor, shape (K,)
        Along each.
    rest : Tensor, shape ()
        Variance along any other direction.

    Notes
    -----
    Divided by the number of features that have a value, so that 1 is usual whatever is missing.

    References
    ----------
    Tipping and Bishop (1999), doi:10.1111/1467-9868.00196 (the Gaussian); Lee et al. (2018),
    arXiv:1807.03888 (the distance as a sign of novelty, there of a network's layers)
    """

    components: Tensor
    variances: Tensor
    rest: Tensor

    def __init__(self, components: Tensor, variances: Tensor, rest: Tensor) -> None:
        super().__init__()
        self.register_buffer("components", components)
        self.register_buffer("variances", variances)
        self.register_buffer("rest", rest)

    def forward(self, z: Tensor, known: Tensor) -> Tensor:
        """(B, E, F) normalised, 0 where not known, (B, E, F) of bool → (B,)."""
        z = z.flatten(1)  # (B, E·F)
        along = (self.components @ z.T).T  # (B, K); written so, a graph holds them once
        # What is left over, and not the difference of two sums of squares: where few features are
        # looked at nothing is left, and rounding divided by a small `rest` would pass for news.
        outside = ((z - along @ self.components) ** 2).sum(dim=1)  # (B,)
        distance = (along**2 / self.variances).sum(dim=1) + outside / self.rest  # (B,)
        return distance / known.flatten(1).sum(dim=1).clamp(min=1)
