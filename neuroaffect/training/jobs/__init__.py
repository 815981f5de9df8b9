"""Folds at work: in processes, on a cluster, kept when they are done, tracked."""
