"""Kinds of streams, and the unit aliases met in the wild, in one place.

Values are converted once, at the door: volts of any size to microvolts, siemens to
microsiemens. A unit that is not known is kept by name with factor 1.
"""

__all__ = ["KINDS", "kind_of", "to_canonical"]

KINDS = (
    "eeg", "ecg", "emg", "eog", "eda", "ppg", "resp", "temp", "acc", "gyro",
    "hr", "ibi", "markers", "affect", "other",
)  # fmt: skip

_KIND_ALIASES = {
    "exg": "eeg", "ekg": "ecg", "gsr": "eda", "skin": "eda", "bvp": "ppg", "pulse": "ppg",
    "rsp": "resp", "respiration": "resp", "tmp": "temp", "temperature": "temp",
    "accelerometer": "acc", "gyroscope": "gyro", "heartrate": "hr", "rr": "ibi",
    "marker": "markers", "stringmarker": "markers", "stim": "markers", "events": "markers",
}  # fmt: skip

_VOLTS = {"v": 1e6, "volt": 1e6, "mv": 1e3, "millivolt": 1e3, "uv": 1.0, "microvolt": 1.0,
          "nv": 1e-3, "nanovolt": 1e-3}  # fmt: skip
_SIEMENS = {"s": 1e6, "siemens": 1e6, "ms": 1e3, "millisiemens": 1e3, "us": 1.0,
            "microsiemens": 1.0, "ns": 1e-3}  # fmt: skip
_SAME = {"celsius": "degC", "°c": "degC", "degc": "degC", "degrees celcius": "degC", "g": "g",
         "deg/s": "deg/s", "degrees/second": "deg/s", "bpm": "bpm"}  # fmt: skip


def kind_of(stream_type: str) -> str:
    """Return the kind for a stream type as senders write it: "EEG" → "eeg", "GSR" → "eda"."""
    word = stream_type.strip().lower()
    word = _KIND_ALIASES.get(word, word)
    return word if word in KINDS else "other"


def to_canonical(unit: str, kind: str) -> tuple[str, float]:
    """Return the canonical unit and the factor that converts to it.

    >>> to_canonical("microvolts", "eeg")
    ('uV', 1.0)
    >>> to_canonical("nS", "eda")
    ('uS', 0.001)
    """
    word = unit.strip().replace("µ", "u").replace("μ", "u")
    key = word.lower()
    singular = key[:-1] if key.endswith("s") and len(key) > 2 else key
    if kind == "eda":
        for name in (key, singular):
            if name in _SIEMENS:
                return "uS", _SIEMENS[name]
    for name in (key, singular):
        if name in _VOLTS:
            return "uV", _VOLTS[name]
    if not word and kind in {"eeg", "ecg", "emg", "eog"}:
        return "uV", 1.0  # LSL's preferred unit; senders that say nothing mean it
    return _SAME.get(key, word), 1.0
