"""Features of features: pairs, baselines, smoothing, pictures of the head."""
