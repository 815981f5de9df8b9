"""Trials out of a session's own events: started, stopped, rated."""

from collections.abc import Mapping, Sequence

from neuroaffect.session.labelled import Trial
from neuroaffect.session.raw import Event

__all__ = ["rated_trials"]


def rated_trials(events: Sequence[Event], *, session: str) -> tuple[Trial, ...]:
    """Return the trials that a session's events start and stop, with their ratings.

    A trial that never stopped, or was never rated, is left out.
    """
    started: dict[str, float] = {}
    trials = []
    for event in events:
        name = str(event.detail.get("trial", ""))
        if event.kind == "trial-start":
            started[name] = event.time
        elif event.kind == "trial-stop" and name in started:
            start = started.pop(name)
            ratings = event.detail.get("ratings") or {}
            if isinstance(ratings, Mapping) and ratings and start < event.time:
                numbers = {str(dimension): float(value) for dimension, value in ratings.items()}
                trial = Trial(
                    # Two recordings may both have a first trial.
                    id=f"{session}:{name}", start=start, stop=event.time, ratings=numbers
                )  # fmt: skip
                trials.append(trial)
    return tuple(trials)
