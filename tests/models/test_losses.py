"""What each loss is, beside closed forms and peers."""

import numpy as np
import pytest
import torch
from scipy import stats

from neuroaffect.affect import Target
from neuroaffect.models.head import affect_loss
from neuroaffect.models.lessons.losses import ccc_loss, class_loss, gaussian_labels, gaussian_loss

ORDINAL = Target(dimension="arousal", kind="ordinal", classes=("1", "2", "3", "4", "5"))
BINARY = Target(dimension="valence")
CONTINUOUS = Target(dimension="dominance", kind="continuous")


def numbers(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape)).requires_grad_()


def test_a_soft_label_in_the_middle_of_five_has_the_shares_of_the_histn_paper():
    (q,) = gaussian_labels(torch.tensor([2.0]), classes=5, width=0.5).tolist()
    assert q == pytest.approx([0.0003, 0.1065, 0.7866, 0.1065, 0.0003], abs=5e-5)


def test_a_soft_label_at_the_end_of_five_has_the_shares_of_the_histn_paper():
    (q,) = gaussian_labels(torch.tensor([0.0]), classes=5, width=0.5).tolist()
    assert q[:3] == pytest.approx([0.8805, 0.1192, 0.0003], abs=5e-5)


def test_a_soft_label_is_scipys_normal_density_made_to_sum_to_one():
    q = gaussian_labels(torch.tensor([3.0], dtype=torch.float64), classes=7, width=1.3)
    density = stats.norm.pdf(np.arange(7), 3, 1.3)
    assert q[0].numpy() == pytest.approx(density / density.sum())


def test_a_very_narrow_soft_label_is_the_class_itself():
    y, logits = torch.tensor([0.0, 4.0]), numbers(2, 5)
    soft = class_loss(logits, y, soft_width=0.05)
    assert soft.item() == pytest.approx(class_loss(logits, y).item())


def test_the_loss_of_a_soft_label_is_least_where_the_answer_is_the_soft_label():
    y = torch.tensor([1.0], dtype=torch.float64)
    logits = gaussian_labels(y, classes=5, width=0.5).log().requires_grad_()
    class_loss(logits, y, soft_width=0.5).backward()
    assert logits.grad.abs().max() < 1e-12


def test_a_weighted_soft_label_weighs_what_its_class_weighs():
    logits, y = numbers(2, 3), torch.tensor([0.0, 2.0], dtype=torch.float64)
    weight = torch.tensor([3.0, 1.0, 1.0], dtype=torch.float64)
    each = [class_loss(logits[i : i + 1], y[i : i + 1], soft_width=0.5).item() for i in range(2)]
    loss = class_loss(logits, y, weight=weight, soft_width=0.5)
    assert loss.item() == pytest.approx((3 * each[0] + each[1]) / 4)


def test_only_ordered_classes_get_soft_labels():
    raw, y = numbers(4, 2), torch.tensor([0.0, 1, 1, 0])
    hard = affect_loss(raw, {"valence": y}, targets=(BINARY,))
    assert affect_loss(raw, {"valence": y}, targets=(BINARY,), soft_width=0.5).item() == hard.item()
    raw = numbers(4, 5)
    hard = affect_loss(raw, {"arousal": y}, targets=(ORDINAL,))
    soft = affect_loss(raw, {"arousal": y}, targets=(ORDINAL,), soft_width=0.5)
    assert soft.item() != pytest.approx(hard.item())


def test_the_concordance_loss_follows_its_formula():
    outputs, y = numbers(50, 2), numbers(50, seed=1).detach()
    x, t = outputs[:, 0].detach().numpy(), y.numpy()
    ccc = 2 * np.cov(x, t, ddof=0)[0, 1] / (x.var() + t.var() + (x.mean() - t.mean()) ** 2)
    said = ccc_loss(outputs, y) - gaussian_loss(outputs, y)
    # 1e-7: what keeps a batch of one number finite
    assert said.item() == pytest.approx(1 - ccc, abs=1e-7)


def test_perfect_concordance_costs_nothing_and_its_reverse_costs_two():
    y = torch.linspace(-1, 1, 9, dtype=torch.float64)
    wide = torch.zeros(9, dtype=torch.float64)
    for sign, cost in ((1, 0.0), (-1, 2.0)):
        outputs = torch.stack([sign * y, wide], dim=1)
        said = ccc_loss(outputs, y) - gaussian_loss(outputs, y)
        assert said.item() == pytest.approx(cost, abs=1e-7)


def test_under_concordance_the_mean_is_not_moved_by_the_error_bar():
    y = torch.linspace(-1, 1, 9, dtype=torch.float64)
    outputs = torch.stack([y, torch.zeros_like(y)], dim=1).requires_grad_()
    ccc_loss(outputs, y).backward()
    assert outputs.grad[:, 0].abs().max() < 1e-7
    assert outputs.grad[:, 1].all()


def test_a_batch_of_one_rating_has_a_finite_concordance_loss():
    outputs = torch.tensor([[0.3, 0.0]], requires_grad=True)
    ccc_loss(outputs, torch.tensor([0.3])).backward()
    assert outputs.grad.isfinite().all()


def test_the_recipe_chooses_what_numbers_are_learned_by():
    raw, y = numbers(8, 2), torch.linspace(-1, 1, 8, dtype=torch.float64)
    given = {"dominance": y}
    loss = affect_loss(raw, given, targets=(CONTINUOUS,), regression="ccc")
    assert loss.item() == ccc_loss(raw, y).item()
