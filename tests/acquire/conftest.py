"""Streams and sources for the tests of the doors."""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pytest

from neuroaffect.acquire import LslSource, RawOutlet, RawSource
from neuroaffect.session import Packet, RawStream

PATIENCE_S = 30.0


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


@pytest.fixture
def offer(stream, unique):
    """Return a function that offers a stream whose name and source id no other test uses."""
    outlets = []

    def make(id: int = 1, **settings) -> RawOutlet:
        name = settings.pop("name", f"s{id}-{unique}")
        outlet = RawOutlet(stream(id, name=name, **settings), source_id=f"id{id}-{unique}")
        outlets.append(outlet)
        return outlet

    yield make
    for outlet in outlets:
        outlet.close()


@pytest.fixture
def listen():
    sources = []

    def make(*outlets: RawOutlet, **settings) -> LslSource:
        wanted = [f"name={outlet.raw.name}" for outlet in outlets]
        source = LslSource(wanted, timeout_s=PATIENCE_S, **settings)
        sources.append(source)
        return source

    yield make
    for source in sources:
        source.close()


@pytest.fixture
def take() -> Callable[..., list]:
    """Return a function that gives the chunks of one stream until so many samples came."""

    def chunks_of(source: LslSource, samples: int, name: str | None = None) -> list:
        chunks, deadline = [], time.monotonic() + PATIENCE_S
        while sum(map(len, chunks)) < samples and time.monotonic() < deadline:
            if (got := source.get(0.2)) is not None and name in {None, got[0]}:
                chunks.append(got[1])
        return chunks

    return chunks_of


@pytest.fixture
def until() -> Callable[..., None]:
    """Return a function that lets a source work until something is so."""

    def wait(source: LslSource, so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not so():
            assert time.monotonic() < deadline, "it never came to be"
            source.get(0.05)

    return wait
