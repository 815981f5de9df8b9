"""A pipeline as a TOML file declares it: hop, tracks, network, recipe, labels."""

import hashlib
import json
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path

import tomli_w
from pydantic import Field, ValidationError, model_validator

from neuroaffect.errors import PipelineError
from neuroaffect.pipeline.parts import Declared, Labels, Network, Recipe, Track, block_name
from neuroaffect.pipeline.problems import first_problem
from neuroaffect.pipeline.run import Run
from neuroaffect.stream import StreamInfo

__all__ = ["FEATURE_VERSION", "Pipeline"]

FEATURE_VERSION = 2  # raised whenever code changes a feature's value; part of every fingerprint


class Pipeline(Declared):
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
        for name, track in self.tracks.items():
            self._gate_fits(name, track)
        return self

    def _gate_fits(self, name: str, track: Track) -> None:
        if track.gate is None:
            return
        if track.gate not in self.tracks or track.gate == name:
            others = ", ".join(other for other in self.tracks if other != name) or "none"
            raise ValueError(f"tracks.{name}: gate = '{track.gate}' is no other track ({others})")
        gate = self.tracks[track.gate]
        if gate.gate is not None:
            raise ValueError(f"tracks.{name}: gate = '{track.gate}' is gated itself; name its gate")
        if not any(block_name(block) == "motion" for block in gate.blocks):
            raise ValueError(
                f"tracks.{name}: gate = '{track.gate}' has no block \"motion\" to tell of it; "
                "add one to that track"
            )

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
        # Only tracks have no order: bands in another order are features in another order.
        content["tracks"] = dict(sorted(content["tracks"].items()))
        canonical = json.dumps([FEATURE_VERSION, content], separators=(",", ":"))
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
        rests: Collection[tuple[float, float]] = (),
    ) -> Run:
        """Bind every track to a stream and start it.

        Parameters
        ----------
        streams : mapping of str to StreamInfo
            What the source offers, by name.
        late : collection of (track, tick index), or None
            Followers that a recorded session is known to have gone without; an empty collection
            waits for everything. None decides live, by each track's patience.
        rests : collection of (start, stop)
            Periods marked as rest, in seconds on the clock of the chunks; more can be marked
            while it runs.

        Raises
        ------
        PipelineError
            If a required stream is missing or a block cannot work on one.
        """
        return Run(
            self.tracks,
            streams,
            lead=self.lead,
            hop_s=self.hop_s,
            bridge_s=self.bridge_s,
            late=late,
            rests=rests,
        )
