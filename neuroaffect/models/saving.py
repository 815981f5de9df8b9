"""Write a trained network as a bundle, and take one back into torch."""

from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.errors import ModelError, StreamError
from neuroaffect.models.calibration import Calibration
from neuroaffect.models.card import Card, resolved
from neuroaffect.models.folder import check_free, read_folder, write_folder
from neuroaffect.models.registry import NETWORKS, build
from neuroaffect.models.shape import InputShape
from neuroaffect.montage import Montage, scalp
from neuroaffect.pipeline import Pipeline

if TYPE_CHECKING:
    from torch import nn

    from neuroaffect.models.novelty import Novelty

__all__ = ["rebuild", "save"]

_LIBRARIES = (
    "neuroaffect",
    "numpy",
    "onnx",
    "onnxruntime",
    "safetensors",
    "torch",
)


def save(
    folder: Path | str,
    *,
    network: "nn.Module",
    normaliser: tuple[np.ndarray, np.ndarray],
    pipeline: Pipeline,
    targets: Sequence[Target],
    rates_hz: Mapping[str, float],
    shape: InputShape,
    calibration: Calibration | None = None,
    novelty: "Novelty | None" = None,
    quantise: bool = False,
    thresholds: Mapping[str, float] = MappingProxyType({}),
    person_thresholds: Mapping[str, Mapping[str, float]] = MappingProxyType({}),
    sessions: Mapping[str, str] = MappingProxyType({}),
    scores: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write a bundle, whole or not at all; an older bundle at the same place is replaced.

    Parameters
    ----------
    folder : path
    network : torch.nn.Module
        As :func:`build` made it for `pipeline.network`, trained.
    normaliser : (mean, sd), each ndarray (electrodes, features)
        Of the training ticks.
    pipeline : Pipeline
        With its channels listed, as :meth:`Pipeline.resolve` returns it.
    targets : sequence of Target
    rates_hz : mapping of str to float
        Of the streams that the network's tracks read, by track.
    shape : InputShape
        Of the network's input.
    calibration : Calibration or None
        How sure it may be.
    novelty : Novelty or None
        Tells how unlike the training ticks an input is.
    quantise : bool
        Let the graph that runs have weights of 8 bits: a quarter of the size, and answers that
        differ a little from the trained ones.
    thresholds : mapping of str to float
        By dimension, where a target leaves it to training; by "dimension.rating" for quadrants.
    person_thresholds : mapping of str to mapping of str to float
        By the same, and by person, where each has one; `thresholds` are everybody else's.
    sessions : mapping of str to str
        Training recordings by name, and their SHA-256.
    scores : sequence of mapping
        Rows of the evaluation.

    Raises
    ------
    ModelError
        If the place is taken by something else, the parts do not fit together, or the exported
        network does not agree with the trained one.
    """
    check_free(folder := Path(folder))
    from safetensors.torch import save as tensors

    from neuroaffect.models.export import Normalised, to_onnx
    from neuroaffect.models.quantise import quantised

    for track in rates_hz:
        _require_channels(pipeline, track)
    card = Card(
        network=pipeline.network.name,
        options=pipeline.network.options,
        readout=pipeline.network.readout,
        targets=resolved(targets, thresholds),
        thresholds=thresholds,
        person_thresholds=person_thresholds,
        rates_hz={track: float(rate) for track, rate in rates_hz.items()},
        electrodes=shape.electrodes,
        features=shape.features,
        sample_rate_hz=shape.rate_hz,
        positions_m=_positions_m(shape.electrodes),
        quantised=quantise,
        calibration=calibration,
        fingerprint=pipeline.fingerprint,
        sessions=sessions,
        scores=tuple(scores),
        versions=_versions(pipeline.network.name),
    )
    _check_fit(card, shape, network, normaliser)
    whole = Normalised(network, *normaliser, novelty)
    contents = {
        "bundle.json": card.to_json(),
        "network.onnx": quantised(to_onnx(whole)) if quantise else to_onnx(whole),
        "pipeline.toml": pipeline.to_toml().encode(),
        "weights.safetensors": tensors(
            {key: value.detach().cpu().contiguous() for key, value in whole.state_dict().items()}
        ),
    }
    write_folder(folder, contents)


def rebuild(folder: Path | str) -> "nn.Module":
    """Return a bundle's network in torch, normaliser in front, in evaluation mode.

    Its `network` is the part that :func:`build` makes, ready to be trained further.

    Raises
    ------
    ModelError
        If a file of the bundle is missing or changed, or its network came from elsewhere and is
        not registered.
    """
    from safetensors.torch import load

    from neuroaffect.models.export import Normalised
    from neuroaffect.models.novelty import Novelty

    folder = Path(folder)
    contents = read_folder(folder)
    card = Card.from_json(contents["bundle.json"], where=f"bundle {folder.name}")
    if card.network not in NETWORKS:
        raise ModelError(
            f"bundle {folder.name} holds the network '{card.network}', which is not known here; "
            "register the options class it was trained with (neuroaffect.models.register) first"
        )
    pipeline = Pipeline.from_toml(contents["pipeline.toml"].decode(), where="pipeline.toml")
    shape = InputShape(
        electrodes=card.electrodes,
        features=card.features,
        hop_s=pipeline.hop_s,
        rate_hz=card.sample_rate_hz,
    )
    weights = load(contents["weights.safetensors"])
    known = [weights.get(f"novelty.{part}") for part in ("components", "variances", "rest")]
    novelty = None if known[0] is None else Novelty(*known)
    whole = Normalised(_fresh(card, shape), np.zeros(shape.size), np.ones(shape.size), novelty)
    whole.load_state_dict(weights)
    return whole.eval()


def _fresh(card: Card, shape: InputShape) -> "nn.Module":
    return build(
        card.network,
        shape=shape,
        targets=card.targets,
        options=card.options,
        readout=card.readout,
        rng=np.random.default_rng(0),  # no weight of it is kept; torch's generator stays untouched
    )


def _require_channels(pipeline: Pipeline, name: str) -> None:
    """Refuse a pipeline that does not list the channels of a track that the network reads."""
    track = pipeline.tracks.get(name)
    if track is None or isinstance(track.channels, str):
        raise ModelError(
            f"pipeline '{pipeline.name}' does not list the channels of track '{name}'; "
            "save the pipeline that resolve(streams) returns"
        )


def _check_fit(
    card: Card,
    shape: InputShape,
    network: "nn.Module",
    normaliser: tuple[np.ndarray, np.ndarray],
) -> None:
    """Refuse parts that do not belong together, before anything is written."""
    if any(np.shape(part) != shape.size for part in normaliser):
        raise ModelError(
            f"normaliser has shape {np.shape(normaliser[0])}; features have {shape.size}"
        )
    try:
        _fresh(card, shape).load_state_dict(network.state_dict())
    except RuntimeError:  # other names, or other shapes
        raise ModelError(
            f"the network to be saved is not the {card.network} that the pipeline declares for "
            f"{shape.size[0]} electrodes and {shape.size[1]} features; set pipeline.network to "
            "what was built"
        ) from None


def _positions_m(electrodes: tuple[str, ...]) -> tuple[tuple[float, float, float], ...] | None:
    if scalp(electrodes) != electrodes:
        return None
    try:
        positions = Montage.of(electrodes).positions_m
    except StreamError:  # a name that only looks like an electrode: the map stays out
        return None
    return tuple(tuple(point) for point in positions.tolist())


def _versions(network: str) -> dict[str, str]:
    found = {}
    for name in (*_LIBRARIES, *getattr(NETWORKS.get(network), "packages", ())):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
