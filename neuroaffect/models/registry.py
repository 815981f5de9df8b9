"""Networks by name, and how to build one. Nothing here loads torch before a network is built."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.errors import ModelError, known_names
from neuroaffect.models.options import (
    DGCNNOptions,
    EEGNetOptions,
    ExtraTreesOptions,
    FusionTFSOptions,
    HiSTNOptions,
    LGGNetOptions,
    LogisticOptions,
    Options,
    RBTransformerOptions,
    RGNNOptions,
    SkinODEOptions,
    SVMOptions,
    TangentOptions,
    TinyOptions,
    TopomapCNNOptions,
    TSceptionOptions,
    WearableMLPOptions,
)
from neuroaffect.models.shape import InputShape

if TYPE_CHECKING:
    from torch import nn

__all__ = ["NETWORKS", "build", "options_of", "register", "registered"]

_KNOWN: dict[str, type[Options]] = {
    options.network: options
    for options in (
        DGCNNOptions,
        EEGNetOptions,
        ExtraTreesOptions,
        FusionTFSOptions,
        HiSTNOptions,
        LGGNetOptions,
        LogisticOptions,
        RBTransformerOptions,
        RGNNOptions,
        SVMOptions,
        SkinODEOptions,
        TangentOptions,
        TinyOptions,
        TopomapCNNOptions,
        TSceptionOptions,
        WearableMLPOptions,
    )
}
NETWORKS: Mapping[str, type[Options]] = MappingProxyType(_KNOWN)
_OURS = frozenset(_KNOWN)


def options_of(name: str, given: Mapping[str, object] = MappingProxyType({})) -> Options:
    """Return the settings of a network: what is given, and its defaults.

    Parameters
    ----------
    name : str
        One of :data:`NETWORKS`.
    given : mapping of str to value
        As in the `[network.options]` table of a pipeline file.

    Raises
    ------
    ModelError
        For an unknown network or option, naming the known ones, and for a wrong value.
    """
    if name not in NETWORKS:
        raise ModelError(f"no network is called '{name}'{known_names(name, NETWORKS)}")
    options = NETWORKS[name]
    known = [field.name for field in fields(options)]
    for key in given:
        if key not in known:
            raise ModelError(f"{name} has no option '{key}'{known_names(key, known)}")
    return options(**given)


def register(options: type[Options]) -> type[Options]:
    """Make a network known by its name, for as long as this Python runs.

    For networks from elsewhere, see :class:`~neuroaffect.models.options.foreign.ForeignOptions`;
    works as a decorator. To register the same class again changes nothing.

    Parameters
    ----------
    options : type of Options
        A frozen dataclass; its `network` is the name.

    Returns
    -------
    type of Options
        The same.

    Raises
    ------
    ModelError
        If it is no frozen dataclass, has no name, or its name is taken by another network.
    """
    name = getattr(options, "network", None)
    if not isinstance(name, str) or not name:
        raise ModelError(f'{options.__name__} has no name; give it network: ClassVar[str] = "…"')
    own = vars(options).get("__dataclass_params__")
    if not issubclass(options, Options) or own is None or not own.frozen:
        raise ModelError(
            f"{name}: {options.__name__} is no frozen dataclass of its own; derive it from "
            "ForeignOptions and write @dataclass(frozen=True, kw_only=True) above it"
        )
    if _KNOWN.setdefault(name, options) is not options:
        raise ModelError(f"a network is called '{name}' already; choose another name")
    return options


def registered() -> tuple[type[Options], ...]:
    """Return what :func:`register` has made known, for processes that have yet to hear of it."""
    return tuple(options for name, options in _KNOWN.items() if name not in _OURS)


def build(
    name: str,
    *,
    shape: InputShape,
    targets: Sequence[Target],
    options: Mapping[str, object] = MappingProxyType({}),
    readout: str = "linear",
    rng: np.random.Generator | None = None,
) -> "nn.Module":
    """Return a fresh network with its affect head.

    Parameters
    ----------
    name : str
        One of :data:`NETWORKS`.
    shape : InputShape
        Of one tick's input.
    targets : sequence of Target
        What the head says, in this order.
    options : mapping of str to value
        Settings that differ from the network's defaults.
    readout : {"linear", "prototypes"}
    rng : numpy.random.Generator or None
        Decides the starting weights; None leaves that to torch's own generator.

    Returns
    -------
    torch.nn.Module
        (batch, electrodes, features) → raw outputs (batch, sum of `Target.outputs`), an
        :class:`~neuroaffect.models.head.AffectNetwork`.

    Raises
    ------
    ModelError
        For an unknown network or option, no targets, or an input the network cannot work on.
    """
    settings = options_of(name, options)
    if not targets:
        raise ModelError(f"{name}: there is nothing to learn; declare at least one target")
    import torch

    from neuroaffect.models.head import AffectNetwork

    encoder = NETWORKS[name].load()
    if rng is None:
        return AffectNetwork(encoder(settings, shape), targets, readout)
    with torch.random.fork_rng(devices=[]):  # the caller's torch generator stays as it was
        torch.manual_seed(int(rng.integers(2**63)))
        return AffectNetwork(encoder(settings, shape), targets, readout)
