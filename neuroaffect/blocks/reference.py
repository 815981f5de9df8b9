"""Re-reference: subtract what all electrodes, or the named ones, have in common."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from neuroaffect.blocks.base import PLAIN, Block, Context, Step, require_signal
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

__all__ = ["Reference"]


@dataclass(frozen=True, kw_only=True)
class Reference(Block):
    """Subtract the mean of all channels, or of the named electrodes.

    Parameters
    ----------
    to : "average" or tuple of str
        All channels, or the electrodes whose mean becomes the reference.

    Notes
    -----
    In and out (hop, channels), same unit. Causal, no delay, no memory. A channel that is not
    finite is left out of the mean and stays as it is.

    References
    ----------
    Bertrand, Perrin, Pernier (1985), doi:10.1016/0168-5597(85)90058-9
    """

    to: str | tuple[str, ...] = "average"

    def start(self, info: StreamInfo) -> "ReferenceStep":
        info = require_signal(info, "reference")
        if self.to == "average":
            return ReferenceStep(info, np.arange(len(info.channels)))
        names = (self.to,) if isinstance(self.to, str) else self.to
        missing = [name for name in names if name not in info.channels]
        if missing or not names:
            raise PipelineError(
                f"reference: '{info.name}' has no electrode {', '.join(missing) or '(none named)'}"
                f'; choose "average" or among {", ".join(info.channels)}'
            )
        return ReferenceStep(info, np.array([info.channels.index(name) for name in names]))

    @classmethod
    def examples(cls) -> Sequence["Reference"]:
        return [cls(), cls(to=("Cz",)), cls(to=("T7", "T8"))]


class ReferenceStep(Step):
    """A running reference."""

    def __init__(self, info: StreamInfo, columns: np.ndarray) -> None:
        self.info = replace(info)
        self._columns = columns

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        used = x[:, self._columns]
        finite = np.isfinite(used)
        if finite.all():
            return x - used.mean(axis=1, keepdims=True)
        count = np.maximum(finite.sum(axis=1, keepdims=True), 1)
        return x - np.where(finite, used, 0.0).sum(axis=1, keepdims=True) / count
