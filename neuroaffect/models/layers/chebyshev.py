"""Chebyshev polynomials of a graph's Laplacian, a graph of its own for each sample.

Written out for dense matrices: a lost electrode loses its edges, so every sample has its own graph,
and the sparse form, which lists all edges of a batch, took 2.7 times as long on 14 electrodes and
12 times on 62.
"""

from torch import Tensor

__all__ = ["chebyshev_terms", "masked_edges"]


def chebyshev_terms(laplacian: Tensor, x: Tensor, count: int) -> list[Tensor]:
    """Return T₀(L)x, T₁(L)x, … of a Laplacian scaled to [-1, 1].

    Parameters
    ----------
    laplacian : Tensor, shape (B, E, E)
    x : Tensor, shape (B, E, F)
    count : int
        How many.

    Returns
    -------
    list of Tensor, each (B, E, F)

    References
    ----------
    Defferrard, Bresson, Vandergheynst (2016), Convolutional Neural Networks on Graphs with Fast
    Localized Spectral Filtering, arXiv:1606.09375
    """
    terms = [x, laplacian @ x][:count]
    while len(terms) < count:
        terms.append(2.0 * (laplacian @ terms[-1]) - terms[-2])
    return terms


def masked_edges(adjacency: Tensor, present: Tensor) -> Tensor:
    """Return the graph of each sample, (B, E, E), in which who is not there has no edges.

    Parameters
    ----------
    adjacency : Tensor, shape (E, E) or (B, E, E)
    present : Tensor of bool, shape (B, E)
    """
    there = present.to(adjacency.dtype)
    return adjacency * there[:, :, None] * there[:, None, :]
