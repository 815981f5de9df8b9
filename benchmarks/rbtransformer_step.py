"""How fast a training step of the RBTransformer is, beside a plain PyTorch writing of the paper.

    python benchmarks/rbtransformer_step.py [--rounds 7] [--steps 10] [--threads 2] [--json FILE]

A step is a batch of 256 windows of 32 electrodes and 4 bands through the network, its loss with
label smoothing 0.12, its gradients, and one of AdamW's updates. The plain writing has the paper's
layers and nothing else: no lost electrodes, no missing labels, one target. It has as many
parameters as ours. Both stand on one machine, in one process, and take turns.

`step` is our step on a batch that is there; `loop` is the whole of our training loop, which draws
its batch from memory, normalises it and hides electrodes.

Times are the median of the rounds, and the least. A GPU is measured beside the processor where
there is one.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from torch import nn
from torch.nn import functional

from neuroaffect.affect import Target
from neuroaffect.models import InputShape, build
from neuroaffect.models.lessons.batch import Batch
from neuroaffect.pipeline import Recipe
from neuroaffect.training.learning import loop

BATCH, ELECTRODES, BANDS, WIDTH, HEADS, HEAD_WIDTH = 256, 32, 4, 128, 6, 32
TARGET = Target(dimension="valence")
RECIPE = Recipe(batch=BATCH, label_smoothing=0.12, class_weights=False)
MOST_OF_PLAIN = 1.25


class PlainBlock(nn.Module):
    """Pre-norm attention and feed-forward."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv = nn.Linear(WIDTH, 3 * HEADS * HEAD_WIDTH, bias=False)
        self.out = nn.Linear(HEADS * HEAD_WIDTH, WIDTH)
        self.drop = nn.Dropout(0.1)
        self.feed = nn.Sequential(
            nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.Dropout(0.1),
            nn.Linear(WIDTH, WIDTH), nn.Dropout(0.1),
        )  # fmt: skip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(B, E, W) → (B, E, W)."""
        b, e, _ = x.shape
        q, k, v = self.qkv(self.norm1(x)).chunk(3, dim=-1)
        q, k, v = (t.reshape(b, e, HEADS, HEAD_WIDTH).transpose(1, 2) for t in (q, k, v))
        a = self.drop((q @ k.transpose(-2, -1) * HEAD_WIDTH**-0.5).softmax(dim=-1))
        y = (a @ v).transpose(1, 2).reshape(b, e, HEADS * HEAD_WIDTH)
        x = x + self.drop(self.out(y))
        return x + self.feed(self.norm2(x))


class Plain(nn.Module):
    """The paper's network, with the head of its authors' code."""

    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Linear(BANDS, WIDTH)
        self.electrode = nn.Parameter(torch.randn(1, ELECTRODES, WIDTH))
        self.drop = nn.Dropout(0.1)
        self.blocks = nn.Sequential(*[PlainBlock() for _ in range(4)])
        layers: list[nn.Module] = [nn.LayerNorm(WIDTH)]
        for wide, out in ((WIDTH, 256), (256, 256), (256, WIDTH)):
            layers += [nn.Linear(wide, out), nn.GELU(), nn.Dropout(0.1)]
        self.head = nn.Sequential(*layers, nn.Linear(WIDTH, 2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(B, E, F) → (B, 2)."""
        return self.head(self.blocks(self.drop(self.project(x) + self.electrode)).mean(dim=1))


class InMemory:
    """Rows as training asks for them, of noise."""

    def __init__(self, count: int, rng: np.random.Generator) -> None:
        self._x = rng.normal(size=(count, ELECTRODES, BANDS))

    def __len__(self) -> int:
        return len(self._x)

    def take(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return float32 rows, and who is there."""
        x = self._x[numbers].astype(np.float32)
        return x, np.ones(x.shape[:2], dtype=bool)

    def following(self, numbers: np.ndarray) -> np.ndarray:
        """Return that nothing follows."""
        return np.full((len(numbers), ELECTRODES, BANDS), np.nan, dtype=np.float32)


def network():
    features = tuple(f"b{i}" for i in range(BANDS))
    shape = InputShape(electrodes=tuple(f"E{i}" for i in range(ELECTRODES)), features=features)
    return build(
        "rbtransformer", shape=shape, targets=(TARGET,), options={}, rng=np.random.default_rng(0)
    )


def works(device):
    """Return name → what a step of it does, and its number of parameters."""
    rng = np.random.default_rng(0)
    x = torch.from_numpy(rng.normal(size=(BATCH, ELECTRODES, BANDS)).astype(np.float32)).to(device)
    y = torch.from_numpy(rng.integers(2, size=BATCH)).to(device)
    plain, ours = Plain().to(device).train(), network().to(device)
    optimizer = torch.optim.AdamW(plain.parameters(), lr=1e-3, weight_decay=1e-3)

    def plain_step():
        loss = functional.cross_entropy(plain(x), y, label_smoothing=0.12)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    running = loop._Loop(ours, [], RECIPE, (TARGET,), {})
    ours.train()
    batch = Batch(
        x=x, present=torch.ones(BATCH, ELECTRODES, dtype=torch.bool, device=device),
        labels={"valence": y.float()}, person=torch.zeros_like(y),
        following=torch.full_like(x, torch.nan), rows=torch.arange(BATCH, device=device), done=0.0,
    )  # fmt: skip
    rows = InMemory(4096, rng)
    deck = loop._Deck(
        rows, {"valence": rng.integers(2, size=len(rows)).astype(float)},
        np.zeros(len(rows), dtype=int), np.ones(len(rows)), RECIPE, torch.Generator(), device,
    )  # fmt: skip
    sizes = [sum(p.numel() for p in each.parameters()) for each in (plain, ours)]
    return {
        "plain": plain_step,
        "step": lambda: running._step(batch),
        "loop": lambda: running._step(deck.draw(BATCH, 0.0)),
    }, sizes


def measure(device, rounds, steps):
    each, (plain_size, our_size) = works(device)
    times = {name: [] for name in each}
    for work in each.values():  # lazy allocations
        work()
    for _ in range(rounds):
        for name, work in each.items():
            _wait(device)
            begin = time.perf_counter()
            for _ in range(steps):
                work()
            _wait(device)
            times[name].append(1e3 * (time.perf_counter() - begin) / steps)
    median = {name: statistics.median(taken) for name, taken in times.items()}
    return {
        "device": torch.cuda.get_device_name() if device.type == "cuda" else "cpu",
        "threads": torch.get_num_threads(), "parameters": our_size, "plain_parameters": plain_size,
        "median_ms": median, "least_ms": {name: min(taken) for name, taken in times.items()},
        "step_of_plain": median["step"] / median["plain"],
        "loop_of_plain": median["loop"] / median["plain"],
        "step_of_plain_least": min(times["step"]) / min(times["plain"]),
    }  # fmt: skip


def _wait(device):
    if device.type == "cuda":
        torch.cuda.synchronize()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    devices = [torch.device("cpu")] + [torch.device("cuda")] * torch.cuda.is_available()
    rows = [measure(device, arguments.rounds, arguments.steps) for device in devices]
    title = f"A step: {BATCH} x {ELECTRODES} x {BANDS}"
    table = Table(
        "device", "threads", "what", "median ms", "least ms", "of plain",
        title=title, title_justify="left",
    )  # fmt: skip
    for row in rows:
        for name, median in row["median_ms"].items():
            table.add_row(
                row["device"], str(row["threads"]), name, f"{median:.1f}",
                f"{row['least_ms'][name]:.1f}", f"{median / row['median_ms']['plain']:.2f}",
            )  # fmt: skip
    Console(width=100).print(table)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1))
    alike = all(row["parameters"] == row["plain_parameters"] for row in rows)
    return 0 if alike and all(row["step_of_plain"] <= MOST_OF_PLAIN for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
