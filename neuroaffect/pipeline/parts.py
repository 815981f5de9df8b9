"""The parts of a declared pipeline: tracks, network, recipe, labels."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from neuroaffect.affect import Target
from neuroaffect.blocks import BLOCKS, Block
from neuroaffect.errors import known_names
from neuroaffect.pipeline.events import EVENT_KINDS
from neuroaffect.pipeline.problems import first_problem
from neuroaffect.stream import StreamInfo

__all__ = ["Declared", "Labels", "Network", "Recipe", "Track"]


def _parse_block(entry: Any) -> Block:
    """Return the block an entry names: `{ block = "bandpass", low_hz = 1, high_hz = 45 }`."""
    if isinstance(entry, Block):
        return entry
    if not isinstance(entry, Mapping) or "block" not in entry:
        raise ValueError(f'each block needs block = "name"; known are {", ".join(BLOCKS)}')
    settings = dict(entry)
    name = settings.pop("block")
    if name not in BLOCKS:
        raise ValueError(f"no block is called '{name}'{known_names(name, BLOCKS)}")
    try:
        return TypeAdapter(BLOCKS[name]).validate_python(settings)
    except ValidationError as error:
        raise ValueError(f"block '{name}': {first_problem(error, BLOCKS[name])}") from None


def _block_entry(block: Block) -> dict[str, Any]:
    # TOML has no word for nothing: what is None is left out, and read as the default again.
    settings = TypeAdapter(type(block)).dump_python(block, mode="json", exclude_none=True)
    return {"block": block_name(block), **settings}


def block_name(block: Block) -> str:
    """Return the registry name of a block."""
    return next(name for name, cls in BLOCKS.items() if cls is type(block))


BlockEntry = Annotated[Block, BeforeValidator(_parse_block), PlainSerializer(_block_entry)]


class Declared(BaseModel):
    """What is read from a TOML file: frozen, and without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Track(Declared):
    """One stream and the blocks it goes through.

    `channels` is "all", "scalp" (the electrodes that the 10-05 system knows, ears left out) or
    a list. `lag_s`, `patience_s` and `stale_s` are read for followers only; a tick lacks a
    follower that stays silent, and a `required` one makes the model abstain.

    `gate` names the track of an accelerometer or gyroscope: while its `motion` block sees the
    wearer move, every channel of this track counts as bad.

    A stream without a rate can make a track if it is of kind "ibi" or "hr": each of its events
    is a hop, whatever `hop_s`.
    """

    kind: str
    stream: str | None = None
    channels: Literal["all", "scalp"] | tuple[str, ...] = "all"
    hop_s: float | None = Field(default=None, gt=0)
    blocks: tuple[BlockEntry, ...] = ()
    lag_s: float = Field(default=0.0, ge=0)
    patience_s: float = Field(default=1.0, gt=0)
    stale_s: float = Field(default=5.0, gt=0)
    required: bool = True
    gate: str | None = None

    def fitting(self, streams: Mapping[str, StreamInfo]) -> list[StreamInfo]:
        """Return the streams that this track could read."""
        return [
            info
            for info in streams.values()
            if info.kind == self.kind
            and (info.rate_hz > 0 or info.kind in EVENT_KINDS)
            and self.stream in {None, info.name}
        ]

    @property
    def wanted(self) -> str:
        """What the track looks for, in words."""
        return f"'{self.stream}' of kind '{self.kind}'" if self.stream else f"kind '{self.kind}'"

    def named_blocks(self) -> tuple[tuple[str, Block], ...]:
        """Return (name, block) in order; the second block of a kind is "entropy2"."""
        names: list[str] = []
        for block in self.blocks:
            base = block_name(block)
            same = sum(name.rstrip("0123456789") == base for name in names)
            names.append(base if not same else f"{base}{same + 1}")
        return tuple(zip(names, self.blocks, strict=True))


class Network(Declared):
    """The network, what it reads, what stands at its end, and when it must not speak.

    With `readout = "prototypes"` a fifth of the training trials is kept back; what the trained
    network makes of them becomes a grid of 5 by 5 prototypes on the plane of valence and arousal,
    and the answer is which of these an input is like.

    `input` is "track.block", or a list of such places, whose features then make one row. Below
    `good_channels`, the share of the input's features that have a value, the model abstains.
    """

    name: str = "rbtransformer"
    input: str | tuple[str, ...] = "eeg.entropy"
    options: dict[str, int | float | str | bool] = {}
    readout: Literal["linear", "prototypes"] = "linear"
    good_channels: float = Field(default=0.75, ge=0, le=1)

    @property
    def places(self) -> tuple[str, ...]:
        """The blocks that the network reads, "track.block" each."""
        return (self.input,) if isinstance(self.input, str) else self.input


class Recipe(Declared):
    """How the network is trained.

    Features are normalised by the statistics of the training ticks, never of others. With
    `class_weights` every class counts the same, whatever its share of the training trials.

    `electrode_dropout` is the share of electrodes that are hidden from each row drawn, anew each
    time, so that the network bears to lose one later.

    `calibration_folds` are the parts in which training trials (people, where there are several)
    are held out once more to find out how sure the model may be: 0 leaves that out. Intervals are
    made to hold `coverage` of what is true; `keep` is the share of ticks, the surest, of which the
    model speaks.

    With `select`, only so many (channel, feature) cells are looked at: those of the largest R²
    over the training trials, chosen anew in each fold. 0 is all of them.

    `soft_labels = "gaussian"` gives the neighbours of an ordered class their share, `soft_width`
    steps wide. `regression` is what a number is learned by: the Gaussian likelihood, or the
    concordance over each batch ("ccc").

    `oversample = "smote"` fills up the rarer classes with rows between training rows, of every
    combination of classes where there are several targets; a network then needs no `class_weights`
    and gets none. Models that are fitted in one go are not oversampled: they keep theirs.
    `drop_share` of the training rows is left out at random, once.

    From epoch `late_epoch` on (the first is 0) batches have `late_batch` rows; 0 leaves `batch`.
    The cosine ends at `least_rate`. `clip_norm` bounds the norm of the gradient; 0 does not.
    """

    epochs: int = Field(default=40, gt=0)
    batch: int = Field(default=64, gt=0)
    late_batch: int = Field(default=0, ge=0)
    late_epoch: int = Field(default=0, ge=0)
    learning_rate: float = Field(default=1e-3, gt=0)
    least_rate: float = Field(default=0.0, ge=0)
    weight_decay: float = Field(default=1e-3, ge=0)
    clip_norm: float = Field(default=0.0, ge=0)
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    soft_labels: Literal["none", "gaussian"] = "none"
    soft_width: float = Field(default=0.5, gt=0)
    regression: Literal["gaussian", "ccc"] = "gaussian"
    schedule: Literal["constant", "cosine"] = "cosine"
    class_weights: bool = True
    oversample: Literal["none", "smote"] = "none"
    drop_share: float = Field(default=0.0, ge=0, lt=1)
    calibration_folds: int = Field(default=5, ge=0)
    coverage: float = Field(default=0.9, gt=0, lt=1)
    keep: float = Field(default=1.0, gt=0, le=1)
    electrode_dropout: float = Field(default=0.1, ge=0, lt=1)
    select: int = Field(default=0, ge=0)
    seed: int = 0

    @model_validator(mode="after")
    def _fits(self) -> "Recipe":
        if self.least_rate > self.learning_rate:
            raise ValueError(
                f"least_rate = {self.least_rate:g} is above learning_rate = "
                f"{self.learning_rate:g}; the cosine falls"
            )
        return self

    def batch_at(self, epoch: int) -> int:
        """Return how many rows a batch of this epoch has."""
        return self.late_batch if self.late_batch and epoch >= self.late_epoch else self.batch


Delay = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Labels(Declared):
    """Where a recording's own labels come from.

    `trials` is "events" (trial-start and trial-stop in our session events, with ratings),
    "pairs" (the same marker opens and closes a trial) or "until-next" (a marker lasts until
    the next). `markers` maps a marker's text to the class of the one target it stands for, and
    `rest` is the marker of periods on which baselines are taken.

    `delay_s` is how far a rating that moves with time lags behind what is felt, for all dimensions
    or by dimension: a tick at time t is labelled with what the course says at t + delay_s.
    """

    stream: str | None = None
    trials: Literal["events", "pairs", "until-next"] = "events"
    markers: dict[str, str] = {}
    rest: str | None = None
    delay_s: Delay | dict[str, Delay] = 0.0
    targets: tuple[Target, ...] = ()

    def delay_of(self, dimension: str) -> float:
        """Return by how many seconds a course of this dimension lags."""
        if isinstance(self.delay_s, dict):
            return self.delay_s.get(dimension, 0.0)
        return self.delay_s
