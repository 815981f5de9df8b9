"""What ``devices`` and ``pipelines`` have in common: list, show one, tell where."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

import typer

from neuroaffect.cli.output import answer, table

__all__ = ["Where", "Words", "tell_where", "wanted"]

Words = Annotated[
    list[str] | None, typer.Argument(metavar="[list | show NAME]", help="List all, or show one.")
]
Where = Annotated[bool, typer.Option("--where", help="Say which folders are looked through.")]


def wanted(words: Sequence[str] | None) -> str | None:
    """Return the name to show, None to list: ``show NAME``, ``NAME``, ``list`` or nothing."""
    match list(words or []):
        case [] | ["list"]:
            return None
        case ["show", name] | [name] if name != "show":
            return name
    raise typer.BadParameter("write nothing, `list`, or `show NAME`")


def tell_where(shelf: Literal["devices", "pipelines"], *, as_json: bool) -> None:
    """Print the search order."""
    from neuroaffect.catalog import places

    found = [
        {"role": place.role, "folder": str(place.folder), "exists": place.exists}
        for place in places(shelf)
    ]
    facts: dict[str, Any] = {"where": found}
    show: Callable[[], None] = lambda: table(  # noqa: E731
        ["first hit wins", "folder", "there"],
        [(place["role"], place["folder"], "yes" if place["exists"] else "no") for place in found],
    )
    answer(facts, as_json=as_json, show=show)
