"""Skin conductance as it comes, split into its level and what responds above it."""

from math import exp, expm1

__all__ = ["SMOOTH_S", "Split"]

SMOOTH_S = 0.1  # each of two one-pole low-passes; below the fastest rise of a response


class Split:
    """One channel's tonic level and phasic part, sample by sample.

    A response falls exponentially; undoing that fall, d = y + decay·dy/dt, turns it into a short
    pulse, so that responses which overlap in the conductance stand apart. The level is what the
    pulses stand on: a follower of d that falls fast and rises slowly. Given back the fall that
    was undone, it is the tonic level; what remains is phasic.

    Parameters
    ----------
    rate_hz : float
    decay_s : float
        Time constant with which a response falls.
    rise_s, fall_s : float
        Time constants with which the level follows upward and downward.

    References
    ----------
    Benedek, Kaernbach (2010), doi:10.1016/j.jneumeth.2010.04.028: the level between pulses.
    """

    def __init__(self, *, rate_hz: float, decay_s: float, rise_s: float, fall_s: float) -> None:
        self._keep = exp(-1.0 / (rate_hz * decay_s))
        self._smooth = _share(rate_hz, SMOOTH_S)
        self._rise, self._fall = _share(rate_hz, rise_s), _share(rate_hz, fall_s)
        self._level: float | None = None  # of the pulses; None: not started
        self._first = self._second = self._tonic = 0.0

    def push(self, x: float) -> tuple[float, float]:
        """Return (tonic, phasic) at this sample, finite; the first one is all tonic."""
        if self._level is None:
            self._first = self._second = self._level = self._tonic = x
        before = self._second
        self._first += self._smooth * (x - self._first)
        self._second += self._smooth * (self._first - self._second)
        # Exactly the inverse of the recursion y[n] = keep·y[n-1] + (1 - keep)·d[n].
        pulse = before + (self._second - before) / (1.0 - self._keep)
        share = self._rise if pulse > self._level else self._fall
        self._level += share * (pulse - self._level)
        self._tonic += (1.0 - self._keep) * (self._level - self._tonic)
        return self._tonic, self._second - self._tonic

    def skip(self, x: float) -> None:
        """Go on at this sample with the level as it was: those between were held out."""
        self._first = self._second = x

    def restart(self) -> None:
        """Forget everything: the next sample is the first."""
        self._level = None


def _share(rate_hz: float, tau_s: float) -> float:
    """Return how much of a step a one-pole follower takes over in one sample."""
    return -expm1(-1.0 / (rate_hz * tau_s))
