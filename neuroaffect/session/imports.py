"""Read EDF, BDF, FIF, BrainVision, EEGLAB and what else mne reads as recordings of streams."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.errors import SessionError
from neuroaffect.session.edf import EDF_WIDTHS, read_edf_header
from neuroaffect.session.emotiv_edf import import_emotiv_edf, is_emotiv_edf, wrapped_channels
from neuroaffect.session.import_channels import ImportedChannel, channels_of
from neuroaffect.session.import_mne import (
    Mark,
    Translated,
    format_of,
    open_raws,
    read_block,
    read_marks,
    read_triggers,
)
from neuroaffect.session.import_times import (
    Pause,
    Segment,
    brainvision_pauses,
    edf_pauses,
    eeglab_pauses,
    segments,
    shift_s,
)
from neuroaffect.session.imported import (
    Imported,
    Timed,
    in_time_order,
    marker_packet,
    marker_stream,
)
from neuroaffect.session.raw import Packet, RawStream

if TYPE_CHECKING:
    from mne.io import BaseRaw

__all__ = ["import_recording"]

_BLOCK_VALUES = 2**21  # read at once: 16 MB
_SKIP = "bad_acq_skip"
_BOUNDARY = "boundary"


@dataclass(frozen=True, eq=False)
class _Group:
    """Channels of one kind: their stream, rows in the file, factors to the stream's units."""

    stream: RawStream
    rows: np.ndarray
    factors: np.ndarray


@dataclass(frozen=True, eq=False)
class _Part:
    """The channels of one rate."""

    raw: "BaseRaw"
    segments: tuple[Segment, ...]
    groups: tuple[_Group, ...]


@dataclass(frozen=True, eq=False)
class _Opened:
    """A file in mne's hands, and what is read of it."""

    path: Path
    format: str
    parts: tuple[_Part, ...]
    marks: tuple[Mark, ...]
    marking: RawStream | None

    def items(self) -> Iterator[Packet]:
        """Yield one packet per second and stream, and one per marker, as they came to an end."""
        return in_time_order([self._markers(), *(self._packets(part) for part in self.parts)])

    def _markers(self) -> Iterator[Timed]:
        if self.marking is not None:
            for time, _, text in self.marks:
                yield time, marker_packet(self.marking, time, text)

    def _packets(self, part: _Part) -> Iterator[Timed]:
        second = max(1, round(part.raw.info["sfreq"]))
        block = second * max(1, _BLOCK_VALUES // (second * len(part.raw.ch_names)))
        for segment in part.segments:
            for first in range(segment.first, segment.stop, block):
                stop = min(first + block, segment.stop)
                data = read_block(part.raw, self.path, format=self.format, first=first, stop=stop)
                samples = np.arange(first - segment.first, stop - segment.first)
                stamps = segment.start_s + samples / part.raw.info["sfreq"]
                for start in range(0, stop - first, second):
                    cut = slice(start, start + second)
                    for group in part.groups:
                        values = np.ascontiguousarray(data[group.rows, cut].T) * group.factors
                        packet = Packet(group.stream.id, stamps[cut].copy(), values)
                        yield packet.stamps.item(-1), packet


def import_recording(path: Path) -> Imported:
    """Open a file that mne reads.

    Channels are split by kind into streams of their own, values in the units that the file
    states (voltages in microvolts), stamps in seconds since its first sample. Annotations and
    stim channels become one stream of text markers; what was not recorded is a jump of stamps.

    Raises
    ------
    SessionError
        If the file is broken, of another format than its suffix says, or holds no signal.
    """
    format = format_of(path)
    defects: list[str] = []
    with Translated(path, format=format, defects=defects):
        if format == "EDF":
            header = read_edf_header(path, width=2)
            if is_emotiv_edf(header):
                return import_emotiv_edf(path)
            if wrapped := wrapped_channels(header):
                names = ", ".join(header.labels[k] for k in wrapped)
                defects.append(f"16 bits cannot hold the range of {names}; values may be wrapped")
        raws = open_raws(path, format=format)
        pauses, marks = _times(path, format, raws, defects)
        skips = [(onset, onset + length) for onset, length, text in marks if _is_skip(text)]
        parts: list[_Part] = []
        for raw in raws:
            known = [group.stream for part in parts for group in part.groups]
            groups = _groups(raw, channels_of(raw, path, format=format), known)
            found = segments(raw.n_times, raw.info["sfreq"], pauses=pauses, skips=skips)
            if groups and found:
                parts.append(_Part(raw, found, groups))
    if not parts:
        raise SessionError(f"'{path}' holds no signal; a recording needs at least one channel")
    streams = [group.stream for part in parts for group in part.groups]
    shown = tuple(mark for mark in marks if not _is_skip(mark[2]))
    marking = marker_stream(len(streams) + 1) if shown else None
    opened = _Opened(path, format, tuple(parts), shown, marking)
    return Imported(
        format=format,
        streams=tuple(streams) if marking is None else (*streams, marking),
        defects=tuple(dict.fromkeys(defects)),
        items=opened.items,
        is_timed=False,
    )


def _is_skip(text: str) -> bool:
    return text.lower().startswith(_SKIP)


def _times(
    path: Path, format: str, raws: Sequence["BaseRaw"], defects: list[str]
) -> tuple[tuple[Pause, ...], list[Mark]]:
    """Return the pauses, and the markers at their true time in seconds since the first sample."""
    pauses: tuple[Pause, ...] = ()
    if format in {"EDF", "BDF"}:
        header = read_edf_header(path, width=EDF_WIDTHS[format])
        pauses = edf_pauses(path, header, defects) if header.has_pauses else ()
        # With pauses, mne takes for out of range what lies beyond the joined samples.
        marks = read_marks(raws[0], path, whole=bool(pauses))
    else:
        marks = read_marks(raws[0], path, whole=format == "EEGLAB")
        if format == "BrainVision":
            pauses = brainvision_pauses(path, raws[0].info["sfreq"], defects)
        elif format == "EEGLAB":
            cuts = [(onset, length) for onset, length, text in marks if text == _BOUNDARY]
            pauses = eeglab_pauses(cuts, defects)
        # Unlike EDF's, these are placed by samples, as if there were no pauses.
        marks = [_shifted(mark, pauses) for mark in marks]
    marks += [_shifted(mark, pauses) for raw in raws for mark in read_triggers(raw, format=format)]
    shown = [mark for mark in marks if not mark[2].startswith(("New Segment/", _BOUNDARY))]
    return pauses, sorted(shown, key=lambda mark: mark[0])


def _shifted(mark: Mark, pauses: Sequence[Pause]) -> Mark:
    onset, length, text = mark
    return onset + shift_s(onset, pauses), length, text


def _groups(
    raw: "BaseRaw", channels: Sequence[ImportedChannel], known: Sequence[RawStream]
) -> tuple[_Group, ...]:
    """Return the channels by what they measure; `known` are the streams of higher rates."""
    rate_hz = float(raw.info["sfreq"])
    groups = []
    for type in dict.fromkeys(channel.type for channel in channels if channel.type != "STIM"):
        rows = [k for k, channel in enumerate(channels) if channel.type == type]
        picked = [channels[k] for k in rows]
        taken = any(stream.type == type for stream in known)
        stream = RawStream(
            id=len(known) + len(groups) + 1,
            name=f"{type} {rate_hz:g} Hz" if taken else type,
            type=type,
            rate_hz=rate_hz,
            format="double64",
            labels=tuple(channel.label for channel in picked),
            units=tuple(channel.unit for channel in picked),
            types=(type,) * len(picked),
        )
        factors = np.array([channel.factor for channel in picked])
        groups.append(_Group(stream, np.array(rows), factors))
    return tuple(groups)
