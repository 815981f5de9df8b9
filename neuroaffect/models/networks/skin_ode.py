"""Affect and skin conductance together: what moves the one drives the other."""

import torch
from torch import Tensor, nn

from neuroaffect.errors import ModelError
from neuroaffect.models.head import AffectNetwork, Trunk
from neuroaffect.models.lessons.batch import Batch
from neuroaffect.models.options import SkinODEOptions
from neuroaffect.models.shape import InputShape

__all__ = ["SkinODE"]

_LEVELS = ("tonic", "level")  # what a feature is called that tells the skin level
_LEAST = 1e-9  # sd²: a level that never moves


class SkinODE(nn.Module):
    """A perceptron whose hidden state drives the skin level by a differential equation.

    dL/dt = γ · (-α · L + β · drive(state))

    L is the skin level in standard deviations about its mean in training; the drive is between -1
    and 1 and reads the state, as the affect head does. The state is made of every feature but the
    level: a drive that saw the level could take the place of the decay. Beside the affect it learns
    to forecast how the level changes until the next tick, and that this agrees with where the
    equation leads. Both errors count against the usual change, so that a slow skin is no smaller
    task than a quick one.

    Parameters
    ----------
    options : SkinODEOptions
    shape : InputShape
        With a feature called "tonic" or "level"; each electrode, or channel, has one.

    Raises
    ------
    ModelError
        If no feature is a skin level.

    Notes
    -----
    α (1/s), β (sd/s) and γ (of the clock) are exponentials of parameters, so positive, and saved
    with all others: :meth:`constants`. The data know γα and γβ alone, which are the decay and the
    drive per second of the clock; γ by itself is a convention.

    Our reading: the paper's abstract speaks of learnable decay rate, influence of emotion and
    temporal scaling in a physics-informed loss; equation, weights, sizes, features and folds
    could not be found. The equation is solved exactly over one hop, the drive held, so the step
    is no cause of error. Self-report, which the paper feeds in, is never an input.

    References
    ----------
    Mandal (2025), Interpretable Multi-Task PINN for Emotion Recognition and EDA Prediction,
    arXiv:2505.18169
    """

    def __init__(self, options: SkinODEOptions, shape: InputShape) -> None:
        super().__init__()
        levels = _levels(shape)  # (E·F,) of bool
        count = int(levels.sum())
        self.options, self.hop_s = options, shape.hop_s
        self.width = options.width + count
        self.register_buffer("levels", torch.nonzero(levels).flatten(), persistent=False)
        self.register_buffer("others", (~levels).float(), persistent=False)
        self.state = nn.Sequential(
            nn.Linear(len(levels), options.hidden),
            nn.GELU(),
            nn.Dropout(options.dropout),
            nn.Linear(options.hidden, options.width),
            nn.GELU(),
            nn.Dropout(options.dropout),
        )
        self.forecast = nn.Linear(self.width, count)
        self.drive = nn.Linear(options.width, 1)
        # Half of it gone in 7 s to begin with; what the skin does after a response.
        self.log_decay = nn.Parameter(torch.tensor(0.1).log())
        self.log_drive = nn.Parameter(torch.tensor(0.1).log())
        self.log_time = nn.Parameter(torch.zeros(()))
        self.trunk = Trunk()

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(B, E, F) → (B, W + L): the state, and the level."""
        x = x.flatten(1)  # (B, E·F)
        return torch.cat([self.state(x * self.others), x[:, self.levels]], dim=1)

    def constants(self) -> dict[str, float]:
        """Return α in 1/s, β in sd/s, γ, and per second of the clock the decay γα, the drive γβ."""
        decay, drive, time = (
            float(p.detach().exp()) for p in (self.log_decay, self.log_drive, self.log_time)
        )
        return {
            "alpha_per_s": decay,
            "beta_sd_per_s": drive,
            "gamma": time,
            "decay_per_s": time * decay,
            "drive_sd_per_s": time * drive,
        }

    def led_to(self, level: Tensor, state: Tensor) -> Tensor:
        """Return where the equation leads from these levels in one hop, (B, L).

        L → L·e^(-γαh) + drive·β/α·(1 - e^(-γαh))
        """
        left = torch.exp(-self.hop_s * (self.log_time + self.log_decay).exp())
        aim = torch.tanh(self.drive(state)) * (self.log_drive - self.log_decay).exp()  # (B, 1)
        return level * left + aim * (1 - left)

    def auxiliary(self, *, people: int) -> "SkinLaw":
        """Return what is learned of the skin."""
        return SkinLaw()


class SkinLaw(nn.Module):
    """Error of the forecast, and residual of the differential equation."""

    def forward(self, network: AffectNetwork, batch: Batch, embedding: Tensor) -> Tensor:
        """Return their weighted sum, over the levels that are known now and next."""
        encoder = network.encoder
        now = batch.x.flatten(1)[:, encoder.levels]  # (B, L)
        then = batch.following.flatten(1)[:, encoder.levels]
        # A level without a value is exactly 0, and after the last tick of a trial NaN.
        known = (now != 0) & (then != 0) & ~torch.isnan(then)
        change = torch.where(known, then - now, 0.0)
        forecast = encoder.forecast(embedding)
        law = encoder.led_to(now, embedding[:, : encoder.options.width]) - now
        error = torch.where(known, forecast - change, 0.0)
        residual = torch.where(known, forecast - law, 0.0)
        options = encoder.options
        loss = (options.forecast * error**2 + options.physics * residual**2).sum()
        return loss / (change**2).sum().clamp(min=_LEAST)


def _levels(shape: InputShape) -> Tensor:
    """Return which features are the level of a skin, (E·F,) of bool."""
    ends = [name.rpartition(".")[2] for name in shape.features]
    found = torch.tensor([end in _LEVELS for end in ends])
    if not found.any():
        raise ModelError(
            f"skin_ode: none of {len(ends)} features ({', '.join(ends[:3])} …) is a skin level; "
            "let it read the block skin, whose 'tonic' is one"
        )
    return found.repeat(len(shape.electrodes))
