"""Artifact subspace reconstruction: take out what is far larger than clean signal ever was."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar

import numpy as np

from neuroaffect.blocks.base import PLAIN, Block, Context, Step, require_signal
from neuroaffect.blocks.cleaning.calibrator import Calibrator
from neuroaffect.blocks.cleaning.shaping import shaping_sos
from neuroaffect.blocks.cleaning.subspace import reconstruction
from neuroaffect.blocks.filters.cascade import Cascade, settle_s
from neuroaffect.blocks.flaw import Flaw
from neuroaffect.errors import PipelineError
from neuroaffect.stream import StreamInfo

__all__ = ["Asr"]

_FADE = 0.25  # of a piece, in which one decision gives way to the next
_ALTERED = 0.5  # share of a channel's power in a hop; more taken out is remarked


@dataclass(frozen=True, kw_only=True)
class Asr(Block):
    """Rebuild brief large artifacts from the directions of the signal that they leave alone.

    A baseline teaches how the channels go together and how large each spatial component of the
    clean signal gets. From then on the principal components of the last `window_s` seconds are
    compared with that; those beyond mean + cutoff · SD of the clean RMS are taken out, and what
    they hid is guessed from the others. Blinks, jaw, pops and cable pulls are its prey; what is
    no larger than clean signal stays. Where nothing is beyond the limit the signal passes bit
    for bit.

    Place it after a high-pass or band-pass of 0.5 or 1 Hz (an offset would be taken for an
    artifact) and after `quality`; before `artifact`, since channels that are marked bad are left
    alone, and before an average reference, which spreads one channel's artifact over all.

    Parameters
    ----------
    cutoff : float
        In standard deviations of clean RMS. Chang et al. (2020) find 20 to 30 best; 10 takes out
        more of the artifacts, and more of the brain.
    calibration_s : float
        Length of the baseline: the first seconds after the start. Until then the signal passes
        unchanged. A period marked as rest is used instead, and calibrates anew at its end.
    least_s : float
        Clean seconds that a baseline must hold; from less nothing is learned.
    window_s : float
        How long artifacts are, about; at least half a cycle of the high-pass before it.
    most_removed : float
        Largest share of the components that may be taken out at once.
    lookahead_s : float
        Delay of the signal, up to half a window, so that the start of an artifact is judged by
        a window that is centred on it. 0: none, and the first part of an artifact gets through.

    Notes
    -----
    In and out (hop, channels) µV. Causal; delays by `lookahead_s`; memory `window_s`. Each piece
    of at most half a window has a decision of its own, blended into along a raised cosine.
    Channels that are bad within the window are left out of everything and pass as they are.
    Channels of which more than half the power of the hop was taken are remarked with
    `Flaw.ARTIFACT`.

    Ours: the blend takes the first quarter of a piece and not all of it, since a hop is known
    whole before any of it is handed on; all statistics come from the covariances of the windows
    that are looked at anyway; a reduced set of channels has the limits of the directions that it
    spans; and each channel is granted noise of a hundredth of the mean variance, without which
    signals that lack ranks (average reference, ICA, interpolated channels) are blown up.

    References
    ----------
    Kothe, Jung (2016), US patent application 14/895,440;
    Mullen et al. (2015), doi:10.1109/TBME.2015.2481482;
    Chang et al. (2020), doi:10.1109/TBME.2019.2930186
    """

    kinds: ClassVar[frozenset[str]] = frozenset({"eeg"})

    cutoff: float = 20.0
    calibration_s: float = 60.0
    least_s: float = 15.0
    window_s: float = 0.5
    most_removed: float = 0.66
    lookahead_s: float = 0.0

    def start(self, info: StreamInfo) -> "AsrStep":
        info = require_signal(info, "asr", self.kinds)
        for wrong, sentence in self._doubts(info):
            if wrong:
                raise PipelineError(f"asr: {sentence}")
        return AsrStep(info, self)

    def _doubts(self, info: StreamInfo) -> list[tuple[bool, str]]:
        channels = len(info.channels)
        return [
            (channels < 3, f"'{info.name}' has {channels} channels; it needs at least 3"),
            (self.cutoff <= 0, f"cutoff = {self.cutoff:g} must be above 0; 20 is usual"),
            (
                not 0 < self.least_s <= self.calibration_s,
                f"least_s = {self.least_s:g} must be above 0 and at most calibration_s "
                f"({self.calibration_s:g})",
            ),
            (
                self.window_s * info.rate_hz < channels,
                f"window_s = {self.window_s:g} is shorter than one sample per channel at "
                f"{info.rate_hz:g} Hz; choose {channels / info.rate_hz:.2g} or more",
            ),
            (
                not 0 < self.most_removed < 1,
                f"most_removed = {self.most_removed:g} is a share between 0 and 1",
            ),
            (
                not 0 <= self.lookahead_s <= self.window_s / 2,
                f"lookahead_s = {self.lookahead_s:g} must be from 0 to half of window_s "
                f"({self.window_s / 2:g})",
            ),
        ]

    @classmethod
    def examples(cls) -> Sequence["Asr"]:
        return [
            cls(calibration_s=4.0, least_s=2.0),
            cls(calibration_s=4.0, least_s=2.0, cutoff=2.0, lookahead_s=0.25),
        ]


class AsrStep(Step):
    """A running reconstruction.

    Products per piece, added up in order of time, cost the piece and not the window, and carry
    no rounding from piece to piece as a running sum would.
    """

    def __init__(self, info: StreamInfo, block: Asr) -> None:
        self.info = replace(info)
        self.flaws = np.zeros(len(info.channels), dtype=np.int64)
        sos = shaping_sos(info.rate_hz)
        self._block = block
        self._window = round(block.window_s * info.rate_hz)
        self._ready_s = block.window_s + block.lookahead_s + settle_s(sos, info.rate_hz)
        self._shape = Cascade(sos)
        self._delay = _Delay(round(block.lookahead_s * info.rate_hz))
        self._pieces: deque[_Piece] = deque()
        self._good = np.ones(len(info.channels), dtype=bool)
        self._matrix: np.ndarray | None = None
        self._take_over(
            Calibrator(
                window=self._window,
                full=round(block.calibration_s * info.rate_hz),
                least=round(block.least_s * info.rate_hz),
                cutoff=block.cutoff,
            )
        )

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        good = context.good_of(x.shape[1]) & np.isfinite(x).all(axis=0)
        shaped = self._shape.process(x)
        late = self._delay.process(x)
        finite = np.isfinite(late)
        y = np.where(finite, late, 0.0)
        taken = np.zeros(x.shape[1])  # power
        for piece in self._cut(len(x)):
            before, after = self._decide(shaped[piece], good, rest=context.rest)
            if before is not None or after is not None:
                blended = _blend(y[piece], before, after)
                blended[:, ~self._good] = y[piece][:, ~self._good]  # not even rounded
                taken += np.sum((y[piece] - blended) ** 2, axis=0)
                y[piece] = blended
        power = np.sum(np.where(finite, late, 0.0) ** 2, axis=0)
        self.flaws = np.where(taken > _ALTERED * power, int(Flaw.ARTIFACT), 0)
        return np.where(finite, y, late)

    def resume(self, before: "AsrStep") -> None:
        self._take_over(before._calibrator.after_gap())

    def _take_over(self, calibrator: Calibrator) -> None:
        self._calibrator = calibrator
        self.settle_s = max(self._ready_s, calibrator.missing / self.info.rate_hz)

    def _cut(self, samples: int) -> list[slice]:
        """Return the pieces of a hop: equal, and half a window at most (but for one sample)."""
        count = -(-samples // (self._window // 2 + 1))
        edges = [samples * k // count for k in range(count + 1)] if count else []
        return [slice(a, b) for a, b in pairwise(edges)]

    def _decide(
        self, shaped: np.ndarray, good: np.ndarray, *, rest: bool
    ) -> tuple[np.ndarray | None, np.ndarray | None]:
        """Return the matrices in force before and after this piece; None is the identity."""
        self._pieces.append(_Piece(len(shaped), shaped.T @ shaped, good))
        # Keep the fewest newest pieces that reach the window: half a piece short at most.
        while len(self._pieces) > 1 and self._samples() - self._half_oldest() >= self._window:
            self._pieces.popleft()
        samples = self._samples()
        whole = samples + self._half_oldest() >= self._window
        covariance = np.sum([piece.products for piece in self._pieces], axis=0) / samples
        good = np.all([piece.good for piece in self._pieces], axis=0)
        self._calibrator.add(covariance if whole else None, good, len(shaped), rest=rest)
        calibration = self._calibrator.calibration
        before, after = self._matrix, None
        if whole and calibration is not None:
            after = reconstruction(
                covariance, calibration, good, most_removed=self._block.most_removed
            )
        if not np.array_equal(good, self._good):
            before = after  # the matrix before minded a channel that must not reach the others
        self._matrix, self._good = after, good
        return before, after

    def _samples(self) -> int:
        return sum(piece.samples for piece in self._pieces)

    def _half_oldest(self) -> float:
        return self._pieces[0].samples / 2


@dataclass(frozen=True, eq=False, slots=True)
class _Piece:
    """What the window keeps of a piece: Σ x xᵀ of the shaped signal, and which channels to use."""

    samples: int
    products: np.ndarray
    good: np.ndarray


class _Delay:
    """Hands on the samples of a signal so many samples later; before the first, the first."""

    def __init__(self, samples: int) -> None:
        self._samples = samples
        self._waiting: np.ndarray | None = None

    def process(self, x: np.ndarray) -> np.ndarray:
        if self._samples == 0 or len(x) == 0:
            return x
        if self._waiting is None:
            self._waiting = np.repeat(x[:1], self._samples, axis=0)
        joined = np.concatenate([self._waiting, x])
        self._waiting = joined[len(x) :]
        return joined[: len(x)]


def _blend(x: np.ndarray, before: np.ndarray | None, after: np.ndarray | None) -> np.ndarray:
    """Go over from one reconstruction to the next along a raised cosine."""
    fade = max(1, round(_FADE * len(x)))
    weight = np.ones((len(x), 1))
    weight[:fade, 0] = 0.5 * (1 - np.cos(np.pi * np.arange(1, fade + 1) / fade))
    old = x if before is None else x @ before.T
    new = x if after is None else x @ after.T
    return (1 - weight) * old + weight * new
