import itertools
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import MappingProxyType

import numpy as np
import pytest
from dashboard_scenes import chunk_of, eeg, said, scene_of, snapshot_of

from neuroaffect.affect import Prediction
from neuroaffect.dashboard import open_dashboard
from neuroaffect.dashboard.wire import portable_scene, portable_snapshot
from neuroaffect.errors import NeuroaffectError
from neuroaffect.stream import Chunk, StreamInfo

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX systems")


class Loop:
    """Stands in for the loop: counts how often the window's thread asks it."""

    def __init__(self) -> None:
        self.taken = 0
        self.commands: list[str] = []

    def take(self):
        self.taken += 1
        noise = np.zeros((256, 64))  # 64 kB as float32: soon more than a pipe holds
        return snapshot_of(signals={"cap": [chunk_of(noise, first=256 * self.taken)]})


def soon(condition: Callable[[], bool], *, within_s: float = 30.0) -> bool:
    end_s = time.monotonic() + within_s
    while not condition() and time.monotonic() < end_s:
        time.sleep(0.02)
    return condition()


@pytest.fixture
def loop() -> Loop:
    return Loop()


@pytest.fixture
def handle(loop) -> Iterator:
    handle = open_dashboard(
        scene_of(eeg(64)), loop.take, on_command=loop.commands.append, rate_hz=50.0
    )
    # Once it takes more than a pipe holds, the child reads: the window is up.
    assert soon(lambda: loop.taken > 20)
    yield handle
    handle.close()


def feeding() -> bool:
    return any(thread.name == "neuroaffect-dashboard-feed" for thread in threading.enumerate())


@posix
def test_a_killed_window_ends_its_thread_and_nothing_else(handle):
    os.kill(handle.pid, signal.SIGKILL)
    assert soon(lambda: not handle.alive and not feeding())


@posix
def test_a_frozen_window_blocks_its_thread_alone_and_can_be_closed(handle, loop):
    os.kill(handle.pid, signal.SIGSTOP)
    blocked = soon(lambda: stands_still(loop))
    assert blocked
    assert feeding()
    handle.close()
    assert not handle.alive
    assert not feeding()


@posix
def test_a_thawed_window_is_fed_again(handle, loop):
    os.kill(handle.pid, signal.SIGSTOP)
    assert soon(lambda: stands_still(loop))
    taken = loop.taken
    os.kill(handle.pid, signal.SIGCONT)
    assert soon(lambda: loop.taken > taken + 20)


def stands_still(loop: Loop) -> bool:
    taken = loop.taken
    time.sleep(0.3)
    return loop.taken == taken


@posix
def test_a_window_that_the_user_closes_says_so_and_goes(handle, loop):
    os.kill(handle.pid, signal.SIGTERM)  # the window closes itself, as by its button
    assert handle.wait(timeout_s=30.0)
    assert soon(lambda: loop.commands == ["close"] and not feeding())


def test_a_closed_handle_can_be_closed_again(handle):
    handle.close()
    handle.close()
    assert not handle.alive


def test_without_a_display_the_dashboard_is_refused_in_one_sentence(monkeypatch, loop):
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(NeuroaffectError, match="run headless"):
        open_dashboard(scene_of(), loop.take, on_command=print)


def test_the_window_needs_no_network_library_lsl_or_mne():
    code = (
        "import sys, neuroaffect.dashboard.process, neuroaffect.dashboard.window;"
        "sys.exit(bool({'torch', 'pylsl', 'mne', 'sklearn'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_opening_a_dashboard_loads_no_qt_into_the_loop():
    code = "import sys, neuroaffect.dashboard; sys.exit('PySide6' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_snapshot_is_sent_as_float32_and_plain_mappings():
    scene = scene_of(eeg())
    snapshot = snapshot_of(
        signals=MappingProxyType({"cap": [chunk_of(np.ones((8, 4)))]}),
        quality=MappingProxyType({"cap": MappingProxyType({"E0": 1.0})}),
        predictions=(said(valence=0.5), Prediction(time=1.0)),
    )
    sent = pickle.loads(pickle.dumps(portable_snapshot(snapshot, scene.streams)))
    assert sent.signals["cap"][0].data.dtype == np.float32
    assert sent.predictions[0].sd == {"valence": 0.2}


def test_a_scene_with_read_only_mappings_can_be_sent():
    scene = scene_of(eeg())
    object.__setattr__(scene, "streams", MappingProxyType(dict(scene.streams)))
    assert pickle.loads(pickle.dumps(portable_scene(scene))).streams == dict(scene.streams)


def test_a_backlog_is_cut_to_what_the_window_can_show():
    scene = scene_of(eeg())
    chunks = [chunk_of(np.ones((128, 4)), first=128 * k) for k in range(600)]
    sent = portable_snapshot(snapshot_of(signals={"cap": chunks}), scene.streams)
    assert 8 <= len(sent.signals["cap"]) <= 14


@pytest.mark.parametrize("step", [1, 3, 64, 1000])
def test_a_fast_stream_is_thinned_by_index_whatever_the_chunks(step):
    info = StreamInfo(name="fast", kind="emg", rate_hz=10_000.0, channels=("EMG",), unit="uV")
    index = np.arange(1000)
    chunks = [
        Chunk(k, index[k : k + step] / 1e4, index[k : k + step, None]) for k in range(0, 1000, step)
    ]
    sent = portable_snapshot(snapshot_of(signals={"fast": chunks}), {"fast": info}).signals["fast"]
    assert np.array_equal(np.concatenate([chunk.data[:, 0] for chunk in sent]), index[::5])
    assert all(a.end == b.first for a, b in itertools.pairwise(sent))
