"""Live streams over LSL: what is offered, and listening to it."""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

import pylsl

from neuroaffect.acquire.clock import classify
from neuroaffect.acquire.intake import stream_names
from neuroaffect.acquire.offered import (
    Offered,
    check_query,
    fits,
    newest_of_each,
    not_found,
    offer_of,
)
from neuroaffect.acquire.outlet import tuned
from neuroaffect.acquire.puller import PULL_S, Puller, Sender
from neuroaffect.acquire.source import Item, RawSource, StreamState
from neuroaffect.catalog import Device, load_devices
from neuroaffect.errors import StreamError
from neuroaffect.session.raw import Packet, RawStream
from neuroaffect.session.xdf import Damage
from neuroaffect.session.xdf_header import parse_header

__all__ = ["LslSource", "Offered", "discover"]

T = TypeVar("T")
LslError = RuntimeError  # the base of pylsl's LostError and TimeoutError

BUFFER_S = 360
MOST_CHANNELS = 100_000
STALE_S = {"eeg": 1.5, "eda": 5.0, "hr": 15.0, "ibi": 15.0}


def discover(*, timeout_s: float = 1.0, listen_s: float = 0.0) -> list[Offered]:
    """Return the streams on the network, by name.

    Parameters
    ----------
    timeout_s : float
        How long to look for streams, and again how long to wait for their descriptions.
    listen_s : float
        Listen this long to measure the rate and tell the clock; 0 to skip it.
    """
    lsl = tuned()
    found = newest_of_each(lsl.resolve_streams(wait_time=timeout_s))
    offers = [offer_of(info) for info in found]
    jobs = [lambda offer=offer: _ask(offer, timeout_s, listen_s) for offer in offers]
    answers = _side_by_side(jobs, 2 * timeout_s + listen_s + 1.0)
    asked = [
        replace(offer, state="unreachable") if isinstance(answer, BaseException) else answer
        for offer, answer in zip(offers, answers, strict=True)
    ]
    return sorted(asked, key=lambda offer: (offer.raw.name, offer.raw.type, offer.raw.source_id))


class LslSource(RawSource):
    """Listen to live streams, each pulled by its own thread.

    Opens every stream and measures its clock offset first; goes live, with everything sent so
    far forgotten, when it is first asked for a chunk or by :meth:`go_live`.

    Parameters
    ----------
    wanted : iterable of str or Offered, or None
        Kinds ("eeg", "eda"), queries ("name=Muse", "type=EEG", "source_id=…") or what
        :func:`discover` returned; None for everything on the network. Each must be there, and
        every stream that fits is taken.
    optional : iterable of str
        Kinds or queries that are taken if they are there.
    timeout_s : float
        How long to look for the streams, and again to open them.
    hop_s : float or None
        The pipeline's hop; see :class:`~neuroaffect.acquire.puller.Puller`.
    pull_s : float
        Longest time between two chunks of a regular stream that flows.
    devices : sequence of Device, or None
        Files from which missing descriptions are completed; None for all there are.

    Raises
    ------
    StreamError
        If a wanted stream is not found, does not open or has no measurable clock offset in time.

    Notes
    -----
    Processing flags are off: stamps are raw, which is what a session must hold.
    """

    def __init__(
        self,
        wanted: Iterable[str | Offered] | None = None,
        *,
        optional: Iterable[str] = (),
        timeout_s: float = 10.0,
        hop_s: float | None = None,
        pull_s: float = PULL_S,
        devices: Sequence[Device] | None = None,
    ) -> None:
        devices = load_devices() if devices is None else devices
        found, spare = _find(None if wanted is None else list(wanted), list(optional), timeout_s)
        jobs = [
            lambda id=id, info=info: _connect(info, id=id, timeout_s=timeout_s)
            for id, info in enumerate([*found, *spare], start=1)
        ]
        answers = _side_by_side(jobs, 3 * timeout_s)
        for info, answer in zip(found, answers, strict=False):
            if isinstance(answer, BaseException):
                raise _no_answer(info, answer, timeout_s) from None
        opened = [answer for answer in answers if not isinstance(answer, BaseException)]
        self._arrived: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._live = False
        names = stream_names(raw for raw, *_ in opened)
        self._pullers = {
            raw.id: Puller(
                inlet, raw, name=names[raw.id], offset_s=offset_s, hand_on=self._arrived.put,
                local_clock=pylsl.local_clock, who=_Sender(raw, uid), hop_s=hop_s, pull_s=pull_s,
            )
            for raw, inlet, offset_s, uid in opened
        }  # fmt: skip
        super().__init__((raw for raw, *_ in opened), names=names, devices=devices)

    def go_live(self) -> None:
        """Start to listen now; calling it again does nothing."""
        with self._door:
            if self._live or self._closed.is_set():
                return
            self._live = True
            for puller in self._pullers.values():
                puller.go_live()

    def states(self) -> dict[str, StreamState]:
        now = time.monotonic()
        states = super().states()
        for id, puller in self._pullers.items():
            info = self._intakes[id].info
            age_s = None if puller.arrived is None else now - puller.arrived
            stale_s = STALE_S.get(info.kind, max(1.5, 5.0 / info.rate_hz) if info.rate_hz else None)
            if puller.over:
                state = puller.over
            elif stale_s is not None and age_s is not None and age_s > stale_s:
                state = "stale"
            else:
                state = "waiting" if age_s is None else "live"
            states[info.name] = replace(
                states[info.name], age_s=age_s, clock=puller.clock, state=state
            )
        return states

    def close(self) -> None:
        """Stop listening and close all streams, within half a second."""
        super().close()
        with self._door:
            for puller in self._pullers.values():
                puller.stop()
        self._arrived.put(None)
        deadline = time.monotonic() + 0.4
        for puller in self._pullers.values():
            # A stream that hangs in liblsl is left to its own daemon thread.
            if puller.ident is not None:
                puller.join(max(0.0, deadline - time.monotonic()))

    def _restart(self) -> None:
        """Go on: what was live is gone."""
        self.go_live()

    def _next(self, timeout_s: float) -> Item | None:
        self.go_live()
        try:
            return self._arrived.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def _admit(self, item: Item) -> None:
        super()._admit(item)
        if isinstance(item, Packet):
            self._pullers[item.stream].lost = self._intakes[item.stream].lost


def _find(
    wanted: Sequence[str | Offered] | None, optional: Sequence[str], timeout_s: float
) -> tuple[list[pylsl.StreamInfo], list[pylsl.StreamInfo]]:
    """Return the streams wanted, waiting until there is one for each, and the optional ones."""
    chosen = [item.found for item in wanted or () if isinstance(item, Offered)]
    queries = [item for item in wanted or () if not isinstance(item, Offered)]
    for query in (*queries, *optional):
        check_query(query)
    if wanted is not None and not queries and not optional:
        return chosen, []
    resolver = tuned().ContinuousResolver()
    deadline = time.monotonic() + timeout_s
    settle_at = deadline
    while True:
        infos = newest_of_each(resolver.results())
        missing = [query for query in queries if not any(fits(query, info) for info in infos)]
        # Streams of one sender are not found at the same instant: look a little longer.
        if infos and not missing:
            settle_at = min(settle_at, time.monotonic() + 0.3)
        if time.monotonic() >= (deadline if missing else settle_at):
            break
        time.sleep(0.02)
    if missing or not (infos or chosen):
        raise StreamError(not_found(missing, infos, timeout_s))
    known = {info.uid() for info in chosen}
    others = [info for info in infos if info.uid() not in known]
    if wanted is None:
        return others, []
    found = [info for info in others if any(fits(query, info) for query in queries)]
    spare = [info for info in others if any(fits(query, info) for query in optional)]
    return chosen + found, [info for info in spare if info not in found]


def _no_answer(info: pylsl.StreamInfo, error: BaseException, timeout_s: float) -> StreamError:
    if isinstance(error, StreamError):
        return error
    return StreamError(
        f"stream '{info.name()}' was found but did not answer within {timeout_s:g} s ({error}); "
        "check that its sender runs and that no firewall blocks TCP and UDP ports 16572 to 16604"
    )


def _ask(offer: Offered, timeout_s: float, listen_s: float) -> Offered:
    """Return the offer with the sender's own description, and what a short listen tells."""
    inlet = pylsl.StreamInlet(offer.found, max_buflen=60, recover=False)
    offer = replace(offer, raw=_described(inlet.info(timeout=timeout_s), id=0))
    if listen_s <= 0:
        return offer
    inlet.open_stream(timeout=timeout_s)
    offset_s = inlet.time_correction(timeout=timeout_s)
    inlet.flush()
    samples = max(16, round(4 * listen_s * max(offer.raw.rate_hz, 100.0)))
    _, stamps = inlet.pull_chunk(timeout=listen_s, max_samples=samples, as_numpy=True)
    if len(stamps) == 0:
        return replace(offer, state="silent" if offer.raw.rate_hz else "ok")
    span_s = float(stamps[-1] - stamps[0])
    clock = classify(
        float(stamps[-1]) + offset_s, lsl=pylsl.local_clock(), unix=time.time(),
        regular=offer.raw.rate_hz > 0,
    )  # fmt: skip
    rate_hz = (len(stamps) - 1) / span_s if span_s > 0 else None
    return replace(offer, measured_rate_hz=rate_hz, clock=clock)


def _connect(
    info: pylsl.StreamInfo, *, id: int, timeout_s: float
) -> tuple[RawStream, pylsl.StreamInlet, float, str]:
    """Open a stream; return it with its inlet, its first clock offset and its sender's uid."""
    inlet = pylsl.StreamInlet(info, max_buflen=BUFFER_S, recover=True, processing_flags=0)
    full = inlet.info(timeout=timeout_s)
    inlet.open_stream(timeout=timeout_s)
    offset_s = inlet.time_correction(timeout=timeout_s)
    return _described(full, id=id), inlet, offset_s, full.uid()


def _described(full: pylsl.StreamInfo, *, id: int) -> RawStream:
    try:
        raw, *_ = parse_header(full.as_xml(), id=id, most_channels=MOST_CHANNELS)
    except Damage as damage:
        raise StreamError(f"stream '{full.name()}' cannot be used: {damage}") from None
    return raw


class _Sender:
    """Tell whether a sender that was silent is the same as before, and sends the same."""

    def __init__(self, raw: RawStream, uid: str) -> None:
        self._raw = raw
        self._uid = uid

    def __call__(self) -> Sender:
        raw = self._raw
        # Apostrophes cannot be quoted in LSL's predicates; such a stream is taken at its word.
        if not raw.source_id or "'" in raw.source_id + raw.name + raw.type:
            return "same"
        query = f"source_id='{raw.source_id}' and name='{raw.name}' and type='{raw.type}'"
        found = newest_of_each(pylsl.resolve_bypred(query, minimum=1, timeout=1.0))
        if not found or found[-1].uid() == self._uid:
            return "same"
        self._uid = found[-1].uid()
        return "returned" if self._sends_the_same(found[-1]) else "changed"

    def _sends_the_same(self, info: pylsl.StreamInfo) -> bool:
        raw = self._raw
        try:
            full = pylsl.StreamInlet(info, recover=False).info(timeout=1.0)
        except LslError:
            return info.nominal_srate() == raw.rate_hz
        now = _described(full, id=raw.id)
        return (now.rate_hz, now.labels, now.units) == (raw.rate_hz, raw.labels, raw.units)


def _side_by_side(jobs: Sequence[Callable[[], T]], timeout_s: float) -> list[T | BaseException]:
    """Run jobs in a thread each; return what each gave, or the error that kept it from it.

    liblsl can hang on a stream that died, whatever timeout it is given: such a thread is left
    behind.
    """
    answers: list[T | BaseException] = [TimeoutError("no answer") for _ in jobs]

    def run(place: int, job: Callable[[], T]) -> None:
        try:
            answers[place] = job()
        except (LslError, StreamError) as error:
            answers[place] = error

    threads = [
        threading.Thread(target=run, args=(place, job), daemon=True)
        for place, job in enumerate(jobs)
    ]
    deadline = time.monotonic() + timeout_s
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return answers
