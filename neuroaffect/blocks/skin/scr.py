"""Skin conductance responses: found on the phasic part as soon as their peak has passed."""

from collections import deque
from dataclasses import dataclass
from math import exp

__all__ = ["CONFIRM_S", "Response", "Responses"]

CONFIRM_S = 0.5  # a peak is believed once this has passed without half of it being lost
_STEEP = 0.5  # of the smallest amplitude per second: slower is drift and no beginning
_STEEP_OVER_S = 0.5
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

    A rise is steep while half a second brings more than a quarter of the smallest amplitude;
    slower, it is drift. The onset is the lowest sample of the half second before it became
    steep, the peak the highest after it, or the shoulder from which another one rises. A peak
    that loses half its height within `CONFIRM_S` is no response, whose half recovery takes 2 s
    and more, but a knock at the electrode.

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
        self._steep_us = _STEEP * _STEEP_OVER_S * min_amplitude_us
        self._lately: deque[float] = deque(maxlen=max(1, round(_STEEP_OVER_S * rate_hz)))
        self.restart()

    def restart(self) -> None:
        """Forget a response that is under way; the next must begin after this."""
        self._at = 0  # number of the newest sample
        self._lately.clear()
        self._steep = True  # until a sample is seen not to be
        self._foot: int | None = None  # the lowest sample before the newest steep ones
        self._foot_us = 0.0
        self._rising = False
        self._onset, self._onset_us = 0, 0.0
        self._peak, self._peak_us = 0, 0.0

    def push(self, phasic: float) -> Response | None:
        """Return the response that this sample completes, if it does."""
        self._at += 1
        self._look_for_foot(phasic)
        risen = self._steep and self._foot is not None
        risen = risen and phasic - self._foot_us >= _RISE * self._least_us
        if self._rising:
            return self._follow(phasic, risen=risen)
        if risen:
            self._rise(phasic)
        return None

    def _look_for_foot(self, phasic: float) -> None:
        before = self._lately
        if len(before) == before.maxlen:
            steep = phasic - before[0] > self._steep_us
            if steep and not self._steep:
                self._foot_us = min(before)
                self._foot = self._at - 1 - list(reversed(before)).index(self._foot_us)
            self._steep = steep
        before.append(phasic)

    def _rise(self, phasic: float) -> None:
        self._rising = True
        self._onset, self._onset_us = self._foot, self._foot_us
        self._peak, self._peak_us = self._at, phasic

    def _follow(self, phasic: float, *, risen: bool) -> Response | None:
        """Return the response under way if this sample shows that its peak has passed."""
        another = self._foot > self._onset
        if another and risen:
            found = self._told(self._foot_us)  # it was the shoulder that this one rises from
            self._rise(phasic)
            return found
        if phasic > self._peak_us and not (another and self._steep):
            self._peak, self._peak_us = self._at, phasic
            if self._seconds(self._onset, self._at) > self._rise_s[1]:
                self._rising, self._foot = False, None  # a drift; wait until it flattens
            return None
        height = self._peak_us - self._onset_us
        fallen = self._peak_us - phasic
        waited = self._seconds(self._peak, self._at) >= CONFIRM_S
        if fallen > height / 2 or (fallen >= _TURN * height and waited):
            self._rising = False
            return self._told(phasic)
        return None

    def _told(self, phasic: float) -> Response | None:
        """Return the response whose peak has passed, if it looks like one."""
        rise_s = self._seconds(self._onset, self._peak)
        # A level set too high is no fall of a response before: what is below it stays there.
        left = exp(-rise_s / self._decay_s) if self._onset_us > 0.0 else 1.0
        found = Response(
            amplitude_us=self._peak_us - left * self._onset_us,
            rise_s=rise_s,
            age_s=self._seconds(self._onset, self._at),
        )
        shortest_s, longest_s = self._rise_s
        if self._peak_us - phasic > (self._peak_us - self._onset_us) / 2:
            return None
        plausible = shortest_s <= rise_s <= longest_s
        return found if plausible and found.amplitude_us >= self._least_us else None

    def _seconds(self, start: int, end: int) -> float:
        return (end - start) / self._rate_hz
