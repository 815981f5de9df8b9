"""Recording what comes in, and playing it again."""

import subprocess
import sys

import numpy as np
import pytest

from neuroaffect.acquire import Recorded, Simulator
from neuroaffect.errors import SessionError, StreamError
from neuroaffect.session import ClockOffset, Event, SessionWriter


@pytest.fixture
def dropout(stream, packets, listed):
    """Return a source with a dropout inside a packet, a new clock offset and a marker."""
    stamps = np.arange(1024) / 256.0
    stamps[500:] += 0.5
    items = packets(stamps, [64] * 20)
    items.insert(0, ClockOffset(1, 0.0, 2.5))
    items.insert(9, ClockOffset(1, 2.0, 2.501))
    items.insert(10, Event(2.0, "note", {"text": "é"}))
    return listed([stream(1)], items)


def facts(chunks) -> list:
    return [
        (name, chunk.first, chunk.times.tobytes(), chunk.data.tobytes()) for name, chunk in chunks
    ]


def test_a_recording_plays_what_was_seen_while_it_was_made(dropout, tmp_path):
    with SessionWriter(tmp_path / "a.xdf") as writer:
        dropout.record(writer)
        seen = facts(dropout)
    assert facts(Recorded(tmp_path / "a.xdf")) == seen


@pytest.mark.parametrize("rate_hz", [0.0, 2.0, 52.0, 256.0])
def test_times_are_the_same_again_whatever_the_stamps(stream, packets, listed, tmp_path, rate_hz):
    rng = np.random.default_rng(3)
    stamps = np.arange(9000) / 51.8
    stamps[4000:] += 7.0
    stamps[6000:] -= 5000.0
    stamps = np.repeat(stamps[8::9], 9) + np.repeat(rng.exponential(0.01, 1000), 9)
    stamps[7000:7050] = np.nan
    items = packets(stamps, rng.integers(1, 40, 9000))
    for k in range(0, len(items), 20):
        items.insert(k, ClockOffset(1, 0.0, 3.0 + 0.001 * k + 0.4 * (k == 200)))
    source = listed([stream(1, rate_hz=rate_hz)], items)
    with SessionWriter(tmp_path / "a.xdf") as writer:
        source.record(writer)
        seen = facts(source)
    again = Recorded(tmp_path / "a.xdf")
    assert facts(again) == seen
    assert again.gaps == source.gaps
    assert len(again.gaps["stream 1"]) == 2
    assert again.states() == source.states()


def test_gaps_of_a_recording_are_told_not_judged_again(dropout, tmp_path):
    with SessionWriter(tmp_path / "a.xdf") as writer:
        dropout.record(writer)
        for _ in dropout:
            pass
    again = Recorded(tmp_path / "a.xdf")
    for _ in again:
        pass
    assert again.gaps == dropout.gaps
    assert [gap.lost for gap in again.gaps["stream 1"]] == [128]


def test_a_recording_of_a_recording_is_the_same(dropout, tmp_path):
    for name, source in (("a", lambda: dropout), ("b", lambda: Recorded(tmp_path / "a.xdf"))):
        with SessionWriter(tmp_path / f"{name}.xdf") as writer:
            playing = source()
            playing.record(writer)
            seen = facts(playing)
    assert facts(Recorded(tmp_path / "b.xdf")) == seen


def test_a_gap_is_recorded_before_the_packet_it_concerns(dropout, tmp_path):
    with SessionWriter(tmp_path / "a.xdf") as writer:
        dropout.record(writer)
        for _ in dropout:
            pass
    [gap] = [
        event for event in Recorded(tmp_path / "a.xdf").recording.events if event.kind == "gap"
    ]
    assert dict(gap.detail) == {"stream": "stream 1", "id": 1, "first": 500, "lost": 128}


def test_recording_may_start_in_the_midst(dropout, tmp_path):
    with SessionWriter(tmp_path / "a.xdf") as writer:
        arriving = iter(dropout)
        for _ in range(4):
            next(arriving)
        dropout.record(writer)
        seen = list(arriving)
    again = list(Recorded(tmp_path / "a.xdf"))
    assert all(
        np.array_equal(a.times, b.times) and np.array_equal(a.data, b.data)
        and b.first - a.first == 256
        for (_, a), (_, b) in zip(again, seen, strict=True)
    )  # fmt: skip


def test_nothing_is_recorded_after_the_recording_was_stopped(dropout, tmp_path):
    with SessionWriter(tmp_path / "a.xdf") as writer:
        dropout.record(writer)
        arriving = iter(dropout)
        next(arriving)
        dropout.stop_recording()
        for _ in arriving:
            pass
    assert sum(len(chunk) for _, chunk in Recorded(tmp_path / "a.xdf")) == 64


def test_a_second_recording_at_once_is_refused(dropout, tmp_path):
    with SessionWriter(tmp_path / "a.xdf") as writer:
        dropout.record(writer)
        with pytest.raises(StreamError, match="already running"):
            dropout.record(writer)


def test_iterating_again_starts_from_the_beginning(dropout):
    assert facts(dropout) == facts(dropout)


def test_a_closed_source_ends(dropout):
    arriving = iter(dropout)
    next(arriving)
    dropout.close()
    assert list(arriving) == []
    assert dropout.ended


def test_get_gives_chunk_after_chunk_and_then_none(dropout):
    got = []
    while (item := dropout.get(0.1)) is not None:
        got.append(item)
    assert dropout.ended
    assert facts(got) == facts(dropout)


def test_counters_tell_what_was_received_and_lost(dropout):
    for _ in dropout:
        pass
    state = dropout.states()["stream 1"]
    assert (state.received, state.lost, state.state) == (1024, 128, "recorded")
    assert state.effective_hz == pytest.approx(256.0)


def test_streams_of_a_recording_can_be_chosen(tmp_path):
    with SessionWriter(tmp_path / "a.xdf") as writer:
        person = Simulator(seed=1, duration_s=5, trial_s=4, rest_s=1)
        person.record(writer)
        for _ in person:
            pass
    chosen = Recorded(tmp_path / "a.xdf", streams=["Simulated EDA"])
    assert {name for name, _ in chosen} == {"Simulated EDA"}
    with pytest.raises(SessionError, match="it has Simulated EEG, Simulated PPG, Simulated EDA"):
        Recorded(tmp_path / "a.xdf", streams=["EEG"])


def test_late_followers_are_known_to_the_recording(dropout, tmp_path):
    with SessionWriter(tmp_path / "a.xdf") as writer:
        dropout.record(writer)
        writer.event("late", time=1.0, track="eda", tick=7)
    assert Recorded(tmp_path / "a.xdf").late == {("eda", 7)}


@pytest.mark.parametrize("name", ["neuroaffect.acquire", "neuroaffect.acquire.replay"])
def test_replay_needs_no_lsl_library(name):
    code = f"import sys, {name}; sys.exit('pylsl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_all_names_of_the_room_are_there():
    import neuroaffect.acquire as room

    assert all(getattr(room, name) is not None for name in room.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        room.nothing  # noqa: B018
