"""The whole examination, in the order in which a sample travels."""

from collections.abc import Iterator

from neuroaffect.doctor import machine, network
from neuroaffect.doctor.finding import Finding, isolated

__all__ = ["examine"]

_LOAD_S = 60.0  # a first import of torch from a slow disk takes its time


def examine() -> Iterator[Finding]:
    """Yield one finding after the other, each as soon as it is known.

    Whatever a library does, none keeps this from its end: those that are known to hang or to
    abort are asked in processes of their own, with a time limit.
    """
    yield machine.python()
    yield isolated(
        "LSL library", "network:library", timeout_s=20.0, otherwise="fault",
        mend="pip install --force-reinstall pylsl, or put liblsl where the loader finds it; "
        "recordings work without",
    )  # fmt: skip
    yield isolated(
        "round trip", "network:round_trip", timeout_s=40.0, otherwise="fault",
        mend="look whether a security program stops Python from using the network",
    )  # fmt: skip
    yield network.addresses()
    yield network.discovery_port()
    yield network.multicast()
    yield network.ports()
    yield network.configuration()
    yield machine.clocks()
    yield machine.disk()
    yield isolated(
        "prediction", "machine:onnxruntime", timeout_s=_LOAD_S, otherwise="fault",
        mend="pip install --force-reinstall onnxruntime",
    )  # fmt: skip
    yield isolated(
        "window", "machine:qt", timeout_s=_LOAD_S, otherwise="advice",
        mend="pip install 'PySide6-Essentials<6.12' pyqtgraph, or use --headless",
    )  # fmt: skip
    yield isolated(
        "training", "machine:torch", timeout_s=_LOAD_S, otherwise="advice",
        mend="pip install 'neuroaffect[train]' with the project's constraints.txt",
    )  # fmt: skip
    yield machine.extra("brainflow", "boards without an LSL stream of their own")
    yield machine.extra("bleak", "chest straps and watches over Bluetooth")
    yield machine.option(
        "distributed", package="distributed", extra="cluster", what_for="evaluate --cluster"
    )
    yield machine.option(
        "mlflow", package="mlflow-skinny", extra="mlflow", what_for="evaluate --mlflow"
    )
