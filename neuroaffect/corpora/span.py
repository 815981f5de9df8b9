"""From when to when a recording lasts, for data sets whose files are one trial each."""

from pathlib import Path

from neuroaffect.errors import EvaluationError, SessionError
from neuroaffect.session import Packet, open_recording

__all__ = ["recording_span"]


def recording_span(path: Path, *, corpus: str) -> tuple[float, float]:
    """Return the first and the last stamp of a recording, in seconds, read packet by packet.

    Raises
    ------
    EvaluationError
        If it cannot be read, or holds no sample.
    """
    first, last = None, None
    try:
        for item in open_recording(path).items():
            if isinstance(item, Packet) and len(item):
                first = float(item.stamps[0]) if first is None else first
                last = float(item.stamps[-1])
    except SessionError as error:
        raise EvaluationError(f"corpus '{corpus}': {error}") from None
    if first is None or last is None:
        raise EvaluationError(f"corpus '{corpus}': {path} holds no sample")
    return first, last
