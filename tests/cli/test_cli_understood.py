"""What a person is told about streams that are listened to."""

from dataclasses import replace

import numpy as np
import pytest

from neuroaffect.acquire import Recorded
from neuroaffect.cli.understood import Understood
from neuroaffect.session import Packet, RawStream, SessionWriter, open_recording


@pytest.fixture
def openbci(tmp_path):
    """A recording of the OpenBCI GUI's stream, which names nothing, in volts."""
    blank = ("",) * 8
    raw = RawStream(
        id=1, name="obci_eeg1", type="EEG", source_id="openbcigui", rate_hz=250.0,
        format="float32", labels=blank, units=blank, types=blank,
    )  # fmt: skip
    values = np.random.default_rng(1).normal(0, 1e-5, (1500, 8)).astype(np.float32)
    with SessionWriter(tmp_path / "volts.xdf") as writer:
        writer.add(raw)
        for at in range(0, 1500, 50):
            writer.write(Packet(1, np.arange(at, at + 50) / 250.0, values[at : at + 50]))
    # As another program would have written it: without our events.
    return Recorded(replace(open_recording(tmp_path / "volts.xdf"), is_ours=False))


def test_what_was_completed_is_said_once(openbci, capsys):
    understood = Understood(openbci)
    understood.tell()
    understood.tell()
    said = capsys.readouterr().err
    assert said.count("labels taken from openbci-cyton: confirm your placement") == 1


def test_a_suspicion_is_said_when_it_arises_and_once(openbci, capsys):
    understood = Understood(openbci)
    assert understood.tell() == []
    list(openbci)
    ((name, sentence),) = understood.tell()
    assert name == "obci_eeg1"
    assert sentence.startswith("values look like volts")
    assert understood.tell() == []
