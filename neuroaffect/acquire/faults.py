"""Faults that a replay can be given on purpose: what they are called, and how they are written.

    FAULTS := FAULT {"," FAULT}
    FAULT  := [STREAM ":"] NAME ["=" VALUE] ["@" START ["+" LENGTH]]

STREAM is a kind ("eeg") or a query ("name=Muse"); without one a fault strikes every regular
stream. START and LENGTH are counted from the begin of the replay: "90s", "200ms", "2min".

    dropout=3s@60s,eeg:rail=Fp1@90s+5s,eda:scale=1000
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from neuroaffect.errors import StreamError

__all__ = ["EXAMPLES", "FAULTS", "Fault", "FaultKind", "parse_faults"]

_UNITS: Mapping[str, Mapping[str, float]] = {
    "length": {"": 1.0, "s": 1.0, "ms": 1e-3, "min": 60.0},
    "shift": {"": 1.0, "s": 1.0, "ms": 1e-3, "min": 60.0, "h": 3600.0},
    "ppm": {"": 1.0, "ppm": 1.0},
    "share": {"": 1.0, "%": 0.01},
    "rate": {"": 1.0, "hz": 1.0},
    "factor": {"": 1.0, "x": 1.0},
}
_SUFFIX = {"length": "s", "shift": "s", "ppm": "ppm", "rate": "Hz"}
EXAMPLES = {
    "length": "seconds above 0 as 3s, 200ms or 2min", "shift": "seconds as 100s or -1h",
    "ppm": "parts per million, other than 0 and below 100000, as 500ppm or -200ppm",
    "share": "a share of packets, above 0 and at most 100%, as 2%",
    "rate": "a rate above 0 as 128Hz", "factor": "a factor other than 0 as 1000 or 0.001",
    "unit": "a unit as mV", "channel": "the label of a channel",
}  # fmt: skip
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([a-z%]*)", re.IGNORECASE)
_RESERVED = ",:@"


@dataclass(frozen=True, kw_only=True)
class FaultKind:
    """One thing that can go wrong.

    Parameters
    ----------
    takes : str
        What its value is: "length", "shift", "ppm", "share", "rate", "factor", "unit", "channel",
        or "" for none.
    when : {"window", "start", "never"}
        Whether it has a start and a length, a start only, or is there from the beginning.
    default : float, str or None
        Used where no value is given; None if one must be.
    where : {"anywhere", "lsl", "offline"}
        "lsl": it happens to an outlet, and a source that is read offline has none.
    says : str
        What happens, for the help.
    """

    takes: str
    when: str = "window"
    default: float | str | None = None
    where: str = "anywhere"
    says: str


FAULTS: Mapping[str, FaultKind] = MappingProxyType({
    "dropout": FaultKind(takes="length", when="start",
        says="samples are lost, the sender stays; stamps jump"),
    "loss": FaultKind(takes="share",
        says="packets are lost at random"),
    "silent-loss": FaultKind(takes="length", when="start",
        says="samples are lost and stamps go on without a jump: only a counter channel tells"),
    "stall": FaultKind(takes="length", when="start",
        says="the sender freezes, then delivers all at once with true stamps"),
    "burst": FaultKind(takes="length",
        says="samples come in bunches of this length, each stamped alike when it arrives"),
    "jitter": FaultKind(takes="length",
        says="packets are late by up to this, and stamped at arrival"),
    "drift": FaultKind(takes="ppm",
        says="the device runs faster by this (slower if negative) than it says"),
    "unix": FaultKind(takes="",
        says="stamps are UNIX time"),
    "other-clock": FaultKind(takes="shift", default=12345.0,
        says="stamps are from a clock that is ahead by this"),
    "zero-stamps": FaultKind(takes="", where="offline",
        says="every stamp is 0 (LSL itself puts the time of sending in its place)"),
    "clock-reset": FaultKind(takes="shift", default=100.0,
        says="stamps jump back by this"),
    "scale": FaultKind(takes="factor",
        says="values are multiplied, the unit still says the same"),
    "unit": FaultKind(takes="unit", when="never",
        says="the description names another unit, values stay"),
    "rail": FaultKind(takes="channel", default="",
        says="a channel (the first) is stuck at its largest value"),
    "flat": FaultKind(takes="channel", default="",
        says="a channel (the first) keeps its value; of a counter: it stops counting"),
    "no-labels": FaultKind(takes="", when="never",
        says="the description has no channels: no labels, no units"),
    "duplicate": FaultKind(takes="", when="start", where="lsl",
        says="a second outlet with the same source_id, name and type sends the same"),
    "restart": FaultKind(takes="length", when="start", where="lsl",
        says="the outlet is gone, and comes back with the same source_id after this"),
    "restart-rate": FaultKind(takes="rate", when="start", where="lsl",
        says="the outlet comes back after 1 s with another rate"),
    "restart-labels": FaultKind(takes="", when="start", where="lsl",
        says="the outlet comes back after 1 s with its labels in another order"),
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault, declared: what, how much, when, to which stream.

    Parameters
    ----------
    name : str
        One of :data:`FAULTS`.
    value : float, str or None
        What the fault takes: seconds, ppm, a share in (0, 1], a factor, Hz, a label, a unit; None
        for those that take nothing, or for the default.
    at_s : float
        Start, seconds from the begin of the replay.
    for_s : float or None
        Length in seconds; None until the end. For faults that take a length, the value is it.
    stream : str
        A kind or query; "" for every regular stream (for "rail" and "flat": that has the channel).

    Raises
    ------
    StreamError
        If there is no such fault, or it cannot have such a value or window.

    Notes
    -----
    ``str(fault)`` is what :func:`parse_faults` reads.
    """

    name: str
    value: float | str | None = None
    at_s: float = 0.0
    for_s: float | None = None
    stream: str = ""

    def __post_init__(self) -> None:
        if self.name not in FAULTS:
            raise StreamError(_unknown(self.name))
        if self.value is None and FAULTS[self.name].default is not None:
            object.__setattr__(self, "value", FAULTS[self.name].default)
        self._check_value()
        self._check_window()
        if not _is_word(self.stream):
            raise StreamError(
                f"fault '{self.name}' is for the stream '{self.stream}'; "
                f"a query in a fault has none of {' '.join(_RESERVED)}"
            )

    @property
    def kind(self) -> FaultKind:
        """What kind of fault it is."""
        return FAULTS[self.name]

    @property
    def end_s(self) -> float:
        """When it is over, infinity if never."""
        if self.kind.takes == "length" and self.kind.when == "start":
            return self.at_s + float(self.value)  # __post_init__ has checked that it is a number
        return float("inf") if self.for_s is None else self.at_s + self.for_s

    def __str__(self) -> str:
        text = f"{self.stream}:{self.name}" if self.stream else self.name
        if self.value not in (None, ""):
            text += f"={_written(self.value)}{_SUFFIX.get(self.kind.takes, '')}"
        if self.at_s or self.for_s is not None:
            text += f"@{_written(self.at_s)}s"
        if self.for_s is not None:
            text += f"+{_written(self.for_s)}s"
        return text

    def _check_value(self) -> None:
        takes, value = self.kind.takes, self.value
        if not takes:
            if value is not None:
                raise StreamError(f"fault '{self.name}' takes no value; it was given '{value}'")
            return
        right = {
            "length": lambda: 0 < value < float("inf"),
            "shift": lambda: abs(value) < float("inf") and value != 0,
            "ppm": lambda: 0 < abs(value) < 100_000,
            "share": lambda: 0 < value <= 1,
            "rate": lambda: 0 < value < float("inf"),
            "factor": lambda: abs(value) < float("inf") and value != 0,
            "channel": lambda: _is_word(value),
            "unit": lambda: value and _is_word(value),
        }[takes]
        fits = isinstance(value, str) == (takes in {"unit", "channel"})
        if value is None or not fits or not right():
            given = "no value" if value is None else f"'{value}'"
            raise StreamError(f"fault '{self.name}' has {given}; give {EXAMPLES[takes]}")

    def _check_window(self) -> None:
        when = self.kind.when
        if when == "never" and (self.at_s or self.for_s is not None):
            raise StreamError(
                f"fault '{self.name}' is there from the beginning; it takes no @ and no +"
            )
        if when == "start" and self.for_s is not None:
            raise StreamError(f"fault '{self.name}' takes no length after @; it takes its start")
        if not 0 <= self.at_s < float("inf") or not 0 < (self.for_s or 1.0) < float("inf"):
            raise StreamError(
                f"fault '{self.name}' starts at {self.at_s:g} s for {self.for_s} s; "
                "give a start of 0 or more and a length above 0"
            )


def parse_faults(text: str) -> tuple[Fault, ...]:
    """Return the faults a text asks for, in its order, which is the order they act in.

    Parameters
    ----------
    text : str
        See the top of this module; "" for none.

    Raises
    ------
    StreamError
        If it asks for what is no fault; names the nearest one.

    Examples
    --------
    >>> parse_faults("eeg:dropout=3s@60s")
    (Fault(name='dropout', value=3.0, at_s=60.0, for_s=None, stream='eeg'),)
    """
    return tuple(_parse(word.strip()) for word in text.split(",") if word.strip())


def _parse(text: str) -> Fault:
    stream, _, rest = text.rpartition(":")
    told, at, window = rest.partition("@")
    name, equals, value = (part.strip() for part in told.partition("="))
    if name not in FAULTS:
        raise StreamError(_unknown(name))
    start, plus, length = window.partition("+")
    fault = {"name": name, "stream": stream.strip()}
    if equals:
        takes = FAULTS[name].takes
        fault["value"] = _number(value, takes, text) if takes in _UNITS else value
    if at:
        fault["at_s"] = _number(start, "length", text)
    if plus:
        fault["for_s"] = _number(length, "length", text)
    return Fault(**fault)


def _number(text: str, takes: str, fault: str) -> float:
    found = _NUMBER.fullmatch(text.strip())
    factor = found and _UNITS[takes].get(found[2].lower())
    if not factor:
        raise StreamError(f"'{text}' in the fault '{fault}' is not right; give {EXAMPLES[takes]}")
    return float(found[1]) * factor


def _is_word(text: str) -> bool:
    return text == text.strip() and not any(sign in text for sign in _RESERVED)


def _written(value: float | str) -> str:
    return (
        value
        if isinstance(value, str)
        else repr(float(value)).removesuffix(".0").replace("e+", "e")
    )


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, FAULTS, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'? " if near else ""
    return f"'{name}' is no fault; {hint}known are {', '.join(FAULTS)}"
