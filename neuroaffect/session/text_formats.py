"""Which text format a file, a folder or an archive is of, by its content."""

from pathlib import Path

from neuroaffect.session.e4 import import_e4_file, is_e4_file
from neuroaffect.session.emotiv import import_emotiv, is_emotiv
from neuroaffect.session.imported import Imported
from neuroaffect.session.muselsl import import_muselsl, is_muselsl
from neuroaffect.session.openbci import import_openbci, is_openbci
from neuroaffect.session.text import open_text

__all__ = ["KNOWN_TEXTS", "import_text"]

KNOWN_TEXTS = (
    "Empatica E4 exports (folder, .zip or one .csv)", "muselsl .csv", "OpenBCI GUI .txt",
    "Emotiv .csv",
)  # fmt: skip


def import_text(path: Path) -> Imported | None:
    """Open a text file of a known format, packed with gzip or not; None if it is none.

    Raises
    ------
    SessionError
        If it is of a known format but cannot be read.
    """
    text = open_text(path)
    head = text.head()
    if is_muselsl(head):
        return import_muselsl(text)
    if is_openbci(head):
        return import_openbci(text)
    if is_e4_file(head, path.name):
        return import_e4_file(text)
    return import_emotiv(text) if is_emotiv(head) else None
