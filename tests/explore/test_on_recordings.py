"""What is known of real recordings is found in them."""

import numpy as np
import pytest

from neuroaffect.catalog import load_pipeline
from neuroaffect.corpora import corpus_of
from neuroaffect.explore import explore
from neuroaffect.training.data.dataset import extract
from neuroaffect.training.data.labels import labelled_session


def explored(sessions, pipeline, targets):
    dataset = extract(sessions, pipeline)
    return explore(dataset, targets=targets, rng=np.random.default_rng(0), draws=199).findings


def test_muscles_at_rest_are_weaker_than_in_any_motion(shared):
    path = shared / "magicblink" / "three_motion_one.xdf"
    pipeline = load_pipeline("gestures")
    findings = explored([labelled_session(path, pipeline)], pipeline, pipeline.labels.targets)
    (nothing,) = (f for f in findings if f.high == "nothing")
    assert (nothing.signed_r2 < 0).all()
    assert nothing.surviving().all()


def test_alpha_is_weaker_in_mental_arithmetic_than_at_rest_with_closed_eyes(shared):
    corpus = corpus_of("eegmat")
    people = ["Subject00", "Subject01", "Subject02", "Subject03"]
    sessions = corpus.sessions(shared / "eegmat", subjects=people)
    (finding,) = explored(sessions, load_pipeline("eegmat"), corpus.targets)
    alpha = [i for i, cell in enumerate(finding.cells) if cell.feature == "alpha"]
    assert np.median(finding.signed_r2[alpha]) < -0.3
    assert finding.unit == "recording"
    assert finding.least_p == pytest.approx(1 / 8)
