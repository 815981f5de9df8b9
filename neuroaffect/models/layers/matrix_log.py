"""The logarithm of positive definite matrices, of products alone: ONNX knows no eigenvalues.

Roots by the scaled Newton-Schulz iteration, until the matrix is near 1; then the inverse of the
hyperbolic sine, which is odd and needs no inverse: Y = A^(1/2^k) and Z = A^(-1/2^k) come out of
the iteration together, and (Y - Z)/2 = sinh(log(A)/2^k).

References
----------
Higham (2008), Functions of Matrices, chapters 6 and 11, doi:10.1137/1.9780898717778; Chen, Chow
(2014), A stable scaling of Newton-Schulz for improving the sign function computation of a
Hermitian matrix, Argonne ANL/MCS-P5059-0114
"""

import math

import torch
from torch import Tensor

__all__ = ["logm"]

_LEAST_SIGN = 1e-7  # of the norm: below it float32 does not tell positive from negative
_LEAST = 1e-9  # of the norm, added to every eigenvalue: 0 has a logarithm too
_ROOTS = 6  # eigenvalues from 1e-9 to 1 become 0.72 to 1
_NEAR = 1e-3  # this near to 1, plain steps converge to float64 in three more
_PLAIN_STEPS = 4
# asinh(x) = x - x³/6 + 3x⁵/40 - …; |x| ≤ 0.17, the first term left out is below 1e-13.
_ASINH = [
    (-1) ** n * math.factorial(2 * n) / (4**n * math.factorial(n) ** 2 * (2 * n + 1))
    for n in range(7)
]


def logm(a: Tensor) -> Tensor:
    """Return the logarithm of symmetric matrices, (B, E, E) float64.

    Of one that is not positive definite it is that of its absolute value √(A²), and every
    eigenvalue is raised by 1e-9 of the norm: so it is always finite and never hangs on rounding,
    and right within 1e-5 up to a condition number of 1e4.

    Parameters
    ----------
    a : Tensor, shape (B, E, E)
        Symmetric, float64.
    """
    one = torch.eye(a.shape[-1], dtype=a.dtype, device=a.device)
    size = (a**2).sum(dim=(1, 2), keepdim=True).sqrt().clamp(min=1e-12)  # (B, 1, 1) ≥ ‖A‖
    a = a / size
    y, z, least = a @ _sign(a, one) + _LEAST * one, one, _LEAST  # |A|
    for _ in range(_ROOTS):
        least = math.sqrt(least)
        y, z = _root(y, one, least)
    x = (y - z) / 2  # sinh(log(A) / 2^k)
    square = x @ x
    series = _ASINH[-1] * one
    for coefficient in reversed(_ASINH[:-1]):
        series = coefficient * one + square @ series
    return 2.0**_ROOTS * (x @ series) + size.log() * one


def _sign(a: Tensor, one: Tensor) -> Tensor:
    """Return the matrix with A's vectors whose eigenvalues are 1 and -1; 0 stays 0."""
    for scale in _scales(_LEAST_SIGN):
        a = a @ (3 * one - scale**2 * (a @ a)) * (scale / 2)
    return a


def _root(a: Tensor, one: Tensor, least: float) -> tuple[Tensor, Tensor]:
    """Return A^½ and A^-½ of matrices whose roots' eigenvalues lie between `least` and 1."""
    y, z = a, one
    for scale in _scales(least):
        step = (3 * one - scale**2 * (z @ y)) * (scale / 2)
        y, z = y @ step, step @ z
    return y, z


def _scales(least: float) -> list[float]:
    """Return how far each step stretches, so that the smallest eigenvalue grows fastest.

    A step is s → c·s·(3 - c²·s²)/2; with c² = 3/(1 + l + l²) it takes both ends of [l, 1] to the
    same new l.
    """
    scales = []
    while 1 - least > _NEAR:
        scale = math.sqrt(3 / (1 + least + least**2))
        scales.append(scale)
        least = scale * least * (3 - scale**2 * least**2) / 2
    return scales + [1.0] * _PLAIN_STEPS
