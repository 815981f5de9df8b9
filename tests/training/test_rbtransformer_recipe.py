"""The ready pipeline `rbtransformer` beside what is known of its authors' training script."""

import numpy as np
import pytest
import torch

from neuroaffect.affect import SAM9, Target
from neuroaffect.catalog import load_pipeline
from neuroaffect.models import InputShape, build
from neuroaffect.training.data.classes import encode, fit_thresholds

PIPELINE = load_pipeline("rbtransformer")


@pytest.fixture(scope="module")
def network():
    shape = InputShape(electrodes=tuple(f"E{i}" for i in range(32)), features=tuple("tabg"))
    return build(
        "rbtransformer", shape=shape, targets=(Target(dimension="valence"),), options={},
        rng=np.random.default_rng(0),
    )  # fmt: skip


def test_the_recipe_is_that_of_the_training_script():
    recipe = PIPELINE.training
    assert (recipe.epochs, recipe.batch_at(149), recipe.batch_at(150)) == (300, 256, 64)
    assert (recipe.learning_rate, recipe.least_rate, recipe.weight_decay) == (1e-3, 1e-6, 1e-3)
    assert (recipe.label_smoothing, recipe.drop_share, recipe.seed) == (0.12, 0.1, 23)
    assert (recipe.oversample, recipe.clip_norm) == ("smote", 0.0)


def test_a_rating_of_five_is_high():
    (target,) = PIPELINE.labels.targets
    assert target.scale == SAM9
    ratings = {"valence": np.array([4.9, 5.0, 5.1])}
    thresholds = fit_thresholds(ratings, np.arange(3), [target])
    assert encode(ratings, target, thresholds).tolist() == [0, 1, 1]


def test_query_key_and_value_have_no_bias(network):
    assert all(block.attend.qkv.bias is None for block in network.encoder.blocks)


def test_the_electrode_embedding_is_drawn_from_a_standard_normal(network):
    values = network.encoder.electrode.detach().numpy()
    assert values.shape == (1, 32, 128)
    # 4096 draws: the mean's standard error is 0.016, the sd's 0.011; five of each
    assert abs(values.mean()) < 0.08
    assert abs(values.std() - 1) < 0.055


def test_every_dropout_is_a_tenth_and_there_are_as_many_as_in_the_paper(network):
    drops = [m for m in network.modules() if isinstance(m, torch.nn.Dropout)]
    # One on the tokens, four in each of four blocks, three in the head.
    assert [drop.p for drop in drops] == [0.1] * (1 + 4 * 4 + 3)


def test_norms_stand_before_attention_and_feed_forward_and_in_the_head_only(network):
    norms = [name for name, m in network.named_modules() if isinstance(m, torch.nn.LayerNorm)]
    inside = [f"encoder.blocks.{i}.{name}_norm" for i in range(4) for name in ("attend", "feed")]
    assert norms == [*inside, "head.trunk.0"]
