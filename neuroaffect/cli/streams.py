"""``neuroaffect streams``: what LSL offers now."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neuroaffect.cli.output import AsJson, answer, quiet_stdout, refuse, table

if TYPE_CHECKING:
    from neuroaffect.acquire import Offered
    from neuroaffect.catalog import Device

__all__ = ["Timeout", "run"]

Timeout = Annotated[
    float, typer.Option("--timeout", min=0.1, help="Seconds to look for streams on the network.")
]


def run(
    timeout_s: Timeout = 2.0,
    listen_s: Annotated[
        float, typer.Option("--listen", min=0.0, help="Seconds to measure rates for.")
    ] = 1.0,
    as_json: AsJson = False,
) -> None:
    """List the streams that LSL offers now, and the devices they come from."""
    from neuroaffect.acquire import discover
    from neuroaffect.catalog import load_devices

    devices = load_devices()
    with quiet_stdout():
        offered = discover(timeout_s=timeout_s, listen_s=listen_s)
    facts = {"streams": [_facts(offer, devices) for offer in offered]}
    answer(facts, as_json=as_json, show=lambda: _show(facts["streams"]))
    if not offered:
        refuse(
            f"no LSL stream was found within {timeout_s:g} s; "
            "start the sender, or look whether a firewall blocks UDP port 16571"
        )


def _facts(offer: "Offered", devices: Sequence["Device"]) -> dict[str, Any]:
    from neuroaffect.acquire.describe import describe

    raw = offer.raw
    found = describe(raw, name=raw.name, devices=devices)
    return {
        "name": raw.name,
        "kind": found.info.kind,
        "source_id": raw.source_id,
        "channels": raw.labels,
        "nominal_rate_hz": raw.rate_hz,
        "measured_rate_hz": offer.measured_rate_hz,
        "clock": offer.clock,
        "device": found.info.device,
        "state": offer.state,
    }


def _show(streams: list[dict[str, Any]]) -> None:
    if not streams:
        return
    rows = [
        (
            stream["name"],
            stream["kind"],
            len(stream["channels"]),
            f"{stream['nominal_rate_hz']:g}",
            stream["measured_rate_hz"],
            stream["clock"],
            stream["device"],
            stream["state"],
        )
        for stream in streams
    ]
    table("stream kind channels nominal_Hz measured_Hz clock device state".split(), rows)
