"""Arrays on disk that are whole or refused: an .npz without pickles behind its own SHA-256."""

import hashlib
import io
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["read_sealed", "replace_file", "write_sealed"]

_SEAL_BYTES = 32
_TOLD = "told"


def write_sealed(path: Path, arrays: Mapping[str, np.ndarray], told: Mapping[str, Any]) -> None:
    """Write arrays, and what is told of them in JSON's types."""
    content = io.BytesIO()
    np.savez(content, **{_TOLD: np.array(json.dumps(told))}, **arrays)
    seal = hashlib.sha256(content.getbuffer()).digest()
    replace_file(path, seal + content.getvalue())


def read_sealed(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Return what was written.

    Raises
    ------
    OSError
        If there is no such file, or it cannot be read.
    ValueError
        If a single bit is not as it was written.
    """
    content = path.read_bytes()
    seal, rest = content[:_SEAL_BYTES], content[_SEAL_BYTES:]
    if hashlib.sha256(rest).digest() != seal:
        raise ValueError(f"{path} is damaged")
    with np.load(io.BytesIO(rest), allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    return arrays, json.loads(str(arrays.pop(_TOLD)))


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that a reader finds the old one or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        file.write(content)
    Path(file.name).replace(path)
