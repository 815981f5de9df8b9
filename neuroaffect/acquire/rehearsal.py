"""A recording played through as fast as it goes: that it plays, what comes out, how fast."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from neuroaffect.acquire.source import RawSource

__all__ = ["Rehearsal", "Rehearsed", "rehearse"]


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """What one stream gave.

    Parameters
    ----------
    name, kind : str
    samples : int
        Samples that came out.
    gaps, lost : int
        How often samples are missing, and how many.
    length_s : float
        From its first to its last sample; 0 if it has none.
    """

    name: str
    kind: str
    samples: int
    gaps: int
    lost: int
    length_s: float


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """A source that was played through.

    Parameters
    ----------
    streams : tuple of Rehearsed
        In the source's order.
    length_s : float
        From the first sample of any stream to the last.
    took_s : float
        Reading and all that the intake does.
    """

    streams: tuple[Rehearsed, ...]
    length_s: float
    took_s: float

    @property
    def times_real_time(self) -> float:
        """How many times faster than it was recorded."""
        return self.length_s / self.took_s if self.took_s > 0 else 0.0


def rehearse(source: RawSource, *, progress: Callable[[float], None] | None = None) -> Rehearsal:
    """Play a source through its intake as fast as it gives, without LSL, and count.

    It takes the way that features, training and ``live --source FILE`` take, so that a file
    which rehearses plays there too.

    Parameters
    ----------
    source : RawSource
        Not a live one: it must end.
    progress : callable or None
        Told the seconds of the recording played, after each chunk.
    """
    spans: dict[str, tuple[float, float]] = {}
    samples = dict.fromkeys(source.streams, 0)
    first: float | None = None
    began = time.perf_counter()
    for name, chunk in source:
        samples[name] += len(chunk)
        start, stop = float(chunk.times[0]), float(chunk.times[-1])
        spans[name] = (spans.get(name, (start, stop))[0], stop)
        first = start if first is None else first
        if progress is not None:
            progress(stop - first)
    took_s = time.perf_counter() - began
    gaps = source.gaps
    edges = np.array(list(spans.values())).reshape(-1, 2)
    return Rehearsal(
        streams=tuple(
            Rehearsed(
                name=name, kind=info.kind, samples=samples[name], gaps=len(gaps[name]),
                lost=sum(gap.lost for gap in gaps[name]),
                length_s=spans[name][1] - spans[name][0] if name in spans else 0.0,
            )
            for name, info in source.streams.items()
        ),
        length_s=float(edges[:, 1].max() - edges[:, 0].min()) if len(edges) else 0.0,
        took_s=took_s,
    )  # fmt: skip
