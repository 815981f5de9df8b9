"""Networks, the affect head, and bundles: what a trained model is made of.

Importing this loads neither torch nor onnxruntime; building a network, or loading a bundle, does.
"""

from neuroaffect.models.bundle import AffectModel
from neuroaffect.models.calibration import Calibration
from neuroaffect.models.options import ForeignOptions
from neuroaffect.models.readout import read_out
from neuroaffect.models.registry import NETWORKS, build, options_of, register
from neuroaffect.models.saving import rebuild, save
from neuroaffect.models.shape import InputShape

__all__ = [
    "NETWORKS",
    "AffectModel",
    "Calibration",
    "ForeignOptions",
    "InputShape",
    "build",
    "options_of",
    "read_out",
    "rebuild",
    "register",
    "save",
]
