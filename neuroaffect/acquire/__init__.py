"""The doors samples come in by: live streams, recordings, arrays, a simulated person.

Names are loaded when they are first used, so that replay and training need no LSL library.
:func:`neuroaffect.acquire.replay.replay` is had from its module, whose name it shares.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neuroaffect.acquire.arrays import Arrays
    from neuroaffect.acquire.discovery import discover
    from neuroaffect.acquire.faults import FAULTS, Fault, parse_faults
    from neuroaffect.acquire.faulty import Faulty
    from neuroaffect.acquire.gaps import Gap
    from neuroaffect.acquire.intake import Intake, stream_names
    from neuroaffect.acquire.look import look_at
    from neuroaffect.acquire.lsl import LslSource
    from neuroaffect.acquire.offered import Offered
    from neuroaffect.acquire.outlet import AffectOutlet, QualityOutlet, RawOutlet
    from neuroaffect.acquire.recorded import Recorded
    from neuroaffect.acquire.recorder import Recorder, RecordingReport, StreamReport
    from neuroaffect.acquire.simulator import Simulator
    from neuroaffect.acquire.source import RawSource, StreamState

__all__ = [
    "FAULTS",
    "AffectOutlet",
    "Arrays",
    "Fault",
    "Faulty",
    "Gap",
    "Intake",
    "LslSource",
    "Offered",
    "QualityOutlet",
    "RawOutlet",
    "RawSource",
    "Recorded",
    "Recorder",
    "RecordingReport",
    "Simulator",
    "StreamReport",
    "StreamState",
    "discover",
    "look_at",
    "parse_faults",
    "stream_names",
]

_WHERE = {
    "AffectOutlet": "outlet", "Arrays": "arrays", "FAULTS": "faults", "Fault": "faults",
    "Faulty": "faulty", "parse_faults": "faults", "Gap": "gaps", "Intake": "intake",
    "LslSource": "lsl", "Offered": "offered", "QualityOutlet": "outlet",
    "RawOutlet": "outlet", "RawSource": "source",
    "Recorded": "recorded", "Recorder": "recorder", "RecordingReport": "recorder",
    "Simulator": "simulator", "StreamReport": "recorder", "StreamState": "source",
    "discover": "discovery", "look_at": "look", "stream_names": "intake",
}  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
