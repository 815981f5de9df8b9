"""Faults as they are written, and what each does to a stream whose truth is known."""

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from neuroaffect.acquire import FAULTS, Fault, Faulty, Recorded, Simulator, parse_faults
from neuroaffect.catalog import load_devices, load_pipeline
from neuroaffect.errors import StreamError
from neuroaffect.session import Packet, SessionWriter

RATE_HZ, SECONDS, BLOCK = 256, 20, 8
STEP_S = 1 / RATE_HZ


# --- the grammar

seconds = st.floats(0.001, 1e6)
words = st.text("AFp z1234567890-+/", min_size=1).map(str.strip).filter(len)
VALUES = {
    "": st.none(),
    "length": seconds,
    "shift": st.one_of(seconds, seconds.map(lambda value: -value)),
    "ppm": st.floats(-9e4, 9e4).filter(bool),
    "share": st.floats(0, 1, exclude_min=True),
    "rate": seconds,
    "factor": st.floats(allow_nan=False, allow_infinity=False).filter(bool),
    "unit": words,
    "channel": st.one_of(st.just(""), words),
}


@st.composite
def declared(draw):
    name = draw(st.sampled_from(sorted(FAULTS)))
    kind = FAULTS[name]
    return Fault(
        name=name,
        value=draw(VALUES[kind.takes]),
        at_s=0.0 if kind.when == "never" else draw(st.one_of(st.just(0.0), seconds)),
        for_s=draw(st.one_of(st.none(), seconds)) if kind.when == "window" else None,
        stream=draw(st.sampled_from(["", "eeg", "name=Muse", "source_id=a=b"])),
    )


@given(st.lists(declared(), max_size=4))
def test_faults_are_read_as_they_are_written(faults):
    assert parse_faults(",".join(map(str, faults))) == tuple(faults)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("dropout=3s@60s", Fault(name="dropout", value=3.0, at_s=60.0)),
        ("eeg:dropout=200ms@2min", Fault(name="dropout", value=0.2, at_s=120.0, stream="eeg")),
        ("name=Muse:unix", Fault(name="unix", stream="name=Muse")),
        ("rail=Fp1@90s+5s", Fault(name="rail", value="Fp1", at_s=90.0, for_s=5.0)),
        ("loss=2%", Fault(name="loss", value=0.02)),
        (" drift = -200ppm ", Fault(name="drift", value=-200.0)),
        ("restart-rate=128Hz@5", Fault(name="restart-rate", value=128.0, at_s=5.0)),
        ("scale=x", None),
        ("dropout", None),
        ("dropout=@3s", None),
        ("dropout=0s@3s", None),
        ("dropout=3s@60s+1s", None),
        ("dropout=3kg@60s", None),
        ("stall=2s@-1s", None),
        ("loss=200%", None),
        ("unix=3", None),
        ("unit=mV@3s", None),
        ("drift=1000000ppm", None),
        (":", None),
    ],
)
def test_a_fault_is_read_or_refused_with_one_sentence(text, fault):
    if fault is not None:
        assert parse_faults(text) == (fault,)
        return
    with pytest.raises(StreamError, match=r"^[^\n]+$"):
        parse_faults(text)


def test_an_unknown_fault_names_the_nearest():
    with pytest.raises(StreamError, match="'dropuot' is no fault; did you mean 'dropout'"):
        parse_faults("dropuot=3s@60s")


def test_a_wrong_value_says_what_is_right():
    with pytest.raises(StreamError, match="give seconds above 0 as 3s, 200ms or 2min"):
        parse_faults("stall=soon@60s")


def test_no_text_is_no_fault():
    assert parse_faults("") == ()


# --- the effects


@pytest.fixture
def source(listed, stream, packets):
    """A headset of 20 s in packets of 8 samples, a wristband, marks."""
    eeg = 100.0 + np.arange(RATE_HZ * SECONDS) / RATE_HZ
    eda = 100.0 + np.arange(4 * SECONDS) / 4.0
    items = [
        *packets(eeg, [BLOCK] * len(eeg)),
        *packets(eda, [1] * len(eda), id=2, channels=1),
        *(Packet(3, np.array([105.0 + k]), np.array([[f"m{k}"]], object)) for k in range(3)),
    ]
    items.sort(key=lambda packet: packet.stamps[-1])
    raws = [
        stream(1, name="cap", labels=("Fp1", "T7"), units=("uV", "mV")),
        stream(2, name="band", type="GSR", rate_hz=4.0, labels=("EDA",), units=("uS",)),
        stream(3, name="marks", type="Markers", rate_hz=0.0, format="string", labels=("m",),
               units=("",)),
    ]  # fmt: skip
    return listed(raws, items)


class Got:
    """What came of one stream: packets in order of arrival, and their samples in one."""

    def __init__(self, source, id: int = 1) -> None:
        self.packets = [item for item in source.raw_items() if item.stream == id]
        self.stamps = np.concatenate([packet.stamps for packet in self.packets])
        self.values = np.concatenate([packet.values for packet in self.packets])


@pytest.fixture
def true(source) -> Got:
    return Got(source)


@pytest.fixture
def struck(source):
    """Return a function that gives what comes of the cap under faults."""
    return lambda text, id=1: Got(Faulty(source, text, rng=np.random.default_rng(3)), id)


def test_without_faults_everything_comes_as_it_is(source, true):
    got = Got(Faulty(source, ""))
    assert np.array_equal(got.stamps, true.stamps)
    assert np.array_equal(got.values, true.values)
    assert len(got.packets) == len(true.packets)


def inside(stamps: np.ndarray, start_s: float, stop_s: float) -> np.ndarray:
    return (stamps >= 100 + start_s) & (stamps < 100 + stop_s)


def test_dropout_takes_the_samples_of_its_time_and_no_other(struck, true):
    kept = ~inside(true.stamps, 5, 8)
    got = struck("eeg:dropout=3s@5s")
    assert np.array_equal(got.stamps, true.stamps[kept])
    assert np.array_equal(got.values, true.values[kept])


def test_the_gap_a_dropout_leaves_is_seen_with_its_length(source):
    broken = Faulty(source, "eeg:dropout=3s@5s")
    for _ in broken:
        pass
    [gap] = broken.gaps["cap"]
    assert gap.first == 5 * RATE_HZ
    assert abs(gap.lost - 3 * RATE_HZ) <= 1
    assert broken.gaps["band"] == ()


def test_loss_takes_about_its_share_of_packets(struck, true):
    got = struck("eeg:loss=20%")
    # 640 packets: four standard deviations are 6.3 %.
    assert abs(1 - len(got.stamps) / len(true.stamps) - 0.2) < 0.065
    assert set(got.stamps) <= set(true.stamps)


def test_silent_loss_leaves_no_jump_in_the_stamps(struck, true):
    got = struck("eeg:silent-loss=0.5s@5s")
    assert len(got.stamps) == len(true.stamps) - RATE_HZ // 2
    assert np.allclose(np.diff(got.stamps), STEP_S, atol=1e-9)  # rounding of sums near 100 s
    assert np.array_equal(got.values, true.values[~inside(true.stamps, 5, 5.5)])


def test_a_stall_delivers_everything_late_at_once_and_truly_stamped(source, true):
    items = [*Faulty(source, "eeg:stall=2s@5s").raw_items()]
    cap = [item for item in items if item.stream == 1]
    assert np.array_equal(np.concatenate([packet.stamps for packet in cap]), true.stamps)
    [place] = [k for k, item in enumerate(items) if len(item) > BLOCK]
    assert len(items[place]) == 2 * RATE_HZ
    newest = {item.stream: item.stamps[-1] for item in items[:place]}
    assert newest == {1: 105 - STEP_S, 2: 106.75, 3: 106.0}


def test_a_stall_is_no_loss(source):
    broken = Faulty(source, "eeg:stall=2s@5s")
    for _ in broken:
        pass
    assert broken.gaps["cap"] == ()


def test_a_burst_bunches_samples_under_one_stamp(struck, true):
    got = struck("eeg:burst=200ms")
    assert np.array_equal(got.values, true.values)
    assert {len(packet) for packet in got.packets[:-1]} <= {51, 52}
    assert all(np.ptp(packet.stamps) == 0 for packet in got.packets)
    late = got.stamps - true.stamps
    assert late.min() >= 0
    assert late.max() < 0.2 + 1e-9


def test_jitter_stamps_packets_at_an_arrival_that_is_late(struck, true):
    got = struck("eeg:jitter=30ms")
    assert np.array_equal(got.values, true.values)
    late = got.stamps - true.stamps
    assert late.min() > -1e-9
    assert 0.02 < late.max() < 0.03 + 1e-9
    assert np.std(late) > 0.005


@pytest.mark.parametrize("ppm", [500, -2000])
def test_drift_changes_the_rate_by_its_ppm(struck, true, ppm):
    got = struck(f"eeg:drift={ppm}ppm")
    rate_hz = 1 / np.polyfit(np.arange(len(got.stamps)), got.stamps, 1)[0]
    assert (rate_hz / RATE_HZ - 1) * 1e6 == pytest.approx(ppm, abs=0.1)
    assert np.array_equal(got.values, true.values)


@pytest.mark.parametrize(
    ("fault", "shift_s"), [("unix", 1.7e9), ("other-clock=-1h", -3600), ("clock-reset=50s", -50)]
)
def test_stamps_of_another_clock_are_shifted_from_the_given_second_on(struck, true, fault, shift_s):
    got = struck(f"eeg:{fault}@5s")
    expected = true.stamps + np.where(true.stamps >= 105, shift_s, 0)
    assert np.allclose(got.stamps, expected, rtol=0, atol=1e-6)  # a double near 1.7e9 s


def test_a_clock_that_was_reset_never_takes_time_backward(source):
    times = [chunk.times for name, chunk in Faulty(source, "eeg:clock-reset=50s@5s")
             if name == "cap"]  # fmt: skip
    assert np.all(np.diff(np.concatenate(times)) >= 0)


def test_zero_stamps_are_zero(struck):
    assert not struck("eeg:zero-stamps").stamps.any()


def test_scale_changes_values_and_not_the_unit(struck, true, source):
    got = struck("eeg:scale=1000@5s")
    assert np.array_equal(got.values[:1280], true.values[:1280])
    assert np.allclose(got.values[1280:], true.values[1280:] * 1000.0, rtol=1e-6)  # float32
    assert Faulty(source, "scale=1000").raws[0].units == source.raws[0].units


def test_unit_changes_the_description_and_not_the_values(struck, true, source):
    broken = Faulty(source, "eeg:unit=nV")
    assert broken.raws[0].units == ("nV", "nV")
    assert np.array_equal(Got(broken).values, true.values)


@pytest.mark.parametrize(
    ("channel", "column", "rail"), [("", 0, 187_500.0), ("=Fp1", 0, 187_500.0), ("=T7", 1, 187.5)]
)
def test_a_railed_channel_sticks_at_its_largest_value_in_its_own_unit(
    struck, true, channel, column, rail
):
    got = struck(f"eeg:rail{channel}@5s+2s")
    at = inside(true.stamps, 5, 7)
    assert np.all(got.values[at, column] == rail)
    assert np.array_equal(got.values[~at], true.values[~at])
    assert np.array_equal(got.values[:, 1 - column], true.values[:, 1 - column])


@pytest.mark.parametrize("start_s", [0.0, 5.0, 5.01])
def test_a_flat_channel_keeps_the_value_before(struck, true, start_s):
    got = struck(f"flat=T7@{start_s}s+2s")
    at = inside(true.stamps, start_s, start_s + 2)
    before = true.values[max(0, int(np.argmax(at)) - 1), 1]
    assert np.all(got.values[at, 1] == before)
    assert np.array_equal(got.values[~at], true.values[~at])


def test_without_labels_the_description_is_empty(source):
    raw = Faulty(source, "eeg:no-labels").raws[0]
    assert raw.labels == raw.units == raw.types == ("", "")


# --- together


def test_two_faults_at_once_both_act(struck, true):
    got = struck("eeg:dropout=3s@5s,eeg:other-clock=50s,rail=T7@10s")
    kept = ~inside(true.stamps, 5, 8)
    assert np.allclose(got.stamps, true.stamps[kept] + 50.0, rtol=0, atol=1e-9)  # rounding
    assert np.array_equal(got.values[:, 1] == 187.5, true.stamps[kept] >= 110)


def test_a_fault_strikes_the_streams_it_names_and_by_default_all_regular_ones(struck):
    whole = (RATE_HZ * SECONDS, 4 * SECONDS, 3)
    for text, left in (
        ("dropout=10s@5s", (whole[0] // 2, whole[1] // 2, 3)),
        ("eda:dropout=10s@5s", (whole[0], whole[1] // 2, 3)),
        ("markers:dropout=1500ms@5s", (*whole[:2], 1)),
    ):
        assert tuple(len(struck(text, id).stamps) for id in (1, 2, 3)) == left


OFFLINE = sorted(name for name, kind in FAULTS.items() if kind.where != "lsl")
WITHIN = st.floats(0.01, 15.0)
IN_SCENE = VALUES | {"length": WITHIN, "ppm": st.floats(-9e4, 9e4).filter(bool),
                     "shift": st.floats(-1e4, 1e4).filter(bool), "factor": st.floats(0.1, 1e3),
                     "channel": st.just("")}  # fmt: skip


@st.composite
def playable(draw):
    name = draw(st.sampled_from(OFFLINE))
    kind = FAULTS[name]
    return Fault(
        name=name, value=draw(IN_SCENE[kind.takes]), stream=draw(st.sampled_from(["", "eeg"])),
        at_s=0.0 if kind.when == "never" else draw(st.one_of(st.just(0.0), WITHIN)),
        for_s=draw(st.one_of(st.none(), WITHIN)) if kind.when == "window" else None,
    )  # fmt: skip


# A packet without any stamp behind a hole.
STAMPLESS = [
    Fault(name="jitter", value=1.0, at_s=13.25, for_s=1.0),
    Fault(name="clock-reset", value=1.0, at_s=0.0),
    Fault(name="zero-stamps", value=None, at_s=14.0),
]


@given(faults=st.lists(playable(), min_size=1, max_size=4), seed=st.integers(0, 3))
@example(faults=STAMPLESS, seed=0)
@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_under_any_faults_no_sample_is_made_up_and_neither_index_nor_time_runs_backward(
    source, faults, seed
):
    broken = Faulty(source, faults, rng=np.random.default_rng(seed))
    end, newest, count = {}, {}, dict.fromkeys(source.streams, 0)
    for name, chunk in broken:
        assert chunk.first >= end.get(name, 0)
        assert np.all(np.diff(chunk.times, prepend=newest.get(name, chunk.times[0])) >= 0)
        end[name], newest[name] = chunk.end, chunk.times[-1]
        count[name] += len(chunk)
    whole = {"cap": RATE_HZ * SECONDS, "band": 4 * SECONDS, "marks": 3}
    assert all(count[name] <= whole[name] for name in whole)


def test_the_same_generator_gives_the_same_faults_and_so_does_a_second_iteration(source):
    def stamps(broken) -> bytes:
        return Got(broken).stamps.tobytes()

    one, other, third = (
        Faulty(source, "loss=10%,jitter=20ms", rng=np.random.default_rng(seed))
        for seed in (1, 1, 2)
    )
    assert stamps(one) == stamps(other) == stamps(one)
    assert stamps(one) != stamps(third)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("restart=3s@5s", "happens to an LSL outlet"),
        ("duplicate", "happens to an LSL outlet"),
        ("loss=1%", "is random; give a numpy Generator"),
        ("ecg:dropout=1s@1s", "no stream fits 'ecg'"),
        ("rail=Cz", "strikes no regular stream.*Fp1, T7, EDA"),
    ],
)
def test_a_fault_that_cannot_happen_here_is_refused(source, text, says):
    with pytest.raises(StreamError, match=says):
        Faulty(source, text)


@pytest.mark.parametrize("text", ["markers:scale=3", "eda:rail=Cz", "markers:silent-loss=1s@1s"])
def test_a_fault_that_a_stream_cannot_have_is_refused(source, text):
    with pytest.raises(StreamError, match=r"needs|does not have"):
        list(Faulty(source, text).raw_items())


def test_a_channel_may_be_named_as_the_device_file_names_it(stream, packets, listed):
    blank = ("",) * 8
    raw = stream(name="obci_eeg1", source_id="openbcigui", rate_hz=250.0, labels=blank,
                 units=blank, types=blank)  # fmt: skip
    source = listed([raw], packets(np.arange(500) / 250, [50] * 10, channels=8),
                    devices=load_devices())  # fmt: skip
    [info] = source.streams.values()
    assert all(info.channels)
    got = Got(Faulty(source, f"rail={info.channels[2]}"))
    assert np.all(got.values[:, 2] == 187_500.0)


def test_a_stream_whose_description_is_whole_is_understood_as_its_source_does(source):
    broken = Faulty(source, "eeg:dropout=3s@5s,eda:no-labels")
    assert broken.descriptions["cap"] is source.descriptions["cap"]
    assert broken.streams["band"].channels == ("ch1",)


def test_trials_of_a_simulated_person_stay(source):
    person = Simulator(seed=1, duration_s=10, trial_s=4, rest_s=1)
    broken = Faulty(person, "eeg:dropout=1s@2s")
    for _ in broken:
        pass
    for _ in person:
        pass
    assert broken.events == person.events != []


def test_a_session_recorded_under_faults_reads_as_it_was_met(source, tmp_path):
    broken = Faulty(source, "eeg:dropout=2s@5s,eeg:unix@10s")
    with SessionWriter(tmp_path / "broken.xdf") as writer:
        broken.record(writer)
        met = [(name, c.first, c.times.tobytes()) for name, c in broken]
    read = Recorded(tmp_path / "broken.xdf")
    assert [(name, c.first, c.times.tobytes()) for name, c in read] == met


def test_a_recording_with_clock_offsets_is_struck_on_the_clock_of_its_recorder(shared):
    recording = Recorded(shared / "magicblink" / "three_motion_one.xdf")
    broken = Faulty(recording, "eeg:dropout=3s@60s")
    for _ in broken:
        pass
    [gap] = broken.gaps["obci_eeg1"]
    assert abs(gap.lost - 750) <= 2


# --- what a pipeline makes of it


@pytest.fixture(scope="module")
def ticks_under():
    """Return a function that runs the EEG pipeline on a simulated person under faults."""

    def run(text: str) -> list:
        broken = Faulty(Simulator(seed=1, duration_s=30, trial_s=25, rest_s=5), text)
        pipeline = load_pipeline("eeg-de").start(broken.streams)
        return [tick for name, chunk in broken for tick in pipeline.push(name, chunk)]

    return run


def test_a_dropout_takes_its_ticks_and_unsettles_those_after_it(ticks_under):
    ticks = ticks_under("eeg:dropout=3s@15s")
    places = [tick.index for tick in ticks]
    [hole] = np.flatnonzero(np.diff(places) > 1)
    assert places[hole + 1] - places[hole] == 13  # three seconds of four hops
    assert ticks[hole].settled
    assert not ticks[hole + 1].settled


@pytest.mark.parametrize("fault", ["rail", "flat"])
def test_a_dead_channel_loses_its_quality_and_the_others_keep_theirs(ticks_under, fault):
    last = ticks_under(f"eeg:{fault}=F3@10s")[-1].quality["eeg"]
    whole = ticks_under("")[-1].quality["eeg"]
    dead = Simulator(seed=1).raws[0].labels.index("F3")
    assert last[dead] < 0.5 < whole[dead]
    assert np.array_equal(np.delete(last, dead), np.delete(whole, dead))
