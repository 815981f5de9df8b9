"""What a recording holds, measured: rates, clocks, gaps, events, and what is wrong with it."""

from neuroaffect.survey.found import StreamSurvey, Survey, Timed
from neuroaffect.survey.offsets import ClockOffsets

__all__ = ["ClockOffsets", "StreamSurvey", "Survey", "Timed"]
