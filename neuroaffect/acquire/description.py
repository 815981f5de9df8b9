"""What a stream was understood to be, as a declared thing that a session can keep."""

from collections.abc import Mapping
from dataclasses import dataclass

from neuroaffect.errors import SessionError
from neuroaffect.session.raw import RawStream
from neuroaffect.stream import StreamInfo

__all__ = ["Counter", "Description"]


@dataclass(frozen=True)
class Counter:
    """A column in which a device numbers its samples.

    Parameters
    ----------
    column : int
        Which channel of the stream as sent, from 0.
    modulus : int
        The count at which it starts again from 0.
    """

    column: int
    modulus: int


@dataclass(frozen=True, kw_only=True)
class Description:
    """A stream as the rest of the program sees it, and how it is had from what is sent.

    Parameters
    ----------
    info : StreamInfo
        Canonical kind, labels and unit; only channels that are signal.
    columns : tuple of int
        Which channels of the stream as sent these are, in order.
    factors : tuple of float
        What to multiply each of them with to have `info.unit`.
    counter : Counter or None
        The channel by which lost samples are counted.
    completed : tuple of str
        What the sender did not say, or said wrongly, and the device file knows: of "kind",
        "labels", "unit".
    left_out : tuple of str
        Labels of the channels that are no signal.
    suspicions : tuple of str
        What is hard to believe, a sentence each.
    plausible : (low, high) or None
        What the device can give, in `info.unit`.
    free_placement : bool
        The labels taken from the device file are only the usual ones.
    """

    info: StreamInfo
    columns: tuple[int, ...]
    factors: tuple[float, ...]
    counter: Counter | None = None
    completed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    suspicions: tuple[str, ...] = ()
    plausible: tuple[float, float] | None = None
    free_placement: bool = False

    @property
    def completions(self) -> tuple[str, ...]:
        """What was taken from the device file, a sentence each."""
        confirm = {"labels": ": confirm your placement"} if self.free_placement else {}
        return tuple(
            f"{what} taken from {self.info.device}{confirm.get(what, '')}"
            for what in self.completed
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What was completed and what was left out, a sentence each; nothing of it is wrong."""
        left_out = (f"left out: {', '.join(self.left_out)}",) if self.left_out else ()
        return self.completions + left_out

    def detail(self) -> dict[str, object]:
        """Return what a session keeps of it, as an event's JSON values."""
        info = self.info
        return {
            "stream": info.name, "signal": info.kind, "rate_hz": info.rate_hz,
            "labels": list(info.channels), "unit": info.unit, "device": info.device,
            "columns": list(self.columns), "factors": list(self.factors),
            "counter": [self.counter.column, self.counter.modulus] if self.counter else None,
            "completed": list(self.completed), "left_out": list(self.left_out),
            "suspicions": list(self.suspicions),
            "plausible": list(self.plausible) if self.plausible else None,
            "free_placement": self.free_placement,
        }  # fmt: skip

    @classmethod
    def of_detail(cls, raw: RawStream, detail: Mapping[str, object]) -> "Description":
        """Return the description that a session kept of a stream.

        Raises
        ------
        SessionError
            If it does not fit the stream, or is none.
        """
        try:
            counter, plausible = detail.get("counter"), detail.get("plausible")
            found = cls(
                info=StreamInfo(
                    name=str(detail["stream"]), kind=str(detail["signal"]),
                    rate_hz=float(detail["rate_hz"]),
                    channels=tuple(str(label) for label in detail["labels"]),
                    unit=str(detail["unit"]), device=str(detail["device"]),
                ),
                columns=tuple(int(column) for column in detail["columns"]),
                factors=tuple(float(factor) for factor in detail["factors"]),
                counter=Counter(*(int(number) for number in counter)) if counter else None,
                completed=tuple(str(what) for what in detail.get("completed", ())),
                left_out=tuple(str(label) for label in detail.get("left_out", ())),
                suspicions=tuple(str(text) for text in detail.get("suspicions", ())),
                plausible=(float(plausible[0]), float(plausible[1])) if plausible else None,
                free_placement=bool(detail.get("free_placement", False)),
            )  # fmt: skip
        except (IndexError, KeyError, TypeError, ValueError) as error:
            raise SessionError(
                f"the session's description of '{raw.name}' cannot be read ({error!r})"
            ) from None
        width = len(raw.labels)
        used = (*found.columns, *([found.counter.column] if found.counter else ()))
        if not (
            len(found.columns) == len(found.factors) == len(found.info.channels) > 0
            and all(0 <= column < width for column in used)
        ):
            raise SessionError(
                f"the session's description of '{raw.name}' does not fit its {width} channels"
            )
        return found
