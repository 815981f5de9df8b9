"""DEAP's preprocessed editions: forty clips of 63 s per person, 40 channels at 128 Hz.

``data`` is (trial, channel, sample) and ``labels`` (trial, 4): valence, arousal, dominance, liking.
The first 3 s of a clip come before its video. The authors took out eye movements, referenced to the
common average, kept 4-45 Hz and ordered the clips by video, so when each was shown is not in them.

Notes
-----
Skin is given as resistance: the recordings of Twente were converted to those of Geneva, which are
in ohms. It is handed on so (kOhm), and blocks that want conductance say that they do. Breath, pulse
and temperature have no unit that the authors state.

The clips of a person are one sitting; a hundred seconds from one to the next (ours) stand for
times that are not published.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from neuroaffect.acquire import Arrays
from neuroaffect.affect import SAM9
from neuroaffect.corpora.latest import latest
from neuroaffect.corpora.matfile import read_array
from neuroaffect.corpora.pickled import read_pickle
from neuroaffect.errors import EvaluationError
from neuroaffect.session.labelled import LabelledSession, Trial
from neuroaffect.stream import StreamInfo

__all__ = ["BASELINE_S", "CHANNELS", "LABELS", "clip_sessions"]

CHANNELS = (
    "Fp1", "AF3", "F3", "F7", "FC5", "FC1", "C3", "T7", "CP5", "CP1", "P3", "P7", "PO3", "O1",
    "Oz", "Pz", "Fp2", "AF4", "Fz", "F4", "F8", "FC6", "FC2", "Cz", "C4", "T8", "CP6", "CP2",
    "P4", "P8", "PO4", "O2",
)  # fmt: skip
LABELS = ("valence", "arousal", "dominance", "liking")
BASELINE_S = 3.0

_RATE_HZ = 128.0
_APART_S = 100.0
_ALL = 40  # channels


class _Signal(NamedTuple):
    """A stream: which channels of a clip it is made of, and the factor to its unit."""

    kind: str
    first: int
    channels: tuple[str, ...]
    unit: str = ""
    factor: float = 1.0


_SIGNALS = (
    _Signal("eeg", 0, CHANNELS, "uV"),
    _Signal("eog", 32, ("hEOG", "vEOG"), "uV"),
    _Signal("emg", 34, ("zEMG", "tEMG"), "uV"),
    _Signal("eda", 36, ("GSR",), "kOhm", 1e-3),
    _Signal("resp", 37, ("Resp",)),
    _Signal("ppg", 38, ("Plet",)),
    _Signal("temp", 39, ("Temp",)),
)


def clip_sessions(path: Path) -> Iterator[LabelledSession]:
    """Yield one session per clip of a person's file.

    Raises
    ------
    EvaluationError
        If the file cannot be read, or is laid out otherwise than published.
    """
    data, labels = _read(path)
    stop_s = data.shape[2] / _RATE_HZ
    for clip, ratings in enumerate(labels):
        start = clip * _APART_S
        trial = Trial(
            id=f"video-{clip + 1:02d}",
            start=start + BASELINE_S,
            stop=start + stop_s,
            ratings={name: float(r) for name, r in zip(LABELS, ratings, strict=True)},
        )
        yield LabelledSession(
            subject=path.stem,
            session="visit",
            open=partial(_clip, path, clip),
            trials=(trial,),
            rests=((start, start + BASELINE_S),),
            files=(path,),
        )


def _clip(path: Path, clip: int) -> Arrays:
    data, _ = _read(path)
    return Arrays(
        {
            signal.kind: (
                StreamInfo(
                    name=signal.kind,
                    kind=signal.kind,
                    rate_hz=_RATE_HZ,
                    channels=signal.channels,
                    unit=signal.unit,
                ),
                _rows(data[clip], signal),
            )
            for signal in _SIGNALS
        },
        start_s=clip * _APART_S,
    )


def _rows(clip: np.ndarray, signal: _Signal) -> np.ndarray:
    rows = clip[signal.first : signal.first + len(signal.channels)].T  # (samples, channels)
    return rows if signal.factor == 1.0 else rows * signal.factor


# One person's file serves forty clips, one after the other.
@latest
def _read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return data (trials, 40, samples) and labels (trials, 4)."""
    if path.suffix == ".mat":
        found = {key: read_array(path, key, corpus="deap") for key in ("data", "labels")}
    else:
        found = read_pickle(path)
    if not isinstance(found, dict):
        raise EvaluationError(f"{path} holds a {type(found).__name__}; as published it is a dict")
    data, labels = found.get("data"), found.get("labels")
    if not (_is_numbers(data, 3) and _is_numbers(labels, 2)):
        raise EvaluationError(
            f"{path} lacks the arrays 'data' and 'labels'; as published they are (40, 40, 8064) "
            "and (40, 4)"
        )
    fits = data.shape[1] == _ALL and labels.shape == (len(data), len(LABELS))
    if not fits or data.shape[2] <= BASELINE_S * _RATE_HZ:
        raise EvaluationError(
            f"{path} holds data {data.shape} and labels {labels.shape}; as published they are "
            "(40, 40, 8064), trials by channels by samples, and (40, 4)"
        )
    if not ((labels >= SAM9.low) & (labels <= SAM9.high)).all():
        raise EvaluationError(f"{path} holds ratings outside the scale from 1 to 9")
    return data, labels


def _is_numbers(value: object, axes: int) -> bool:
    return isinstance(value, np.ndarray) and value.ndim == axes and value.dtype.kind in "iuf"
