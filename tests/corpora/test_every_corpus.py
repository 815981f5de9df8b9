"""What holds for every corpus: its labels and its streams."""

import re
from itertools import pairwise

import numpy as np
import pytest
from layouts import LAYOUTS
from playing import LOOKED_AT, played, sessions_of, span_of
from typer.testing import CliRunner

from neuroaffect.catalog import load_pipeline
from neuroaffect.corpora import CORPORA, NAMES, corpus_of
from neuroaffect.training.splits import SPLITS
from neuroaffect.units import CANONICAL, KINDS

pytestmark = pytest.mark.parametrize("name", NAMES)


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


def test_the_command_line_names_it(name):
    from neuroaffect.cli.app import app

    shown = CliRunner().invoke(app, ["evaluate", "--help"], env={"COLUMNS": "300"}).output
    assert re.search(rf"\b{re.escape(name)}\b", shown)
