"""Which of a source's streams a query means."""

from collections.abc import Iterable

from neuroaffect.acquire.offered import check_query
from neuroaffect.acquire.source import RawSource
from neuroaffect.errors import StreamError

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
    fitting: set[str] = set()
    rows = list(zip(source.raws, source.streams.items(), strict=True))
    for query in queries:
        check_query(query)
        key, equals, value = query.partition("=")
        found = {
            name
            for raw, (name, info) in rows
            if (info.kind == query if not equals else value == getattr(raw, key))
            or (key == "name" and value == name)
        }
        if not found:
            offered = ", ".join(f"'{name}' ({info.kind})" for _, (name, info) in rows)
            raise StreamError(f"no stream fits '{query}'; there is {offered or 'none'}")
        fitting |= found
    return {raw.id: name for raw, (name, _) in rows if name in fitting}
