"""Every contrast of every target, compared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.errors import EvaluationError
from neuroaffect.explore.exchange import Exchange, has_one_class_per_recording
from neuroaffect.explore.finding import Finding, compare
from neuroaffect.explore.observations import Observations, observe
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.separation.contrast import Contrast, contrasts

__all__ = ["Exploration", "explore"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Exploration:
    """What was found, and what could not be looked for.

    Parameters
    ----------
    findings : tuple of Finding
        One per contrast.
    notes : tuple of str
        Sentences.
    """

    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


def explore(
    dataset: Dataset,
    *,
    targets: Sequence[Target],
    rng: np.random.Generator,
    draws: int = 2000,
    progress: Callable[[str, float], None] | None = None,
) -> Exploration:
    """Find which features of a dataset differ between high and low.

    Parameters
    ----------
    dataset : Dataset
    targets : sequence of Target
    rng : numpy.random.Generator
        For the permutations.
    draws : int
        Permutations; p cannot go below 1 / (draws + 1).
    progress : callable, optional
        Called with the contrast and the share of it that is done.

    Returns
    -------
    Exploration

    Raises
    ------
    EvaluationError
        If there is nothing to compare, since all observations of each target are of one class.

    Notes
    -----
    The observation is the trial, by the mean of its ticks, or the recording where each has one
    class. With several people each one's own mean is taken off first, and people who show one
    class only take no part. What is found here was found on all trials: a score for a model that
    reads only these features must select them anew inside each training fold
    (`training.select`).
    """
    observed = observe(dataset)
    findings, notes = [], []
    for target in targets:
        for contrast in contrasts(observed.labels, observed.subject, target):
            rows, said = _comparable(observed, contrast)
            notes += said
            if len(rows):
                findings.append(_finding(observed.take(rows), contrast, rows, rng, draws, progress))
    if not findings:
        raise EvaluationError(
            " ".join(notes) or "no target is declared; name one [[labels.targets]] in the pipeline"
        )
    notes += _confounded(findings)
    return Exploration(findings=tuple(findings), notes=tuple(dict.fromkeys(notes)))


def _comparable(observed: Observations, contrast: Contrast) -> tuple[np.ndarray, list[str]]:
    """Return the rows of people who show both sides, and what is to be said of the others."""
    rated = np.isfinite(contrast.side)
    if not rated.any():
        return np.empty(0, dtype=np.int64), [f"No trial is labelled with '{contrast.dimension}'."]
    both = [
        person
        for person in np.unique(observed.subject[rated])
        if len(np.unique(contrast.side[rated & (observed.subject == person)])) == 2
    ]
    people = len(np.unique(observed.subject[rated]))
    if not both:
        is_high = bool(contrast.side[rated][0])
        if people == 1:
            which = f"'{contrast.high if is_high else contrast.low}'"
            sentence = (
                f"All {rated.sum()} trials are {which} in {contrast.dimension}; "
                f"{contrast.high} against {contrast.low} needs both."
            )
        else:
            sentence = (
                f"None of {people} people has trials of both sides in {contrast.title}; "
                "there is nothing to compare within a person."
            )
        return np.empty(0, dtype=np.int64), [sentence]
    said = []
    if len(both) < people:
        said.append(f"{contrast.title}: {people - len(both)} of {people} people have one side only "
                    "and take no part.")  # fmt: skip
    return np.flatnonzero(rated & np.isin(observed.subject, both)), said


def _finding(
    observed: Observations,
    contrast: Contrast,
    rows: np.ndarray,
    rng: np.random.Generator,
    draws: int,
    progress: Callable[[str, float], None] | None,
) -> Finding:
    side, unit, blocks = contrast.side[rows], "trial", observed.session
    if has_one_class_per_recording(observed, side):
        trials = len(observed)
        _, first = np.unique(observed.session, return_index=True)
        observed, side = observed.by_recording(), side[first]
        # Recordings of one trial each are trials, whatever they are called.
        unit = "recording" if len(observed) < trials else "trial"
        blocks = observed.subject
    if len(people := np.unique(observed.subject)) > 1:
        observed = observed.centred()
    exchange = Exchange(side, blocks)
    tell = None if progress is None else lambda done: progress(contrast.title, done / draws)
    maps = compare(
        observed.values, side, draw=lambda n: exchange.draw(n, rng), draws=draws, progress=tell
    )
    return Finding(
        title=contrast.title,
        dimension=contrast.dimension,
        high=contrast.high,
        low=contrast.low,
        cells=observed.cells,
        counts=(int((side == 0).sum()), int((side == 1).sum())),
        unit=unit,
        people=len(people),
        draws=draws,
        least_p=max(1 / (draws + 1), exchange.least_p),
        **maps,
    )


def _confounded(findings: Sequence[Finding]) -> list[str]:
    if not any(finding.unit == "recording" for finding in findings):
        return []
    return [
        "Each recording has one class, so recordings are compared and not their trials; whatever "
        "else differed between the recordings cannot be told from the class."
    ]
