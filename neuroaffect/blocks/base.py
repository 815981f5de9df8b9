"""A block is declared, a step runs: the two halves of every causal transform."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from neuroaffect.errors import PipelineError
from neuroaffect.stream import FeatureInfo, StreamInfo

__all__ = ["Block", "Step", "hold_missing"]


@dataclass(frozen=True, kw_only=True)
class Block(ABC):
    """A causal transform as declared in a pipeline file: frozen, comparable, no state."""

    # Read by pydantic when a pipeline file is parsed; blocks themselves do not need it.
    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid"}

    @abstractmethod
    def start(self, info: StreamInfo) -> "Step":
        """Return a running step for this stream.

        Raises
        ------
        PipelineError
            If the block cannot work on a stream of this rate or these channels.
        """

    @classmethod
    @abstractmethod
    def examples(cls) -> Sequence["Block"]:
        """Return declared blocks that the contract suite runs, one per interesting case."""


class Step(ABC):
    """A running block.

    It sees arrays only: no time, no metadata, no future. Starting again is the only reset.

    Attributes
    ----------
    info : StreamInfo or FeatureInfo
        What comes out: a signal (hop, channels), or features (channels, features) once per hop.
    settle_s : float
        Seconds after a start until the output can be trusted.
    quality : ndarray of float64, shape (channels,), or None
        Verdict on the last hop for steps that judge their input: 1 good, 0 bad.
    """

    info: StreamInfo | FeatureInfo
    settle_s: float = 0.0
    quality: np.ndarray | None = None

    @abstractmethod
    def process(self, x: np.ndarray) -> np.ndarray:
        """Take the next hop, return this step's answer to it.

        Parameters
        ----------
        x : ndarray of float64, shape (hop, channels), C-order
            Never modified. The hop's length may differ by one sample between calls.

        Returns
        -------
        ndarray of float64
            (hop, channels) for a signal, (channels, features) for features; always fresh.
        """


def hold_missing(x: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Return `x` with each non-finite value replaced by that channel's last finite one.

    A single NaN would stay in a recursive filter's state for ever.

    Parameters
    ----------
    x : ndarray, shape (hop, channels)
    last : ndarray, shape (channels,)
        The sample before `x`, finite; updated in place to the last row of the result.
    """
    if not np.isfinite(x).all():
        x = x.copy()
        before = last
        for row in x:
            np.copyto(row, before, where=~np.isfinite(row))
            before = row
    if len(x):
        last[:] = x[-1]
    return x


def require_signal(info: StreamInfo | FeatureInfo, block: str) -> StreamInfo:
    """Return `info` if it is a regular signal, else raise a PipelineError naming the block."""
    if not isinstance(info, StreamInfo):
        raise PipelineError(f"{block}: needs a signal, but '{info.name}' before it gives features")
    if info.rate_hz <= 0:
        raise PipelineError(
            f"{block}: stream '{info.name}' has no regular rate; choose a stream with a fixed rate"
        )
    return info
