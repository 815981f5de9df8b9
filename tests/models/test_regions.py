"""Regions of the head, and neighbours in them."""

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

from neuroaffect.blocks.derived.scalp_map import flat_positions
from neuroaffect.errors import ModelError
from neuroaffect.models.layers.regions import gabriel_pairs, lobes, quadrants, require_scalp

EPOC = ("AF3", "F7", "F3", "FC5", "T7", "P7", "O1", "O2", "P8", "T8", "FC6", "F4", "F8", "AF4")
DEAP = (
    "Fp1 AF3 F3 F7 FC5 FC1 C3 T7 CP5 CP1 P3 P7 PO3 O1 Oz Pz "
    "Fp2 AF4 Fz F4 F8 FC6 FC2 Cz C4 T8 CP6 CP2 P4 P8 PO4 O2"
).split()
MUSE = ("TP9", "AF7", "AF8", "TP10")


def groups(electrodes, regions):
    return {
        name: {e for e, region in zip(electrodes, regions.of, strict=True) if region == number}
        for number, name in enumerate(regions.names)
    }


def test_the_quadrants_of_the_epoc_are_the_four_regions_of_histn():
    assert groups(EPOC, quadrants(EPOC)) == {
        "left front": {"AF3", "F7", "F3", "FC5"},
        "left back": {"T7", "P7", "O1"},
        "right back": {"O2", "P8", "T8"},
        "right front": {"FC6", "F4", "F8", "AF4"},
    }


def test_the_neighbours_on_the_epoc_are_the_edges_of_histn():
    pairs = {frozenset((EPOC[i], EPOC[j])) for i, j in gabriel_pairs(EPOC, quadrants(EPOC))}
    left = "AF3-F3 F7-F3 F7-FC5 F3-FC5 T7-P7 P7-O1"
    right = "AF4-F4 F8-F4 F8-FC6 F4-FC6 T8-P8 P8-O2"
    assert pairs == {frozenset(edge.split("-")) for edge in f"{left} {right}".split()}


def test_the_quadrants_of_the_epoc_make_a_ring():
    regions = quadrants(EPOC)
    links = {frozenset(regions.names[n] for n in link) for link in regions.links}
    assert links == {
        frozenset(("left front", "left back")),
        frozenset(("left back", "right back")),
        frozenset(("right back", "right front")),
        frozenset(("right front", "left front")),
    }


def test_the_midline_lies_between_left_and_right():
    regions = quadrants(("F3", "Fz", "F4"))
    assert regions.names == ("left front", "middle front", "right front")
    assert regions.links == ((0, 1), (1, 2))


def test_each_electrode_of_the_muse_is_a_region_of_its_own():
    assert quadrants(MUSE).sizes == (1, 1, 1, 1)


def test_a_region_without_electrodes_is_left_out():
    regions = quadrants(("AF7", "AF8"))
    assert (regions.names, regions.links) == (("left front", "right front"), ((0, 1),))


def test_every_region_hangs_together():
    regions = quadrants(DEAP)
    graph = np.zeros((len(DEAP), len(DEAP)))
    for i, j in gabriel_pairs(DEAP, regions):
        graph[i, j] = 1
    pieces, piece_of = connected_components(graph, directed=False)
    assert pieces == len(regions.names)
    assert len(set(zip(piece_of, regions.of, strict=True))) == pieces


def test_nobody_stands_in_the_circle_of_two_neighbours():
    regions, at = quadrants(DEAP), flat_positions(DEAP)
    for i, j in gabriel_pairs(DEAP, regions):
        middle, radius = (at[i] + at[j]) / 2, np.linalg.norm(at[i] - at[j]) / 2
        region = np.flatnonzero(np.array(regions.of) == regions.of[i])
        inside = np.linalg.norm(at[region] - middle, axis=1) < radius - 1e-6
        assert not inside.any()


def test_the_lobes_of_deap_are_the_general_regions_of_lggnet():
    published = (
        "Fp1 Fp2|AF3 AF4|F3 F7 Fz F4 F8|FC5 FC1 FC6 FC2|C3 Cz C4|CP5 CP1 CP2 CP6|"
        "P7 P3 Pz P4 P8|PO3 PO4|O1 Oz O2|T7|T8"
    )
    found = {frozenset(group) for group in groups(DEAP, lobes(DEAP)).values()}
    assert found == {frozenset(region.split()) for region in published.split("|")}


def test_the_temporal_rows_are_told_apart_by_side():
    electrodes = ("FT7", "T7", "TP7", "T8", "FT8", "TP9")
    assert groups(electrodes, lobes(electrodes)) == {
        "temporal left": {"FT7", "T7", "TP7", "TP9"},
        "temporal right": {"T8", "FT8"},
    }


@pytest.mark.parametrize("name", ["E1", "ch3", "A1", "y0x3", "all"])
def test_a_channel_without_a_place_on_the_scalp_is_refused(name):
    with pytest.raises(ModelError, match=f"histn: '{name}' is no scalp electrode"):
        require_scalp("histn", ("Cz", name))


def test_a_name_that_only_looks_like_an_electrode_is_refused():
    with pytest.raises(ModelError, match="histn: 'N3' is no electrode of the 10-05 system"):
        require_scalp("histn", ("Cz", "N3"))
