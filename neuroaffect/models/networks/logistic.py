"""Logistic regression as a network, so that the baseline can go live like any other."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from neuroaffect.affect import Target
from neuroaffect.errors import ModelError
from neuroaffect.models.head import AffectNetwork, Trunk
from neuroaffect.models.options import LogisticOptions
from neuroaffect.models.shape import InputShape

__all__ = ["Logistic", "logistic_from"]


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


def logistic_from(
    coefficients: Mapping[str, tuple[np.ndarray, np.ndarray]],
    *,
    shape: InputShape,
    targets: Sequence[Target],
) -> nn.Module:
    """Return the network that says what fitted linear models say.

    Parameters
    ----------
    coefficients : mapping of str to (weight, bias)
        By dimension, for features in the order of `x.reshape(n, electrodes * features)`: shapes
        (outputs, inputs) and (outputs,), or (1, inputs) and (1,) as scikit-learn's `coef_` and
        `intercept_` are for two classes.
    shape : InputShape
    targets : sequence of Target

    Raises
    ------
    ModelError
        If a target has no coefficients, or they have another shape.
    """
    encoder = Logistic(LogisticOptions(), shape)
    network = AffectNetwork(encoder, targets)
    rows = [_rows(target, coefficients, encoder.width) for target in targets]
    with torch.no_grad():
        network.head.readout.weight.copy_(torch.from_numpy(np.concatenate([w for w, _ in rows])))
        network.head.readout.bias.copy_(torch.from_numpy(np.concatenate([b for _, b in rows])))
    return network


def _rows(
    target: Target, coefficients: Mapping[str, tuple[np.ndarray, np.ndarray]], inputs: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return one target's rows of the readout, (outputs, inputs) and (outputs,)."""
    if target.dimension not in coefficients:
        raise ModelError(
            f"logistic: target '{target.dimension}' has no coefficients; fit one model per target"
        )
    weight, bias = (np.asarray(part, np.float64) for part in coefficients[target.dimension])
    if weight.shape == (1, inputs) and bias.shape == (1,) and len(target.classes) == 2:
        # softmax over (0, z) is the logistic function of z
        weight, bias = np.vstack([np.zeros_like(weight), weight]), np.array([0.0, bias[0]])
    if weight.shape != (target.outputs, inputs) or bias.shape != (target.outputs,):
        raise ModelError(
            f"logistic: coefficients of '{target.dimension}' have shapes {weight.shape} and "
            f"{bias.shape}; {target.outputs} outputs need {(target.outputs, inputs)} and "
            f"{(target.outputs,)}"
        )
    return weight, bias
