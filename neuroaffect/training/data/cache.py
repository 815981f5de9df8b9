"""Features kept on disk, under a name made of everything that decides them.

That is: the pipeline's fingerprint (hop, tracks, feature version), what the network reads and how
much of it must have a value, the bytes of the session's files, the function that opens them, the
times of trials and rests, and the versions of the libraries that compute, since features are equal
bit for bit with one set of wheels only. Labels are not in it: they may change while features stay.

Files are known by their SHA-256. It is taken once per path, size and time of change, like a
version control system does: hashing tens of gigabytes anew at each run would cost what the cache
saves. A file changed within the last seconds is hashed again, for its clock may not tell.
"""

import hashlib
import json
import os
import sys
import time
from dataclasses import asdict
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from neuroaffect.pipeline import Pipeline
from neuroaffect.session.labelled import LabelledSession
from neuroaffect.stream import FeatureInfo
from neuroaffect.training.data.sealed import read_sealed, replace_file, write_sealed
from neuroaffect.training.data.taken import Taken, take_ticks

__all__ = ["FeatureCache", "cache_folder", "file_sha256", "version_of"]

_LAYOUT = 1  # raised when what an entry holds changes
_COMPUTE = ("neuroaffect", "numpy", "scipy", "mne")
_FRESH_S = 2.0  # the coarsest clock of a file system in use (FAT)


def cache_folder() -> Path:
    """Return where this user's caches belong, by the rules of the system.

    ``NEUROAFFECT_CACHE`` decides, if it is set; else ``XDG_CACHE_HOME`` or ``~/.cache``,
    ``~/Library/Caches`` on macOS, ``%LOCALAPPDATA%`` on Windows.
    """
    if chosen := os.environ.get("NEUROAFFECT_CACHE"):
        return Path(chosen)
    if sys.platform == "win32":
        home = os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        home = Path.home() / "Library" / "Caches"
    else:
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "neuroaffect"


class FeatureCache:
    """What pipelines made of sessions.

    Parameters
    ----------
    folder : Path
        Made when something is first put into it. Safe to be used by several processes: a file is
        there whole or not at all.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, session: LabelledSession, pipeline: Pipeline) -> tuple[Taken, str]:
        """Return the session's ticks, and a sentence if a damaged file was made anew.

        A session that names no files is run each time: nothing tells whether it changed.
        """
        if not session.files:
            return take_ticks(session, pipeline), ""
        path, said = self._path(session, pipeline), ""
        if path.exists():
            try:
                return _read(path), ""
            except ValueError:
                said = f"cache: {path} was damaged; the features were made anew"
        taken = take_ticks(session, pipeline)
        _write(path, taken)
        return taken, said

    def holds(self, session: LabelledSession, pipeline: Pipeline) -> bool:
        """Tell whether the session's ticks are here, damaged or not."""
        return bool(session.files) and self._path(session, pipeline).exists()

    def _path(self, session: LabelledSession, pipeline: Pipeline) -> Path:
        decides = [
            _LAYOUT,
            {name: version_of(name) for name in _COMPUTE},
            pipeline.fingerprint,
            pipeline.network.places,
            pipeline.network.good_channels,
            session.subject,
            session.session,
            _opener(session),
            session.whole_trials,
            session.rests,
            [(trial.start, trial.stop) for trial in session.trials],
            [(path.name, self.sha256(path)) for path in session.files],
        ]
        key = hashlib.sha256(json.dumps(decides).encode()).hexdigest()
        return self.folder / "features" / key[:2] / f"{key}.npz"

    def sha256(self, path: Path) -> str:
        """Return the SHA-256 of a file, taken once while its size and time of change stay."""
        known = path.resolve()
        stat = known.stat()
        name = hashlib.sha256(str(known).encode()).hexdigest()
        note = self.folder / "files" / name[:2] / f"{name}.json"
        seen = [stat.st_size, stat.st_mtime_ns, stat.st_ino]
        try:
            told = json.loads(note.read_text(encoding="utf-8"))
            if told["seen"] == seen:
                return str(told["sha256"])
        except (OSError, ValueError, KeyError, TypeError):
            pass  # not hashed yet, or not readable: it is hashed now
        sha256 = file_sha256(known)
        if time.time() - stat.st_mtime > _FRESH_S:
            replace_file(note, json.dumps({"seen": seen, "sha256": sha256}).encode())
        return sha256


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def version_of(name: str) -> str:
    """Return the version of a library, empty if it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _opener(session: LabelledSession) -> str:
    """Name the function that opens a session, with its settings but without the files' places."""
    opens, settings = session.open, []
    while isinstance(opens, partial):
        settings += [*opens.args, *sorted(opens.keywords.items())]
        opens = opens.func
    told = [each.name if isinstance(each, Path) else repr(each) for each in settings]
    name = getattr(opens, "__qualname__", type(opens).__name__)
    return f"{getattr(opens, '__module__', '')}.{name}({', '.join(told)})"


def _read(path: Path) -> Taken:
    """Return an entry.

    Raises
    ------
    ValueError
        If it is damaged.
    """
    arrays, told = read_sealed(path)
    info = {k: tuple(v) if isinstance(v, list) else v for k, v in told["input"].items()}
    return Taken(
        **arrays,
        input=FeatureInfo(**info),
        channels={name: tuple(channels) for name, channels in told["channels"].items()},
        rates_hz=told["rates_hz"],
        window_s=told["window_s"],
        memory_s=told["memory_s"],
    )


def _write(path: Path, taken: Taken) -> None:
    told = {
        "input": asdict(taken.input),
        "channels": dict(taken.channels),
        "rates_hz": dict(taken.rates_hz),
        "window_s": taken.window_s,
        "memory_s": taken.memory_s,
    }
    arrays = {"features": taken.features, "time": taken.time, "trial": taken.trial}
    write_sealed(path, arrays, told)
