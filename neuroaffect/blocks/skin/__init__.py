"""Skin conductance and temperature."""
