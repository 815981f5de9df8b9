"""Frames per second and processor time of the dashboard, beside a minimal pyqtgraph script.

Both draw the same eight seconds of the same random signals, without a screen, one after the
other in one process. The script is the one of pyqtgraph's examples: one curve per channel,
``setData`` at each frame; "tuned" adds pyqtgraph's own peak downsampling and clipping. The
dashboard draws the affect panels and the figures too.

    python benchmarks/dashboard.py [--seconds 3] [--out benchmarks/out/dashboard.json]
"""

import argparse
import json
import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pyqtgraph as pg
import PySide6

from neuroaffect.affect import DIMENSIONS, Prediction, Target
from neuroaffect.dashboard.history import SIGNAL_SPAN_S
from neuroaffect.dashboard.window import Dashboard
from neuroaffect.live import Health, Scene, Snapshot
from neuroaffect.stream import Chunk, StreamInfo

CASES = [(channels, rate_hz) for channels in (14, 32, 64) for rate_hz in (128, 512)]
FRAME_HZ = 25.0
HOP_S = 0.5


@dataclass(frozen=True)
class Signals:
    """Endless random signals: `data` again and again."""

    rate_hz: int
    data: np.ndarray

    @classmethod
    def of(cls, channels: int, rate_hz: int, rng: np.random.Generator) -> "Signals":
        return cls(rate_hz, 4200.0 + 20.0 * rng.standard_normal((60 * rate_hz, channels)))

    def between(self, first: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        index = np.arange(first, stop)
        return index / self.rate_hz, self.data[index % len(self.data)]


def dashboard(signals: Signals) -> tuple[object, Callable[[int, int], None]]:
    channels = signals.data.shape[1]
    info = StreamInfo(
        name="cap",
        kind="eeg",
        rate_hz=float(signals.rate_hz),
        channels=tuple(f"E{k + 1}" for k in range(channels)),
        unit="uV",
    )
    targets = tuple(Target(dimension=dimension) for dimension in DIMENSIONS)
    window = Dashboard()
    window.show_scene(Scene(title="benchmark", streams={"cap": info}, targets=targets, hop_s=HOP_S))
    window.show()
    window._timer.stop()  # frames are counted here, and drawn when asked for
    good = dict.fromkeys(info.channels, 1.0)

    def frame(first: int, stop: int) -> None:
        times, data = signals.between(first, stop)
        crossed = int(stop / signals.rate_hz / HOP_S) > int(first / signals.rate_hz / HOP_S)
        value = 0.5 * np.sin(times[-1])
        said = dict.fromkeys(DIMENSIONS, value)
        prediction = Prediction(time=times[-1], **said, sd=dict.fromkeys(DIMENSIONS, 0.2))
        health = Health(stream="cap", received=stop, lost=0, age_s=0.0, rate_hz=signals.rate_hz)
        window.update_with(
            Snapshot(
                signals={"cap": [Chunk(first, times, data)]},
                quality={"cap": good},
                predictions=(prediction,) * crossed,
                health=(health,),
                recording=None,
                recorded_bytes=0,
            )
        )
        window.draw()

    return window, frame


def script(signals: Signals, *, tuned: bool) -> tuple[object, Callable[[int, int], None]]:
    window = pg.GraphicsLayoutWidget()
    window.resize(920, 740)  # the room that the dashboard's signals have
    plot = window.addPlot()
    curves = [plot.plot(pen="w") for _ in range(signals.data.shape[1])]
    if tuned:
        plot.setDownsampling(auto=True, mode="peak")
        plot.setClipToView(True)
    plot.setXRange(-SIGNAL_SPAN_S, 0.0)
    plot.setYRange(-1.0, len(curves))
    window.show()
    rows = round(SIGNAL_SPAN_S * signals.rate_hz)

    def frame(first: int, stop: int) -> None:
        times, data = signals.between(max(0, stop - rows), stop)
        heights = (data - 4200.0) / 100.0
        for k, curve in enumerate(curves):
            curve.setData(times - times[-1], heights[:, k] + k)

    return window, frame


def measure(
    made: tuple[object, Callable[[int, int], None]], signals: Signals, duration_s: float
) -> dict[str, float]:
    """Return frames per second flat out, and processor time of each frame in milliseconds."""
    window, frame = made
    app = pg.mkQApp()
    step = max(1, round(signals.rate_hz / FRAME_HZ))
    frame(0, round(SIGNAL_SPAN_S * signals.rate_hz))  # a full picture before the clock starts
    stop = round(SIGNAL_SPAN_S * signals.rate_hz)
    for _ in range(10):
        frame(stop, stop + step)
        app.processEvents()
        stop += step
    frames, wall_s, cpu_s = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - wall_s < duration_s:
        frame(stop, stop + step)
        app.processEvents()  # paints what has changed, as an event loop does
        stop += step
        frames += 1
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    window.close()
    return {
        "frames_per_s": round(frames / wall_s, 1),
        "cpu_ms_per_frame": round(1000 * cpu_s / frames, 2),
        "cpu_percent_at_25_hz": round(100 * FRAME_HZ * cpu_s / frames, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "out/dashboard.json")
    options = parser.parse_args()
    pg.mkQApp()
    rng = np.random.default_rng(1)
    rows = []
    for channels, rate_hz in CASES:
        signals = Signals.of(channels, rate_hz, rng)
        row = {"channels": channels, "rate_hz": rate_hz}
        row["dashboard"] = measure(dashboard(signals), signals, options.seconds)
        row["script"] = measure(script(signals, tuned=False), signals, options.seconds)
        row["script_tuned"] = measure(script(signals, tuned=True), signals, options.seconds)
        ours = row["dashboard"]["cpu_ms_per_frame"]
        for peer in ("script", "script_tuned"):
            row[f"cpu_ratio_to_{peer}"] = round(ours / row[peer]["cpu_ms_per_frame"], 2)
        rows.append(row)
        print(json.dumps(row))
    report = {
        "rows": rows,
        "pyqtgraph": pg.__version__,
        "pyside6": PySide6.__version__,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
