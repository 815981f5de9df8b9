"""Losses by a device's own counter, against what was really taken away."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroaffect.session.counted import Counted, Counting, modulus_of, step_of
from neuroaffect.session.wrapped import turns_of

RATE_HZ = 250.0


@st.composite
def streams(draw):
    """Return (true numbers of the samples that arrived, stamps that are up to 30 ms late)."""
    pieces = draw(st.lists(st.tuples(st.integers(1, 400), st.integers(0, 900)), max_size=8))
    kept, at = [], 0
    for length, lost in pieces:
        kept.append(np.arange(at, at + length))
        at += length + lost
    kept = np.concatenate(kept) if kept else np.arange(1)
    late = np.random.default_rng(draw(st.integers(0, 99))).uniform(0, 0.03, len(kept))
    return kept, np.maximum.accumulate(kept / RATE_HZ + late)


@given(stream=streams(), start=st.integers(0, 255), step=st.sampled_from([1, 2]))
def test_every_loss_is_counted_exactly_however_long(stream, start, step):
    kept, stamps = stream
    counted = Counted(Counting(modulus=256, step=step), rate_hz=RATE_HZ)
    lost = counted.take((start + step * kept).astype(float) % 256, stamps)
    assert np.array_equal(lost[1:], np.diff(kept) - 1)


@given(stream=streams(), cuts=st.lists(st.integers(1, 900), max_size=5))
def test_losses_do_not_depend_on_how_the_rows_are_cut(stream, cuts):
    kept, stamps = stream
    whole = Counted(Counting(modulus=256), rate_hz=RATE_HZ).take(kept % 256.0, stamps)
    cut = Counted(Counting(modulus=256), rate_hz=RATE_HZ)
    pieces = [
        cut.take(numbers % 256.0, times)
        for numbers, times in zip(
            np.split(kept, sorted(set(cuts))), np.split(stamps, sorted(set(cuts))), strict=True
        )
        if len(numbers)
    ]
    assert np.array_equal(np.concatenate(pieces), whole)


@pytest.mark.parametrize(("highest", "modulus"), [(127, 128), (128, 129), (255, 256), (999, 1000)])
def test_a_counter_starts_again_after_its_highest_number(highest, modulus):
    assert modulus_of(highest) == modulus


@pytest.mark.parametrize(
    ("numbers", "step"), [([0, 1, 2, 3], 1), ([0, 2, 4, 6], 2), ([0, 0, 1, 1, 2, 2], 0), ([7], 1)]
)
def test_the_step_of_a_counter_is_how_it_mostly_goes(numbers, step):
    assert step_of(np.array(numbers), 256) == step


@given(
    hz=st.floats(0.5, 12.0), amplitude=st.floats(1e3, 1.5e5), level=st.integers(3, 30),
    phase=st.floats(0, 6),
)  # fmt: skip
def test_a_wrapped_wave_that_is_slower_than_half_a_circle_comes_back(hz, amplitude, level, phase):
    """Steps stay under a fifth of 65536 at 128 Hz, so nothing is uncertain."""
    amplitude = min(amplitude, 0.19 * 2**16 * 128 / (2 * np.pi * hz))
    n = np.arange(1280)
    true = np.round(level * 2**16 + amplitude * np.sin(2 * np.pi * hz * n / 128 + phase))
    true = true.astype(np.int64)
    stored = (true + 2**15) % 2**16 - 2**15
    turns = turns_of(stored, level=level * 2**16, least=64)
    off = (stored + 2**16 * turns - true) / 2**16
    assert len(set(off)) == 1
