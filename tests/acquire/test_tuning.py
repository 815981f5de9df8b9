"""The configuration given to liblsl."""

import configparser

import pytest

from neuroaffect.acquire.tuning import config_text


@pytest.fixture
def settings(tmp_path, monkeypatch):
    def read(text: str | None) -> str:
        path = tmp_path / "lsl_api.cfg"
        if text is not None:
            path.write_text(text)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.delenv("LSLAPICFG", raising=False)
        return config_text()

    return read


def parsed(text: str) -> dict[str, dict[str, str]]:
    config = configparser.ConfigParser(interpolation=None)
    config.optionxform = str
    config.read_string(text)
    return {name: dict(config[name]) for name in config.sections()}


def test_the_watchdog_and_discovery_are_quick(settings):
    assert parsed(settings(None))["tuning"] == {
        "WatchdogTimeThreshold": "3", "WatchdogCheckInterval": "1",
        "MulticastMinRTT": "0.2", "ContinuousResolveInterval": "0.1",
    }  # fmt: skip


def test_the_users_settings_are_carried_over(settings):
    text = settings("[lab]\nKnownPeers = {10.0.0.5, lab-2}\n[tuning]\nWatchdogTimeThreshold=9\n")
    assert parsed(text)["lab"] == {"KnownPeers": "{10.0.0.5, lab-2}"}
    assert parsed(text)["tuning"]["WatchdogTimeThreshold"] == "9"


def test_a_file_that_only_liblsl_understands_is_left_as_it_is(settings):
    text = "KnownPeers = {10.0.0.5}\n"
    assert settings(text) == text
