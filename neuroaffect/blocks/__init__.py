"""Causal transforms, one per file, found by name in :data:`BLOCKS`."""

from collections.abc import Mapping
from types import MappingProxyType

from neuroaffect.blocks.base import Block, Context, FeatureBlock, Step
from neuroaffect.blocks.body.motion import Motion
from neuroaffect.blocks.body.respiration import Respiration
from neuroaffect.blocks.cleaning.artifact import Artifact
from neuroaffect.blocks.cleaning.asr import Asr
from neuroaffect.blocks.cleaning.muscle import Muscle
from neuroaffect.blocks.cleaning.ocular import Ocular
from neuroaffect.blocks.cleaning.reference import Reference
from neuroaffect.blocks.contact.quality import Quality
from neuroaffect.blocks.derived.asymmetry import Asymmetry
from neuroaffect.blocks.derived.baseline import Baseline
from neuroaffect.blocks.derived.running_norm import RunningNorm
from neuroaffect.blocks.derived.smooth import Smooth
from neuroaffect.blocks.derived.topomap import Topomap
from neuroaffect.blocks.filters.bandpass import Bandpass
from neuroaffect.blocks.filters.notch import Notch
from neuroaffect.blocks.filters.resample import Resample
from neuroaffect.blocks.flaw import Flaw
from neuroaffect.blocks.heart.beats import Beats
from neuroaffect.blocks.heart.hrv import Hrv
from neuroaffect.blocks.skin.skin import Skin
from neuroaffect.blocks.skin.temperature import Temperature
from neuroaffect.blocks.spectral.bandpower import BandPower
from neuroaffect.blocks.spectral.connectivity import Connectivity
from neuroaffect.blocks.spectral.covariance import Covariance
from neuroaffect.blocks.spectral.entropy import Entropy
from neuroaffect.blocks.spectral.hjorth import Hjorth
from neuroaffect.blocks.spectral.raw import Raw

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
