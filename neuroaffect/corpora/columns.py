"""Comma-separated tables of numbers with a header, as several data sets have them."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from neuroaffect.errors import EvaluationError

__all__ = ["read_columns"]


def read_columns(path: Path, names: Sequence[str], *, corpus: str) -> np.ndarray:
    """Return these columns, (rows, columns) of float64, in this order.

    Raises
    ------
    EvaluationError
        If the file cannot be read, lacks one of them, has no row, or a cell that is no number.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a table without rows: said below
            header = [word.strip() for word in file.readline().split(",")]
            if lacking := [name for name in names if name not in header]:
                raise EvaluationError(
                    f"corpus '{corpus}': {path} has no column '{lacking[0]}'; as published it "
                    f"has {', '.join(names)}"
                )
            columns = [header.index(name) for name in names]
            rows = np.loadtxt(file, delimiter=",", usecols=columns, ndmin=2)
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:160]
        raise EvaluationError(f"corpus '{corpus}': {path} is no such table: {reason}") from None
    if not len(rows):
        raise EvaluationError(f"corpus '{corpus}': {path} has no row")
    return rows
