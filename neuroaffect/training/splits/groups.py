"""Leave whole sessions, or whole people, out."""

import numpy as np

from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.splits.split import Split, apart, people

__all__ = ["leave_session_out", "leave_subject_out"]


def leave_session_out(dataset: Dataset) -> list[Split]:
    """Leave one whole session of a person out, one model per person and session.

    A session is what the data set calls so: one recording, or all recordings of one day.

    Raises
    ------
    EvaluationError
        If no person has two sessions.
    """
    splits = []
    for rows in people(dataset):
        sessions = dataset.sessions[rows]
        if len(np.unique(sessions)) > 1:
            splits += [
                apart("leave-session-out", dataset, train=rows[sessions != session],
                      test=rows[sessions == session])
                for session in np.unique(sessions)
            ]  # fmt: skip
    if not splits:
        raise EvaluationError(
            "split 'leave-session-out' needs a subject with two sessions; there is none"
        )
    return splits


def leave_subject_out(dataset: Dataset) -> list[Split]:
    """Leave one person out; the model knows all the others.

    Raises
    ------
    EvaluationError
        If there is one person only.
    """
    if len(np.unique(dataset.subject)) < 2:
        raise EvaluationError("split 'leave-subject-out' needs two subjects; there is one")
    everyone = np.arange(len(dataset))
    return [
        apart("leave-subject-out", dataset, train=np.setdiff1d(everyone, rows), test=rows)
        for rows in people(dataset)
    ]
