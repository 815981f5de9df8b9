"""Does everything work here that streams and models need: one finding a line, and what to do."""

from neuroaffect.doctor.examine import examine
from neuroaffect.doctor.finding import Finding

__all__ = ["Finding", "examine"]
