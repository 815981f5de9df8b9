"""A recording played over LSL, and what arrives at the other end."""

import threading
import time

import numpy as np
import pylsl
import pytest

from neuroaffect.acquire import LslSource, Recorded, Simulator
from neuroaffect.acquire.replay import replay
from neuroaffect.session import Packet, SessionWriter

PATIENCE_S = 30.0


@pytest.fixture
def session(stream, packets, listed, unique):
    """Return a headset with a dropout of half a second, a wristband and markers."""
    eeg = np.arange(1024) / 256.0
    eeg[500:] += 0.5
    eda = np.arange(18) / 4.0
    marks = [0.25, 1.5, 1.6, 3.0]
    items = [
        *packets(eeg, [64] * 20),
        *packets(eda, [3] * 9, id=2, channels=1),
        *(Packet(3, np.array([mark]), np.array([[f"m{mark}"]], object)) for mark in marks),
    ]
    raws = [
        stream(1, name=f"eeg-{unique}", labels=("Fp1", "T7"), units=("uV", "mV")),
        stream(2, name=f"eda-{unique}", type="GSR", rate_hz=4.0, labels=("EDA",), units=("uS",)),
        stream(3, name=f"marks-{unique}", type="Markers", rate_hz=0.0, format="string",
               labels=("mark",), units=("",)),
    ]  # fmt: skip
    items.sort(key=lambda packet: packet.stamps[-1])
    return listed(raws, items)


@pytest.fixture
def played():
    """Return a function that plays a source while a live source listens, until it has ended."""
    stop = threading.Event()
    threads = []

    def play(session, **settings) -> LslSource:
        names = [f"name={raw.name}" for raw in session.raws]
        settings |= {"wait_for_consumers_s": PATIENCE_S, "stop": stop}
        thread = threading.Thread(target=replay, args=(session,), kwargs=settings)
        threads.append(thread)
        thread.start()
        return LslSource(names, timeout_s=PATIENCE_S, hop_s=0.25), thread

    yield play
    stop.set()
    for thread in threads:
        thread.join()


def listen(source: LslSource, thread: threading.Thread) -> list:
    got, quiet = [], False
    while thread.is_alive() or not quiet:
        ended = not thread.is_alive()
        item = source.get(1.0)
        quiet = ended and item is None
        if item is not None:
            got.append(item)
    return got


def of(chunks: list, name: str, what: str) -> np.ndarray:
    return np.concatenate([getattr(c, what) for stream, c in chunks if stream.startswith(name)])


@pytest.mark.parametrize("seed", [1, 2])
def test_a_live_run_equals_its_recording_bit_for_bit(session, played, tmp_path, seed):
    source, thread = played(session, rng=np.random.default_rng(seed))
    with SessionWriter(tmp_path / "live.xdf") as writer, source:
        source.record(writer)
        live = listen(source, thread)
    again = Recorded(tmp_path / "live.xdf")
    assert [(name, c.first, c.times.tobytes(), c.data.tolist()) for name, c in again] == [
        (name, c.first, c.times.tobytes(), c.data.tolist()) for name, c in live
    ]
    assert again.streams == source.streams
    assert again.gaps == source.gaps
    [gap] = [gap for name, gaps in source.gaps.items() if name.startswith("eeg") for gap in gaps]
    assert abs(gap.lost - 128) <= 1


def test_values_and_spacing_arrive_as_they_were_recorded(session, played):
    source, thread = played(session, chunk_s=0.1)
    with source:
        live = listen(source, thread)
    recorded = list(session)
    for name in ("eeg", "eda", "marks"):
        sent, got = of(recorded, name, "data"), of(live, name, "data")
        # What was sent before the source went live is forgotten.
        assert np.array_equal(got, sent[len(sent) - len(got) :])
        assert len(got) > len(sent) // 3
    spacing, expected = np.diff(of(live, "eeg", "times")), np.diff(of(recorded, "eeg", "times"))
    # A new clock offset may come in between; stamps themselves are exact to 1e-9 s.
    assert np.allclose(spacing, expected[-len(spacing) :], rtol=0, atol=2e-3)


def test_streams_keep_their_description_and_a_lasting_source_id(session, played):
    first, second = [], []
    for ids in (first, second):
        source, thread = played(session, speed=None)
        with source:
            ids += [raw.source_id for raw in source.raws]
            assert {raw.name: (raw.labels, raw.units, raw.format) for raw in source.raws} == {
                raw.name: (raw.labels, raw.units, raw.format) for raw in session.raws
            }
            listen(source, thread)
    assert first == second
    assert len(set(first)) == 3


class Sent:
    """An outlet that notes what is sent when."""

    log: list[tuple[float, str, np.ndarray]]

    def __init__(self, raw, *, source_id) -> None:
        self.raw = raw
        self.has_consumers = True

    def push(self, values, stamps) -> None:
        self.log.append((pylsl.local_clock(), self.raw.name.split("-")[0], stamps))

    def close(self) -> None:
        pass


@pytest.fixture
def sent(monkeypatch):
    Sent.log = []
    monkeypatch.setattr("neuroaffect.acquire.outlet.RawOutlet", Sent)
    return Sent.log


def test_samples_and_markers_leave_in_order_of_time(session, sent):
    replay(session, speed=None, chunk_s=0.1)
    due = [stamps[-1] for _, _, stamps in sent]
    assert due == sorted(due)
    assert {name for _, name, _ in sent} == {"eeg", "eda", "marks"}


def test_streams_recorded_one_after_the_other_are_played_side_by_side(session, sent):
    session.items.sort(key=lambda packet: packet.stream)
    replay(session, speed=None)
    due = [stamps[-1] for _, _, stamps in sent]
    assert due == sorted(due)


def test_no_sample_leaves_before_its_time_and_the_schedule_does_not_drift(session, sent):
    replay(session, speed=4.0, chunk_s=0.05)
    began = min(stamps[0] for _, _, stamps in sent)
    late = [left - began - (stamps[-1] - began) / 4.0 for left, _, stamps in sent]
    assert min(late) > -0.002
    # An accumulating delay would show at the end; a busy machine may delay single chunks.
    assert min(late[len(late) // 2 :]) < 0.05


def test_chunks_of_random_length_hold_all_samples(session, sent):
    replay(session, speed=None, rng=np.random.default_rng(4))
    sizes = [len(stamps) for _, name, stamps in sent if name == "eeg"]
    assert sum(sizes) == 1024
    assert len(set(sizes)) > 10


def test_a_replay_can_be_stopped(session, sent):
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    began = time.monotonic()
    replay(session, speed=0.01, stop=stop)
    assert time.monotonic() - began < 20.0  # the whole would take minutes


def test_progress_is_told_in_seconds_of_the_recording(session, sent):
    told = []
    replay(session, speed=None, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(4.49, abs=0.02)


def test_a_simulated_person_can_be_played(sent):
    replay(Simulator(seed=1, duration_s=5, trial_s=4, rest_s=1), speed=None)
    assert sum(len(stamps) for _, name, stamps in sent if name == "Simulated EEG") == 5 * 128
