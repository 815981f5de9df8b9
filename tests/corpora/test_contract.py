"""What holds for every corpus: its labels, its streams, and how it refuses."""

import pickle
import re
import shutil
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from layouts import LAYOUTS
from typer.testing import CliRunner

from neuroaffect.catalog import load_pipeline
from neuroaffect.corpora import CORPORA, NAMES, corpus_of
from neuroaffect.errors import EvaluationError, NeuroaffectError
from neuroaffect.training.splits import SPLITS
from neuroaffect.units import CANONICAL, KINDS

LOOKED_AT = 3  # sessions whose samples are read: the first of each data set
pytestmark = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Each data set's files, written once: name → folder."""

    @cache
    def build(name):
        root = tmp_path_factory.mktemp(name)
        LAYOUTS[name](root)
        return root

    return build


@pytest.fixture
def root(built, name):
    return built(name)


@pytest.fixture
def copy(root, tmp_path):
    """The same files, to be spoilt."""
    return shutil.copytree(root, tmp_path / "copy")


def sessions_of(name, root, **settings):
    return list(corpus_of(name).sessions(root, **settings))


def played(session):
    """Return the streams of a session, and the samples of each as one: (times, first, data)."""
    source = session.open()
    chunks = {stream: [] for stream in source.streams}
    for stream, chunk in source:
        chunks[stream].append(chunk)
    return source.streams, chunks


def span_of(chunks):
    times = [chunk.times for parts in chunks.values() for chunk in parts if len(chunk)]
    return min(t[0] for t in times), max(t[-1] for t in times)


def refusal(name, root):
    """Return the sentence with which a data set is refused, None if all of it can be played."""
    try:
        for session in corpus_of(name).sessions(root):
            for _ in session.open():
                pass
    except NeuroaffectError as error:
        return str(error)
    return None


def one_of_each_kind(root):
    """Return a file for each name that is left when numbers are taken out of it."""
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {re.sub(r"\d+", "", file.relative_to(root).as_posix()): file for file in files}.values()


def is_one_sentence(text):
    return text.strip() and "\n" not in text and "Traceback" not in text


def test_there_is_a_layout_to_test_it_on(name):
    assert name in LAYOUTS


def test_it_is_known_under_its_own_name(name):
    assert CORPORA[name].name == name


def test_it_says_what_a_score_means_and_cites_its_origin(name):
    corpus = corpus_of(name)
    assert len(corpus.note) > 80
    assert re.search(r"doi:10\.\d{4,}/\S+|arXiv:\d{4}\.\d{4,}|https://\S+", corpus.citation)


def test_its_splits_are_known_and_the_first_is_honest(name):
    corpus = corpus_of(name)
    assert set(corpus.splits) <= set(SPLITS)
    assert "leaky" not in corpus.splits[0]
    assert corpus.folds >= 2


def test_a_pipeline_made_for_it_alone_learns_what_it_labels(name):
    corpus = corpus_of(name)
    if corpus.pipeline == name:
        assert load_pipeline(name).labels.targets == corpus.targets


def test_the_pipeline_made_for_it_fits_its_streams(name, root):
    session = next(corpus_of(name).sessions(root))
    load_pipeline(corpus_of(name).pipeline).start(session.open().streams, rests=session.rests)


def test_there_are_two_people_or_more(name, root):
    assert len({s.subject for s in sessions_of(name, root)}) >= 2


def test_recordings_of_one_sitting_do_not_overlap(name, root):
    spans = {}
    for session in sessions_of(name, root):
        span = (session.trials[0].start, session.trials[-1].stop)
        spans.setdefault((session.subject, session.session), []).append(span)
    for sitting in spans.values():
        assert all(a[1] <= b[0] for a, b in pairwise(sorted(sitting)))


def test_a_session_opens_twice_with_the_same_samples(name, root):
    for session in sessions_of(name, root)[:LOOKED_AT]:
        (streams, once), (again_streams, again) = played(session), played(session)
        assert streams == again_streams
        for stream, chunks in once.items():
            assert len(chunks) == len(again[stream])
            for chunk, other in zip(chunks, again[stream], strict=True):
                assert chunk.first == other.first
                np.testing.assert_array_equal(chunk.times, other.times)
                np.testing.assert_array_equal(chunk.data, other.data)


def test_streams_have_a_known_kind_and_unit_and_as_many_columns_as_channels(name, root):
    for session in sessions_of(name, root)[:LOOKED_AT]:
        streams, chunks = played(session)
        for stream, info in streams.items():
            assert info.kind in KINDS
            assert info.unit in CANONICAL | {""}
            assert len(set(info.channels)) == len(info.channels) > 0
            assert sum(map(len, chunks[stream])) > 0
            assert {c.data.shape[1] for c in chunks[stream]} == {len(info.channels)}


def test_samples_of_a_stream_are_numbers_and_come_in_order(name, root):
    for session in sessions_of(name, root)[:LOOKED_AT]:
        streams, chunks = played(session)
        for stream, parts in chunks.items():
            if streams[stream].kind == "markers":
                continue
            assert {c.data.dtype for c in parts} == {np.dtype(np.float64)}
            assert all(a.end <= b.first for a, b in pairwise(parts))
            assert (np.diff(np.concatenate([c.times for c in parts])) >= 0).all()


def test_trials_follow_each_other_inside_the_recording(name, root):
    for session in sessions_of(name, root)[:LOOKED_AT]:
        assert session.trials
        streams, chunks = played(session)
        first, last = span_of(chunks)
        # The last stamp is one sample short of the end.
        slack = max(1.0 / info.rate_hz for info in streams.values() if info.rate_hz) + 1e-6
        marks = [first, *(t for trial in session.trials for t in (trial.start, trial.stop))]
        assert marks == sorted(marks)
        assert marks[-1] <= last + slack


def test_rests_lie_inside_the_recording_and_outside_its_trials(name, root):
    for session in sessions_of(name, root)[:LOOKED_AT]:
        first, last = span_of(played(session)[1])
        for start, stop in session.rests:
            assert first <= start < stop <= last + 1.0
            assert all(stop <= t.start or t.stop <= start for t in session.trials)


def test_a_trial_has_its_name_to_itself_within_its_session(name, root):
    for session in sessions_of(name, root):
        ids = [trial.id for trial in session.trials]
        assert len(set(ids)) == len(ids)


def test_stretches_of_a_person_under_one_name_share_their_ratings(name, root):
    known = {}
    for session in sessions_of(name, root):
        for trial in session.trials:
            assert known.setdefault((session.subject, trial.id), trial.ratings) == trial.ratings


def test_every_target_is_rated_and_every_rating_is_on_its_scale(name, root):
    trials = [trial for session in sessions_of(name, root) for trial in session.trials]
    for target in corpus_of(name).targets:
        courses = [
            t.courses[target.dimension].values for t in trials if target.dimension in t.courses
        ]
        ratings = [t.ratings[target.dimension] for t in trials if target.dimension in t.ratings]
        values = np.concatenate([ratings, *courses])
        values = values[np.isfinite(values)]
        assert len(values)
        if target.scale is not None:
            assert target.scale.low <= values.min() <= values.max() <= target.scale.high
        elif target.classes:
            assert set(values) <= set(range(len(target.classes)))


def test_the_files_of_a_session_are_named_for_its_provenance(name, root):
    for session in sessions_of(name, root):
        assert session.files
        assert all(file.is_file() and root in file.parents for file in session.files)


def test_only_the_people_asked_for_are_opened(name, root):
    person = sessions_of(name, root)[-1].subject
    assert {s.subject for s in sessions_of(name, root, subjects=[person])} == {person}


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


def test_the_command_line_names_it(name):
    from neuroaffect.cli.app import app

    shown = CliRunner().invoke(app, ["evaluate", "--help"], env={"COLUMNS": "300"}).output
    assert re.search(rf"\b{re.escape(name)}\b", shown)
