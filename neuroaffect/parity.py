"""Prove on one recording that features do not depend on how its samples arrive."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from neuroaffect.features import FeatureTable
from neuroaffect.pipeline import Pipeline, Run, Tick
from neuroaffect.stream import Chunk, Source

__all__ = ["Parity", "check_parity", "differing_bits"]

_MOST_SAMPLES = 48  # longest random piece; hops are 12 to 256 samples, so pieces cut and span them
_SINGLES = 2000  # samples per stream that go in one by one: every position within many hops

Arrivals = Iterable[tuple[str, Chunk]]


@dataclass(frozen=True, kw_only=True)
class Parity:
    """What the comparison found.

    Parameters
    ----------
    pipeline : str
    ticks : int
        Ticks of the run that takes the recording as it arrived.
    features : int
        Numbers per tick.
    differing_bits : int
        Bits that differ from that run, summed over the others: features, times, ages, quality,
        flaws and the verdicts settled, gap and missing. A tick that only one run has counts wholly.
    """

    pipeline: str
    ticks: int
    features: int
    differing_bits: int

    @property
    def ok(self) -> bool:
        """Whether all runs agree in every bit."""
        return self.differing_bits == 0


def check_parity(
    source: Source,
    pipeline: Pipeline,
    *,
    rng: np.random.Generator,
    late: Collection[tuple[str, int]] = (),
    rests: Collection[tuple[float, float]] = (),
) -> Parity:
    """Run a pipeline over a recording cut in different ways, and count the bits that differ.

    The recording goes through as it arrived, in random small pieces, sample by sample where it
    begins, and in the largest pieces there can be: each stream whole, from gap to gap, one
    stream after the other.

    Parameters
    ----------
    source : Source
        A recording; it is iterated several times.
    pipeline : Pipeline
    rng : numpy.random.Generator
        Decides the random pieces.
    late : collection of (track, tick index)
        Followers the recorded run is known to have gone without.
    rests : collection of (start, stop)
        Periods marked as rest.

    Raises
    ------
    PipelineError
        If the pipeline cannot run on these streams.
    """

    def start() -> Run:
        return pipeline.start(source.streams, late=late, rests=rests)

    run = start()

    def bits(arrivals: Arrivals) -> np.ndarray:
        return _bits(run, list(start().over(arrivals)))

    arrived = bits(source)
    others = (_random_pieces(source, rng), _singles_first(source, rng), _largest_pieces(source))
    return Parity(
        pipeline=pipeline.name,
        ticks=len(arrived),
        features=len(FeatureTable(run.features).columns),
        differing_bits=sum(_differing(arrived, bits(other)) for other in others),
    )


def differing_bits(run: Run, one: list[Tick], other: list[Tick]) -> int:
    """Return in how many bits two runs of a pipeline differ: features, times and verdicts.

    Parameters
    ----------
    run : Run
        Either of them; tells what a tick holds.
    one, other : list of Tick
    """
    return _differing(_bits(run, one), _bits(run, other))


def _bits(run: Run, ticks: list[Tick]) -> np.ndarray:
    """Return every tick as whole words, (ticks, words); a missing track is NaN in all its words."""
    table = FeatureTable(run.features)
    widths = {name: len(track.info.channels) for name, track in run.tracks.items()}
    head = np.array(
        [
            [tick.index, tick.time, tick.settled, tick.gap, *_verdicts(tick, widths)]
            for tick in ticks
        ],
        dtype=np.float64,
    ).reshape(len(ticks), 4 + 2 * sum(widths.values()) + len(widths))
    return np.ascontiguousarray(np.hstack([head, table.values(ticks)])).view(np.uint64)


def _verdicts(tick: Tick, widths: Mapping[str, int]) -> Iterator[float]:
    for track, width in widths.items():
        absent = np.full(width, np.nan)
        yield from tick.quality.get(track, absent)
        yield from tick.flaws.get(track, absent)
        yield tick.age_s.get(track, np.nan)


def _differing(one: np.ndarray, other: np.ndarray) -> int:
    """Return how many bits differ; surplus rows count with all theirs."""
    both = min(len(one), len(other))
    surplus = abs(len(one) - len(other)) * one.shape[1] * 64
    return int(np.bitwise_count(one[:both] ^ other[:both]).sum()) + surplus


def _cut(chunk: Chunk, start: int, stop: int) -> Chunk:
    return Chunk(
        first=chunk.first + start, times=chunk.times[start:stop], data=chunk.data[start:stop]
    )


def _random_pieces(arrivals: Arrivals, rng: np.random.Generator) -> Iterator[tuple[str, Chunk]]:
    for name, chunk in arrivals:
        start = 0
        while start < len(chunk):
            stop = min(len(chunk), start + int(rng.integers(1, _MOST_SAMPLES + 1)))
            yield name, _cut(chunk, start, stop)
            start = stop


def _singles_first(arrivals: Arrivals, rng: np.random.Generator) -> Iterator[tuple[str, Chunk]]:
    seen: dict[str, int] = {}
    for name, chunk in arrivals:
        if seen.get(name, 0) >= _SINGLES:
            yield from _random_pieces([(name, chunk)], rng)
            continue
        seen[name] = seen.get(name, 0) + len(chunk)
        for i in range(len(chunk)):
            yield name, _cut(chunk, i, i + 1)


def _largest_pieces(arrivals: Arrivals) -> Iterator[tuple[str, Chunk]]:
    """Yield each stream from gap to gap, one stream after the other."""
    by_stream: dict[str, list[Chunk]] = {}
    for name, chunk in arrivals:
        if len(chunk):
            by_stream.setdefault(name, []).append(chunk)
    for name, chunks in by_stream.items():
        stretch = [chunks[0]]
        for chunk in chunks[1:]:
            if chunk.first != stretch[-1].end:
                yield name, _joined(stretch)
                stretch = []
            stretch.append(chunk)
        yield name, _joined(stretch)


def _joined(chunks: list[Chunk]) -> Chunk:
    return Chunk(
        first=chunks[0].first,
        times=np.concatenate([chunk.times for chunk in chunks]),
        data=np.concatenate([chunk.data for chunk in chunks]),
    )
