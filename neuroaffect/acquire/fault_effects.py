"""What each fault does: the table of all effects."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from neuroaffect.acquire.fault_outlets import duplicate, restart, restart_labels, restart_rate
from neuroaffect.acquire.fault_scene import Effect, Scene
from neuroaffect.acquire.fault_times import (
    burst,
    drift,
    dropout,
    jitter,
    loss,
    shifted,
    silent_loss,
    stall,
    zero_stamps,
)
from neuroaffect.acquire.fault_values import flat, rail, scale
from neuroaffect.acquire.faults import Fault
from neuroaffect.session.raw import RawStream

__all__ = ["described", "effect_of"]


def effect_of(fault: Fault, scene: Scene) -> Effect:
    """Return the running effect of a fault on one stream: a piece goes in, what is sent comes out.

    Raises
    ------
    StreamError
        If the fault cannot happen to this stream: a channel it does not have, text to be scaled.
    """
    return _EFFECTS[fault.name](fault, scene)


def described(fault: Fault, raw: RawStream) -> RawStream:
    """Return how a stream describes itself under a fault that is there from the beginning."""
    blank = ("",) * len(raw.labels)
    if fault.name == "unit":
        units = (str(fault.value),) * len(raw.labels)
        return replace(raw, units=units, header="")
    if fault.name == "no-labels":
        return replace(raw, labels=blank, units=blank, types=blank, header="")
    return raw


def _nothing(_fault: Fault, _scene: Scene) -> Effect:
    return lambda piece: [piece]  # the description alone is wrong


_EFFECTS: Mapping[str, Callable[[Fault, Scene], Effect]] = MappingProxyType({
    "dropout": dropout,
    "loss": loss,
    "silent-loss": silent_loss,
    "stall": stall,
    "burst": burst,
    "jitter": jitter,
    "drift": drift,
    "unix": shifted(lambda _, scene: scene.unix_s),
    "other-clock": shifted(lambda fault, _: float(fault.value)),
    "zero-stamps": zero_stamps,
    "clock-reset": shifted(lambda fault, _: -float(fault.value)),
    "scale": scale,
    "unit": _nothing,
    "rail": rail,
    "flat": flat,
    "no-labels": _nothing,
    "duplicate": duplicate,
    "restart": restart,
    "restart-rate": restart_rate,
    "restart-labels": restart_labels,
})  # fmt: skip
