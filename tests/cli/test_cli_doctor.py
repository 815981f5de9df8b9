"""``neuroaffect doctor``."""

import pytest

from neuroaffect.doctor import Finding


@pytest.fixture
def found(monkeypatch):
    """Let the examination find what a test says."""

    def say(*states: str) -> None:
        findings = [
            Finding(name=f"part {k}", state=s, text=f"text {k}") for k, s in enumerate(states)
        ]
        monkeypatch.setattr("neuroaffect.doctor.examine", lambda: iter(findings))

    return say


def test_json_lists_every_check(cli, found):
    found("ok", "advice")
    assert cli("doctor", "--json").json == {
        "ok": True,
        "checks": [
            {"name": "part 0", "state": "ok", "text": "text 0"},
            {"name": "part 1", "state": "advice", "text": "text 1"},
        ],
    }


def test_advice_is_no_refusal(cli, found):
    found("ok", "advice")
    outcome = cli("doctor")
    assert outcome.code == 0
    assert outcome.stdout.splitlines() == ["ok      part 0  text 0", "advice  part 1  text 1"]


def test_a_fault_is_refused_with_its_sentence(cli, found):
    found("ok", "fault")
    assert cli("doctor").sentence == "neuroaffect: part 1: text 1"
