"""Data sets played to their end, for what is checked on all of them."""

import re

from neuroaffect.corpora import corpus_of
from neuroaffect.errors import NeuroaffectError

__all__ = [
    "LOOKED_AT",
    "is_one_sentence",
    "one_of_each_kind",
    "played",
    "refusal",
    "sessions_of",
    "span_of",
]

LOOKED_AT = 3  # sessions whose samples are read: the first of each data set


def sessions_of(name, root, **settings):
    return list(corpus_of(name).sessions(root, **settings))


def played(session):
    """Return the streams of a session, and the samples of each as one: (times, first, data)."""
    source = session.open()
    chunks = {stream: [] for stream in source.streams}
    for stream, chunk in source:
        chunks[stream].append(chunk)
    return source.streams, chunks


def span_of(chunks):
    times = [chunk.times for parts in chunks.values() for chunk in parts if len(chunk)]
    return min(t[0] for t in times), max(t[-1] for t in times)


def refusal(name, root):
    """Return the sentence with which a data set is refused, None if all of it can be played."""
    try:
        for session in corpus_of(name).sessions(root):
            for _ in session.open():
                pass
    except NeuroaffectError as error:
        return str(error)
    return None


def one_of_each_kind(root):
    """Return a file for each name that is left when numbers are taken out of it."""
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {re.sub(r"\d+", "", file.relative_to(root).as_posix()): file for file in files}.values()


def is_one_sentence(text):
    return text.strip() and "\n" not in text and "Traceback" not in text
