"""Finding features that separate: maps of signed R² and rank sums, with honest p values."""

from neuroaffect.explore.explore import Exploration, explore
from neuroaffect.explore.finding import Finding
from neuroaffect.explore.report import write_report

__all__ = ["Exploration", "Finding", "explore", "write_report"]
