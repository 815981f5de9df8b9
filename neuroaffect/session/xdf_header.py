"""The XML inside an XDF file: a stream's header in both directions, and its footer."""

import math
import re
from collections.abc import Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from neuroaffect.session.raw import FORMATS, ClockOffset, RawStream
from neuroaffect.session.redact import anonymise
from neuroaffect.session.xdf import Damage

__all__ = ["footer_count", "host_of", "parse_header", "parse_xml", "write_footer", "write_header"]

_DEEPEST = 64  # elements within elements; what walks down a tree must not run out of stack
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def parse_header(
    text: str, *, id: int, most_channels: int
) -> tuple[RawStream, list[str], list[str]]:
    """Return the stream a header describes, what is wrong with the header, and what is odd.

    Parameters
    ----------
    text : str
        The ``<info>`` XML.
    id : int
        The stream's number in the file.
    most_channels : int
        More channels than this cannot be in the file.

    Raises
    ------
    Damage
        If count or format of the channels cannot be known, so that no sample can be read.
    """
    info = parse_xml(text)
    name = info.findtext("name") or ""
    format = (info.findtext("channel_format") or "").strip()
    if format not in FORMATS:
        raise Damage(f"stream '{name}' has the format '{format}'; known are {', '.join(FORMATS)}")
    count = _number(info, "channel_count")
    if not (1 <= count <= most_channels and count == int(count)):
        raise Damage(f"stream '{name}' says it has {count:g} channels")
    defects, notes = [], []
    rate_hz = _number(info, "nominal_srate")
    if not 0.0 <= rate_hz < math.inf:
        defects.append(f"stream '{name}' has no usable nominal rate; it is read as irregular")
        rate_hz = 0.0
    labels, units, types, told = _channels(info, int(count))
    if told not in {0, count}:
        notes.append(f"stream '{name}' describes {told} of its {count:g} channels")
    stream = RawStream(
        id=id, name=name, type=info.findtext("type") or "", rate_hz=rate_hz,
        source_id=info.findtext("source_id") or "", format=format,
        labels=labels, units=units, types=types, header=text,
    )  # fmt: skip
    return stream, defects, notes


def parse_xml(text: str) -> Element:
    """Return the root of a header or footer; what XML cannot carry is replaced.

    Raises
    ------
    Damage
        If it is broken, declares entities, or is deeper than any header.
    """
    # No header needs a document type, and entities can be made to grow without bound.
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Damage("its XML declares a document type")
    try:
        root = ElementTree.fromstring(_NOT_XML.sub("\ufffd", text).strip("\ufffd \t\r\n"))
    except ElementTree.ParseError as error:
        raise Damage(f"its XML is broken ({error})") from None
    level = [root]
    for _ in range(_DEEPEST):
        level = [inner for element in level for inner in element]
        if not level:
            return root
    raise Damage(f"its XML is more than {_DEEPEST} elements deep")


def _number(info: Element, tag: str) -> float:
    try:
        return float(info.findtext(tag) or "nan")
    except ValueError:
        return math.nan


def _channels(info: Element, count: int) -> tuple[tuple, tuple, tuple, int]:
    """Return labels, units and types, each of the length `count`, and how many were described."""
    described = info.findall("desc/channels/channel")
    if not described:
        # One tuple for all three: headers that only claim channels must cost little.
        return (nameless := ("",) * count), nameless, nameless, 0
    rows = [
        (
            channel.findtext("label") or channel.findtext("name") or "",
            channel.findtext("unit") or "",
            channel.findtext("type") or "",
        )
        for channel in described[:count]
    ]
    rows += [("", "", "")] * (count - len(rows))
    labels, units, types = zip(*rows, strict=True)
    return labels, units, types, len(described)


def write_header(stream: RawStream, *, redact: bool) -> str:
    """Return the header of a stream: its own if it brought one, else made from what is known.

    One that contradicts the stream is not its own: the samples could not be read by it. Host and
    user names, addresses and ports are taken out with `redact`. Regular streams that say nothing
    about it are marked ``can_drop_samples``, or readers draw a line through each gap.
    """
    try:
        info = parse_xml(stream.header) if stream.header else _made(stream)
    except Damage:
        info = _made(stream)
    if not _describes(info, stream):
        info = _made(stream)
    if redact:
        anonymise(info)
    if stream.rate_hz > 0 and info.find("desc/synchronization/can_drop_samples") is None:
        _set(info, "desc/synchronization/can_drop_samples", "true")
    return _text(info)


def _describes(info: Element, stream: RawStream) -> bool:
    return (
        (info.findtext("name") or "") == stream.name
        and (info.findtext("type") or "") == stream.type
        and (info.findtext("channel_format") or "").strip() == stream.format
        and _number(info, "channel_count") == len(stream.labels)
        and _number(info, "nominal_srate") == stream.rate_hz
    )


def _made(stream: RawStream) -> Element:
    info = Element("info")
    for tag, value in (
        ("name", stream.name),
        ("type", stream.type),
        ("channel_count", str(len(stream.labels))),
        ("nominal_srate", repr(float(stream.rate_hz))),
        ("channel_format", stream.format),
        ("source_id", stream.source_id),
    ):
        SubElement(info, tag).text = value
    _set(info, "desc/synchronization/can_drop_samples", "true")
    channels = SubElement(info.find("desc"), "channels")
    for label, unit, type in zip(stream.labels, stream.units, stream.types, strict=True):
        channel = SubElement(channels, "channel")
        for tag, value in (("label", label), ("unit", unit), ("type", type)):
            SubElement(channel, tag).text = value
    return info


def _set(info: Element, path: str, value: str) -> None:
    element = info
    for tag in path.split("/"):
        inner = element.find(tag)
        element = SubElement(element, tag) if inner is None else inner
    element.text = value


def _text(info: Element) -> str:
    for element in info.iter():
        if element.text:
            element.text = _NOT_XML.sub("\ufffd", element.text)
    return '<?xml version="1.0"?>\n' + ElementTree.tostring(info, encoding="unicode")


def write_footer(*, stamps: tuple[float, float], count: int, offsets: Sequence[ClockOffset]) -> str:
    """Return a footer: first and last stamp, number of samples, clock offsets."""
    info = Element("info")
    SubElement(info, "first_timestamp").text = repr(float(stamps[0]))
    SubElement(info, "last_timestamp").text = repr(float(stamps[1]))
    SubElement(info, "sample_count").text = str(count)
    inner = SubElement(info, "clock_offsets")
    for measured in offsets:
        offset = SubElement(inner, "offset")
        SubElement(offset, "time").text = repr(float(measured.time))
        SubElement(offset, "value").text = repr(float(measured.offset))
    return _text(info)


def footer_count(text: str) -> int | None:
    """Return the number of samples a footer speaks of, None if it says none."""
    count = _number(parse_xml(text), "sample_count")
    return int(count) if np.isfinite(count) else None


def host_of(stream: RawStream) -> str:
    """Return the name of the machine that a stream's header speaks of, or ""."""
    if "<hostname" not in stream.header:
        return ""
    try:
        return (parse_xml(stream.header).findtext("hostname") or "").strip()
    except Damage:
        return ""
