"""One page of HTML that needs no other file and no network; whatever is put into it is escaped."""

import base64
import html
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

__all__ = ["details", "file_name", "heading", "page", "paragraph", "picture", "repeat", "table"]

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 66rem; margin: 2rem auto;
       padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
img { max-width: 100%; } .verdict { font-weight: 600; } .note { color: #555; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .85rem; }
th, td { text-align: left; padding: .2rem .9rem .2rem 0; border-bottom: 1px solid #ddd; }
tr.leaky { color: #a04000; font-style: italic; }
code { white-space: pre-wrap; overflow-wrap: anywhere; }
"""


def page(title: str, parts: Iterable[str]) -> str:
    """Return the whole page; `parts` are HTML."""
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body>\n<h1>{html.escape(title)}</h1>\n{body}\n</body></html>\n"
    )


def heading(text: str) -> str:
    """Return a heading."""
    return f"<h2>{html.escape(text)}</h2>"


def paragraph(text: str, *, kind: str = "note") -> str:
    """Return a paragraph of a kind that the page's style knows: note, verdict."""
    return f'<p class="{html.escape(kind)}">{html.escape(text)}</p>'


def picture(path: Path, *, told: str) -> str:
    """Return a PNG as part of the page, and what it shows in words."""
    source = base64.b64encode(path.read_bytes()).decode("ascii")
    return f'<p><img alt="{html.escape(told)}" src="data:image/png;base64,{source}"></p>'


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, kinds: Sequence[str] = ()) -> str:
    """Return a table; `kinds` are the rows' classes in the style ("leaky")."""
    top = "".join(f"<th>{html.escape(head)}</th>" for head in heads)
    lines = [f"<tr>{top}</tr>"]
    for number, row in enumerate(rows):
        kind = f' class="{html.escape(kinds[number])}"' if kinds and kinds[number] else ""
        lines.append(f"<tr{kind}>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>")
    return f'<div class="wide"><table>{"".join(lines)}</table></div>'


def repeat(command: str) -> str:
    """Return how to get the same again."""
    return f"{heading('Repeat it')}<p><code>{html.escape(command)}</code></p>"


def details(title: str, lines: Iterable[str]) -> str:
    """Return lines that are folded away until somebody wants them."""
    inside = "\n".join(html.escape(line) for line in lines)
    return f"<details><summary>{html.escape(title)}</summary><pre>{inside}</pre></details>"


def file_name(text: str) -> str:
    """Return a name for a file: lower case letters, digits and hyphens only."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "unnamed"
