"""Causal transforms, one per file, found by name in :data:`BLOCKS`."""

from collections.abc import Mapping
from types import MappingProxyType

from neuroaffect.blocks.asymmetry import Asymmetry
from neuroaffect.blocks.bandpass import Bandpass
from neuroaffect.blocks.base import Block, Context, FeatureBlock, Step
from neuroaffect.blocks.baseline import Baseline
from neuroaffect.blocks.entropy import Entropy
from neuroaffect.blocks.flaw import Flaw
from neuroaffect.blocks.motion import Motion
from neuroaffect.blocks.notch import Notch
from neuroaffect.blocks.quality import Quality
from neuroaffect.blocks.reference import Reference
from neuroaffect.blocks.running_norm import RunningNorm
from neuroaffect.blocks.skin import Skin
from neuroaffect.blocks.smooth import Smooth
from neuroaffect.blocks.temperature import Temperature
from neuroaffect.blocks.topomap import Topomap

__all__ = [
    "BLOCKS",
    "Asymmetry",
    "Bandpass",
    "Baseline",
    "Block",
    "Context",
    "Entropy",
    "FeatureBlock",
    "Flaw",
    "Motion",
    "Notch",
    "Quality",
    "Reference",
    "RunningNorm",
    "Skin",
    "Smooth",
    "Step",
    "Temperature",
    "Topomap",
]

BLOCKS: Mapping[str, type[Block]] = MappingProxyType(
    {
        "asymmetry": Asymmetry,
        "bandpass": Bandpass,
        "baseline": Baseline,
        "entropy": Entropy,
        "motion": Motion,
        "notch": Notch,
        "quality": Quality,
        "reference": Reference,
        "running_norm": RunningNorm,
        "skin": Skin,
        "smooth": Smooth,
        "temperature": Temperature,
        "topomap": Topomap,
    }
)
