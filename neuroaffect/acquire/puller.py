"""One live stream's thread: pull, stamp class, clock offsets, silence."""

import threading
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Literal, Protocol

import numpy as np

from neuroaffect.acquire.clock import ClockClass, classify
from neuroaffect.session.raw import ClockOffset, Event, Packet, RawStream

__all__ = ["Inlet", "Puller"]

PULL_S = 0.3  # longest pull: each one costs processor time; close() waits no longer
IRREGULAR_S = 0.2  # a marker ends its pull at once, so that waiting longer costs nothing
BATCH_S = 0.25  # most data in one pull where no hop is given
IRREGULAR_SAMPLES = 256
OFFSET_EVERY_S = 5.0
OFFSET_WAIT_S = 0.05  # a later estimate is ready or it is not: measured in the background
SILENCE_S = 2.0  # after this long the sender may be another one when data comes again


Sender = Literal["same", "returned", "changed"]


class Inlet(Protocol):
    """What is used of ``pylsl.StreamInlet``."""

    def pull_chunk(
        self, *, timeout: float, max_samples: int, min_samples: int | None, as_numpy: bool
    ) -> tuple[np.ndarray, np.ndarray]: ...

    def time_correction(self, timeout: float) -> float: ...

    def flush(self) -> int: ...

    def close_stream(self) -> None: ...


class Puller(threading.Thread):
    """Pull one stream until told to stop, and hand on packets and clock offsets in order.

    A pull asks for no more than is left to the next hop boundary, so that the last sample of a
    hop wakes the consumer at once, and returns after `pull_s` with what there is.

    Parameters
    ----------
    inlet : Inlet
        Opened, with the first clock offset measured.
    raw : RawStream
    name : str
        Its unique name.
    offset_s : float
        That first offset. It is handed on before the first packet, in whose light it is judged:
        a sender that stamps with UNIX time, or with a clock of its own, is put on our clock by
        one pair of stamp and local time instead, and never measured again.
    hand_on : callable
        Takes each Packet, ClockOffset and Event; called from this thread.
    local_clock : callable
        The LSL clock.
    who : callable
        Asked when data comes after a silence: whether the sender is the same, was started
        again, or was started again with other rate or channels than `raw` says. The latter
        two are handed on as events "reconnect" and "stream-changed".
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
    clock : {"none", "lsl", "unix", "other"}
    over : str
        Why the thread ended by itself: "changed", "lost", or "" if it did not.
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
        who: Callable[[], Sender],
        hop_s: float | None = None,
        pull_s: float = PULL_S,
    ) -> None:
        super().__init__(name=f"pull {name}", daemon=True)
        self._stream = name
        self.received = 0
        self.lost = 0
        self.arrived: float | None = None
        self.clock: ClockClass = "none"
        self.over = ""
        self._inlet: Inlet | None = inlet
        self._raw = raw
        self._rate_hz = 0.0 if raw.format == "string" else raw.rate_hz
        self._silence_s = max(SILENCE_S, 3.0 / self._rate_hz) if self._rate_hz else np.inf
        self._offset_s = offset_s
        self._hand_on = hand_on
        self._local_clock = local_clock
        self._who = who
        self._pull_s = min(pull_s, PULL_S)
        per_hop = Fraction(str(hop_s or 0)) * Fraction(str(self._rate_hz))
        self._per_hop = per_hop if per_hop >= 1 else None
        self._stopped = threading.Event()

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
        measure_at = time.monotonic() + OFFSET_EVERY_S
        try:
            while not self._stopped.is_set() and not self.over:
                values, stamps = self._pull(self._inlet)
                if len(stamps):
                    self._deliver(values, stamps)
                if time.monotonic() >= measure_at:
                    measure_at = time.monotonic() + OFFSET_EVERY_S
                    self._measure(self._inlet)
        except RuntimeError:  # pylsl's LostError: gone, and without a source_id to find it by
            self.over = "lost"
        finally:
            self._release()

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

    def _deliver(self, values: np.ndarray, stamps: np.ndarray) -> None:
        now = time.monotonic()
        if self.arrived is None:
            self._open_clock(float(np.max(stamps)))
        elif now - self.arrived > self._silence_s and not self._recognise():
            return
        self.arrived = now
        self.received += len(stamps)
        if values.dtype == object:
            words = [str(word, "utf-8", "replace") for word in values.ravel().tolist()]
            values = np.array(words, dtype=object).reshape(values.shape)
        self._hand_on(Packet(self._raw.id, stamps, values))

    def _recognise(self) -> bool:
        """Return whether the sender, after a silence, still sends what it did; tell if not."""
        sender = self._who()
        if sender != "same":
            kind = "reconnect" if sender == "returned" else "stream-changed"
            self._hand_on(Event(self._local_clock(), kind, {"stream": self._stream}))
        if sender == "changed":
            self.over = "changed"
        return sender != "changed"

    def _open_clock(self, newest: float) -> None:
        lsl, unix = self._local_clock(), time.time()
        self.clock = classify(
            newest + self._offset_s, lsl=lsl, unix=unix, regular=self._rate_hz > 0
        )
        if self.clock == "unix":
            self._offset_s = lsl - unix
        elif self.clock == "other":
            self._offset_s = lsl - newest
        self._hand_on_offset(lsl)

    def _measure(self, inlet: Inlet) -> None:
        """Hand on a new clock offset, if one was measured."""
        if self.clock in {"unix", "other"}:
            return
        try:
            self._offset_s = inlet.time_correction(timeout=OFFSET_WAIT_S)
        except RuntimeError:  # not measured: nothing is ever made up for it
            return
        if self.clock == "lsl":
            self._hand_on_offset(self._local_clock())

    def _hand_on_offset(self, lsl: float) -> None:
        # The time of a measurement is on the sender's clock, as in every recorder's files.
        self._hand_on(ClockOffset(self._raw.id, lsl - self._offset_s, self._offset_s))

    def _release(self) -> None:
        inlet, self._inlet = self._inlet, None
        if inlet is not None:
            inlet.close_stream()
