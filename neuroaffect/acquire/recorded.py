"""A recording as a source: the same packets through the same door, in order of arrival."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from neuroaffect.acquire.describe import as_sent
from neuroaffect.acquire.description import Description
from neuroaffect.acquire.intake import stream_names
from neuroaffect.acquire.source import Item, RawSource
from neuroaffect.catalog import Device, load_devices
from neuroaffect.errors import SessionError
from neuroaffect.session.raw import Event, Packet, RawStream
from neuroaffect.session.recording import Recording, open_recording

__all__ = ["Recorded"]


class Recorded(RawSource):
    """Play a recording as fast as it is asked for.

    A session of ours keeps what its live run decided: what its streams are and where samples
    were lost is taken from its events, so the chunks equal those of the live run bit for bit.
    Where the device counted its samples, the file itself tells what was lost. Other recordings
    are judged while they play, by the same rules as a live stream. Packets that precede a
    stream's first clock offset use that first one, for other recorders measure it seconds late.

    Parameters
    ----------
    recording : Recording or path
    streams : iterable of str, or None
        Unique names of the streams to play; None for all.
    devices : sequence of Device, or None
        Files from which missing descriptions are completed; None for all there are. Not asked
        in a session of ours.

    Raises
    ------
    SessionError
        If the file is no recording, or has no stream of that name.
    CatalogError
        If a device file is wrong.
    """

    def __init__(
        self,
        recording: Recording | Path | str,
        *,
        streams: Iterable[str] | None = None,
        devices: Sequence[Device] | None = None,
    ) -> None:
        if not isinstance(recording, Recording):
            recording = open_recording(recording)
        self.recording = recording
        names = stream_names(recording.streams)
        wanted = set(names.values()) if streams is None else set(streams)
        if unknown := sorted(wanted - set(names.values())):
            raise SessionError(
                f"{recording.path.name} has no stream '{unknown[0]}'; "
                f"it has {', '.join(names.values()) or 'none'}"
            )
        self._told_lost = _told_gaps(recording, names)
        self._told_details = _told_streams(recording, names)
        raws = [raw for raw in recording.streams if names[raw.id] in wanted]
        super().__init__(
            raws, names=names, told=recording.told,
            devices=load_devices() if devices is None else devices,
        )  # fmt: skip

    @property
    def late(self) -> frozenset[tuple[str, int]]:
        """Followers that the live run went without, for :meth:`Pipeline.start`."""
        return frozenset(
            (str(event.detail["track"]), int(event.detail["tick"]))
            for event in self.recording.events
            if event.kind == "late"
        )

    @property
    def rests(self) -> tuple[tuple[float, float], ...]:
        """Periods that the live run marked as rest, for :meth:`Pipeline.start`."""
        return tuple(
            (float(event.detail["start"]), float(event.detail["stop"]))
            for event in self.recording.events
            if event.kind == "rest"
        )

    def _describe(self, raw: RawStream) -> Description:
        name = self._names[raw.id]
        if not self.recording.is_ours:
            return super()._describe(raw)
        if raw.id in self._told_details:
            return Description.of_detail(raw, self._told_details[raw.id])
        # Sessions made before descriptions were kept: never to be understood in another way.
        return as_sent(raw, name=name)

    def _items(self) -> Iterator[Item]:
        if not self.recording.is_ours:
            yield from (o for o in self.recording.first_offsets if o.stream in self._intakes)
        received = dict.fromkeys(self._intakes, 0)
        for item in self.recording.items():
            intake = self._intakes.get(item.stream)
            if intake is None:
                continue
            if isinstance(item, Packet):
                if len(item) == 0:
                    continue
                place = (item.stream, received[item.stream])
                intake.tell_gap(self._told_lost.get(place, 0))
                received[item.stream] += len(item)
            yield item


def _told_gaps(recording: Recording, names: Mapping[int, str]) -> dict[tuple[int, int], int]:
    """Return (stream id, samples received before) → samples lost, as the session tells it."""
    told: dict[tuple[int, int], int] = {}
    for event in recording.events:
        if event.kind == "gap" and (id := _of(event, names)) is not None:
            place = (id, int(event.detail["first"]))
            told[place] = told.get(place, 0) + int(event.detail["lost"])
    return told


def _told_streams(
    recording: Recording, names: Mapping[int, str]
) -> dict[int, Mapping[str, object]]:
    """Return stream id → how the live run understood it, as the session tells it."""
    told: dict[int, Mapping[str, object]] = {}
    for event in recording.events:
        if event.kind == "stream" and (id := _of(event, names)) is not None:
            told.setdefault(id, event.detail)
    return told


def _of(event: Event, names: Mapping[int, str]) -> int | None:
    """Return the id of the stream an event is about, None if there is none.

    A stream that joined late took a name that was free then; in the whole recording it may have
    another. Sessions that tell no id have no such streams.
    """
    if "id" in event.detail:
        return int(event.detail["id"])
    return next((id for id, name in names.items() if name == event.detail.get("stream")), None)
