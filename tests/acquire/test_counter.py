"""Losses by the device's own counter: exact, whatever the stamps say."""

import gzip
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from neuroaffect.acquire import Intake
from neuroaffect.acquire.describe import describe
from neuroaffect.acquire.description import Counter
from neuroaffect.session import Packet, RawStream


def counted(rate_hz: float, modulus: int) -> Intake:
    raw = RawStream(
        id=1, name="cap", type="EEG", rate_hz=rate_hz, format="float32",
        labels=("Counter", "Cz"), units=("", "uV"), types=("", "EEG"),
    )  # fmt: skip
    description = replace(describe(raw, name="cap"), counter=Counter(column=0, modulus=modulus))
    return Intake(raw, name="cap", description=description)


def numbers(intake: Intake, counts: np.ndarray, stamps: np.ndarray, sizes: list) -> np.ndarray:
    values = np.column_stack([counts, np.zeros(len(counts))]).astype(np.float32)
    found, start = [], 0
    for size in sizes:
        packet = Packet(1, stamps[start : start + size], values[start : start + size])
        start += size
        if len(packet):
            for piece in intake.split(packet):
                chunk = intake.take(piece)
                found.append(np.arange(chunk.first, chunk.end))
    return np.concatenate(found)


def without(index: np.ndarray, *lost: tuple[int, int]) -> np.ndarray:
    for start, stop in lost:
        index = index[(index < start) | (index >= stop)]
    return index


@pytest.mark.parametrize("size", [1, 10, 64, 500])
@pytest.mark.parametrize("lost", [1, 3, 100, 119, 127, 128, 129, 300, 1280])
def test_every_loss_is_counted_exactly(size, lost):
    index = without(np.arange(4000), (2000, 2000 + lost))
    found = numbers(counted(128.0, 128), index % 128, index / 128.0, [size] * 4000)
    assert found[-1] == index[-1]
    # Whole turns are told once a stall is out of question.
    assert np.array_equal(found, index) or lost >= 128


@pytest.mark.parametrize("lost", [128, 300])
def test_whole_turns_are_told_within_a_quarter_of_a_second(lost):
    index = without(np.arange(4000), (2000, 2000 + lost))
    found = numbers(counted(128.0, 128), index % 128, index / 128.0, [4] * 1000)
    assert np.count_nonzero(found != index) <= 32


def test_stamps_that_hide_a_loss_do_not_matter():
    index = without(np.arange(2000), (1000, 1010))
    found = numbers(counted(128.0, 128), index % 128, np.arange(1990) / 128.0, [32] * 63)
    assert np.array_equal(found, index)


def test_a_stall_is_no_turn_of_the_counter():
    index = np.arange(3000)
    stamps = index / 128.0
    stamps[1500:1950] = stamps[1950]
    found = numbers(counted(128.0, 128), index % 128, stamps, [1] * 1500 + [7] * 300)
    assert np.array_equal(found, index)


def test_a_clock_that_is_set_back_loses_nothing():
    index = np.arange(2000)
    stamps = 5000.0 + index / 128.0
    stamps[1000:] -= 3600.0
    intake = counted(128.0, 128)
    assert np.array_equal(numbers(intake, index % 128, stamps, [32] * 63), index)
    assert intake.gaps == []


@pytest.mark.parametrize("odd", [[500, 501, 501, 502], [500, 502, 501, 503]])
def test_repeated_counts_and_swapped_ones_are_made_up_for_at_the_next_loss(odd):
    index = np.concatenate([np.arange(500), odd, without(np.arange(504, 2000), (1000, 1100))])
    stamps = np.maximum.accumulate(index / 128.0)
    intake = counted(128.0, 128)
    found = numbers(intake, index % 128, stamps, [16] * 200)
    assert found[-1] == index[-1]
    assert np.all(np.diff(found) >= 1)


def test_a_device_that_was_started_again_is_judged_by_its_stamps():
    stamps = np.concatenate([np.arange(2000) / 128.0, 30.0 + np.arange(1000) / 128.0])
    counts = np.concatenate([np.arange(2000), np.arange(1000)]) % 1500
    intake = counted(128.0, 1500)
    numbers(intake, counts, stamps, [32] * 100)
    assert sum(gap.lost for gap in intake.gaps) == 30 * 128 - 2000


def test_a_count_that_is_no_number_leaves_it_to_the_stamps():
    index = without(np.arange(2000), (1000, 1064))
    intake = counted(128.0, 128)
    found = numbers(intake, np.full(len(index), np.nan), index / 128.0, [32] * 63)
    assert np.array_equal(found, index)


def test_a_dead_counter_makes_up_no_loss():
    intake = counted(128.0, 128)
    numbers(intake, np.zeros(2000), np.arange(2000) / 128.0, [32] * 63)
    assert intake.gaps == []


def test_a_real_headset_counts_on_without_a_loss(shared):
    path = sorted((shared / "insight").glob("*.csv*"))[0]
    opened = gzip.open(path, "rt") if path.suffix == ".gz" else path.open()
    with opened as rows:
        counts = np.genfromtxt(rows, delimiter=",", skip_header=1, usecols=0)
    intake = counted(128.0, 128)
    found = numbers(intake, counts, np.arange(len(counts)) / 128.0, [16] * 400)
    assert found[-1] - len(counts) + 1 == intake.lost
    assert np.array_equal(found % 128, (counts + found[0] - counts[0]) % 128)


@given(st.data())
@settings(max_examples=30, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_the_sample_number_ends_exact_whatever_delays_and_cuts(data):
    """Within the limits: a second between two losses, and none of all but a few of a turn."""
    rate_hz, modulus = data.draw(st.sampled_from([(128.0, 128), (250.0, 256), (250.0, 2**31)]))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    lengths = data.draw(
        st.lists(
            st.integers(1, 2000).filter(lambda n: n % modulus < modulus - 4),
            min_size=1, max_size=3,
        )
    )  # fmt: skip
    stretches = [np.arange(1000)]
    for lost in lengths:
        begin = stretches[-1][-1] + 1 + lost
        stretches.append(np.arange(begin, begin + data.draw(st.integers(300, 1500))))
    index = np.concatenate(stretches)
    delay_s = data.draw(st.floats(0.0, 0.1))
    stamps = np.maximum.accumulate(index / rate_hz + rng.uniform(0, delay_s, len(index)))
    bunch = data.draw(st.sampled_from([1, 12, 25]))
    stamps = stamps[np.minimum((np.arange(len(index)) // bunch + 1) * bunch, len(index)) - 1]
    sizes = rng.integers(1, data.draw(st.sampled_from([2, 13, 100])), len(index)).tolist()
    found = numbers(counted(rate_hz, modulus), index % modulus, stamps, sizes)
    assert np.all(np.diff(found) >= 1)
    assert found[-1] == index[-1]
