"""explore on recordings and on what it must refuse."""

import pytest

from neuroaffect.catalog import find


def test_explore_finds_an_effect_that_is_there(cli, rated, linear):
    facts = cli("explore", *rated, "-p", linear, "--permutations", 199, "--json").json
    assert [finding["dimension"] for finding in facts["findings"]] == ["valence", "arousal"]
    for finding in facts["findings"]:
        # Variances that differ ninefold cannot be missed, in no cell.
        assert finding["surviving"] == len(finding["cells"])
        assert all(cell["signed_r2"] > 0.5 for cell in finding["cells"])


def test_explore_writes_one_page_its_pictures_and_the_numbers(cli, rated, linear, tmp_path):
    out = tmp_path / "found"
    assert cli("explore", *rated, "-p", linear, "--permutations", 99, "-o", out).code == 0
    assert {path.name for path in out.iterdir()} == {
        "report.html", "findings.json", "valence-high-against-low.png",
        "arousal-high-against-low.png",
    }  # fmt: skip


def test_explore_shows_a_person_the_best_cells_and_a_verdict(cli, rated, linear):
    shown = cli("explore", *rated, "-p", linear, "--permutations", 99).stdout
    assert "p over the map" in shown
    assert "over 16 trials" in shown


@pytest.mark.parametrize(
    "words", [(), ("--corpus", "eegmat"), ("a.xdf",)], ids=["nothing", "no root", "no pipeline"]
)
def test_explore_needs_recordings_or_a_corpus(cli, words):
    assert cli("explore", *words).code == 2


def test_a_recording_of_one_class_is_refused_with_one_sentence(cli, tmp_path, rated_session):
    path = rated_session(tmp_path / "all.xdf", 1)
    text = find("pipelines", "eeg-de").read_text(encoding="utf-8")
    always = tmp_path / "always.toml"
    always.write_text(text.replace('threshold = "median"', "threshold = 9"))
    said = cli("explore", path, "-p", always).sentence
    assert "trials are 'low' in valence" in said
