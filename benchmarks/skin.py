"""Tonic, phasic and responses of skin conductance: ours beside neurokit2's, which see the future.

    python benchmarks/skin.py [--data FOLDER] [--people 10] [--json FILE] [--png FILE]

On simulated conductance with known responses, at 4 and at 32 Hz: precision and recall of the
responses, onset within 1 s (recall of those of 0.05 µS and more), error of their height, and how
well level and phasic part are met. neurokit2 runs over the whole signal at once: `eda_phasic`
(high-pass, and cvxEDA where cvxopt is installed) with `eda_peaks` after it, its peaks below
0.05 µS left out. Then the same with motion and lost contact in the signal, with and without a
motion gate. neurokit2's own simulation is a third truth, though no skin's: its responses rise in
0.25 s and have lost half after 0.5 s.

On recordings (Empatica E4, laboratory): correlation of our tonic and phasic part with
neurokit2's, as they are and with the lag taken off that is best, and of the number of responses
per minute. There nobody knows the truth. The picture is the first minutes of one of them.
"""

import argparse
import json
import time
import warnings
from importlib.util import find_spec
from pathlib import Path

import neurokit2 as nk
import numpy as np
from rich.console import Console
from rich.table import Table
from skin_truth import simulate

from neuroaffect.blocks import Skin
from neuroaffect.blocks.skin.thinned import Thinned
from neuroaffect.stream import StreamInfo

LEAST_US, WITHIN_S, SETTLE_S, MOST_LAG_S = 0.05, 1.0, 30.0, 2.0
PEERS = {"highpass": "nk high-pass"} | (
    {"cvxeda": "nk cvxEDA"} if find_spec("cvxopt") is not None else {}
)
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
console = Console(width=150)


# --- the ways


def ours(x, rate_hz, good=None):
    """Return seconds, tonic, phasic, and (onset, height, told at) of each response."""
    thinned = Thinned(rate_hz, 1, about_hz=8.0)
    good = np.ones(len(x), bool) if good is None else good
    channel = Skin().channel(thinned.rate_hz)
    t, rows, found = [], [], []
    each = round(rate_hz / thinned.rate_hz)
    for i in range(0, len(x) - each + 1, each):
        [[mean]], _ = thinned.push(x[i : i + each, None], np.array([True]))
        sample = channel.push(float(mean), usable=bool(good[i : i + each].all()))
        t.append((i + each - 1) / rate_hz)
        rows.append((sample.tonic_us, sample.phasic_us))
        if sample.response:
            found.append((t[-1] - sample.response.age_s, sample.response.amplitude_us, t[-1]))
    return np.array(t), *np.array(rows).T, np.array(found).reshape(-1, 3)


def theirs(x, rate_hz, method):
    """Return tonic, phasic, and (onset, height) of each response of 0.05 µS and more."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x = nk.eda_clean(x, sampling_rate=rate_hz) if rate_hz > 7 else x  # slower, it cannot
        parts = nk.eda_phasic(x, sampling_rate=rate_hz, method=method)
        try:
            _, peaks = nk.eda_peaks(
                parts["EDA_Phasic"].to_numpy(), sampling_rate=rate_hz, amplitude_min=0.001
            )
        except (ValueError, IndexError):  # it finds none
            peaks = {"SCR_Onsets": [], "SCR_Height": [], "SCR_Amplitude": []}
    found = np.column_stack([peaks["SCR_Onsets"], peaks["SCR_Amplitude"]]).reshape(-1, 2)
    found = found[np.isfinite(found).all(axis=1) & (found[:, 1] >= LEAST_US)]
    found[:, 0] /= rate_hz
    return parts["EDA_Tonic"].to_numpy(), parts["EDA_Phasic"].to_numpy(), found


# --- how close


def pair(true_s, found_s):
    """Return (found, true) indices of onsets within a second, nearest first come."""
    pairs, free = [], set(range(len(true_s)))
    for i, at in enumerate(found_s):
        near = [(abs(at - true_s[j]), j) for j in free if abs(at - true_s[j]) <= WITHIN_S]
        if near:
            j = min(near)[1]
            free.discard(j)
            pairs.append((i, j))
    return pairs


def counts(truth, found, inside=None):
    """Return what precision, recall and height error are made of."""
    found = found if inside is None else found[[inside(at) for at in found[:, 0]]]
    pairs = pair(truth.onsets_s, found[:, 0])
    large = [truth.heights_us[j] >= LEAST_US for j in range(len(truth.onsets_s))]
    if inside is not None:
        large = [a and inside(at) for a, at in zip(large, truth.onsets_s, strict=True)]
    errors = [found[i, 1] / truth.heights_us[j] - 1 for i, j in pairs]
    hit = sum(large[j] for _, j in pairs)
    return {"found": len(found), "true": len(pairs), "large": sum(large), "hit": hit,
            "errors": errors}  # fmt: skip


def merit(rows):
    found, true, large, hit = (sum(r[k] for r in rows) for k in ("found", "true", "large", "hit"))
    errors = np.concatenate([r["errors"] for r in rows])
    precision, recall = true / max(found, 1), hit / max(large, 1)
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / max(precision + recall, 1e-9),
        "height_error": float(np.median(np.abs(errors))) if len(errors) else None,
    }


def parts_met(truth, tonic, phasic, at):
    """Return how well the parts are met after the first half minute, at these samples."""
    late = (truth.t[at] > SETTLE_S) & np.isfinite(tonic)
    true_tonic, true_phasic = truth.tonic[at][late], truth.phasic[at][late]
    return (
        correlation(tonic[late], true_tonic),
        float(np.sqrt(np.mean((tonic[late] - true_tonic) ** 2))),
        correlation(phasic[late], true_phasic),
    )


def correlation(a, b):
    there = np.isfinite(a) & np.isfinite(b)
    return float(np.corrcoef(a[there], b[there])[0, 1])


def best_lag(a, b, rate_hz):
    """Return the highest correlation with `a` moved earlier by up to two seconds, and the lag."""
    lags = range(round(MOST_LAG_S * rate_hz) + 1)
    found = [correlation(a[lag:], b[: len(b) - lag]) for lag in lags]
    best = int(np.argmax(found))
    return found[best], best / rate_hz


# --- simulated


def clean(rate_hz, per_min, people):
    """Return a row per way on undisturbed signals."""
    rows = {}
    for person in range(people):
        rng = np.random.default_rng([person, per_min])
        truth = simulate(rng, rate_hz, length_s=600.0, per_min=per_min)
        t, tonic, phasic, found = ours(truth.x, rate_hz)
        at = np.round(t * rate_hz).astype(int)
        told_s = found[:, 2] - found[:, 0]
        row = (counts(truth, found), parts_met(truth, tonic, phasic, at), told_s)
        rows.setdefault("ours", []).append(row)
        for method, name in PEERS.items():
            if method == "cvxeda" and rate_hz > 8:
                continue  # minutes per signal
            tonic, phasic, found = theirs(truth.x, rate_hz, method)
            row = (counts(truth, found), parts_met(truth, tonic, phasic, slice(None)), [np.nan])
            rows.setdefault(name, []).append(row)
    return [
        {"signal": f"{rate_hz:g} Hz, {per_min}/min", "way": way, **merit([r[0] for r in them]),
         **dict(zip(("tonic_r", "tonic_rmse_us", "phasic_r"),
                    np.median([r[1] for r in them], axis=0).tolist(), strict=True)),
         "told_after_onset_s": float(np.median(np.concatenate([r[2] for r in them])))}
        for way, them in rows.items()
    ]  # fmt: skip


def spoilt(rate_hz, people):
    """Return a row per way on signals with motion and lost contact: outside and inside them."""
    rows = {}
    for person in range(people):
        rng = np.random.default_rng([person, 99])
        truth = simulate(rng, rate_hz, length_s=900.0, per_min=6, spoilt=True)
        bad = truth.moving | truth.loose

        def outside(at, bad=bad):
            return not bad[max(0, int((at - 1) * rate_hz)) : int((at + 3) * rate_hz) + 1].any()

        ways = {
            "ours, gated": ours(truth.x, rate_hz, ~truth.moving)[3],
            "ours, no gate": ours(truth.x, rate_hz)[3],
            "nk high-pass": theirs(truth.x, rate_hz, "highpass")[2],
        }
        for name, found in ways.items():
            false = [at for at in found[:, 0] if not outside(at)]
            hits = len(pair(truth.onsets_s, np.array(false)))
            row = (counts(truth, found, outside), len(false) - hits, bad.sum() / rate_hz / 60)
            rows.setdefault(name, []).append(row)
    return [
        {"signal": f"{rate_hz:g} Hz, motion and contact", "way": way,
         **merit([r[0] for r in them]),
         "false_per_bad_min": sum(r[1] for r in them) / sum(r[2] for r in them)}
        for way, them in rows.items()
    ]  # fmt: skip


def neurokits(rate_hz, people):
    """Return a row per way on neurokit2's simulation, whose responses begin evenly spaced."""
    rows = {}
    for person in range(people):
        x = 2.0 + nk.eda_simulate(
            duration=300, sampling_rate=rate_hz, scr_number=20, noise=0.003, drift=0.001,
            random_state=person,
        )  # fmt: skip
        onsets = np.linspace(0, 300, 20, endpoint=False)
        ways = {"ours": ours(x, rate_hz)[3], "nk high-pass": theirs(x, rate_hz, "highpass")[2]}
        for way, found in ways.items():
            # Theirs have a gradual start, so that a slope is to be seen up to 5 s later.
            late = [np.abs(found[:, 0] - onset - 2.5).min() <= 3.5 for onset in onsets[1:]]
            rows.setdefault(way, []).append((sum(late), len(onsets) - 1, len(found)))
    return [
        {"way": way, "recall": sum(r[0] for r in them) / sum(r[1] for r in them),
         "found_per_true": sum(r[2] for r in them) / sum(r[1] for r in them)}
        for way, them in rows.items()
    ]  # fmt: skip


# --- recorded


def recordings(data):
    """Yield name, rate and conductance of each recording."""
    for path in sorted(data.glob("stress_predict/raw/S*/EDA.csv")):
        yield f"E4 {path.parent.name}", 4.0, np.loadtxt(path, skiprows=2)
    for path in sorted(data.glob("flirt/empatica/EDA.csv")):
        yield "E4 flirt", 4.0, np.loadtxt(path, skiprows=2)
    for path in sorted(data.glob("neurokit/bio_*_100hz.csv")):
        columns = path.read_text().split("\n", 1)[0].strip().replace('"', "").split(",")
        if "EDA" in columns:
            x = np.loadtxt(path, delimiter=",", skiprows=1, usecols=columns.index("EDA"))
            yield path.stem.replace("_100hz", ""), 100.0, x


def agreement(name, rate_hz, x):
    """Return how our parts and rates agree with neurokit2's on one recording."""
    t, tonic, phasic, found = ours(x, rate_hz)
    each = round(rate_hz * (t[1] - t[0]))
    slow_hz = rate_hz / each
    means = x[: len(t) * each].reshape(-1, each).mean(axis=1)  # what ours works on
    late = t > SETTLE_S
    row = {
        "recording": name,
        "minutes": len(x) / rate_hz / 60,
        "used": float(np.isfinite(tonic).mean()),
    }
    for method, short in zip(PEERS, ("hp", "cvx"), strict=False):
        peer_tonic, peer_phasic, peaks = theirs(means, slow_hz, method)
        row[f"{short}_tonic_r"] = correlation(tonic[late], peer_tonic[late])
        row[f"{short}_phasic_r"] = correlation(phasic[late], peer_phasic[late])
        row[f"{short}_phasic_r_lag"], row[f"{short}_lag_s"] = best_lag(
            phasic[late], peer_phasic[late], slow_hz
        )
        row[f"{short}_rate_r"], row["per_min"], row[f"{short}_per_min"] = rates(
            t, tonic, found, peaks
        )
    if len(PEERS) > 1:
        a, b = (theirs(means, slow_hz, method) for method in PEERS)
        row["peers_phasic_r"] = correlation(a[1][late], b[1][late])
        row["peers_rate_r"] = rates(t, tonic, a[2], b[2])[0]
    return row


def rates(t, tonic, found, peaks):
    """Return correlation of responses per minute and both means, over minutes wholly used."""
    edges = np.arange(60.0, t[-1], 60.0)
    used = np.histogram(t[np.isfinite(tonic)], edges)[0] >= 0.99 * np.histogram(t, edges)[0]
    a, b = np.histogram(found[:, 0], edges)[0][used], np.histogram(peaks[:, 0], edges)[0][used]
    if len(a) < 3 or a.std() == 0 or b.std() == 0:
        return None, float(a.mean()) if len(a) else None, float(b.mean()) if len(b) else None
    return float(np.corrcoef(a, b)[0, 1]), float(a.mean()), float(b.mean())


def cost():
    """Return microseconds per hop of a quarter second, the quickest of 20 rounds."""
    found = {}
    for rate_hz in (4, 15, 100):
        info = StreamInfo(name="w", kind="eda", rate_hz=rate_hz, channels=("EDA",), unit="uS")
        step, x = Skin().start(info), np.full((max(1, rate_hz // 4), 1), 3.0)
        for _ in range(200):
            step.process(x)
        rounds = []
        for _ in range(20):
            start = time.perf_counter()
            for _ in range(200):
                step.process(x)
            rounds.append((time.perf_counter() - start) / 200 * 1e6)
        found[f"{rate_hz} Hz"] = min(rounds)
    return found


# --- shown


def summary(rows):
    """Return the median and the quartiles over the E4 recordings."""
    rows = [row for row in rows if row["recording"].startswith("E4 S")]
    keys = [key for key in rows[0] if key != "recording"] if rows else []
    for name, share in (("E4 median", 50), ("E4 quarter", 25), ("E4 three quarters", 75)):
        values = {k: [row[k] for row in rows if row.get(k) is not None] for k in keys}
        yield {"recording": name} | {
            k: float(np.percentile(v, share)) for k, v in values.items() if v
        }


def show(title, rows):
    keys = list(dict.fromkeys(key for row in rows for key in row if "lag" not in key))
    table = Table(*[key.replace("_", " ") for key in keys], title=title)
    for row in rows:
        table.add_row(*[written(row.get(key)) for key in keys])
    console.print(table)


def written(value):
    if isinstance(value, str):
        return value
    return "–" if value is None or np.isnan(value) else f"{value:.2f}"


def picture(path, data, start_s=60.0, length_s=360.0):
    """Draw one E4 recording as we and neurokit2 see it."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    name, rate_hz, x = next(r for r in recordings(data) if r[0] == "E4 S05")
    t, tonic, phasic, found = ours(x, rate_hz)
    peers = {method: theirs(x, rate_hz, method) for method in PEERS}
    shown = (t >= start_s) & (t < start_s + length_s)
    _, (above, below) = plt.subplots(2, 1, figsize=(10, 5.6), sharex=True)
    above.plot(t[shown], x[: len(t)][shown], color="0.6", lw=1, label="conductance")
    above.plot(t[shown], tonic[shown], color="C0", label="tonic, ours (causal)")
    below.plot(t[shown], phasic[shown], color="C0", label="phasic, ours (causal)")
    for (method, (peer_tonic, peer_phasic, peaks)), colour in zip(
        peers.items(), ("C1", "C2"), strict=False
    ):
        label = f"{PEERS[method].replace('nk', 'neurokit2')}"
        above.plot(t[shown], peer_tonic[: len(t)][shown], color=colour, lw=1, label=label)
        below.plot(t[shown], peer_phasic[: len(t)][shown], color=colour, lw=1, label=label)
        at = peaks[(peaks[:, 0] >= start_s) & (peaks[:, 0] < start_s + length_s), 0]
        place = -0.72 if colour == "C1" else -0.84
        below.plot(at, np.full(len(at), place), "|", color=colour, ms=8)
    seen = found[(found[:, 0] >= start_s) & (found[:, 2] < start_s + length_s)]
    below.plot(seen[:, 0], np.full(len(seen), -0.6), "|", color="C0", ms=8)
    below.annotate("onsets", (start_s - 4, -0.72), ha="right", va="center", annotation_clip=False)
    for axis, label in ((above, "µS"), (below, "µS above the level")):
        axis.set_ylabel(label)
        axis.legend(loc="lower left", bbox_to_anchor=(0, 1), fontsize=8, frameon=False, ncols=4)
        axis.spines[["top", "right"]].set_visible(False)
    below.set_xlabel(f"seconds of {name}")
    plt.tight_layout()
    plt.savefig(path, dpi=80)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--png", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    found = {
        "simulated": [
            row
            for rate_hz in (4, 32)
            for n in (4, 10)
            for row in clean(rate_hz, n, arguments.people)
        ],
        "spoilt": [row for rate_hz in (4, 32) for row in spoilt(rate_hz, arguments.people)],
        "neurokit2's simulation, 32 Hz": neurokits(32, arguments.people),
        "recordings": [agreement(*recording) for recording in recordings(arguments.data)],
    }
    for title, rows in found.items():
        show(title, [*rows, *summary(rows)] if title == "recordings" else rows)
    found["cost_us_per_hop"] = cost()
    console.print("µs per hop of 0.25 s:", found["cost_us_per_hop"])
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1))
    if arguments.png:
        picture(arguments.png, arguments.data)


if __name__ == "__main__":
    main()
