"""Sensors that are hidden in training, and the sizes of the perceptron."""

import torch

from neuroaffect.affect import Target
from neuroaffect.models import InputShape, build

VALENCE = Target(dimension="valence")
WATCH = ("hr.hrv.hr.hr", "acc.motion.motion.mad", "acc.motion.motion.gait", "gyro.motion.m.peak")
SHAPE = InputShape(electrodes=("all",), features=WATCH)


def encoder_of(**options):
    return build("wearable_mlp", shape=SHAPE, targets=[VALENCE], options=options).encoder


def hidden_of(share, rows=2000):
    """Return which values are hidden, (rows, features)."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return encoder_of(track_dropout=share)._hide(torch.ones(rows, 4)) == 0


def test_it_has_two_layers_and_a_linear_readout():
    network = build("wearable_mlp", shape=SHAPE, targets=[VALENCE])
    count = sum(parameter.numel() for parameter in network.parameters())
    assert count == (4 * 64 + 64) + (64 * 32 + 32) + (32 * 2 + 2)


def test_the_features_of_a_sensor_are_hidden_together():
    hidden = hidden_of(0.3)
    assert torch.equal(hidden[:, 1], hidden[:, 2])
    assert not torch.equal(hidden[:, 0], hidden[:, 1])


def test_as_many_rows_lose_a_sensor_as_the_option_says():
    # 2,000 draws: three standard errors are 0.03
    assert abs(float(hidden_of(0.3)[:, 0].float().mean()) - (0.3 - 0.3**3)) < 0.03


def test_no_row_loses_all_sensors():
    assert not hidden_of(0.9).all(dim=1).any()


def test_nothing_is_hidden_when_it_is_asked():
    encoder = encoder_of(track_dropout=0.9).eval()
    x, present = torch.randn(50, 1, 4), torch.ones(50, 1, dtype=torch.bool)
    assert torch.equal(encoder(x, present), encoder(x, present))
