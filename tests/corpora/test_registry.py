import pytest

from neuroaffect.corpora import CORPORA, NAMES, corpus_of
from neuroaffect.errors import EvaluationError


def test_the_names_are_those_of_the_corpora():
    assert tuple(CORPORA) == NAMES


def test_an_unknown_corpus_names_the_nearest_and_all_there_are():
    with pytest.raises(EvaluationError, match=r"did you mean 'dasps'\? \(known: .*eegmat"):
        corpus_of("dapss")
