"""A pipeline as a TOML file declares it: hop, tracks, network, recipe, labels."""

import hashlib
import json
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import tomli_w
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
from neuroaffect.errors import PipelineError
from neuroaffect.pipeline.problems import first_problem
from neuroaffect.pipeline.run import Run
from neuroaffect.stream import StreamInfo

__all__ = ["FEATURE_VERSION", "Labels", "Network", "Pipeline", "Recipe", "Track"]

FEATURE_VERSION = 1  # raised whenever code changes a feature's value; part of every fingerprint


def _parse_block(entry: Any) -> Block:
    """Return the block an entry names: `{ block = "bandpass", low_hz = 1, high_hz = 45 }`."""
    if isinstance(entry, Block):
        return entry
    if not isinstance(entry, Mapping) or "block" not in entry:
        raise ValueError(f'each block needs block = "name"; known are {", ".join(BLOCKS)}')
    settings = dict(entry)
    name = settings.pop("block")
    if name not in BLOCKS:
        raise ValueError(f"no block is called '{name}'; known are {', '.join(BLOCKS)}")
    try:
        return TypeAdapter(BLOCKS[name]).validate_python(settings)
    except ValidationError as error:
        raise ValueError(f"block '{name}': {first_problem(error, BLOCKS[name])}") from None


def _block_entry(block: Block) -> dict[str, Any]:
    settings = TypeAdapter(type(block)).dump_python(block, mode="json")
    return {"block": block_name(block), **settings}


def block_name(block: Block) -> str:
    """Return the registry name of a block."""
    return next(name for name, cls in BLOCKS.items() if cls is type(block))


BlockEntry = Annotated[Block, BeforeValidator(_parse_block), PlainSerializer(_block_entry)]


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Track(_Declared):
    """One stream and the blocks it goes through.

    `channels` is "all", "scalp" (the electrodes that the 10-05 system knows, ears left out) or
    a list. `lag_s`, `patience_s` and `stale_s` are read for followers only; a tick lacks a
    follower that stays silent, and a `required` one makes the model abstain.
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

    def named_blocks(self) -> tuple[tuple[str, Block], ...]:
        """Return (name, block) in order; the second block of a kind is "entropy2"."""
        names: list[str] = []
        for block in self.blocks:
            base = block_name(block)
            same = sum(name.rstrip("0123456789") == base for name in names)
            names.append(base if not same else f"{base}{same + 1}")
        return tuple(zip(names, self.blocks, strict=True))


class Network(_Declared):
    """The network, what it reads, and when it must not speak.

    `input` is "track.block". Below `good_channels`, the share of good channels in the input's
    track, the model abstains.
    """

    name: str = "rbtransformer"
    input: str = "eeg.entropy"
    options: dict[str, int | float | str | bool] = {}
    good_channels: float = Field(default=0.75, ge=0, le=1)


class Recipe(_Declared):
    """How the network is trained.

    Features are normalised by the statistics of the training ticks, never of others. With
    `class_weights` every class counts the same, whatever its share of the training trials.
    """

    epochs: int = Field(default=40, gt=0)
    batch: int = Field(default=64, gt=0)
    learning_rate: float = Field(default=1e-3, gt=0)
    weight_decay: float = Field(default=1e-3, ge=0)
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    schedule: Literal["constant", "cosine"] = "cosine"
    class_weights: bool = True
    seed: int = 0


class Labels(_Declared):
    """Where a recording's own labels come from.

    `trials` is "events" (trial-start and trial-stop in our session events, with ratings),
    "pairs" (the same marker opens and closes a trial) or "until-next" (a marker lasts until
    the next). `markers` maps a marker's text to the class of the one target it stands for.
    """

    stream: str | None = None
    trials: Literal["events", "pairs", "until-next"] = "events"
    markers: dict[str, str] = {}
    targets: tuple[Target, ...] = ()


class Pipeline(_Declared):
    """Everything between the streams and the prediction, declared.

    Start it on the streams at hand with :meth:`start`; nothing in a pipeline changes.
    """

    name: str
    title: str = ""
    description: str = ""
    citations: tuple[str, ...] = ()
    hop_s: float = Field(gt=0)
    bridge_s: float = Field(default=0.05, ge=0)
    lead: str
    tracks: dict[str, Track]
    network: Network = Network()
    training: Recipe = Recipe()
    labels: Labels = Labels()

    @model_validator(mode="after")
    def _names_fit(self) -> "Pipeline":
        if self.lead not in self.tracks:
            known = ", ".join(self.tracks)
            raise ValueError(f"lead = '{self.lead}' is no track; tracks are {known}")
        return self

    @classmethod
    def from_toml(cls, text: str, *, where: str = "pipeline") -> "Pipeline":
        """Parse a pipeline file's text.

        Raises
        ------
        PipelineError
            One sentence naming the key, its value and what would be right.
        """
        try:
            return cls.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise PipelineError(f"{where} is no TOML: {error}") from None
        except ValidationError as error:
            raise PipelineError(f"{where}: {first_problem(error, cls)}") from None

    @classmethod
    def load(cls, path: Path | str) -> "Pipeline":
        """Read a pipeline file."""
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise PipelineError(f"cannot read pipeline file {path}: {error}") from None
        return cls.from_toml(text, where=path.name)

    def to_toml(self) -> str:
        """Return the whole pipeline as TOML that parses to an equal pipeline."""
        return tomli_w.dumps(self.model_dump(mode="json", exclude_none=True))

    @property
    def fingerprint(self) -> str:
        """Hash of everything that decides a feature's value, and of the feature version."""
        content = self.model_dump(mode="json", include={"hop_s", "bridge_s", "lead", "tracks"})
        canonical = json.dumps([FEATURE_VERSION, content], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def resolve(self, streams: Mapping[str, StreamInfo]) -> "Pipeline":
        """Return this pipeline with each track's channels listed as these streams have them.

        A trained model keeps the resolved pipeline, so that a stream with other electrodes is
        refused instead of silently fed in.
        """
        run = self.start(streams)
        tracks = {
            name: track.model_copy(update={"channels": run.tracks[name].info.channels})
            for name, track in self.tracks.items()
            if name in run.tracks
        }
        return self.model_copy(update={"tracks": {**self.tracks, **tracks}})

    def start(
        self,
        streams: Mapping[str, StreamInfo],
        *,
        late: Collection[tuple[str, int]] | None = None,
    ) -> Run:
        """Bind every track to a stream and start it.

        Parameters
        ----------
        streams : mapping of str to StreamInfo
            What the source offers, by name.
        late : collection of (track, tick index), or None
            Followers that a recorded session is known to have gone without; an empty collection
            waits for everything. None decides live, by each track's patience.

        Raises
        ------
        PipelineError
            If a required stream is missing or a block cannot work on one.
        """
        return Run(self, streams, late)
