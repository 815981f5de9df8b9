import numpy as np
import pytest

from neuroaffect.errors import PipelineError
from neuroaffect.pipeline import NetworkInput, Tick, describe_input
from neuroaffect.stream import FeatureInfo

FEATURES = {
    "eda.skin": FeatureInfo(
        name="skin", channels=("EDA",), features=("tonic", "rate"), units=("uS", "1/min"),
        memories_s=(10.0, 60.0),
    ),
    "acc.motion": FeatureInfo(name="motion", channels=("a", "b"), features=("activity",)),
}  # fmt: skip
PLACES = ("eda.skin", "acc.motion")


def tick(**tracks):
    return Tick(index=0, time=0.0, tracks=tracks, settled=True, quality={})


def taken(places):
    info = describe_input(places, FEATURES)
    return NetworkInput(places, channels=info.channels, features=info.features)


def test_one_place_gives_that_blocks_features():
    x = np.array([[1.0, 2.0]])
    assert np.array_equal(taken(("eda.skin",)).of(tick(eda={"skin": x})), x)


def test_several_places_make_one_row_with_names_units_and_memories():
    info = describe_input(PLACES, FEATURES)
    assert info.features == (
        "eda.skin.EDA.tonic", "eda.skin.EDA.rate", "acc.motion.a.activity", "acc.motion.b.activity"
    )  # fmt: skip
    assert info.units == ("uS", "1/min", "", "")
    assert info.memories_s == (10.0, 60.0, 0.0, 0.0)
    row = taken(PLACES).of(
        tick(eda={"skin": np.array([[1.0, 2.0]])}, acc={"motion": np.array([[3.0], [4.0]])})
    )
    assert row.tolist() == [[1.0, 2.0, 3.0, 4.0]]


def test_a_missing_track_leaves_its_features_without_a_value():
    row = taken(PLACES).of(tick(acc={"motion": np.array([[3.0], [4.0]])}))
    assert np.isnan(row).tolist() == [[True, True, False, False]]


def test_a_place_that_is_no_feature_block_is_refused_with_those_there_are():
    with pytest.raises(PipelineError, match=r"'eda\.hrv' is no feature block.*eda\.skin, acc"):
        describe_input(("eda.hrv",), FEATURES)
