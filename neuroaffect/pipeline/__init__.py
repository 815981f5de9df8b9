"""Hops, tracks, the join and the tick: a declared pipeline and its run."""

from neuroaffect.pipeline.declared import FEATURE_VERSION, Pipeline
from neuroaffect.pipeline.inputs import NetworkInput, describe_input
from neuroaffect.pipeline.parts import Labels, Network, Recipe, Track
from neuroaffect.pipeline.run import Run
from neuroaffect.pipeline.tick import Tick

__all__ = [
    "FEATURE_VERSION",
    "Labels",
    "Network",
    "NetworkInput",
    "Pipeline",
    "Recipe",
    "Run",
    "Tick",
    "Track",
    "describe_input",
]
