"""Is a channel to be believed: grades and flaws."""
