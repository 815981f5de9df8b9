"""One live stream's thread: pull, stamp class, clock offsets, silence, loss and return."""

import threading
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from neuroaffect.acquire.clock import ClockClass
from neuroaffect.acquire.stamps import Stamps
from neuroaffect.session.raw import ClockOffset, Event, Packet, RawStream

__all__ = ["Inlet", "Opened", "Puller"]

PULL_S = 0.3  # longest pull: each one costs processor time; close() waits no longer
IRREGULAR_S = 0.2  # a marker ends its pull at once, so that waiting longer costs nothing
BATCH_S = 0.25  # most data in one pull where no hop is given
IRREGULAR_SAMPLES = 256
OFFSET_EVERY_S = 5.0
SEEK_AFTER_S = 1.0  # of silence: another sender may have taken the place of this one
SEEK_EVERY_S = 0.05
RECOVERED_S = 5.0  # how long a stream is called recovered before it is live again
BEHIND_S = 1.0  # a pull that comes so late may find that the buffer ran over


class Inlet(Protocol):
    """What is used of ``pylsl.StreamInlet``."""

    def pull_chunk(
        self, *, timeout: float, max_samples: int, min_samples: int | None, as_numpy: bool
    ) -> tuple[np.ndarray, np.ndarray]: ...

    def time_correction(self, timeout: float) -> float: ...

    def samples_available(self) -> int: ...

    def flush(self) -> int: ...

    def close_stream(self) -> None: ...


class Opened(Protocol):
    """A stream that was found again; see :class:`~neuroaffect.acquire.connect.Connection`."""

    inlet: Inlet
    offset_s: float | None


class Puller(threading.Thread):
    """Pull one stream until told to stop, and hand on packets, offsets and events in order.

    A pull asks for no more than is left to the next hop boundary, so that the last sample of a
    hop wakes the consumer at once, and returns after `pull_s` with what there is. A stream that
    breaks off is looked for until it is back; one that is silent is looked for elsewhere.

    Parameters
    ----------
    inlet : Inlet
        Opened, with the first clock offset measured, without recovery by liblsl.
    raw : RawStream
    name : str
        Its unique name.
    offset_s : float
        That first offset. It is handed on before the first packet, in whose light it is judged;
        see :class:`~neuroaffect.acquire.stamps.Stamps`.
    hand_on : callable
        Takes each Packet, ClockOffset and Event; called from this thread.
    local_clock : callable
        The LSL clock.
    seek : callable
        Given how long the connection is broken (None: it stands), returns the stream found
        again, a sentence on what is different now, or None; see
        :class:`~neuroaffect.acquire.connect.Seeker`.
    stale_s : float or None
        Silence longer than this makes the stream stale; None if silence is normal.
    buffer_s : float
        How much the inlet holds.
    hop_s : float or None
    pull_s : float
        Longest pull of a regular stream, at most :data:`PULL_S`. Shorter ones move a window more
        smoothly.

    Attributes
    ----------
    received, lost : int
        Samples pulled; samples known to be lost, set by the consumer. Both place the hop grid.
    arrived : float or None
        ``time.monotonic()`` of the newest packet.
    reconnects, overflowed : int
        How often the stream came back; samples that liblsl threw away because its buffer ran over.
    refusal : str
        Why a sender that came back is not listened to.
    """

    def __init__(
        self,
        inlet: Inlet,
        raw: RawStream,
        *,
        name: str,
        offset_s: float,
        hand_on: Callable[[Packet | ClockOffset | Event], None],
        local_clock: Callable[[], float],
        seek: Callable[..., Opened | str | None],
        stale_s: float | None = None,
        buffer_s: float = 360.0,
        hop_s: float | None = None,
        pull_s: float = PULL_S,
    ) -> None:
        super().__init__(name=f"pull {name}", daemon=True)
        self._stream = name
        self.received = 0
        self.lost = 0
        self.arrived: float | None = None
        self.reconnects = 0
        self.overflowed = 0
        self.refusal = ""
        self._inlet: Inlet | None = inlet
        self._raw = raw
        self._rate_hz = 0.0 if raw.format == "string" else raw.rate_hz
        self._stale_s = stale_s
        self._capacity = int(buffer_s * self._rate_hz)
        self._hand_on = hand_on
        self._local_clock = local_clock
        self._stamps = Stamps(self._rate_hz, offset_s=offset_s, local_clock=local_clock)
        self._seek = seek
        self._pull_s = min(pull_s, PULL_S)
        per_hop = Fraction(str(hop_s or 0)) * Fraction(str(self._rate_hz))
        self._per_hop = per_hop if per_hop >= 1 else None
        self._stopped = threading.Event()
        self._phase, self._since = "waiting", time.monotonic()
        self._measure_at = self._pulled_at = self._since
        self._newest = np.nan

    @property
    def clock(self) -> ClockClass:
        """Which clock the sender stamps with; "none" while nothing has arrived, too."""
        return self._stamps.clock

    @property
    def state(self) -> tuple[str, float]:
        """What the stream is, and for how many seconds; see :class:`StreamState`."""
        now = time.monotonic()
        phase, for_s = self._phase, now - self._since
        if phase in {"live", "recovered"} and self._is_stale(now):
            return "stale", now - self.arrived - self._stale_s
        if phase == "recovered" and for_s > RECOVERED_S:
            return "live", for_s - RECOVERED_S
        return phase, for_s

    def go_live(self) -> None:
        """Forget what was sent before now, and start."""
        self._inlet.flush()
        self.start()

    def stop(self) -> None:
        """End the thread within one pull."""
        self._stopped.set()
        if self.ident is None:
            self._release()

    def run(self) -> None:
        self._pulled_at = time.monotonic()
        self._measure_at = self._pulled_at + OFFSET_EVERY_S
        try:
            while not self._stopped.is_set():
                if self._inlet is None:
                    self._look_for(gone_s=time.monotonic() - self._since)
                    self._stopped.wait(SEEK_EVERY_S)
                else:
                    self._listen(self._inlet)
        finally:
            self._release()

    def _listen(self, inlet: Inlet) -> None:
        try:
            ran_over = self._ran_over(inlet)
            values, stamps = self._pull(inlet)
        except RuntimeError:  # pylsl's LostError: the connection broke
            self._lose()
            return
        self._pulled_at = time.monotonic()
        if len(stamps):
            if ran_over:
                self._tell_overflow(float(stamps[0]))
            self._deliver(values, stamps)
        else:
            self._bear_silence()
        if self._inlet is not None and self._pulled_at >= self._measure_at:
            self._measure_at = self._pulled_at + OFFSET_EVERY_S
            self._measure(self._inlet)

    def _pull(self, inlet: Inlet) -> tuple[np.ndarray, np.ndarray]:
        if self._rate_hz:
            return inlet.pull_chunk(
                timeout=self._pull_s, max_samples=self._wanted(), min_samples=None, as_numpy=True
            )
        return inlet.pull_chunk(
            timeout=IRREGULAR_S, max_samples=IRREGULAR_SAMPLES, min_samples=1, as_numpy=True
        )

    def _wanted(self) -> int:
        """Return how many samples are left to the next hop boundary."""
        if self._per_hop is None:
            return max(1, round(BATCH_S * self._rate_hz))
        here = self.received + self.lost
        hop = here // self._per_hop + 1
        boundary = int(hop * self._per_hop)
        return boundary - here if boundary > here else int((hop + 1) * self._per_hop) - here

    def _ran_over(self, inlet: Inlet) -> bool:
        """Whether liblsl has had to throw samples away since the last pull."""
        late_s = time.monotonic() - self._pulled_at
        return late_s > BEHIND_S and 0 < self._capacity <= inlet.samples_available() + 1

    def _tell_overflow(self, oldest: float) -> None:
        missing = (oldest - self._newest) * self._rate_hz - 1
        dropped = max(0, round(missing)) if np.isfinite(missing) else 0
        self.overflowed += dropped
        self._tell("overflow", dropped=dropped)

    def _deliver(self, values: np.ndarray, stamps: np.ndarray) -> None:
        now = time.monotonic()
        away_s = 0.0 if self.arrived is None else now - self.arrived
        if not self._stamps.is_judged:
            self._hand_on_offset(self._stamps.judge(stamps))
            self._tell_clock()
        elif self._stamps.was_set(stamps):
            self._tell_clock()
        if self._phase in {"stale", "lost", "refused"} or (
            self.arrived is not None and self._is_stale(now)
        ):
            self._enter("recovered", away_s=away_s)
            self.refusal = ""
        elif self._phase == "waiting":
            self._phase, self._since = "live", now
        self.arrived = now
        self.received += len(stamps)
        self._newest = float(stamps[-1])
        if values.dtype == object:
            words = [str(word, "utf-8", "replace") for word in values.ravel().tolist()]
            values = np.array(words, dtype=object).reshape(values.shape)
        self._hand_on(Packet(self._raw.id, self._stamps.believed(stamps), values))

    def _is_stale(self, now: float) -> bool:
        if self._stale_s is None or self.arrived is None:
            return False
        return now - self.arrived > self._stale_s

    def _bear_silence(self) -> None:
        now = time.monotonic()
        if self._stale_s is None or self.arrived is None:
            return
        if self._phase in {"live", "recovered"} and self._is_stale(now):
            self._enter("stale", age_s=now - self.arrived)
        if now - self.arrived > min(SEEK_AFTER_S, self._stale_s):
            self._look_for(gone_s=None)

    def _lose(self) -> None:
        self._release()
        age_s = None if self.arrived is None else time.monotonic() - self.arrived
        self._enter("lost", age_s=age_s)

    def _look_for(self, *, gone_s: float | None) -> None:
        found = self._seek(gone_s=gone_s)
        if found is None or self._stopped.is_set():
            return
        if isinstance(found, str):
            self.refusal = found
            self._enter("refused", says=found)
            self._tell("stream-changed", says=found)
            return
        self._release()
        self._inlet = found.inlet
        self._pulled_at = self._measure_at = time.monotonic()
        self._stamps.begin_again(found.offset_s)
        self.reconnects += 1
        self._tell("reconnect")

    def _measure(self, inlet: Inlet) -> None:
        """Hand on a new clock offset, if one was measured."""
        try:
            measured = self._stamps.measure(inlet)
        except RuntimeError:  # not measured: nothing is ever made up for it
            return
        if measured is not None:
            self._hand_on_offset(measured)

    def _hand_on_offset(self, offset_s: float) -> None:
        # The time of a measurement is on the sender's clock, as in every recorder's files.
        self._hand_on(ClockOffset(self._raw.id, self._local_clock() - offset_s, offset_s))

    def _tell_clock(self) -> None:
        stamps = self._stamps
        self._tell(
            "clock", clock=stamps.clock, offset_s=stamps.offset_s, shift_s=stamps.shift_s
        )  # fmt: skip

    def _enter(self, phase: str, **detail: Any) -> None:
        self._phase, self._since = phase, time.monotonic()
        self._tell(phase, **detail)

    def _tell(self, kind: str, **detail: Any) -> None:
        self._hand_on(Event(self._local_clock(), kind, {"stream": self._stream, **detail}))

    def _release(self) -> None:
        inlet, self._inlet = self._inlet, None
        if inlet is not None:
            inlet.close_stream()
