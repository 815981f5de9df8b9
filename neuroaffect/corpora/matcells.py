"""What MATLAB's structures and cells look like once scipy has read them, and a way through."""

from pathlib import Path

import numpy as np

from neuroaffect.errors import EvaluationError

__all__ = ["cells", "field"]


def field(value: object, name: str, path: Path) -> np.ndarray:
    """Return a field of a MATLAB structure of one element.

    Raises
    ------
    EvaluationError
        If it is no such structure.
    """
    if not isinstance(value, np.ndarray) or name not in (value.dtype.names or ()) or not value.size:
        raise EvaluationError(f"{path} has no field '{name}' where it is published to have one")
    return value[name].ravel()[0]


def cells(value: object, path: Path, what: str) -> list[np.ndarray]:
    """Return what a MATLAB cell array holds, in order.

    Raises
    ------
    EvaluationError
        If it is no cell array.
    """
    if not isinstance(value, np.ndarray) or value.dtype != object:
        raise EvaluationError(f"{path} has no cells of {what}, as it is published to have")
    return list(value.ravel())
