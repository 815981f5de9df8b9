import numpy as np
import pytest

from neuroaffect.acquire import Arrays, Recorded
from neuroaffect.catalog import load_pipeline
from neuroaffect.parity import check_parity
from neuroaffect.pipeline import Pipeline
from neuroaffect.stream import Chunk, StreamInfo

EEG = StreamInfo(name="cap", kind="eeg", rate_hz=128.0, channels=("Fz", "Cz", "Pz"), unit="uV")
EDA = StreamInfo(name="band", kind="eda", rate_hz=4.0, channels=("skin",), unit="uS")
LEVEL = Pipeline.from_toml("""
name = "level"
hop_s = 0.25
lead = "eeg"
[tracks.eeg]
kind = "eeg"
blocks = [{ block = "entropy", window_s = 0.25, bands = { all = [1, 60] } }]
""")


def arrays(seconds: float = 20.0) -> Arrays:
    rng = np.random.default_rng(1)
    eeg = rng.normal(0.0, 20.0, (round(seconds * 128), 3))
    eda = rng.normal(5.0, 0.1, (round(seconds * 4), 1))
    return Arrays({"cap": (EEG, eeg), "band": (EDA, eda)}, chunk_s=0.3)


class Fickle:
    """A source that says something else each time it is asked: `flips` samples are changed."""

    def __init__(self, flips: int) -> None:
        self._asked = 0
        self._flips = flips
        self._source = arrays(4.0)

    @property
    def streams(self):
        return {"cap": EEG}

    def __iter__(self):
        self._asked += 1
        for name, chunk in self._source:
            if name == "cap":
                data = chunk.data.copy()
                data[: self._flips] += 1e-9 * (self._asked - 1)
                yield name, Chunk(chunk.first, chunk.times, data)

    def close(self) -> None:
        pass


class Lossy:
    """Arrays with 1.5 s lost in the middle, and one sample elsewhere."""

    def __init__(self) -> None:
        self._source = arrays()

    @property
    def streams(self):
        return self._source.streams

    def __iter__(self):
        lost = 0
        for name, chunk in self._source:
            if name == "cap" and 1000 <= chunk.first < 1190:
                continue
            if name == "cap" and chunk.first >= 2000:
                lost = 1
            yield name, Chunk(chunk.first + lost * (name == "cap"), chunk.times, chunk.data)

    def close(self) -> None:
        pass


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.mark.parametrize("pipeline", ["eeg-de", "eeg-eda"])
def test_no_bit_depends_on_the_pieces(rng, pipeline):
    found = check_parity(arrays(), load_pipeline(pipeline), rng=rng)
    assert (found.ticks, found.differing_bits, found.ok) == (80, 0, True)


@pytest.mark.parametrize("pipeline", ["eeg-de", "eeg-eda"])
def test_no_bit_depends_on_the_pieces_across_gaps(rng, pipeline):
    found = check_parity(Lossy(), load_pipeline(pipeline), rng=rng)
    assert found.differing_bits == 0
    assert found.ticks < 80


def test_a_change_of_a_billionth_of_a_microvolt_is_found(rng):
    assert check_parity(Fickle(flips=1), LEVEL, rng=rng).differing_bits > 0


def test_a_source_that_is_the_same_each_time_is_no_difference(rng):
    assert check_parity(Fickle(flips=0), LEVEL, rng=rng).ok


def test_a_recording_shorter_than_a_hop_has_no_tick_and_no_difference(rng):
    found = check_parity(arrays(0.1), LEVEL, rng=rng)
    assert (found.ticks, found.ok) == (0, True)


def test_decisions_of_a_live_run_hold_for_every_cut(rng):
    """A tick that went out without its follower stays without it, however samples arrive."""
    late = {("eda", 40), ("eda", 41)}
    assert check_parity(arrays(), load_pipeline("eeg-eda"), rng=rng, late=late).ok


def test_a_real_muse_recording_passes(rng, clips):
    for path in sorted(clips.rglob("*.xdf")):
        if "muse" in str(path):
            source = Recorded(path, streams=["Muse EEG"])
            assert check_parity(source, load_pipeline("eeg-de"), rng=rng).ok
