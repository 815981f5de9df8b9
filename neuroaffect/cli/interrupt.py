"""Ctrl-C ends a verb between two packets, never inside one."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from neuroaffect.cli.output import note

__all__ = ["ended_by_ctrl_c"]


@contextmanager
def ended_by_ctrl_c(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` at the first Ctrl-C instead of breaking off wherever the program is.

    A packet that is half written, or written and not yet counted, would leave a recording whose
    footer is wrong. A second Ctrl-C breaks off as ever.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's business
        return

    def end(*_: object) -> None:
        signal.signal(signal.SIGINT, before)
        note("stopped")
        stop()

    before = signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
