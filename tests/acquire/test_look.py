"""A first look at what is on offer, before anybody listens for good."""

import numpy as np
import pytest

from neuroaffect.acquire import Offered, look_at
from neuroaffect.catalog import load_devices
from neuroaffect.session import Packet
from neuroaffect.units import kind_of

DEVICES = load_devices()


@pytest.fixture
def offered(stream):
    """Return a function that makes what discovery would return of a stream."""

    def of(values=None, measured_rate_hz=None, **said) -> Offered:
        raw = stream(0, **said)
        heard = None
        if values is not None:
            heard = Packet(0, np.arange(len(values)) / raw.rate_hz, values)
        return Offered(
            raw=raw, kind=kind_of(raw.type), measured_rate_hz=measured_rate_hz, heard=heard,
            found=None,
        )  # fmt: skip

    return of


def test_streams_of_one_name_are_told_apart_as_a_source_would(offered):
    offers = [offered(name="Muse"), offered(name="Muse", type="PPG")]
    names = [look.description.info.name for look in look_at(offers, devices=DEVICES)]
    assert names == ["Muse EEG", "Muse PPG"]


def test_what_is_heard_is_judged(offered):
    volts = np.random.default_rng(1).normal(0.0, 1e-5, (256, 2)).astype(np.float32)
    (look,) = look_at([offered(volts)], devices=DEVICES)
    assert look.suspicions[0].startswith("values look like volts")


def test_a_stream_that_was_not_heard_is_judged_by_its_description(offered):
    odd = offered(labels=("Fp1", "X"), units=("uV", "g"), types=("", ""))
    (look,) = look_at([odd], devices=DEVICES)
    assert look.suspicions == ("holds channels that are no EEG: X (g)",)


def test_how_far_a_rate_is_off_is_in_millionths(offered):
    (look,) = look_at([offered(measured_rate_hz=256.256)], devices=())
    assert look.ppm == pytest.approx(1000.0)


def test_markers_have_no_rate_to_be_off(offered):
    (look,) = look_at([offered(type="Markers", measured_rate_hz=3.0)], devices=())
    assert look.ppm is None
