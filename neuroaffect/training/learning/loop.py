"""The one loop that trains every network."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.affect import Target
from neuroaffect.models import InputShape, build
from neuroaffect.pipeline import Network, Recipe
from neuroaffect.training.data.rows import Rows
from neuroaffect.training.learning.drawn import FilledUp

if TYPE_CHECKING:
    import torch
    from torch import nn

    from neuroaffect.models.head import AffectNetwork
    from neuroaffect.models.lessons.batch import Batch

__all__ = ["Progress", "train"]

Progress = Callable[[int, int], None]


def train(
    network: Network,
    recipe: Recipe,
    *,
    rows: Rows | FilledUp,
    shape: InputShape,
    person: np.ndarray,
    labels: Mapping[str, np.ndarray],
    targets: Sequence[Target],
    row_weights: np.ndarray,
    class_weights: Mapping[str, np.ndarray],
    teacher: Callable[[int], "nn.Module"] | None = None,
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
    rows : Rows or FilledUp
        Normalised features.
    shape : InputShape
        Of the features.
    person : ndarray of int, (n,)
        Whose row, numbered from 0.
    labels : mapping of str to ndarray, (n,)
        Class numbers, or values in [-1, 1]; NaN where there is none.
    targets : sequence of Target
    row_weights : ndarray, (n,)
        How often a row is drawn, against the others.
    class_weights : mapping of str to ndarray, (classes,)
        By dimension, in the loss.
    teacher : callable, optional
        Returns, for the width of an embedding, what is learned beside the labels:
        an :class:`~neuroaffect.models.lessons.batch.Auxiliary`.
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
            network.name, shape=shape, targets=targets, options=network.options, rng=rng
        ).to(device)
        draws = torch.Generator().manual_seed(int(rng.integers(2**63)))
        deck = _Deck(rows, labels, person, row_weights, recipe, draws, device)
        own = getattr(model.encoder, "auxiliary", _nothing)(people=int(person.max()) + 1)
        taught = None if teacher is None else teacher(model.encoder.width)
        beside = [part.to(device) for part in (own, taught) if part is not None]
        loop = _Loop(model, beside, recipe, targets, _tensors(class_weights, device))
        loop.run(deck, progress)
    return model.cpu().eval()


def _nothing(*, people: int) -> None:
    """Return that there is nothing to learn beside the labels."""


class _Deck:
    """Draws batches."""

    def __init__(
        self,
        rows: Rows | FilledUp,
        labels: Mapping[str, np.ndarray],
        person: np.ndarray,
        weights: np.ndarray,
        recipe: Recipe,
        draws: "torch.Generator",
        device: "torch.device",
    ) -> None:
        import torch

        self._rows, self._labels, self._person = rows, labels, person
        self._weights = torch.tensor(weights)
        self._recipe, self._draws, self._device = recipe, draws, device

    def __len__(self) -> int:
        return len(self._rows)

    def draw(self, size: int, done: float) -> "Batch":
        """Return the next batch; `done` is the share of the training that is behind."""
        import torch

        from neuroaffect.models.lessons.batch import Batch

        numbers = torch.multinomial(
            self._weights, size, replacement=True, generator=self._draws
        ).numpy()
        x, present = self._rows.take(numbers)
        return Batch(
            x=torch.from_numpy(x).to(self._device),
            present=self._hide(torch.from_numpy(present)).to(self._device),
            labels=_tensors({d: y[numbers] for d, y in self._labels.items()}, self._device),
            person=torch.from_numpy(self._person[numbers]).to(self._device),
            following=torch.from_numpy(self._rows.following(numbers)).to(self._device),
            rows=torch.from_numpy(numbers).to(self._device),
            done=done,
        )

    def _hide(self, present: "torch.Tensor") -> "torch.Tensor":
        """Hide some electrodes, (B, E), but never the last ones of a row."""
        import torch

        share = self._recipe.electrode_dropout
        if not share or present.shape[1] == 1:
            return present
        kept = present & (torch.rand(present.shape, generator=self._draws) >= share)
        return torch.where(kept.any(dim=1, keepdim=True), kept, present)


class _Loop:
    """A model, its optimizer and its schedule."""

    def __init__(
        self,
        model: "AffectNetwork",
        beside: "Sequence[nn.Module]",
        recipe: Recipe,
        targets: Sequence[Target],
        class_weights: Mapping[str, "torch.Tensor"],
    ) -> None:
        import torch

        self._model, self._recipe, self._targets = model, recipe, targets
        self._class_weights = class_weights
        self._beside = beside
        self._parts = torch.nn.ModuleList([model, *beside])
        self._optimizer = torch.optim.AdamW(
            self._parts.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
        )

    def run(self, deck: _Deck, progress: Progress | None) -> None:
        """Train for all epochs."""
        import torch

        recipe = self._recipe
        sizes = [recipe.batch_at(epoch) for epoch in range(recipe.epochs)]
        steps = [max(1, len(deck) // size) for size in sizes]
        whole, behind = sum(steps), 0
        cosine = torch.optim.lr_scheduler.CosineAnnealingLR(
            self._optimizer, T_max=whole, eta_min=recipe.least_rate
        )
        self._parts.train()
        for epoch, (size, count) in enumerate(zip(sizes, steps, strict=True)):
            for _ in range(count):
                self._step(deck.draw(size, behind / whole))
                behind += 1
                if recipe.schedule == "cosine":
                    cosine.step()
            if progress is not None:
                progress(epoch + 1, recipe.epochs)

    def _step(self, batch: "Batch") -> None:
        import torch

        from neuroaffect.models.head import affect_loss

        embedding = self._model.embed(batch.x, batch.present)
        loss = affect_loss(
            self._model.head(embedding),
            batch.labels,
            targets=self._targets,
            smoothing=self._recipe.label_smoothing,
            soft_width=self._recipe.soft_width if self._recipe.soft_labels == "gaussian" else 0.0,
            regression=self._recipe.regression,
            class_weights=self._class_weights,
        )
        for auxiliary in self._beside:
            loss = loss + auxiliary(self._model, batch, embedding)
        self._optimizer.zero_grad()
        loss.backward()
        if self._recipe.clip_norm:
            torch.nn.utils.clip_grad_norm_(self._parts.parameters(), self._recipe.clip_norm)
        self._optimizer.step()


def _tensors(arrays: Mapping[str, np.ndarray], device: "torch.device") -> dict[str, "torch.Tensor"]:
    import torch

    return {
        name: torch.tensor(values, dtype=torch.float32, device=device)
        for name, values in arrays.items()
    }
