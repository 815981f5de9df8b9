"""What ``muselsl record`` writes: a header, UNIX time, then the channels.

The stamps are those of a line fitted through the whole recording, rounded to milliseconds: they
never tell jitter, and a loss only where muselsl noticed it.
"""

import re

from neuroaffect.errors import SessionError
from neuroaffect.session.imported import Imported
from neuroaffect.session.table import Group, Table, import_table, table_stream
from neuroaffect.session.text import Text

__all__ = ["import_muselsl", "is_muselsl"]

# The file does not say its rate; these are the rates that muselsl itself declares.
_RATES = {"EEG": 256.0, "PPG": 64.0, "ACC": 52.0, "GYRO": 52.0, "OPTICS": 64.0}
_UNITS = {"EEG": "uV", "ACC": "g", "GYRO": "deg/s"}
_ELECTRODE = re.compile(r"(?:TP9|AF7|AF8|TP10|(?:Right |Left )?AUX\w*)$", re.IGNORECASE)
_MARKER = re.compile(r"Marker ?\d*$", re.IGNORECASE)


def is_muselsl(head: str) -> bool:
    """Whether a text starts as muselsl's files do; some versions number the rows first."""
    return re.match(r"(?:\"?\"?,)?\"?timestamps\"?,", head) is not None


def import_muselsl(text: Text) -> Imported:
    """Open a recording of muselsl: EEG with markers, PPG, ACC, GYRO or optics.

    Raises
    ------
    SessionError
        If it has no channel, or cannot be read.
    """
    names = [name.strip(' "') for name in text.lines(1)[0].split(",")]
    stamp = names.index("timestamps")
    marks = tuple(k for k, name in enumerate(names) if _MARKER.match(name))
    signal = tuple(k for k in range(stamp + 1, len(names)) if k not in marks)
    if not signal:
        raise SessionError(f"'{text.name}' has a column of time but no channel beside it")
    labels = tuple(names[k] or f"ch{k}" for k in signal)
    type = _type(labels, text.name)
    rate_hz = _RATES.get(type, 0.0)
    stream = table_stream(
        1, f"Muse {type}", type, labels, rate_hz=rate_hz, unit=_UNITS.get(type, "")
    )
    table = Table(
        format="muselsl", text=text, skip=1, rate_hz=rate_hz, stamp=stamp,
        groups=(Group(stream=stream, columns=signal),), markers=marks,
    )  # fmt: skip
    return import_table(table)


def _type(labels: tuple[str, ...], name: str) -> str:
    """Return the type of the stream that was recorded; X, Y and Z need the file's name to tell."""
    if any(_ELECTRODE.match(label) for label in labels):
        return "EEG"
    if all(label.upper().startswith("PPG") for label in labels):
        return "PPG"
    if all(label.upper().startswith("OPTICS") for label in labels):
        return "OPTICS"
    if labels == ("X", "Y", "Z"):
        return next((type for type in ("GYRO", "ACC") if type in name.upper()), "MISC")
    return "MISC"
