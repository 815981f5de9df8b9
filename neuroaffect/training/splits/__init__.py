"""Who trains and who tests: splits that cannot put one trial on both sides.

Conventions: a split holds row numbers of one dataset. Makers take the dataset and return every
fold as a split of its own; they know nothing of models. What is subject-dependent trains one model
per person and fold. Honest splits keep trials whole and drop training rows that remember signal of
a test row; leaky ones say so, wherever their numbers appear.
"""

from neuroaffect.training.splits.blocks import blocked
from neuroaffect.training.splits.calibration import calibrated_subject_out, first_trials
from neuroaffect.training.splits.groups import leave_session_out, leave_subject_out
from neuroaffect.training.splits.inner import inner
from neuroaffect.training.splits.leaky import leaky, leaky_across_subjects
from neuroaffect.training.splits.registry import SPLITS, Scheme, make_splits, scheme_of
from neuroaffect.training.splits.split import Split
from neuroaffect.training.splits.trials import leave_one_trial_out, leave_trials_out

__all__ = [
    "SPLITS",
    "Scheme",
    "Split",
    "blocked",
    "calibrated_subject_out",
    "first_trials",
    "inner",
    "leaky",
    "leaky_across_subjects",
    "leave_one_trial_out",
    "leave_session_out",
    "leave_subject_out",
    "leave_trials_out",
    "make_splits",
    "scheme_of",
]
