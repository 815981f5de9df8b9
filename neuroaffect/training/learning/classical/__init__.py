"""Models that are fitted in one go by scikit-learn or pyriemann, and go live as networks.

:data:`FITTERS` says by which function; each stands in a file of its own and takes a
:class:`~neuroaffect.training.learning.classical.lesson.Lesson`. The networks are in
:mod:`neuroaffect.models.networks`, like all others.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from neuroaffect.training.learning.classical.extratrees import fit_extratrees
from neuroaffect.training.learning.classical.lesson import Lesson
from neuroaffect.training.learning.classical.linear import fit_logistic
from neuroaffect.training.learning.classical.svm import fit_svm
from neuroaffect.training.learning.classical.tangent import fit_tangent

if TYPE_CHECKING:
    from neuroaffect.models.head import AffectNetwork

__all__ = ["FITTERS", "Lesson"]

FITTERS: Mapping[str, Callable[[Lesson], "AffectNetwork"]] = MappingProxyType(
    {
        "extratrees": fit_extratrees,
        "logistic": fit_logistic,
        "svm": fit_svm,
        "tangent": fit_tangent,
    }
)
