import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from dashboard_scenes import chunk_of, eeg, health_of, said, scene_of, snapshot_of
from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QHelpEvent, QImage, QPainter, QPicture
from PySide6.QtWidgets import QApplication

from neuroaffect.affect import DIMENSIONS, Abstention, Prediction, Target
from neuroaffect.blocks import Flaw
from neuroaffect.dashboard import render
from neuroaffect.dashboard.health import written_age
from neuroaffect.stream import Chunk, StreamInfo

ABSTAINED = Prediction(time=1.0, abstained=Abstention.BAD_CONTACT)


def test_abstention_is_shown_with_its_reason(window):
    window.show_scene(scene_of(eeg()))
    window.update_with(snapshot_of(predictions=(ABSTAINED,)))
    window.draw_all()
    assert window.plane.badge.toPlainText() == "don't know: bad contact"
    assert window.plane.badge.isVisible()
    assert "don't know:<br>bad contact" in window.readings.text


def test_an_abstaining_model_shows_no_point(window):
    window.show_scene(scene_of(eeg()))
    window.update_with(snapshot_of(predictions=(said(valence=0.5, arousal=0.1), ABSTAINED)))
    window.draw_all()
    assert window.plane.trail.spot is None


def test_the_newest_point_carries_its_deviation(window):
    window.show_scene(scene_of(eeg()))
    window.update_with(snapshot_of(predictions=(said(valence=0.5, arousal=-0.1),)))
    window.draw_all()
    spot = window.plane.trail.spot
    assert (spot.valence, spot.arousal, spot.valence_sd) == (0.5, -0.1, 0.2)
    assert not window.plane.badge.isVisible()
    assert "+0.50" in window.readings.text
    assert "± 0.20" in window.readings.text


def test_an_old_prediction_is_not_shown_as_the_present(window):
    window.show_scene(scene_of(eeg()))
    window.update_with(snapshot_of(predictions=(said(time=0.0, valence=0.5, arousal=-0.1),)))
    window.seconds.append(7.0)
    window.draw_all()
    assert window.plane.trail.spot is None
    assert window.plane.badge.toPlainText() == "no prediction for 7 s"
    assert "0.50" not in window.readings.text


def test_hops_longer_than_the_trail_are_drawn(window):
    window.show_scene(replace(scene_of(eeg()), hop_s=10.0))
    window.update_with(snapshot_of(predictions=(said(time=0.0, valence=0.5, arousal=-0.1),)))
    window.seconds.append(30.0)
    window.draw_all()
    assert window.plane.trail.spot is None


@pytest.mark.parametrize("trained", [(), ("valence",), ("valence", "arousal"), DIMENSIONS])
def test_dimensions_without_labels_say_not_trained(window, trained):
    window.show_scene(scene_of(eeg(), dimensions=trained))
    silent = {
        name
        for name, row in window.traces.rows.items()
        if row.words.isVisible() and row.words.toPlainText() == "not trained"
    }
    assert silent == set(DIMENSIONS) - set(trained)
    assert window.readings.text.count("not trained") == len(silent)


def test_a_target_that_is_no_dimension_is_shown_as_classes(window):
    gesture = Target(dimension="gesture", kind="nominal", classes=("fist", "open", "rest"))
    window.show_scene(replace(scene_of(eeg()), targets=(gesture,)))
    shares = Prediction(time=1.0, probabilities={"gesture": (0.2, 0.5, 0.3)})
    window.update_with(snapshot_of(predictions=(shares,)))
    window.draw_all()
    assert window.bars.words == ""
    window.update_with(snapshot_of(predictions=(ABSTAINED,)))
    window.draw_all()
    assert window.bars.words == "don't know: bad contact"


def test_age_losses_and_rate_of_each_stream_are_written(window):
    window.show_scene(scene_of(eeg()))
    window.update_with(snapshot_of(health=(health_of(),)))
    window.draw_all()
    text = window.health.cards["cap"].text
    assert "20 ms" in text
    assert "lost 10 (1.0 %)" in text
    assert "127.9 / 128 Hz" in text


def test_a_silent_loop_is_told_and_counted_into_the_ages(window):
    window.show_scene(scene_of(eeg()))
    window.update_with(snapshot_of(health=(health_of(),)))
    window.seconds.append(5.0)
    window.draw_all()
    assert "no news from the loop for 5.0 s" in window.header.state.text()
    assert "5.0 s" in window.health.cards["cap"].text


@pytest.mark.parametrize(
    ("age_s", "verdict"), [(0.1, "good"), (2.0, "fair"), (9.0, "bad"), (np.nan, "bad")]
)
def test_a_stream_that_falls_silent_changes_its_colour(window, age_s, verdict):
    window.show_scene(scene_of(eeg()))
    window.update_with(snapshot_of(health=(health_of(age_s=age_s),)))
    window.draw_all()
    assert window.health.cards["cap"].verdict == verdict


def test_a_loop_that_has_ended_calls_no_stream_lost(window):
    window.show_scene(scene_of(eeg()))
    window.update_with(snapshot_of(health=(health_of(state="lost", lost=0),), ended=True))
    window.draw_all()
    assert "lost ·" not in window.health.cards["cap"].text
    assert window.health.cards["cap"].verdict == "unknown"


@pytest.mark.parametrize(
    ("state", "verdict"),
    [("stale", "bad"), ("lost", "bad"), ("refused", "bad"), ("recovered", "fair")],
)
def test_what_became_of_a_stream_is_said_in_a_word(window, state, verdict):
    window.show_scene(scene_of(eeg()))
    window.update_with(snapshot_of(health=(health_of(state=state),)))
    window.draw_all()
    assert state in window.health.cards["cap"].text
    assert window.health.cards["cap"].verdict == verdict


@pytest.mark.parametrize(
    ("recording", "command"), [(None, "record"), ("/data/one.xdf", "stop-recording")]
)
def test_the_record_button_sends_its_command(window, recording, command):
    window.show_scene(scene_of(eeg()))
    window.update_with(snapshot_of(recording=recording, recorded_bytes=1500))
    window.draw_all()
    window.header.record_button.click()
    assert window.commands == [command]


def test_file_name_and_size_of_the_recording_are_shown(window):
    window.show_scene(scene_of(eeg()))
    window.update_with(snapshot_of(recording="/data/one.xdf", recorded_bytes=12_300_000))
    window.draw_all()
    assert "one.xdf · 12.3 MB" in window.header.file.text()


def test_closing_the_window_tells_the_loop(window):
    window.show_scene(scene_of(eeg()))
    window.close()
    assert window.commands == ["close"]


def test_an_ended_loop_cannot_be_recorded(window):
    window.show_scene(scene_of(eeg()))
    window.update_with(snapshot_of(ended=True))
    window.draw_all()
    assert window.header.state.text() == "ended"
    assert not window.header.record_button.isEnabled()


def test_channels_take_the_colour_of_their_verdict(window):
    window.show_scene(scene_of(eeg(4)))
    window.update_with(snapshot_of(quality={"cap": {"E0": 1.0, "E1": 0.5, "E2": 0.0}}))
    window.draw_all()
    assert window.signals.strips["cap"].names.verdicts == ["good", "fair", "bad", "unknown"]


def odd_snapshots() -> dict[str, object]:
    noise = np.random.default_rng(0).standard_normal((64, 4))
    holes = np.where(noise > 0, np.nan, noise)
    return {
        "nothing": snapshot_of(),
        "empty list": snapshot_of(signals={"cap": []}),
        "empty chunk": snapshot_of(signals={"cap": [chunk_of(noise[:0])]}),
        "one sample": snapshot_of(signals={"cap": [chunk_of(noise[:1])]}),
        "all missing": snapshot_of(signals={"cap": [chunk_of(noise * np.nan)]}),
        "holes": snapshot_of(signals={"cap": [chunk_of(holes)]}),
        "constant": snapshot_of(signals={"cap": [chunk_of(noise * 0 + 4200.0)]}),
        "huge": snapshot_of(signals={"cap": [chunk_of(noise * 1e300)]}),
        "infinite": snapshot_of(signals={"cap": [chunk_of(noise * np.inf)]}),
        "gap": snapshot_of(signals={"cap": [chunk_of(noise), chunk_of(noise, first=500)]}),
        "only gaps": snapshot_of(
            signals={"cap": [chunk_of(noise[:1], first=10 * k) for k in range(9)]}
        ),
        "equal times": snapshot_of(signals={"cap": [Chunk(0, np.zeros(64), noise)]}),
        "not in the scene": snapshot_of(
            signals={"new": [chunk_of(noise)]}, quality={"new": {"E0": 1.0}},
            health=(health_of("new"),),
        ),
        "odd quality": snapshot_of(quality={"cap": {"E0": np.nan, "E1": 7.0, "none": 1.0}}),
        "never received": snapshot_of(
            health=(health_of(received=0, lost=0, age_s=np.inf, rate_hz=np.nan),)
        ),
        "wide deviation": snapshot_of(
            predictions=(Prediction(time=0.0, valence=1.0, sd={"valence": 9.0}),)
        ),
        "no deviation": snapshot_of(predictions=(Prediction(time=0.0, valence=1.0, arousal=0.0),)),
        "markers": snapshot_of(
            signals={"marks": [Chunk(0, np.zeros(1), np.array([["go"]], object))]}
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", odd_snapshots())
def test_odd_input_is_drawn_without_complaint(window, name):
    marks = StreamInfo(name="marks", kind="markers", rate_hz=0.0, channels=("text",))
    window.show_scene(scene_of(eeg(), marks, dimensions=DIMENSIONS))
    for _ in range(10):  # more frames than any part waits before it is drawn again
        window.update_with(odd_snapshots()[name])
        window.draw()
    window.grab()


@pytest.mark.parametrize("channels", [1, 14, 64, 200])
def test_any_number_of_channels_is_drawn(window, channels):
    window.show_scene(scene_of(eeg(channels, rate_hz=512.0)))
    data = np.random.default_rng(0).standard_normal((5000, channels))
    window.update_with(snapshot_of(signals={"cap": [chunk_of(data, rate_hz=512.0)]}))
    window.draw_all()
    assert not window.grab().isNull()


def test_a_stream_without_samples_says_so(window):
    window.show_scene(scene_of(eeg(), eeg(name="second")))
    window.update_with(snapshot_of(signals={"cap": [chunk_of(np.zeros((9, 4)))]}))
    window.draw_all()
    notes = {name: strip.note.toPlainText() for name, strip in window.signals.strips.items()}
    assert notes == {"cap": "", "second": "no samples yet"}


def test_a_scene_without_streams_and_model_is_drawn(window):
    window.show_scene(scene_of(dimensions=()))
    window.update_with(snapshot_of())
    window.draw_all()
    assert window.header.prediction_age.text() == "no model"


@pytest.mark.parametrize("size", [(1600, 900), (800, 500)])
def test_a_picture_has_its_size_and_many_colours(tmp_path, size):
    data = 20 * np.random.default_rng(0).standard_normal((1024, 8))
    shots = [
        snapshot_of(
            signals={"cap": [chunk_of(data)]},
            predictions=tuple(said(k / 2, valence=k / 20, arousal=-k / 30) for k in range(16)),
        )
    ]
    for _ in range(2):  # a second picture in one process is like the first
        render(scene_of(eeg(8)), shots, tmp_path / "shot.png", size=size)
        image = QImage(str(tmp_path / "shot.png"))
        assert (image.width(), image.height()) == size
        assert (
            len({image.pixel(x, y) for x in range(0, size[0], 3) for y in range(0, size[1], 3)})
            > 200
        )


def test_text_is_drawn_without_a_screen(window, tmp_path):
    window.show_scene(scene_of())
    blank = window.header.grab().toImage()
    window.header.state.setText("mmmmmmmm")
    assert window.header.grab().toImage() != blank


@pytest.mark.skipif(sys.platform != "linux", reason="fontconfig is asked on Linux only")
def test_a_machine_without_fonts_gets_letters(tmp_path):
    pytest.importorskip("matplotlib", reason="its typeface is the one that is borrowed")
    none = tmp_path / "fonts.conf"
    none.write_text("<fontconfig><dir>/nonexistent</dir></fontconfig>")
    code = (
        "from PySide6.QtGui import QFontMetrics, QGuiApplication;"
        "from neuroaffect.dashboard import theme;"
        "app = QGuiApplication([]); theme.load_fonts();"
        "raise SystemExit(not QFontMetrics(theme.font(12)).inFont('a'))"
    )
    env = os.environ | {"FONTCONFIG_FILE": str(none), "QT_QPA_PLATFORM": "offscreen"}
    assert subprocess.run([sys.executable, "-c", code], env=env, check=False).returncode == 0


def test_a_picture_that_cannot_be_written_is_an_error(window, tmp_path):
    window.show_scene(scene_of())
    with pytest.raises(OSError, match="choose a folder that exists"):
        window.save_png(tmp_path / "none" / "shot.png")


@pytest.mark.parametrize(
    ("age_s", "text"), [(0.012, "12 ms"), (0.9999, "1.0 s"), (95.0, "1 min 35 s"), (np.inf, "–")]
)
def test_ages_are_written_for_people(age_s, text):
    assert written_age(age_s) == text


JUDGED = {
    "quality": {"cap": {"E0": 1.0, "E1": 0.5, "E2": 0.0}},
    "flaws": {"cap": {"E0": 0, "E1": int(Flaw.LINE_NOISE), "E2": int(Flaw.FLAT | Flaw.TWIN)}},
}


def test_the_reason_stands_at_a_bad_channel(window):
    window.show_scene(scene_of(eeg()))
    window.update_with(snapshot_of(**JUDGED))
    window.draw_all()
    assert window.signals.strips["cap"].reasons.written == {2: "flat, twin"}


def test_a_reason_that_is_over_is_gone(window):
    window.show_scene(scene_of(eeg()))
    window.update_with(snapshot_of(**JUDGED))
    window.draw_all()
    window.update_with(snapshot_of(quality={"cap": {"E2": 1.0}}, flaws={"cap": {"E2": 0}}))
    window.draw_all()
    assert window.signals.strips["cap"].reasons.written == {}


def test_lanes_too_low_for_words_keep_their_neighbours_free(window):
    window.show_scene(scene_of(eeg(128)))
    flat = {f"E{k}": int(Flaw.FLAT) for k in range(128)}
    window.update_with(snapshot_of(quality={"cap": dict.fromkeys(flat, 0.0)}, flaws={"cap": flat}))
    window.draw_all()
    assert window.signals.strips["cap"].reasons.written == {}


def test_under_the_mouse_every_channel_says_its_verdict(window):
    window.show_scene(scene_of(eeg()))
    window.update_with(snapshot_of(**JUDGED))
    window.show()
    window.draw_all()
    box = window.signals.strips["cap"].plot.getViewBox()
    places = [box.mapViewToScene(QPointF(-4.0, 3.0 - lane)) for lane in range(4)]
    assert [window.signals.told_at(place) for place in places] == [
        "E0: good", "E1: poor (line noise)", "E2: bad (flat, twin)", "E3: not judged",
    ]  # fmt: skip


def test_the_mouse_at_rest_shows_it(window, monkeypatch):
    told = []
    monkeypatch.setattr("PySide6.QtWidgets.QToolTip.showText", lambda *words: told.append(words[1]))
    window.show_scene(scene_of(eeg()))
    window.update_with(snapshot_of(**JUDGED))
    window.show()
    window.draw_all()
    box, canvas = window.signals.strips["cap"].plot.getViewBox(), window.signals.widget
    place = canvas.mapFromScene(box.mapViewToScene(QPointF(-4.0, 1.0)))
    QApplication.sendEvent(
        canvas.viewport(), QHelpEvent(QEvent.Type.ToolTip, place, canvas.mapToGlobal(place))
    )
    assert told == ["E2: bad (flat, twin)"]


def test_names_wider_than_their_axis_are_shortened_and_keep_their_sign(window):
    labels = tuple(f"EXG Channel number {k}" for k in range(4))
    window.show_scene(scene_of(replace(eeg(), channels=labels)))
    window.show()
    window.draw_all()
    picture = QPicture()
    painter = QPainter(picture)
    _, _, texts = window.signals.strips["cap"].names.generateDrawSpecs(painter)
    painter.end()
    assert len(texts) == 4
