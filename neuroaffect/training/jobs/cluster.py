"""Folds on other machines, through joblib's backend for Dask."""

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.errors import EvaluationError
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.data.mapped import Mapped
from neuroaffect.training.jobs.kept import code_sha256

if TYPE_CHECKING:
    from dask.distributed import Client

__all__ = ["on_cluster"]

_PATIENCE_S = 10.0


@contextlib.contextmanager
def on_cluster(dataset: Dataset, address: str) -> Iterator[Dataset]:
    """Let joblib run on the workers of a scheduler; yield the dataset that is to be sent.

    The workers need no disk in common with this machine: the rows are sent to each of them once,
    whole, and stay in its memory. They need this very version of this package.

    Raises
    ------
    EvaluationError
        If no scheduler answers, it has no workers, they have other code, or the features are
        larger than what may be held in memory.
    """
    if isinstance(dataset.features, Mapped):
        raise EvaluationError(
            f"the features ({dataset.features.nbytes / 1e6:.0f} MB) are larger than may stay in "
            "memory, and each worker of a cluster holds all of them; allow more with --memory-mb, "
            "or use --workers"
        )
    import joblib

    with _connected(address) as client:
        _require_same_code(client, address)
        sent = replace(dataset, features=np.ascontiguousarray(dataset.features))
        with joblib.parallel_config("dask", client=client, scatter=[sent]):
            yield sent


@contextlib.contextmanager
def _connected(address: str) -> Iterator["Client"]:
    from dask.distributed import Client

    # What it says of a lost connection, at length and on standard error, we say in a sentence.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=_PATIENCE_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise EvaluationError(
            f"no Dask scheduler answers at '{address}' ({type(error).__name__}); start one with "
            "'dask scheduler' and give the address it prints, like tcp://host:8786"
        ) from None
    try:
        yield client
    finally:
        client.close()


def _require_same_code(client: "Client", address: str) -> None:
    try:
        answers = client.run(code_sha256)
    except ImportError as error:
        raise EvaluationError(
            f"the workers at '{address}' cannot load neuroaffect ({error}); install the same "
            "version with its extra 'train' there"
        ) from None
    if not answers:
        raise EvaluationError(
            f"the scheduler at '{address}' has no workers; start some with 'dask worker {address}'"
        )
    others = sorted(worker for worker, code in answers.items() if code != code_sha256())
    if others:
        raise EvaluationError(
            f"worker {others[0]} has another version of neuroaffect; install the same one there"
        )
