"""The shared head's loss, and the readout that undoes it."""

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.metrics import log_loss

from neuroaffect.affect import Target
from neuroaffect.errors import ModelError
from neuroaffect.models import read_out
from neuroaffect.models.head import AffectHead, Trunk, affect_loss

BINARY = Target(dimension="valence")
ORDINAL = Target(dimension="arousal", kind="ordinal", classes=("1", "2", "3", "4", "5"))
CONTINUOUS = Target(dimension="dominance", kind="continuous")
NOMINAL = Target(dimension="gesture", kind="nominal", classes=("fist", "palm", "rest"))
NAN = float("nan")


def logits(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape)).requires_grad_()


def test_the_head_shares_its_trunk_and_gives_each_target_its_own_rows():
    trunk = Trunk(hidden=(8,), norm=True)
    head = AffectHead(4, targets=(BINARY, ORDINAL, CONTINUOUS), trunk=trunk)
    assert sum(p.numel() for p in head.parameters()) == 2 * 4 + (4 * 8 + 8) + 9 * (8 + 1)


def test_the_loss_of_classes_is_scikit_learns_log_loss():
    raw, y = logits(6, 5), torch.tensor([0.0, 1, 2, 3, 4, 0])
    loss = affect_loss(raw, {"arousal": y}, targets=(ORDINAL,))
    p = raw.detach().softmax(dim=1).numpy()
    assert loss.item() == pytest.approx(log_loss(y.numpy(), p))


def test_the_loss_of_a_number_is_scipys_gaussian_log_likelihood():
    raw, y = logits(6, 2), torch.linspace(-1, 1, 6, dtype=torch.float64)
    loss = affect_loss(raw, {"dominance": y}, targets=(CONTINUOUS,))
    mean, sd = raw.detach()[:, 0].numpy(), raw.detach()[:, 1].exp().numpy()
    constant = 0.5 * np.log(2 * np.pi)
    assert loss.item() == pytest.approx(-stats.norm.logpdf(y, mean, sd).mean() - constant)


def test_a_missing_rating_counts_for_nothing():
    raw = logits(4, 2)
    some = affect_loss(raw, {"valence": torch.tensor([1.0, NAN, 0.0, NAN])}, targets=(BINARY,))
    rated = affect_loss(raw[::2], {"valence": torch.tensor([1.0, 0.0])}, targets=(BINARY,))
    assert some.item() == rated.item()


def test_a_missing_rating_sends_no_gradient():
    raw = logits(3, 4)
    labels = {"valence": torch.tensor([1.0, NAN, 0.0]), "dominance": torch.full((3,), NAN)}
    affect_loss(raw, labels, targets=(BINARY, CONTINUOUS)).backward()
    assert not raw.grad[1].any()
    assert not raw.grad[:, 2:].any()
    assert raw.grad[[0, 2], :2].all()


def test_a_batch_without_any_rating_has_a_loss_of_zero_and_a_gradient_of_zero():
    raw = logits(3, 2)
    loss = affect_loss(raw, {}, targets=(BINARY,))
    loss.backward()
    assert loss.item() == 0
    assert not raw.grad.any()


def test_each_dimension_weighs_the_same_however_many_ratings_it_has():
    raw = logits(4, 4)
    valence = torch.tensor([1.0, 0.0, 1.0, 0.0])
    dominance = torch.tensor([0.5, NAN, NAN, NAN])
    both = affect_loss(
        raw, {"valence": valence, "dominance": dominance}, targets=(BINARY, CONTINUOUS)
    )
    one = affect_loss(raw[:, :2], {"valence": valence}, targets=(BINARY,))
    other = affect_loss(raw[:, 2:], {"dominance": dominance}, targets=(CONTINUOUS,))
    assert both.item() == pytest.approx((one.item() + other.item()) / 2)


def test_smoothing_spreads_the_label_over_all_classes():
    raw = logits(3, 5)
    loss = affect_loss(raw, {"arousal": torch.ones(3)}, targets=(ORDINAL,), smoothing=0.1)
    q = torch.full((5,), 0.02, dtype=torch.float64)
    q[1] += 0.9
    assert loss.item() == pytest.approx(-(q * raw.log_softmax(dim=1)).sum(dim=1).mean().item())


def test_a_class_of_weight_zero_is_not_learned():
    raw = logits(2, 2)
    weights = {"valence": torch.tensor([0.0, 1.0], dtype=torch.float64)}
    labels = {"valence": torch.tensor([0.0, 1.0])}
    affect_loss(raw, labels, targets=(BINARY,), class_weights=weights).backward()
    assert not raw.grad[0].any()


def test_a_network_of_other_targets_is_refused():
    with pytest.raises(ModelError, match="gives 3 outputs; the targets need 7"):
        affect_loss(logits(2, 3), {}, targets=(BINARY, ORDINAL))


@pytest.mark.parametrize("p", [0.5, 0.1, 0.99])
def test_two_classes_read_out_as_2p_minus_1_and_2_sqrt_p_q(p):
    raw = np.array([[0.0, np.log(p / (1 - p))]])
    (said,) = read_out(raw, (BINARY,), [1.5])
    assert said.time == 1.5
    assert said.valence == pytest.approx(2 * p - 1)
    assert said.sd["valence"] == pytest.approx(2 * np.sqrt(p * (1 - p)))
    assert said.probabilities["valence"] == pytest.approx((1 - p, p))


def test_equal_chances_of_five_classes_read_out_as_a_discrete_uniform():
    (said,) = read_out(np.zeros((1, 5)), (ORDINAL,), [0.0])
    positions = stats.randint(0, 5)  # -1, -½, 0, ½, 1 is this one, halved and moved
    assert said.arousal == pytest.approx(0.0)
    assert said.sd["arousal"] == pytest.approx(positions.std() / 2)


def test_a_continuous_target_reads_out_as_its_mean_and_sd():
    (said,) = read_out(np.array([[0.25, np.log(0.1)]]), (CONTINUOUS,), [0.0])
    assert (said.dominance, said.sd["dominance"]) == pytest.approx((0.25, 0.1))
    assert "dominance" not in said.probabilities


def test_a_continuous_value_stays_within_the_scale():
    (said,) = read_out(np.array([[7.0, 0.0]]), (CONTINUOUS,), [0.0])
    assert said.dominance == 1.0


def test_a_nominal_target_has_probabilities_and_no_value():
    (said,) = read_out(np.zeros((1, 3)), (NOMINAL,), [0.0])
    assert said.probabilities["gesture"] == pytest.approx((1 / 3,) * 3)
    assert (said.valence, dict(said.sd)) == (None, {})


def test_targets_take_their_columns_in_order():
    raw = np.array([[0.0, 50.0, 0.0, 0.0, 0.0, 0.0, 50.0, -0.5, 0.0]])
    (said,) = read_out(raw, (BINARY, ORDINAL, CONTINUOUS), [0.0])
    assert (said.valence, said.arousal, said.dominance) == pytest.approx((1.0, 1.0, -0.5))


def test_huge_logits_read_out_without_overflow():
    (said,) = read_out(np.array([[-1e4, 1e4]], np.float32), (BINARY,), [0.0])
    assert (said.valence, said.sd["valence"]) == (1.0, 0.0)
