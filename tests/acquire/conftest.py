"""Streams and sources for the tests of the doors."""

import uuid
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pytest

from neuroaffect.acquire import RawSource
from neuroaffect.session import Packet, RawStream


class Listed(RawSource):
    """A source of given items."""

    def __init__(self, raws: Iterable[RawStream], items: Iterable, **settings) -> None:
        self.items = list(items)
        super().__init__(raws, **settings)

    def _items(self) -> Iterator:
        return iter(self.items)


@pytest.fixture
def listed() -> type[RawSource]:
    return Listed


@pytest.fixture
def unique() -> str:
    """A word that names the streams of one test only."""
    return uuid.uuid4().hex[:12]


@pytest.fixture
def stream() -> Callable[..., RawStream]:
    """Return a factory of described streams."""

    def make(id: int = 1, **settings) -> RawStream:
        labels = settings.pop("labels", ("Fp1", "Fp2"))
        described = {
            "name": f"stream {id}", "type": "EEG", "rate_hz": 256.0, "format": "float32",
            "units": ("microvolts",) * len(labels), "types": ("EEG",) * len(labels),
        }  # fmt: skip
        return RawStream(id=id, labels=labels, **(described | settings))

    return make


@pytest.fixture
def packets() -> Callable[..., list[Packet]]:
    """Return a function that cuts stamps into packets of random values."""

    def cut(stamps: np.ndarray, sizes: Iterable[int], *, id: int = 1, channels: int = 2) -> list:
        rng = np.random.default_rng(7)
        values = rng.normal(0, 20, (len(stamps), channels)).astype(np.float32)
        cuts = np.cumsum(list(sizes))
        cuts = cuts[cuts < len(stamps)]
        return [
            Packet(id, piece, rows)
            for piece, rows in zip(np.split(stamps, cuts), np.split(values, cuts), strict=True)
        ]

    return cut
