import numpy as np
import pytest

from neuroaffect.session import Packet, RawStream, SessionWriter

LABELS = ("Fp1", "Fp2", "Cz")


def make_stream(*, id=1, name="cap", format="float32", rate_hz=100.0, channels=3, **other):
    labels = tuple(LABELS[k % 3] + "'" * (k // 3) for k in range(channels))
    return RawStream(
        id=id, name=name, type="EEG", rate_hz=rate_hz, format=format, labels=labels,
        units=("µV",) * channels, types=("EEG",) * channels, **other,
    )  # fmt: skip


def make_packet(stream, *, first=0, samples=10, start=1000.0):
    index = np.arange(first, first + samples)
    values = (index[:, None] * 3 + np.arange(len(stream.labels))) % 100
    if stream.format == "string":
        texts = [[f"Wörld {value}" for value in row] for row in values]
        values = np.array(texts, object).reshape(samples, -1)
    else:
        values = values.astype(stream.dtype)
    return Packet(stream.id, start + index / 100.0, values)


@pytest.fixture
def stream():
    return make_stream


@pytest.fixture
def packet():
    return make_packet


@pytest.fixture
def write(tmp_path):
    """Write streams and items into a new file; return its path."""

    def write(streams, items, *, name="session.xdf", **options):
        path = tmp_path / name
        with SessionWriter(path, **options) as writer:
            for stream in streams:
                writer.add(stream)
            for item in items:
                writer.write(item)
        return path

    return write
