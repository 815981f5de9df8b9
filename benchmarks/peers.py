"""Do peers read what we send, and do we read what peers send? Sample by sample.

    python benchmarks/peers.py [--seconds 10] [--json FILE]

mne-lsl's StreamLSL and a plain pylsl inlet receive `neuroaffect replay`; `LslSource` receives
mne-lsl's PlayerLSL and pyxdf's `playback_lsl`, which also shows that pyxdf plays the sessions we
write. Beside every receiver a plain inlet listens to the same sender, and what they got is
compared: values, and stamps as sent. What a receiver missed before it was connected is left out;
from its first sample on nothing may differ or be missing, but for the pull that is under way when
the sender's process ends (pyxdf's does at its last sample), which is counted apart. Each sender
and receiver is a process of its own, since mne-lsl and pylsl bring a liblsl each. Without mne-lsl
its rows are left out.

Exit code 1 if anything differs.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from importlib.util import find_spec
from pathlib import Path

import numpy as np

RATE_HZ, CHANNELS, SLOW_HZ = 256, 8, 4
QUIET_S = 3.0  # nothing for this long after the first sample: the sender has ended
PATIENCE_S = 60.0
MOST_CUT_OFF = 0.3 * RATE_HZ  # a pull that its sender does not live to see the end of
STREAMS = ("cap", "band", "marks")


# --- what is sent


def write_session(path, seconds):
    """Write a headset with jitter and half a second lost, a wristband and markers."""
    from neuroaffect.session import Packet, RawStream, SessionWriter

    def stream(id, name, type, rate_hz, n, format="float32"):
        return RawStream(
            id=id, name=name, type=type, source_id=f"peer-{name}", rate_hz=rate_hz, format=format,
            labels=tuple(f"{name}{i}" for i in range(n)), units=("uV",) * n, types=(type,) * n,
        )  # fmt: skip

    rng = np.random.default_rng(0)
    packets = []
    for id, rate_hz, n in ((1, RATE_HZ, CHANNELS), (2, SLOW_HZ, 1)):
        count, size = round(seconds * rate_hz), max(1, rate_hz // 16)
        stamps = 100.0 + np.arange(count) / rate_hz + rng.uniform(0, 0.2 / rate_hz, count)
        stamps[count // 2 :] += 0.5
        values = rng.normal(0, 20, (count, n)).astype(np.float32)
        packets += [Packet(id, stamps[k : k + size], values[k : k + size])
                    for k in range(0, count, size)]  # fmt: skip
    for k in range(round(2 * seconds)):
        packets.append(Packet(3, np.array([100.1 + k / 2]), np.array([[f"mark {k} ä"]], object)))
    with SessionWriter(path) as writer:
        writer.add(stream(1, "cap", "EEG", RATE_HZ, CHANNELS))
        writer.add(stream(2, "band", "EDA", SLOW_HZ, 1))
        writer.add(stream(3, "marks", "Markers", 0.0, 1, "string"))
        for packet in sorted(packets, key=lambda packet: packet.stamps[-1]):
            writer.write(packet)


def send_mne(folder, seconds):
    """Play an mne Raw with mne-lsl once, when somebody has had time to find it."""
    import mne
    from mne_lsl.player import PlayerLSL

    rng = np.random.default_rng(1)
    names = [f"EEG{i}" for i in range(CHANNELS)]
    data = rng.normal(0, 20e-6, (CHANNELS, round(seconds * RATE_HZ)))
    raw = mne.io.RawArray(data, mne.create_info(names, RATE_HZ, "eeg"), verbose="error")
    player = PlayerLSL(raw, chunk_size=16, n_repeat=np.inf, name="cap", source_id="peer-cap")
    player.start()
    wait_for(folder / "enough")
    player.stop()


# --- who receives: each writes what it got, in order


def take_pylsl(folder, names):
    import pylsl

    inlets = {}
    for name in names:
        found = pylsl.resolve_byprop("name", name, timeout=PATIENCE_S)
        inlets[name] = pylsl.StreamInlet(found[0], max_buflen=360)
        inlets[name].open_stream(timeout=PATIENCE_S)
    got = {name: ([], []) for name in names}

    def pull():
        some = False
        for name, inlet in inlets.items():
            values, stamps = inlet.pull_chunk(timeout=0.0, max_samples=4096, as_numpy=True)
            if len(stamps):
                some = True
                words = values.dtype == object
                got[name][0].extend(
                    [str(v, "utf-8")] if words else v.tolist()
                    for v in (values.ravel() if words else values)
                )
                got[name][1].extend(stamps.tolist())
        return some

    until_quiet(pull, folder)
    keep(folder, "pylsl", got)


def take_ours(folder, names):
    from neuroaffect.acquire import LslSource
    from neuroaffect.session import Packet

    source = LslSource([f"name={name}" for name in names], timeout_s=PATIENCE_S)
    ids = {raw.id: raw.name for raw in source.raws}
    got = {name: ([], []) for name in names}
    newest = [None]

    def end():
        began = time.monotonic()
        while not is_over(began, newest[0], folder):
            time.sleep(0.1)
        source.close()

    threading.Thread(target=end, daemon=True).start()
    for item in source.raw_items():
        if isinstance(item, Packet):
            newest[0] = time.monotonic()
            got[ids[item.stream]][0].extend(item.values.tolist())
            got[ids[item.stream]][1].extend(item.stamps.tolist())
    keep(folder, "ours", got)


def take_mne(folder, names):
    from mne_lsl.stream import StreamLSL

    streams = {name: StreamLSL(bufsize=120, name=name) for name in names}
    for stream in streams.values():
        stream.connect(acquisition_delay=0.05, timeout=PATIENCE_S)
    newest = dict.fromkeys(names, 0.0)

    def pull():
        before = dict(newest)
        for name, stream in streams.items():
            newest[name] = float(stream.get_data()[1][-1])
        return newest != before

    until_quiet(pull, folder)
    got = {}
    for name, stream in streams.items():
        values, stamps = stream.get_data()
        filled = stamps > 0
        got[name] = (values.T[filled].tolist(), stamps[filled].tolist())
        stream.disconnect()
    keep(folder, "mne", got)


def until_quiet(pull, folder):
    began, newest = time.monotonic(), None
    while not is_over(began, newest, folder):
        if pull():
            newest = time.monotonic()
        time.sleep(0.02)


def is_over(began, newest, folder):
    now = time.monotonic()
    if newest is None:
        return now - began > 2 * PATIENCE_S
    return now - newest > QUIET_S or (folder / "enough").exists()


def wait_for(path):
    deadline = time.monotonic() + 3 * PATIENCE_S
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)


def keep(folder, who, got):
    (folder / f"{who}.json").write_text(json.dumps(got))


# --- the comparison


def differences(name, mine, beside, *, endless=False):
    """Return how many samples were compared, and how many values and stamps differ or are missing.

    `mine` is compared with `beside` from where the later of the two begins to where the earlier
    ends. What only `beside` has after that was cut off, which an endless sender does to both.
    """
    (values, stamps), (other_values, other_stamps) = mine[name], beside[name]
    if not stamps or not other_stamps:
        lacking = max(len(stamps), len(other_stamps))
        return {"samples": 0, "values": 0, "stamps": 0, "missing": lacking, "cut_off": 0}
    begin, end = max(stamps[0], other_stamps[0]), min(stamps[-1], other_stamps[-1])
    one, other = (
        [(s, v) for s, v in zip(at, what, strict=True) if begin <= s <= end]
        for at, what in ((stamps, values), (other_stamps, other_values))
    )
    pairs = list(zip(one, other, strict=False))
    return {
        "samples": len(pairs),
        "values": sum(a[1] != b[1] for a, b in pairs),
        "stamps": sum(a[0] != b[0] for a, b in pairs),
        "missing": abs(len(one) - len(other)),
        "cut_off": 0 if endless else sum(s > end for s in other_stamps),
    }


def against_file(name, mine, truth):
    """Compare what arrived with what stands in the file, from the first sample that arrived."""
    values, stamps = mine[name]
    true_values, true_stamps = truth[name]
    if not values or values[0] not in true_values:
        lacking = len(true_values)
        return {"samples": 0, "values": 0, "stamps": 0, "missing": lacking, "cut_off": 0}
    first = true_values.index(values[0])
    both = min(len(values), len(true_values) - first)
    spacing = np.array(stamps[:both]) - stamps[0]
    true_spacing = np.array(true_stamps[first : first + both]) - true_stamps[first]
    return {
        "samples": both,
        "values": sum(a != b for a, b in zip(values[:both], true_values[first:], strict=False)),
        # Stamps are shifted to now: sums of doubles, each exact to 1.5e-11 s near 1e5 s.
        "stamps": int(np.sum(np.abs(spacing - true_spacing) > 1e-9)),
        "missing": len(true_values) - first - len(values),
        "cut_off": 0,
    }


def read(path):
    """Return the session as pyxdf has it: no part of ours is between."""
    import pyxdf

    streams, _ = pyxdf.load_xdf(path, dejitter_timestamps=False, synchronize_clocks=False)
    return {
        s["info"]["name"][0]: (
            s["time_series"] if isinstance(s["time_series"], list) else s["time_series"].tolist(),
            s["time_stamps"].tolist(),
        )
        for s in streams
    }


def start(*arguments):
    return subprocess.Popen(
        list(map(str, arguments)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def scene(folder, sender, receivers, names, seconds):
    """Run a sender and its receivers; return what each receiver got."""
    (folder / "enough").unlink(missing_ok=True)
    processes = [start(*sender)]
    takers = [
        start(sys.executable, __file__, "--role", f"take-{who}", folder, *taken)
        for who, taken in receivers.items()
    ]
    try:
        if "send-mne" in sender:  # it goes round and round until told
            time.sleep(6.0 + seconds)
            (folder / "enough").touch()
        for taker in takers:
            taker.wait(timeout=4 * PATIENCE_S + seconds)
    finally:
        (folder / "enough").touch()
        for process in [*processes, *takers]:
            process.terminate()
            process.wait(timeout=30)
    found = {}
    for who in receivers:
        found[who] = json.loads((folder / f"{who}.json").read_text())
        (folder / f"{who}.json").unlink()
    return found


def measure(seconds):
    rows = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        config = folder / "lsl_api.cfg"
        config.write_text(f"[lab]\nSessionID = {uuid.uuid4().hex}\n")
        os.environ["LSLAPICFG"] = str(config)
        session = folder / "session.xdf"
        write_session(session, seconds)
        truth = read(session)
        has_mne = find_spec("mne_lsl") is not None

        sender = (sys.executable, "-m", "neuroaffect", "replay", session, "--wait", PATIENCE_S)
        receivers = {"pylsl": STREAMS} | ({"mne": STREAMS[:2]} if has_mne else {})
        got = scene(folder, sender, receivers, STREAMS, seconds)
        for name in STREAMS:
            rows[f"replay → pylsl inlet, {name}"] = against_file(name, got["pylsl"], truth)
        for name in receivers.get("mne", ()):
            rows[f"replay → StreamLSL, {name}"] = differences(name, got["mne"], got["pylsl"])

        sender = (sys.executable, "-m", "pyxdf.cli.playback_lsl", session, "--wait_for_consumer")
        got = scene(folder, sender, {"pylsl": STREAMS, "ours": STREAMS}, STREAMS, seconds)
        for name in STREAMS:
            rows[f"pyxdf playback → LslSource, {name}"] = differences(
                name, got["ours"], got["pylsl"]
            )
        if has_mne:
            sender = (sys.executable, __file__, "--role", "send-mne", folder, seconds)
            got = scene(folder, sender, {"pylsl": ["cap"], "ours": ["cap"]}, ["cap"], seconds)
            rows["PlayerLSL → LslSource, cap"] = differences(
                "cap", got["ours"], got["pylsl"], endless=True
            )
    return rows


def is_same(row):
    differs = row["values"] or row["stamps"] or row["missing"] or row["cut_off"] > MOST_CUT_OFF
    return row["samples"] > 0 and not differs


def main():
    if sys.argv[1:2] == ["--role"]:
        role, folder, *rest = sys.argv[2:]
        if role == "send-mne":
            send_mne(Path(folder), float(rest[0]))
        else:
            {"take-pylsl": take_pylsl, "take-ours": take_ours, "take-mne": take_mne}[role](
                Path(folder), rest
            )
        return 0
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    rows = measure(arguments.seconds)
    for name, row in rows.items():
        print(
            f"{'same' if is_same(row) else 'DIFFERS'}  {name}: {row['samples']} samples, "
            f"{row['values']} values and {row['stamps']} stamps differ, {row['missing']} missing, "
            f"{row['cut_off']} cut off at the end"
        )
    if find_spec("mne_lsl") is None:
        print("mne-lsl is not installed; its rows are left out (pip install 'neuroaffect[bench]')")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1))
    return 0 if all(map(is_same, rows.values())) else 1


if __name__ == "__main__":
    sys.exit(main())
