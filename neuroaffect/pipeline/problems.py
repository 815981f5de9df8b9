"""Say what is wrong in a declared thing, in one sentence."""

import dataclasses

from pydantic import BaseModel, ValidationError

from neuroaffect.errors import known_names

__all__ = ["first_problem"]

_UNKNOWN = {"extra_forbidden", "unexpected_keyword_argument"}


def first_problem(error: ValidationError, declared: type) -> str:
    """Return the first problem as "where: what", naming the known keys for an unknown one."""
    problems = error.errors(include_url=False)
    # A misspelt key also leaves the right one missing; the misspelling is what helps.
    problem = next((p for p in problems if p["type"] in _UNKNOWN), problems[0])
    place = ".".join(str(part) for part in problem["loc"])
    if problem["type"] in _UNKNOWN:
        known = _keys(declared, problem["loc"][:-1])
        return f"unknown key '{place}'{known_names(str(problem['loc'][-1]), known)}"
    if problem["type"] in {"missing", "missing_argument", "missing_keyword_only_argument"}:
        return f"'{place}' is missing"
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "value_error":
        return f"{place}: {message}" if place else message
    return f"{place} = {problem['input']!r} is wrong: {message[0].lower()}{message[1:]}"


def _keys(declared: type, path: tuple[int | str, ...]) -> list[str]:
    """Return the known keys of the model at this path; walk through dicts and tuples."""
    kind: object = declared
    for part in path:
        if isinstance(kind, type) and issubclass(kind, BaseModel) and part in kind.model_fields:
            kind = _inner(kind.model_fields[str(part)].annotation)
        # Otherwise the part is a key or a position inside a container already looked into.
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return list(kind.model_fields)
    if dataclasses.is_dataclass(kind):
        return [field.name for field in dataclasses.fields(kind)]
    return []


def _inner(kind: object) -> object:
    """Return the model inside dict[str, Model], tuple[Model, ...] or Model | None."""
    args = getattr(kind, "__args__", ())
    for arg in reversed(args):
        if isinstance(arg, type) and (issubclass(arg, BaseModel) or dataclasses.is_dataclass(arg)):
            return arg
    return kind
