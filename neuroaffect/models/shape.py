"""What one input of a network is: named electrodes by named features."""

from dataclasses import dataclass

from neuroaffect.errors import ModelError
from neuroaffect.stream import FeatureInfo

__all__ = ["InputShape"]


@dataclass(frozen=True, kw_only=True)
class InputShape:
    """The axes of an input, for networks that mind which electrode is where.

    Parameters
    ----------
    electrodes : tuple of str
        Names along the first axis: electrodes, cells of a picture ("y0x3"), or "all" where the
        features of several blocks make one row.
    features : tuple of str
        Names along the second axis: bands, samples ("t-127" … "t-0"), "track.block.channel.band".
    hop_s : float
        Seconds from one input to the next.
    rate_hz : float
        Of the samples along the second axis; 0 if features are no samples.

    Raises
    ------
    ModelError
        If an axis is empty.
    """

    electrodes: tuple[str, ...]
    features: tuple[str, ...]
    hop_s: float = 1.0
    rate_hz: float = 0.0

    def __post_init__(self) -> None:
        if not self.electrodes or not self.features:
            raise ModelError(
                f"an input of {len(self.electrodes)} electrodes and {len(self.features)} features "
                "is empty; both must be 1 or more"
            )

    @classmethod
    def of(cls, info: FeatureInfo, *, hop_s: float) -> "InputShape":
        """Return the shape of what a run's blocks give."""
        samples = all(name.startswith("t-") for name in info.features)
        window_s = max(info.memories_s, default=0.0)
        return cls(
            electrodes=info.channels,
            features=info.features,
            hop_s=hop_s,
            rate_hz=len(info.features) / window_s if samples and window_s else 0.0,
        )

    @property
    def size(self) -> tuple[int, int]:
        """Electrodes and features, as numbers."""
        return len(self.electrodes), len(self.features)

    def require_samples(self, network: str) -> float:
        """Return the rate of the samples.

        Raises
        ------
        ModelError
            If the features are no samples.
        """
        if not self.rate_hz > 0:
            first = self.features[0]
            raise ModelError(
                f"{network} reads samples, but its input has features such as '{first}'; put a "
                'block "raw" into the track and name it in network.input'
            )
        return self.rate_hz
