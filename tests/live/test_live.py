"""The loop on real recordings over real LSL, and on sources that misbehave."""

import threading
import uuid

import numpy as np
import pylsl
import pytest

import neuroaffect
from neuroaffect.acquire import AffectOutlet, LslSource, RawSource, Recorded
from neuroaffect.acquire.replay import replay
from neuroaffect.affect import Abstention, Target
from neuroaffect.blocks import Flaw
from neuroaffect.live import Live
from neuroaffect.models import AffectModel, InputShape, build, save
from neuroaffect.parity import differing_bits
from neuroaffect.pipeline import Pipeline
from neuroaffect.session import Packet, RawStream, open_recording
from neuroaffect.survey import Survey

CLIP = neuroaffect.demo_session("held_out")
TARGETS = (Target(dimension="valence"), Target(dimension="arousal"))
PIPELINE = """
name = "small"
hop_s = 0.25
lead = "eeg"

[tracks.eeg]
kind = "eeg"
blocks = [
  { block = "quality", noise = false },
  { block = "entropy", bands = { alpha = [8, 13], beta = [14, 30] }, window_s = 1.0 },
]

[tracks.slow]
kind = "KIND"
lag_s = 0.5
patience_s = 1.0
stale_s = 2.0
blocks = [{ block = "quality", flat_uv = 0.0 }]

[network]
name = "rbtransformer"
input = "eeg.entropy"
options = { width = 16, depth = 1, heads = 2, head_width = 8, feed_forward = 16 }
"""


class Listed(RawSource):
    """A source of given items."""

    def __init__(self, raws, items):
        self.items = items
        super().__init__(raws)

    def _items(self):
        return iter(self.items)


class Kept:
    def __init__(self):
        self.predictions = []
        self.closed = False

    def push(self, prediction):
        self.predictions.append(prediction)

    def close(self):
        self.closed = True


class Client(threading.Thread):
    """Somebody else on the network who listens to the predictions."""

    def __init__(self, name):
        super().__init__(daemon=True)
        found = pylsl.resolve_byprop("name", name, timeout=30)
        self.inlet = pylsl.StreamInlet(found[0], recover=False)
        self.inlet.open_stream(timeout=30)
        self.stamps, self.arousal = [], []
        self.start()

    def run(self):
        while True:
            try:
                values, stamp = self.inlet.pull_sample(timeout=0.5)
            except RuntimeError:  # LostError: the outlet is gone
                return
            if stamp is not None:
                self.stamps.append(stamp)
                self.arousal.append(values[1])


def bundle(folder, source, kind):
    """Save an untrained network for the streams of this source, and load it."""
    pipeline = Pipeline.from_toml(PIPELINE.replace("KIND", kind)).resolve(source.streams)
    shape = InputShape(electrodes=pipeline.tracks["eeg"].channels, features=("alpha", "beta"))
    network = build(
        "rbtransformer", shape=shape, targets=TARGETS,
        options=pipeline.network.options, rng=np.random.default_rng(3),
    )  # fmt: skip
    lead = next(info for info in source.streams.values() if info.kind == "eeg")
    save(
        folder, network=network, pipeline=pipeline,
        normaliser=(np.zeros(shape.size), np.ones(shape.size)),
        targets=TARGETS, rates_hz={"eeg": lead.rate_hz}, shape=shape,
    )  # fmt: skip
    return AffectModel.load(folder)


def person(seconds=12, *, skin_until=99.0):
    """Return EEG at 128 Hz and skin conductance at 4 Hz, in quarter-second packets."""
    rng = np.random.default_rng(8)
    raws = [
        RawStream(id=1, name="cap", type="EEG", rate_hz=128.0, format="double64",
                  labels=("Fz", "Cz", "Oz"), units=("uV",) * 3, types=("EEG",) * 3),
        RawStream(id=2, name="wrist", type="EDA", rate_hz=4.0, format="double64",
                  labels=("EDA",), units=("uS",), types=("EDA",)),
    ]  # fmt: skip
    items = []
    for k in range(seconds * 4):
        stamps = 50.0 + (k * 32 + np.arange(32)) / 128.0
        items.append(Packet(1, stamps, 10 * rng.standard_normal((32, 3))))
        if k / 4 < skin_until:
            items.append(Packet(2, np.array([50.0 + k / 4]), rng.uniform(2, 3, (1, 1))))
    return Listed(raws, items)


@pytest.fixture
def steady(tmp_path):
    source = person()
    return source, bundle(tmp_path / "model", source, "eda")


def test_features_of_a_live_run_equal_those_of_its_recording_bit_for_bit(tmp_path):
    recorded = Recorded(CLIP)
    model = bundle(tmp_path / "model", recorded, "ecg")
    stop = threading.Event()
    player = threading.Thread(
        target=replay,
        args=(recorded,),
        kwargs={
            "speed": 6.0,
            "rng": np.random.default_rng(11),
            "wait_for_consumers_s": 30.0,
            "stop": stop,
        },
        daemon=True,
    )
    player.start()
    name = f"affect-{uuid.uuid4().hex[:8]}"
    live_ticks, kept = [], Kept()
    queries = [f"source_id=replay:{raw.source_id}:{raw.name}" for raw in recorded.raws]
    with LslSource(queries, timeout_s=30.0, hop_s=0.25) as source:
        outlet = AffectOutlet(model.targets, name=name, source_id=name)
        client = Client(name)
        live = Live(source, model, sinks=[outlet, kept], on_tick=live_ticks.append)
        live.record(tmp_path / "run.xdf")
        ender = threading.Thread(target=lambda: (player.join(), live.stop()), daemon=True)
        ender.start()
        live.run()
        client.join(timeout=30)
    stop.set()

    again = Recorded(tmp_path / "run.xdf")
    run = model.pipeline.start(again.streams, late=again.late)
    ticks = [tick for stream, chunk in again for tick in run.push(stream, chunk)] + run.finish()
    assert len(live_ticks) > 140
    for one, other in zip(live_ticks, ticks, strict=True):
        assert (one.index, one.time, one.settled, one.gap, one.missing) == (
            other.index, other.time, other.settled, other.gap, other.missing,
        )  # fmt: skip
        assert np.array_equal(one.tracks["eeg"]["entropy"], other.tracks["eeg"]["entropy"])
        assert np.array_equal(one.quality["eeg"], other.quality["eeg"])

    assert differing_bits(run, live_ticks, ticks) == 0
    assert differing_bits(run, live_ticks, ticks[1:]) > 0

    # What the client received: every prediction, stamped with its tick's time, up to the last
    # ones, which may still have been on their way when the outlet closed.
    n = len(client.stamps)
    assert n >= len(kept.predictions) - 2
    assert client.stamps == [prediction.time for prediction in kept.predictions[:n]]
    said = [np.nan if p.arousal is None else p.arousal for p in kept.predictions[:n]]
    assert np.array_equal(client.arousal, said, equal_nan=True)
    # The break between the clip's two recordings was seen, and silenced the model for a while.
    assert sum(gap.lost for gap in source.gaps["Neurocom EEG"]) == pytest.approx(1000, abs=1)
    assert Abstention.GAP in {prediction.abstained for prediction in kept.predictions}
    # The time of day can be told: at the start and at the end, for it took less than a minute.
    anchors = [event for event in again.recording.events if event.kind == "clock-anchor"]
    assert len(anchors) == 2


def test_predictions_are_kept_in_the_session(steady, tmp_path):
    source, model = steady
    kept = Kept()
    live = Live(source, model, sinks=[kept], late=())
    live.record(tmp_path / "run.xdf")
    live.run()
    recording = open_recording(tmp_path / "run.xdf")
    stream = next(raw for raw in recording.streams if raw.type == "Affect")
    rows = [item for item in recording.items() if item.stream == stream.id]
    assert stream.labels[:4] == ("valence", "arousal", "valence_sd", "arousal_sd")
    assert [row.stamps[0] for row in rows] == [p.time for p in kept.predictions]
    assert kept.closed


def test_the_first_ticks_are_unsettled_and_the_later_ones_speak(steady):
    source, model = steady
    kept = Kept()
    Live(source, model, sinks=[kept], late=()).run()
    reasons = [prediction.abstained for prediction in kept.predictions]
    first_spoken = reasons.index(None)
    assert set(reasons[2:first_spoken]) == {Abstention.UNSETTLED}
    assert set(reasons[first_spoken:]) == {None}


def test_a_follower_that_falls_silent_makes_the_model_abstain_and_the_session_says_so(tmp_path):
    source = person(skin_until=6.0)
    model = bundle(tmp_path / "model", source, "eda")
    kept, ticks = Kept(), []
    live = Live(source, model, sinks=[kept], on_tick=ticks.append)
    live.record(tmp_path / "run.xdf")
    live.run()
    assert kept.predictions[-6].abstained == Abstention.MISSING
    again = Recorded(tmp_path / "run.xdf")
    assert {index for _, index in again.late} == set(range(25, 44))
    run = model.pipeline.start(again.streams, late=again.late)
    replayed = [t for name, chunk in again for t in run.push(name, chunk)] + run.finish()
    assert [(t.index, t.missing) for t in replayed] == [(t.index, t.missing) for t in ticks]


def test_bad_contact_is_named(steady):
    source, model = steady
    for item in source.items:
        if item.stream == 1:
            item.values[:, :2] = 0.0
    kept = Kept()
    Live(source, model, sinks=[kept], late=()).run()
    assert kept.predictions[-1].abstained == Abstention.BAD_CONTACT


def test_a_snapshot_tells_why_a_channel_is_bad(steady):
    source, model = steady
    for item in source.items:
        if item.stream == 1:
            item.values[:, 1] = 0.0
    live = Live(source, model, late=())
    watch = live.watch()
    live.run()
    snapshot = watch.take()
    assert snapshot.quality["cap"]["Cz"] == 0.0
    assert snapshot.flaws["cap"]["Cz"] & Flaw.FLAT
    assert not snapshot.flaws["cap"]["Fz"] & Flaw.FLAT


def test_a_watcher_that_never_looks_costs_bounded_memory(steady, monkeypatch):
    monkeypatch.setattr("neuroaffect.live._KEPT_CHUNKS", 10)
    source, model = steady
    live = Live(source, model, late=())
    watch = live.watch()
    live.run()
    snapshot = watch.take()
    assert sum(map(len, snapshot.signals.values())) == 10
    assert snapshot.ended
    assert not watch.take().signals


def test_a_snapshot_tells_loss_quality_and_the_newest_signals(steady):
    source, model = steady
    del source.items[40:44]  # half a second of everything
    live = Live(source, model, late=())
    watch = live.watch()
    live.run()
    snapshot = watch.take()
    health = {one.stream: one for one in snapshot.health}
    assert health["cap"].lost == 64
    assert snapshot.quality["cap"] == {"Fz": 1.0, "Cz": 1.0, "Oz": 1.0}
    assert snapshot.signals["cap"][-1].end == 12 * 128


def test_streams_of_another_rate_are_refused(steady):
    _, model = steady
    source = person()
    source.raws[0].__dict__["rate_hz"] = 250.0
    other = Listed(source.raws, source.items)
    with pytest.raises(neuroaffect.ModelError, match="trained at 128 Hz"):
        Live(other, model)


def test_a_session_in_which_the_model_abstained_is_no_defect(steady, tmp_path):
    source, model = steady
    live = Live(source, model, late=())
    live.record(tmp_path / "run.xdf")
    live.run()
    assert Survey.of(tmp_path / "run.xdf").problems == ()


def test_a_rest_marked_live_is_logged_and_replayed(steady, tmp_path):
    source, model = steady
    live = Live(source, model, late=())
    live.record(tmp_path / "run.xdf")
    live.rest(3.0)
    live.run()
    ((start, stop),) = Recorded(tmp_path / "run.xdf").rests
    assert stop - start == pytest.approx(3.0)
    assert start >= 50.0  # the first stamp: a rest asked for too early waits for the first hop
