"""How wrong the newest sample's time is after a gap: ours beside liblsl's dejitter and pyxdf.

    python benchmarks/gaps.py [--warm-s 30] [--packet-s 0.05] [--late-ms 0] [--json F] [--png F]

A device goes silent and comes back while its LSL outlet stays alive, as Bluetooth does. A pylsl
outlet sends with explicit stamps, as fast as it goes; two inlets take the very same packets: one
raw, for our intake, one with liblsl's processing (clocksync | dejitter | monotonize). The same
samples are then written to XDF by our session writer and loaded by `pyxdf.load_xdf` as it is
called by default, once marked `can_drop_samples` as our sessions are and once not, as files of
other recorders are.

Prints the error in seconds (time given minus true time) of the sample that is newest 0.1 to 60 s
after the gap, and the largest error of any sample in units of the sample interval; `--late-ms`
adds delays with that mean, exponential, to the stamps.
"""

import argparse
import json
import logging
import os
import tempfile
import uuid
from pathlib import Path

import numpy as np

CASES = ((256, 1.0), (256, 3.0), (64, 10.0), (4, 30.0), (4, 60.0))  # Hz, seconds lost
AFTER_S = (0.1, 5.0, 10.0, 20.0, 40.0, 60.0)
WAYS = ("ours", "liblsl", "pyxdf", "pyxdf, marked")
WAIT_S = 5.0


def isolate(folder):
    """Keep other streams of this network out; before liblsl is first used."""
    config = folder / "lsl_api.cfg"
    config.write_text(f"[lab]\nSessionID = {uuid.uuid4().hex}\n[log]\nlevel = -3\n")
    os.environ["LSLAPICFG"] = str(config)


def device(rate_hz, gap_s, warm_s, late_s, start_s):
    """Return the true times of what arrives, and its stamps."""
    index = np.arange(round((warm_s + gap_s + AFTER_S[-1] + 1.0) * rate_hz))
    begin = round(warm_s * rate_hz)
    index = index[(index < begin) | (index >= begin + round(gap_s * rate_hz))]
    true = start_s + index / rate_hz
    late = np.random.default_rng(1).exponential(late_s, len(true)) if late_s else 0.0
    return true, np.maximum.accumulate(true + late)


def described(rate_hz, *, marked):
    from neuroaffect.session import RawStream

    header = (
        f"<info><name>device</name><type>EEG</type><channel_count>1</channel_count>"
        f"<nominal_srate>{rate_hz}</nominal_srate><channel_format>float32</channel_format>"
        f"<desc><synchronization><can_drop_samples>{'true' if marked else 'false'}"
        f"</can_drop_samples></synchronization></desc></info>"
    )
    return RawStream(
        id=1, name="device", type="EEG", source_id="device", rate_hz=float(rate_hz),
        format="float32", labels=("Cz",), units=("uV",), types=("EEG",), header=header,
    )  # fmt: skip


def live(rate_hz, stamps, size):
    """Return the times that our intake and liblsl give the same packets as they come."""
    import pylsl

    from neuroaffect.acquire import Intake
    from neuroaffect.session import Packet

    name = uuid.uuid4().hex
    outlet = pylsl.StreamOutlet(pylsl.StreamInfo(name, "EEG", 1, rate_hz, "float32", name))
    found = pylsl.resolve_byprop("name", name, timeout=30)[0]
    flags = pylsl.proc_clocksync | pylsl.proc_dejitter | pylsl.proc_monotonize
    raw, processed = pylsl.StreamInlet(found), pylsl.StreamInlet(found, processing_flags=flags)
    for inlet in (raw, processed):
        inlet.open_stream(timeout=30)
    processed.time_correction(timeout=30)
    intake = Intake(described(rate_hz, marked=True), name="device")
    times = {"ours": [], "liblsl": []}
    for start in range(0, len(stamps), size):
        piece = stamps[start : start + size]
        outlet.push_chunk(np.zeros((len(piece), 1), np.float32), piece)
        values, sent = pull(raw, len(piece))
        for part in intake.split(Packet(1, sent, values)):
            times["ours"].append(intake.take(part).times)
        times["liblsl"].append(pull(processed, len(piece))[1])
    return {way: np.concatenate(pieces) for way, pieces in times.items()}, intake


def pull(inlet, count):
    """Return exactly the samples of one pushed piece."""
    values, stamps = inlet.pull_chunk(
        timeout=WAIT_S, max_samples=count, min_samples=count, as_numpy=True
    )
    if len(stamps) != count:
        raise RuntimeError(f"of {count} samples sent {len(stamps)} came within {WAIT_S:g} s")
    return values, stamps


def loaded(rate_hz, stamps, size, folder, *, marked):
    """Return the stamps that pyxdf makes of a session of these packets."""
    import pyxdf

    from neuroaffect.session import Packet, SessionWriter

    path = folder / f"{uuid.uuid4().hex}.xdf"
    with SessionWriter(path) as writer:
        writer.add(described(rate_hz, marked=marked))
        for start in range(0, len(stamps), size):
            piece = stamps[start : start + size]
            writer.write(Packet(1, piece, np.zeros((len(piece), 1), np.float32)))
    logging.getLogger("pyxdf").setLevel(logging.ERROR)
    streams, _ = pyxdf.load_xdf(path)
    [stream] = [one for one in streams if one["info"]["name"][0] == "device"]
    return stream["time_stamps"]


def measure(rate_hz, gap_s, options, folder):
    import pylsl

    size = max(1, round(options.packet_s * rate_hz))
    start_s = pylsl.local_clock()
    true, stamps = device(rate_hz, gap_s, options.warm_s, options.late_ms / 1000, start_s)
    times, intake = live(rate_hz, stamps, size)
    times["pyxdf"] = loaded(rate_hz, stamps, size, folder, marked=False)
    times["pyxdf, marked"] = loaded(rate_hz, stamps, size, folder, marked=True)
    back_s = start_s + options.warm_s + gap_s
    newest = [np.searchsorted(true, back_s + after - 1e-6) for after in AFTER_S]
    errors = {way: times[way] - true for way in WAYS}
    largest = {way: float(np.abs(error).max()) for way, error in errors.items()}
    return {
        "rate_hz": rate_hz, "gap_s": gap_s, "after_s": AFTER_S,
        "lost": sum(gap.lost for gap in intake.gaps), "truly_lost": round(gap_s * rate_hz),
        "error_s": {way: error[newest].tolist() for way, error in errors.items()},
        "largest_s": largest,
        "largest_samples": {way: value * rate_hz for way, value in largest.items()},
    }  # fmt: skip


def show(row):
    print(
        f"\n{row['rate_hz']} Hz, {row['gap_s']:g} s lost: "
        f"{row['lost']} of {row['truly_lost']} samples counted"
    )
    print(f"  {'s after':14}" + "".join(f"{after:>9g}" for after in AFTER_S) + "   largest")
    for way in WAYS:
        errors = "".join(f"{error:9.3f}" for error in row["error_s"][way])
        largest = row["largest_s"][way]
        print(f"  {way:14}{errors}  {largest:8.3f} s = {row['largest_samples'][way]:.3g} samples")


def draw(rows, path):
    """Draw the error of the newest sample over the time since the gap, a panel for each case."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, panels = plt.subplots(1, len(rows), figsize=(13, 3), layout="constrained")
    for panel, row in zip(panels, rows, strict=True):
        for way, colour in (("liblsl", "#d55e00"), ("pyxdf", "#0072b2"), ("ours", "#009e73")):
            panel.plot(row["after_s"], row["error_s"][way], "o-", color=colour, label=way, ms=4)
        panel.set_title(f"{row['rate_hz']} Hz, {row['gap_s']:g} s lost", fontsize=10)
        panel.set_xlabel("seconds after the gap")
        panel.grid(alpha=0.3)
    panels[0].set_ylabel("error of the newest stamp / s")
    panels[0].legend(frameon=False)
    figure.savefig(path, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--warm-s", type=float, default=30.0, help="before the gap")
    parser.add_argument("--packet-s", type=float, default=0.05)
    parser.add_argument("--late-ms", type=float, default=0.0, help="mean delay of the stamps")
    parser.add_argument("--json", type=Path, default=None)
    parser.add_argument("--png", type=Path, default=None, help="draw the table; needs matplotlib")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        isolate(Path(scratch))
        rows = []
        for rate_hz, gap_s in CASES:
            rows.append(measure(rate_hz, gap_s, options, Path(scratch)))
            show(rows[-1])
    worst = max(row["largest_samples"]["ours"] for row in rows)
    theirs = {way: max(row["largest_s"][way] for row in rows) for way in WAYS[1:]}
    print(
        f"\nours: at most {worst:.2g} of a sample interval off; "
        + ", ".join(f"{way}: up to {value:.1f} s" for way, value in theirs.items())
    )
    for row in rows if worst else ():  # stamps without delay leave nothing to divide by
        mine = row["largest_s"]["ours"]
        ratios = (f"{way} {row['largest_s'][way] / mine:.0f}x" for way in WAYS[1:])
        print(f"{row['rate_hz']} Hz, {row['gap_s']:g} s: {', '.join(ratios)} our largest error")
    if options.json is not None:
        options.json.write_text(json.dumps(rows, indent=1))
    if options.png is not None:
        draw(rows, options.png)


if __name__ == "__main__":
    main()
