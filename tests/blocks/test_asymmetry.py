import numpy as np
import pytest

from neuroaffect.blocks import Asymmetry, Entropy
from neuroaffect.blocks.derived.pairs import caudal_pairs, lateral_pairs
from neuroaffect.errors import PipelineError
from neuroaffect.stream import FeatureInfo, StreamInfo

MUSE = ("TP9", "AF7", "AF8", "TP10")
EPOC = tuple("AF3 F7 F3 FC5 T7 P7 O1 O2 P8 T8 FC6 F4 F8 AF4".split())
# The 62 electrodes of SEED, on which the pairs were defined.
SEED = tuple(
    "Fp1 Fpz Fp2 AF3 AF4 F7 F5 F3 F1 Fz F2 F4 F6 F8 FT7 FC5 FC3 FC1 FCz FC2 FC4 FC6 FT8 T7 C5 C3 "
    "C1 Cz C2 C4 C6 T8 TP7 CP5 CP3 CP1 CPz CP2 CP4 CP6 TP8 P7 P5 P3 P1 Pz P2 P4 P6 P8 PO7 PO5 PO3 "
    "POz PO4 PO6 PO8 CB1 O1 Oz O2 CB2".split()
)


def features(channels, *, units=("nats", "nats"), names=("alpha", "beta")):
    return FeatureInfo(
        name="entropy", channels=channels, features=names, units=units, memories_s=(2.0, 1.0)
    )


def test_dasm_is_left_minus_right():
    x = np.array([[1.0, 2.0], [0.0, 0.0], [4.0, 8.0]])
    step = Asymmetry().start(features(("F3", "Cz", "F4")))
    assert step.info.channels == ("F3-F4",)
    assert step.process(x).tolist() == [[-3.0, -6.0]]


def test_rasm_is_left_over_right():
    step = Asymmetry(measure="rasm").start(features(("F4", "F3")))
    assert step.process(np.array([[4.0, -8.0], [1.0, 2.0]])).tolist() == [[0.25, -0.25]]
    assert step.info.units == ("", "")


def test_rasm_has_no_value_where_it_would_divide_by_next_to_nothing():
    step = Asymmetry(measure="rasm").start(features(("F3", "F4")))
    y = step.process(np.array([[1.0, 1.0], [-0.05, 0.2]]))
    assert np.isnan(y[0, 0])
    assert y[0, 1] == 5.0


def test_dcau_is_front_minus_back():
    step = Asymmetry(measure="dcau").start(features(("P3", "F3")))
    assert step.info.channels == ("F3-P3",)
    assert step.process(np.array([[1.0, 1.0], [5.0, 7.0]])).tolist() == [[4.0, 6.0]]


def test_frontal_alpha_of_entropy_is_the_log_ratio_of_the_powers():
    info = StreamInfo(name="cap", kind="eeg", rate_hz=128.0, channels=("F3", "F4"), unit="uV")
    t = np.arange(128 * 20) / 128
    x = np.stack([20 * np.sin(20 * np.pi * t), 30 * np.sin(20 * np.pi * t)], axis=1)
    entropy = Entropy(bands={"alpha": (8.0, 13.0)}).start(info)
    for hop in x.reshape(-1, 32, 2):
        alpha = entropy.process(np.ascontiguousarray(hop))
    step = Asymmetry(measure="frontal_alpha").start(entropy.info)
    assert step.info.channels == ("F4-F3",)
    # 1e-9: the gain of the band filter is the same on both sides.
    assert step.process(alpha)[0, 0] == pytest.approx(2 * np.log(30 / 20), abs=1e-9)


def test_frontal_alpha_of_powers_is_their_log_ratio():
    info = features(("AF7", "AF8", "TP9", "TP10"), units=("uV^2", "uV^2"))
    step = Asymmetry(measure="frontal_alpha").start(info)
    y = step.process(np.array([[2.0, 0.0], [6.0, 0.0], [1.0, 0.0], [9.0, 0.0]]))
    assert step.info.channels == ("AF8-AF7",)
    assert y == pytest.approx(np.log(3.0), rel=1e-12)


@pytest.mark.parametrize(
    ("unit", "log"), [("log10 uV^2", np.log10), ("dB uV^2", lambda p: 10 * np.log10(p))]
)
def test_frontal_alpha_of_logarithms_is_the_same(unit, log):
    step = Asymmetry(measure="frontal_alpha").start(features(("F3", "F4"), units=(unit, unit)))
    y = step.process(log(np.array([[2.0, 1.0], [6.0, 1.0]])))
    assert y == pytest.approx(np.log(3.0), rel=1e-12)


def test_the_memory_is_that_of_the_features_read():
    info = features(("F3", "F4"), names=("beta", "alpha"))
    assert Asymmetry(measure="frontal_alpha").start(info).info.memories_s == (1.0,)


def test_one_missing_electrode_leaves_its_pair_without_a_value():
    step = Asymmetry().start(features(EPOC))
    x = np.ones((14, 2))
    x[EPOC.index("F8"), 0] = np.nan
    missing = np.isnan(step.process(x))
    assert missing[step.info.channels.index("F7-F8")].tolist() == [True, False]
    assert missing.sum() == 1


def test_a_muse_has_two_lateral_pairs_and_none_front_to_back():
    assert lateral_pairs(MUSE).found == (("TP9", "TP10"), ("AF7", "AF8"))
    assert caudal_pairs(MUSE).found == ()
    assert ("AF7", "PO7") in caudal_pairs(MUSE).missing


def test_an_epoc_has_seven_lateral_pairs():
    assert len(lateral_pairs(EPOC).found) == 7
    assert lateral_pairs(EPOC).missing == ()


def test_the_cap_of_seed_has_the_27_lateral_and_23_caudal_pairs_of_zheng2015():
    assert len(lateral_pairs(SEED).found) == 27
    caudal = caudal_pairs(SEED)
    assert len(caudal.found) == 23
    assert {("AF3", "CB1"), ("Fp1", "O1"), ("FT8", "TP8"), ("FCz", "CPz")} <= set(caudal.found)
    assert caudal.missing == ()


def test_a_montage_tells_the_pairs_it_lacks():
    assert lateral_pairs(("F3", "F4", "C3", "Cz", "O2")).missing == (("C3", "C4"), ("O1", "O2"))


def test_old_names_pair_with_new_ones():
    assert lateral_pairs(("T3", "T8")).found == (("T3", "T8"),)


def test_a_montage_of_one_side_is_refused():
    with pytest.raises(PipelineError, match="needs both sides of a row"):
        Asymmetry().start(features(("F3", "C3")))


def test_a_chosen_pair_must_be_there():
    with pytest.raises(PipelineError, match="F3-F4"):
        Asymmetry(pairs=(("F3", "F4"), ("C3", "C4"))).start(features(("F3", "C3", "C4")))


def test_frontal_alpha_needs_the_band_by_its_name():
    info = features(("F3", "F4"), names=("low", "high"))
    with pytest.raises(PipelineError, match="no band 'alpha'"):
        Asymmetry(measure="frontal_alpha").start(info)


def test_parietal_electrodes_are_not_frontal():
    with pytest.raises(PipelineError, match="frontal row"):
        Asymmetry(measure="frontal_alpha").start(features(("P3", "P4")))
