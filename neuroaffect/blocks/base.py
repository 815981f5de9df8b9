"""A block is declared, a step runs: the two halves of every causal transform."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from neuroaffect.errors import PipelineError
from neuroaffect.stream import FeatureInfo, StreamInfo

__all__ = [
    "PLAIN",
    "Block",
    "Context",
    "FeatureBlock",
    "Step",
    "hold_missing",
    "require_features",
    "require_signal",
]


@dataclass(frozen=True, eq=False, slots=True)
class Context:
    """What is known of a hop beside its samples.

    Parameters
    ----------
    good : ndarray of bool, shape (channels,), or None
        Channels with which neither a step before nor the motion gate found fault; None: all.
    rest : bool
        The hop lies in a period marked as rest, on which baselines are taken.
    """

    good: np.ndarray | None = None
    rest: bool = False

    def good_of(self, channels: int) -> np.ndarray:
        """Return `good` as an array of this many channels."""
        return np.ones(channels, dtype=bool) if self.good is None else self.good


PLAIN = Context()


@dataclass(frozen=True, kw_only=True)
class Block(ABC):
    """A causal transform as declared in a pipeline file: frozen, comparable, no state.

    `kinds` names the kinds of streams that the block can make sense of; empty is any.
    """

    # Read by pydantic when a pipeline file is parsed; blocks themselves do not need it.
    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid"}
    kinds: ClassVar[frozenset[str]] = frozenset()

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


@dataclass(frozen=True, kw_only=True)
class FeatureBlock(Block):
    """A block that reads another block's features instead of the signal.

    Parameters
    ----------
    of : str
        Name of a feature block before it in the track; empty: the nearest one before it.
    """

    of: str = ""

    @abstractmethod
    def start(self, info: FeatureInfo) -> "Step":
        """Return a running step for these features: (channels, features) in, once per hop."""


class Step(ABC):
    """A running block.

    It sees arrays only: no time, no metadata, no future. Starting again is the only reset.
    **A feature without a value is NaN**: not yet, masked, or no longer true; never a guess.

    Attributes
    ----------
    info : StreamInfo or FeatureInfo
        What comes out: a signal (hop, channels), or features (channels, features) once per hop.
    settle_s : float
        Seconds after a start until the output can be trusted.
    quality : ndarray of float64, shape (channels,), or None
        Verdict on the last hop for steps that judge their input: 1 good, 0 bad; below 0.5 the
        channel counts as bad for the steps after it.
    flaws : ndarray of int64, shape (channels,), or None
        Reasons, as :class:`~neuroaffect.blocks.flaw.Flaw` flags. A flaw without bad quality is
        a remark.
    masks_itself : bool
        Feature steps only. False: the track writes NaN over the features of a channel that was
        bad at any time within the feature's memory. True: the step minds `context.good` itself.
    """

    info: StreamInfo | FeatureInfo
    settle_s: float = 0.0
    quality: np.ndarray | None = None
    flaws: np.ndarray | None = None
    masks_itself: bool = False

    @abstractmethod
    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        """Take the next hop, return this step's answer to it.

        Parameters
        ----------
        x : ndarray of float64, C-order
            (hop, channels) of a signal, never modified, its length may differ by one sample
            between calls; (channels, features) where the block reads features.
        context : Context

        Returns
        -------
        ndarray of float64
            (hop, channels) for a signal, (channels, features) for features; always fresh.
        """

    def resume(self, before: "Step") -> None:  # noqa: B027, most steps keep nothing
        """Take over what outlasts a gap from the step that ran before it.

        That is a calibration or a baseline, never anything made of samples that should touch.
        Called once, right after the start.
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


def require_signal(
    info: StreamInfo | FeatureInfo, block: str, kinds: Collection[str] = ()
) -> StreamInfo:
    """Return `info` if it is a regular signal of one of these kinds (empty: any).

    Raises
    ------
    PipelineError
        Naming the block, if it is something else.
    """
    if not isinstance(info, StreamInfo):
        raise PipelineError(f"{block}: needs a signal, but '{info.name}' before it gives features")
    if kinds and info.kind not in kinds:
        raise PipelineError(
            f"{block}: '{info.name}' is of kind '{info.kind}'; "
            f"it works on {', '.join(sorted(kinds))}"
        )
    if info.rate_hz <= 0:
        raise PipelineError(
            f"{block}: stream '{info.name}' has no regular rate; choose a stream with a fixed rate"
        )
    return info


def require_features(info: StreamInfo | FeatureInfo, block: str) -> FeatureInfo:
    """Return `info` if it describes features, else raise a PipelineError naming the block."""
    if not isinstance(info, FeatureInfo):
        raise PipelineError(
            f"{block}: reads features, but '{info.name}' is a signal; "
            "place it after a feature block, or name one with of"
        )
    return info
