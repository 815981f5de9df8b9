"""From torch to ONNX, and the proof that both say the same."""

import copy
import io
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from neuroaffect.errors import ModelError
from neuroaffect.models.graph import answers, open_session
from neuroaffect.models.novelty import Novelty

__all__ = ["Normalised", "to_onnx"]

_OPSET = 17  # the first with layer norm as one operator
_NEWER_OPSET = 18  # the first that the newer exporter writes
_TOLERANCE = 1e-5  # of the largest output, or of 1: what float32 may lose in another order of sums

_KNOWN_WARNINGS = (
    # torch's newer exporter needs one package more and writes the same graph.
    (r"You are using the legacy TorchScript-based ONNX export", DeprecationWarning),
    (r"The feature will be removed\. Please remove usage of this function", DeprecationWarning),
    # Our indices are edge lists: never negative.
    (r"Exporting aten::index operator of advanced indexing in opset", UserWarning),
)


class Normalised(nn.Module):
    """A network with its input's training statistics in front.

    A feature without a value, NaN or infinite, counts as its mean in training; an electrode without
    any value that is looked at is one that is not there.

    Parameters
    ----------
    network : AffectNetwork
        Works on features of mean 0 and standard deviation 1.
    mean, sd : ndarray, shape (electrodes, features)
        Of the training ticks. A feature of infinite sd is not looked at: it is always 0.
    novelty : Novelty or None
        Tells, as a second output, how unlike the training ticks an input is.

    Raises
    ------
    ModelError
        If a mean is not finite, or a standard deviation is not above 0.
    """

    mean: Tensor
    sd: Tensor

    def __init__(
        self,
        network: nn.Module,
        mean: np.ndarray,
        sd: np.ndarray,
        novelty: Novelty | None = None,
    ) -> None:
        super().__init__()
        mean, sd = np.asarray(mean), np.asarray(sd)
        if mean.shape != sd.shape or mean.ndim != 2:
            raise ModelError(
                f"normaliser: mean has shape {mean.shape} and sd {sd.shape}; "
                "both must be (electrodes, features)"
            )
        if not (np.isfinite(mean).all() and (sd > 0).all()):
            raise ModelError(
                "normaliser: a mean is not finite, or an sd is not above 0; "
                "use 1 for features that never change"
            )
        self.network = network
        self.novelty = novelty
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32))
        self.register_buffer("sd", torch.tensor(sd, dtype=torch.float32))

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """(B, E, F) → (B, outputs), and (B,) if novelty is told."""
        z, known = self.normalised(x)
        raw = self.network(z, known.any(dim=-1))
        return raw if self.novelty is None else (raw, self.novelty(z, known))

    def normalised(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, E, F) → the same of mean 0 and sd 1, 0 without a value; and where there is one."""
        z = (x - self.mean) / self.sd
        known = (z.abs() < torch.inf) & torch.isfinite(self.sd)  # NaN is not below anything
        return torch.where(known, z, torch.zeros_like(z)), known


def to_onnx(network: Normalised) -> bytes:
    """Return the ONNX graph of a network, normaliser inside, any batch size.

    Raises
    ------
    ModelError
        If the network has an operation that ONNX does not know, or onnxruntime and torch disagree
        on the graph by more than float32 rounding.
    """
    network = copy.deepcopy(network).cpu().eval()  # the caller's stays in its mode, on its device
    try:
        return _proven(network, _export(network))
    except ModelError as error:
        # Some networks from elsewhere are beyond torch's older exporter and not beyond its newer
        # one, which asks for one package more. Ours all take the first.
        if find_spec("onnxscript") is None:
            raise ModelError(
                f"{error}; with onnxscript installed, torch's newer exporter is tried as well"
            ) from error
    return _proven(network, _export_anew(network))


def _export(network: Normalised) -> bytes:
    file = io.BytesIO()
    names = _outputs(network)
    try:
        with _known_warnings_ignored(), _graph_not_printed():
            torch.onnx.export(
                network,
                (_probe(network, 2),),
                file,
                dynamo=False,
                opset_version=_OPSET,
                input_names=["features"],
                output_names=names,
                dynamic_axes={name: {0: "batch"} for name in ("features", *names)},
            )
    except torch.onnx.OnnxExporterError as error:
        reason = str(error).splitlines()[0]
        raise ModelError(f"the network cannot be written as ONNX ({reason})") from error
    return file.getvalue()


def _export_anew(network: Normalised) -> bytes:
    """Return the graph as torch's newer exporter writes it."""
    try:
        with warnings.catch_warnings():
            # What it warns of is torch's own business, or that of a module which is not ours.
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                network,
                (_probe(network, 2),),
                dynamo=True,
                opset_version=_NEWER_OPSET,
                input_names=["features"],
                output_names=_outputs(network),
                dynamic_shapes=({0: torch.export.Dim("batch")},),
                verbose=False,
            )
    except torch.onnx.OnnxExporterError as error:
        reason = str(error).splitlines()[0]
        raise ModelError(f"the network cannot be written as ONNX ({reason})") from error
    return program.model_proto.SerializeToString()


def _outputs(network: Normalised) -> list[str]:
    return ["raw"] if network.novelty is None else ["raw", "novelty"]


def _proven(network: Normalised, graph: bytes) -> bytes:
    """Return the graph, which says what the network says."""
    from onnxruntime.capi.onnxruntime_pybind11_state import InvalidArgument, RuntimeException

    try:
        session = open_session(graph)
    except ModelError as error:
        raise ModelError("torch wrote the network as ONNX that nobody can read") from error
    for batch in (1, 7):
        x = _probe(network, batch)
        with torch.no_grad():
            expected = network(x)
        expected = expected if isinstance(expected, tuple) else (expected, None)
        try:
            found = answers(session, x.numpy())
        except (InvalidArgument, RuntimeException) as error:
            raise ModelError(
                f"the network, written as ONNX for 2 inputs, does not take {batch}; "
                "it must work on each input by itself"
            ) from error
        for said, meant in zip(found, expected, strict=True):
            if meant is not None:
                _agree(said, meant.numpy())
    return graph


def _agree(said: np.ndarray, meant: np.ndarray) -> None:
    worst = float(np.abs(said - meant).max())
    if not worst <= _TOLERANCE * max(1.0, float(np.abs(meant).max())):
        raise ModelError(
            f"onnxruntime and torch differ by {worst:.1e} on this network; "
            f"up to {_TOLERANCE:g} is rounding, this is not"
        )


def _probe(network: Normalised, batch: int) -> Tensor:
    """Return inputs within two standard deviations of the training mean, the same every time."""
    count = batch * network.mean.numel()
    z = 2.0 * torch.cos(torch.arange(count, dtype=torch.float32)).view(batch, *network.mean.shape)
    return network.mean + network.sd * z


@contextmanager
def _known_warnings_ignored() -> Iterator[None]:
    with warnings.catch_warnings():
        for message, category in _KNOWN_WARNINGS:
            warnings.filterwarnings("ignore", message, category)
        yield


@contextmanager
def _graph_not_printed() -> Iterator[None]:
    """Keep file descriptor 1 still.

    Torch writes its whole graph there, past `sys.stdout`, when it meets an operation that ONNX does
    not know, whatever its `verbose` says.
    """
    try:
        kept = os.dup(1)
    except OSError:  # a program without a terminal may have none
        yield
        return
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
