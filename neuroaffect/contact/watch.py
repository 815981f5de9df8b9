"""Verdicts on every stream of a source, live or recorded."""

import time
from collections.abc import Iterator, Mapping

from neuroaffect.acquire.source import RawSource
from neuroaffect.contact.judge import Judge, Verdict

__all__ = ["watch"]

_SILENT = {"stale", "lost", "refused"}


def watch(
    source: RawSource, judges: Mapping[str, Judge], *, rate_hz: float, for_s: float | None = None
) -> Iterator[Verdict]:
    """Yield verdicts as they are reached, until the source ends or is closed.

    While a live stream is silent, its channels are said to be missing as often as they would
    be judged, on the clock of this machine.

    Parameters
    ----------
    source : RawSource
    judges : mapping of str to Judge
        By the unique names of the streams to judge; others are passed over.
    rate_hz : float
        Verdicts per second.
    for_s : float or None
        Seconds after which to end; None for no end.
    """
    began = time.monotonic()
    until = float("inf") if for_s is None else began + for_s
    look_at = began
    while not source.ended and (now := time.monotonic()) < until:
        arrived = source.get(min(1.0 / rate_hz, until - now))
        if arrived is not None:
            name, chunk = arrived
            if name in judges:
                yield from judges[name].push(chunk)
        if source.local_clock is not None and now >= look_at:
            look_at = now + 1.0 / rate_hz
            states = source.states()
            for name, judge in judges.items():
                if states[name].state in _SILENT:
                    yield judge.silence(source.local_clock())
