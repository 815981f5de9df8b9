"""``neuroaffect blocks``: what can stand in a pipeline's track, and what can be set of it."""

import dataclasses
import inspect
from typing import Any

from neuroaffect.blocks import BLOCKS, Block, FeatureBlock
from neuroaffect.cli.output import AsJson, answer, plain, table
from neuroaffect.cli.shelves import Words, wanted
from neuroaffect.errors import PipelineError, known_names

__all__ = ["run"]


def run(words: Words = None, as_json: AsJson = False) -> None:
    """List the blocks of a pipeline's tracks, or show one with its settings."""
    name = wanted(words)
    if name is None:
        _list(as_json=as_json)
    elif name in BLOCKS:
        _show(name, as_json=as_json)
    else:
        raise PipelineError(f"no block is called '{name}'{known_names(name, BLOCKS)}")


def _list(*, as_json: bool) -> None:
    facts = {"blocks": [_summary(name, block) for name, block in BLOCKS.items()]}
    rows = [(b["name"], b["reads"], b["does"]) for b in facts["blocks"]]
    answer(facts, as_json=as_json, show=lambda: table(["name", "reads", "does"], rows))


def _show(name: str, *, as_json: bool) -> None:
    block = BLOCKS[name]
    facts = {
        **_summary(name, block),
        "settings": _settings(block),
        "text": inspect.getdoc(block) or "",
    }
    answer(facts, as_json=as_json, show=lambda: _print(facts))


def _summary(name: str, block: type[Block]) -> dict[str, Any]:
    kinds = " ".join(sorted(block.kinds)) or "any signal"
    return {
        "name": name,
        "reads": "features" if issubclass(block, FeatureBlock) else kinds,
        "does": (inspect.getdoc(block) or "").partition("\n")[0],
    }


def _settings(block: type[Block]) -> dict[str, Any]:
    return {
        field.name: None if field.default is dataclasses.MISSING else _written(field.default)
        for field in dataclasses.fields(block)
    }


def _written(default: object) -> object:
    return list(default) if isinstance(default, tuple) else plain(default)


def _print(facts: dict[str, Any]) -> None:
    print(f"{facts['name']} (reads {facts['reads']})\n\n{facts['text']}\n")
    rows = [(name, _as_toml(value)) for name, value in facts["settings"].items()]
    if rows:
        table(["setting", "default"], rows)


def _as_toml(value: object) -> str:
    """Return a default as a pipeline file writes it; "–" where there is none."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
