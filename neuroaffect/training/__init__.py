"""Trials in, honest scores and a model out.

`data` turns sessions into rows, `splits` keep trials apart, `learning` learns from one side and
finds out how sure it may be, `scoring` judges the other, `jobs` runs the folds, `reporting` tells
it all; `evaluate` is the whole of it.
"""

from neuroaffect.training.data.dataset import Dataset, extract
from neuroaffect.training.data.labels import labelled_session
from neuroaffect.training.evaluate import evaluate
from neuroaffect.training.learning.calibrate import fit_calibrated
from neuroaffect.training.learning.distill import Lecture, distill, lecture_of
from neuroaffect.training.learning.fit import fit
from neuroaffect.training.learning.fitted import Fitted
from neuroaffect.training.reporting.report import write_report
from neuroaffect.training.scoring.answers import Answers
from neuroaffect.training.scoring.compare import Comparison, compare, compare_rows
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
