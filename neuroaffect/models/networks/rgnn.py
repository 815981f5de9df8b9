"""RGNN: a graph that starts from distances between electrodes, and must not see who it is."""

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from neuroaffect.affect import Target
from neuroaffect.errors import ModelError
from neuroaffect.models.head import AffectNetwork, Trunk
from neuroaffect.models.layers.chebyshev import masked_edges
from neuroaffect.models.layers.regions import require_scalp
from neuroaffect.models.lessons.batch import Batch
from neuroaffect.models.options import RGNNOptions
from neuroaffect.models.shape import InputShape
from neuroaffect.montage import Montage

__all__ = ["RGNN", "Regularisers", "class_spread", "distance_graph"]

_NEAR_CM2 = 5.0  # δ of the paper: edges are 1 up to 2.2 cm and fall with the square of the distance
_ACROSS = (
    "Fp1-Fp2 AF3-AF4 F5-F6 FC5-FC6 C5-C6 CP5-CP6 P5-P6 PO5-PO6 O1-O2"  # global connections
).split()
_LEAST_DEGREE = 1e-6


class RGNN(nn.Module):
    """Simple graph convolution, ReLU(S² x W + b), on a learned graph, summed over electrodes.

    The graph starts as min(1, δ/d²) of the distances d between electrodes, less 1 between nine
    pairs across the hemispheres: what differs between left and right is kept. It stays symmetric,
    its edges may be negative, and S = D^-½ A D^-½ with D the sums of |A|. With E electrodes, F
    features and H hidden ones the encoder has E(E + 1)/2 + F·H + H parameters.

    Parameters
    ----------
    options : RGNNOptions
    shape : InputShape
        2 electrodes of the 10-05 system at least; features are bands in the paper.

    Raises
    ------
    ModelError
        If an electrode has no place on the head, or there is only one.

    Notes
    -----
    Beside the labels it learns, by :class:`Regularisers`, a sparse graph; electrodes that do not
    give the person away; and labels that are spread over neighbouring classes.

    Ours: δ = 5 is read as cm², which leaves 17 % of the entries above 0.1 on the 62 electrodes of
    SEED. A lost electrode has no edges; the sum is scaled to the electrodes that are there. The
    widths, the dropout and the weights of the regularisers are ours: the paper tunes some of them
    for each data set.

    References
    ----------
    Zhong, Wang, Miao (2020), EEG-Based Emotion Recognition Using Regularized Graph Neural
    Networks, doi:10.1109/TAFFC.2020.2994159, arXiv:1907.07835; Wu et al. (2019), Simplifying
    Graph Convolutional Networks, arXiv:1902.07153
    """

    def __init__(self, options: RGNNOptions, shape: InputShape) -> None:
        super().__init__()
        electrodes, features = shape.size
        if electrodes < 2:
            raise ModelError("rgnn: one electrode makes no graph; choose 2 or more, or logistic")
        require_scalp("rgnn", shape.electrodes)
        self.options, self.electrodes, self.width = options, electrodes, options.hidden
        graph = torch.tensor(distance_graph(shape.electrodes)).float()
        rows, columns = torch.tril_indices(electrodes, electrodes)
        self.edges = nn.Parameter(graph[rows, columns])  # (E·(E+1)/2,)
        place = torch.zeros(electrodes, electrodes, dtype=torch.long)
        place[rows, columns] = place[columns, rows] = torch.arange(len(rows))
        self.register_buffer("place", place.flatten(), persistent=False)
        self.convolve = nn.Linear(features, options.hidden)
        self.dropout = nn.Dropout(options.dropout)
        self.trunk = Trunk()

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, F), present (B, E) → (B, H)."""
        h = self.nodes(x, present).sum(dim=1)  # (B, H)
        there = present.sum(dim=1, keepdim=True).clamp(min=1)  # (B, 1)
        return self.dropout(h * (self.electrodes / there))

    def nodes(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, F), present (B, E) → (B, E, H): each electrode, having heard the others."""
        a = self.edges.index_select(0, self.place).view(self.electrodes, self.electrodes)
        a = masked_edges(a, present)  # (B, E, E)
        root = a.abs().sum(dim=2).clamp(min=_LEAST_DEGREE).rsqrt()  # (B, E)  D^-½
        s = root[:, :, None] * a * root[:, None, :]  # (B, E, E)
        for _ in range(self.options.hops):
            x = s @ x  # (B, E, F)
        return torch.relu(self.convolve(x)) * present[..., None]  # (B, E, H)

    def auxiliary(self, *, people: int) -> "Regularisers | None":
        """Return what is learned beside the labels, from so many people."""
        options = self.options
        if options.sparsity == options.adversary == options.spread == 0:
            return None
        return Regularisers(options, people=people)


class Regularisers(nn.Module):
    """Sparse edges, an adversary at each electrode, and labels spread over their neighbours.

    Parameters
    ----------
    options : RGNNOptions
    people : int
        Among whom the adversary guesses; with one there is nothing to guess.

    Notes
    -----
    The node-wise domain adversary tells from each electrode who it is from; the gradient that
    reaches the network is reversed, times 2/(1 + exp(-10 p)) - 1 with p the share of the training
    that is behind. In the paper the domains are training and test, whose features are known
    without labels; here they are the people trained on (ours), since whoever a model will meet is
    not there when it is trained.

    The emotion-aware label distribution is added as its difference to the loss of the labels as
    they are: both together are the loss of the spread labels, where no class weights are set.
    """

    def __init__(self, options: RGNNOptions, *, people: int) -> None:
        super().__init__()
        self.options = options
        guesses = options.adversary > 0 and people > 1
        self.who = nn.Linear(options.hidden, people) if guesses else None

    def forward(self, network: AffectNetwork, batch: Batch, embedding: Tensor) -> Tensor:
        """Return what is added to the affect loss."""
        encoder, options = network.encoder, self.options
        loss = options.sparsity * encoder.edges.abs().sum()
        if options.spread:
            loss = loss + self._spread(network, batch, embedding)
        if self.who is not None:
            loss = loss + options.adversary * self._guess(encoder, batch)
        return loss

    def _guess(self, encoder: RGNN, batch: Batch) -> Tensor:
        """Return how badly the adversary knows the person; whoever lowers it reads the person."""
        h = encoder.nodes(batch.x * batch.present[..., None], batch.present)  # (B, E, H)
        strength = 2.0 / (1.0 + math.exp(-10.0 * batch.done)) - 1.0
        h = (1.0 + strength) * h.detach() - strength * h  # the same values, the gradient reversed
        person = batch.person[:, None].expand(batch.present.shape)
        return functional.cross_entropy(self.who(h[batch.present]), person[batch.present])

    def _spread(self, network: AffectNetwork, batch: Batch, embedding: Tensor) -> Tensor:
        raw, losses = network.head(embedding), []
        widths = [target.outputs for target in network.targets]
        for target, outputs in zip(network.targets, raw.split(widths, dim=1), strict=True):
            y = batch.labels.get(target.dimension)
            known = None if y is None else ~torch.isnan(y)
            if known is None or not known.any():
                continue
            losses.append(_spread_less_plain(target, outputs[known], y[known], self.options.spread))
        return torch.stack(losses).mean() if losses else 0.0 * raw.sum()


def distance_graph(electrodes: tuple[str, ...]) -> np.ndarray:
    """Return the graph that training starts from, (E, E), symmetric, 1 on its diagonal."""
    at = 100.0 * Montage.of(electrodes).positions_m  # cm
    apart = np.square(at[:, None] - at).sum(axis=-1)
    graph = np.minimum(1.0, _NEAR_CM2 / np.maximum(apart, 1e-9))
    for left, right in (pair.split("-") for pair in _ACROSS):
        if {left, right} <= set(electrodes):
            i, j = electrodes.index(left), electrodes.index(right)
            graph[i, j] = graph[j, i] = graph[i, j] - 1.0
    return graph


def class_spread(target: Target, epsilon: float) -> np.ndarray:
    """Return what a label of each class becomes, (classes, classes), rows of sum 1.

    Two thirds of ε go to the classes beside it, in equal parts: on three classes this is the
    paper's table for SEED. Classes without order share it among all others (ours).
    """
    classes = len(target.classes)
    apart = np.abs(np.subtract.outer(np.arange(classes), np.arange(classes)))
    others = apart > 0 if target.kind == "nominal" else apart == 1
    share = others / np.maximum(others.sum(axis=1, keepdims=True), 1)
    moved = 2.0 * epsilon / 3.0 * (classes > 1)
    return (1.0 - moved) * np.eye(classes) + moved * share


def _spread_less_plain(target: Target, outputs: Tensor, y: Tensor, epsilon: float) -> Tensor:
    """Return by how much the loss of spread labels is above that of the labels as they are."""
    if target.kind == "continuous":
        return 0.0 * outputs.sum()
    difference = np.eye(len(target.classes)) - class_spread(target, epsilon)
    rows = torch.tensor(difference, dtype=outputs.dtype, device=outputs.device)[y.long()]
    return (rows * outputs.log_softmax(dim=1)).sum(dim=1).mean()
