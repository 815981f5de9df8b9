"""What skin features are worth on a wrist: stress against rest, and responses while moving.

    python benchmarks/skin_stress.py [--data FOLDER] [--json FILE]

On the Empatica E4 recordings of Stress-Predict (doi:10.3390/s22218135) the block `skin` runs in
hops of one second, once as it is and once with motion held out. For each feature the area under
the ROC curve within each person, task seconds against the others: how well one threshold on that
feature, and nothing learned, would tell them. Seconds without a value are left out. Neighbouring
seconds are alike, and tasks and rests follow one another in one order, so that drift counts too:
it is a description, and no score of a model.

Then how many responses per minute are found while the wrist moves and while it is still.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy import stats

from neuroaffect.blocks import Context, Flaw, Motion, Skin
from neuroaffect.stream import StreamInfo

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
EDA = StreamInfo(name="eda", kind="eda", rate_hz=4.0, channels=("EDA",), unit="uS")
ACC = StreamInfo(name="acc", kind="acc", rate_hz=32.0, channels=("x", "y", "z"), unit="g")


def seconds(path, rate_hz):
    """Return start in UNIX seconds and the samples, (seconds, rate, channels)."""
    head = path.read_text().split("\n", 1)[0]
    x = np.loadtxt(path, skiprows=2, delimiter=",", ndmin=2)
    n = len(x) // rate_hz
    return float(head.split(",")[0]), x[: n * rate_hz].reshape(n, rate_hz, -1)


def moves(acc):
    """Return which seconds have motion in them."""
    step, found = Motion().start(ACC), []
    for hop in acc / 64:
        step.process(hop)
        found.append(bool((step.flaws & Flaw.MOTION).any()))
    return np.array(found)


def features(eda, good):
    step = Skin().start(EDA)
    rows = [
        step.process(hop, Context(good=np.array([known])))[0]
        for hop, known in zip(eda, good, strict=True)
    ]
    return step.info.features, np.array(rows)


def onsets(eda):
    """Return the second of each response's onset."""
    channel = Skin().channel(EDA.rate_hz)
    samples = [channel.push(x, usable=True).response for x in eda.ravel().tolist()]
    return [i / EDA.rate_hz - found.age_s for i, found in enumerate(samples) if found]


def area(values, stressed):
    """Return the area under the ROC curve, from the rank sum; None without both classes."""
    there = np.isfinite(values)
    a, b = values[there & stressed], values[there & ~stressed]
    if len(a) == 0 or len(b) == 0:
        return None
    return float(stats.mannwhitneyu(a, b).statistic / (len(a) * len(b)))


def person(folder, labels):
    """Return areas by (gated, feature), share of time moving, responses per minute of each."""
    start_s, eda = seconds(folder / "EDA.csv", 4)
    _, acc = seconds(folder / "ACC.csv", 32)
    n = min(len(eda), len(acc))
    eda, moving = eda[:n], moves(acc[:n])
    at = start_s + np.arange(1, n + 1)
    known = (at >= labels[0, 0]) & (at <= labels[-1, 0])
    stressed = np.interp(at, labels[:, 0], labels[:, 1]) > 0.5
    areas = {}
    for way, good in (("all", np.ones(n, bool)), ("still only", ~moving)):
        names, rows = features(eda, good)
        for name, values in zip(names, rows.T, strict=True):
            areas[way, name] = area(values[known], stressed[known])
    per_second = np.bincount(np.array(onsets(eda), dtype=int).clip(0), minlength=n)[:n]
    return areas, moving.mean(), *(60 * per_second[m].mean() for m in (moving, ~moving))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    data = arguments.data / "stress_predict"
    table = np.genfromtxt(
        data / "labels" / "hr_rsp_binary_S02_S20.csv", delimiter=",", skip_header=1
    )
    people = [
        person(data / "raw" / f"S{number:02d}", table[table[:, 0] == number][:, 3:5])
        for number in range(2, 21)
    ]
    shown = Table("feature", "time", "area, median", "quartiles", "people", title="stress or rest")
    found = {"areas": []}
    for way, name in people[0][0]:
        values = [p[0][way, name] for p in people if p[0][way, name] is not None]
        low, middle, high = np.percentile(values, (25, 50, 75))
        shown.add_row(name, way, f"{middle:.2f}", f"{low:.2f} – {high:.2f}", str(len(values)))
        found["areas"].append(
            {"feature": name, "time": way, "median": middle, "quartiles": [low, high],
             "people": len(values)}
        )  # fmt: skip
    console = Console()
    console.print(shown)
    share, moving, still = np.median([p[1:] for p in people], axis=0)
    found["motion"] = {"share_moving": share, "per_min_moving": moving, "per_min_still": still}
    console.print(
        f"The wrist moves in {share:.0%} of the time; responses per minute {moving:.1f} then, "
        f"{still:.1f} while it is still (medians of {len(people)} people, nothing held out)"
    )
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
