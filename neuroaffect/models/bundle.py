"""A trained model in a folder, at work: ticks in, predictions out.

    weights.safetensors   parameters, and the normaliser's mean and sd
    network.onnx          the network that runs, normaliser inside
    pipeline.toml         the whole pipeline, channels listed
    bundle.json           targets, channels, scores, versions (:mod:`neuroaffect.models.card`)
    SHA256SUMS            of the four

Loading and predicting need onnxruntime, not torch. :mod:`neuroaffect.models.saving` writes one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from neuroaffect.affect import Abstention, Prediction, Target
from neuroaffect.errors import ModelError, PipelineError
from neuroaffect.models.card import Card
from neuroaffect.models.folder import read_folder
from neuroaffect.models.graph import answers, axes, open_session, raw_outputs
from neuroaffect.models.readout import read_out
from neuroaffect.pipeline import NetworkInput, Pipeline, Tick, Track
from neuroaffect.pipeline.track import GOOD
from neuroaffect.stream import StreamInfo

__all__ = ["AffectModel"]

# Nominal rates of one headset differ by less, those of two headsets by more.
_RATE_SLACK = 0.02
_SOME = 1  # feature with a value: of nothing, nothing is said


class AffectModel:
    """A trained model: ticks in, predictions out.

    Made by :meth:`load`. Every attribute is read-only by agreement.

    Attributes
    ----------
    pipeline : Pipeline
        What made the training features; run this one.
    card : Card
        What the bundle says of itself.
    """

    def __init__(self, card: Card, pipeline: Pipeline, graph: bytes) -> None:
        self.card = card
        self.pipeline = pipeline
        self._session = open_session(graph)
        outputs = sum(target.outputs for target in card.targets)
        expected = (len(card.electrodes), len(card.features), outputs)
        if axes(self._session) != expected:
            raise ModelError(
                f"network.onnx has electrodes, features and outputs {axes(self._session)}, "
                f"bundle.json says {expected}; train anew"
            )
        self._input = NetworkInput(
            pipeline.network.places, channels=card.electrodes, features=card.features
        )
        self._required = frozenset(name for name, t in pipeline.tracks.items() if t.required)
        self._good_channels = pipeline.network.good_channels

    @classmethod
    def load(cls, folder: Path | str) -> "AffectModel":
        """Read a bundle.

        Raises
        ------
        ModelError
            If a file is missing or changed, or the features of this neuroaffect are not those
            the model was trained on.
        """
        folder = Path(folder)
        contents = read_folder(folder)
        card = Card.from_json(contents["bundle.json"], where=f"bundle {folder.name}")
        try:
            pipeline = Pipeline.from_toml(contents["pipeline.toml"].decode(), where="pipeline.toml")
        except (PipelineError, UnicodeDecodeError) as error:
            raise ModelError(f"bundle {folder.name}: {error}; train anew") from None
        model = cls(card, pipeline, contents["network.onnx"])
        model.check_pipeline(pipeline)
        return model

    @property
    def targets(self) -> tuple[Target, ...]:
        """What the model says, in order of its outputs."""
        return self.card.targets

    @property
    def channels(self) -> Mapping[str, tuple[str, ...]]:
        """Channels of the streams that feed the network, by track."""
        return {name: tuple(self.pipeline.tracks[name].channels) for name in self._input.tracks}

    @property
    def rates_hz(self) -> Mapping[str, float]:
        """Rates of those streams, by track."""
        return self.card.rates_hz

    @property
    def scores(self) -> tuple[Mapping[str, Any], ...]:
        """How well it did when it was trained, one row per split and dimension."""
        return self.card.scores

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the pipeline it was trained on."""
        return self.card.fingerprint

    def check_pipeline(self, pipeline: Pipeline) -> None:
        """Refuse a pipeline whose features are not those of training.

        Parameters
        ----------
        pipeline : Pipeline
            With its channels listed, as :meth:`Pipeline.resolve` returns it.

        Raises
        ------
        ModelError
            If its fingerprint is another one.
        """
        if pipeline.fingerprint != self.fingerprint:
            raise ModelError(
                f"pipeline '{pipeline.name}' has fingerprint {pipeline.fingerprint[:12]}, but the "
                f"model was trained on {self.fingerprint[:12]}; use the bundle's pipeline.toml, or "
                "train anew"
            )

    def check_streams(self, streams: Mapping[str, StreamInfo]) -> None:
        """Refuse streams on which the model was not trained.

        Channels may come in another order and among others: the pipeline picks them by name.

        Parameters
        ----------
        streams : mapping of str to StreamInfo
            What a source offers.

        Raises
        ------
        ModelError
            If no stream, or more than one, fits the network's track, if channels are missing, or
            if the rate is more than 2 % off.
        """
        for name in self._input.tracks:
            track = self.pipeline.tracks[name]
            if track.required or track.fitting(streams):
                self._check_stream(name, _fitting(track, streams))

    def _check_stream(self, track: str, info: StreamInfo) -> None:
        known, rate_hz = self.channels[track], self.rates_hz[track]
        missing = [label for label in known if label not in info.channels]
        if missing:
            raise ModelError(
                f"stream '{info.name}' has no channel {', '.join(missing)}; "
                f"the model was trained on {', '.join(known)}"
            )
        if abs(info.rate_hz - rate_hz) > _RATE_SLACK * rate_hz:
            raise ModelError(
                f"stream '{info.name}' runs at {info.rate_hz:g} Hz; "
                f"the model was trained at {rate_hz:g} Hz"
            )

    def outputs(self, x: np.ndarray) -> np.ndarray:
        """Return raw outputs (n, outputs) float32 for features (n, electrodes, features)."""
        return raw_outputs(self._session, x)

    def predict(self, ticks: Sequence[Tick]) -> list[Prediction]:
        """Return one prediction per tick; the network runs once for all that may be spoken of.

        A tick is passed over in silence, its `abstained` says why, in this order: a required
        track is missing, samples were lost, a filter has not settled, or too few features have
        a value, for want of contact or because they have none yet. A single feature without a
        value counts as its mean in training. A calibrated model also passes over what is unlike
        anything it was trained on, and what it is not sure enough of.
        """
        values = [self._input.of(tick) for tick in ticks]
        reasons = [self._reason(tick, x) for tick, x in zip(ticks, values, strict=True)]
        spoken = [i for i, reason in enumerate(reasons) if reason is None]
        said = iter(())
        if spoken:
            x = np.stack([values[i] for i in spoken])
            said = iter(self._say(x, [ticks[i].time for i in spoken]))
        return [
            next(said) if reason is None else Prediction(time=tick.time, abstained=reason)
            for tick, reason in zip(ticks, reasons, strict=True)
        ]

    def _say(self, x: np.ndarray, times: Sequence[float]) -> list[Prediction]:
        raw, novelty = answers(self._session, x)
        said = read_out(raw, self.targets, times, self.card.calibration)
        if novelty is None or self.card.calibration is None:
            return said
        shares = (novelty / self.card.calibration.novel_above).tolist()
        return [
            Prediction(time=one.time, novelty=share, abstained=Abstention.OUT_OF_DISTRIBUTION)
            if share > 1
            else replace(one, novelty=share)
            for one, share in zip(said, shares, strict=True)
        ]

    def _reason(self, tick: Tick, values: np.ndarray) -> Abstention | None:
        if not self._required.isdisjoint(tick.missing):
            return Abstention.MISSING
        if tick.gap:
            return Abstention.GAP
        if not tick.settled:
            return Abstention.UNSETTLED
        if np.isfinite(values).mean() >= max(self._good_channels, _SOME / values.size):
            return None
        present = [name for name in self._input.tracks if name in tick.tracks]
        if not present:
            return Abstention.MISSING
        bad = any((tick.quality[name] < GOOD).any() for name in present)
        return Abstention.BAD_CONTACT if bad else Abstention.NOT_YET


def _fitting(track: Track, streams: Mapping[str, StreamInfo]) -> StreamInfo:
    fitting = track.fitting(streams)
    if len(fitting) == 1:
        return fitting[0]
    offered = ", ".join(f"{info.name} ({info.kind})" for info in streams.values()) or "nothing"
    raise ModelError(
        f"the model needs one stream {track.wanted}, but {len(fitting)} fit; "
        f"the source offers {offered}"
    )
