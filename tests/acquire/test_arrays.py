"""Arrays in memory as a source."""

import numpy as np
import pytest

from neuroaffect.acquire.arrays import Arrays, Piece
from neuroaffect.errors import StreamError
from neuroaffect.stream import StreamInfo

EEG = StreamInfo(name="eeg", kind="eeg", rate_hz=128.0, channels=("Fp1", "Fp2"), unit="uV")
EDA = StreamInfo(name="eda", kind="eda", rate_hz=4.0, channels=("EDA",), unit="uS")


@pytest.fixture
def arrays():
    rng = np.random.default_rng(1)
    return {"eeg": (EEG, rng.normal(size=(1000, 2))), "eda": (EDA, rng.normal(size=(31, 1)))}


def test_all_samples_arrive_once(arrays):
    chunks = list(Arrays(arrays))
    for name, (_, data) in arrays.items():
        pieces = [chunk.data for stream, chunk in chunks if stream == name]
        assert np.array_equal(np.concatenate(pieces), data)


def test_chunks_of_all_streams_come_in_order_of_time(arrays):
    ends = [chunk.times[-1] for _, chunk in Arrays(arrays, chunk_s=0.5)]
    assert ends == sorted(ends)


def test_sample_times_follow_the_rate(arrays):
    chunks = [chunk for name, chunk in Arrays(arrays, start_s=10.0) if name == "eeg"]
    assert np.array_equal(
        np.concatenate([chunk.times for chunk in chunks]), 10.0 + np.arange(1000) / 128.0
    )
    assert [chunk.first for chunk in chunks] == list(range(0, 1000, 128))


def test_the_arrays_are_not_shared_with_chunks(arrays):
    for name, chunk in Arrays(arrays):
        assert not np.shares_memory(chunk.data, arrays[name][1])


def test_closing_ends_the_iteration(arrays):
    source = Arrays(arrays)
    arriving = iter(source)
    next(arriving)
    source.close()
    assert list(arriving) == []


def test_an_array_with_other_channels_than_its_info_is_refused():
    with pytest.raises(StreamError, match=r"shape \(5, 3\); it must be \(samples, 2\)"):
        Arrays({"eeg": (EEG, np.zeros((5, 3)))})


def test_an_array_without_a_rate_is_refused():
    marks = StreamInfo(name="marks", kind="markers", rate_hz=0.0, channels=("mark",))
    with pytest.raises(StreamError, match="no rate"):
        Arrays({"marks": (marks, np.zeros((5, 1)))})


def test_pieces_keep_their_own_starts_and_the_gap_counts_its_samples():
    pieces = [Piece(10.0, np.zeros((128, 2))), Piece(13.5, np.ones((64, 2)))]
    chunks = [chunk for _, chunk in Arrays({"eeg": (EEG, pieces)}, start_s=99.0)]
    assert [(chunk.first, len(chunk), chunk.times[0]) for chunk in chunks] == [
        (0, 128, 10.0),
        (448, 64, 13.5),
    ]


def test_rows_are_read_when_their_turn_comes():
    class Asked:
        shape, slices = (1000, 2), []

        def __getitem__(self, rows):
            self.slices.append(rows)
            return np.zeros((1000, 2))[rows]

    asked = Asked()
    next(iter(Arrays({"eeg": (EEG, asked)})))
    assert asked.slices == [slice(0, 128)]


def test_a_piece_with_other_channels_than_its_info_is_refused():
    with pytest.raises(StreamError, match=r"shape \(5, 3\); it must be \(samples, 2\)"):
        Arrays({"eeg": (EEG, [Piece(0.0, np.zeros((5, 2))), Piece(1.0, np.zeros((5, 3)))])})
