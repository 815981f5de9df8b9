"""What comes out of training: a network that answers, and can be saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.models import Calibration, InputShape, read_out, save
from neuroaffect.pipeline import Pipeline
from neuroaffect.stream import FeatureInfo
from neuroaffect.training.data.classes import PersonThresholds, Threshold

if TYPE_CHECKING:
    from torch import nn

    from neuroaffect.models.novelty import Novelty

__all__ = ["Fitted"]

_AT_ONCE = 2**18  # numbers in one answer: what a network makes of them on its way is many more


@dataclass(frozen=True, eq=False, kw_only=True)
class Fitted:
    """A trained network, and what was estimated beside it.

    Parameters
    ----------
    network : torch.nn.Module
        Normalised features (n, electrodes, features) → raw outputs, on the CPU.
    pipeline : Pipeline
        With the channels it was trained on and the network it names.
    targets : tuple of Target
    rates_hz : mapping of str to float
        Rates of the streams it was trained on, by track.
    input : FeatureInfo
        What its input holds.
    mean, sd : ndarray, shape (electrodes, features)
        The normaliser; an infinite sd where a feature was not selected.
    thresholds : mapping of str to float or PersonThresholds
        Ratings above it are high.
    majority : mapping of str to float
        The training trials' most frequent class, or their mean value.
    one_class : frozenset of str
        Dimensions of which training showed one class only.
    novelty : Novelty
        How unlike the training rows an input is.
    calibration : Calibration or None
        How sure it may be, if that was found out.
    """

    network: "nn.Module"
    pipeline: Pipeline
    targets: tuple[Target, ...]
    rates_hz: Mapping[str, float]
    input: FeatureInfo
    mean: np.ndarray
    sd: np.ndarray
    thresholds: Mapping[str, Threshold]
    majority: Mapping[str, float]
    one_class: frozenset[str]
    novelty: "Novelty"
    calibration: Calibration | None = None

    @property
    def shape(self) -> InputShape:
        """Shape of what the network reads."""
        return InputShape.of(self.input, hop_s=self.pipeline.hop_s)

    def outputs(self, features: np.ndarray) -> np.ndarray:
        """Return the raw outputs (n, outputs) for features (n, electrodes, features)."""
        return self.answers(features)[0]

    def answers(self, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return raw outputs (n, outputs), and how unlike the training rows these are, (n,).

        A novelty of 1 is usual.
        """
        import torch

        from neuroaffect.models.export import Normalised

        whole = Normalised(self.network, self.mean, self.sd, self.novelty).eval()
        with torch.no_grad():
            rows = max(1, _AT_ONCE // self.mean.size)
            starts = range(0, max(1, len(features)), rows)
            parts = (features[start : start + rows] for start in starts)
            said = [whole(torch.from_numpy(part.astype(np.float32))) for part in parts]
        return tuple(torch.cat(each).numpy() for each in zip(*said, strict=True))

    def say(self, features: np.ndarray) -> dict[str, np.ndarray]:
        """Return class probabilities (n, classes) or values (n,) by dimension."""
        raw, times = self.outputs(features), [0.0] * len(features)
        # What it is too unsure to say live is scored nevertheless.
        calibration = self.calibration and replace(self.calibration, least={})
        predictions = read_out(raw, self.targets, times, calibration)
        return {
            t.dimension: np.array(
                [
                    p.probabilities[t.dimension] if t.classes else getattr(p, t.dimension)
                    for p in predictions
                ]
            )
            for t in self.targets
        }

    def save(
        self,
        folder: Path | str,
        *,
        sessions: Mapping[str, str] = MappingProxyType({}),
        scores: Sequence[Mapping[str, object]] = (),
        quantise: bool = False,
    ) -> None:
        """Write a bundle that goes live.

        Parameters
        ----------
        folder : Path or str
        sessions : mapping of str to str
            Training recordings by name, and their SHA-256.
        scores : sequence of mapping
            Rows of the evaluation.
        quantise : bool
            Let the graph that runs have weights of 8 bits.

        Raises
        ------
        ModelError
            If the folder is taken by something else, or the parts do not fit together.
        """
        save(
            folder,
            network=self.network,
            normaliser=(self.mean, self.sd),
            pipeline=self.pipeline,
            targets=self.targets,
            rates_hz=self.rates_hz,
            shape=self.shape,
            calibration=self.calibration,
            novelty=None if self.calibration is None else self.novelty,
            thresholds={
                key: value.pooled if isinstance(value, PersonThresholds) else value
                for key, value in self.thresholds.items()
            },
            person_thresholds={
                key: value.of
                for key, value in self.thresholds.items()
                if isinstance(value, PersonThresholds)
            },
            sessions=sessions,
            scores=scores,
            quantise=quantise,
        )
