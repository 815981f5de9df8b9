"""What peers send and receive, sample by sample, in processes of their own."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "peers.py"


@pytest.fixture(scope="module")
def rows(tmp_path_factory) -> dict[str, dict[str, int]]:
    out = tmp_path_factory.mktemp("peers") / "rows.json"
    command = [sys.executable, str(BENCHMARK), "--seconds", "4", "--json", str(out)]
    subprocess.run(command, check=False, capture_output=True, timeout=240)
    return json.loads(out.read_text())


def test_a_plain_inlet_receives_a_replay_as_it_stands_in_the_file(rows):
    assert_same(rows, "replay → pylsl inlet", streams=3)


def test_what_pyxdf_plays_of_our_session_is_read_as_it_was_sent(rows):
    assert_same(rows, "pyxdf playback → LslSource", streams=3)


def test_mne_lsl_receives_a_replay_and_its_player_is_read(rows):
    if find_spec("mne_lsl") is None:
        assert not any("StreamLSL" in name or "PlayerLSL" in name for name in rows)
        return
    assert_same(rows, "replay → StreamLSL", streams=2)
    assert_same(rows, "PlayerLSL → LslSource", streams=1)


def assert_same(rows: dict[str, dict[str, int]], way: str, *, streams: int) -> None:
    found = [row for name, row in rows.items() if name.startswith(way)]
    assert len(found) == streams
    assert all(row["samples"] > 0 for row in found)
    assert [(row["values"], row["stamps"], row["missing"]) for row in found] == [
        (0, 0, 0)
    ] * streams
