"""One page that tells what was found: pictures inside, no other file needed."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from neuroaffect.explore.explore import Exploration
from neuroaffect.explore.finding import Finding
from neuroaffect.explore.plot import plot_finding
from neuroaffect.training.reporting.page import (
    file_name,
    heading,
    page,
    paragraph,
    picture,
    repeat,
    table,
)

__all__ = ["facts_of", "write_report"]

_BEST = 15
_HEADS = ("channel", "feature", "signed R²", "p over the map", "p here", "z", "p of z", "block")
_READING = """
<h2>How to read this</h2>
<p>Signed R² is the share of a feature's variance between the two sides, positive where the first
side has more. The observation is the trial, by the mean of its ticks, or the recording where each
recording has one class; with several people each one's own mean is taken off first. Both sides
are kept whole.</p>
<p><em>p here</em> says how often shuffled sides give as large an R² in this very cell. One cell in
twenty does below 0.05 by chance. <em>p over the map</em> compares with the largest R² anywhere on
the map, and is the one to believe unless you knew beforehand where to look. Sides are shuffled
within a recording, or whole recordings within a person. z and its p are those of the rank sum
(Mann-Whitney), which minds no outlier, but takes all observations for independent.</p>
<p>These features were chosen on all trials. A score of a model that reads only the best of them
would be too good: let training choose anew in each fold, with <code>select</code> under
<code>[training]</code>.</p>
"""


def write_report(
    folder: Path | str,
    exploration: Exploration,
    *,
    title: str,
    command: str,
    note: str = "",
    citation: str = "",
    versions: Mapping[str, str] | None = None,
) -> Path:
    """Write report.html, findings.json and one picture per contrast into a folder.

    Parameters
    ----------
    folder : Path or str
        Made if it is not there; files of the same name are replaced.
    exploration : Exploration
    title : str
    command : str
        What to type to get the same again.
    note, citation : str
        What the labels mean, and whose data they are.
    versions : mapping of str to str, optional
        Of what took part.

    Returns
    -------
    Path
        Of report.html, which holds the pictures too.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    parts = [paragraph(text) for text in (note, citation, *exploration.notes) if text]
    for finding in exploration.findings:
        drawn = folder / f"{file_name(finding.title)}.png"
        plot_finding(finding, drawn)
        parts += _section(finding, drawn)
    parts += [_READING, repeat(command)]
    if versions:
        made = ", ".join(f"{name} {version}" for name, version in versions.items())
        parts.append(paragraph(f"Made with {made}."))
    facts = json.dumps(facts_of(exploration), indent=1, allow_nan=False, ensure_ascii=False)
    (folder / "findings.json").write_text(facts + "\n", encoding="utf-8")
    path = folder / "report.html"
    path.write_text(page(title, parts), encoding="utf-8")
    return path


def facts_of(exploration: Exploration) -> dict[str, object]:
    """Return everything as JSON has it; what is no number is null."""
    return {
        "findings": [_facts(finding) for finding in exploration.findings],
        "notes": list(exploration.notes),
    }


def _facts(finding: Finding) -> dict[str, object]:
    low, high = finding.counts
    return {
        "title": finding.title,
        "dimension": finding.dimension,
        "verdict": finding.verdict,
        "unit": finding.unit,
        "people": finding.people,
        "high": {"name": finding.high, "count": high},
        "low": {"name": finding.low, "count": low},
        "permutations": finding.draws,
        "least_p": finding.least_p,
        "surviving": int(finding.surviving().sum()),
        "cells": [
            {
                "place": cell.place,
                "channel": cell.channel,
                "feature": cell.feature,
                **{
                    name: _number(getattr(finding, name)[i])
                    for name in ("signed_r2", "p", "family_p", "z", "rank_p")
                },
            }
            for i, cell in enumerate(finding.cells)
        ],
    }


def _section(finding: Finding, drawn: Path) -> list[str]:
    return [
        heading(finding.title),
        paragraph(finding.verdict, kind="verdict"),
        picture(drawn, told=f"Maps of signed R², {finding.title}"),
        table(_HEADS, [_row(finding, cell) for cell in finding.best_first[:_BEST]]),
    ]


def _row(finding: Finding, number: int) -> Sequence[str]:
    cell = finding.cells[number]
    return (
        cell.channel,
        cell.feature,
        f"{finding.signed_r2[number]:+.3f}",
        f"{finding.family_p[number]:.2g}",
        f"{finding.p[number]:.2g}",
        f"{finding.z[number]:+.2f}",
        f"{finding.rank_p[number]:.2g}",
        cell.place,
    )


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
