"""Periods marked as rest, on which baselines and calibrations are taken."""

from collections.abc import Iterable

__all__ = ["Rests"]


class Rests:
    """Half-open periods (start, stop] on the session's clock.

    A hop belongs to a period by the stamp of its last sample, so a period that opens at the
    stamp of the newest hop seen changes nothing that has been computed.
    """

    def __init__(self, periods: Iterable[tuple[float, float]] = ()) -> None:
        self._periods = [(float(start), float(stop)) for start, stop in periods]

    def add(self, start: float, stop: float) -> None:
        """Mark one more period."""
        self._periods.append((start, stop))

    def cover(self, time: float) -> bool:
        """Tell whether a hop that ends at this time is at rest."""
        return any(start < time <= stop for start, stop in self._periods)
