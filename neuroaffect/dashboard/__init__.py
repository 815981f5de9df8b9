"""A window that shows predictions beside the signals, and never drives the loop."""

from neuroaffect.dashboard.picture import has_display, render
from neuroaffect.dashboard.process import DashboardHandle, open_dashboard

__all__ = ["DashboardHandle", "has_display", "open_dashboard", "render"]
