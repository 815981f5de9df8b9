"""A source on which faults are played: the test seam for whatever listens to streams."""

from collections.abc import Iterable, Iterator

import numpy as np

from neuroaffect.acquire.description import Description
from neuroaffect.acquire.fault_scene import Switch
from neuroaffect.acquire.faults import Fault
from neuroaffect.acquire.injection import aimed, as_faults, described_by, inject
from neuroaffect.acquire.pieces import from_begin
from neuroaffect.acquire.source import Item, RawSource
from neuroaffect.acquire.timeline import event_of, events_stream, pieces_of
from neuroaffect.session.raw import Packet, RawStream

__all__ = ["Faulty"]

OFFLINE_UNIX_S = 1.7e9  # UNIX time minus LSL's clock where there is no clock to ask


class Faulty(RawSource):
    """A source with faults: what a pipeline, a recorder or a model meets when they happen.

    Nothing of LSL is needed, and the same faults with the same generator give the same packets,
    to the last bit. What is done here to packets, :func:`neuroaffect.replay` does over LSL.

    Parameters
    ----------
    source : RawSource
        A recording, a simulated person, or your own.
    faults : str or iterable of Fault
        As ``"dropout=3s@60s,eeg:rail=Fp1@90s+5s"``, see :mod:`neuroaffect.acquire.faults`; they
        act in this order.
    rng : numpy Generator or None
        Needed by faults that are random ("loss", "jitter").

    Raises
    ------
    StreamError
        If a fault cannot be read, strikes no stream, is random without `rng`, or happens to
        LSL outlets only ("restart", "duplicate").

    Examples
    --------
    >>> person = Simulator(seed=1, duration_s=75)
    >>> broken = Faulty(person, "eeg:dropout=3s@20s")
    >>> for name, chunk in broken:
    ...     run.push(name, chunk)
    >>> broken.gaps["Simulated EEG"]
    (Gap(first=2560, lost=384, time=19.9921875, length_s=3.0),)

    Notes
    -----
    Packets come on the clock of the machine that recorded, clock offsets applied. Gaps that a
    session of ours tells of are inferred anew. UNIX stamps are the recording's plus 1.7e9 s.
    """

    def __init__(
        self,
        source: RawSource,
        faults: str | Iterable[Fault],
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.faults = as_faults(faults)
        self._source = source
        self._aim = aimed(self.faults, source, over_lsl=False, has_rng=rng is not None)
        self._seed = 0 if rng is None else int(rng.integers(2**63))
        super().__init__(
            described_by(self._aim, source.raws),
            names=source.names,
            devices=source.devices,
        )

    def close(self) -> None:
        """Stop, and close the source too."""
        super().close()
        self._source.close()

    def _describe(self, raw: RawStream) -> Description:
        # A stream whose description is whole is understood as its source does.
        if raw in self._source.raws:
            return self._source.descriptions[self.names[raw.id]]
        return super()._describe(raw)

    def _items(self) -> Iterator[Item]:
        events = events_stream(self._source)
        began, pieces = from_begin(pieces_of(self._source, None, events=events))
        # Each iteration draws the same.
        struck = inject(
            pieces, self._aim, self._source, rng=np.random.default_rng(self._seed),
            origin_s=began, unix_s=OFFLINE_UNIX_S,
        )  # fmt: skip
        for piece in struck:
            if isinstance(piece, Switch):
                continue
            stamps = piece.stamps + began
            if events is not None and piece.stream == events.id:
                told = map(event_of, stamps.tolist(), piece.values[:, 0])
                yield from (event for event in told if event is not None)
            else:
                yield Packet(piece.stream, stamps, piece.values)
