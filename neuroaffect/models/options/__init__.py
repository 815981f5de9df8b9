"""What can be set of each network, and what it is set to when a pipeline says nothing.

Kept apart from the networks, so that a pipeline file is checked without loading torch.
"""

from neuroaffect.models.options.attention import RBTransformerOptions
from neuroaffect.models.options.base import Options
from neuroaffect.models.options.classical import (
    ExtraTreesOptions,
    LogisticOptions,
    SVMOptions,
    TangentOptions,
)
from neuroaffect.models.options.foreign import ForeignOptions
from neuroaffect.models.options.fusion import FusionTFSOptions
from neuroaffect.models.options.graph import DGCNNOptions, HiSTNOptions, LGGNetOptions, RGNNOptions
from neuroaffect.models.options.samples import EEGNetOptions, TSceptionOptions
from neuroaffect.models.options.small import TinyOptions, TopomapCNNOptions
from neuroaffect.models.options.wearable import SkinODEOptions, WearableMLPOptions

__all__ = [
    "DGCNNOptions",
    "EEGNetOptions",
    "ExtraTreesOptions",
    "ForeignOptions",
    "FusionTFSOptions",
    "HiSTNOptions",
    "LGGNetOptions",
    "LogisticOptions",
    "Options",
    "RBTransformerOptions",
    "RGNNOptions",
    "SVMOptions",
    "SkinODEOptions",
    "TSceptionOptions",
    "TangentOptions",
    "TinyOptions",
    "TopomapCNNOptions",
    "WearableMLPOptions",
]
