import numpy as np
import pytest
from scipy.interpolate import RBFInterpolator

from neuroaffect.blocks import Context, Topomap
from neuroaffect.blocks.derived.scalp_map import HEAD, flat_positions, grid, image, spread
from neuroaffect.errors import PipelineError
from neuroaffect.stream import FeatureInfo

CAP = tuple("Fp1 Fp2 F7 F3 Fz F4 F8 T7 C3 Cz C4 T8 P7 P3 Pz P4 P8 O1 O2".split())
MUSE = ("TP9", "AF7", "AF8", "TP10")


def features(channels=CAP, names=("alpha", "beta")):
    return FeatureInfo(name="entropy", channels=channels, features=names, units=("nats",) * 2)


def smooth_values(seed=0, names=2):
    return np.random.default_rng(seed).standard_normal((len(CAP), names))


def test_the_spline_is_scipys():
    points, values = flat_positions(CAP), smooth_values()
    at = grid(9)
    expected = RBFInterpolator(points, values, kernel="thin_plate_spline")(at)
    weights = spread(points, at)
    known = np.isfinite(weights).all(axis=1)
    # 1e-9: scipy scales the plane before it solves.
    assert weights[known] @ values == pytest.approx(expected[known], abs=1e-9)


def test_the_surface_goes_through_every_electrode():
    points = flat_positions(CAP)
    assert spread(points, points) == pytest.approx(np.eye(len(CAP)), abs=1e-9)


def test_a_plane_comes_back_as_it_is():
    points, cells = flat_positions(CAP), grid(9)
    y = (
        Topomap()
        .start(features())
        .process(np.stack([2 + points[:, 0], 1 - 3 * points[:, 1]], axis=1))
    )
    known = ~Topomap().start(features()).frame
    assert known.sum() > 55
    assert y[known, 0] == pytest.approx(2 + cells[known, 0], abs=1e-9)
    assert y[known, 1] == pytest.approx(1 - 3 * cells[known, 1], abs=1e-9)


def test_row_0_is_the_front_and_column_0_the_left():
    points = flat_positions(CAP)
    step = Topomap().start(features())
    y = step.process(np.ascontiguousarray(points)).reshape(9, 9, 2)
    assert step.info.channels[:3] == ("y0x0", "y0x1", "y0x2")
    assert y[4, 0, 0] == pytest.approx(-1.0, abs=1e-9)  # T7's side, by x
    assert y[0, 4, 1] == pytest.approx(1.0, abs=1e-9)  # the forehead, by y


def test_the_corners_are_frame_and_always_0():
    step = Topomap().start(features())
    assert step.frame.reshape(9, 9)[[0, 0, -1, -1], [0, -1, 0, -1]].all()
    for x in (smooth_values(), np.full((len(CAP), 2), np.nan)):
        assert (step.process(x)[step.frame] == 0).all()


def test_a_muse_knows_nothing_of_the_back_of_the_head():
    frame = Topomap().start(features(MUSE)).frame.reshape(9, 9)
    assert frame[8].all()
    assert not frame[4, 4]


def test_the_vertex_lies_in_the_middle_and_the_equator_at_one():
    where = dict(zip(CAP, flat_positions(CAP), strict=True))
    assert np.hypot(*where["Cz"]) < 0.06
    assert where["T7"][0] == pytest.approx(-where["T8"][0], abs=0.02)
    # The circle of Fp1, T7, O2 and T8 is the equator, to a tenth of the head.
    assert [np.hypot(*where[n]) for n in ("Fp1", "T7", "O2", "T8")] == pytest.approx(
        [1, 1, 1, 1], abs=0.1
    )


def test_a_missing_electrode_is_left_out_and_not_taken_for_a_value():
    x = smooth_values()
    x[3, 0] = np.nan
    y = Topomap().start(features()).process(x)
    rest = np.delete(np.arange(len(CAP)), 3)
    expected = spread(flat_positions(CAP)[rest], grid(9)) @ x[rest, 0]
    inside = ~Topomap().start(features()).frame
    assert y[inside, 0] == pytest.approx(expected[inside], abs=1e-9, nan_ok=True)


def test_a_band_without_a_value_leaves_the_other_bands_alone():
    x, whole = smooth_values(), Topomap().start(features()).process(smooth_values())
    x[3, 0] = np.nan
    y = Topomap().start(features()).process(x)
    # 1e-12: one column is multiplied in another order than two.
    assert y[:, 1] == pytest.approx(whole[:, 1], abs=1e-12, nan_ok=True)


def test_a_bad_channel_cannot_change_a_cell():
    x, wild = smooth_values(), smooth_values()
    wild[3] = 1e9
    good = np.array([label != "F3" for label in CAP])
    step = Topomap().start(features())
    assert np.array_equal(
        step.process(x, Context(good=good)), step.process(wild, Context(good=good)), equal_nan=True
    )


def test_too_few_good_electrodes_give_no_picture():
    x = np.full((len(CAP), 2), np.nan)
    x[:2] = 1.0
    step = Topomap().start(features())
    assert np.isnan(step.process(x)[~step.frame]).all()


def test_electrodes_on_one_line_are_refused():
    with pytest.raises(PipelineError, match="do not lie on one line"):
        Topomap().start(features(("Fz", "Cz", "Pz", "A1")))


def test_channels_that_are_no_electrodes_take_no_part():
    info = features((*CAP, "A1"))
    x = np.vstack([smooth_values(), np.full((1, 2), 1e9)])
    expected = Topomap().start(features()).process(smooth_values())
    assert np.array_equal(Topomap().start(info).process(x), expected, equal_nan=True)


def test_an_image_of_a_plane_is_a_plane_inside_a_circle():
    points = flat_positions(CAP)
    picture = image(CAP, points[:, 0], size=33)
    along = np.linspace(-HEAD, HEAD, 33)
    inside = np.isfinite(picture)
    assert picture[inside] == pytest.approx(np.tile(along, (33, 1))[inside], abs=1e-9)
    assert not inside[0, 0]
    assert inside[16, 16]


def test_an_image_leaves_out_electrodes_without_a_value():
    values = np.ones(len(CAP))
    values[4] = np.nan
    picture = image(CAP, values)
    assert picture[np.isfinite(picture)] == pytest.approx(1.0, abs=1e-9)


def test_a_picture_of_two_cells_is_refused():
    with pytest.raises(PipelineError, match="size = 2"):
        Topomap(size=2).start(features())
