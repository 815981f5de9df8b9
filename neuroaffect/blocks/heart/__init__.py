"""Beats of heart and pulse, rate and variability."""
