"""The normaliser in front of a network, and what has no value there."""

import numpy as np
import pytest
import torch
from torch import nn

from neuroaffect.models.export import Normalised


class _Sum(nn.Module):
    def forward(self, z, present):
        return torch.stack([z.sum(dim=(1, 2)), present.sum(dim=1)], dim=1)


@pytest.mark.parametrize("nothing", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_has_no_value(nothing):
    """A tick counts it as missing, so the network must not hear it."""
    whole = Normalised(_Sum(), np.full((2, 1), 3.0), np.full((2, 1), 2.0))
    said = whole(torch.tensor([[[5.0], [nothing]]]))
    assert said.tolist() == [[1.0, 1.0]]
