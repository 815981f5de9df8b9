"""Find and validate the files that describe devices and pipelines.

Four places are looked through in this order, and the first hit wins: a path given outright,
``$NEUROAFFECT_HOME/{devices,pipelines}``, the files installed with the package, the checkout.
"""

import os
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from neuroaffect.errors import CatalogError, known_names
from neuroaffect.montage import canonical
from neuroaffect.units import KINDS, kind_of

if TYPE_CHECKING:
    from neuroaffect.pipeline import Pipeline

__all__ = [
    "Bridge",
    "CounterColumn",
    "Device",
    "DeviceStream",
    "Match",
    "Place",
    "demo_session",
    "find",
    "list_names",
    "load_device",
    "load_devices",
    "load_pipeline",
    "matching",
    "places",
]

Shelf = Literal["devices", "pipelines"]

_PACKAGE = Path(__file__).parent
_RATE_TOLERANCE = 0.1  # nominal rates as senders write them; a wrong device is off by far more


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Match(_Declared):
    """Shell patterns (``Muse*``) that an LSL stream must fit; one left out fits everything."""

    type: str | None = None
    name: str | None = None
    source_id: str | None = None

    @property
    def strictness(self) -> int:
        """Number of patterns given."""
        return len(self.model_dump(exclude_none=True))

    def fits(self, *, type: str, name: str, source_id: str) -> bool:
        """Tell whether a stream so described fits; upper and lower case are the same."""
        pairs = ((self.type, type), (self.name, name), (self.source_id, source_id))
        return all(
            pattern is None or fnmatch(text.lower(), pattern.lower()) for pattern, text in pairs
        )


class CounterColumn(_Declared):
    """A column in which a device counts its samples, and the count at which it begins again."""

    label: str
    modulus: Annotated[int, Field(ge=2)]


class DeviceStream(_Declared):
    """One stream of a device, as its usual bridge sends it. What is not known is left out.

    Parameters
    ----------
    kind : str
        One of :data:`neuroaffect.units.KINDS`.
    match : Match
        Which LSL stream it is, beside its kind.
    rate_hz, other_rates_hz : float, tuple of float
        The usual nominal rate, and rates the device can be set to; 0 is irregular.
    unit : str
        Unit of the values as sent.
    wrong_units : tuple of str
        Units that the usual bridge writes and that are not true.
    channels : tuple of str
        Labels in order; for a device without a fixed placement the maker's default.
    free_placement : bool
        Electrodes go anywhere: `channels` is a guess that a person must confirm.
    drop : tuple of str
        Labels (shell patterns) in the stream that are no signal.
    counters : tuple of CounterColumn
        Of those no signals, the ones that number the samples.
    can_drop_samples : bool
        The device's radio loses samples.
    clock : {"lsl", "unix", "foreign"}
        Clock of the stamps that the usual bridge sends.
    dc_offset_uv : float
        Constant offset to expect.
    notches_hz, bandwidth_hz
        Filters in the device itself, and the band (low, high) that they leave.
    plausible : (low, high)
        Values beyond are not possible with this device, in `unit`.
    stale_s : float
        Silence longer than this is a fault.
    """

    kind: str
    match: Match = Match()
    rate_hz: Annotated[float, Field(ge=0)] | None = None
    other_rates_hz: tuple[float, ...] = ()
    unit: str = ""
    wrong_units: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    free_placement: bool = False
    drop: tuple[str, ...] = ()
    counters: tuple[CounterColumn, ...] = ()
    can_drop_samples: bool | None = None
    clock: Literal["lsl", "unix", "foreign"] | None = None
    dc_offset_uv: float | None = None
    notches_hz: tuple[float, ...] = ()
    bandwidth_hz: tuple[float, float] | None = None
    plausible: tuple[float, float] | None = None
    stale_s: Annotated[float, Field(gt=0)] | None = None

    @field_validator("kind")
    @classmethod
    def _kind_is_known(cls, kind: str) -> str:
        if kind not in KINDS:
            raise ValueError(f"no kind is called '{kind}'; known are {', '.join(KINDS)}")
        return kind

    def fits(
        self, *, type: str, name: str, source_id: str, rate_hz: float, channel_count: int
    ) -> bool:
        """Tell whether an LSL stream so described is this one."""
        rates = () if self.rate_hz is None else (self.rate_hz, *self.other_rates_hz)
        return (
            self._is_of(type)
            and self.match.fits(type=type, name=name, source_id=source_id)
            and (not rates or any(abs(rate_hz - r) <= _RATE_TOLERANCE * r for r in rates))
            and len(self.channels) <= channel_count
        )

    def _is_of(self, type: str) -> bool:
        """Tell whether the type is of this kind; a stream without one is known by its name."""
        if not type.strip():
            return self.match.name is not None or self.match.source_id is not None
        return kind_of(type) == self.kind

    def names_all(self, labels: Iterable[str]) -> bool:
        """Tell whether all channels are among these labels, however they are spelled."""
        spelled = {canonical(label).lower() for label in labels}
        return all(channel.lower() in spelled for channel in self.channels)


class Bridge(_Declared):
    """How a device reaches LSL: the usual program, its page, the command to type."""

    name: str
    page: str
    command: str | None = None
    brainflow_board: int | None = None
    note: str = ""


class Device(_Declared):
    """A headset or wristband: its streams, its usual faults, its way to LSL.

    `id` is the file's name without ``.toml`` and need not be written in it.
    """

    id: str
    name: str
    page: str = ""
    streams: tuple[DeviceStream, ...] = Field(min_length=1)
    faults: tuple[str, ...] = ()
    bridge: Bridge | None = None


@dataclass(frozen=True)
class Place:
    """One folder of the search order, and whether it is there."""

    role: str
    folder: Path

    @property
    def exists(self) -> bool:
        return self.folder.is_dir()


def places(shelf: Shelf) -> tuple[Place, ...]:
    """Return the folders looked through for devices or pipelines, in order."""
    home = os.environ.get("NEUROAFFECT_HOME")
    mine = (Place("$NEUROAFFECT_HOME", Path(home) / shelf),) if home else ()
    checkout = _PACKAGE.parent
    # Beside an installed package stand other people's folders, which may have any name.
    ours = (Place("checkout", checkout / shelf),) if (checkout / "pyproject.toml").exists() else ()
    return (*mine, Place("installed", _PACKAGE / "_catalog" / shelf), *ours)


def list_names(shelf: Shelf) -> dict[str, Path]:
    """Return name → file of everything on a shelf, sorted; the first place wins."""
    found: dict[str, Path] = {}
    for place in places(shelf):
        for path in sorted(place.folder.glob("*.toml")):
            found.setdefault(path.stem, path)
    return dict(sorted(found.items()))


def find(shelf: Shelf, name: str) -> Path:
    """Return the file of this name, or the file at this path.

    Raises
    ------
    CatalogError
        If there is none, naming the nearest ones.
    """
    if name.endswith(".toml") or os.sep in name:
        path = Path(name)
        if not path.is_file():
            raise CatalogError(f"there is no file {name}")
        return path
    known = list_names(shelf)
    if name not in known:
        raise CatalogError(
            f"no {shelf.removesuffix('s')} is called '{name}'{known_names(name, known)}"
        )
    return known[name]


def load_device(name: str) -> Device:
    """Read a device file by its name or its path.

    Raises
    ------
    CatalogError
        One sentence naming the key, its value and what would be right.
    """
    path = find("devices", name)
    try:
        return Device.model_validate({"id": path.stem, **tomllib.loads(_text(path))})
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(f"{path.name} is no TOML: {error}") from None
    except ValidationError as error:
        from neuroaffect.pipeline.problems import first_problem

        raise CatalogError(f"{path.name}: {first_problem(error, Device)}") from None


def load_devices() -> tuple[Device, ...]:
    """Read all device files that are found.

    Raises
    ------
    CatalogError
        If one of them is wrong; one sentence naming it.
    """
    return tuple(load_device(str(path)) for path in list_names("devices").values())


def load_pipeline(name: str) -> "Pipeline":
    """Read a pipeline file by its name or its path.

    Raises
    ------
    CatalogError
        If there is none of this name.
    PipelineError
        One sentence naming the key, its value and what would be right.
    """
    # With it come the blocks and scipy: 80 MB and 0.7 s that a recorder has no use for.
    from neuroaffect.pipeline import Pipeline

    return Pipeline.load(find("pipelines", name))


def demo_session(part: Literal["first_part", "held_out"]) -> Path:
    """Return the path of one of the two sessions that come along, see ``_demo/SOURCE.md``."""
    return _PACKAGE / "_demo" / f"{part}.xdfz"


def matching(
    devices: Sequence[Device],
    *,
    type: str,
    name: str,
    source_id: str = "",
    rate_hz: float,
    labels: Sequence[str],
) -> tuple[Device, DeviceStream] | None:
    """Return the device, and which of its streams, whose file fits an LSL stream most strictly.

    Where several files fit equally, the one whose channels are all among the labels is taken,
    then the one with most channels.

    Parameters
    ----------
    devices : sequence of Device
    type, name, source_id, rate_hz
        As the sender says.
    labels : sequence of str
        One per channel, "" where the sender names none.
    """
    fitting = [
        (
            (
                stream.match.strictness,
                stream.names_all(labels),
                len(stream.channels),
                device.id,
            ),
            (device, stream),
        )
        for device in devices
        for stream in device.streams
        if stream.fits(
            type=type, name=name, source_id=source_id, rate_hz=rate_hz, channel_count=len(labels)
        )
    ]
    return max(fitting, key=lambda found: found[0])[1] if fitting else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(f"cannot read {path}: {error}") from None
