"""The command line in processes of its own, on a network of its own."""

import subprocess
import sys

__all__ = ["command", "run"]


def command(*words: object) -> list[str]:
    """Return what starts a verb."""
    return [sys.executable, "-m", "neuroaffect", *map(str, words)]


def run(
    network: dict[str, str], *words: object, **options: object
) -> subprocess.CompletedProcess[str]:
    """Run a verb to its end."""
    return subprocess.run(
        command(*words), env=network, capture_output=True, text=True, check=False, timeout=120,
        **options,
    )  # fmt: skip
