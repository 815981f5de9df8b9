"""What a wrong answer costs: classes, ordered classes, numbers; and one unlike a teacher's."""

import torch
from torch import Tensor
from torch.nn import functional

from neuroaffect.models.readout import LOG_SD_RANGE

__all__ = [
    "ccc_loss",
    "class_loss",
    "concordance",
    "gaussian_labels",
    "gaussian_loss",
    "softened_kl",
]

_LEAST_SPREAD = 1e-8  # of a batch whose answers and truths are all the same number


def gaussian_labels(y: Tensor, *, classes: int, width: float) -> Tensor:
    """Return ordered classes as bells around them, (n,) → (n, classes), rows that sum to 1.

    q_k ∝ exp(-(k - y)² / (2 s²)): the neighbour of the true class is half right.

    Parameters
    ----------
    y : Tensor, shape (n,)
        Class numbers.
    classes : int
    width : float
        s, in steps between classes.

    References
    ----------
    Kuang, Song, Michoski (2024), HiSTN, arXiv:2408.15255 (s = 0.5 of five classes)
    """
    k = torch.arange(classes, device=y.device, dtype=y.dtype)
    return torch.softmax(-((k - y[:, None]) ** 2) / (2 * width**2), dim=1)  # (n, K)


def class_loss(
    logits: Tensor,
    y: Tensor,
    *,
    weight: Tensor | None = None,
    smoothing: float = 0.0,
    soft_width: float = 0.0,
) -> Tensor:
    """Return the cross entropy, the mean weighted by each sample's class.

    Parameters
    ----------
    logits : Tensor, shape (n, classes)
    y : Tensor, shape (n,)
        Class numbers.
    weight : Tensor, shape (classes,), optional
    smoothing : float
        Share of each label that is spread over all classes, evenly.
    soft_width : float
        Width of :func:`gaussian_labels`; 0 leaves the true class alone.

    Notes
    -----
    A soft label weighs as a whole what its true class weighs (ours); torch would weigh each class
    in it by that class's own weight.
    """
    if not soft_width:
        return functional.cross_entropy(logits, y.long(), weight=weight, label_smoothing=smoothing)
    classes = logits.shape[1]
    q = gaussian_labels(y.to(logits.dtype), classes=classes, width=soft_width)
    q = (1 - smoothing) * q + smoothing / classes
    each = functional.cross_entropy(logits, q, reduction="none")  # (n,)
    if weight is None:
        return each.mean()
    w = weight.to(logits.dtype)[y.long()]
    return (w * each).sum() / w.sum()


def gaussian_loss(outputs: Tensor, y: Tensor) -> Tensor:
    """Return the mean negative log likelihood of (n,) numbers, less its constant ½ ln 2π.

    `outputs`, (n, 2), are the mean and the logarithm of the standard deviation.
    """
    mean = outputs[:, 0]
    log_sd = outputs[:, 1].clamp(*LOG_SD_RANGE)
    return (log_sd + 0.5 * ((y - mean) * torch.exp(-log_sd)) ** 2).mean()


def ccc_loss(outputs: Tensor, y: Tensor) -> Tensor:
    """Return 1 minus the concordance of the means with (n,) numbers, plus what the error bar costs.

    Notes
    -----
    Concordance says nothing of how sure to be. The standard deviation is learned by its
    likelihood, the mean held still meanwhile (ours), so that an error bar is there to be read.

    References
    ----------
    Lin (1989), doi:10.2307/2532051
    """
    still = torch.stack([outputs[:, 0].detach(), outputs[:, 1]], dim=1)
    return 1 - concordance(outputs[:, 0], y) + gaussian_loss(still, y)


def concordance(x: Tensor, y: Tensor) -> Tensor:
    """Return Lin's concordance of (n,) numbers, 2 cov / (var + var + (difference of means)²).

    References
    ----------
    Lin (1989), doi:10.2307/2532051
    """
    dx, dy = x - x.mean(), y - y.mean()
    apart = dx.square().mean() + dy.square().mean() + (x.mean() - y.mean()).square()
    return 2 * (dx * dy).mean() / (apart + _LEAST_SPREAD)


def softened_kl(said: Tensor, meant: Tensor, *, temperature: float) -> Tensor:
    """Return how far logits are from a teacher's, (n, classes) each, both softened.

    KL(teacher ‖ student) of the softmax at this temperature, times its square so that the
    gradient keeps its size.

    References
    ----------
    Hinton, Vinyals, Dean (2015), arXiv:1503.02531
    """
    meant = functional.log_softmax(meant / temperature, dim=1)
    said = functional.log_softmax(said / temperature, dim=1)
    return temperature**2 * functional.kl_div(said, meant, reduction="batchmean", log_target=True)
