"""Networks from elsewhere: registered, trained, saved, and live without whoever made them."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
import torch
from safetensors.torch import load
from small_bundle import SHAPE, TARGETS, parts_of_a_bundle, tick
from torch import nn

from neuroaffect.errors import ModelError
from neuroaffect.models import (
    NETWORKS,
    AffectModel,
    ForeignOptions,
    InputShape,
    build,
    options_of,
    rebuild,
    register,
    registry,
    save,
)
from neuroaffect.models.export import Normalised, to_onnx
from neuroaffect.pipeline import Network

SAMPLES = InputShape(
    electrodes=("AF3", "T7", "O1", "O2"),
    features=tuple(f"t-{n}" for n in reversed(range(64))),
    rate_hz=64.0,
)
BANDS = InputShape(electrodes=("AF3", "T7", "O1", "O2"), features=("theta", "alpha", "beta"))
MAP = InputShape(
    electrodes=tuple(f"y{y}x{x}" for y in range(9) for x in range(9)), features=BANDS.features
)


class Convolution(nn.Module):
    """What braindecode's networks look like from outside: (B, C, T) → (B, outputs)."""

    def __init__(self, channels, outputs):
        super().__init__()
        self.filters = nn.Sequential(nn.Conv1d(channels, 8, 5), nn.BatchNorm1d(8), nn.ELU())
        self.last = nn.Linear(8, outputs)

    def forward(self, x):
        return self.last(self.filters(x).mean(dim=-1))


class Picture(nn.Module):
    """What torcheeg's networks look like from outside: (B, planes, rows, columns) → (B, n)."""

    def __init__(self, planes, rows, outputs):
        super().__init__()
        self.filters = nn.Sequential(nn.Conv2d(planes, 8, (rows, 3)), nn.BatchNorm2d(8), nn.ELU())
        self.last = nn.Linear(8, outputs)

    def forward(self, x):
        return self.last(self.filters(x).mean(dim=(2, 3)))


@dataclass(frozen=True, kw_only=True)
class Plain(ForeignOptions):
    network: ClassVar[str] = "their-convolution"
    packages: ClassVar[tuple[str, ...]] = ("pytest",)

    outputs: int = 6

    def module(self, shape):
        return (Convolution if shape.size[1] > 4 else Dense)(len(shape.electrodes), self.outputs)


class Dense(nn.Module):
    """What torcheeg's DGCNN looks like from outside: (B, C, bands) → (B, outputs)."""

    def __init__(self, channels, outputs):
        super().__init__()
        self.last = nn.LazyLinear(outputs)

    def forward(self, x):
        return self.last(x.flatten(1))


@dataclass(frozen=True, kw_only=True)
class Image(ForeignOptions):
    network: ClassVar[str] = "their-image"
    layout: ClassVar[str] = "image"

    def module(self, shape):
        return Picture(1, len(shape.electrodes), 6)


@dataclass(frozen=True, kw_only=True)
class Grid(ForeignOptions):
    network: ClassVar[str] = "their-grid"
    layout: ClassVar[str] = "grid"

    def module(self, shape):
        return Picture(len(shape.features), 3, 6)


def of(forward, **attributes):
    """Return options whose module does this with its input."""

    class Module(nn.Module):
        def forward(self, x):
            return forward(x)

    attributes = {"network": "theirs", "module": lambda self, shape: Module(), **attributes}
    return dataclass(frozen=True, kw_only=True)(type("Theirs", (ForeignOptions,), attributes))


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch):
    """Let no network that is registered here be known elsewhere."""
    known = dict(NETWORKS)
    monkeypatch.setattr(registry, "_KNOWN", known)
    monkeypatch.setattr(registry, "NETWORKS", known)
    monkeypatch.setattr("neuroaffect.models.saving.NETWORKS", known)


def made(options, shape):
    return build(
        register(options).network, shape=shape, targets=TARGETS, rng=np.random.default_rng(0)
    )


def noise(shape, n=3):
    return torch.from_numpy(np.random.default_rng(1).normal(size=(n, *shape.size))).float()


@pytest.mark.parametrize(
    ("options", "shape"), [(Plain, SAMPLES), (Plain, BANDS), (Image, SAMPLES), (Grid, MAP)]
)
def test_a_module_learns_in_its_own_layout(options, shape):
    network, x = made(options, shape), noise(shape, 8)
    network(x).square().sum().backward()
    assert network.encoder.width == 6
    assert all(p.grad is not None for p in network.parameters())


@pytest.mark.parametrize(
    ("layout", "shape", "seen"),
    [
        ("electrodes", SAMPLES, (3, 4, 64)),
        ("electrodes", BANDS, (3, 4, 3)),
        ("image", SAMPLES, (3, 1, 4, 64)),
        ("grid", MAP, (3, 3, 9, 9)),
    ],
)
def test_a_layout_is_what_the_module_sees(layout, shape, seen):
    shapes = []

    def look(x):
        shapes.append(tuple(x.shape))
        return x.flatten(1)

    made(of(look, layout=layout), shape)(noise(shape))
    assert shapes[-1] == seen


def test_a_grid_has_its_front_in_the_first_row_and_its_left_in_the_first_column():
    network, x = made(of(lambda x: x[:, 1, 2, 5:6], layout="grid"), MAP), noise(MAP)
    at = MAP.electrodes.index("y2x5")
    assert torch.equal(network.embed(x), x[:, at, 1:2])


def test_a_lost_electrode_is_zero_to_a_module_without_masks():
    network, x = made(of(lambda x: x.flatten(1)), BANDS), noise(BANDS)
    present = torch.tensor([True, False, True, True]).expand(3, 4)
    assert torch.equal(network.embed(x, present).view(3, 4, 3)[:, 1], torch.zeros(3, 3))


def test_looking_at_what_a_module_gives_leaves_its_running_statistics_alone():
    module = made(Plain, SAMPLES).encoder.module
    assert module.training
    assert module.filters[1].num_batches_tracked == 0


def bundle_of_theirs(folder):
    """Save a bundle whose network came from elsewhere, and return that network."""
    parts = parts_of_a_bundle()
    network = made(Plain, SHAPE)
    pipeline = parts["pipeline"].model_copy(update={"network": Network(name=Plain.network)})
    save(folder, **{**parts, "network": network, "pipeline": pipeline})
    return network.eval()


def test_a_bundle_speaks_without_the_module_it_was_made_of(tmp_path):
    network = bundle_of_theirs(tmp_path / "theirs")
    del registry._KNOWN[Plain.network]
    model, one = AffectModel.load(tmp_path / "theirs"), tick()
    assert model.predict([one])[0].valence is not None
    mean, sd = parts_of_a_bundle()["normaliser"]
    x = one.tracks["eeg"]["entropy"][None]
    expected = network(torch.from_numpy((x - mean) / sd).float()).detach()
    # float32 sums in another order
    np.testing.assert_allclose(model.outputs(x), expected, rtol=0, atol=1e-5)


def test_a_bundle_records_the_version_of_the_package_it_came_from(tmp_path):
    bundle_of_theirs(tmp_path / "theirs")
    assert AffectModel.load(tmp_path / "theirs").card.versions["pytest"] == pytest.__version__


def test_rebuilding_says_what_must_be_registered_first(tmp_path):
    bundle_of_theirs(tmp_path / "theirs")
    del registry._KNOWN[Plain.network]
    with pytest.raises(ModelError, match=r"'their-convolution', which is not known here; register"):
        rebuild(tmp_path / "theirs")


def test_a_network_from_elsewhere_is_rebuilt_bit_for_bit(tmp_path):
    bundle_of_theirs(tmp_path / "theirs")
    kept = load((tmp_path / "theirs" / "weights.safetensors").read_bytes())
    found = rebuild(tmp_path / "theirs").state_dict()
    assert kept.keys() == found.keys()
    assert all(torch.equal(kept[key], found[key]) for key in kept)


def normalised(options):
    return Normalised(made(options, BANDS), np.zeros(BANDS.size), np.ones(BANDS.size))


def test_an_operation_that_onnx_does_not_know_is_refused_in_one_sentence(monkeypatch):
    monkeypatch.setattr("neuroaffect.models.export.find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"cannot be written as ONNX \(.*renorm.*with onnxscript"):
        to_onnx(normalised(of(lambda x: torch.renorm(x.flatten(1), 2, 0, 1.0))))


def test_an_operation_that_onnx_does_not_know_prints_nothing(monkeypatch, capfd):
    monkeypatch.setattr("neuroaffect.models.export.find_spec", lambda name: None)
    uneven = of(lambda x: torch.nn.functional.adaptive_avg_pool1d(x, 2).flatten(1))
    with pytest.raises(ModelError, match="cannot be written as ONNX"):
        to_onnx(normalised(uneven))
    assert capfd.readouterr().out == ""


@pytest.mark.filterwarnings("ignore:Iterating over a tensor")
def test_a_module_that_goes_through_its_batch_one_by_one_is_refused(monkeypatch):
    monkeypatch.setattr("neuroaffect.models.export.find_spec", lambda name: None)
    with pytest.raises(ModelError, match="for 2 inputs, does not take 1; it must work on each"):
        to_onnx(normalised(of(lambda x: torch.stack([row.flatten() for row in x]))))


def test_options_of_a_registered_network_are_checked_like_ours():
    register(Plain)
    with pytest.raises(ModelError, match=r"their-convolution has no option 'output'; did you mean"):
        options_of("their-convolution", {"output": 3})


def test_the_same_class_may_be_registered_again():
    assert register(register(Plain)) is Plain


def test_a_name_that_is_taken_is_refused():
    with pytest.raises(ModelError, match="a network is called 'eegnet' already"):
        register(of(lambda x: x, network="eegnet"))


def test_a_class_that_is_no_frozen_dataclass_is_refused():
    class Loose(Plain):
        network = "loose"

    with pytest.raises(ModelError, match="loose: Loose is no frozen dataclass of its own"):
        register(Loose)


def test_a_class_without_a_name_is_refused():
    with pytest.raises(ModelError, match="ForeignOptions has no name"):
        register(ForeignOptions)


def test_a_grid_of_electrodes_is_refused():
    with pytest.raises(ModelError, match="cells of a topographic map, not AF3, T7, O1 …; put"):
        made(Grid, BANDS)


def test_a_layout_that_does_not_exist_is_refused_with_its_near_miss():
    with pytest.raises(ModelError, match="no layout is called 'images'; did you mean 'image'"):
        made(of(lambda x: x, layout="images"), BANDS)


def test_a_module_that_cannot_take_the_layout_is_refused_in_one_sentence():
    with pytest.raises(
        ModelError, match=r"cannot take an input of shape \(2, 4, 3\) \(.*\); choose"
    ):
        made(of(nn.Linear(7, 2)), BANDS)


@pytest.mark.parametrize(
    ("forward", "found"), [(lambda x: x, r"\(2, 4, 3\)"), (lambda x: (x, x), "tuple")]
)
def test_a_module_must_give_a_row_for_each_input(forward, found):
    with pytest.raises(ModelError, match=f"its module makes {found}; it must make"):
        made(of(forward), BANDS)
