"""Which of a source's streams a query means."""

from collections.abc import Iterable

from neuroaffect.acquire.offered import check_query
from neuroaffect.acquire.source import RawSource
from neuroaffect.errors import StreamError
from neuroaffect.session.raw import RawStream

__all__ = ["chosen"]


def chosen(source: RawSource, queries: Iterable[str]) -> dict[int, str]:
    """Return id → unique name of the streams that fit any of the queries, as the source has them.

    Parameters
    ----------
    source : RawSource
    queries : iterable of str
        Kinds ("eeg", "eda") or "name=Muse", "type=EEG", "source_id=…"; a name may be the unique
        one as well.

    Raises
    ------
    StreamError
        If a query is none, or fits no stream.
    """
    there = {source.names[raw.id]: raw for raw in source.raws}
    fitting: set[str] = set()
    for query in queries:
        check_query(query)
        found = {name for name, raw in there.items() if _fits(query, name, raw, source)}
        if not found:
            offered = ", ".join(f"'{name}' ({source.streams[name].kind})" for name in there)
            raise StreamError(f"no stream fits '{query}'; there is {offered or 'none'}")
        fitting |= found
    return {raw.id: name for name, raw in there.items() if name in fitting}


def _fits(query: str, name: str, raw: RawStream, source: RawSource) -> bool:
    key, equals, value = query.partition("=")
    if not equals:
        return source.streams[name].kind == query
    return value == getattr(raw, key) or (key == "name" and value == name)
