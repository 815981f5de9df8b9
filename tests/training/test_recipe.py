"""What the recipe asks for is what the loop does."""

import numpy as np
import pytest
import torch
from data import PIPELINE, dataset_of

from neuroaffect.affect import SAM9, Target
from neuroaffect.errors import PipelineError
from neuroaffect.pipeline import Pipeline, Recipe
from neuroaffect.training.learning import loop
from neuroaffect.training.learning.fit import fit
from neuroaffect.training.scoring.folds import with_network

AROUSAL = Target(dimension="arousal", scale=SAM9, threshold=5)


def fitted(data=None, target=AROUSAL, **recipe):
    pipeline = with_network(PIPELINE, "dgcnn")
    training = Recipe(**{"epochs": 2, "batch": 16, **recipe})
    pipeline = pipeline.model_copy(update={"training": training})
    data = dataset_of(subjects=1, trials=8) if data is None else data
    return fit(data, targets=[target], pipeline=pipeline)


def test_the_batch_changes_at_its_epoch():
    recipe = Recipe(batch=256, late_batch=64, late_epoch=150)
    assert [recipe.batch_at(epoch) for epoch in (0, 149, 150, 299)] == [256, 256, 64, 64]


def test_batches_of_the_late_epochs_are_smaller(monkeypatch):
    sizes, draw = [], loop._Deck.draw
    monkeypatch.setattr(
        loop._Deck, "draw", lambda deck, size, done: sizes.append(size) or draw(deck, size, done)
    )
    fitted(epochs=3, batch=20, late_batch=10, late_epoch=2)  # 40 rows
    assert sizes == [20, 20, 20, 20, 10, 10, 10, 10]


def test_the_cosine_falls_to_the_least_rate(monkeypatch):
    rates, step = [], torch.optim.AdamW.step

    def watched(optimizer, *given):
        rates.append(optimizer.param_groups[0]["lr"])
        return step(optimizer, *given)

    monkeypatch.setattr(torch.optim.AdamW, "step", watched)
    fitted(epochs=5, batch=10, learning_rate=1e-2, least_rate=1e-3)  # 20 steps
    expected = 1e-3 + 0.5 * 9e-3 * (1 + np.cos(np.pi * np.arange(20) / 20))
    assert rates == pytest.approx(expected)


def test_a_least_rate_above_the_rate_is_refused():
    text = PIPELINE.to_toml().replace("[training]", "[training]\nleast_rate = 0.1")
    with pytest.raises(PipelineError, match=r"least_rate = 0.1 is above learning_rate = 0.001"):
        Pipeline.from_toml(text.replace("least_rate = 0.0\n", ""))


def test_a_gradient_is_no_longer_than_its_bound(monkeypatch):
    lengths, step = [], torch.optim.AdamW.step

    def watched(optimizer, *given):
        parts = [p.grad for group in optimizer.param_groups for p in group["params"]]
        lengths.append(float(torch.cat([g.flatten() for g in parts if g is not None]).norm()))
        return step(optimizer, *given)

    monkeypatch.setattr(torch.optim.AdamW, "step", watched)
    fitted(clip_norm=1e-3)
    assert lengths
    assert max(lengths) <= 1e-3 * (1 + 1e-4)  # float32


def test_soft_labels_teach_another_network_than_hard_ones():
    target = Target(dimension="arousal", kind="ordinal", scale=SAM9, classes=tuple("123456789"))
    data = dataset_of(subjects=1, trials=8)
    hard, soft = fitted(data, target), fitted(data, target, soft_labels="gaussian")
    assert not np.array_equal(hard.outputs(data.features), soft.outputs(data.features))


def test_concordance_teaches_a_number():
    data = dataset_of(subjects=1, trials=8)
    data.features[:] += 2.0 * (data.labels["arousal"] > 5)[:, None, None]
    target = Target(dimension="arousal", kind="continuous", scale=SAM9)
    said = fitted(data, target, epochs=40, regression="ccc").say(data.features)["arousal"]
    assert np.corrcoef(said, data.labels["arousal"])[0, 1] > 0.7
