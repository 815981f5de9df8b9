"""Any BIDS folder with EEG whose events were rated: columns of ``*_events.tsv``, by name.

A column called valence, arousal or dominance is that dimension; where there is none of them, one
called rating is learned as "rating". Its scale is what ``*_events.json`` says of it: Minimum and
Maximum, or Levels that are numbers. An event with a duration and a rating is a trial.

Notes
-----
Recordings, electrode names and kinds of channels are found and read by mne-bids, one recording in
memory at a time; channels marked as bad stay, for the pipeline judges every channel itself.
A session is what BIDS calls one. Its runs lie a day apart on its clock (ours): when they were
recorded is seldom told, and no row of one is near a row of another.

References
----------
Pernet et al. (2019), EEG-BIDS, doi:10.1038/s41597-019-0104-8; Appelhoff et al. (2019), MNE-BIDS,
doi:10.21105/joss.01896
"""

import csv
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from neuroaffect.affect import DIMENSIONS, RatingScale, Target
from neuroaffect.corpora.bids_raw import open_raw
from neuroaffect.corpora.corpus import Corpus, chosen
from neuroaffect.errors import EvaluationError
from neuroaffect.session.labelled import LabelledSession, Trial

if TYPE_CHECKING:
    from mne_bids import BIDSPath

__all__ = ["BIDS"]

_OTHER = "rating"
_EXTENSIONS = [".vhdr", ".edf", ".bdf", ".set"]
_RUN_S = 86_400.0

Row = Mapping[str, str]


def _sessions(root: Path, subjects: Collection[str] | None) -> Iterator[LabelledSession]:
    targets = _targets(root)
    recordings = {Path(place.fpath): place for place in _recordings(root)}
    paths = chosen(
        sorted(recordings), root, corpus="bids", subjects=subjects,
        subject_of=lambda path: f"sub-{recordings[path].subject}",
    )  # fmt: skip
    runs: Counter[tuple[str, str]] = Counter()
    for path in paths:
        place = recordings[path]
        subject, session = f"sub-{place.subject}", f"ses-{place.session or '01'}"
        start_s = runs[subject, session] * _RUN_S
        runs[subject, session] += 1
        table = _beside(place, ".tsv")
        name = path.name.removesuffix("_eeg" + path.suffix)
        trials = _trials(table, targets, start_s, name=name)
        if trials:
            yield LabelledSession(
                subject=subject,
                session=session,
                open=partial(open_raw, place, start_s),
                trials=trials,
                # Samples of BrainVision and EEGLAB, kinds of channels: all decide what is read.
                files=tuple(sorted(path.parent.glob(f"{name}_*"))),
            )


def _recordings(root: Path) -> "list[BIDSPath]":
    try:
        from mne_bids import find_matching_paths
    except ImportError:
        raise EvaluationError(
            "corpus 'bids' is read through mne-bids, which is not installed; pip install mne-bids"
        ) from None
    found = []
    if root.is_dir():
        found = find_matching_paths(
            root, suffixes="eeg", datatypes="eeg", extensions=_EXTENSIONS, ignore_nosub=True
        )
    if not found:
        raise EvaluationError(
            f"corpus 'bids' has no EEG below '{root}'; it needs files such as "
            "sub-01/eeg/sub-01_task-films_eeg.vhdr"
        )
    return found


def _beside(place: "BIDSPath", extension: str) -> Path:
    return Path(place.copy().update(suffix="events", extension=extension).fpath)


def _targets(root: Path) -> tuple[Target, ...]:
    """Return what the events are rated with, and its scale."""
    seen: set[str] = set()
    for place in _recordings(root):
        rows = _rows(_beside(place, ".tsv"))
        columns = [name for name in rows[0] if name] if rows else []
        if names := [name for name in DIMENSIONS if name in columns] or (
            [_OTHER] if _OTHER in columns else []
        ):
            sidecar = _sidecar(place)
            return tuple(
                Target(dimension=name, scale=_scale(name, sidecar, root), threshold="median")
                for name in names
            )
        seen |= set(columns)
    raise EvaluationError(
        f"corpus 'bids': no *_events.tsv below '{root}' has a column {', '.join(DIMENSIONS)} or "
        f"{_OTHER}; there are {', '.join(sorted(seen)) or 'no columns at all'}"
    )


def _rows(table: Path) -> list[Row]:
    if not table.is_file():
        return []
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            return list(csv.DictReader(file, delimiter="\t"))
    except (OSError, ValueError, csv.Error) as error:
        raise EvaluationError(f"corpus 'bids': {table} is no table of events: {error}") from None


def _sidecar(place: "BIDSPath") -> Mapping[str, object]:
    """Return what the nearest *_events.json says of the columns."""
    found = place.copy().update(suffix="events", extension=".tsv").find_matching_sidecar(
        suffix="events", extension=".json", on_error="ignore"
    )  # fmt: skip
    if found is None:
        return {}
    try:
        said = json.loads(Path(found).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EvaluationError(f"corpus 'bids': {found} is no JSON: {error}") from None
    return said if isinstance(said, dict) else {}


def _scale(name: str, sidecar: Mapping[str, object], root: Path) -> RatingScale:
    said = sidecar.get(name)
    said = said if isinstance(said, dict) else {}
    levels = said.get("Levels")
    try:
        if "Minimum" in said and "Maximum" in said:
            return RatingScale(float(said["Minimum"]), float(said["Maximum"]))
        numbers = [float(level) for level in levels] if isinstance(levels, dict) else []
        return RatingScale(min(numbers), max(numbers))
    except (TypeError, ValueError):
        raise EvaluationError(
            f"corpus 'bids': *_events.json below '{root}' does not say the scale of '{name}'; give "
            'it "Minimum" and "Maximum", or "Levels" that are numbers'
        ) from None


def _trials(
    table: Path, targets: tuple[Target, ...], start_s: float, *, name: str
) -> tuple[Trial, ...]:
    """Return the events that last and are rated, in order of time."""
    trials = []
    for number, row in enumerate(_rows(table), start=1):
        ratings = {
            target.dimension: rating
            for target in targets
            if (rating := _number(row, target.dimension, table)) is not None
        }
        onset, length = _number(row, "onset", table), _number(row, "duration", table)
        if ratings and onset is not None and length:
            _check_scale(ratings, targets, table)
            start = start_s + onset
            trial = Trial(
                id=f"{name}:{number}", start=start, stop=start + length, ratings=ratings
            )  # fmt: skip
            trials.append(trial)
    return tuple(sorted(trials, key=lambda trial: trial.start))


def _number(row: Row, column: str, table: Path) -> float | None:
    """Return a cell as a number, None where BIDS has no value (n/a)."""
    cell = (row.get(column) or "n/a").strip()
    try:
        return None if cell == "n/a" else float(cell)
    except ValueError:
        raise EvaluationError(
            f"corpus 'bids': {table} holds {cell[:40]!r} as {column}; it must be a number or n/a"
        ) from None


def _check_scale(ratings: Mapping[str, float], targets: tuple[Target, ...], table: Path) -> None:
    for target in targets:
        value, scale = ratings.get(target.dimension), target.scale
        if value is not None and scale is not None and not scale.low <= value <= scale.high:
            raise EvaluationError(
                f"corpus 'bids': {table} rates {target.dimension} {value:g}, outside its scale "
                f"from {scale.low:g} to {scale.high:g}"
            )


BIDS = Corpus(
    name="bids",
    targets=tuple(
        Target(dimension=name, scale=RatingScale(1.0, 9.0), threshold="median")
        for name in DIMENSIONS
    ),
    targets_of=_targets,
    note=(
        "A data set of one's own choosing: what a score means is what its ratings mean. High is "
        "above the median of the training ratings."
    ),
    citation="EEG-BIDS: Pernet et al. (2019), doi:10.1038/s41597-019-0104-8",
    pipeline="eeg-clips",
    splits=("leave-subject-out", "leave-trials-out", "leaky"),
    folds=5,
    open=_sessions,
)
