"""The one loop that trains every network."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.models import build
from neuroaffect.pipeline import Network, Recipe

if TYPE_CHECKING:
    import torch
    from torch import nn

__all__ = ["Progress", "train"]

Progress = Callable[[int, int], None]


def train(
    network: Network,
    recipe: Recipe,
    *,
    x: np.ndarray,
    labels: Mapping[str, np.ndarray],
    targets: Sequence[Target],
    row_weights: np.ndarray,
    class_weights: Mapping[str, np.ndarray],
    progress: Progress | None = None,
) -> "nn.Module":
    """Return a network trained on these rows, on the CPU and ready to be asked.

    AdamW over batches drawn with replacement; an epoch is as many draws as there are rows. It
    trains on a GPU where there is one. The recipe's seed decides weights, draws and dropout.

    Parameters
    ----------
    network : Network
        Its name and its options.
    recipe : Recipe
    x : ndarray, shape (n, electrodes, features)
        Normalised features.
    labels : mapping of str to ndarray, (n,)
        Class numbers, or values in [-1, 1]; NaN where there is none.
    targets : sequence of Target
    row_weights : ndarray, (n,)
        How often a row is drawn, against the others.
    class_weights : mapping of str to ndarray, (classes,)
        By dimension, in the loss.
    progress : callable, optional
        Called with (epochs done, epochs in all).

    Returns
    -------
    torch.nn.Module
    """
    import torch

    rng = np.random.default_rng(recipe.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    # Dropout draws from torch's own generator: seeded here, and left as it was found.
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(int(rng.integers(2**63)))
        model = build(
            network.name, electrodes=x.shape[1], features=x.shape[2], targets=targets,
            options=network.options, rng=rng,
        ).to(device)  # fmt: skip
        loop = _Loop(model, recipe, targets, class_weights=_tensors(class_weights, device))
        draws = torch.Generator().manual_seed(int(rng.integers(2**63)))
        loop.run(
            torch.tensor(x, dtype=torch.float32, device=device),
            _tensors(labels, device),
            lambda: torch.multinomial(
                torch.tensor(row_weights), recipe.batch, replacement=True, generator=draws
            ).to(device),
            progress,
        )
    return model.cpu().eval()


class _Loop:
    """A model, its optimizer and its schedule."""

    def __init__(
        self,
        model: "nn.Module",
        recipe: Recipe,
        targets: Sequence[Target],
        *,
        class_weights: Mapping[str, "torch.Tensor"],
    ) -> None:
        import torch

        self._model, self._recipe, self._targets = model, recipe, targets
        self._class_weights = class_weights
        self._optimizer = torch.optim.AdamW(
            model.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
        )

    def run(
        self,
        x: "torch.Tensor",
        labels: Mapping[str, "torch.Tensor"],
        draw: Callable[[], "torch.Tensor"],
        progress: Progress | None,
    ) -> None:
        """Train for all epochs; `draw` gives the row numbers of the next batch."""
        import torch

        epochs, steps = self._recipe.epochs, max(1, len(x) // self._recipe.batch)
        cosine = torch.optim.lr_scheduler.CosineAnnealingLR(self._optimizer, T_max=epochs * steps)
        self._model.train()
        for epoch in range(epochs):
            for _ in range(steps):
                rows = draw()
                self._step(x[rows], {name: y[rows] for name, y in labels.items()})
                if self._recipe.schedule == "cosine":
                    cosine.step()
            if progress is not None:
                progress(epoch + 1, epochs)

    def _step(self, x: "torch.Tensor", labels: Mapping[str, "torch.Tensor"]) -> None:
        from neuroaffect.models.head import affect_loss

        loss = affect_loss(
            self._model(x),
            labels,
            targets=self._targets,
            smoothing=self._recipe.label_smoothing,
            class_weights=self._class_weights,
        )
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()


def _tensors(arrays: Mapping[str, np.ndarray], device: "torch.device") -> dict[str, "torch.Tensor"]:
    import torch

    return {
        name: torch.tensor(values, dtype=torch.float32, device=device)
        for name, values in arrays.items()
    }
