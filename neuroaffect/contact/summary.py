"""For which share of a recording each channel was good, and what was wrong when it was not."""

from dataclasses import dataclass

import numpy as np

from neuroaffect.blocks import Flaw
from neuroaffect.blocks.contact.grading import WORDS, word_of
from neuroaffect.contact.judge import Verdict

__all__ = ["ChannelShare", "Summary"]


@dataclass(frozen=True, kw_only=True)
class ChannelShare:
    """Shares of the time, 0 to 1, that a channel was good, poor and bad, and had each flaw.

    Flaws are in words, the most frequent first.
    """

    channel: str
    good: float
    poor: float
    bad: float
    flaws: dict[str, float]


class Summary:
    """All verdicts on one stream.

    Parameters
    ----------
    channels : tuple of str

    Attributes
    ----------
    times : list of float
    quality, flaws : list of ndarray, each (channels,)
    """

    def __init__(self, channels: tuple[str, ...]) -> None:
        self.channels = channels
        self.times: list[float] = []
        self.quality: list[np.ndarray] = []
        self.flaws: list[np.ndarray] = []

    def add(self, verdict: Verdict) -> None:
        """Take one more verdict."""
        self.times.append(verdict.time)
        self.quality.append(verdict.quality)
        self.flaws.append(verdict.flaws)

    def shares(self) -> list[ChannelShare]:
        """Return a line per channel; empty without any verdict."""
        if not self.times:
            return []
        quality, flaws = np.array(self.quality), np.array(self.flaws)  # (verdicts, channels)
        return [
            _share(channel, quality[:, k], flaws[:, k]) for k, channel in enumerate(self.channels)
        ]


def _share(channel: str, quality: np.ndarray, flaws: np.ndarray) -> ChannelShare:
    words = np.array([word_of(value) for value in quality.tolist()])
    parts = {word: float(np.mean(words == word)) for word in WORDS}
    found = {flaw.words: float(np.mean((flaws & flaw) != 0)) for flaw in Flaw}
    named = sorted(found.items(), key=lambda item: -item[1])
    return ChannelShare(
        channel=channel, **parts, flaws={word: share for word, share in named if share > 0}
    )
