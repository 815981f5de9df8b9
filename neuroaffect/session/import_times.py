"""When each sample of an imported file was taken: pauses and skips, and markers among them."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, isfinite
from pathlib import Path

from neuroaffect.session.edf import EdfHeader, read_record_onsets

__all__ = [
    "Pause",
    "Segment",
    "brainvision_pauses",
    "edf_pauses",
    "eeglab_pauses",
    "segments",
    "shift_s",
]

_UNKNOWN_S = 1.0  # assumed where a file says that time is missing but not how much
_ROUNDING_S = 1e-9


@dataclass(frozen=True)
class Pause:
    """Time of which the file holds no samples: `length_s`, at `at_s` of its samples' time."""

    at_s: float
    length_s: float


@dataclass(frozen=True)
class Segment:
    """Samples [first, stop) of a file that follow each other, the first at `start_s`."""

    first: int
    stop: int
    start_s: float


def segments(
    samples: int,
    rate_hz: float,
    *,
    pauses: Sequence[Pause] = (),
    skips: Sequence[tuple[float, float]] = (),
) -> tuple[Segment, ...]:
    """Return the stretches of a file without a gap.

    Parameters
    ----------
    samples : int
        Samples in the file.
    rate_hz : float
    pauses : sequence of Pause
    skips : sequence of (start_s, stop_s)
        Stretches that hold a filler instead of what was measured; left out.
    """

    def sample(time_s: float) -> int:
        return min(max(ceil(time_s * rate_hz - 1e-6), 0), samples)

    empty = [(sample(start), sample(stop)) for start, stop in skips]
    edges = {0, samples, *(sample(pause.at_s) for pause in pauses)}
    edges.update(edge for skip in empty for edge in skip)
    ordered = sorted(edges)
    found = []
    for first, stop in itertools.pairwise(ordered):
        if not any(start <= first < end for start, end in empty):
            start_s = first / rate_hz
            found.append(Segment(first, stop, start_s + shift_s(start_s, pauses)))
    return tuple(found)


def shift_s(time_s: float, pauses: Sequence[Pause]) -> float:
    """Return how much later something happened than the samples before it let think."""
    # A pause before the very first sample shifts nothing: time starts there.
    return sum(pause.length_s for pause in pauses if 0.0 < pause.at_s <= time_s + _ROUNDING_S)


def eeglab_pauses(
    boundaries: Sequence[tuple[float, float]], defects: list[str]
) -> tuple[Pause, ...]:
    """Return the pauses at EEGLAB's boundary events, (onset_s, duration_s) each."""
    return tuple(Pause(onset, _length(onset, length, defects)) for onset, length in boundaries)


def edf_pauses(path: Path, header: EdfHeader, defects: list[str]) -> tuple[Pause, ...]:
    """Return the pauses between the records of an EDF+D file."""
    onsets = read_record_onsets(path, header)
    least_s = 0.5 / max(map(header.rate_hz, header.signals))
    pauses = []
    for k in range(1, len(onsets)):
        length_s = onsets[k] - onsets[k - 1] - header.record_s
        if length_s < -least_s:
            defects.append(f"record {k} starts {-length_s:g} s before the one before it ends")
        elif length_s > least_s:
            pauses.append(Pause(k * header.record_s, length_s))
    return tuple(pauses)


def brainvision_pauses(path: Path, rate_hz: float, defects: list[str]) -> tuple[Pause, ...]:
    """Return the pauses between the segments of a BrainVision file, from its marker file."""
    header = path.read_bytes().decode("utf-8", "replace")
    named = re.search(r"^MarkerFile=(.+)$", header, re.MULTILINE | re.IGNORECASE)
    file = path.with_name(named[1].strip().replace("$b", path.stem)) if named else None
    if file is None or not file.is_file():
        return ()
    text = file.read_bytes().decode("utf-8", "replace")
    rows = re.findall(r"^Mk\d+=New Segment,[^,]*,(\d+),[^,]*,[^,\s]*,?(\d*)", text, re.MULTILINE)
    starts = [((int(position) - 1) / rate_hz, _date(date)) for position, date in rows]
    pauses = []
    for (before_s, before), (at_s, date) in itertools.pairwise(starts):
        length_s = float("nan")
        if before is not None and date is not None:
            length_s = (date - before).total_seconds() - (at_s - before_s)
        pauses.append(Pause(at_s, _length(at_s, length_s, defects)))
    return tuple(pauses)


def _date(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S%f").astimezone()
    except ValueError:
        return None


def _length(at_s: float, length_s: float, defects: list[str]) -> float:
    if isfinite(length_s) and length_s > 0:
        return length_s
    defects.append(
        f"at {at_s:.3f} s the recording was cut for an unknown time; {_UNKNOWN_S:g} s is assumed"
    )
    return _UNKNOWN_S
