"""A recording played over LSL, and what arrives at the other end."""

import threading
import time

import numpy as np
import pylsl
import pytest

from neuroaffect.acquire import LslSource, Recorded, Simulator
from neuroaffect.acquire.pieces import LOOKAHEAD_S
from neuroaffect.acquire.replay import replay
from neuroaffect.acquire.timeline import pieces_of
from neuroaffect.catalog import load_pipeline
from neuroaffect.errors import StreamError
from neuroaffect.session import ClockOffset, Packet, SessionWriter
from neuroaffect.training.data.labels import labelled_session

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
        self.opened()

    def opened(self) -> None:
        pass

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


def stamps_of(log: list, name: str) -> np.ndarray:
    return np.concatenate([stamps for _, sent, stamps in log if sent == name])


def test_stamps_keep_jitter_and_backward_steps_to_the_bit_of_a_sum(stream, packets, listed, sent):
    rng = np.random.default_rng(5)
    true = np.arange(1024) / 256.0 + rng.normal(0, 0.01, 1024)
    assert np.any(np.diff(true) < 0)
    replay(listed([stream(name="eeg")], packets(true, [32] * 32)), speed=None)
    # Sums of doubles near 1e5 s are exact to 1.5e-11 s each.
    assert np.allclose(np.diff(stamps_of(sent, "eeg")), np.diff(true), rtol=0, atol=1e-10)


def test_a_clock_offset_measured_anew_with_its_noise_moves_no_stamp(stream, packets, listed, sent):
    rng = np.random.default_rng(6)
    items = []
    for packet in packets(np.arange(1024) / 256.0, [32] * 32):
        offset = ClockOffset(1, float(packet.stamps[0]), 50.0 + float(rng.normal(0, 1e-4)))
        items += [offset, packet]
    replay(listed([stream(name="eeg")], items), speed=None)
    assert np.allclose(np.diff(stamps_of(sent, "eeg")), 1 / 256, rtol=0, atol=1e-10)


def test_two_machines_are_put_on_one_clock_by_their_offsets(stream, packets, listed, sent):
    eeg, eda = np.arange(1024) / 256.0, 7000.0 + np.arange(16) / 4.0
    items = [ClockOffset(2, 7000.0, -6998.0), *packets(eeg, [32] * 32),
             *packets(eda, [1] * 16, id=2, channels=1)]  # fmt: skip
    raws = [stream(name="eeg"), stream(2, name="eda", rate_hz=4.0, labels=("EDA",))]
    replay(listed(raws, items), speed=None)
    begun = stamps_of(sent, "eda")[0] - stamps_of(sent, "eeg")[0]
    assert begun == pytest.approx(2.0, abs=1e-9)


def test_a_stream_with_a_clock_of_its_own_begins_when_it_came(stream, packets, listed, sent):
    unix = packets(1.7e9 + np.arange(512) / 256.0, [32] * 16, id=2)
    items = [*packets(np.arange(1024) / 256.0, [32] * 32)]
    items[16:16] = unix
    replay(listed([stream(name="eeg"), stream(2, name="muse")], items), speed=None)
    begun = stamps_of(sent, "muse")[0] - stamps_of(sent, "eeg")[0]
    assert begun == pytest.approx(2.0, abs=0.01)


def test_stamps_that_leap_or_are_none_do_not_stop_the_replay(stream, packets, listed, sent):
    stamps = np.arange(1024) / 256.0
    stamps[[100, 300, 500]] = np.nan, 1e9, -1e300
    stamps[700:] -= 2.5  # a reset inside a packet
    replay(listed([stream(name="eeg")], packets(stamps, [64] * 16)), speed=None)
    got = stamps_of(sent, "eeg")
    assert len(got) == 1022
    assert np.all(np.diff(got) > -1e-6)  # sums of doubles near 1e9 s
    assert np.ptp(got) < 8.0


def test_a_marker_told_late_is_no_reset_of_its_clock(stream, packets, listed, sent):
    items = packets(np.arange(2560) / 256.0, [256] * 10)
    for place, mark in ((3, 3.0), (6, 1.0), (9, 9.0)):
        items.insert(place, Packet(2, np.array([mark]), np.array([["m"]], object)))
    raws = [stream(name="eeg"), stream(2, name="marks", type="Markers", rate_hz=0.0,
                                       format="string", labels=("m",))]  # fmt: skip
    replay(listed(raws, items), speed=None)
    begun = stamps_of(sent, "eeg")[0]
    assert sorted(stamps_of(sent, "marks") - begun) == pytest.approx([1, 3, 9], abs=1e-9)


def test_a_long_recording_is_never_in_memory(stream, packets, listed):
    given = 0

    class Counted(listed):
        def _items(self):
            nonlocal given
            for item in super()._items():
                given += 1
                yield item

    items = [*packets(np.arange(256 * 300) / 256.0, [64] * 1200)]
    held = [given - taken for taken, _ in enumerate(pieces_of(Counted([stream()], items), None))]
    assert len(held) == 1200
    assert max(held) <= 2 + 4 * LOOKAHEAD_S


def test_a_loop_goes_on_a_second_after_the_last_sample(session, sent):
    stop = threading.Event()
    replay(session, speed=None, loop=True, stop=stop,
           progress=lambda played_s: played_s > 14 and stop.set())  # fmt: skip
    spacing = np.diff(stamps_of(sent, "eeg"))
    assert len(spacing) > 2 * 1024
    assert np.all(spacing > 0)
    assert spacing[[1023, 2047]] == pytest.approx([1.0, 1.0], abs=1e-9)


def test_a_stretch_is_played_by_itself(session, sent):
    replay(session, speed=None, start_s=0.75, stop_s=1.75)
    spans = {name: stamps_of(sent, name) - stamps_of(sent, "eeg")[0] for name in ("eeg", "eda")}
    assert len(spans["eeg"]) == 256
    assert len(spans["eda"]) == 4
    assert sum(name == "marks" for _, name, _ in sent) == 2  # those at 1.5 and 1.6 s
    assert spans["eda"] == pytest.approx([0.0, 0.25, 0.5, 0.75], abs=1e-9)


def test_only_the_streams_asked_for_are_played(session, sent):
    replay(session, speed=None, streams=["eda", "markers"])
    assert {name for _, name, _ in sent} == {"eda", "marks"}


@pytest.mark.parametrize("query", ["ecg", "name=nobody", "moood"])
def test_a_query_that_fits_nothing_is_refused(session, query):
    with pytest.raises(StreamError, match=query):
        replay(session, streams=[query])


def test_trials_of_a_session_leave_as_markers_at_their_time(tmp_path, sent):
    person = Simulator(seed=1, duration_s=12, trial_s=4, rest_s=2)
    with SessionWriter(tmp_path / "trials.xdf") as writer:
        person.record(writer)
        for _ in person:
            pass
    del sent[:]
    replay(tmp_path / "trials.xdf", speed=None)
    marks = [stamps[0] for _, name, stamps in sent if name == "neuroaffect"]
    begun = min(stamps[0] for _, _, stamps in sent)
    assert np.array(marks) - begun == pytest.approx([2, 6, 8, 12], abs=1e-9)
    due = [stamps[-1] for _, _, stamps in sent]
    assert due == sorted(due)


def test_trials_told_by_a_replay_are_read_from_its_recording(tmp_path, sent, monkeypatch):
    person = Simulator(seed=1, duration_s=12, trial_s=4, rest_s=2)
    with SessionWriter(tmp_path / "first.xdf") as writer:
        person.record(writer)
        for _ in person:
            pass
    with SessionWriter(tmp_path / "again.xdf") as writer:
        monkeypatch.setattr(Sent, "opened", lambda self: writer.add(self.raw))
        monkeypatch.setattr(
            Sent, "push", lambda self, x, stamps: writer.write(Packet(self.raw.id, stamps, x))
        )
        replay(tmp_path / "first.xdf", speed=None)
    pipeline = load_pipeline("eeg-de")
    first, again = (
        labelled_session(tmp_path / name, pipeline).trials for name in ("first.xdf", "again.xdf")
    )
    assert [trial.ratings for trial in again] == [trial.ratings for trial in first]
    assert len(again) == 2
    lengths = [(trial.start - again[0].start, trial.stop - trial.start) for trial in again]
    assert np.allclose(lengths, [(0, 4), (6, 4)], rtol=0, atol=1e-9)


def test_faults_strike_what_is_replayed(session, sent):
    replay(session, speed=None, faults="eeg:dropout=1s@500ms", chunk_s=0.1)
    spacing = np.diff(stamps_of(sent, "eeg"))
    assert np.max(spacing) == pytest.approx(1.0 + 1 / 256, abs=1e-9)


def test_a_restart_closes_the_outlet_and_opens_it_anew(session, sent, monkeypatch):
    told = []
    monkeypatch.setattr(Sent, "close", lambda self: told.append(("close", self.raw.rate_hz)))
    monkeypatch.setattr(Sent, "opened", lambda self: told.append(("open", self.raw.rate_hz)))
    replay(session, speed=None, faults="eeg:restart-rate=128Hz@500ms", streams=["eeg"])
    assert told == [("open", 256.0), ("close", 256.0), ("open", 128.0), ("close", 128.0)]
    spacing = np.diff(stamps_of(sent, "eeg"))
    assert np.allclose(spacing[:100], 1 / 256, atol=1e-9)
    assert np.allclose(spacing[-200:], 1 / 128, atol=1e-9)
    assert np.max(spacing) == pytest.approx(1.0, abs=0.02)


def test_faults_of_streams_that_are_not_played_are_refused(session):
    with pytest.raises(StreamError, match="not played; played are eda"):
        replay(session, streams=["eda"], faults="eeg:dropout=1s@1s")


def test_zero_stamps_cannot_be_sent_over_lsl(session):
    with pytest.raises(StreamError, match="LSL itself puts the time of sending in its place"):
        replay(session, faults="zero-stamps")


# --- faults that a listener meets over LSL


def infos(name: str, least: int) -> list[pylsl.StreamInfo]:
    return pylsl.resolve_byprop("name", name, minimum=least, timeout=PATIENCE_S)


def test_a_duplicate_is_a_second_outlet_with_the_same_names(session, played):
    source, _ = played(session, faults="eeg:duplicate")
    name = session.raws[0].name
    with source:
        source.go_live()
        two = infos(name, 2)
    assert len({info.uid() for info in two}) == 2
    assert len({(info.source_id(), info.type(), info.nominal_srate()) for info in two}) == 1


def test_unix_stamps_are_known_for_what_they_are(session, played):
    source, thread = played(session, faults="eeg:unix", chunk_s=0.1)
    with source:
        live = listen(source, thread)
        clocks = {name: state.clock for name, state in source.states().items()}
    assert {name.split("-")[0]: clock for name, clock in clocks.items()} == {
        "eeg": "unix", "eda": "lsl", "marks": "lsl",
    }  # fmt: skip
    assert abs(of(live, "eeg", "times")[-1] - of(live, "eda", "times")[-1]) < 1.0


def test_a_restarted_outlet_has_the_same_source_id_and_its_new_description(session, played):
    source, _ = played(session, faults="eeg:restart-labels@1s", chunk_s=0.1)
    name = session.raws[0].name
    with source:
        source.go_live()
        [before] = infos(name, 1)
        uid = before.uid()
        query = f"name='{name}' and starts-with(uid, '{uid}')=false()"
        [after] = pylsl.resolve_bypred(query, minimum=1, timeout=PATIENCE_S)
        labels = pylsl.StreamInlet(after, recover=False).info(timeout=PATIENCE_S)
    assert after.source_id() == before.source_id()
    assert labels.get_channel_labels() == ["T7", "Fp1"]


# --- an hour in a second: a clock that only moves when somebody waits or sends


class SlowClock:
    """A machine that wakes up late and takes its time to send; also what a replay waits on."""

    OVERSLEPT_S, SENDING_S = 0.0007, 0.003

    def __init__(self) -> None:
        self.now = 1000.0
        self.is_set = lambda: False

    def local_clock(self) -> float:
        return self.now

    def wait(self, timeout_s: float) -> bool:
        self.now += timeout_s + self.OVERSLEPT_S * (timeout_s > 0)
        return False


def test_over_an_hour_lateness_does_not_grow(stream, packets, listed, monkeypatch):
    clock, late = SlowClock(), []

    class Timed(Sent):
        def push(self, values, stamps) -> None:
            late.append(clock.now - stamps[-1])
            clock.now += clock.SENDING_S

    monkeypatch.setattr("neuroaffect.acquire.outlet.RawOutlet", Timed)
    monkeypatch.setattr("neuroaffect.acquire.outlet.tuned", lambda: clock)
    hour = listed([stream(rate_hz=4.0)], packets(np.arange(4 * 3600) / 4.0, [1] * 4 * 3600))
    replay(hour, stop=clock)
    assert len(late) == 4 * 3600
    # 14,400 times 3.7 ms would be 53 s.
    assert np.ptp(late[1:]) < 1e-6
    assert max(late) == pytest.approx(SlowClock.OVERSLEPT_S, abs=1e-6)
