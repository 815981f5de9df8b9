"""The skin's differential equation: what is learned of it when the truth is known."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from data import PIPELINE, dataset_of

from neuroaffect.affect import Target
from neuroaffect.errors import ModelError
from neuroaffect.models import InputShape, build, rebuild
from neuroaffect.pipeline import Network, Recipe
from neuroaffect.stream import FeatureInfo
from neuroaffect.training.learning.fit import fit

AROUSAL = Target(dimension="arousal")
FEATURES = ("tonic", "phasic", "scr_rate")
CHANNEL = {"channels": ("EDA",), "features": FEATURES}


def skin(decay_per_s, *, trials=12, ticks=60, seed=0):
    """Return trials of a skin that obeys dE/dt = -decay · E + push, a tick a second.

    The push is high or low for some seconds, more often high in trials of high arousal; the
    feature `scr_rate` tells it, with noise, and `phasic` is noise.
    """
    rng = np.random.default_rng(seed)
    high = np.arange(trials) % 2
    rows = []
    for aroused in high:
        level = rng.uniform(2, 8)
        push = 0.0
        for _ in range(ticks):
            if rng.random() < 0.3:
                push = decay_per_s * (8.0 if rng.random() < 0.3 + 0.4 * aroused else 2.0)
            rows.append((level, rng.normal(), push / decay_per_s + 0.2 * rng.normal()))
            aim = push / decay_per_s
            level = aim + (level - aim) * np.exp(-decay_per_s)  # exact over a second
    dataset = dataset_of(
        subjects=1, trials=trials, ticks=ticks, features=np.array(rows)[:, None, :]
    )
    return replace(
        dataset,
        labels={"arousal": np.repeat(high.astype(float), ticks)},
        input=FeatureInfo(name="skin", **CHANNEL),
    )


def trained(dataset, **recipe):
    settings = {"epochs": 40, "batch": 32, "learning_rate": 1e-2, "electrode_dropout": 0.0}
    update = {"network": Network(name="skin_ode"), "training": Recipe(**(settings | recipe))}
    return fit(dataset, targets=[AROUSAL], pipeline=PIPELINE.model_copy(update=update))


def encoder_of(features, **settings):
    shape = InputShape(electrodes=("all",), features=features, **settings)
    return build("skin_ode", shape=shape, targets=[AROUSAL]).encoder


@pytest.mark.parametrize("decay_per_s", [0.03, 0.3])
def test_the_decay_that_is_learned_is_the_true_one(decay_per_s):
    constants = trained(skin(decay_per_s)).network.encoder.constants()
    # 5 %: the drive is told with noise
    assert constants["decay_per_s"] == pytest.approx(decay_per_s, rel=0.05)


def test_constants_are_positive_whatever_their_parameters():
    encoder = encoder_of(FEATURES)
    with torch.no_grad():
        for parameter in (encoder.log_decay, encoder.log_drive, encoder.log_time):
            parameter.fill_(-20.0)
    assert min(encoder.constants().values()) > 0


def test_constants_are_saved_in_the_bundle(tmp_path):
    model = trained(skin(0.2, trials=4), epochs=1)
    model.save(tmp_path / "model")
    kept = rebuild(tmp_path / "model").network.encoder.constants()
    assert kept == model.network.encoder.constants()


def test_the_step_of_the_equation_is_its_solution_over_a_hop():
    from scipy.integrate import solve_ivp

    encoder = encoder_of(FEATURES, hop_s=0.5).double()
    state, level = torch.randn(1, 32, dtype=torch.float64), torch.tensor([[0.7]]).double()
    c, drive = encoder.constants(), torch.tanh(encoder.drive(state)).item()

    def slope(_, y):
        return c["gamma"] * (-c["alpha_per_s"] * y + c["beta_sd_per_s"] * drive)

    solved = solve_ivp(slope, (0, 0.5), [0.7], rtol=1e-9, atol=1e-12).y[0, -1]
    assert encoder.led_to(level, state).item() == pytest.approx(solved, abs=1e-7)


def test_the_drive_does_not_see_the_level():
    encoder = encoder_of(("eda.skin.EDA.phasic", "eda.skin.EDA.tonic", "acc.motion.motion.mad"))
    encoder.eval()
    x = torch.randn(1, 1, 3)
    other = x.clone()
    other[..., 1] = 5.0
    present = torch.ones(1, 1, dtype=torch.bool)
    here, there = encoder(x, present), encoder(other, present)
    assert torch.equal(here[:, :32], there[:, :32])
    assert there[0, 32] == 5.0


def test_rows_without_a_next_level_teach_nothing_of_the_skin():
    from neuroaffect.models.lessons.batch import Batch

    shape = InputShape(electrodes=("EDA",), features=FEATURES)
    network = build("skin_ode", shape=shape, targets=[AROUSAL]).eval()
    x = torch.randn(4, 1, 3)
    nothing = torch.full_like(x, torch.nan)
    present = torch.ones(4, 1, dtype=torch.bool)
    batch = Batch(
        x=x,
        present=present,
        labels={},
        person=torch.zeros(4),
        following=nothing,
        rows=torch.arange(4),
        done=0.0,
    )
    law = network.encoder.auxiliary(people=1)
    assert law(network, batch, network.embed(x, present)) == 0


def test_features_without_a_skin_level_are_refused():
    with pytest.raises(ModelError, match=r"skin_ode: none of 2 features \(hr, rmssd …\)"):
        encoder_of(("ppg.hrv.BVP.hr", "ppg.hrv.BVP.rmssd"))
