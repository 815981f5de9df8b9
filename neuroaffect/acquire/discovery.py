"""What LSL offers: streams found, asked about themselves, listened to for a moment."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pylsl

from neuroaffect.acquire.clock import classify, steps_after
from neuroaffect.acquire.connect import Lookout, described, side_by_side, stream_key
from neuroaffect.acquire.offered import (
    LslInfo,
    Offered,
    check_query,
    fits,
    newest_of_each,
    not_found,
    offer_of,
)
from neuroaffect.acquire.outlet import tuned
from neuroaffect.errors import StreamError
from neuroaffect.session.raw import Packet

__all__ = ["discover", "find", "no_answer", "twice"]


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
    answers = side_by_side(jobs, 2 * timeout_s + listen_s + 1.0)
    asked = [
        replace(offer, state="unreachable") if isinstance(answer, BaseException) else answer
        for offer, answer in zip(offers, answers, strict=True)
    ]
    return sorted(asked, key=lambda offer: (offer.raw.name, offer.raw.type, offer.raw.source_id))


def _ask(offer: Offered, timeout_s: float, listen_s: float) -> Offered:
    """Return the offer with the sender's own description, and what a short listen tells."""
    inlet = pylsl.StreamInlet(offer.found, max_buflen=60, recover=False)
    offer = replace(offer, raw=described(inlet.info(timeout=timeout_s), id=0))
    if listen_s <= 0:
        return offer
    inlet.open_stream(timeout=timeout_s)
    offset_s = inlet.time_correction(timeout=timeout_s)
    inlet.flush()
    samples = max(16, round(4 * listen_s * max(offer.raw.rate_hz, 100.0)))
    values, stamps = inlet.pull_chunk(timeout=listen_s, max_samples=samples, as_numpy=True)
    if len(stamps) == 0:
        return replace(offer, state="silent" if offer.raw.rate_hz else "ok")
    span_s = float(stamps[-1] - stamps[0])
    clock = classify(
        float(stamps[-1]) + offset_s, lsl=pylsl.local_clock(), unix=time.time(),
        regular=offer.raw.rate_hz > 0,
    )  # fmt: skip
    steps = steps_after(float(stamps[0]), stamps, rate_hz=offer.raw.rate_hz)
    rate_hz = steps / span_s if span_s > 0 else None
    return replace(
        offer, measured_rate_hz=rate_hz, clock=clock, heard=Packet(offer.raw.id, stamps, values)
    )


def twice(offered: Iterable[LslInfo], taken: Iterable[LslInfo]) -> Iterable[str]:
    """Yield the names of streams that more than one sender offers; the last one was taken."""
    senders = Counter(stream_key(info) for info in offered)
    return [info.name() for info in taken if senders[stream_key(info)] > 1]


def find(
    wanted: Sequence[str | Offered] | None,
    optional: Sequence[str],
    timeout_s: float,
    lookout: Lookout,
) -> tuple[list[LslInfo], list[LslInfo]]:
    """Return the streams wanted, waiting until there is one for each, and the optional ones."""
    chosen = [item.found for item in wanted or () if isinstance(item, Offered)]
    queries = [item for item in wanted or () if not isinstance(item, Offered)]
    for query in (*queries, *optional):
        check_query(query)
    if wanted is not None and not queries and not optional:
        return chosen, []
    deadline = time.monotonic() + timeout_s
    settle_at = deadline
    while True:
        infos = newest_of_each(lookout.offered())
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


def no_answer(info: LslInfo, answer: object, timeout_s: float) -> StreamError:
    """Return the error for a stream that did not open, or whose clock offset was not measured."""
    if isinstance(answer, StreamError):
        return answer
    why = answer if isinstance(answer, BaseException) else "its clock offset cannot be measured"
    return StreamError(
        f"stream '{info.name()}' was found but did not answer within {timeout_s:g} s ({why}); "
        "check that its sender runs and that no firewall blocks TCP and UDP ports 16572 to 16604"
    )
