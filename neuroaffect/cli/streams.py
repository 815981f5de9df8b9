"""``neuroaffect streams``: what LSL offers now."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from neuroaffect.cli.output import AsJson, answer, quiet_stdout, refuse, table

if TYPE_CHECKING:
    from neuroaffect.acquire.look import Look

__all__ = ["Timeout", "run"]

Timeout = Annotated[
    float, typer.Option("--timeout", min=0.1, help="Seconds to look for streams on the network.")
]


def run(
    timeout_s: Timeout = 2.0,
    listen_s: Annotated[
        float, typer.Option("--listen", min=0.0, help="Seconds to listen to each stream.")
    ] = 1.0,
    as_json: AsJson = False,
) -> None:
    """List the streams that LSL offers now: rates, clocks, devices, and what is odd about them.

    Labels and units that a sender leaves out are taken from the device file that fits, and it is
    said.
    """
    from neuroaffect.acquire import discover, look_at
    from neuroaffect.catalog import load_devices

    devices = load_devices()
    with quiet_stdout():
        looks = look_at(discover(timeout_s=timeout_s, listen_s=listen_s), devices=devices)
    facts = {"streams": [_facts(look) for look in looks]}
    answer(facts, as_json=as_json, show=lambda: _show(looks))
    if not looks:
        refuse(
            f"no LSL stream was found within {timeout_s:g} s; "
            "start the sender, or look whether a firewall blocks UDP port 16571"
        )


def _facts(look: "Look") -> dict[str, Any]:
    offer, description = look.offer, look.description
    info, raw = description.info, offer.raw
    return {
        "name": raw.name,
        "unique_name": info.name,
        "kind": info.kind,
        "type": raw.type,
        "source_id": raw.source_id,
        "channels": raw.labels,
        "labels": info.channels,
        "unit": info.unit,
        "nominal_rate_hz": raw.rate_hz,
        "measured_rate_hz": offer.measured_rate_hz,
        "ppm": look.ppm,
        "clock": offer.clock,
        "device": info.device,
        "state": offer.state,
        "completed": description.completed,
        "left_out": description.left_out,
        "suspicions": look.suspicions,
    }


def _show(looks: list["Look"]) -> None:
    if not looks:
        return
    table(
        "stream kind channels unit nominal_Hz measured_Hz off clock device state".split(),
        [_row(look) for look in looks],
    )
    for look in looks:
        for note in look.description.notes:
            print(f"{look.description.info.name}: {note}")
        for suspicion in look.suspicions:
            print(f"! {look.description.info.name}: {suspicion}")


def _row(look: "Look") -> tuple[object, ...]:
    info, offer = look.description.info, look.offer
    return (
        info.name,
        info.kind,
        len(info.channels),
        info.unit,
        f"{info.rate_hz:g}" if info.rate_hz else "irregular",
        offer.measured_rate_hz,
        # A short listen tells no more than a tenth of a percent.
        "" if look.ppm is None else f"{look.ppm / 1e4:+.1f} %",
        offer.clock,
        info.device,
        offer.state,
    )
