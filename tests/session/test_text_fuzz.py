"""Text that is damaged in any way ends in data or in one sentence, never in a traceback."""

import gzip
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neuroaffect.acquire.recorded import Recorded
from neuroaffect.errors import SessionError

FILES = {
    "e4.csv": ("stress_predict/S01/IBI.csv", "IBI.csv"),
    "pulse.csv": ("stress_predict/S01/BVP.csv", "BVP.csv"),
    "muse.csv": ("biohack/s1-understandingtest.csv.gz", "muse.csv"),
    "cyton.txt": ("openbci/cyton-cut.txt", "cyton.txt"),
    "insight.csv": ("insight/closed-cut.csv", "insight.csv"),
}
SPITE = [b"", b",", b"\n", b"nan", b"-inf", b"1e999", b"%", b"\x00", b"\xff\xfe", b"0", b"-", b";",
         b"9" * 400, b",,,,,,", b"\r", b'"', b"1_0", b"\xc2\xb5", b"COUNTER,AF3\n"]  # fmt: skip

patient = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def content(clips, name):
    path = clips / FILES[name][0]
    data = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
    return data[:6000]


@st.composite
def damages(draw):
    """Return (place in 0..1, bytes removed, what takes their place) a few times."""
    return draw(
        st.lists(
            st.tuples(
                st.floats(0, 1), st.integers(0, 300), st.sampled_from(SPITE) | st.binary(max_size=9)
            ),
            min_size=1,
            max_size=6,
        )
    )


def damaged(data, damage):
    for place, length, instead in damage:
        at = int(place * len(data))
        data = data[:at] + instead + data[at + length :]
    return data


def play(path):
    """Read a recording to its end; what is no recording says so in one line."""
    error = None
    try:
        chunks = [chunk for _, chunk in Recorded(path)]
    except SessionError as refused:
        chunks, error = [], refused
    assert all(np.isfinite(chunk.times).all() for chunk in chunks)
    assert "\n" not in str(error)


@pytest.mark.parametrize("name", FILES)
@patient
@given(damage=damages())
def test_damaged_text_ends_in_data_or_one_sentence(name, damage, clips, tmp_path):
    path = tmp_path / FILES[name][1]
    path.write_bytes(damaged(content(clips, name), damage))
    play(path)


@pytest.mark.parametrize("name", ["muse.csv", "pulse.csv"])
@patient
@given(damage=damages())
def test_damaged_gzip_ends_in_data_or_one_sentence(name, damage, clips, tmp_path):
    path = tmp_path / f"{FILES[name][1]}.gz"
    path.write_bytes(damaged(gzip.compress(content(clips, name)), damage))
    play(path)


@patient
@given(damage=damages())
def test_a_damaged_archive_ends_in_data_or_one_sentence(damage, clips, tmp_path):
    whole = shutil.make_archive(tmp_path / "whole", "zip", clips / "stress_predict" / "S01")
    path = tmp_path / "damaged.zip"
    path.write_bytes(damaged(Path(whole).read_bytes(), damage))
    play(path)
