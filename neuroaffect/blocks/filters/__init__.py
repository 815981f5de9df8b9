"""Filters: keep, remove and resample frequencies; carried state."""
