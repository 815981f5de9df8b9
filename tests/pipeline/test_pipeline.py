import numpy as np
import pytest

from neuroaffect.errors import PipelineError
from neuroaffect.pipeline import Pipeline
from neuroaffect.stream import Chunk, StreamInfo

TEXT = """
name = "plain"
hop_s = 0.25
lead = "eeg"

[tracks.eeg]
kind = "eeg"
channels = "scalp"
blocks = [
  { block = "quality", noise = false },
  { block = "bandpass", low_hz = 1.0, high_hz = 45.0 },
  { block = "entropy", bands = "rbtransformer", window_s = 1.0 },
]
"""
CAP = StreamInfo(
    name="cap", kind="eeg", rate_hz=128.0, channels=("Fp1", "Cz", "Counter", "O1"), unit="uV"
)
RAW = np.random.default_rng(4).standard_normal((128 * 20, 4)) * 10
TIMES = np.arange(len(RAW)) / 128.0


def feed(run, first, stop):
    return run.push("cap", Chunk(first, TIMES[first:stop], RAW[first:stop]))


@pytest.fixture
def pipeline():
    return Pipeline.from_toml(TEXT)


def test_toml_round_trips_to_an_equal_pipeline(pipeline):
    assert Pipeline.from_toml(pipeline.to_toml()) == pipeline


def test_the_fingerprint_follows_features_and_not_titles(pipeline):
    assert Pipeline.from_toml(TEXT.replace("plain", "other")).fingerprint == pipeline.fingerprint
    assert Pipeline.from_toml(TEXT.replace("45.0", "44.0")).fingerprint != pipeline.fingerprint


def test_the_fingerprint_follows_the_order_of_bands():
    one, other = (
        Pipeline.from_toml(TEXT.replace('"rbtransformer"', f"{{ {bands} }}")).fingerprint
        for bands in ("a = [4, 8], b = [8, 13]", "b = [8, 13], a = [4, 8]")
    )
    assert one != other


def test_scalp_takes_the_electrodes_and_leaves_the_counter_out(pipeline):
    run = pipeline.start({"cap": CAP})
    assert run.features["eeg.entropy"].channels == ("Fp1", "Cz", "O1")


def test_a_resolved_pipeline_lists_its_electrodes(pipeline):
    assert pipeline.resolve({"cap": CAP}).tracks["eeg"].channels == ("Fp1", "Cz", "O1")


def test_ticks_are_unsettled_until_the_slowest_filter_and_the_window_have_passed(pipeline):
    run = pipeline.start({"cap": CAP}, late=())
    ticks = feed(run, 0, len(RAW))
    settle_s = run.tracks["eeg"].settle_s
    assert [tick.settled for tick in ticks] == [(k + 1) * 0.25 >= settle_s for k in range(80)]
    assert 1.0 < settle_s < 10.0


def test_a_gap_longer_than_the_bridge_restarts_the_track_and_is_marked(pipeline):
    run = pipeline.start({"cap": CAP}, late=())
    feed(run, 0, 1024)
    after = feed(run, 1088, len(RAW))
    fresh = pipeline.start({"cap": CAP}, late=())
    expected = feed(fresh, 1088, len(RAW))
    assert after[0].gap
    assert not after[0].settled
    assert not after[-1].gap
    for tick, same in zip(after, expected, strict=True):
        assert tick.index == same.index
        assert np.array_equal(tick.tracks["eeg"]["entropy"], same.tracks["eeg"]["entropy"])


def test_a_bridged_gap_goes_on_and_lowers_the_quality_of_its_hop(pipeline):
    run = pipeline.start({"cap": CAP}, late=())
    feed(run, 0, 1030)
    tick = feed(run, 1034, 1056)[0]
    assert not tick.gap
    assert tick.quality["eeg"].tolist() == [1.0 - 4 / 32] * 3


def test_a_stream_that_no_track_reads_is_passed_over(pipeline):
    other = Chunk(0, np.zeros(1), np.array([["start"]], dtype=object))
    assert pipeline.start({"cap": CAP}).push("markers", other) == []


def test_a_missing_stream_is_refused_with_what_there_is(pipeline):
    skin = StreamInfo(name="wrist", kind="eda", rate_hz=4.0, channels=("EDA",), unit="uS")
    with pytest.raises(PipelineError, match=r"kind 'eeg'; the source offers wrist \(eda\)"):
        pipeline.start({"wrist": skin})


def test_two_fitting_streams_must_be_told_apart(pipeline):
    streams = {name: StreamInfo(**{**CAP.__dict__, "name": name}) for name in ("a", "b")}
    with pytest.raises(PipelineError, match="name one with stream"):
        pipeline.start(streams)


def test_a_second_block_of_a_kind_gets_a_number():
    text = TEXT[:-2] + '  { block = "entropy", bands = "libeer5" },\n]\n'
    run = Pipeline.from_toml(text).start({"cap": CAP})
    assert set(run.features) == {"eeg.entropy", "eeg.entropy2"}


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        ("netwrok = 1\n" + TEXT, "did you mean 'network'"),
        (TEXT.replace("low_hz", "lo_hz"), r"unknown key 'lo_hz'.*known: low_hz, high_hz, order"),
        (TEXT.replace('"bandpass"', '"bandpas"'), "did you mean .bandpass"),
        (TEXT.replace('lead = "eeg"', 'lead = "eda"'), "'eda' is no track"),
        (TEXT.replace("0.25", "-1"), "hop_s = -1"),
        (TEXT + "[labels]\ntrial = 3\n", "did you mean 'trials'"),
        ("name = ", "is no TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_one_sentence(broken, sentence):
    with pytest.raises(PipelineError, match=sentence) as caught:
        Pipeline.from_toml(broken)
    assert "\n" not in str(caught.value)


def test_a_rest_opens_behind_the_newest_hop(pipeline):
    run = pipeline.start({"cap": CAP}, late=())
    feed(run, 0, 1000)
    newest = (31 * 32 - 1) / 128
    assert run.rest(2.0) == (newest, newest + 2.0)


def test_a_rest_before_the_first_hop_is_refused(pipeline):
    with pytest.raises(PipelineError, match="no hop has come yet"):
        pipeline.start({"cap": CAP}).rest(10.0)


def test_a_gate_that_is_no_track_is_refused():
    with pytest.raises(PipelineError, match=r"gate = 'acc' is no other track \(none\)"):
        Pipeline.from_toml(TEXT + '\ngate = "acc"\n')


def test_a_gate_without_a_motion_block_is_refused():
    more = '\ngate = "acc"\n[tracks.acc]\nkind = "acc"\n'
    with pytest.raises(PipelineError, match="gate = 'acc' has no block \"motion\""):
        Pipeline.from_toml(TEXT + more)
