"""Causal transforms, one per file, found by name in :data:`BLOCKS`."""

from collections.abc import Mapping
from types import MappingProxyType

from neuroaffect.blocks.artifact import Artifact
from neuroaffect.blocks.asr import Asr
from neuroaffect.blocks.asymmetry import Asymmetry
from neuroaffect.blocks.bandpass import Bandpass
from neuroaffect.blocks.bandpower import BandPower
from neuroaffect.blocks.base import Block, Context, FeatureBlock, Step
from neuroaffect.blocks.baseline import Baseline
from neuroaffect.blocks.beats import Beats
from neuroaffect.blocks.connectivity import Connectivity
from neuroaffect.blocks.covariance import Covariance
from neuroaffect.blocks.entropy import Entropy
from neuroaffect.blocks.flaw import Flaw
from neuroaffect.blocks.hjorth import Hjorth
from neuroaffect.blocks.hrv import Hrv
from neuroaffect.blocks.motion import Motion
from neuroaffect.blocks.muscle import Muscle
from neuroaffect.blocks.notch import Notch
from neuroaffect.blocks.ocular import Ocular
from neuroaffect.blocks.quality import Quality
from neuroaffect.blocks.raw import Raw
from neuroaffect.blocks.reference import Reference
from neuroaffect.blocks.resample import Resample
from neuroaffect.blocks.respiration import Respiration
from neuroaffect.blocks.running_norm import RunningNorm
from neuroaffect.blocks.skin import Skin
from neuroaffect.blocks.smooth import Smooth
from neuroaffect.blocks.temperature import Temperature
from neuroaffect.blocks.topomap import Topomap

__all__ = [
    "BLOCKS",
    "Artifact",
    "Asr",
    "Asymmetry",
    "BandPower",
    "Bandpass",
    "Baseline",
    "Beats",
    "Block",
    "Connectivity",
    "Context",
    "Covariance",
    "Entropy",
    "FeatureBlock",
    "Flaw",
    "Hjorth",
    "Hrv",
    "Motion",
    "Muscle",
    "Notch",
    "Ocular",
    "Quality",
    "Raw",
    "Reference",
    "Resample",
    "Respiration",
    "RunningNorm",
    "Skin",
    "Smooth",
    "Step",
    "Temperature",
    "Topomap",
]

BLOCKS: Mapping[str, type[Block]] = MappingProxyType(
    {
        "artifact": Artifact,
        "asr": Asr,
        "asymmetry": Asymmetry,
        "bandpass": Bandpass,
        "bandpower": BandPower,
        "baseline": Baseline,
        "beats": Beats,
        "connectivity": Connectivity,
        "covariance": Covariance,
        "entropy": Entropy,
        "hjorth": Hjorth,
        "hrv": Hrv,
        "motion": Motion,
        "muscle": Muscle,
        "notch": Notch,
        "ocular": Ocular,
        "quality": Quality,
        "raw": Raw,
        "reference": Reference,
        "resample": Resample,
        "respiration": Respiration,
        "running_norm": RunningNorm,
        "skin": Skin,
        "smooth": Smooth,
        "temperature": Temperature,
        "topomap": Topomap,
    }
)
