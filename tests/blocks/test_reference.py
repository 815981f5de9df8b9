import mne
import numpy as np
import pytest

from neuroaffect.blocks import Reference
from neuroaffect.blocks.base import Context
from neuroaffect.errors import PipelineError
from neuroaffect.montage import Montage, head_sphere, lead_field
from neuroaffect.stream import StreamInfo

CAP = (
    "Fp1", "Fp2", "F3", "F4", "F7", "F8", "T7", "T8", "C3", "C4",
    "P7", "P8", "P3", "P4", "O1", "O2", "Fz", "Cz", "Pz",
)  # fmt: skip


def info(channels=CAP):
    return StreamInfo(name="cap", kind="eeg", rate_hz=250.0, channels=channels, unit="uV")


def eeg(samples=250, seed=0):
    return 10 * np.random.default_rng(seed).standard_normal((samples, len(CAP)))


def good_but(*bad):
    good = np.ones(len(CAP), dtype=bool)
    good[list(bad)] = False
    return Context(good)


def raw(x, channels=CAP):
    """The same signal in mne, its electrodes at our positions."""
    made = mne.io.RawArray(x.T * 1e-6, mne.create_info(channels, 250.0, "eeg"), verbose="ERROR")
    positions = dict(zip(channels, Montage.of(channels).positions_m, strict=True))
    return made.set_montage(mne.channels.make_dig_montage(positions, coord_frame="head"))


def microvolts(made):
    return made.get_data().T * 1e6


# Average and named electrodes


def test_the_average_is_that_of_mne():
    x = eeg()
    expected = microvolts(raw(x).set_eeg_reference("average", verbose="ERROR"))
    assert Reference().start(info()).process(x) == pytest.approx(expected, abs=1e-9)


def test_a_bad_channel_takes_no_part_in_the_average_and_is_referenced_itself():
    x = eeg()
    x[:, 3] += 5000.0
    y = Reference().start(info()).process(x, good_but(3))
    mean = np.delete(x, 3, axis=1).mean(axis=1, keepdims=True)
    assert y == pytest.approx(x - mean, abs=1e-9)


def test_with_every_channel_bad_the_average_is_that_of_all():
    x = eeg()
    y = Reference().start(info()).process(x, good_but(*range(len(CAP))))
    assert y == pytest.approx(x - x.mean(axis=1, keepdims=True), abs=1e-9)


def test_a_channel_with_an_offset_that_turns_bad_makes_no_step_in_the_others():
    x = eeg(samples=500) + np.linspace(-60_000.0, 60_000.0, len(CAP)) ** 3 / 1e9
    step = Reference().start(info())
    y = np.concatenate([step.process(x[:250]), step.process(x[250:], good_but(0))])
    jump = np.abs(np.diff(np.delete(y, 0, axis=1), axis=0))
    # The level is carried on: the seam is no rougher than the noise on either side.
    assert jump[249].max() < 1.5 * jump.max(axis=1).mean()


def test_after_a_change_the_average_differs_from_that_of_mne_by_one_constant_level():
    x = eeg(samples=500) + 1000.0 * np.arange(len(CAP))
    step = Reference().start(info())
    step.process(x[:250])
    y = step.process(x[250:], good_but(0))
    clean = raw(x[250:])
    clean.info["bads"] = ["Fp1"]
    expected = microvolts(clean.set_eeg_reference("average", verbose="ERROR"))[:, 1:]
    assert np.ptp(y[:, 1:] - expected) < 1e-8


def test_the_named_electrodes_are_those_of_mne():
    x = eeg()
    expected = microvolts(raw(x).set_eeg_reference(["T7", "T8"], verbose="ERROR"))
    assert Reference(to=("T7", "T8")).start(info()).process(x) == pytest.approx(expected)


def test_of_several_named_electrodes_a_bad_one_is_skipped():
    x = eeg()
    step = Reference(to=("T7", "T8")).start(info())
    y = step.process(x, good_but(CAP.index("T7")))
    assert not y[:, CAP.index("T8")].any()
    assert step.quality.all()


def test_while_the_only_named_electrode_is_bad_every_channel_is():
    step = Reference(to="Cz").start(info())
    y = step.process(eeg(), good_but(CAP.index("Cz")))
    assert np.isfinite(y).all()
    assert not step.quality.any()
    step.process(eeg())
    assert step.quality.all()


# Surface Laplacian


def test_the_laplacian_is_the_current_source_density_of_mne():
    x = eeg()
    centre, radius = head_sphere()
    density = mne.preprocessing.compute_current_source_density(
        raw(x), sphere=(*centre, radius), verbose="ERROR"
    )
    step = Reference(to="laplacian").start(info())
    assert step.info.unit == "mV/m2"
    # V/m² there, mV/m² here. 1e-9: the same formulas, another order of sums.
    assert step.process(x) == pytest.approx(density.get_data().T * 1e3, rel=1e-9, abs=1e-9)


def test_the_laplacian_on_the_sphere_that_mne_fits_is_nearly_the_same():
    x = eeg(samples=1000)
    density = mne.preprocessing.compute_current_source_density(raw(x), verbose="ERROR")
    y = Reference(to="laplacian").start(info()).process(x)
    theirs = density.get_data().T * 1e3
    agreement = [np.corrcoef(a, b)[0, 1] for a, b in zip(y.T, theirs.T, strict=True)]
    assert min(agreement) > 0.98


def test_the_laplacian_does_not_know_the_reference():
    x = eeg()
    other = x - x[:, [4]]
    y = [Reference(to="laplacian").start(info()).process(z) for z in (x, other)]
    assert y[0] == pytest.approx(y[1], abs=1e-9)


def test_the_laplacian_without_a_bad_electrode_is_that_of_mne_on_the_others():
    x = eeg()
    centre, radius = head_sphere()
    others = tuple(label for label in CAP if label != "C3")
    density = mne.preprocessing.compute_current_source_density(
        raw(np.delete(x, CAP.index("C3"), axis=1), others),
        sphere=(*centre, radius),
        verbose="ERROR",
    )
    x[:, CAP.index("C3")] = 1e6
    y = Reference(to="laplacian").start(info()).process(x, good_but(CAP.index("C3")))
    theirs = density.get_data().T * 1e3
    assert np.delete(y, CAP.index("C3"), axis=1) == pytest.approx(theirs, rel=1e-9, abs=1e-9)


# Reference electrode standardisation


@pytest.fixture(scope="module")
def forward():
    """The lead field as mne's example for REST makes it, for all 10-05 electrodes."""
    names = mne.channels.get_builtin_montages()
    montage = mne.channels.make_standard_montage(
        "colin27_1005" if "colin27_1005" in names else "standard_1005"
    )
    with mne.use_log_level("ERROR"):
        every = mne.create_info(montage.ch_names, 250.0, "eeg").set_montage(montage)
        sphere = mne.make_sphere_model("auto", "auto", every)
        cap = mne.create_info(CAP, 250.0, "eeg").set_montage(montage)
        grid = mne.setup_volume_source_space(sphere=sphere, exclude=30.0, pos=15.0)
        return mne.make_forward_solution(cap, trans=None, src=grid, bem=sphere)


def test_rest_is_that_of_mne(forward):
    x = eeg()
    expected = raw(x).set_eeg_reference("REST", forward=forward, verbose="ERROR")
    y = Reference(to="rest").start(info()).process(x)
    # 1e-6: both cut the pseudoinverse at 1e-6 of its largest singular value.
    assert y == pytest.approx(microvolts(expected), abs=1e-6)


def test_rest_comes_nearer_to_infinity_than_the_average_the_more_electrodes_there_are():
    # Each column is what one dipole of mne's sphere makes at the electrodes, against infinity.
    def left(to, channels):
        at_infinity = lead_field(channels).T.copy()
        off = Reference(to=to).start(info(channels)).process(at_infinity) - at_infinity
        return np.sqrt(np.mean(off**2))

    many = tuple(mne.channels.make_standard_montage("biosemi64").ch_names)
    assert left("rest", CAP) < 0.8 * left("average", CAP)
    assert left("rest", many) < 0.4 * left("average", many)


def test_rest_does_not_know_the_reference():
    x = eeg()
    y = [Reference(to="rest").start(info()).process(z) for z in (x, x - x[:, [4]])]
    assert y[0] == pytest.approx(y[1], abs=1e-9)


def test_rest_without_a_bad_electrode_is_that_of_mne_on_the_others(forward):
    x = eeg()
    clean = raw(x)
    clean.info["bads"] = ["O1"]
    expected = microvolts(clean.set_eeg_reference("REST", forward=forward, verbose="ERROR"))
    x[:, CAP.index("O1")] = 1e6
    y = Reference(to="rest").start(info()).process(x, good_but(CAP.index("O1")))
    kept = [i for i, label in enumerate(CAP) if label != "O1"]
    assert y[:, kept] == pytest.approx(expected[:, kept], abs=1e-6)


# All matrices


@pytest.mark.parametrize("method", ["rest", "laplacian"])
def test_with_fewer_than_half_of_the_electrodes_good_every_channel_is_bad(method):
    step = Reference(to=method).start(info())
    assert np.isfinite(step.process(eeg(), good_but(*range(10)))).all()
    assert not step.quality.any()
    step.process(eeg(), good_but(*range(9)))
    assert step.quality.all()


@pytest.mark.parametrize("method", ["average", "rest", "laplacian", ("Cz", "Pz")])
def test_a_missing_value_leaves_the_other_channels_as_they_were(method):
    x = eeg(samples=500)
    broken = x.copy()
    broken[300, 0] = np.nan
    step = Reference(to=method).start(info())
    y = np.concatenate([step.process(z) for z in np.split(broken, 10)])
    assert np.isfinite(np.delete(y, 0, axis=1)).all()
    # Back in the mix, at the level it had before: the two runs differ by what was left out.
    whole = np.concatenate([Reference(to=method).start(info()).process(z) for z in np.split(x, 10)])
    assert np.ptp((y - whole)[400:], axis=0) == pytest.approx(np.zeros(len(CAP)), abs=1e-8)


@pytest.mark.parametrize("method", ["rest", "laplacian"])
def test_too_few_electrodes_are_refused(method):
    with pytest.raises(PipelineError, match=r"needs 16 electrodes .* 'cap' has 4; choose"):
        Reference(to=method).start(info(("AF7", "AF8", "TP9", "TP10")))


@pytest.mark.parametrize("method", ["rest", "laplacian"])
def test_a_channel_that_is_no_electrode_is_refused(method):
    with pytest.raises(PipelineError, match=r"'AUX' is no electrode .* choose"):
        Reference(to=method).start(info((*CAP, "AUX")))
