"""Logistic regression as a network, so that the baseline can go live like any other."""

from torch import Tensor, nn

from neuroaffect.models.head import Trunk
from neuroaffect.models.options import LogisticOptions
from neuroaffect.models.shape import InputShape

__all__ = ["Logistic"]


class Logistic(nn.Module):
    """All features in a row; with the linear readout of the head that is logistic regression.

    Parameters
    ----------
    options : LogisticOptions
    shape : InputShape

    References
    ----------
    Cox (1958), The regression analysis of binary sequences,
    doi:10.1111/j.2517-6161.1958.tb00292.x
    """

    def __init__(self, options: LogisticOptions, shape: InputShape) -> None:
        super().__init__()
        electrodes, features = shape.size
        self.width = electrodes * features
        self.trunk = Trunk()

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, F) → (B, E·F); what is not there counts as its mean, 0."""
        return x.flatten(1)
