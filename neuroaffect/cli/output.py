"""What a verb says: one JSON object for programs, tables for people, progress on standard error."""

import contextlib
import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

__all__ = [
    "AsJson",
    "answer",
    "console",
    "note",
    "plain",
    "progress",
    "quiet_stdout",
    "refuse",
    "table",
]

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]

_WIDE = 200  # columns when the output goes to a file: nothing is cut off


def answer(facts: Mapping[str, Any], *, as_json: bool, show: Callable[[], None]) -> None:
    """Print the facts as one JSON object, or show them to a person."""
    if as_json:
        print(json.dumps(plain(facts), ensure_ascii=False))
    else:
        show()


def plain(value: Any) -> Any:
    """Return the value in JSON's types; what is no number is null."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "item"):  # a numpy number
        return plain(value.item())
    return value


def note(text: str) -> None:
    """Say something beside the result, on standard error."""
    print(text, file=sys.stderr, flush=True)


def refuse(sentence: str) -> NoReturn:
    """Leave with exit code 1 and one sentence, on one line of standard error."""
    note(f"neuroaffect: {' '.join(sentence.split())}")
    sys.exit(1)


def console() -> Console:
    """Return where to print for a person; wide where the output goes to a file."""
    return Console(width=None if sys.stdout.isatty() else _WIDE)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str = "") -> None:
    """Print rows for a person."""
    drawn = Table(title=title or None, box=None, title_justify="left", pad_edge=False)
    for column in columns:
        drawn.add_column(column)
    for row in rows:
        drawn.add_row(*(_cell(value) for value in row))
    console().print(drawn)


@contextlib.contextmanager
def progress() -> Iterator[Callable[[str, float | None], None]]:
    """Show on standard error what goes on: give it a text, and the share done if it is known.

    Nothing is shown where nobody looks on.
    """
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(),
               TextColumn("left"), TimeRemainingColumn(elapsed_when_finished=True))  # fmt: skip
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=None)

        def advance(text: str, share: float | None = None) -> None:
            total = None if share is None else 1.0
            bar.update(task, description=text, total=total, completed=share or 0.0)

        yield advance


@contextlib.contextmanager
def quiet_stdout() -> Iterator[None]:
    """Send what libraries print to standard error, so that standard output stays ours."""
    with contextlib.redirect_stdout(sys.stderr):
        yield


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "–" if math.isnan(value) else f"{value:.4g}"
    return "" if value is None else str(value)
