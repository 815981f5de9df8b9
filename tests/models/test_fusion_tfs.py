"""Two domains and how one steers the other: against numpy, torch, and a smaller cap."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from neuroaffect.affect import Target
from neuroaffect.errors import ModelError
from neuroaffect.models import InputShape, build
from neuroaffect.models.layers.spectrogram import BANDS, BandSpectrogram
from neuroaffect.models.networks.fusion_tfs import HeadMap, SteeredAttention

VALENCE = Target(dimension="valence")
SIX = ("AF3", "AF4", "T7", "T8", "O1", "O2")
EXACT = {"rtol": 1e-4, "atol": 1e-5}  # float32 sums in another order


def samples_of(electrodes, samples=256, rate_hz=128.0) -> InputShape:
    names = tuple(f"t-{n}" for n in reversed(range(samples)))
    return InputShape(electrodes=tuple(electrodes), features=names, rate_hz=rate_hz)


def make(shape, **options):
    rng = np.random.default_rng(0)
    return build("fusion_tfs", shape=shape, targets=(VALENCE,), options=options, rng=rng)


def noise(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("electrodes", "samples", "frames"), [(6, 256, 7), (4, 512, 15)])
def test_fusion_tfs_has_as_many_parameters_as_its_layers_say(electrodes, samples, frames):
    w, c, k = 32, 16, len(BANDS)
    network = make(samples_of(SIX[:electrodes], samples))
    space = (9 * k * c + c) + (9 * c * c + c) + (9 * c * w + w)
    cells = electrodes * w + w + (k + frames) * w + 2 * k
    fusion = 2 * 2 * w * w + 2 * (2 * w * w + w)
    head = w * w + w + 2 * (w + 1)
    assert sum(p.numel() for p in network.parameters()) == space + cells + fusion + head


def test_the_spectrogram_is_numpys_fourier_transform_under_a_hann_window():
    x = noise(2, 6, 256)
    found = BandSpectrogram("x", samples_of(SIX))(x)
    frames = x.unfold(2, 64, 32).numpy()  # (B, E, frames, 64)  0.5 s every 0.25 s
    hann = np.sin(np.pi * (np.arange(64) + 0.5) / 64) ** 2
    power = np.abs(np.fft.rfft(frames * hann)) ** 2 / np.sum(hann**2)
    hz = np.fft.rfftfreq(64, 1 / 128)
    for band, (low, high) in enumerate(BANDS.values()):
        mean = power[..., (low <= hz) & (hz < high)].mean(axis=-1)
        np.testing.assert_allclose(found[:, band], 0.5 * np.log(mean + 1e-6), atol=1e-4)


def test_every_band_of_white_noise_has_its_variance():
    s = BandSpectrogram("x", samples_of(SIX, 128 * 60))(3 * noise(1, 6, 128 * 60))
    power = torch.exp(2 * s).mean(dim=(0, 2, 3))
    # 6 electrodes, 239 windows and 2 bins or more: the standard error is below 4 %
    torch.testing.assert_close(power, torch.full((4,), 9.0), rtol=0.12, atol=0)


def test_attention_is_torchs_with_another_domain_as_the_query():
    attention, tokens, other = SteeredAttention(32), noise(3, 7, 32), noise(3, 32, seed=1)
    expected = functional.scaled_dot_product_attention(
        attention.query(other)[:, None], attention.key(tokens), tokens
    )
    torch.testing.assert_close(attention(tokens, other), expected[:, 0], **EXACT)


@pytest.mark.parametrize("lost", [[], [0], [1, 4, 5]])
def test_a_map_of_one_value_is_that_value_whoever_is_lost(lost):
    present = torch.ones(1, 6, dtype=torch.bool)
    present[:, lost] = False
    picture = HeadMap(samples_of(SIX))(5.0 * present[:, None].float(), present)[0, 0]
    assert picture[0, 0] == 0  # a corner is no head
    torch.testing.assert_close(picture[4], torch.full((9,), 5.0))


def test_the_map_has_its_front_in_the_first_row_and_its_left_in_the_first_column():
    everywhere = torch.ones(1, 6, dtype=torch.bool)
    left = HeadMap(samples_of(SIX))(torch.eye(6)[2].view(1, 1, 6), everywhere)[0, 0]  # T7
    front = HeadMap(samples_of(SIX))(torch.eye(6)[0].view(1, 1, 6), everywhere)[0, 0]  # AF3
    assert left[4, 0] > 0.9
    assert left[4, 8] < 0.1
    assert front[:4].sum() > 10 * front[5:].sum()


@pytest.mark.parametrize("training", [True, False])
def test_lost_electrodes_are_as_if_they_had_never_been_there(training):
    kept = [0, 1, 2, 5]
    network = make(samples_of(SIX), dropout=0.0).train(training)
    smaller = make(samples_of([SIX[n] for n in kept]), dropout=0.0).train(training)
    weights = network.state_dict()
    weights["encoder.cell.weight"] = weights["encoder.cell.weight"][:, kept]
    smaller.load_state_dict(weights)
    x, present = noise(5, 6, 256), torch.zeros(5, 6, dtype=torch.bool)
    present[:, kept] = True
    torch.testing.assert_close(network(x, present), smaller(x[:, kept]), **EXACT)


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (samples_of(("F3", "F4")), "F3, F4 make no map; choose 3 or more"),
        (samples_of(("F3", "F4", "EMG")), "'EMG' is no electrode .*; leave out what is not on the"),
        (samples_of(SIX, rate_hz=64.0), "at 64 Hz hold no band up to 45 Hz; .* 90 Hz or more"),
        (samples_of(SIX, 95), "no two spectra of 0.5 s; choose window_s of 0.75 s or more"),
        (InputShape(electrodes=SIX, features=("theta",)), "fusion_tfs reads samples, but"),
    ],
)
def test_what_it_cannot_look_at_is_refused(shape, reason):
    with pytest.raises(ModelError, match=reason):
        make(shape)
