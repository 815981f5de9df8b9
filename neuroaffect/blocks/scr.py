"""Skin conductance responses: found on the phasic part as soon as their peak has passed."""

from dataclasses import dataclass
from math import exp

__all__ = ["CONFIRM_S", "Response", "Responses"]

CONFIRM_S = 0.75  # a peak is believed once this has passed without half of it being lost
_STIR = 0.2  # of the smallest amplitude: less is no beginning of a rise
_RISE = 0.6  # of the smallest amplitude: more is a rise
_TURN = 0.05  # of the amplitude: this far below the highest value, it was the peak


@dataclass(frozen=True, slots=True)
class Response:
    """One response, told `age_s` after its onset.

    `amplitude_us` is the height of the peak above where the fall of the response before it would
    have led by then.
    """

    amplitude_us: float
    rise_s: float
    age_s: float


class Responses:
    """Trough to peak, one channel, sample by sample.

    The onset is the last sample that is still within a fifth of the smallest amplitude of the
    trough, the peak the highest sample after it. A peak that loses half its height within
    `CONFIRM_S` is no response, whose half recovery takes 2 s and more, but a knock at the
    electrode.

    Parameters
    ----------
    rate_hz : float
    min_amplitude_us : float
        Smaller ones are not told.
    rise_s : (float, float)
        Shortest and longest time from onset to peak.
    decay_s : float
        Time constant with which a response falls.

    References
    ----------
    Boucsein and others (2012), doi:10.1111/j.1469-8986.2012.01384.x
    """

    def __init__(
        self,
        *,
        rate_hz: float,
        min_amplitude_us: float,
        rise_s: tuple[float, float],
        decay_s: float,
    ) -> None:
        self._rate_hz = rate_hz
        self._least_us = min_amplitude_us
        self._rise_s = rise_s
        self._decay_s = decay_s
        self.restart()

    def restart(self) -> None:
        """Forget a response that is under way: the next sample is the first."""
        self._at = 0  # number of the newest sample
        self._trough: float | None = None
        self._onset, self._onset_us = 0, 0.0
        self._peak, self._peak_us = 0, 0.0
        self._rising = False

    def push(self, phasic: float) -> Response | None:
        """Return the response that this sample completes, if it does."""
        self._at += 1
        if self._trough is None:
            self._begin(phasic)
        if not self._rising:
            self._look_for_onset(phasic)
            return None
        if phasic > self._peak_us:
            self._peak, self._peak_us = self._at, phasic
            if self._seconds(self._onset, self._at) > self._rise_s[1]:
                self._begin(phasic)  # a drift; a response may yet rise from it
            return None
        return self._turned(phasic)

    def _begin(self, phasic: float) -> None:
        self._rising = False
        self._trough = phasic
        self._onset, self._onset_us = self._at, phasic

    def _look_for_onset(self, phasic: float) -> None:
        self._trough = min(self._trough, phasic)
        above = phasic - self._trough
        if above <= _STIR * self._least_us:
            self._onset, self._onset_us = self._at, phasic
        elif above >= _RISE * self._least_us:
            self._rising = True
            self._peak, self._peak_us = self._at, phasic

    def _turned(self, phasic: float) -> Response | None:
        """Return the response if its peak has passed for good and looks like one."""
        height = self._peak_us - self._onset_us
        fallen = self._peak_us - phasic
        if fallen < _TURN * height or (
            fallen <= height / 2 and self._seconds(self._peak, self._at) < CONFIRM_S
        ):
            return None
        rise_s = self._seconds(self._onset, self._peak)
        # A level set too high is no fall of a response before: what is below it stays there.
        left = exp(-rise_s / self._decay_s) if self._onset_us > 0.0 else 1.0
        found = Response(
            amplitude_us=self._peak_us - left * self._onset_us,
            rise_s=rise_s,
            age_s=self._seconds(self._onset, self._at),
        )
        self._begin(phasic)
        shortest_s, longest_s = self._rise_s
        plausible = fallen <= height / 2 and shortest_s <= rise_s <= longest_s
        return found if plausible and found.amplitude_us >= self._least_us else None

    def _seconds(self, start: int, end: int) -> float:
        return (end - start) / self._rate_hz
