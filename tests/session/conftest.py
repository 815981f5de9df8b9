import numpy as np
import pytest

from neuroaffect.session import Packet, RawStream, SessionWriter
from neuroaffect.session.xdf import MAGIC

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


@pytest.fixture
def put(tmp_path):
    """Write raw chunks behind the magic; return the path."""

    def put(*chunks):
        path = tmp_path / "made.xdf"
        path.write_bytes(MAGIC + b"".join(chunks))
        return path

    return put


@pytest.fixture
def samples():
    """Return a recording's (stamps, values) by the name of the stream."""

    def samples(recording):
        names = {stream.id: stream.name for stream in recording.streams}
        found = {}
        for packet in recording.items():
            found.setdefault(names[packet.stream], []).append(packet)
        return {
            name: (
                np.concatenate([packet.stamps for packet in packets]),
                np.concatenate([packet.values for packet in packets]),
            )
            for name, packets in found.items()
        }

    return samples
