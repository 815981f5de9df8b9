"""Folds that are done, kept on disk: an evaluation that was cut off goes on where it stopped.

A fold is known by everything that decides it: the rows of the dataset with their features and
labels, the split, the network with its options, the recipe, the targets, this package's own code
and the versions of the libraries that compute. Whatever of it changes, the fold is run anew. Of a
network that was registered from elsewhere the code is not known: its folds are never kept.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from functools import cache
from pathlib import Path

import numpy as np

import neuroaffect
from neuroaffect.affect import Target
from neuroaffect.models.registry import registered
from neuroaffect.training.data.cache import version_of
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.data.mapped import blocks
from neuroaffect.training.data.sealed import read_sealed, write_sealed
from neuroaffect.training.scoring.choice import candidates_of
from neuroaffect.training.scoring.folds import Fold, with_network
from neuroaffect.training.splits import Split

__all__ = ["KeptFolds", "code_sha256", "dataset_sha256"]

_COMPUTE = (
    "numpy",
    "scipy",
    "scikit-learn",
    "imbalanced-learn",
    "pyriemann",
    "torch",
    "torch_geometric",
)
_CODE = ("affect.py", "stream.py", "pipeline", "models", "training")


class KeptFolds:
    """Folds of one dataset in a folder.

    Parameters
    ----------
    folder : Path
        Made with the first fold.
    dataset : Dataset
    targets : sequence of Target
        Learned together.
    """

    def __init__(self, folder: Path, dataset: Dataset, targets: Sequence[Target]) -> None:
        self.folder = folder
        self._pipeline = dataset.pipeline
        self._decides = [
            dataset_sha256(dataset),
            dataset.pipeline.training.model_dump(mode="json"),
            [asdict(target) for target in targets],
            {name: version_of(name) for name in _COMPUTE},
            code_sha256(),
        ]

    def find(self, model: str, split: Split) -> Fold | None:
        """Return the fold if it is here and whole."""
        if _foreign(model):
            return None
        try:
            return _fold(*read_sealed(self._path(model, split)))
        except (OSError, ValueError):
            return None  # not done yet, or damaged: it is run

    def keep(self, model: str, split: Split, fold: Fold) -> None:
        """Put a fold that is done into the folder, whole or not at all."""
        if not _foreign(model):
            write_sealed(self._path(model, split), *_parts(fold))

    def _path(self, model: str, split: Split) -> Path:
        network = with_network(self._pipeline, model).network.model_dump(mode="json")
        rows = [hashlib.sha256(np.int64(side).tobytes()).hexdigest()
                for side in (split.train, split.test)]  # fmt: skip
        decides = [*self._decides, network, split.name, rows]
        key = hashlib.sha256(json.dumps(decides, default=list).encode()).hexdigest()
        return self.folder / f"{key}.npz"


def _foreign(model: str) -> bool:
    return not {options.network for options in registered()}.isdisjoint(candidates_of(model))


def dataset_sha256(dataset: Dataset) -> str:
    """Return a hash of all rows: features, labels, whose they are, when, and what made them."""
    told = [dataset.pipeline.fingerprint, asdict(dataset.input), dataset.window_s,
            dataset.memory_s, dict(dataset.rates_hz), sorted(dataset.labels)]  # fmt: skip
    found = hashlib.sha256(json.dumps(told).encode())
    for _, values in blocks(dataset.features):
        found.update(np.ascontiguousarray(values))
    for dimension in sorted(dataset.labels):
        found.update(np.ascontiguousarray(dataset.labels[dimension], dtype=np.float64))
    found.update(np.ascontiguousarray(dataset.time))
    for names in (dataset.subject, dataset.session, dataset.trial):
        found.update(json.dumps(names.tolist()).encode())
    return found.hexdigest()


@cache
def code_sha256() -> str:
    """Return a hash of the code that decides what a fold says."""
    root, found = Path(neuroaffect.__file__).parent, hashlib.sha256()
    for name in _CODE:
        place = root / name
        for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
            found.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return found.hexdigest()


def _parts(fold: Fold) -> tuple[dict[str, np.ndarray], dict[str, object]]:
    """Return a fold's arrays, and the rest in JSON's types."""
    arrays, told = {}, {}
    for field in fields(fold):
        value = getattr(fold, field.name)
        if isinstance(value, np.ndarray):
            arrays[field.name] = value
        elif isinstance(value, Mapping) and _are_arrays(value):
            arrays |= {f"{field.name}/{key}": np.asarray(each) for key, each in value.items()}
        else:
            told[field.name] = sorted(value) if isinstance(value, frozenset) else value
    return arrays, told


def _fold(arrays: Mapping[str, np.ndarray], told: Mapping[str, object]) -> Fold:
    found = dict(told)
    for name, values in arrays.items():
        field, _, key = name.partition("/")
        if key:
            found.setdefault(field, {})[key] = values
        else:
            found[field] = values
    return Fold(**{**found, "one_class": frozenset(told["one_class"])})


def _are_arrays(values: Mapping[str, object]) -> bool:
    return any(isinstance(each, np.ndarray) for each in values.values())
