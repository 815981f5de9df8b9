from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from data import PIPELINE

from neuroaffect.acquire import Arrays
from neuroaffect.session.labelled import LabelledSession, Trial
from neuroaffect.stream import StreamInfo
from neuroaffect.training.data import cache as cache_module
from neuroaffect.training.data.cache import FeatureCache, cache_folder
from neuroaffect.training.data.dataset import extract

OPENED = []


def opened(path, scale=1.0):
    OPENED.append(path.name)
    info = StreamInfo(name="cap", kind="eeg", rate_hz=128.0, channels=("Fz", "Cz", "Pz"), unit="uV")
    return Arrays({"cap": (info, scale * np.load(path))})


@pytest.fixture
def session(tmp_path):
    path = tmp_path / "one.npy"
    np.save(path, np.random.default_rng(0).normal(0, 10.0, (128 * 20, 3)))
    OPENED.clear()
    return LabelledSession(
        subject="S1", session="one", open=partial(opened, path), files=(path,),
        trials=(Trial(id="a", start=5.0, stop=12.0, ratings={"arousal": 3.0}),
                Trial(id="b", start=12.0, stop=19.0, ratings={"arousal": 7.0})),
    )  # fmt: skip


@pytest.fixture
def cache(tmp_path) -> FeatureCache:
    return FeatureCache(tmp_path / "cache")


def entry(cache):
    (path,) = (cache.folder / "features").rglob("*.npz")
    return path


def test_a_session_is_run_once_and_its_features_are_equal_bit_for_bit(session, cache):
    plain = extract([session], PIPELINE)
    OPENED.clear()
    made, kept = (extract([session], PIPELINE, cache=cache) for _ in range(2))
    assert OPENED == ["one.npy"]
    assert np.array_equal(plain.features, made.features)
    assert np.array_equal(plain.features, kept.features)
    assert (plain.input, plain.pipeline, plain.rates_hz) == (
        kept.input,
        kept.pipeline,
        kept.rates_hz,
    )
    assert (plain.window_s, plain.memory_s) == (kept.window_s, kept.memory_s)


def test_other_ratings_need_no_other_features(session, cache):
    extract([session], PIPELINE, cache=cache)
    rated = replace(
        session, trials=tuple(replace(t, ratings={"valence": 2.0}) for t in session.trials)
    )
    data = extract([rated], PIPELINE, cache=cache)
    assert OPENED == ["one.npy"]
    assert set(data.labels) == {"valence"}


@pytest.mark.parametrize(
    "other",
    [
        lambda s: replace(s, trials=(replace(s.trials[0], stop=11.0), s.trials[1])),
        lambda s: replace(s, rests=((0.0, 4.0),)),
        lambda s: replace(s, open=partial(opened, *s.files, scale=2.0)),
    ],
    ids=["times of trials", "rests", "settings of the opener"],
)
def test_what_decides_a_feature_makes_another_entry(session, cache, other):
    for each in (session, other(session)):
        extract([each], PIPELINE, cache=cache)
    assert len(OPENED) == 2


def test_another_feature_version_makes_another_entry(session, cache, monkeypatch):
    extract([session], PIPELINE, cache=cache)
    monkeypatch.setattr("neuroaffect.pipeline.declared.FEATURE_VERSION", -1)
    extract([session], PIPELINE, cache=cache)
    assert len(OPENED) == 2


def test_changed_bytes_of_a_file_make_another_entry(session, cache):
    extract([session], PIPELINE, cache=cache)
    np.save(session.files[0], np.random.default_rng(1).normal(0, 10.0, (128 * 20, 3)))
    extract([session], PIPELINE, cache=cache)
    assert len(OPENED) == 2


def test_a_moved_file_is_the_same_file(session, cache, tmp_path):
    extract([session], PIPELINE, cache=cache)
    (tmp_path / "elsewhere").mkdir()
    moved = session.files[0].rename(tmp_path / "elsewhere" / "one.npy")
    extract([replace(session, open=partial(opened, moved), files=(moved,))], PIPELINE, cache=cache)
    assert len(OPENED) == 1


def test_a_file_is_hashed_once_while_its_size_and_time_stay(session, cache, monkeypatch):
    import os

    hashed = []
    monkeypatch.setattr(cache_module, "file_sha256", lambda path: hashed.append(path) or "digest")
    os.utime(session.files[0], (1e9, 1e9))
    for _ in range(2):
        extract([session], PIPELINE, cache=cache)
    assert len(hashed) == 1


@pytest.mark.parametrize("place", [0, 40, -1])
def test_a_damaged_entry_is_made_anew_and_said(session, cache, place):
    whole = extract([session], PIPELINE, cache=cache)
    content = bytearray(entry(cache).read_bytes())
    content[place] ^= 1
    entry(cache).write_bytes(content)
    said = []
    mended = extract([session], PIPELINE, cache=cache, tell=said.append)
    assert np.array_equal(whole.features, mended.features)
    assert [("damaged" in each) for each in said] == [True]
    extract([session], PIPELINE, cache=cache, tell=said.append)
    assert len(said) == 1


def test_a_session_that_names_no_file_is_run_each_time(session, cache):
    for _ in range(2):
        extract([replace(session, files=())], PIPELINE, cache=cache)
    assert len(OPENED) == 2


def test_workers_make_the_same_features(session, cache):
    other = replace(session, session="two")
    alone = extract([session, other], PIPELINE)
    shared = extract(iter([session, other]), PIPELINE, cache=cache, workers=2)
    assert np.array_equal(alone.features, shared.features)
    assert np.array_equal(alone.session, shared.session)


def test_a_folder_named_by_the_environment_is_the_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("NEUROAFFECT_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path


def test_else_it_is_below_the_caches_of_the_user(monkeypatch, tmp_path):
    monkeypatch.delenv("NEUROAFFECT_CACHE")
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    folder = cache_folder()
    assert folder.name == "neuroaffect"
    assert tmp_path in folder.parents
