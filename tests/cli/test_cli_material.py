"""Which networks a corpus is shown to."""

from neuroaffect.catalog import load_pipeline
from neuroaffect.cli.material import networks_for


def test_electrodes_are_shown_to_networks_on_graphs():
    assert {"dgcnn", "rgnn", "logistic"} <= set(networks_for(load_pipeline("cap-32")))


def test_a_wristband_is_not_shown_to_networks_that_need_electrodes():
    found = set(networks_for(load_pipeline("empatica-e4")))
    assert "logistic" in found
    assert found.isdisjoint({"dgcnn", "rgnn"})


def test_samples_are_shown_to_networks_that_read_samples():
    found = set(networks_for(load_pipeline("histn")))
    assert {"histn", "lggnet"} <= found
    assert "logistic" not in found
