"""Folds run here, in several processes, or on a cluster; what is said is the same.

Each fold runs on one thread and alone in its process: sums of several threads depend on how many
there are, and torch draws from one generator per process. More processes, not more threads, make
it faster. Another kind of processor may still differ in the last bits.
"""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from neuroaffect.affect import Target
from neuroaffect.models.options import Options
from neuroaffect.models.registry import register, registered
from neuroaffect.training.data.dataset import Dataset
from neuroaffect.training.jobs.kept import KeptFolds
from neuroaffect.training.scoring.choice import answer_fold
from neuroaffect.training.scoring.folds import Fold
from neuroaffect.training.splits import Split

__all__ = ["Job", "run_folds"]

Job = tuple[str, Split]  # a model's name, and a fold to run it on

_alone = threading.Lock()


def run_folds(
    dataset: Dataset,
    jobs: Sequence[Job],
    targets: Sequence[Target],
    *,
    workers: int = 1,
    cluster: str = "",
    kept: KeptFolds | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Fold]:
    """Yield the fold of each job, in their order.

    Parameters
    ----------
    dataset : Dataset
        Features in a file are opened by each process, those in memory are shared between them.
    jobs : sequence of (model, split)
    targets : sequence of Target
    workers : int
        Processes; 1 stays in this one.
    cluster : str
        Address of a Dask scheduler whose workers run the folds instead.
    kept : KeptFolds, optional
        Folds that are done are taken from it, others are put there as soon as they are done.
    progress : callable, optional
        Called with (folds done, folds in all).

    Raises
    ------
    EvaluationError
        If the cluster cannot be reached, or cannot do the work.
    """
    done: dict[int, Fold] = {}
    if kept is not None:
        found = ((number, kept.find(*job)) for number, job in enumerate(jobs))
        done = {number: fold for number, fold in found if fold is not None}
    before, told = 0, len(done)
    if progress is not None and done:
        progress(told, len(jobs))
    ahead = [number for number in range(len(jobs)) if number not in done]
    for number, fold in _run(dataset, jobs, ahead, targets, workers, cluster):
        if kept is not None:
            kept.keep(*jobs[number], fold)
        done[number], told = fold, told + 1
        if progress is not None:
            progress(told, len(jobs))
        while before in done:
            yield done.pop(before)
            before += 1
    while before in done:
        yield done.pop(before)
        before += 1


def _run(
    dataset: Dataset,
    jobs: Sequence[Job],
    numbers: Sequence[int],
    targets: Sequence[Target],
    workers: int,
    cluster: str,
) -> Iterator[tuple[int, Fold]]:
    """Yield (number, fold) as they get done."""
    if not numbers:
        return
    if workers == 1 and not cluster:
        yield from (_numbered(dataset, number, jobs[number], targets) for number in numbers)
        return
    import joblib

    with _backend(dataset, cluster) as sent:
        calls: Iterable = (
            joblib.delayed(_elsewhere)(registered(), sent, number, jobs[number], targets)
            for number in numbers
        )
        processes = -1 if cluster else workers  # as many as it has
        yield from joblib.Parallel(n_jobs=processes, return_as="generator_unordered")(calls)


@contextlib.contextmanager
def _backend(dataset: Dataset, cluster: str) -> Iterator[Dataset]:
    """Choose where processes run; yield the dataset as it is sent to them."""
    if cluster:
        from neuroaffect.training.jobs.cluster import on_cluster

        with on_cluster(dataset, cluster) as sent:
            yield sent
        return
    yield dataset


def _elsewhere(foreign: Sequence[type[Options]], *job: Any) -> tuple[int, Fold]:
    """Return :func:`_numbered` in a process that may not know networks registered in ours."""
    for options in foreign:
        register(options)
    return _numbered(*job)


def _numbered(
    dataset: Dataset, number: int, job: Job, targets: Sequence[Target]
) -> tuple[int, Fold]:
    with _alone, _one_thread():
        return number, answer_fold(dataset, *job, targets)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    import torch
    from threadpoolctl import threadpool_limits

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(before)
