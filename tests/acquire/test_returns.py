"""Streams that fall silent, break off, come back, come back as something else, or appear late."""

import time

import numpy as np
import pylsl
import pytest

from neuroaffect.acquire import LslSource, RawOutlet, Recorded
from neuroaffect.acquire.connect import changed
from neuroaffect.session import SessionWriter

PATIENCE_S = 30.0


def push(outlet, values, stamps=None) -> None:
    """Send samples that hold these numbers in every channel, 1/256 s apart, the last one now."""
    values = np.asarray(values)
    if stamps is None:
        stamps = pylsl.local_clock() + np.arange(1 - len(values), 1) / 256
    width = len(outlet.raw.labels)
    outlet.push(np.repeat(values[:, None], width, axis=1).astype(outlet.raw.dtype), stamps)


def heard(outlet) -> None:
    """Wait until somebody listens."""
    deadline = time.monotonic() + PATIENCE_S
    while not outlet.has_consumers:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def kinds(source) -> list[str]:
    return [event.kind for event in source.events if event.kind != "clock"]


@pytest.fixture
def broken(offer, listen, take):
    """A source whose only sender has sent 64 samples and broken off."""
    first = offer()
    source = listen(first)
    source.go_live()
    began = pylsl.local_clock() - 64 / 256
    push(first, np.zeros(64), began + np.arange(64) / 256)
    take(source, 64)
    first.close()
    return source, first.raw.name, began


def test_a_stream_that_says_nothing_for_too_long_is_stale(offer, listen, take, until):
    outlet = offer(rate_hz=256.0)
    source = listen(outlet)
    source.go_live()
    push(outlet, np.zeros(8))
    take(source, 8)
    until(source, lambda: source.states()[outlet.raw.name].state == "stale")
    until(source, lambda: "stale" in kinds(source))
    assert source.states()[outlet.raw.name].age_s >= 1.5


def test_a_stale_stream_that_speaks_again_has_recovered(offer, listen, take, until):
    outlet = offer()
    source = listen(outlet)
    source.go_live()
    push(outlet, np.zeros(8))
    take(source, 8)
    until(source, lambda: "stale" in kinds(source))
    push(outlet, np.zeros(8))
    take(source, 8)
    assert source.states()[outlet.raw.name].state == "recovered"
    assert kinds(source) == ["stale", "recovered"]


def test_a_silent_marker_stream_is_not_stale(offer, listen, take):
    outlet = offer(type="Markers", rate_hz=0.0, format="string", labels=("m",))
    source = listen(outlet)
    source.go_live()
    outlet.push(np.array([["a"]], object), np.array([pylsl.local_clock()]))
    take(source, 1)
    assert source.get(2.0) is None
    assert source.states()[outlet.raw.name].state == "live"


def test_a_sender_that_breaks_off_is_lost_at_once(broken, until):
    source, name, _ = broken
    until(source, lambda: source.states()[name].state == "lost")
    until(source, lambda: "lost" in kinds(source))


def test_samples_of_a_pull_that_is_cut_short_are_not_thrown_away(offer, listen, take, until):
    outlet = offer(rate_hz=256.0)
    source = listen(outlet, hop_s=0.25)
    source.go_live()
    push(outlet, np.zeros(64))
    take(source, 64)
    push(outlet, np.ones(20))  # the pull now waits for 44 more
    time.sleep(0.1)
    outlet.close()
    until(source, lambda: "lost" in kinds(source))  # told behind the last samples
    assert source.states()[outlet.raw.name].received == 84


def test_a_sender_that_returns_is_found_again_and_its_absence_is_a_gap(broken, offer, take):
    source, name, began = broken
    again = offer()
    heard(again)
    away_s = pylsl.local_clock() - began
    push(again, np.ones(64), began + away_s + np.arange(64) / 256)
    [chunk, *_] = take(source, 64)
    assert abs(chunk.first - away_s * 256) <= 1
    assert source.gaps[name][0].first == 64
    assert kinds(source) == ["lost", "reconnect", "recovered"]
    assert source.states()[name].reconnects == 1


def test_a_sender_without_a_source_id_is_found_again(stream, unique, listen, take):
    outlets = [RawOutlet(stream(name=unique), source_id="")]
    source = listen(*outlets)
    source.go_live()
    push(outlets[0], np.zeros(8))
    take(source, 8)
    outlets[0].close()
    outlets.append(RawOutlet(stream(name=unique), source_id=""))
    heard(outlets[1])
    push(outlets[1], np.ones(8))
    assert np.all(take(source, 8)[0].data == 1.0)
    outlets[1].close()


def test_a_sender_that_returns_as_something_else_is_refused(broken, offer, until):
    source, name, _ = broken
    offer(rate_hz=128.0)
    until(source, lambda: source.states()[name].state == "refused")
    until(source, lambda: "stream-changed" in kinds(source))
    says = source.states()[name].says
    assert says == (
        f"stream '{name}' came back with a rate of 128 Hz, it was 256 Hz; it is not listened to"
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"labels": ("Fp2", "Fp1")}, "the labels Fp2, Fp1, they were Fp1, Fp2"),
        ({"units": ("volts", "volts")}, "the units volts, volts, they were microvolts, microvolts"),
        ({"labels": ("Fp1",)}, "1 channels, it had 2"),
        ({"format": "double64"}, "values of format double64, they were float32"),
        ({"source_id": "another"}, ""),
    ],
    ids=["labels", "units", "channels", "format", "nothing"],
)
def test_what_is_different_is_named(stream, change, says):
    assert changed(stream(), stream(**change)) == says


def test_a_sender_that_was_refused_is_taken_when_it_returns_as_it_was(broken, offer, take, until):
    source, name, _ = broken
    wrong = offer(rate_hz=128.0)
    until(source, lambda: source.states()[name].state == "refused")
    wrong.close()
    right = offer()
    heard(right)
    push(right, np.ones(8))
    take(source, 8)
    assert (source.states()[name].state, source.states()[name].says) == ("recovered", "")


def test_of_two_same_senders_the_later_is_taken_and_it_is_told(offer, listen, take):
    older = offer()
    later = offer()
    heard_by = listen(later)
    heard_by.go_live()
    push(older, np.zeros(8))
    push(later, np.ones(8))
    assert np.all(take(heard_by, 8)[0].data == 1.0)
    assert "same-sender-twice" in kinds(heard_by)


def test_samples_that_liblsl_threw_away_are_counted(offer, listen, take, until):
    outlet = offer(rate_hz=256.0)
    source = listen(outlet, buffer_s=1)
    source.go_live()
    push(outlet, np.zeros(128))  # enough to believe the rate, and so that what is missing is lost
    take(source, 128)
    [puller] = source._pullers.values()
    held, puller._hand_on = puller._hand_on, lambda item: (time.sleep(2.0), held(item))
    began = pylsl.local_clock()
    push(outlet, np.zeros(1), np.array([began]))  # the puller sleeps over this one
    time.sleep(0.3)
    push(outlet, np.arange(1000), began + (1 + np.arange(1000)) / 256)
    until(source, lambda: "overflow" in kinds(source))
    puller._hand_on = held
    until(source, lambda: source.states()[outlet.raw.name].received >= 128 + 1 + 256)
    state = source.states()[outlet.raw.name]
    assert state.received + state.overflowed == 128 + 1 + 1000
    assert state.lost >= state.overflowed


def test_stamps_that_are_no_numbers_are_replaced_by_the_time_of_arrival(offer, listen, take):
    outlet = offer()
    source = listen(outlet)
    source.go_live()
    before = pylsl.local_clock()
    push(outlet, np.zeros(16), np.full(16, np.nan))
    times = np.concatenate([chunk.times for chunk in take(source, 16)])
    assert source.states()[outlet.raw.name].clock == "none"
    assert np.all((times > before - 0.1) & (times < pylsl.local_clock() + 0.1))


def test_a_session_of_a_stream_with_a_clock_of_its_own_replays_bit_for_bit(
    offer, listen, take, tmp_path
):
    outlet = offer()
    source = listen(outlet)
    with SessionWriter(tmp_path / "a.xdf") as writer:
        source.record(writer)
        source.go_live()
        seen = []
        for k in range(5):
            push(outlet, np.zeros(16), 5e6 + (16 * k + np.arange(16)) / 256)
            seen += take(source, 16)
        source.close()
    again = [chunk for _, chunk in Recorded(tmp_path / "a.xdf")]
    times = [np.concatenate([chunk.times for chunk in chunks]) for chunks in (seen, again)]
    assert np.array_equal(*times)


def test_a_sender_that_returns_with_unix_stamps_loses_only_its_absence_and_replays_bit_for_bit(
    offer, listen, take, tmp_path
):
    first = offer()
    source = listen(first)
    with SessionWriter(tmp_path / "a.xdf") as writer:
        source.record(writer)
        source.go_live()
        push(first, np.zeros(64))
        seen = take(source, 64)
        first.close()
        again = offer()
        heard(again)
        now = pylsl.local_clock()
        push(again, np.ones(64), time.time() + np.arange(64) / 256)
        seen += take(source, 64)
        source.close()
    assert abs(seen[-1].times[-1] - (now + 63 / 256)) < 0.1
    assert source.gaps[first.raw.name][0].lost < PATIENCE_S * 256
    replayed = [chunk for _, chunk in Recorded(tmp_path / "a.xdf")]
    for word in ("times", "data"):
        live, offline = ([getattr(chunk, word) for chunk in some] for some in (seen, replayed))
        assert np.array_equal(np.concatenate(live), np.concatenate(offline))
    assert [chunk.first for chunk in replayed] == [chunk.first for chunk in seen]


def test_a_stream_that_appears_later_is_taken_in_and_recorded(offer, take, until, tmp_path, unique):
    first = offer(1)
    wanted = [f"name={first.raw.name}", f"name=s2-{unique}"]
    with (
        LslSource(wanted[:1], join_late=True, timeout_s=PATIENCE_S) as source,
        SessionWriter(tmp_path / "a.xdf") as writer,
    ):
        source._wanted = wanted
        source.record(writer)
        source.go_live()
        second = offer(2, labels=("Cz",))
        heard(second)
        until(source, lambda: second.raw.name in source.streams)
        push(second, np.arange(20))
        take(source, 20, second.raw.name)
        source.stop_recording()
    recorded = Recorded(tmp_path / "a.xdf")
    assert recorded.streams[second.raw.name].channels == ("Cz",)
    [chunk, *_] = [chunk for name, chunk in recorded if name == second.raw.name]
    assert chunk.data[0, 0] == 0.0
    assert "stream-joined" in [event.kind for event in recorded.recording.events]


def test_a_stream_that_returns_as_something_else_is_a_new_stream_where_late_ones_may_join(
    offer, take, until
):
    first = offer()
    name = first.raw.name
    with LslSource([f"name={name}"], join_late=True, timeout_s=PATIENCE_S) as source:
        source.go_live()
        push(first, np.zeros(8))
        take(source, 8)
        first.close()
        again = offer(rate_hz=128.0)
        until(source, lambda: len(source.streams) == 2)
        heard(again)
        push(again, np.ones(8))
        until(source, lambda: len(source.streams) == 2 and source.states()[f"{name} EEG"].received)
        assert source.states()[name].state == "refused"
        assert source.streams[f"{name} EEG"].rate_hz == 128.0
