"""What each channel of an imported file measures, in which unit, whatever mne makes of it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from neuroaffect.session.edf import EDF_WIDTHS, read_edf_header
from neuroaffect.units import kind_of, to_canonical

if TYPE_CHECKING:
    from mne.io import BaseRaw

__all__ = ["ImportedChannel", "channels_of"]


@dataclass(frozen=True, kw_only=True)
class ImportedChannel:
    """One channel: `type` as LSL calls it, and the factor from mne's value to `unit`."""

    label: str
    type: str
    unit: str
    factor: float


# Readers take a channel for EEG unless told otherwise; its label often knows better.
_BY_LABEL = tuple(
    (type, re.compile(rf"(?:{words})[XYZLRHV]?(?![A-Za-z])", re.IGNORECASE))
    for type, words in (
        ("ECG", "ECG|EKG"),
        ("EOG", "[HV]?EOG"),
        ("EMG", "EMG"),
        ("GSR", "GSR|EDA"),
        ("PPG", "PPG|BVP"),
        ("RESP", "RESP|RSP"),
        ("TEMP", "TEMP"),
        ("ACC", "ACC"),
        ("GYRO", "GYRO"),
        ("MISC", "COUNTER|INTERPOLATED|RAW_CQ|CQ_[A-Z]+[0-9]*|MARKER"),  # Emotiv, as "uV"
    )
)
_BY_MNE = {"gsr": "GSR", "resp": "RESP", "temperature": "TEMP", "mag": "MEG", "grad": "MEG"}
_UNSURE = {"eeg", "misc", "bio"}
_BODY_VOLTAGES = {"EEG", "ECG", "EOG", "EMG"}

_MICROVOLTS = ("\u03bcV", "\u00b5V", "\x83\xcaV", "uV")  # as EDF writers spell it
_FIFF_UNITS = {107: "V", 110: "S", 112: "T", 114: "degC", 201: "T/m"}


def channels_of(raw: "BaseRaw", path: Path, *, format: str) -> list[ImportedChannel]:
    """Return the channels of a raw recording in its order; triggers have the type "STIM".

    Values come back in the unit that the file states, voltages in microvolts. A unit that mne
    does not know was read as volts and is only given its name back.
    """
    stated = _STATED.get(format, _fif_units)(raw, path)
    return [
        _channel(label, mne_type, unit, factor)
        for label, mne_type, (unit, factor) in zip(
            raw.ch_names, raw.get_channel_types(), stated, strict=True
        )
    ]


def _channel(label: str, mne_type: str, unit: str, mne_factor: float) -> ImportedChannel:
    type = _BY_MNE.get(mne_type, mne_type.upper())
    if mne_type in _UNSURE:
        type = next((known for known, words in _BY_LABEL if words.match(label)), type)
    canonical, factor = to_canonical(unit, kind_of(type))
    if type in _BODY_VOLTAGES and canonical != "uV":
        type = "MISC"
        canonical, factor = to_canonical(unit, "other")
    return ImportedChannel(label=label, type=type, unit=canonical, factor=factor / mne_factor)


def _edf_units(raw: "BaseRaw", path: Path) -> list[tuple[str, float]]:
    header = read_edf_header(path, width=EDF_WIDTHS["EDF"])  # the table is the same in both
    units = [_edf_unit(header.units[signal]) for signal in header.signals]
    if len(units) == len(raw.ch_names):
        return units
    # One rate of several: mne keeps the file's labels, made unique only where they collide.
    named = dict(zip((header.labels[signal] for signal in header.signals), units, strict=True))
    return [
        named.get(label) or named.get(label.rpartition("-")[0], ("", 1.0)) for label in raw.ch_names
    ]


def _edf_unit(unit: str) -> tuple[str, float]:
    if unit in _MICROVOLTS:
        return "uV", 1e-6
    return unit, 1e-3 if unit == "mV" else 1.0


def _brainvision_units(raw: "BaseRaw", path: Path) -> list[tuple[str, float]]:
    text = path.read_bytes().decode("utf-8", "replace")
    section = re.search(r"^\[Channel Infos\](.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^ch(\d+)=(.*)$", section[1] if section else "", re.MULTILINE | re.I)
    stated = {}
    for number, row in rows:
        fields = row.strip().split(",")
        stated[int(number) - 1] = (fields[3] if len(fields) > 3 else "") or "uV"
    # The range that mne keeps is the factor it took for that unit.
    return [
        (stated.get(k, ""), float(channel["range"])) for k, channel in enumerate(raw.info["chs"])
    ]


def _eeglab_units(raw: "BaseRaw", path: Path) -> list[tuple[str, float]]:
    # The format knows no units: signals are microvolts by convention, and mne scales them all.
    voltages = ("eeg", "eog", "ecg", "emg")
    return [("uV" if type in voltages else "", 1e-6) for type in raw.get_channel_types()]


def _fif_units(raw: "BaseRaw", path: Path) -> list[tuple[str, float]]:
    return [(_FIFF_UNITS.get(int(channel["unit"]), ""), 1.0) for channel in raw.info["chs"]]


_STATED = {
    "EDF": _edf_units,
    "BDF": _edf_units,
    "BrainVision": _brainvision_units,
    "EEGLAB": _eeglab_units,
    "FIF": _fif_units,
}
