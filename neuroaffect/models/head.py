"""One head for every network: an embedding in, valence, arousal and dominance out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from neuroaffect.affect import Target
from neuroaffect.errors import ModelError
from neuroaffect.models.layers.constraint import within
from neuroaffect.models.lessons.losses import ccc_loss, class_loss, gaussian_loss
from neuroaffect.models.prototypes import PrototypeReadout

__all__ = ["AffectHead", "AffectNetwork", "Trunk", "affect_loss"]


@dataclass(frozen=True, kw_only=True)
class Trunk:
    """The layers between an embedding and the readout, as a network asks for them.

    Parameters
    ----------
    hidden : tuple of int
        Width of each hidden layer; empty for a linear readout of the embedding.
    activation : {"gelu", "relu"}
        After each hidden layer.
    dropout : float
        After each activation.
    norm : bool
        Layer norm before the first layer.
    max_norm : float
        The most that the weights of one output may have as their norm; infinite by default.
    """

    hidden: tuple[int, ...] = ()
    activation: Literal["gelu", "relu"] = "gelu"
    dropout: float = 0.0
    norm: bool = False
    max_norm: float = math.inf


class AffectHead(nn.Module):
    """A shared trunk and one linear readout for all targets.

    The targets share every layer but their own rows of the readout, so a dimension with few
    labels leans on what the others have learned.

    Parameters
    ----------
    width : int
        Numbers in an embedding.
    targets : sequence of Target
        Each takes the next `Target.outputs` columns of the output.
    trunk : Trunk
    readout : {"linear", "prototypes"}
        Prototypes have no weights: training ends with a linear readout, and they replace it.
    """

    def __init__(
        self, width: int, *, targets: Sequence[Target], trunk: Trunk, readout: str = "linear"
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.LayerNorm(width)] if trunk.norm else []
        for hidden in trunk.hidden:
            activation = nn.GELU() if trunk.activation == "gelu" else nn.ReLU()
            layers += [nn.Linear(width, hidden), activation, nn.Dropout(trunk.dropout)]
            width = hidden
        self.trunk = nn.Sequential(*layers)
        self._max_norm = trunk.max_norm
        self.readout: nn.Module = (
            PrototypeReadout(width, targets)
            if readout == "prototypes"
            else nn.Linear(width, sum(target.outputs for target in targets))
        )

    def forward(self, embedding: Tensor) -> Tensor:
        """(B, width) → (B, outputs)."""
        embedding = self.trunk(embedding)
        if math.isinf(self._max_norm) or isinstance(self.readout, PrototypeReadout):
            return self.readout(embedding)
        weight = within(self.readout.weight, self._max_norm, training=self.training)
        return functional.linear(embedding, weight, self.readout.bias)


class AffectNetwork(nn.Module):
    """An encoder and the affect head on top of it.

    Parameters
    ----------
    encoder : nn.Module
        (B, E, F) and present (B, E) → (B, encoder.width); `encoder.trunk` is the :class:`Trunk`
        it asks for. One that says the outputs itself has `speak(outputs)`, which is called first.
    targets : sequence of Target
    readout : {"linear", "prototypes"}

    Raises
    ------
    ModelError
        For prototypes of an encoder that has no embedding, or of targets off the affect plane.
    """

    def __init__(
        self, encoder: nn.Module, targets: Sequence[Target], readout: str = "linear"
    ) -> None:
        super().__init__()
        if hasattr(encoder, "speak"):
            if readout == "prototypes":
                raise ModelError(
                    f"prototypes: {type(encoder).__name__} answers at once and has no embedding "
                    "to be like one; use the linear readout"
                )
            encoder.speak(sum(target.outputs for target in targets))
        self.encoder, self.targets = encoder, tuple(targets)
        self.head = AffectHead(encoder.width, targets=targets, trunk=encoder.trunk, readout=readout)

    def forward(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        """(B, E, F) → (B, outputs); `present`, (B, E) of bool, is all of them by default."""
        return self.head(self.embed(x, present))

    def embed(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        """(B, E, F) → (B, width): what the head reads.

        Values of electrodes that are not present count for nothing, whatever they are.
        """
        if present is None:
            return self.encoder(x, torch.ones_like(x[..., 0], dtype=torch.bool))
        return self.encoder(torch.where(present[..., None], x, torch.zeros_like(x)), present)


def affect_loss(
    raw: Tensor,
    labels: Mapping[str, Tensor],
    *,
    targets: Sequence[Target],
    smoothing: float = 0.0,
    soft_width: float = 0.0,
    regression: Literal["gaussian", "ccc"] = "gaussian",
    class_weights: Mapping[str, Tensor] = MappingProxyType({}),
) -> Tensor:
    """Return the mean over targets of the loss of each, over the samples that have its label.

    Cross entropy for targets with classes; for continuous ones the Gaussian negative log
    likelihood, or the concordance.

    Parameters
    ----------
    raw : Tensor, shape (batch, outputs)
        What the network gives.
    labels : mapping of str to Tensor, each (batch,)
        By dimension: class numbers, or values in [-1, 1] if continuous; NaN where there is no
        rating. A dimension left out counts as all NaN.
    targets : sequence of Target
        As the network was built for.
    smoothing : float
        Share of each class label that is spread over all classes.
    soft_width : float
        Of ordinal targets, the width of their labels in steps between classes; 0 is none.
    regression : {"gaussian", "ccc"}
        What continuous targets are learned by.
    class_weights : mapping of str to Tensor, each (classes,)
        By dimension.

    Returns
    -------
    Tensor, shape ()
        Zero, with a gradient of zero, if the batch has no label at all.

    Raises
    ------
    ModelError
        If the network gives another number of outputs than the targets ask for.
    """
    widths = [target.outputs for target in targets]
    if raw.shape[1] != sum(widths):
        raise ModelError(
            f"the network gives {raw.shape[1]} outputs; the targets need {sum(widths)}"
        )
    number_loss = ccc_loss if regression == "ccc" else gaussian_loss
    losses = []
    for target, outputs in zip(targets, raw.split(widths, dim=1), strict=True):
        if target.dimension not in labels:
            continue
        y = labels[target.dimension]
        known = ~torch.isnan(y)
        if not known.any():
            continue
        if target.kind == "continuous":
            losses.append(number_loss(outputs[known], y[known]))
            continue
        losses.append(
            class_loss(
                outputs[known],
                y[known],
                weight=class_weights.get(target.dimension),
                smoothing=smoothing,
                soft_width=soft_width if target.kind == "ordinal" else 0.0,
            )
        )
    return torch.stack(losses).mean() if losses else 0.0 * raw.sum()
