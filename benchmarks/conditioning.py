"""What the conditioning of an EEG does, beside mne and scipy, which see the future.

    python benchmarks/conditioning.py [--data FOLDER] [--json FILE] [--png FILE]

Eyes: real eye movements (a vertical EOG) put into real EEG without any (ten cleaned rests with
eyes closed), with known shares, so that the truth is known; what is left of them, and what
happens to the brain while the eyes rest, after `ocular` and after mne's EOGRegression over the
whole recording. Then a recording with EOG electrodes (EEGLAB's sample), where nobody knows the
truth: power while the eyes move and while they rest.

Artifacts: the share of time that `artifact` flags, in the cleaned rests and in a recording with
blinks, a clenched jaw and closed eyes (OpenBCI); `muscle` on the same. Mains: what the notch
finds in recordings from both sides of the Atlantic.

Reference: how far `rest` and the average are off from infinity over all dipoles of the model;
`laplacian` and `rest` against mne's, in the same numbers. Resampling: `resample` against
`scipy.signal.resample_poly`, delay taken off, and the time of either.

The picture shows the OpenBCI recording before and after, and real eyes taken out of a real brain.
"""

import argparse
import json
import time
from pathlib import Path

import mne
import numpy as np
from rich.console import Console
from rich.table import Table
from scipy import signal

from neuroaffect.blocks import Artifact, Muscle, Notch, Ocular, Reference, Resample
from neuroaffect.montage import canonical, head_sphere, lead_field
from neuroaffect.stream import StreamInfo

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
HOP_S, LEARNT_S = 0.25, 30.0
FRONT = {"Fp1": 0.9, "Fp2": 0.9, "F3": 0.4, "F4": 0.4, "F7": 0.35, "F8": 0.35, "Fz": 0.45,
         "C3": 0.15, "C4": 0.15, "Cz": 0.2, "T7": 0.1, "T8": 0.1}  # fmt: skip
# Of the OpenBCI recording, read off a plot; its SOURCE.md gives the order.
OPENBCI_S = {"blinks": (4.0, 7.0), "jaw": (8.0, 14.5), "eyes closed": (25.0, 53.0)}
console = Console(width=130)
mne.set_log_level("ERROR")


# --- recordings and steps


def eegmat(data, subject):
    raw = mne.io.read_raw_edf(data / f"eegmat/Subject{subject:02d}_1.edf")
    names = [n for n in raw.ch_names if n.startswith("EEG") and "A2" not in n]
    return raw.info["sfreq"], tuple(canonical(n) for n in names), 1e6 * raw.get_data(names).T


def eeglab(data):
    raw = mne.io.read_raw_eeglab(data / "eeglab/eeglab_data.set")
    return raw.info["sfreq"], tuple(raw.ch_names), 1e6 * raw.get_data().T


def openbci(data):
    path = next((data / "openbci").glob("*.txt"))
    lines = [line for line in path.read_text().splitlines() if not line.startswith("%")][1:]
    x = np.array([line.split(",")[1:9] for line in lines], dtype=float)
    return 250.0, tuple(f"channel {n}" for n in range(1, 9)), x


def run(block, rate_hz, channels, x):
    """Return what comes out of each hop, the step's quality after it, and the step."""
    info = StreamInfo(name="cap", kind="eeg", rate_hz=rate_hz, channels=channels, unit="uV")
    step, hop = block.start(info), round(HOP_S * rate_hz)
    given = [np.ascontiguousarray(x[i : i + hop]) for i in range(0, len(x) - hop + 1, hop)]
    out, quality = [], []
    for piece in given:
        out.append(step.process(piece))
        quality.append(step.quality)
    return out, quality, step


def in_mne(rate_hz, channels, x, eog=()):
    kinds = ["eog" if label in eog else "eeg" for label in channels]
    return mne.io.RawArray(1e-6 * x.T, mne.create_info(list(channels), rate_hz, kinds))


def band(x, low_hz, high_hz, rate_hz):
    sos = signal.butter(2, (low_hz, high_hz), "bandpass", fs=rate_hz, output="sos")
    return signal.sosfiltfilt(sos, x, axis=0)


def decibels(x, of):
    with np.errstate(divide="ignore"):  # equal: minus infinity
        return float(10 * np.log10(np.mean(x**2) / np.mean(of**2)))


# --- eyes


def regressed(rate_hz, channels, x, eog):
    """Return mne's regression over the whole recording, in µV, all channels."""
    raw = in_mne(rate_hz, channels, x, eog).set_eeg_reference([])
    raw.filter(0.1, None, picks="all")
    model = mne.preprocessing.EOGRegression(picks="eeg", picks_artifact="eog").fit(raw)
    return 1e6 * model.apply(raw).get_data().T


def moving(eog, rate_hz, sds=6.0):
    """Return where an EOG channel moves, and where none does within 0.3 s; both once settled."""
    size = np.abs(band(eog, 0.5, 8.0, rate_hz))
    moves = (size > sds * np.median(size, axis=0)).any(axis=1)
    near = signal.convolve(moves, np.ones(round(0.6 * rate_hz)), "same") > 0.5
    late = np.arange(len(eog)) > LEARNT_S * rate_hz
    return moves & late, ~near & late


def scene(data, subject):
    """Return rate, labels, signal with eyes, and the brain without; VEOG is the last channel."""
    veog = 1e6 * np.loadtxt(data / "neurokit/eog_100hz.csv", skiprows=1)
    rate_hz, channels, brain = eegmat(data, subject)
    eyes = signal.resample_poly(veog - veog[0], round(rate_hz), 100)[: len(brain)]
    brain = brain[: len(eyes)]
    shares = np.array([FRONT.get(label, 0.03) for label in channels])
    # An EOG electrode sees the front of the brain as well.
    eog = eyes + 0.3 * brain[:, :2].mean(axis=1)
    return (
        rate_hz,
        (*channels, "VEOG"),
        np.column_stack([brain + eyes[:, None] * shares, eog]),
        brain,
    )


def eyes_known(data):
    """Real eyes in a real brain: return a row per way, medians over ten people."""
    rows = {"ours": [], "mne": []}
    for subject in range(10):
        rate_hz, labels, x, brain = scene(data, subject)
        cleaned = {
            "ours": np.concatenate(run(Ocular(eog="VEOG"), rate_hz, labels, x)[0]),
            "mne": regressed(rate_hz, labels, x, ("VEOG",)),
        }
        moves, rests = moving(x[:, [-1]], rate_hz)
        front = [labels.index(label) for label in FRONT]
        for way, y in cleaned.items():
            n = min(len(y), len(moves))
            rows[way].append(_known(y[:n], x[:n], brain[:n], front, moves[:n], rests[:n], rate_hz))
    return [{"way": way, **medians(found)} for way, found in rows.items()]


def _known(y, x, brain, front, moves, rests, rate_hz):
    left, before = (band(z[:, front] - brain[:, front], 1.0, 30.0, rate_hz) for z in (y, x))
    row = {"left_db": decibels(left[moves], before[moves])}
    for name, low_hz, high_hz in (("delta-theta", 1, 8), ("alpha", 8, 13), ("beta", 13, 30)):
        ours, truth = (band(z[:, front], low_hz, high_hz, rate_hz) for z in (y, brain))
        row[f"{name}_db"] = decibels(ours[rests], truth[rests])
    return row


def eyes_recorded(data):
    """EEGLAB's sample: return a row per way and channel."""
    rate_hz, channels, x = eeglab(data)
    eog = ("EOG1", "EOG2")
    cleaned = {
        "ours": np.concatenate(run(Ocular(eog=eog), rate_hz, channels, x)[0]),
        "mne": regressed(rate_hz, channels, x, eog),
    }
    moves, rests = moving(x[:, [channels.index(label) for label in eog]], rate_hz)
    rows = []
    for way, y in cleaned.items():
        for label in ("F3", "Fz", "F4", "Cz", "Pz"):
            i, n = channels.index(label), min(len(y), len(x))
            row = {"way": way, "channel": label}
            for name, low_hz, high_hz, where in (
                ("moving_db", 0.5, 8, moves), ("resting_db", 0.5, 8, rests),
                ("resting_fast_db", 8, 30, rests),
            ):  # fmt: skip
                after, before = (band(z[:n, i], low_hz, high_hz, rate_hz) for z in (y, x))
                row[name] = decibels(after[where[:n]], before[where[:n]])
            rows.append(row)
    return rows


def medians(rows):
    return {key: float(np.median([row[key] for row in rows])) for key in rows[0]}


# --- artifacts, muscle, mains


def artifacts(data):
    """Return the share of time flagged in the rests, and a row per stretch of the OpenBCI one."""
    rests = [1 - np.mean(run(Artifact(), *eegmat(data, subject))[1]) for subject in range(10)]
    rate_hz, channels, x = openbci(data)
    x = np.concatenate(run(Notch(mains_hz="auto", harmonics=2, q=10), rate_hz, channels, x)[0])
    bad = 1 - np.array(run(Artifact(), rate_hz, channels, x)[1])
    nats = np.array(run(Muscle(), rate_hz, channels, x)[0])[:, :, 0]
    rows = []
    for name, (start_s, stop_s) in OPENBCI_S.items():
        at = slice(round(start_s / HOP_S), round(stop_s / HOP_S))
        rows.append({"stretch": name, "flagged": bad[at].mean(axis=0).round(2).tolist(),
                     "muscle_nats": np.median(nats[at], axis=0).round(2).tolist()})  # fmt: skip
    return {"rests_flagged": [float(share) for share in rests], "openbci": rows}


def mains(data):
    """Return a row per recording: the mains found, and the hum in µV before and after."""
    bdf = mne.io.read_raw_bdf(data / "eeglab/test.bdf")
    given = {
        "openbci (USA)": openbci(data),
        "eeglab_data.set (USA)": eeglab(data),
        "test.bdf": (bdf.info["sfreq"], tuple(bdf.ch_names), 1e6 * bdf.get_data().T),
        "eegmat 0 (notched)": eegmat(data, 0),
    }
    rows = []
    for name, (rate_hz, channels, x) in given.items():
        out, _, step = run(Notch(mains_hz="auto"), rate_hz, channels, x)
        row = {"recording": name, "mains_hz": step.mains_hz}
        if step.mains_hz:
            y = np.concatenate(out)
            for key, z in (("hum_uv", x), ("hum_after_uv", y)):
                hz, density = signal.welch(z[len(z) // 4 :], rate_hz, nperseg=512, axis=0)
                line = np.abs(hz - step.mains_hz) <= 1.0
                row[key] = float(np.median(np.sqrt(density[line].sum(axis=0) * hz[1])))
        rows.append(row)
    return rows


# --- reference, resampling


def references(data):
    """Return what rest and average are off from infinity, and our numbers against mne's."""
    caps = {
        "10-20, 19": eegmat(data, 0)[1],
        "64": tuple(mne.channels.make_standard_montage("biosemi64").ch_names),
    }
    rows = []
    for name, cap in caps.items():
        at_infinity = np.ascontiguousarray(lead_field(cap).T)
        off = [
            np.sqrt(np.mean((one_hop(Reference(to=to), cap, at_infinity) - at_infinity) ** 2))
            for to in ("rest", "average")
        ]
        rows.append({"cap": name, "rest_over_average": float(off[0] / off[1])})
    rate_hz, cap, x = eegmat(data, 0)
    x = np.ascontiguousarray(x[: round(10 * rate_hz)])
    return {"off": rows, "against_mne": against_mne(rate_hz, cap, x)}


def one_hop(block, channels, x):
    info = StreamInfo(name="cap", kind="eeg", rate_hz=128.0, channels=channels, unit="uV")
    return block.start(info).process(x)


def against_mne(rate_hz, cap, x):
    """Return the largest difference, relative to the RMS of what comes out."""
    names = mne.channels.get_builtin_montages()
    name = "colin27_1005" if "colin27_1005" in names else "standard_1005"
    montage = mne.channels.make_standard_montage(name)
    every = mne.create_info(montage.ch_names, rate_hz, "eeg").set_montage(montage)
    sphere = mne.make_sphere_model("auto", "auto", every)
    grid = mne.setup_volume_source_space(sphere=sphere, exclude=30.0, pos=15.0)
    raw = in_mne(rate_hz, cap, x).set_montage(montage)
    forward = mne.make_forward_solution(raw.info, trans=None, src=grid, bem=sphere)
    theirs = {"rest": raw.copy().set_eeg_reference("REST", forward=forward).get_data().T * 1e6}
    centre, radius = head_sphere()
    positions = {label: montage.get_positions()["ch_pos"][label] for label in cap}
    raw.set_montage(mne.channels.make_dig_montage(positions, coord_frame="head"))
    density = mne.preprocessing.compute_current_source_density(raw, sphere=(*centre, radius))
    theirs["laplacian"] = density.get_data().T * 1e3
    found = {}
    for to, expected in theirs.items():
        y = one_hop(Reference(to=to), cap, x)
        found[to] = float(np.abs(y - expected).max() / np.sqrt(np.mean(expected**2)))
    return found


def resampling(data):
    """Return a row per pair of rates: difference from scipy, and milliseconds per second."""
    rate_hz, channels, x = eegmat(data, 0)
    rows = []
    for to_hz in (250.0, 128.0, 100.0):
        block = Resample(rate_hz=to_hz)
        start = time.perf_counter()
        out, _, step = run(block, rate_hz, channels, x)
        ours_s, y = time.perf_counter() - start, np.concatenate(out)
        start = time.perf_counter()
        theirs = signal.resample_poly(x, step._up, step._down, axis=0)
        theirs_s = time.perf_counter() - start
        later = theirs[: len(y) - block.half_width_samples]
        there = slice(100, len(later) - 100)
        off = (y[block.half_width_samples :] - later)[there]
        seconds = len(x) / rate_hz
        rows.append({"from_hz": rate_hz, "to_hz": to_hz, "off_db": decibels(off, later[there]),
                     "ours_ms_per_s": 1e3 * ours_s / seconds,
                     "scipy_ms_per_s": 1e3 * theirs_s / seconds})  # fmt: skip
    return rows


# --- out


def show(title, rows):
    table = Table(*rows[0], title=title, title_justify="left")
    for row in rows:
        table.add_row(*(written(row.get(key)) for key in rows[0]))
    console.print(table)


def written(value):
    if isinstance(value, list):
        return " ".join(f"{v:g}" for v in value)
    if isinstance(value, float):
        return f"{value:.3g}" if 0 < abs(value) < 0.1 else f"{value:.2f}"
    return "-" if value is None else str(value)


def picture(path, data):
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(3, 1, figsize=(10, 6.4), layout="constrained")
    draw_openbci(axes[:2], data)
    draw_eyes(axes[2], data)
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
        axis.legend(loc="lower right", bbox_to_anchor=(1, 0.98), fontsize=8, frameon=False, ncols=4)
    figure.savefig(path, dpi=80)


def draw_openbci(axes, data, length_s=60.0):
    rate_hz, channels, raw = openbci(data)
    raw = raw[: round(length_s * rate_hz)]
    notch = Notch(mains_hz="auto", harmonics=2, q=10)
    notched = np.concatenate(run(notch, rate_hz, channels, raw)[0])
    bad = 1 - np.array(run(Artifact(), rate_hz, channels, notched)[1])
    high = signal.butter(1, 0.5, "highpass", fs=rate_hz, output="sos")
    t = np.arange(len(notched)) / rate_hz
    for axis, i in zip(axes, (0, 2), strict=True):
        ways = ((raw, "0.8", "as it comes"), (notched, "C0", "60 Hz found and notched"))
        for z, colour, label in ways:
            y = signal.sosfilt(high, z[: len(t), i] - z[0, i])
            axis.plot(t, y, color=colour, lw=0.6, label=label)
        for n, hop in enumerate(np.flatnonzero(bad[:, i])):
            axis.axvspan(hop * HOP_S, (hop + 1) * HOP_S, color="C3", alpha=0.15, lw=0,
                         label=None if n else "flagged as artifact")  # fmt: skip
        axis.set(ylim=(-400, 400), xlim=(0, length_s), ylabel=f"{channels[i]}, µV")
        axis.set_xlabel("seconds of the OpenBCI recording: blinks, jaw, eyes closed")


def draw_eyes(axis, data, start_s=60.0, length_s=12.0):
    rate_hz, labels, x, brain = scene(data, 1)
    i, at = (
        labels.index("Fz"),
        slice(round(start_s * rate_hz), round((start_s + length_s) * rate_hz)),
    )
    y = np.concatenate(run(Ocular(eog="VEOG"), rate_hz, labels, x)[0])
    t = np.arange(len(x))[at] / rate_hz
    ways = ((x, "0.7", "brain and eyes"), (brain, "C1", "brain"), (y, "C0", "eyes taken out"))
    for z, colour, label in ways:
        axis.plot(t, band(z[:, [i]], 0.5, 40.0, rate_hz)[at, 0], color=colour, lw=0.9, label=label)
    axis.set(xlim=(start_s, start_s + length_s), ylabel="Fz, µV")
    axis.set_xlabel("seconds of a cleaned rest with real eye movements put in, 0.5 to 40 Hz")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--png", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    data = arguments.data
    found = {
        "eyes, truth known": eyes_known(data),
        "eyes, EEGLAB's sample": eyes_recorded(data),
        "artifacts": artifacts(data),
        "mains": mains(data),
        "reference": references(data),
        "resampling": resampling(data),
    }
    for title in ("eyes, truth known", "eyes, EEGLAB's sample", "mains", "resampling"):
        show(title, found[title])
    shares = 100 * np.array(found["artifacts"]["rests_flagged"])
    console.print(
        f"cleaned rests: flagged {shares.mean():.2f} % of the time, at most {shares.max():.2f}"
    )
    show("OpenBCI, channels 1 to 8", found["artifacts"]["openbci"])
    show("off from infinity, rms over all dipoles", found["reference"]["off"])
    console.print("largest difference from mne over rms:", found["reference"]["against_mne"])
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1))
    if arguments.png:
        picture(arguments.png, data)


if __name__ == "__main__":
    main()
