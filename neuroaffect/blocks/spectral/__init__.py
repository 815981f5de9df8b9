"""Features of brain rhythms, and of how channels go together."""
