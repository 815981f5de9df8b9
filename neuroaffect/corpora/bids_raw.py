"""One recording of a BIDS folder as a source: its channels by kind, in our units."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.acquire import Arrays
from neuroaffect.errors import EvaluationError, SessionError
from neuroaffect.montage import canonical
from neuroaffect.session.import_mne import Translated
from neuroaffect.stream import StreamInfo

if TYPE_CHECKING:
    from mne_bids import BIDSPath

__all__ = ["open_raw"]

# Kind of channel as mne names it → ours, unit, and the factor from mne's SI unit to it.
_KINDS = {
    "eeg": ("eeg", "uV", 1e6), "ecg": ("ecg", "uV", 1e6), "emg": ("emg", "uV", 1e6),
    "eog": ("eog", "uV", 1e6), "gsr": ("eda", "uS", 1e6), "temperature": ("temp", "degC", 1.0),
    "resp": ("resp", "", 1.0),
}  # fmt: skip


def open_raw(place: "BIDSPath", start_s: float) -> Arrays:
    """Read a recording through mne-bids, its first sample at `start_s`.

    Raises
    ------
    EvaluationError
        If it cannot be read, or has no channel of a known kind.
    """
    from mne_bids import read_raw_bids

    path = Path(place.fpath)
    try:
        with Translated(path, format="BIDS", defects=[]):
            raw = read_raw_bids(place, verbose="ERROR")
            kinds = np.array(raw.get_channel_types())
            signals = {}
            for kind, (name, unit, factor) in _KINDS.items():
                picks = np.flatnonzero(kinds == kind)
                if len(picks):
                    info = StreamInfo(
                        name=name, kind=name, rate_hz=float(raw.info["sfreq"]), unit=unit,
                        channels=tuple(canonical(raw.ch_names[k]) for k in picks),
                    )  # fmt: skip
                    signals[name] = (info, raw.get_data(picks=picks).T * factor)
    except SessionError as error:
        raise EvaluationError(f"corpus 'bids': {error}") from None
    if not signals:
        raise EvaluationError(
            f"corpus 'bids': {path} has channels of the kinds {', '.join(sorted(set(kinds)))}; "
            f"known are {', '.join(_KINDS)}"
        )
    return Arrays(signals, start_s=start_s)
