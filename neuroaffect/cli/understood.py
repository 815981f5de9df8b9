"""What a person is told about streams that are listened to: what was completed, what is odd."""

from typing import TYPE_CHECKING

from neuroaffect.cli.output import note

if TYPE_CHECKING:
    from neuroaffect.acquire import RawSource

__all__ = ["Understood"]


class Understood:
    """Say on standard error what is new about the streams of a source, each thing once.

    Parameters
    ----------
    source : RawSource
    """

    def __init__(self, source: "RawSource") -> None:
        self._source = source
        self._said: set[tuple[str, str]] = set()

    def tell(self) -> list[tuple[str, str]]:
        """Say it; return (stream name, sentence) of the new suspicions."""
        for name, description in self._source.descriptions.items():
            for sentence in description.completions:
                if self._is_new(name, sentence):
                    note(f"stream '{name}': {sentence}")
        suspicions = [
            (name, sentence)
            for name, sentences in self._source.suspicions.items()
            for sentence in sentences
            if self._is_new(name, sentence)
        ]
        for name, sentence in suspicions:
            note(f"stream '{name}': {sentence}")
        return suspicions

    def _is_new(self, name: str, sentence: str) -> bool:
        is_new = (name, sentence) not in self._said
        self._said.add((name, sentence))
        return is_new
