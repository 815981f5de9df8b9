"""The organs of the simulated person: brain, heart and skin, each following the same feeling."""

import numpy as np

__all__ = ["CHANNELS", "Brain", "Heart", "Skin"]

CHANNELS = (
    "AF3", "F7", "F3", "FC5", "T7", "P7", "O1", "O2", "P8", "T8", "FC6", "F4", "F8", "AF4",
)  # fmt: skip
VALENCE, AROUSAL, DOMINANCE = 0, 1, 2

_FRONTAL = np.array([label[0] in "AF" for label in CHANNELS])
_SIDE = np.array([1.0 if int(label[-1]) % 2 == 0 else -1.0 for label in CHANNELS])  # right +1
_PINK_UV, _PINK_HZ, _PINK_TONES = 12.0, (0.5, 60.0), 60
_NOISE_UV = 1.0
_TONES = 24  # sinusoids that make up one band
_BANDS = {  # edges in hertz, frontal and other amplitude in microvolts
    "theta": (4.0, 7.5, 5.0, 3.5),
    "alpha": (8.5, 12.0, 5.0, 9.0),
    "beta": (15.0, 28.0, 4.0, 3.5),
    "gamma": (32.0, 44.0, 3.0, 2.5),
}
# Change of the log amplitude at the far end of a dimension, before the person's own strength.
_EFFECTS = {
    ("alpha", AROUSAL): np.full(len(CHANNELS), -0.35),
    ("beta", AROUSAL): np.full(len(CHANNELS), 0.35),
    ("alpha", VALENCE): np.where(_FRONTAL, 0.45 * _SIDE, 0.0),
    ("theta", DOMINANCE): np.where(_FRONTAL, 0.45, 0.0),
    ("gamma", DOMINANCE): np.where(_FRONTAL, 0.35, 0.0),
}


class Brain:
    """EEG in microvolts: tones of random frequency and phase, their bands scaled by the feeling.

    Parameters
    ----------
    rng : numpy Generator
        Who it is.
    strength : float
        Scales every effect.
    """

    def __init__(self, rng: np.random.Generator, *, strength: float) -> None:
        self._rng = rng
        low, high = np.log(_PINK_HZ)
        # Equal amplitudes at frequencies evenly spread on a log scale: power falls as 1/f.
        self._pink = _Tones(rng, np.exp(np.linspace(low, high, _PINK_TONES)), _PINK_UV)
        self._bands = {
            band: _Tones(rng, rng.uniform(low, high, _TONES), np.where(_FRONTAL, front, other))
            for band, (low, high, front, other) in _BANDS.items()
        }
        self._effects = {
            key: effect * strength * rng.uniform(0.7, 1.3) for key, effect in _EFFECTS.items()
        }

    def next(self, seconds: np.ndarray, course: np.ndarray) -> np.ndarray:
        """Return (n, channels) at these seconds, given the feeling (n, 3) there."""
        signal = self._pink.at(seconds)
        for band, tones in self._bands.items():
            gain = np.zeros_like(signal)
            for (name, dimension), effect in self._effects.items():
                if name == band:
                    gain += course[:, dimension, None] * effect  # (n, channels)
            signal += tones.at(seconds) * np.exp(gain)
        return signal + self._rng.normal(0.0, _NOISE_UV, signal.shape)


class _Tones:
    """Sinusoids of the same frequencies on all channels, each with its own phase."""

    def __init__(
        self, rng: np.random.Generator, rates_hz: np.ndarray, rms_uv: float | np.ndarray
    ) -> None:
        phase = rng.uniform(0.0, 2.0 * np.pi, (len(rates_hz), len(CHANNELS)))
        amplitude = rms_uv * np.sqrt(2.0 / len(rates_hz))
        self._angular = 2.0 * np.pi * rates_hz
        self._cosine, self._sine = amplitude * np.cos(phase), amplitude * np.sin(phase)

    def at(self, seconds: np.ndarray) -> np.ndarray:
        """Return (n, channels)."""
        angle = seconds[:, None] * self._angular  # (n, tones)
        return np.cos(angle) @ self._cosine + np.sin(angle) @ self._sine


class Heart:
    """A pulse wave: systolic peak and dicrotic notch, at a rate that breathes and feels."""

    def __init__(self, rng: np.random.Generator, *, strength: float) -> None:
        self._rng = rng
        self._rest_bpm = rng.uniform(60.0, 76.0)
        self._arousal_bpm = 10.0 * strength * rng.uniform(0.7, 1.3)
        self._valence_bpm = -3.0 * strength * rng.uniform(0.7, 1.3)
        self._breath_hz = rng.uniform(0.2, 0.3)
        self._beat = 0.0
        self._before: float | None = None

    def next(self, seconds: np.ndarray, course: np.ndarray) -> np.ndarray:
        """Return (n, 1), arbitrary unit, at these consecutive seconds."""
        steps_s = np.diff(seconds, prepend=seconds[0] if self._before is None else self._before)
        self._before = float(seconds[-1])
        bpm = (
            self._rest_bpm
            + self._arousal_bpm * course[:, AROUSAL]
            + self._valence_bpm * course[:, VALENCE]
            + 2.5 * np.sin(2.0 * np.pi * self._breath_hz * seconds)
        )
        beats = self._beat + np.cumsum(bpm / 60.0 * steps_s)
        self._beat = float(beats[-1])
        phase = beats % 1.0
        wave = np.exp(-(((phase - 0.20) / 0.08) ** 2)) + 0.4 * np.exp(
            -(((phase - 0.50) / 0.10) ** 2)
        )
        return (wave + self._rng.normal(0.0, 0.02, len(wave)))[:, None]


class Skin:
    """Skin conductance in microsiemens: a slow level, and responses that come with arousal."""

    _level_tau_s = 10.0
    _rise_s, _decay_s = 0.7, 3.0

    def __init__(self, rng: np.random.Generator, *, strength: float) -> None:
        self._rng = rng
        self._rest_us = rng.uniform(2.0, 6.0)
        self._arousal_us = 1.0 * strength * rng.uniform(0.7, 1.3)
        self._strength = strength
        self._felt = self._rising = self._decaying = 0.0
        self._before: float | None = None

    def next(self, seconds: np.ndarray, course: np.ndarray) -> np.ndarray:
        """Return (n, 1) at these consecutive seconds."""
        values = [
            self._at(second, arousal)
            for second, arousal in zip(seconds.tolist(), course[:, AROUSAL].tolist(), strict=True)
        ]
        return np.array(values)[:, None]

    def _at(self, second: float, arousal: float) -> float:
        step_s = 0.0 if self._before is None else second - self._before
        self._before = second
        self._felt += (arousal - self._felt) * -np.expm1(-step_s / self._level_tau_s)
        self._rising *= np.exp(-step_s / self._rise_s)
        self._decaying *= np.exp(-step_s / self._decay_s)
        per_minute = 6.0 + 5.0 * self._strength * arousal
        if self._rng.random() < max(0.5, per_minute) / 60.0 * step_s:
            size_us = self._rng.uniform(0.1, 0.5)
            self._rising += size_us
            self._decaying += size_us
        level = self._rest_us + self._arousal_us * self._felt
        return level + self._decaying - self._rising + self._rng.normal(0.0, 0.005)
