"""Trials out of a session's own events: started, stopped, rated."""

from collections.abc import Mapping, Sequence

import numpy as np

from neuroaffect.session.labelled import Course, Trial
from neuroaffect.session.raw import Event

__all__ = ["rated_trials"]


def rated_trials(events: Sequence[Event], *, session: str) -> tuple[Trial, ...]:
    """Return the trials that a session's events start and stop, with their ratings.

    An event "trial-stop" may carry `ratings`, one number by dimension. Events "rating" between the
    two carry them too, and make courses: each holds until the next of its dimension. A trial that
    never stopped, or was never rated, is left out.
    """
    started: dict[str, float] = {}
    trials = []
    for event in events:
        name = str(event.detail.get("trial", ""))
        if event.kind == "trial-start":
            started[name] = event.time
        elif event.kind == "trial-stop" and name in started:
            start = started.pop(name)
            ratings = _numbers(event)
            courses = _courses(events, name, start, event.time)
            if (ratings or courses) and start < event.time:
                trial = Trial(
                    id=f"{session}:{name}",  # two recordings may both have a first trial
                    start=start,
                    stop=event.time,
                    ratings=ratings,
                    courses=courses,
                )
                trials.append(trial)
    return tuple(trials)


def _numbers(event: Event) -> dict[str, float]:
    """Return what an event rates, by dimension."""
    ratings = event.detail.get("ratings") or {}
    if not isinstance(ratings, Mapping):
        return {}
    return {str(dimension): float(value) for dimension, value in ratings.items()}


def _courses(events: Sequence[Event], trial: str, start: float, stop: float) -> dict[str, Course]:
    """Return what was rated while a trial ran; of two ratings at one time the later counts."""
    found: dict[str, dict[float, float]] = {}
    for event in events:
        own = str(event.detail.get("trial", trial)) == trial
        if event.kind == "rating" and own and start <= event.time <= stop:
            for dimension, value in _numbers(event).items():
                found.setdefault(dimension, {})[event.time] = value
    return {
        dimension: Course(
            times=np.array(sorted(values)), values=np.array([values[t] for t in sorted(values)])
        )
        for dimension, values in found.items()
    }
