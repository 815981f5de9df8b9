import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from data import dataset_of

from neuroaffect.affect import SAM9, Target
from neuroaffect.training.data.mapped import Gathered, Mapped, blocks
from neuroaffect.training.learning.fit import fit
from neuroaffect.training.scoring.folds import run_fold
from neuroaffect.training.splits import make_splits

AROUSAL = Target(dimension="arousal", scale=SAM9, threshold="median")
X = np.random.default_rng(0).normal(size=(50, 3, 2))


def gathered(most_bytes, *parts):
    whole = Gathered(most_bytes=most_bytes)
    for part in parts:
        whole.add(part)
    return whole.whole()


@pytest.fixture
def mapped() -> Mapped:
    return gathered(0, X[:20], X[20:20], X[20:])


def test_what_fits_stays_in_memory():
    kept = gathered(X.nbytes, X[:20], X[20:])
    assert isinstance(kept, np.ndarray)
    assert np.array_equal(kept, X)


def test_what_does_not_fit_is_in_a_file_bit_for_bit(mapped):
    assert isinstance(mapped, Mapped)
    assert np.array_equal(mapped, X)


def test_its_file_is_one_that_numpy_reads(mapped):
    assert np.array_equal(np.load(mapped._path), X)


@pytest.mark.parametrize("rows", [np.array([7, 3, 3]), X[:, 0, 0] > 0, slice(5, 9)])
def test_rows_are_those_of_the_array(mapped, rows):
    assert np.array_equal(mapped[rows], X[rows])


def test_rows_of_rows_are_those_of_the_array(mapped):
    outer, inner = np.arange(50)[::-2], np.array([4, 0, 9])
    assert np.array_equal(mapped.take(outer).take(inner), X[outer][inner])
    assert mapped.take(outer).shape == X[outer].shape


def test_taking_rows_reads_nothing(mapped):
    dataset = dataset_of(subjects=1, trials=10, features=mapped)
    assert isinstance(dataset.take(np.arange(9)).features, Mapped)


def test_another_process_opens_the_file_instead_of_getting_the_rows(mapped):
    sent = pickle.dumps(mapped.take(np.array([3, 1])))
    assert len(sent) < X.nbytes / 4
    assert np.array_equal(pickle.loads(sent), X[[3, 1]])


def test_blocks_cover_all_rows_once_and_are_small():
    x = np.zeros((5000, 64, 20))
    pieces = list(blocks(x))
    assert np.array_equal(
        np.concatenate([np.arange(len(x))[p] for p, _ in pieces]), np.arange(5000)
    )
    assert max(values.nbytes for _, values in pieces) <= 4 * 2**20


@pytest.mark.parametrize("model", ["logistic", "dgcnn"])
def test_a_fold_from_a_file_is_that_from_memory_bit_for_bit(model):
    data = dataset_of(subjects=2, trials=6)
    filed = dataset_of(subjects=2, trials=6, features=gathered(0, data.features))
    split = make_splits(data, "leave-subject-out", folds=2, rng=np.random.default_rng(0))[0]
    one, other = (run_fold(each, model, split, [AROUSAL]) for each in (data, filed))
    assert np.array_equal(one.said["arousal"], other.said["arousal"])


def test_statistics_are_the_weighted_ones_of_numpy():
    data = dataset_of(subjects=1, trials=6)
    fitted = fit(data, targets=[AROUSAL])
    # Each trial has as many ticks, so all weigh the same.
    assert np.allclose(fitted.mean, data.features.mean(axis=0), atol=1e-12)  # sums in blocks
    assert np.allclose(fitted.sd, data.features.std(axis=0), atol=1e-12)


_OUTGROWN = """
import resource, sys
from dataclasses import replace
import numpy as np
sys.path.insert(0, sys.argv[1])
from data import dataset_of
from neuroaffect.affect import SAM9, Target
from neuroaffect.training.scoring.folds import run_fold
from neuroaffect.training.data.mapped import Gathered
from neuroaffect.training.splits import make_splits
import torch, sklearn.linear_model
torch.set_num_threads(1)
target = Target(dimension="arousal", scale=SAM9, threshold="median")
small = dataset_of(subjects=2, trials=4, ticks=10)
split = make_splits(small, "leave-subject-out", folds=2, rng=np.random.default_rng(0))[0]
run_fold(small, "dgcnn", split, [target])  # what libraries take for themselves is taken

ticks, wide = 6500, 500
used = next(int(l.split()[1]) for l in open("/proc/self/status") if l.startswith("VmData")) * 1024
bound = 192 * 2**20
resource.setrlimit(resource.RLIMIT_DATA, (used + bound, used + bound))
block = np.random.default_rng(0).normal(size=(ticks, 3, wide))
whole = Gathered(most_bytes=2**20)
for _ in range(8):
    whole.add(block)
del block
data = dataset_of(subjects=2, trials=4, ticks=ticks, features=whole.whole())
recipe = data.pipeline.training.model_copy(update={"epochs": 1, "batch": 256})
data = replace(
    data,
    input=replace(data.input, features=tuple(map(str, range(wide)))),
    pipeline=data.pipeline.model_copy(update={"training": recipe}),
)
split = make_splits(data, "leave-subject-out", folds=2, rng=np.random.default_rng(0))[0]
fold = run_fold(data, "dgcnn", split, [target])
print(f"{data.features.nbytes / bound:.1f} {np.isfinite(fold.said['arousal']).all()}")
try:
    np.asarray(data.features)
except MemoryError:
    print("too large")
"""


@pytest.fixture(scope="module")
def outgrown() -> list[str]:
    """Return what a process said whose own memory was limited to 192 MiB above its libraries."""
    if sys.platform != "linux":
        pytest.skip("only Linux limits a process's own memory without the files it maps")
    ran = subprocess.run(
        [sys.executable, "-c", _OUTGROWN, str(Path(__file__).parent)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def test_a_corpus_three_times_the_memory_allowed_is_learned_from(outgrown):
    assert outgrown[0] == "3.1 True"


def test_reading_it_whole_would_not_fit_there(outgrown):
    assert outgrown[1] == "too large"
