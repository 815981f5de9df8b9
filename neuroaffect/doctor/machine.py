"""The machine: clocks, disk, the window's libraries, networks, device drivers."""

import os
import shutil
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from neuroaffect.doctor.finding import Finding

__all__ = ["clocks", "disk", "extra", "onnxruntime", "option", "python", "qt", "torch"]

LARGE_BYTES_S = 1000 * (64 * 4 + 9)  # 64 channels of float32 at 1000 Hz, a stamp each
LEAST_HOURS = 4.0
FINE_S = 1e-4
FIRST_ABORTING_PYSIDE = (6, 12)
_DEBIAN = (
    "on Debian: apt-get install libegl1 libgl1 libxkbcommon0 libdbus-1-3 libfontconfig1 "
    "libglib2.0-0"
)


def python() -> Finding:
    """Interpreter and package."""
    try:
        ours = version("neuroaffect")
    except PackageNotFoundError:
        ours = "from a source folder"
    text = f"neuroaffect {ours} on Python {sys.version.split()[0]}"
    return Finding(name="Python", state="ok", text=text)


def clocks() -> Finding:
    """How fine the clocks are, and whether the wall clock is kept by a time server."""
    step_s, pair_s = _finest(time.monotonic), _tightest_pair()
    text = f"steps of {1e6 * step_s:.2g} µs, UNIX time is tied to it within {1e6 * pair_s:.2g} µs"
    if max(step_s, pair_s) > FINE_S:
        return Finding(
            name="clock", state="advice",
            text=f"{text}: coarse; samples of streams in UNIX time are placed no better",
        )  # fmt: skip
    kept = _is_kept()
    if kept is False:
        return Finding(
            name="clock", state="advice",
            text=f"{text}; the wall clock follows no time server and may be stepped: streams "
            "that stamp with UNIX time on other machines are off by as much; turn time "
            "synchronisation on",
        )  # fmt: skip
    said = "kept by a time server" if kept else "whether a time server keeps it is not known"
    return Finding(name="clock", state="ok", text=f"{text}; {said}")


def _finest(clock: object) -> float:
    steps = []
    for _ in range(50):
        before = now = clock()
        while now == before:
            now = clock()
        steps.append(now - before)
    return min(steps)


def _tightest_pair() -> float:
    """Return how closely monotonic and wall clock can be read together, in seconds."""
    spans = []
    for _ in range(50):
        before = time.monotonic()
        time.time()
        spans.append(time.monotonic() - before)
    return min(spans)


def _is_kept() -> bool | None:
    if shutil.which("timedatectl") is None:
        return None
    try:
        said = subprocess.run(
            ["timedatectl", "show", "--property=NTPSynchronized", "--value"],
            capture_output=True, text=True, timeout=3.0, check=False,
        ).stdout.strip()  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(said)


def disk(folder: Path | None = None) -> Finding:
    """How long a large recording may be in this folder."""
    folder = folder or Path.cwd()
    hours = shutil.disk_usage(folder).free / LARGE_BYTES_S / 3600
    text = f"room here for {hours:.0f} hours of 64 channels at 1000 Hz"
    if hours >= LEAST_HOURS:
        return Finding(name="disk", state="ok", text=text)
    text = f"room here for only {hours:.1f} hours of 64 channels at 1000 Hz; free some"
    return Finding(name="disk", state="advice", text=text)


def qt() -> Finding:
    """Do Qt and pyqtgraph load and open; to be asked in a process of its own."""
    missing = [name for name in ("pyqtgraph", "PySide6") if find_spec(name) is None]
    if missing:
        return _not_installed("window", missing, "gui", "`live --headless` works without")
    shown = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    shown = shown or not sys.platform.startswith("linux")
    if not shown:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    try:
        import pyqtgraph as pg
        import PySide6
        from PySide6 import QtWidgets
    except ImportError as error:
        return Finding(name="window", state="advice", text=f"Qt does not load ({error}); {_DEBIAN}")
    QtWidgets.QApplication([])
    text = f"PySide6 {PySide6.__version__}, pyqtgraph {pg.__version__}"
    if PySide6.__version_info__[:2] >= FIRST_ABORTING_PYSIDE and sys.version_info < (3, 12):
        return Finding(
            name="window", state="advice",
            text=f"{text} abort on Python {sys.version_info[0]}.{sys.version_info[1]}; "
            "pip install 'PySide6-Essentials<6.12'",
        )  # fmt: skip
    where = "" if shown else "; no display here: pictures can be written, windows not opened"
    return Finding(name="window", state="ok", text=text + where)


def torch() -> Finding:
    """Can networks be trained here; to be asked in a process of its own."""
    wanted = (
        "torch", "torch_geometric", "sklearn", "onnx", "imblearn", "pyriemann", "joblib",
        "threadpoolctl", "h5py", "mne_bids", "matplotlib",
    )  # fmt: skip
    missing = [name for name in wanted if find_spec(name) is None]
    if missing:
        return _not_installed("training", missing, "train", "trained models run without")
    import torch as library

    count = library.cuda.device_count() if library.cuda.is_available() else 0
    where = (
        library.cuda.get_device_name(0) if count else f"CPU, {library.get_num_threads()} threads"
    )
    return Finding(name="training", state="ok", text=f"torch {library.__version__} on {where}")


def onnxruntime() -> Finding:
    """Can trained models run; to be asked in a process of its own."""
    import onnxruntime as library

    providers = ", ".join(library.get_available_providers())
    text = f"onnxruntime {library.__version__} ({providers})"
    return Finding(name="prediction", state="ok", text=text)


def extra(library: str, what_for: str) -> Finding:
    """Is a device driver installed; nothing is loaded."""
    if find_spec(library) is None:
        return _not_installed(
            library, [library], "devices", f"only {what_for} need it; LSL streams do not"
        )
    return Finding(name=library, state="ok", text=f"{library} {version(library)}: {what_for}")


def option(library: str, *, package: str, extra: str, what_for: str) -> Finding:
    """Is there what an option of `evaluate` needs; nothing is loaded."""
    if find_spec(library) is None:
        return _not_installed(extra, [package], extra, f"only {what_for} needs it")
    return Finding(name=extra, state="ok", text=f"{package} {version(package)}: {what_for}")


def _not_installed(name: str, missing: list[str], extra: str, otherwise: str) -> Finding:
    return Finding(
        name=name, state="advice",
        text=f"{', '.join(missing)} not installed: pip install 'neuroaffect[{extra}]'; {otherwise}",
    )  # fmt: skip
