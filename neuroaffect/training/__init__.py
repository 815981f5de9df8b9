"""Trials in, honest scores and a model out.

`labels` and `dataset` turn sessions into rows, `splits` keep trials apart, `fit` learns from one
side, `calibrate` finds out how sure it may be, `score` judges the other side with `metrics`,
`evaluate` does that for every fold, `compare` tells one model from another, `report` tells it all.
`distill` teaches a small model what a large one says.
"""

from neuroaffect.training.answers import Answers
from neuroaffect.training.calibrate import fit_calibrated
from neuroaffect.training.compare import Comparison, compare, compare_rows
from neuroaffect.training.dataset import Dataset, extract
from neuroaffect.training.distill import Lecture, distill, lecture_of
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
    "Lecture",
    "Split",
    "compare",
    "compare_rows",
    "distill",
    "evaluate",
    "extract",
    "fit",
    "fit_calibrated",
    "labelled_session",
    "lecture_of",
    "make_splits",
    "write_report",
]
