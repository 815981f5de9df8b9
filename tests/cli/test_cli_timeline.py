"""A stream as a line of signs."""

import pytest

from neuroaffect.acquire.description import Description
from neuroaffect.cli.timeline import bar, timeline
from neuroaffect.stream import StreamInfo
from neuroaffect.survey import StreamSurvey, Survey


@pytest.fixture
def surveyed():
    """Return a function that makes the survey of a stream of 100 Hz."""

    def of(*gaps, start_s=0.0, duration_s=99.99, rate_hz=100.0, moments=(), samples=10_000):
        info = StreamInfo(name="s", kind="eeg", rate_hz=rate_hz, channels=("Fp1",), unit="uV")
        return StreamSurvey(
            description=Description(info=info, columns=(0,), factors=(1.0,)),
            effective_rate_hz=rate_hz, ppm=None, samples=samples,
            lost=round(sum(length_s for _, length_s in gaps) * rate_hz), start_s=start_s,
            duration_s=duration_s, clock="lsl", offsets=None, gaps=gaps, moments=moments,
            suspicions=(), defects=(),
        )  # fmt: skip

    return of


def test_a_whole_stream_is_a_whole_bar(surveyed):
    assert bar(surveyed(), total_s=100.0, cells=10) == "█" * 10


def test_a_gap_is_where_it_was(surveyed):
    assert bar(surveyed((20.0, 10.0)), total_s=100.0, cells=10) == "██·███████"


def test_a_gap_of_one_sample_is_not_lost_on_a_long_bar(surveyed):
    assert bar(surveyed((25.0, 0.01)), total_s=100.0, cells=10) == "██▓███████"


def test_most_of_a_cell_gone_is_told_from_a_little(surveyed):
    assert bar(surveyed((20.0, 8.0), (40.0, 2.0)), total_s=100.0, cells=10) == "██░█▓█████"


def test_a_stream_that_joins_late_and_leaves_early_has_nothing_there(surveyed):
    line = bar(surveyed(start_s=20.0, duration_s=59.99), total_s=100.0, cells=10)
    assert line == "··██████··"


def test_single_samples_are_marks(surveyed):
    line = bar(surveyed(rate_hz=0.0, moments=(0.0, 55.0, 100.0)), total_s=100.0, cells=10)
    assert line == "│····│···│"


def test_a_stream_without_a_sample_is_empty(surveyed):
    assert bar(surveyed(samples=0), total_s=100.0, cells=10) == "·" * 10


def test_a_stream_that_lost_one_sample_has_not_received_all(surveyed):
    found = Survey(
        format="XDF", start_s=0.0, streams=(surveyed((5.0, 0.01)),), events=(), defects=()
    )
    (line, *_) = timeline(found, width=60)
    assert line.plain.endswith("99.99 %")
