"""Pictures of scores, one kind per file; what is leaky is called so in each of them."""

from neuroaffect.training.reporting.pictures.confusion import plot_confusion
from neuroaffect.training.reporting.pictures.difference import plot_differences
from neuroaffect.training.reporting.pictures.heads import draw_head, has_heads
from neuroaffect.training.reporting.pictures.inflation import inflated, plot_inflation
from neuroaffect.training.reporting.pictures.people import plot_people
from neuroaffect.training.reporting.pictures.reliability import plot_reliability
from neuroaffect.training.reporting.pictures.scores import plot_scores
from neuroaffect.training.reporting.pictures.topography import (
    Topography,
    plot_topography,
    topographies,
)

__all__ = [
    "Topography",
    "draw_head",
    "has_heads",
    "inflated",
    "plot_confusion",
    "plot_differences",
    "plot_inflation",
    "plot_people",
    "plot_reliability",
    "plot_scores",
    "plot_topography",
    "topographies",
]
