"""Take the mains hum out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import signal

from neuroaffect.blocks.base import PLAIN, Block, Context, Step, require_signal
from neuroaffect.blocks.filters.cascade import Cascade, FilterStep, settle_s
from neuroaffect.blocks.filters.mains import MAINS_HZ, MainsMeter
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

__all__ = ["Notch"]


@dataclass(frozen=True, kw_only=True)
class Notch(Block):
    """Second-order notches at the mains frequency and its harmonics.

    Harmonics at or above half the rate do not exist in the signal and are left out. With
    "auto" the hum is measured for `window_s` first, by
    :class:`~neuroaffect.blocks.filters.mains.MainsMeter`, and that verdict holds for the session:
    50 Hz, 60 Hz, or no notch where no channel hums. The signal passes as it is until then. It
    starts anew while every channel is bad.

    Parameters
    ----------
    mains_hz : float or "auto"
        50 or 60 in practice.
    harmonics : int
        Number of notches, the mains frequency itself counted.
    q : float
        Centre frequency divided by the -3 dB width.
    window_s : float
        How long "auto" measures.

    Notes
    -----
    In and out (hop, channels), same unit. Causal; settles when the slowest pole has decayed
    to 1 % (about 1.5 q / mains_hz seconds), with "auto" not before `window_s`. A restart after a
    gap takes the verdict over. "auto" passes on what a rate too low for the mains brings.
    """

    mains_hz: float | Literal["auto"] = 50.0
    harmonics: int = 1
    q: float = 30.0
    window_s: float = 2.0

    def start(self, info: StreamInfo) -> Step:
        info = require_signal(info, "notch")
        for name in ("harmonics", "q", "window_s"):
            if (value := getattr(self, name)) <= 0:
                raise PipelineError(f"notch: {name} = {value:g} must be above 0")
        if self.mains_hz == "auto":
            return AutoNotchStep(info, self)
        nyquist_hz = info.rate_hz / 2
        if not 0 < self.mains_hz < nyquist_hz:
            raise PipelineError(
                f"notch: mains_hz = {self.mains_hz:g} is not inside the band of '{info.name}' "
                f"(0 to {nyquist_hz:g} Hz); leave the notch out"
            )
        return FilterStep(info, self.sections(self.mains_hz, info.rate_hz))

    def sections(self, mains_hz: float, rate_hz: float) -> np.ndarray:
        """Return the second-order sections for these mains, one per harmonic, (n, 6)."""
        centres = [mains_hz * k for k in range(1, self.harmonics + 1)]
        return np.concatenate(
            [
                signal.tf2sos(*signal.iirnotch(hz, self.q, fs=rate_hz))
                for hz in centres
                if hz < rate_hz / 2
            ]
        )

    @classmethod
    def examples(cls) -> Sequence["Notch"]:
        return [
            cls(),
            cls(mains_hz=60.0, harmonics=3, q=10.0),
            cls(mains_hz="auto", harmonics=2),
        ]


class AutoNotchStep(Step):
    """A running notch that first listens for the mains.

    Both notches run while it listens, so that the one it settles on has no start left to
    swing through.

    Attributes
    ----------
    mains_hz : float or None
        The verdict; None before it, and where there is no hum.
    """

    def __init__(self, info: StreamInfo, block: Notch) -> None:
        self.info = replace(info)
        self.mains_hz: float | None = None
        sections = {
            mains: block.sections(mains, info.rate_hz)
            for mains in MAINS_HZ
            if mains < info.rate_hz / 2
        }
        self.settle_s = max(
            [block.window_s, *(settle_s(s, info.rate_hz) for s in sections.values())]
        )
        self._notches = {mains: Cascade(s) for mains, s in sections.items()}
        self._decided = False
        self._rate_hz, self._window_s = info.rate_hz, block.window_s
        self._meter: MainsMeter | None = None

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        filtered = {mains: notch.process(x) for mains, notch in self._notches.items()}
        if not self._decided:
            self._listen(x, context)
        y = x if self.mains_hz is None else filtered[self.mains_hz]
        return np.array(y, order="C")

    def resume(self, before: Step) -> None:
        if isinstance(before, AutoNotchStep) and before._decided:
            self._decide(before.mains_hz)
            if self.mains_hz is None:
                self.settle_s = 0.0

    def _listen(self, x: np.ndarray, context: Context) -> None:
        if not context.good_of(x.shape[1]).any():
            self._meter = None  # a headset that nobody wears yet tells nothing
            return
        if self._meter is None:
            self._meter = MainsMeter(self._rate_hz, x.shape[1], window_s=self._window_s)
        self._meter.add(x)
        if self._meter.full:
            self._decide(self._meter.mains_hz())

    def _decide(self, mains_hz: float | None) -> None:
        self.mains_hz = mains_hz
        self._notches = {mains: n for mains, n in self._notches.items() if mains == mains_hz}
        self._decided, self._meter = True, None
