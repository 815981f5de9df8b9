"""Pieces of XDF files put together by hand, and what is read from them, by us and by pyxdf."""

import struct

import numpy as np
import pyxdf

from neuroaffect.session import ClockOffset, Packet, open_recording
from neuroaffect.session.xdf import pack_chunk


def read(path):
    """Return stamps and values of each stream that has samples, by id."""
    found = {}
    for item in open_recording(path).items():
        if isinstance(item, Packet):
            found.setdefault(item.stream, []).append(item)
    return {
        id: (
            np.concatenate([packet.stamps for packet in packets]),
            np.concatenate([packet.values for packet in packets]),
        )
        for id, packets in found.items()
    }


def offsets(path):
    return [item for item in open_recording(path).items() if isinstance(item, ClockOffset)]


def assert_equal_to_pyxdf(path):
    got = read(path)
    streams, _ = pyxdf.load_xdf(path, synchronize_clocks=False, dejitter_timestamps=False)
    for stream in streams:
        if len(stream["time_stamps"]):
            stamps, values = got[stream["info"]["stream_id"]]
            assert np.array_equal(stamps, stream["time_stamps"])
            assert np.array_equal(values, np.asarray(stream["time_series"], values.dtype))
    assert len(got) == sum(len(stream["time_stamps"]) > 0 for stream in streams)


def info(**fields):
    fields = {
        "name": "x", "type": "EEG", "channel_count": "1", "nominal_srate": "10",
        "channel_format": "int16", **fields,
    }  # fmt: skip
    inner = "".join(f"<{key}>{value}</{key}>" for key, value in fields.items())
    return f"<info>{inner}</info>".encode()


def samples(*parts):
    """Return the content of a samples chunk of int16 samples, (stamp or None, value) each."""
    content = bytes([1, len(parts)])
    for stamp, value in parts:
        content += b"\0" if stamp is None else struct.pack("<Bd", 8, stamp)
        content += struct.pack("<h", value)
    return content


def chunk(tag, content, stream=1):
    return pack_chunk(tag, content, stream=stream)
