"""Covariance matrices in the tangent space of their mean, as a network."""

import torch
from torch import Tensor, nn

from neuroaffect.errors import ModelError
from neuroaffect.models.head import Trunk
from neuroaffect.models.layers.matrix_log import logm
from neuroaffect.models.options import TangentOptions
from neuroaffect.models.shape import InputShape

__all__ = ["Tangent"]


class Tangent(nn.Module):
    """log(G^-½ C G^-½) as a row of numbers; with a linear readout, Riemannian classification.

    C is what the `covariance` block gives, G the mean of the training matrices by the
    affine-invariant distance. Off the diagonal each number stands for two: it is multiplied by √2.

    Parameters
    ----------
    options : TangentOptions
    shape : InputShape
        Features are the electrodes, in the same order.

    Raises
    ------
    ModelError
        If the input is no matrix of the electrodes.

    Notes
    -----
    A lost electrode (its row and its column masked) says what the reference expects of it, given
    the electrodes that are there: with P for those, C becomes G + B (C - G)_PP Bᵀ with
    B = G_·P (G_PP)⁻¹, the matrix with this block that is nearest to G (ours). If all that is there
    is as in the reference, the row of numbers is 0, and so it is without any electrode.

    The normaliser in front is undone here: a matrix is no matrix any more when each of its cells
    has been scaled by itself. Everything is in float64 inside.

    References
    ----------
    Barachant, Bonnet, Congedo, Jutten (2012), Multiclass brain-computer interface classification
    by Riemannian geometry, doi:10.1109/TBME.2011.2172210
    """

    mean: Tensor
    sd: Tensor
    reference: Tensor
    root: Tensor
    precision: Tensor
    upper: Tensor

    def __init__(self, options: TangentOptions, shape: InputShape) -> None:
        super().__init__()
        electrodes, _ = shape.size
        if shape.features != shape.electrodes:
            raise ModelError(
                f"tangent reads a matrix of electrodes by electrodes; {shape.size[0]} by "
                f"{shape.size[1]} features ({', '.join(shape.features[:3])} …) are none; take the "
                "block covariance"
            )
        self.width = electrodes * (electrodes + 1) // 2
        one = torch.eye(electrodes, dtype=torch.float64)
        for name, start in (
            ("mean", torch.zeros_like(one)),
            ("sd", torch.ones_like(one)),
            ("reference", one),  # G
            ("root", one),  # G^½
            ("precision", one),  # G⁻¹
        ):
            self.register_buffer(name, start.clone())
        rows, columns = torch.triu_indices(electrodes, electrodes)
        self.register_buffer("upper", rows * electrodes + columns, persistent=False)
        scale = torch.where(rows == columns, 1.0, 2.0**0.5).double()
        self.register_buffer("scale", scale, persistent=False)
        self.trunk = Trunk()

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, E), present (B, E) → (B, E·(E+1)/2)."""
        c = x.double() * self.sd + self.mean  # (B, E, E)
        c = (c + c.transpose(1, 2)) / 2
        there = present.double()
        block = there[:, :, None] * there[:, None, :]  # (B, E, E)  both electrodes are there
        change = (c - self.reference) * block
        b = self.root @ self._inverse_of_those_there(there)  # (B, E, E)  G^-½ B
        one = torch.eye(c.shape[-1], dtype=c.dtype, device=c.device)
        a = one + b @ change @ b.transpose(1, 2)  # (B, E, E)  G^-½ C G^-½
        return (logm(a).flatten(1)[:, self.upper] * self.scale).float()

    def _inverse_of_those_there(self, there: Tensor) -> Tensor:
        """Return (G_PP)⁻¹, 0 in other rows and columns, (B, E, E).

        Each lost electrode is integrated out of the precision G⁻¹, one after the other.
        """
        k = self.precision.expand(there.shape[0], -1, -1)
        for e in range(there.shape[1]):
            row = k[:, e : e + 1]  # (B, 1, E)
            lost = (1 - there[:, e, None, None]) / k[:, e : e + 1, e : e + 1]
            k = k - lost * row.transpose(1, 2) @ row
        return k * there[:, :, None] * there[:, None, :]
