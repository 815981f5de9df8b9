"""A folder that tells what was scored: one page, its pictures, everything as JSON."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from neuroaffect.affect import Target
from neuroaffect.errors import EvaluationError
from neuroaffect.training.evaluate import Row
from neuroaffect.training.reporting.page import (
    details,
    file_name,
    heading,
    page,
    paragraph,
    picture,
    repeat,
    table,
)
from neuroaffect.training.reporting.pictures import (
    Topography,
    inflated,
    plot_confusion,
    plot_inflation,
    plot_people,
    plot_reliability,
    plot_scores,
    plot_topography,
)

__all__ = ["read_report", "write_report"]

_MOST_PANELS = 24
_HEADS = ("split", "model", "dimension", "people", "trials", "balanced accuracy", "95 % interval",
          "majority", "macro-F1", "AUC", "calibration error", "p", "note")  # fmt: skip
_READING = """\
Balanced accuracy is the mean recall of the classes, over trials; majority is the balanced accuracy
of always saying the class most frequent in training. The interval is a bootstrap over people, then
their trials; p is a permutation of labels within each person, whole recordings at a time where each
recording has one class, with predictions held fixed. Rows marked leaky are diagnostics (one trial
on both sides of the split): they are no scores."""
_IDENTITY = """\
From the first half of each trial the features name the trial for {accuracy:.0%} of the ticks of its
other half, where chance is {chance:.0%} ({trials} trials of {people} people). That is no score: it
is what a model can do on a leaky split without knowing anything of affect."""
_ON_ALL = """\
Signed R² over the means of all trials, each person's own mean taken off: it shows where there is
something to learn. It is no score, and whoever chooses features by it has seen the test trials."""


def write_report(
    folder: Path | str,
    rows: Sequence[Row],
    *,
    command: str,
    title: str,
    note: str = "",
    citation: str = "",
    versions: Mapping[str, str] | None = None,
    data: Mapping[str, object] | None = None,
    targets: Sequence[Target] = (),
    maps: Sequence[Topography] = (),
) -> Path:
    """Write report.html, report.json and the pictures into a folder.

    Parameters
    ----------
    folder : Path or str
        Made if it is not there; files of the same name are replaced.
    rows : sequence of dict
        From :func:`neuroaffect.training.evaluate.evaluate`.
    command : str
        What to type to get the same again.
    title : str
    note, citation : str
        What a score on these data means, and whose data they are.
    versions : mapping of str to str, optional
        Of what took part.
    data : mapping, optional
        What was scored, by digests, in JSON's types.
    targets : sequence of Target, optional
        For the names of classes.
    maps : sequence of Topography, optional
        Where on the head features tell the classes.

    Returns
    -------
    Path
        Of report.html, which holds the pictures too.

    Raises
    ------
    EvaluationError
        If there are no rows.
    """
    if not rows:
        raise EvaluationError("a report needs at least one row of scores; nothing was evaluated")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    told = {
        "title": title,
        "command": command,
        "note": note,
        "citation": citation,
        "versions": dict(versions or {}),
        "data": dict(data or {}),
        "rows": list(rows),
    }
    text = json.dumps(told, indent=1, allow_nan=False, ensure_ascii=False)
    (folder / "report.json").write_text(text + "\n", encoding="utf-8")
    path = folder / "report.html"
    path.write_text(page(title, _parts(told, folder, targets, maps)), encoding="utf-8")
    return path


def read_report(folder: Path | str) -> dict[str, object]:
    """Return what the report in a folder tells.

    Raises
    ------
    EvaluationError
        If there is none, or it is no report of an evaluation.
    """
    path = Path(folder) / "report.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise EvaluationError(
            f"'{folder}' is no report of 'neuroaffect evaluate': it has no readable report.json"
        ) from None
    needed = {"corpus", "model", "split", "leaky", "dimension", "answers"}
    rows = told.get("rows") if isinstance(told, dict) else None
    whole = isinstance(rows, list) and all(isinstance(r, dict) and needed <= set(r) for r in rows)
    if not rows or not whole:
        raise EvaluationError(
            f"{path} holds no rows with answers per trial; evaluate again with this version"
        )
    return told


def _parts(
    told: Mapping[str, object], folder: Path, targets: Sequence[Target], maps: Sequence[Topography]
) -> Iterator[str]:
    """Yield the page's parts, and draw its pictures."""
    rows: Sequence[Row] = told["rows"]
    yield from (paragraph(str(told[key])) for key in ("note", "citation") if told[key])
    yield table(_HEADS, map(_cells, rows), kinds=["leaky" if r["leaky"] else "" for r in rows])
    yield paragraph(_READING)
    if told_apart := rows[0].get("trial_identity"):
        yield paragraph(_IDENTITY.format(**told_apart))
    for dimension in dict.fromkeys(str(row["dimension"]) for row in rows):
        own = [row for row in rows if row["dimension"] == dimension]
        classes = next((t.classes for t in targets if t.dimension == dimension), ())
        yield heading(dimension)
        yield from _pictures(own, folder, f"{told['title']}: {dimension}", dimension, classes)
        own_maps = [each for each in maps if each.dimension == dimension]
        for number, each in enumerate(own_maps, start=1):
            path = folder / f"r2-{file_name(dimension)}-{number}.png"
            plot_topography(each, path)
            yield picture(path, told=f"Heads with signed R² of each feature, {each.title}")
        if own_maps:
            yield paragraph(_ON_ALL)
    yield repeat(str(told["command"]))
    versions = ", ".join(f"{name} {version}" for name, version in told["versions"].items())
    if versions:
        yield paragraph(f"Made with {versions}.")
    if told["data"]:
        yield details("What was scored", json.dumps(told["data"], indent=1).splitlines())


def _pictures(
    rows: Sequence[Row], folder: Path, title: str, dimension: str, classes: Sequence[str]
) -> Iterator[str]:
    """Draw what the rows of one dimension have; yield it as parts of the page."""
    honest = [row for row in rows if not row["leaky"]]
    kinds: Sequence[tuple[str, str, Sequence[Row], Callable[..., None]]] = (
        ("scores", "Bars of scores with intervals, by split and model", rows, plot_scores),
        ("inflation", "Leaky against honest scores of each model",
         rows if inflated(rows) else (), plot_inflation),
        ("people", "Bars of each person's score with intervals", _with(honest, "people"),
         plot_people),
        ("confusion", "Counts of classes taken for classes", _with(honest, "confusion"),
         lambda *given, **named: plot_confusion(*given, **named, classes=classes)),
        ("reliability", "Accuracy over confidence", _with(honest, "reliability"),
         plot_reliability),
    )  # fmt: skip
    for kind, said, drawn, plot in kinds:
        if not drawn:
            continue
        path = folder / f"{kind}-{file_name(dimension)}.png"
        plot(drawn, path, title=title)
        yield picture(path, told=f"{said}, {title}")


def _with(rows: Sequence[Row], key: str) -> Sequence[Row]:
    """Return the rows that have this, as many as a picture takes."""
    return [row for row in rows if row.get(key)][:_MOST_PANELS]


def _cells(row: Row) -> list[str]:
    continuous = row["balanced_accuracy"] is None
    score = _number(row, "concordance" if continuous else "balanced_accuracy")
    return [
        f"{row['split']} (leaky: no score)" if row["leaky"] else str(row["split"]),
        str(row["model"]),
        str(row["dimension"]),
        str(row["subjects"]),
        str(row["trials"]),
        f"concordance {score}" if continuous else score,
        f"{row['ci_low']:.2f} to {row['ci_high']:.2f}",
        *(_number(row, key) for key in ("majority", "macro_f1", "auc", "ece")),
        f"{row['p']:.3f}" if row["p"] >= 0.001 else "< 0.001",
        str(row["note"]),
    ]


def _number(row: Row, key: str) -> str:
    value = row.get(key)
    return "–" if value is None else f"{value:.2f}"
