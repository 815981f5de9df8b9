"""Public data sets as labelled sessions, one file each, found by name in :data:`CORPORA`."""

from collections.abc import Mapping
from types import MappingProxyType

from neuroaffect.corpora.biohack import BIOHACK
from neuroaffect.corpora.corpus import Corpus
from neuroaffect.corpora.dasps import DASPS
from neuroaffect.corpora.eegmat import EEGMAT
from neuroaffect.corpora.stress_predict import STRESS_PREDICT
from neuroaffect.errors import EvaluationError

__all__ = ["CORPORA", "Corpus", "corpus_of"]

CORPORA: Mapping[str, Corpus] = MappingProxyType(
    {c.name: c for c in (BIOHACK, DASPS, EEGMAT, STRESS_PREDICT)}
)


def corpus_of(name: str) -> Corpus:
    """Return the data set of this name.

    Raises
    ------
    EvaluationError
        If there is none, naming those there are.
    """
    if name not in CORPORA:
        raise EvaluationError(f"no corpus is called '{name}'; known are {', '.join(CORPORA)}")
    return CORPORA[name]
