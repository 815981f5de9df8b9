"""How the wearer moves: activity, posture, rotation, and a flag for the channels it disturbs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import signal

from neuroaffect.blocks.base import PLAIN, Block, Context, Step, require_signal
from neuroaffect.blocks.body.posture import angle_deg, pitch_roll_deg
from neuroaffect.blocks.filters.cascade import Cascade, settle_s
from neuroaffect.blocks.flaw import Flaw
from neuroaffect.blocks.trailing import Trailing
from neuroaffect.errors import PipelineError
from neuroaffect.stream import FeatureInfo, StreamInfo

__all__ = ["Motion"]

_LATELY_S = 0.5  # the flag looks no further back: shorter than a pulse wave, longer than a sample
_GAIT_ORDER = 4  # lower orders leave a third of a slow step beside the band
# Beyond the range of any wearable's sensor: such a value is no measurement.
_MOST = {"acc": 100.0, "gyro": 10_000.0}


@dataclass(frozen=True, kw_only=True)
class Motion(Block):
    """How the wearer moves, from three axes of an accelerometer or a gyroscope.

    From an accelerometer: `activity`, the RMS of acceleration without gravity; `enmo`, the mean
    of what its magnitude exceeds 1 g by; `mad`, the mean absolute deviation of its magnitude,
    which a wrong calibration does not touch; `gait` and `fidget`, the RMS of acceleration within
    and outside the band of steps, so that walking can be told from restlessness; `still`, the
    share of time without movement; `posture_change`, the angle between gravity now and
    `posture_s` ago; `pitch` and `roll` of the sensor. Gravity is what a low-pass leaves.

    From a gyroscope: `rotation`, the RMS of angular speed; `rotation_peak`, its highest value;
    `still`. A slow high-pass takes off the sensor's offset.

    While the wearer moves, and `hold_s` longer, the step flags its axes with `Flaw.MOTION`; their
    quality stays as it is, for it is the other sensors that movement spoils: a track that names
    this one as its gate loses its channels for as long.

    Parameters
    ----------
    window_s : float
        How far back activity, enmo, mad, gait, fidget and rotation look.
    posture_s, still_s : float
        How far back posture_change and still look.
    gravity_hz, drift_hz : float
        Corner of the low-pass for gravity, and of the high-pass for a gyroscope's offset.
    gait_hz : (low_hz, high_hz)
        Band of steps.
    moving_g, moving_dps : float
        RMS of the last half second above which the wearer moves, in g or degrees per second.
    hold_s : float
        How long the flag stands after the last movement; not less than the hop of the tracks that
        it gates, for they ask once per hop.

    Notes
    -----
    In (hop, 3) g or deg/s, out (1, features). Causal; features are NaN until their windows are
    full, and again after a hop with values that are missing or of a bad channel. Delay: the
    gravity filter lags by 1.41 / (2π gravity_hz), 0.9 s at the default, so a turn of the wrist
    counts as movement for about that long. `pitch` and `roll` are of the sensor, not of the
    body, and `roll` says nothing near a pitch of ±90°. Harmonics of steps above `gait_hz` count
    as fidget; it is the ratio of the two that tells walking.

    Ours: the split into gait and fidget, and the thresholds. On 20 Empatica E4 recordings of
    55 min a wrist below 0.015 g (sensor noise and breath) let the watch find beats in over half
    of the time, above 0.05 g in less than a fifth; 27 % of the time lay above it. 10 deg/s
    agrees with it on a Muse.

    References
    ----------
    van Hees et al. (2013), doi:10.1371/journal.pone.0061691 (enmo);
    Vähä-Ypyä et al. (2015), doi:10.1111/cpf.12127 (mad);
    Karantonis et al. (2006), doi:10.1109/TITB.2005.856864 (gravity by low-pass at 0.25 Hz)
    """

    kinds: ClassVar[frozenset[str]] = frozenset({"acc", "gyro"})

    window_s: float = 5.0
    posture_s: float = 10.0
    still_s: float = 20.0
    gravity_hz: float = 0.25
    drift_hz: float = 0.1
    gait_hz: tuple[float, float] = (0.8, 3.0)
    moving_g: float = 0.05
    moving_dps: float = 10.0
    hold_s: float = 1.0

    def start(self, info: StreamInfo) -> "MotionStep":
        info = require_signal(info, "motion", self.kinds)
        if len(info.channels) != 3:
            raise PipelineError(
                f"motion: needs the three axes of one sensor, but '{info.name}' has "
                f"{len(info.channels)} ({', '.join(info.channels)}); name three with channels"
            )
        for name in ("window_s", "posture_s", "still_s", "gravity_hz", "drift_hz"):
            if not getattr(self, name) > 0:
                raise PipelineError(f"motion: {name} = {getattr(self, name):g} must be above 0")
        low_hz, high_hz = self.gait_hz
        if not self.gravity_hz < low_hz < high_hz < info.rate_hz / 2:
            raise PipelineError(
                f"motion: gait_hz = [{low_hz:g}, {high_hz:g}] must rise and lie between "
                f"gravity_hz ({self.gravity_hz:g}) and half the rate of '{info.name}' "
                f"({info.rate_hz / 2:g} Hz)"
            )
        return (AccelerationStep if info.kind == "acc" else RotationStep)(info, self)

    @classmethod
    def examples(cls) -> Sequence["Motion"]:
        return [cls(), cls(window_s=2.0, posture_s=3.0, still_s=5.0, hold_s=0.0)]


class MotionStep(Step):
    """What both sensors share: windows that fill, the flag that holds, hops that do not count."""

    masks_itself = True  # one row for three axes: any bad one spoils it

    def __init__(self, info: StreamInfo, block: Motion, moving: float, filter_s: float) -> None:
        self._block = block
        self._rate_hz = info.rate_hz
        self._moving = moving
        self._most = _MOST[info.kind]
        self._filter_s = filter_s
        self._hold = 0.0
        self.settle_s = filter_s + block.window_s
        self.flaws = np.zeros(3, dtype=np.int64)
        self._begin()

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        if not (context.good_of(3).all() and (np.abs(x) <= self._most).all()):
            self._begin()
            self._flag(len(x), 0.0)
            return np.full(self.info.shape, np.nan)
        if len(x):
            self._age += len(x)
            self._take(x)
        return self._features()[None] if self._age else np.full(self.info.shape, np.nan)

    def _begin(self) -> None:
        """Start filters and windows, at first and after each hop that does not count."""
        self._age = 0
        self._window = Trailing(self._samples(self._block.window_s))
        self._still = Trailing(self._samples(self._block.still_s))
        self._lately = Trailing(self._samples(_LATELY_S))

    def _take(self, x: np.ndarray) -> None:
        raise NotImplementedError

    def _features(self) -> np.ndarray:
        raise NotImplementedError

    def _judge(self, size: np.ndarray) -> None:
        """Take the sizes of movement in this hop, (hop,): stillness and the flag."""
        counts = np.array([[np.count_nonzero(size < self._moving), len(size)]])
        self._still.push(counts, len(size))
        self._lately.push(size)
        self._flag(len(size), _rms(self._lately.rows()))

    def _flag(self, samples: int, lately: float) -> None:
        moving = lately > self._moving
        flagged = moving or self._hold > 0
        self._hold = self._samples(self._block.hold_s) if moving else self._hold - samples
        self.flaws = np.full(3, int(Flaw.MOTION) if flagged else 0, dtype=np.int64)

    def _stillness(self) -> float:
        below, samples = self._still.rows().sum(axis=0)
        return below / samples if self._ready(self._still) else np.nan

    def _ready(self, window: Trailing) -> bool:
        return window.full and self._age >= self._samples(self._filter_s) + window.samples

    def _samples(self, seconds: float) -> int:
        return round(seconds * self._rate_hz)


class AccelerationStep(MotionStep):
    """Features of an accelerometer."""

    def __init__(self, info: StreamInfo, block: Motion) -> None:
        self._gravity_sos = signal.butter(2, block.gravity_hz, fs=info.rate_hz, output="sos")
        bands = {"gait": "bandpass", "fidget": "bandstop"}
        self._band_sos = [
            signal.butter(_GAIT_ORDER, block.gait_hz, kind, fs=info.rate_hz, output="sos")
            for kind in bands.values()
        ]
        gravity_s = settle_s(self._gravity_sos, info.rate_hz)
        self.info = FeatureInfo(
            name="motion",
            channels=("motion",),
            features=(
                "activity", "enmo", "mad", *bands, "still", "posture_change", "pitch", "roll",
            ),
            units=("g",) * 5 + ("", "deg", "deg", "deg"),
            memories_s=(block.window_s,) * 5 + (block.still_s, block.posture_s) + (gravity_s,) * 2,
        )  # fmt: skip
        super().__init__(info, block, block.moving_g, gravity_s)

    def _begin(self) -> None:
        super()._begin()
        self._gravity = Cascade(self._gravity_sos)
        self._bands = [Cascade(sos) for sos in self._band_sos]
        # One row per hop: the window reaches back to the newest posture that is old enough.
        self._postures = Trailing(self._samples(self._block.posture_s))

    def _take(self, x: np.ndarray) -> None:
        gravity = self._gravity.process(x)  # (hop, 3)
        free = x - gravity
        bands = [band.process(free) for band in self._bands]
        squares = [np.einsum("ta,ta->t", y, y) for y in (free, *bands)]
        self._window.push(np.stack([np.linalg.norm(x, axis=1), *squares], axis=1))
        self._postures.push(gravity[-1:], len(x))
        self._judge(np.sqrt(squares[0]))

    def _features(self) -> np.ndarray:
        values = np.full(len(self.info.features), np.nan)
        if self._ready(self._window):
            magnitude, *squares = self._window.rows().T
            activity, gait, fidget = (np.sqrt(s.mean()) for s in squares)
            enmo = np.maximum(magnitude - 1.0, 0.0).mean()
            mad = np.abs(magnitude - magnitude.mean()).mean()
            values[:5] = activity, enmo, mad, gait, fidget
        values[5] = self._stillness()
        postures = self._postures.rows()
        if self._ready(self._postures):
            values[6] = angle_deg(postures[0], postures[-1])
        if self._age >= self._samples(self._filter_s):
            values[7:] = pitch_roll_deg(postures[-1])
        return values


class RotationStep(MotionStep):
    """Features of a gyroscope."""

    def __init__(self, info: StreamInfo, block: Motion) -> None:
        self._sos = signal.butter(1, block.drift_hz, "highpass", fs=info.rate_hz, output="sos")
        self.info = FeatureInfo(
            name="motion",
            channels=("motion",),
            features=("rotation", "rotation_peak", "still"),
            units=("deg/s", "deg/s", ""),
            memories_s=(block.window_s, block.window_s, block.still_s),
        )
        super().__init__(info, block, block.moving_dps, settle_s(self._sos, info.rate_hz))

    def _begin(self) -> None:
        super()._begin()
        self._drift = Cascade(self._sos)

    def _take(self, x: np.ndarray) -> None:
        size = np.linalg.norm(self._drift.process(x), axis=1)
        self._window.push(size)
        self._judge(size)

    def _features(self) -> np.ndarray:
        values = np.full(len(self.info.features), np.nan)
        if self._ready(self._window):
            values[:2] = _rms(self._window.rows()), self._window.rows().max()
        values[2] = self._stillness()
        return values


def _rms(x: np.ndarray) -> float:
    return float(np.sqrt(np.mean(x * x)))
