"""Trials in, honest scores and a model out.

`labels` and `dataset` turn sessions into rows, `splits` keep trials apart, `fit` learns from one
side, `score` judges the other with `metrics`, `evaluate` does that for every fold, `compare` tells
one model from another, `report` tells it all.
"""

from neuroaffect.training.answers import Answers
from neuroaffect.training.compare import Comparison, compare, compare_rows
from neuroaffect.training.dataset import Dataset, extract
from neuroaffect.training.evaluate import evaluate
from neuroaffect.training.fit import fit
from neuroaffect.training.fitted import Fitted
from neuroaffect.training.labels import labelled_session
from neuroaffect.training.report import write_report
from neuroaffect.training.splits import SPLITS, Split, make_splits

__all__ = [
    "SPLITS",
    "Answers",
    "Comparison",
    "Dataset",
    "Fitted",
    "Split",
    "compare",
    "compare_rows",
    "evaluate",
    "extract",
    "fit",
    "labelled_session",
    "make_splits",
    "write_report",
]
