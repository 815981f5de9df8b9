"""What the examination says where something is missing, blocked, hangs or aborts."""

import importlib.util
import socket
from collections import namedtuple
from types import SimpleNamespace

import pytest

from neuroaffect.doctor import examine, machine, network
from neuroaffect.doctor.finding import Finding, isolated

Usage = namedtuple("Usage", "total used free")


def asked(probe: str, *, timeout_s: float = 60.0) -> Finding:
    return isolated("x", probe, timeout_s=timeout_s, otherwise="fault", mend="mend it")


def without(monkeypatch, *names: str) -> None:
    real = importlib.util.find_spec
    hidden = lambda name, *rest: None if name in names else real(name, *rest)  # noqa: E731
    monkeypatch.setattr(machine, "find_spec", hidden)


def test_a_probe_that_aborts_the_process_becomes_a_finding():
    assert asked("machine:os.abort") == Finding(
        name="x", state="fault", text="breaks off (signal 6); mend it"
    )


def test_a_probe_that_hangs_becomes_a_finding():
    assert "no answer in 0.01 s" in asked("machine:python", timeout_s=0.01).text


def test_a_probe_that_raises_says_its_reason():
    assert "AttributeError" in asked("machine:nothing_of_this_name").text


def test_an_own_stream_is_found_and_heard():
    found = asked("network:round_trip")
    assert found.state == "ok"
    assert "own outlet found" in found.text


def test_the_versions_of_the_library_are_those_that_are_loaded():
    import pylsl

    version = pylsl.library_version()
    text = f"pylsl {pylsl.__version__}, liblsl {version // 100}.{version % 100}"
    assert asked("network:library").text == text


def test_an_lsl_library_that_cannot_be_loaded_is_a_fault(monkeypatch, tmp_path):
    (tmp_path / "pylsl.py").write_text("raise RuntimeError('LSL binary library file not found')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    found = asked("network:library")
    assert found.state == "fault"
    assert "LSL binary library file not found" in found.text


def test_missing_window_libraries_are_advised_with_their_extra(monkeypatch):
    without(monkeypatch, "PySide6")
    found = machine.qt()
    assert found.state == "advice"
    assert "PySide6 not installed: pip install 'neuroaffect[gui]'" in found.text


def test_missing_training_libraries_are_advised_with_their_extra(monkeypatch):
    without(monkeypatch, "torch", "sklearn")
    assert "torch, sklearn not installed: pip install 'neuroaffect[train]'" in machine.torch().text


def test_what_an_option_of_evaluate_needs_is_advised_with_its_extra(monkeypatch):
    without(monkeypatch, "mlflow")
    asked_for = {"package": "mlflow-skinny", "extra": "mlflow", "what_for": "evaluate --mlflow"}
    assert machine.option("mlflow", **asked_for).text == (
        "mlflow-skinny not installed: pip install 'neuroaffect[mlflow]'; "
        "only evaluate --mlflow needs it"
    )


def test_every_library_of_the_training_extra_is_looked_for(monkeypatch):
    without(monkeypatch, "imblearn", "pyriemann", "mne_bids")
    assert machine.torch().text.startswith("imblearn, pyriemann, mne_bids not installed")


def test_a_missing_driver_is_advised_and_says_who_needs_it(monkeypatch):
    without(monkeypatch, "bleak")
    assert machine.extra("bleak", "straps").text == (
        "bleak not installed: pip install 'neuroaffect[devices]'; "
        "only straps need it; LSL streams do not"
    )


def test_taken_ports_are_not_counted_as_free(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("", 0))
        port = taken.getsockname()[1]
        monkeypatch.setattr(network, "DATA_PORTS", range(port, port + 1))
        assert network.ports().text.startswith("only 0 of 1 data ports")


def test_a_discovery_port_that_another_program_keeps_is_advised(monkeypatch):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("", 0))  # not to be shared
        monkeypatch.setattr(network, "DISCOVERY_PORT", taken.getsockname()[1])
        found = network.discovery_port()
    assert found.state == "advice"
    assert "cannot be listened to (Address already in use)" in found.text


def test_a_discovery_port_that_lsl_programs_share_is_fine(monkeypatch):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as shared:
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        shared.bind(("", 0))
        monkeypatch.setattr(network, "DISCOVERY_PORT", shared.getsockname()[1])
        assert network.discovery_port().state == "ok"


@pytest.mark.parametrize(("version", "state"), [(116, "advice"), (117, "advice"), (118, "ok")])
def test_a_library_that_may_abort_when_a_stream_is_lost_is_advised(monkeypatch, version, state):
    lsl = SimpleNamespace(__version__="1.16.2", library_version=lambda: version)
    monkeypatch.setattr("neuroaffect.acquire.outlet.tuned", lambda: lsl)
    assert network.library().state == state


def test_multicast_that_does_not_come_back_is_advised_with_known_peers(monkeypatch):
    monkeypatch.setattr(network, "GROUPS", ("127.0.0.1",))  # no multicast group
    found = network.multicast()
    assert found.state == "advice"
    assert "KnownPeers" in found.text


def test_a_session_id_in_the_settings_is_named(monkeypatch, tmp_path):
    path = tmp_path / "lsl_api.cfg"
    path.write_text("[lab]\nSessionID = north\n")
    monkeypatch.setenv("LSLAPICFG", str(path))
    assert "SessionID = north; only streams with the same" in network.configuration().text


def test_settings_that_move_ports_and_narrow_the_search_are_named(monkeypatch, tmp_path):
    path = tmp_path / "lsl_api.cfg"
    path.write_text("[multicast]\nResolveScope = machine\n[ports]\nBasePort = 20000\n")
    monkeypatch.setenv("LSLAPICFG", str(path))
    assert "; ResolveScope = machine, BasePort = 20000" in network.configuration().text


def test_settings_that_are_no_ini_file_are_advised(monkeypatch, tmp_path):
    path = tmp_path / "lsl_api.cfg"
    path.write_text("no section at all\n")
    monkeypatch.setenv("LSLAPICFG", str(path))
    assert network.configuration().state == "advice"


@pytest.mark.parametrize(("free", "state"), [(10**12, "ok"), (10**9, "advice")])
def test_the_disk_is_judged_by_the_hours_it_has_room_for(monkeypatch, free, state):
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: Usage(0, 0, free))
    assert machine.disk().state == state


@pytest.mark.parametrize(("kept", "state"), [(True, "ok"), (None, "ok"), (False, "advice")])
def test_a_wall_clock_without_a_time_server_is_advised(monkeypatch, kept, state):
    monkeypatch.setattr(machine, "_is_kept", lambda: kept)
    assert machine.clocks().state == state


def test_the_examination_comes_to_its_end_and_finds_this_machine_fit():
    findings = list(examine())
    assert len(findings) == len({found.name for found in findings})
    assert [found.text for found in findings if found.state == "fault"] == []
