"""The small networks: a teacher on pictures, and a student."""

import pytest

from neuroaffect.affect import Target
from neuroaffect.errors import ModelError
from neuroaffect.models import InputShape, build
from neuroaffect.models.options import TopomapCNNOptions

VALENCE = Target(dimension="valence", kind="continuous")
EPOC = ("AF3", "F7", "F3", "FC5", "T7", "P7", "O1", "O2", "P8", "T8", "FC6", "F4", "F8", "AF4")
BANDS = ("theta", "alpha", "beta", "gamma")


def size(network) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_the_student_of_14_electrodes_has_1848_weights_and_its_readout():
    network = build("tiny", shape=InputShape(electrodes=EPOC, features=BANDS), targets=[VALENCE])
    assert size(network) == 1_848 + 2 * 16 + 2


def test_the_teacher_has_the_weights_of_its_layers():
    network = build("topomap_cnn", shape=TopomapCNNOptions.example(), targets=[VALENCE])
    convolutions = 9 * (5 * 16 + 16 * 32 + 32 * 32) + 16 + 32 + 32
    assert size(network) == convolutions + (32 * 64 + 64) + (64 * 2 + 2)


def test_the_teacher_refuses_what_is_no_picture():
    with pytest.raises(ModelError, match="AF3 … AF4 is no square picture of 3 by 3 cells"):
        build("topomap_cnn", shape=InputShape(electrodes=EPOC, features=BANDS), targets=[VALENCE])
