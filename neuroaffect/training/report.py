"""A folder that tells what was scored: a table, a picture, the rows, and how to repeat it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from neuroaffect.errors import EvaluationError
from neuroaffect.training.evaluate import Row
from neuroaffect.training.plot import plot_scores

__all__ = ["write_report"]

_HEAD = (
    "| split | model | dimension | people | trials | balanced accuracy | 95 % interval "
    "| majority | macro-F1 | p | note |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|\n"
)
_READING = """\
Balanced accuracy is the mean recall of the classes, over trials; *majority* is the balanced
accuracy of always saying the class most frequent in training. The interval is a bootstrap over
people, then their trials; p is a permutation of labels within each person, whole recordings at a
time where each recording has one class, with predictions held fixed. Rows in *italics* are
diagnostics (one trial on both sides): they are no scores.
"""


def write_report(
    folder: Path | str,
    rows: Sequence[Row],
    *,
    command: str,
    title: str,
    note: str = "",
    citation: str = "",
    versions: Mapping[str, str] | None = None,
) -> Path:
    """Write report.json, report.md and one picture per dimension into a folder.

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

    Returns
    -------
    Path
        Of report.md.

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
        "rows": list(rows),
    }
    text = json.dumps(told, indent=2, allow_nan=False, ensure_ascii=False)
    (folder / "report.json").write_text(text + "\n", encoding="utf-8")
    pictures = []
    for dimension in dict.fromkeys(str(row["dimension"]) for row in rows):
        picture = folder / f"{dimension}.png"
        plot_scores([row for row in rows if row["dimension"] == dimension], picture, title=title)
        pictures.append(picture.name)
    path = folder / "report.md"
    path.write_text(_markdown(told, pictures), encoding="utf-8")
    return path


def _markdown(told: Mapping[str, object], pictures: Sequence[str]) -> str:
    parts = [f"# {told['title']}\n"]
    parts += [f"{told[key]}\n" for key in ("note", "citation") if told[key]]
    parts.append(_HEAD + "\n".join(_line(row) for row in told["rows"]) + "\n")
    parts.append(_READING)
    parts += [f"![{name}]({name})\n" for name in pictures]
    parts.append(f"Repeat it with\n\n    {told['command']}\n")
    versions = ", ".join(f"{name} {version}" for name, version in told["versions"].items())
    if versions:
        parts.append(f"Made with {versions}.\n")
    return "\n".join(parts)


def _line(row: Row) -> str:
    continuous = row["balanced_accuracy"] is None
    score = _number(row, "concordance" if continuous else "balanced_accuracy")
    cells = [
        str(row["split"]),
        str(row["model"]),
        str(row["dimension"]),
        str(row["subjects"]),
        str(row["trials"]),
        f"concordance {score}" if continuous else score,
        f"{row['ci_low']:.2f} to {row['ci_high']:.2f}",
        _number(row, "majority"),
        _number(row, "macro_f1"),
        f"{row['p']:.3f}" if row["p"] >= 0.001 else "< 0.001",
        str(row["note"]),
    ]
    if row["leaky"]:
        cells = [f"*{cell}*" if cell else "" for cell in cells]
    return f"| {' | '.join(cells)} |"


def _number(row: Row, key: str) -> str:
    value = row[key]
    return "–" if value is None else f"{value:.2f}"
