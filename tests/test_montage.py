import mne
import numpy as np
import pytest

from neuroaffect.errors import StreamError
from neuroaffect.montage import Montage, head_sphere, lead_field

CAP = ("Fp1", "T7", "Cz", "O2", "AF7")


@pytest.fixture(scope="module")
def standard():
    names = mne.channels.get_builtin_montages()
    return mne.channels.make_standard_montage(
        "colin27_1005" if "colin27_1005" in names else "standard_1005"
    )


def test_the_head_sphere_has_the_radius_that_mne_fits(standard):
    info = mne.create_info(standard.ch_names, 1.0, "eeg").set_montage(standard)
    radius, _, _ = mne.bem.fit_sphere_to_headshape(info, verbose="ERROR")
    # 1 mm: mne leaves out points low on the face and neck.
    assert head_sphere()[1] == pytest.approx(radius, abs=1e-3)


def test_every_electrode_is_near_the_head_sphere(standard):
    centre, radius = head_sphere()
    positions = Montage.of(tuple(standard.ch_names[:300])).positions_m
    assert np.abs(np.linalg.norm(positions - centre, axis=1) - radius).max() < 0.02


def test_the_lead_field_is_that_of_mne_for_these_electrodes_alone(standard):
    with mne.use_log_level("ERROR"):
        every = mne.create_info(standard.ch_names, 1.0, "eeg").set_montage(standard)
        sphere = mne.make_sphere_model("auto", "auto", every)
        grid = mne.setup_volume_source_space(sphere=sphere, exclude=30.0, pos=15.0)
        few = mne.create_info(list(CAP), 1.0, "eeg").set_montage(standard)
        forward = mne.make_forward_solution(few, trans=None, src=grid, bem=sphere)
    assert lead_field(CAP) == pytest.approx(forward["sol"]["data"], rel=1e-9)


def test_the_lead_field_follows_the_order_of_the_electrodes():
    assert np.array_equal(lead_field(CAP[::-1]), lead_field(CAP)[::-1])


def test_a_lead_field_of_no_electrode_is_refused():
    with pytest.raises(StreamError, match="'AUX' is no electrode"):
        lead_field(("Cz", "AUX"))
