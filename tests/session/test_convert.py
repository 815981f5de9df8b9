"""Any recording as XDF: read back by us and by pyxdf, it is the same recording."""

import numpy as np
import pytest
import pyxdf

from neuroaffect.acquire.recorded import Recorded
from neuroaffect.acquire.simulator import Simulator
from neuroaffect.errors import SessionError
from neuroaffect.session import SessionWriter, convert, open_recording
from neuroaffect.survey import Survey

CLIPS = [
    "stress_predict/S01", "biohack/s1-control-cut.csv.gz", "biohack/s2-confused3-gap.csv.gz",
    "openbci/cyton-cut.txt", "insight/closed-cut.csv", "muselsl2/sub-P001.xdf",
    "xdf_examples/minimal.xdf",
]  # fmt: skip


@pytest.fixture(params=CLIPS)
def clip(request, clips):
    return clips / request.param


def packets(recording):
    return [
        (item.stream, item.stamps.tolist(), item.values.tolist())
        for item in recording.items()
        if hasattr(item, "stamps")
    ]


def test_the_result_has_the_same_streams_packets_and_events(clip, tmp_path):
    before = open_recording(clip)
    convert(clip, tmp_path / "out.xdf")
    after = open_recording(tmp_path / "out.xdf")
    for name in ("name", "type", "rate_hz", "format", "labels", "units", "types"):
        assert [getattr(s, name) for s in after.streams] == [
            getattr(s, name) for s in before.streams
        ]
    assert packets(after) == packets(before)
    assert (after.events, after.told, after.is_timed) == (
        before.events, before.told, before.is_timed,
    )  # fmt: skip
    assert after.defects == before.defects
    assert set(before.notes) <= set(after.notes)


def test_the_result_surveys_like_the_original(clip, tmp_path):
    convert(clip, tmp_path / "out.xdf")
    before, after = Survey.of(clip), Survey.of(tmp_path / "out.xdf")
    assert after.streams == before.streams
    assert after.events == before.events


def test_pyxdf_reads_the_same_samples_without_smearing_them(clip, tmp_path, samples):
    convert(clip, tmp_path / "out.xdf")
    streams, _ = pyxdf.load_xdf(tmp_path / "out.xdf", synchronize_clocks=False)
    by_id = {stream["info"]["stream_id"]: stream for stream in streams}
    for stream in open_recording(clip).streams:
        found = by_id[stream.id]
        mine = [p for p in open_recording(clip).items() if getattr(p, "stamps", None) is not None]
        stamps = [p.stamps for p in mine if p.stream == stream.id]
        if not stamps or stream.rate_hz == 0:
            continue
        # pyxdf fits its lines between gaps; they stay within the jitter of the stamps.
        assert np.abs(found["time_stamps"] - np.concatenate(stamps)).max() < 0.05
        values = np.concatenate([p.values for p in mine if p.stream == stream.id])
        assert np.array_equal(found["time_series"], values)


def test_gaps_of_a_conversion_are_judged_unless_the_device_counted(clips, tmp_path):
    convert(clips / "biohack" / "s2-confused3-gap.csv.gz", tmp_path / "muse.xdf")
    convert(clips / "openbci" / "cyton-cut.txt", tmp_path / "cyton.xdf")
    muse, cyton = open_recording(tmp_path / "muse.xdf"), open_recording(tmp_path / "cyton.xdf")
    assert (muse.is_ours, muse.told) == (False, frozenset())
    assert (cyton.is_ours, cyton.told) == (False, frozenset({1, 2}))
    assert len(Survey.of(tmp_path / "muse.xdf").streams[0].gaps) == 1


@pytest.fixture
def session(tmp_path):
    path = tmp_path / "session.xdf"
    with (
        SessionWriter(path) as writer,
        Simulator(seed=1, duration_s=3.0, trial_s=1.0, rest_s=0.5) as source,
    ):
        source.record(writer)
        for _ in source:
            pass
        writer.event("gap", time=1.0, stream="nobody", lost=3, first=1)
    return path


def test_a_session_of_ours_stays_one_bit_for_bit(session, tmp_path):
    convert(session, tmp_path / "copy.xdf")
    before, after = Recorded(session), Recorded(tmp_path / "copy.xdf")
    assert after.recording.is_ours
    assert after.recording.events == before.recording.events
    for (name, one), (other, two) in zip(before, after, strict=True):
        assert (name, one.first) == (other, two.first)
        assert np.array_equal(one.times, two.times)
        assert np.array_equal(one.data, two.data)


def test_the_defects_are_events_that_every_reader_sees(clips, tmp_path):
    convert(clips / "biohack" / "s1-control-cut.csv.gz", tmp_path / "out.xdf")
    streams, _ = pyxdf.load_xdf(tmp_path / "out.xdf")
    (events,) = [s for s in streams if s["info"]["name"] == ["neuroaffect-events"]]
    assert any("3 rows written twice" in line for (line,) in events["time_series"])


def test_what_is_there_is_never_overwritten(clips, tmp_path):
    out = tmp_path / "out.xdf"
    out.write_text("precious")
    with pytest.raises(SessionError, match="already there"):
        convert(clips / "insight" / "closed-cut.csv", out)
    assert out.read_text() == "precious"


def test_another_suffix_and_a_missing_folder_are_refused(clips, tmp_path):
    for out in (tmp_path / "out.csv", tmp_path / "nowhere" / "out.xdf"):
        with pytest.raises(SessionError, match=r"end in \.xdf|no folder"):
            convert(clips / "insight" / "closed-cut.csv", out)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [SessionError("the disk is full"), KeyboardInterrupt()])
def test_a_conversion_that_fails_leaves_nothing(error, clips, tmp_path):
    def fail(size):
        if size > 20000:
            raise error

    with pytest.raises(type(error)):
        convert(clips / "stress_predict" / "S01", tmp_path / "out.xdf", advance=fail)
    assert list(tmp_path.iterdir()) == []
