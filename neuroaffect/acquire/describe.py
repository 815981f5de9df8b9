"""What a stream is, in canonical words: its sender's, completed from its device's file."""

import re
from collections import Counter as Votes
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from neuroaffect.acquire.description import Counter, Description
from neuroaffect.catalog import Device, DeviceStream, matching
from neuroaffect.montage import canonical
from neuroaffect.session.raw import RawStream
from neuroaffect.stream import StreamInfo
from neuroaffect.units import CANONICAL, VOLTAGES, kind_of, to_canonical

__all__ = ["as_sent", "describe", "kind_of_stream", "numbered"]

_UNIT_OF_KIND = {
    **dict.fromkeys(VOLTAGES, "uV"),
    "eda": "uS", "temp": "degC", "acc": "g", "gyro": "deg/s", "hr": "bpm", "ibi": "s",
}  # fmt: skip
_UNJUDGED = {"markers", "affect", "other"}  # every column is taken
# What stands beside the electrodes in streams that call themselves EEG, whoever sends them.
_NO_SIGNAL = re.compile(
    r"(original|lsl|unix|device|server)?time(stamps?)?"
    r"|counter|(packet|package)(num|number|counter|index)|sample(index|num|number|counter)"
    r"|interpolated?|(hardware|software)?markers?(index|type|value|hardware)?"
    r"|(trig|trigger|trg|stim|sti|status)(in|channel)?\d*|battery.*|validation.*"
    r"|rawcq|cq(af|fp|fc|cp|po|tp|[fctpo])z?\d*|cq(cms|drl)"
    r"|(acc|accel|accelerometer|gyro|gyroscope|mag|magnetometer)(channel)?[xyz\d]"
)


def describe(raw: RawStream, *, name: str, devices: Sequence[Device] = ()) -> Description:
    """Return what a stream is.

    What its sender says comes first; what it does not say is completed from the device file that
    fits best. Columns that are no signal are left out by label: those the device file names, and
    in any voltage stream those that cannot be one (time, counters, markers, contact quality).
    A column whose unit or type is that of another kind of signal is left out and named as a
    suspicion.

    Parameters
    ----------
    raw : RawStream
        As its sender describes it.
    name : str
        Its unique name.
    devices : sequence of Device
        Files to look into; none, and nothing is completed.
    """
    device, stream = matching(
        devices, type=raw.type, name=raw.name, source_id=raw.source_id, rate_hz=raw.rate_hz,
        labels=raw.labels,
    ) or (None, None)  # fmt: skip
    said, completed = _completed(raw, stream)
    columns, suspicions = _signal(said, stream, completed)
    left_out = tuple(
        label.strip() or f"channel {i + 1}"
        for i, label in enumerate(said.labels)
        if i not in columns
    )
    return replace(
        _described(said, name=name, columns=columns, device=device.id if device else ""),
        counter=_counter(said.labels, stream),
        completed=completed,
        left_out=left_out,
        suspicions=suspicions,
        plausible=_plausible(stream) if stream else None,
        free_placement=stream is not None and stream.free_placement,
    )


def as_sent(raw: RawStream, *, name: str) -> Description:
    """Return what a stream is by its sender's word alone, every column taken for signal.

    So were streams understood before sessions kept their description; such sessions are still.
    """
    return _described(raw, name=name, columns=tuple(range(len(raw.labels))))


def numbered(names: Iterable[str]) -> list[str]:
    """Return the names with a number after each that was there before: "A", "A 2", "A 3"."""
    unique: list[str] = []
    for name in names:
        word, n = name, 1
        while word in unique:
            n += 1
            word = f"{name} {n}"
        unique.append(word)
    return unique


def kind_of_stream(raw: RawStream) -> str:
    """Return the kind of a stream: strings are markers, whatever type they are given."""
    if raw.format == "string":
        return "markers"
    kinds = {kind_of(type) for type in raw.types}
    kind = kind_of(raw.type)
    return kinds.pop() if kind == "other" and len(kinds) == 1 else kind


def _described(
    raw: RawStream, *, name: str, columns: tuple[int, ...], device: str = ""
) -> Description:
    kind = kind_of_stream(raw)
    labels = [raw.labels[i].strip() or f"ch{i + 1}" for i in columns]
    if kind == "eeg":
        labels = [canonical(label) for label in labels]
    converted = [to_canonical(raw.units[i], kind) for i in columns]
    info = StreamInfo(
        name=name,
        kind=kind,
        # Markers are never regular, whatever rate they claim: each has a time of its own.
        rate_hz=0.0 if kind == "markers" else raw.rate_hz,
        channels=tuple(numbered(labels)),
        unit=Votes(unit for unit, _ in converted).most_common(1)[0][0],
        device=device,
    )
    return Description(info=info, columns=columns, factors=tuple(factor for _, factor in converted))


def _completed(raw: RawStream, stream: DeviceStream | None) -> tuple[RawStream, tuple[str, ...]]:
    """Return the stream as its sender should have described it, and what had to be added."""
    if stream is None:
        return raw, ()
    changes: dict[str, dict[str, object]] = {}
    width, named = len(raw.labels), len(stream.channels)
    if kind_of_stream(raw) == "other":
        changes["kind"] = {"type": stream.kind}
    if named and not any(label.strip() for label in raw.labels):
        changes["labels"] = {"labels": stream.channels + ("",) * (width - named)}
    sent = {" ".join(unit.lower().split()) for unit in raw.units}
    untrue = {"", *(unit.lower() for unit in stream.wrong_units)}
    if sent <= untrue and sent != {stream.unit.lower()}:
        changes["unit"] = {"units": (stream.unit,) * width}
    added = {key: value for change in changes.values() for key, value in change.items()}
    return replace(raw, **added), tuple(changes)


def _signal(
    raw: RawStream, stream: DeviceStream | None, completed: tuple[str, ...]
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the columns that are signal, and what is hard to believe of the others."""
    every = tuple(range(len(raw.labels)))
    kind = kind_of_stream(raw)
    if kind in _UNJUDGED:
        return every, ()
    # A device's signal comes first; what follows it has no name, here or there.
    named = [i for i in every if raw.labels[i] or "labels" not in completed]
    likely = [i for i in named if not _is_no_signal(raw.labels[i], kind, stream)]
    foreign = {i: word for i in likely if (word := _foreign(kind, raw.types[i], raw.units[i]))}
    columns = tuple(i for i in likely if i not in foreign)
    if not columns:
        said = ", ".join(dict.fromkeys(foreign.values() or raw.labels))
        return every, (f"is sent as {kind.upper()}, but its channels say {said}",)
    told = ", ".join(f"{raw.labels[i] or f'ch{i + 1}'} ({word})" for i, word in foreign.items())
    return columns, (f"holds channels that are no {kind.upper()}: {told}",) if told else ()


def _is_no_signal(label: str, kind: str, stream: DeviceStream | None) -> bool:
    word = label.strip().lower()
    if stream is not None:
        patterns = (*stream.drop, *(counter.label for counter in stream.counters))
        if any(fnmatchcase(word, pattern.lower()) for pattern in patterns):
            return True
    bare = re.sub(r"[\s_.:-]", "", word)
    return kind in VOLTAGES and _NO_SIGNAL.fullmatch(bare) is not None


def _foreign(kind: str, type: str, unit: str) -> str:
    """Return the word by which a channel belongs to another kind of signal, "" if none does."""
    canonical_unit, _ = to_canonical(unit, kind)
    expected = _UNIT_OF_KIND.get(kind)
    if expected and canonical_unit in CANONICAL and canonical_unit != expected:
        return unit.strip()
    other = kind_of(type)
    if kind in VOLTAGES and other not in VOLTAGES | {"other"}:
        return type.strip()
    return ""


def _plausible(stream: DeviceStream) -> tuple[float, float] | None:
    if stream.plausible is None:
        return None
    _, factor = to_canonical(stream.unit, stream.kind)
    low, high = stream.plausible
    return low * factor, high * factor


def _counter(labels: Sequence[str], stream: DeviceStream | None) -> Counter | None:
    for counter in stream.counters if stream else ():
        for column, label in enumerate(labels):
            if label.strip().lower() == counter.label.lower():
                return Counter(column, counter.modulus)
    return None
