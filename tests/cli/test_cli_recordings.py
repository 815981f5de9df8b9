"""info, features, check and check parity on recordings, good and bad."""

import numpy as np
import pyarrow.parquet
import pytest
from pyarrow import csv

from neuroaffect.acquire import Recorded
from neuroaffect.catalog import find, load_pipeline

EEG_HZ, SECONDS = 128, 20  # as in conftest
INFO_KEYS = {"format", "streams", "events", "defects"}
STREAM_KEYS = {
    "name", "kind", "channels", "unit", "nominal_rate_hz", "effective_rate_hz", "samples",
    "duration_s", "clock", "gaps", "defects",
}  # fmt: skip


def test_info_has_the_stable_keys(cli, session):
    facts = cli("info", session, "--json").json
    assert set(facts) >= INFO_KEYS
    assert all(set(stream) >= STREAM_KEYS for stream in facts["streams"])


def test_info_tells_what_was_written(cli, session):
    streams = {stream["name"]: stream for stream in cli("info", session, "--json").json["streams"]}
    cap = streams["cap"]
    assert (cap["kind"], cap["unit"], cap["nominal_rate_hz"]) == ("eeg", "uV", EEG_HZ)
    assert cap["channels"] == ["Fz", "C3", "C4", "Pz"]
    assert cap["samples"] == EEG_HZ * SECONDS
    assert cap["effective_rate_hz"] == pytest.approx(EEG_HZ, rel=1e-9)  # exact stamps
    assert cap["duration_s"] == pytest.approx(SECONDS - 1 / EEG_HZ)
    assert cap["gaps"] == []


def test_info_places_markers_on_the_recordings_own_time(cli, session):
    (event,) = cli("info", session, "--json").json["events"]
    assert event == {"time_s": pytest.approx(3.0), "text": "look"}


def test_info_finds_the_lost_samples_of_a_recording_that_is_not_ours(cli, gapped, foreign):
    streams = cli("info", foreign(gapped), "--json").json["streams"]
    (cap,) = [stream for stream in streams if stream["name"] == "cap"]
    (gap,) = cap["gaps"]
    assert gap["time_s"] == pytest.approx(8.0, abs=0.02)
    assert gap["length_s"] == pytest.approx(2.0, abs=0.02)
    assert cap["effective_rate_hz"] == pytest.approx(EEG_HZ, rel=1e-6)


def test_info_without_json_is_for_people(cli, session):
    shown = cli("info", session).stdout
    assert "cap" in shown
    assert "look" in shown


def test_a_whole_recording_is_ok(cli, session):
    outcome = cli("check", session, "--json")
    assert (outcome.code, outcome.json) == (0, {"ok": True, "problems": [], "notes": []})


def test_a_truncated_recording_still_reads(cli, truncated):
    facts = cli("info", truncated, "--json").json
    assert facts["defects"]
    assert 0 < facts["streams"][0]["samples"] < EEG_HZ * SECONDS


def test_a_truncated_recording_is_not_ok(cli, truncated):
    outcome = cli("check", truncated, "--json")
    assert outcome.json["ok"] is False
    assert outcome.json["problems"]
    assert "truncated.xdf is not ok" in outcome.sentence


@pytest.mark.parametrize("verb", ["info", "replay"])
def test_a_text_called_xdf_is_refused(cli, verb, text_file):
    assert "text.xdf" in cli(verb, text_file).sentence


def test_a_text_called_xdf_is_not_ok(cli, text_file):
    assert cli("check", text_file, "--json").json["ok"] is False


@pytest.mark.parametrize("name", ["missing.xdf", "."])
def test_what_is_no_file_is_refused(cli, name):
    assert cli("info", name).sentence


def test_a_features_table_has_the_stable_columns(cli, session, tmp_path):
    out = tmp_path / "f.parquet"
    facts = cli("features", session, "--pipeline", "eeg-de", "--out", out, "--json").json
    table = pyarrow.parquet.read_table(out)
    assert table.column_names[:4] == ["time", "index", "settled", "quality"]
    assert table.column_names[4] == "eeg.entropy.Fz.delta"
    assert (facts["ticks"], facts["features"]) == (table.num_rows, table.num_columns - 4)


def test_the_features_table_holds_the_very_bits_of_the_run(cli, session, tmp_path):
    out = tmp_path / "f.parquet"
    cli("features", session, "--pipeline", "eeg-de", "--out", out)
    source = Recorded(session)
    run = load_pipeline("eeg-de").start(source.streams, late=())
    ticks = [tick for name, chunk in source for tick in run.push(name, chunk)] + run.finish()
    expected = np.array([tick.tracks["eeg"]["entropy"][2, 1] for tick in ticks])
    written = pyarrow.parquet.read_table(out)["eeg.entropy.C4.theta"].to_numpy()
    assert np.array_equal(written, expected)


def test_a_csv_of_features_reads_back_to_the_same_numbers(cli, session, tmp_path):
    for name in ("f.csv", "f.parquet"):
        cli("features", session, "--pipeline", "eeg-de", "--out", tmp_path / name)
    columns = [
        csv.read_csv(tmp_path / "f.csv")["eeg.entropy.Pz.gamma"],
        pyarrow.parquet.read_table(tmp_path / "f.parquet")["eeg.entropy.Pz.gamma"],
    ]
    assert np.array_equal(*(column.to_numpy() for column in columns))


def test_features_of_two_devices_are_joined_into_one_table(cli, session, tmp_path):
    facts = cli("features", session, "-p", "eeg-eda", "-o", tmp_path / "f.parquet", "--json").json
    assert facts["ticks"] == SECONDS * 4


def test_a_track_that_follows_tells_how_old_its_features_are(cli, session, tmp_path):
    cli("features", session, "-p", "eeg-eda", "-o", tmp_path / "f.parquet")
    ages = pyarrow.parquet.read_table(tmp_path / "f.parquet")["eda.age_s"].to_numpy()
    assert np.nanmin(ages) >= 1.0  # the lag
    assert np.nanmax(ages) <= 1.5  # and a hop of its own


@pytest.mark.parametrize(
    ("span", "said"), [("soon", "is no span"), ("5", "is no span"), ("9-3", "is empty")]
)
def test_a_rest_that_is_no_span_is_refused(cli, session, tmp_path, span, said):
    out = tmp_path / "f.parquet"
    assert said in cli("features", session, "-p", "eeg-de", "-o", out, "--rest", span).sentence


def test_features_of_a_recording_without_eeg_are_refused(cli, band_only, tmp_path):
    refused = cli("features", band_only, "-p", "eeg-de", "-o", tmp_path / "f.parquet").sentence
    assert "needs a regular stream kind 'eeg'" in refused
    assert list(tmp_path.glob("f.parquet*")) == []


def test_features_are_written_as_parquet_or_csv_only(cli, session, tmp_path):
    refused = cli("features", session, "-p", "eeg-de", "-o", tmp_path / "f.xlsx").sentence
    assert "not '.xlsx'" in refused


def test_a_folder_that_is_not_there_is_refused(cli, session, tmp_path):
    assert cli("features", session, "-p", "eeg-de", "-o", tmp_path / "no" / "f.csv").sentence


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("hop_s = 0.25", "hopp_s = 0.25", "did you mean 'hop_s'"),
        ("low_hz = 0.8", "low = 0.8", "unknown key"),
        ("high_hz = 48", "high_hz = 64", "half the rate of 'cap'"),
        ("[30, 45]", "[30, 99]", "entropy band 'gamma'"),
        ('block = "quality"', 'block = "qualty"', "no block is called 'qualty'"),
        ("lead = ", "lead ", "no TOML"),
    ],
)
def test_a_wrong_pipeline_is_refused(cli, session, pipeline_file, tmp_path, old, new, said):
    path = pipeline_file(old, new)
    assert said in cli("features", session, "-p", path, "-o", tmp_path / "f.csv").sentence


@pytest.mark.parametrize("name", ["muse-2", "generic-eeg"])
def test_a_shipped_device_file_is_ok(cli, name):
    assert cli("check", find("devices", name), "--json").json["ok"]


def test_a_shipped_pipeline_file_is_ok(cli):
    assert cli("check", find("pipelines", "eeg-eda"), "--json").json["ok"]


def test_a_pipeline_file_with_an_unknown_key_is_not_ok(cli, pipeline_file):
    outcome = cli("check", pipeline_file("hop_s", "hopp_s"), "--json")
    assert "did you mean 'hop_s'" in outcome.json["problems"][0]
    assert outcome.sentence


def test_a_device_file_with_an_unknown_key_is_not_ok(cli, tmp_path):
    path = tmp_path / "band.toml"
    path.write_text('name = "Band"\n[[streams]]\nkind = "eda"\nrate = 4\n')
    assert "unknown key 'streams.0.rate'" in cli("check", path, "--json").json["problems"][0]


@pytest.mark.parametrize("pipeline", ["eeg-de", "eeg-eda"])
def test_parity_holds_bit_for_bit(cli, session, pipeline):
    facts = cli("check", "parity", session, "--pipeline", pipeline, "--json").json
    assert facts == {
        "pipeline": pipeline, "ticks": SECONDS * 4, "features": 20, "differing_bits": 0,
    }  # fmt: skip


def test_parity_holds_across_a_gap(cli, gapped, foreign):
    outcome = cli("check", "parity", foreign(gapped), "-p", "eeg-eda", "--json")
    assert (outcome.code, outcome.json["differing_bits"]) == (0, 0)


def test_parity_needs_a_pipeline(cli, session):
    assert cli("check", "parity", session).code == 2
