"""Kinds of streams, and the unit aliases met in the wild, in one place.

Values are converted once, at the door: volts of any size to microvolts, siemens to
microsiemens, accelerations to g. A unit that is not known is kept by name with factor 1.
"""

import re

__all__ = ["CANONICAL", "KINDS", "VOLTAGES", "kind_of", "to_canonical"]

KINDS = (
    "eeg", "ecg", "emg", "eog", "eda", "ppg", "resp", "temp", "acc", "gyro",
    "hr", "ibi", "markers", "affect", "other",
)  # fmt: skip

VOLTAGES = frozenset({"eeg", "ecg", "emg", "eog"})

CANONICAL = frozenset({"uV", "uS", "kOhm", "g", "deg/s", "degC", "bpm", "s", "uT", "%"})

_KIND_ALIASES = {
    "exg": "eeg", "eegraw": "eeg", "raweeg": "eeg", "ekg": "ecg",
    "gsr": "eda", "skin": "eda", "sc": "eda", "scl": "eda", "skinconductance": "eda",
    "galvanicskinresponse": "eda", "electrodermal": "eda", "electrodermalactivity": "eda",
    "bvp": "ppg", "pulse": "ppg", "optics": "ppg", "optical": "ppg", "photoplethysmogram": "ppg",
    "rsp": "resp", "respiration": "resp", "breathing": "resp",
    "tmp": "temp", "temperature": "temp", "skintemp": "temp", "skintemperature": "temp",
    "accel": "acc", "accelerometer": "acc", "acceleration": "acc",
    "gyroscope": "gyro", "gyr": "gyro",
    "heartrate": "hr", "bpm": "hr",
    "rr": "ibi", "rri": "ibi", "rrinterval": "ibi", "rrintervals": "ibi", "ppi": "ibi",
    "interbeatinterval": "ibi",
    "marker": "markers", "stringmarker": "markers", "stringmarkers": "markers", "stim": "markers",
    "trigger": "markers", "triggers": "markers", "event": "markers", "events": "markers",
    "annotations": "markers", "tag": "markers", "tags": "markers",
}  # fmt: skip

_PREFIXES = {
    "": 1.0, "n": 1e-9, "nano": 1e-9, "u": 1e-6, "micro": 1e-6, "m": 1e-3, "milli": 1e-3,
    "k": 1e3, "kilo": 1e3,
}  # fmt: skip
_PREFIXED = re.compile(
    r"(nano|micro|milli|kilo|n|u|m|k)?"
    r"(volt|siemens|ohm|second|sec|tesla|v|s|t|g)s?"
)
_BASES = {
    "v": ("uV", 1e6), "volt": ("uV", 1e6),
    "siemens": ("uS", 1e6), "siemen": ("uS", 1e6),
    "ohm": ("kOhm", 1e-3),
    "s": ("s", 1.0), "sec": ("s", 1.0), "second": ("s", 1.0),
    "t": ("uT", 1e6), "tesla": ("uT", 1e6),
    "g": ("g", 1.0),
}  # fmt: skip
_G = 1.0 / 9.80665  # of one metre per second squared
_DEGREES = 57.29577951308232  # of one radian
_WHOLE = {
    "m/s^2": ("g", _G), "m/s2": ("g", _G), "m/s²": ("g", _G), "m/s/s": ("g", _G),
    "m s-2": ("g", _G), "m*s^-2": ("g", _G), "ms^-2": ("g", _G), "ms-2": ("g", _G),
    "deg/s": ("deg/s", 1.0), "degrees/second": ("deg/s", 1.0), "degree/second": ("deg/s", 1.0),
    "degrees/s": ("deg/s", 1.0), "degrees per second": ("deg/s", 1.0), "dps": ("deg/s", 1.0),
    "°/s": ("deg/s", 1.0), "mdps": ("deg/s", 1e-3), "rad/s": ("deg/s", _DEGREES),
    "radians/second": ("deg/s", _DEGREES),
    "c": ("degC", 1.0), "°c": ("degC", 1.0), "ºc": ("degC", 1.0), "℃": ("degC", 1.0),
    "degc": ("degC", 1.0), "deg c": ("degC", 1.0), "celsius": ("degC", 1.0),
    "celcius": ("degC", 1.0), "degrees celsius": ("degC", 1.0), "degrees celcius": ("degC", 1.0),
    "degree celsius": ("degC", 1.0), "degrees c": ("degC", 1.0),
    "bpm": ("bpm", 1.0), "beats/min": ("bpm", 1.0), "beats/minute": ("bpm", 1.0),
    "beats per minute": ("bpm", 1.0), "1/min": ("bpm", 1.0),
    "%": ("%", 1.0), "percent": ("%", 1.0),
    "none": ("", 1.0), "n/a": ("", 1.0), "na": ("", 1.0), "unknown": ("", 1.0), "-": ("", 1.0),
    "a.u.": ("", 1.0), "au": ("", 1.0), "arbitrary": ("", 1.0), "arbitrary units": ("", 1.0),
}  # fmt: skip
_MULTIPLE = re.compile(r"(\d+(?:\.\d*)?(?:e[+-]?\d+)?)(?:\s*/\s*(\d+(?:\.\d*)?))?\s*\*?\s*(\D.*)")


def kind_of(stream_type: str) -> str:
    """Return the kind for a stream type as senders write it: "EEG" → "eeg", "GSR" → "eda"."""
    word = stream_type.strip().lower()
    word = re.sub(r"[\s_-]", "", word)
    word = _KIND_ALIASES.get(word, word)
    return word if word in KINDS else "other"


def to_canonical(unit: str, kind: str) -> tuple[str, float]:
    """Return the canonical unit and the factor that converts to it.

    Both signs that are read as micro count, as do numbers before the unit; the kind decides
    whether "mS" and "ms" are siemens or seconds where upper and lower case do not tell.

    >>> to_canonical("microvolts", "eeg")
    ('uV', 1.0)
    >>> to_canonical("nS", "eda")
    ('uS', 0.001)
    >>> to_canonical("1/64 g", "acc")
    ('g', 0.015625)
    """
    word = " ".join(unit.replace("µ", "u").replace("μ", "u").replace("Ω", "ohm").split())
    word = word.replace("\N{OHM SIGN}", "ohm")
    if not word:
        # LSL's preferred unit; senders that say nothing mean it
        return ("uV", 1.0) if kind in VOLTAGES else ("", 1.0)
    if (plain := _unit(word, kind)) is not None:
        return plain
    if (multiple := _MULTIPLE.fullmatch(word)) is not None:
        number, divisor, rest = multiple.groups()
        if (known := _unit(rest, kind)) is not None and float(divisor or 1.0):
            factor = float(number) / float(divisor or 1.0) * known[1]
            if 0.0 < factor < float("inf"):
                return known[0], factor
    return word, 1.0


def _unit(word: str, kind: str) -> tuple[str, float] | None:
    """Return canonical unit and factor of a unit without a number; None if it is not known."""
    key = word.lower()
    if key in _WHOLE:
        return _WHOLE[key]
    if (parts := _PREFIXED.fullmatch(key)) is None:
        return None
    prefix, base = parts.groups()
    if base == "s" and (kind == "eda" or (word.endswith("S") and kind not in {"ibi", "hr"})):
        base = "siemens"
    canonical, factor = _BASES[base]
    # In decimals there is no rounding: 1e-3 * 1e6 is 1000, 1e-9 * 1e6 is not quite 0.001.
    return canonical, float(f"{_PREFIXES[prefix or ''] * factor:.12g}")
