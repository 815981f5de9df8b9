"""Trials in, honest scores and a model out.

`labels` and `dataset` turn sessions into rows, `split` keeps trials apart, `fit` learns from one
side, `score` judges the other, `evaluate` does that for every fold, `report` tells it.
"""

from neuroaffect.training.dataset import Dataset, extract
from neuroaffect.training.evaluate import evaluate
from neuroaffect.training.fit import Fitted, fit
from neuroaffect.training.labels import labelled_session
from neuroaffect.training.report import write_report
from neuroaffect.training.splits import SPLITS, Split, make_splits

__all__ = [
    "SPLITS",
    "Dataset",
    "Fitted",
    "Split",
    "evaluate",
    "extract",
    "fit",
    "labelled_session",
    "make_splits",
    "write_report",
]
