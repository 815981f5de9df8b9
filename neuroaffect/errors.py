"""Every error a user of neuroaffect can meet, one family.

    NeuroaffectError
    ├── CatalogError      a device or pipeline file is missing or wrong
    ├── StreamError       a live stream is absent, broke off or is not what was expected
    ├── PipelineError     a pipeline cannot be built, or cannot run on these streams
    ├── SessionError      a recording cannot be read or written
    ├── ModelError        a bundle or a network is wrong, or does not fit the pipeline
    └── EvaluationError   labels, splits or corpora do not allow an honest score

Each message is one sentence: what is wrong, the value, what would be right.
"""

import difflib
from collections.abc import Iterable

__all__ = [
    "CatalogError",
    "EvaluationError",
    "ModelError",
    "NeuroaffectError",
    "PipelineError",
    "SessionError",
    "StreamError",
]


class NeuroaffectError(Exception):
    """Base of all errors that neuroaffect raises on purpose."""


class CatalogError(NeuroaffectError):
    """A device or pipeline file is missing, or holds what it should not."""


class StreamError(NeuroaffectError):
    """A live stream is absent, broke off, or is not what was expected."""


class PipelineError(NeuroaffectError):
    """A pipeline cannot be built, or cannot run on the streams at hand."""


class SessionError(NeuroaffectError):
    """A recording cannot be read or written."""


class ModelError(NeuroaffectError):
    """A bundle or network is damaged, or does not fit the pipeline."""


class EvaluationError(NeuroaffectError):
    """Labels, splits or corpora do not allow an honest score."""


def known_names(word: str, known: Iterable[str]) -> str:
    """Return what follows "there is no …" in a sentence: the nearest name, and all there are.

    >>> known_names("alfa", ["alpha", "beta"])
    "; did you mean 'alpha'? (known: alpha, beta)"
    """
    names = list(known)
    near = difflib.get_close_matches(word, names, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return f"{hint} (known: {', '.join(names) or 'none'})"
