"""What is compared: one row of features per trial, or per recording where it has one class."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.separation.cells import Cell, cells_of
from neuroaffect.training.separation.explained import centred, trial_means

__all__ = ["Observations", "observe"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Observations:
    """Rows that count as one observation each.

    Parameters
    ----------
    values : ndarray, shape (n, cells)
        Means over the ticks; NaN where there is no value.
    cells : tuple of Cell
    subject, session : ndarray of int, (n,)
        Whose it is, and of which recording; numbered.
    labels : mapping of str to ndarray, (n,)
        Ratings or class numbers as given, NaN where there is none.
    """

    values: np.ndarray
    cells: tuple[Cell, ...]
    subject: np.ndarray
    session: np.ndarray
    labels: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: np.ndarray) -> "Observations":
        """Return these observations (numbers or a mask)."""
        return replace(
            self,
            values=self.values[rows],
            subject=self.subject[rows],
            session=self.session[rows],
            labels={name: values[rows] for name, values in self.labels.items()},
        )

    def centred(self) -> "Observations":
        """Return them without each person's own mean, which tells people apart and no more."""
        return replace(self, values=centred(self.values, self.subject))

    def by_recording(self) -> "Observations":
        """Return one observation per recording: the mean of its trials."""
        _, first = np.unique(self.session, return_index=True)
        return replace(self.take(first), values=trial_means(self.values, self.session))


def observe(dataset: Dataset) -> Observations:
    """Return one observation per trial of a dataset."""
    _, first = np.unique(dataset.trials, return_index=True)
    return Observations(
        values=trial_means(dataset.features, dataset.trials).reshape(len(first), -1),
        cells=cells_of(dataset.input, dataset.pipeline),
        subject=np.unique(dataset.subject, return_inverse=True)[1][first],
        session=dataset.sessions[first],
        labels={name: values[first] for name, values in dataset.labels.items()},
    )
