"""A simulated person whose valence, arousal and dominance are known at every moment."""

import threading
import time
from collections.abc import Iterator

import numpy as np

from neuroaffect.acquire.physiology import CHANNELS, Brain, Heart, Skin
from neuroaffect.acquire.source import Item, RawSource
from neuroaffect.affect import DIMENSIONS, SAM9
from neuroaffect.session.raw import Event, Packet, RawStream

__all__ = ["Simulator"]

EEG_HZ, PPG_HZ, EDA_HZ = 128, 64, 4
BLOCK_S = 0.25  # what arrives together: a whole number of samples of each stream
RAMP_S = 2.0  # how long a feeling takes to come and to go
HIGH, LOW = (6.5, 8.8), (1.2, 3.5)  # ratings on the SAM scale
_COMBINATIONS = np.array(np.meshgrid([0, 1], [0, 1], [0, 1])).reshape(3, -1).T  # (8, 3)


class Simulator(RawSource):
    """A seeded person with a headset and a wristband, watching one clip after the other.

    Each trial has a target rating of valence, arousal and dominance on the 1 to 9 scale of the
    self-assessment manikin; every eight trials hold each combination of high and low once. The
    person feels it for the trial, nothing in the rests, and the signals follow:

    * EEG, 14 channels as an EPOC has them, 128 Hz: alpha falls and beta rises with arousal,
      alpha is stronger on the right than on the left (F4 against F3) with valence, frontal
      theta and gamma rise with dominance, all upon pink noise;
    * EDA, 4 Hz: level and number of responses rise with arousal;
    * PPG, 64 Hz: the heart is faster with arousal, slightly slower with valence.

    Trials are told as events (trial-start, trial-stop with ratings), so a session recorded from
    a simulator can be trained on. The same seed gives the same person, to the last bit.

    Parameters
    ----------
    seed : int
        Who it is: order of trials, strength of each effect, noise.
    duration_s : float or None
        Whole trials that fit in here; None goes on until closed.
    trial_s, rest_s : float
        Lengths of a trial and of the rest before it, multiples of 0.25 s.
    strength : float
        Scales every effect; 0 gives signals that say nothing.
    start_s : float
        Time of the first sample.
    speed : float or None
        1 to arrive in real time; None to arrive as fast as asked for.

    Notes
    -----
    Sizes of the effects are ours, chosen to be learnable and no larger than in the literature
    on induced emotion. A test rig, no model of a brain.

    References
    ----------
    Davidson (2004), doi:10.1016/S0301-0511(03)00027-6; Boucsein (2012),
    doi:10.1007/978-1-4614-1126-0
    """

    def __init__(
        self,
        *,
        seed: int,
        duration_s: float | None = None,
        trial_s: float = 20.0,
        rest_s: float = 5.0,
        strength: float = 1.0,
        start_s: float = 0.0,
        speed: float | None = None,
    ) -> None:
        self.trial_s = trial_s
        self.rest_s = rest_s
        self.trials = None if duration_s is None else int(duration_s // (trial_s + rest_s))
        self._seed = seed
        self._strength = strength
        self._start_s = start_s
        self._speed = speed
        self._wake = threading.Event()
        super().__init__(
            _stream(*row)
            for row in (
                (1, "Simulated EEG", "EEG", EEG_HZ, CHANNELS, "microvolts", seed),
                (2, "Simulated PPG", "PPG", PPG_HZ, ("PPG",), "", seed),
                (3, "Simulated EDA", "EDA", EDA_HZ, ("EDA",), "microsiemens", seed),
            )
        )

    def ratings(self, trial: int) -> np.ndarray:
        """Return the ratings of a trial on the 1 to 9 scale, (valence, arousal, dominance)."""
        block, place = divmod(trial, len(_COMBINATIONS))
        rng = np.random.default_rng([self._seed, 1, block])
        high = rng.permutation(_COMBINATIONS)
        draws = rng.random(high.shape)
        low_ratings = LOW[0] + draws * (LOW[1] - LOW[0])
        high_ratings = HIGH[0] + draws * (HIGH[1] - HIGH[0])
        return np.round(np.where(high, high_ratings, low_ratings)[place], 1)

    def course(self, times: np.ndarray) -> np.ndarray:
        """Return the truth: valence, arousal and dominance at these times.

        Parameters
        ----------
        times : ndarray, shape (n,)
            Seconds, on the clock of the chunks.

        Returns
        -------
        ndarray, shape (n, 3)
            In [-1, 1]; 0 in the rests, and smooth.
        """
        since = np.asarray(times, dtype=np.float64) - self._start_s
        trial = np.floor(since / self._period_s).astype(int)
        into_s = since - trial * self._period_s - self.rest_s
        felt = (trial >= 0) & (trial < (np.inf if self.trials is None else self.trials))
        into_s = np.where(felt, into_s, 0.0)
        rise = np.clip(np.minimum(into_s, self.trial_s - into_s) / RAMP_S, 0.0, 1.0)
        ratings = {k: SAM9.to_unit(self.ratings(k)) for k in np.unique(trial[felt]).tolist()}
        targets = np.array([ratings.get(k, np.zeros(3)) for k in trial.tolist()]).reshape(-1, 3)
        return targets * (rise * rise * (3.0 - 2.0 * rise))[:, None]  # smoothstep

    def close(self) -> None:
        """Stop; the iteration ends promptly."""
        super().close()
        self._wake.set()

    @property
    def _period_s(self) -> float:
        return self.rest_s + self.trial_s

    def _items(self) -> Iterator[Item]:
        brain, heart, skin = np.random.default_rng([self._seed, 2]).spawn(3)
        organs = (
            (1, EEG_HZ, Brain(brain, strength=self._strength)),
            (2, PPG_HZ, Heart(heart, strength=self._strength)),
            (3, EDA_HZ, Skin(skin, strength=self._strength)),
        )
        began = time.monotonic()
        blocks = None if self.trials is None else round(self.trials * self._period_s / BLOCK_S)
        block = 0
        while blocks is None or block < blocks:
            yield from self._events(block * BLOCK_S)
            block += 1
            if self._speed is not None:
                self._wake.wait(max(0.0, began + block * BLOCK_S / self._speed - time.monotonic()))
            for id, rate_hz, organ in organs:
                n = round(rate_hz * BLOCK_S)
                seconds = np.arange((block - 1) * n, block * n) / rate_hz
                stamps = self._start_s + seconds
                values = organ.next(seconds, self.course(stamps))
                yield Packet(id, stamps, values.astype(np.float32))
        if self.trials:
            yield self._trial_stop(self.trials - 1)

    def _events(self, second: float) -> Iterator[Event]:
        """Yield the trial that ended by now, and the one that starts within this block."""
        trial, into_s = divmod(second, self._period_s)
        trial = int(trial)
        if trial > 0 and into_s < BLOCK_S:
            yield self._trial_stop(trial - 1)
        if into_s <= self.rest_s < into_s + BLOCK_S:
            start = self._start_s + trial * self._period_s + self.rest_s
            yield Event(start, "trial-start", {"trial": str(trial + 1)})

    def _trial_stop(self, trial: int) -> Event:
        ratings = dict(zip(DIMENSIONS, self.ratings(trial).tolist(), strict=True))
        stop = self._start_s + (trial + 1) * self._period_s
        return Event(stop, "trial-stop", {"trial": str(trial + 1), "ratings": ratings})


def _stream(
    id: int, name: str, type: str, rate_hz: float, labels: tuple[str, ...], unit: str, seed: int
) -> RawStream:
    n = len(labels)
    return RawStream(
        id=id, name=name, type=type, source_id=f"simulator-{seed}-{type}", rate_hz=float(rate_hz),
        format="float32", labels=labels, units=(unit,) * n, types=(type,) * n,
    )  # fmt: skip
