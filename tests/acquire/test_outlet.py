"""Predictions over LSL."""

import time

import numpy as np
import pylsl
import pytest

from neuroaffect.acquire import AffectOutlet, LslSource, QualityOutlet, RawOutlet
from neuroaffect.affect import Abstention, Prediction, Target
from neuroaffect.errors import StreamError

TARGETS = (Target(dimension="arousal"), Target(dimension="valence"), Target(dimension="gesture"))


@pytest.fixture
def heard(unique):
    """Return an affect outlet and the live source that listens to it."""
    outlet = AffectOutlet(TARGETS, name=f"affect-{unique}", source_id=unique)
    with LslSource([f"name=affect-{unique}"], timeout_s=30.0) as source:
        source.go_live()
        yield outlet, source
    outlet.close()


def test_channels_are_the_trained_dimensions_their_sd_and_interval(heard):
    _, source = heard
    [info] = source.streams.values()
    assert info.kind == "affect"
    assert info.channels == (
        "valence", "arousal", "valence_sd", "arousal_sd",
        "valence_low", "arousal_low", "valence_high", "arousal_high",
    )  # fmt: skip


def test_a_prediction_is_stamped_with_its_own_time(heard):
    outlet, source = heard
    now = pylsl.local_clock() - 0.5
    outlet.push(Prediction(time=now, valence=0.25, arousal=-0.5, sd={"valence": 0.1}))
    deadline = time.monotonic() + 30.0
    got = None
    while got is None and time.monotonic() < deadline:
        got = source.get(0.5)
    _, chunk = got
    assert np.array_equal(chunk.data, [[0.25, -0.5, 0.1, *[np.nan] * 5]], equal_nan=True)
    assert chunk.times[0] == pytest.approx(now, abs=5e-3)  # the clock offset of the loopback


def test_an_abstention_is_sent_as_nan(heard):
    outlet, source = heard
    outlet.push(Prediction(time=pylsl.local_clock(), abstained=Abstention.GAP))
    deadline = time.monotonic() + 30.0
    got = None
    while got is None and time.monotonic() < deadline:
        got = source.get(0.5)
    assert np.isnan(got[1].data).all()


def test_a_closed_outlet_says_so(stream, unique):
    outlet = RawOutlet(stream(name=unique), source_id=unique)
    outlet.close()
    with pytest.raises(StreamError, match="is closed"):
        outlet.push(np.zeros((1, 2), np.float32), np.zeros(1))


def test_an_outlet_says_all_that_the_sender_said_and_no_host(stream, unique):
    header = (
        f"<info><name>{unique}</name><type>EEG</type><channel_count>2</channel_count>"
        "<nominal_srate>256</nominal_srate><channel_format>float32</channel_format>"
        "<hostname>ann-laptop</hostname><desc><manufacturer>Interaxon</manufacturer>"
        "<reference><label>Fpz</label></reference><channels><channel><label>Fp1</label></channel>"
        "<channel><label>Fp2</label></channel></channels><hostname>ann-laptop</hostname></desc>"
        "</info>"
    )
    outlet = RawOutlet(stream(name=unique, header=header), source_id=unique)
    [found] = pylsl.resolve_byprop("name", unique, timeout=30.0)
    said = pylsl.StreamInlet(found, recover=False).info(timeout=30.0)
    outlet.close()
    assert said.desc().child_value("manufacturer") == "Interaxon"
    assert said.desc().child("reference").child_value("label") == "Fpz"
    assert said.get_channel_labels() == ["Fp1", "Fp2"]
    assert said.desc().child_value("hostname") == ""


def test_quality_leaves_with_its_labels_and_flaws_with_the_meaning_of_their_bits(unique):
    outlet = QualityOutlet(f"cap-{unique}", ("Fz", "Cz"), source_id=unique)
    [found] = pylsl.resolve_byprop("name", f"cap-{unique} flaws", timeout=30.0)
    said = pylsl.StreamInlet(found, recover=False).info(timeout=30.0)
    with LslSource([f"name=cap-{unique} quality"], timeout_s=30.0) as source:
        source.go_live()
        outlet.push(pylsl.local_clock(), np.array([1.0, 0.25]), np.array([0, 2]))
        got, deadline = None, time.monotonic() + 30.0
        while got is None and time.monotonic() < deadline:
            got = source.get(0.5)
    outlet.close()
    assert got[1].data.tolist() == [[1.0, 0.25]]
    [info] = source.streams.values()
    assert info.channels == tuple(said.get_channel_labels()) == ("Fz", "Cz")
    second = said.desc().child("flaws").first_child().next_sibling()
    assert (second.child_value("bit"), second.child_value("name")) == ("2", "flat")
