"""To find a sender, to open its stream, and to find it again: where liblsl may hang, we do not."""

import ctypes
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pylsl
from pylsl.util import handle_error

from neuroaffect.acquire.offered import LslInfo, newest_of_each
from neuroaffect.acquire.outlet import tuned
from neuroaffect.acquire.puller import Inlet
from neuroaffect.errors import StreamError
from neuroaffect.session.raw import RawStream
from neuroaffect.session.xdf import Damage
from neuroaffect.session.xdf_header import parse_header

__all__ = [
    "Connection",
    "Lookout",
    "LslError",
    "Seeker",
    "changed",
    "connect",
    "described",
    "side_by_side",
    "stream_key",
]

T = TypeVar("T")
LslError = RuntimeError  # the base of pylsl's LostError and TimeoutError

MOST_CHANNELS = 100_000
ATTEMPT_S = 1.0  # what a sender that is there needs many times less of
AGAIN_S = 6.0  # a stream that is still offered so long after it broke off is really there
FORGET_S = 5.0  # how long liblsl offers a stream that no longer answers


@dataclass(frozen=True, eq=False, kw_only=True)
class Connection:
    """An open stream.

    Parameters
    ----------
    raw : RawStream
        As its sender describes it now.
    inlet : Inlet
    offset_s : float or None
        Measured clock offset; None if it was not, or not in time: the one known before holds.
    uid : str
        Tells this outlet from any other, earlier or later.
    """

    raw: RawStream
    inlet: Inlet
    offset_s: float | None
    uid: str


class KeepingInlet(pylsl.StreamInlet):
    """An inlet that gives out what a pull had in hand when the connection broke.

    liblsl writes samples where it is told as they come, and then throws; pylsl forgets them.
    """

    def pull_chunk(
        self, *, timeout: float, max_samples: int, min_samples: int | None, as_numpy: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Pull like pylsl; of numbers, what came before an error is returned first."""
        if self.np_dtype is None or min_samples is not None:
            return super().pull_chunk(
                timeout=timeout, max_samples=max_samples, min_samples=min_samples, as_numpy=as_numpy
            )
        values = np.empty((max_samples, self.channel_count), self.np_dtype)
        stamps = np.full(max_samples, np.nan)
        error = ctypes.c_int()
        written = self.do_pull_chunk(
            self.obj, ctypes.c_void_p(values.ctypes.data), ctypes.c_void_p(stamps.ctypes.data),
            ctypes.c_size_t(values.size), ctypes.c_size_t(max_samples), ctypes.c_double(timeout),
            ctypes.byref(error),
        )  # fmt: skip
        samples = written // self.channel_count
        if error.value:
            samples = int(np.count_nonzero(~np.isnan(stamps)))
            if not samples:
                handle_error(error)
        return values[:samples], stamps[:samples]


def connect(
    info: LslInfo, *, id: int, timeout_s: float, buffer_s: int, is_timed: bool = False
) -> Connection:
    """Open a stream.

    The first clock offset takes more than half a second; `is_timed` does without, where the
    sender's clock is known.

    Without liblsl's own recovery: it would take a sender with another rate for the same one,
    and finds one that was restarted later than a :class:`Seeker` does.

    Raises
    ------
    StreamError, LslError
        If the stream cannot be used, or does not answer in time.
    """
    inlet = KeepingInlet(info, max_buflen=buffer_s, recover=False, processing_flags=0)
    full = inlet.info(timeout=timeout_s)
    inlet.open_stream(timeout=timeout_s)
    offset_s = None
    if not is_timed:
        with suppress(LslError):
            offset_s = inlet.time_correction(timeout=timeout_s)
    return Connection(raw=described(full, id=id), inlet=inlet, offset_s=offset_s, uid=full.uid())


def described(full: LslInfo, *, id: int) -> RawStream:
    """Return what a sender says of its stream.

    Raises
    ------
    StreamError
        If it describes none.
    """
    try:
        raw, *_ = parse_header(full.as_xml(), id=id, most_channels=MOST_CHANNELS)
    except Damage as damage:
        raise StreamError(f"stream '{full.name()}' cannot be used: {damage}") from None
    return raw


def side_by_side(jobs: Sequence[Callable[[], T]], timeout_s: float) -> list[T | BaseException]:
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


class Lookout:
    """All that LSL offers, kept up to date from the first question on until it may rest."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._resolver: pylsl.ContinuousResolver | None = None

    def offered(self) -> list[LslInfo]:
        """Return what is offered; nothing at the first moment."""
        with self._lock:
            if self._resolver is None:
                self._resolver = tuned().ContinuousResolver(forget_after=FORGET_S)
            return self._resolver.results()

    def rest(self) -> None:
        """Ask the network no more, until the next question."""
        with self._lock:
            self._resolver = None


class Seeker:
    """Find the sender of one stream again, and tell whether it still sends the same.

    Streams are the same if source_id, type and name are; where there is no source_id, the
    machine has to be the same. Of several the one started last is taken.

    Parameters
    ----------
    raw : RawStream
        What it must send.
    info : LslInfo
        The outlet listened to first.
    lookout : Lookout
    buffer_s : int
    """

    def __init__(self, raw: RawStream, info: LslInfo, *, lookout: Lookout, buffer_s: int) -> None:
        self._raw = raw
        self._key = stream_key(info)
        self._uid = info.uid()
        self._host, self._created = info.hostname(), info.created_at()
        self._refused: set[str] = set()
        self._lookout = lookout
        self._buffer_s = buffer_s

    def __call__(self, *, gone_s: float | None) -> Connection | str | None:
        """Try once.

        Parameters
        ----------
        gone_s : float or None
            Since the connection broke; None while it stands, and only another sender counts.

        Returns
        -------
        Connection, str or None
            The stream, open; or a sentence on what is different now; None if nothing is there.
        """
        same = [info for info in self._lookout.offered() if stream_key(info) == self._key]
        others = [info for info in newest_of_each(same) if info.uid() != self._uid]
        if not others and gone_s is not None and gone_s > AGAIN_S:
            others = same  # the sender lives, only the connection broke
        others = [info for info in others if info.uid() not in self._refused]
        if not others:
            return None
        return self._opened(others[-1])

    def _opened(self, info: LslInfo) -> Connection | str | None:
        # The same machine's clock, unless it was started again since: then it began anew.
        is_timed = info.hostname() == self._host and info.created_at() > self._created

        def job() -> Connection:
            return connect(
                info, id=self._raw.id, timeout_s=ATTEMPT_S, buffer_s=self._buffer_s,
                is_timed=is_timed,
            )  # fmt: skip

        [found] = side_by_side([job], 3 * ATTEMPT_S)
        if isinstance(found, StreamError):
            self._refused.add(info.uid())
            return str(found)
        if isinstance(found, BaseException):
            return None
        change = changed(self._raw, found.raw)
        if change:
            found.inlet.close_stream()
            self._refused.add(found.uid)
            return f"stream '{self._raw.name}' came back with {change}; it is not listened to"
        self._lookout.rest()  # whoever still needs it asks again
        self._uid, self._host, self._created = found.uid, info.hostname(), info.created_at()
        return found


def changed(before: RawStream, now: RawStream) -> str:
    """Return what a stream says otherwise now than before, "" if it is the same."""
    if now.rate_hz != before.rate_hz:
        return f"a rate of {now.rate_hz:g} Hz, it was {before.rate_hz:g} Hz"
    if len(now.labels) != len(before.labels):
        return f"{len(now.labels)} channels, it had {len(before.labels)}"
    for word in ("labels", "units", "types"):
        new, old = getattr(now, word), getattr(before, word)
        if new != old:
            return f"the {word} {_listed(new)}, they were {_listed(old)}"
    if now.format != before.format:
        return f"values of format {now.format}, they were {before.format}"
    return ""


def _listed(words: Sequence[str]) -> str:
    shown = ", ".join(word or "–" for word in words[:8])
    return f"{shown}, …" if len(words) > 8 else shown


def stream_key(info: LslInfo) -> tuple[str, str, str]:
    """Return what tells streams apart over restarts: name, type, and source_id or machine."""
    return info.name(), info.type(), info.source_id() or f"on {info.hostname()}"
