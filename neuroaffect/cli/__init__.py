"""``neuroaffect VERB``: one file per verb; each imports its rooms when it runs, not before."""

from neuroaffect.cli.app import main

__all__ = ["main"]
