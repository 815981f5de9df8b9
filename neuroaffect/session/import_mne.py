"""The door to mne: open a file, read its samples and markers, and say in our words what fails."""

import configparser
import re
import struct
import warnings
import zlib
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.errors import SessionError
from neuroaffect.session.edf import EDF_WIDTHS, read_edf_header

if TYPE_CHECKING:
    from mne.io import BaseRaw

__all__ = [
    "FORMATS_OF",
    "Mark",
    "Translated",
    "format_of",
    "looks_like",
    "open_raws",
    "read_block",
    "read_marks",
    "read_triggers",
]

FORMATS_OF = {
    ".edf": "EDF", ".bdf": "BDF", ".fif": "FIF", ".fif.gz": "FIF", ".vhdr": "BrainVision",
    ".set": "EEGLAB",
}  # fmt: skip

# What mne reads besides. Values come as mne scales them, in SI units or as its channels state.
OTHER_FORMATS = {
    ".ahdr": "BrainVision", ".asc": "EyeLink", ".bin": "ARTEMIS123 or FIL OPM", ".cdt": "CURRY",
    ".cdt.cef": "CURRY", ".cdt.dpa": "CURRY", ".cef": "CURRY", ".cnt": "CNT", ".con": "KIT",
    ".dap": "CURRY", ".dat": "CURRY or BCI2000", ".data": "Nicolet", ".ds": "CTF",
    ".eeg": "Nihon Kohden", ".gdf": "GDF", ".hdr": "NIRx", ".lay": "Persyst", ".mat": "FieldTrip",
    ".mefd": "MEF", ".mff": "EGI", ".nedf": "NEDF", ".ns3": "NSx", ".nxe": "eximia",
    ".rs3": "CURRY", ".snirf": "SNIRF", ".sqd": "KIT", ".txt": "BOXY",
}  # fmt: skip

Mark = tuple[float, float, str]  # onset and length in seconds of the file's samples, text

_SUMS = ("STI101", "STI 014", "STI014")  # where a FIF has many stim channels, these hold all
_STARTS = {
    "EDF": re.compile(rb"0[ \x00]"),
    "BDF": re.compile(rb"\xffBIOSEMI"),
    "FIF": re.compile(rb"\x00\x00\x00\x64"),
    "BrainVision": re.compile(rb"(?:\xef\xbb\xbf)?\s*Brain ?Vision Data Exchange Header"),
    "EEGLAB": re.compile(rb"MATLAB"),
}
# What mne warns of although nothing is wrong with the recording.
_IDLE = re.compile(r"coordinate|position|montage|naming conventions|boundary|pass filter", re.I)
# mne's readers let through whatever their parsing runs into.
_FOREIGN = (
    ArithmeticError, AssertionError, AttributeError, EOFError, ImportError, LookupError,
    MemoryError, OSError, RuntimeError, SyntaxError, TypeError, ValueError, struct.error,
    configparser.Error, zlib.error,
)  # fmt: skip
# Bare Exception where mne cannot decode a tag; scipy's own, which is not imported for it.
_FOREIGN_NAMES = {"Exception", "MatReadError"}


def format_of(path: Path) -> str:
    """Return what mne reads a file of this name as, "" if it does not."""
    known = {**FORMATS_OF, **OTHER_FORMATS}
    fitting = [suffix for suffix in known if path.name.lower().endswith(suffix)]
    return known[max(fitting, key=len)] if fitting else ""


def looks_like(path: Path) -> str | None:
    """Return the format of which a file is by its first bytes, whatever its name."""
    with path.open("rb") as file:
        head = file.read(256)
    # "0" and blanks alone are a weak sign; the number of bytes in an EDF header is a strong one.
    if re.match(rb"0[ \x00]{7}", head) and not head[184:192].strip().isdigit():
        return None
    return next((format for format, start in _STARTS.items() if start.match(head)), None)


class Translated:
    """Turns mne's exceptions into a SessionError, and its warnings into defects.

    Parameters
    ----------
    path : Path
    format : str
        What the file was taken for.
    defects : list of str
        Gains what mne warned of.
    """

    def __init__(self, path: Path, *, format: str, defects: list[str]) -> None:
        self._path, self._format, self._defects = path, format, defects
        self._listening = warnings.catch_warnings(record=True)

    def __enter__(self) -> None:
        self._heard = self._listening.__enter__()
        warnings.simplefilter("always")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listening.__exit__(kind, error, trace)
        for warning in self._heard or ():
            text = _one_line(str(warning.message))
            if not _IDLE.search(text) and text not in self._defects:
                self._defects.append(text)
        if isinstance(error, _FOREIGN) or (kind is not None and kind.__name__ in _FOREIGN_NAMES):
            raise SessionError(
                f"cannot read '{self._path}' as {self._format}: {_one_line(str(error))}"
            ) from None


def _one_line(text: str) -> str:
    """Return the first sentence, without line breaks and the full stop."""
    words = " ".join(text.split()) or "it gives no reason"
    return re.split(r"(?<=[a-z)])\. ", words)[0].rstrip(".")[:200]


def open_raws(path: Path, *, format: str) -> list["BaseRaw"]:
    """Open a file without reading its samples; EDF and BDF once per rate, highest rate first.

    mne would bring all channels to the highest rate; made-up samples are no recording.

    Raises
    ------
    ValueError
        If the file does not start as files of its format do.
    """
    import mne

    _check_start(path, format=format)
    if format in {"EDF", "BDF"}:
        return _open_edf(path, format=format)
    readers = {
        "FIF": mne.io.read_raw_fif,
        "BrainVision": mne.io.read_raw_brainvision,
        "EEGLAB": mne.io.read_raw_eeglab,
    }
    if format in readers:
        return [readers[format](path, preload=False, verbose="WARNING")]
    with mne.utils.use_log_level("WARNING"):  # not every reader takes a level of its own
        if format == "FieldTrip":
            return [mne.io.read_raw_fieldtrip(path, info=None)]
        if format == "CNT":
            return [_open_cnt(path)]
        return [mne.io.read_raw(path, preload=False)]


def _open_cnt(path: Path) -> "BaseRaw":
    import mne

    with path.open("rb") as file:
        if file.read(7) != b"Version":  # of ANT Neuro, which shares the suffix
            return mne.io.read_raw(path, preload=False)
    try:
        return mne.io.read_raw_cnt(path, preload=False)
    except RuntimeError as error:
        if "data_format" not in str(error):
            raise
        # The header miscounts its samples, so their width cannot be told by it; amplifiers that
        # record long enough for that write 32 bits.
        return mne.io.read_raw_cnt(
            path, data_format="int32", recompute_n_samples=True, preload=False
        )


def _check_start(path: Path, *, format: str) -> None:
    if format not in _STARTS or path.suffix.lower() == ".gz":
        return
    with path.open("rb") as file:
        head = file.read(64)
    if not _STARTS[format].match(head):
        raise ValueError(f"it starts with {head[:8]!r}, unlike any {format} file")
    if head.startswith(b"MATLAB 7.3") and find_spec("pymatreader") is None:
        raise ValueError("it is a MATLAB 7.3 file; save it as version 7, or install pymatreader")


def _open_edf(path: Path, *, format: str) -> list["BaseRaw"]:
    import mne

    read = mne.io.read_raw_edf if format == "EDF" else mne.io.read_raw_bdf
    header = read_edf_header(path, width=EDF_WIDTHS[format])
    rates = sorted({header.samples[signal] for signal in header.signals}, reverse=True)
    if len(rates) < 2:
        # Latin-1 takes any byte; UTF-8 is tried on each text afterwards.
        return [read(path, preload=False, encoding="latin1", verbose="WARNING")]
    return [
        read(
            path,
            include=[header.labels[k] for k in header.signals if header.samples[k] == rate],
            preload=False,
            encoding="latin1",
            verbose="WARNING",
        )
        for rate in rates
    ]


def read_marks(raw: "BaseRaw", path: Path, *, whole: bool) -> list[Mark]:
    """Return the annotations in order of time.

    mne drops and shortens what reaches beyond the samples it has, and with that the length of
    a cut; `whole` asks the file itself, which only EDF, BDF and EEGLAB files answer.
    """
    import mne

    annotations, first_s = raw.annotations, raw.first_time
    if whole:
        encoding = "utf8" if path.suffix.lower() == ".set" else "latin1"
        annotations, first_s = mne.read_annotations(path, encoding=encoding), 0.0
    marks = [
        (float(onset) - first_s, float(length), _text(str(text)))
        for onset, length, text in zip(
            annotations.onset, annotations.duration, annotations.description, strict=True
        )
    ]
    return sorted(marks, key=lambda mark: mark[0])


def _text(text: str) -> str:
    """Return an annotation as UTF-8 where it was that, and was read as Latin-1."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def read_triggers(raw: "BaseRaw", *, format: str) -> list[Mark]:
    """Return the rising codes of the stim channels."""
    import mne

    channels = [
        name
        for name, type in zip(raw.ch_names, raw.get_channel_types(), strict=True)
        if type == "stim"
    ]
    if not channels or not raw.n_times:
        return []
    sums = [name for name in _SUMS if name in channels]
    # BioSemi keeps its own state in the bits above the trigger input.
    mask = 2**16 - 1 if format == "BDF" else None
    events = mne.find_events(
        raw,
        stim_channel=sums[:1] or channels,
        consecutive="increasing",
        shortest_event=1,
        uint_cast=format == "FIF",
        mask=mask,
        mask_type="and" if mask else "not_and",
        verbose="ERROR",
    )
    times = (events[:, 0] - raw.first_samp) / raw.info["sfreq"]
    return [(time, 0.0, str(code)) for time, code in zip(times.tolist(), events[:, 2], strict=True)]


def read_block(raw: "BaseRaw", path: Path, *, format: str, first: int, stop: int) -> np.ndarray:
    """Return samples [first, stop) of all channels as mne scales them, (channels, samples)."""
    with Translated(path, format=format, defects=[]):
        return raw.get_data(start=first, stop=stop, verbose="ERROR")
