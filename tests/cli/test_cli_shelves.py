import pytest

from neuroaffect.blocks import BLOCKS
from neuroaffect.catalog import list_names


@pytest.mark.parametrize("shelf", ["devices", "pipelines"])
@pytest.mark.parametrize("words", [[], ["list"]])
def test_a_shelf_lists_every_file(cli, shelf, words):
    outcome = cli(shelf, *words, "--json")
    key = "id" if shelf == "devices" else "name"
    assert [entry[key] for entry in outcome.json[shelf]] == list(list_names(shelf))


@pytest.mark.parametrize("words", [["muse-2"], ["show", "muse-2"]])
def test_one_device_is_shown_with_its_channels(cli, words):
    assert cli("devices", *words, "--json").json["streams"][0]["channels"] == [
        "TP9", "AF7", "AF8", "TP10",
    ]  # fmt: skip


def test_one_pipeline_is_shown_as_it_is_written(cli):
    assert (
        cli("pipelines", "show", "eeg-de").stdout == list_names("pipelines")["eeg-de"].read_text()
    )


def test_a_pipeline_in_json_has_its_fingerprint(cli):
    assert len(cli("pipelines", "eeg-de", "--json").json["fingerprint"]) == 64


def test_where_prints_the_search_order(cli, monkeypatch, tmp_path):
    monkeypatch.setenv("NEUROAFFECT_HOME", str(tmp_path))
    places = cli("devices", "--where", "--json").json["where"]
    assert [place["role"] for place in places] == ["$NEUROAFFECT_HOME", "installed", "checkout"]
    assert places[0] == {
        "role": "$NEUROAFFECT_HOME", "folder": str(tmp_path / "devices"), "exists": False,
    }  # fmt: skip


def test_an_unknown_name_is_one_sentence(cli):
    assert "did you mean 'eeg-de'" in cli("pipelines", "show", "eeg-dee").sentence


def test_a_broken_file_of_ones_own_is_one_sentence(cli, monkeypatch, tmp_path):
    (tmp_path / "devices").mkdir()
    (tmp_path / "devices" / "mine.toml").write_text("name = ")
    monkeypatch.setenv("NEUROAFFECT_HOME", str(tmp_path))
    assert "mine.toml is no TOML" in cli("devices").sentence


def test_a_device_tells_which_pairs_its_electrodes_make(cli):
    pairs = cli("devices", "show", "muse-2", "--json").json["pairs"]
    assert pairs["pairs_left_right"] == ["TP9-TP10", "AF7-AF8"]
    assert pairs["lacking_a_side"] == pairs["pairs_front_back"] == []
    assert "AF7-PO7" in pairs["lacking_an_end"]


def test_pairs_stay_out_of_the_file_that_is_shown(cli):
    shown = cli("devices", "show", "emotiv-epoc-x")
    assert "F7-F8" not in shown.stdout
    assert "pairs left right: AF3-AF4, F7-F8" in shown.stderr


def test_every_block_is_listed_with_what_it_reads_and_does(cli):
    listed = cli("blocks", "--json").json["blocks"]
    assert [block["name"] for block in listed] == list(BLOCKS)
    assert all(block["does"].endswith(".") for block in listed)
    assert {b["reads"] for b in listed if b["name"] in {"skin", "asymmetry", "entropy"}} == {
        "eda", "features", "any signal",
    }  # fmt: skip


def test_one_block_is_shown_with_its_settings(cli):
    shown = cli("blocks", "entropy")
    assert "½ ln(2πe σ²)" in shown.stdout
    assert cli("blocks", "show", "notch", "--json").json["settings"] == {
        "mains_hz": 50.0, "harmonics": 1, "q": 30.0, "window_s": 2.0,
    }  # fmt: skip


def test_an_unknown_block_is_one_sentence(cli):
    assert "did you mean 'entropy'" in cli("blocks", "entrpy").sentence
