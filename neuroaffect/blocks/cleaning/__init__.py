"""Reference and artifacts of the electroencephalogram."""
