"""Public data sets as labelled sessions, found by name in :data:`CORPORA`.

A data set's file is loaded when it is asked for, so that the command line can list their names
without what reading them needs.
"""

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from neuroaffect.errors import EvaluationError, known_names

if TYPE_CHECKING:
    from neuroaffect.corpora.corpus import Corpus

    CORPORA: Mapping[str, Corpus]

__all__ = ["CORPORA", "NAMES", "Corpus", "corpus_of"]

# Name → the file that declares it, under its name in capitals: "seed-iv" is SEED_IV.
_WHERE = {
    "amigos": "amigos",
    "bids": "bids",
    "biohack": "biohack",
    "case": "case",
    "dasps": "dasps",
    "deap": "deap",
    "dreamer": "dreamer",
    "eegmat": "eegmat",
    "faced": "faced",
    "folder": "folder",
    "gameemo": "gameemo",
    "kemocon": "kemocon",
    "mahnob-hci": "mahnob_hci",
    "seed": "seed",
    "seed-iv": "seed_iv",
    "seed-v": "seed_v",
    "stress_predict": "stress_predict",
    "wesad": "wesad",
}
NAMES = tuple(_WHERE)


def corpus_of(name: str) -> "Corpus":
    """Return the data set of this name.

    Raises
    ------
    EvaluationError
        If there is none, naming those there are.
    """
    if name not in _WHERE:
        raise EvaluationError(f"no corpus is called '{name}'{known_names(name, NAMES)}")
    module = importlib.import_module(f"{__name__}.{_WHERE[name]}")
    return getattr(module, name.upper().replace("-", "_"))


def __getattr__(name: str) -> object:
    if name == "CORPORA":
        return MappingProxyType({known: corpus_of(known) for known in NAMES})
    if name == "Corpus":
        return importlib.import_module(f"{__name__}.corpus").Corpus
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
