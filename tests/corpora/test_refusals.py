"""How every corpus refuses: what is absent, cut off, hostile, or damaged."""

import pickle
import re

import numpy as np
import pytest
from playing import (
    LOOKED_AT,
    is_one_sentence,
    one_of_each_kind,
    played,
    refusal,
    sessions_of,
    span_of,
)

from neuroaffect.corpora import NAMES
from neuroaffect.errors import EvaluationError

pytestmark = pytest.mark.parametrize("name", NAMES)


def test_an_unknown_person_is_named_beside_the_known_ones(name, root):
    known = sessions_of(name, root)[0].subject
    with pytest.raises(EvaluationError, match=rf"'nobody'.*{re.escape(known)}") as raised:
        sessions_of(name, root, subjects=["nobody"])
    assert is_one_sentence(str(raised.value))


@pytest.mark.parametrize("place", ["absent", "empty", "a file"])
def test_a_folder_without_its_files_is_one_sentence(name, place, tmp_path):
    folder = tmp_path / "here"
    if place == "empty":
        folder.mkdir()
    if place == "a file":
        folder.write_text("not a folder")
    with pytest.raises(EvaluationError, match=re.escape(str(folder))) as raised:
        sessions_of(name, folder)
    assert is_one_sentence(str(raised.value))


@pytest.mark.parametrize("kept", [0, 7, 0.3, 0.97])
def test_truncated_files_are_refused_or_hold_their_trials(name, kept, copy):
    for file in [path for path in copy.rglob("*") if path.is_file()]:
        whole = file.read_bytes()
        file.write_bytes(whole[: kept if isinstance(kept, int) else int(kept * len(whole))])
    said = refusal(name, copy)
    if said is None:
        for session in sessions_of(name, copy)[:LOOKED_AT]:
            _, last = span_of(played(session)[1])
            assert all(trial.stop <= last + 1.0 for trial in session.trials)
    else:
        assert is_one_sentence(said)


class Attack:
    """What a hostile pickle holds: to load it is to call something."""

    def __init__(self, target):
        self.target = str(target)

    def __reduce__(self):
        return (open, (self.target, "w"))


def test_a_hostile_pickle_in_the_place_of_a_file_runs_nothing(name, copy, tmp_path):
    target = tmp_path / "ran"
    hostile = pickle.dumps({"data": Attack(target), "labels": Attack(target)}, 2)
    for file in one_of_each_kind(copy):
        whole = file.read_bytes()
        file.write_bytes(hostile)
        said = refusal(name, copy)
        file.write_bytes(whole)
        assert said is None or is_one_sentence(said)
    assert not target.exists()


def test_files_of_another_kind_in_their_place_are_refused(name, copy):
    for file in [path for path in copy.rglob("*") if path.is_file()]:
        file.write_bytes(b"\x00\x01 nothing of the kind \xff" * 40)
    assert is_one_sentence(refusal(name, copy) or "")


def damaged(content, rng):
    """Return a file with one to three of its bytes changed, most of them where its head is."""
    spoilt = bytearray(content)
    for _ in range(rng.integers(1, 4)):
        place = rng.integers(min(len(spoilt), rng.choice([200, 4000, 2**31])))
        spoilt[place] = rng.integers(256)
    return bytes(spoilt)


@pytest.mark.parametrize("seed", range(4))
def test_damaged_files_end_in_sessions_or_in_one_sentence(name, seed, copy):
    rng = np.random.default_rng(seed)
    for file in one_of_each_kind(copy):
        whole = file.read_bytes()
        if whole:
            file.write_bytes(damaged(whole, rng))
    said = refusal(name, copy)
    assert said is None or is_one_sentence(said)
