"""What SEED and SEED-IV have in common: MATLAB files with one array per film clip.

Arrays are named ``…_eeg1``, ``…_eeg2``, … after the person's initials, (62, samples) at 200 Hz.
Nothing in them states electrodes, rate or unit: order and rate are the published ones, and
microvolts are what the amplitudes speak for.
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from neuroaffect.acquire import Arrays
from neuroaffect.corpora.matfile import list_arrays, read_array
from neuroaffect.errors import EvaluationError
from neuroaffect.session.labelled import LabelledSession, Trial
from neuroaffect.stream import StreamInfo

__all__ = ["CHANNELS", "RATE_HZ", "film_sessions"]

CHANNELS = tuple(
    "Fp1 Fpz Fp2 AF3 AF4 F7 F5 F3 F1 Fz F2 F4 F6 F8 FT7 FC5 FC3 FC1 FCz FC2 FC4 FC6 FT8 "
    "T7 C5 C3 C1 Cz C2 C4 C6 T8 TP7 CP5 CP3 CP1 CPz CP2 CP4 CP6 TP8 P7 P5 P3 P1 Pz P2 P4 P6 P8 "
    "PO7 PO5 PO3 POz PO4 PO6 PO8 CB1 O1 Oz O2 CB2".split()
)
RATE_HZ = 200.0
# A hint of 5 s, self-assessment of 45 s and 15 s of rest lay between the films; they were cut out.
_BETWEEN_S = 65.0
_KEY = re.compile(r".*_eeg(\d+)")


def film_sessions(
    path: Path,
    *,
    corpus: str,
    subject: str,
    session: str,
    dimension: str,
    ratings: Sequence[float],
    files: tuple[Path, ...] = (),
) -> Iterator[LabelledSession]:
    """Yield the clips of one visit, each a recording of its own, in the order of the films.

    Parameters
    ----------
    path : Path
        The visit's file.
    corpus, subject, session : str
    dimension : str
        What the films are labelled with.
    ratings : sequence of float
        One class number per film.
    files : tuple of Path
        Others that the labels came from.

    Raises
    ------
    EvaluationError
        If the file cannot be read, or has other clips than there are labels.
    """
    keys = _clips(path, corpus=corpus, count=len(ratings))
    start_s = 0.0
    for film, (key, samples) in enumerate(keys, start=1):
        stop_s = start_s + samples / RATE_HZ
        trial = Trial(
            id=f"{session}:film-{film:02d}",
            start=start_s,
            stop=stop_s,
            ratings={dimension: float(ratings[film - 1])},
        )
        yield LabelledSession(
            subject=subject,
            session=session,
            open=partial(_clip, path, key, start_s, corpus),
            trials=(trial,),
            whole_trials=True,
            files=(path, *files),
        )
        start_s = stop_s + _BETWEEN_S


def _clips(path: Path, *, corpus: str, count: int) -> list[tuple[str, int]]:
    """Return name and samples of each clip, by number; nothing but headers is read."""
    arrays = list_arrays(path, corpus=corpus)
    clips = {int(found[1]): (key, shape) for key, shape in arrays.items()
             if (found := _KEY.fullmatch(key))}  # fmt: skip
    if sorted(clips) != list(range(1, count + 1)):
        raise EvaluationError(
            f"corpus '{corpus}': {path} has {len(clips)} arrays named …_eeg1, …_eeg2, …; "
            f"as published there are {count}, one per film"
        )
    for key, shape in clips.values():
        if len(shape) != 2 or shape[0] != len(CHANNELS) or not shape[1]:
            raise EvaluationError(
                f"corpus '{corpus}': '{key}' of {path} is {shape}; "
                f"as published it is ({len(CHANNELS)}, samples)"
            )
    return [(clips[film][0], clips[film][1][1]) for film in range(1, count + 1)]


def _clip(path: Path, key: str, start_s: float, corpus: str) -> Arrays:
    data = read_array(path, key, corpus=corpus)
    info = StreamInfo(name="EEG", kind="eeg", rate_hz=RATE_HZ, channels=CHANNELS, unit="uV")
    return Arrays({"EEG": (info, data.T)}, start_s=start_s)
