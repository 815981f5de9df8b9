"""One moment of features: what a model sees."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

__all__ = ["Tick"]


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Tick:
    """Features of all tracks at the end of one hop of the lead track.

    Parameters
    ----------
    index : int
        Number of the hop on the lead's grid, lost hops counted.
    time : float
        Stamp of the hop's last sample: LSL clock, seconds.
    tracks : mapping of str to mapping of str to ndarray
        track → block → (channels, features); a missing follower is absent, a feature without
        a value is NaN.
    settled : bool
        True when every track present has run longer than its settle time.
    quality : mapping of str to ndarray
        track → (channels,), 1 good to 0 bad.
    flaws : mapping of str to ndarray
        track → (channels,), the reasons, as :class:`~neuroaffect.blocks.Flaw` flags.
    age_s : mapping of str to float
        track → seconds between the end of the hop it speaks of and the tick; 0 for the lead.
    gap : bool
        True while a track is unsettled because samples were lost.
    missing : tuple of str
        Followers without a value.
    """

    index: int
    time: float
    tracks: Mapping[str, Mapping[str, np.ndarray]]
    settled: bool
    quality: Mapping[str, np.ndarray]
    flaws: Mapping[str, np.ndarray] = field(default_factory=dict)
    age_s: Mapping[str, float] = field(default_factory=dict)
    gap: bool = False
    missing: tuple[str, ...] = ()
