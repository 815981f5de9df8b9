"""A first look at what LSL offers: how streams would be understood, and what is odd of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from neuroaffect.acquire.describe import describe
from neuroaffect.acquire.description import Description
from neuroaffect.acquire.intake import Intake, stream_names
from neuroaffect.acquire.offered import Offered
from neuroaffect.catalog import Device

__all__ = ["Look", "look_at"]


@dataclass(frozen=True, kw_only=True)
class Look:
    """A stream on offer, understood.

    Parameters
    ----------
    offer : Offered
    description : Description
        Under a name that no other stream on offer has.
    suspicions : tuple of str
        What is hard to believe of it, a sentence each.
    """

    offer: Offered
    description: Description
    suspicions: tuple[str, ...]

    @property
    def ppm(self) -> float | None:
        """How far its rate is off the nominal one, in millionths; None if it cannot be said."""
        nominal_hz, measured_hz = self.description.info.rate_hz, self.offer.measured_rate_hz
        if not nominal_hz or measured_hz is None:
            return None
        return (measured_hz / nominal_hz - 1.0) * 1e6


def look_at(offers: Sequence[Offered], *, devices: Sequence[Device]) -> list[Look]:
    """Return how each stream on offer would be understood, in the same order."""
    raws = [replace(offer.raw, id=id) for id, offer in enumerate(offers)]
    names = stream_names(raws)
    looks = []
    for raw, offer in zip(raws, offers, strict=True):
        description = describe(raw, name=names[raw.id], devices=devices)
        intake = Intake(raw, name=names[raw.id], description=description)
        if offer.heard is not None:
            intake.take(offer.heard)
            intake.end()
        looks.append(
            Look(offer=offer, description=description, suspicions=tuple(intake.suspicions))
        )
    return looks
