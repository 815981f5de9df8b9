"""Names and settings of networks, as a pipeline file gives them."""

import dataclasses
import subprocess
import sys

import pytest

from neuroaffect.errors import ModelError
from neuroaffect.models import NETWORKS, InputShape, build, options_of


@pytest.mark.parametrize("name", NETWORKS)
def test_options_are_frozen(name):
    options = options_of(name)
    assert dataclasses.is_dataclass(options)
    assert type(options).__dataclass_params__.frozen


def test_the_defaults_of_rbtransformer_are_those_its_authors_trained():
    options = options_of("rbtransformer")
    assert (options.width, options.depth, options.heads, options.head_width) == (128, 4, 6, 32)
    assert (options.feed_forward, options.dropout) == (128, 0.1)


def test_an_unknown_network_is_refused_with_its_near_miss():
    with pytest.raises(ModelError, match=r"'rbtransfomer'; did you mean 'rbtransformer'\?.*dgcnn"):
        options_of("rbtransfomer")


def test_an_unknown_option_is_refused_with_its_near_miss():
    with pytest.raises(ModelError, match=r"'dept'; did you mean 'depth'\? \(known: width, depth"):
        options_of("rbtransformer", {"dept": 3})


def test_a_network_without_options_says_so():
    with pytest.raises(ModelError, match=r"logistic has no option 'depth' \(known: none\)"):
        options_of("logistic", {"depth": 3})


@pytest.mark.parametrize(
    ("name", "option", "value", "right"),
    [
        ("rbtransformer", "depth", 0, "a whole number of 1 or more"),
        ("rbtransformer", "depth", 2.5, "a value of type int"),
        ("rbtransformer", "heads", True, "a value of type int"),
        ("rbtransformer", "readout", "big", "'mlp' or 'linear'"),
        ("dgcnn", "dropout", 1.0, "a number from 0 to below 1"),
        ("dgcnn", "hidden", "32", "a value of type int"),
    ],
)
def test_a_wrong_value_is_refused_with_what_would_be_right(name, option, value, right):
    with pytest.raises(ModelError, match=f"{option} = {value!r} is wrong; it must be {right}"):
        options_of(name, {option: value})


def test_a_whole_number_will_do_for_a_share():
    assert options_of("dgcnn", {"dropout": 0}).dropout == 0


def test_a_network_needs_something_to_learn():
    with pytest.raises(ModelError, match="declare at least one target"):
        build("logistic", shape=InputShape(electrodes=("Cz",), features=("alpha",)), targets=())


def test_a_network_needs_an_input():
    with pytest.raises(ModelError, match="an input of 0 electrodes"):
        InputShape(electrodes=(), features=("alpha",))


@pytest.mark.parametrize("room", ["models", "models.bundle", "models.registry", "models.saving"])
def test_importing_the_room_loads_neither_torch_nor_onnxruntime(room):
    code = f"import sys, neuroaffect.{room}; print(*{{'torch', 'onnxruntime'}} & {{*sys.modules}})"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == []
