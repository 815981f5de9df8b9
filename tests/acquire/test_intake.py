"""Packets become chunks: labels, units, sample numbers."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from neuroaffect.acquire import Intake, stream_names
from neuroaffect.session import ClockOffset, Packet, RawStream

EDA = RawStream(
    id=1, name="wrist", type="GSR", rate_hz=16.0, format="float32",
    labels=("EDA",), units=("uS",), types=("GSR",),
)  # fmt: skip

step_s = st.one_of(
    st.just(0.0625), st.floats(0.0, 0.3), st.floats(0.3, 60.0), st.floats(-0.5, 0.0),
    st.floats(-1e4, -1.1),
)  # fmt: skip
deliveries = st.lists(
    st.one_of(st.lists(step_s, min_size=1, max_size=12), st.floats(-1e6, 1e6)), max_size=40
)


def run(intake: Intake, deliveries: list) -> tuple[list, list]:
    """Feed steps of stamps and clock offsets; return (piece or offset, chunk or None) of each."""
    taken, stamp = [], 100.0
    for item in deliveries:
        if isinstance(item, float):
            measured = ClockOffset(1, stamp, item)
            intake.set_offset(measured)
            taken.append((measured, None))
            continue
        stamps = stamp + np.cumsum(item)
        stamp = float(stamps[-1])
        packet = Packet(1, stamps, np.zeros((len(stamps), 1), np.float32))
        taken += [(piece, intake.take(piece)) for piece in intake.split(packet)]
    return taken, [chunk for _, chunk in taken if chunk is not None]


@given(deliveries)
def test_sample_numbers_and_times_never_run_backward(deliveries):
    _, chunks = run(Intake(EDA, name="eda"), deliveries)
    assert all(after.first >= before.end for before, after in pairwise(chunks))
    times = np.concatenate([chunk.times for chunk in chunks] or [np.zeros(0)])
    assert np.all(np.diff(times) >= 0)


@given(deliveries)
def test_no_sample_is_dropped_or_counted_twice(deliveries):
    intake = Intake(EDA, name="eda")
    _, chunks = run(intake, deliveries)
    assert sum(map(len, chunks)) == intake.received
    assert not chunks or chunks[-1].end == intake.received + intake.lost


@given(
    st.sampled_from([0.0, 4.0, 256.0]),
    st.lists(st.lists(st.one_of(st.floats(), st.floats(0, 50), st.just(0.0)), min_size=1)),
)
@example(4.0, [[np.inf, np.inf]])
@example(4.0, [[1.7e308, -1.7e308]])
def test_whatever_is_stamped_every_sample_gets_a_time(rate_hz, pieces):
    intake, times = Intake(replace(EDA, rate_hz=rate_hz), name="eda"), []
    for stamps in pieces:
        packet = Packet(1, np.array(stamps), np.zeros((len(stamps), 1), np.float32))
        times += [intake.take(piece).times for piece in intake.split(packet)]
    times = np.concatenate(times or [np.zeros(0)])
    assert np.isfinite(times).all()
    assert np.all(np.diff(times) >= 0)


@given(deliveries)
def test_an_intake_that_is_told_the_gaps_gives_the_same_chunks(deliveries):
    live = Intake(EDA, name="eda")
    taken, chunks = run(live, deliveries)
    told = Intake(EDA, name="eda", told=True)
    losses = {gap.first: gap.lost for gap in live.gaps}
    again = []
    for item, chunk in taken:
        if chunk is None:
            told.set_offset(item)
        else:
            told.tell_gap(losses.get(told.received, 0))
            again.append(told.take(item))
    assert [chunk.first for chunk in again] == [chunk.first for chunk in chunks]
    assert all(np.array_equal(a.times, b.times) for a, b in zip(again, chunks, strict=True))


@given(deliveries)
def test_the_future_changes_no_chunk(deliveries):
    half = len(deliveries) // 2
    _, chunks = run(Intake(EDA, name="eda"), deliveries)
    _, early = run(Intake(EDA, name="eda"), deliveries[:half])
    assert all(
        a.first == b.first and np.array_equal(a.times, b.times)
        for a, b in zip(early, chunks, strict=False)
    )


def test_labels_become_electrode_names(stream):
    info = Intake(stream(labels=("EEG FP1", "T3", "AUX")), name="eeg").info
    assert info.channels == ("Fp1", "T7", "AUX")


def test_labels_of_other_streams_are_left_alone(stream):
    info = Intake(stream(type="Temp", labels=("T3",), units=("C",)), name="temperature").info
    assert info.channels == ("T3",)


def test_channels_without_a_label_are_numbered(stream):
    assert Intake(stream(labels=("", "")), name="eeg").info.channels == ("ch1", "ch2")


def test_channels_of_one_label_are_told_apart(stream):
    assert Intake(stream(labels=("Fp1", "Fp1")), name="eeg").info.channels == ("Fp1", "Fp1 2")


@pytest.mark.parametrize(("unit", "factor"), [("volts", 1e6), ("mV", 1e3), ("microvolts", 1.0)])
def test_volts_of_any_size_become_microvolts(stream, unit, factor):
    intake = Intake(stream(units=(unit, unit)), name="eeg")
    chunk = intake.take(Packet(1, np.array([0.0]), np.array([[2.0, 3.0]], np.float32)))
    assert intake.info.unit == "uV"
    assert chunk.data.tolist() == [[2.0 * factor, 3.0 * factor]]
    assert chunk.data.dtype == np.float64


def test_each_channel_is_converted_by_its_own_unit(stream):
    intake = Intake(stream(units=("uV", "mV")), name="eeg")
    chunk = intake.take(Packet(1, np.array([0.0]), np.array([[2.0, 2.0]], np.float32)))
    assert chunk.data.tolist() == [[2.0, 2000.0]]


def test_a_string_stream_is_irregular_whatever_rate_it_claims(stream):
    info = Intake(stream(format="string", rate_hz=10.0), name="marks").info
    assert (info.kind, info.rate_hz) == ("markers", 0.0)


def test_streams_of_one_name_are_told_apart_by_type_then_number(stream):
    raws = [
        stream(1, name="Muse", type="EEG"), stream(2, name="Muse", type="PPG"),
        stream(3, name="Muse", type="PPG"), stream(4, name="E4", type="GSR"),
    ]  # fmt: skip
    assert stream_names(raws) == {1: "Muse EEG", 2: "Muse PPG", 3: "Muse PPG 2", 4: "E4"}


def test_values_of_the_packet_are_not_shared(stream):
    values = np.zeros((3, 2))
    chunk = Intake(stream(format="double64"), name="eeg").take(Packet(1, np.arange(3.0), values))
    assert not np.shares_memory(chunk.data, values)
