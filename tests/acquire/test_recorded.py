"""Recordings of other recorders, judged while they play."""

import numpy as np
import pytest
import pyxdf

from neuroaffect.acquire import RawSource, Recorded
from neuroaffect.acquire.clock import UNKNOWN_S
from neuroaffect.session import Packet, SessionWriter


def play(path) -> dict[str, list]:
    source = Recorded(path)
    chunks = {name: [] for name in source.streams}
    for name, chunk in source:
        chunks[name].append(chunk)
    return source, chunks


@pytest.mark.parametrize(
    "path",
    [
        "muselsl2/sub-P001/ses-S001/eeg/sub-P001_ses-S001_task-Default_run-001_eeg.xdf",
        "muselsl2/sub-P002/ses-S001/eeg/sub-P002_ses-S001_task-Default_run-001_eeg.xdf",
        "muselsl2/sub-P003/ses-S001/eeg/sub-P003_ses-S001_task-Default_run-001_eeg.xdf",
        "magicblink/three_motion_one.xdf",
        "magicblink/three_motion_two.xdf",
        "magicblink/three_motion_three.xdf",
        "eegmat/Subject00_1.edf",
        "eeglab/test.xdf",
        "eeglab/test.bdf",
    ],
)
def test_no_loss_is_made_up_in_a_real_recording(shared, path):
    source, chunks = play(shared / path)
    assert any(chunks.values())
    assert all(gaps == () for gaps in source.gaps.values())


def test_a_real_clock_reset_is_one_gap_of_a_second(shared):
    source, _ = play(shared / "xdf_examples" / "clock_resets.xdf")
    [gap] = source.gaps["BioSemi"]
    assert (gap.first, gap.lost) == (12876, 93)  # 100 Hz are said, 92.6 sent
    assert gap.length_s == pytest.approx(UNKNOWN_S, abs=0.01)


def test_time_is_true_again_some_seconds_after_a_clock_reset(shared):
    path = shared / "xdf_examples" / "clock_resets.xdf"
    _, chunks = play(path)
    streams, _ = pyxdf.load_xdf(path, synchronize_clocks=False, dejitter_timestamps=False)
    [biosemi] = [stream for stream in streams if stream["info"]["name"][0] == "BioSemi"]
    last = biosemi["time_stamps"][-1] + biosemi["clock_values"][-1]
    assert chunks["BioSemi"][-1].times[-1] == pytest.approx(last, abs=0.01)


def test_packets_before_the_first_clock_offset_use_it(shared):
    path = shared / "magicblink" / "three_motion_one.xdf"
    _, chunks = play(path)
    streams, _ = pyxdf.load_xdf(path, synchronize_clocks=False, dejitter_timestamps=False)
    for stream in streams:
        expected = stream["time_stamps"][0] + stream["clock_values"][0]
        assert chunks[stream["info"]["name"][0]][0].times[0] == expected


def test_markers_and_signals_of_two_machines_are_on_one_clock(shared):
    _, chunks = play(shared / "magicblink" / "three_motion_one.xdf")
    signal = np.concatenate([chunk.times for chunk in chunks["obci_eeg1"]])
    markers = np.concatenate([chunk.times for chunk in chunks["MyMarkerStream"]])
    assert signal[0] < markers[0] < markers[-1] < signal[-1]


def test_values_equal_those_of_another_reader(shared):
    path = shared / "magicblink" / "three_motion_two.xdf"
    _, chunks = play(path)
    streams, _ = pyxdf.load_xdf(path, dejitter_timestamps=False)
    [signal] = [stream for stream in streams if stream["info"]["name"][0] == "obci_eeg1"]
    data = np.concatenate([chunk.data for chunk in chunks["obci_eeg1"]])
    assert np.array_equal(data, signal["time_series"])


def test_a_session_keeps_how_its_streams_were_understood(clips, tmp_path):
    source = Recorded(clips / "muselsl2" / "sub-P001.xdf")
    with SessionWriter(tmp_path / "again.xdf") as writer:
        source.record(writer)
        seen = list(source)
    again = Recorded(tmp_path / "again.xdf", devices=())
    assert {name: d for name, d in again.descriptions.items() if name != "Muse PPG"} == {
        name: d for name, d in source.descriptions.items() if name != "Muse PPG"
    }
    assert all(np.array_equal(a.data, b.data) for (_, a), (_, b) in zip(again, seen, strict=True))


def test_a_session_that_kept_no_description_is_understood_as_it_was(stream, tmp_path):
    """Sessions of before: every column is signal, whatever device files say today."""
    labels = ("TP9", "AF7", "AF8", "TP10", "Right AUX")
    with SessionWriter(tmp_path / "old.xdf") as writer:
        writer.add(stream(name="Muse", labels=labels))
        writer.write(Packet(1, np.array([1.0]), np.ones((1, 5), np.float32)))
        writer.event("trial-start", time=1.0, trial="1")
    assert Recorded(tmp_path / "old.xdf").streams["Muse"].channels == labels


class Growing(RawSource):
    """A source in which a stream of the same name appears after the first has lost samples."""

    def __init__(self, first, second, before, after) -> None:
        self.second, self.before, self.after = second, before, after
        super().__init__([first])

    def _items(self):
        yield from self.before
        self._join(self.second)
        yield from self.after


def test_gaps_of_streams_of_one_name_stay_with_the_stream_that_lost(stream, packets, tmp_path):
    """One came back as something else while it was recorded: its names differ from a replay's."""
    first, second = stream(1, name="cap"), stream(2, name="cap", rate_hz=128.0)
    stamps = 10.0 + np.arange(512) / 256
    before = packets(np.delete(stamps, slice(100, 200)), [50] * 20)
    other = 20.0 + np.arange(512) / 128
    after = packets(np.delete(other, slice(300, 350)), [50] * 20, id=2)
    path = tmp_path / "session.xdf"
    live = Growing(first, second, before, after)
    with SessionWriter(path) as writer:
        live.record(writer)
        kept = [(name, chunk.first) for name, chunk in drain(live)]
    again = [(name, chunk.first) for name, chunk in Recorded(path)]
    assert [lost for gaps in live.gaps.values() for lost in [g.lost for g in gaps]] == [100, 50]
    assert [first for _, first in again] == [first for _, first in kept]


def drain(source):
    while not source.ended:
        if (got := source.get(0.1)) is not None:
            yield got
