"""Rows of a dataset: ticks that lie in trials, with what is known of them."""
