"""Live streams over the loopback, from real outlets."""

import threading
import time

import numpy as np
import pylsl
import pytest

from neuroaffect.acquire import LslSource, Recorded, discover
from neuroaffect.errors import StreamError
from neuroaffect.session import SessionWriter

PATIENCE_S = 30.0


def joined(chunks: list) -> tuple[np.ndarray, np.ndarray]:
    return np.concatenate([c.times for c in chunks]), np.concatenate([c.data for c in chunks])


@pytest.mark.parametrize("format", ["float32", "double64", "int16", "int32", "int64", "int8"])
def test_samples_and_stamps_arrive_as_they_were_sent(offer, listen, format):
    outlet = offer(format=format)
    source = listen(outlet)
    source.go_live()
    values = np.random.default_rng(0).integers(-100, 100, (300, 2)).astype(outlet.raw.dtype)
    stamps = pylsl.local_clock() + np.arange(300) / 256
    outlet.push(values[:7], stamps[:7])
    outlet.push(values[7:], stamps[7:])
    arrived = []
    deadline = time.monotonic() + PATIENCE_S
    while sum(map(len, arrived)) < 300 and time.monotonic() < deadline:
        if source._fill(0.2):
            arrived.append(source._ready.popleft()[1])
    assert np.array_equal(np.concatenate([packet.values for packet in arrived]), values)
    assert np.array_equal(np.concatenate([packet.stamps for packet in arrived]), stamps)
    assert arrived[0].values.dtype == outlet.raw.dtype


def test_times_are_stamps_with_the_measured_offset_added(offer, listen, take):
    outlet = offer()
    source = listen(outlet)
    source.go_live()
    stamps = pylsl.local_clock() + np.arange(50) / 256
    outlet.push(np.zeros((50, 2), np.float32), stamps)
    times, _ = joined(take(source, 50))
    # Sender and receiver are one machine: the offset is what a round trip on it costs.
    assert np.allclose(times, stamps, rtol=0, atol=5e-3)


def test_markers_arrive_with_their_text(offer, listen, take):
    outlet = offer(type="Markers", labels=("mark",), rate_hz=0.0, format="string")
    source = listen(outlet)
    source.go_live()
    words = ["start", "Übung ✓", ""]
    for word in words:
        outlet.push(np.array([[word]], object), np.array([pylsl.local_clock()]))
    _, data = joined(take(source, 3))
    assert data[:, 0].tolist() == words


def test_what_was_sent_before_going_live_is_forgotten(offer, listen, take):
    outlet = offer()
    source = listen(outlet)
    old = pylsl.local_clock() - 4.0 + np.arange(100) / 256
    outlet.push(np.zeros((100, 2), np.float32), old)
    time.sleep(0.5)  # the old samples are in the inlet by now
    source.go_live()
    outlet.push(np.ones((10, 2), np.float32), pylsl.local_clock() + np.arange(10) / 256)
    chunks = take(source, 10)
    assert chunks[0].first == 0
    assert np.all(joined(chunks)[1] == 1.0)


def test_a_pull_ends_at_the_hop_boundary(offer, listen, take):
    outlet = offer(rate_hz=250.0)
    source = listen(outlet, hop_s=0.1)
    source.go_live()
    stamps = pylsl.local_clock() + np.arange(500) / 250
    outlet.push(np.zeros((500, 2), np.float32), stamps)
    chunks = take(source, 500)
    assert all(chunk.first // 25 == (chunk.end - 1) // 25 for chunk in chunks)


def test_closing_is_prompt_while_the_consumer_waits(offer, listen):
    source = listen(offer(), offer(2, type="Markers", rate_hz=0.0, format="string"))
    ended = threading.Event()

    def consume() -> None:
        for _ in source:
            pass
        ended.set()

    thread = threading.Thread(target=consume)
    thread.start()
    time.sleep(0.3)
    source.close()
    assert ended.wait(5.0)
    thread.join()
    assert not [one for one in threading.enumerate() if one.name.startswith("pull ")]


def test_an_outlet_that_dies_does_not_freeze_the_consumer(offer, listen, take):
    dying, living = offer(1), offer(2)
    source = listen(dying, living)
    source.go_live()
    for outlet in (dying, living):
        outlet.push(np.zeros((10, 2), np.float32), pylsl.local_clock() + np.arange(10) / 256)
    take(source, 20)
    dying.close()
    assert source.get(0.3) is None
    living.push(np.ones((10, 2), np.float32), pylsl.local_clock() + np.arange(10) / 256)
    assert len(take(source, 10, living.raw.name)) > 0
    deadline = time.monotonic() + PATIENCE_S
    while source.states()[dying.raw.name].state == "live" and time.monotonic() < deadline:
        source.get(0.1)
    assert source.states()[dying.raw.name].state == "lost"


def test_unix_stamps_are_put_on_the_lsl_clock(offer, listen, tmp_path, take):
    outlet = offer()
    source = listen(outlet)
    with SessionWriter(tmp_path / "a.xdf") as writer:
        source.record(writer)
        source.go_live()
        now = pylsl.local_clock()
        outlet.push(np.zeros((20, 2), np.float32), time.time() + np.arange(-19, 1) / 256)
        times, _ = joined(take(source, 20))
        source.close()
    assert source.states()[outlet.raw.name].clock == "unix"
    assert abs(times[-1] - now) < 5.0
    again, _ = joined([chunk for _, chunk in Recorded(tmp_path / "a.xdf")])
    assert np.array_equal(again, times)


def test_a_clock_of_its_own_is_put_on_the_lsl_clock(offer, listen, take):
    outlet = offer()
    source = listen(outlet)
    source.go_live()
    now = pylsl.local_clock()
    outlet.push(np.zeros((20, 2), np.float32), 5e6 + np.arange(20) / 256)
    times, _ = joined(take(source, 20))
    assert source.states()[outlet.raw.name].clock == "other"
    assert abs(times[-1] - now) < 5.0


def test_counters_tell_how_a_stream_is_doing(offer, listen, take):
    outlet = offer()
    source = listen(outlet)
    assert source.states()[outlet.raw.name].state == "waiting"
    source.go_live()
    stamps = pylsl.local_clock() + np.arange(64) / 256
    stamps[32:] += 2.0
    outlet.push(np.zeros((64, 2), np.float32), stamps)
    take(source, 64)
    state = source.states()[outlet.raw.name]
    assert (state.received, state.lost, state.clock) == (64, 512, "lsl")
    assert 0.0 <= state.age_s < PATIENCE_S


def test_kinds_are_found_and_optional_ones_may_be_missing(offer):
    offer(1, type="GSR", labels=("EDA",), rate_hz=4.0)
    with LslSource(["eda"], optional=["resp"], timeout_s=PATIENCE_S) as source:
        assert {info.kind for info in source.streams.values()} == {"eda"}


def test_optional_streams_are_taken_beside_the_wanted(offer, listen):
    wanted, spare = offer(1), offer(2)
    source = listen(wanted, optional=[f"name={spare.raw.name}", f"name={wanted.raw.name}"])
    assert list(source.streams) == [wanted.raw.name, spare.raw.name]


def test_a_stream_that_is_not_there_is_named(offer, unique):
    outlet = offer()
    with pytest.raises(StreamError, match=f"no live stream fits 'name=no-{unique}' within 1 s"):
        LslSource([f"name={outlet.raw.name}", f"name=no-{unique}"], timeout_s=1.0)


@pytest.mark.parametrize("query", ["eg", "rate=256", ""])
def test_a_query_that_asks_for_nothing_is_refused(query):
    with pytest.raises(StreamError, match="give a kind"):
        LslSource([query], timeout_s=1.0)


def test_discovery_tells_labels_rate_and_clock(offer):
    outlet = offer(labels=("Fp1", "Cz"))
    stop = threading.Event()

    def send() -> None:
        n = 0
        began = pylsl.local_clock()
        while not stop.wait(0.02):
            until = int((pylsl.local_clock() - began) * 256)
            if until > n:
                outlet.push(np.zeros((until - n, 2), np.float32), began + np.arange(n, until) / 256)
                n = until

    thread = threading.Thread(target=send)
    thread.start()
    offers = discover(timeout_s=2.0, listen_s=1.0)
    stop.set()
    thread.join()
    [found] = [one for one in offers if one.raw.name == outlet.raw.name]
    assert (found.kind, found.raw.labels, found.clock, found.state) == (
        "eeg", ("Fp1", "Cz"), "lsl", "ok",
    )  # fmt: skip
    assert found.measured_rate_hz == pytest.approx(256.0, rel=0.01)


def test_what_discovery_offers_can_be_listened_to(offer):
    outlet = offer()
    [found] = [one for one in discover(timeout_s=2.0) if one.raw.name == outlet.raw.name]
    with LslSource([found], timeout_s=PATIENCE_S) as source:
        assert list(source.streams) == [outlet.raw.name]


def test_a_session_replays_what_a_device_file_made_of_it(offer, listen, take, tmp_path, unique):
    """An EPOC: its columns are sorted out live, and never again when the session is played."""
    electrodes = ("AF3", "F7", "F3", "FC5", "T7", "P7", "O1", "O2", "P8", "T8", "FC6", "F4", "F8",
                  "AF4")  # fmt: skip
    labels = ("Timestamp", "Counter", "Interpolate", *electrodes, "Markers")
    outlet = offer(
        name=f"EmotivDataStream-EEG {unique}", rate_hz=128.0, labels=labels,
        format="double64", types=("EEG",) * 18, units=("microvolts",) * 18,
    )  # fmt: skip
    source = listen(outlet)
    assert source.streams[outlet.raw.name].channels == electrodes
    sent = np.delete(np.arange(256), 99)
    values = np.random.default_rng(2).normal(4200.0, 20.0, (255, 18))
    values[:, 1] = sent % 128
    with SessionWriter(tmp_path / "run.xdf") as writer:
        source.record(writer)
        source.go_live()
        outlet.push(values, pylsl.local_clock() + sent / 128.0)
        chunks = take(source, 255)
    assert chunks[-1].end == 256
    again = [chunk for _, chunk in Recorded(tmp_path / "run.xdf", devices=())]
    assert [chunk.first for chunk in again] == [chunk.first for chunk in chunks]
    for told, live in zip(joined(again), joined(chunks), strict=True):
        assert np.array_equal(told, live)
