"""From a sample's arrival to its prediction's arrival at an LSL client: ours beside a bare loop.

    python benchmarks/live_path.py [--seconds 30] [--rounds 3]

One process sends a cap over LSL, one predicts, one receives the predictions. The predicting
process is `neuroaffect live` in one turn and a loop written by hand in the next (pull_chunk →
sosfilt → ring → entropy → the same network in eager torch → push_sample), in the same run, for
32 channels at 128 Hz, 62 at 200 Hz and 64 at 1000 Hz. A prediction carries the stamp of its
hop's last sample, which the sender takes as it sends, so the client's clock minus that stamp is
the whole way. CPU is the predicting process's own, over the same seconds.

Prints ratios (ours / bare), writes benchmarks/out/live_path.json.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import numpy as np

CONFIGS = ((32, 128, 8), (62, 200, 10), (64, 1000, 10))  # channels, Hz, samples per sent chunk
HOP_S = 0.25
WINDOW_S = 2.0
BANDS = {"theta": (4, 8), "alpha": (8, 14), "beta": (14, 31), "gamma": (31, 49)}
BAND_PASS_HZ = (1.0, 50.0)
OUT = Path(__file__).parent / "out"

PIPELINE = f"""
name = "bench"
hop_s = {HOP_S}
lead = "eeg"

[tracks.eeg]
kind = "eeg"
blocks = [
  {{ block = "quality" }},
  {{ block = "reference" }},
  {{ block = "bandpass", low_hz = {BAND_PASS_HZ[0]}, high_hz = {BAND_PASS_HZ[1]} }},
  {{ block = "entropy", bands = "rbtransformer", window_s = {WINDOW_S} }},
]
"""


def send(key, channels, rate, per_chunk):
    """Send noise of a falling spectrum, as EEG has, in small chunks by an absolute schedule.

    White noise would be taken for a headset that nobody wears, and not be spoken of.
    """
    import pylsl
    from scipy import signal

    info = pylsl.StreamInfo(f"cap-{key}", "EEG", channels, rate, "float32", f"cap-{key}")
    outlet = pylsl.StreamOutlet(info)
    rng = np.random.default_rng(0)
    white = rng.standard_normal((rate * 10, channels))
    keep = np.exp(-2 * np.pi * 2.0 / rate)  # flat up to 2 Hz, falling from there on
    noise = signal.lfilter([1.0], [1.0, -keep], white, axis=0)
    noise = (20 * noise / noise.std()).astype(np.float32)
    start, sent = pylsl.local_clock(), 0
    while True:
        due = start + (sent + per_chunk) / rate
        time.sleep(max(0.0, due - pylsl.local_clock()))
        piece = noise[sent % len(noise) :][:per_chunk]
        piece = piece if len(piece) == per_chunk else noise[:per_chunk]
        now = pylsl.local_clock()
        outlet.push_chunk(piece, now - np.arange(per_chunk - 1, -1, -1) / rate)
        sent += per_chunk


def receive(name, seconds):
    """Print the age of each prediction on arrival, once they flow."""
    import pylsl

    found = pylsl.resolve_byprop("name", name, timeout=120)
    inlet = pylsl.StreamInlet(found[0])
    inlet.open_stream(timeout=10)
    ages, deadline = [], None
    while deadline is None or time.monotonic() < deadline:
        sample, stamp = inlet.pull_sample(timeout=0.5)
        if sample is None:
            continue
        ages.append(pylsl.local_clock() - stamp)
        # The first second holds the connection and caches that warm up.
        deadline = deadline or time.monotonic() + seconds + 1.0
    print(json.dumps(ages[round(1.0 / HOP_S) :]))


def run_ours(key, bundle, name):
    from neuroaffect.acquire import AffectOutlet, LslSource
    from neuroaffect.live import Live
    from neuroaffect.models import AffectModel

    model = AffectModel.load(bundle)
    source = LslSource([f"name=cap-{key}"], hop_s=HOP_S)
    live = Live(source, model, sinks=[AffectOutlet(model.targets, name=name, source_id=name)])
    live.run()


def run_bare(key, bundle, name, rate):
    """Do the same as a careful hand would write it: numpy buffers, no Python lists."""
    import pylsl
    import torch
    from scipy import signal

    from neuroaffect.models import rebuild

    torch.set_num_threads(1)
    network = rebuild(bundle).eval()
    inlet = pylsl.StreamInlet(pylsl.resolve_byprop("name", f"cap-{key}", timeout=60)[0])
    inlet.open_stream(timeout=10)
    channels = inlet.channel_count
    labels = ("valence", "valence_sd")
    outlet = pylsl.StreamOutlet(pylsl.StreamInfo(name, "Affect", len(labels), 0, "double64", name))
    band_pass = signal.butter(4, BAND_PASS_HZ, "bandpass", fs=rate, output="sos")
    state = np.zeros((len(band_pass), 2, channels))
    filters = [signal.butter(3, band, "bandpass", fs=rate, output="sos") for band in BANDS.values()]
    states = [np.zeros((len(sos), 2, channels)) for sos in filters]
    ring = np.zeros((len(filters), round(WINDOW_S * rate), channels))
    hop, pending, stamps = round(HOP_S * rate), [], None
    count = 0
    inlet.flush()
    while True:
        x, stamps = inlet.pull_chunk(timeout=1.0, max_samples=hop - count, as_numpy=True)
        if len(stamps) == 0:
            continue
        pending.append(x)
        count += len(stamps)
        if count < hop:
            continue
        x = np.concatenate(pending).astype(np.float64)
        pending, count = [], 0
        x = x - x.mean(axis=1, keepdims=True)
        x, state = signal.sosfilt(band_pass, x, axis=0, zi=state)
        ring[:, :-hop] = ring[:, hop:]
        for band, sos in enumerate(filters):
            ring[band, -hop:], states[band] = signal.sosfilt(sos, x, axis=0, zi=states[band])
        entropy = 0.5 * np.log(2 * np.pi * np.e * ring.var(axis=1)).T
        with torch.inference_mode():
            logits = network(torch.from_numpy(entropy[None]).float())
            p = torch.softmax(logits, dim=-1)[0, 1].item()
        outlet.push_sample([2 * p - 1, 2 * (p * (1 - p)) ** 0.5], stamps[-1])


def make_bundle(folder, channels, rate):
    """Save an untrained network as a bundle: its weights do not matter for time."""
    import torch

    from neuroaffect.affect import Target
    from neuroaffect.models import InputShape, build, save
    from neuroaffect.pipeline import Pipeline
    from neuroaffect.stream import StreamInfo

    torch.manual_seed(0)
    info = StreamInfo(
        name="cap", kind="eeg", rate_hz=rate,
        channels=tuple(f"ch{i + 1}" for i in range(channels)), unit="uV",
    )  # fmt: skip
    pipeline = Pipeline.from_toml(PIPELINE).resolve({"cap": info})
    targets = (Target(dimension="valence"),)
    shape = InputShape(electrodes=info.channels, features=tuple(BANDS))
    network = build("rbtransformer", shape=shape, targets=targets)
    save(
        folder, network=network, pipeline=pipeline,
        normaliser=(np.zeros(shape.size), np.ones(shape.size)),
        targets=targets, rates_hz={"eeg": rate}, shape=shape,
    )  # fmt: skip


def start(*arguments):
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, __file__, *map(str, arguments)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # liblsl greets at every start
        text=True,
    )


def cpu_seconds(process):
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def turn(kind, config, bundle, seconds):
    """Return the ages (s) of all predictions of one turn, and the share of one core used."""
    channels, rate, per_chunk = config
    key = uuid.uuid4().hex[:8]
    name = f"affect-{key}"
    sender = start("--role", "send", key, channels, rate, per_chunk)
    client = start("--role", "receive", name, seconds)
    predictor = start("--role", kind, key, bundle, name, rate)
    try:
        time.sleep(12)  # imports, discovery, settling
        before, at = cpu_seconds(predictor), time.monotonic()
        output, _ = client.communicate(timeout=seconds + 120)
        share = (cpu_seconds(predictor) - before) / (time.monotonic() - at)
    finally:
        for process in (predictor, sender, client):
            process.kill()
            process.wait()
    return json.loads(output), share


def measure(seconds, rounds):
    results = []
    for config in CONFIGS:
        ages = {"ours": [], "bare": []}
        shares = {"ours": [], "bare": []}
        with tempfile.TemporaryDirectory() as scratch:
            bundle = Path(scratch) / "bundle"
            make_bundle(bundle, config[0], config[1])
            for _ in range(rounds):
                for kind in ("ours", "bare"):
                    found, share = turn(kind, config, bundle, seconds)
                    ages[kind] += found
                    shares[kind].append(share)
        row = {"channels": config[0], "rate_hz": config[1]}
        for kind in ages:
            p50, p99 = np.percentile(ages[kind], [50, 99]) * 1000
            row[kind] = {
                "predictions": len(ages[kind]), "p50_ms": p50, "p99_ms": p99,
                "cpu": float(np.median(shares[kind])),
            }  # fmt: skip
        row["p99_ratio"] = row["ours"]["p99_ms"] / row["bare"]["p99_ms"]
        row["p50_ratio"] = row["ours"]["p50_ms"] / row["bare"]["p50_ms"]
        row["cpu_ratio"] = row["ours"]["cpu"] / row["bare"]["cpu"]
        results.append(row)
        print(
            f"{config[0]} ch {config[1]} Hz: p50 {row['ours']['p50_ms']:.2f} ms "
            f"(x{row['p50_ratio']:.2f}), p99 {row['ours']['p99_ms']:.2f} ms "
            f"(x{row['p99_ratio']:.2f} of bare {row['bare']['p99_ms']:.2f}), "
            f"CPU {100 * row['ours']['cpu']:.1f} % (x{row['cpu_ratio']:.2f})",
            flush=True,
        )
    return results


def main():
    if sys.argv[1:2] == ["--role"]:
        role, *rest = sys.argv[2:]
        if role == "send":
            send(rest[0], *map(int, rest[1:]))
        elif role == "receive":
            receive(rest[0], float(rest[1]))
        elif role == "ours":
            run_ours(*rest[:3])
        else:
            run_bare(*rest[:3], int(rest[3]))
        return
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    results = measure(arguments.seconds, arguments.rounds)
    OUT.mkdir(exist_ok=True)
    (OUT / "live_path.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
