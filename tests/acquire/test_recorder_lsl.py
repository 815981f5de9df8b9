"""Recording real outlets over the loopback."""

import threading

import numpy as np
import pylsl
import pytest

from neuroaffect.acquire import LslSource, RawOutlet, Recorder
from neuroaffect.session import Packet, SessionWriter, open_recording

PATIENCE_S = 30.0


class Counting(threading.Thread):
    """Send numbered samples at 256 Hz until told to stop."""

    def __init__(self, outlet: RawOutlet) -> None:
        super().__init__(daemon=True)
        self.outlet = outlet
        self.sent = 0
        self.pushed = threading.Condition()
        self.stop = threading.Event()

    def run(self) -> None:
        start = pylsl.local_clock()
        while not self.stop.wait(0.02):
            due = int((pylsl.local_clock() - start) * 256)
            index = np.arange(self.sent, due)
            if len(index):
                values = np.repeat(index[:, None], 2, axis=1).astype(np.float32)
                self.outlet.push(values, start + index / 256)
            with self.pushed:
                self.sent = due
                self.pushed.notify_all()

    def wait_for(self, more: int) -> None:
        """Return when so many more samples were sent."""
        with self.pushed:
            until = self.sent + more
            self.pushed.wait_for(lambda: self.sent >= until, timeout=PATIENCE_S)


@pytest.fixture
def sender(stream, unique):
    outlet = RawOutlet(stream(name=unique), source_id=unique)
    sender = Counting(outlet)
    sender.start()
    yield sender
    sender.stop.set()
    sender.join()
    outlet.close()


def numbers(path) -> np.ndarray:
    """Return the numbers of all samples in a recording, in order."""
    items = open_recording(path).items()
    return np.concatenate([item.values[:, 0] for item in items if isinstance(item, Packet)])


def test_a_slow_disk_costs_no_sample(sender, unique, tmp_path, monkeypatch):
    """While the disk is waited for, a second of samples arrives."""
    slow = []

    def fsync(_file):
        if slow:  # not for the header: nothing is recorded yet
            sender.wait_for(256)
        slow.append(sender.sent)

    monkeypatch.setattr("neuroaffect.session.xdf_write.os.fsync", fsync)
    path = tmp_path / "session.xdf"
    with LslSource([f"name={unique}"], timeout_s=PATIENCE_S) as source:
        with SessionWriter(path) as writer:
            Recorder(source, writer).run(show=lambda _: len(slow) > 2 and source.close())
    assert len(slow) > 2
    recorded = numbers(path)
    assert len(recorded) > 2 * 256
    assert np.array_equal(recorded, np.arange(recorded[0], recorded[-1] + 1))
