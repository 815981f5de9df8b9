"""Breath and motion."""
