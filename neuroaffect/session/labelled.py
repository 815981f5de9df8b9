"""A recording and what is known of its trials: what data sets give, and what training takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np

from neuroaffect.errors import SessionError
from neuroaffect.stream import Source

__all__ = ["Course", "LabelledSession", "Trial"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Course:
    """A rating that moves while the stimulus runs: a joystick, a slider, a second of video each.

    Parameters
    ----------
    times : ndarray of float64, shape (n,)
        Seconds on the clock of the session's chunks, rising.
    values : ndarray of float64, shape (n,)
        On the rating's own scale; NaN where nobody rated. Each holds until the next.
    """

    times: np.ndarray
    values: np.ndarray

    def __post_init__(self) -> None:
        if self.times.shape != self.values.shape or self.times.ndim != 1 or not len(self.times):
            raise SessionError(
                f"a course has {self.times.shape} times and {self.values.shape} values; "
                "it needs one value for each time, and at least one"
            )
        if not (np.diff(self.times) > 0).all():
            raise SessionError("the times of a course must rise; sort them, and keep each once")

    def at(self, times: np.ndarray, *, until: float) -> np.ndarray:
        """Return the rating in force at these times, (n,); NaN before the first and after `until`.

        The last value holds until then: a slider that nobody moves sends nothing.
        """
        place = np.searchsorted(self.times, times, side="right") - 1
        known = (place >= 0) & (times <= until)
        return np.where(known, self.values[np.maximum(place, 0)], np.nan)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A stretch of a recording with one rating per dimension.

    Parameters
    ----------
    id : str
        Unique within the subject. Stretches that share one rating (two clips of one stimulus)
        share one id, and so can never end up on two sides of a split.
    start, stop : float
        Seconds on the clock of the session's chunks.
    ratings : mapping of str to float
        Dimension → the rating on its own scale, or the class number where there is no scale.
    courses : mapping of str to Course
        Dimensions that were rated while the stimulus ran.
    """

    id: str
    start: float
    stop: float
    ratings: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    courses: Mapping[str, Course] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if not self.start < self.stop:
            raise SessionError(
                f"trial '{self.id}' runs from {self.start:g} to {self.stop:g} s; "
                "it must end after it starts"
            )


@dataclass(frozen=True, kw_only=True)
class LabelledSession:
    """One uninterrupted recording of one person, and its trials.

    Parameters
    ----------
    subject, session : str
        The person, and the sitting: one time that devices were put on. Recordings of one sitting
        (three tasks of one day, fifteen clips cut from one visit) share its name, and are left
        out together; their times must not overlap then.
    open : callable
        Returns the session's source, afresh at each call.
    trials : tuple of Trial
        In order of time.
    whole_trials : bool
        The session is one clip that its authors cut out: all of it is trial, and what comes
        before the filters have settled is lost.
    rests : tuple of (start, stop)
        Periods of rest, on the clock of the session's chunks, for baselines.
    files : tuple of Path
        The files the session is made of, for provenance.
    """

    subject: str
    session: str
    open: Callable[[], Source]
    trials: tuple[Trial, ...]
    whole_trials: bool = False
    rests: tuple[tuple[float, float], ...] = ()
    files: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        if self.whole_trials and len(self.trials) != 1:
            raise SessionError(
                f"session '{self.session}' of {self.subject} is one clip but has "
                f"{len(self.trials)} trials; a clip is one trial"
            )
