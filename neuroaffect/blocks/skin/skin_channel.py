"""One channel of skin conductance: whether it is believed, its level, its responses."""

from dataclasses import dataclass
from math import nan

from neuroaffect.blocks.skin.scr import Response, Responses
from neuroaffect.blocks.skin.skin_contact import SkinContact
from neuroaffect.blocks.skin.tonic import Split

__all__ = ["SkinChannel", "SkinSample"]


@dataclass(frozen=True, slots=True)
class SkinSample:
    """What one sample says.

    `used` is False while samples are held out. Tonic and phasic part are NaN then, and until the
    level has settled. `response` is the one that this sample completes; `anew` tells that the
    level begins with it.
    """

    used: bool = False
    tonic_us: float = nan
    phasic_us: float = nan
    response: Response | None = None
    anew: bool = False


class SkinChannel:
    """Judge, split and detect, sample by sample.

    Parameters
    ----------
    contact : SkinContact
    split : Split
    responses : Responses
    most_out : int
        After more samples held out than this, the level begins anew.
    settle : int
        Samples until a level that has begun is told.
    """

    def __init__(
        self,
        *,
        contact: SkinContact,
        split: Split,
        responses: Responses,
        most_out: int,
        settle: int,
    ) -> None:
        self.contact = contact
        self._split = split
        self._responses = responses
        self._most_out = most_out
        self._settle = settle
        self._left = settle
        self._out = 0

    def push(self, x: float, *, usable: bool) -> SkinSample:
        """Take the next sample; one that is not `usable` is held out."""
        believed = self.contact.push(x)
        if not (believed and usable):
            self._out += 1
            self._responses.restart()
            return SkinSample()
        anew = self._out > self._most_out
        if anew:
            self._split.restart()
            self._left = self._settle
        elif self._out:
            self._split.skip(x)
        self._out = 0
        tonic, phasic = self._split.push(x)
        response = self._responses.push(phasic)
        if self._left:
            self._left -= 1
            tonic = phasic = nan
        return SkinSample(True, tonic, phasic, response, anew)
