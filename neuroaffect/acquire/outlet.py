"""What leaves over LSL: predictions, and recorded or simulated streams played again."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from types import ModuleType
from xml.etree import ElementTree

import numpy as np
import pylsl

from neuroaffect.acquire.tuning import config_text
from neuroaffect.affect import Prediction, Target
from neuroaffect.errors import StreamError
from neuroaffect.session.raw import RawStream, prediction_stream
from neuroaffect.session.xdf_header import write_header

__all__ = ["AffectOutlet", "QualityOutlet", "RawOutlet", "tuned"]

_BUFFER_S = 360


@cache
def tuned() -> ModuleType:
    """Return pylsl with the watchdog and the log set, which works before its first use only."""
    try:
        pylsl.set_config_content(config_text())
    except NotImplementedError:
        pass  # a liblsl before 1.17.7: its own settings stay
    return pylsl


class AffectOutlet:
    """Send predictions as an LSL stream of type "Affect".

    One channel for each dimension trained, in [-1, 1], then "<dimension>_sd" for each, and the
    ends of its interval, "<dimension>_low" and "<dimension>_high". All are NaN while the model
    abstains. Irregular rate; stamps are the times of the ticks.

    Parameters
    ----------
    targets : iterable of Target
        What the model was trained on; targets that are no affect dimension are left out.
    name : str
    source_id : str
        Must stay the same over restarts, so that receivers find the stream again.
    """

    def __init__(
        self, targets: Iterable[Target], *, name: str = "neuroaffect", source_id: str
    ) -> None:
        raw = prediction_stream(targets, id=0, name=name, source_id=source_id)
        self._outlet = RawOutlet(raw, source_id=source_id)

    def push(self, prediction: Prediction) -> None:
        """Send one prediction."""
        row = prediction.row(self._outlet.raw.labels)
        self._outlet.push(row[None], np.array([prediction.time]))

    def close(self) -> None:
        """Take the stream off the network."""
        self._outlet.close()


class QualityOutlet:
    """Send how well the channels of a stream are in contact, as two LSL streams.

    "<stream> quality", of type "Quality": one channel per channel judged, under its label, 1
    good to 0 bad. "<stream> flaws", of type "Flaws": the same channels, the reasons as bits of
    a whole number; the description of the stream names them. Irregular rate, equal stamps.

    Parameters
    ----------
    stream : str
        Name of the stream that is judged.
    channels : sequence of str
    source_id : str
        Must stay the same over restarts, so that receivers find the streams again.
    """

    def __init__(self, stream: str, channels: Sequence[str], *, source_id: str) -> None:
        raw = _about(f"{stream} quality", "Quality", "float32", channels, source_id)
        self._quality = RawOutlet(raw, source_id=raw.source_id)
        raw = _about(f"{stream} flaws", "Flaws", "int32", channels, source_id)
        self._flaws = RawOutlet(replace(raw, header=_with_bits(raw)), source_id=raw.source_id)

    def push(self, time: float, quality: np.ndarray, flaws: np.ndarray) -> None:
        """Send one verdict, (channels,) each."""
        stamps = np.array([time])
        self._quality.push(quality[None], stamps)
        self._flaws.push(flaws[None], stamps)

    def close(self) -> None:
        """Take both streams off the network."""
        self._quality.close()
        self._flaws.close()


class RawOutlet:
    """Send packets of a stream as LSL, described as its sender describes it.

    Parameters
    ----------
    raw : RawStream
        Gives name, type, rate, format and the description: its own header's if it brought one,
        with names and addresses of hosts taken out, else the label, unit and type of each channel.
    source_id : str
        Must stay the same over restarts.

    Raises
    ------
    StreamError
        From :meth:`push` after :meth:`close`.
    """

    def __init__(self, raw: RawStream, *, source_id: str) -> None:
        lsl = tuned()
        info = lsl.StreamInfo(
            raw.name or "unnamed", raw.type, len(raw.labels), raw.rate_hz, raw.format, source_id
        )
        described = ElementTree.fromstring(write_header(raw, redact=True)).find("desc")
        if described is not None:
            _copy(described, info.desc())
        self.raw = raw
        self._outlet: pylsl.StreamOutlet | None = lsl.StreamOutlet(info, max_buffered=_BUFFER_S)

    @property
    def has_consumers(self) -> bool:
        """Whether anybody listens."""
        return self._outlet is not None and self._outlet.have_consumers()

    def push(self, values: np.ndarray, stamps: np.ndarray) -> None:
        """Send samples, (samples, channels), with a stamp each, as one chunk."""
        if self._outlet is None:
            raise StreamError(f"outlet '{self.raw.name}' is closed; nothing can be sent")
        if self.raw.format == "string":
            self._outlet.push_chunk([[str(word) for word in row] for row in values], stamps)
        else:
            self._outlet.push_chunk(np.ascontiguousarray(values, self.raw.dtype), stamps)

    def close(self) -> None:
        """Take the stream off the network."""
        self._outlet = None


def _copy(xml: ElementTree.Element, into: "pylsl.info.XMLElement") -> None:
    for child in xml:
        if len(child):
            _copy(child, into.append_child(child.tag))
        elif child.text and child.text.strip():
            into.append_child_value(child.tag, child.text.strip())


def _about(name: str, type: str, format: str, channels: Sequence[str], source_id: str) -> RawStream:
    n = len(channels)
    return RawStream(
        id=0, name=name, type=type, source_id=f"{source_id}:{type}", rate_hz=0.0, format=format,
        labels=tuple(channels), units=("",) * n, types=(type,) * n,
    )  # fmt: skip


def _with_bits(raw: RawStream) -> str:
    """Return the header of a stream of flaws, with what each bit means."""
    from neuroaffect.blocks.flaw import Flaw  # a recorder needs no blocks

    root = ElementTree.fromstring(write_header(raw, redact=False))
    bits = ElementTree.SubElement(root.find("desc"), "flaws")
    for flaw in Flaw:
        described = ElementTree.SubElement(bits, "flaw")
        ElementTree.SubElement(described, "bit").text = str(int(flaw))
        ElementTree.SubElement(described, "name").text = flaw.words
    return ElementTree.tostring(root, encoding="unicode")
