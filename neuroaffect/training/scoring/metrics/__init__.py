"""Scores as functions of arrays, one family per file, each with its conventions at the top.

`truth` holds class numbers or values, one per trial, (n,); `probabilities` is (n, classes), rows
summing to 1. Each file ends in `evaluate`, which gives its scores by name; a score that is not
defined (the AUC of one class) is None.
"""
