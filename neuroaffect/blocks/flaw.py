"""What can be wrong with a channel, as flags that travel with the tick."""

from enum import IntFlag

__all__ = ["Flaw"]


class Flaw(IntFlag):
    """Reasons for which a step found fault with a channel; 0 is none.

    >>> Flaw.FLAT | Flaw.LINE_NOISE
    <Flaw.FLAT|LINE_NOISE: 34>
    >>> Flaw(34).words
    'flat, line noise'
    """

    MISSING = 1  # values that are no numbers
    FLAT = 2  # hardly any change
    RAILED = 4  # sits on its own extreme value
    WILD = 8  # changes by more than a body can
    WRONG_UNIT = 16  # a size that no sensor of this kind gives in this unit
    LINE_NOISE = 32  # mains hum outweighs the signal
    NOISY = 64  # broadband noise outweighs the signal
    TWIN = 128  # the same signal as its neighbours: a headset on a desk, a bridge of gel
    MOTION = 256  # the wearer moves
    LOOSE = 512  # the sensor has no skin contact
    ARTIFACT = 1024  # eyes, muscles, electrode pops

    @property
    def words(self) -> str:
        """The flaws in words, separated by commas; empty for none."""
        return ", ".join(
            (flaw.name or "").lower().replace("_", " ") for flaw in Flaw if flaw & self
        )
